"""Rules by which client programs join a base URL and an endpoint to the URL that they request.

A rule works on text, as the programs do. A parser then normalises the text as the program's HTTP library does. What
each parser rejects or corrects was measured on loopback (openai 3.54, anthropic 2.12, google-genai 3.4, openai-node
7.57, AI SDK 7); Node, Rust's ``url`` and browsers follow the WHATWG URL standard. All functions are pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

if TYPE_CHECKING:
    from probes.catalog.app import App, AppWire

# Takes the base URL as written and the endpoint with its leading slash. Returns the joined text, or None if the client
# rejects the base URL.
Rule = Callable[[str, str], "str | None"]


def join(app: App, wire: AppWire, base_url: str, model: str = "{model}") -> str | None:
    """Return the URL that a client requests for a generation, or None if the client fails before it sends.

    ``base_url`` is the setting as the user wrote it. An empty one means the default, except to httpx clients.
    """
    endpoint = f"{wire.endpoint}?{wire.query}" if wire.query else wire.endpoint
    text = base_url if base_url or app.stack == "httpx" else wire.default
    joined = RULES[wire.join](text, endpoint.format(model=model, version=wire.version))
    return _PARSERS[app.stack](joined) if joined is not None else None


# -- rules -------------------------------------------------------------------------------------------------------------


def append(base: str, endpoint: str) -> str:
    """Join as most clients do: remove one trailing slash, then append the endpoint without parsing the base."""
    return base.removesuffix("/") + endpoint


def append_bare(base: str, endpoint: str) -> str:
    """Append the endpoint to the unchanged base; a trailing slash is thus doubled."""
    return base + endpoint


def append_trimmed(base: str, endpoint: str) -> str:
    """Remove all trailing slashes, then append the endpoint."""
    return base.rstrip("/") + endpoint


def openai_python(base: str, endpoint: str) -> str:
    """Join as openai-python 3 does: it drops a fragment, and a query ends up before the endpoint.

    >>> openai_python("https://relay.example/v1?team=a", "/models")
    'https://relay.example/v1/?team=amodels'
    """
    match = re.match(r"([^?#]*)(\?[^#]*)?", base)
    assert match is not None
    path, query = match[1] + "/" * (not match[1].endswith("/")), match[2] or ""
    return path + query + endpoint.removeprefix("/")


def python(base: str, endpoint: str) -> str:
    """Join as httpx merges a base URL: it drops a fragment, and a query ends up before the endpoint."""
    return base.partition("#")[0].removesuffix("/") + endpoint


def openai_node(base: str, endpoint: str) -> str:
    """Join as openai-node 7 does: the endpoint goes before a query; if the base has a fragment, it goes after that."""
    before, mark, query = base.partition("?")
    if "#" in before:
        return append(base, endpoint)
    joined = append(before, endpoint)
    return f"{joined}?{query}" if mark else joined


def node(base: str, endpoint: str) -> str:
    """Join as the other Node SDKs and openai-node up to 6 do: after a query, the endpoint becomes part of it."""
    head, mark, query = append(base, endpoint).partition("?")
    return head + mark + urlencode(parse_qsl(query, keep_blank_values=True))


def genai(base: str, endpoint: str) -> str:
    """Join as google-genai does with urllib: the endpoint goes before a query, and a fragment is dropped."""
    before, mark, query = re.sub(r"[\t\n\r]", "", base.lstrip()).partition("#")[0].partition("?")
    head, _, last = before.rpartition("/")
    before = f"{head}/{last.partition(';')[0]}"
    return before.removesuffix("/") + endpoint + (f"?{query}" if mark else "")


def litellm_anthropic(base: str, endpoint: str) -> str:
    """Join as LiteLLM's own client does: append the endpoint unless the base already ends with it."""
    return base if base.endswith(endpoint) else base + endpoint


