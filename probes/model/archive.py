"""Serialise a run to versioned JSON and read it back, so that another machine or a later version can judge it again."""

from __future__ import annotations

import dataclasses
import json
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


class ArchiveError(ValueError):
    """Error for a text that is not a run which this version can read."""


def dump(evidence: Evidence) -> str:
    """Return the evidence as JSON. A secret is written as its hint, a lone surrogate (not valid UTF-8) as an escape."""
    text = json.dumps({"schema": SCHEMA, "evidence": _out(evidence)}, ensure_ascii=False, indent=1)
    return re.sub("[\ud800-\udfff]", lambda lone: f"\\u{ord(lone[0]):04x}", text)


def load(text: str) -> Evidence:
    """Return the evidence of an archived run. Raises ArchiveError if the text is not a run of this schema."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ArchiveError(f"no kept run: its schema is not {SCHEMA}")
    try:
        found = _in(document.get("evidence"), Evidence)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise ArchiveError(f"the run cannot be read: {error}") from error
    assert isinstance(found, Evidence)
    return found


def _out(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.hint
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _out(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_out(item) for item in value]
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _in(value: Any, wanted: Any) -> Any:
    if typing.get_origin(wanted) in (typing.Union, types.UnionType):
        if value is None:
            return None
        options = [option for option in typing.get_args(wanted) if option is not type(None)]
        if isinstance(value, dict):
            options = [option for option in options if getattr(option, "__name__", "") == value.get("is")]
        elif len(options) > 1:
            options = [option for option in options if not dataclasses.is_dataclass(option) and option is not Secret]
        if not options:
            raise ValueError(f"unknown kind {value.get('is') if isinstance(value, dict) else value!r}")
        return _in(value, options[0])
    if typing.get_origin(wanted) is tuple:
        kinds = typing.get_args(wanted)
        if not isinstance(value, list):
            raise TypeError("a list was expected")
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(_in(item, kinds[0]) for item in value)
        if len(kinds) != len(value):
            raise ValueError("a row of another length")
        return tuple(_in(item, kind) for item, kind in zip(value, kinds, strict=True))
    if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        if not isinstance(value, dict):
            raise TypeError(f"{wanted.__name__} was expected")
        hints = _hints(wanted)
        # A field that a later version added is ignored; a missing field gets its default.
        return wanted(**{name: _in(value[name], hint) for name, hint in hints.items() if name in value})
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(wanted, type) and not isinstance(value, wanted):
        raise TypeError(f"{wanted.__name__} was expected, not {type(value).__name__}")
    return value


assert settings  # the import is needed: get_type_hints resolves names in it
