"""The report as one HTML file that needs nothing else: no script, nothing loaded; light, dark, on a phone, on paper.

:func:`body` and :func:`style` are for other pages that show a report as well (`llmdoctor serve`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.html_builder import LINE, SPACE, Safe, join, lines, prose, tag
from diagnose.rendering.report_parts import (
    asked_for,
    clip,
    duration,
    elsewhere,
    folded,
    plain,
    proven,
    settings_lines,
    source_text,
    spent,
    vantage,
    variable_lines,
    verdict,
    way_out,
    word,
)
from diagnose.words import tag_of

if TYPE_CHECKING:
    from diagnose.report import CapabilityLine, Finding, ProbeLine, Report

STARTS_WITH = "<!DOCTYPE html>"
VERDICTS = {"healthy": "ok", "degraded": "warn", "broken": "fail", "inconclusive": "open"}
SEVERITIES = {"error": "fail", "warning": "warn", "info": "info"}
SUPPORT = {"supported": "ok", "unsupported": "skipped", "unknown": "open"}
EVIDENCE = 2000  # characters of one piece of evidence

# The signs of the states, drawn in a field of 16 by 16: told by their form, not by their colour alone.
SIGNS = {
    "ok": "M4.5 8.4l2.4 2.4 4.6-5.2",
    "warn": "M8 4.2v4.6M8 11.6v.2",
    "fail": "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4",
    "skipped": "M5 8h6",
    "open": "M6.2 6.3c.1-2.6 4-2.5 3.8 0-.1 1.3-2 1.4-2 3M8 11.7v.2",
    "info": "M8 7.4v4.2M8 4.4v.2",
}


def render(report: Report, lang: str) -> str:
    """The whole page."""
    title = clip(plain(report.target.get("name") or report.target.get("base_url") or ""), 50)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # A mail program or a ticket system may show this file: whatever slipped in could still load and run nothing.
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{title} · llmdoctor" if title else "llmdoctor"),
        LINE,
        tag("style", Safe(style())),
    )
    page = tag("html", head, LINE, tag("body", tag("main", body(report, lang))), lang=tag_of(lang))
    return f"<!DOCTYPE html>\n{page}\n"


def style() -> str:
    """The style sheet of :func:`body`."""
    from pathlib import Path

    return Path(__file__).with_name("report.css").read_text("utf-8")


def body(report: Report, lang: str) -> Safe:
    """The report itself, an ``article``, for a page that has :func:`style`; headings begin at ``h1``."""
    groups = folded(report)
    main = [group for group in groups if group[0].code == report.root_cause]
    if not main:  # nothing is broken: the warnings are what there is to tell
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
    """The sign of a state; with a ``label`` a reader aloud says it, without one it is skipped."""
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
    """What was checked: the key of a word, the value, and where it stood."""
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
    """A finding with all it has: what is so, how it comes about, what to do; what was seen is folded away."""
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
    steps = way_out(finding)
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
    """Ready to copy: each block is selected whole by one touch."""
    told = [f"{name} = {value}" for name, value in settings_lines(settings)]
    blocks = [variable_lines(settings), told]
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
    """The probes as a timeline: each its sign, name, words and time, over a strip of when it ran."""
    whole = max((probe.began_ms + probe.duration_ms for probe in report.probes), default=0.0)
    return tag(
        "section",
        tag("h2", word(lang, "timeline")),
        tag("ol", [probe(line, whole, lang) for line in report.probes], class_="timeline"),
        class_="card",
    )


def probe(line: ProbeLine, whole: float, lang: str) -> Safe:
    """One row of the timeline, an ``li``; ``whole`` are the milliseconds that its strip stands for."""
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
    """When the probe ran, as a line from the left, the run's begin, to the right, its end."""
    from_, to = (100 * at / whole if whole else 0 for at in (probe.began_ms, probe.began_ms + probe.duration_ms))
    told = word(lang, "ran", begin=duration(probe.began_ms), took=duration(probe.duration_ms))
    return tag(
        "svg",
        tag("title", told),
        tag("line", x1="0%", x2="100%", y1=4, y2=4, class_="track"),
        tag("line", x1=f"{from_:.2f}%", x2=f"{to:.2f}%", y1=4, y2=4, class_="bar"),
        role="img",
        aria_label=told,
        class_="strip",
        width="100%",
        height=8,
    )


def _capabilities(found: tuple[CapabilityLine, ...], lang: str) -> Safe:
    """The table of a deep check: what is not there is no fault, and is not told as one."""
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
    told = tag("ul", items, class_="timeline") if items else tag("p", deep("AROUND", "not_asked", lang))
    return tag("section", tag("h2", deep("AROUND", "title", lang)), told, class_="card")


def _said(text: str) -> Safe | None:
    return join(tag("br"), tag("small", tag("bdi", text))) if text else None


def _proven(report: Report, lang: str) -> Safe:
    signs = {"proven": "ok", "not_proven": "fail", "not_asked": "skipped"}
    rows = [_row(word(lang, label), names) for label, names in proven(report, lang) if label in signs]
    rows += [_row(word(lang, "left_open"), reason) for reason in report.left_open]
    rows += [_row(word(lang, label), line) for label, line in elsewhere(report, lang)]
    return tag("section", tag("dl", rows, class_="facts"), class_="card") if rows else join()


def _end(report: Report, lang: str) -> Safe:
    stamp = f"llmdoctor {plain(report.version)}{word(lang, 'pause')}{plain(report.started_at)}"
    place = f"{word(lang, 'seen_from')}{word(lang, 'colon')}{vantage(report, lang)}"
    asked = [f"{label}{word(lang, 'colon')}{text}" for label, text in asked_for(report, lang)]
    return tag("footer", [tag("p", line) for line in (*asked, place, spent(report, lang), stamp)])
