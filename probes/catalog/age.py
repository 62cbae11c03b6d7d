"""Which facts are due for another look: by the day they were seen, and by the end that was announced for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from probes.catalog.companions import companions
from probes.catalog.door import Door
from probes.catalog.model_ends import model_ends
from probes.catalog.provenance import Provenance


class DueFact(NamedTuple):
    """A fact and the day on which it should be looked at again, both days in ISO 8601.

    ``table`` is ``door``, ``endpoint``, ``key``, ``model`` or ``companion``; ``name`` says which, after the id of its
    door or app. ``reason`` is ``ends`` (the announced end is there), ``unconfirmed`` or ``old``.
    """

    table: str
    owner: str
    name: str
    seen: str
    due: str
    reason: str
    source: tuple[str, ...]


def due_facts(doors: Iterable[Door], day: str) -> list[DueFact]:
    """Return the facts that are due by a day, the longest overdue first. Facts of the user's own files have no day."""
    found = [one for one in _all(doors) if one.due and one.due <= day]
    return sorted(found, key=lambda one: (one.due, one.owner, one.table, one.name))


def _all(doors: Iterable[Door]) -> Iterator[DueFact]:
    for door in doors:
        yield _fact("door", door.id, door.name, door.provenance, confirmed=door.confirmed)
        for endpoint in door.endpoints:
            if endpoint.provenance.seen or endpoint.provenance.end or not endpoint.confirmed:
                whole = _dated(endpoint.provenance, door.provenance)
                yield _fact("endpoint", door.id, endpoint.base_url, whole, confirmed=endpoint.confirmed)
        for shape in door.keys:
            if shape.provenance.seen or shape.provenance.end:
                yield _fact("key", door.id, shape.pattern, _dated(shape.provenance, door.provenance))
    for end in model_ends():
        yield _fact("model", end.door, ", ".join(end.names), end.provenance)
    for companion in companions():
        yield _fact("companion", companion.app, ", ".join(companion.hosts), companion.provenance)


def _dated(own: Provenance, door: Provenance) -> Provenance:
    return own if own.seen else own._replace(seen=door.seen)


def _fact(table: str, owner: str, name: str, known: Provenance, confirmed: bool = True) -> DueFact:
    due = known.look_again(confirmed)
    sure = confirmed and (not known.end or known.end_sure)
    reason = "ends" if known.end > known.seen and due == known.end else "old" if sure else "unconfirmed"
    return DueFact(table, owner, name, known.seen, due, reason, known.source)
