"""What is known to be wrong with an app's Python or Node, from ``probes/facts/runtimes.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from probes.catalog.fact_files import HEADER, read_facts
from probes.catalog.provenance import Provenance, provenance_of
from probes.model.named_tuple import NamedTuple

_CONDITION = re.compile(r"(<|>=)([0-9.]{1,20})")
ANY = "*"


class RuntimeFault(NamedTuple):
    """One row; the head of the file explains the fields."""

    id: str
    runtime: str
    error: tuple[str, ...]
    packages: Mapping[str, str]
    variable: str
    strict: bool
    foreseen: bool
    install: Mapping[str, str]
    provenance: Provenance


@cache
def runtime_faults() -> tuple[RuntimeFault, ...]:
    """Return every row, in the order of the file."""
    document = read_facts("runtimes")
    return tuple(_made(row, document[HEADER]["seen"]) for row in document["row"])


def _made(row: dict[str, Any], seen: str) -> RuntimeFault:
    return RuntimeFault(
        row["id"],
        row["runtime"],
        tuple(row.get("error", ())),
        row.get("packages", {}),
        row.get("variable", ""),
        row.get("strict", False),
        row.get("foreseen", False),
        row.get("install", {}),
        provenance_of(row, seen),
    )


def satisfies(version: str, condition: str) -> bool:
    """Check a version against ``<`` or ``>=`` and another one; the numbers alone are compared.

    >>> satisfies("0.28.1", ">=0.28"), satisfies("1.54.3", "<1")
    (True, False)
    """
    found = _CONDITION.fullmatch(condition)
    if found is None:
        return False
    less, other = found[1] == "<", numbers(found[2])
    return numbers(version) < other if less else numbers(version) >= other


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers at the beginning of a version: those of ``2026.10.19.post1`` are 2026, 10 and 19."""
    found = []
    for part in version[:40].split("."):
        digits = re.match(r"[0-9]{1,9}", part)
        if digits is None:
            break
        found.append(int(digits[0]))
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)
