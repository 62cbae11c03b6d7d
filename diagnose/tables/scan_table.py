"""The table of a scan: one line per found settings, worst first, and the places that could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from diagnose.formats.text import STYLES, VERDICTS, Line, Page
from diagnose.rendering.report_parts import word
from diagnose.report import Report
from diagnose.tables.fleet_table import ORDER


class ScanRow(NamedTuple):
    """Settings that a scan found. ``why`` is the reason why they were not checked: the key ``found.WHY`` of a text."""

    app: str
    name: str
    where: str
    address: str
    hint: str
    report: Report | None = None
    why: str = ""


class ScanNote(NamedTuple):
    """A file or store that was not read: ``words`` is the key of the text, ``form`` a value in it."""

    app: str
    place: str
    words: str
    form: str = ""


def render(
    rows: Iterable[ScanRow],
    notes: Sequence[ScanNote],
    lang: str,
    *,
    width: int = 80,
    colour: bool = False,
    unicode: bool = True,
) -> str:
    """Return the table, the notes on places that were not read, and a summary line; ``width`` is in columns."""
    page = Page(lang, width, unicode)
    ordered = sorted(rows, key=_rank)
    names = [page.safe(" ".join(filter(None, (one.app, one.name)))) for one in ordered]
    column = min(max(map(page.cells, names), default=0), page.width // 3) + 2
    for one, name in zip(ordered, names, strict=True):
        _line(page, one, name, column)
    if not ordered:
        page.hang([], [(page.word("found.nothing"), "")])
    if notes:
        page.gap()
        for note in notes:
            text = page.word(note.words, form=note.form)
            place = " ".join(filter(None, (note.app, note.place)))
            page.hang([(page.mark("skipped"), "dim")], [(page.safe(place), "dim"), (text, "dim")])
    if ordered:
        page.gap()
        page.hang([], [(_sum(page, ordered), "dim")])
    return page.print(colour)


def _rank(one: ScanRow) -> tuple[int, str, str, str]:
    place = ORDER.index(one.report.verdict) if one.report is not None else len(ORDER)
    return place, one.app, one.name, one.where


def _line(page: Page, one: ScanRow, name: str, column: int) -> None:
    report = one.report
    status = VERDICTS[report.verdict] if report is not None else "skipped"
    lead: Line = [(page.mark(status), STYLES[status]), (page.pad(name, column), "")]
    if page.cells(name) >= column:  # a long name gets a separate line
        page.lines.append(lead)
        lead = [(" " * (page.cells(page.mark(status)) + column), "")]
    said: Line = []
    if report is not None:
        root = report.root_cause
        shown = (f for f in report.findings if f.code == root or (root is None and f.severity == "warning"))
        fault = next(shown, None)
        said = [(page.word(f"table.{report.verdict}"), "")]
        if fault is not None:
            said = [(page.safe(fault.title), STYLES[status]), (f"({fault.code})", "dim")]
        for other in report.findings:  # a key that a project redirects is too important to hide behind another fault
            if other.code == "settings.project_override" and other is not fault:
                said += [(page.safe(other.title), STYLES["warn"]), (f"({other.code})", "dim")]
    elif one.why:
        said = [(page.word(f"found.{one.why}"), "dim")]
    place = page.safe(" · ".join(text for text in (one.where, one.address, one.hint) if text))
    page.hang(lead, [*said, (place, "dim")])


def _sum(page: Page, rows: list[ScanRow]) -> str:
    reports = [one.report for one in rows if one.report is not None]
    counts = Counter(str(report.verdict) for report in reports)
    parts = [f"{counts[verdict]} {page.word(f'table.{verdict}')}" for verdict in ORDER if counts[verdict]]
    if unchecked := len(rows) - len(reports):
        parts.append(page.word("found.unchecked", count=unchecked))
    whole = page.word("found.all", count=len(rows), apps=len({one.app for one in rows}))
    text = whole + page.word("colon") + page.word("comma").join(parts)
    return text + page.word("pause") + _cost(page, reports) if reports else whole


def _cost(page: Page, reports: list[Report]) -> str:
    """Return the total cost; reports of one shared check share one cost object, which counts once."""
    costs: dict[int, Mapping[str, int]] = {id(report.cost): report.cost for report in reports}
    total: Counter[str] = Counter()
    for cost in costs.values():
        total.update(cost)
    tokens = total["prompt_tokens"] + total["completion_tokens"]
    return word(page.lang, "cost", requests=total["requests"], billed=total["billed_requests"], tokens=tokens)
