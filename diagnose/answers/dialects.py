"""What an answer means: the error dialects of the houses, read into the contract's codes.

Statuses mislead: a bad key is a 400 at one house and a 403 at another, an empty purse comes as 429, 400, 403 and 500.
So the words and codes of the body decide (``dialects.toml``), and the status alone speaks only where no row knows the
body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from diagnose.answers.data_files import table
from diagnose.answers.literal_filter import Needles, may_match

if TYPE_CHECKING:
    from probes.model.exchange import ApiError, Exchange

SEARCHED = 8192  # characters of a text that are looked at: errors are short, and pages say what they are at their head
QUOTED = 160
ELSEWHERE = 0.85  # what a house's own row counts at a host of no known house
PASTED = 0.6  # what a row counts in a pasted text whose words need the sender to be known
KEY_GOOD = {"yes": True, "no": False, "nothing": None}

# As texts: `re` compiles what is used, and keeps it. Every start would wait for all of them.
_FIELD = r"""(?i)["'](?:type|code|status|reason|error_code|err_code|errorcode|__type)["'] ?: ?["']?([\w.:-]{1,80})"""
_MESSAGE = r"""(?i)["'](?:message|detail|error|msg)["'] ?: ?["']([^"']{1,300})["']"""
_NAME = r"[A-Za-z][\w.:-]{4,79}"
_ESCAPE = r"\\u([0-9a-fA-F]{4})"
_TAG = r"<[^<>]{0,300}>"
_STATUS = (
    r"(?i)(?:error|code|status|http|\bis|returns?|returned|返回|报错?|提示|显示|错误|状态码|response)(?:/[\d.]{1,3})?"
    r"(?:[ _]?(?:code|error|status))?"
    r"[\"' :=(]{0,4}([45]\d\d)(?![0-9a-z_])|^\W{0,3}([45]\d\d)(?![0-9a-z_])"
    r"|(?<![0-9a-z_])([45]\d\d)(?:\W{1,3}(?:unauthori|forbidden|not found|too many"
    r"|payment|bad |internal|service|gateway|method|invalid|\{)| ?(?:错误|报错|状态码))"
)
_RETRY = (
    r"(?i)retrydelay\W{1,8}(\d{1,6}(?:\.\d{1,3})?)s"
    r"|(?:try again|retry|wait)(?: \w{1,8}){0,3} (\d{1,6}(?:\.\d{1,3})?) ?s"
)
_PARAM_LOC = r'"loc": ?\[ ?"body", ?"(\w{1,60})"'
# httpx logs every answer with the standard reason phrase, which is nobody's word.
_LOGGED = r"(HTTP Request: [A-Z]{3,7} \S{1,300} \"HTTP/[\d.]{1,3} \d{3})[^\"\n]{0,40}\""
# How the SDKs show an answer without a body.
_NO_BODY = r"(?i)error code: \d{3}\W*$|status code \(no body\)"
_STATUS_LINE = r"(?m)^[<*\s]{0,4}HTTP/[\d.]{1,3} \d{3} ?([^\r\n]{0,60})"
_HEADER = r"(?m)^[<*\s]{0,4}([A-Za-z][\w-]{1,40}): ?(\S[^\r\n]{0,300})"
_PAGE = ("<!doctype html", "<html", "<head", "<title", "<body", "<center", "<h1")

_NOTHING: Mapping[str, str] = {}


class Match(NamedTuple):
    """One reading of an answer.

    ``code`` is a code of the contract, or ``path`` (the path is wrong at this host) or ``proxy_page`` (a forward
    proxy answers), which are judged with what else was seen. ``why`` quotes what tells, at most 160 characters.
    ``dialect`` is the id of the row, or ``status-`` and the status where no row knows the body. ``key_good``: the
    answer proves that the key was accepted, or refused; None says nothing of it.
    ``values`` may hold ``retry_after`` (seconds), ``have`` and ``need`` (amounts as written), ``model``,
    ``group``, ``parameter``, ``path``, ``echoed`` (the head of the key that the server says it got), ``echoed_tail``,
    ``plan_hint`` and ``kind_hint`` ("1": a key of a plan, of another kind, is likely).
    """

    code: str
    confidence: float
    why: str
    dialect: str
    key_good: bool | None = None
    values: Mapping[str, str] = _NOTHING


class DialectRow(NamedTuple):
    """A row of ``dialects.toml``; the conditions are described there. An empty condition is not asked.

    ``needles`` are those of the pattern, empty where they are not known.
    """

    id: str
    code: str
    confidence: float
    key_good: bool | None
    doors: Sequence[str] = ()
    status: Sequence[int | str] = ()
    mark: frozenset[str] = frozenset()
    mark_heads: tuple[str, ...] = ()
    pattern: str = ""
    needles: Needles = ()
    header: Mapping[str, str] = _NOTHING
    body: Sequence[str] = ()
    wire: bool = False
    values: Mapping[str, str] = _NOTHING


class StatusRow(NamedTuple):
    """A ``[[status]]`` row of ``dialects.toml``; the conditions are described there. An empty one is not asked."""

    status: Sequence[int | str]
    code: str
    confidence: float
    key_good: bool | None
    body: Sequence[str] = ()
    own: bool = False
    param: str = ""
    pattern: str = ""


class _Words(NamedTuple):
    """An answer as the rows see it. Status 0: not known. ``own``: an error in an API's own form, with its code."""

    status: int
    texts: tuple[str, ...]  # the message, then the whole body
    lower: str  # all of them
    marks: tuple[str, ...]  # lower case, in order
    headers: Mapping[str, str]
    body: str
    door: str | None
    own: bool = False
    param: str = ""
    pasted: bool = False
    said: tuple[str, ...] = ()  # the messages inside a pasted answer: a server's own words


def rows() -> tuple[DialectRow, ...]:
    """The rows of ``dialects.toml``, in its order."""
    return _tables()[0]


def status_rows() -> tuple[StatusRow, ...]:
    """The ``[[status]]`` rows of ``dialects.toml``, in its order."""
    return _tables()[1]


@cache
def _tables() -> tuple[tuple[DialectRow, ...], tuple[StatusRow, ...]]:
    document = table("answers/dialects")
    usual = document["key_good"]
    told = tuple(StatusRow(**_with_key_good(entry, usual)) for entry in document["status"])
    return tuple(_row(entry, usual) for entry in document["row"]), told


def _with_key_good(entry: dict[str, Any], usual: Mapping[str, str]) -> dict[str, Any]:
    return entry | {"key_good": KEY_GOOD[entry.get("key_good", usual.get(entry["code"], "nothing"))]}


def _row(entry: dict[str, Any], usual: Mapping[str, str]) -> DialectRow:
    found = _with_key_good(entry, usual)
    if "mark" in entry:
        marks = [mark.lower() for mark in entry["mark"]]
        found["mark"] = frozenset(mark for mark in marks if not mark.endswith("*"))
        found["mark_heads"] = tuple(mark[:-1] for mark in marks if mark.endswith("*"))
    return DialectRow(**found)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)  # so that a word ends where Chinese begins


def classify(exchange: Exchange, door: str | None = None) -> tuple[Match, ...]:
    """What an exchange's answer says is wrong, best first; empty where it says nothing that is known.

    ``door`` is the id of the door that the host is. An error inside a success is read too, be it in the body, in the
    stream or in the place of the assistant's words.
    """
    from probes.api.response_checks import fenced
    from probes.model.exchange import ApiError, Body

    if not exchange.status or exchange.failure is not None:
        return ()
    response, reading, leads = exchange.response, exchange.reading, exchange.redirection
    headers = {**dict(response.headers), ":reason": response.reason}
    if leads.location:
        headers["location"] = leads.location
    if leads.target is not None:
        headers |= {"location": leads.target.url or leads.location, ":gate": leads.target.gate}
    inside = reading.stream.error if reading.stream is not None else None
    error = reading.error or inside
    if exchange.status >= 300 or error is not None:
        text = response.text
        if response.title and response.title not in text:
            text = f"<title>{response.title}</title> {text}"
        return classify_error(exchange.status, error or ApiError(), text, headers, door)
    if response.body is Body.HTML or fenced(exchange):
        # What a page says of keys and models is its text, not its verdict; only who made the page is asked.
        found = _read(_words(exchange.status, _texts("", response.text), (), headers, response.body, door))
        return tuple(match for match in found if match.code in ("http.blocked", "http.front_auth", "proxy_page"))
    answer = reading.answer
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
    from probes.protocols.protocol import is_api_shape

    if 200 <= status < 300:
        status = int(error.code) if re.fullmatch(r"[45]\d\d", error.code, re.ASCII) else 0
    texts = _texts(error.message, text)
    body = _body(text or error.message)
    marks = {error.type.lower(), error.code.lower()} - {""}
    if body == "json":
        marks.update(mark.lower() for mark in re.findall(_FIELD, texts[-1]))
    lowered = _gated({name.lower(): value for name, value in (headers or {}).items()})
    own = body == "json" and bool(error.type or error.code) and is_api_shape(error.shape)
    words = _words(status, texts, marks, lowered, body, door, own=own, param=error.param)
    found = _read(words)
    if found or not status:
        return found
    return _by_status(words)


def match_text(text: str, door: str | None = None) -> tuple[Match, ...]:
    """What a pasted error text or log says is wrong, best first. Scrub it before: ``why`` quotes from it."""
    words = _pasted(text, door)
    return _read(words) or _by_status(words)


def _pasted(text: str, door: str | None = None) -> _Words:
    if "HTTP Request: " in text:
        text = re.sub(_LOGGED, r'\1"', text)
    texts = _texts("", text)
    marks = {mark.lower() for body in texts for mark in re.findall(_FIELD, body)}
    for body in texts:
        # Only a name that no sentence holds: `model_not_found`, `InvalidApiKey`, `Throttling.RateQuota`.
        marks.update(
            name.lower()
            for name in (found.rstrip(".:-") for found in re.findall(_NAME, body))
            if "_" in name or "." in name or (not name.isupper() and not name[1:].islower() and name.isalpha())
        )
    status = next((int(next(filter(None, m.groups()))) for body in texts for m in re.finditer(_STATUS, body)), 0)
    body = "html" if _is_page(texts[0]) else "json" if "{" in texts[0] else "text"
    if body == "text" and re.search(_NO_BODY, text):
        body = "empty"
    messages = tuple(message for part in texts for message in re.findall(_MESSAGE, part))[:3]
    own = body == "json" and re.search(_FIELD, texts[0]) is not None
    more: dict[str, Any] = {"own": own, "pasted": True, "said": messages}
    return _words(status, (*texts, *messages), marks, _gated(_headers(text)), body, door, **more)


def _gated(headers: dict[str, str]) -> dict[str, str]:
    """With ``:gate``, what stands at the address of a redirect, where the probes have not read it."""
    if "location" in headers and ":gate" not in headers:
        from probes.urls.login_pages import gate

        headers[":gate"] = gate(headers["location"])
    return headers


def _words(status: int, texts: tuple[str, ...], marks: Iterable[str], *about: Any, **more: Any) -> _Words:
    return _Words(status, texts, "\n".join(texts).lower(), tuple(sorted(marks)), *about, **more)


def _headers(text: str) -> dict[str, str]:
    """The headers of an answer that was pasted with them, as ``curl -i`` and ``curl -v`` show them."""
    line = re.search(_STATUS_LINE, text) if "HTTP/" in text else None
    if line is None:
        return {}
    return {":reason": line[1]} | {name.lower(): value for name, value in re.findall(_HEADER, text[line.end() :])}


def _texts(message: str, text: str) -> tuple[str, ...]:
    parts = [_plain(part) for part in (message, text)]
    return tuple(dict.fromkeys(part for part in parts if part)) or ("",)


def _plain(text: str) -> str:
    """One line, with the escapes of JSON undone, so that Chinese is Chinese however it was sent."""
    text = text[:SEARCHED]
    if "\\" in text:
        text = re.sub(_ESCAPE, _character, text).replace("\\n", " ").replace('\\"', '"')
    return " ".join(text.split())


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)  # half of a pair is no character


