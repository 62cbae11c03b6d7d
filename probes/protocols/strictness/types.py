"""Types of fields as pydantic checks them, for the SDKs that validate what they read: google-genai and ollama."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.protocols.strictness.reading import breaks

# A schema is the name of a type, a mapping of fields (an object) or a list with one schema (a list of those).
# A ``!`` behind a type: it must be there. Fields that are in no schema are passed over.
Schema = str | Mapping[str, Any] | list[Any]


def check(value: Any, schema: Schema, where: str) -> None:
    """Check a value that is not null. Raises :exc:`Breaks` where the SDK's validation fails."""
    if isinstance(schema, list):
        if not isinstance(value, list):
            breaks("type", where)
        for one in value:
            if one is None:
                breaks("missing", f"{where}[]")
            check(one, schema[0], f"{where}[]")
    elif isinstance(schema, str):
        if not _fits(value, schema.rstrip("!")):
            breaks("type", where)
    else:
        _check_object(value, schema, where)


def _check_object(value: Any, schema: Mapping[str, Any], where: str) -> None:
    if not isinstance(value, dict):
        breaks("type", where)
    for name, inner in schema.items():
        given = value.get(name)
        place = f"{where}.{name}" if where else name
        if given is None:
            if isinstance(inner, str) and inner.endswith("!"):
                breaks("missing", place)
            continue
        check(given, inner, place)


def _fits(value: Any, kind: str) -> bool:
    match kind:
        case "str" | "enum" | "time":
            return isinstance(value, str) or (kind == "time" and isinstance(value, (int, float)))
        case "int":
            return _number(value) and float(value) == int(float(value))
        case "float":
            return _number(value)
        case "bool":
            return isinstance(value, bool) or value in (0, 1) or (isinstance(value, str) and value.lower() in _BOOLS)
        case "dict":
            return isinstance(value, dict)
    return True


_BOOLS = ("0", "1", "true", "false", "on", "off", "yes", "no", "t", "f", "y", "n")


def _number(value: Any) -> bool:
    """Check for a number or a text that is one, as pydantic takes them."""
    if isinstance(value, str):
        text = value.strip()[:400]
        try:
            float(text)
        except ValueError:
            return False
        return bool(text) and "e" not in text.lower() and "n" not in text.lower()
    return isinstance(value, (bool, int)) or (isinstance(value, float) and value - value == 0)
