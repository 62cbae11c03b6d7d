"""The network, taken apart: resolve, dial, tunnel, encrypt, and HTTP/1.1 on the connection that came of it.

One request's exception cannot tell its cause (`docs/design/001-measure-then-judge.md`), so each step is taken by
itself and the HTTP parser (h11) works on the very connection that the steps opened. Everything read has a limit in
bytes; limits in time belong to the engine. A test hands over another :class:`Network`.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import h11

from probes.model.facts import Address, Lookup
from probes.model.failure import Kind
from probes.model.note import note
from probes.model.settings import NodeSettings, Sourced
from probes.network import name_servers as names
from probes.network import trust_stores
from probes.network.failures import NetError, classify
from probes.network.proxy_tunnel import Pipe, Proxy, ask
from probes.network.single_flight import SingleFlight
from probes.network.trust_stores import tls_reason, trust

CHUNK = 65536
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connection:
    """An open connection, and what is known of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.http: h11.Connection | None = None

    @property
    def tls(self) -> ssl.SSLObject | None:
        found: ssl.SSLObject | None = self.writer.get_extra_info("ssl_object")
        return found

    @property
    def reusable(self) -> bool:
        """Whether another request may go out on it."""
        return not self.writer.is_closing() and (
            self.http is None or (self.http.our_state is h11.IDLE and self.http.their_state is h11.IDLE)
        )

    def close(self) -> None:
        with suppress(Exception):
            transport = self.writer.transport
            # An abort, not a polite end: a TLS goodbye to a peer that hangs would keep the process waiting.
            transport.abort()


class Network:
    """The real network. Every method raises :class:`probes.network.failures.NetError` and nothing else for what the
    network does.

    ``allowed`` is asked for every address at the moment of dialling: whatever a name, a redirect or a proxy came to,
    no connection is opened without it.
    """

    allowed: Callable[[str], bool] | None = None
    pages: SingleFlight | None = None  # where many runs share what a door says without a key

    def __init__(self, allowed: Callable[[str], bool] | None = None) -> None:
        self.allowed = allowed

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """The host's addresses in the order of the system's resolver.

        The resolver runs in a daemon thread of its own: a pool's threads would be waited for at the end, long after the
        deadline.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()

        def settle(result: list[Any] | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result or [])

        def work() -> None:
            result: list[Any] | None = None
            error: BaseException | None = None
            try:
                result = list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except Exception as problem:
                error = problem
            with suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(settle, result, error)

        threading.Thread(target=work, name="resolver", daemon=True).start()
        try:
            rows = await future
        except Exception as error:
            raise NetError(classify(error), str(error).split("] ")[-1][:120]) from error
        addresses = []
        for family, _, _, _, where in rows:
            name = {socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}.get(family)
            if name and Address(name, str(where[0])) not in addresses:
                addresses.append(Address(name, str(where[0])))
        if not addresses:
            raise NetError(Kind.NAME_UNKNOWN, note=note("no_address"))
        return tuple(addresses)

    def name_servers(self) -> tuple[str, ...]:
        """Those that the system's resolver is set to ask."""
        return names.configured()

    async def ask_server(self, server: str, host: str, seconds: float) -> Lookup:
        """What one name server says itself. Never raises for what it does."""
        return await names.ask(server, host, seconds)

    async def dial(self, address: Address, port: int) -> socket.socket:
        """A connected, non-blocking socket."""
        if self.allowed is not None and not self.allowed(address.ip):
            raise NetError(Kind.DENIED)
        family = socket.AF_INET6 if address.family == "ipv6" else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise NetError(classify(error), error.strerror or "") from error
        try:
            sock.setblocking(False)
            with suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(sock, (address.ip, port))
        except BaseException as error:
            sock.close()
            if isinstance(error, (OSError, OverflowError)):
                raise NetError(classify(error), getattr(error, "strerror", None) or "") from error
            raise
        return sock

    async def tunnel(self, pool: socket.socket | Connection, proxy: Proxy, host: str, port: int, limit: int) -> None:
        """Ask the proxy at the other end of ``pool`` for a connection to ``host:port``, as
        :func:`probes.network.proxy_tunnel.ask`.
        """
        await ask(_pipe(pool), proxy, host, port, limit)

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        """The roots to verify with, and their name, as :func:`trust`; as :func:`probes.catalog.node_runtime.trust`
        for an app on it.
        """
        return trust(ca_bundle) if on_node is None else trust_stores.node_context(on_node, ca_bundle)

    async def encrypt(self, connection: Connection, tls: ssl.SSLContext, host: str, timeout: float) -> None:
        """TLS inside an open link: through a proxy that is itself spoken to in TLS."""
        try:
            await connection.writer.start_tls(tls, server_hostname=host, ssl_handshake_timeout=timeout)
        except (OSError, EOFError, ssl.SSLError, ValueError) as error:
            connection.close()
            kind = classify(error)
            raise NetError(Kind.TLS_RESET if kind in (Kind.RESET, Kind.CLOSED) else kind, tls_reason(error)) from error

    async def connection(
        self, sock: socket.socket, tls: ssl.SSLContext | None, host: str, timeout: float
    ) -> Connection:
        """The socket as a stream, encrypted where ``tls`` is given (name asked for: ``host``). Closes it on failure."""
        try:
            if tls is None:
                return Connection(*await asyncio.open_connection(sock=sock, limit=CHUNK))
            opening = asyncio.open_connection(
                sock=sock, ssl=tls, server_hostname=host, ssl_handshake_timeout=timeout, limit=CHUNK
            )
            return Connection(*await _whole(opening, sock))
        except BaseException as error:
            sock.close()
            kind = classify(error)
            if isinstance(error, (OSError, EOFError, ssl.SSLError, ValueError)):
                if kind in (Kind.RESET, Kind.CLOSED):
                    kind = Kind.TLS_RESET
                raise NetError(kind, tls_reason(error)) from error
            raise


def _pipe(pool: socket.socket | Connection) -> Pipe:
    if isinstance(pool, Connection):
        writer = pool.writer

        async def send(data: bytes) -> None:
            writer.write(data)

        return Pipe(send, pool.reader.read)
    loop = asyncio.get_running_loop()
    return Pipe(partial(loop.sock_sendall, pool), partial(loop.sock_recv, pool))


async def _whole(opening: Coroutine[Any, Any, _Streams], sock: socket.socket) -> _Streams:
    """The handshake, made to fail where it is to end early: cancelled in its midst, it leaves its transport open."""
    task = asyncio.ensure_future(opening)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        with suppress(Exception):
            (await task)[1].transport.abort()
        raise
