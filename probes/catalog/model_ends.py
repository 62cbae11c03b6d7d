"""Models that a provider has retired or will retire, and what takes their place, from ``probes/facts/models.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from probes.catalog.bundle_place import exists
from probes.catalog.fact_files import HEADER, read_facts
from probes.catalog.provenance import Provenance, provenance_of
from probes.model.named_tuple import NamedTuple


class ModelEnd(NamedTuple):
    """The end of a model at one door. ``routed``: the old name is still answered, by the successor."""

    door: str
    names: tuple[str, ...]
    provenance: Provenance
    routed: bool = False

    def names_model(self, model: str) -> bool:
        """Check whether this is about a model, whose name is in lower case and without ``models/``."""
        return any(model == name or ("*" in name and fnmatchcase(model, name)) for name in self.names)


@cache
def model_ends() -> tuple[ModelEnd, ...]:
    """Return every row: those of an installed bundle, then those of the file that the bundle does not replace."""
    document = read_facts("models")
    ours = tuple(_made(row, document[HEADER]["seen"]) for row in document["model"])
    if not exists():
        return ours
    from probes.catalog.bundle import rows_of

    told = tuple(_made(row, date) for row, date in rows_of("models"))
    renewed = {(one.door, name) for one in told for name in one.names}
    left = ((one, tuple(name for name in one.names if (one.door, name) not in renewed)) for one in ours)
    return (*told, *(one._replace(names=names) for one, names in left if names))


def _made(row: Mapping[str, Any], seen: str) -> ModelEnd:
    names = tuple(name.lower() for name in row["names"])
    return ModelEnd(row["door"], names, provenance_of(row, seen), row.get("routed", False))


def ends_at(door: str) -> tuple[ModelEnd, ...]:
    """Return the rows about the models of one door."""
    return tuple(one for one in model_ends() if one.door == door)


def end_of_model(model: str, door: str | None) -> ModelEnd | None:
    """Return the end of a model, past or announced, at a door.

    For an unknown host (None), which may pass requests on to any provider, the provider is told by the name alone:
    ``deepseek/deepseek-chat`` is DeepSeek's ``deepseek-chat``. If several providers have ended a model of that name,
    return None.

    >>> end_of_model("DeepSeek-Chat", "deepseek").provenance.end
    '2026-07-24'
    """
    name = model.strip().lower().removeprefix("models/")
    if door is not None:
        return next((one for one in model_ends() if one.door == door and one.names_model(name)), None)
    tail = name.rpartition("/")[2]
    found = list(_anywhere(name)) or (list(_anywhere(tail)) if tail != name else [])
    return found[0] if len({one.door for one in found}) == 1 else None


def _anywhere(name: str) -> Iterator[ModelEnd]:
    return (one for one in model_ends() if name in one.names)


def _gone(model: str, door: str, day: str) -> bool:
    end = end_of_model(model, door)
    return end is not None and not end.routed and end.provenance.ended(day)


def successors(model: str, door: str | None, day: str, listed: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the names that take the place of a model that has ended by this day, the provider's choice first.

    ``listed`` are the models that the server lists; names that it does not list are left out. If it has no list (None),
    all names are returned. A name may be listed behind that of its provider.

    >>> successors("deepseek-chat", None, "2026-11-30", ("gpt-4o", "deepseek/deepseek-v4-flash"))
    ('deepseek/deepseek-v4-flash',)
    """
    end = end_of_model(model, door)
    if end is None or not end.provenance.ended(day):
        return ()
    left = [name for name in end.provenance.successor if not _gone(name, end.door, day)]
    if listed is None:
        return tuple(left) if door is not None else ()
    found: list[str] = []
    for name in left:
        found += [one for one in listed if one == name or one.lower().rpartition("/")[2] == name.rpartition("/")[2]][:1]
    return tuple(found)
