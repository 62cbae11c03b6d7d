"""A scripted HTTP/1.1 server on loopback that can make every mistake that a server can make.

A *handler* takes a :class:`Request` and returns an :data:`Answer`: a :class:`Reply`, which the server frames, or raw
bytes or steps, which it sends unchanged. ``connect`` is a list of steps to run on a connection before HTTP.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from enum import Enum, auto
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from probes.model.record import Record

HEAD_LIMIT = 256 * 1024  # bytes of a request's head; no client sends nearly as many
LINGER = 0.5  # seconds to drain the client's data on close, since unread data would turn the close into a reset


class ScriptEnd(Enum):
    """An action of a script other than sending data."""

    CLOSE = auto()  # close the connection cleanly
    RESET = auto()  # close it with a TCP RST
    STALL = auto()  # neither send nor close until the client disconnects or the door stops
    READ = auto()  # receive and discard what the client sends next
    MESSAGE = auto()  # receive and discard one whole message of a WebSocket
    KEEP = auto()  # end the script and keep the connection open
    MUTE = auto()  # stall if the client begins with TLS, as a server does that waits for a line; else as KEEP


class Wait(Record):
    """A pause of this many seconds."""

    seconds: float


class Drip(Record):
    """Data that is sent in pieces of ``size`` bytes, with a pause of ``every`` seconds after each."""

    data: bytes
    every: float
    size: int = 1


class JoinTo(Record):
    """A tunnel from the connection to another address, as a proxy opens it after CONNECT."""

    host: str
    port: int


Step = bytes | Wait | Drip | JoinTo | ScriptEnd
Script = Iterable[Step]


class Request(Record):
    """A request as it arrived. ``at`` is its time in seconds of the monotonic clock; ``connection`` counts from 0."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: tuple[str, int]
    at: float
    connection: int

    @property
    def path(self) -> str:
        """The path of the request target; empty for CONNECT."""
        return urlsplit(self.target).path if self.method != "CONNECT" else ""

    def query(self, name: str) -> str:
        """Return the first value of a query parameter, or an empty string."""
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]

    def header(self, name: str) -> str:
        """Return the value of a header, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object, or an empty dict if it is not one."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Reply(Record):
    """A response that the server frames.

    A body of bytes gets a Content-Length. Steps are sent with chunked encoding; with ``chunked=False`` they are sent
    unframed, and the end of the connection ends the body. If a reply is sent more than once, its steps must be a list,
    not an iterator.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Script = b""
    reason: str | None = None
    chunked: bool = True


Answer = Reply | bytes | Script
Handler = Callable[[Request], Answer]


class _Ended(Exception):
    """Signal that the connection has ended."""


