"""The comparison of two reports as text for a terminal, Markdown for a ticket or JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from diagnose.judging.compare import Comparison, Difference
from diagnose.judging.compared_report import ComparedReport
from diagnose.rendering.outlet import Grammar, passed, plain
from diagnose.rendering.report_parts import clip, word
from diagnose.words import fill, part
from diagnose.words.text_type import Text

SCHEMA = "llmdoctor.comparison/1"
VALUE = 60  # characters of a value in a row
MARKS = {"a": "✗", "b": "✗", "both": "✗", "none": "✓", "unknown": "?"}


def render(found: Comparison, fmt: str, lang: str) -> str:
    """Return the comparison in one of :data:`FORMATS`, with a final line end. Raises ValueError for another format."""
    if fmt not in FORMATS:
        raise ValueError(f"unknown format: {fmt}")
    return passed(FORMATS[fmt](found, lang), Grammar.JSON if fmt == "json" else Grammar.TEXT) + "\n"


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
        "a": _place(found.a),
        "b": _place(found.b),
    }


def words(found: Comparison, lang: str) -> Text:
    """Return the conclusion in words, filled in."""
    shown = found.telling if found.telling is not None and found.telling.what != "result" else None
    places = [("A", found.a, shown.a if shown else ""), ("B", found.b, shown.b if shown else "")]
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


def _text(found: Comparison, lang: str) -> Iterator[str]:
    from rich.cells import cell_len

    said = words(found, lang)
    yield _line("A", found.a, lang)
    yield _line("B", found.b, lang)
    yield ""
    yield f"{MARKS[found.fault]} {said.title}"
    yield f"  {say(f'fault.{found.fault}', lang)}"
    yield ""
    yield from _wrapped(said.explanation, "  ", "  ")
    yield f"\n  {say('ask', lang)}"
    for number, step in enumerate(said.steps, 1):
        yield from _wrapped(step, f"    {number}. ", "       ")
    yield f"\n  {say('differences' if found.differences else 'no_differences', lang)}"
    rows = [_cells(one, lang) for one in found.differences]
    widths = [max((cell_len(row[at]) for row in rows), default=0) for at in range(3)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False))
        yield f"    {'  '.join(cells)}  {row[3]}".rstrip()
    if found.warnings:
        yield ""
    for warning in found.warnings:
        yield f"! {say(f'warning.{warning}', lang)}"


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    """Wrap text between words at 80 columns; leave text without spaces, such as Chinese, to the terminal."""
    import textwrap

    if not text.isascii():
        yield first + text
        return
    yield from textwrap.wrap(
        text, 80, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _markdown(found: Comparison, lang: str) -> Iterator[str]:
    from diagnose.formats.markdown import escape, prose

    said = words(found, lang)
    yield f"## {escape(said.title)}\n"
    yield f"**{escape(say(f'fault.{found.fault}', lang))}** {prose(said.explanation)}\n"
    for name, at in (("A", found.a), ("B", found.b)):
        yield f"- {escape(_line(name, at, lang))}"
    yield f"\n### {escape(say('ask', lang))}\n"
    yield from (f"{number}. {prose(step)}" for number, step in enumerate(said.steps, 1))
    if found.differences:
        yield f"\n### {escape(say('differences', lang))}\n"
        yield "| | | A | B |\n| --- | --- | --- | --- |"
        for one in found.differences:
            yield "| " + " | ".join(escape(cell) for cell in _cells(one, lang)) + " |"
    if found.warnings:
        yield f"\n### {escape(say('warnings', lang))}\n"
    yield from (f"- {escape(say(f'warning.{warning}', lang))}" for warning in found.warnings)


def _json(found: Comparison, lang: str) -> str:
    from diagnose.formats.json import dumps

    return dumps(document(found, lang), indent=2)


FORMATS: dict[str, Callable[[Comparison, str], str]] = {
    "text": lambda found, lang: "\n".join(_text(found, lang)),
    "json": _json,
    "markdown": lambda found, lang: "\n".join(_markdown(found, lang)),
}
