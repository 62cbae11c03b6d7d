"""What an answer means: the error dialects of the houses, read into the contract's codes.

Statuses mislead: a bad key is a 400 at one house and a 403 at another, an empty purse comes as 429, 400, 403 and 500.
So the words and codes of the body decide (``dialects.toml``), and the status alone speaks only where no row knows the
body.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from probes.model import ApiError, Exchange

SEARCHED = 8192  # characters of a text that are looked at: errors are short, and pages say what they are at their head
QUOTED = 160
ELSEWHERE = 0.85  # what a house's own row counts at a host of no known house
PASTED = 0.6  # what a row counts in a pasted text whose words need the sender to be known
KEY_GOOD = {"yes": True, "no": False, "nothing": None}

_FIELD = re.compile(
    r"""["'](?:type|code|status|reason|error_code|err_code|errorcode|__type)["'] ?: ?["']?([\w.:-]{1,80})""",
    re.IGNORECASE,
)
_MESSAGE = re.compile(r"""["'](?:message|detail|error|msg)["'] ?: ?["']([^"']{1,300})["']""", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][\w.:-]{4,79}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAG = re.compile(r"<[^<>]{0,300}>")
_PAGE = re.compile(r"<(?:!doctype html|html|head|title|body|center|h1)\b", re.IGNORECASE)
_STATUS = re.compile(
    r"(?:error|code|status|http|\bis|returns?|returned|返回|response)(?:/[\d.]{1,3})?(?:[ _]?(?:code|error|status))?"
    r"[\"' :=(]{0,4}([45]\d\d)\b|^\W{0,3}([45]\d\d)\b|\b([45]\d\d)\W{1,3}(?:unauthori|forbidden|not found|too many"
    r"|payment|bad |internal|service|gateway|method|invalid|\{)",
    re.IGNORECASE,
)
_RETRY = re.compile(
    r"retrydelay\W{1,8}(\d{1,6}(?:\.\d{1,3})?)s|(?:try again|retry|wait)(?: \w{1,8}){0,3} (\d{1,6}(?:\.\d{1,3})?) ?s",
    re.IGNORECASE,
)
_PARAM_LOC = re.compile(r'"loc": ?\[ ?"body", ?"(\w{1,60})"')
_NAMES_MODEL = re.compile(r"\bmodels?\b|模型|deployment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """One reading of an answer.

    ``code`` is a code of the contract, or ``path`` (the path is wrong at this host) or ``proxy_page`` (a forward
    proxy answers), which are judged with what else was seen. ``why`` quotes what tells, at most 160 characters.
    ``dialect`` is the id of the row, or ``status-`` and the status where no row knows the body. ``key_good``: the
    answer proves that the key was accepted, or refused; None says nothing of it.
    ``values`` may hold ``retry_after`` (seconds, or a date), ``have`` and ``need`` (amounts as written), ``model``,
    ``group``, ``parameter``, ``path``, ``echoed`` (the head of the key that the server says it got), ``echoed_tail``,
    ``plan_hint`` and ``kind_hint`` ("1": a key of a plan, of another kind, is likely).
    """

    code: str
    confidence: float
    why: str
    dialect: str
    key_good: bool | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ``dialects.toml``; the conditions are described there. An empty condition is not asked."""

    id: str
    code: str
    confidence: float
    key_good: bool | None
    doors: tuple[str, ...] = ()
    status: tuple[int | str, ...] = ()
    mark: frozenset[str] = frozenset()
    mark_heads: tuple[str, ...] = ()
    pattern: str = ""
    header: tuple[tuple[str, str], ...] = ()
    body: tuple[str, ...] = ()
    wire: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Words:
    """An answer as the rows see it. Status 0: not known."""

    status: int
    texts: tuple[str, ...]  # the message, then the whole body
    marks: frozenset[str]  # lower case
    headers: Mapping[str, str]
    body: str
    door: str | None
    pasted: bool = False


@cache
def rows() -> tuple[Row, ...]:
    """The rows of ``dialects.toml``, in its order."""
    document = tomllib.loads((Path(__file__).parent / "dialects.toml").read_text(encoding="utf-8"))
    return tuple(_row(entry, document["key_good"]) for entry in document["row"])


def _row(entry: dict[str, Any], key_good: Mapping[str, str]) -> Row:
    marks = [mark.lower() for mark in entry.get("mark", ())]
    return Row(
        id=entry["id"],
        code=entry["code"],
        confidence=entry["confidence"],
        key_good=KEY_GOOD[entry.get("key_good", key_good.get(entry["code"], "nothing"))],
        doors=tuple(entry.get("doors", ())),
        status=tuple(entry.get("status", ())),
        mark=frozenset(mark for mark in marks if not mark.endswith("*")),
        mark_heads=tuple(mark[:-1] for mark in marks if mark.endswith("*")),
        pattern=entry.get("pattern", ""),
        header=tuple(entry.get("header", {}).items()),
        body=tuple(entry.get("body", ())),
        wire=entry.get("wire", False),
        values=entry.get("values", {}),
    )


# Compiling costs more than all else here, so each expression waits until a row comes as far as to need it.
@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def classify(exchange: Exchange, door: str | None = None) -> tuple[Match, ...]:
    """What an exchange's answer says is wrong, best first; empty where it says nothing that is known.

    ``door`` is the id of the door that the host is. An error inside a success is read too, be it in the body, in the
    stream or in the place of the assistant's words.
    """
    if not exchange.status or exchange.failure is not None:
        return ()
    headers = {**dict(exchange.headers), ":reason": exchange.reason}
    if exchange.location:
        headers["location"] = exchange.location
    inside = exchange.stream.error if exchange.stream is not None else None
    error = exchange.error or inside
    if exchange.status >= 300 or error is not None:
        text = exchange.text
        if exchange.title and exchange.title not in text:
            text = f"<title>{exchange.title}</title> {text}"
        return classify_error(exchange.status, error or ApiError(), text, headers, door)
    if exchange.body == "html":
        # What a page says of keys and models is its text, not its verdict; only who made the page is asked.
        found = _read(_Words(exchange.status, _texts("", exchange.text), frozenset(), headers, "html", door))
        return tuple(match for match in found if match.code in ("http.blocked", "http.front_auth", "proxy_page"))
    answer = exchange.answer
    if answer is not None and answer.text and not answer.completion_tokens:
        # Some routers tell their own faults as the assistant's words; the missing count of tokens gives them away.
        return tuple(_weaker(match) for match in _read(_pasted(answer.text)))
    return ()


def classify_error(
    status: int, error: ApiError, text: str = "", headers: Mapping[str, str] | None = None, door: str | None = None
) -> tuple[Match, ...]:
    """What an error answer says is wrong, best first: ``text`` is its body, ``door`` the id of the door or None.

    A success status says nothing about an error inside: the status that the error names itself is taken instead.
    """
    if 200 <= status < 300:
        status = int(error.code) if re.fullmatch(r"[45]\d\d", error.code, re.ASCII) else 0
    texts = _texts(error.message, text)
    body = _body(text or error.message)
    marks = {error.type.lower(), error.code.lower()} - {""}
    if body == "json":
        marks.update(mark.lower() for mark in _FIELD.findall(texts[-1]))
    lowered = {name.lower(): value for name, value in (headers or {}).items()}
    words = _Words(status, texts, frozenset(marks), lowered, body, door)
    found = _read(words)
    if found or not status:
        return found
    return tuple(_by_status(words, error))


def match_text(text: str) -> tuple[Match, ...]:
    """What a pasted error text or log says is wrong, best first. Scrub it before: ``why`` quotes from it."""
    words = _pasted(text)
    return _read(words) or tuple(_by_status(words, ApiError()))


def _pasted(text: str) -> _Words:
    texts = _texts("", text)
    marks = {mark.lower() for body in texts for mark in _FIELD.findall(body)}
    for body in texts:
        # Only a name that no sentence holds: `model_not_found`, `InvalidApiKey`, `Throttling.RateQuota`.
        marks.update(
            name.lower()
            for name in (found.rstrip(".:-") for found in _NAME.findall(body))
            if "_" in name or "." in name or (not name.isupper() and not name[1:].islower() and name.isalpha())
        )
    status = next((int(next(filter(None, m.groups()))) for body in texts for m in _STATUS.finditer(body)), 0)
    body = "html" if _PAGE.search(texts[0]) else "json" if "{" in texts[0] else "text"
    messages = tuple(message for part in texts for message in _MESSAGE.findall(part))
    return _Words(status, (*texts, *messages[:3]), frozenset(marks), {}, body, None, pasted=True)


def _texts(message: str, text: str) -> tuple[str, ...]:
    parts = [_plain(part) for part in (message, text)]
    return tuple(dict.fromkeys(part for part in parts if part)) or ("",)


def _plain(text: str) -> str:
    """One line, with the escapes of JSON undone, so that Chinese is Chinese however it was sent."""
    text = text[:SEARCHED]
    if "\\" in text:
        text = _ESCAPE.sub(_character, text).replace("\\n", " ").replace('\\"', '"')
    return " ".join(text.split())


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)  # half of a pair is no character


def _body(text: str) -> str:
    start = text[:SEARCHED].lstrip("\ufeff \t\r\n")
    if not start:
        return "empty"
    if start[0] == "<" or _PAGE.search(start[:1024]):
        return "html"
    return "json" if start[0] in '{["' else "text"


def _read(words: _Words) -> tuple[Match, ...]:
    """The matches of all rows, best first, one for each code."""
    best: dict[str, Match] = {}
    for row in rows():
        match = _apply(row, words)
        if match is not None and (row.code not in best or match.confidence > best[row.code].confidence):
            best[row.code] = match
    return tuple(sorted(best.values(), key=lambda match: -match.confidence))


def _apply(row: Row, words: _Words) -> Match | None:
    told = bool(row.pattern or row.mark or row.mark_heads)
    if row.doors and not (_in_family(words.door, row.doors) if words.door else told):
        return None
    if row.status and not (told and not words.status) and not _has_status(words.status, row.status):
        return None
    if row.body and words.body not in row.body:
        return None
    why, values = "", dict(row.values)
    for name, pattern in row.header:
        value = words.headers.get(name, "")[:SEARCHED]
        if not value or not _compiled(pattern).search(value):
            return None
        why = f"{name.lstrip(':')}: {value}"
    if row.mark or row.mark_heads:
        mark = next((m for m in sorted(words.marks) if m in row.mark or m.startswith(row.mark_heads)), None)
        if mark is None:
            return None
        why = _as_written(mark, words.texts)
    if row.pattern:
        place = next(((m, t) for t in words.texts if (m := _compiled(row.pattern).search(t))), None)
        if place is None:
            return None
        hit, text = place
        why = _around(text, hit.start(), hit.end())
        values |= {name.rstrip("2"): value for name, value in hit.groupdict().items() if value}
    confidence = row.confidence
    if row.doors and words.door is None:
        confidence *= ELSEWHERE
    if row.wire and words.pasted:
        confidence *= PASTED
    if row.code.startswith("quota."):
        values |= _retry(words)
    why = _quote(why or f"HTTP {words.status}")
    return Match(row.code, round(confidence, 3), why, row.id, row.key_good, values)


def _in_family(door: str, doors: tuple[str, ...]) -> bool:
    return any(door.startswith(name[:-1]) if name.endswith("*") else door == name for name in doors)


def _has_status(status: int, wanted: tuple[int | str, ...]) -> bool:
    return status in wanted or f"{status // 100}xx" in wanted


def _retry(words: _Words) -> dict[str, str]:
    said = words.headers.get("retry-after", "")
    if not said:
        hit = next((m for text in words.texts if (m := _RETRY.search(text))), None)
        said = (hit[1] or hit[2]) if hit else ""
    return {"retry_after": said[:40]} if said else {}


def _as_written(mark: str, texts: tuple[str, ...]) -> str:
    """The mark with its words around it, in the case in which the server wrote it."""
    for text in texts:
        at = text.lower().find(mark)
        if at >= 0:
            return _around(text, at, at + len(mark))
    message = texts[0]
    return f"{mark}: {message}" if message else mark


def _around(text: str, start: int, end: int) -> str:
    """At most 160 characters of a text about a place in it."""
    if len(text) <= QUOTED:
        return text
    room = max(0, QUOTED - 2 - (end - start))
    left = max(0, min(start - room // 2, len(text) - (QUOTED - 2)))
    right = min(len(text), left + QUOTED - 2)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"


def _quote(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in _TAG.sub(" ", text))
    return " ".join(plain.split())[:QUOTED]


def _weaker(match: Match) -> Match:
    return Match(
        match.code, round(match.confidence * PASTED, 3), match.why, match.dialect, match.key_good, match.values
    )


def _by_status(words: _Words, error: ApiError) -> Iterator[Match]:
    """What a status says where nothing in the body is known."""
    status, json = words.status, words.body == "json"
    own = bool(json and (error.type or error.code) and error.shape in ("openai", "anthropic", "google"))
    why = _quote(f"HTTP {status} {_around(words.texts[0], 0, 0)}")
    values = _retry(words)

    def match(code: str, confidence: float, key_good: bool | None = None, **more: str) -> Match:
        return Match(code, confidence, why, f"status-{status}", key_good, values | more)

    if status in (400, 422):
        parameter = error.param if error.param.lower() not in ("", "none", "null") else ""
        loc = _PARAM_LOC.search(words.texts[-1])
        parameter = (parameter or (loc[1] if loc else ""))[:60]
        if json and parameter == "model":
            yield match("model.not_found", 0.5)
        elif json and parameter:
            yield match("model.parameter_rejected", 0.5, parameter=parameter)
    elif status == 401:
        # A page is nobody's API: it may not even have looked at the key.
        yield match("auth.rejected", 0.5 if json else 0.35, None if words.body in ("html", "empty") else False)
    elif status == 402:
        yield match("quota.exhausted", 0.6, True)
    elif status == 403:
        yield match("auth.not_permitted", 0.4) if json else match("http.blocked", 0.4)
    elif status == 404 and json and any(_NAMES_MODEL.search(text) for text in words.texts[:1]):
        yield match("model.not_found", 0.5)
    elif status in (404, 405, 410):
        yield match("path", 0.5)
    elif status == 407:
        yield match("proxy_page", 0.8)
    elif status == 421:
        yield match("http.header_rejected", 0.6)
    elif status == 429:
        yield match("quota.rate_limited", 0.6)
    elif status in (413, 414, 431):
        yield match("http.too_large", 0.6)
    elif status == 529:
        yield match("quota.overloaded", 0.6)
    elif status in (502, 503, 504):
        yield match("http.server_error" if own else "http.gateway_error", 0.5)
    elif 500 <= status < 600:
        # A bare 500 is the server's own: gateways say 502 to 504 and 520 to 530, or sign their page.
        yield match("http.server_error" if json or status == 500 else "http.gateway_error", 0.5)
