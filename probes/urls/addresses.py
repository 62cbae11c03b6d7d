"""Classify IP addresses: public, private and local ones."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

from probes.model.facts import Address

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# A NAT64 translator forwards these to the embedded IPv4 address (RFC 6052); networks without IPv4 need it.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Global by their number, but answered by the local host or network, or by a relay.
_OWN = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's wire server
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 prefix for local use (RFC 8215)
    ipaddress.ip_network("2002::/16"),  # 6to4 (RFC 7526: obsolete), which can contain any IPv4 address
    ipaddress.ip_network("2001::/32"),  # Teredo, which can contain any IPv4 address
    ipaddress.ip_network("::/96"),  # IPv4-compatible (RFC 4291: obsolete), which contain any IPv4 address
    ipaddress.ip_network("fec0::/10"),  # site-local (RFC 3879: obsolete)
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("192.0.0.0/24"),  # special purposes (RFC 6890), including a cloud's metadata service
)


def is_public(ip: str) -> bool:
    """Check whether an address belongs to the public internet, so that a server may connect to it for a stranger.

    Loopback, private, link-local, shared (CGNAT), multicast and reserved addresses and those of a cloud's metadata
    service do not, also if they are embedded in an IPv6 address. False if ``ip`` is not an address.
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


_MADE_UP = ipaddress.ip_network("198.18.0.0/15")  # fake addresses of Clash and sing-box, which they map to the real one


def literal_address(host: str) -> Address | None:
    """Return the host as an address, or None if it is a name."""
    with suppress(ValueError):
        found = ipaddress.ip_address(host.partition("%")[0])
        return Address(f"ipv{found.version}", host)
    return None


def private(ip: str) -> bool:
    """Check whether an address is loopback or private. The fake addresses of a TUN proxy are not.

    Raises ValueError if ``ip`` is not an address.
    """
    found = ipaddress.ip_address(ip.partition("%")[0])
    return (found.is_loopback or found.is_private) and found not in _MADE_UP


def is_local(host: str) -> bool:
    """Check whether the host is this machine or in a private network, by its name or address alone."""
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
