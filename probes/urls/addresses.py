"""Read hosts as the system reads them, and classify IP addresses.

Two questions are kept apart. What a host *means* may be told by its name (:func:`named_local`), as long as no secret
depends on it. Whether others can read what is sent is told by the address that was dialled alone
(:func:`private_address`).
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from functools import cache

from probes.model.facts import FAKE_IP, Address

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# A NAT64 translator forwards these to the embedded IPv4 address (RFC 6052); networks without IPv4 need it.
_NAT64 = ("64:ff9b::/96",)
# Global by their number, but answered by the local host or network, or by a relay.
_NOT_PUBLIC = (
    "168.63.129.16/32",  # Azure's wire server
    "64:ff9b:1::/48",  # NAT64 prefix for local use (RFC 8215)
    "2002::/16",  # 6to4 (RFC 7526: obsolete), which can contain any IPv4 address
    "2001::/32",  # Teredo, which can contain any IPv4 address
    "::/96",  # IPv4-compatible (RFC 4291: obsolete), which contain any IPv4 address
    "fec0::/10",  # site-local (RFC 3879: obsolete)
    "192.88.99.0/24",  # 6to4 relays
    "192.0.0.0/24",  # special purposes (RFC 6890), including a cloud's metadata service
)


def _is_in(found: _Address, networks: tuple[str, ...]) -> bool:
    return any(found in network for network in _parsed(networks))


@cache
def _parsed(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return networks that are written as text: most commands ask for none, and reading them takes a millisecond."""
    return tuple(map(ipaddress.ip_network, networks))


def is_public(ip: str) -> bool:
    """Check whether an address belongs to the public internet, so that a server may connect to it for a stranger.

    Loopback, private, link-local, shared (CGNAT), multicast and reserved addresses and those of a cloud's metadata
    service do not, also if they are embedded in an IPv6 address. False if ``ip`` is not an address.
    """
    try:
        return _is_public(ipaddress.ip_address(ip))
    except ValueError:
        return False


