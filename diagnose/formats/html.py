"""The report as a self-contained HTML file: no script, no external resources; for light, dark, phones and print.

Other pages that show a report (`llmdoctor serve`) use :func:`body` and :func:`style`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.html_builder import LINE, SPACE, Safe, join, lines, prose, tag
from diagnose.rendering.outlet import Grammar, plain
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
    source_text,
    vantage,
    variable_lines,
    verdict,
    word,
)
from diagnose.words import tag_of

if TYPE_CHECKING:
    from diagnose.report import CapabilityLine, Finding, ProbeLine, Report

STARTS_WITH = "<!DOCTYPE html>"
GRAMMAR = Grammar.MARKUP
VERDICTS = {"healthy": "ok", "degraded": "warn", "broken": "fail", "inconclusive": "open"}
SEVERITIES = {"error": "fail", "warning": "warn", "info": "info"}
SUPPORT = {"supported": "ok", "unsupported": "skipped", "unknown": "open"}
EVIDENCE = 2000  # characters of one piece of evidence

# SVG paths for the states, in a box of 16 by 16. They differ in shape, not only in colour, for colour-blind readers.
SIGNS = {
    "ok": "M4.5 8.4l2.4 2.4 4.6-5.2",
    "warn": "M8 4.2v4.6M8 11.6v.2",
    "fail": "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4",
    "skipped": "M5 8h6",
    "open": "M6.2 6.3c.1-2.6 4-2.5 3.8 0-.1 1.3-2 1.4-2 3M8 11.7v.2",
    "info": "M8 7.4v4.2M8 4.4v.2",
}


def render(report: Report, lang: str) -> str:
    """Return the complete HTML page."""
    title = clip(plain(report.target.get("name") or report.target.get("base_url") or ""), 50)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # A mail client or ticket system may show this file: even markup that got past the escaping cannot load or run.
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{title} · llmdoctor" if title else "llmdoctor"),
        LINE,
        tag("style", Safe(style())),
    )
    page = tag("html", head, LINE, tag("body", tag("main", body(report, lang))), lang=tag_of(lang))
    return f"<!DOCTYPE html>\n{page}\n"


def style() -> str:
    """Return the style sheet for :func:`body`."""
    from pathlib import Path

    return Path(__file__).with_name("report.css").read_text("utf-8")


def body(report: Report, lang: str) -> Safe:
    """Return the report as an ``article`` element, for a page with :func:`style`; its headings start at ``h1``."""
    groups = folded(report)
    main = [group for group in groups if group[0].code == report.root_cause]
    if not main:  # nothing is broken, so the warnings are the main part
        main = [group for group in groups if group[0].severity == "warning"]
    rest = [group for group in groups if group not in main]
    return tag(
        "article",
        _head(report, lang),
        [_whole(finding, knock_ons, lang) for finding, knock_ons in main],
        _works(report.settings, lang) if report.settings else None,
        _also(rest, lang) if rest else None,
        _probes(report, lang),
        None if report.capabilities is None else _capabilities(report.capabilities, lang),
        _proven(report, lang),
        _end(report, lang),
        class_="llmdoctor",
        lang=tag_of(lang),
    )


def sign(state: str, label: str | None = None) -> Safe:
    """Return the icon of a state. Screen readers read its ``label``, and skip it if there is none."""
    named: dict[str, object] = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    drawn = (tag("circle", cx=8, cy=8, r=8), tag("path", d=Safe(SIGNS[state])))
    return tag("svg", *drawn, class_=f"sign {state}", viewBox="0 0 16 16", **named)


# -- the parts ---------------------------------------------------------------------------------------------------------


def _head(report: Report, lang: str) -> Safe:
    state = VERDICTS[report.verdict]
    side = report.side if report.root_cause else None
    rows = [_row(word(lang, f"target.{name}"), value, source) for name, value, source in _target(report, lang)]
    banner = tag(
        "div",
        sign(state),
        tag(
            "div",
            tag("h1", word(lang, verdict(report))),
            tag("p", word(lang, "interrupted")) if report.interrupted else None,
            tag("p", word(lang, f"side.{side}")) if side else None,
        ),
        class_=f"verdict {state}",
    )
    return tag("header", banner, tag("dl", rows, class_="facts"))


def _target(report: Report, lang: str) -> list[tuple[str, object, str]]:
    """Return the checked settings: the key of each label, the value, and its source."""
    target, key = report.target, report.target.get("key")
    hint = (
        word(lang, "target.key_hint", hint=key.get("hint"), length=key.get("length"))
        if isinstance(key, Mapping)
        else None
    )
    spoken = word(lang, "target.as", protocol=target.get("protocol") or "?", app=target.get("app") or "?")
    found = [
        ("name", target.get("name")),
        ("base_url", target.get("base_url")),
        ("key", hint),
        ("model", target.get("model")),
        ("protocol", spoken),
    ]
    sources = target.get("sources")
    sources = sources if isinstance(sources, Mapping) else {}
    return [(name, value, source_text(sources.get(name), lang)) for name, value in found if value]


def _row(label: str, value: object, note: str = "") -> Safe:
    return tag(
        "div",
        tag("dt", label),
        tag("dd", tag("bdi", value), SPACE, tag("small", tag("bdi", note)) if note else None),
    )


def _whole(finding: Finding, knock_ons: list[Finding], lang: str) -> Safe:
    """Return a finding in full: title, explanation and steps, with the evidence folded."""
    state = SEVERITIES[finding.severity]
    return tag(
        "section",
        tag("h2", tag("bdi", finding.title)),
        tag("p", _code(finding), class_="code"),
        tag("p", tag("bdi", prose(finding.explanation))) if finding.explanation else None,
        _steps(finding, lang),
        _evidence(finding, lang),
        _knock_ons(knock_ons, lang),
        class_=f"card finding {state}",
    )


def _code(finding: Finding) -> Safe:
    return tag("code", finding.code)


def _steps(finding: Finding, lang: str) -> Safe | None:
    steps = advice(finding)
    if not steps:
        return None
    verified = {fix.summary for fix in finding.fixes if fix.verified}
    tried = tag("span", word(lang, "tried"), class_="tried")
    items = [tag("li", tag("bdi", prose(step)), (SPACE, tried) if step in verified else None) for step in steps]
    untried = [list(settings_lines(fix.settings)) for fix in finding.fixes if fix.settings and not fix.verified]
    return join(
        tag("h3", word(lang, "what_to_do")),
        tag("ol", items, class_="steps"),
        [_copy(f"{name} = {value}" for name, value in rows) for rows in untried if rows],
    )


def _evidence(finding: Finding, lang: str) -> Safe | None:
    if not finding.evidence:
        return None
    seen = [tag("li", tag("code", tag("bdi", clip(plain(piece), EVIDENCE)))) for piece in finding.evidence]
    return tag("details", tag("summary", word(lang, "evidence")), tag("ul", seen, class_="evidence"))


def _knock_ons(knock_ons: list[Finding], lang: str) -> Safe | None:
    if not knock_ons:
        return None
    items = [tag("li", tag("bdi", found.title), SPACE, _code(found)) for found in knock_ons]
    return tag("details", tag("summary", word(lang, "because")), tag("ul", items))


def _works(settings: Mapping[str, object], lang: str) -> Safe:
    """Return the working settings as blocks to copy; one click selects a whole block."""
    assignments = [f"{name} = {value}" for name, value in settings_lines(settings)]
    blocks = [variable_lines(settings), assignments]
    return tag(
        "section",
        tag("h2", sign("ok"), word(lang, "works")),
        [_copy(block) for block in blocks if block],
        class_="card works",
    )


def _copy(block: Iterable[str]) -> Safe:
    return tag("pre", tag("code", lines(block)), class_="copy")


def _also(groups: list[tuple[Finding, list[Finding]]], lang: str) -> Safe:
    items = [
        tag(
            "details",
            tag(
                "summary",
                sign(SEVERITIES[finding.severity]),
                tag("bdi", finding.title),
                SPACE,
                tag("code", finding.code),
            ),
            tag("p", tag("bdi", prose(finding.explanation))) if finding.explanation else None,
            _steps(finding, lang),
            _evidence(finding, lang),
            _knock_ons(knock_ons, lang),
            class_="also",
        )
        for finding, knock_ons in groups
    ]
    return tag("section", tag("h2", word(lang, "also")), items, class_="card")


def _probes(report: Report, lang: str) -> Safe:
    """Return the probes as a timeline: each with icon, name, summary and duration, above a bar of its time."""
    whole = max((probe.began_ms + probe.duration_ms for probe in report.probes), default=0.0)
    return tag(
        "section",
        tag("h2", word(lang, "timeline")),
        tag("ol", [probe(line, whole, lang) for line in report.probes], class_="timeline"),
        class_="card",
    )


def probe(line: ProbeLine, whole: float, lang: str) -> Safe:
    """Return one row of the timeline, an ``li``; ``whole`` is the length of the run in milliseconds."""
    skipped = line.status == "skipped"
    return tag(
        "li",
        sign(line.status, word(lang, f"status.{line.status}")),
        tag("span", word(lang, f"probe.{line.name}"), class_="name"),
        tag("span", tag("bdi", line.summary or line.why_skipped), class_="told"),
        None if skipped else tag("span", duration(line.duration_ms), class_="took"),
        None if skipped else _strip(line, whole, lang),
        class_=line.status.value,
    )


def _strip(probe: ProbeLine, whole: float, lang: str) -> Safe:
    """Return a bar that shows when the probe ran; its left end is the start of the run, its right end the end."""
    from_, to = (100 * at / whole if whole else 0 for at in (probe.began_ms, probe.began_ms + probe.duration_ms))
    label = word(lang, "ran", begin=duration(probe.began_ms), took=duration(probe.duration_ms))
    return tag(
        "svg",
        tag("title", label),
        tag("line", x1="0%", x2="100%", y1=4, y2=4, class_="track"),
        tag("line", x1=f"{from_:.2f}%", x2=f"{to:.2f}%", y1=4, y2=4, class_="bar"),
        role="img",
        aria_label=label,
        class_="strip",
        width="100%",
        height=8,
    )


def _capabilities(found: tuple[CapabilityLine, ...], lang: str) -> Safe:
    """Return the table of a deep check. A missing feature is not an error, so it is not marked as one."""
    from diagnose.words import deep

    items = [
        tag(
            "li",
            sign("warn" if one.alarming else SUPPORT[one.status], deep("AROUND", one.status, lang)),
            tag("span", one.title, class_="name"),
            tag("span", tag("bdi", one.summary), _said(one.said), class_="told"),
        )
        for one in found
    ]
    content = tag("ul", items, class_="timeline") if items else tag("p", deep("AROUND", "not_asked", lang))
    return tag("section", tag("h2", deep("AROUND", "title", lang)), content, class_="card")


def _said(text: str) -> Safe | None:
    return join(tag("br"), tag("small", tag("bdi", text))) if text else None


def _proven(report: Report, lang: str) -> Safe:
    signs = {"proven": "ok", "not_proven": "fail", "not_asked": "skipped"}
    rows = [_row(word(lang, label), names) for label, names in proven(report, lang) if label in signs]
    rows += [_row(word(lang, "left_open"), reason) for reason in report.left_open]
    rows += [_row(word(lang, label), line) for label, line in other_base_urls(report, lang)]
    return tag("section", tag("dl", rows, class_="facts"), class_="card") if rows else join()


def _end(report: Report, lang: str) -> Safe:
    stamp = f"llmdoctor {plain(report.version)}{word(lang, 'pause')}{plain(report.started_at)}"
    place = f"{word(lang, 'seen_from')}{word(lang, 'colon')}{vantage(report, lang)}"
    asked = [f"{label}{word(lang, 'colon')}{text}" for label, text in optional_results(report, lang)]
    return tag("footer", [tag("p", line) for line in (*asked, place, cost_line(report, lang), stamp)])
