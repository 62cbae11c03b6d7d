"""Hosts that an app needs besides the API's, from ``probes/facts/companions.toml`` and an installed bundle."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from probes.catalog.fact_files import HEADER, read_facts
from probes.catalog.provenance import Provenance, provenance_of


class Companion(NamedTuple):
    """Hosts that an app needs, and what for. ``required``: without them it does not start or does not answer.

    ``login``: it needs them only if it uses a stored login of its own.
    """

    app: str
    hosts: tuple[str, ...]
    need: str
    required: bool
    provenance: Provenance
    login: bool = False


@cache
def companions() -> tuple[Companion, ...]:
    """Return every row of the built-in file, in its order.

    A run connects to these hosts, so a bundle adds none.
    """
    document = read_facts("companions")
    seen = document[HEADER]["seen"]
    return tuple(_made(row, seen) for row in document["companion"])


def _made(row: dict[str, Any], seen: str) -> Companion:
    hosts = tuple(row["hosts"])
    return Companion(
        row["app"], hosts, row["need"], row.get("required", False), provenance_of(row, seen), row.get("login", False)
    )


def companions_of(app: str) -> tuple[Companion, ...]:
    """Return the rows of one app."""
    return tuple(one for one in companions() if one.app == app)
