"""Match the clients' phrases against a pasted text: ``phrases.toml``, which explains the rows, the words of network
layers (``network_words.toml``), and those of apps and SDKs (``client_words.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from diagnose.answers.data_files import DatedTable
from diagnose.answers.dialects import AGED
from diagnose.answers.hints import Hint, around
from probes.catalog.literal_filter import Needles, may_match
from probes.catalog.provenance import UNKNOWN, Provenance
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText

GAP = 160  # characters that ` … ` in a phrase may match
TRIED = 5  # occurrences of a phrase's head, or of a pattern, that are tried
BEFORE = 80  # characters before a match in which the words of `not_after` must not occur
BARE = 0.5  # rows with no more than this confidence fit other causes as well


class PhraseRow(NamedTuple):
    """A row of ``phrases.toml``, which explains the conditions.

    ``needles`` are those of the pattern; empty if they are not known.
    """

    code: str
    confidence: float
    any: Sequence[str] = ()
    pattern: str = ""
    needles: Needles = ()
    beside: Sequence[str] = ()
    without: Sequence[str] = ()
    not_after: Sequence[str] = ()
    case: str = ""
    generic: bool = False
    provenance: Provenance = UNKNOWN


@cache
def rows() -> tuple[PhraseRow, ...]:
    """The rows of the three tables, in their order."""
    tables = map(DatedTable, ("phrases", "network_words", "client_words"))
    return tuple(PhraseRow(**entry, provenance=known) for one in tables for entry, known in one.rows("row"))


def phrase_hints(text: ReadText, day: str = "") -> Iterator[Hint]:
    """Yield a hint for each row that holds. ``day`` is today: a row that is old by then counts less."""
    for row in rows():
        span = _span_of(row, text)
        if span is None or not (not row.beside or any(_occurs(text, part) for part in row.beside)):
            continue
        if any(_occurs(text, part) for part in row.without):
            continue
        yield Hint(
            row.code,
            row.confidence * (AGED if day and row.provenance.old(day) else 1.0),
            around(text.plain, *span),
            case=row.case,
            bare=row.generic or row.confidence <= BARE,
        )


def _span_of(row: PhraseRow, text: ReadText) -> tuple[int, int] | None:
    if row.pattern:
        if not may_match(row.needles, text.lower):
            return None
        for count, match in enumerate(_compiled(row.pattern).finditer(text.lower)):
            if count == TRIED:
                break
            if not row.not_after or not _follows(row.not_after, text.lower, match.start()):
                return match.span()
        return None
    for phrase in row.any:
        if phrase[0] == "@" or " … " in phrase or phrase in text.lower:
            span = _find(text, phrase)
            if span is not None:
                return span
    return None


def _follows(words: Sequence[str], lower: str, start: int) -> bool:
    before = lower[max(0, start - BEFORE) : start]
    return any(word in before for word in words)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)  # ASCII, so that `\b` matches between a word and Chinese


def _occurs(text: ReadText, phrase: str) -> bool:
    return _find(text, phrase) is not None


def _find(text: ReadText, phrase: str) -> tuple[int, int] | None:
    """Return the start and end of a phrase in the text, or None.

    A tag that holds (``@404``) is placed at the status that it names, or at the start of the text.
    """
    if phrase[0] == "@":
        if phrase not in text.tags:
            return None
        at = max(0, text.lower.find(phrase[1:]))
        return at, at + len(phrase) - 1
    head, *rest = phrase.split(" … ") if " … " in phrase else (phrase,)
    start = -1
    for _ in range(TRIED):  # the rest of the phrase may follow only a later occurrence of its head
        start = text.lower.find(head, start + 1)
        if start < 0:
            return None
        before = text.lower[start - 1 : start]
        if head[0].isalnum() and head[0].isascii() and before.isalnum() and before.isascii():
            continue  # in the middle of another word
        end = start + len(head)
        for part in rest:
            at = text.lower.find(part, end, end + GAP + len(part))
            if at < 0:
                break
            end = at + len(part)
        else:
            return start, end
    return None
