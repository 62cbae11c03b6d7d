"""The parts of the network: names, parallel attempts at addresses, tunnels, connections that are reused."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Sequence

import pytest

from diagnose.judging.judge import judge
from probes.demo_server import handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.answers import MODELS, as_json, completion
from probes.demo_server.server import Answer, PracticeDoor, Reply, Request, ScriptEnd, Step, Wait, head
from probes.model.facts import Address
from probes.model.failure import Kind
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, Settings, Sourced
from probes.model.source import option
from probes.network.connection_pool import ConnectionPool
from probes.network.dialing import race
from probes.network.failures import NetError
from probes.network.http1 import HttpExchange
from probes.network.network import Connection, Network
from probes.network.proxy_server import Proxy
from probes.run.engine import run
from probes.steps.tcp import interface
from probes.urls.url import parse_url

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
ONE, TWO, SIX = Address("ipv4", "192.0.2.1"), Address("ipv4", "192.0.2.2"), Address("ipv6", "2001:db8::1")


def settings(url: str, **more: object) -> Settings:
    given = Settings(
        Sourced(url, option("test")), Sourced(Secret(KEY), option("test")), Sourced(MODELS[0], option("test"))
    )
    return given if not more else Settings(given.base_url, given.key, given.model, **more)  # type: ignore[arg-type]


# -- names -------------------------------------------------------------------------------------------------------------


def rows(*ips: str) -> list[tuple[object, ...]]:
    return [
        (
            socket.AF_INET6 if ":" in ip else socket.AF_INET,
            socket.SOCK_STREAM,
            6,
            "",
            (ip, 443, 0, 0) if ":" in ip else (ip, 443),
        )
        for ip in ips
    ]


def answers(monkeypatch: pytest.MonkeyPatch, found: object) -> None:
    def getaddrinfo(*_: object, **__: object) -> object:
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def resolve(host: str = "relay.example") -> tuple[Address, ...]:
    return asyncio.run(Network().resolve(host, 443))


def test_addresses_come_once_and_in_the_resolvers_order(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, rows("2001:db8::1", "192.0.2.1", "2001:db8::1", "192.0.2.2"))
    assert resolve() == (SIX, ONE, TWO)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([], Kind.NAME_UNKNOWN),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Kind.NAME_UNKNOWN),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), Kind.NAME_FAILED),
        (UnicodeError("label too long"), Kind.NAME_INVALID),
    ],
)
def test_a_name_fails_in_a_way_that_is_named(monkeypatch: pytest.MonkeyPatch, found: object, kind: Kind) -> None:
    answers(monkeypatch, found)
    with pytest.raises(NetError) as caught:
        resolve()
    assert caught.value.failure.kind is kind


def test_a_resolver_that_hangs_does_not_outlive_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    free, ended = threading.Event(), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.append(free.wait(60)))
    try:
        evidence = asyncio.run(run(settings("https://relay.example/v1", limits=Limits(probe=0.2, run=1)), version="0"))
        assert ended == [], "the run waited for it"
    finally:
        free.set()
    assert judge(evidence).root_cause == "dns.failed"


def test_the_process_does_not_wait_for_its_resolver() -> None:
    code = """
import asyncio, socket, time
socket.getaddrinfo = lambda *a, **k: time.sleep(3600)
from probes.run.engine import run
from probes.model.settings import Limits, Settings, Sourced
given = Settings(Sourced("https://relay.example/v1", "test"), limits=Limits(probe=0.2, run=0.5))
print(len(asyncio.run(run(given)).observations))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 10


# -- parallel attempts at addresses ------------------------------------------------------------------------------------


