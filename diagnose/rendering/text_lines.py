"""Lines of a text report that its short and its verbose form share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.page import STYLES, Line, Page
from diagnose.rendering.report_parts import clip

if TYPE_CHECKING:
    from diagnose.rendering.fix_view import FixView
    from diagnose.rendering.report_view import Action, Problem, ReportView
    from diagnose.report import CapabilityLine

SUMMARY = 200  # characters of a probe's summary
EVIDENCE = 320  # characters of one piece of evidence; the JSON report has all of it
SUPPORT = {"supported": "green", "unsupported": "", "unknown": "dim"}


def head(page: Page, view: ReportView) -> None:
    """Add the first lines: the cause with its code, whose side it is on, and what keeps the report from being whole."""
    style = STYLES[view.mark]
    lead: Line = [(page.mark(view.mark), style)]
    indent = page.cells(page.mark(view.mark))
    page.hang(lead, [(page.safe(view.headline), f"bold {style}")])
    if view.code:
        page.end_right(page.safe(view.code), indent=indent)
    for text in (view.side, *view.notices):
        if text:
            page.hang([(" " * indent, "")], [(page.safe(text), "")])


def changes(page: Page, fix: FixView, lead: Line, column: int) -> None:
    """Add each value to change with its place, what was tested, and the command that changes it."""
    tested = page.word("fix.tested" if fix.tested else "fix.untested")
    style = "green" if fix.tested else "dim"
    for number, change in enumerate(fix.changes):
        place, text = page.safe(change.place), page.safe(change.text)
        start: Line = lead if not number else [(" " * column, "")]
        gap = "    " if place else ""
        if place and column + page.cells(place) + len(gap) + page.cells(text) > page.width and page.wrapped:
            page.lines.append([*start, (place, "")])
            start, place, gap = [(" " * column, "")], "", ""
        if change.copied:
            page.lines.append([*start, (f"{place}{gap}", ""), (text, "bold")])
        else:
            page.hang([*start, (f"{place}{gap}", "")], [(text, "bold")])
    if fix.changes:
        page.end_right(tested, style, indent=column)
    for number, command in enumerate(fix.commands):
        page.lines.append([*([(" " * column, "")] if fix.changes or number else lead), (page.safe(command), "bold")])
        if fix.writes_itself and number == 0:
            page.end_right(page.word("fix.writes"), indent=column)
    for text in fix.by_hand:
        page.hang([(" " * column, "")], [(page.safe(text), "")])


def action(page: Page, step: Action, lead: Line) -> None:
    """Add a step after ``lead``, and the items of its list in lines of their own."""
    tested: Line = [(page.aside(page.word("tried")), "green")] if step.tested else []
    page.hang(lead, [(page.safe(step.head), ""), *(tested if not step.items else ())])
    indent = " " * (sum(page.cells(text) for text, _ in lead) + 2)
    for item in step.items:
        if step.is_code:
            page.lines.append([(indent, ""), (page.safe(item), "bold")])
        else:
            page.hang([(indent, "")], [(page.safe(item), "")])
    if step.items and step.tested:
        page.end_right(page.word("fix.tested"), "green", indent=len(indent))


def named(page: Page, problem: Problem) -> Line:
    return [(page.safe(problem.title), ""), (page.aside(problem.code), "dim")]


def asked_for(page: Page, view: ReportView) -> None:
    """Add the results of `--slo`, `--retries` and `--deep`."""
    for label, text in view.results:
        page.hang([("  ", "")], [(f"{page.safe(label)}{page.word('colon')}{page.safe(text)}", "dim")])
    if view.capabilities is not None:
        capabilities(page, view.capabilities)
        page.gap()


def capabilities(page: Page, lines: tuple[CapabilityLine, ...]) -> None:
    """Add the table of a deep check. A missing feature is not an error, so it is not marked as one."""
    from diagnose.words import deep

    page.gap()
    page.hang([("  ", "")], [(page.safe(deep("AROUND", "title", page.lang)), "bold")])
    if not lines:
        page.hang([("    ", "")], [(page.safe(deep("AROUND", "not_asked", page.lang)), "dim")])
    column = max((page.cells(page.safe(one.title)) for one in lines), default=0) + 2
    words = {name: page.safe(deep("AROUND", name, page.lang)) for name in SUPPORT}
    verdicts = max(map(page.cells, words.values())) + 2
    narrow = page.width < column + verdicts + 30  # then each summary gets a line below its title
    for one in lines:
        style = STYLES["warn"] if one.alarming else SUPPORT[one.status]
        lead: Line = [
            ("    ", ""),
            (page.pad(page.safe(one.title), column), ""),
            (page.pad(words[one.status], verdicts), style),
        ]
        summary: Line = [(page.safe(one.summary), style if one.alarming else "")]
        if one.said:
            summary = [(f"{summary[0][0]}{page.word('colon').rstrip()}", summary[0][1])]
            summary.append((page.safe(clip(plain(one.said), SUMMARY)), "dim"))
        if narrow:
            page.lines.append(lead)
            lead = [("      ", "")]
        page.hang(lead, summary)
