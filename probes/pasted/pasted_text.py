"""Read a pasted text: mask its keys, and examine the URLs, hosts and keys that it names.

This module measures and does not judge: ``diagnose/answers/explain.py`` decides what a note or a tag means. Pure, and
linear in time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.catalog.text_pattern import TextPattern
from probes.model.scrubber import Scrubber
from probes.pasted.clients_in_text import TextClient, client_of
from probes.pasted.companion_hosts import companion_hosts
from probes.pasted.contradictions import contradictions, speaker
from probes.pasted.keys_in_text import KIND, find_keys, key_fit, mask_keys
from probes.pasted.notes import TRIED, PastedText, ScannedText
from probes.pasted.requested_paths import requested_paths
from probes.pasted.urls_in_text import HOST, HOST_WORDS, better_urls, find_urls, tags_of, urls_of
from probes.pasted.vendors import named_vendor, vendor, vendor_of

# The patterns are strings: `re` compiles only those that a text needs, at their first use, and caches them.

LARGEST = 8 * 1024 * 1024  # characters; of a longer text, the beginning and the end are read
LOOKED_AT = 24_000  # characters of a text that are examined
READ = 8_000  # characters of a text that the dialects are matched against


def read(text: str) -> PastedText:
    """Read a text of any kind, keys included: a traceback, a log of many lines, JSON, an HTML page."""
    text = _cut(text)
    found_keys = find_keys(text)
    focus = _focus(mask_keys(text), LOOKED_AT)
    focus = _without_guesses(focus)
    if found_keys:
        focus = Scrubber(found_keys[:TRIED])(focus)
    seen = _scan(focus, found_keys)
    tags = {*tags_of(seen.lower), *(("@kind",) if KIND.search(text) else ())}
    notes = (*urls_of(seen), *requested_paths(seen), *contradictions(seen), *key_fit(seen), *companion_hosts(seen))
    host = _host(seen)
    client = client_of(seen.lower)
    values = _values(seen, host, client)
    short = _focus(focus, READ)
    return PastedText(seen.plain, seen.lower, short, frozenset(tags), notes, host, client, values, vendor_of)


_PROXY = r"(?i)(?:https?_proxy|all_proxy|proxy(?: ?(?:server|url|address))?|代理(?:地址|服务器)?)[\"']?\s?[=:：]\s?[\"']?((?:https?|socks5h?)://[\w.:-]{3,80})"


# urllib3 writes host and port: `HTTPSConnectionPool(host='api.example.com', port=443)`.
_POOL = r"(?i)connectionpool\(host='(?P<host>[\w.-]{1,80})', port=(?P<port>\d{1,5})\)"
_MODEL = TextPattern(
    r"(?i)\bmodels?[\"'`]?(?: name| id)?\s?(?:is|not found|[=:：])?\s?[\"'`]{1,2}(?P<quoted>[\w./:@-]{2,80})[\"'`]"
    r"|\bmodels/(?P<path>[\w.-]{3,60})|\bmodel\s?[=:：]\s?(?P<bare>[a-zA-Z][\w./:-]{2,80})"
    r"|模型\s?[\"'`「]?(?P<chinese>[A-Za-z][\w./:-]{2,80})",
    0,
)
# The model of a refusal, before any other that the text names.
_REFUSED_MODEL = TextPattern(
    r"(?i)\bmodel(?: or endpoint| name| id)?:? ?[\"'`]{0,2}(?P<before>[A-Za-z][\w./:@-]{2,80})[\"'`]{0,2} "
    r"(?:does not|doesn't|not (?:found|supported|available|allowed|enabled)|is not|not exist"
    r"|was not found|has been|is (?:an?|only|no longer|currently)|cannot)"
    r"|no (?:endpoints?|providers?|channels?|routes?|deployments?) (?:found |available )?for (?:the )?(?:model )?"
    r"[\"'`]{0,2}(?P<offered>[A-Za-z][\w./:@-]{2,80})"
    r"|[\"'`( ](?P<valid>[A-Za-z][\w./:@-]{2,80})[\"'`]{0,2} is not a (?:valid|known|supported) model"
    r"|(?:invalid|unknown|unsupported|no such) model(?: name| id)?[:=]? ?[\"'`]{0,2}(?P<named>[A-Za-z][\w./:@-]{2,80})"
    r"|\bnot found (?:the )?model [\"'`]{0,2}(?P<lacked>[A-Za-z][\w./:@-]{2,80})"
    r"|not_found_error.{0,100}\bmodel: ?[\"'`]?(?P<after>[A-Za-z][\w./:@-]{2,80})",
    0,
)
_NO_MODEL = (
    r"(?i)(?:this|that|the|passed|in|id|string|object|error|null|none|true|false|not|list|group|name|type|chat|gpt)"
)


_ABOUT_MODEL = ("model", "模型", "endpoints found", "endpoint found", "providers available")
# Loading the catalogue takes most of the time for a short text; only these faults have words that name the vendor.
_ABOUT_VENDOR = ("key", "auth", "token", "quota", "balance", "401", "402", "403", "429", "密钥", "令牌", "余额", "额度")


def _host(seen: ScannedText) -> str | None:
    """Return the host to which the requests were sent; None if the text names several, or none."""
    asked = {url.host for url in seen.urls if url.asked}
    if not asked:
        pool = re.search(_POOL, seen.plain) if "ConnectionPool" in seen.plain else None
        asked = {pool["host"].lower()} if pool else set(seen.hosts)
    return asked.pop() if len(asked) == 1 else None


def _values(seen: ScannedText, host: str | None, client: TextClient | None) -> dict[str, str]:
    """Return what the text names, for the slots of the findings' words."""
    values: dict[str, str] = {}
    door = None
    if host:
        from probes.catalog.doors import load

        url = next((url for url in seen.urls if url.asked and url.host == host), None)
        pool = re.search(_POOL, seen.plain) if url is None else None
        port, path = (url.port, url.path) if url else (int(pool["port"]) if pool else None, "")
        door = load().of_host(host, port, path)
        values = {"host": host, "base_url": url.value if url and url.base else "", "port": str(port or "")}
        values |= better_urls(url, door) if url else {}
    door = door or speaker(seen)
    if door is not None:
        values |= vendor(door)
    elif any(word in seen.lower for word in _ABOUT_VENDOR):
        values |= named_vendor(seen.lower)
    if client is not None and client.app:
        from probes.catalog.apps import load as load_apps

        app = load_apps().get(client.app)
        values |= {"app": app.name} if app is not None else {}
    if "proxy" in seen.lower or "代理" in seen.lower:
        proxy = re.search(_PROXY, seen.plain)
        values |= {"proxy": proxy[1]} if proxy else {}
    if any(word in seen.lower for word in _ABOUT_MODEL):
        values |= {"model": model} if (model := _model(seen.plain)) else {}
    return {name: value for name, value in values.items() if value}


