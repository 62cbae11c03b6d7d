"""Which facts are due for another look: by the day they were seen, and by the end that was announced for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.catalog.apps import load as apps
from probes.catalog.closed_apps import closed_apps
from probes.catalog.companions import companions
from probes.catalog.door import Door
from probes.catalog.fact_files import read_facts, usual_of
from probes.catalog.model_ends import model_ends
from probes.catalog.provenance import Provenance, parted
from probes.model.named_tuple import NamedTuple

# The files of ``probes/facts/texts`` whose rows age: what servers, clients and products say. The others are examples
# and the words of reports, which stay true.
TEXTS = ("dialects", "kinds", "phrases", "network_words", "client_words", "products")


class DueFact(NamedTuple):
    """A fact and the day on which it should be looked at again, both days in ISO 8601.

    ``table`` is ``door``, ``endpoint``, ``key``, ``balance``, ``model``, ``companion``, ``app``, ``credential``,
    ``issuer`` or ``text``; ``name`` says which, after the id of its door or app, the name of its house or that of its
    file. ``reason`` is ``ends`` (the announced end is there), ``unconfirmed`` or ``old``.
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
        if door.balance is not None:
            yield _fact("balance", door.id, door.balance.url, door.balance.provenance)
    for end in model_ends():
        yield _fact("model", end.door, ", ".join(end.names), end.provenance)
    for companion in companions():
        yield _fact("companion", companion.app, ", ".join(companion.hosts), companion.provenance)
    for app in apps():
        yield _fact("app", app.id, ", ".join((app.name, *app.versions[:1])), app.provenance, confirmed=app.confirmed)
        for change in app.changes:
            yield _fact("app", app.id, ", ".join((*change.gone, *change.new)), change.provenance)
    for closed in closed_apps():
        yield _fact("app", closed.id, closed.name, closed.provenance)
    document = read_facts("credentials")
    usual = usual_of(document)
    for row in document["credential"]:
        yield _fact("credential", row.get("company") or "-", row["shape"], parted(row, usual)[1])
    for row in document["issuer"]:
        yield _fact("issuer", row["name"], ", ".join(row["iss"]), parted(row, usual)[1])
    for file in TEXTS:
        yield from _texts(file)


def _texts(file: str) -> Iterator[DueFact]:
    """Yield the texts of a file: those of the file's day and source together, the others each by itself."""
    document = read_facts(f"texts/{file}")
    usual = usual_of(document)
    rows = [row for value in document.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    own = [(row, provenance) for row in rows if (provenance := parted(row, usual)[1]) is not usual]
    yield _fact("text", file, f"{file}.toml ({len(rows) - len(own)})", usual)
    for row, provenance in own:
        yield _fact("text", file, str(row.get("id") or row.get("pattern") or row["any"][0]), provenance)


def _dated(own: Provenance, door: Provenance) -> Provenance:
    return own if own.seen else own._replace(seen=door.seen)


def _fact(table: str, owner: str, name: str, known: Provenance, confirmed: bool = True) -> DueFact:
    due = known.look_again(confirmed)
    sure = confirmed and (not known.end or known.end_sure)
    reason = "ends" if known.end > known.seen and due == known.end else "old" if sure else "unconfirmed"
    return DueFact(table, owner, name, known.seen, due, reason, known.source)
