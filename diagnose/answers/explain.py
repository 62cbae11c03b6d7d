"""Find the likely cause in a pasted text: a traceback, an app's error message, a log, an HTML page.

Three sources contribute: the servers' dialects (``dialects.toml``), the clients' phrases (``phrases.toml``), and the
examination of base URLs and keys that ``check`` makes too (``probes/pasted/pasted_text.py``, which removes the keys
first). The module is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from diagnose import words
from diagnose.answers.causes import BECAUSE, IN_TEXT, explains_in_text
from diagnose.answers.data_files import table
from diagnose.answers.dialects import match_text
from diagnose.answers.literal_filter import Needles, may_match
from probes.model.key_shape import Fit

if TYPE_CHECKING:
    from typing import Protocol

    class ReadNote(Protocol):
        """The interface of :class:`probes.pasted.notes.TextNote` that this module uses."""

        @property
        def kind(self) -> str: ...
        @property
        def where(self) -> str: ...
        @property
        def sure(self) -> bool: ...

    class ReadText(Protocol):
        """A text without keys: the interface of :class:`probes.pasted.notes.PastedText` that this module uses."""

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


GAP = 160  # characters that ` … ` in a phrase may match
TRIED = 5  # occurrences of a phrase's head that are tried
QUOTED = 160  # characters
SHOWN = 6  # candidates
LEAST = 0.3  # the lowest confidence of a candidate


class Candidate(NamedTuple):
    """A finding that may be the cause of the text.

    ``confidence`` is between 0 and 1. ``why`` is a sentence in the requested language. ``evidence`` is the decisive
    part of the text, at most 160 characters, without any key.
    """

    code: str
    confidence: float
    why: str
    evidence: str


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


class _Hint(NamedTuple):
    """A part of the text that suggests a code."""

    code: str
    confidence: float
    evidence: str


def explain(text: ReadText, lang: str = "en", door: str | None = None) -> tuple[Candidate, ...]:
    """Return the likely causes of a pasted text, the most confident first; empty if nothing in it is known.

    ``text`` comes from :func:`probes.pasted.pasted_text.read`, which removes the keys. ``door`` is the id of its host's
    door, or None for an unknown host.
    """
    best: dict[str, _Hint] = {}
    for hint in (*_phrase_hints(text), *_dialect_hints(text, door), *_note_hints(text)):
        if hint.code not in best or hint.confidence > best[hint.code].confidence:
            best[hint.code] = hint
    _put_causes_first(best)
    ranked = sorted((hint for hint in best.values() if hint.confidence >= LEAST), key=lambda hint: -hint.confidence)
    values = {"host": text.host}
    return tuple(
        Candidate(hint.code, round(hint.confidence, 2), words.say(hint.code, lang, values).title, _quote(hint.evidence))
        for hint in ranked[:SHOWN]
    )


_FIRM = 0.75  # the lowest confidence of a cause that may rank before its consequence
_NEAR = 0.25  # how much less confident than the consequence the cause may be


def _put_causes_first(best: dict[str, _Hint]) -> None:
    """Rank causes before the findings that follow from them (``causes.py``), by lowering the latter's confidence."""
    present = [code for code in dict.fromkeys((*BECAUSE, *IN_TEXT)) if code in best]
    for code in (*present, *present):  # twice, because a lowered finding may itself be the cause of another one
        hint = best[code]
        causes = (cause for cause in best if explains_in_text(cause, code))
        firm = [best[cause].confidence for cause in causes if best[cause].confidence >= _FIRM]
        if firm and hint.confidence - _NEAR <= max(firm) <= hint.confidence:
            best[code] = hint._replace(confidence=max(firm) - 0.01)


# -- the tables --------------------------------------------------------------------------------------------------------


@cache
def rows() -> tuple[PhraseRow, ...]:
    """The rows of ``phrases.toml``, in its order."""
    return tuple(PhraseRow(**entry) for entry in table("answers/phrases")["row"])


# -- the clients' phrases ----------------------------------------------------------------------------------------------


def _phrase_hints(text: ReadText) -> Iterator[_Hint]:
    for row in rows():
        span = _span_of(row, text)
        if span is None or not (not row.beside or any(_occurs(text, part) for part in row.beside)):
            continue
        if any(_occurs(text, part) for part in row.without):
            continue
        yield _Hint(row.code, row.confidence, _around(text.plain, *span))


def _span_of(row: PhraseRow, text: ReadText) -> tuple[int, int] | None:
    if row.pattern:
        if not may_match(row.needles, text.lower):
            return None
        match = _compiled(row.pattern).search(text.lower)
        return match.span() if match else None
    for phrase in row.any:
        if phrase[0] == "@" or " … " in phrase or phrase in text.lower:
            span = _find(text, phrase)
            if span is not None:
                return span
    return None


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


# -- the servers' words ------------------------------------------------------------------------------------------------

_PATH = r"(?ia)(?<![\w.-])(?:https?://[^/\s'\"]+)?((?:/[\w.{}:%~-]++)++)"
_TO_ENDPOINT = r"(?ia)(.*/(?:chat/completions|completions|messages|responses|models|embeddings))\b"
_OWN_KEY = r"(?i)^(?!.*(?:authorization|header|bearer)).*(?:(?:api|secret) ?[-_]?key|密钥)"
# A server names the path that it does not know; a client uses the same words for a URL that it could not parse.
_CLIENTS_URL = r"(?i)invalid url(?! \()"
_VERSIONED = r"/v\d\w*/|/v\d\w*$|\bapi/"


