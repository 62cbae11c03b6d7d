"""Mutants of fields: each one deleted, null, empty, of another type."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from mutants import sound
from mutants.mutant import Mutant, dumped, framed

DELETED = object()
Path = tuple[str | int, ...]


def walk(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every field and list item below ``value`` with its path."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in rows:
        yield (*at, key), inner
        yield from walk(inner, (*at, key))


def others(value: Any) -> list[Any]:
    """Return the values that replace a field: null, empty and of other types."""
    always: list[Any] = [DELETED, None]
    match value:
        case bool():
            return [*always, "true", 7, {}]
        case str():
            return [*always, *([""] if value else []), "zz", 7, {}, [value], [None]]
        case int():
            return [*always, 9.5, "9", "x", {}, -1]
        case list():
            return [*always, [], {}, "x", [None], [{}], ["x"], 7]
        case dict():
            return [*always, {}, [], "x", 7, [value]]
        case _:
            return [*always[:1], "x", 7, {}, []]


def changed(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of ``value`` with the field at ``path`` replaced or deleted."""
    copy = deepcopy(value)
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    if new is DELETED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = deepcopy(new)
    return copy


def _written(path: Path, new: Any) -> str:
    return ".".join(map(str, path)) + (" deleted" if new is DELETED else f"={dumped(new)!s}"[:40])


def of_answer(protocol: str) -> Iterator[Mutant]:
    """Yield the mutants of the plain answer."""
    whole = sound.plain(protocol)
    for path, value in walk(whole):
        for new in others(value):
            if new == value and type(new) is type(value):
                continue
            body = dumped(changed(whole, path, new)).encode()
            yield Mutant(protocol, "plain", "field", _written(path, new), body)
    for new in (None, [], {}, "x", 7, True, [whole]):
        yield Mutant(protocol, "plain", "field", f"whole={dumped(new)[:20]}", dumped(new).encode() or b'""')


def _alike(one: tuple[str, Any], other: tuple[str, Any]) -> bool:
    """Check whether two events are of one kind: they differ in values of text and number alone."""
    return one[0] == other[0] and [path for path, _ in walk(one[1])] == [path for path, _ in walk(other[1])]


def of_events(protocol: str) -> Iterator[Mutant]:
    """Yield the mutants of the fields of the stream's events; events of one kind are changed together."""
    rows = sound.stream(protocol)
    done: list[tuple[str, Any]] = []
    for number, row in enumerate(rows):
        if isinstance(row[1], str) or any(_alike(row, one) for one in done):
            continue
        done.append(row)
        alike = [index for index, one in enumerate(rows) if not isinstance(one[1], str) and _alike(row, one)]
        for path, value in walk(row[1]):
            if protocol == "responses" and path[:1] == ("response",) and len(path) > 3 and number != len(rows) - 1:
                continue
            for new in others(value):
                if new == value and type(new) is type(value):
                    continue
                copy = list(rows)
                for index in alike:
                    copy[index] = (rows[index][0], changed(rows[index][1], path, new))
                yield Mutant(
                    protocol,
                    "stream",
                    "field",
                    f"event {number} {_written(path, new)}",
                    framed(protocol, copy).encode(),
                )
        if len(alike) > 1:
            yield from _first_alone(protocol, rows, alike)
    yield from _everywhere(protocol, rows)


def _first_alone(protocol: str, rows: sound.Events, alike: list[int]) -> Iterator[Mutant]:
    """Yield mutants of the middle one of several events of one kind."""
    middle = alike[len(alike) // 2]
    for path, value in walk(rows[middle][1]):
        for new in (DELETED, None, "zz"):
            if new == value:
                continue
            copy = list(rows)
            copy[middle] = (rows[middle][0], changed(rows[middle][1], path, new))
            change = f"event {middle} alone {_written(path, new)}"
            yield Mutant(protocol, "stream", "field", change, framed(protocol, copy).encode())


def _everywhere(protocol: str, rows: sound.Events) -> Iterator[Mutant]:
    """Yield mutants in which a top-level field changes in all events."""
    names = dict.fromkeys(key for _, value in rows if isinstance(value, dict) for key in value)
    for name in names:
        for new in (DELETED, None, "zz", 7):
            copy: sound.Events = []
            for label, value in rows:
                has = isinstance(value, dict) and name in value
                copy.append((label, changed(value, (name,), new) if has else value))
            change = f"all events {_written((name,), new)}"
            yield Mutant(protocol, "stream", "field", change, framed(protocol, copy).encode())
