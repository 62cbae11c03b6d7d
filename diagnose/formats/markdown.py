"""The report as Markdown to paste into an issue, escaped so that foreign text has no effect on the page."""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import aside, clip, duration, word
from diagnose.rendering.report_view import Problem, ReportView, view_of

if TYPE_CHECKING:
    from diagnose.rendering.fix_view import FixView
    from diagnose.report import CapabilityLine, Report

STARTS_WITH = "## ❌"

MARKS = {"ok": "✅", "warn": "⚠️", "fail": "❌", "skipped": "➖"}
VERDICTS = {"ok": "✅", "warn": "⚠️", "fail": "❌", "open": "❔"}
SEVERITIES = {"fail": "❌", "warn": "⚠️", "info": "ℹ️"}
FIXED = "🔧"  # works with the fix alone
SUPPORT = {"supported": "✅", "unsupported": "➖", "unknown": "❔"}
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
EVIDENCE = 500  # characters of one piece of evidence


def render(report: Report, lang: str) -> str:
    """Return the report as Markdown for GitHub and GitLab."""
    return "\n".join(_blocks(view_of(report, lang), lang))


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


def _blocks(view: ReportView, lang: str) -> Iterator[str]:
    report, colon = view.report, word(lang, "colon")

    def say(key: str) -> str:
        return escape(word(lang, key))

    code = aside(lang, f"`{escape(view.code)}`") if view.code else ""
    yield f"## {VERDICTS[view.mark]} {escape(view.headline)}{code}\n"
    for text in (view.side, *view.notices):
        if text:
            yield f"{escape(text)}\n"
    for problem in view.main:
        yield from _problem(problem, lang, is_headline=problem is view.cause)
    for problem in view.others:
        yield from _problem(problem, lang, is_headline=False)
    yield f"### {say('checked_settings')}\n"
    yield fence("\n".join(f"{name} = {value}" for name, value in _target(report)), "toml")
    yield from _checks(view, lang)
    if view.working:
        yield f"### {say('works')}\n"
        lines = [f"{name} = {_toml(value)}" for name, value in view.working]
        lines += [f"# {variable}" for variable in view.variables]
        yield fence("\n".join(lines), "toml")
    if view.capabilities is not None:
        yield from _capabilities(view.capabilities, lang)
    for label, text in view.elsewhere:
        yield f"- {say(label)}{colon}{escape(text)}"
    if view.elsewhere:
        yield ""
    for label, text in (*view.results, *view.rate_limits):
        yield f"{escape(label)}{colon}{escape(text)}  "
    yield f"{escape(view.vantage)}  "
    yield f"{escape(view.cost)}  "
    if view.facts:
        yield f"{escape(view.facts)}  "
    yield f"llmdoctor {escape(report.version)}, {escape(report.started_at)}\n"


def _checks(view: ReportView, lang: str) -> Iterator[str]:
    """Yield the table of checks; a step that works with the fix alone says so."""
    columns = " | ".join(escape(word(lang, f"table.{column}")) for column in ("probe", "result", "time"))
    yield f"| | {columns} |\n| --- | --- | --- | ---: |"
    fixed = word(lang, "with_fix") + word(lang, "colon")
    for one in view.checks:
        took = "" if one.mark == "skipped" else escape(duration(one.line.duration_ms))
        summary = escape((fixed if one.with_fix else "") + clip(one.summary, 200))
        mark = FIXED if one.with_fix and one.mark == "ok" else MARKS[one.mark]
        yield f"| {mark} | {escape(one.label)} | {summary} | {took} |"
    yield ""


def _problem(problem: Problem, lang: str, is_headline: bool) -> Iterator[str]:
    """Yield a finding in full: title, fixes with their places, steps, explanation, evidence, and what it causes."""
    if not is_headline:
        yield f"### {SEVERITIES[problem.mark]} {escape(problem.title)}{aside(lang, f'`{escape(problem.code)}`')}\n"
    colon = word(lang, "colon")
    for fix in problem.fixes:
        yield from _fix(fix, lang)
    yield from advice(problem, lang)
    if problem.evidence:
        yield fence("\n".join(clip(plain(piece), EVIDENCE) for piece in problem.evidence), "text")
    for title, code in problem.followers:
        yield f"- {escape(word(lang, 'because'))}{colon}{escape(title)}{aside(lang, f'`{escape(code)}`')}"
    if problem.followers:
        yield ""


def advice(problem: Problem, lang: str) -> Iterator[str]:
    """Yield the steps of a problem and its explanation."""
    for number, step in enumerate(problem.steps, 1):
        yield f"{number}. {prose(step.head)}" + (aside(lang, escape(word(lang, "tried"))) if step.tested else "")
        if step.is_code:
            yield textwrap.indent(fence("\n".join(map(plain, step.items)), "text"), "   ")
        else:
            yield from (f"   - {prose(item)}" for item in step.items)
    if problem.steps:
        yield ""
    if problem.explanation:
        yield f"{prose(problem.explanation)}\n"


def _fix(fix: FixView, lang: str) -> Iterator[str]:
    """Yield the values to change with their places, and the command that changes them."""
    if not fix.changes and not fix.commands and not fix.by_hand:
        return
    tested = escape(word(lang, "fix.tested" if fix.tested else "fix.untested"))
    yield f"**{escape(word(lang, 'fix'))}**{aside(lang, tested)}\n"
    for change in fix.changes:
        place = f"{escape(change.place)}{word(lang, 'colon')}" if change.place else ""
        yield f"- {place}{escape(change.text)}"
    if fix.changes:
        yield ""
    if fix.commands:
        yield fence("\n".join(plain(command) for command in fix.commands), "sh")
    yield from (f"{escape(text)}\n" for text in fix.by_hand)


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
