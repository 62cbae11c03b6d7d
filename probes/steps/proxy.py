"""proxy: which proxy the SDK would take for this host, by the rules of httpx2 (openai-python 3, anthropic-python 2)."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from probes.doors import Doors
from probes.model import ProxyFacts, ProxySettings, Sourced
from probes.net import Proxy, basic
from probes.secret import Scrubber
from probes.way import Place, is_local

HTTP_SCHEMES = ("http", "https")
SOCKS_SCHEMES = ("socks5", "socks5h")


def bypass(no_proxy: str, target: Place) -> str:
    """The entry of ``NO_PROXY`` that lets this host pass, or an empty string. Lists, suffixes, ports, CIDR ranges."""
    host = target.host.lower()
    address = None
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
    for raw in no_proxy.split(","):
        entry = raw.strip().lower()
        if not entry:
            continue
        if entry == "*":
            return entry
        name = entry.partition("://")[2] or entry
        if address is not None:
            with suppress(ValueError):
                if address in ipaddress.ip_network(name.strip("[]"), strict=False):
                    return entry
        bare, _, port = name.rpartition(":")
        if bare and port.isdigit() and ":" not in bare:
            if int(port) != target.port:
                continue
            name = bare
        name = name.strip("[]").removeprefix("*").lstrip(".")
        if name and (host == name or (address is None and host.endswith("." + name))):
            return entry
    return ""


def _problem(found: Sourced[str], doors: Doors) -> tuple[str, str]:
    """What keeps a client from using this value: ``(kind, note)``, or two empty strings."""
    raw = found.value
    if raw != raw.strip() or any(c.isspace() or not c.isprintable() for c in raw):
        return "stray", "white space"
    url = raw if "://" in raw else f"http://{raw}"
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        return "port", str(error)[:80]
    scheme = parts.scheme.lower()
    if scheme not in (*HTTP_SCHEMES, *SOCKS_SCHEMES):
        return "scheme", scheme
    if not host:
        return "port", "no host"
    if parts.netloc.count("@") > 1:
        return "password", "more than one @ before the host"
    if parts.path.strip("/") or (doors.of_host(host, port, parts.path) is not None and not is_local(host)):
        return "api_address", parts.path or host
    if scheme in SOCKS_SCHEMES:
        return "socks", scheme
    return "", ""


def _breaks(no_proxy: str) -> bool:
    """Whether httpx, which makes a URL pattern of every entry as a client is built, cannot make one of these."""
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


_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - told, not listened on


def _is_target(host: str, port: int, target: Place) -> bool:
    """Whether the proxy is the very server that is to be called."""
    return port == target.port and (host == target.host or (host in _LOOPBACK and target.host in _LOOPBACK))


def choose(proxies: ProxySettings, target: Place, doors: Doors, scrub: Scrubber) -> tuple[ProxyFacts, Proxy | None]:
    """The proxy for this host with what is wrong with it, and the proxy itself where it can be used."""
    facts, proxy = _chosen(proxies, target, doors, scrub)
    if proxies.no_proxy and not facts.problem and _breaks(proxies.no_proxy.value):
        note = proxies.no_proxy.value[:80]
        facts = replace(facts, source=proxies.no_proxy.source, problem="no_proxy_entry", note=note)
    return facts, proxy


def _chosen(proxies: ProxySettings, target: Place, doors: Doors, scrub: Scrubber) -> tuple[ProxyFacts, Proxy | None]:
    found = (proxies.https if target.scheme == "https" else proxies.http) or proxies.all
    others = [one for one in (proxies.http, proxies.https, proxies.all) if one is not None and one is not found]
    passed = bypass(proxies.no_proxy.value, target) if proxies.no_proxy else ""
    for one in others:  # a client is built with all of them: one that it cannot read stops it, used or not
        if one.value.strip():
            problem, note = _problem(one, doors)
            if problem in ("scheme", "socks", "stray", "port"):
                return ProxyFacts(None, one.source, passed, problem, scrub(note)), None
    if found is None or not found.value.strip():
        return ProxyFacts(None), None
    problem, note = _problem(found, doors)
    shown = _without_credentials(found.value, scrub)
    if problem:
        return ProxyFacts(shown if not passed else None, found.source, passed, problem, scrub(note)), None
    if passed:
        return ProxyFacts(None, found.source, passed), None
    url = found.value if "://" in found.value else f"http://{found.value}"
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or {"https": 443}.get(parts.scheme.lower(), 80)
    authorization = ""
    if parts.username is not None:
        password = unquote(parts.password or "")
        if password:
            scrub.add(password)
        authorization = basic(unquote(parts.username), password)
        scrub.add(authorization.removeprefix("Basic "))
    own = "own_address" if _is_target(host, port, target) else ""
    facts = ProxyFacts(
        shown, found.source, problem=own, note=shown if own else "", captures_local=is_local(target.host)
    )
    return facts, Proxy(host, port, authorization, parts.scheme.lower() == "https")


def _without_credentials(raw: str, scrub: Scrubber) -> str:
    head, _, tail = raw.strip().rpartition("@")
    scheme = head.partition("://")[0] + "://" if "://" in head else ""
    return scrub((scheme + tail) if head else tail)