def _is_public(found: _Address) -> bool:
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_public(found.ipv4_mapped)
        if _is_in(found, _NAT64):
            return _is_public(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    special = found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local
    return found.is_global and not special and not _is_in(found, _NOT_PUBLIC)


# Networks that end at this machine, in the same house or in the same company.
_PRIVATE = (
    *("127.0.0.0/8", "::1/128"),  # loopback
    *("0.0.0.0/32", "::/128"),  # unspecified: dialled, they lead to this machine
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
    "fc00::/7",  # unique local (RFC 4193)
    *("169.254.0.0/16", "fe80::/10"),  # link-local
)
# The services of a cloud, inside the networks above. They hand out credentials of their own and want none of the user.
_METADATA = (
    *("169.254.169.0/24", "169.254.170.0/24"),  # AWS, Azure, Google, Oracle and others; containers on AWS
    *("169.254.0.23/32", "169.254.42.42/32"),  # Tencent, Scaleway
    *("fe80::a9fe:a9fe/128", "fd00:ec2::/32", "fd00:42::42/128", "fd20:ce::254/128"),  # OpenStack, AWS, …
)


def _dialled(ip: str) -> _Address:
    """Return the address that the system dials, of ``::ffff:10.0.0.1`` the IPv4 one. Raises ValueError if none."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return found if mapped is None else mapped


def private_address(ip: str) -> bool:
    """Check whether what is sent to this address stays on this machine or in its private network.

    The list is our own, since ``is_private`` of the standard library differs between versions of Python and counts the
    documentation networks, reserved ones and every IPv4 address inside an IPv6 one. Shared addresses (CGNAT) are the
    access provider's, so they are not private; nor are the fake addresses of a TUN proxy, which stand for public hosts,
    and a cloud's metadata service. False if ``ip`` is not an address.
    """
    try:
        found = _dialled(ip)
    except ValueError:
        return False
    return _is_in(found, _PRIVATE) and not _is_in(found, FAKE_IP) and not _is_in(found, _METADATA)


def fake_address(ip: str) -> bool:
    """Check for the addresses that TUN proxies give out for names. Raises ValueError if ``ip`` is none."""
    return _is_in(ipaddress.ip_address(ip.partition("%")[0]), FAKE_IP)


def confidential(scheme: str, ip: str | None, *, proxied: bool) -> bool:
    """Check whether nobody outside this machine and its private network can read what is sent by this way.

    ``ip`` is the address that was dialled; None if it is not known. Through a proxy it is the proxy's, and the proxy
    reads what is not encrypted, wherever it stands.
    """
    return scheme == "https" or (not proxied and ip is not None and private_address(ip))


def literal_address(host: str) -> Address | None:
    """Return the address that the host is, or None if the host is a name that must be looked up.

    The host is read as the system's ``getaddrinfo`` reads it: ``134744072``, ``0x8080808``, ``010.8.2056`` and the same
    in full-width digits are all ``8.8.8.8``. IPv6 is returned as it was written, with its zone.
    """
    text = _ascii(host).strip("[]").rstrip(".")
    number, percent, _ = text.partition("%")
    if ":" in number:
        with suppress(ValueError):
            ipaddress.IPv6Address(number)
            return Address("ipv6", text)
        return None
    bits = None if percent else _inet_aton(number)
    return Address("ipv4", str(ipaddress.IPv4Address(bits))) if bits is not None else None


def _ascii(host: str) -> str:
    """Return the host as it is looked up, after IDNA's mapping of full-width digits and dots; empty if impossible."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


_PARTS = 4  # of an IPv4 address, at most
_NUMBER = r"0[xX][0-9a-fA-F]+|[0-9]+"


def _inet_aton(text: str) -> int | None:
    """Return an IPv4 address as a number, read as ``inet_aton`` of the C library reads it; None if it is none.

    One to four numbers, decimal, octal (``0177``) or hexadecimal (``0x7f``). The last one fills the remaining bytes.
    """
    if len(text) > 253:  # longer than any host name
        return None
    numbers = [_number(part) for part in text.split(".", _PARTS)]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or len(known) > _PARTS:
        return None
    *first, last = known
    room = 8 * (_PARTS - len(first))
    if any(number > 0xFF for number in first) or last >> room:
        return None
    return sum(number << (24 - 8 * place) for place, number in enumerate(first)) | last


def _number(text: str) -> int | None:
    if not re.fullmatch(_NUMBER, text):
        return None
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    if text.startswith("0"):
        return int(text, 8) if not re.search("[89]", text) else None
    return int(text)


_LOCAL_SUFFIXES = (".localhost", ".local", ".lan", ".internal", ".home", ".home.arpa", ".intranet", ".corp")


def named_local(host: str) -> bool:
    """Check whether the host is written as one of this machine or of a private network, by its name or address alone.

    It tells what the user means, for advice and for what to try. It proves nothing: any name may lead anywhere. So no
    decision on a secret may rest on it; :func:`private_address` of the dialled address decides.
    """
    address = literal_address(host)
    if address is not None:
        found = _dialled(address.ip)  # with the networks for documentation, at which no public server stands
        return found.is_loopback or found.is_private or found.is_link_local or found.is_unspecified
    name = _ascii(host).lower().rstrip(".")
    return "." not in name or name.endswith(_LOCAL_SUFFIXES)


def loopback_name(host: str) -> bool:
    """Check for ``localhost`` and the names below it, which resolvers answer with the loopback address (RFC 6761)."""
    return f".{host.lower().rstrip('.')}".endswith(".localhost")


def name_server(text: str) -> tuple[str, int]:
    """Return IP address and port of ``ADDR``, ``ADDR:PORT`` or ``[ADDR]:PORT``; the default port is 53.

    Example: ``("::1", 5353)`` for ``[::1]:5353``. Raises ValueError if the text is neither.
    """
    with suppress(ValueError):
        return str(ipaddress.ip_address(text.strip("[]"))), 53
    host, _, port = text.rpartition(":")
    number = int(port)
    if not 0 < number < 1 << 16:
        raise ValueError(f"no port: {port}")
    return str(ipaddress.ip_address(host.strip("[]"))), number
