"""A bundle of facts: one JSON file that renews what the installed program knows, without a release.

::

    {"schema": "llmdoctor.facts/1", "date": "2026-12-15", "version": "0.2.0",
     "doors":      [{…}],     # rows as in doors.toml, models.toml and companions.toml
     "models":     [{…}],
     "companions": [{…}],
     "texts":      [{"text": "…", "code": "url.host_retired", "source": "…"}]}

A row without ``seen`` was seen on the bundle's date. The tables may be left out, and a table may hold a part of the
rows: what a bundle does not mention stays as it is built in.

A bundle explains and never sends. :func:`probes.catalog.doors.load`, from which every decision about a key, a header,
a variable or an address is made, does not read it. :func:`probes.catalog.doors.informed` does, for the texts of reports
and lists, and takes from it only what :func:`overlaid` and :func:`newcomer` let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from probes.catalog.bundle_place import exists, place
from probes.catalog.door import Door, KeyShape
from probes.catalog.provenance import check
from probes.config_formats.files import MIB, SkippedFile, text_of
from probes.model.named_tuple import NamedTuple
from probes.model.sentence import Sentence

SCHEMA = "llmdoctor.facts/1"
LARGEST = 4 * MIB  # bytes; one with all built-in rows has 300 KiB
TABLES = ("doors", "models", "companions", "texts")
_HEAD = frozenset(("schema", "date", "version", *TABLES))
_ROWS = 5_000  # of one table; the largest built-in one has some 200
_LONGEST = 2_000  # characters of one value
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CODE = re.compile(r"[a-z]{2,20}\.[a-z0-9_]{2,40}")
_SHORTEST_TEXT = 12  # characters; a shorter text would occur in answers that mean something else


class BundleError(ValueError):
    """Error in a bundle: what is wrong, with the table and the row, as a :class:`probes.model.sentence.Sentence`."""

    def __init__(self, template: str, **values: object) -> None:
        self.sentence = Sentence(template, **values)
        super().__init__(str(self.sentence))


class KnownText(NamedTuple):
    """A text of a bundle that identifies a finding when it occurs in an answer; letter case is ignored."""

    text: str
    code: str


class Bundle(NamedTuple):
    """A bundle that was read and checked; ``rows`` are its tables as they were written."""

    date: str
    version: str
    doors: tuple[Door, ...]
    rows: Mapping[str, tuple[Mapping[str, Any], ...]]


def parsed(text: str) -> Bundle:
    """Read and check a bundle.

    Raises BundleError, which names the table and the row, if anything in it is not as this version knows it.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise BundleError("it is nested too deeply") from None
    except ValueError as error:
        raise BundleError("it is not JSON: {detail}", detail=error) from None
    if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
        raise BundleError("it is not a bundle of facts: it has no schema")
    if document["schema"] != SCHEMA:
        given = repr(document["schema"][:40])
        raise BundleError("its schema {name} is not one that this version knows: {names}", name=given, names=SCHEMA)
    if unknown := document.keys() - _HEAD:
        raise BundleError("it has an unknown table {name}", name=repr(min(unknown)[:40]))
    date = document.get("date")
    try:
        if not isinstance(date, str):
            raise ValueError
        check({"seen": date})
    except ValueError:
        raise BundleError("its date is not a day such as 2026-12-15") from None
    version = document.get("version", "")
    if not isinstance(version, str) or len(version) > 40:
        raise BundleError("its version is not a short text")
    rows = {name: _checked(name, document.get(name, []), date) for name in TABLES}
    return Bundle(date, version, _doors(rows["doors"], date), rows)


def _checked(table: str, rows: object, date: str) -> tuple[dict[str, Any], ...]:
    """Check the shape of a table and the provenance of its rows, and return the rows."""
    if not isinstance(rows, list):
        raise BundleError("{detail}", detail=f"{table} is not a list of rows")
    if len(rows) > _ROWS:
        raise BundleError("{detail}", detail=f"{table} has more than {_ROWS} rows")
    for number, row in enumerate(rows, 1):
        try:
            if not isinstance(row, dict):
                raise ValueError("it is not an object")
            _check_size(row)
            check(row, date)
            if row.get("seen", "") > date:
                raise ValueError(f"seen is later than the date of the bundle, {date}")
            if table != "doors":
                _CHECKS[table](row)
        except ValueError as error:
            raise BundleError("{detail}", detail=f"{table}, row {number}{_named(row)}: {error}") from None
    return tuple(rows)


def _named(row: object) -> str:
    named = row.get("id") or row.get("door") or row.get("app") or row.get("code") if isinstance(row, dict) else None
    return f" ({named[:40]})" if isinstance(named, str) else ""


def _check_size(value: object, depth: int = 0) -> None:
    """Check that a row holds short texts without control characters, numbers, flags, and lists or objects of those."""
    if depth > 4:
        raise ValueError("it is nested too deeply")
    if isinstance(value, str):
        if len(value) > _LONGEST:
            raise ValueError(f"a text has more than {_LONGEST} characters")
        if not value.isprintable():
            raise ValueError("a text holds characters that cannot be shown")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_size(name, depth + 1)
            _check_size(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_size(inner, depth + 1)
    elif not isinstance(value, bool | int):
        raise ValueError("a value is neither a text, a whole number, true or false, nor a list")


def _texts(row: Mapping[str, Any], name: str, *, needed: bool = True) -> None:
    value = row.get(name)
    if value is None and not needed:
        return
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"{name} is not a list of texts")


def _only(row: Mapping[str, Any], *names: str) -> None:
    from probes.catalog.provenance import FIELDS

    if unknown := row.keys() - {*names, *FIELDS}:
        raise ValueError(f"unknown field {min(unknown)}")


