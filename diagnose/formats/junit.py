"""The report as JUnit XML for CI servers: one test case per probe.

Source: the format has no standard; this is what Jenkins' junit plugin, GitLab and GitHub's test reporters all read
(`testsuites/testsuite/testcase` with `failure`, `skipped`, `system-out`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diagnose.rendering.html_builder import LINE, Safe, join, lines, tag
from diagnose.rendering.outlet import Grammar, plain
from diagnose.rendering.report_parts import advice, exit_status, vantage, word

if TYPE_CHECKING:
    from diagnose.report import Finding, ProbeLine, Report

STARTS_WITH = "<?xml version"
OPTIONS = ("strict",)
GRAMMAR = Grammar.MARKUP


def render(report: Report, lang: str, *, strict: bool = False) -> str:
    """Return the XML document with one test suite.

    A test case has the name of its probe in every language, so that CI can track it over time. With ``strict`` a
    warning is a failure; without it the warning is part of the test case's output.
    """
    cases = [_case(report, probe, lang, strict) for probe in report.probes]
    figures = {
        "tests": len(cases),
        "failures": sum("<failure" in case for case in cases),
        "errors": 0,
        "skipped": sum("<skipped" in case for case in cases),
        "time": f"{report.duration_ms / 1000:.3f}",
    }
    stamp = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", report.started_at)
    suite = tag(
        "testsuite",
        tag("properties", _properties(report, lang, strict)),
        LINE,
        cases,
        name=_suite(report),
        **figures,
        timestamp=stamp[0] if stamp else None,
    )
    whole = tag("testsuites", LINE, suite, LINE, name="llmdoctor", **figures)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'


def _suite(report: Report) -> str:
    return f"llmdoctor {plain(report.target.get('name') or report.target.get('base_url') or '')}".rstrip()


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


def _case(report: Report, probe: ProbeLine, lang: str, strict: bool) -> Safe:
    of_probe = [found for found in report.findings if found.probe == probe.name]
    errors = [found for found in of_probe if found.severity == "error"]
    others = [found for found in of_probe if found.severity != "error"]
    if strict:
        errors += [found for found in others if found.severity == "warning"]
        others = [found for found in others if found.severity != "warning"]
    outcome = None
    if probe.status == "skipped" and not errors:
        outcome = tag("skipped", message=probe.why_skipped or probe.summary)
    elif errors:
        details = [line for found in errors for line in _lines(found, lang)]
        outcome = tag("failure", _text(details), message=errors[0].title, type=errors[0].code)
    elif probe.status == "fail" or (strict and probe.status == "warn"):
        root = next((found for found in report.findings if found.code == report.root_cause), None)
        details = [probe.summary, *([f"{word(lang, 'root')}{word(lang, 'colon')}{root.title}"] if root else [])]
        outcome = tag("failure", _text(details), message=probe.summary, type=report.root_cause or "failed")
    output = [line for found in others for line in _lines(found, lang)]
    case = tag(
        "testcase",
        outcome,
        tag("system-out", _text([*([] if outcome else [probe.summary]), *output])) if output or not outcome else None,
        classname=_class(report),
        name=probe.name,
        time=f"{probe.duration_ms / 1000:.3f}",
    )
    return join(case, LINE)


def _text(pieces: list[str]) -> Safe:
    return Safe(f"\n{lines(pieces)}\n")


def _lines(finding: Finding, lang: str) -> list[str]:
    """Return a finding as lines: title, explanation, evidence, steps."""
    text = [f"{finding.title} ({finding.code})"]
    text += [finding.explanation] if finding.explanation else []
    text += [word(lang, "evidence"), *(f"- {piece}" for piece in finding.evidence)] if finding.evidence else []
    steps = advice(finding)
    return [*text, word(lang, "what_to_do"), *(f"{at}. {step}" for at, step in enumerate(steps, 1))] if steps else text
