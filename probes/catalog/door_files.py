"""Read and validate door files, in TOML or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from probes.catalog.door import Balance, Door, Endpoint, KeyShape
from probes.catalog.fact_files import HEADER
from probes.catalog.provenance import FIELDS as PROVENANCE
from probes.catalog.provenance import FIELDS_SET, Provenance, check, provenance_of
from probes.config_formats.files import MIB, SkippedFile, text_of
from probes.model.key_shape import Confidence
from probes.protocols.names import NAMES

if TYPE_CHECKING:  # a wheel reads no file by its path at the start
    from pathlib import Path

_T = TypeVar("_T")
LARGEST = 4 * MIB  # bytes; the built-in doors have 100 KiB
PROTOCOLS = (*NAMES, "other")
AUTHS = ("bearer", "x-api-key", "api-key", "x-goog-api-key", "query", "none")
KINDS = ("vendor", "host", "cloud", "aggregator", "subscription", "gateway", "relay", "local")
CONFIDENCES = tuple(Confidence)
MODELS_AUTHS = ("required", "public", "not-validated", "unknown")


class DoorsError(Exception):
    """Error in a door file. The message names the file and the line or entry."""


def read(path: Path) -> tuple[Door, ...]:
    """Read the doors in a TOML file, or (suffix ``.json``) in the JSON file built from one.

    Raises DoorsError if the file cannot be read or parsed, or if an entry has an unknown, missing or invalid field.
    """
    return read_dated(path)[1]


def read_dated(path: Path) -> tuple[str, tuple[Door, ...]]:
    """Read the doors in a file as :func:`read` does, with the date of the facts; empty if the file has none."""
    try:
        text = text_of(path, limit=LARGEST) or ""
        if path.suffix == ".json":
            return from_compiled(json.loads(text))
        table = _toml(text)
    except SkippedFile as error:
        raise DoorsError(f"{path} cannot be read: {error.why}") from None
    except RecursionError:
        raise DoorsError(f"{path}: it is nested too deeply") from None
    except (ValueError, LookupError, TypeError) as error:  # decoders raise ValueError with the line
        raise DoorsError(f"{path}: {error}") from None
    entries = table.get("door") if isinstance(table, dict) else None
    if not isinstance(entries, list):
        raise DoorsError(f"{path}: no [[door]] entry")
    header = table.get(HEADER, {})
    return header.get("date", ""), parse(entries, str(path), text, seen=header.get("seen", ""))


def parse(entries: object, shown: str, text: str, seen: str = "") -> tuple[Door, ...]:
    """Build doors from decoded entries: a list of tables, or tables by id, which may omit name, company and kind.

    ``shown`` and ``text`` are the file's name and content; error messages contain the name and a line number. ``seen``
    is the day on which its rows were seen, unless they name one.

    Raises DoorsError if an entry is invalid.
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
            door = _door(entry, seen)
            _check_patterns(door)
            if door.id in doors:
                raise ValueError("the id is used twice")
        except ValueError as error:
            raise DoorsError(f"{shown}{_line(text, by_id, number, str(error))}: {name}: {error}") from None
        doors[door.id] = door
    return tuple(doors.values())


def _line(text: str, by_id: bool, number: int, problem: str) -> str:
    """Return the line of a problem as ``:12``, or an empty string if the entry has no line.

    It is the line of the field whose name starts ``problem``, else the first line of the entry.
    """
    header = re.compile(r"\s*\[\s*doors\s*\.[^.\]]+\]" if by_id else r"\s*\[\[\s*doors?\s*\]\]")
    name = re.split(r"\W", problem.removeprefix("unknown field "))[0]
    field = re.compile(rf"\s*{name}\s*=")
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if header.match(line)]
    if number > len(heads):
        return ""
    start, end = heads[number - 1], heads[number] if number < len(heads) else len(lines)
    return f":{next((at for at in range(start, end) if field.match(lines[at])), start) + 1}"


def _toml(text: str) -> Any:
    import tomllib  # an installed program reads JSON and does not pay for this import

    return tomllib.loads(text)


_NEEDED = ("id", "name", "company", "kind", "hosts", "endpoints")
_MAY_BE_EMPTY = ("hosts", "endpoints")  # of a door whose hosts are the user's own, or not known
_OPTIONAL = ("region", "namespace", "models_url", "models_auth", "console_url", "small_model", "sdk", "credential")
_STRINGS = (*_NEEDED[:4], *_OPTIONAL)
_LISTS = ("hosts", "key_env", "base_url_env", "rejects", "websites", "slips")
_FLAGS = ("keys_complete", "confirmed")
_FIELDS = frozenset((*_STRINGS, *_LISTS, *_FLAGS, "endpoints", "keys", "balance", *PROVENANCE))


