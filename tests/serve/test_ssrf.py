"""What a visitor's check may reach when not served on loopback: only public addresses, however they are written or
resolved.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from probes.demo_server import handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.facts import Address
from probes.model.failure import Kind
from probes.model.secret import Secret
from probes.model.settings import Limits, ProxySettings, Settings, Sourced
from probes.model.source import Source, SourceKind
from probes.network.failures import NetError
from probes.network.network import Network
from probes.run.engine import run
from probes.urls.addresses import is_public

TOKEN = "a-token-that-was-drawn-by-lot"


@pytest.mark.parametrize(
    "ip",
    [
        *("1.1.1.1", "8.8.8.8", "104.18.7.192", "172.32.0.1", "100.128.0.1", "169.253.1.1", "192.167.1.1"),
        *("2606:4700::6812:7c0", "2a00:1450:4001:800::200e", "::ffff:1.1.1.1", "64:ff9b::101:101"),
    ],
)
def test_public(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254", "169.254.170.2", "168.63.129.16"),
        *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1"),
        *("239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:0"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
        *("2002:101:101::1", "2001:0:7f00:1::", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254"),
        *("fd20:ce::254", "ff02::1", "2001:db8::1", "100::1", "2001:10::1"),
        *("", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "1.1.1.1 ", "１.1.1.1", "evil.example"),
    ],
)
def test_not_public(ip: str) -> None:
    assert not is_public(ip)


# -- a visitor's check -------------------------------------------------------------------------------------------------


class Named(Network):
    """A network whose names resolve as a test says and which records what is dialled. The last answer for a name is
    repeated.
    """

    def __init__(self, names: dict[str, list[str]], allowed: Callable[[str], bool] | None) -> None:
        super().__init__(allowed)
        self.names = names
        self.dialled: list[str] = []

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        answers = self.names.get(host)
        if answers is None:  # the system parses decimal, octal and short addresses
            return await super().resolve(host, port)
        ip = answers.pop(0) if len(answers) > 1 else answers[0]
        return (Address("ipv6" if ":" in ip else "ipv4", ip),)

    async def dial(self, address: Address, port: int) -> Any:
        if self.allowed is None or self.allowed(address.ip):
            self.dialled.append(address.ip)
            if is_public(address.ip):  # no test connects to the internet
                raise NetError(Kind.TIMEOUT)
        return await super().dial(address, port)


@pytest.fixture
def inner(key: str) -> Iterator[PracticeDoor]:
    """Yield a service of the operator's network that accepts any key."""
    with PracticeDoor(b.openai(key)) as door:
        yield door


def checked(served: Callable[..., TestClient], url: str, names: dict[str, list[str]]) -> tuple[Any, Named]:
    made: list[Named] = []

    def network(allowed: Callable[[str], bool] | None) -> Named:
        made.append(Named(names, allowed))
        return made[-1]

    page = served(public_only=True, network=network, hosts=frozenset(), token=TOKEN)
    answer = page.post(
        "/check",
        data={"base_url": url, "key": "sk-visitors-own-key-0123456789", "protocol": "openai", "model": "m"},
        headers={"Accept": "text/event-stream", "Authorization": f"Bearer {TOKEN}"},
    )
    last = re.findall(r"^event: report\ndata: (.*)$", answer.text, re.MULTILINE)
    return json.loads(last[-1]), made[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/v1",
        "http://localhost:{port}/v1",
        "http://2130706433:{port}/v1",
        "http://0x7f000001:{port}/v1",
        "http://0177.0.0.1:{port}/v1",
        "http://127.1:{port}/v1",
        "http://0:{port}/v1",
        "http://[::ffff:127.0.0.1]:{port}/v1",
        "http://[::ffff:7f00:1]:{port}/v1",
        "http://[::1]:{port}/v1",
        "http://[64:ff9b::7f00:1]:{port}/v1",
        "http://１２７.0.0.1:{port}/v1",
        "http://127.0.0.1。:{port}/v1",
        "http://api.example.com@127.0.0.1:{port}/v1",
        "http://inner.example:{port}/v1",
        "https://inner.example:{port}/v1",
    ],
)
def test_no_spelling_of_an_inner_address_is_dialled(
    served: Callable[..., TestClient], inner: PracticeDoor, url: str
) -> None:
    names = {"inner.example": ["127.0.0.1"], "localhost": ["127.0.0.1"]}
    report, network = checked(served, url.format(port=inner.port), names)
    assert network.dialled == [] and inner.requests == []
    assert report["verdict"] == "broken"
    assert ("--allow-private" in report["html"]) is ("0177" not in url), "of that no address can be made at all"


