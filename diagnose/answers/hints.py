"""The types between the readings of a pasted text and the candidates, and how evidence is quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from typing import Protocol

    class ReadNote(Protocol):
        """The interface of :class:`probes.pasted.notes.TextNote` that the answers use."""

        @property
        def kind(self) -> str: ...
        @property
        def where(self) -> str: ...
        @property
        def sure(self) -> bool: ...
        @property
        def values(self) -> Mapping[str, str]: ...

    class ReadClient(Protocol):
        """The interface of :class:`probes.pasted.clients_in_text.TextClient`."""

        @property
        def app(self) -> str: ...
        @property
        def stack(self) -> str: ...

    class ReadText(Protocol):
        """A text without keys: the interface of :class:`probes.pasted.notes.PastedText` that the answers use."""

        @property
        def plain(self) -> str: ...
        @property
        def lower(self) -> str: ...
        @property
        def short(self) -> str: ...
        @property
        def tags(self) -> frozenset[str]: ...
        @property
        def notes(self) -> Sequence[ReadNote]: ...
        @property
        def host(self) -> str | None: ...
        @property
        def client(self) -> ReadClient | None: ...
        @property
        def values(self) -> Mapping[str, str]: ...
        @property
        def vendor(self) -> Callable[[str], Mapping[str, str]]: ...


QUOTED = 160  # characters
NOTHING: Mapping[str, str] = {}


class Hint(NamedTuple):
    """A part of the text that suggests a code.

    ``values`` fill the slots of the code's words; ``case`` selects the words of a special case. ``bare``: only a status
    or a word that fits any cause suggests it.
    """

    code: str
    confidence: float
    evidence: str
    values: Mapping[str, str] = NOTHING
    case: str = ""
    bare: bool = False


def around(text: str, start: int, end: int) -> str:
    """Return at most 160 characters of a text around a place in it."""
    if len(text) <= QUOTED:
        return text
    room = max(0, QUOTED - 2 - (end - start))
    left = max(0, min(start - room // 3, len(text) - (QUOTED - 2)))
    right = min(len(text), left + QUOTED - 2)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"


_WORD = r"[A-Za-z0-9_+/=.~-]{12,}"
_LONG = r"(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{20,}"
# The prefixes of ids that servers write into their answers; eight characters of such an id are shown.
_ID = r"(?:req|chatcmpl|msg|resp|call|run|gen|trace|cmpl)(?:_[a-z]{2,6})?[_-]"


def quote(evidence: str) -> str:
    """Return the evidence in one line. Replace anything that still looks like a key, even if no pattern knows it."""
    clean = re.sub(_WORD, lambda match: _hidden(match[0]) if _noisy(match[0]) else match[0], evidence)
    clean = re.sub(_LONG, _hidden_long, clean)
    clean = "".join(char if char.isprintable() else " " for char in clean)
    line = " ".join(clean.split())
    return line if len(line) < QUOTED else f"{line[: QUOTED - 1]}…"


_LABEL = r"(?i)\b(?:request|req|trace|session|tid|log|ray)[ _-]?(?:id)?[\"']?\s?[:=：]?\s?[\"'(]?$"


def _hidden_long(found: re.Match[str]) -> str:
    """Return ``[key]``, or the first eight characters of what the text calls the id of a request."""
    labelled = re.search(_LABEL, found.string[max(0, found.start() - 30) : found.start()])
    return f"{found[0][:8]}…" if labelled else "[key]"


def _hidden(word: str) -> str:
    found = re.match(_ID, word)
    return f"{word[: found.end() + 8]}…" if found and word.isascii() else "[key]"


def _noisy(word: str) -> bool:
    """Check whether letters and digits alternate as often as in a key; in model names and paths they do so rarely."""
    turns = sum(one.isdigit() != next_.isdigit() for one, next_ in pairwise(word) if one.isalnum() and next_.isalnum())
    return turns >= max(4, len(word) // 8)
