"""The verbose text report: every check, all evidence, the settings that work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.page import STYLES, Line, Page
from diagnose.rendering.report_parts import clip, duration
from diagnose.rendering.text_lines import EVIDENCE, SUMMARY, action, capabilities, changes, head, named

if TYPE_CHECKING:
    from diagnose.rendering.report_view import Check, Problem, ReportView


def verbose_page(view: ReportView, lang: str, width: int, unicode: bool) -> Page:
    """Return the verbose report as a page of ``width`` columns."""
    page = Page(lang, width, unicode)
    head(page, view)
    for problem in view.main:
        page.gap()
        _in_full(page, problem, is_headline=problem is view.cause)
    if view.others:
        page.title("also")
        for problem in view.others:
            page.gap()
            _in_full(page, problem, is_headline=False)
    page.title("timeline")
    _table(page, view.checks)
    if view.capabilities is not None:
        capabilities(page, view.capabilities)
    page.title("checked_settings")
    column = max(page.cells(one.label) for one in view.settings) + 2
    for one in view.settings:
        source: Line = [(page.aside(one.source), "dim")] if one.source else []
        page.hang(
            [("    ", ""), (page.pad(page.safe(one.label), column), "dim")], [(page.safe(one.value), ""), *source]
        )
    if view.credential:
        page.title("credential_steps")
        column = max(page.cells(one.label) for one in view.credential) + 2
        for one in view.credential:
            place: Line = [(page.aside(one.source), "dim")] if one.source else []
            label = page.pad(page.safe(one.label), column)
            page.hang([("    ", ""), (label, "" if one.place else "dim")], [(page.safe(one.value), ""), *place])
    if view.working:
        _working(page, view)
    page.gap()
    for label, text in view.elsewhere:
        page.hang([("  ", "")], [(f"{page.word(label)}{page.word('colon')}{page.safe(text)}", "dim")])
    for label, text in (*view.results, *view.rate_limits):
        page.hang([("  ", "")], [(f"{page.safe(label)}{page.word('colon')}{page.safe(text)}", "dim")])
    page.hang([("  ", "")], [(page.safe(view.vantage), "dim")])
    page.hang([("  ", "")], [(page.safe(view.cost), "dim")])
    if view.facts:
        page.hang([("  ", "")], [(page.safe(view.facts), "dim")])
    return page


def _in_full(page: Page, problem: Problem, is_headline: bool) -> None:
    """Add a problem with its fixes, all steps, the explanation, all evidence, and what it causes."""
    style = STYLES[problem.mark]
    if not is_headline:
        page.hang([("  ", ""), (page.mark(problem.mark), style)], named(page, problem))
    for fix in problem.fixes:
        if fix.changes or fix.commands or fix.by_hand:
            changes(page, fix, [("    ", "")], 4)
    if problem.steps:
        page.title("what_to_do")
        for number, step in enumerate(problem.steps, 1):
            lead = f"    {number}. " if len(problem.steps) > 1 else "    "
            action(page, step, [(lead, "")])
    if problem.explanation:
        page.title("why")
        page.hang([("    ", "")], [(page.safe(problem.explanation), "")])
    if problem.evidence:
        page.title("evidence")
        for piece in problem.evidence:
            page.hang([("    ", "")], [(page.safe(clip(plain(piece), EVIDENCE)), "dim")])
    if problem.followers:
        page.title("because")
        for title, code in problem.followers:
            page.hang([("    ", "")], [(page.safe(title), "dim"), (page.aside(code), "dim")])


def _table(page: Page, checks: tuple[Check, ...]) -> None:
    """Add one line for each check; those that work with the fix alone come under a title of their own."""
    column = max(min(max((page.cells(one.label) for one in checks), default=0), page.width // 3), 4) + 2
    given = [one for one in checks if not one.with_fix]
    fixed = [one for one in checks if one.with_fix]
    for number, one in enumerate((*given, *fixed)):
        if number == len(given):
            page.lines.append([("    ", ""), (f"{page.word('with_fix')}{page.word('colon')}".rstrip(), "dim")])
        style, skipped = STYLES[one.mark], one.mark == "skipped"
        took = "" if skipped else page.safe(duration(one.line.duration_ms))
        lead: Line = [("    ", ""), (page.mark(one.mark), style)]
        lead.append((page.pad(page.safe(one.label), column), "dim" if skipped else ""))
        page.hang(lead, [(page.safe(clip(one.summary, SUMMARY)), "dim" if skipped else "")], right=took)


def _working(page: Page, view: ReportView) -> None:
    """Add the settings that work; these lines are never wrapped, so that they can be copied."""
    page.title("works")
    for name, value in view.working:
        if name in ("base_url", "model"):
            page.lines.append([("    ", ""), (f"{name} = {page.safe(value)}", "")])
    page.lines += [[("    ", ""), (page.safe(variable), "")] for variable in view.variables]
    rest = (f"{name} = {page.safe(value)}" for name, value in view.working if name not in ("base_url", "model"))
    page.hang([("    ", "")], [(", ".join(rest), "dim")])
