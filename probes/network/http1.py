"""HTTP/1.1 requests and responses on an open connection, with size limits in bytes."""

from __future__ import annotations

import time
import zlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import h11

from probes.model.failure import Kind
from probes.model.settings import Limits
from probes.network.failures import classify
from probes.network.network import CHUNK, Connection


@dataclass(slots=True)
class RawAnswer:
    """A response as it was received. Times are in seconds since the start of sending the request."""

    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    http_version: str = ""
    first_byte: float = 0.0
    seconds: float = 0.0
    failure: Kind | None = None
    detail: str = ""
    head: bytes = b""  # the first bytes received, to recognise a response that is not HTTP
    size: int = 0  # of the body as transferred, before decompression, in bytes

    def header(self, name: str) -> str:
        """Return the first value of a header, whose ``name`` is in lower case; empty if it is missing."""
        for key, value in self.headers:
            if key == name:
                return value
        return ""


LAYERS = 5  # most layers of compression in one response; the same limit as in httpx2

# Each chunk costs the processor as much as several hundred bytes. APIs send chunks of 100 bytes and more (one event);
# a response may begin with this many small ones, and after them chunks must contain this many bytes on average.
FREE_CHUNKS, SMALL_CHUNK = 8192, 64
INTERIM = (
    20  # most responses with a status 1xx before the response; Go's client stops at 5, and servers send one or two
)


