"""The report as workflow commands of GitHub Actions: one annotation per finding, and the probes in a folded group.

Source: GitHub's "Workflow commands for GitHub Actions", and the escaping in its toolkit (`@actions/core`). The job
summary is the format ``markdown``; the command line appends it to the file that ``GITHUB_STEP_SUMMARY`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import Grammar, plain
from diagnose.rendering.page import MARKS
from diagnose.rendering.report_parts import aside, clip, duration, word
from diagnose.rendering.report_view import Problem, ReportView, view_of
from probes.model.source import Source

if TYPE_CHECKING:
    from diagnose.report import Report

STARTS_WITH = "::group::llmdoctor"
OPTIONS = ("strict",)
GRAMMAR = Grammar.WORKFLOW
APPENDS = {"GITHUB_STEP_SUMMARY": "markdown"}  # the job's summary

_IN_REPOSITORY = r"[^:\s/\\][^:\s\\]*"  # the path of a file below the working folder
EVIDENCE = 500  # characters of one piece of evidence
COMMANDS = {"fail": "error", "warn": "warning", "info": "notice"}
FIXED = "+"  # works with the fix alone
# The setting that a layer's findings are about; the annotation points to its line.
SETTINGS = {"url": "base_url", "key": "key", "auth": "key", "model": "model"}


def render(report: Report, lang: str, *, strict: bool = False) -> str:
    """Return the lines for standard output; with ``strict`` warnings become errors."""
    return "\n".join(_lines(report, lang, strict)) + "\n"


def data(text: str) -> str:
    """Escape line ends and percent signs in the message of a command, as the runner decodes them (``%0A``)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text: str) -> str:
    """Escape the value of a command's property; a colon or comma would end it."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def message(report: Report, lang: str) -> str:
    """Return what the annotation of a report says: the first problem in full, or the result and what is open."""
    view = view_of(report, lang)
    if view.cause is not None and report.verdict in ("broken", "degraded"):
        return _message(view.cause, view, lang)
    return "\n".join([plain(view.headline), *map(plain, view.notices)])


def _lines(report: Report, lang: str, strict: bool) -> Iterator[str]:
    view = view_of(report, lang)
    named = plain(report.target.get("name") or report.target.get("base_url") or "")
    colon = word(lang, "colon")
    yield f"::group::llmdoctor{colon}{data(clip(named, 120))}"
    for one in view.checks:
        took = "" if one.mark == "skipped" else f" ({duration(one.line.duration_ms)})"
        fixed = f"{word(lang, 'with_fix')}{colon}" if one.with_fix else ""
        mark = FIXED if one.with_fix and one.mark == "ok" else MARKS[one.mark][0]
        yield plain(f"{mark} {one.label}{colon}{fixed}{clip(plain(one.summary), 200)}{took}")
    yield plain(view.cost)
    yield "::endgroup::"
    problems = (*view.main, *view.others)
    for problem in problems:
        mark = "fail" if strict and problem.mark == "warn" else problem.mark
        yield command(COMMANDS[mark], _properties(problem, report), _message(problem, view, lang))
    if report.interrupted:
        yield command("warning", {"title": "llmdoctor"}, word(lang, "interrupted"))
    elif all(problem.mark == "info" for problem in problems):
        kind = "warning" if report.verdict == "inconclusive" else "notice"
        yield command(kind, {"title": "llmdoctor"}, "\n".join([plain(view.headline), *map(plain, view.notices)]))


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Return a workflow command with its properties and message, which may have several lines."""
    written = ",".join(f"{key}={property_value(value)}" for key, value in properties.items())
    return f"::{name} {written}::{data(message)}"


def _properties(problem: Problem, report: Report) -> dict[str, str]:
    """Return the annotation's title, and the file and line of the setting if it is in the repository."""
    place = _place_of_fix(problem, report) or _place_of_setting(problem, report)
    where: dict[str, str] = {}
    if place is not None and re.fullmatch(_IN_REPOSITORY, place[0]) and ".." not in place[0]:
        where = {"file": plain(place[0]), "line": str(place[1])}
    return {**where, "title": f"llmdoctor: {problem.code}"}


def _place_of_fix(problem: Problem, report: Report) -> tuple[str, int] | None:
    found = next((one for one in report.findings if one.code == problem.code), None)
    places = [place for fix in (found.fixes if found is not None else ()) for place in fix.places]
    return next(((place.file, place.line) for place in places if place.file and place.line), None)


def _place_of_setting(problem: Problem, report: Report) -> tuple[str, int] | None:
    sources = report.target.get("sources")
    role = SETTINGS.get(problem.code.partition(".")[0], "")
    source = sources.get(role) if isinstance(sources, Mapping) else None
    return (source.file, source.line) if isinstance(source, Source) and source.file and source.line else None


def _message(problem: Problem, view: ReportView, lang: str) -> str:
    """Return the cause, whose side it is on, the fix, the reason, the evidence and what it causes."""
    colon = word(lang, "colon")
    lines = [plain(problem.title)]
    lines += [plain(view.side)] if problem is view.cause and view.side else []
    for fix in problem.fixes:
        tested = word(lang, "fix.tested" if fix.tested else "fix.untested")
        changes = (" ".join(filter(None, (plain(one.place), plain(one.text)))) for one in fix.changes)
        lines += [f"{word(lang, 'fix')}{colon}{change}{aside(lang, tested)}" for change in changes]
        lines += [plain(command) for command in fix.commands]
    if problem.fix is None or not problem.fix.tested:  # an annotation is short, and a tested fix says what to do
        lines += [f"{number}. {plain(step.text)}" for number, step in enumerate(problem.steps, 1)]
    lines += [plain(problem.explanation)] if problem.explanation else []
    lines += [f"{word(lang, 'evidence')}{colon}{clip(plain(piece), EVIDENCE)}" for piece in problem.evidence]
    lines += [f"{word(lang, 'because')}{colon}{plain(title)}{aside(lang, code)}" for title, code in problem.followers]
    return "\n".join(lines)