def _body(text: str) -> str:
    start = text[:SEARCHED].lstrip("\ufeff \t\r\n")
    if not start:
        return "empty"
    if start[0] == "<" or _is_page(start[:1024]):
        return "html"
    return "json" if start[0] in '{["' else "text"


def _is_page(text: str) -> bool:
    lower = text.lower()
    return any(tag in lower for tag in _PAGE)


def _read(words: _Words) -> tuple[Match, ...]:
    """The matches of all rows, best first, one for each code."""
    best: dict[str, Match] = {}
    for row in rows():
        match = _apply(row, words)
        if match is not None and (row.code not in best or match.confidence > best[row.code].confidence):
            best[row.code] = match
    return tuple(sorted(best.values(), key=lambda match: -match.confidence))


def _apply(row: DialectRow, words: _Words) -> Match | None:
    told = bool(row.pattern or row.mark or row.mark_heads)
    if row.doors and not (_in_family(words.door, row.doors) if words.door else told):
        return None
    if row.status and not (told and not words.status) and not _has_status(words.status, row.status):
        return None
    if row.body and words.body not in row.body:
        return None
    if not may_match(row.needles, words.lower):
        return None
    why, values = "", dict(row.values)
    for name, pattern in row.header.items():
        value = words.headers.get(name, "")[:SEARCHED]
        if not value or not _compiled(pattern).search(value):
            return None
        why = f"{name.lstrip(':')}: {value}"
    if row.mark or row.mark_heads:
        mark = next((m for m in words.marks if m in row.mark or m.startswith(row.mark_heads)), None)
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
    if row.wire and words.pasted and not _spoken(row, words):
        confidence *= PASTED
    if row.code.startswith("quota.") or values.get("case") == "rate":
        values |= _retry(words)
    why = _quote(why or f"HTTP {words.status}")
    return Match(row.code, round(confidence, 3), why, row.id, row.key_good, values)