class _Inflater:
    """A decompressor for layers of gzip and deflate, with bounded output, so that a decompression bomb stops early.

    Unknown encodings are skipped, as httpx does if the package for an encoding is not installed.
    """

    def __init__(self, encoding: str) -> None:
        names = [name.strip() for name in encoding.lower().split(",")]
        self._layers = [_Layer(name == "deflate") for name in reversed(names) if name in ("gzip", "deflate")][:LAYERS]

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress ``data`` and return at most ``room`` + 1 bytes, the last of which shows that there were too many.

        Raises zlib.error if the data is not compressed in the announced way.
        """
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
            self._engine = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers send "deflate" without the zlib header
            out = self._engine.decompress(data, room + 1)
        self._first = False
        return out


class HttpExchange:
    """One HTTP request on a connection, and its response, whose body is read in pieces."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits
        self.answer = RawAnswer()
        self._began = time.monotonic()
        self._inflater = _Inflater("")
        self._received = 0  # bytes with heads and framing
        self._out = 0  # bytes of content after decompression
        self._chunks = self._interim = 0
        self._ended = False

    async def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the request. A server that closes the connection early is no error here: its response is read next.

        Check header values for forbidden characters first: h11's exceptions quote the value, which may be a key.
        """
        if self.connection.http is None:
            self.connection.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=self.limits.header_bytes)
        elif self.connection.http.our_state is not h11.IDLE:
            self.connection.http.start_next_cycle()
        http = self.connection.http
        self._began = time.monotonic()
        wire = http.send(
            h11.Request(method=method, target=target, headers=[(k.encode(), v.encode("utf-8")) for k, v in headers])
        )
        assert wire is not None
        if body:
            wire += http.send(h11.Data(data=body)) or b""
        wire += http.send(h11.EndOfMessage()) or b""
        self.connection.writer.write(wire)
        try:
            await self.connection.writer.drain()
        except OSError:
            pass  # the response that the server sent before it closed says more than this error

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    async def body(self, limit: int) -> AsyncGenerator[tuple[float, bytes], None]:
        """Read the response head into ``self.answer`` and yield the body in pieces, each with its arrival time.

        Times are seconds since the start of sending. What one read brings is one piece, into however many chunks the
        server divided it. More than ``limit`` bytes, compressed or not, or far more framing than content end the
        reading with ``Kind.TOO_LONG``. Whatever the server does, no exception is raised: ``answer.failure`` is set
        instead.
        """
        answer, http, arrived = self.answer, self.connection.http, 0.0
        assert http is not None
        try:
            while not self._ended:
                if piece := self._piece(http, limit):
                    yield arrived or self._elapsed(), piece
                if self._ended:
                    return
                data = await self.connection.reader.read(CHUNK)
                arrived = self._elapsed()
                if data and not answer.first_byte:
                    answer.first_byte = arrived
                if len(answer.head) < 512:
                    answer.head += data[:512]
                if not answer.status and not b"HTTP/".startswith(answer.head[:5]):
                    # Another protocol's greeting. Its server now waits for us: reading on would end in a timeout.
                    answer.failure, answer.detail = Kind.NOT_HTTP, answer.head[:60].decode("latin-1")
                    return
                self._received += len(data)
                http.receive_data(data)
        except h11.RemoteProtocolError as error:
            answer.failure, answer.detail = self._protocol_failure(str(error))
        except OSError as error:
            kind = classify(error)
            answer.failure = Kind.CUT if answer.status and kind is Kind.RESET else kind
        finally:
            answer.seconds = self._elapsed()

    def _piece(self, http: h11.Connection, limit: int) -> bytes:
        """Return the content that has been received and not yet returned; set ``_ended`` if no more is to be read."""
        answer, content = self.answer, bytearray()
        try:
            while (event := http.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Data):
                    answer.size += len(event.data)
                    self._chunks += 1
                    piece = self._inflater.feed(bytes(event.data), limit - self._out)
                    self._out += len(piece)
                    if self._out > limit or answer.size > limit or self._mostly_framing(limit):
                        return self._end(content, Kind.TOO_LONG)
                    content += piece
                elif isinstance(event, h11.InformationalResponse):
                    if event.status_code == 101:  # h11 lets it pass only if the request asks for an upgrade
                        self._take_head(event)
                        return self._end(content)
                    self._interim += 1
                    if self._interim > INTERIM or self._received > 2 * self.limits.header_bytes:
                        answer.detail = "no response after many interim responses"
                        return self._end(content, Kind.NOT_HTTP)
                elif isinstance(event, h11.Response):
                    self._take_head(event)
                    self._inflater = _Inflater(answer.header("content-encoding"))
                elif isinstance(event, h11.EndOfMessage):
                    return self._end(content)
                else:  # ConnectionClosed, PAUSED
                    return self._end(content, Kind.CLOSED if not answer.status else Kind.CUT)
        except h11.RemoteProtocolError as error:
            kind, answer.detail = self._protocol_failure(str(error))
            return self._end(content, kind)
        except zlib.error:
            return self._end(content, Kind.ENCODING)
        if self._mostly_framing(limit):
            return self._end(content, Kind.TOO_LONG)
        return bytes(content)

    def _take_head(self, event: h11.Response | h11.InformationalResponse) -> None:
        answer = self.answer
        answer.status = event.status_code
        answer.reason = event.reason.decode("latin-1")[:100]
        answer.http_version = event.http_version.decode("ascii", "replace")
        answer.headers = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in event.headers]

    @property
    def behind(self) -> bytes:
        """What the server has sent after the head of a response that switches to another protocol."""
        assert self.connection.http is not None
        return self.connection.http.trailing_data[0]

    def _end(self, content: bytearray, failure: Kind | None = None) -> bytes:
        self._ended = True
        self.answer.failure = failure
        return bytes(content)

    def _mostly_framing(self, limit: int) -> bool:
        """Check whether the chunks are so small, or their extensions so long, that reading on is a waste of time."""
        small = self._chunks > FREE_CHUNKS + self.answer.size // SMALL_CHUNK
        return small or self._received > 2 * limit + self.limits.header_bytes

    def _protocol_failure(self, text: str) -> tuple[Kind, str]:
        head = self.answer.head
        if not head:
            return Kind.CLOSED, ""
        if self.answer.status:
            return Kind.CUT, ""
        if not b"HTTP/1".startswith(head[:6]) and not head.startswith(b"HTTP/1"):
            return Kind.NOT_HTTP, head[:60].decode("latin-1")
        # A complete head that h11 rejects is malformed, even if the connection was closed.
        complete = b"\r\n\r\n" in head
        if not complete and ("closed" in text or "EOF" in text or self.connection.reader.at_eof()):
            return Kind.CLOSED, "in the middle of the headers"
        return Kind.NOT_HTTP, "headers longer than allowed" if len(head) >= 512 and "too" in text else text[:80]

    def finish(self) -> None:
        """Make the connection ready for the next request; close it if the response was not read to its end."""
        http = self.connection.http
        if http is not None and http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
        else:
            self.connection.close()
