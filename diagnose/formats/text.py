"""The report as text for a terminal, a pipe or a log.

The short form has the cause, the fix and the reason in about fifteen lines; ``verbose`` adds every check, all evidence
and the settings that work. Both render :mod:`diagnose.rendering.report_view`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.page import STYLES as STYLES
from diagnose.rendering.page import VERDICTS as VERDICTS
from diagnose.rendering.page import Line as Line
from diagnose.rendering.page import Page as Page
from diagnose.rendering.report_parts import clip, duration, short_cost
from diagnose.rendering.report_view import Check, Problem, ReportView, answer_time, view_of
from diagnose.report import RequestLine

if TYPE_CHECKING:
    from diagnose.rendering.fix_view import FixView
    from diagnose.report import CapabilityLine, Report

STARTS_WITH = "✗"
FOR_PEOPLE = True
OPTIONS = ("width", "colour", "unicode", "verbose")

MOST_LINES = 20  # of a report in short form
# How much of a short report is kept, from the most to the least: lines of the explanation, pieces of evidence, steps.
AMOUNTS = ((3, 3, 4), (3, 3, 3), (3, 2, 3), (2, 2, 3), (2, 2, 2), (1, 2, 2), (1, 1, 2), (1, 1, 1))
SUMMARY = 200  # characters of a probe's summary
EVIDENCE = 320  # characters of one piece of evidence; the JSON report has all of it
SUPPORT = {"supported": "green", "unsupported": "", "unknown": "dim"}

# Checks that a short report shows as one, under the name of the last of them, as long as they have one result.
_TOGETHER = (("settings", "door"), ("dns", "tcp", "tls"))
_NAMING = ("settings", "tcp")  # that give the group its name
_WORST = ("fail", "warn", "skipped", "ok")
_SENTENCES = r"(?<=[.!?]) |(?<=[。！？])"


def render(
    report: Report, lang: str, *, width: int = 80, colour: bool = False, unicode: bool = True, verbose: bool = False
) -> str:
    """Return the report for ``width`` columns; a width of 1000 or more wraps nothing."""
    view = view_of(report, lang)
    if verbose:
        return _whole(view, lang, width, unicode).print(colour)
    if view.mark == "ok" and not view.main:
        return _sound(view, lang, width, unicode).print(colour)
    page = _short(view, lang, width, unicode, AMOUNTS[0])
    for amounts in AMOUNTS[1:]:
        if len(page.lines) <= MOST_LINES:
            break
        page = _short(view, lang, width, unicode, amounts)
    return page.print(colour)


# -- the short form ----------------------------------------------------------------------------------------------------


def _sound(view: ReportView, lang: str, width: int, unicode: bool) -> Page:
    """Return the report of a target that works: one line, or two, and what was asked for besides."""
    page = Page(lang, width, unicode)
    lead: Line = [(page.mark("ok"), STYLES["ok"])]
    page.hang(lead, [(page.safe(view.headline), f"bold {STYLES['ok']}")], most=2)
    cost = page.safe(short_cost(view.report, lang, timed=False))
    used = sum(page.cells(text) for text, _ in page.lines[-1])
    if len(page.lines) < 2 or used + page.cells(cost) + 3 <= page.width:
        page.end_right(cost)
    _asked_for(page, view)
    return page


def _short(view: ReportView, lang: str, width: int, unicode: bool, amounts: tuple[int, int, int]) -> Page:
    page = Page(lang, width, unicode)
    explanation, evidence, steps = amounts
    _head(page, view)
    column = 2 + max(page.cells(page.word(key)) for key in ("fix", "why", "also_short")) + 3
    if (cause := view.cause) is not None:
        page.gap()
        _fix(page, cause, column, steps)
        page.gap()
        _why(page, cause, column, explanation, evidence)
        rest = [*view.main[1:], *(one for one in view.others if one.mark != "info")]
        if rest:
            page.gap()
            lead: Line = [(page.pad(f"  {page.word('also_short')}", column), "bold")]
            page.hang([*lead, (page.mark(rest[0].mark), STYLES[rest[0].mark])], _named(page, rest[0]), most=1)
            if len(rest) > 1:
                page.end_right(page.word("and_more", count=len(rest) - 1), indent=column)
    page.gap()
    _add_steps(page, view)
    page.flow([("  ", "")], [[(text, "dim")] for text in _settings(page, view)], gap=f" {page.safe('·')} ")
    _asked_for(page, view)
    _add_hints(page, view)
    return page


def _head(page: Page, view: ReportView) -> None:
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


def _fix(page: Page, problem: Problem, column: int, most: int) -> None:
    """Add the fix with its place, value and command; if no fix has a place, the numbered steps."""
    lead: Line = [(page.pad(f"  {page.word('fix')}", column), "bold")]
    fix = problem.fix
    if fix is not None and (fix.tested or not problem.steps):
        _changes(page, fix, lead, column)
        return
    for number, step in enumerate(problem.steps[:most], 1):
        numbered = f"{number}. " if len(problem.steps[:most]) > 1 else ""
        tested: Line = [(page.aside(page.word("tried")), "green")] if step.tested else []
        page.hang(
            [*(lead if number == 1 else [(" " * column, "")]), (numbered, "")], [(page.safe(step.text), ""), *tested]
        )


def _changes(page: Page, fix: FixView, lead: Line, column: int) -> None:
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


def _why(page: Page, problem: Problem, column: int, most: int, pieces: int) -> None:
    """Add the explanation, in whole sentences of at most ``most`` lines, and the first pieces of evidence."""
    lead: Line = [(page.pad(f"  {page.word('why')}", column), "bold")]
    room = page.width - column
    sentences = re.split(_SENTENCES, page.safe(problem.explanation)) if problem.explanation else []
    joint = "" if page.lang == "zh" else " "
    text = sentences[0] if sentences else ""
    for sentence in sentences[1:]:
        longer = f"{text}{joint}{sentence}"
        if page.wrapped and len(page.fill([(longer, "")], room)) > most:
            break
        text = longer
    if text:
        page.hang(lead, [(text, "")])
        lead = [(" " * column, "")]
    shown = problem.evidence[:pieces]
    requests = [page.safe(one.request) for one in shown if isinstance(one, RequestLine)]
    width = max(map(page.cells, requests), default=0)
    for piece in shown:
        if isinstance(piece, RequestLine):
            request, result = page.safe(piece.request), page.safe(piece.result)
            if width + 10 <= room or not page.wrapped:
                page.lines.append([*lead, ("  ", ""), (page.pad(request, width), "dim"), ("   ", "")])
                page.lines[-1].append((page.clip(result, max(5, room - width - 5)), "dim"))
            else:
                page.hang([*lead, ("  ", "")], [(f"{request} {page.safe('→')} {result}", "dim")], most=2)
            if piece.said:
                page.hang([(" " * column, ""), ("    ", "")], [(page.safe(clip(piece.said, EVIDENCE)), "dim")], most=2)
        else:
            page.hang([*lead, ("  ", "")], [(page.safe(clip(plain(piece), EVIDENCE)), "dim")], most=2)
        lead = [(" " * column, "")]


def _named(page: Page, problem: Problem) -> Line:
    return [(page.safe(problem.title), ""), (page.aside(problem.code), "dim")]


def _add_steps(page: Page, view: ReportView) -> None:
    """Add the steps: what works as given, the fault, what was not reached, and behind that what works with the fix."""
    merged = list(_merged(page, [one for one in view.checks if _is_shown(one)]))
    answer = answer_time(view.report)
    given = [_step(page, *one, answer) for one in merged if not one[0].with_fix and one[0].mark != "skipped"]
    skipped = [one for one in merged if one[0].mark == "skipped"]
    for reason, group in groupby(skipped, key=lambda one: one[0].reason):
        names = page.word("comma").join(label for _, label in group)
        given.append([(page.mark("skipped"), "dim"), (page.safe(f"{names}{page.word('colon')}{reason}"), "dim")])
    fixed = [_step(page, *one, answer) for one in merged if one[0].with_fix]
    page.flow([("  ", "")], given)
    if fixed:
        lead = (f"{page.word('with_fix')}{page.word('colon')}".rstrip() + "  ", "dim")
        length = sum(page.cells(text) + 2 for unit in fixed for text, _ in unit) + page.cells(lead[0])
        used = sum(page.cells(text) for text, _ in page.lines[-1])
        if used + 4 + length - 2 * len(fixed) <= page.width or not page.wrapped:
            rest = Page(page.lang, 1000, page.unicode)
            rest.flow([("    ", ""), lead], fixed)
            page.lines[-1] += rest.lines[0]
        else:
            page.flow([("  ", ""), lead], fixed)


def _add_hints(page: Page, view: ReportView) -> None:
    """Add what shows more, and the cost; without the time if that makes it one line."""
    hints = [page.word("hint.verbose"), page.word("hint.share")]
    dot = f" {page.safe('·')} "
    costs = [page.safe(short_cost(view.report, page.lang, timed)) for timed in (True, False)]
    fits = [one for one in costs if page.cells(dot.join([*hints, one])) + 2 <= page.width or not page.wrapped]
    page.flow([("  ", "")], [[(text, "dim")] for text in (*hints, (*fits, costs[0])[0])], gap=dot)


def _is_shown(one: Check) -> bool:
    """Check whether a short report shows a step: not where there was nothing to check, such as a proxy."""
    return not (one.line.name == "proxy" and one.mark == "ok" and not one.line.observed.get("proxy")) and not (
        one.mark == "skipped" and not one.reason
    )


def _merged(page: Page, checks: list[Check]) -> Iterator[tuple[Check, str]]:
    """Yield the steps with their labels. Steps that belong together are one if they have one result.

    Of settings and provider, which both are about what the user wrote, only the one at fault is shown.
    """
    done: set[str] = set()
    for one in checks:
        if one.line.name in done:
            continue
        names = next((names for names in _TOGETHER if one.line.name in names), ())
        together = [other for other in checks if other.line.name in names]
        alike = len({(other.mark, other.with_fix, other.reason) for other in together}) == 1
        if alike:
            done |= set(names)
            yield one, page.safe(next((other.short for other in together if other.line.name in _NAMING), one.short))
        elif names == _TOGETHER[0]:
            done |= set(names)
            worst = min(together, key=lambda other: _WORST.index(other.mark))
            yield worst, page.safe(worst.short)
        else:
            yield one, page.safe(one.short)


def _step(page: Page, one: Check, label: str, answer: str) -> Line:
    style = STYLES[one.mark]
    timed = f" {answer}" if answer and one.mark == "ok" and one.line.name == "chat" else ""
    return [(page.mark(one.mark), style), (f"{label}{timed}", style if one.mark == "fail" else "")]


def _settings(page: Page, view: ReportView) -> Iterator[str]:
    """Yield the checked settings, each with its place: ``https://api.example.com/v1 (.env:2)``."""
    for one in view.settings:
        if one.name == "name":
            continue
        shown = page.safe(one.short) + (f" {page.aside(one.place)}" if one.place else "")
        yield page.clip(shown, page.width - 4)


