"""The way to one host: where it is dialled, through which proxy, with whose trust. Links are opened on it and used
again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from probes.failures import NetError
from probes.model import Address, ConnectTo, Dial, Kind, Limits
from probes.net import Link, Network, Proxy, race

_MADE_UP = ipaddress.ip_network("198.18.0.0/15")  # Clash and sing-box hand these out, and lead them to the real address
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
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


def place(url: str) -> Place:
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
    return Place(scheme, host, port, path.removesuffix("/"), parts.query, "@" in parts.netloc)


def joined(path: str, query: str, endpoint: str, protocol: str) -> str:
    """A base URL's path and query with an endpoint behind, as the protocol's official Python SDK joins them.

    A query in the base goes wrong there as well, but for google-genai.
    """
    if not query:
        return path + endpoint
    if protocol == "gemini":
        return f"{path}{endpoint}{'&' if '?' in endpoint else '?'}{query}"
    return f"{path}/?{query}{endpoint.removeprefix('/')}"


def literal_address(host: str) -> Address | None:
    """The host as an address where it is written as one."""
    with suppress(ValueError):
        found = ipaddress.ip_address(host.partition("%")[0])
        return Address(f"ipv{found.version}", host)
    return None


def private(ip: str) -> bool:
    """Whether an address is this machine's or a private network's; not where a TUN proxy made it up."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    return (found.is_loopback or found.is_private) and found not in _MADE_UP


def is_local(host: str) -> bool:
    """Whether the host is this machine or on a private network, told by its name or address alone."""
    address = literal_address(host)
    if address:
        found = ipaddress.ip_address(address.ip.partition("%")[0])
        return found.is_loopback or found.is_private or found.is_link_local or found.is_unspecified
    name = host.lower()
    return (
        "." not in name
        or name.endswith((".localhost", ".local", ".lan", ".internal", ".home", ".home.arpa", ".intranet", ".corp"))
        or name == "localhost"
    )


class Way:
    """Opens links to one host and port. Not to be shared between hosts."""

    def __init__(
        self,
        network: Network,
        target: Place,
        limits: Limits,
        *,
        proxy: Proxy | None = None,
        connect_to: tuple[ConnectTo, ...] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.network = network
        self.target = target
        self.limits = limits
        self.proxy = proxy
        self.tls = tls if target.scheme == "https" else None
        self.proxy_tls = tls  # the same trust, for a proxy that is itself spoken to in TLS
        self.dial_host, self.dial_port = (proxy.host, proxy.port) if proxy else (target.host, target.port)
        self.redirected = False
        if proxy is None:
            for rule in connect_to:
                if rule.host.lower() in ("", target.host.lower()) and rule.port in (0, target.port):
                    self.dial_host = rule.to_host or target.host
                    self.dial_port = rule.to_port or target.port
                    self.redirected = True
                    break
        self.addresses: tuple[Address, ...] = ()
        self.good: Address | None = None
        self._socket: socket.socket | None = None
        self._idle: list[Link] = []
        self._warming: list[asyncio.Task[Link]] = []
        self._open: list[Link] = []

    async def resolve(self) -> tuple[Address, ...]:
        """The addresses to dial: of the proxy where there is one."""
        literal = literal_address(self.dial_host)
        self.addresses = (literal,) if literal else await self.network.resolve(self.dial_host, self.dial_port)
        return self.addresses

    async def dial(self) -> tuple[Address | None, tuple[Dial, ...], str]:
        """Dial the addresses; the socket that won waits for :meth:`first_link`. Also the local address it left by."""
        if not self.addresses:
            await self.resolve()
        winner, dials = await race(self.network, self.addresses, self.dial_port)
        self._socket = winner
        local = ""
        if winner is not None:
            self.good = next(dial.address for dial in dials if dial.kind is None)
            with suppress(OSError):
                local = str(winner.getsockname()[0])
        return self.good, dials, local

    async def first_link(self) -> Link:
        """The tunnel and the encryption on the socket that :meth:`dial` won. Raises NetError."""
        sock, self._socket = self._socket, None  # at once: the links that are warmed beside it must not take it
        link = await self._finish(sock if sock is not None else await self._fresh())
        self._idle.append(link)
        return link

    def warm(self, count: int) -> None:
        """See to it that ``count`` links beside the first are open or on their way, for requests side by side."""
        for _ in range(count - len(self._warming) - max(0, len(self._idle) - 1)):
            task = asyncio.create_task(self._open_link())
            # Where the first link fails, so do these, and nobody asks them why.
            task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
            self._warming.append(task)

    async def take(self) -> Link:
        """A link that is ready for a request: one that is idle, one on its way, or a new one. Raises NetError."""
        while self._idle:
            link = self._idle.pop()
            if link.reusable and not link.reader.at_eof():
                return link
            link.close()
        while self._warming:
            task = self._warming.pop(0)
            with suppress(NetError):
                return await task
        return await self._open_link()

    def give_back(self, link: Link) -> None:
        """Keep the link for the next request if it can bear one."""
        if link.reusable:
            self._idle.append(link)
        else:
            link.close()

    async def leave(self) -> None:
        """Close all of it, and wait until what was on its way has ended: it does so at once."""
        self.close()
        await asyncio.gather(*self._warming, return_exceptions=True)

    def close(self) -> None:
        for task in self._warming:
            task.cancel()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        for link in self._open:
            link.close()

    async def _fresh(self) -> socket.socket:
        """The socket that was won and waits, else a new one."""
        if self.good is None:
            good, dials, _ = await self.dial()
            if good is None:
                raise NetError(next((dial.kind for dial in dials if dial.kind), Kind.OTHER))
        sock, self._socket = self._socket, None
        if sock is not None:
            return sock
        assert self.good is not None
        return await self.network.dial(self.good, self.dial_port)

    async def _open_link(self) -> Link:
        return await self._finish(await self._fresh())

    async def _finish(self, sock: socket.socket) -> Link:
        if self.proxy is not None and self.proxy.tls:
            link = await self._through_tls(sock, self.proxy)
        else:
            try:
                if self.proxy is not None and self.target.scheme == "https":
                    await self._tunnel(sock, self.proxy)
            except BaseException:
                sock.close()
                raise
            link = await self.network.link(sock, self.tls, self.target.host, self.limits.probe)
        self._open.append(link)
        return link

    async def _tunnel(self, way: socket.socket | Link, proxy: Proxy) -> None:
        where = self.target
        await self.network.tunnel(way, proxy, where.host, where.port, self.limits.header_bytes)

    async def _through_tls(self, sock: socket.socket, proxy: Proxy) -> Link:
        """``https://`` before a proxy's address: TLS to the proxy itself, and the target's inside it."""
        try:
            # Half of the probe's time: a plain proxy may wait without a word, and the probe is to say so itself.
            link = await self.network.link(sock, self.proxy_tls, proxy.host, self.limits.probe / 2)
        except NetError as error:
            raise NetError(Kind.PROXY_PROTOCOL, f"no TLS at the proxy: {error.failure.kind.value}") from error
        if self.target.scheme == "https":
            try:
                await self._tunnel(link, proxy)
            except BaseException:
                link.close()
                raise
            assert self.tls is not None
            await self.network.encrypt(link, self.tls, self.target.host, self.limits.probe)
        return link