class Dialled(Network):
    """A network in which each address answers after a number of seconds, fails, or never answers."""

    def __init__(self, fates: dict[Address, float | Kind | None]) -> None:
        self.fates = fates
        self.order: list[Address] = []
        self.pairs: list[tuple[socket.socket, socket.socket]] = []

    async def dial(self, address: Address, port: int) -> socket.socket:
        self.order.append(address)
        fate = self.fates[address]
        if isinstance(fate, Kind):
            raise NetError(fate)
        await asyncio.sleep(3600 if fate is None else fate)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.pairs.append((socket.create_connection(server.getsockname()), server.accept()[0]))
        self.pairs[-1][0].setblocking(False)
        return self.pairs[-1][0]

    def close(self) -> None:
        for pair in self.pairs:
            for one in pair:
                one.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.network.dialing.STAGGER", 0.03)


def raced(fates: dict[Address, float | Kind | None]) -> tuple[bool, dict[Address, Kind | None], list[Address]]:
    network = Dialled(fates)

    async def go() -> tuple[bool, dict[Address, Kind | None]]:
        winner, dials = await asyncio.wait_for(race(network, tuple(fates), 443), 3)
        if winner is not None:
            winner.close()
        await asyncio.sleep(0)
        return winner is not None, {dial.address: dial.kind for dial in dials}

    try:
        won, dials = asyncio.run(go())
        left = [pair[0] for pair in network.pairs if pair[0].fileno() != -1]
        assert left == [], "a socket that lost is closed"
        return won, dials, network.order
    finally:
        network.close()


@pytest.mark.parametrize(
    ("fates", "won", "kinds", "tried"),
    [
        ({ONE: 0.0, TWO: 0.0}, True, {ONE: None}, [ONE]),
        ({SIX: None, ONE: 0.0}, True, {SIX: Kind.TIMEOUT, ONE: None}, [SIX, ONE]),
        ({SIX: Kind.UNREACHABLE, ONE: 0.0}, True, {SIX: Kind.UNREACHABLE, ONE: None}, [SIX, ONE]),
        ({ONE: Kind.REFUSED, TWO: Kind.RESET}, False, {ONE: Kind.REFUSED, TWO: Kind.RESET}, [ONE, TWO]),
        ({ONE: 0.04, TWO: 0.2}, True, {ONE: None}, [ONE, TWO]),
        ({ONE: Kind.REFUSED}, False, {ONE: Kind.REFUSED}, [ONE]),
        ({}, False, {}, []),
    ],
    ids=["first", "silent IPv6", "no IPv6", "both refuse", "slow but first", "one refuses", "none"],
)
def test_the_first_to_answer_wins(
    fates: dict[Address, float | Kind | None], won: bool, kinds: dict[Address, Kind | None], tried: list[Address]
) -> None:
    found, dials, order = raced(fates)
    assert found is won
    assert {address: kind for address, kind in dials.items() if address in kinds} == kinds
    assert order == tried


def test_of_two_that_connect_at_once_the_socket_is_that_of_the_first() -> None:
    """The address that is named must be the one to which the socket leads: the key policy is decided by it."""
    sockets: dict[Address, socket.socket] = {}
    theirs: list[socket.socket] = []

    class Together(Network):
        both = asyncio.Event()

        async def dial(self, address: Address, port: int) -> socket.socket:
            if address == TWO:
                self.both.set()
            await self.both.wait()
            sockets[address], far = socket.socketpair()
            theirs.append(far)
            return sockets[address]

    async def go() -> None:
        for order in ((ONE, TWO), (ONE, SIX, TWO)):
            network = Together()
            network.both = asyncio.Event()
            winner, dials = await asyncio.wait_for(race(network, order, 443), 3)
            first = next(dial.address for dial in dials if dial.kind is None)
            assert winner is sockets[first] and first == ONE
            winner.close()
            assert all(one.fileno() == -1 for one in sockets.values())

    asyncio.run(go())
    assert len(theirs) == 5
    for one in theirs:
        one.close()


def test_a_refusal_does_not_wait_for_the_stagger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.network.dialing.STAGGER", 60.0)
    began = time.monotonic()
    assert raced({ONE: Kind.REFUSED, TWO: 0.0})[0]
    assert time.monotonic() - began < 30


