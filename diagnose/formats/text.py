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
from diagnose.rendering.report_parts import clip, short_cost
from diagnose.rendering.report_view import Check, Problem, ReportView, answer_time, view_of
from diagnose.rendering.text_lines import EVIDENCE, action, asked_for, changes, head, named
from diagnose.rendering.verbose_text import verbose_page
from diagnose.report import RequestLine

if TYPE_CHECKING:
    from diagnose.rendering.fix_view import FixView
    from diagnose.report import Report

STARTS_WITH = "✗"
FOR_PEOPLE = True
OPTIONS = ("width", "colour", "unicode", "verbose")

MOST_LINES = 20  # of a report in short form
# How much of a short report is kept, from the most to the least: lines of the explanation, pieces of evidence, steps.
AMOUNTS = ((3, 3, 4), (3, 3, 3), (3, 2, 3), (2, 2, 3), (2, 2, 2), (1, 2, 2), (1, 1, 2), (1, 1, 1), (1, 0, 1))

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
        return verbose_page(view, lang, width, unicode).print(colour)
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
    asked_for(page, view)
    return page


def _short(view: ReportView, lang: str, width: int, unicode: bool, amounts: tuple[int, int, int]) -> Page:
    page = Page(lang, width, unicode)
    explanation, evidence, steps = amounts
    head(page, view)
    column = 2 + max(page.cells(page.word(key)) for key in ("fix", "why", "also_short")) + 3
    if (cause := view.cause) is not None:
        page.gap()
        _fix(page, cause, column, steps)
        page.gap()
        _why(page, cause, column, explanation, evidence)
        _add_other_problems(page, view, column)
    page.gap()
    _add_steps(page, view)
    page.flow([("  ", "")], [[(text, "dim")] for text in _settings(page, view)], gap=f" {page.safe('·')} ")
    asked_for(page, view)
    _add_hints(page, view)
    return page


def _add_other_problems(page: Page, view: ReportView, column: int) -> None:
    """Add the first of the other problems, and how many more there are."""
    rest = [*view.main[1:], *(one for one in view.others if one.mark != "info" and not one.rereads_cause)]
    if not rest:
        return
    page.gap()
    lead: Line = [(page.pad(f"  {page.word('also_short')}", column), "bold")]
    code = page.aside(rest[0].code)
    used = column + page.cells(page.safe(rest[0].title)) + page.cells(code) + 1
    page.hang(lead, named(page, rest[0])[: 2 if used <= page.width or not page.wrapped else 1], most=2)
    if len(rest) > 1:
        page.end_right(page.word("and_more", count=len(rest) - 1), indent=column)


def _fix(page: Page, problem: Problem, column: int, most: int) -> None:
    """Add the fix with its place, value and command; if no fix has a place, the numbered steps."""
    lead: Line = [(page.pad(f"  {page.word('fix')}", column), "bold")]
    fix = problem.fix
    if fix is not None and (fix.tested or not problem.steps):
        changes(page, fix, lead, column)
        return
    steps = problem.steps[:most]
    for number, step in enumerate(steps, 1):
        numbered = f"{number}. " if len(steps) > 1 else ""
        action(page, step, [*lead, (numbered, "")])
        lead = [(" " * column, "")]
        for one in problem.fixes:
            if step.tested and one.tested and one.summary == step.text:
                _values(page, one, column + len(numbered))


def _values(page: Page, fix: FixView, column: int) -> None:
    """Add the values that belong to a tested step, in lines to copy."""
    for change in fix.changes:
        place = f"{page.safe(change.place)}{page.word('colon')}" if change.place else ""
        page.lines.append([(" " * column, ""), (place, ""), (page.safe(change.text), "bold")])


def _why(page: Page, problem: Problem, column: int, most: int, pieces: int) -> None:
    """Add the explanation, in whole sentences of at most ``most`` lines, and the first pieces of evidence."""
    lead: Line = [(page.pad(f"  {page.word('why')}", column), "bold")]
    room = page.width - column
    if problem.explanation:
        page.hang(lead, [(_sentences(page, page.safe(problem.explanation), room, most), "")])
        lead = [(" " * column, "")]
    shown = list(_more_than_said(problem))[:pieces]
    requests = [page.safe(one.request) for one in shown if isinstance(one, RequestLine)]
    width = max(map(page.cells, requests), default=0)
    for piece in shown:
        if isinstance(piece, RequestLine):
            request, result = page.safe(piece.request), page.clip(page.safe(piece.result), room // 2)
            if width + 10 <= room or not page.wrapped:
                page.lines.append([*lead, ("  ", ""), (page.pad(request, width), "dim"), ("   ", "")])
                page.lines[-1].append((page.clip(result, max(5, room - width - 5)), "dim"))
            else:
                rest = f" {page.safe('→')} {result}"
                page.lines.append([*lead, (f"  {page.clip_middle(request, room - 2 - page.cells(rest))}{rest}", "dim")])
            if piece.said and not _is_said(piece.said, problem) and piece.said != piece.result:
                _quote(page, [(" " * column, ""), ("    ", "")], piece.said)
        else:
            _quote(page, [*lead, ("  ", "")], piece)
        lead = [(" " * column, "")]


def _quote(page: Page, lead: Line, text: str) -> None:
    """Add a piece of evidence in at most two lines: whole sentences of it, if they fit."""
    room = page.width - sum(page.cells(piece) for piece, _ in lead)
    whole = _sentences(page, page.safe(clip(plain(text), EVIDENCE)), room, 2)
    page.hang(lead, [(whole, "dim")], most=2)


def _sentences(page: Page, text: str, room: int, most: int) -> str:
    """Return the first sentence of a text, and as many more as fit into ``most`` lines of ``room`` cells."""
    first, *others = re.split(_SENTENCES, text)
    for sentence in others:
        longer = f"{first}{'' if first[-1:] in '。！？' else ' '}{sentence}"
        if page.wrapped and len(page.fill([(longer, "")], room)) > most:
            break
        first = longer
    return first


def _more_than_said(problem: Problem) -> Iterator[str]:
    """Yield the evidence that says more than the lines above it."""
    for piece in problem.evidence:
        if isinstance(piece, RequestLine) or not _is_said(str(piece), problem):
            yield piece


def _is_said(text: str, problem: Problem) -> bool:
    """Check whether the title, a step or the explanation says a text word by word."""
    above = (problem.title, problem.explanation, *(step.text for step in problem.steps))
    return any(text.casefold() in one.casefold() for one in above)


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
        place = page.aside(one.place) if one.place else ""
        shown = page.safe(one.short) + (f" {place}" if place.startswith("(") else place)
        yield page.clip(shown, page.width - 4)