def head(status: int, headers: Iterable[tuple[str, str]] = (), reason: str | None = None) -> bytes:
    """Return a status line and headers, with the empty line that ends them."""
    if reason is None:
        reason = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class PracticeDoor:
    """The server, as a context manager: ``with PracticeDoor(handler) as door: ... door.url``.

    ``connect`` is a script that runs first on each new connection; TLS and HTTP follow only if it ends with
    ``ScriptEnd.KEEP``. A TLS door answers plain HTTP as nginx does, with a 400 that explains it; a plain door answers a
    ClientHello with a plain 400. ``latency`` is the delay before each response, in seconds.

    Raises the first exception of a handler when the context ends.
    """

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        connect: Script | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
    ) -> None:
        self.handler: Handler = handler or (lambda _: Reply(404))
        self.tls = tls
        self.connect = connect
        self.host = host
        self.port = port
        self.latency = latency
        self.requests: list[Request] = []
        self.strays: list[bytes] = []  # first bytes of each message that was not an HTTP request
        self.connections = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._sockets: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    @property
    def url(self) -> str:
        """The origin of the server, for example ``http://127.0.0.1:40123``, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.socket(family)
        try:
            if family == socket.AF_INET6:
                self._listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._listener.bind((self.host, self.port))
            self._listener.listen(64)
        except OSError:
            self._listener.close()
            raise
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        with suppress(OSError):  # the portable way to wake accept()
            socket.create_connection((self.host, self.port), timeout=0.2).close()
        self._threads[0].join(1)
        with self._lock:
            for sock in self._sockets.values():
                _shut(sock)
        for thread in self._threads[1:]:
            thread.join(1)
        if self._errors and error is None:
            raise self._errors[0]

    # -- connections -----------------------------------------------------------------------------------------------

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="practice door", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with self._listener:
            while True:
                try:
                    sock, peer = self._listener.accept()
                except OSError:
                    return
                if self._stopping.is_set():
                    sock.close()
                    return
                number = self.connections
                self.connections += 1
                with self._lock:
                    self._sockets[number] = sock
                self._start(self._serve, number, sock, peer[:2])

    def _serve(self, number: int, sock: socket.socket, peer: tuple[str, int]) -> None:
        line = _ServerConnection(sock, self._stopping)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.connect is not None and not line.play(self.connect):
                line.close()
            if self.tls:
                self._encrypt(number, line, self.tls)
            while self._exchange(number, line, peer):
                pass
            line.close()
        except (_Ended, OSError):
            pass
        except BaseException as error:
            self._errors.append(error)
        finally:
            with self._lock:
                del self._sockets[number]
            line.sock.close()

    def _encrypt(self, number: int, line: _ServerConnection, context: ssl.SSLContext) -> None:
        if line.sock.recv(1, socket.MSG_PEEK) not in (b"\x16", b""):
            self.strays.append(line.sock.recv(4096))
            line.send(_bad_request("The plain HTTP request was sent to HTTPS port"))
            line.close()
        with self._lock:
            line.sock = context.wrap_socket(line.sock, server_side=True, do_handshake_on_connect=False)
            self._sockets[number] = line.sock
        if self._stopping.is_set():
            raise _Ended
        line.sock.do_handshake()

    def _exchange(self, number: int, line: _ServerConnection, peer: tuple[str, int]) -> bool:
        """Handle one request; return whether another may follow on this connection."""
        top = line.read_head()
        first, *rest = top.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/"):
            self.strays.append(top[:4096])
            line.send(_bad_request("Bad Request"))
            return False
        headers = tuple((name, value.strip()) for name, _, value in (row.partition(":") for row in rest))
        lower = {name.lower(): value.lower() for name, value in headers}
        if lower.get("expect") == "100-continue":
            line.send(head(100))
        body = line.read_chunks() if "chunked" in lower.get("transfer-encoding", "") else b""
        body = body or line.read(int(lower.get("content-length", "0")))
        request = Request(words[0], words[1], headers, body, peer, time.monotonic(), number)
        self.requests.append(request)
        answer = self.handler(request)
        line.wait(self.latency)
        keep = lower.get("connection") != "close" and words[2] != "HTTP/1.0"
        if not isinstance(answer, Reply):
            return line.play([answer] if isinstance(answer, bytes) else answer)
        return line.reply(answer, request.method) and keep


class _ServerConnection:
    """A connection with a read buffer, on which responses and scripts are sent."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.sock = sock
        self._stopping = stopping
        self._buffer = bytearray()

    # -- reading

    def _more(self) -> None:
        data = self.sock.recv(65536)
        if not data or self._stopping.is_set():
            raise _Ended
        self._buffer += data

    def read(self, size: int) -> bytes:
        """Return exactly ``size`` bytes. Raises _Ended if the connection ends first, as all reads do."""
        while len(self._buffer) < size:
            self._more()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def read_until(self, mark: bytes) -> bytes:
        """Return the bytes before ``mark``, and skip the mark."""
        while (at := self._buffer.find(mark)) < 0 and len(self._buffer) < HEAD_LIMIT:
            self._more()
        return self.read(at + len(mark))[: -len(mark)]

    def read_head(self) -> bytes:
        """Return the head of a request, or all received bytes if they are not HTTP."""
        while not self._buffer:
            self._more()
        if not self._buffer[:1].isalpha():
            return self.read(len(self._buffer))
        return self.read_until(b"\r\n\r\n")

    def read_chunks(self) -> bytes:
        """Return a body with chunked encoding, decoded."""
        body = b""
        while size := int(self.read_until(b"\r\n").split(b";")[0], 16):
            body += self.read(size)
            self.read(2)
        self.read_until(b"\r\n")
        return body

    def read_message(self) -> None:
        """Read the frames of a WebSocket to the end of the next message (RFC 6455, section 5.2)."""
        while True:
            first, second = self.read(2)
            size = second & 0x7F
            if size > 125:
                size = int.from_bytes(self.read(2 if size == 126 else 8))
            self.read(size + (4 if second & 0x80 else 0))
            if first & 0x80 and first & 0x0F < 8:  # the last frame of a message, and no control frame
                return

    # -- answering

    def send(self, data: bytes) -> None:
        """Send bytes unchanged."""
        self.sock.sendall(data)

    def wait(self, seconds: float) -> None:
        """Pause. Raises _Ended if the server stops meanwhile."""
        if seconds and self._stopping.wait(seconds):
            raise _Ended

    def reply(self, reply: Reply, method: str) -> bool:
        """Send a framed response; return whether the connection stays usable."""
        headers = list(reply.headers)
        names = {name.lower() for name, _ in headers}
        if "date" not in names:
            headers.append(("Date", formatdate(usegmt=True)))
        whole = isinstance(reply.body, bytes)
        if isinstance(reply.body, bytes):
            bare = reply.status in (204, 304) or names & {"content-length", "transfer-encoding"}
            headers += [] if bare else [("Content-Length", str(len(reply.body)))]
        else:
            headers.append(("Transfer-Encoding", "chunked") if reply.chunked else ("Connection", "close"))
        top = head(reply.status, headers, reply.reason)
        if method == "HEAD" or isinstance(reply.body, bytes):
            self.send(top + (reply.body if isinstance(reply.body, bytes) and method != "HEAD" else b""))
            return whole and "close" not in {value for name, value in headers if name.lower() == "connection"}
        self.send(top)
        self.play(reply.body, framed=reply.chunked)
        if reply.chunked:
            self.send(b"0\r\n\r\n")
        return reply.chunked

    def play(self, script: Script, *, framed: bool = False) -> bool:
        """Run a script; return whether it ended with ``ScriptEnd.KEEP``, so that the connection stays open."""
        for step in script:
            match step:
                case bytes():
                    self.send(b"%x\r\n%b\r\n" % (len(step), step) if framed and step else step)
                case Wait(seconds):
                    self.wait(seconds)
                case Drip(data, every, size):
                    for at in range(0, len(data), size):
                        piece = data[at : at + size]
                        self.send(b"%x\r\n%b\r\n" % (len(piece), piece) if framed else piece)
                        self.wait(every)
                case JoinTo(host, port):
                    self.tunnel(host, port)
                case ScriptEnd.CLOSE:
                    self.close()
                case ScriptEnd.RESET:
                    self.reset()
                case ScriptEnd.MUTE if self.sock.recv(1, socket.MSG_PEEK) != b"\x16":
                    return True
                case ScriptEnd.STALL | ScriptEnd.MUTE:
                    while self.sock.recv(65536):
                        pass
                    raise _Ended
                case ScriptEnd.READ:
                    self._more()
                    self._buffer.clear()
                case ScriptEnd.MESSAGE:
                    self.read_message()
                case ScriptEnd.KEEP:
                    return True
        return False

    def tunnel(self, host: str, port: int) -> None:
        """Copy data in both directions between this connection and an address until one side ends."""
        with socket.create_connection((host, port), timeout=5) as far:
            far.settimeout(None)
            back = threading.Thread(target=_pump, args=(far, self.sock), name="practice tunnel", daemon=True)
            back.start()
            far.sendall(self._buffer)
            _pump(self.sock, far)
            back.join(1)
        raise _Ended

    def close(self) -> None:
        """Close cleanly: send close_notify and FIN, then drain the client's data, so that no RST follows."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.setblocking(False)
            with suppress(OSError, ValueError):
                self.sock.unwrap()
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_WR)
            self.sock.settimeout(LINGER)
            while socket.socket.recv(self.sock, 65536):
                pass
        raise _Ended

    def reset(self) -> None:
        """Close the connection with a TCP RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise _Ended


def _bad_request(text: str) -> bytes:
    page = f"<html><head><title>400 {text}</title></head><body><h1>400 Bad Request</h1><p>{text}</p></body></html>"
    headers = [("Server", "nginx"), ("Content-Type", "text/html"), ("Content-Length", str(len(page)))]
    return head(400, [*headers, ("Connection", "close")]) + page.encode()


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _shut(source)
    _shut(sink)


@contextmanager
def closed_port(host: str = "127.0.0.1") -> Iterator[int]:
    """Yield a port that refuses connections: it is bound, so that no other process gets it, but does not listen."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        yield sock.getsockname()[1]
