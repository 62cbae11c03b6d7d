"""Name servers asked one by one: what each says, over UDP on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from probes.model.facts import Address, Lookup
from probes.network import name_servers
from probes.urls.addresses import name_server

Say = Callable[[dns.message.Message, int], list[bytes]]  # the question, and the number of earlier questions
HOST = "relay.example"
CONFIGURED = name_servers.configured  # conftest.py replaces it for the tests


class _Server(asyncio.DatagramProtocol):
    def __init__(self, say: Say) -> None:
        self.say, self.count = say, 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for one in self.say(dns.message.from_wire(data), self.count):
            self.transport.sendto(one, addr)
        self.count += 1


def lookup_with(say: Say, seconds: float = 0.5) -> tuple[Lookup, int]:
    """Return what is reported about a server with these answers, and how many questions it received."""

    async def talk() -> tuple[Lookup, int]:
        loop = asyncio.get_running_loop()
        transport, server = await loop.create_datagram_endpoint(lambda: _Server(say), local_addr=("127.0.0.1", 0))
        try:
            port = transport.get_extra_info("sockname")[1]
            return await name_servers.ask(f"127.0.0.1:{port}", HOST, seconds), server.count
        finally:
            transport.close()

    return asyncio.run(talk())


def reply(question: dns.message.Message, code: str = "NOERROR", **rows: str) -> bytes:
    answer = dns.message.make_response(question)
    answer.set_rcode(dns.rcode.from_text(code))
    kind = question.question[0].rdtype.name
    if kind in rows:
        answer.answer.append(dns.rrset.from_text(f"{HOST}.", 60, "IN", kind, rows[kind]))
    return answer.to_wire()


def test_both_families() -> None:
    found, count = lookup_with(lambda question, _: [reply(question, A="192.0.2.1", AAAA="2001:db8::1")])
    assert found.said == "addresses" and count == 2
    assert set(found.addresses) == {Address("ipv4", "192.0.2.1"), Address("ipv6", "2001:db8::1")}


def test_one_family_is_enough() -> None:
    found, _ = lookup_with(lambda question, _: [reply(question, A="192.0.2.1")])
    assert found.addresses == (Address("ipv4", "192.0.2.1"),)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("NXDOMAIN", "no_name"),
        ("SERVFAIL", "servfail"),
        ("REFUSED", "refused"),
        ("NOTIMP", "notimp"),
        ("NOERROR", "no_address"),
    ],
)
def test_no_address(code: str, said: str) -> None:
    assert lookup_with(lambda question, _: [reply(question, code)])[0].said == said


@pytest.mark.parametrize("codes", [("SERVFAIL", "REFUSED"), ("REFUSED", "SERVFAIL")])
def test_two_answers_that_differ(codes: tuple[str, str]) -> None:
    found, _ = lookup_with(lambda question, count: [reply(question, codes[count])])
    assert found.said == "servfail"


def test_a_lost_datagram_is_sent_again() -> None:
    found, count = lookup_with(lambda question, before: [reply(question, A="192.0.2.1")] if before >= 2 else [])
    assert (found.said, count) == ("addresses", 4)


@pytest.mark.parametrize("junk", [b"", b"\0" * 12, b"HTTP/1.1 200 OK\r\n\r\n", b"\xff" * 600])
def test_junk_is_ignored(junk: bytes) -> None:
    assert lookup_with(lambda question, _: [junk, reply(question, A="192.0.2.1")])[0].said == "addresses"
    assert lookup_with(lambda question, _: [junk], 0.1)[0].said == "silent"


def test_an_answer_from_elsewhere_is_ignored() -> None:
    def say(question: dns.message.Message, _: int) -> list[bytes]:
        forged = dns.message.make_query(HOST, question.question[0].rdtype)
        forged.id = question.id ^ 1
        return [reply(forged, A="203.0.113.66"), reply(question, A="192.0.2.1")]

    assert lookup_with(say)[0].addresses == (Address("ipv4", "192.0.2.1"),)


def test_nobody_listens() -> None:
    found = asyncio.run(name_servers.ask("127.0.0.1:9", HOST, 0.2))
    assert found.said in ("unreachable", "silent")


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b"])
def test_what_is_no_name(host: str) -> None:
    assert asyncio.run(name_servers.ask("127.0.0.1:9", host, 0.1)).said == "no_name"


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("1.1.1.1", ("1.1.1.1", 53)),
        ("1.1.1.1:5353", ("1.1.1.1", 5353)),
        ("2606:4700::1111", ("2606:4700::1111", 53)),
        ("[2606:4700::1111]:5353", ("2606:4700::1111", 5353)),
        ("[::1]", ("::1", 53)),
    ],
)
def test_a_server_s_address(text: str, pair: tuple[str, int]) -> None:
    assert name_server(text) == pair


@pytest.mark.parametrize("text", ["", "dns.example", "1.1.1.1:0", "1.1.1.1:99999", "1.1.1.1:x", "::1:x", "1.1.1"])
def test_no_server_s_address(text: str) -> None:
    with pytest.raises(ValueError):
        name_server(text)


def test_those_of_this_system() -> None:
    found = CONFIGURED()
    assert len(found) <= name_servers.MOST and all(name_server(one)[1] == 53 for one in found)
