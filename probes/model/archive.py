"""Serialise a run to versioned JSON and read it back, so that another machine or a later version can judge it again.

A file may come from anybody. Whatever :func:`load` returns has the types of the records and numbers that can be
computed with; other text is refused, with the place in the document.
"""

from __future__ import annotations

import json
import math
import re
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any

from probes.model import settings
from probes.model.evidence import Evidence
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record, fields_of
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
    return loaded(parse(text))


def loaded(document: Any) -> Evidence:
    """Return the evidence of a parsed run. Raises ArchiveError as :func:`load` does."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ArchiveError("it is not a saved run of llmdoctor")
    try:
        found = _from_json(document.get("evidence"), _Kind("record", Evidence))
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
        raise ArchiveError(f"it is not valid JSON: {error}") from error
    except RecursionError as error:
        raise ArchiveError("it is not JSON that can be read: it is nested too deeply") from error


def _whole(digits: str) -> int:
    if len(digits) > 20:  # Python refuses to read some thousand digits, and float() overflows at 309
        raise ArchiveError(f"a number has {len(digits)} digits")
    return int(digits)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ArchiveError(f"{text[:20]} is not a usable number")
    return number


def _to_json(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.hint
    if isinstance(value, Record):
        fields = {name: _to_json(getattr(value, name)) for name in fields_of(type(value))}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_to_json(item) for item in value]
    return value


class _Kind(NamedTuple):
    """What a type hint asks for, taken apart once: thousands of values of a run have the same few hints."""

    form: str  # union, tuple, record, enum, number, or plain
    wanted: Any  # the class, if it is one
    parts: tuple[Any, ...] = ()  # the kinds in a union without None, or in a tuple; as many as it is long unless `open`
    open: bool = False  # a tuple of any length
    values: Mapping[Any, Any] = MappingProxyType({})  # of an enum


@cache
def _fields(cls: type) -> dict[str, _Kind]:
    return {name: _kind(hint) for name, hint in typing.get_type_hints(cls).items()}


def _kind(wanted: Any) -> _Kind:
    origin, parts = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return _Kind("union", wanted, tuple(_kind(part) for part in parts if part is not type(None)))
    if origin is tuple:
        of_any_length = len(parts) == 2 and parts[1] is Ellipsis
        return _Kind("tuple", wanted, tuple(map(_kind, parts[:1] if of_any_length else parts)), of_any_length)
    if issubclass(wanted, Record):
        return _Kind("record", wanted)
    if issubclass(wanted, Enum):
        return _Kind("enum", wanted, values={member.value: member for member in wanted})
    return _Kind("number" if wanted in (int, float) else "plain", wanted)


def _from_json(value: Any, kind: _Kind) -> Any:
    """Return the value as the type of ``kind``. Raises _Misfit."""
    form, wanted = kind.form, kind.wanted
    if form == "union":
        return None if value is None else _from_json(value, _option(value, kind.parts))
    if form == "tuple":
        return tuple(_items(value, kind))
    if form == "record":
        return _record(value, wanted)
    if form == "enum":
        if not isinstance(value, str | int) or value not in kind.values:
            raise _Misfit(f"one of the {len(wanted)} values of {wanted.__name__}")
        return kind.values[value]
    if form == "number":
        return _number(value, wanted)
    if not isinstance(value, wanted):
        raise _Misfit(_NAMES.get(wanted, wanted.__name__))
    return value


def _option(value: Any, options: tuple[_Kind, ...]) -> _Kind:
    """Return the member of a union that the value is of: an object names its class, text is text."""
    if isinstance(value, dict):
        options = tuple(one for one in options if getattr(one.wanted, "__name__", "") == value.get("is"))
    elif len(options) > 1:
        options = tuple(one for one in options if one.form != "record" and one.wanted is not Secret)
    if not options:
        raise _Misfit("an object of a known kind")
    return options[0]


def _items(value: Any, kind: _Kind) -> typing.Iterator[Any]:
    if not isinstance(value, list):
        raise _Misfit("a list")
    kinds = kind.parts * len(value) if kind.open else kind.parts
    if len(kinds) != len(value):
        raise _Misfit(f"a list of {len(kinds)}")
    for number, (item, one) in enumerate(zip(value, kinds, strict=True)):
        try:
            yield _from_json(item, one)
        except _Misfit as error:
            error.path.append(f"[{number}]")
            raise


def _record(value: Any, wanted: Any) -> Any:
    if not isinstance(value, dict):
        raise _Misfit(f"an object of the kind {wanted.__name__}")
    fields: dict[str, Any] = {}
    # A field that a later version added is ignored; a missing field gets its default.
    for name, kind in _fields(wanted).items():
        if name in value:
            try:
                fields[name] = _from_json(value[name], kind)
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
