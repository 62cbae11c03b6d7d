"""Connections: every state that waits for a client has an end, and a new client always finds a place."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from diagnose.serve import connections, guard, http_server
from diagnose.serve.connections import HEAD, MOST, PIECES, OpenConnections, most_connections
from diagnose.serve.guard import RateLimit, RequestGuard
from diagnose.serve.http_server import Server
from diagnose.serve.shares import share_of
from diagnose.serve.web_app import ServeOptions, ServerState

OTHER = "127.0.0.2"
PAGE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
others_exist = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has all of 127.0.0.0/8 without being told"
)


class Peer:
    """One connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.at_eof, self.read, self.readline = reader.at_eof, reader.read, reader.readline


class Served:
    """A server in this event loop, with its port."""

    def __init__(self, server: Server, opened: OpenConnections, port: int) -> None:
        self.server, self.opened, self.port = server, opened, port
        self.peers: list[Peer] = []

    async def open(self, sent: bytes = b"", who: str = "127.0.0.1") -> Peer:
        """Open a connection from an address and send something; the connection stays open until the test ends."""
        self.peers.append(Peer(*await asyncio.open_connection("127.0.0.1", self.port, local_addr=(who, 0))))
        self.peers[-1].writer.write(sent)
        return self.peers[-1]

    async def ask(self, sent: bytes = PAGE, who: str = "127.0.0.1") -> bytes:
        """Return the head of the answer, or what came of it, and close the connection."""
        peer = await self.open(sent, who)
        try:
            async with asyncio.timeout(20):
                return await peer.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            return error.partial
        except ConnectionError:
            return b""
        finally:
            peer.writer.transport.abort()

    def close(self) -> None:
        for peer in self.peers:
            peer.writer.transport.abort()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110  # the condition is not an event
                await asyncio.sleep(0.01)


