"""Read the published codes and severities from docs/contract.md, the only list of them that the tests use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checkout import DOCS

CONTRACT = (DOCS / "contract.md").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Published:
    """One code of the contract; ``severity`` is error, warning or info."""

    code: str
    severity: str


def _published(section: str) -> dict[str, Published]:
    """Read the tables of a section. A row may name several codes in its first column; only a code in a row by itself
    has a severity.
    """
    found: dict[str, Published] = {}
    for row in re.findall(r"^\|([^|]*`[a-z]+\.[a-z0-9_]+`[^|]*)\|", section, re.MULTILINE):
        said = re.search(r"\((warning|info)\)", row)
        for code in re.findall(r"`([a-z]+\.[a-z0-9_]+)`", row):
            assert code not in found, f"the contract lists {code} twice"
            found[code] = Published(code, said[1] if said else "error")
    return found


_SECTIONS = re.split(r"^## ", CONTRACT, flags=re.MULTILINE)
_FIRST, _ADDED = (_published(next(one for one in _SECTIONS if one.startswith(f"{number}. "))) for number in (3, 4))

# Codes that the contract promises but no rule raises yet.
TO_COME = {
    "model.loading": "comes with issue 12",
    "app.own_test": "comes with issue 16",
}
PUBLISHED = {**_FIRST, **_ADDED}
CODES = frozenset(PUBLISHED) - frozenset(TO_COME)  # the codes that this version can raise