def test_a_race_that_is_cancelled_leaves_nothing_open() -> None:
    network = Dialled({ONE: None, TWO: None})

    async def go() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(race(network, (ONE, TWO), 443), 0.1)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(go())
    assert network.pairs == []


# -- spare sockets -----------------------------------------------------------------------------------------------------


def pooled(fates: dict[Address, float | Kind | None], spare: int, connections: int) -> tuple[list[Address], int]:
    """Dial with spare sockets, then open connections. Return the dials, and how many sockets led where none was used."""
    network = Dialled(fates)

    async def go() -> int:
        pool = ConnectionPool(network, parse_url("http://relay.example/v1"), Limits(probe=3))
        pool.addresses = tuple(fates)
        good, _, _ = await pool.dial(spare)
        used = {(await pool.take()).writer.get_extra_info("socket").fileno() for _ in range(connections if good else 0)}
        await asyncio.sleep(0.05)
        unused = [pair[0] for pair in network.pairs if pair[0].fileno() not in {*used, -1}]
        await pool.leave()
        await asyncio.sleep(0)
        assert all(pair[0].fileno() == -1 for pair in network.pairs), "all are closed in the end"
        assert len(asyncio.all_tasks()) == 1
        return len(unused)

    try:
        return network.order, asyncio.run(go())
    finally:
        network.close()


@pytest.mark.parametrize(
    ("fates", "spare", "connections", "dialled", "unused"),
    [
        ({ONE: 0.0, TWO: 0.0}, 2, 3, [ONE, ONE, ONE], 0),
        ({ONE: 0.0}, 2, 4, [ONE, ONE, ONE, ONE], 0),
        ({ONE: 0.0}, 2, 1, [ONE, ONE, ONE], 2),
        ({SIX: None, ONE: 0.0}, 2, 2, [SIX, SIX, SIX, ONE, ONE], 0),
        ({SIX: 0.05, ONE: 0.0}, 2, 2, [SIX, SIX, SIX, ONE, ONE], 0),
        ({ONE: Kind.REFUSED}, 2, 0, [ONE, ONE, ONE], 0),
    ],
    ids=["all used", "one more", "closed in the end", "another answers", "another answers first", "refused"],
)
def test_spare_sockets_are_dialled_at_once(
    fates: dict[Address, float | Kind | None], spare: int, connections: int, dialled: list[Address], unused: int
) -> None:
    assert pooled(fates, spare, connections) == (dialled, unused)


def test_a_spare_socket_that_fails_costs_nothing() -> None:
    class Once(Dialled):
        async def dial(self, address: Address, port: int) -> socket.socket:
            if len(self.order) == 1:
                self.order.append(address)
                raise NetError(Kind.RESET)
            return await super().dial(address, port)

    network = Once({ONE: 0.0})

    async def go() -> None:
        pool = ConnectionPool(network, parse_url("http://relay.example/v1"), Limits(probe=3))
        pool.addresses = (ONE,)
        good, dials, _ = await pool.dial(1)
        assert (good, [one.kind for one in dials]) == (ONE, [None])
        await pool.take()
        await pool.take()
        await pool.leave()

    try:
        asyncio.run(go())
        assert network.order == [ONE, ONE, ONE]
    finally:
        network.close()


# -- tunnels -----------------------------------------------------------------------------------------------------------


def tunnelled(
    steps: Sequence[Step], host: str = "relay.example", authorization: str = ""
) -> tuple[NetError | None, str]:
    """Return how CONNECT fared, and what the proxy received."""
    heard: list[bytes] = []

    async def go(port: int) -> NetError | None:
        network = Network()
        with await network.dial(Address("ipv4", "127.0.0.1"), port) as sock:
            try:
                await network.tunnel(sock, Proxy("127.0.0.1", port, authorization), host, 443, 4096)
            except NetError as error:
                return error
        return None

    def answer(request: Request) -> Answer:
        heard.append(repr((request.method, request.target, request.headers)).encode())
        return list(steps)

    with PracticeDoor(answer) as door:
        return asyncio.run(go(door.port)), b"".join(heard).decode()


OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.mark.parametrize(
    "steps",
    [
        [OPEN, ScriptEnd.STALL],
        [b"HTTP/1.0 200 OK\r\nProxy-Agent: x\r\n\r\n", ScriptEnd.STALL],
        [b"HTTP/1.1 200\r\n\r\n", ScriptEnd.STALL],
        [b"HTTP/1.1 200 OK\n\n", ScriptEnd.STALL],
        [OPEN[:9], Wait(0.02), OPEN[9:20], Wait(0.02), OPEN[20:], ScriptEnd.STALL],
    ],
    ids=["plain", "HTTP/1.0", "no reason", "bare LF", "in pieces"],
)
def test_a_tunnel_is_opened(steps: list[Step]) -> None:
    error, heard = tunnelled(steps)
    assert error is None
    assert "'CONNECT', 'relay.example:443'" in heard
    assert "Proxy-Authorization" not in heard


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n"], Kind.PROXY_AUTH),
        ([b"HTTP/1.1 403 Forbidden\r\n\r\n<html>no"], Kind.PROXY_REFUSED),
        ([b"HTTP/1.1 502 Bad Gateway\r\n\r\n"], Kind.PROXY_REFUSED),
        ([b"HTTP/1.1 302 Found\r\nLocation: http://login.example\r\n\r\n"], Kind.PROXY_REFUSED),
        ([b"HTTP/1.1 abc\r\n\r\n"], Kind.PROXY_PROTOCOL),
        ([b"HTTP/1.1 20\xb2 OK\r\n\r\n"], Kind.PROXY_PROTOCOL),
        ([b"\x05\xff"], Kind.PROXY_PROTOCOL),
        ([ScriptEnd.CLOSE], Kind.PROXY_PROTOCOL),
        ([ScriptEnd.RESET], Kind.PROXY_PROTOCOL),
        ([b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"x" * 8192, ScriptEnd.CLOSE], None),
    ],
)
def test_a_tunnel_is_not_opened(steps: list[Step], kind: Kind | None) -> None:
    error, _ = tunnelled(steps)
    if kind is None:
        return  # the head is too long, but its status line counts
    assert error is not None
    assert error.failure.kind is kind


def test_a_tunnel_names_its_target_and_its_credentials_once() -> None:
    error, heard = tunnelled([b"HTTP/1.1 407 No\r\n\r\n"], host="2001:db8::1", authorization="Basic dXNlcjpnZWhlaW0=")
    assert "'CONNECT', '[2001:db8::1]:443'" in heard
    assert "('Proxy-Authorization', 'Basic dXNlcjpnZWhlaW0=')" in heard
    assert "dXNlcjpnZWhlaW0=" not in str(error) + repr(Proxy("h", 1, "Basic dXNlcjpnZWhlaW0="))


# -- connections -------------------------------------------------------------------------------------------------------


async def ask(pool: ConnectionPool) -> HttpExchange:
    connection = await pool.take()
    asked = HttpExchange(connection, pool.limits)
    await asked.send("GET", "/", [("Host", pool.target.authority)], b"")
    async for _ in asked.body(pool.limits.body_bytes):
        pass
    asked.finish()
    pool.give_back(connection)
    return asked


def connections(answer: handlers.What, count: int = 3) -> int:
    async def go(url: str) -> None:
        pool = ConnectionPool(Network(), parse_url(url), Limits())
        for _ in range(count):
            assert (await ask(pool)).answer.status == 200
        pool.close()
        await asyncio.sleep(0)

    with PracticeDoor(handlers.always(answer)) as door:
        asyncio.run(go(door.url))
        return door.connections


@pytest.mark.parametrize(
    ("answer", "used"),
    [
        (as_json({}), 1),
        (Reply(200, (), [b"in ", b"chunks"]), 1),
        (as_json({}, 200, ("Connection", "close")), 3),
        (Reply(200, (), [b"until the end"], chunked=False), 3),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", 3),
    ],
    ids=["whole", "chunked", "close", "no length", "HTTP/1.0"],
)
def test_a_connection_is_reused_if_possible(answer: handlers.What, used: int) -> None:
    assert connections(answer) == used


