"""Read and validate files of doors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from probes.catalog.door import Door, Endpoint, KeyShape
from probes.catalog.sdk_variables import families
from probes.model.value_issues import Confidence
from probes.protocols.names import NAMES

_T = TypeVar("_T")
PROTOCOLS = (*NAMES, "other")
AUTHS = ("bearer", "x-api-key", "api-key", "x-goog-api-key", "query", "none")
KINDS = ("vendor", "host", "cloud", "aggregator", "subscription", "gateway", "relay", "local")
CONFIDENCES = tuple(Confidence)
MODELS_AUTHS = ("required", "public", "not-validated", "unknown")


class DoorsError(Exception):
    """A file of doors cannot be used; the text names the file and the line or entry."""


def read(path: Path) -> tuple[Door, ...]:
    """The doors of a file of TOML, or (with that suffix) of the JSON that was built from one.

    Raises DoorsError where it cannot be read, is neither, or an entry has an unknown or missing field or a wrong value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            return tuple(map(_built, json.loads(text)["door"]))
        table = _toml(text)
    except (OSError, ValueError, LookupError, TypeError) as error:  # the decoders' errors are ValueErrors with a line
        raise DoorsError(f"{path}: {error}") from None
    entries = table.get("door") if isinstance(table, dict) else None
    if not isinstance(entries, list):
        raise DoorsError(f"{path}: no [[door]] entry")
    return parse(entries, str(path), text)


def parse(entries: object, shown: str, text: str) -> tuple[Door, ...]:
    """Doors out of decoded entries: a list of tables, or tables by id, of which name, company and kind may be missing.

    ``text`` is the file, for the lines in errors. Raises DoorsError; ``shown`` names the file there.
    """
    by_id = isinstance(entries, dict)
    if isinstance(entries, dict):
        entries = [
            {"id": id, "name": id, "company": id, "kind": "relay", **entry} if isinstance(entry, dict) else entry
            for id, entry in entries.items()
        ]
    if not isinstance(entries, list):
        raise DoorsError(f"{shown}: doors are tables: [doors.NAME]")
    doors: dict[str, Door] = {}
    for number, entry in enumerate(entries, 1):
        name = f"entry {number}"
        try:
            if not isinstance(entry, dict):
                raise ValueError("it is not a table")
            name += f" ({entry.get('id', 'without id')})"
            door = _door(entry)
            _check_patterns(door)
            if door.id in doors:
                raise ValueError("the id stands twice")
        except ValueError as error:
            raise DoorsError(f"{shown}{_line(text, by_id, number, str(error))}: {name}: {error}") from None
        doors[door.id] = door
    return tuple(doors.values())


def _line(text: str, by_id: bool, number: int, problem: str) -> str:
    """``:12``, the line of the field that a problem begins with, else of its entry; empty where there is none."""
    header = re.compile(r"\s*\[\s*doors\s*\.\s*[^.\]]+\]" if by_id else r"\s*\[\[\s*doors?\s*\]\]")
    name = re.split(r"\W", problem.removeprefix("unknown field "))[0]
    field = re.compile(rf"\s*{name}\s*=")
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if header.match(line)]
    if number > len(heads):
        return ""
    start, end = heads[number - 1], heads[number] if number < len(heads) else len(lines)
    return f":{next((at for at in range(start, end) if field.match(lines[at])), start) + 1}"


def _toml(text: str) -> Any:
    import tomllib  # an installed program reads the JSON form

    return tomllib.loads(text)


_NEEDED = ("id", "name", "company", "kind", "hosts", "endpoints")
_STRINGS = (*_NEEDED[:4], "region", "namespace", "models_url", "models_auth", "console_url", "small_model", "sdk")
_LISTS = ("hosts", "key_env", "base_url_env", "rejects", "websites", "slips")
_FLAGS = ("keys_complete", "confirmed")
_FIELDS = frozenset((*_STRINGS, *_LISTS, *_FLAGS, "endpoints", "keys"))


