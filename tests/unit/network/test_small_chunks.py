"""A response is read with a bounded amount of work for each byte, however the server divides it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import h11
import pytest

from probes.model.failure import Kind
from probes.model.settings import Limits
from probes.network import http1
from probes.network.http1 import FREE_CHUNKS, INTERIM, SMALL_CHUNK, HttpExchange
from probes.network.network import CHUNK, Connection

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LIMIT = 1 << 20


class _Writer:
    def write(self, data: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass


class _Reader:
    """A server's bytes in the pieces in which they arrive, and what it cost to read them."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = iter(pieces)
        self.bytes = 0

    async def read(self, size: int) -> bytes:
        piece = next(self.pieces, b"")
        assert len(piece) <= size
        self.bytes += len(piece)
        return piece

    def at_eof(self) -> bool:
        return False


class Read(NamedTuple):
    """What was read, and the work: bytes taken from the server, calls of the parser, pieces passed on."""

    body: bytes
    failure: Kind | None
    detail: str
    received: int
    events: int
    pieces: int


def read(pieces: Iterable[bytes], monkeypatch: pytest.MonkeyPatch, limit: int = LIMIT) -> Read:
    counted = [0]
    original = h11.Connection.next_event

    def next_event(self: h11.Connection) -> Any:
        counted[0] += 1
        return original(self)

    monkeypatch.setattr(h11.Connection, "next_event", next_event)
    reader: Any = _Reader(pieces)
    writer: Any = _Writer()

    async def go() -> Read:
        asked = HttpExchange(Connection(reader, writer), Limits())
        await asked.send("GET", "/", [("Host", "relay.example")], b"")
        found = [piece async for _, piece in asked.body(limit)]
        answer = asked.answer
        return Read(b"".join(found), answer.failure, answer.detail, reader.bytes, counted[0], len(found))

    return asyncio.run(go())


def blocks(data: bytes) -> list[bytes]:
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


def endless(unit: bytes, head: bytes = CHUNKED) -> Iterable[bytes]:
    if head:
        yield head
    while True:
        yield unit * (CHUNK // len(unit))


def test_small_chunks_of_one_read_are_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(blocks(CHUNKED + b"1\r\na\r\n" * 5000 + b"0\r\n\r\n"), monkeypatch)
    assert (found.body, found.failure, found.pieces) == (b"a" * 5000, None, 1)


@pytest.mark.parametrize(
    "unit",
    [b"1\r\na\r\n", b"01\r\na\r\n", b"1;x=y\r\na\r\n", b"000000000000001\r\na\r\n", b"1;" + b"x" * 4000 + b"\r\na\r\n"],
    ids=["single", "zero", "extension", "zeros", "long-extension"],
)
def test_endless_small_chunks_end_early(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(endless(unit), monkeypatch)
    assert found.failure is Kind.TOO_LONG
    assert found.events <= FREE_CHUNKS + LIMIT // SMALL_CHUNK
    assert found.received <= 2 * LIMIT + Limits().header_bytes + 2 * CHUNK


@pytest.mark.parametrize("size", [100, 1000, 65000])
def test_the_usual_chunks_are_read_up_to_the_limit(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = b"%x\r\n%s\r\n" % (size, b"a" * size)
    count = LIMIT // size
    found = read(blocks(CHUNKED + unit * count + b"0\r\n\r\n"), monkeypatch)
    assert (found.failure, len(found.body)) == (None, count * size)


@pytest.mark.parametrize("length", [b"Content-Length: 3000\r\n\r\n", b"Connection: close\r\n\r\n"])
def test_single_byte_segments_cost_the_same_for_each_byte(length: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = HEAD + b"".join(b"x-%d: y\r\n" % n for n in range(300)) + length + b"a" * 3000
    found = read([data[at : at + 1] for at in range(len(data))], monkeypatch)
    assert (found.body, found.failure) == (b"a" * 3000, None)
    assert found.events <= 2 * len(data) + 10


@pytest.mark.parametrize(
    "unit", [b"HTTP/1.1 100\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n" + b"a: b\r\n" * 2000 + b"\r\n"]
)
def test_endless_interim_responses_end_early(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(endless(unit, b""), monkeypatch)
    assert found.failure is Kind.NOT_HTTP
    assert "interim" in found.detail
    assert found.events <= 2 * INTERIM
    assert found.received <= 2 * Limits().header_bytes + 2 * CHUNK


def test_a_few_interim_responses_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read([b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5 + HEAD + b"Content-Length: 2\r\n\r\nok"], monkeypatch)
    assert (found.body, found.failure) == (b"ok", None)


@pytest.mark.parametrize("line", [b"a: b\r\n", b"a:\r\n", b"x: " + b"y" * 60000 + b"\r\n"])
def test_endless_headers_end_early(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(endless(line, HEAD), monkeypatch)
    assert found.failure is Kind.NOT_HTTP
    assert found.received <= Limits().header_bytes + 2 * CHUNK


def test_compressed_single_bytes_are_inflated_once_for_each_read(monkeypatch: pytest.MonkeyPatch) -> None:
    fed = []
    original = http1._Inflater.feed
    monkeypatch.setattr(
        http1._Inflater,
        "feed",
        lambda self, data, room: (fed.append(len(data)), original(self, data, room))[1],
    )
    squeezed = zlib.compress(bytes(range(256)) * 20)
    head = HEAD + b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in squeezed)
    found = read(blocks(head + chunks + b"0\r\n\r\n"), monkeypatch)
    assert found.body == bytes(range(256)) * 20
    assert sum(fed) == len(squeezed)