def _spoken(row: DialectRow, words: _Words) -> bool:
    """Whether a pasted text holds these words as a server's own: in the message of an answer whose status is told."""
    return bool(words.status) and any(_compiled(row.pattern).search(message) for message in words.said)


def _in_family(door: str, doors: Sequence[str]) -> bool:
    return any(door.startswith(name[:-1]) if name.endswith("*") else door == name for name in doors)


def _has_status(status: int, wanted: Sequence[int | str]) -> bool:
    return status in wanted or f"{status // 100}xx" in wanted


def _retry(words: _Words) -> dict[str, str]:
    """The seconds after which the server wants to be asked again, by its headers, else by its words."""
    said = _seconds(words.headers)
    if not said and any(word in words.lower for word in ("retry", "try again", "wait")):
        hit = next((m for text in words.texts if (m := re.search(_RETRY, text))), None)
        said = (hit[1] or hit[2]) if hit else ""
    return {"retry_after": said} if said else {}


def _seconds(headers: Mapping[str, str]) -> str:
    """``retry-after-ms``, or ``retry-after`` in either of its forms: a date counts from the answer's own."""
    after, milliseconds = headers.get("retry-after", "").strip(), headers.get("retry-after-ms", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", milliseconds):
        return f"{float(milliseconds) / 1000:g}"
    if re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]{1,6})?", after):
        return after
    if after and "date" in headers:
        from email.utils import parsedate_to_datetime

        try:
            wait = (parsedate_to_datetime(after) - parsedate_to_datetime(headers["date"])).total_seconds()
        except (ValueError, TypeError, OverflowError):  # no date, or one with a zone and one without
            return ""
        return f"{wait:.0f}" if wait > 0 else ""
    return ""


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
    plain = "".join(c if c.isprintable() else " " for c in re.sub(_TAG, " ", text))
    return " ".join(plain.split())[:QUOTED]


