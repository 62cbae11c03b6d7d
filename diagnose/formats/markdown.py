"""The report as Markdown to paste into an issue, escaped so that foreign text has no effect on the page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import (
    advice,
    clip,
    cost_line,
    duration,
    folded,
    optional_results,
    other_base_urls,
    proven,
    settings_lines,
    vantage,
    variable_lines,
    verdict,
    word,
)

if TYPE_CHECKING:
    from diagnose.report import CapabilityLine, Finding, Report

STARTS_WITH = "## ❌"

MARKS = {"ok": "✅", "warn": "⚠️", "fail": "❌", "skipped": "➖"}
VERDICTS = {"healthy": "✅", "degraded": "⚠️", "broken": "❌", "inconclusive": "❔"}
SEVERITIES = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}
SUPPORT = {"supported": "✅", "unsupported": "➖", "unknown": "❔"}
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
EVIDENCE = 500  # characters of one piece of evidence


def render(report: Report, lang: str) -> str:
    """Return the report as Markdown for GitHub and GitLab."""
    return "\n".join(_blocks(report, lang))


def escape(text: object) -> str:
    """Escape foreign text for a paragraph or table cell: no markup, HTML, @mention or #reference.

    An empty comment separates ``@`` from a name (``@<!-- -->name``): it notifies nobody, and text copied from the
    rendered page is unchanged.
    """
    quoted = re.sub(r"([\\`*~$\[\]|]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", html.escape(plain(text), quote=False))
    quoted = re.sub(r"(?<!\w)([@#])(?=\w)", r"\1<!-- -->", quoted)
    return re.sub(r"^([-+=#]|\d{1,9}(?=[.)](?:\s|$)))", lambda start: _start(start[1]), quoted)


def prose(text: object) -> str:
    """Escape the paragraph of a finding, but keep code in backticks."""
    pieces = CODE.split(plain(text))
    return "".join(f"`{piece}`" if at % 2 else _inner(piece) for at, piece in enumerate(pieces))


def _inner(piece: str) -> str:
    """Escape a piece between two code spans and keep the spaces at its ends."""
    blanks = len(piece) - len(piece.lstrip()), len(piece) - len(piece.rstrip())
    return " " * blanks[0] + escape(piece) + " " * (blanks[1] if piece.strip() else 0)


def _start(sign: str) -> str:
    """Escape characters that would start a list or a heading; a comment separates a number from its full stop."""
    return f"{sign}<!-- -->" if sign.isdigit() else f"\\{sign}"


def fence(text: str, language: str = "") -> str:
    """Return ``text`` in a code fence that is longer than any run of backticks inside it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}\n"


def _blocks(report: Report, lang: str) -> Iterator[str]:
    def say(key: str) -> str:
        return escape(word(lang, key))

    colon = word(lang, "colon")
    yield f"## {VERDICTS[report.verdict]} {say(verdict(report))}\n"
    if report.interrupted:
        yield f"**{say('interrupted')}**\n"
    yield fence("\n".join(f"{name} = {value}" for name, value in _target(report)), "toml")
    yield (
        "| | "
        + " | ".join(say(f"table.{column}") for column in ("probe", "result", "time"))
        + " |\n| --- | --- | --- | ---: |"
    )
    for probe in report.probes:
        took = "" if probe.status == "skipped" else escape(duration(probe.duration_ms))
        summary = escape(clip(probe.summary or probe.why_skipped or "", 200))
        yield f"| {MARKS[probe.status]} | {say(f'probe.{probe.name}')} | {summary} | {took} |"
    yield ""
    for finding, knock_ons in folded(report):
        yield from _finding(finding, knock_ons, lang)
    if report.settings:
        yield f"### {say('works')}\n"
        lines = [f"{name} = {_toml(value)}" for name, value in settings_lines(report.settings)]
        lines += [f"# {variable}" for variable in variable_lines(report.settings)]
        yield fence("\n".join(lines), "toml")
    if report.capabilities is not None:
        yield from _capabilities(report.capabilities, lang)
    for label, names in proven(report, lang):
        yield f"- {say(label)}{colon}{escape(names)}"
    yield from (f"- {say('left_open')}{colon}{escape(reason)}" for reason in report.left_open)
    yield from (f"- {say(label)}{colon}{escape(line)}" for label, line in other_base_urls(report, lang))
    yield ""
    for label, text in optional_results(report, lang):
        yield f"{escape(label)}{colon}{escape(text)}  "
    yield f"{say('seen_from')}{colon}{escape(vantage(report, lang))}  "
    yield f"{escape(cost_line(report, lang))}  "
    yield f"llmdoctor {escape(report.version)}, {escape(report.started_at)}\n"


def _finding(finding: Finding, knock_ons: list[Finding], lang: str) -> Iterator[str]:
    """Yield a finding in full: title, explanation, evidence, steps, and the findings that follow from it."""
    yield f"### {SEVERITIES[finding.severity]} {escape(finding.title)} (`{finding.code}`)\n"
    if finding.explanation:
        yield f"{prose(finding.explanation)}\n"
    if finding.evidence:
        yield fence("\n".join(clip(plain(piece), EVIDENCE) for piece in finding.evidence), "text")
    verified = {fix.summary for fix in finding.fixes if fix.verified}
    for number, step in enumerate(advice(finding), 1):
        tried = f" ({escape(word(lang, 'tried'))})" if step in verified else ""
        yield f"{number}. {prose(step)}{tried}"
    if advice(finding):
        yield ""
    because = escape(word(lang, "because")) + word(lang, "colon")
    for follower in knock_ons:
        yield f"- {because}{escape(follower.title)} (`{follower.code}`)"
    if knock_ons:
        yield ""


def _capabilities(lines: tuple[CapabilityLine, ...], lang: str) -> Iterator[str]:
    from diagnose.words import deep

    yield f"### {escape(deep('AROUND', 'title', lang))}\n"
    if not lines:
        yield f"{escape(deep('AROUND', 'not_asked', lang))}\n"
        return
    yield "| | | |\n| --- | --- | --- |"
    for one in lines:
        mark = MARKS["warn"] if one.alarming else SUPPORT[one.status]
        said = f"<br>{escape(clip(plain(one.said), 200))}" if one.said else ""
        yield f"| {mark} | {escape(one.title)} | {escape(one.summary)}{said} |"
    yield ""


def _target(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the given settings with their sources as TOML comments; the key appears only as its hint."""
    sources = report.target.get("sources")
    sources = sources if isinstance(sources, Mapping) else {}
    for name in ("name", "base_url", "protocol", "app", "model", "key"):
        value = report.target.get(name)
        if isinstance(value, Mapping):
            value = f"{value.get('hint')} ({value.get('length')})"
        if value:
            source = f"  # {plain(sources[name])}" if sources.get(name) else ""
            yield name, f"{_toml(plain(value))}{source}"


def _toml(value: str) -> str:
    """Return a TOML value: a JSON string, which is a valid TOML basic string, or a bare true or false."""
    return value if value in ("true", "false") else json.dumps(value, ensure_ascii=False)
