"""Find URLs and hosts in a pasted text, and classify them by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from probes.pasted.notes import LOCAL, LOCAL_STARTS, LOOPBACK, TRIED, ScannedText, TextNote, UrlInText
from probes.protocols.names import DEFAULT_PROTOCOL

if TYPE_CHECKING:
    from probes.catalog.door import Door

_URL = r"(?i)https?://[^\s\"'<>`，。；、（）()\\\[\]{}|]{1,300}"
_URL_PARTS = r"(?i)https?://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d{1,5}))?([^?#]*)"
# "connecting to endpoint https://…" names a request.
_REACHED = (
    r"(?i)(?:connect(?:ing)? to|reach(?:ing)?|call(?:ing)?|request(?:ed|ing|s)?(?: to)?|hit(?:ting)?|post(?:ing)? to)"
)
_REACHED += r" (?:the |an? )?(?:api )?(?:endpoint|url|host)(?: url)?[\"'`:=( ]{0,4}$"
_BASE = (
    r"(?i)(?:base[-_ ]?ur[li]|base|api[-_ ]?(?:base|host|url|address)|endpoint|proxy url|地址|接口|域名)"
    r"[\w ]{0,12}[\"'`]?\s*+(?:[:=：是为]\s*+)?[\"'`]?$|(?:host|server)[\"'`]?\s*[:=：]\s*[\"'`]?$"
)
_PAGE = (
    r"(?i)(?:page(?: is| was)?(?: served| loaded| opened| hosted)?(?: at| from| on)?|from origin"
    r"|(?:served|hosted|deployed) (?:at|on|from)|browser|open(?:ed)?|visit(?:ing)?|frontend|web ?(?:app|ui|site)"
    r"|网页|页面|前端|部署在|网站|站点)(?: is| 是|为)?[\"'`:：=( ]{0,4}$"
)
_ASKING = (
    r"(?i)(?:for(?: url)?|ur[li](?: (?:given|used|set|entered))?(?: is)?|post|get|request(?: to)?|fetch(?:ing)?"
    r"|calling|call(?:s|ed)?"
    r"|请求|访问|curl(?: -\S+)*)"
    r"[\"'`:=( ]{0,4}$"
)
_API_PATH = (
    r"(?i)/(?:chat/completions|completions|messages|responses|embeddings|models|api/(?:chat|tags|generate)|v\d\w*)"
    r"(?:[/:?]|$)"
)
_MANUAL = r"://(?:docs?|help|support|status|github)\.|/docs?\b|api-keys|/settings|/billing|/account|/errors?\b|/help|/guides|\.md$|\.html$"
HOST_WORDS = ("host", "enotfound ", "eai_again ", "lookup ", "lookup: ", "resolve ", "connect to ", "address for ")
HOST = (
    r"(?a)(?:host(?:name)?[=: ]{1,2}['\"]?|enotfound |eai_again |lookup:? ['\"]?|resolve (?:host:? )?['\"]?"
    r"|connect to (?:server |host )?|address for ['\"]?|dial tcp: lookup )"
    r"((?:[a-z0-9_-]{1,63}\.){1,6}[a-z][a-z0-9-]{1,14})\b"
)
_NAME = r"(?a)(?<![\w.@-])((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,12})(?![\w-])"
_NEAR_PORT = (
    r"(?a)(?:127\.0\.0\.1|localhost|\[?::1\]?|0\.0\.0\.0|192\.168\.[\d.]{1,12}|172\.[\d.]{1,12}|10\.[\d.]{1,12}|docker\.internal)"
    r"['\"]?(?:, ?|:| port )"
)
# The default ports of Clash, v2rayN, Shadowsocks, Privoxy, Surge and Squid.
_PROXY_PORT = _NEAR_PORT + r"(?:789[0-9]|108[0-7]|1080[89]|8118|8889|208[01]|2017[0-2]|6152|6153|33210|3128)\b"
# Apps that are installed as containers: their localhost is the container itself.
_IN_CONTAINERS = (
    r"\b(?:ragflow|dify|maxkb|fastgpt|open-?webui|karakeep|paperless-(?:ai|gpt)|perplexica|anythingllm docker)\b"
)
# The default ports of Ollama, LM Studio, vLLM and llama.cpp.
_MODEL_PORT = _NEAR_PORT + r"(?:11434|1234|8000)\b"
_STATUS = (
    r"(?<![A-Za-z0-9_.:/+-])(?<!line )(?<!position )(?<!port )(?<!char )(30[12378]|4[0-2][0-9]|431|50[0-4]|52[0-9]|530)"
    r"(?![A-Za-z0-9_.:/%-]|,\d| ?ms\b| ?s\b| ?tokens| seconds| chars| ?[个元块字条次天秒分年月万毫行人])"
)
_STATUS_CODE = r"(?:status|code|http|返回|错误|error|报)\W{0,4}(30[12378]|4[0-3]\d|5[0-3]\d)(?!\d)"

_AS_BASE = r"(?i)[\"'`]? (?:as|for) (?:the |my |a )?(?:api |openai )?base[ _-]?(?:url|path)"


def find_urls(plain: str) -> Iterator[UrlInText]:
    """Yield the URLs in a text without keys, each once, in order; one that is called a base URL anywhere is one."""
    known: dict[str, UrlInText] = {}
    for found in re.finditer(_URL, plain) if "://" in plain else ():
        value = found[0].rstrip(".,;:!?*")
        parts = re.match(_URL_PARTS, value)
        if parts is None or not parts[1] or (value in known and known[value].base):
            continue
        before = plain[max(0, found.start() - 40) : found.start()]
        named = re.search(_BASE, before) is not None and re.search(_REACHED, before) is None
        base, path = named or re.match(_AS_BASE, plain[found.end() : found.end() + 40]) is not None, parts[3]
        if value in known and not base:
            continue
        asked = base or re.search(_API_PATH, path) is not None or re.search(_ASKING, before) is not None
        page = not base and re.search(_PAGE, before) is not None and re.search(_API_PATH, path) is None
        if page or re.search(_MANUAL, value):
            asked = base = False
        port = int(parts[2]) if parts[2] else None
        known[value] = UrlInText(value, parts[1].lower(), port, path, base, asked, page)
        if len(known) > 20 * TRIED:
            break
    yield from known.values()


def tags_of(lower: str) -> Iterator[str]:
    """Yield the tags of a text in lower case (``@docker``), which ``probes/facts/texts/phrases.toml`` explains."""
    if any(start in lower for start in LOCAL_STARTS):
        for tag, pattern in (
            ("@local", LOCAL),
            ("@loopback", LOOPBACK),
            ("@proxyport", _PROXY_PORT),
            ("@model-port", _MODEL_PORT),
        ):
            if re.search(pattern, lower):
                yield tag
    if "docker" in lower or "container" in lower or "容器" in lower or re.search(_IN_CONTAINERS, lower):
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


LAST_ENDPOINT = (
    r"(?i)/(?:chat/completions|completions|messages(?:/count_tokens)?|responses|embeddings|models(?:/[^/]+)?"
    r"|api/(?:chat|tags|generate)|generate(?:_stream)?"
    r"|model/[^/]+/(?:converse(?:-stream)?|invoke(?:-with-response-stream)?))/?$"
)


def urls_of(seen: ScannedText) -> Iterator[TextNote]:
    """Yield notes about the URLs and hosts of the text."""
    if not seen.urls and not seen.hosts:
        return
    from probes.catalog.doors import load
    from probes.urls.url_flaws import examine_url

    doors = load()
    asked = (url for url in seen.urls if url.asked and not re.search(_REDACTED, url.host) and not _own_runner(url))
    for url in [*asked][:TRIED]:
        if (doubled := _app_doubles(url)) is not None:
            yield doubled
            continue
        path = url.path if url.base else re.sub(LAST_ENDPOINT, "", url.path)
        exam = examine_url(f"{origin(url)}{path}", DEFAULT_PROTOCOL)
        for flaw in exam.flaws:
            yield TextNote(flaw.kind, url.value, url.base, {"better_url": exam.mended or ""})
        if not re.search(LAST_ENDPOINT, url.path) or re.search(_API_PATH, url.path):
            site = doors.website_of(url.host, path)
            if site is not None:
                yield TextNote("website", url.value, values={"door": site.name, "better_url": base_url_of(site)})
    if (appended := _appended(seen)) is not None:
        yield appended
    for host in seen.hosts[:TRIED]:
        typo = doors.typo_of(host)
        if typo is not None:
            yield TextNote("host_typo", host, values={"host": host, "better_url": base_url_of(typo[1])})


def _own_runner(url: UrlInText) -> bool:
    """Check whether a URL is that of Ollama's own runner, on a port of its choice, and no setting of the user's."""
    return url.host in ("127.0.0.1", "localhost") and (url.port or 0) > _EPHEMERAL and url.path in _RUNNER_PATHS


_EPHEMERAL = 30_000  # ports that systems give to programs that ask for any
_RUNNER_PATHS = ("/completion", "/embedding", "/load", "/health")


def better_urls(url: UrlInText, door: Door | None) -> dict[str, str]:
    """Return ``versioned_url`` (with a version, if the path has none) and ``documented_url`` (the door's own).

    ``base_is_documented`` is "1" if the URL is a base URL that the door documents.
    """
    from probes.protocols.protocol import meant_by

    path = re.sub(LAST_ENDPOINT, "", url.path).rstrip("/")
    protocol = meant_by(url.path, endings=True)
    documented = base_url_of(door, protocol, url.host) if door is not None else ""
    better: dict[str, str] = {}
    right = door is not None and not protocol and _is_documented(url, path, door)
    if documented and documented.rstrip("/") != f"{origin(url)}{path}" and not right:
        better["documented_url"] = documented
    if right:
        better["base_is_documented"] = "1"
    if not path and protocol != "anthropic" and not url.host.endswith(".azure.com"):
        better["versioned_url"] = documented or f"{origin(url)}/v1"
    return better


def _is_documented(url: UrlInText, path: str, door: Door) -> bool:
    """Check whether a base URL is one that the door documents; a program on the user's machine has any local host."""
    if door.kind != "local":
        return f"{origin(url)}{path}" in {one.sdk_url.rstrip("/") for one in door.endpoints}
    paths = (one.sdk_url.rstrip("/").partition("://")[2].partition("/") for one in door.endpoints)
    return path in {slash + rest for _, slash, rest in paths}


# Hosts that their users have made unreadable: `ai****ix.com`, `xxx.company.com`.
_REDACTED = r"(?i)\*|x{3,}|\.\.\.|…|redacted|[你您]的"


def origin(url: UrlInText) -> str:
    return f"{url.value.partition('://')[0]}://{url.host}{f':{url.port}' if url.port else ''}"


# `/api/v3/v1`: the app appends its own version to a base URL that has one. The same version twice is a flaw of its own.
_TWO_VERSIONS = r"(?i)(/v\d\w{0,6})(/v\d\w{0,6})(?=/|$)"


# "The app appends /v1": beside a base URL with a version of its own, that makes two.
_APPENDS = (
    r"(?i)(?:追加|补全|自动添加|自动补|自动加|拼接|拼上|appends?|appending|adds?|adding|auto[- ]?append\w{0,3}|forces?)"
    r"[^。.;；\n]{0,24}(?P<added>/(?:api/)?v1)\b"
)


def _appended(seen: ScannedText) -> TextNote | None:
    """Return a note if the text says that the app appends /v1, and names a base URL that has another version."""
    found = re.search(_APPENDS, seen.plain) if "v1" in seen.lower else None
    if found is None:
        return None
    for url in seen.urls:
        version = re.search(r"(?i)/v(?!1\b)\d\w{0,6}/?$", url.path)
        if version is not None:
            kept, added = version[0].rstrip("/"), found["added"]
            values = {"doubled": kept, "added": added, "twice": kept + added}
            return TextNote("app_doubles_version", found[0], values=values)
    return None


def _app_doubles(url: UrlInText) -> TextNote | None:
    found = re.search(_TWO_VERSIONS, url.path)
    if found is None or found[1].lower() == found[2].lower():
        return None
    values = {"doubled": found[1], "added": found[2], "twice": found[0]}
    if url.base:  # somebody wrote the second version into the setting
        better = f"{origin(url)}{url.path[: found.end(1)]}"
        return TextNote("version_doubled", url.value, values=values | {"doubled": found[2], "better_url": better})
    return TextNote("app_doubles_version", url.value, values=values)


def base_url_of(door: Door, protocol: str = "", host: str = "") -> str:
    """Return the base URL that a door documents for a protocol, else its first one; empty if it is a template.

    ``host`` is the user's own at this door: it stands in for a host that differs per user.
    """
    endpoint = door.endpoint(protocol) or next(iter(door.endpoints), None)
    if endpoint is None or "{" in endpoint.path:
        return ""
    if "{" not in endpoint.base_url:
        return endpoint.sdk_url
    return endpoint.sdk_url.replace(endpoint.host, host) if host else ""
