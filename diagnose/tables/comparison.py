"""The comparison of two reports as text for a terminal, Markdown for a ticket or JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from diagnose.judging.compare import Comparison, Difference
from diagnose.judging.compared_report import ComparedReport
from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.lists import columns, hung
from diagnose.rendering.outlet import Grammar, passed, plain
from diagnose.rendering.report_parts import clip, word
from diagnose.words import fill, part, put
from diagnose.words.text_type import Text

SCHEMA = "llmdoctor.comparison/1"
VALUE = 60  # characters of a value in a row
NAME = 40  # and of a report's name
MARKS = {"a": "✗", "b": "✗", "both": "✗", "none": "✓", "unknown": "?"}


def render(found: Comparison, fmt: str, lang: str, width: int | None = None) -> str:
    """Return the comparison in one of :data:`FORMATS`, with a final line end. Raises ValueError for another format.

    ``width`` is for the text, in columns; None: no line is broken.
    """
    if fmt not in FORMATS:
        raise ValueError(f"unknown format: {fmt}")
    return passed(FORMATS[fmt](found, lang, width), Grammar.JSON if fmt == "json" else Grammar.TEXT) + "\n"


def document(found: Comparison, lang: str) -> dict[str, Any]:
    """Return the comparison as a JSON document of plain dicts, lists and strings."""
    said = words(found, lang)
    return {
        "schema": SCHEMA,
        "conclusion": found.conclusion,
        "fault": found.fault,
        "title": said.title,
        "explanation": said.explanation,
        "ask": list(said.steps),
        "first_difference": _row(found.first) if found.first else None,
        "differences": [_row(one) for one in found.differences],
        "warnings": list(found.warnings),
        "names": dict(zip(("a", "b"), _names(found), strict=True)),
        "a": _place(found.a),
        "b": _place(found.b),
    }


def words(found: Comparison, lang: str) -> Text:
    """Return the conclusion in words, filled in."""
    shown = found.telling if found.telling is not None and found.telling.what != "result" else None
    first, second = _names(found)
    places = [(first, found.a, shown.a if shown else ""), (second, found.b, shown.b if shown else "")]
    if found.fault == "b" or (found.a.works and found.b.broken):
        places.reverse()
    (x, bad, x_value), (y, good, y_value) = places
    values = {
        "x": x,
        "y": y,
        "x_value": plain(x_value).strip("–"),
        "y_value": plain(y_value).strip("–"),
        "fault": _cause(bad, lang),
        "other": _cause(good, lang),
    }
    text = part(lang, "comparison").TEXTS[found.conclusion]
    title, explanation, *steps = (fill(one, values) or one for one in (text.title, text.explanation, *text.steps))
    return Text(title, explanation, tuple(steps))


def say(key: str, lang: str) -> str:
    """Return a phrase of the interface of ``compare``."""
    phrases: dict[str, str] = part(lang, "comparison").UI
    return phrases[key]


def _cause(at: ComparedReport, lang: str) -> str:
    """Return the root cause in language ``lang``; for a code of a later version, in the report's own words."""
    from diagnose import words as catalogue

    if at.root in part(lang, "findings").TEXTS:
        return catalogue.say(at.root, lang, {"host": at.host}).title
    return plain(at.title or at.root) or "?"


def _row(one: Difference) -> dict[str, str]:
    return {"probe": one.probe, "what": one.what, "a": one.a, "b": one.b}


def _place(at: ComparedReport) -> dict[str, Any]:
    return {
        "base_url": at.base_url,
        "started_at": at.started_at,
        "version": at.version,
        "verdict": at.verdict,
        "root_cause": at.root or None,
    }


def _cells(one: Difference, lang: str) -> tuple[str, str, str, str]:
    """Return the cells of a difference for people: the probe, what differs, and the two values."""
    values = (word(lang, f"status.{value}") if one.what == "result" else plain(value) for value in (one.a, one.b))
    a, b = (clip(value, VALUE) for value in values)
    return word(lang, f"probe.{one.probe}"), say(f"what.{one.what}", lang), a, b


