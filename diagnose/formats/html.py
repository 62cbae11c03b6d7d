"""The report as a self-contained HTML file: no script, no external resources; for light, dark, phones and print.

Other pages that show a report (`llmdoctor serve`) use :func:`body` and :func:`style`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from diagnose.rendering.html_builder import LINE, SPACE, Safe, join, lines, prose, tag
from diagnose.rendering.outlet import Grammar, plain
from diagnose.rendering.report_parts import clip, duration, word
from diagnose.rendering.report_view import Problem, ReportView, check, view_of
from diagnose.words import tag_of

if TYPE_CHECKING:
    from diagnose.rendering.fix_view import FixView
    from diagnose.rendering.report_view import Action
    from diagnose.report import CapabilityLine, ProbeLine, Report

STARTS_WITH = "<!DOCTYPE html>"
GRAMMAR = Grammar.MARKUP
SUPPORT = {"supported": "ok", "unsupported": "skipped", "unknown": "open"}
EVIDENCE = 2000  # characters of one piece of evidence

# SVG paths for the states, in a box of 16 by 16. They differ in shape, not only in colour, for colour-blind readers.
SIGNS = {
    "ok": "M4.5 8.4l2.4 2.4 4.6-5.2",
    "fixed": "M8 4.6v6.8M4.6 8h6.8",
    "warn": "M8 4.2v4.6M8 11.6v.2",
    "fail": "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4",
    "skipped": "M5 8h6",
    "open": "M6.2 6.3c.1-2.6 4-2.5 3.8 0-.1 1.3-2 1.4-2 3M8 11.7v.2",
    "info": "M8 7.4v4.2M8 4.4v.2",
}


def render(report: Report, lang: str) -> str:
    """Return the complete HTML page."""
    view = view_of(report, lang)
    named = clip(plain(report.target.get("name") or report.target.get("base_url") or ""), 50)
    title = " · ".join(filter(None, (clip(plain(view.headline), 90), named, "llmdoctor")))
    return page(title, body(report, lang), lang)


def page(title: str, content: Safe, lang: str) -> str:
    """Return a complete page with a title and the content of its ``main``."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # A mail client or ticket system may show this file: even markup that got past the escaping cannot load or run.
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        LINE,
        tag("style", Safe(style())),
    )
    whole = tag("html", head, LINE, tag("body", tag("main", content)), lang=tag_of(lang))
    return f"<!DOCTYPE html>\n{whole}\n"


def style() -> str:
    """Return the style sheet for :func:`body`."""
    from pkgutil import get_data

    return (get_data("diagnose", "formats/report.css") or b"").decode("utf-8")


def body(report: Report, lang: str) -> Safe:
    """Return the report as an ``article`` element, for a page with :func:`style`; its headings start at ``h1``."""
    view = view_of(report, lang)
    return tag(
        "article",
        _head(view),
        [_whole(problem, lang, is_headline=problem is view.cause) for problem in view.main],
        _also(view.others, lang) if view.others else None,
        _checks(view, lang),
        None if view.capabilities is None else _capabilities(view.capabilities, lang),
        _settings(view, lang),
        _end(view, lang),
        class_="llmdoctor",
        lang=tag_of(lang),
    )


def sign(state: str, label: str | None = None) -> Safe:
    """Return the icon of a state. Screen readers read its ``label``, and skip it if there is none."""
    named: dict[str, object] = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    drawn = (tag("circle", cx=8, cy=8, r=8), tag("path", d=Safe(SIGNS[state])))
    return tag("svg", *drawn, class_=f"sign {state}", viewBox="0 0 16 16", **named)


# -- the parts ---------------------------------------------------------------------------------------------------------


def _head(view: ReportView) -> Safe:
    """Return the program and the address, the cause, and whose side it is on."""
    report = view.report
    of = clip(plain(report.target.get("name") or report.target.get("base_url") or ""), 120)
    names = [tag("span", tag("bdi", one)) for one in (f"llmdoctor {plain(report.version)}", of) if one]
    code = tag("p", tag("code", view.code), class_="code") if view.code else None
    told = [tag("p", tag("bdi", prose(text))) for text in (view.side, *view.notices) if text]
    said = tag("div", tag("h1", tag("bdi", prose(view.headline))), code, told)
    banner = tag("div", sign(view.mark), said, class_=f"verdict {view.mark}")
    return tag("header", tag("p", join(names[0], *((SPACE, one) for one in names[1:])), class_="about"), banner)


def _row(label: str, value: object, note: str = "") -> Safe:
    return tag(
        "div",
        tag("dt", label),
        tag("dd", tag("bdi", prose(value)), SPACE, tag("small", tag("bdi", prose(note))) if note else None),
    )


def _whole(problem: Problem, lang: str, is_headline: bool) -> Safe:
    """Return a problem in full: fixes and steps, then the explanation, with the evidence folded."""
    title = (tag("h2", tag("bdi", prose(problem.title))), tag("p", tag("code", problem.code), class_="code"))
    return tag(
        "section",
        tag("h2", word(lang, "fix")) if is_headline else title,
        *content_of(problem, lang, is_headline),
        class_=f"card finding {problem.mark}",
    )


def content_of(problem: Problem, lang: str, is_headline: bool = False) -> tuple[Safe | None, ...]:
    """Return what is below the title of a problem: fixes, steps, explanation, evidence, and what it causes."""
    solved = problem.fix is not None and problem.fix.tested
    why = join(tag("h3", word(lang, "why")), tag("p", tag("bdi", prose(problem.explanation))))
    fixes = [shown for fix in problem.fixes if (shown := _fix(fix, lang)) is not None]
    steps = None if solved or not problem.steps else _steps(problem, lang)
    return (
        join(*fixes),
        tag("h3", word(lang, "what_to_do")) if steps is not None and (fixes or not is_headline) else None,
        steps,
        why if problem.explanation else None,
        _evidence(problem, lang, is_headline),
        _other_steps(problem, lang) if solved else None,
        _followers(problem, lang),
    )


