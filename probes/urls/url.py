"""A parsed URL, and how a path is joined to one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Url:
    """A URL taken apart: ``path`` is percent-encoded, has no trailing slash and holds no query."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    userinfo: bool = False

    @property
    def authority(self) -> str:
        """As the Host header writes it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if DEFAULT_PORTS[self.scheme] == self.port else f"{name}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


def parse_url(url: str) -> Url:
    """The URL's parts. Raises ValueError where no ``http(s)`` address can be made of it."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"no http address: scheme {scheme!r}")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError("no host")
    if not host.isascii():
        # IDNA folds the full-width and ideographic dots as well.
        host = host.encode("idna").decode("ascii")
    port = parts.port if parts.port is not None else DEFAULT_PORTS[scheme]
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    return Url(scheme, host, port, path.removesuffix("/"), parts.query, "@" in parts.netloc)


def joined(path: str, query: str, endpoint: str, protocol: str) -> str:
    """A base URL's path and query with an endpoint behind, as the protocol's official Python SDK joins them.

    A query in the base goes wrong there as well, but for google-genai.
    """
    if not query:
        return path + endpoint
    from probes.protocols.protocol import wire

    if wire(protocol).query_behind:
        return f"{path}{endpoint}{'&' if '?' in endpoint else '?'}{query}"
    return f"{path}/?{query}{endpoint.removeprefix('/')}"
