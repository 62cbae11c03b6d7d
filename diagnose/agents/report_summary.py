"""A report in short form for a model: cause, tested fix, reason, and what was not done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diagnose.agents.tool_result import ToolResult
from diagnose.formats.json import document
from diagnose.rendering.report_parts import clip, word
from diagnose.report import Severity, Verdict
from diagnose.words import part, put

if TYPE_CHECKING:
    from diagnose.agents.permissions import PermissionRequest
    from diagnose.report import Finding, Fix, Report

PIECES, QUOTE = 3, 240  # pieces of evidence in a short result, and the most characters of each
OTHERS = 3  # other problems in a short result
STEPS = 4


def result_of(report: Report, refused: Sequence[PermissionRequest], lang: str, *, full: bool) -> ToolResult:
    """Return the result of a check. ``full`` adds the whole report, and leaves out nothing."""
    cause = next((one for one in report.findings if one.code == report.root_cause), None)
    others = [one for one in report.findings if one is not cause and one.caused_by is None]
    if not full:
        others = [one for one in others if one.severity is not Severity.INFO][:OTHERS]
    shown = cause or (others[0] if others else None)
    evidence = list(shown.evidence if shown is not None else ())
    fixes = list(_fixes(shown, full)) if shown is not None else []
    left = not_done(refused, lang)
    data: dict[str, Any] = {
        "verdict": report.verdict.value,
        "headline": headline(report, lang),
        "root_cause": report.root_cause,
        "side": report.side,
        "fixes": fixes if full else fixes[:STEPS],
        "why": shown.explanation if shown is not None else "",
        "evidence": evidence if full else [clip(one, QUOTE) for one in evidence[:PIECES]],
        "other_problems": [
            {"code": one.code, "severity": one.severity.value, "title": one.title} for one in others if one is not shown
        ],
        "steps": {one.name: one.status.value for one in report.probes},
        "proven": document(report)["proven"],
        "target": document(report)["target"],
        "works_with": document(report)["settings"],
        "cost": dict(report.cost),
        "not_done": left,
        "note": " ".join(filter(None, (how_to_permit(left, lang), _passed_on(report, lang)))),
        "report": document(report) if full else None,
    }
    return ToolResult("\n".join(_lines(report, data, lang)), data)


def headline(report: Report, lang: str) -> str:
    """Return the cause in a sentence; without one, the verdict."""
    cause = next((one for one in report.findings if one.code == report.root_cause), None)
    if cause is not None:
        return cause.title
    warning = next((one for one in report.findings if one.severity is Severity.WARNING), None)
    verdict = word(lang, f"verdict.{report.verdict.value}")
    return f"{verdict} {warning.title}" if warning is not None and report.verdict is Verdict.DEGRADED else verdict


def not_done(refused: Sequence[PermissionRequest], lang: str) -> list[dict[str, str | None]]:
    """Return what was left out for want of the user's permission. ``allow`` is the word of `--allow` that covers it."""
    return [
        {"what": one.question, "allow": one.permission.value if one.permission is not None else None}
        for one in dict.fromkeys(refused)
    ]


def how_to_permit(left: Sequence[Mapping[str, str | None]], lang: str) -> str:
    """Return how the user can permit what was left out; empty if nothing was."""
    words: Mapping[str, str] = part(lang, "agents").SAY
    names = [one["allow"] for one in left]
    allowed = ",".join(dict.fromkeys(name for name in names if name))
    if not left:
        return ""
    return words["how_ask"] if None in names or not allowed else put(words["how"], {"name": allowed})


def not_done_lines(left: Sequence[Mapping[str, str | None]], lang: str) -> Iterator[str]:
    """Yield what was left out."""
    if left:
        yield part(lang, "agents").SAY["not_done"]
        yield from (f"  - {one['what']}" for one in left)


def _fixes(finding: Finding, full: bool) -> Iterator[dict[str, Any]]:
    """Yield the fixes that change settings, those that were tested first, then the other steps; without ``full`` only
    if none was tested.
    """
    fixes = sorted(finding.fixes, key=lambda one: not one.verified)
    yield from map(_fix, fixes)
    if fixes and fixes[0].verified and not full:
        return
    said = {one.summary for one in fixes}
    yield from (_step(step) for step in finding.steps if step not in said)


def _fix(fix: Fix) -> dict[str, Any]:
    places = [
        {"file": one.file or None, "line": one.line or None, "name": one.name, "value": one.value_shown}
        for one in fix.places
    ]
    return {"summary": fix.summary, "tested": fix.verified, "settings": dict(fix.settings), "places": places}


def _step(step: str) -> dict[str, Any]:
    return {"summary": step, "tested": False, "settings": {}, "places": []}


def _lines(report: Report, data: Mapping[str, Any], lang: str) -> Iterator[str]:
    words: Mapping[str, str] = part(lang, "agents").SAY
    code = f" [{report.root_cause}]" if report.root_cause else ""
    yield f"{report.verdict.value}: {data['headline']}{code}"
    if report.side:
        yield word(lang, f"side.{report.side}")
    for fix in data["fixes"]:
        tested = f" ({words['tested']})" if fix["tested"] else ""
        yield f"{words['fix']} {fix['summary']}{tested}"
        for place in fix["places"]:
            where = f"{place['file']}:{place['line']} " if place["file"] and place["line"] else ""
            yield f"  {where}{place['name']}={place['value']}"
    if data["why"]:
        yield f"{words['why']} {data['why']}"
    if data["evidence"]:
        yield words["quoted"]
        yield from (f"  | {one}" for one in data["evidence"])
    for one in data["other_problems"]:
        yield f"{words['also']} {one['title']} [{one['code']}]"
    yield f"{words['steps']} " + ", ".join(f"{name} {status}" for name, status in data["steps"].items())
    yield _checked(data, words)
    yield from not_done_lines(data["not_done"], lang)
    if data["note"]:
        yield data["note"]


def _passed_on(report: Report, lang: str) -> str:
    """Return a hint for a key that the server does not see, because the app has not passed its variable on."""
    missing = report.root_cause == "settings.missing_key"
    return part(lang, "agents").SAY["passed_on"] if missing else ""


def _checked(data: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return what was checked, and where the values came from."""
    target = data["target"]
    sources = target["sources"]
    key = target["key"]["hint"] if target["key"] else None
    shown = {"base_url": target["base_url"], "key": key, "model": target["model"]}
    pairs = [f"{name} {value} ({sources.get(name, '?')})" for name, value in shown.items() if value]
    return f"{words['checked']} " + "; ".join(pairs or ["-"])
