"""Parse a URL and join a path to a base URL."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from probes.model.record import Record
from probes.model.run_memory import remembered

DEFAULT_PORTS = {"http": 80, "https": 443}


class Url(Record):
    """A parsed URL. ``path`` is percent-encoded and has neither a trailing slash nor the query."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    userinfo: bool = False

    @property
    def authority(self) -> str:
        """Host and port as in the Host header: ``[::1]:8080``; without the default port."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if DEFAULT_PORTS[self.scheme] == self.port else f"{name}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


@remembered(256)
def parse_url(url: str) -> Url:
    """Parse an ``http(s)`` URL. Raises ValueError if it is not one."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"no http address: scheme {scheme!r}")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError("no host")
    if not host.isascii():
        # IDNA also converts full-width and ideographic dots.
        host = host.encode("idna").decode("ascii")
    port = parts.port if parts.port is not None else DEFAULT_PORTS[scheme]
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    return Url(scheme, host, port, path.removesuffix("/"), parts.query, "@" in parts.netloc)


def joined(path: str, query: str, endpoint: str, protocol: str) -> str:
    """Join the path and query of a base URL with an endpoint, as the protocol's official Python SDK does.

    The SDKs except google-genai append the endpoint to a query in the base URL, which is wrong, and so does this.
    """
    if not query:
        return path + endpoint
    from probes.protocols.protocol import wire

    if wire(protocol).query_behind:
        return f"{path}{endpoint}{'&' if '?' in endpoint else '?'}{query}"
    return f"{path}/?{query}{endpoint.removeprefix('/')}"
