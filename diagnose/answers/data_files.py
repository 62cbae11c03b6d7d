"""Load the tables of what servers and clients say: ``probes/facts/texts``."""

from __future__ import annotations

from typing import Any

from probes.catalog.fact_files import HEADER, read_facts, without_provenance


def table(name: str) -> dict[str, Any]:
    """Load the table ``name`` of ``probes/facts/texts``, without the fields of :mod:`probes.catalog.provenance`."""
    document = read_facts(f"texts/{name}")
    return without_provenance(document) if HEADER in document else document  # the build has taken it out of a wheel