def _door(entry: dict[str, Any]) -> Door:
    _only(entry, _FIELDS)
    fields: dict[str, Any] = {"region": "global", **entry}
    for name in _NEEDED:
        if not fields.get(name):
            raise ValueError(f"{name} is missing")
    for name in _STRINGS:
        if not isinstance(fields.get(name, ""), str):
            raise ValueError(f"{name} is not a string")
    for name in _LISTS:
        fields[name] = _strings(fields.get(name, []), name)
    for name in _FLAGS:
        if not isinstance(fields.get(name, False), bool):
            raise ValueError(f"{name} is neither true nor false")
    _one_of("kind", fields["kind"], KINDS)
    _one_of("models_auth", fields.get("models_auth", "unknown"), MODELS_AUTHS)
    fields["endpoints"] = _each("endpoints", fields["endpoints"], _endpoint)
    fields["keys"] = _each("keys", fields.get("keys", []), _shape)
    if "sdk" in fields:
        _one_of("sdk", fields["sdk"], tuple(families()))
    return _with_sdk_variables(Door(**fields))


def _with_sdk_variables(door: Door) -> Door:
    """Put the variables of the door's official SDK before the door's own."""
    if not door.sdk:
        return door
    sdk = families()[door.sdk]
    return door._replace(key_env=(*sdk.keys, *door.key_env), base_url_env=(*sdk.bases, *door.base_url_env))


def _built(entry: dict[str, Any]) -> Door:
    """A door of the built form, unchecked: it was checked where it was built, and every start waits for it."""
    fields: dict[str, Any] = {"region": "global", **entry}
    for name in _LISTS:
        fields[name] = tuple(fields.get(name, ()))
    fields["endpoints"] = tuple(
        Endpoint(item["protocol"], item["base_url"], tuple(item.get("auth", ("bearer",))), item.get("confirmed", True))
        for item in fields["endpoints"]
    )
    fields["keys"] = tuple(map(_shape, fields.get("keys", ())))
    return _with_sdk_variables(Door(**fields))


def _endpoint(item: dict[str, Any]) -> Endpoint:
    _only(item, ("protocol", "base_url", "auth", "confirmed"))
    protocol, base_url = item.get("protocol"), item.get("base_url")
    _one_of("protocol", protocol, PROTOCOLS)
    if not isinstance(base_url, str) or not base_url.startswith(("https://", "http://")):
        raise ValueError("base_url is not an http or https URL")
    auth = _strings(item.get("auth", ["bearer"]), "auth")
    for way in auth:
        _one_of("auth", way, AUTHS)
    return Endpoint(item["protocol"], base_url.rstrip("/"), auth, bool(item.get("confirmed", True)))


def _shape(item: dict[str, Any]) -> KeyShape:
    _only(item, ("shape", "confidence", "note", "length"))
    shape, note, length = item.get("shape"), item.get("note", ""), item.get("length", 0)
    if not isinstance(shape, str) or not isinstance(note, str):
        raise ValueError("a key's shape or note is not a string")
    _one_of("confidence", item.get("confidence"), CONFIDENCES)
    lengths = length if isinstance(length, list) else [length, length]
    if len(lengths) != 2 or not all(isinstance(size, int) for size in lengths) or lengths[0] > lengths[1]:
        raise ValueError("length is neither a number nor [shortest, longest]")
    return KeyShape(shape, Confidence(item["confidence"]), note, *lengths)


def _only(item: dict[str, Any], names: Iterable[str]) -> None:
    if unknown := item.keys() - set(names):
        raise ValueError(f"unknown field {min(unknown)}")


def _one_of(name: str, value: object, values: tuple[str, ...]) -> None:
    if value not in values:
        told = repr(value) if len(str(value)) < 20 else "a long text"  # which may be a key in the wrong place
        raise ValueError(f"{name} is {told}, not one of {', '.join(values)}")


def _strings(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is not a list of strings")
    return tuple(value)


def _each(name: str, value: object, make: Callable[[dict[str, Any]], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name} is not a list of tables")
    try:
        return tuple(map(make, value))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _check_patterns(door: Door) -> None:
    for shape in door.keys:
        try:
            re.compile(shape.pattern)
        except re.error as error:
            raise ValueError(f"keys: shape {shape.pattern!r}: {error}") from None
