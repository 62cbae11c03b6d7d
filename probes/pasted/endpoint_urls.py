"""Split the URL of an endpoint into base URL, protocol, model and API version."""

from __future__ import annotations

import re
from urllib.parse import unquote

from probes.model.named_tuple import NamedTuple
from probes.protocols.protocol import by_precedence, version_in


def parse_endpoint_url(url: str, headers: set[str] | frozenset[str] = frozenset()) -> EndpointUrl:
    """Split the URL of a request: ``https://host/v1/chat/completions`` into ``https://host/v1`` and ``openai``.

    A URL without a known endpoint is a base URL itself. ``headers`` are the names of the request's headers, in lower
    case; they show which protocol's model list is requested.
    """
    bare, mark, _ = url.partition("?")
    bare = bare.partition("#")[0] if mark == "" else bare
    trimmed = bare.rstrip("/")
    lists = ((one, one.listing) for one in by_precedence() if not one.version_header or one.version_header in headers)
    addresses = ((one, one.address) for one in by_precedence())
    for one, pattern in (*lists, *addresses):
        if pattern and (found := re.search(rf"{pattern}$", trimmed)):
            parts = found.groupdict()
            version = version_in(one.name, url) or parts.get("version") or ""
            return EndpointUrl(trimmed[: found.start()], one.name, unquote(parts.get("model") or ""), version)
    return EndpointUrl(url, "auto")


class EndpointUrl(NamedTuple):
    """The parts of an endpoint's URL. ``base_url`` is what the SDK of the protocol takes."""

    base_url: str
    protocol: str
    model: str = ""
    version: str = ""
