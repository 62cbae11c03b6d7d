"""What a pasted text tells: a traceback, an app's error box, a log, a page of HTML.

Three readers look at it: the servers' dialects (``dialects.toml``), the clients' own phrases (``phrases.toml``), and
the look that ``check`` takes at base URLs and keys (``probes/pasted/pasted_text.py``, which takes the keys out first).
Pure.
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
from probes.model.value_issues import Fit

if TYPE_CHECKING:
    from typing import Protocol

    class ReadNote(Protocol):
        """As :class:`probes.pasted.pasted_text.Note`."""

        @property
        def kind(self) -> str: ...
        @property
        def where(self) -> str: ...
        @property
        def sure(self) -> bool: ...

    class ReadText(Protocol):
        """A text without keys, as :class:`probes.pasted.pasted_text.Pasted`."""

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


GAP = 160  # characters that ` … ` in a phrase may stand for
TRIED = 5  # places at which a phrase with a gap is tried
QUOTED = 160
SHOWN = 6
LEAST = 0.3  # less than that is no candidate


class Candidate(NamedTuple):
    """A finding that the text may be about.

    ``confidence`` goes from 0 to 1. ``why`` is a sentence in the language asked for, ``evidence`` the part of the text
    that tells, at most 160 characters, without any key.
    """

    code: str
    confidence: float
    why: str
    evidence: str


class PhraseRow(NamedTuple):
    """A row of ``phrases.toml``; the conditions are described there. ``needles`` as in
    ``diagnose/answers/dialects.py``.
    """

    code: str
    confidence: float
    any: Sequence[str] = ()
    pattern: str = ""
    needles: Needles = ()
    beside: Sequence[str] = ()
    without: Sequence[str] = ()


class _Hint(NamedTuple):
    """That a part of the text speaks for a code."""

    code: str
    confidence: float
    evidence: str


def explain(text: ReadText, lang: str = "en", door: str | None = None) -> tuple[Candidate, ...]:
    """What a pasted text is likely to be about, best first; empty where nothing in it is known.

    ``text`` comes from :func:`probes.pasted.pasted_text.read`, which takes the keys out; ``door`` is the id of the
    door that its host is, None where it is no known one.
    """
    best: dict[str, _Hint] = {}
    for sign in (*_phrases(text), *_dialects(text, door), *_noted(text)):
        if sign.code not in best or sign.confidence > best[sign.code].confidence:
            best[sign.code] = sign
    _give_way(best)
    ranked = sorted((sign for sign in best.values() if sign.confidence >= LEAST), key=lambda sign: -sign.confidence)
    values = {"host": text.host}
    return tuple(
        Candidate(sign.code, round(sign.confidence, 2), words.say(sign.code, lang, values).title, _quote(sign.evidence))
        for sign in ranked[:SHOWN]
    )


_FIRM = 0.75  # a sign that may go before what follows from it
_NEAR = 0.25  # and it is not much weaker


def _give_way(best: dict[str, _Hint]) -> None:
    """Put what says more exactly what must be changed before what follows from it (``causes.py``)."""
    present = [code for code in dict.fromkeys((*BECAUSE, *IN_TEXT)) if code in best]
    for code in (*present, *present):  # twice: what gave way may itself be followed
        sign = best[code]
        causes = (cause for cause in best if explains_in_text(cause, code))
        firm = [best[cause].confidence for cause in causes if best[cause].confidence >= _FIRM]
        if firm and sign.confidence - _NEAR <= max(firm) <= sign.confidence:
            best[code] = sign._replace(confidence=max(firm) - 0.01)


# -- the tables --------------------------------------------------------------------------------------------------------


@cache
def rows() -> tuple[PhraseRow, ...]:
    """The rows of ``phrases.toml``, in its order."""
    return tuple(PhraseRow(**entry) for entry in table("answers/phrases")["row"])


# -- the clients' phrases ----------------------------------------------------------------------------------------------


def _phrases(seen: ReadText) -> Iterator[_Hint]:
    for row in rows():
        span = _place(row, seen)
        if span is None or not (not row.beside or any(_has(seen, part) for part in row.beside)):
            continue
        if any(_has(seen, part) for part in row.without):
            continue
        yield _Hint(row.code, row.confidence, _around(seen.plain, *span))


def _place(row: PhraseRow, seen: ReadText) -> tuple[int, int] | None:
    if row.pattern:
        if not may_match(row.needles, seen.lower):
            return None
        found = _compiled(row.pattern).search(seen.lower)
        return found.span() if found else None
    for phrase in row.any:
        if phrase[0] == "@" or " … " in phrase or phrase in seen.lower:
            span = _find(seen, phrase)
            if span is not None:
                return span
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)  # so that a word ends where Chinese begins


def _has(seen: ReadText, phrase: str) -> bool:
    return _find(seen, phrase) is not None


def _find(seen: ReadText, phrase: str) -> tuple[int, int] | None:
    """Where a phrase stands in the text; a tag that holds stands at the status it names, or at the head."""
    if phrase[0] == "@":
        if phrase not in seen.tags:
            return None
        at = max(0, seen.lower.find(phrase[1:]))
        return at, at + len(phrase) - 1
    head, *rest = phrase.split(" … ") if " … " in phrase else (phrase,)
    start = -1
    for _ in range(TRIED):  # the first place may not be the one that goes on as wanted
        start = seen.lower.find(head, start + 1)
        if start < 0:
            return None
        before = seen.lower[start - 1 : start]
        if head[0].isalnum() and head[0].isascii() and before.isalnum() and before.isascii():
            continue  # in the middle of another word
        end = start + len(head)
        for part in rest:
            at = seen.lower.find(part, end, end + GAP + len(part))
            if at < 0:
                break
            end = at + len(part)
        else:
            return start, end
    return None


# -- the servers' words ------------------------------------------------------------------------------------------------

_ENDPOINT_PATH = (
    r"(?ia)(?<![\w.-])(?:https?://[^/\s'\"]+)?"
    r"((?:/[\w.{}:%~-]+)*/(?:chat/completions|completions|messages|responses|models|embeddings))\b"
)
_OWN_KEY = r"(?i)^(?!.*(?:authorization|header|bearer)).*(?:(?:api|secret) ?[-_]?key|密钥)"
# A server names the path that it does not know; a client says the same words of what it could not parse.
_CLIENTS_URL = r"(?i)invalid url(?! \()"
_VERSIONED = r"/v\d\w*/|/v\d\w*$|\bapi/"


def _dialects(seen: ReadText, door: str | None) -> Iterator[_Hint]:
    failing = any(tag.startswith("@5") for tag in seen.tags)
    said = "{" in seen.plain or any(tag.startswith("@4") for tag in seen.tags)  # a server's answer, not an app's
    for match in match_text(seen.short, door):
        if match.code == "http.gateway_error" and not failing:  # a client says "fetch failed" of its own connection
            match = match._replace(confidence=0.5 * match.confidence)
        if match.code == "path":
            if re.search(_CLIENTS_URL, match.why):
                continue
            yield from _wrong_path(match.confidence, match.why, seen)
        elif match.code == "proxy_page":
            local = "@local" in seen.tags
            yield _Hint("proxy.captures_local" if local else "proxy.refused", match.confidence, match.why)
            yield _Hint("proxy.refused" if local else "proxy.captures_local", 0.7 * match.confidence, match.why)
            yield _Hint("http.gateway_error", 0.5 * match.confidence, match.why)
        elif match.code == "auth.header_lost" and not said and re.search(_OWN_KEY, match.why):
            yield _Hint("settings.missing_key", match.confidence, match.why)
            yield _Hint(match.code, 0.85 * match.confidence, match.why)
        else:
            yield _Hint(match.code, match.confidence, match.why)


def _wrong_path(confidence: float, evidence: str, seen: ReadText) -> Iterator[_Hint]:
    """A path that is not there: by its own look the version is missing, or it is another path altogether."""
    paths = re.findall(_ENDPOINT_PATH, seen.plain)
    from probes.protocols.protocol import wires

    versioned = "|".join((_VERSIONED, *(one.inner_path for one in wires() if one.inner_path)))
    bare = bool(paths) and not any(re.search(versioned, path, re.IGNORECASE) for path in paths)
    yield _Hint("url.version_missing", confidence if bare else 0.6 * confidence, evidence)
    yield _Hint("url.path_wrong", 0.9 * confidence if bare else confidence, evidence)


# -- addresses and keys ------------------------------------------------------------------------------------------------

# What a note tells, with the confidence where it is sure and where it is not.
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
    Fit.TRUNCATED: ("key.truncated", 0.85, 0.6),
    Fit.OFFICIAL_ELSEWHERE: ("key.official_elsewhere", 0.5, 0.5),
    Fit.UNLIKELY: ("key.wrong_door", 0.6, 0.6),
}


def _noted(seen: ReadText) -> Iterator[_Hint]:
    for note in seen.notes:
        if note.kind in _NOTED:
            code, sure, unsure = _NOTED[note.kind]
            yield _Hint(code, sure if note.sure else unsure, note.where)


# -- quoting -----------------------------------------------------------------------------------------------------------


def _around(text: str, start: int, end: int) -> str:
    """At most 160 characters of a text about a place in it, cut between words where it can be."""
    if len(text) <= QUOTED:
        return text
    room = max(0, QUOTED - 2 - (end - start))
    left = max(0, min(start - room // 3, len(text) - (QUOTED - 2)))
    right = min(len(text), left + QUOTED - 2)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"


_WORD = r"[A-Za-z0-9_+/=.~-]{12,}"
_LONG = r"(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{20,}"


def _quote(evidence: str) -> str:
    """The evidence in one line. What still has the look of a key, though nothing says that it is one, stays out."""
    clean = re.sub(_WORD, lambda found: "[key]" if _noisy(found[0]) else found[0], evidence)
    clean = re.sub(_LONG, "[key]", clean)
    clean = "".join(char if char.isprintable() else " " for char in clean)
    return " ".join(clean.split())[:QUOTED]


def _noisy(word: str) -> bool:
    """Whether letters and digits take turns as they do in a key, and not as in a model's name or a path."""
    turns = sum(one.isdigit() != next_.isdigit() for one, next_ in pairwise(word) if one.isalnum() and next_.isalnum())
    return turns >= max(4, len(word) // 8)
