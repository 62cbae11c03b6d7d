"""A key in plain HTTP goes to loopback and private addresses only, told by the address that was dialled.

Names, numbers, ``--connect-to``, several addresses, other answers of the name server at the second look-up, proxies:
each world ends at servers on this machine, and the network notes which address each byte was meant for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.report import Report, Severity
from probes.api.client import ApiClient, ExposedConnection, exposed_address
from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, PracticeDoor, Reply
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.facts import Address, KeyPolicy
from probes.model.failure import Kind
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, ProxySettings, Settings, Sourced
from probes.model.source import environment_variable, option
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.network import Connection, Network
from probes.run.engine import run
from probes.run.plan import plan
from probes.urls.addresses import private_address
from probes.urls.url import parse_url

BODY = "Zt5pK8wQ2nVb7XyR4cMd9LfH3sGaJ6eUZt5pK8wQ2nVb7XyR"
KEY = f"sk-{BODY}"
PUBLIC, OTHER_PUBLIC, INSIDE = "8.8.4.4", "9.9.9.9", "10.1.2.3"
PROXY = "10.9.9.9"
Answers = tuple[tuple[str, ...], ...]  # of the name server: the addresses of each look-up; the last one is repeated


class Noted(Network):
    """A network whose names resolve as a world says and whose addresses all lead to this machine.

    ``sent`` are the bytes that were sent to each address. ``ports`` maps an address to a port, other ones lead to
    ``port``; an address in ``dead`` refuses.
    """

    def __init__(
        self, port: int, names: Mapping[str, Answers], ports: Mapping[str, int], dead: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.port, self.ports, self.dead = port, ports, dead
        self.names = {name: list(found) for name, found in names.items()}
        self.sent: dict[str, bytearray] = {}
        self.lookups: list[str] = []
        self._ips: dict[int, str] = {}

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        self.lookups.append(host)
        found = self.names.get(host)
        if found is None:
            raise NetError(Kind.NAME_UNKNOWN, "simulated")
        ips = found.pop(0) if len(found) > 1 else found[0]
        return tuple(Address("ipv6" if ":" in ip else "ipv4", ip) for ip in ips)

    def name_servers(self) -> tuple[str, ...]:
        return ()

    async def dial(self, address: Address, port: int) -> socket.socket:
        if address.ip in self.dead:
            raise NetError(Kind.REFUSED, "simulated")
        sock = await super().dial(Address("ipv4", "127.0.0.1"), self.ports.get(address.ip, self.port))
        self._ips[sock.fileno()] = address.ip
        return sock

    async def connection(self, sock: socket.socket, tls: Any, host: str, timeout: float) -> Connection:
        ip = self._ips[sock.fileno()]
        made = await super().connection(sock, tls, host, timeout)
        write = made.writer.write

        def noted(data: bytes) -> None:
            self.sent.setdefault(ip, bytearray()).extend(data)
            write(data)

        made.writer.write = noted  # type: ignore[method-assign]
        return made

    @property
    def told(self) -> set[str]:
        """The addresses to which the key was sent."""
        return {ip for ip, data in self.sent.items() if BODY.encode() in data}


@dataclass(frozen=True)
class Lead:
    """A base URL, where its name leads, and the only addresses that may see the key.

    ``named`` is the address that the finding names, if the key is withheld.
    """

    base_url: str
    names: Mapping[str, Answers] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    named: str = ""
    connect_to: tuple[ConnectTo, ...] = ()
    dead: tuple[str, ...] = ()
    proxied: bool = False
    proxy_dead: bool = False
    world: Handler | None = None
    send_anyway: bool = False


def to(*ips: str) -> Answers:
    return (ips,)


ONCE_INSIDE: Answers = ((INSIDE,), (PUBLIC,))
TO = ConnectTo
WITHHELD: dict[str, Lead] = {
    # -- numbers
    "decimal": Lead("http://134744072/v1", named="8.8.8.8"),
    "hexadecimal": Lead("http://0x08080808/v1", named="8.8.8.8"),
    "octal": Lead("http://010.010.010.010/v1", named="8.8.8.8"),
    "short": Lead("http://8.8.2056/v1", named="8.8.8.8"),
    "full width": Lead("http://\uff18.8.8.8/v1", named="8.8.8.8"),
    "trailing dot": Lead("http://134744072./v1", named="8.8.8.8"),
    "mapped": Lead("http://[::ffff:8.8.8.8]/v1", named="::ffff:8.8.8.8"),
    "translated": Lead("http://[64:ff9b::8.8.8.8]/v1", named="64:ff9b::8.8.8.8"),
    "translated private": Lead("http://[64:ff9b::10.0.0.1]/v1", named="64:ff9b::10.0.0.1"),
    "6to4": Lead("http://[2002:a00:1::1]/v1", named="2002:a00:1::1"),
    "shared": Lead("http://100.64.0.1:8000/v1", named="100.64.0.1"),
    "metadata": Lead("http://169.254.169.254/v1", named="169.254.169.254"),
    "metadata as a number": Lead("http://2852039166/v1", named="169.254.169.254"),
    "metadata mapped": Lead("http://[::ffff:169.254.169.254]/v1", named="::ffff:169.254.169.254"),
    "metadata by name": Lead(
        "http://metadata.google.internal/v1",
        {"metadata.google.internal": to("169.254.169.254")},
        named="169.254.169.254",
    ),
    # -- names that sound local
    **{
        host: Lead(f"http://{host}/v1", {host.rstrip("."): to(PUBLIC)}, named=PUBLIC)
        for host in (
            *("llm.corp", "gpu", "llm.internal", "nas.local", "router.lan", "pi.home.arpa", "host.docker.internal"),
            *("localhost", "localhost.", "ollama.localhost", "0x", "99999999999"),
        )
    },
    "v6": Lead("http://llm.corp/v1", {"llm.corp": to("2606:4700::1111")}, named="2606:4700::1111"),
    "a public name": Lead("http://relay.example/v1", {"relay.example": to(PUBLIC)}, named=PUBLIC),
    "a fake address": Lead("http://llm.corp/v1", {"llm.corp": to("198.18.0.7")}, named="198.18.0.7"),
    # -- several addresses
    "public answers first": Lead("http://llm.corp/v1", {"llm.corp": to(PUBLIC, INSIDE)}, named=PUBLIC),
    "private is dead": Lead("http://llm.corp/v1", {"llm.corp": to(INSIDE, PUBLIC)}, named=PUBLIC, dead=(INSIDE,)),
    # -- led elsewhere
    "connect-to away": Lead("http://localhost:80/v1", connect_to=(TO("localhost", 80, PUBLIC, 80),), named=PUBLIC),
    "connect-to a number": Lead("http://127.0.0.1/v1", connect_to=(TO("", 0, "134744072", 80),), named="8.8.8.8"),
    "connect-to a name": Lead(
        "http://llm.corp/v1", {"in.corp": to(PUBLIC)}, connect_to=(TO("llm.corp", 0, "in.corp", 0),), named=PUBLIC
    ),
    "connect-to a private address from a public name": Lead(
        "http://relay.example/v1", connect_to=(TO("relay.example", 0, "127.0.0.1", 0),)
    ),
    # -- a proxy reads what is not encrypted
    "proxied": Lead("http://relay.example/v1", {"relay.example": to(PUBLIC)}, proxied=True),
    "proxied and named local": Lead("http://llm.corp/v1", {"llm.corp": to(PUBLIC)}, proxied=True, named=PUBLIC),
    "proxied and public at the second look-up": Lead(
        "http://llm.corp.example/v1", {"llm.corp.example": ONCE_INSIDE}, proxied=True, proxy_dead=True, named=PUBLIC
    ),
    "proxied and named local, the proxy dead": Lead(
        "http://llm.corp/v1", {"llm.corp": to(PUBLIC)}, proxied=True, proxy_dead=True, named=PUBLIC
    ),
    "proxied number": Lead("http://134744072/v1", proxied=True),
}


def closing(request: Any) -> Reply:
    """Answer soundly and close the connection, so that each request dials again."""
    answer = b.openai(KEY)(request)
    assert isinstance(answer, Reply)
    return Reply(answer.status, (*answer.headers, ("Connection", "close")), answer.body)


SENT: dict[str, Lead] = {
    "localhost": Lead("http://localhost:11434/v1", {"localhost": to("::1", "127.0.0.1")}, frozenset({"::1"})),
    "localhost over v4": Lead(
        "http://localhost:11434/v1", {"localhost": to("::1", "127.0.0.1")}, frozenset({"127.0.0.1"}), dead=("::1",)
    ),
    "an address of the house": Lead("http://192.168.1.5:8000/v1", told=frozenset({"192.168.1.5"})),
    "a name of the company": Lead("http://llm.corp/v1", {"llm.corp": to("10.20.0.7")}, frozenset({"10.20.0.7"})),
    "a public name with a private address": Lead(
        "http://llm.corp.example/v1", {"llm.corp.example": to(INSIDE)}, frozenset({INSIDE})
    ),
    "v6 loopback": Lead("http://[::1]:1234/v1", told=frozenset({"::1"})),
    "short": Lead("http://127.1:8080/v1", told=frozenset({"127.0.0.1"})),
    "decimal": Lead("http://2130706433:8080/v1", told=frozenset({"127.0.0.1"})),
    "octal": Lead("http://017700000001:8080/v1", told=frozenset({"127.0.0.1"})),
    "hexadecimal": Lead("http://0x7f.1:8080/v1", told=frozenset({"127.0.0.1"})),
    "mapped": Lead("http://[::ffff:127.0.0.1]:8080/v1", told=frozenset({"::ffff:127.0.0.1"})),
    "unique local": Lead("http://gpu/v1", {"gpu": to("fd12:3456::1")}, frozenset({"fd12:3456::1"})),
    "public at the second look-up": Lead("http://llm.corp/v1", {"llm.corp": ONCE_INSIDE}, frozenset({INSIDE})),
    "public at the second look-up, dialled anew": Lead(
        "http://llm.corp/v1", {"llm.corp": ONCE_INSIDE}, frozenset({INSIDE}), world=closing
    ),
    "private answers first": Lead("http://llm.corp/v1", {"llm.corp": to(INSIDE, PUBLIC)}, frozenset({INSIDE})),
    "public is dead": Lead("http://llm.corp/v1", {"llm.corp": to(PUBLIC, INSIDE)}, frozenset({INSIDE}), dead=(PUBLIC,)),
    "connect-to": Lead(
        "http://llm.corp/v1", connect_to=(TO("llm.corp", 80, "127.0.0.1", 1),), told=frozenset({"127.0.0.1"})
    ),
    "around the proxy": Lead("http://llm.corp/v1", {"llm.corp": to(INSIDE)}, frozenset({INSIDE}), proxied=True),
    "around a dead proxy": Lead(
        "http://llm.corp/v1", {"llm.corp": to(INSIDE)}, frozenset({INSIDE}), proxied=True, proxy_dead=True
    ),
    "anyway": Lead("http://134744072/v1", told=frozenset({"8.8.8.8"}), send_anyway=True),
    "anyway by name": Lead("http://llm.corp/v1", {"llm.corp": to(PUBLIC)}, frozenset({PUBLIC}), send_anyway=True),
}


def checked(lead: Lead) -> tuple[Noted, Report]:
    """Run the check of a lead, with a server behind every address that would take the key."""
    with ExitStack() as stack:
        door = stack.enter_context(PracticeDoor(lead.world or b.openai(KEY)))
        refuses = handlers.always(answers.as_json({"error": "no way there"}, 403))
        front = stack.enter_context(PracticeDoor(refuses))
        dead = (*lead.dead, PROXY) if lead.proxy_dead else lead.dead
        network = Noted(door.port, lead.names, {PROXY: front.port}, dead)
        evidence = asyncio.run(run(settings(lead), network=network, version="0"))
    return network, judge(evidence)


def settings(lead: Lead) -> Settings:
    proxy = Sourced(f"http://{PROXY}:3128", environment_variable("HTTP_PROXY")) if lead.proxied else None
    return Settings(
        base_url=Sourced(lead.base_url, option("--base-url")),
        key=Sourced(Secret(KEY), option("--key-env")),
        model=Sourced(answers.MODELS[0], option("--model")),
        protocol=Sourced("openai", option("--protocol")),
        proxies=ProxySettings(http=proxy),
        connect_to=lead.connect_to,
        send_anyway=lead.send_anyway,
        limits=Limits(probe=2.0, run=10.0),
    )


@pytest.mark.parametrize("lead", WITHHELD.values(), ids=WITHHELD)
def test_the_key_is_withheld(lead: Lead) -> None:
    network, report = checked(lead)
    assert network.told == set()
    (finding,) = (one for one in report.findings if one.code == "url.plaintext")
    assert finding.severity is Severity.ERROR
    assert report.verdict == "broken"
    assert report.root_cause == "url.plaintext" or lead.proxied or not lead.base_url.isascii()
    assert not lead.named or lead.named in render(report, "text", "en")
    assert not lead.named or lead.named in render(report, "text", "zh")


@pytest.mark.parametrize("lead", SENT.values(), ids=SENT)
def test_the_key_is_sent(lead: Lead) -> None:
    network, report = checked(lead)
    assert network.told == lead.told
    assert lead.send_anyway or all(map(private_address, network.told))
    found = [one.severity for one in report.findings if one.code == "url.plaintext"]
    assert found == ([Severity.WARNING] if lead.send_anyway else [])
    if not lead.proxied and not lead.send_anyway:
        assert report.verdict == "healthy"


@pytest.mark.parametrize(
    ("names", "told"),
    [(ONCE_INSIDE, {INSIDE}), (to(INSIDE), {INSIDE}), (to(PUBLIC), set()), (((PUBLIC,), (INSIDE,)), set())],
)
def test_a_port_without_tls_is_asked_at_the_same_address(names: Answers, told: set[str]) -> None:
    """The base URL says https and the port speaks plain HTTP: the run goes on there without another look-up."""
    network, report = checked(Lead("https://llm.corp:8000/v1", {"llm.corp": names}))
    assert network.told == told
    assert network.lookups == ["llm.corp"]
    assert report.root_cause == "tls.not_tls"


@pytest.mark.parametrize("lead", [*WITHHELD.values(), *SENT.values()], ids=[*WITHHELD, *(f"sent {n}" for n in SENT)])
def test_the_plan_never_promises_less_than_is_sent(lead: Lead) -> None:
    """A plan with the key is the most that can happen; where no plan has it, it is not sent."""
    planned = plan(settings(lead))
    assert planned is not None
    rounds = (planned.requests, *(case.requests for case in planned.otherwise))
    may = any(one.with_key for requests in rounds for one in requests)
    assert may or lead in WITHHELD.values()
    if lead in WITHHELD.values() and not lead.names:
        assert not may, "the address is known before anything is sent"


def test_the_plan_says_that_a_name_may_lead_elsewhere() -> None:
    planned = plan(settings(Lead("http://llm.corp/v1")))
    assert planned is not None and all(one.with_key for one in planned.requests)
    (case,) = planned.otherwise
    assert case.when == "public_address" and not any(one.with_key for one in case.requests)
    assert {one.purpose for one in case.requests} == {"models", "path"}
    planned = plan(settings(Lead("http://localhost:11434/v1")))
    assert planned is not None and planned.otherwise == ()


# -- at the moment of sending ------------------------------------------------------------------------------------------


class Turning(ConnectionPool):
    """A pool whose connections lead to one address after the other, as if the name were looked up each time."""

    async def take(self) -> Connection:
        self.addresses, self.good = (), None
        return await self._open_connection()


def asked(scheme_ips: Answers, **more: bool) -> tuple[Noted, list[str]]:
    """Send two requests with a client whose policy allows the key. Return the network and what was refused."""
    refused: list[str] = []

    async def work(port: int) -> Noted:
        network = Noted(port, {"llm.corp": scheme_ips}, {})
        pool = Turning(network, parse_url("http://llm.corp/v1"), Limits(probe=2.0))
        client = ApiClient({KeyForm.GIVEN: KEY}, Limits(probe=2.0), Scrubber(), lambda *_: pool, "0", **more)
        client.policy = KeyPolicy((KeyForm.GIVEN,), (KeyForm.GIVEN,))
        attempt = Attempt("openai", "http://llm.corp/v1", Auth.BEARER, KeyForm.GIVEN)
        for _ in range(2):
            try:
                await client.models(attempt)
            except ExposedConnection as error:
                refused.append(error.address)
                assert KEY not in str(error)
        await pool.leave()
        return network

    with PracticeDoor(b.openai(KEY)) as door:
        return asyncio.run(work(door.port)), refused


def test_the_client_checks_the_address_at_the_moment_of_sending() -> None:
    network, refused = asked(ONCE_INSIDE)
    assert network.told == {INSIDE} and refused == [PUBLIC]
    network, refused = asked(((PUBLIC,), (INSIDE,)))
    assert network.told == {INSIDE} and refused == [PUBLIC]
    network, refused = asked(ONCE_INSIDE, exposed=True)
    assert network.told == {INSIDE, PUBLIC} and refused == []


class _Writer:
    """The end of a connection whose socket names its own peer."""

    def __init__(self, peer: object) -> None:
        self.peer = peer

    def get_extra_info(self, name: str) -> object:
        return self.peer if name == "peername" else None


@pytest.mark.parametrize(
    ("dialled", "peer", "exposed"),
    [
        (INSIDE, (INSIDE, 80), ""),
        ("0.0.0.0", ("127.0.0.1", 80), ""),
        ("fe80::1%eth0", ("fe80::1%eth0", 80, 0, 2), ""),
        (INSIDE, (PUBLIC, 80), PUBLIC),
        (PUBLIC, (INSIDE, 80), PUBLIC),
        (None, (PUBLIC, 80), PUBLIC),
        (None, None, "unknown"),
        (None, (INSIDE, 80), ""),
    ],
)
def test_both_the_dialled_address_and_the_peer_count(dialled: str | None, peer: object, exposed: str) -> None:
    connection = Connection(None, _Writer(peer))  # type: ignore[arg-type]
    connection.dialled = Address("ipv4", dialled) if dialled else None
    pool = ConnectionPool(Network(), parse_url("http://llm.corp/v1"), Limits())
    assert exposed_address(pool, connection) == exposed
    encrypted = ConnectionPool(Network(), parse_url("https://llm.corp/v1"), Limits())
    assert exposed_address(encrypted, connection) == ""