def _fix(fix: FixView, lang: str) -> Safe | None:
    """Return the values to change with their places, whether that was tested, and the command that changes them."""
    if not fix.changes and not fix.commands and not fix.by_hand:
        return None
    tested = tag("span", word(lang, "fix.tested" if fix.tested else "fix.untested"), class_="tried")
    rows = [
        (
            tag("p", tag("bdi", change.place), class_="place") if change.place else None,
            _copy([change.text]) if change.copied else tag("p", tag("bdi", prose(change.text))),
        )
        for change in fix.changes
    ]
    return join(
        rows,
        tag("p", tested, class_="test") if fix.changes else None,
        _copy(fix.commands) if fix.commands else None,
        [tag("p", tag("bdi", prose(text))) for text in fix.by_hand],
    )


def _steps(problem: Problem, lang: str) -> Safe:
    tried = tag("span", word(lang, "tried"), class_="tried")
    items = [
        tag("li", tag("bdi", prose(one.head)), (SPACE, tried) if one.tested else None, step_items(one))
        for one in problem.steps
    ]
    return tag("ol", items, class_="steps")


def step_items(step: Action) -> Safe | None:
    """Return the list at the end of a step as HTML: lines to copy, or items. None if the step has no list."""
    if step.is_code:
        return _copy(step.items)
    return tag("ul", [tag("li", tag("bdi", prose(item))) for item in step.items]) if step.items else None


def _other_steps(problem: Problem, lang: str) -> Safe | None:
    """Return the steps of a problem that has a tested fix, folded: the fix says already what to do."""
    if not problem.steps:
        return None
    return tag("details", tag("summary", word(lang, "other_steps")), _steps(problem, lang))


def _evidence(problem: Problem, lang: str, opened: bool) -> Safe | None:
    if not problem.evidence:
        return None
    seen = [tag("li", tag("code", tag("bdi", clip(plain(piece), EVIDENCE)))) for piece in problem.evidence]
    return tag("details", tag("summary", word(lang, "evidence")), tag("ul", seen, class_="evidence"), open=opened)


def _followers(problem: Problem, lang: str) -> Safe | None:
    if not problem.followers:
        return None
    items = [tag("li", tag("bdi", prose(title)), SPACE, tag("code", code)) for title, code in problem.followers]
    return tag("details", tag("summary", word(lang, "because")), tag("ul", items))


def _settings(view: ReportView, lang: str) -> Safe:
    """Return the checked settings with their places, and those that work as blocks to copy."""
    rows = [_row(one.label, one.value, one.source) for one in view.settings]
    rows += [_row(word(lang, label), text) for label, text in view.elsewhere]
    blocks = [view.variables, [f"{name} = {value}" for name, value in view.working]]
    working = tag("summary", word(lang, "works")), [_copy(block) for block in blocks if block]
    return tag(
        "section",
        tag("h2", word(lang, "checked_settings")),
        tag("dl", rows, class_="facts"),
        tag("details", working) if view.working else None,
        class_="card settings",
    )


def _copy(block: Iterable[str]) -> Safe:
    return tag("pre", tag("code", lines(block)), class_="copy")


def _also(problems: Iterable[Problem], lang: str) -> Safe:
    items = [
        tag(
            "details",
            tag("summary", sign(one.mark), tag("bdi", prose(one.title)), SPACE, tag("code", one.code)),
            *content_of(one, lang),
            class_="also",
        )
        for one in problems
    ]
    return tag("section", tag("h2", word(lang, "also")), items, class_="card")


def _checks(view: ReportView, lang: str) -> Safe:
    """Return the checks as a timeline: each with icon, name, summary and duration, above a bar of its time."""
    whole = max((one.line.began_ms + one.line.duration_ms for one in view.checks), default=0.0)
    return tag(
        "section",
        tag("h2", word(lang, "timeline")),
        tag("ol", [probe(one.line, whole, lang) for one in view.checks], class_="timeline"),
        class_="card",
    )


def probe(line: ProbeLine, whole: float, lang: str) -> Safe:
    """Return one row of the timeline, an ``li``; ``whole`` is the length of the run in milliseconds."""
    one = check(line, lang)
    skipped = one.mark == "skipped"
    fixed = tag("small", word(lang, "with_fix") + word(lang, "colon")) if one.with_fix else None
    return tag(
        "li",
        sign(line.status, word(lang, f"status.{line.status}")),
        tag("span", one.label, class_="name"),
        tag("span", (fixed, SPACE) if fixed else None, tag("bdi", prose(one.summary)), class_="told"),
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
            tag("span", tag("bdi", prose(one.summary)), _said(one.said), class_="told"),
        )
        for one in found
    ]
    content = tag("ul", items, class_="timeline") if items else tag("p", deep("AROUND", "not_asked", lang))
    return tag("section", tag("h2", deep("AROUND", "title", lang)), content, class_="card")


def _said(text: str) -> Safe | None:
    return join(tag("br"), tag("small", tag("bdi", text))) if text else None


def _end(view: ReportView, lang: str) -> Safe:
    """Return the limits, where and when the run was made, by which version, and what it cost."""
    report = view.report
    stamp = word(lang, "pause").join(filter(None, (f"llmdoctor {plain(report.version)}", plain(report.started_at))))
    results = [f"{label}{word(lang, 'colon')}{text}" for label, text in (*view.results, *view.rate_limits)]
    lines = (*results, view.vantage, view.cost, *filter(None, (view.facts,)), stamp)
    return tag("footer", [tag("p", prose(line)) for line in lines])
