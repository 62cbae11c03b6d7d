"""The report as JUnit XML for CI servers: one test case per probe.

Source: the format has no standard; this is what Jenkins' junit plugin, GitLab and GitHub's test reporters all read
(`testsuites/testsuite/testcase` with `failure`, `skipped`, `system-out`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.html_builder import LINE, Safe, join, lines, tag
from diagnose.rendering.outlet import Grammar, plain
from diagnose.rendering.report_parts import aside, exit_status, vantage, word
from diagnose.rendering.report_view import Check, Problem, ReportView, view_of

if TYPE_CHECKING:
    from diagnose.report import Report

STARTS_WITH = "<?xml version"
OPTIONS = ("strict",)
GRAMMAR = Grammar.MARKUP


def render(report: Report, lang: str, *, strict: bool = False) -> str:
    """Return the XML document with one test suite.

    A test case has the name of its probe in every language, so that CI can track it over time. With ``strict`` a
    warning is a failure; without it the warning is part of the test case's output.
    """
    suite_, figures = suite(report, lang, strict)
    return document([suite_], figures)


def document(suites: Iterable[Safe], figures: Mapping[str, object]) -> str:
    """Return the XML document with test suites; ``figures`` are the attributes of all together."""
    whole = tag("testsuites", LINE, [join(one, LINE) for one in suites], name="llmdoctor", **figures)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'


def suite(report: Report, lang: str, strict: bool, *, titled: bool = False) -> tuple[Safe, dict[str, object]]:
    """Return the test suite of a report and its figures; ``titled`` test cases begin with the name of the target.

    CI servers list failed test cases of all suites together, by their own names.
    """
    view = view_of(report, lang)
    cases = [_case(view, check, lang, strict, titled) for check in view.checks]
    figures: dict[str, object] = {
        "tests": len(cases),
        "failures": sum("<failure" in case for case in cases),
        "errors": 0,
        "skipped": sum("<skipped" in case for case in cases),
        "time": f"{report.duration_ms / 1000:.3f}",
    }
    stamp = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", report.started_at)
    written = tag(
        "testsuite",
        tag("properties", _properties(report, lang, strict)),
        LINE,
        cases,
        name=_suite(report),
        **figures,
        timestamp=stamp[0] if stamp else None,
    )
    return written, figures


def _suite(report: Report) -> str:
    return f"llmdoctor {_target(report)}".rstrip()


def _target(report: Report) -> str:
    return plain(report.target.get("name") or report.target.get("base_url") or "")


def _class(report: Report) -> str:
    """Return a class name for the target without dots, at which CI servers split packages."""
    return "llmdoctor." + (re.sub(r"\W+", "_", _suite(report).removeprefix("llmdoctor").strip()).strip("_") or "target")


def _properties(report: Report, lang: str, strict: bool) -> list[Safe]:
    facts = {
        "verdict": report.verdict.value,
        "root_cause": report.root_cause,
        "side": report.side,
        "exit_status": exit_status(report, strict),
        "seen_from": vantage(report, lang),
        "version": report.version,
    }
    facts |= {f"capability.{one.name}": one.status for one in report.capabilities or ()}
    return [tag("property", name=name, value=value) for name, value in facts.items() if value is not None]


def _case(view: ReportView, check: Check, lang: str, strict: bool, titled: bool) -> Safe:
    """Return the test case of a check: a failure for the fault, skipped if it was not seen to work as given."""
    problems = [one for one in (*view.main, *view.others) if view.probe_of(one) == check.line.name]
    failing = ("fail", "warn") if strict else ("fail",)
    faults = [one for one in problems if one.mark in failing]
    outcome = None
    if check.mark in failing:
        details = [line for one in faults for line in _lines(one, lang)] or [check.summary]
        message, code = (faults[0].title, faults[0].code) if faults else (check.summary, "failed")
        outcome = tag("failure", _text(details), message=message, type=code)
    elif check.with_fix and check.mark == "ok":
        outcome = tag("skipped", message=f"{word(lang, 'with_fix')}{word(lang, 'colon')}{check.summary}")
    elif check.mark == "skipped":
        outcome = tag("skipped", message=check.summary)
    rest = [one for one in problems if one not in faults or check.mark not in failing]
    output = [line for one in rest for line in _lines(one, lang)]
    case = tag(
        "testcase",
        outcome,
        tag("system-out", _text([*([] if outcome else [check.summary]), *output])) if output or not outcome else None,
        classname=_class(view.report),
        name=f"{_target(view.report)}: {check.line.name}" if titled else check.line.name,
        time=f"{check.line.duration_ms / 1000:.3f}",
    )
    return join(case, LINE)


def _text(pieces: list[str]) -> Safe:
    return Safe(f"\n{lines(pieces)}\n")


def _lines(problem: Problem, lang: str) -> list[str]:
    """Return a problem as lines: title, fixes with their places, steps, explanation, evidence, what it causes."""
    text = [f"{problem.title}{aside(lang, problem.code)}"]
    for fix in problem.fixes:
        tested = word(lang, "fix.tested" if fix.tested else "fix.untested")
        changes = (" ".join(filter(None, (one.place, one.text))) for one in fix.changes)
        text += [f"{word(lang, 'fix')}{word(lang, 'colon')}{change}{aside(lang, tested)}" for change in changes]
        text += fix.commands
    solved = problem.fix is not None and problem.fix.tested  # then the steps are for those who cannot apply it
    text += [word(lang, "other_steps" if solved else "what_to_do")] if problem.steps else []
    text += [f"{number}. {step.text}" for number, step in enumerate(problem.steps, 1)]
    text += [problem.explanation] if problem.explanation else []
    text += [word(lang, "evidence"), *(f"- {piece}" for piece in problem.evidence)] if problem.evidence else []
    return text + [
        f"{word(lang, 'because')}{word(lang, 'colon')}{title}{aside(lang, code)}" for title, code in problem.followers
    ]