def _door(entry: dict[str, Any], seen: str) -> Door:
    _check_fields(entry, _FIELDS)
    fields: dict[str, Any] = {"region": "global", **entry}
    for name in _NEEDED:
        if name not in fields or (not fields[name] and name not in _MAY_BE_EMPTY):
            raise ValueError(f"{name} is missing")
    for name in _STRINGS:
        if not isinstance(fields.get(name, ""), str):
            raise ValueError(f"{name} is not a string")
    for name in _LISTS:
        fields[name] = _strings(fields.get(name, []), name)
    for name in _FLAGS:
        if not isinstance(fields.get(name, False), bool):
            raise ValueError(f"{name} is neither true nor false")
    _check_choice("kind", fields["kind"], KINDS)
    _check_choice("models_auth", fields.get("models_auth", "unknown"), MODELS_AUTHS)
    check(entry, seen)
    _tables("endpoints", fields["endpoints"], lambda row: check(row, seen))
    _tables("keys", fields.get("keys", []), lambda row: check(row, seen))
    fields["endpoints"] = _tables("endpoints", fields["endpoints"], _endpoint)
    fields["keys"] = _tables("keys", fields.get("keys", []), _shape)
    if "sdk" in fields:
        _check_choice("sdk", fields["sdk"], NAMES)
    if "balance" in fields:
        fields["balance"] = _balance(entry["balance"], entry, seen)
    return _made(entry, fields, seen)


def _made(entry: dict[str, Any], fields: dict[str, Any], seen: str) -> Door:
    """Make a door of its fields, and set apart the endpoints that have ended."""
    for name in FIELDS_SET & fields.keys():
        del fields[name]
    ended = [bool(item.get("ended")) for item in entry["endpoints"]]
    if any(ended):
        both = tuple(zip(fields["endpoints"], ended, strict=True))
        fields["endpoints"] = tuple(one for one, over in both if not over)
        fields["former"] = tuple(one for one, over in both if over)
    return _with_sdk_variables(Door(**fields, provenance=provenance_of(entry, seen)))


def _with_sdk_variables(door: Door) -> Door:
    """Insert the variables of the door's official SDK before the variables in its row."""
    if not door.sdk:
        return door
    from probes.catalog.sdk_variables import variables_of  # loads every app; the compiled doors do without

    sdk = variables_of(door.sdk)
    return door._replace(key_env=(*sdk.keys, *door.key_env), base_url_env=(*sdk.bases, *door.base_url_env))


def _endpoint(item: dict[str, Any]) -> Endpoint:
    _check_fields(item, ("protocol", "base_url", "auth", "confirmed", *PROVENANCE))
    protocol, base_url = item.get("protocol"), item.get("base_url")
    _check_choice("protocol", protocol, PROTOCOLS)
    if not isinstance(base_url, str) or not base_url.startswith(("https://", "http://")):
        raise ValueError("base_url is not an http or https URL")
    auth = _strings(item.get("auth", ["bearer"]), "auth")
    for style in auth:
        _check_choice("auth", style, AUTHS)
    confirmed = bool(item.get("confirmed", True))
    return Endpoint(item["protocol"], base_url.rstrip("/"), auth, confirmed, provenance_of(item))


def _balance(item: object, door: dict[str, Any], seen: str) -> Balance:
    """Return where the balance is asked; the day of this fact is that of the door if it names none."""
    if not isinstance(item, dict):
        raise ValueError("balance is not a table")
    _check_fields(item, ("url", "currency", "also", *PROVENANCE))
    url, also, currency = item.get("url"), item.get("also", ""), item.get("currency", "")
    for name, value in (("url", url), *((("also", also),) if also else ())):
        if not isinstance(value, str) or not value.startswith("https://"):
            raise ValueError(f"balance: {name} is not an https URL")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}|", currency):
        raise ValueError("balance: currency is not a code of three letters")
    day = door.get("seen", seen)
    try:
        check(item, day)
    except ValueError as error:
        raise ValueError(f"balance: {error}") from None
    return Balance(str(url), currency, also, provenance_of(item, day))


def _shape(item: dict[str, Any]) -> KeyShape:
    _check_fields(item, ("shape", "confidence", "note", "length", "mark", "after", "header", *PROVENANCE))
    shape, note, length = item.get("shape"), item.get("note", ""), item.get("length", 0)
    mark, after, header = item.get("mark", ""), item.get("after", 0), item.get("header", "")
    if not isinstance(shape, str) or not isinstance(note, str) or not isinstance(mark, str):
        raise ValueError("a key's shape, note or mark is not a string")
    if not isinstance(header, str):
        raise ValueError("a key's header is not a string")
    if not isinstance(after, int):
        raise ValueError("after is not a number")
    _check_choice("confidence", item.get("confidence"), CONFIDENCES)
    lengths = length if isinstance(length, list) else [length, length]
    if len(lengths) != 2 or not all(isinstance(size, int) for size in lengths) or lengths[0] > lengths[1]:
        raise ValueError("length is neither a number nor [shortest, longest]")
    shortest, longest = lengths
    confidence = Confidence(item["confidence"])
    return KeyShape(shape, confidence, note, shortest, longest, mark, after, header, provenance_of(item))


