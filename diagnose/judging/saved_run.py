"""Read a saved run that is to be judged again."""

from __future__ import annotations

from collections.abc import Iterator

from probes.model.archive import ArchiveError, load
from probes.model.evidence import Evidence
from probes.model.record import fields_of
from probes.protocols.names import NAMES


def read(text: str) -> Evidence:
    """Return the evidence of a saved run. Raises ArchiveError if it is not one that this version can judge."""
    evidence = load(text)
    if set(_protocols(evidence)) - set(NAMES):
        raise ArchiveError("the run cannot be judged: it is about a protocol that this version does not know")
    return evidence


def _protocols(value: object) -> Iterator[str]:
    """Yield the protocol of every record inside ``value``."""
    if isinstance(value, tuple):
        for item in value:
            yield from _protocols(item)
    else:
        for name in fields_of(type(value)):
            inner = getattr(value, name)
            if name == "protocol":
                yield inner
            else:
                yield from _protocols(inner)
