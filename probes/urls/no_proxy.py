"""Match ``NO_PROXY`` as the official SDKs do: with the URL patterns of httpx2 2.16 (``_utils.py``)."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

from probes.urls.url import Url

_USUAL = {"http": 80, "https": 443}


def bypass(no_proxy: str, target: Url) -> str:
    """Return the entry that exempts this host from the proxy, or an empty string.

    ``example.com`` matches the name and its subdomains, ``.example.com`` and ``*.example.com`` only the subdomains.
    """
    entries = [entry for raw in no_proxy.split(",") if (entry := raw.strip().lower())]
    if "*" in entries:  # httpx2 then reads no proxy at all
        return "*"
    return next((entry for entry in entries if _matches(entry, target)), "")


def _matches(entry: str, target: Url) -> bool:
    scheme, named, rest = entry.rpartition("://")
    if named and scheme not in ("all", target.scheme):
        return False
    host = target.host.lower()
    if not named and "/" in rest:
        with suppress(ValueError):
            return ipaddress.ip_address(host) in ipaddress.ip_network(rest, strict=False)
        return False
    with suppress(ValueError):
        return ipaddress.ip_address(rest) == ipaddress.ip_address(host)
    try:
        parts = urlsplit(f"//{rest}")
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        return False  # httpx2 ignores such an entry
    # httpx2 removes the default port of a URL before it compares: `host:443` never matches an https target.
    if port not in (None, _USUAL.get(scheme)) and (port != target.port or port == _USUAL[target.scheme]):
        return False
    if name.startswith(("*.", ".")):
        return host.endswith(name.removeprefix("*"))
    exact = named or rest == "localhost" or rest.startswith("[") or "@" in rest
    return bool(name) and (host == name or (not exact and host.endswith(f".{name}")))


def breaks(no_proxy: str) -> bool:
    """Check whether an entry is invalid for httpx, which then fails to build any client.

    httpx makes a URL pattern of every entry when a client is created.
    """
    for entry in (raw.strip() for raw in no_proxy.split(",")):
        if not entry or "://" in entry:
            continue
        name, slash, _ = entry.partition("/")
        try:
            if ipaddress.ip_address(name).version == 6 and slash:
                return True
        except ValueError:
            port = name.rpartition(":")[2] if ":" in name else ""
            if "[" in name or not name.isascii() or (port and not port.isdigit()):
                return True
    return False
