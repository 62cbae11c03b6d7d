"""The report as workflow commands of GitHub Actions: one annotation per finding, and the probes in a folded group.

Source: GitHub's "Workflow commands for GitHub Actions", and the escaping in its toolkit (`@actions/core`). The job
summary is the format ``markdown``; the command line appends it to the file that ``GITHUB_STEP_SUMMARY`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import Grammar, plain
from diagnose.rendering.report_parts import advice, clip, cost_line, duration, folded, verdict, word
from probes.model.source import Source

if TYPE_CHECKING:
    from diagnose.report import Finding, Report

STARTS_WITH = "::group::llmdoctor"
OPTIONS = ("strict",)
GRAMMAR = Grammar.WORKFLOW
APPENDS = {"GITHUB_STEP_SUMMARY": "markdown"}  # the job's summary

_IN_REPOSITORY = r"[^:\s/\\][^:\s\\]*"  # the path of a file below the working folder
EVIDENCE = 500  # characters of one piece of evidence
COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
MARKS = {"ok": "✓", "warn": "!", "fail": "✗", "skipped": "–"}
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


def _lines(report: Report, lang: str, strict: bool) -> Iterator[str]:
    named = plain(report.target.get("name") or report.target.get("base_url") or "")
    sentence = word(lang, verdict(report))
    yield f"::group::llmdoctor{word(lang, 'colon')}{data(clip(named, 120))}"
    for probe in report.probes:
        took = "" if probe.status == "skipped" else f" ({duration(probe.duration_ms)})"
        summary = clip(plain(probe.summary or probe.why_skipped or ""), 200)
        yield plain(f"{MARKS[probe.status]} {word(lang, f'probe.{probe.name}')}: {summary}{took}")
    yield plain(cost_line(report, lang))
    yield "::endgroup::"
    groups = folded(report)
    for finding, knock_ons in groups:
        severity = "error" if strict and finding.severity == "warning" else finding.severity
        yield _command(COMMANDS[severity], _properties(finding, report), _message(finding, knock_ons, lang))
    if report.interrupted:
        yield _command("warning", {"title": "llmdoctor"}, word(lang, "interrupted"))
    elif not any(finding.severity != "info" for finding, _ in groups):
        kind = "warning" if report.verdict == "inconclusive" else "notice"
        yield _command(kind, {"title": "llmdoctor"}, "\n".join([sentence, *map(plain, report.left_open)]))


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    written = ",".join(f"{key}={property_value(value)}" for key, value in properties.items())
    return f"::{name} {written}::{data(message)}"


def _properties(finding: Finding, report: Report) -> dict[str, str]:
    """Return the annotation's title, and the file and line of the setting if it is in the repository."""
    sources = report.target.get("sources")
    role = SETTINGS.get(finding.code.partition(".")[0], "")
    source = sources.get(role) if isinstance(sources, Mapping) else None
    where: dict[str, str] = {}
    if isinstance(source, Source) and source.line and re.fullmatch(_IN_REPOSITORY, source.file):
        where = {"file": plain(source.file), "line": str(source.line)} if ".." not in source.file else {}
    return {**where, "title": f"llmdoctor: {finding.code}"}


def _message(finding: Finding, knock_ons: list[Finding], lang: str) -> str:
    colon = word(lang, "colon")
    lines = [plain(finding.title)]
    lines += [plain(finding.explanation)] if finding.explanation else []
    lines += [f"{word(lang, 'evidence')}{colon}{clip(plain(piece), EVIDENCE)}" for piece in finding.evidence]
    lines += [f"{number}. {plain(step)}" for number, step in enumerate(advice(finding), 1)]
    lines += [f"{word(lang, 'because')}{colon}{plain(found.title)} ({found.code})" for found in knock_ons]
    return "\n".join(lines)