def _asked_for(page: Page, view: ReportView) -> None:
    """Add the results of `--slo`, `--retries` and `--deep`."""
    for label, text in view.results:
        page.hang([("  ", "")], [(f"{page.safe(label)}{page.word('colon')}{page.safe(text)}", "dim")])
    if view.capabilities is not None:
        _capabilities(page, view.capabilities)
        page.gap()


# -- the whole report --------------------------------------------------------------------------------------------------


def _whole(view: ReportView, lang: str, width: int, unicode: bool) -> Page:
    page = Page(lang, width, unicode)
    _head(page, view)
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
        _capabilities(page, view.capabilities)
    page.title("checked_settings")
    column = max(page.cells(one.label) for one in view.settings) + 2
    for one in view.settings:
        source: Line = [(page.aside(one.source), "dim")] if one.source else []
        page.hang(
            [("    ", ""), (page.pad(page.safe(one.label), column), "dim")], [(page.safe(one.value), ""), *source]
        )
    if view.working:
        _working(page, view)
    page.gap()
    for label, text in view.elsewhere:
        page.hang([("  ", "")], [(f"{page.word(label)}{page.word('colon')}{page.safe(text)}", "dim")])
    for label, text in view.results:
        page.hang([("  ", "")], [(f"{page.safe(label)}{page.word('colon')}{page.safe(text)}", "dim")])
    page.hang([("  ", "")], [(page.safe(view.vantage), "dim")])
    page.hang([("  ", "")], [(page.safe(view.cost), "dim")])
    return page


def _in_full(page: Page, problem: Problem, is_headline: bool) -> None:
    """Add a problem with its fixes, all steps, the explanation, all evidence, and what it causes."""
    style = STYLES[problem.mark]
    if not is_headline:
        page.hang([("  ", ""), (page.mark(problem.mark), style)], _named(page, problem))
    for fix in problem.fixes:
        if fix.changes or fix.commands or fix.by_hand:
            _changes(page, fix, [("    ", "")], 4)
    if problem.steps:
        page.title("what_to_do")
        for number, step in enumerate(problem.steps, 1):
            tested: Line = [(page.aside(page.word("tried")), "green")] if step.tested else []
            lead = f"    {number}. " if len(problem.steps) > 1 else "    "
            page.hang([(lead, "")], [(page.safe(step.text), ""), *tested])
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


def _capabilities(page: Page, lines: tuple[CapabilityLine, ...]) -> None:
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
