"""Hosts that an app needs besides the API's, from ``probes/facts/companions.toml`` and an installed bundle."""

from __future__ import annotations

from functools import cache
from typing import Any

from probes.catalog.fact_files import HEADER, read_facts
from probes.catalog.provenance import Provenance, provenance_of
from probes.model.named_tuple import NamedTuple


class Companion(NamedTuple):
    """Hosts that an app asks, and what for. ``required``: without them it does not start or does not answer.

    ``login``: it needs them only if it uses a stored login of its own. ``late``: seconds by which it is late if they
    do not answer at all. ``switch``: the setting with which it does not ask them.
    """

    app: str
    hosts: tuple[str, ...]
    need: str
    required: bool
    provenance: Provenance
    login: bool = False
    late: int = 0
    switch: str = ""


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
    required, login = row.get("required", False), row.get("login", False)
    provenance, late, switch = provenance_of(row, seen), row.get("late", 0), row.get("switch", "")
    return Companion(row["app"], hosts, row["need"], required, provenance, login, late, switch)


def companions_of(app: str) -> tuple[Companion, ...]:
    """Return the rows of one app."""
    return tuple(one for one in companions() if one.app == app)
