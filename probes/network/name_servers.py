"""Query single name servers over UDP.

The system's resolver hides why a lookup failed, and another server may answer differently.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from probes.model.facts import Address, Lookup
from probes.urls.addresses import name_server

if TYPE_CHECKING:
    import dns.message

MOST = 3  # servers; glibc, too, uses only the first three of resolv.conf
_RESEND_AFTER = 0.4  # of the time limit: the queries are then sent once more, in case a datagram was lost
# RCODEs and their names in a Lookup, the most informative first, since the responses for A and AAAA may differ. Any
# other RCODE keeps its own name, in lower case.
_RCODES = {"NXDOMAIN": "no_name", "SERVFAIL": "servfail", "REFUSED": "refused"}


def configured() -> tuple[str, ...]:
    """Return the name servers that the system is configured to use: the first three, or none if they cannot be read."""
    import dns.exception
    import dns.resolver

    try:
        addresses = dns.resolver.Resolver().nameservers
    except (dns.exception.DNSException, OSError):
        return ()
    return tuple(str(address) for address in addresses)[:MOST]


class _Datagrams(asyncio.DatagramProtocol):
    """A queue of the datagrams and errors that one socket receives."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.received.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self.received.put_nowait(exc)


async def ask(where: str, host: str, seconds: float) -> Lookup:
    """Query the name server ``where`` for the A and AAAA records of ``host``, both at once, over UDP.

    Waits at most ``seconds``. Whatever the server does is described by the returned Lookup. Raises ValueError if
    ``where`` is not an address as :func:`server` takes it.
    """
    import dns.exception
    import dns.message

    began = time.monotonic()

    def lookup(said: str, addresses: tuple[Address, ...] = ()) -> Lookup:
        return Lookup(where, said, addresses, time.monotonic() - began)

    try:
        queries = [dns.message.make_query(host, kind) for kind in ("A", "AAAA")]
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_datagram_endpoint(_Datagrams, remote_addr=name_server(where))
    except (dns.exception.DNSException, OSError) as error:
        return lookup("unreachable" if isinstance(error, OSError) else "no_name")
    responses: list[dns.message.Message] = []
    try:
        for part in (_RESEND_AFTER, 1 - _RESEND_AFTER):
            for query in queries[len(responses) :] if not responses else ():
                transport.sendto(query.to_wire())
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds * part):
                    while len(responses) < len(queries):
                        datagram = await protocol.received.get()
                        if isinstance(datagram, Exception):
                            return lookup("unreachable")
                        with suppress(dns.exception.DNSException):
                            response = dns.message.from_wire(datagram, ignore_trailing=True)
                            responses += [response] * any(query.is_response(response) for query in queries)
            if len(responses) == len(queries):
                break
    finally:
        transport.close()
    addresses = tuple(
        Address("ipv6" if ":" in str(row) else "ipv4", str(row))
        for response in responses
        for rrset in response.answer
        if rrset.rdtype in (1, 28)
        for row in rrset
    )
    if addresses:
        return lookup("addresses", addresses)
    codes = sorted(dns.rcode.to_text(response.rcode()) for response in responses)
    error_code = next((code for code in (*_RCODES, *codes) if code in codes and code != "NOERROR"), "")
    return lookup(_RCODES.get(error_code, error_code.lower()) if error_code else "no_address" if codes else "silent")
