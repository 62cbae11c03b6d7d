"""A pasted text, read for what it holds: its keys taken out, and a look at the addresses and keys that it names.

It measures and does not judge: what a note or a tag means is for ``diagnose/answers/explain.py``. Pure, and linear in
time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from probes.model.secret import PUBLIC_PREFIXES, Scrubber, public_prefix

if TYPE_CHECKING:
    from probes.catalog.doors import Door

# The expressions are texts: `re` compiles at their first use those that a text needs, and keeps them.

LARGEST = 8 * 1024 * 1024  # characters; of more, the head and the tail are taken
LOOKED_AT = 24_000  # characters of a text that are looked at
READ = 8_000  # characters that the dialects take
TRIED = 5  # URLs, hosts and keys that are examined: a log may hold thousands


class Note(NamedTuple):
    """Something about an address or a key in the text.

    ``kind`` is a kind of :func:`probes.urls.url_flaws.examine_url` or a fit of
    :class:`probes.model.settings.DoorFacts`, or ``website``
    and ``host_typo`` (of an address), ``echo_elsewhere`` (the key that a refusal echoes cannot be of the house that
    speaks) and ``official_words`` (OpenAI itself answers, and the text names another base URL). ``where`` is the part
    of the text, without any key. ``sure``: the shape proves it, or the address is given as a base URL.
    """

    kind: str
    where: str
    sure: bool = True


class Pasted(NamedTuple):
    """A text as it can be read on: no part of it is a key.

    ``plain`` is one line with escapes undone, ``lower`` the same in lower case and of the same length, ``short`` what
    of the text tells most, with its line ends. ``tags`` are those that ``diagnose/answers/phrases.toml`` explains.
    ``host`` is the one host that was asked, None where there are several.
    """

    plain: str
    lower: str
    short: str
    tags: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    host: str | None = None


class _Url(NamedTuple):
    """An address in the text. ``base``: it is given as a base URL; ``asked``: a request went there, or was to go."""

    value: str
    host: str
    port: int | None
    path: str
    base: bool
    asked: bool


class _Text(NamedTuple):
    plain: str
    lower: str
    keys: tuple[str, ...]
    urls: tuple[_Url, ...]
    hosts: tuple[str, ...]


def read(text: str) -> Pasted:
    """A text of any kind, keys included: a traceback, a log of many lines, JSON, a page."""
    text = _cut(text)
    found_keys = _find_keys(text)
    focus = _focus(_mask_keys(text), LOOKED_AT)
    if found_keys:
        focus = Scrubber(found_keys[:TRIED])(focus)
    seen = _look(focus, found_keys)
    tags = {*_tags(seen.lower), *(("@kind",) if re.search(_KIND, text) else ())}
    notes = (*_urls(seen), *_echoes(seen), *_key_fit(seen))
    asked = {url.host for url in seen.urls if url.asked}
    host = asked.pop() if len(asked) == 1 else None
    return Pasted(seen.plain, seen.lower, _focus(focus, READ), frozenset(tags), notes, host)


# -- what is looked at -------------------------------------------------------------------------------------------------

_TROUBLE = (
    r"(?i)error|fail|exception|refus|reset|time(?:d )?[ -]?out|denied|invalid|unauthori|forbidden|not found|certificate"
    r"|cannot|unable|missing|illegal|unexpected|blocked|quota|warn|[ :\"]\b[45]\d\d\b"
    r"|错误|失败|超时|拒绝|无效|异常|不足|不存在"
)
_PIECE = r"[^\n]{1,400}(?=\s|$)|[^\n]{1,400}"


def _cut(text: str) -> str:
    return text if len(text) <= LARGEST else f"{text[: LARGEST // 2]}\n{text[-LARGEST // 2 :]}"


def _focus(text: str, limit: int) -> str:
    """The parts of a long text that tell most: its head, its tail, and of each kind of trouble the first line."""
    if len(text) <= limit:
        return text
    kinds: dict[str, str] = {}
    for piece in re.findall(_PIECE, text):
        if re.search(_TROUBLE, piece):
            kinds.setdefault(re.sub(_DIGITS, "0", piece), piece)
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


_DIGITS = r"\d+"
_ESCAPE = r"\\u([0-9a-fA-F]{4})"
_COLOUR = r"\x1b\[[0-9;]{0,20}[A-Za-z]"
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&", "&nbsp;": " "}
_QUOTES = str.maketrans("“”„‘’´\u00a0", "\"\"\"''' ")


def _plain(text: str) -> str:
    """One line, with escapes undone, so that the same words are the same however they were pasted."""
    text = text.removeprefix("\ufeff")
    if "\x1b" in text:
        text = re.sub(_COLOUR, "", text)
    if "\\" in text:
        text = re.sub(_ESCAPE, lambda found: _character(found), text)
        text = text.replace("\\r", " ").replace("\\n", " ").replace('\\"', '"').replace("\\'", "'")
    if "&" in text:
        for entity, sign in _ENTITIES.items():
            text = text.replace(entity, sign)
    return " ".join(text.translate(_QUOTES).split())


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)


_URL = r"(?i)https?://[^\s\"'<>`，。；、（）()\\\[\]{}|]{1,300}"
_URL_PARTS = r"(?i)https?://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d{1,5}))?([^?#]*)"
_BASE = (
    r"(?i)(?:base[-_ ]?ur[li]|base|api[-_ ]?(?:base|host|url|address)|endpoint|proxy url|地址|接口|域名)"
    r"[\w ]{0,12}[\"'`]?\s*[:=：是为]?\s*[\"'`]?$|(?:host|server)[\"'`]?\s*[:=：]\s*[\"'`]?$"
)
_ASKING = (
    r"(?i)(?:for(?: url)?|ur[li]|post|get|request(?: to)?|fetch(?:ing)?|calling|call(?:s|ed)?"
    r"|请求|访问|curl(?: -\S+)*)"
    r"[\"'`:=( ]{0,4}$"
)
_API_PATH = (
    r"(?i)/(?:chat/completions|completions|messages|responses|embeddings|models|api/(?:chat|tags|generate)|v\d\w*)"
    r"(?:[/:?]|$)"
)
_MANUAL = r"://(?:docs?|help|support|status|github)\.|/docs?\b|api-keys|/settings|/billing|/account|/errors?\b|/help|/guides|\.md$|\.html$"
_HOST_WORDS = ("host", "enotfound ", "eai_again ", "lookup ", "resolve ", "connect to ", "address for ")
_HOST = (
    r"(?a)(?:host(?:name)?[=: ]{1,2}['\"]?|enotfound |eai_again |lookup |resolve (?:host:? )?['\"]?"
    r"|connect to (?:server |host )?|address for ['\"]?|dial tcp: lookup )"
    r"((?:[a-z0-9_-]{1,63}\.){1,6}[a-z][a-z0-9-]{1,14})\b"
)
_NAME = r"(?a)(?<![\w.@-])((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,12})(?![\w-])"
# Some of this stands in every text with an address of this machine or of a private network.
_LOCAL_STARTS = ("localhost", "127.", "0.0.0.0", "10.", "192.168.", "172.", "::1", ".local", ".internal")  # noqa: S104
_LOCAL = (
    r"(?a)\blocalhost\b|\b127\.\d+\.\d+\.\d+|\b0\.0\.0\.0\b|\b10\.\d+\.\d+\.\d+|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\."
    r"|(?<![\w:])::1\b|\.local\b|\.docker\.internal"
)
_LOOPBACK = r"(?a)\blocalhost\b|\b127\.\d+\.\d+\.\d+|(?<![\w:])::1\b"
_NEAR_PORT = (
    r"(?a)(?:127\.0\.0\.1|localhost|\[?::1\]?|0\.0\.0\.0|192\.168\.[\d.]+|172\.[\d.]+|10\.[\d.]+|docker\.internal)"
    r"['\"]?(?:, ?|:| port )"
)
# The ports that Clash, v2rayN, Shadowsocks, Privoxy, Surge and Squid use as they come.
_PROXY_PORT = _NEAR_PORT + r"(?:789[0-9]|108[0-7]|1080[89]|8118|8889|208[01]|2017[0-2]|6152|6153|33210|3128)\b"
# Ollama, LM Studio, vLLM, llama.cpp as they come.
_MODEL_PORT = _NEAR_PORT + r"(?:11434|1234|8000)\b"
_STATUS = (
    r"(?<![A-Za-z0-9_.:/+-])(?<!line )(?<!position )(?<!port )(?<!char )(30[12378]|4[0-2][0-9]|431|50[0-4]|52[0-9]|530)"
    r"(?![A-Za-z0-9_.:/%-]|,\d| ?ms\b| ?s\b| ?tokens| seconds| chars| ?[个元块字条次天秒分年月万毫行人])"
)
_STATUS_CODE = r"(?:status|code|http|返回|错误|error|报)\W{0,4}(30[12378]|4[0-3]\d|5[0-3]\d)(?!\d)"


def _look(focus: str, found_keys: tuple[str, ...]) -> _Text:
    plain = _plain(focus)
    lower = plain.lower()
    if len(lower) != len(plain):  # a few letters have no lower case of one character
        plain = lower
    urls = tuple(_find_urls(plain))
    named = re.findall(_HOST, lower) if any(word in lower for word in _HOST_WORDS) else ()
    hosts = tuple(dict.fromkeys([*(url.host for url in urls if url.asked), *named]))
    return _Text(plain, lower, found_keys, urls, hosts[: 2 * TRIED])


def _find_urls(plain: str) -> Iterator[_Url]:
    known: set[str] = set()
    for found in re.finditer(_URL, plain) if "://" in plain else ():
        value = found[0].rstrip(".,;:!?*")
        parts = re.match(_URL_PARTS, value)
        if value in known or parts is None or not parts[1]:
            continue
        known.add(value)
        before = plain[max(0, found.start() - 40) : found.start()]
        base, path = re.search(_BASE, before) is not None, parts[3]
        asked = base or re.search(_API_PATH, path) is not None or re.search(_ASKING, before) is not None
        if re.search(_MANUAL, value):
            asked = base = False
        port = int(parts[2]) if parts[2] else None
        yield _Url(value, parts[1].lower(), port, path, base, asked)
        if len(known) > 20 * TRIED:
            return


def _tags(lower: str) -> Iterator[str]:
    if any(start in lower for start in _LOCAL_STARTS):
        for tag, pattern in (
            ("@local", _LOCAL),
            ("@loopback", _LOOPBACK),
            ("@proxyport", _PROXY_PORT),
            ("@model-port", _MODEL_PORT),
        ):
            if re.search(pattern, lower):
                yield tag
    if "docker" in lower or "container" in lower or "容器" in lower:
        yield "@docker"
    if "<html" in lower or "<!doctype" in lower or "<title" in lower:
        yield "@html"
    for status in {*re.findall(_STATUS, lower), *re.findall(_STATUS_CODE, lower)}:
        yield f"@{status}"
    names = list(dict.fromkeys(re.findall(_NAME, lower)))[: 10 * TRIED]
    if names:
        from probes.catalog.doors import load
    for name in names:
        door = load().of_host(name)
        if door is not None and door.kind not in ("local", "gateway", "relay"):
            yield "@public"
            return


# -- base URLs ---------------------------------------------------------------------------------------------------------

_LAST_ENDPOINT = (
    r"(?i)/(?:chat/completions|completions|messages(?:/count_tokens)?|responses|embeddings|models(?:/[^/]+)?"
    r"|api/(?:chat|tags|generate))/?$"
)


def _urls(seen: _Text) -> Iterator[Note]:
    if not seen.urls and not seen.hosts:
        return
    from probes.catalog.doors import load
    from probes.urls.url_flaws import examine_url

    doors = load()
    for url in [url for url in seen.urls if url.asked][:TRIED]:
        path = url.path if url.base else re.sub(_LAST_ENDPOINT, "", url.path)
        rest = f"{url.value.partition('://')[0]}://{url.host}{f':{url.port}' if url.port else ''}{path}"
        for flaw in examine_url(rest, "openai").flaws:
            yield Note(flaw.kind, url.value, url.base)
        if not re.search(_LAST_ENDPOINT, url.path) or re.search(_API_PATH, url.path):
            site = doors.website_of(url.host, path)
            if site is not None:
                yield Note("website", url.value)
    for host in seen.hosts[:TRIED]:
        if doors.typo_of(host) is not None:
            yield Note("host_typo", host)


# -- keys --------------------------------------------------------------------------------------------------------------

_ECHO = (
    r"(?i)(?:incorrect|invalid|wrong) api[- ]?key(?: provided)?[:：]? ?['\"`]?"
    r"(?P<head>[A-Za-z][\w.-]{0,12}?)(?:\*{2,}|\.{3}|…)"
)
_NO_HEAD = r"(?i)bearer|your|http|open|api|my|none|null|undefined|test|key|dummy|example|sk-your|sk-x+$|export|auth"
_OPENAI_WORDS = ("platform.openai.com/account/api-keys", "find your api key at https://platform.openai.com")


def _echoes(seen: _Text) -> Iterator[Note]:
    """A refusal often echoes the head of the key and names the house that speaks: do the two belong together?"""
    official = any(part in seen.lower for part in _OPENAI_WORDS)
    echo = re.search(_ECHO, seen.plain) if "key" in seen.lower else None
    house = _speaker(seen) if echo else None
    if (
        echo is not None
        and house is not None
        and not re.match(_NO_HEAD, echo["head"])
        and not _could_be(echo["head"], house)
    ):
        yield Note("echo_elsewhere", seen.plain[echo.start() : echo.end() + 80])
    if official:
        other = next(
            (u for u in seen.urls if u.asked and not u.host.endswith("openai.com") and "azure" not in u.host), None
        )
        if other is not None:
            yield Note("official_words", other.value)


def _speaker(seen: _Text) -> Door | None:
    """The house whose console or API host a refusal names."""
    if not seen.urls and not seen.hosts:
        return None
    from probes.catalog.doors import load

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
    return "" if found is None or "|" in re.sub(r"\([^()]*\)", "", pattern) else found[0]


def _key_fit(seen: _Text) -> Iterator[Note]:
    """A whole key in the text, at a door that the text names."""
    if not seen.keys:
        return
    from probes.catalog.doors import load
    from probes.keys.owner import fit

    doors = load()
    asked = next((url for url in seen.urls if url.asked), None)
    door = doors.of_host(asked.host, asked.port, asked.path) if asked else _speaker(seen)
    if asked is None and door is None:
        return
    local = asked is not None and re.search(_LOCAL, asked.host) is not None
    for key in seen.keys[:TRIED]:
        found = fit(key, door, local=local)
        place = asked.value if asked else door.name if door else ""
        yield Note(found.fit, f"[key] {place}".strip(), found.certain)


_KEY_BODY = r"[A-Za-z0-9_+/=.~-]"
_KEYS = (
    rf"(?<![A-Za-z0-9])(?:(?:{'|'.join(map(re.escape, PUBLIC_PREFIXES))}){_KEY_BODY}{{8,}}"
    rf"|eyJ[\w-]{{8,}}\.[\w-]+(?:\.[\w-]*)?"
    r"|A[KS]IA[A-Z0-9]{16}|(?:LTAI|AKID|AKLT|GOCSPX-|ya29\.|AQ\.|sess-|gh[opsu]_|whsec_)[\w.-]{12,}"
    r"|[a-f0-9]{32}\.[A-Za-z0-9]{8,}|[a-fA-F0-9]{32,}"
    r"|(?<!request id: )(?<!request_id: )(?=[A-Za-z]{0,40}[0-9])(?=[0-9]{0,40}[A-Za-z])[A-Za-z0-9]{28,}"
    r"|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"
)
# The heads of what is no key for calling models, whole or cut short; gitleaks, and the vendors' manuals.
_KIND = (
    r"sk-ant-(?:oat|ort|sid|admin)|\bsk-admin-|\bya29\.|\bGOCSPX-|\bgh[opsu]_[A-Za-z0-9]"
    r"|\b(?:AKIA|LTAI|AKLT)[A-Za-z0-9*]"
)
_LABELLED = (
    r"(?i)(?:bearer|basic|api[-_ ]?key|apikey|token|authorization|secret|密钥|令牌|password)"
    r"[\"'\\]{0,2}\s{0,2}[:=：]?\s{0,2}(?:bearer\s+)?b?[\"'\\]{0,2}"
    rf"({_KEY_BODY}{{12,}})"
)
_USERINFO = r"(?<=://)[^/\s@\"']{1,200}@"
_WORDLY = frozenset(prefix for prefix in PUBLIC_PREFIXES if len(prefix) < 4) - {"sk-", "sk_", "hf_"}
_NO_KEYS = frozenset(("placeholder", "masked", "unexpanded", "dummy", "looks_like_url", "empty"))


def _find_keys(text: str) -> tuple[str, ...]:
    """The key-shaped words of a text, each once."""
    found: dict[str, None] = {}
    for match in re.finditer(_KEYS, text):
        if _is_key(match[0]):
            found[match[0].rstrip(".=/")] = None
        if len(found) > 20 * TRIED:
            break
    return tuple(found)


def _is_key(word: str) -> bool:
    if not _noisy(word) and _no_key(word):
        return False
    return _begins_as_key(word)


def _no_key(word: str) -> bool:
    from probes.urls.url_flaws import examine_key

    return any(flaw.kind in _NO_KEYS for flaw in examine_key(word[:300], "openai").flaws)


def _begins_as_key(word: str) -> bool:
    """That its head is a key's for sure; `up_` and `ms-` begin plain words too."""
    return public_prefix(word) not in _WORDLY or any(char.isdigit() for char in word)


def _mask_keys(text: str) -> str:
    """The text with ``[key]`` in place of what is a key by its look or by what stands before it."""
    text = re.sub(_KEYS, lambda found: "[key]" if _is_key(found[0]) else found[0], text)
    text = re.sub(_LABELLED, _mask_labelled, text)
    return re.sub(_USERINFO, "[key]@", text) if "@" in text else text


def _mask_labelled(found: re.Match[str]) -> str:
    word = found[1]
    if word.startswith(("http", "//")) or not (_noisy(word) or (len(word) >= 24 and "_" not in word)):
        return found[0]
    if _no_key(word):
        return found[0]
    return found[0][: found.start(1) - found.start()] + "[key]"


_TURN = r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])"


def _noisy(word: str) -> bool:
    """Whether letters and digits take turns as they do in a key, and not as in a model's name or a path."""
    return len(re.findall(_TURN, word)) >= max(4, len(word) // 8)