def _weaker(match: Match) -> Match:
    return Match(
        match.code, round(match.confidence * PASTED, 3), match.why, match.dialect, match.key_good, match.values
    )


def _by_status(words: _Words) -> tuple[Match, ...]:
    """What the status alone says: the first row of ``status_rows`` that holds, if any."""
    parameter = _parameter(words)
    row = next((row for row in status_rows() if _status_row_holds(row, words, parameter)), None)
    if row is None:
        return ()
    why = _quote(f"HTTP {words.status} {_around(words.texts[0], 0, 0)}")
    values = _retry(words) | ({"parameter": parameter} if row.param == "*" else {})
    return (Match(row.code, row.confidence, why, f"status-{words.status}", row.key_good, values),)


def _status_row_holds(row: StatusRow, words: _Words, parameter: str) -> bool:
    return (
        _has_status(words.status, row.status)
        and (not row.body or words.body in row.body)
        and (not row.own or words.own)
        and (not row.param or parameter == row.param or (row.param == "*" and bool(parameter)))
        and (not row.pattern or _compiled(row.pattern).search(words.texts[0]) is not None)
    )


def _parameter(words: _Words) -> str:
    """The request parameter that an error names, at most 60 characters; empty where it names none."""
    if words.param.lower() not in ("", "none", "null"):
        return words.param[:60]
    loc = re.search(_PARAM_LOC, words.texts[-1])
    return loc[1] if loc else ""
