"""The way to one host: where it is dialled, through which proxy, with whose trust. Links are opened on it and used
again.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

from probes.model.facts import Address, Dial
from probes.model.failure import Kind
from probes.model.note import note
from probes.model.settings import ConnectTo, Limits
from probes.network.dialing import race
from probes.network.failures import NetError
from probes.network.network import Connection, Network
from probes.network.proxy_tunnel import Proxy
from probes.urls.addresses import literal_address
from probes.urls.url import Url

_DIALLING = 0.9  # of a probe's time: so that each address has a result before the probe is ended


def connect_rule(rules: tuple[ConnectTo, ...], target: Url) -> ConnectTo | None:
    """Return the rule of ``--connect-to`` that applies to the target: the first, as in curl; None where none does."""
    fits = (one for one in rules if one.host.lower() in ("", target.host.lower()) and one.port in (0, target.port))
    return next(fits, None)


class ConnectionPool:
    """Opens links to one host and port. Not to be shared between hosts."""

    def __init__(
        self,
        network: Network,
        target: Url,
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
        rule = connect_rule(connect_to, target) if proxy is None else None
        if rule is not None:
            self.dial_host = rule.to_host or target.host
            self.dial_port = rule.to_port or target.port
            self.redirected = True
        self.addresses: tuple[Address, ...] = ()
        self.good: Address | None = None
        self._socket: socket.socket | None = None
        self._entered: socket.socket | Connection | None = None
        self._idle: list[Connection] = []
        self._warming: list[asyncio.Task[Connection]] = []
        self._open: list[Connection] = []

    async def resolve(self) -> tuple[Address, ...]:
        """The addresses to dial: of the proxy where there is one."""
        literal = literal_address(self.dial_host)
        self.addresses = (literal,) if literal else await self.network.resolve(self.dial_host, self.dial_port)
        return self.addresses

    async def dial(self) -> tuple[Address | None, tuple[Dial, ...], str]:
        """Dial the addresses. The socket that won waits for :meth:`first_connection`.

        Returns the address that answered, all dials, and the local address of the connection.
        """
        if not self.addresses:
            await self.resolve()
        winner, dials = await race(self.network, self.addresses, self.dial_port, self.limits.probe * _DIALLING)
        self._socket = winner
        local = ""
        if winner is not None:
            self.good = next(dial.address for dial in dials if dial.kind is None)
            with suppress(OSError):
                local = str(winner.getsockname()[0])
        return self.good, dials, local

    @property
    def enters(self) -> bool:
        """Whether something is to be said to the proxy before the host can be spoken to."""
        return self.proxy is not None and bool(self.proxy.tls or self.proxy.socks or self.target.scheme == "https")

    async def enter(self) -> None:
        """Through the proxy on the socket that :meth:`dial` won; :meth:`first_connection` goes on from there.

        Raises NetError, of the proxy's kinds.
        """
        self._entered = await self._enter(await self._fresh())

    def beside(
        self, *, target: Url | None = None, proxy: Proxy | None = None, tls: ssl.SSLContext | None = None
    ) -> ConnectionPool:
        """The same way to the address that was seen to answer, under another scheme, by another reading of its proxy
        or with other trust.
        """
        target = target or self.target
        other = ConnectionPool(self.network, target, self.limits, proxy=proxy or self.proxy, tls=tls or self.proxy_tls)
        other.dial_host, other.dial_port, other.redirected = self.dial_host, self.dial_port, self.redirected
        other.addresses, other.good = self.addresses, self.good
        return other

    async def first_connection(self) -> Connection:
        """The tunnel and the encryption on the socket that :meth:`dial` won. Raises NetError."""
        connection = await self._open_link()
        self._idle.append(connection)
        return connection

    def warm(self, count: int) -> None:
        """See to it that ``count`` links beside the first are open or on their way, for requests side by side."""
        for _ in range(count - len(self._warming) - max(0, len(self._idle) - 1)):
            task = asyncio.create_task(self._open_link())
            # Where the first link fails, so do these, and nobody asks them why.
            task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
            self._warming.append(task)

    async def take(self) -> Connection:
        """A link that is ready for a request: one that is idle, one on its way, or a new one. Raises NetError."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and not connection.reader.at_eof():
                return connection
            connection.close()
        while self._warming:
            task = self._warming.pop(0)
            with suppress(NetError):
                return await task
        return await self._open_link()

    def give_back(self, connection: Connection) -> None:
        """Keep the link for the next request if it can bear one."""
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()

    async def leave(self) -> None:
        """Close all of it, and wait until what was on its way has ended: it does so at once."""
        self.close()
        await asyncio.gather(*self._warming, return_exceptions=True)

    def close(self) -> None:
        for task in self._warming:
            task.cancel()
        for one in (self._socket, self._entered):
            if one is not None:
                one.close()
        self._socket = self._entered = None
        for connection in self._open:
            connection.close()

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

    async def _open_link(self) -> Connection:
        # The waiting one is taken at once: of the links that are warmed beside the first, none must get it.
        entered, self._entered = self._entered, None
        return await self._secure(entered if entered is not None else await self._enter(await self._fresh()))

    async def _enter(self, sock: socket.socket) -> socket.socket | Connection:
        """What the host can be spoken to on: the socket itself, or the TLS to a proxy of ``https://``."""
        proxy, where = self.proxy, self.target
        if proxy is None:
            return sock
        pool: socket.socket | Connection = sock
        if proxy.tls:
            try:
                # Half of the probe's time: a plain proxy may wait without a word, and the probe is to say so itself.
                pool = await self.network.connection(sock, self.proxy_tls, proxy.host, self.limits.probe / 2)
            except NetError as error:
                raise NetError(Kind.PROXY_PROTOCOL, note=note("proxy_not_tls")) from error
        try:
            if where.scheme == "https" or proxy.socks:
                await self.network.tunnel(pool, proxy, where.host, where.port, self.limits.header_bytes)
        except BaseException:
            pool.close()
            raise
        return pool

    async def _secure(self, pool: socket.socket | Connection) -> Connection:
        """The host's own TLS, where it has one."""
        if isinstance(pool, Connection):
            connection = pool
            if self.tls is not None:
                await self.network.encrypt(connection, self.tls, self.target.host, self.limits.probe)
        else:
            connection = await self.network.connection(pool, self.tls, self.target.host, self.limits.probe)
        self._open.append(connection)
        return connection
