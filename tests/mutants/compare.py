"""Compare the program's verdicts on the mutants with what follows from the readings of the SDKs."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutants.generate import mutants
from mutants.kept import digits, wanted
from mutants.mutant import Mutant
from mutants.product import verdicts
from mutants.server import serving

LEAST = 0.98
_DIFFERENCES = Path(__file__).with_name("differences.toml")


@dataclass(frozen=True, slots=True)
class Difference:
    """A mutant on which the two do not agree."""

    name: str
    wanted: str
    verdict: str
    codes: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether it counts as a disagreement. A warning where every client reads on is none: it says something else."""
        return (self.wanted, self.verdict) != ("healthy", "degraded")

    @property
    def why(self) -> str:
        """The explanation in ``differences.toml``; empty if there is none."""
        line = f"{self.name} | {self.wanted} | {self.verdict}"
        return next((one["why"] for one in explanations() if re.search(one["pattern"], line)), "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of one protocol."""

    protocol: str
    mutants: int
    differences: tuple[Difference, ...]

    @property
    def agreement(self) -> float:
        """The share of the mutants on which the two agree."""
        return 1 - len([one for one in self.differences if one.counts]) / max(1, self.mutants)

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """The disagreements without an explanation."""
        return tuple(one for one in self.differences if one.counts and not one.why)

    @property
    def holds(self) -> bool:
        """Whether enough agree and every other one is explained."""
        return self.agreement >= LEAST and not self.unexplained


@cache
def explanations() -> list[dict[str, str]]:
    """Return the explained kinds of disagreement: a pattern for ``NAME | WANTED | VERDICT`` and why."""
    rows: list[dict[str, str]] = tomllib.loads(_DIFFERENCES.read_text())["difference"]
    return rows


def compare(protocol: str, sample: Sequence[int] | None = None) -> Comparison:
    """Check the mutants of a protocol, or those with the numbers in ``sample``."""
    rows, bits = mutants(protocol), digits(protocol)
    numbers = list(sample) if sample is not None else list(range(len(rows)))
    return compared(protocol, [rows[number] for number in numbers], [bits[number] for number in numbers])


def compared(protocol: str, rows: Sequence[Mutant], bits: Sequence[int]) -> Comparison:
    """Check these mutants and compare with the digits of the SDKs."""
    with serving(rows) as port:
        found = verdicts(rows, port)
    differences = [
        Difference(one.name, wanted(bit), verdict, codes)
        for one, bit, (verdict, codes) in zip(rows, bits, found, strict=True)
        if wanted(bit) != verdict
    ]
    return Comparison(protocol, len(rows), tuple(differences))


def printed(results: Sequence[Comparison], *, verbose: bool = False) -> str:
    """Return the comparisons as text, a line for each protocol."""
    lines = []
    for one in results:
        kinds = Counter(f"{row.wanted} called {row.verdict}" for row in one.differences if row.counts)
        needless = len([row for row in one.differences if not row.counts])
        told = "; ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        lines.append(f"{one.protocol:10} {one.mutants:5} mutants  {one.agreement:7.2%} agree  {told}")
        if needless:
            lines.append(f"{'':10} {needless:5} warned of although these clients read them (not counted)")
        for row in one.differences if verbose else one.unexplained:
            lines.append(f"    {row.wanted} called {row.verdict}: {row.name} {', '.join(row.codes)} — {row.why or '?'}")
    total = sum(one.mutants for one in results)
    agreed = sum(one.agreement * one.mutants for one in results)
    lines.append(f"{'all':10} {total:5} mutants  {agreed / max(1, total):7.2%} agree")
    return "\n".join(lines)