def _check_model(row: Mapping[str, Any]) -> None:
    _only(row, "door", "names", "routed")
    if not isinstance(row.get("door"), str):
        raise ValueError("door is missing")
    _texts(row, "names")
    if not isinstance(row.get("routed", False), bool):
        raise ValueError("routed is neither true nor false")


def _check_companion(row: Mapping[str, Any]) -> None:
    _only(row, "app", "hosts", "need", "required", "login", "late", "switch")
    for name in ("app", "need"):
        if not isinstance(row.get(name), str):
            raise ValueError(f"{name} is missing")
    _texts(row, "hosts")


def _check_text(row: Mapping[str, Any]) -> None:
    _only(row, "text", "code")
    text, code = row.get("text"), row.get("code")
    if not isinstance(text, str) or len(text.strip()) < _SHORTEST_TEXT:
        raise ValueError(f"text has fewer than {_SHORTEST_TEXT} characters")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ValueError("code is not the code of a finding")


_CHECKS = {"models": _check_model, "companions": _check_companion, "texts": _check_text}


def _doors(rows: Iterable[Mapping[str, Any]], date: str) -> tuple[Door, ...]:
    from probes.catalog.door_files import DoorsError, parse

    try:
        doors = parse([dict(row) for row in rows], "doors", "", seen=date)
    except DoorsError as error:
        raise BundleError("{detail}", detail=str(error).replace("doors: entry", "doors, row", 1)) from None
    for number, door in enumerate(doors, 1):
        if not _ID.fullmatch(door.id):
            raise BundleError("{detail}", detail=f"doors, row {number}: the id has characters that no id may have")
    return doors


# -- what it may say ---------------------------------------------------------------------------------------------------


def overlaid(known: Door, told: Door) -> Door:
    """Return a built-in door with what a bundle says about its ends, its kinds of keys and when they were seen.

    Everything by which something is sent stays as it is built in: hosts, endpoints, ways to send a key, variables,
    company, what a key belongs to for certain. An endpoint or a kind of key can end, but not come back.
    """
    rows = {(one.protocol, one.base_url): one.provenance for one in (*told.endpoints, *told.former)}
    over = {(one.protocol, one.base_url) for one in told.former}
    endpoints = tuple(
        one._replace(provenance=rows.get((one.protocol, one.base_url), one.provenance)) for one in known.endpoints
    )
    shapes = {shape.pattern: shape for shape in told.keys}
    keys = tuple(_shape(shape, shapes.pop(shape.pattern, None)) for shape in known.keys)
    return known._replace(
        endpoints=tuple(one for one in endpoints if (one.protocol, one.base_url) not in over),
        former=(*known.former, *(one for one in endpoints if (one.protocol, one.base_url) in over)),
        keys=(*keys, *shapes.values()),
        provenance=told.provenance,
    )


def _shape(known: KeyShape, told: KeyShape | None) -> KeyShape:
    if told is None:
        return known
    return known._replace(
        shortest=told.shortest, longest=told.longest, mark=told.mark, after=told.after, provenance=told.provenance
    )


def newcomer(told: Door, taken: Iterable[str]) -> Door:
    """Return a door that only a bundle knows: its name, hosts, addresses, kinds of keys and end.

    It has no variables and no pages, no pattern of hosts, and not the hosts that are ``taken`` by built-in doors.
    """
    free = tuple(host for host in map(str.lower, told.hosts) if "*" not in host and host not in set(taken))
    return told._replace(
        hosts=free,
        endpoints=tuple(one for one in told.endpoints if one.host.lower() in free),
        former=tuple(one for one in told.former if one.host.lower() in free),
        key_env=(),
        base_url_env=(),
        sdk="",
        namespace=f"bundle:{told.id}",
        rejects=(),
        models_url="",
        balance=None,
        console_url="",
        small_model="",
        websites=(),
        slips=(),
    )


# -- the installed one -------------------------------------------------------------------------------------------------


class Installed(NamedTuple):
    """The installed bundle, or why there is none: ``problem`` is empty if no file exists."""

    bundle: Bundle | None
    problem: str = ""


@cache
def installed() -> Installed:
    """Return the installed bundle. One that cannot be read, or that is not newer than the built-in facts, is not used.

    Raises nothing: the program works with its built-in facts then.
    """
    path = place()
    if path is None or not exists():
        return Installed(None)
    try:
        # Who can write this file can put words into reports, so it is read as strictly as a folder's file.
        text = text_of(path, path.parent, limit=LARGEST)
        bundle = parsed(text or "")
    except SkippedFile as error:
        return Installed(None, error.why)
    except ValueError as error:
        return Installed(None, str(error))
    from probes.catalog.built_in import built_in_date

    if bundle.date <= built_in_date():
        return Installed(None, "old")
    return Installed(bundle)


def rows_of(table: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the rows of a table of the installed bundle, each with the day for rows without one of their own."""
    bundle = installed().bundle
    if bundle is not None:
        yield from ((row, bundle.date) for row in bundle.rows[table])


@cache
def known_texts() -> tuple[KnownText, ...]:
    """Return the texts of the installed bundle."""
    return tuple(KnownText(row["text"].lower(), row["code"]) for row, _ in rows_of("texts"))


def merged(built_in: Iterable[Door], bundle: Bundle) -> tuple[Door, ...]:
    """Return the built-in doors with what the bundle says about them, and then those that only the bundle knows."""
    told = {door.id: door for door in bundle.doors}
    known = tuple(built_in)
    taken = {host.lower() for door in known for host in (*door.hosts, *door.slips, *door.websites)}
    ours = tuple(overlaid(door, told.pop(door.id)) if door.id in told else door for door in known)
    return (*ours, *(newcomer(door, taken) for door in told.values()))
