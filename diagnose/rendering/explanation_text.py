"""The explanation of an error text, as text for a terminal, a pipe or a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagnose import words
from diagnose.rendering.line_breaks import cells, wrapped
from diagnose.rendering.outlet import plain
from diagnose.words.text_type import ListStep

if TYPE_CHECKING:
    from diagnose.answers.explain import Candidate, Explanation

LABEL = 9  # cells of a label and the space around it
SEVERAL = 3  # causes of a text that fits many
ALSO = 3  # further causes of a text that has a likely one


def explanation_text(found: Explanation, lang: str, width: int) -> str:
    """Return what an error text is likely to be about, in ``width`` columns, without a final line end."""
    if found.ask:
        return "\n".join(_several(found, lang, width))
    if found.candidates:
        return "\n".join(_likely(found.candidates, lang, width))
    return words.phrase("explain.nothing", lang)


def _likely(candidates: tuple[Candidate, ...], lang: str, width: int) -> Iterator[str]:
    """Yield the first candidate in full, cause first, and the next in a line each. Quote each line of the text once."""
    first, *others = candidates[: 1 + ALSO]
    yield _headline(first, lang, width)
    if first.evidence != first.why:
        yield _wrap(f"“{first.evidence}”", width, "  ")
    numbered = len(first.text.steps) > 1
    lead, indent = _lead(words.phrase("explain.fix", lang)), LABEL + 3 * numbered
    yield ""
    for number, step in enumerate(first.text.steps, 1):
        head, items = (step.head, step.items) if isinstance(step, ListStep) else (step, ())
        yield _wrap(f"{number}. {head}" if numbered else head, width, " " * indent, lead)
        yield from (_wrap(item, width, " " * (indent + 2)) for item in items)
        lead = " " * LABEL
    yield ""
    yield _wrap(first.text.explanation, width, " " * LABEL, _lead(words.phrase("explain.why", lang)))
    if not first.likely:
        yield f"\n{_wrap(words.phrase('explain.unsure', lang), width, '  ')}"
    if others:
        yield f"\n  {words.phrase('explain.also', lang)}"
    quoted = {first.evidence}
    for candidate in others:
        yield _headline(candidate, lang, width, "  · ")
        if candidate.evidence not in quoted:
            quoted.add(candidate.evidence)
            yield _wrap(f"“{candidate.evidence}”", width, "    ")
    yield f"\n  {words.phrase('explain.more', lang, {'code': first.code})}"


def _lead(label: str) -> str:
    """Return a label with the space behind it, beside which a paragraph begins."""
    return f"  {label}".ljust(LABEL - (cells(label) - len(label)))


def _headline(candidate: Candidate, lang: str, width: int, start: str = "") -> str:
    """Return the cause, and how sure it is with its code at the right, or on a line of their own if both do not fit."""
    how_sure = words.phrase("explain.likely" if candidate.likely else "explain.possible", lang)
    about = f"{how_sure} · {candidate.code}"
    title = plain(candidate.why)
    gap = width - cells(start) - cells(title) - cells(about)
    if gap >= 2:
        return f"{start}{title}{' ' * gap}{about}"
    return f"{_wrap(title, width, ' ' * cells(start), start)}\n{' ' * cells(start)}{about}"


def _several(found: Explanation, lang: str, width: int) -> Iterator[str]:
    """Yield at most three causes of a text that fits many, and what would tell them apart."""
    shown = found.candidates[:SEVERAL]
    yield words.phrase("explain.guessed" if found.guessed else "explain.unclear", lang)
    for evidence in dict.fromkeys(candidate.evidence for candidate in shown if candidate.evidence):
        yield _wrap(f"“{evidence}”", width, "  ")
    for number, candidate in enumerate(shown, 1):
        yield "\n" + _headline(candidate, lang, width, f"  {number}. ")
        if candidate.text.steps:
            yield _wrap(candidate.text.steps[0], width, "       ", "     → ")
    yield f"\n  {words.phrase('explain.tell', lang)}\n{_wrap(found.ask, width, '  ')}"


def _wrap(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """Wrap a text between words or Chinese characters."""
    start = indent if first is None else first
    return "\n".join(wrapped(plain(text), width, start, indent))
