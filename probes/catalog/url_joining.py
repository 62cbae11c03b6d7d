"""From a base URL to the address that a client asks: the rules by which programs join them. Pure.

A rule works on text, as the programs do; then the address is read as the program's HTTP library reads it. What each
reader refuses or mends was measured on loopback (openai 3.54, anthropic 2.12, google-genai 3.4, openai-node 7.57,
AI SDK 7) and is in the standard of URLs for those that follow it (Node, Rust's ``url``, browsers).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

if TYPE_CHECKING:
    from probes.catalog.app import App, AppWire

# A rule takes the base URL as given and the endpoint with its slash, and gives the text of the address; None where the
# client refuses the base URL.
Rule = Callable[[str, str], "str | None"]


def join(app: App, wire: AppWire, base_url: str, model: str = "{model}") -> str | None:
    """The address that the client asks for a generation; None where it fails before sending.

    ``base_url`` is the setting as the user wrote it; empty: the client's default where an empty one means that.
    """
    endpoint = f"{wire.endpoint}?{wire.query}" if wire.query else wire.endpoint
    text = base_url if base_url or app.stack == "httpx" else wire.default
    joined = RULES[wire.join](text, endpoint.format(model=model, version=wire.version))
    return _READERS[app.stack](joined) if joined is not None else None


# -- rules -------------------------------------------------------------------------------------------------------------


def append(base: str, endpoint: str) -> str:
    """Most clients: one slash at the end gives way to the endpoint's, and nothing is looked at."""
    return base.removesuffix("/") + endpoint


def append_bare(base: str, endpoint: str) -> str:
    """As it stands: a slash at the end stays beside the endpoint's."""
    return base + endpoint


def append_trimmed(base: str, endpoint: str) -> str:
    """All slashes at the end give way."""
    return base.rstrip("/") + endpoint


def openai_python(base: str, endpoint: str) -> str:
    """openai-python 3 reads the base first: a fragment is dropped, and a query ends up in the middle."""
    found = re.match(r"([^?#]*)(\?[^#]*)?", base)
    assert found is not None
    path, query = found[1] + "/" * (not found[1].endswith("/")), found[2] or ""
    return path + query + endpoint.removeprefix("/")


def python(base: str, endpoint: str) -> str:
    """httpx's merging of a base: a fragment is dropped, a query stands in the middle with the endpoint behind."""
    return base.partition("#")[0].removesuffix("/") + endpoint


def openai_node(base: str, endpoint: str) -> str:
    """openai-node 7: the endpoint goes before a query, and a fragment swallows it."""
    before, mark, query = base.partition("?")
    if "#" in before:
        return append(base, endpoint)
    joined = append(before, endpoint)
    return f"{joined}?{query}" if mark else joined


def node(base: str, endpoint: str) -> str:
    """The other SDKs for Node, and openai-node up to 6: behind a question mark the endpoint is a part of the query."""
    head, mark, query = append(base, endpoint).partition("?")
    return head + mark + urlencode(parse_qsl(query, keep_blank_values=True))


def genai(base: str, endpoint: str) -> str:
    """google-genai takes the base apart with urllib: a query is kept behind the endpoint, a fragment dropped."""
    before, mark, query = re.sub(r"[\t\n\r]", "", base.lstrip()).partition("#")[0].partition("?")
    head, _, last = before.rpartition("/")
    before = f"{head}/{last.partition(';')[0]}"
    return before.removesuffix("/") + endpoint + (f"?{query}" if mark else "")


def litellm_anthropic(base: str, endpoint: str) -> str:
    """LiteLLM's own client: the endpoint unless the base ends in it already."""
    return base if base.endswith(endpoint) else base + endpoint


def relative(base: str, endpoint: str) -> str:
    """A relative reference to the base with a slash at its end (Continue, Dify, Go's SDKs, Rust's ``Url::join``)."""
    head = re.split(r"[?#]", base if base.endswith("/") else base + "/")[0]
    folder = head[: head.rfind("/") + 1] if re.search(r"[^/:]/", head) else head + "/"
    return folder + endpoint.removeprefix("/")


def versioned(base: str, endpoint: str) -> str:
    """``/v1`` is added unless it stands at the end."""
    base = base.rstrip("/")
    return base + ("" if base.endswith("/v1") else "/v1") + endpoint


def unversioned(base: str, endpoint: str) -> str:
    """``/v1`` at the end is taken off, since the endpoint brings it."""
    return base.rstrip("/").removesuffix("/v1") + endpoint


def nextchat(base: str, endpoint: str) -> str:
    """NextChat: the endpoint brings its version; a base without a scheme means https."""
    base = base.removesuffix("/")
    if not base.startswith("http") and not base.startswith("/api"):
        base = f"https://{base}"
    return f"{base}{endpoint}"


