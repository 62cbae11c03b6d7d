"""What a pasted text tells: a traceback, an app's error box, a log, a page; and the page of a finding.

Three readers look at it: the servers' dialects (``dialects.toml``), the clients' own phrases (``phrases.toml``), and the
look that ``check`` takes at base URLs and keys. Pure: no network, no clock. A pasted text may hold keys, so they are
taken out before anything is read, and nothing is quoted that still looks like one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from diagnose import words
from diagnose.dialects import match_text
from probes import flaws, keys
from probes.doors import Door, load
from probes.secret import PUBLIC_PREFIXES, Scrubber, public_prefix

LARGEST = 8 * 1024 * 1024  # characters; of more, the head and the tail are taken
LOOKED_AT = 24_000  # characters in which phrases are looked for
READ = 8_000  # characters that the dialects take
GAP = 160  # characters that ` … ` in a phrase may stand for
QUOTED = 160
SHOWN = 6
LEAST = 0.3  # less than that is no candidate
TRIED = 5  # URLs, hosts and keys that are judged: a log may hold thousands


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding that the text may be about.

    ``confidence`` goes from 0 to 1. ``why`` is a sentence in the language asked for, ``evidence`` the part of the text
    that tells, at most 160 characters, without any key.
    """

    code: str
    confidence: float
    why: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ``phrases.toml``; the conditions are described there."""

    code: str
    confidence: float
    any: tuple[str, ...] = ()
    pattern: str = ""
    all: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sign:
    """That a part of the text speaks for a code."""

    code: str
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class _Text:
    """The text as the readers see it: keys taken out, one line. ``lower`` has the same length as ``plain``."""

    plain: str
    lower: str
    keys: tuple[str, ...]
    urls: tuple[_Url, ...]
    hosts: tuple[str, ...]
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Url:
    """An address in the text. ``base``: it is given as a base URL; ``asked``: a request went there, or was to go."""

    value: str
    host: str
    port: int | None
    path: str
    base: bool
    asked: bool


def explain(text: str, lang: str = "en") -> tuple[Candidate, ...]:
    """What a pasted text is likely to be about, best first; empty where nothing in it is known.

    Takes any text, keys included; none is given back. Time grows with the length of the text.
    """
    text = _cut(text)
    found_keys = _find_keys(text)
    scrub = Scrubber(found_keys[:TRIED])
    masked = _mask_keys(text)
    focus = _focus(masked, LOOKED_AT)
    seen = _look(focus, found_keys, bool(_KIND.search(text)))
    signs = [
        *_phrases(seen),
        *_dialects(_focus(focus, READ), seen),
        *_urls(seen),
        *_echoes(seen),
        *_key_fit(seen),
    ]
    best: dict[str, _Sign] = {}
    for sign in signs:
        if sign.code not in best or sign.confidence > best[sign.code].confidence:
            best[sign.code] = sign
    ranked = sorted((sign for sign in best.values() if sign.confidence >= LEAST), key=lambda sign: -sign.confidence)
    values = {"host": seen.urls[0].host if len({url.host for url in seen.urls if url.asked}) == 1 else None}
    return tuple(
        Candidate(
            sign.code, round(sign.confidence, 2), words.say(sign.code, lang, values).title, _quote(sign.evidence, scrub)
        )
        for sign in ranked[:SHOWN]
    )


# -- the tables --------------------------------------------------------------------------------------------------------


@cache
def rows() -> tuple[Row, ...]:
    """The rows of ``phrases.toml``, in its order."""
    document = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))
    return tuple(_row(entry) for entry in document["row"])


def _row(entry: dict[str, Any]) -> Row:
    return Row(
        code=entry["code"],
        confidence=entry["confidence"],
        any=tuple(entry.get("any", ())),
        pattern=entry.get("pattern", ""),
        all=tuple(entry.get("with", ())),
        without=tuple(entry.get("without", ())),
    )


@cache
def examples() -> dict[str, tuple[str, ...]]:
    """For each code, what it looks like in SDKs and apps: one to three short texts."""
    document = tomllib.loads((Path(__file__).parent / "examples.toml").read_text(encoding="utf-8"))
    return {code: tuple(texts) for code, texts in document.items()}


# -- what is looked at -------------------------------------------------------------------------------------------------

_TROUBLE = re.compile(
    r"error|fail|exception|refus|reset|time(?:d )?[ -]?out|denied|invalid|unauthori|forbidden|not found|certificate"
    r"|cannot|unable|missing|illegal|unexpected|blocked|quota|warn|[ :\"]\b[45]\d\d\b|错误|失败|超时|拒绝|无效|异常|不足|不存在",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[^\n]{1,400}(?=\s|$)|[^\n]{1,400}")


def _cut(text: str) -> str:
    return text if len(text) <= LARGEST else f"{text[: LARGEST // 2]}\n{text[-LARGEST // 2 :]}"


def _focus(text: str, limit: int) -> str:
    """The parts of a long text that tell most: its head, its tail, and the lines that speak of trouble, each kind once."""
    if len(text) <= limit:
        return text
    kinds: dict[str, str] = {}
    for piece in _PIECE.findall(text):
        if _TROUBLE.search(piece):
            kinds.setdefault(_DIGITS.sub("0", piece), piece)
            if len(kinds) > limit:  # no log has so many kinds of trouble: this is noise
                break
    head, tail = limit // 8, limit // 4
    room = limit - head - tail
    pieces = list(kinds.values())
    first, last = _within(pieces, room // 2), _within(reversed(pieces), room // 2)
    kept = first + [piece for piece in reversed(last) if piece not in first]
    return "\n".join((text[:head].rpartition(" ")[0], *kept, text[-tail:].partition(" ")[2]))


def _within(pieces: Iterable[str], room: int) -> list[str]:
    kept = []
    for piece in pieces:
        room -= len(piece) + 1
        if room < 0:
            break
        kept.append(piece)
    return kept


_DIGITS = re.compile(r"\d+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&", "&nbsp;": " "}
_QUOTES = str.maketrans("“”„‘’´\u00a0", "\"\"\"''' ")


def _plain(text: str) -> str:
    """One line, with escapes undone, so that the same words are the same however they were pasted."""
    text = _COLOUR.sub("", text.removeprefix("\ufeff"))
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: _character(found), text)
        text = text.replace("\\r", " ").replace("\\n", " ").replace('\\"', '"').replace("\\'", "'")
    if "&" in text:
        for entity, sign in _ENTITIES.items():
            text = text.replace(entity, sign)
    return " ".join(text.translate(_QUOTES).split())


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)


_URL = re.compile(r"https?://[^\s\"'<>`，。；、（）()\\\[\]{}|]{1,300}", re.IGNORECASE)
_URL_PARTS = re.compile(r"https?://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d{1,5}))?([^?#]*)", re.IGNORECASE)
_BASE = re.compile(
    r"(?:base[-_ ]?ur[li]|base|api[-_ ]?(?:base|host|url|address)|endpoint|proxy url|host|server|地址|接口|域名)"
    r"[\w ]{0,12}[\"'`]?\s*[:=：是为]?\s*[\"'`]?$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:for(?: url)?|ur[li]|post|get|request(?: to)?|fetch(?:ing)?|calling|call(?:s|ed)?|from|to|with|请求|访问|curl(?: -\S+)*)"
    r"[\"'`:=( ]{0,4}$",
    re.IGNORECASE,
)
_API_PATH = re.compile(
    r"/(?:chat/completions|completions|messages|responses|embeddings|models|api/(?:chat|tags|generate)|v\d\w*)(?:[/:?]|$)",
    re.IGNORECASE,
)
_MANUAL = re.compile(
    r"://(?:docs?|help|support|status|github)\.|/docs?\b|api-keys|/settings|/billing|/account|/errors?\b|/help|/guides|\.md$|\.html$"
)
_HOST = re.compile(
    r"(?:host(?:name)?[=: ]{1,2}['\"]?|enotfound |eai_again |lookup |resolve (?:host:? )?['\"]?|connect to (?:server |host )?"
    r"|resolve '|address for ['\"]?|dial tcp: lookup )((?:[a-z0-9_-]{1,63}\.){1,6}[a-z][a-z0-9-]{1,14})\b"
)
_NAME = re.compile(r"(?<![\w.@-])((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,12})(?![\w-])")
_LOCAL = re.compile(
    r"\blocalhost\b|\b127\.\d+\.\d+\.\d+|\b0\.0\.0\.0\b|\b10\.\d+\.\d+\.\d+|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\."
    r"|(?<![\w:])::1\b|\.local\b|\.docker\.internal"
)
_LOOPBACK = re.compile(r"\blocalhost\b|\b127\.\d+\.\d+\.\d+|(?<![\w:])::1\b")
_NEAR_PORT = r"(?:127\.0\.0\.1|localhost|\[?::1\]?|0\.0\.0\.0|192\.168\.[\d.]+|172\.[\d.]+|10\.[\d.]+|docker\.internal)['\"]?(?:, ?|:| port )"
# The ports that Clash, v2rayN, Shadowsocks, Privoxy, Surge and Squid use as they come.
_PROXY_PORT = re.compile(
    _NEAR_PORT + r"(?:789[0-9]|108[0-7]|1080[89]|8118|8889|208[01]|2017[0-2]|6152|6153|33210|3128)\b"
)
# Ollama, LM Studio, vLLM, llama.cpp as they come.
_MODEL_PORT = re.compile(_NEAR_PORT + r"(?:11434|1234|8000)\b")
_STATUS = re.compile(
    r"(?<![\w.:/+-])(?<!line )(?<!position )(?<!port )(?<!char )(30[12378]|40[0-9]|41[0-9]|42[0-9]|431|50[0-4]|52[0-9]|530)"
    r"(?![\w.:/%-]|,\d| ?ms\b| ?s\b| ?tokens| seconds| chars)"
)
_STATUS_CODE = re.compile(r"(?:status|code|http|返回|错误|error|报)\W{0,4}(30[12378]|4[0-3]\d|5[0-3]\d)(?!\d)")


def _look(focus: str, found_keys: tuple[str, ...], other_kind: bool) -> _Text:
    plain = _plain(focus)
    lower = plain.lower()
    if len(lower) != len(plain):  # a few letters have no lower case of one character
        plain = lower
    urls = tuple(_find_urls(plain))
    hosts = tuple(dict.fromkeys([*(url.host for url in urls if url.asked), *_HOST.findall(lower)]))
    tags = frozenset((*_tags(lower), *(("@kind",) if other_kind else ())))
    return _Text(plain, lower, found_keys, urls, hosts[: 2 * TRIED], tags)


def _find_urls(plain: str) -> Iterator[_Url]:
    known: set[str] = set()
    for found in _URL.finditer(plain):
        value = found[0].rstrip(".,;:!?*")
        parts = _URL_PARTS.match(value)
        if value in known or parts is None or not parts[1]:
            continue
        known.add(value)
        before = plain[max(0, found.start() - 40) : found.start()]
        base, path = _BASE.search(before) is not None, parts[3]
        asked = base or _API_PATH.search(path) is not None or _ASKING.search(before) is not None
        if _MANUAL.search(value):
            asked = base = False
        port = int(parts[2]) if parts[2] else None
        yield _Url(value, parts[1].lower(), port, path, base, asked)
        if len(known) > 20 * TRIED:
            return


def _tags(lower: str) -> Iterator[str]:
    for tag, pattern in (
        ("@local", _LOCAL),
        ("@loopback", _LOOPBACK),
        ("@proxyport", _PROXY_PORT),
        ("@model-port", _MODEL_PORT),
    ):
        if pattern.search(lower):
            yield tag
    if "docker" in lower or "container" in lower or "容器" in lower:
        yield "@docker"
    if "<html" in lower or "<!doctype" in lower or "<title" in lower:
        yield "@html"
    for status in {*_STATUS.findall(lower), *_STATUS_CODE.findall(lower)}:
        yield f"@{status}"
    doors = load()
    for name in list(dict.fromkeys(_NAME.findall(lower)))[: 10 * TRIED]:
        door = doors.of_host(name)
        if door is not None and door.kind not in ("local", "gateway", "relay"):
            yield "@public"
            return


# -- the clients' phrases ----------------------------------------------------------------------------------------------


def _phrases(seen: _Text) -> Iterator[_Sign]:
    for row in rows():
        span = _place(row, seen)
        if span is None or not (not row.all or any(_has(seen, part) for part in row.all)):
            continue
        if any(_has(seen, part) for part in row.without):
            continue
        yield _Sign(row.code, row.confidence, _around(seen.plain, *span))


def _place(row: Row, seen: _Text) -> tuple[int, int] | None:
    if row.pattern:
        found = _compiled(row.pattern).search(seen.lower)
        return found.span() if found else None
    for phrase in row.any:
        span = _find(seen, phrase)
        if span is not None:
            return span
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_LETTER = re.compile(r"[a-z0-9]")


def _has(seen: _Text, phrase: str) -> bool:
    return _find(seen, phrase) is not None


def _find(seen: _Text, phrase: str) -> tuple[int, int] | None:
    """Where a phrase stands in the text; a tag that holds stands at the status it names, or at the head."""
    if phrase[0] == "@":
        if phrase not in seen.tags:
            return None
        at = max(0, seen.lower.find(phrase[1:]))
        return at, at + len(phrase) - 1
    head, *rest = phrase.split(" … ")
    start = -1
    for _ in range(TRIED):  # the first place may not be the one that goes on as wanted
        start = seen.lower.find(head, start + 1)
        if start < 0:
            return None
        if head[0].isalnum() and start and head[0].isascii() and _LETTER.match(seen.lower, start - 1):
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

_ENDPOINT_PATH = re.compile(
    r"(?<![\w.-])(?:https?://[^/\s'\"]+)?((?:/[\w.{}:%~-]+)*/(?:chat/completions|completions|messages|responses|models|embeddings))\b",
    re.IGNORECASE,
)
_VERSIONED = re.compile(r"/v\d\w*/|/v\d\w*$|/openai/deployments/|/api/", re.IGNORECASE)


def _dialects(text: str, seen: _Text) -> Iterator[_Sign]:
    failing = any(tag.startswith("@5") for tag in seen.tags)
    for match in match_text(text):
        if match.code == "http.gateway_error" and not failing:  # a client says "fetch failed" of its own connection
            match = replace(match, confidence=0.5 * match.confidence)
        if match.code == "path":
            yield from _wrong_path(match.confidence, match.why, seen)
        elif match.code == "proxy_page":
            local = "@local" in seen.tags
            yield _Sign("proxy.captures_local" if local else "proxy.refused", match.confidence, match.why)
            yield _Sign("proxy.refused" if local else "proxy.captures_local", 0.7 * match.confidence, match.why)
            yield _Sign("http.gateway_error", 0.5 * match.confidence, match.why)
        else:
            yield _Sign(match.code, match.confidence, match.why)


def _wrong_path(confidence: float, evidence: str, seen: _Text) -> Iterator[_Sign]:
    """A path that is not there: by its own look the version is missing, or it is another path altogether."""
    paths = _ENDPOINT_PATH.findall(seen.plain)
    bare = bool(paths) and not any(_VERSIONED.search(path) for path in paths)
    yield _Sign("url.version_missing", confidence if bare else 0.6 * confidence, evidence)
    yield _Sign("url.path_wrong", 0.9 * confidence if bare else confidence, evidence)


# -- base URLs ---------------------------------------------------------------------------------------------------------

_LAST_ENDPOINT = re.compile(
    r"/(?:chat/completions|completions|messages(?:/count_tokens)?|responses|embeddings|models(?:/[^/]+)?|api/(?:chat|tags|generate))/?$",
    re.IGNORECASE,
)
_OF_FLAW = {
    "invalid": "url.invalid",
    "bad_port": "url.invalid",
    "double_slash": "url.double_slash",
    "version_doubled": "url.version_doubled",
    "endpoint_included": "url.endpoint_included",
    "looks_like_key": "settings.swapped",
}


def _urls(seen: _Text) -> Iterator[_Sign]:
    doors = load()
    for url in [url for url in seen.urls if url.asked][:TRIED]:
        path = url.path if url.base else _LAST_ENDPOINT.sub("", url.path)
        rest = f"{url.value.partition('://')[0]}://{url.host}{f':{url.port}' if url.port else ''}{path}"
        for flaw in flaws.examine_url(rest, "openai").flaws:
            if code := _OF_FLAW.get(flaw.kind):
                yield _Sign(code, 0.93 if url.base else 0.9, url.value)
        if not _LAST_ENDPOINT.search(url.path) or _API_PATH.search(url.path):
            site = doors.website_of(url.host, path)
            if site is not None:
                yield _Sign("url.not_api_host", 0.92, url.value)
    for host in seen.hosts[:TRIED]:
        if doors.typo_of(host) is not None:
            yield _Sign("url.host_typo", 0.96, host)


# -- keys --------------------------------------------------------------------------------------------------------------

_ECHO = re.compile(
    r"(?:incorrect|invalid|wrong) api[- ]?key(?: provided)?[:：]? ?['\"`]?(?P<head>[A-Za-z][\w.-]{0,12}?)(?:\*{2,}|\.{3}|…)",
    re.IGNORECASE,
)
_OPENAI_WORDS = ("platform.openai.com/account/api-keys", "find your api key at https://platform.openai.com")
_OF_FIT = {
    "other_door": ("key.wrong_door", 0.96),
    "other_region": ("key.wrong_region", 0.9),
    "other_plan": ("key.wrong_plan", 0.9),
    "other_resource": ("key.wrong_resource", 0.85),
    "wrong_kind": ("key.wrong_kind", 0.9),
    "truncated": ("key.truncated", 0.85),
    "official_elsewhere": ("key.official_elsewhere", 0.5),
    "unlikely": ("key.wrong_door", 0.6),
}


def _echoes(seen: _Text) -> Iterator[_Sign]:
    """A refusal often echoes the head of the key and names the house that speaks: do the two belong together?"""
    official = any(part in seen.lower for part in _OPENAI_WORDS)
    house = _speaker(seen)
    echo = _ECHO.search(seen.plain)
    if echo is not None and house is not None and not _could_be(echo["head"], house):
        yield _Sign("key.wrong_door", 0.97, _around(seen.plain, *echo.span()))
    if official:
        other = next(
            (u for u in seen.urls if u.asked and not u.host.endswith("openai.com") and "azure" not in u.host), None
        )
        if other is not None:
            yield _Sign("app.base_url_ignored", 0.96, other.value)


def _speaker(seen: _Text) -> Door | None:
    """The house whose console or API host a refusal names."""
    doors = load()
    for url in seen.urls:
        door = doors.of_host(url.host, url.port, url.path) or doors.website_of(url.host, url.path)
        if door is not None:
            return door
    for host in seen.hosts:
        door = doors.of_host(host)
        if door is not None:
            return door
    return None


def _could_be(head: str, house: Door) -> bool:
    """Whether a key of this house could begin so. Houses of bare letters and digits take any head."""
    heads = [_literal(shape.pattern) for shape in house.keys if shape.confidence != "possible"]
    if not heads or "" in heads:
        return True
    prefix = public_prefix(head)
    if prefix and len(prefix) > 3 and not any(known.startswith(prefix) or prefix.startswith(known) for known in heads):
        return False
    return any(head.startswith(known) or known.startswith(head) for known in heads)


def _literal(pattern: str) -> str:
    """The characters that every key of a shape begins with."""
    found = re.match(r"(?:[A-Za-z0-9_-](?![?*{+]))*", pattern)
    return "" if found is None or "|" in pattern else found[0]


def _key_fit(seen: _Text) -> Iterator[_Sign]:
    """A whole key in the text, at a door that the text names."""
    if not seen.keys:
        return
    doors = load()
    asked = next((url for url in seen.urls if url.asked), None)
    door = doors.of_host(asked.host, asked.port, asked.path) if asked else _speaker(seen)
    if asked is None and door is None:
        return
    local = asked is not None and _LOCAL.search(asked.host) is not None
    for key in seen.keys[:TRIED]:
        fit = keys.fit(key, door, local=local)
        if fit.fit in _OF_FIT:
            code, confidence = _OF_FIT[fit.fit]
            place = asked.value if asked else door.name if door else ""
            yield _Sign(code, confidence if fit.certain else min(confidence, 0.6), f"[key] {place}".strip())


_KEY_BODY = r"[A-Za-z0-9_+/=.~-]"
_KEYS = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:{'|'.join(map(re.escape, PUBLIC_PREFIXES))}){_KEY_BODY}{{8,}}"
    rf"|eyJ[\w-]{{8,}}\.[\w-]+(?:\.[\w-]*)?"
    r"|A[KS]IA[A-Z0-9]{16}|(?:LTAI|AKID|AKLT|GOCSPX-|ya29\.|AQ\.|sess-|gh[opsu]_|whsec_)[\w.-]{12,}"
    r"|[a-f0-9]{32}\.[A-Za-z0-9]{8,}|[a-fA-F0-9]{32,}"
    r"|(?=[A-Za-z]{0,40}[0-9])(?=[0-9]{0,40}[A-Za-z])[A-Za-z0-9]{28,}"
    r"|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"
)
# The heads of what is no key for calling models, whole or cut short; gitleaks, and the vendors' manuals.
_KIND = re.compile(r"sk-ant-(?:oat|ort|sid|admin)|\bsk-admin-|\bya29\.|\bGOCSPX-|\bgh[opsu]_[A-Za-z0-9]|\b(?:AKIA|LTAI|AKLT)[A-Za-z0-9*]")
_LABELLED = re.compile(
    r"(?:bearer|basic|api[-_ ]?key|apikey|token|authorization|secret|密钥|令牌|password)[\"'\\]{0,2}\s{0,2}[:=：]?\s{0,2}(?:bearer\s+)?b?[\"'\\]{0,2}"
    rf"({_KEY_BODY}{{12,}})",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(?<=://)[^/\s@\"']{1,200}@")
_NO_KEYS = frozenset(("placeholder", "masked", "unexpanded", "dummy", "looks_like_url", "empty"))


def _find_keys(text: str) -> tuple[str, ...]:
    """The key-shaped words of a text, each once."""
    found: dict[str, None] = {}
    for match in _KEYS.finditer(text):
        if _is_key(match[0]):
            found[match[0].rstrip(".=/")] = None
        if len(found) > 20 * TRIED:
            break
    return tuple(found)


def _is_key(word: str) -> bool:
    if any(flaw.kind in _NO_KEYS for flaw in flaws.examine_key(word[:300], "openai").flaws):
        return False
    prefix = public_prefix(word)
    return len(prefix) != 3 or prefix == "sk-" or any(char.isdigit() for char in word)


def _mask_keys(text: str) -> str:
    """The text with ``[key]`` in place of what is a key by its look or by what stands before it."""
    text = _KEYS.sub(lambda found: "[key]" if _is_key(found[0]) else found[0], text)
    text = _LABELLED.sub(_mask_labelled, text)
    return _USERINFO.sub("[key]@", text) if "@" in text else text


def _mask_labelled(found: re.Match[str]) -> str:
    word = found[1]
    if word.startswith(("http", "//")) or not (_noisy(word) or (len(word) >= 24 and "_" not in word)):
        return found[0]
    if any(flaw.kind in _NO_KEYS for flaw in flaws.examine_key(word[:300], "openai").flaws):
        return found[0]
    return found[0][: found.start(1) - found.start()] + "[key]"


_WORD = re.compile(rf"{_KEY_BODY}{{12,}}")
_TURN = re.compile(r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])")


def _noisy(word: str) -> bool:
    """Whether letters and digits take turns as they do in a key, and not as in a model's name or a path."""
    return len(_TURN.findall(word)) >= max(4, len(word) // 8)


# -- quoting -----------------------------------------------------------------------------------------------------------


def _around(text: str, start: int, end: int) -> str:
    """At most 160 characters of a text about a place in it, cut between words where it can be."""
    if len(text) <= QUOTED:
        return text
    room = max(0, QUOTED - 2 - (end - start))
    left = max(0, min(start - room // 3, len(text) - (QUOTED - 2)))
    right = min(len(text), left + QUOTED - 2)
    return f"{'…' if left else ''}{text[left:right]}{'…' if right < len(text) else ''}"


def _quote(evidence: str, scrub: Scrubber) -> str:
    clean = _WORD.sub(lambda found: "[key]" if _noisy(found[0]) else found[0], scrub(evidence))
    clean = "".join(char if char.isprintable() else " " for char in clean)
    return " ".join(clean.split())[:QUOTED]