def _line(name: str, at: ComparedReport, lang: str) -> str:
    cause = f"{word(lang, 'colon')}{_cause(at, lang)} ({plain(at.root)})" if at.root else ""
    verdict = say(f"is.{at.verdict}", lang) if f"is.{at.verdict}" in part(lang, "comparison").UI else plain(at.verdict)
    return f"{name}  {plain(at.started_at)}  {clip(plain(at.base_url), 80)}  {verdict}{cause}"


def _text(found: Comparison, lang: str, width: int | None) -> Iterator[str]:
    said, (first, second) = words(found, lang), _names(found)
    for name, at in ((first, found.a), (second, found.b)):
        yield from hung(_line(name, at, lang), width)
    yield ""
    yield from _wrapped(said.title, f"{MARKS[found.fault]} ", "  ", width)
    yield from _wrapped(_fault(found, lang), "  ", "  ", width)
    yield ""
    yield from _wrapped(said.explanation, "  ", "  ", width)
    yield f"\n  {say('ask', lang)}"
    for number, step in enumerate(said.steps, 1):
        yield from _wrapped(step, f"    {number}. ", "       ", width)
    yield f"\n  {say('differences' if found.differences else 'no_differences', lang)}"
    rows = [("", "", first, second), *(_cells(one, lang) for one in found.differences)]
    if found.differences:
        yield from (f"    {line}" for line in columns(rows, None if width is None else width - 4, head=True))
    if found.warnings:
        yield ""
    for warning in found.warnings:
        yield from _wrapped(say(f"warning.{warning}", lang), "! ", "  ", width)


def _names(found: Comparison) -> tuple[str, str]:
    a, b = (clip(plain(name), NAME) for name in found.names)
    return a, b


def _fault(found: Comparison, lang: str) -> str:
    a, b = _names(found)
    return put(say(f"fault.{found.fault}", lang), {"a": a, "b": b})


def _wrapped(text: str, first: str, rest: str, width: int | None) -> Iterator[str]:
    """Break a text between words, with ``first`` before its first line and ``rest`` before the others."""
    lines = wrapped(text, None if width is None else width - len(first))
    yield first + lines[0]
    yield from (rest + line for line in lines[1:])


def _markdown(found: Comparison, lang: str) -> Iterator[str]:
    from diagnose.formats.markdown import escape, prose

    said = words(found, lang)
    yield f"## {escape(said.title)}\n"
    yield f"**{escape(_fault(found, lang))}** {prose(said.explanation)}\n"
    for name, at in zip(_names(found), (found.a, found.b), strict=True):
        yield f"- {escape(_line(name, at, lang))}"
    yield f"\n### {escape(say('ask', lang))}\n"
    yield from (f"{number}. {prose(step)}" for number, step in enumerate(said.steps, 1))
    if found.differences:
        yield f"\n### {escape(say('differences', lang))}\n"
        a, b = (escape(name) for name in _names(found))
        yield f"| | | {a} | {b} |\n| --- | --- | --- | --- |"
        for one in found.differences:
            yield "| " + " | ".join(escape(cell) for cell in _cells(one, lang)) + " |"
    if found.warnings:
        yield f"\n### {escape(say('warnings', lang))}\n"
    yield from (f"- {escape(say(f'warning.{warning}', lang))}" for warning in found.warnings)


def _json(found: Comparison, lang: str) -> str:
    from diagnose.formats.json import dumps

    return dumps(document(found, lang), indent=2)


FORMATS: dict[str, Callable[[Comparison, str, int | None], str]] = {
    "text": lambda found, lang, width: "\n".join(_text(found, lang, width)),
    "json": lambda found, lang, _: _json(found, lang),
    "markdown": lambda found, lang, _: "\n".join(_markdown(found, lang)),
}