def _model(plain: str) -> str:
    """Return the model that the text names: the first that looks like an id, else the first word; empty if none."""
    refused = _REFUSED_MODEL.search(plain)
    name = next(filter(None, refused.groups()), "").rstrip(".:,/") if refused is not None else ""
    if name and not re.fullmatch(_NO_MODEL, name) and re.search(r"[\d:/-]", name):
        return name
    named = [next(filter(None, found.groups()), "").rstrip(".:,/") for found in _MODEL.finditer(plain)]
    named = [name for name in named if name and not re.fullmatch(_NO_MODEL, name)]
    return next((name for name in named if re.search(r"[\d:/-]", name)), named[0] if named else "")


# -- the part that is examined -----------------------------------------------------------------------------------------

_TROUBLE = (
    r"(?i)error|fail|exception|refus|reset|time(?:d )?[ -]?out|denied|invalid|unauthori|forbidden|not found|certificate"
    r"|cannot|unable|missing|illegal|unexpected|blocked|quota|warn|[ :\"]\b[45]\d\d\b"
    r"|错误|失败|超时|拒绝|无效|异常|不足|不存在"
)
_PIECE = r"[^\n]{1,400}(?=\s|$)|[^\n]{1,400}"


def _cut(text: str) -> str:
    return text if len(text) <= LARGEST else f"{text[: LARGEST // 2]}\n{text[-LARGEST // 2 :]}"