def test_a_name_that_changes_its_mind_is_not_followed(served: Callable[..., TestClient], inner: PracticeDoor) -> None:
    """DNS rebinding: the name is public when it is checked and private when it is dialled."""
    for answers in (["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["1.1.1.1", "169.254.169.254", "127.0.0.1"]):
        _, network = checked(served, f"http://rebound.example:{inner.port}/v1", {"rebound.example": answers})
        assert all(map(is_public, network.dialled)) and inner.requests == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "data:,x"])
def test_other_schemes_lead_nowhere(served: Callable[..., TestClient], inner: PracticeDoor, url: str) -> None:
    report, network = checked(served, url, {})
    assert network.dialled == []
    assert "root:" not in report["html"]


class Outside(Named):
    """The same network, in which a door on loopback answers for one public address."""

    def __init__(self, names: dict[str, list[str]], allowed: Callable[[str], bool], door: PracticeDoor) -> None:
        super().__init__(names, allowed)
        self.door = door

    async def dial(self, address: Address, port: int) -> Any:
        assert self.allowed is not None
        if not self.allowed(address.ip):
            raise NetError(Kind.DENIED)
        self.dialled.append(address.ip)
        return await Network().dial(Address("ipv4", "127.0.0.1"), self.door.port)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "to",
    ["http://127.0.0.1:{port}/v1/models", "http://inner.example:{port}/", "http://169.254.169.254/latest/meta-data"],
)
def test_a_redirect_into_the_inner_network_is_not_followed(inner: PracticeDoor, status: int, to: str) -> None:
    refused: list[str] = []

    def allowed(ip: str) -> bool:
        if not is_public(ip):
            refused.append(ip)
        return is_public(ip)

    with PracticeDoor(handlers.always(b.redirect(status, to.format(port=inner.port)))) as outer:
        names = {"api.example": ["1.1.1.1"], "inner.example": ["127.0.0.1"]}
        network = Outside(names, allowed, outer)
        settings = Settings(
            base_url=Sourced("http://api.example/v1", Source(SourceKind.FORM)),
            key=Sourced(Secret("sk-visitors-own-key-0123456789"), Source(SourceKind.FORM)),
            model=Sourced("m", Source(SourceKind.FORM)),
            limits=Limits(probe=3, run=10),
        )
        asyncio.run(run(settings, network=network))
        assert outer.requests and set(network.dialled) == {"1.1.1.1"}
    assert inner.requests == []


def test_a_proxy_is_dialled_under_the_same_rule(inner: PracticeDoor, key: str) -> None:
    with PracticeDoor(b.proxy(inner.port)) as proxy:
        network = Network(is_public)
        settings = Settings(
            base_url=Sourced("https://api.example/v1", Source(SourceKind.FORM)),
            key=Sourced(Secret(key), Source(SourceKind.FORM)),
            proxies=ProxySettings(https=Sourced(proxy.url, Source(SourceKind.FORM))),
            limits=Limits(probe=3, run=10),
        )
        asyncio.run(run(settings, network=network))
        assert proxy.requests == [] and inner.requests == []


def test_an_allowed_address_is_dialled(served: Callable[..., TestClient], inner: PracticeDoor, key: str) -> None:
    page = served(public_only=False, hosts=frozenset(), token=TOKEN)
    answer = page.post(
        "/check",
        data={"base_url": f"{inner.url}/v1", "key": key},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert "Works: http" in answer.text