def serving(main: Callable[[Served], Awaitable[None]], most: int = 0, **options: Any) -> None:
    """Run ``main`` against a server with these options."""

    async def both() -> None:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            server = Server(ServerState(ServeOptions(**options)), None, None)
            opened: OpenConnections = server.config.http.args[0]  # type: ignore[union-attr]
            opened.most = most or opened.most
            served = Served(server, opened, sock.getsockname()[1])
            under_way = asyncio.create_task(server.serve([sock]))
            try:
                while not server.started:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                await main(served)
            finally:
                served.close()
                server.should_exit = True
                await under_way

    asyncio.run(both())


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all limits of time brief."""
    for name in ("FIRST_SECONDS", "HEAD_SECONDS", "KEEP_SECONDS", "REST_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(connections, name, 0.1)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.3)
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(guard, "SEND_SECONDS", 0.2)


# -- an end for what stalls --------------------------------------------------------------------------------------------

FORM = b"POST /check HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    ("sent", "drip", "answer"),
    [
        pytest.param(b"", b"", b"", id="silent"),
        pytest.param(b"GET / HT", b"", b"", id="half a line"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n", b"", b"", id="half a head"),
        pytest.param(b"GET / HTTP/1.1\r\nX: ", b"x", b"", id="a head, byte by byte"),
        pytest.param(b"\r\n", b"\r\n", b"400", id="empty lines"),
        pytest.param(PAGE, b"", b"200", id="between requests"),
        pytest.param(PAGE + b"GET /", b"", b"200", id="half a second request"),
        pytest.param(PAGE, b"G", b"200", id="a second request, byte by byte"),
        pytest.param(FORM + b"Content-Length: 99\r\n\r\nkey=", b"", b"408", id="half a body"),
        pytest.param(FORM + b"Content-Length: 9999\r\n\r\nkey=", b"x", b"408", id="a body, byte by byte"),
        pytest.param(FORM + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", b"408", id="a body, chunk by chunk"),
        pytest.param(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x", b"405", id="a refused body"),
        pytest.param(FORM + b"Content-Length: 999999999\r\n\r\n", b"x" * 9999, b"413", id="a body that is too long"),
        pytest.param(FORM + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", b"", b"100", id="no continuation"),
    ],
)
@pytest.mark.usefixtures("brief")
def test_a_connection_that_stalls_ends(sent: bytes, drip: bytes, answer: bytes) -> None:
    async def main(served: Served) -> None:
        peer = await served.open(sent)

        async def dripping() -> None:
            while True:
                peer.writer.write(drip)
                await asyncio.sleep(0.01)

        dripper = asyncio.create_task(dripping())
        try:
            async with asyncio.timeout(20):
                said = await peer.read()
        except ConnectionError:
            said = answer  # the system drops what was not read when a connection is reset
        dripper.cancel()
        assert answer in said.partition(b"\r\n")[0] if answer else said == b""
        await served.until(lambda: len(served.opened) == 0)

    serving(main)


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("pieces", [1, 1000], ids=["one piece", "a stream"])
def test_a_reader_that_does_not_read_ends(pieces: int) -> None:
    """Nor does it take memory: the next piece is sent only when there is room for it."""
    piece, sent = b"x" * (64_000_000 // pieces), 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            sent += 1
        await send({"type": "http.response.body", "body": b""})

    async def main(served: Served) -> None:
        served.server.config.loaded_app = RequestGuard(app, frozenset(), None, RateLimit(600))
        peer = await served.open(PAGE)
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await served.until(lambda: len(served.opened) == 1)
        (one,) = served.server.server_state.connections
        await served.until(lambda: len(served.opened) == 0)
        assert not served.server.server_state.connections and one.transport.is_closing()
        assert sent <= max(1, pieces // 2), "the system's own buffers hold a few megabytes"

    serving(main)


@pytest.mark.usefixtures("brief")
def test_a_slow_reader_gets_the_whole_response(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 20.0)
    whole = b"x" * 8_000_000

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8000000")]})
        await send({"type": "http.response.body", "body": whole})

    async def main(served: Served) -> None:
        served.server.config.loaded_app = app  # type: ignore[assignment]
        peer = await served.open(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        size = 0
        while piece := await peer.read(1_000_000):
            size += len(piece)
            await asyncio.sleep(0.02)
        assert size > len(whole)

    serving(main)


# -- bytes and pieces --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * HEAD, b"400"),
        (b"GET /" + b"x" * HEAD * 2, b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 150 + b"\r\n", b"431"),
        (FORM + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * (PIECES + 50), b"400"),
        (FORM + b"Content-Length: 999999999\r\n\r\n", b"413"),
        (FORM + b"Content-Length: 20012\r\n\r\nkey=" + b"x" * 20008, b"400"),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * (PIECES * 9), b"400 405"),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", b"400 405"),
    ],
)
def test_a_request_has_limits_of_bytes_and_pieces(sent: bytes, status: bytes) -> None:
    async def main(served: Served) -> None:
        said = await served.ask(sent)
        assert said[9:12] in status.split(), said
        assert (await served.ask())[9:12] == b"200"

    serving(main)


def test_requests_far_ahead_of_their_answers_are_not_kept() -> None:
    async def main(served: Served) -> None:
        for number in (10, 10_000):
            peer = await served.open(PAGE * number)
            try:
                async with asyncio.timeout(20):
                    said = await peer.read(20) if number == 10 else await peer.read()
            except ConnectionError:
                said = b""
            assert (b"200" in said) if number == 10 else said.count(b"200 OK") < number
        assert (await served.ask())[9:12] == b"200"

    serving(main)


def test_the_bodies_of_one_client_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODIES", 50_000)

    async def main(served: Served) -> None:
        head = b"POST /explain HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n"
        held = [await served.open(head + b"text=" + b"y" * 19_000) for _ in range(2)]
        await served.until(lambda: sum(served.server.config.app._held.values()) > 38_000)
        for who, status in (("127.0.0.1", b"503"), (OTHER, b"200")) if sys.platform == "linux" else ():
            assert (await served.ask(head + b"text=" + b"y" * 19_995, who))[9:12] == status
        for peer in held:
            peer.writer.write(b"y" * 995)
            assert (await peer.readline())[9:12] == b"200"
        assert (await served.ask(head + b"text=" + b"y" * 19_995))[9:12] == b"200"
        await served.until(lambda: not served.server.config.app._held)

    serving(main)


def test_a_long_body_in_usual_pieces_is_read() -> None:
    async def main(served: Served) -> None:
        body = b"text=" + b"y" * 100_000
        chunks = b"".join(
            b"400\r\n" + body[at : at + 1024].ljust(1024, b"y") + b"\r\n" for at in range(0, 100_000, 1024)
        )
        head = b"POST /explain HTTP/1.1\r\nHost: x\r\n"
        for sent in (
            head + b"Content-Length: %d\r\n\r\n" % len(body) + body,
            head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n",
        ):
            assert (await served.ask(sent))[9:12] == b"200"

    serving(main)


# -- a place for everyone ----------------------------------------------------------------------------------------------


@others_exist
def test_one_clients_connections_leave_a_place_for_others() -> None:
    async def main(served: Served) -> None:
        silent = [await served.open() for _ in range(40)]
        assert (await served.ask(who=OTHER))[9:12] == b"200"
        assert (await served.ask())[9:12] == b"200", "its own next connection takes the place of its oldest"
        await served.until(lambda: len(served.opened) == share_of(16) - 1)  # the one that asked has left
        assert silent[0].at_eof() or await silent[0].read() == b""
        assert not silent[-1].at_eof()

    serving(main, most=16)


@others_exist
def test_when_all_places_are_taken_the_heaviest_gives_way() -> None:
    async def main(served: Served) -> None:
        held = [await served.open(who=f"127.0.1.{number}") for number in (1, 1, 1, 1, 1, 2, 2, 3)]
        await served.until(lambda: len(served.opened) == 8)
        for who in ("127.0.1.4", "127.0.1.5"):
            held.append(await served.open(who=who))
        await asyncio.gather(*(one.read() for one in held[:2]))
        assert (await served.ask(who=OTHER))[9:12] == b"200"
        assert [one.at_eof() for one in held] == [True] * 3 + [False] * 7
        await served.until(lambda: len(served.opened) == 7)

    serving(main, most=8)


@others_exist
def test_idle_connections_go_before_busy_ones() -> None:
    async def main(served: Served) -> None:
        half = FORM + b"Content-Length: 99\r\n\r\nkey="
        busy = await served.open(half)
        await served.until(lambda: any(one.busy for one in served.opened._clients.values()))
        for _ in range(20):
            await served.open()
        assert not busy.at_eof()
        busy.writer.write(b"x" * 95)
        assert (await busy.readline())[9:12] == b"400"
        crowd = [await served.open(half) for _ in range(20)]
        assert (await served.ask())[9:12] == b"200", "without an idle one, the oldest busy one gives way"
        await crowd[0].read()

    serving(main, most=8)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
@pytest.mark.parametrize(
    ("files", "jobs", "most"),
    [(-1, 32, MOST), (1_000_000, 32, MOST), (1024, 32, 448), (256, 8, 64), (256, 32, 16), (20, 1, 16)],
)
def test_connections_fit_into_the_limit_of_open_files(
    monkeypatch: pytest.MonkeyPatch, files: int, jobs: int, most: int
) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    monkeypatch.setattr(resource, "RLIM_INFINITY", -1)
    assert most_connections(jobs) == most


def test_a_failure_of_the_event_loop_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(http_server._failed)
        loop.call_exception_handler({"message": "sk-secret", "exception": ValueError("sk-secret")})

    asyncio.run(main())
    assert "ValueError in the event loop" in caplog.text and "sk-secret" not in caplog.text