def chatbox(base: str, endpoint: str) -> str:
    """Chatbox for OpenAI's protocol: an endpoint at the end is taken apart, ``/v1`` is added where it is missing."""
    host = _with_scheme(base.strip()).rstrip("/")
    if host.endswith(endpoint):
        return host
    return host + ("" if host.endswith("/v1") else "/v1") + endpoint


def chatbox_claude(base: str, endpoint: str) -> str:
    """Chatbox for Anthropic's: the version is added at Anthropic's own host alone."""
    host = _with_scheme(base.strip()).rstrip("/")
    own = re.fullmatch(r"https?://api\.anthropic\.com", host) is not None
    return host + ("/v1" if own else "") + endpoint


def _with_scheme(base: str) -> str:
    return base if re.match(r"https?://", base) else f"https://{base}"


def cherry(base: str, endpoint: str) -> str:
    """Cherry Studio since 1.7: a ``#`` at the end means "as it stands"; ``/v1`` is added where no version stands."""
    base = base.strip()
    if base.endswith("#"):
        return base[:-1]
    base = re.sub(r"[/:]$", "", base)
    return base + ("" if re.search(r"/v\d", _path(base)) else "/v1") + endpoint


def cherry_elder(base: str, endpoint: str) -> str:
    """Cherry Studio up to 1.6: a slash at the end means "no version", a ``#`` "as it stands", else ``/v1`` is added."""
    base = base.strip()
    if base.endswith("#"):
        return base[:-1]
    return base.removesuffix("/") + ("" if base.endswith("/") else "/v1") + endpoint


def vscode(base: str, endpoint: str) -> str:
    """VS Code's own endpoint for chat models: a whole address as it stands, else ``/v1`` unless a version ends it."""
    if re.search(r"/(?:chat/completions|responses|messages)", base):
        return base
    base = base.removesuffix("/")
    return base + ("" if re.search(r"/v\d+$", base) else "/v1") + endpoint


def whole(base: str, endpoint: str) -> str:
    """The setting is the whole address of the endpoint."""
    return base


def ollama(base: str, endpoint: str) -> str:
    """``OLLAMA_HOST`` as its SDK reads it: http without a scheme, 11434 without both; no query, no fragment."""
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

# -- readers -----------------------------------------------------------------------------------------------------------


def httpx(text: str) -> str | None:
    """As httpx and httpx2: no white space around, no control characters, nothing but http(s) and ws(s)."""
    if any(c < " " or c == "\x7f" for c in text):
        return None
    found = re.match(r"(https?|wss?)://([^/?#]+)([^?#]*)(\?[^#]*)?", text, re.I)
    if found is None or (host := _host(found[2])) is None:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(found[1].lower(), found[1].lower())
    path = quote(_undotted(found[3] or "/"), safe="/%!$&'()*+,;=:@~[]|\\^")
    query = quote(found[4] or "", safe="/%!$&'()*+,;=:@~?[]|\\^`{}")
    return f"{scheme}://{host}{path}{query}"


def whatwg(text: str) -> str | None:
    """As the URL standard: Node's fetch, Rust's ``url``, browsers. User names are refused, as fetch does."""
    text = re.sub(r"[\t\n\r]", "", text.strip("".join(map(chr, range(33)))))
    found = re.match(r"(https?):[/\\]*([^/\\?#]+)([^?#]*)(\?[^#]*)?", text, re.I)
    if found is None or "@" in found[2] or (host := _host(found[2])) is None:
        return None
    path = quote(_undotted(found[3].replace("\\", "/") or "/"), safe="/%!$&'()*+,;=:@~[]|^")
    query = quote(found[4] or "", safe="/%!$&()*+,;=:@~?[]|\\^`{}")
    return f"{found[1].lower()}://{host}{path}{query}"


def go(text: str) -> str | None:
    """As Go's net/url: control characters and a space before the scheme are refused, a fragment is dropped."""
    if any(c < " " or c == "\x7f" for c in text) or not re.match(r"https?://[^/?#\s]", text, re.I):
        return None
    scheme, rest = text.split("://", 1)
    found = re.match(r"([^/?#]+)([^?#]*)(\?[^#]*)?", rest)
    if found is None or (host := _host(found[1])) is None:
        return None
    path = quote(found[2] or "/", safe="/%!$&'()*+,;=:@~[]")
    return f"{scheme.lower()}://{host}{path}{found[3] or ''}"


def _host(authority: str) -> str | None:
    """Host and port in lower case, a name beyond ASCII in its ASCII form; None where it cannot be one."""
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
    """Without ``.`` and ``..``, as all but Go take them away; doubled slashes stay."""
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


_READERS: dict[str, Callable[[str], str | None]] = {
    "httpx": httpx,
    "node": whatwg,
    "browser": whatwg,
    "rust": whatwg,
    "go": go,
}
