"""A proxy server as a setting names it."""

from __future__ import annotations

from base64 import b64encode

from probes.model.record import Record

SOCKS = {"socks4": 4, "socks4a": 4, "socks5": 5, "socks5h": 5}


class Proxy(Record):
    """A proxy server. ``scheme`` is ``http``, ``https`` or a key of :data:`SOCKS`; the credentials are secrets."""

    host: str
    port: int
    authorization: str = ""
    scheme: str = "http"
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.url})"

    @property
    def socks(self) -> int:
        """The SOCKS version, 4 or 5; 0 for an HTTP proxy."""
        return SOCKS.get(self.scheme, 0)

    @property
    def tls(self) -> bool:
        """Whether the connection to the proxy itself uses TLS."""
        return self.scheme == "https"

    @property
    def url(self) -> str:
        """The proxy URL without credentials: ``http://proxy.example:3128``."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{name}:{self.port}"


def basic(user: str, password: str) -> str:
    """Return the value of a header for Basic authentication: ``Basic dXNlcjpwYXNz`` for ``user`` and ``pass``."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
