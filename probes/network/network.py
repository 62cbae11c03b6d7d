"""The network, taken apart: resolve, dial, tunnel, encrypt, and HTTP/1.1 on the connection that came of it.

One request's exception cannot tell its cause (`docs/design/001-measure-then-judge.md`), so each step is taken by
itself and the HTTP parser (h11) works on the very connection that the steps opened. Everything read has a limit in
bytes; limits in time belong to the engine. A test hands over another :class:`Network`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
import threading
import time
import warnings
import zlib
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import h11

from probes.catalog import node_runtime
from probes.model.settings import Address, Dial, Kind, Limits, Lookup, NodeSettings, Sourced
from probes.network import name_servers as names
from probes.network.failures import NetError, classify
from probes.network.proxy_tunnel import Pipe, Proxy, ask
from probes.network.single_flight import Once

STAGGER = 0.25  # seconds before the next address is tried beside a silent one (RFC 8305, section 8)
CHUNK = 65536
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Link:
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
    pages: Once | None = None  # where many runs share what a door says without a key

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
            raise NetError(Kind.NAME_UNKNOWN, "no address")
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

    async def tunnel(self, way: socket.socket | Link, proxy: Proxy, host: str, port: int, limit: int) -> None:
        """Ask the proxy at the other end of ``way`` for a connection to ``host:port``, as
        :func:`probes.network.proxy_tunnel.ask`.
        """
        await ask(_pipe(way), proxy, host, port, limit)

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        """The roots to verify with, and their name, as :func:`trust`; as :func:`probes.catalog.node_runtime.trust`
        for an app on it.
        """
        return trust(ca_bundle) if on_node is None else node_runtime.trust(on_node, ca_bundle)

    async def encrypt(self, link: Link, tls: ssl.SSLContext, host: str, timeout: float) -> None:
        """TLS inside an open link: through a proxy that is itself spoken to in TLS."""
        try:
            await link.writer.start_tls(tls, server_hostname=host, ssl_handshake_timeout=timeout)
        except (OSError, EOFError, ssl.SSLError, ValueError) as error:
            link.close()
            kind = classify(error)
            raise NetError(Kind.TLS_RESET if kind in (Kind.RESET, Kind.CLOSED) else kind, tls_reason(error)) from error

    async def link(self, sock: socket.socket, tls: ssl.SSLContext | None, host: str, timeout: float) -> Link:
        """The socket as a stream, encrypted where ``tls`` is given (name asked for: ``host``). Closes it on failure."""
        try:
            if tls is None:
                return Link(*await asyncio.open_connection(sock=sock, limit=CHUNK))
            opening = asyncio.open_connection(
                sock=sock, ssl=tls, server_hostname=host, ssl_handshake_timeout=timeout, limit=CHUNK
            )
            return Link(*await _whole(opening, sock))
        except BaseException as error:
            sock.close()
            kind = classify(error)
            if isinstance(error, (OSError, EOFError, ssl.SSLError, ValueError)):
                if kind in (Kind.RESET, Kind.CLOSED):
                    kind = Kind.TLS_RESET
                raise NetError(kind, tls_reason(error)) from error
            raise


def _pipe(way: socket.socket | Link) -> Pipe:
    if isinstance(way, Link):
        writer = way.writer

        async def send(data: bytes) -> None:
            writer.write(data)

        return Pipe(send, way.reader.read)
    loop = asyncio.get_running_loop()
    return Pipe(partial(loop.sock_sendall, way), partial(loop.sock_recv, way))


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


def tls_reason(error: BaseException) -> str:
    """What the TLS library says of it, in one line."""
    text = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return " ".join(str(text).split())[:200]


async def race(
    network: Network, addresses: Sequence[Address], port: int, limit: float = float("inf")
) -> tuple[socket.socket | None, tuple[Dial, ...]]:
    """Dial the addresses as a patient browser does, a quarter of a second apart; the first to answer wins.

    Returns its socket, or None, and how each address fared. One that was still silent when another won, or after
    ``limit`` seconds, counts as timed out after the seconds that it had.
    """
    clock = time.monotonic
    end = clock() + limit
    tasks: dict[asyncio.Task[socket.socket], tuple[Address, float]] = {}
    dials: dict[Address, Dial] = {}
    winner: socket.socket | None = None
    waiting = list(addresses)
    try:
        while (waiting or tasks) and winner is None and clock() < end:
            if waiting:
                address = waiting.pop(0)
                tasks[asyncio.create_task(network.dial(address, port))] = (address, clock())
            done, _ = await asyncio.wait(
                tasks,
                timeout=min(STAGGER if waiting else limit, max(0.0, end - clock())),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                address, began = tasks.pop(task)
                error = task.exception()
                if error is None:
                    dials[address] = Dial(address, port, None, clock() - began)
                    if winner is None:
                        winner = task.result()
                    else:
                        task.result().close()
                elif isinstance(error, NetError):
                    dials[address] = Dial(address, port, error.failure.kind, clock() - began)
                else:
                    raise error
    except BaseException:
        if winner is not None:
            winner.close()
        raise
    finally:
        for task, (address, began) in tasks.items():
            task.cancel()
            task.add_done_callback(_discard)
            if winner is None or clock() - began >= STAGGER:
                dials[address] = Dial(address, port, Kind.TIMEOUT, clock() - began)
    return winner, tuple(dials[address] for address in addresses if address in dials)


def _discard(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


# -- trust -------------------------------------------------------------------------------------------------------------


def trust(ca_bundle: Sourced[str] | None) -> tuple[ssl.SSLContext, str]:
    """The roots that the newest official SDKs trust, and their name: the operating system's, plus ``ca_bundle``.

    httpx2 (openai-python 3, anthropic-python 2) verifies with truststore. A file that ``SSL_CERT_FILE`` names stands in
    place of the system's list there, not beside it. Raises OSError or SSLError for one that cannot be read.
    """
    if ca_bundle is not None and ca_bundle.source.startswith("environment"):
        return of_today(ssl.create_default_context(cafile=ca_bundle.value)), ca_bundle.value
    context = system_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle.value)
    return context, ca_bundle.value if ca_bundle is not None else "system"


def of_today(context: ssl.SSLContext) -> ssl.SSLContext:
    """From TLS 1.2 upwards, as Python is by itself. Debian's is built to leave it to OpenSSL, whose level refuses an
    older version all the same, but only after the certificate: what is wrong would be told by the second fault.
    """
    if context.minimum_version < ssl.TLSVersion.TLSv1_2:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def system_context() -> ssl.SSLContext:
    """Trust in the operating system's list alone."""
    if sys.platform in ("darwin", "win32"):
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return context
    context = of_today(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    paths = ssl.get_default_verify_paths()
    # What SSL_CERT_DIR names stands for the system's list, as for the SDKs; what SSL_CERT_FILE names does not.
    file = paths.openssl_cafile if Path(paths.openssl_cafile).is_file() and not os.environ.get("SSL_CERT_DIR") else None
    if file or paths.capath:
        context.load_verify_locations(file, paths.capath)
    else:
        context.load_default_certs()
    return context


def blind_context(old: bool = False) -> ssl.SSLContext:
    """A context that trusts anybody: to look at a certificate that failed, never for a request.

    With ``old`` it speaks versions and ciphers as well that no client of today does.
    """
    context = of_today(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if old:
        with warnings.catch_warnings(), suppress(ValueError, ssl.SSLError):
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def certifi_path() -> str:
    """Where certifi's list lies, which requests, older httpx and many apps use; empty where it is not installed."""
    try:
        import certifi
    except ImportError:
        return ""
    return certifi.where()


def in_certifi(root: bytes) -> bool:
    """Whether this root (DER) is in certifi's list, told without reading all of its certificates."""
    return ssl.DER_cert_to_PEM_cert(root).strip() in Path(certifi_path()).read_text("ascii", "replace")


def certifi_context() -> ssl.SSLContext | None:
    """Trust in certifi's list alone."""
    path = certifi_path()
    return of_today(ssl.create_default_context(cafile=path)) if path else None


def root_of(tls: ssl.SSLObject) -> bytes | None:
    """The root up to which the chain was verified, DER; None where the library does not tell (a system's own verifier).

    Before Python 3.13 the call is private.
    """
    for owner in (tls, getattr(tls, "_sslobj", None)):
        getter = getattr(owner, "get_verified_chain", None)
        if getter is not None and (chain := getter()):
            last = chain[-1]
            return last if isinstance(last, bytes) else ssl.PEM_cert_to_DER_cert(last.public_bytes())
    return None


def sent_chain(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates as the server sent them, DER, leaf first. Before Python 3.13 the call is private; without it
    the leaf.
    """
    inner = getattr(tls, "_sslobj", None)
    for owner in (tls, inner):
        getter = getattr(owner, "get_unverified_chain", None)
        if getter is None:
            continue
        chain = [
            one if isinstance(one, bytes) else ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in (getter() or ())
        ]
        if chain:
            return chain
    leaf = tls.getpeercert(binary_form=True)
    return [leaf] if leaf else []


# -- HTTP/1.1 ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class RawAnswer:
    """What came back, undisturbed. Times are seconds after the request began to go out."""

    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    http_version: str = ""
    first_byte: float = 0.0
    seconds: float = 0.0
    failure: Kind | None = None
    detail: str = ""
    head: bytes = b""  # the first bytes, for an answer that is no HTTP
    size: int = 0  # of the body as it travelled

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


LAYERS = 5  # of compression in one answer, as httpx2 has it


class _Inflater:
    """gzip, deflate and identity in layers, a bounded piece at a time: a bomb is cut off while it is still small.

    A layer of another name is passed over, as httpx does that has nothing installed for it.
    """

    def __init__(self, encoding: str) -> None:
        names = [name.strip() for name in encoding.lower().split(",")]
        self._layers = [_Layer(name == "deflate") for name in reversed(names) if name in ("gzip", "deflate")][:LAYERS]

    def feed(self, data: bytes, room: int) -> bytes:
        """At most ``room`` + 1 bytes of plain text. Raises zlib.error for what is not so compressed."""
        for layer in self._layers:
            data = layer.feed(data, room)
            if len(data) > room:
                break
        return data[: room + 1]


class _Layer:
    def __init__(self, deflate: bool) -> None:
        self._deflate = deflate
        self._engine: Any = zlib.decompressobj(zlib.MAX_WBITS if deflate else zlib.MAX_WBITS | 16)
        self._first = True

    def feed(self, data: bytes, room: int) -> bytes:
        try:
            out: bytes = self._engine.decompress(data, room + 1)
        except zlib.error:
            if not (self._deflate and self._first):
                raise
            self._engine = zlib.decompressobj(-zlib.MAX_WBITS)  # "deflate" without its wrapper, as some servers send it
            out = self._engine.decompress(data, room + 1)
        self._first = False
        return out


class HttpExchange:
    """One request on a link, and its answer piece by piece."""

    def __init__(self, link: Link, limits: Limits) -> None:
        self.link = link
        self.limits = limits
        self.answer = RawAnswer()
        self._began = time.monotonic()

    async def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the request. Header values must have been looked at before: an exception of h11's quotes them."""
        if self.link.http is None:
            self.link.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=self.limits.header_bytes)
        elif self.link.http.our_state is not h11.IDLE:
            self.link.http.start_next_cycle()
        http = self.link.http
        self._began = time.monotonic()
        wire = http.send(
            h11.Request(method=method, target=target, headers=[(k.encode(), v.encode("utf-8")) for k, v in headers])
        )
        assert wire is not None
        if body:
            wire += http.send(h11.Data(data=body)) or b""
        wire += http.send(h11.EndOfMessage()) or b""
        self.link.writer.write(wire)
        try:
            await self.link.writer.drain()
        except OSError:
            pass  # what the server said before it hung up tells more: read on

    def _now(self) -> float:
        return time.monotonic() - self._began

    async def body(self, limit: int) -> AsyncGenerator[tuple[float, bytes], None]:
        """The answer's head into ``self.answer``, its body piece by piece: what arrived at once has one time.

        Ends at the end of the body or with ``answer.failure`` set: never raises for what the server does.
        """
        answer, http = self.answer, self.link.http
        assert http is not None
        inflater = _Inflater("")
        out, arrived = 0, 0.0
        try:
            while True:
                event = http.next_event()
                if event is h11.NEED_DATA:
                    data = await self.link.reader.read(CHUNK)
                    arrived = self._now()
                    if data and not answer.first_byte:
                        answer.first_byte = arrived
                    if len(answer.head) < 512:
                        answer.head += data[:512]
                    if not answer.status and not b"HTTP/".startswith(answer.head[:5]):
                        # A greeting of another protocol: its sender waits for us now, and would until the limit.
                        answer.failure, answer.detail = Kind.NOT_HTTP, answer.head[:60].decode("latin-1")
                        return
                    http.receive_data(data)
                elif isinstance(event, (h11.Response, h11.InformationalResponse)):
                    if isinstance(event, h11.InformationalResponse):
                        continue
                    answer.status = event.status_code
                    answer.reason = event.reason.decode("latin-1")[:100]
                    answer.http_version = event.http_version.decode("ascii", "replace")
                    answer.headers = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in event.headers]
                    inflater = _Inflater(answer.header("content-encoding"))
                elif isinstance(event, h11.Data):
                    answer.size += len(event.data)
                    piece = inflater.feed(bytes(event.data), limit - out)
                    out += len(piece)
                    if out > limit or answer.size > limit:
                        answer.failure = Kind.TOO_LONG
                        return
                    yield arrived or self._now(), piece
                elif isinstance(event, h11.EndOfMessage):
                    return
                else:  # ConnectionClosed, PAUSED
                    answer.failure = Kind.CLOSED if not answer.status else Kind.CUT
                    return
        except h11.RemoteProtocolError as error:
            answer.failure, answer.detail = self._protocol_failure(str(error))
        except zlib.error:
            answer.failure = Kind.ENCODING
        except OSError as error:
            kind = classify(error)
            answer.failure = Kind.CUT if answer.status and kind is Kind.RESET else kind
        finally:
            answer.seconds = self._now()

    def _protocol_failure(self, text: str) -> tuple[Kind, str]:
        head = self.answer.head
        if not head:
            return Kind.CLOSED, ""
        if self.answer.status:
            return Kind.CUT, ""
        if not b"HTTP/1".startswith(head[:6]) and not head.startswith(b"HTTP/1"):
            return Kind.NOT_HTTP, head[:60].decode("latin-1")
        whole = b"\r\n\r\n" in head  # a whole head that cannot be read is no matter of who hung up
        if not whole and ("closed" in text or "EOF" in text or self.link.reader.at_eof()):
            return Kind.CLOSED, "in the middle of the headers"
        return Kind.NOT_HTTP, "headers longer than allowed" if len(head) >= 512 and "too" in text else text[:80]

    def finish(self) -> None:
        """Make the link ready for the next request, or close it."""
        http = self.link.http
        if http is not None and http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
        else:
            self.link.close()


def basic(user: str, password: str) -> str:
    """The value of a Basic credential."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
