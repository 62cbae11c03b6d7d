"""The doors that the program comes with, and the date of its facts."""

from __future__ import annotations

from functools import cache

from probes.catalog.door import Door
from probes.catalog.door_files import from_compiled, read_dated
from probes.catalog.fact_files import compiled_facts, fact_file


@cache
def _built_in() -> tuple[str, tuple[Door, ...]]:
    document = compiled_facts("doors")
    return from_compiled(document) if document is not None else read_dated(fact_file("doors"))


def builtin() -> tuple[Door, ...]:
    """Return the built-in doors in file order."""
    return _built_in()[1]


def built_in_date() -> str:
    """Return the date (ISO 8601) of the built-in facts: the latest day on which one of them was seen."""
    return _built_in()[0]
