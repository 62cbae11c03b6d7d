"""Map a server's error response to the contract's codes, by the dialects of the providers.

Statuses mislead: a bad key is a 400 at one provider and a 403 at another, and used-up credit is reported as 429, 400,
403 or 500. So the words and codes of the body decide (``dialects.toml``); the status alone decides only if no row
matches the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from diagnose.answers.data_files import DatedTable
from diagnose.answers.renewed_texts import CONFIDENCE, renewed_text
from probes.catalog.literal_filter import Needles, may_match
from probes.catalog.provenance import UNKNOWN, Provenance
from probes.catalog.text_pattern import TextPattern
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from probes.model.exchange import ApiError, Exchange

SEARCHED = 8192  # characters of a text that are searched: errors are short, and pages say what they are at the start
QUOTED = 160  # characters
ELSEWHERE = 0.85  # factor for a provider's own row at an unknown host, which may be a relay
AGED = 0.9  # factor for a row that nobody has looked at for long: servers change their words
PASTED = 0.6  # factor for a row with ``wire = true`` in a pasted text, whose sender is not known
UNSEEN_STATUS = 0.93  # factor for a mark that means this with one status alone, in a text that names no status
SURE = 0.9  # a row of this confidence leaves no doubt that other readers could settle
LOOSE = "words-loose"  # the dialect of plain words that may be anybody's
IN_WORDS = 0.65  # the confidence of a subject and a fault in one clause
BY_KIND = 0.85  # the confidence of a kind's words in a response, where no row matches
KEY_GOOD = {"yes": True, "no": False, "nothing": None}

# These are texts, because compiling all of them would delay every start; `re` caches what it compiles.
_FIELD = TextPattern(
    r"""(?i)["'](?:type|code|status|reason|error_code|err_code|errorcode|__type)["'] ?: ?["']?([\w.:-]{1,80})""", 0
)
_MESSAGE = TextPattern(r"""(?i)["'](?:message|detail|error|msg)["'] ?: ?["']([^"']{1,300})["']""", 0)
_NAME = r"[A-Za-z][\w.:-]{4,79}"
_ESCAPE = r"\\u([0-9a-fA-F]{4})"
_TAG = r"<[^<>]{0,300}>"
_STATUS = (
    r"(?i)(?:error|code|status|param|http|\bis|returns?|returned|返回|报错?|提示|显示|错误|状态码|response)(?:/[\d.]{1,3})?"
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
# httpx logs every response with the standard reason phrase, which the server did not write.
_LOGGED = r"(HTTP Request: [A-Z]{3,7} \S{1,300} \"HTTP/[\d.]{1,3} \d{3})[^\"\n]{0,40}\""
# How the SDKs show a response without a body.
_NO_BODY = TextPattern(r"(?i)error code: \d{3}\W*$|status code \(no body\)", 0)
_STATUS_LINE = r"(?m)^[<*\s]{0,4}HTTP/[\d.]{1,3} \d{3} ?([^\r\n]{0,60})"
_HEADER = r"(?m)^[<*\s]{0,4}([A-Za-z][\w-]{1,40}): ?(\S[^\r\n]{0,300})"
_PAGE = ("<!doctype html", "<html", "<head", "<title", "<body", "<center", "<h1")

_KEY_TAKEN = {"auth.rejected": False, "auth.expired": False, "quota.exhausted": True, "quota.rate_limited": True}
_NO_REFUSAL = (401, 403, 404, 405, 407)  # of the request's content
# Rows of model.parameter_rejected about the length or the history of a conversation, or about how it is sent.
_NO_FIELD = ("parameter-length", "parameter-history", "stream-required")

_NOTHING: Mapping[str, str] = {}


class Match(NamedTuple):
    """One interpretation of a response.

    ``code`` is a code of the contract, or ``path`` (the path is wrong at this host) or ``proxy_page`` (a forward
    proxy answers), which the rules judge with other evidence. ``why`` quotes the decisive words (160 characters).
    ``dialect`` is the id of the row, or ``status-`` and the status if no row matches the body. ``key_good`` says
    whether the response proves that the key was accepted (True) or refused (False); None: it proves neither.
    ``values`` may hold ``retry_after`` (seconds), ``have`` and ``need`` (amounts as written), ``model``,
    ``group``, ``parameter``, ``header``, ``path``, ``upstream`` (as the gateway calls it), ``echoed`` (the head of the
    key that the server says it got), ``echoed_tail``, ``plan_hint`` and ``kind_hint`` ("1": a key of a plan, of another
    kind, is likely), ``own_words`` ("1": a gateway speaks about the key that it received itself, not about its own key
    upstream).
    """

    code: str
    confidence: float
    why: str
    dialect: str
    key_good: bool | None = None
    values: Mapping[str, str] = _NOTHING


class DialectRow(NamedTuple):
    """A row of ``dialects.toml``, which explains the conditions. An empty condition always holds.

    ``needles`` are those of the pattern; empty if they are not known.
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
    provenance: Provenance = UNKNOWN


class StatusRow(NamedTuple):
    """A ``[[status]]`` row of ``dialects.toml``, which explains the conditions. An empty condition always holds."""

    status: Sequence[int | str]
    code: str
    confidence: float
    key_good: bool | None
    body: Sequence[str] = ()
    own: bool = False
    param: str = ""
    pattern: str = ""
    provenance: Provenance = UNKNOWN


class _Words(NamedTuple):
    """A response as the rows see it. Status 0: not known. ``own``: an error in an API's form, with a type or a code."""

    status: int
    texts: tuple[str, ...]  # the message, then the whole body
    lower: str  # all texts, in lower case
    marks: tuple[str, ...]  # in lower case, sorted
    headers: Mapping[str, str]
    body: str
    door: str | None
    own: bool = False
    param: str = ""
    pasted: bool = False
    said: tuple[str, ...] = ()  # the messages inside a pasted response: a server's own words
    day: str = ""  # of the run, by which a row is old


def rows() -> tuple[DialectRow, ...]:
    """Return the ``[[row]]`` rows of ``dialects.toml``, in the order of the file."""
    return _tables()[0]


def status_rows() -> tuple[StatusRow, ...]:
    """Return the ``[[status]]`` rows of ``dialects.toml``, in the order of the file."""
    return _tables()[1]


@cache
def _tables() -> tuple[tuple[DialectRow, ...], tuple[StatusRow, ...]]:
    table = DatedTable("dialects")
    usual = table.document["key_good"]
    statuses = tuple(StatusRow(**_fields(*row, usual)) for row in table.rows("status"))
    return tuple(_row(*row, usual) for row in table.rows("row")), statuses


def _fields(entry: Mapping[str, Any], provenance: Provenance, usual: Mapping[str, str]) -> dict[str, Any]:
    key_good = KEY_GOOD[entry.get("key_good", usual.get(entry["code"], "nothing"))]
    return {**entry, "key_good": key_good, "provenance": provenance}


def _row(entry: Mapping[str, Any], provenance: Provenance, usual: Mapping[str, str]) -> DialectRow:
    values = _fields(entry, provenance, usual)
    if "mark" in entry:
        marks = [mark.lower() for mark in entry["mark"]]
        values["mark"] = frozenset(mark for mark in marks if not mark.endswith("*"))
        values["mark_heads"] = tuple(mark[:-1] for mark in marks if mark.endswith("*"))
    return DialectRow(**values)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)  # ASCII, so that `\b` matches between a word and Chinese


def classify(exchange: Exchange, door: str | None = None, day: str = "") -> tuple[Match, ...]:
    """Return what the response of an exchange says is wrong, best match first; empty if no row matches.

    ``door`` is the id of the host's door, or None for an unknown host. ``day`` is the day of the run: a row that is old
    by then counts less. An error with a success status is read too: in
    the body, in the stream, or in place of the assistant's text.
    """
    from probes.api.response_checks import fenced
    from probes.model.exchange import ApiError, Body

    if not exchange.status or exchange.failure is not None:
        return ()
    response, reading, redirection = exchange.response, exchange.reading, exchange.redirection
    headers = {**dict(response.headers), ":reason": response.reason}
    if redirection.location:
        headers["location"] = redirection.location
    if redirection.target is not None:
        headers |= {"location": redirection.target.url or redirection.location, ":gate": redirection.target.gate}
    stream_error = reading.stream.error if reading.stream is not None else None
    error = reading.error or stream_error
    if exchange.status >= 300 or error is not None:
        text = response.text
        if response.title and response.title not in text:
            text = f"<title>{response.title}</title> {text}"
        return classify_error(exchange.status, error or ApiError(), text, headers, door, day)
    if response.body is Body.HTML or fenced(exchange):
        # The words of a web page about keys and models are no verdict; only the product that made the page matters.
        matches = _match_rows(_words_from(exchange.status, _texts("", response.text), (), headers, response.body, door))
        return tuple(match for match in matches if match.code in ("http.blocked", "http.front_auth", "proxy_page"))
    answer = reading.answer
    if answer is not None and answer.text and not answer.completion_tokens:
        # Some routers report their own faults as the assistant's text; such responses have no token count.
        return tuple(_weaker(match) for match in _match_rows(_pasted(answer.text)))
    return ()


def classify_error(
    status: int,
    error: ApiError,
    text: str = "",
    headers: Mapping[str, str] | None = None,
    door: str | None = None,
    day: str = "",
) -> tuple[Match, ...]:
    """Return what an error response says is wrong, best match first.

    ``text`` is the body, ``door`` the id of the host's door, or None for an unknown host. If the status is a success,
    the status that the error itself names is used instead.
    """
    from probes.protocols.errors import stated_status
    from probes.protocols.protocol import is_api_shape

    success = 200 <= status < 300
    if success:
        status = stated_status(error)
    texts = _texts(error.message, text)
    body = _body_kind(text or error.message)
    marks = {error.type.lower(), error.code.lower()} - {""}
    if body == "json":
        marks.update(mark.lower() for mark in _FIELD.findall(texts[-1]))
    lowered = _with_gate({name.lower(): value for name, value in (headers or {}).items()})
    api_form = body == "json" and bool(error.type or error.code) and is_api_shape(error.shape)
    words = _words_from(status, texts, marks, lowered, body, door, own=api_form, param=error.param, day=day)
    matches = _all_matches(words)
    if success:  # an error inside a success says too little in plain words about whose fault it is
        matches = tuple(match for match in matches if match.dialect not in ("words", LOOSE))
    return matches or (_by_status(words) if status else ())


def match_text(text: str, door: str | None = None, day: str = "") -> tuple[Match, ...]:
    """Return what a pasted error text or log says is wrong, best match first.

    The text must be free of keys, because ``why`` quotes from it. ``day`` is today: a row that is old by then counts
    less.
    """
    words = _pasted(text, door, day)
    return _all_matches(words) or _by_status(words)


def _pasted(text: str, door: str | None = None, day: str = "") -> _Words:
    if "HTTP Request: " in text:
        text = re.sub(_LOGGED, r'\1"', text)
    texts = _texts("", text)
    marks = {mark.lower() for body in texts for mark in _FIELD.findall(body)}
    for body in texts:
        # Take only names that do not occur in sentences: `model_not_found`, `InvalidApiKey`, `Throttling.RateQuota`.
        marks.update(
            name.lower()
            for name in (found.rstrip(".:-") for found in re.findall(_NAME, body))
            if "_" in name or "." in name or (not name.isupper() and not name[1:].islower() and name.isalpha())
        )
    status = next((int(next(filter(None, m.groups()))) for body in texts for m in re.finditer(_STATUS, body)), 0)
    body = "html" if _is_page(texts[0]) else "json" if "{" in texts[0] else "text"
    if body == "text" and _NO_BODY.search(text):
        body = "empty"
    messages = tuple(message for part in texts for message in _MESSAGE.findall(part))[:3]
    api_form = body == "json" and _FIELD.search(texts[0]) is not None
    more: dict[str, Any] = {"own": api_form, "pasted": True, "said": messages, "day": day}
    return _words_from(status, (*texts, *messages), marks, _with_gate(_headers(text)), body, door, **more)


def _with_gate(headers: dict[str, str]) -> dict[str, str]:
    """Add ``:gate``, the kind of page at the redirect's target, if the probes have not added it."""
    if "location" in headers and ":gate" not in headers:
        from probes.urls.login_pages import gate

        headers[":gate"] = gate(headers["location"])
    return headers


def _words_from(status: int, texts: tuple[str, ...], marks: Iterable[str], *about: Any, **more: Any) -> _Words:
    return _Words(status, texts, "\n".join(texts).lower(), tuple(sorted(marks)), *about, **more)


def _headers(text: str) -> dict[str, str]:
    """Return the headers of a pasted response, as ``curl -i`` and ``curl -v`` print them."""
    line = re.search(_STATUS_LINE, text) if "HTTP/" in text else None
    if line is None:
        return {}
    return {":reason": line[1]} | {name.lower(): value for name, value in re.findall(_HEADER, text[line.end() :])}


def _texts(message: str, text: str) -> tuple[str, ...]:
    parts = [_one_line(part) for part in (message, text)]
    return tuple(dict.fromkeys(part for part in parts if part)) or ("",)


def _one_line(text: str) -> str:
    """Collapse a text to one line and undo the escapes of JSON, so that patterns match Chinese in either form."""
    text = text[:SEARCHED]
    if "\\" in text:
        text = re.sub(_ESCAPE, _character, text).replace("\\n", " ").replace('\\"', '"')
    return " ".join(text.split())


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)  # a surrogate is no character by itself


def _body_kind(text: str) -> str:
    start = text[:SEARCHED].lstrip("\ufeff \t\r\n")
    if not start:
        return "empty"
    if start[0] == "<" or _is_page(start[:1024]):
        return "html"
    return "json" if start[0] in '{["' else "text"


def _is_page(text: str) -> bool:
    lower = text.lower()
    return any(tag in lower for tag in _PAGE)


def _match_rows(words: _Words) -> tuple[Match, ...]:
    """Return the best match for each code, the most confident first."""
    best: dict[str, Match] = {}
    for row in rows():
        match = _match_row(row, words)
        if match is not None and (row.code not in best or match.confidence > best[row.code].confidence):
            best[row.code] = match
    found = tuple(sorted(best.values(), key=lambda match: -match.confidence))
    if (renewed := renewed_text(words.lower)) is not None:
        code, why = renewed
        return (Match(code, CONFIDENCE, why, "bundle"), *(one for one in found if one.code != code))
    return found


def _all_matches(words: _Words) -> tuple[Match, ...]:
    """Return the matches of the rows, or what the words tell that no row knows: a place in the request, or a kind."""
    matches = _match_rows(words)
    if words.body != "html" and (not matches or matches[0].confidence < SURE):
        content = words.status not in _NO_REFUSAL and not (matches and matches[0].code == "model.parameter_rejected")
        told = _by_place(words) if content else ()
        told = told or (_by_request(words, of_header=True) if words.status and not words.pasted else ())
        told = told or (() if matches else _by_kind(words) or _by_request(words) or _by_words(words))
        matches = (*told, *(one for one in matches if one.code not in {match.code for match in told}))
    return matches


def _by_place(words: _Words) -> tuple[Match, ...]:
    """Return a rejected request if a text names the place in it that is at fault, in the notation of any validator."""
    from diagnose.answers.located_faults import located_fault  # only texts that no row knows need it

    for text in words.texts:
        fault = located_fault(text)
        if fault is not None:
            why = quote(_around(text, fault.start, fault.end))
            return (Match("model.parameter_rejected", SURE, why, "place", None, {"parameter": fault.place}),)
    return ()


def _by_kind(words: _Words) -> tuple[Match, ...]:
    """Return the code of the first kind of error (``kinds.toml``) whose words suffice to tell it."""
    from diagnose.answers.kinds import telling_kind

    for text in words.texts:
        found = telling_kind(text)
        if found is not None:
            code, start, end = found
            confidence = BY_KIND if words.status or words.body == "json" else PASTED
            return (Match(code, confidence, quote(_around(text, start, end)), "kind"),)
    return ()


def _by_request(words: _Words, of_header: bool = False) -> tuple[Match, ...]:
    """Return what a refusal means by what it asks for: a header, or something that the user must do first.

    ``of_header``: only if it asks for a header.
    """
    from diagnose.answers.asked_refusals import asked_refusal  # only texts that no row knows need it

    for text in words.texts:
        found = asked_refusal(text, words.status)
        if found is not None and (found.header or not of_header):
            why = quote(_around(text, found.start, found.end))
            front = found.code == "http.front_auth"
            values = {"header": found.header, "case": "gateway"} if front else {"parameter": found.header}
            values = values if found.header else {}
            confidence = PASTED if not words.status else BY_KIND if found.header else IN_WORDS
            return (Match(found.code, confidence, why, "words", None if found.header else True, values),)
    return ()


def _by_words(words: _Words) -> tuple[Match, ...]:
    """Return what a sentence that no row knows says in plain words: its subject and what is wrong with that."""
    from diagnose.answers.plain_refusals import plain_refusal

    spoken = words.said if words.pasted else words.texts  # in a pasted text, other sentences are the user's
    for text in (*spoken, *words.texts):
        found = plain_refusal(text)
        if found is not None:
            sure = text in spoken
            if not sure and found.code == "path":
                continue
            why = quote(_around(text, found.start, found.end))
            confidence = IN_WORDS if sure else 0.75 * IN_WORDS
            values = _retry(words) if found.code.startswith("quota.") else _NOTHING
            dialect = "words" if sure else LOOSE
            return (Match(found.code, confidence, why, dialect, _KEY_TAKEN.get(found.code), values),)
    return ()


def _match_row(row: DialectRow, words: _Words) -> Match | None:
    has_words = bool(row.pattern or row.mark or row.mark_heads)
    if row.doors and not (_in_family(words.door, row.doors) if words.door else has_words):
        return None
    if row.status and not (has_words and not words.status) and not _has_status(words.status, row.status):
        return None
    if row.body and words.body not in row.body:
        return None
    if not may_match(row.needles, words.lower):
        return None
    why, values = "", dict(row.values)
    for name, pattern in row.header.items():
        value = words.headers.get(name, "")[:SEARCHED]
        if not value or (found := _compiled(pattern).search(value)) is None:
            return None
        why = f"{name.lstrip(':')}: {value}"
        values |= {group: text for group, text in found.groupdict().items() if text}
    if row.mark or row.mark_heads:
        mark = next((m for m in words.marks if m in row.mark or m.startswith(row.mark_heads)), None)
        if mark is None:
            return None
        why = _as_written(mark, words.texts)
    if row.pattern:
        hit_in_text = next(((m, t) for t in words.texts if (m := _compiled(row.pattern).search(t))), None)
        if hit_in_text is None:
            return None
        hit, text = hit_in_text
        why = _around(text, hit.start(), hit.end())
        values |= {name.rstrip("234567"): value for name, value in hit.groupdict().items() if value}
    confidence = row.confidence
    if row.doors and words.door is None:
        confidence *= ELSEWHERE
    if words.day and row.provenance.old(words.day):
        confidence *= AGED
    if words.pasted and not words.status and row.status and not row.pattern:
        confidence *= UNSEEN_STATUS
    if row.wire and words.pasted and not _is_servers_own(row, words):
        confidence *= PASTED
    elif row.wire and row.status and not words.status:
        confidence *= PASTED  # an error with a success status: whether it is a 401 or a 500 is not known
    if row.code.startswith("quota.") or values.get("case") == "rate":
        values |= _retry(words)
    named = "parameter" in values and words.param.lower() in ("", "none", "null")
    if row.code == "model.parameter_rejected" and not row.id.startswith(_NO_FIELD) and not named:
        from diagnose.answers.rejected_fields import rejected_field  # only few texts need its patterns

        values |= {"parameter": field} if (field := rejected_field(words.param, words.texts)) else {}
    why = quote(why or f"HTTP {words.status}")
    return Match(row.code, round(confidence, 3), why, row.id, row.key_good, values)


def _is_servers_own(row: DialectRow, words: _Words) -> bool:
    """Check whether a pasted text contains these words as a server's own: in a message, with a status in the text."""
    return bool(words.status) and any(_compiled(row.pattern).search(message) for message in words.said)


def _in_family(door: str, doors: Sequence[str]) -> bool:
    return any(door.startswith(name[:-1]) if name.endswith("*") else door == name for name in doors)


def _has_status(status: int, wanted: Sequence[int | str]) -> bool:
    return status in wanted or f"{status // 100}xx" in wanted


def _retry(words: _Words) -> dict[str, str]:
    """Return how many seconds the server asks the client to wait, by its headers, else by its words."""
    seconds = _seconds(words.headers)
    if not seconds and any(word in words.lower for word in ("retry", "try again", "wait")):
        hit = next((m for text in words.texts if (m := re.search(_RETRY, text))), None)
        seconds = (hit[1] or hit[2]) if hit else ""
    return {"retry_after": seconds} if seconds else {}


def _seconds(headers: Mapping[str, str]) -> str:
    """Return the seconds of ``retry-after-ms`` or ``retry-after``; empty if neither is valid.

    A date in ``retry-after`` is relative to the response's own ``date``.
    """
    after, milliseconds = headers.get("retry-after", "").strip(), headers.get("retry-after-ms", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", milliseconds):
        return f"{float(milliseconds) / 1000:g}"
    if re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]{1,6})?", after):
        return after
    if after and "date" in headers:
        from email.utils import parsedate_to_datetime

        try:
            wait = (parsedate_to_datetime(after) - parsedate_to_datetime(headers["date"])).total_seconds()
        except (ValueError, TypeError, OverflowError):  # an invalid date, or only one of the two has a time zone
            return ""
        return f"{wait:.0f}" if wait > 0 else ""
    return ""