def relative(base: str, endpoint: str) -> str:
    """Resolve the endpoint as a relative reference to the base (Continue, Dify, Go's SDKs, Rust's ``Url::join``)."""
    head = re.split(r"[?#]", base if base.endswith("/") else base + "/")[0]
    folder = head[: head.rfind("/") + 1] if re.search(r"[^/:]/", head) else head + "/"
    return folder + endpoint.removeprefix("/")


def versioned(base: str, endpoint: str) -> str:
    """Append ``/v1`` unless the base already ends with it, then the endpoint."""
    base = base.rstrip("/")
    return base + ("" if base.endswith("/v1") else "/v1") + endpoint


def unversioned(base: str, endpoint: str) -> str:
    """Remove a trailing ``/v1``, because the endpoint contains it, then append the endpoint."""
    return base.rstrip("/").removesuffix("/v1") + endpoint


def nextchat(base: str, endpoint: str) -> str:
    """Join as NextChat does: the endpoint contains the version, and https is the default scheme."""
    base = base.removesuffix("/")
    if not base.startswith("http") and not base.startswith("/api"):
        base = f"https://{base}"
    return f"{base}{endpoint}"


def chatbox(base: str, endpoint: str) -> str:
    """Join as Chatbox does for OpenAI's protocol: keep a base that ends with the endpoint.

    Otherwise append ``/v1``, unless the base ends with it, and the endpoint.
    """
    host = _with_scheme(base.strip()).rstrip("/")
    if host.endswith(endpoint):
        return host
    return host + ("" if host.endswith("/v1") else "/v1") + endpoint


def chatbox_claude(base: str, endpoint: str) -> str:
    """Join as Chatbox does for Anthropic's protocol: append ``/v1`` only to Anthropic's own host."""
    host = _with_scheme(base.strip()).rstrip("/")
    own = re.fullmatch(r"https?://api\.anthropic\.com", host) is not None
    return host + ("/v1" if own else "") + endpoint


def _with_scheme(base: str) -> str:
    return base if re.match(r"https?://", base) else f"https://{base}"


def cherry(base: str, endpoint: str) -> str:
    """Join as Cherry Studio does since 1.7: a final ``#`` marks a complete URL; without a version, it adds ``/v1``."""
    base = base.strip()
    if base.endswith("#"):
        return base[:-1]
    base = re.sub(r"[/:]$", "", base)
    return base + ("" if re.search(r"/v\d", _path(base)) else "/v1") + endpoint


def cherry_elder(base: str, endpoint: str) -> str:
    """Join as Cherry Studio up to 1.6 does: a trailing ``#`` marks a complete URL, a trailing slash omits ``/v1``."""
    base = base.strip()
    if base.endswith("#"):
        return base[:-1]
    return base.removesuffix("/") + ("" if base.endswith("/") else "/v1") + endpoint


def vscode(base: str, endpoint: str) -> str:
    """Join as VS Code does for custom chat models: keep a complete URL; a base without version gets ``/v1``."""
    if re.search(r"/(?:chat/completions|responses|messages)", base):
        return base
    base = base.removesuffix("/")
    return base + ("" if re.search(r"/v\d+$", base) else "/v1") + endpoint


def whole(base: str, endpoint: str) -> str:
    """Return the base unchanged, because it is the complete URL of the endpoint."""
    return base


def ollama(base: str, endpoint: str) -> str:
    """Join as Ollama's SDK does with ``OLLAMA_HOST``: it drops query and fragment, and knows two defaults.

    Without a scheme it uses http; without scheme and port it uses port 11434.

    >>> ollama("gpu.lan", "/api/chat")
    'http://gpu.lan:11434/api/chat'
    """
    scheme, mark, rest = base.partition("://")
    if not mark:
        scheme, rest = "http", base
    host, _, path = re.split(r"[?#]", rest)[0].partition("/")
    if not mark and not re.search(r":\d+$", host):
        host += ":11434"
    host = re.sub(r"^(?:0\.0\.0\.0|\[::\])?(?=:|$)", "127.0.0.1", host)
    path = path.strip("/")
    return f"{scheme}://{host}" + (f"/{path}" if path else "") + endpoint


