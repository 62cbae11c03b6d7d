"""Load the tables of what servers and clients say: ``probes/facts/texts``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from probes.catalog.fact_files import read_facts, usual_of, without_provenance
from probes.catalog.provenance import Provenance, parted


def table(name: str) -> dict[str, Any]:
    """Load the table ``name`` of ``probes/facts/texts``, without the fields of :mod:`probes.catalog.provenance`."""
    return without_provenance(read_facts(f"texts/{name}"))


class DatedTable:
    """A table of ``probes/facts/texts`` whose rows say where they are from and when they were seen."""

    def __init__(self, name: str) -> None:
        self.document = read_facts(f"texts/{name}")
        self._usual = usual_of(self.document)

    def rows(self, name: str) -> Iterator[tuple[Mapping[str, Any], Provenance]]:
        """Yield the rows of an array, each apart from its provenance."""
        return (parted(row, self._usual) for row in self.document[name])
