"""Which addresses are the public internet's: what a server that strangers may ask will dial for them."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

from probes.model.facts import Address

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# An IPv4 address inside of these goes to that address by a translator (RFC 6052): networks of IPv6 alone need it.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Public by their number, and yet answered by the machine's own host or network.
_OWN = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's wire server
    ipaddress.ip_network("64:ff9b:1::/48"),  # a network's own NAT64 (RFC 8215)
    ipaddress.ip_network("2002::/16"),  # 6to4 (RFC 7526: obsolete), which carries any IPv4 address
    ipaddress.ip_network("2001::/32"),  # Teredo, the same
    ipaddress.ip_network("::/96"),  # IPv4-compatible (RFC 4291: obsolete), the same
    ipaddress.ip_network("fec0::/10"),  # site-local (RFC 3879: obsolete)
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4's relays
    ipaddress.ip_network("192.0.0.0/24"),  # special purposes (RFC 6890), a cloud's metadata among them
)


def is_public(ip: str) -> bool:
    """Whether an address is anybody's to reach: not loopback, private, link-local, shared (CGNAT), multicast, reserved,
    a cloud's metadata service, or one of these inside of an IPv6 address. False for what is no address.
    """
    try:
        return _public(ipaddress.ip_address(ip))
    except ValueError:
        return False


def _public(found: _Address) -> bool:
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return _public(found.ipv4_mapped)
        if found in _NAT64:
            return _public(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    special = found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local
    return found.is_global and not special and not any(found in network for network in _OWN)


_MADE_UP = ipaddress.ip_network("198.18.0.0/15")  # Clash and sing-box hand these out, and lead them to the real address


def literal_address(host: str) -> Address | None:
    """The host as an address where it is written as one."""
    with suppress(ValueError):
        found = ipaddress.ip_address(host.partition("%")[0])
        return Address(f"ipv{found.version}", host)
    return None


def private(ip: str) -> bool:
    """Whether an address is this machine's or a private network's; not where a TUN proxy made it up."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    return (found.is_loopback or found.is_private) and found not in _MADE_UP


def is_local(host: str) -> bool:
    """Whether the host is this machine or on a private network, told by its name or address alone."""
    address = literal_address(host)
    if address:
        found = ipaddress.ip_address(address.ip.partition("%")[0])
        return found.is_loopback or found.is_private or found.is_link_local or found.is_unspecified
    name = host.lower()
    return (
        "." not in name
        or name.endswith((".localhost", ".local", ".lan", ".internal", ".home", ".home.arpa", ".intranet", ".corp"))
        or name == "localhost"
    )