def _as_written(mark: str, texts: tuple[str, ...]) -> str:
    """Return the mark with the text around it, as the server wrote it."""
    for text in texts:
        at = text.lower().find(mark)
        if at >= 0:
            return _around(text, at, at + len(mark))
    message = texts[0]
    return f"{mark}: {message}" if message else mark


def _around(text: str, start: int, end: int) -> str:
    """Return at most 160 characters of a text around a place in it."""
    if len(text) <= QUOTED:
        return text
    room = max(0, QUOTED - 2 - (end - start))
    left = max(0, min(start - room // 2, len(text) - (QUOTED - 2)))
    right = min(len(text), left + QUOTED - 2)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"


def quote(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in re.sub(_TAG, " ", text))
    return " ".join(plain.split())[:QUOTED]


def _weaker(match: Match) -> Match:
    return Match(
        match.code, round(match.confidence * PASTED, 3), match.why, match.dialect, match.key_good, match.values
    )


def _by_status(words: _Words) -> tuple[Match, ...]:
    """Return what the status alone says: the match of the first row of ``status_rows`` that holds, if any."""
    parameter = _parameter(words)
    row = next((row for row in status_rows() if _status_row_holds(row, words, parameter)), None)
    if row is None:
        return ()
    why = quote(f"HTTP {words.status} {_around(words.texts[0], 0, 0)}")
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
    """Return the request parameter that an error names, at most 60 characters; empty if it names none."""
    if words.param.lower() not in ("", "none", "null"):
        return words.param[:60]
    loc = re.search(_PARAM_LOC, words.texts[-1])
    return loc[1] if loc else ""
