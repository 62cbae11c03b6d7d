"""Name servers asked one by one: what the system's resolver keeps to itself, or another one says otherwise."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from probes.model.facts import Address, Lookup

if TYPE_CHECKING:
    import dns.message

MOST = 3  # servers; glibc reads no more of resolv.conf
_AGAIN = 0.4  # of the time, after which a datagram that may be lost is sent once more
# What a server's RCODE means here, the most telling first: A and AAAA may differ. Others are told by their own name.
_RCODES = {"NXDOMAIN": "no_name", "SERVFAIL": "servfail", "REFUSED": "refused"}


def server(text: str) -> tuple[str, int]:
    """``ADDR``, ``ADDR:PORT`` or ``[ADDR]:PORT`` as a pair. Raises ValueError for what is no address."""
    with suppress(ValueError):
        return str(ipaddress.ip_address(text.strip("[]"))), 53
    host, _, port = text.rpartition(":")
    found = int(port)
    if not 0 < found < 1 << 16:
        raise ValueError(f"no port: {port}")
    return str(ipaddress.ip_address(host.strip("[]"))), found


def configured() -> tuple[str, ...]:
    """The name servers that this system is set to, three at most; none where that cannot be told."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.Resolver().nameservers
    except (dns.exception.DNSException, OSError):
        return ()
    return tuple(str(one) for one in found)[:MOST]


class _Datagrams(asyncio.DatagramProtocol):
    """What comes back to one socket."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.came.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self.came.put_nowait(exc)


async def ask(where: str, host: str, seconds: float) -> Lookup:
    """What the server at ``where`` says of ``host``; A and AAAA are asked side by side, over UDP.

    Never raises for what it does. Raises ValueError where ``where`` is no address.
    """
    import dns.exception
    import dns.message

    began = time.monotonic()

    def found(said: str, addresses: tuple[Address, ...] = ()) -> Lookup:
        return Lookup(where, said, addresses, time.monotonic() - began)

    try:
        asked = [dns.message.make_query(host, kind) for kind in ("A", "AAAA")]
        loop = asyncio.get_running_loop()
        transport, letters = await loop.create_datagram_endpoint(_Datagrams, remote_addr=server(where))
    except (dns.exception.DNSException, OSError) as error:
        return found("unreachable" if isinstance(error, OSError) else "no_name")
    heard: list[dns.message.Message] = []
    try:
        for part in (_AGAIN, 1 - _AGAIN):
            for one in asked[len(heard) :] if not heard else ():
                transport.sendto(one.to_wire())
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds * part):
                    while len(heard) < len(asked):
                        letter = await letters.came.get()
                        if isinstance(letter, Exception):
                            return found("unreachable")
                        with suppress(dns.exception.DNSException):
                            answer = dns.message.from_wire(letter, ignore_trailing=True)
                            heard += [answer] * any(one.is_response(answer) for one in asked)
            if len(heard) == len(asked):
                break
    finally:
        transport.close()
    addresses = tuple(
        Address("ipv6" if ":" in str(row) else "ipv4", str(row))
        for answer in heard
        for rrset in answer.answer
        if rrset.rdtype in (1, 28)
        for row in rrset
    )
    if addresses:
        return found("addresses", addresses)
    codes = sorted(dns.rcode.to_text(answer.rcode()) for answer in heard)
    wrong = next((code for code in (*_RCODES, *codes) if code in codes and code != "NOERROR"), "")
    return found(_RCODES.get(wrong, wrong.lower()) if wrong else "no_address" if codes else "silent")