def _focus(text: str, limit: int) -> str:
    """Return the most informative parts of a long text: beginning, end, and the first line of each kind of error."""
    if len(text) <= limit:
        return text
    kinds: dict[str, str] = {}
    for piece in re.findall(_PIECE, text):
        if re.search(_TROUBLE, piece):
            kinds.setdefault(re.sub(_DIGITS, "0", piece), piece)
            if len(kinds) > limit:  # no log has so many kinds of errors: this is noise
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
    """Return the text as one line without escapes, so that the same words are equal, however they were pasted."""
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


# A sentence that lists what may be the cause is advice, and evidence of none of them: "could be due to a network issue,
# proxy configuration, or firewall rules."
_LISTED_CAUSES = (
    r"(?i)\b(?:could|may|might|can) be (?:due to|caused by|because of|a result of)\b"
    r"[^.;\n]{3,80},[^.;\n]{0,160}\bor\b[^.;\n]{0,80}(?=[.;\n]|$)"
    r"|可能(?:是|因为|由于|原因)[^。；;\n]{2,40}?(?:也可能|或者?是?|、)[^。；;\n]{1,40}?"
    r"(?=[。；;\n(（]| ?error|等原因|$)"
)
# "Please check your API key and base URL": an app's advice, which blames neither.
_THING = (
    r"(?:api ?keys?|keys?|base ?urls?|urls?|api (?:address|host)|endpoint|model(?: name)?|network|proxy"
    r"|config\w{0,8}|settings?)"
)
_THING_ZH = r"(?:api ?key|密钥|base ?url|url|接口地址|地址|网络|代理|模型(?:名称?)?|配置|设置|参数)"
_CHECK_BOTH = (
    rf"(?i)\b(?:check|verify) (?:that )?(?:your |the )?{_THING}"
    rf"(?:(?:, | and | or | & |/)(?:your |the )?{_THING}){{1,4}}\b"
    rf"|请检查 ?(?:[你您]的)?(?:大模型)? ?{_THING_ZH}"
    rf"(?: ?(?:和|与|或|及|以及|[、,，/]) ?(?:[你您]的)?{_THING_ZH}){{1,4}}"
)
# A client's guess, which says less than the error beside it: "This may be due to the server being overloaded."
_GUESS = r"(?i)\b(?:this|it|which) (?:could|may|might|can) be (?:due to|caused by|because)\b[^.;\n]{3,120}(?=[.;\n]|$)"
_SURE_BESIDE = (
    r"(?i)time(?:d )?[ -]?out|refused|reset by|certificate|no such host|\b(?:status|code|http)\W{0,4}[45]\d\d\b"
)


# What apps write before whatever error they got: "验证失败，请检查参数是否正确: …".
_APPS_PREFIX = r"(?:[验校][证验]失败[,，]? ?)?请检查[\w/ ]{1,12}是否(?:正确|有效|可用) ?[:：] ?"


def _without_guesses(focus: str) -> str:
    """Remove what a client or a person offers as possible causes, and what apps write before any error."""
    if "请检查" in focus:
        focus = re.sub(_APPS_PREFIX, "", focus)
    if "heck" in focus or "erify" in focus or "请检查" in focus:
        focus = re.sub(_CHECK_BOTH, "check the settings", focus)
    if " be " not in focus and "可能" not in focus:
        return focus
    left = re.sub(_LISTED_CAUSES, "may have several causes", focus)
    alone = re.sub(_GUESS, "", left)
    return alone if alone != left and re.search(_SURE_BESIDE, alone) else left


def _scan(focus: str, found_keys: tuple[str, ...]) -> ScannedText:
    plain = _plain(focus)
    lower = plain.lower()
    if len(lower) != len(plain):  # the lower case of a few letters has two characters
        plain = lower
    urls = tuple(find_urls(plain))
    named = re.findall(HOST, lower) if any(word in lower for word in HOST_WORDS) else ()
    hosts = tuple(dict.fromkeys([*(url.host for url in urls if url.asked), *named]))
    return ScannedText(plain, lower, found_keys, urls, hosts[: 2 * TRIED])