def test_a_kept_connection_that_died_says_nothing_about_the_door() -> None:
    """The server closes the connection after each response without announcing it."""

    def rude(request: Request) -> Answer:
        answer = handlers.give(world, request)
        assert isinstance(answer, Reply)
        if not isinstance(answer.body, bytes):
            return answer
        return [
            head(answer.status, (*answer.headers, ("Content-Length", str(len(answer.body))))),
            answer.body,
            ScriptEnd.CLOSE,
        ]

    world = b.openai(KEY)
    with PracticeDoor(rude) as door:
        report = judge(asyncio.run(run(settings(door.url + "/v1"), version="0")))
    assert (report.verdict, report.root_cause) == ("healthy", None)


def test_a_connection_is_not_shared_while_it_is_busy() -> None:
    async def go(url: str) -> None:
        pool = ConnectionPool(Network(), parse_url(url), Limits())
        await asyncio.gather(*(ask(pool) for _ in range(4)))
        await ask(pool)
        pool.close()
        await asyncio.sleep(0)

    with PracticeDoor(handlers.always(as_json({})), latency=0.02) as door:
        asyncio.run(go(door.url))
        assert door.connections == 4
        assert len(door.requests) == 5


def test_connect_to_leads_elsewhere_and_keeps_the_name() -> None:
    async def go(port: int) -> None:
        rules = (ConnectTo("other.example", 80, "192.0.2.1", 1), ConnectTo("relay.example", 80, "127.0.0.1", port))
        pool = ConnectionPool(Network(), parse_url("http://relay.example/v1"), Limits(), connect_to=rules)
        assert (await ask(pool)).answer.status == 200
        pool.close()
        await asyncio.sleep(0)

    with PracticeDoor(handlers.always(as_json({}))) as door:
        asyncio.run(go(door.port))
        assert door.requests[0].header("host") == "relay.example"


# -- bodies ------------------------------------------------------------------------------------------------------------


TEXT = json.dumps(completion()).encode() * 20


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


def received(data: bytes, encoding: str, size: int, limit: int = 1 << 20) -> tuple[bytes, Kind | None]:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]

    async def go(port: int) -> tuple[bytes, Kind | None]:
        network = Network()
        connection: Connection = await network.connection(
            await network.dial(Address("ipv4", "127.0.0.1"), port), None, "", 1
        )
        asked = HttpExchange(connection, Limits())
        await asked.send("GET", "/", [("Host", "relay.example")], b"")
        found = b"".join([piece async for _, piece in asked.body(limit)])
        connection.close()
        await asyncio.sleep(0)
        return found, asked.answer.failure

    with PracticeDoor(handlers.always(Reply(200, (("Content-Encoding", encoding),), pieces))) as door:
        return asyncio.run(go(door.port))


@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("x-gzip", TEXT),
        ("br", TEXT),
        ("GZIP", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("identity", TEXT),
        ("", TEXT),
    ],
    ids=[
        "gzip",
        "twice",
        "in two ways",
        "unknown",
        "unknown as well",
        "GZIP",
        "zlib",
        "raw deflate",
        "identity",
        "none",
    ],
)
def test_a_body_is_read_through_its_compression(encoding: str, data: bytes, size: int) -> None:
    assert received(data, encoding, size) == (TEXT, None)


def test_a_body_is_cut_off_at_its_limit() -> None:
    found, failure = received(gzip.compress(b" " * 100_000), "gzip", 50, limit=1000)
    assert failure is Kind.TOO_LONG
    assert len(found) <= 1001


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    left = [one for one in threading.enumerate() if one is not threading.main_thread() and not one.daemon]
    assert left == []


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells so easily")
def test_the_interface_of_an_address() -> None:
    assert interface("127.0.0.1") == "lo"
    assert interface("203.0.113.1") == interface("2001:db8::1") == interface("") == ""
