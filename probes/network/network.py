"""Network access in single steps: DNS lookup, TCP connection, proxy tunnel, TLS handshake.

The exception of a whole request does not show its cause (`docs/design/001-measure-then-judge.md`). So each step is
measured separately, and HTTP then uses the connection that the steps opened. Reads are limited in bytes; the engine
sets time limits. Tests replace :class:`Network`.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from probes.model.facts import Address, Lookup
from probes.model.failure import Kind
from probes.model.note import note
from probes.model.settings import NodeSettings, Sourced
from probes.network import name_servers as names
from probes.network import trust_stores
from probes.network.daemon_thread import in_daemon_thread
from probes.network.failures import NetError, classify
from probes.network.proxy_server import Proxy
from probes.network.proxy_tunnel import Pipe, ask
from probes.network.single_flight import SingleFlight
from probes.network.trust_stores import tls_reason, trust

if TYPE_CHECKING:
    import h11

CHUNK = 65536  # bytes per read
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connection:
    """An open connection and the HTTP/1.1 state on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.http: h11.Connection | None = None
        self.dialled: Address | None = None  # set by the pool that dialled it

    @property
    def peers(self) -> tuple[str, ...]:
        """The IP addresses at the other end: the one that was dialled, and the one that the socket itself names.

        They are the same, unless ``0.0.0.0`` was dialled. With a proxy, both are the proxy's.
        """
        named = self.writer.get_extra_info("peername")
        ips = (self.dialled.ip if self.dialled is not None else "", str(named[0]) if named else "")
        return tuple(ip for ip in ips if ip)

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS object of the connection; None if it is not encrypted."""
        tls_object: ssl.SSLObject | None = self.writer.get_extra_info("ssl_object")
        return tls_object

    @property
    def reusable(self) -> bool:
        """Whether another request can be sent on this connection."""
        if self.writer.is_closing() or self.http is None:
            return not self.writer.is_closing()
        from h11 import IDLE  # loaded by what has set `http`, while the first connection was being opened

        return self.http.our_state is IDLE and self.http.their_state is IDLE

    def close(self) -> None:
        """Close the connection at once, without a TLS shutdown."""
        with suppress(Exception):
            transport = self.writer.transport
            # A graceful TLS shutdown would keep the process waiting for a peer that hangs.
            transport.abort()


class Network:
    """The real network. Its methods report network failures only as :class:`probes.network.failures.NetError`.

    ``allowed`` decides about each IP address at the moment of dialling. So it also covers addresses that come from DNS,
    a redirect or a proxy.
    """

    allowed: Callable[[str], bool] | None = None
    pages: SingleFlight | None = None  # set if many runs share the responses to requests without a key
    # Whether a run sends its free requests one after another on one connection. A fleet of many doors then makes half
    # as many handshakes, which are much of its work; a single check would wait two round trips longer.
    sparing = False
    chains: SingleFlight | None = None  # set if many runs share what further trust stores say of a certificate chain

    def __init__(self, allowed: Callable[[str], bool] | None = None) -> None:
        self.allowed = allowed

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the host's addresses in the order of the system's resolver.

        Raises NetError with NAME_UNKNOWN, NAME_FAILED or NAME_INVALID.
        """
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            rows = await in_daemon_thread(look_up, "resolver")
        except Exception as error:
            raise NetError(classify(error), str(error).split("] ")[-1][:120]) from error
        addresses = []
        for family, _, _, _, sockaddr in rows:
            name = {socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}.get(family)
            if name and Address(name, str(sockaddr[0])) not in addresses:
                addresses.append(Address(name, str(sockaddr[0])))
        if not addresses:
            raise NetError(Kind.NAME_UNKNOWN, note=note("no_address"))
        return tuple(addresses)

    def name_servers(self) -> tuple[str, ...]:
        """Return the addresses of the name servers that the system's resolver is configured to use."""
        return names.configured()

    async def ask_server(self, server: str, host: str, seconds: float) -> Lookup:
        """Query one name server for a host, for at most ``seconds``. Its failures are part of the returned Lookup."""
        return await names.ask(server, host, seconds)

    async def dial(self, address: Address, port: int) -> socket.socket:
        """Return a connected, non-blocking socket. Raises NetError, with DENIED for an address that is not allowed."""
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

    async def tunnel(self, channel: socket.socket | Connection, proxy: Proxy, host: str, port: int, limit: int) -> None:
        """Ask the proxy at the other end of ``channel`` to connect to ``host:port``.

        ``limit`` is in bytes; limits and errors are those of :func:`probes.network.proxy_tunnel.ask`.
        """
        await ask(_pipe(channel), proxy, host, port, limit)

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        """Return the trust store and its name: that of the Python SDKs, or of Node if ``on_node`` is given.

        See :func:`probes.network.trust_stores.trust` and :func:`probes.network.trust_stores.node_context`.
        """
        return trust(ca_bundle) if on_node is None else trust_stores.node_context(on_node, ca_bundle)

    def strict(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> ssl.SSLContext | None:
        """Return the trust store with a strict check of the chain, on a context of its own; None if there is none.

        Raises OSError or SSLError if the file of the trust store cannot be read.
        """
        # Loaded again: a context that others use must not become strict.
        loaded = trust_stores.trust(ca_bundle) if on_node is None else trust_stores.node_context(on_node, ca_bundle)
        return trust_stores.made_strict(loaded[0])

    async def encrypt(self, connection: Connection, tls: ssl.SSLContext, host: str, timeout: float) -> None:
        """Start TLS inside an open connection, for a tunnel through a proxy that itself uses TLS.

        ``timeout`` is in seconds. Closes the connection and raises NetError if the handshake fails.
        """
        try:
            await connection.writer.start_tls(tls, server_hostname=host, ssl_handshake_timeout=timeout)
        except (OSError, EOFError, ssl.SSLError, ValueError) as error:
            connection.close()
            kind = classify(error)
            raise NetError(Kind.TLS_RESET if kind in (Kind.RESET, Kind.CLOSED) else kind, tls_reason(error)) from error

    async def connection(
        self, sock: socket.socket, tls: ssl.SSLContext | None, host: str, timeout: float
    ) -> Connection:
        """Return a connection on the socket, with a TLS handshake for ``host`` if ``tls`` is given.

        ``timeout`` is in seconds. Closes the socket and raises NetError if the handshake fails.
        """
        try:
            if tls is None:
                return Connection(*await asyncio.open_connection(sock=sock, limit=CHUNK))
            opening = asyncio.open_connection(
                sock=sock, ssl=tls, server_hostname=host, ssl_handshake_timeout=timeout, limit=CHUNK
            )
            return Connection(*await _open_or_shut_down(opening, sock))
        except BaseException as error:
            sock.close()
            kind = classify(error)
            if isinstance(error, (OSError, EOFError, ssl.SSLError, ValueError)):
                if kind in (Kind.RESET, Kind.CLOSED):
                    kind = Kind.TLS_RESET
                raise NetError(kind, tls_reason(error)) from error
            raise


def _pipe(channel: socket.socket | Connection) -> Pipe:
    if isinstance(channel, Connection):
        writer = channel.writer

        async def send(data: bytes) -> None:
            writer.write(data)

        return Pipe(send, channel.reader.read)
    loop = asyncio.get_running_loop()
    return Pipe(partial(loop.sock_sendall, channel), partial(loop.sock_recv, channel))


async def _open_or_shut_down(opening: Coroutine[Any, Any, _Streams], sock: socket.socket) -> _Streams:
    """Run the TLS handshake so that cancelling it closes the socket; asyncio alone would leak the transport."""
    task = asyncio.ensure_future(opening)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        with suppress(Exception):
            (await task)[1].transport.abort()
        raise