def _path(url: str) -> str:
    return re.sub(r"^[a-z]+://[^/?#]*", "", url, flags=re.I)


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        *(append, append_bare, append_trimmed, openai_python, python, openai_node, node, genai),
        *(
            litellm_anthropic,
            relative,
            versioned,
            unversioned,
            nextchat,
            chatbox,
            chatbox_claude,
            cherry,
            cherry_elder,
            vscode,
        ),
        *(whole, ollama),
    )
}

# -- parsers -----------------------------------------------------------------------------------------------------------


def httpx(text: str) -> str | None:
    """Parse as httpx and httpx2 do: allow http(s) and ws(s), reject control characters and surrounding white space."""
    if any(c < " " or c == "\x7f" for c in text):
        return None
    match = re.match(r"(https?|wss?)://([^/?#]+)([^?#]*)(\?[^#]*)?", text, re.I)
    if match is None or (host := _host(match[2])) is None:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(match[1].lower(), match[1].lower())
    path = quote(_undotted(match[3] or "/"), safe="/%!$&'()*+,;=:@~[]|\\^")
    query = quote(match[4] or "", safe="/%!$&'()*+,;=:@~?[]|\\^`{}")
    return f"{scheme}://{host}{path}{query}"


def whatwg(text: str) -> str | None:
    """Parse by the WHATWG URL standard (Node's fetch, Rust's ``url``, browsers); reject user names, as fetch does."""
    text = re.sub(r"[\t\n\r]", "", text.strip("".join(map(chr, range(33)))))
    match = re.match(r"(https?):[/\\]*([^/\\?#]+)([^?#]*)(\?[^#]*)?", text, re.I)
    if match is None or "@" in match[2] or (host := _host(match[2])) is None:
        return None
    path = quote(_undotted(match[3].replace("\\", "/") or "/"), safe="/%!$&'()*+,;=:@~[]|^")
    query = quote(match[4] or "", safe="/%!$&()*+,;=:@~?[]|\\^`{}")
    return f"{match[1].lower()}://{host}{path}{query}"


def go(text: str) -> str | None:
    """Parse as Go's net/url does: reject control characters and a leading space, drop a fragment."""
    if any(c < " " or c == "\x7f" for c in text) or not re.match(r"https?://[^/?#\s]", text, re.I):
        return None
    scheme, rest = text.split("://", 1)
    match = re.match(r"([^/?#]+)([^?#]*)(\?[^#]*)?", rest)
    if match is None or (host := _host(match[1])) is None:
        return None
    path = quote(match[2] or "/", safe="/%!$&'()*+,;=:@~[]")
    return f"{scheme.lower()}://{host}{path}{match[3] or ''}"


def _host(authority: str) -> str | None:
    """Return the host (lower case, IDNA-encoded) and port of an authority, or None if it is invalid."""
    name = authority.rpartition("@")[2]
    try:
        parts = urlsplit(f"//{name}")
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    if not host or not re.fullmatch(r"[\w.:%-]+", host):
        return None
    return (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")


def _undotted(path: str) -> str:
    """Remove ``.`` and ``..`` segments, as all parsers but Go's do; keep doubled slashes."""
    kept: list[str] = []
    parts = path.split("/")
    for at, part in enumerate(parts):
        if part == "..":
            del kept[max(1, len(kept) - 1) :]
        elif part != ".":
            kept.append(part)
        if part in (".", "..") and at == len(parts) - 1:
            kept.append("")
    return "/".join(kept)


_PARSERS: dict[str, Callable[[str], str | None]] = {
    "httpx": httpx,
    "node": whatwg,
    "browser": whatwg,
    "rust": whatwg,
    "go": go,
}
