"""The report of a fleet as one self-contained HTML page: the result, then the targets by cause, each with its fix and
the evidence folded below its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.formats.html import content_of, page, sign
from diagnose.rendering.html_builder import SPACE, Safe, join, prose, tag
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import clip, duration, word
from diagnose.rendering.report_view import view_of
from diagnose.words import part as words_of
from diagnose.words import put, tag_of

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.fleet_report import FleetReport, FleetRow
    from diagnose.tables.overview import CauseGroup

SIGNS = {
    "broken": "fail",
    "inconclusive": "open",
    "degraded": "warn",
    "chosen": "ok",
    "healthy": "ok",
    "": "skipped",
}


def part(report: Report, lang: str, strict: bool) -> str:
    """Return what a target that is not healthy unfolds to: whose side the fault is on, and its problems in full."""
    if report.verdict == "healthy" or (report.open_by_choice and not strict):
        return ""
    view = view_of(report, lang)
    told = [tag("p", tag("bdi", prose(text))) for text in (view.side, *view.notices) if text]
    cause = content_of(view.cause, lang, is_headline=True) if view.cause is not None else ()
    others = [
        (tag("h3", tag("bdi", prose(one.title)), SPACE, tag("code", one.code)), *content_of(one, lang))
        for one in (*view.main[1:], *view.others)
    ]
    return join(told, cause, others)


def render(found: FleetReport) -> str:
    """Return the complete page."""
    title = " · ".join((clip(plain(found.headline), 90), clip(plain(found.file), 50), "llmdoctor"))
    return page(title, _body(found), found.lang)


def _body(found: FleetReport) -> Safe:
    stamp = word(found.lang, "pause").join(
        filter(None, (put(found.words["file"], {"file": plain(found.file)}), found.started_at))
    )
    took = word(found.lang, "pause").join((found.cost, duration(found.seconds * 1000)))
    return tag(
        "article",
        _head(found),
        [_group(found, group, rows) for group, rows in found.causes],
        tag("footer", [tag("p", prose(line)) for line in (took, stamp)]),
        class_="llmdoctor",
        lang=tag_of(found.lang),
    )


def _head(found: FleetReport) -> Safe:
    state = "warn" if found.interrupted or (found.is_met and found.verdict == "broken") else SIGNS[found.verdict]
    counts = [one for one in found.summary if one not in (found.cost, found.headline)]
    said = tag("div", tag("h1", found.headline), tag("p", tag("bdi", prose(" · ".join(counts)))))
    about = tag("p", tag("span", "llmdoctor fleet"), SPACE, tag("span", tag("bdi", found.file)), class_="about")
    return tag("header", about, tag("div", sign(state), said, class_=f"verdict {state}"))


def _group(found: FleetReport, group: CauseGroup, rows: tuple[FleetRow, ...]) -> Safe:
    """Return the targets of one cause."""
    state, many = SIGNS[group.verdict], len(rows) > 1
    title = put(found.words["group_of"], {"title": group.title, "count": len(rows)}) if many else group.title
    heading = [
        tag("h2", tag("bdi", prose(title))),
        tag("p", tag("code", group.code), class_="code") if group.code else None,
    ]
    works = group.verdict in ("healthy", "chosen")
    targets = [_target(found, group, one, not many) for one in rows]
    content = tag("ul", targets, class_="targets")
    if works:
        content = tag(
            "details",
            tag("summary", put(found.words["targets"], {"count": len(rows)})),
            content,
            open=found.verdict in ("healthy", "chosen"),
        )
    return tag("section", *heading, content, class_=f"card {'' if works else 'finding '}{state}")


def _target(found: FleetReport, group: CauseGroup, one: FleetRow, alone: bool) -> Safe:
    """Return a target with its place and address; what is wrong is folded, unless it is ``alone`` with its cause."""
    named = tag("bdi", one.title)
    place = tag("small", tag("bdi", " · ".join(filter(None, (f"{plain(found.file)}:{one.line}", plain(one.address))))))
    took = tag("small", duration(one.milliseconds))
    state = sign(SIGNS[group.verdict], words_of(found.lang, "tables").OVERVIEW[group.verdict or "unchecked"])
    if "html" not in one.parts:
        return tag("li", tag("p", state, named, SPACE, place, SPACE, took))
    title = None
    if plain(one.cause.title) != group.title:
        title = join(SPACE, tag("span", tag("bdi", prose(one.cause.title))))
    fix = tag("p", tag("bdi", prose(one.cause.fix)), class_="place") if one.cause.fix else None
    summary = tag("summary", state, named, title, SPACE, place)
    return tag("li", tag("details", summary, Safe(one.parts["html"]), open=alone), fix)