def _check_fields(item: dict[str, Any], names: Iterable[str]) -> None:
    if unknown := item.keys() - set(names):
        raise ValueError(f"unknown field {min(unknown)}")


def _check_choice(name: str, value: object, values: tuple[str, ...]) -> None:
    if value not in values:
        shown = repr(value) if len(str(value)) < 20 else "a long text"  # which may be a key in the wrong field
        raise ValueError(f"{name} is {shown}, not one of {', '.join(values)}")


def _strings(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is not a list of strings")
    return tuple(value)


def _tables(name: str, value: object, make: Callable[[dict[str, Any]], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name} is not a list of tables")
    try:
        return tuple(map(make, value))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _check_patterns(door: Door) -> None:
    from probes.catalog.shape_cost import costly

    for shape in door.keys:
        try:
            re.compile(shape.pattern)
            takes_long = costly(shape.pattern)
        except (re.error, RecursionError, OverflowError) as error:  # nested hundreds of times; `a{9999999999}`
            raise ValueError(f"keys: shape {shape.pattern[:80]!r}: {error}") from None
        if takes_long:
            raise ValueError(f"keys: shape {shape.pattern[:80]!r}: matching it could take very long")


# -- the compiled form -------------------------------------------------------------------------------------------------

_CONFIDENCES = {one.value: one for one in Confidence}
_ENDPOINTS, _KEYS, _FORMER, _PROVENANCE, _BALANCE = map(
    Door._fields.index, ("endpoints", "keys", "former", "provenance", "balance")
)


def compiled(doors: Iterable[Door]) -> list[list[Any]]:
    """Return doors as JSON arrays of their fields, in order and without the defaults at the end.

    Every start reads them: without names, checks and variables to look up, this takes half the time.
    """
    return [_trimmed([_plain(value) for value in door], Door) for door in doors]


def _plain(value: Any) -> Any:
    if isinstance(value, Provenance):
        return _trimmed([_plain(one) for one in value], Provenance)
    if isinstance(value, Endpoint | KeyShape | Balance):
        return _trimmed([_plain(one) for one in value], type(value))
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _trimmed(row: list[Any], kind: Any) -> list[Any]:
    defaults = [kind._field_defaults.get(name, row) for name in kind._fields]
    while row and row[-1] == _plain(defaults[len(row) - 1]):
        row.pop()
    return row


def from_compiled(document: dict[str, Any]) -> tuple[str, tuple[Door, ...]]:
    """Return the date of the facts and the doors of a compiled file, which is not checked: the build has done so."""
    return document[HEADER]["date"], tuple(map(_from_row, document["door"]))


def _from_row(row: list[Any]) -> Door:
    """Build a door from its compiled form."""
    fields: list[Any] = [tuple(value) if type(value) is list else value for value in row]
    fields[_ENDPOINTS] = tuple(map(_endpoint_of, row[_ENDPOINTS]))
    if len(row) > _KEYS:
        fields[_KEYS] = tuple(map(_shape_of, row[_KEYS]))
    if len(row) > _FORMER:
        fields[_FORMER] = tuple(map(_endpoint_of, row[_FORMER]))
    if len(row) > _PROVENANCE:
        fields[_PROVENANCE] = _provenance_of(row[_PROVENANCE])
    if len(row) > _BALANCE:
        fields[_BALANCE] = _balance_of(row[_BALANCE])
    return Door(*fields)


def _endpoint_of(row: list[Any]) -> Endpoint:
    fields = list(row)
    if len(row) > 2:
        fields[2] = tuple(row[2])
    if len(row) > 4:
        fields[4] = _provenance_of(row[4])
    return Endpoint(*fields)


def _shape_of(row: list[Any]) -> KeyShape:
    fields = list(row)
    fields[1] = _CONFIDENCES[row[1]]
    if len(row) > 8:
        fields[8] = _provenance_of(row[8])
    return KeyShape(*fields)


def _balance_of(row: list[Any] | None) -> Balance | None:
    return None if row is None else Balance(*row[:3], *(_provenance_of(one) for one in row[3:]))


def _provenance_of(row: list[Any]) -> Provenance:
    fields: list[Any] = [tuple(value) if type(value) is list else value for value in row]
    return Provenance(*fields)
