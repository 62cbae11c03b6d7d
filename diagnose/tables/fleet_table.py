"""The table of a fleet: one line per report, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from diagnose.formats.text import STYLES, VERDICTS, Line, Page
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import duration, word

ORDER = ("broken", "inconclusive", "degraded", "healthy")


class FleetRow(NamedTuple):
    """The part of a report that the table shows; a fleet of thousands keeps no more than this in memory."""

    name: str
    group: str
    verdict: str
    address: str
    title: str  # of the root cause, else of the first warning; empty if there is neither
    code: str
    milliseconds: float
    requests: int
    billed: int
    tokens: int


def row(name: str, group: str, document: Mapping[str, Any]) -> FleetRow:
    """Return the row of a report, which is given as the JSON document of the contract."""
    root, cost = document["root_cause"], document["cost"]
    shown = (
        one for one in document["findings"] if one["code"] == root or (root is None and one["severity"] == "warning")
    )
    fault = next(shown, None) or {"title": "", "code": ""}
    return FleetRow(
        name,
        group,
        document["verdict"],
        document["target"]["base_url"] or "",
        fault["title"],
        fault["code"],
        document["duration_ms"],
        cost["requests"],
        cost["billed_requests"],
        cost["prompt_tokens"] + cost["completion_tokens"],
    )


def render(rows: Iterable[FleetRow], lang: str, *, width: int = 80, colour: bool = False, unicode: bool = True) -> str:
    """Return the table and a summary line; ``width`` is in columns."""
    page = Page(lang, width, unicode)
    ordered = sorted(rows, key=lambda one: (ORDER.index(one.verdict), one.group, one.name))
    names = [page.safe(f"{one.group}/{one.name}" if one.group else one.name) for one in ordered]
    column = min(max(map(page.cells, names), default=0), page.width // 3) + 2
    for one, name in zip(ordered, names, strict=True):
        _line(page, one, name, column)
    if ordered:
        page.gap()
        page.hang([], [(_sum(ordered, lang), "dim")])
    return page.print(colour)


def _line(page: Page, one: FleetRow, name: str, column: int) -> None:
    status = VERDICTS[one.verdict]
    lead: Line = [(page.mark(status), STYLES[status]), (page.pad(name, column), "")]
    if page.cells(name) >= column:  # a long name gets a separate line
        page.lines.append(lead)
        lead = [(" " * (page.cells(page.mark(status)) + column), "")]
    said: Line = [(page.word(f"table.{one.verdict}"), "")]
    if one.title:
        said = [(page.safe(one.title), STYLES[status]), (f"({one.code})", "dim")]
    page.hang(lead, [*said, (page.safe(one.address), "dim")], right=page.safe(duration(one.milliseconds)))


def change(one: FleetRow, before: str, lang: str, clock: str) -> str:
    """Return the line about a target whose result has changed; ``before`` is its previous verdict."""
    said = f"{plain(one.title)} ({one.code})" if one.title else word(lang, f"table.{one.verdict}")
    was = word(lang, "table.was", verdict=word(lang, f"table.{before}"))
    return f"{clock} {plain(one.name)}{word(lang, 'colon')}{said}{was}\n"


def _sum(rows: list[FleetRow], lang: str) -> str:
    counts = Counter(one.verdict for one in rows)
    parts = [f"{counts[verdict]} {word(lang, f'table.{verdict}')}" for verdict in ORDER if counts[verdict]]
    requests, billed, tokens = (sum(column) for column in zip(*(one[-3:] for one in rows), strict=True))
    cost = word(lang, "cost", requests=requests, billed=billed, tokens=tokens)
    whole = word(lang, "table.all", count=len(rows))
    return whole + word(lang, "colon") + word(lang, "comma").join(parts) + word(lang, "pause") + cost
