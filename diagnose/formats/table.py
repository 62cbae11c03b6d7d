"""Many reports as a table, a line each, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from diagnose.formats import duration, plain, word
from diagnose.formats.text import STYLES, VERDICTS, Line, Page

ORDER = ("broken", "inconclusive", "degraded", "healthy")


class Row(NamedTuple):
    """One report of a table. ``document`` is the contract's JSON."""

    name: str
    group: str
    document: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        return str(self.document["verdict"])

    @property
    def fault(self) -> Mapping[str, Any] | None:
        """The finding to be told: the root cause, else the first warning."""
        findings = self.document["findings"]
        root = self.document["root_cause"]
        told = (one for one in findings if one["code"] == root or (root is None and one["severity"] == "warning"))
        found: Mapping[str, Any] | None = next(told, None)
        return found


def render(rows: Iterable[Row], lang: str, *, width: int = 80, colour: bool = False, unicode: bool = True) -> str:
    """The table and a line that sums it up."""
    page = Page(lang, width, unicode)
    ordered = sorted(rows, key=lambda row: (ORDER.index(row.verdict), row.group, row.name))
    names = [page.safe(f"{row.group}/{row.name}" if row.group else row.name) for row in ordered]
    column = min(max(map(page.cells, names), default=0), page.width // 3) + 2
    for row, name in zip(ordered, names, strict=True):
        _line(page, row, name, column)
    page.gap()
    page.hang([], [(_sum(ordered, lang), "dim")])
    return page.print(colour)


def _line(page: Page, row: Row, name: str, column: int) -> None:
    status = VERDICTS[row.verdict]
    lead: Line = [(page.mark(status), STYLES[status]), (page.pad(name, column), "")]
    if page.cells(name) >= column:  # a long name has a line of its own
        page.lines.append(lead)
        lead = [(" " * (page.cells(page.mark(status)) + column), "")]
    page.hang(lead, _said(page, row), right=page.safe(duration(row.document["duration_ms"])))


def _said(page: Page, row: Row) -> Line:
    address = page.safe(row.document["target"]["base_url"] or "")
    fault = row.fault
    if fault is not None:
        return [
            (page.safe(fault["title"]), STYLES[VERDICTS[row.verdict]]),
            (f"({fault['code']})", "dim"),
            (address, "dim"),
        ]
    said = page.word(f"table.{row.verdict}")
    return [(said, ""), (address, "dim")]


def change(row: Row, before: str | None, lang: str, clock: str) -> str:
    """One line that tells what has become of a target since the round before."""
    fault = row.fault
    said = plain(fault["title"]) if fault is not None else word(lang, f"table.{row.verdict}")
    code = f" ({fault['code']})" if fault is not None else ""
    was = word(lang, "table.was", verdict=word(lang, f"table.{before}")) if before else ""
    return f"{clock} {plain(row.name)}{word(lang, 'colon')}{said}{code}{was}\n"


def _sum(rows: list[Row], lang: str) -> str:
    counts = Counter(row.verdict for row in rows)
    parts = [f"{counts[verdict]} {word(lang, f'table.{verdict}')}" for verdict in ORDER if counts[verdict]]
    costs = [row.document["cost"] for row in rows]
    spent = word(
        lang,
        "cost",
        requests=sum(cost["requests"] for cost in costs),
        billed=sum(cost["billed_requests"] for cost in costs),
        tokens=sum(cost["prompt_tokens"] + cost["completion_tokens"] for cost in costs),
    )
    whole = word(lang, "table.all", count=len(rows))
    return whole + word(lang, "colon") + word(lang, "comma").join(parts) + word(lang, "pause") + spent