def _dialect_hints(text: ReadText, door: str | None) -> Iterator[_Hint]:
    failing = any(tag.startswith("@5") for tag in text.tags)
    by_server = "{" in text.plain or any(
        tag.startswith("@4") for tag in text.tags
    )  # a server's response, not an app's own message
    for match in match_text(text.short, door):
        if match.code == "http.gateway_error" and not failing:  # a client reports "fetch failed" for its own connection
            match = match._replace(confidence=0.5 * match.confidence)
        if match.code == "path":
            if re.search(_CLIENTS_URL, match.why):
                continue
            yield from _wrong_path(match.confidence, match.why, text)
        elif match.code == "proxy_page":
            local = "@local" in text.tags
            yield _Hint("proxy.captures_local" if local else "proxy.refused", match.confidence, match.why)
            yield _Hint("proxy.refused" if local else "proxy.captures_local", 0.7 * match.confidence, match.why)
            yield _Hint("http.gateway_error", 0.5 * match.confidence, match.why)
        elif match.code == "auth.header_lost" and not by_server and re.search(_OWN_KEY, match.why):
            yield _Hint("settings.missing_key", match.confidence, match.why)
            yield _Hint(match.code, 0.85 * match.confidence, match.why)
        else:
            yield _Hint(match.code, match.confidence, match.why)


def _wrong_path(confidence: float, evidence: str, text: ReadText) -> Iterator[_Hint]:
    """Yield the hints of an unknown path: a missing version if the path contains none, and a wrong path."""
    paths = [end[1] for path in re.findall(_PATH, text.plain) if (end := re.match(_TO_ENDPOINT, path))]
    from probes.protocols.protocol import wires

    versioned = "|".join((_VERSIONED, *(one.inner_path for one in wires() if one.inner_path)))
    bare = bool(paths) and not any(re.search(versioned, path, re.IGNORECASE) for path in paths)
    yield _Hint("url.version_missing", confidence if bare else 0.6 * confidence, evidence)
    yield _Hint("url.path_wrong", 0.9 * confidence if bare else confidence, evidence)


# -- addresses and keys ------------------------------------------------------------------------------------------------

# Kind of note -> the code that it suggests, the confidence if the note is sure, and if it is not.
_NOTED = {
    "invalid": ("url.invalid", 0.93, 0.9),
    "bad_port": ("url.invalid", 0.93, 0.9),
    "double_slash": ("url.double_slash", 0.93, 0.9),
    "version_doubled": ("url.version_doubled", 0.93, 0.9),
    "endpoint_included": ("url.endpoint_included", 0.93, 0.9),
    "looks_like_key": ("settings.swapped", 0.93, 0.9),
    "website": ("url.not_api_host", 0.92, 0.92),
    "host_typo": ("url.host_typo", 0.96, 0.96),
    "echo_elsewhere": ("key.wrong_door", 0.97, 0.97),
    "official_words": ("app.base_url_ignored", 0.96, 0.96),
    Fit.OTHER_DOOR: ("key.wrong_door", 0.96, 0.6),
    Fit.OTHER_REGION: ("key.wrong_region", 0.9, 0.6),
    Fit.OTHER_PLAN: ("key.wrong_plan", 0.9, 0.6),
    Fit.OTHER_RESOURCE: ("key.wrong_resource", 0.85, 0.6),
    Fit.WRONG_KIND: ("key.wrong_kind", 0.9, 0.6),
    Fit.WRONG_AUDIENCE: ("key.wrong_audience", 0.9, 0.6),
    Fit.TRUNCATED: ("key.truncated", 0.85, 0.6),
    Fit.OFFICIAL_ELSEWHERE: ("key.official_elsewhere", 0.5, 0.5),
    Fit.UNLIKELY: ("key.wrong_door", 0.6, 0.6),
}


def _note_hints(text: ReadText) -> Iterator[_Hint]:
    for note in text.notes:
        if note.kind in _NOTED:
            code, sure, unsure = _NOTED[note.kind]
            yield _Hint(code, sure if note.sure else unsure, note.where)


# -- quoting -----------------------------------------------------------------------------------------------------------


def _around(text: str, start: int, end: int) -> str:
    """Return at most 160 characters of a text around a place in it."""
    if len(text) <= QUOTED:
        return text
    room = max(0, QUOTED - 2 - (end - start))
    left = max(0, min(start - room // 3, len(text) - (QUOTED - 2)))
    right = min(len(text), left + QUOTED - 2)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"


_WORD = r"[A-Za-z0-9_+/=.~-]{12,}"
_LONG = r"(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{20,}"


def _quote(evidence: str) -> str:
    """Return the evidence in one line. Replace anything that still looks like a key, even if no pattern knows it."""
    clean = re.sub(_WORD, lambda match: "[key]" if _noisy(match[0]) else match[0], evidence)
    clean = re.sub(_LONG, "[key]", clean)
    clean = "".join(char if char.isprintable() else " " for char in clean)
    return " ".join(clean.split())[:QUOTED]


def _noisy(word: str) -> bool:
    """Check whether letters and digits alternate as often as in a key; in model names and paths they do so rarely."""
    turns = sum(one.isdigit() != next_.isdigit() for one, next_ in pairwise(word) if one.isalnum() and next_.isalnum())
    return turns >= max(4, len(word) // 8)
