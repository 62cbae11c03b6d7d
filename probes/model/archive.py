"""Serialise a run to versioned JSON and read it back, so that another machine or a later version can judge it again.

A file may come from anybody. Whatever :func:`load` returns has the types of the dataclasses and numbers that can be
computed with; other text is refused, with the place in the document.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import types
import typing
from enum import Enum
from functools import cache
from typing import Any

from probes.model import settings
from probes.model.evidence import Evidence
from probes.model.secret import Secret

SCHEMA = "llmdoctor.run/2"
# The largest number of either sign, in whatever unit. It is exact as a float, and as a number of seconds it is far
# beyond any date; larger ones overflow in arithmetic.
LARGEST = 2**53
_NAMES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", Secret: "a text"}


class ArchiveError(ValueError):
    """Error for a text that is not a run which this version can read."""


class _Misfit(ValueError):
    """A value that does not fit its type. ``path`` collects the names from the value up to the document."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.path: list[str] = []

    def __str__(self) -> str:
        place = "".join(reversed(self.path)).removeprefix(".")
        return f"{place}: {self.args[0]} was expected" if place else f"{self.args[0]} was expected"


def dump(evidence: Evidence) -> str:
    """Return the evidence as JSON. A secret is written as its hint, a lone surrogate (not valid UTF-8) as an escape."""
    text = json.dumps({"schema": SCHEMA, "evidence": _to_json(evidence)}, ensure_ascii=False, indent=1)
    return re.sub("[\ud800-\udfff]", lambda lone: f"\\u{ord(lone[0]):04x}", text)


def load(text: str) -> Evidence:
    """Return the evidence of an archived run. Raises ArchiveError if the text is not a run of this schema."""
    document = parse(text)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ArchiveError(f"no kept run: its schema is not {SCHEMA}")
    try:
        found = _from_json(document.get("evidence"), Evidence)
    except _Misfit as error:
        raise ArchiveError(f"the run cannot be read: {error}") from error
    except RecursionError as error:
        raise ArchiveError("the run cannot be read: it is nested too deeply") from error
    assert isinstance(found, Evidence)
    return found


def parse(text: str) -> Any:
    """Parse JSON. Raises ArchiveError for other text, for depth and for numbers that Python cannot compute with."""
    try:
        return json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=_fraction)
    except json.JSONDecodeError as error:
        raise ArchiveError(f"no JSON: {error}") from error
    except RecursionError as error:
        raise ArchiveError("no JSON that can be read: it is nested too deeply") from error


def _whole(digits: str) -> int:
    if len(digits) > 20:  # Python refuses to read some thousand digits, and float() overflows at 309
        raise ArchiveError(f"a number has {len(digits)} digits")
    return int(digits)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ArchiveError(f"{text[:20]} is no number to compute with")
    return number


def _to_json(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.hint
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_to_json(item) for item in value]
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _from_json(value: Any, wanted: Any) -> Any:
    """Return the value as the type ``wanted``. Raises _Misfit."""
    if typing.get_origin(wanted) in (typing.Union, types.UnionType):
        return None if value is None else _from_json(value, _option(value, wanted))
    if typing.get_origin(wanted) is tuple:
        return tuple(_items(value, typing.get_args(wanted)))
    if dataclasses.is_dataclass(wanted):
        return _record(value, wanted)
    if issubclass(wanted, Enum):
        try:
            return wanted(value)
        except ValueError:
            raise _Misfit(f"one of the {len(wanted)} values of {wanted.__name__}") from None
    if wanted in (int, float):
        return _number(value, wanted)
    if not isinstance(value, wanted):
        raise _Misfit(_NAMES.get(wanted, wanted.__name__))
    return value


def _option(value: Any, union: Any) -> Any:
    """Return the member of a union that the value is of: an object names its class, text is text."""
    options = [option for option in typing.get_args(union) if option is not type(None)]
    if isinstance(value, dict):
        options = [option for option in options if getattr(option, "__name__", "") == value.get("is")]
    elif len(options) > 1:
        options = [option for option in options if not dataclasses.is_dataclass(option) and option is not Secret]
    if not options:
        raise _Misfit("an object of a known kind")
    return options[0]


def _items(value: Any, kinds: tuple[Any, ...]) -> typing.Iterator[Any]:
    if not isinstance(value, list):
        raise _Misfit("a list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise _Misfit(f"a list of {len(kinds)}")
    for number, (item, kind) in enumerate(zip(value, kinds, strict=True)):
        try:
            yield _from_json(item, kind)
        except _Misfit as error:
            error.path.append(f"[{number}]")
            raise


def _record(value: Any, wanted: Any) -> Any:
    if not isinstance(value, dict):
        raise _Misfit(f"an object of the kind {wanted.__name__}")
    fields: dict[str, Any] = {}
    # A field that a later version added is ignored; a missing field gets its default.
    for name, hint in _hints(wanted).items():
        if name in value:
            try:
                fields[name] = _from_json(value[name], hint)
            except _Misfit as error:
                error.path.append(f".{name}")
                raise
    try:
        return wanted(**fields)
    except TypeError:
        raise _Misfit(f"every field of {wanted.__name__}") from None


def _number(value: Any, wanted: type[int] | type[float]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int if wanted is int else int | float):
        raise _Misfit(_NAMES[wanted])
    if not -LARGEST <= value <= LARGEST:
        raise _Misfit("a number that is not absurd")
    return wanted(value)


assert settings  # the import is needed: get_type_hints resolves names in it
