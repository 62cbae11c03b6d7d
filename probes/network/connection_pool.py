"""A connection pool for one host, with its proxy and trust store. Connections are reused."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

from probes.model.facts import Address, Dial
from probes.model.failure import Kind
from probes.model.named_tuple import NamedTuple
from probes.model.note import note
from probes.model.settings import ConnectTo, Limits
from probes.network.dialing import race
from probes.network.failures import NetError
from probes.network.network import Connection, Network
from probes.network.proxy_server import Proxy
from probes.urls.addresses import literal_address
from probes.urls.url import Url

_DIALLING = 0.9  # of a probe's time limit, so that each address has a result before the probe times out


def connect_rule(rules: tuple[ConnectTo, ...], target: Url) -> ConnectTo | None:
    """Return the first ``--connect-to`` rule that applies to the target, as curl does; None if there is none."""
    matching = (one for one in rules if one.host.lower() in ("", target.host.lower()) and one.port in (0, target.port))
    return next(matching, None)


class _Channel(NamedTuple):
    """An open way to the host, without the host's own TLS, and the address that was dialled for it."""

    stream: socket.socket | Connection
    dialled: Address


class ConnectionPool:
    """The connections to one host and port. ``good`` is the address that answered last, None before that."""

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
        self.proxy_tls = tls  # the same trust store, for a proxy that itself uses TLS
        self.dial_host, self.dial_port = (proxy.host, proxy.port) if proxy else (target.host, target.port)
        self.redirected = False
        rule = connect_rule(connect_to, target) if proxy is None else None
        if rule is not None:
            self.dial_host = rule.to_host or target.host
            self.dial_port = rule.to_port or target.port
            self.redirected = True
        self.addresses: tuple[Address, ...] = ()
        self.good: Address | None = None
        self._dialled: _Channel | None = None
        self._entered: _Channel | None = None
        self._idle: list[Connection] = []
        self._warming: list[asyncio.Task[Connection]] = []
        self._spare: list[asyncio.Task[socket.socket]] = []
        self._dropped: list[asyncio.Task[socket.socket]] = []
        self._open: list[Connection] = []

    async def resolve(self) -> tuple[Address, ...]:
        """Look up the addresses to dial: the proxy's if there is one, else the host's. Raises NetError."""
        literal = literal_address(self.dial_host)
        self.addresses = (literal,) if literal else await self.network.resolve(self.dial_host, self.dial_port)
        return self.addresses

    async def dial(self, spare: int = 0) -> tuple[Address | None, tuple[Dial, ...], str]:
        """Dial the addresses in parallel and keep the first connected socket for :meth:`first_connection`.

        So many ``spare`` sockets for further connections are dialled at the same time as the first address: later, they
        would cost another round trip. They are closed if another address answers.

        Return the address that answered (or None), all dials, and the local IP address of the connection (or "").
        Raises NetError if the lookup fails.
        """
        if not self.addresses:
            await self.resolve()
        self._drop_spare()
        winner, dials = await race(
            self.network,
            self.addresses,
            self.dial_port,
            self.limits.probe * _DIALLING,
            lambda address: self._dial_spare(address, spare),
        )
        local = ""
        if winner is not None:
            self.good = next(dial.address for dial in dials if dial.kind is None)
            if self.good != self.addresses[0]:
                self._drop_spare()
            if self._dialled is not None:
                self._dialled.stream.close()
            self._dialled = _Channel(winner, self.good)
            with suppress(OSError):
                local = str(winner.getsockname()[0])
        return self.good, dials, local

    @property
    def enters(self) -> bool:
        """Whether a handshake with the proxy is needed before the host can be reached: TLS, SOCKS or CONNECT."""
        return self.proxy is not None and bool(self.proxy.tls or self.proxy.socks or self.target.scheme == "https")

    async def enter(self) -> None:
        """Open the tunnel through the proxy on the socket from :meth:`dial`; :meth:`first_connection` then uses it.

        Raises NetError, with a PROXY_ kind if the proxy is at fault.
        """
        self._entered = await self._enter(await self._next_channel())

    def beside(
        self, *, target: Url | None = None, proxy: Proxy | None = None, tls: ssl.SSLContext | None = None
    ) -> ConnectionPool:
        """Copy this pool, with the address that answered, for another scheme, proxy or trust store."""
        target = target or self.target
        other = ConnectionPool(self.network, target, self.limits, proxy=proxy or self.proxy, tls=tls or self.proxy_tls)
        other.dial_host, other.dial_port, other.redirected = self.dial_host, self.dial_port, self.redirected
        other.addresses, other.good = self.addresses, self.good
        return other

    async def first_connection(self) -> Connection:
        """Open tunnel and TLS on the socket from :meth:`dial` and keep the connection as idle. Raises NetError."""
        connection = await self._open_connection()
        self._idle.append(connection)
        return connection

    def warm(self, count: int) -> None:
        """Start opening connections in the background, until ``count`` besides the first are idle or being opened."""
        for _ in range(count - len(self._warming) - max(0, len(self._idle) - 1)):
            task = asyncio.create_task(self._open_connection())
            # If the first connection fails, these fail too; retrieve the exception, or asyncio logs it.
            task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
            self._warming.append(task)

    async def take(self) -> Connection:
        """Return a connection for a request: an idle one, one that is being opened, or a new one. Raises NetError."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and not connection.reader.at_eof():
                return connection
            connection.close()
        while self._warming:
            task = self._warming.pop(0)
            with suppress(NetError):
                return await task
        return await self._open_connection()

    def give_back(self, connection: Connection) -> None:
        """Keep the connection for the next request if it is reusable; close it otherwise."""
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()

    async def leave(self) -> None:
        """Close all connections and wait for the background tasks, which end at once because they are cancelled."""
        self.close()
        if ending := (*self._warming, *self._dropped):
            await asyncio.gather(*ending, return_exceptions=True)

    def close(self) -> None:
        """Close all connections and cancel those that are being opened, without waiting."""
        for task in self._warming:
            task.cancel()
        self._drop_spare()
        for unused in (self._dialled, self._entered):
            if unused is not None:
                unused.stream.close()
        self._dialled = self._entered = None
        for connection in self._open:
            connection.close()

    def _dial_spare(self, address: Address, count: int) -> None:
        for _ in range(count):
            task = asyncio.create_task(self.network.dial(address, self.dial_port))
            task.add_done_callback(lambda done: None if done.cancelled() else done.exception())  # as in `warm`
            self._spare.append(task)

    def _drop_spare(self) -> None:
        """Close the spare sockets that nobody has taken."""
        for task in self._spare:
            if not task.cancel() and not task.cancelled() and task.exception() is None:
                task.result().close()
        self._dropped += self._spare
        self._spare = []

    async def _next_channel(self) -> _Channel:
        """Return the unused socket from :meth:`dial`, or dial the address that answered again."""
        if self.good is None:
            good, dials, _ = await self.dial()
            if good is None:
                raise NetError(next((dial.kind for dial in dials if dial.kind), Kind.OTHER))
        dialled, self._dialled = self._dialled, None
        if dialled is not None:
            return dialled
        while self._spare:
            with suppress(NetError):
                return _Channel(await self._spare.pop(0), self.addresses[0])
        # A fixed address, not the name: another lookup may lead elsewhere.
        assert self.good is not None
        address = self.good
        return _Channel(await self.network.dial(address, self.dial_port), address)

    async def _open_connection(self) -> Connection:
        # Taken before the first await, so that no background connection of `warm` gets the tunnel of the first one.
        entered, self._entered = self._entered, None
        return await self._secure(entered if entered is not None else await self._enter(await self._next_channel()))

    async def _enter(self, dialled: _Channel) -> _Channel:
        """Open TLS to an ``https://`` proxy and the tunnel. Return the channel to the host: the socket, or that TLS."""
        proxy, target = self.proxy, self.target
        sock = dialled.stream
        if proxy is None or isinstance(sock, Connection):
            return dialled
        channel: socket.socket | Connection = sock
        if proxy.tls:
            try:
                # Half of the probe's time: a proxy without TLS may stay silent, and the probe must report that.
                channel = await self.network.connection(sock, self.proxy_tls, proxy.host, self.limits.probe / 2)
            except NetError as error:
                raise NetError(Kind.PROXY_PROTOCOL, note=note("proxy_not_tls")) from error
        try:
            if target.scheme == "https" or proxy.socks:
                await self.network.tunnel(channel, proxy, target.host, target.port, self.limits.header_bytes)
        except BaseException:
            channel.close()
            raise
        return _Channel(channel, dialled.dialled)

    async def _secure(self, entered: _Channel) -> Connection:
        """Make the host's TLS handshake, for ``https://``, and remember the connection so that it gets closed."""
        channel = entered.stream
        if isinstance(channel, Connection):
            connection = channel
            if self.tls is not None:
                await self.network.encrypt(connection, self.tls, self.target.host, self.limits.probe)
        else:
            connection = await self.network.connection(channel, self.tls, self.target.host, self.limits.probe)
        connection.dialled = entered.dialled
        self._open.append(connection)
        return connection
