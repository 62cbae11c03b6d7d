"""Take the URL of an endpoint apart: base URL, protocol, model."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_OPENAI = (
    r"/(?:chat/completions|completions|embeddings|models(?:/[^/]+)?|moderations|rerank|images/\w+|audio/\w+|files"
    r"|batches)"
)
# What follows the base URL of each protocol, the most telling first. {model} and {version} are groups.
_ENDPOINTS = (
    ("azure", r"/openai/deployments/(?P<model>[^/]+)/[\w/]+"),
    ("gemini", r"/(?P<version>v\d+(?:alpha|beta)?)/models/(?P<model>[^/:]+):\w+"),
    ("anthropic", r"/v1/messages(?:/count_tokens|/batches)?"),
    ("ollama", r"/api/(?:chat|generate|tags|embed|show|version)"),
    ("responses", r"/responses"),
    ("openai", _OPENAI),
)


def parse_endpoint_url(url: str, headers: set[str] | frozenset[str] = frozenset()) -> EndpointUrl:
    """Base URL and protocol of the address of a request. An address without a known endpoint is a base URL itself.

    ``headers`` are the names of those that go along, in lower case: they tell whose list of models is asked for.
    """
    bare, mark, query = url.partition("?")
    bare = bare.partition("#")[0] if mark == "" else bare
    trimmed = bare.rstrip("/")
    if "anthropic-version" in headers and (found := re.search(r"/v1/models(?:/[^/]+)?$", trimmed)):
        return EndpointUrl(trimmed[: found.start()], "anthropic")
    if found := re.search(r"/(v\d+(?:alpha|beta))/models$", trimmed):
        return EndpointUrl(trimmed[: found.start()], "gemini", version=found[1])
    for protocol, pattern in _ENDPOINTS:
        if found := re.search(rf"{pattern}$", trimmed):
            parts = found.groupdict()
            version = parts.get("version") or ""
            if protocol == "azure" and (dated := re.search(r"(?:^|&)api-version=([\w.-]+)", query)):
                version = dated[1]
            return EndpointUrl(trimmed[: found.start()], protocol, unquote(parts.get("model") or ""), version)
    return EndpointUrl(url, "auto")


class EndpointUrl(NamedTuple):
    """What an address with its endpoint says: the base URL as the SDK of that protocol takes it."""

    base_url: str
    protocol: str
    model: str = ""
    version: str = ""
