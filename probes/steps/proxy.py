"""proxy: which proxy the SDK would take for this host, by the rules of httpx2 (openai-python 3, anthropic-python 2).

Then the way through it and, where it is at fault, what its port is instead and how far one gets without it.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from probes.catalog.doors import Doors
from probes.model.facts import DirectFacts, ProxyFacts, ProxyProblem, TunnelFacts
from probes.model.failure import Failure, Kind
from probes.model.note import Note, note
from probes.model.scrubber import Scrubber
from probes.model.settings import ProxySettings, Sourced
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.http1 import basic
from probes.network.proxy_tunnel import Proxy
from probes.urls.addresses import is_local
from probes.urls.no_proxy import breaks, bypass
from probes.urls.url import Url

PATIENCE = 3.0  # seconds for a second look, which the user did not ask for
WEB = "web"  # of a server that is no proxy
_NO_PROXY_SAYS = ("400", "404", "405", "501")  # a server that does not know CONNECT
# What httpx2 takes (its _config.py); a client is not built with anything else.
SCHEMES = ("http", "https", "socks5", "socks5h")
# What desktops and other programs write for a SOCKS proxy, and what the run goes on with.
_SOCKS_ALIKE = {"socks": "socks5", "socks4": "socks4", "socks4a": "socks4"}
_FATAL = (
    ProxyProblem.SCHEME,
    ProxyProblem.STRAY,
    ProxyProblem.PORT,
)  # of a setting that is not this host's: it is read all the same


def _problem(found: Sourced[str], doors: Doors, on_node: bool) -> tuple[ProxyProblem | None, str | Note]:
    """What keeps a client from using this value, with a note."""
    raw = found.value
    if on_node and not raw.lower().startswith(("http://", "https://")):
        return ProxyProblem.SCHEME, raw.partition("://")[0] if "://" in raw else ""
    if raw != raw.strip() or any(c.isspace() or not c.isprintable() for c in raw):
        return ProxyProblem.STRAY, note("white_space")
    url = raw if "://" in raw else f"http://{raw}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        return ProxyProblem.PORT, note("bad_ipv6") if re.search(r"[][]", url) else str(error)[:80]
    try:
        port = parts.port
    except ValueError:
        given = parts.netloc.rpartition("@")[2].rpartition(":")[2]
        if given.isascii() and given.isdigit():
            return ProxyProblem.PORT, note("port_out_of_range")
        return ProxyProblem.PORT, note("port_no_number", port=repr(given)[:40])
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        return ProxyProblem.SCHEME, scheme
    if not host:
        return ProxyProblem.PORT, note("no_host")
    if parts.netloc.count("@") > 1:
        return ProxyProblem.PASSWORD, note("several_at")
    if parts.path.strip("/") or (doors.of_host(host, port, parts.path) is not None and not is_local(host)):
        return ProxyProblem.API_ADDRESS, parts.path or host
    return None, ""


_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - told, not listened on


def _is_target(host: str, port: int, target: Url) -> bool:
    """Whether the proxy is the very server that is to be called."""
    return port == target.port and (host == target.host or (host in _LOOPBACK and target.host in _LOOPBACK))


def choose(
    proxies: ProxySettings, target: Url, doors: Doors, scrub: Scrubber, on_node: bool = False
) -> tuple[ProxyFacts, Proxy | None]:
    """The proxy for this host with what is wrong with it, and the proxy itself where it can be used.

    Node, told to heed them (``on_node``), ends as it starts where one has no ``http://`` or ``https://`` before it.
    """
    facts, proxy = _chosen(proxies, target, doors, scrub, on_node)
    strict = not on_node and not facts.problem and facts.bypass != "*"
    if strict and proxies.no_proxy and breaks(proxies.no_proxy.value):
        listed = proxies.no_proxy.value[:80]
        kept = ",".join(one for one in proxies.no_proxy.value.split(",") if not breaks(one))
        same = bypass(kept, target) == bypass(proxies.no_proxy.value, target)
        mended = kept if same else None  # the host goes the same way without the others
        facts = replace(
            facts, source=proxies.no_proxy.source, problem=ProxyProblem.NO_PROXY_ENTRY, note=listed, mended=mended
        )
    return facts, proxy


def _chosen(
    proxies: ProxySettings, target: Url, doors: Doors, scrub: Scrubber, on_node: bool
) -> tuple[ProxyFacts, Proxy | None]:
    found = (proxies.https if target.scheme == "https" else proxies.http) or proxies.all
    settings = [one for one in (proxies.http, proxies.https, proxies.all) if one is not None and one.value.strip()]
    passed = bypass(proxies.no_proxy.value, target) if proxies.no_proxy else ""
    if passed == "*":  # httpx then reads no proxy at all
        return ProxyFacts(None, settings[0].source if settings else None, passed), None
    socks = next((one.source for one in settings if one.value.lower().startswith(("socks5:", "socks5h:"))), None)
    for one in settings:
        problem, noted = _problem(one, doors, on_node) if one is not found else (None, "")
        if problem in _FATAL:
            return ProxyFacts(None, one.source, passed, problem, _scrubbed(noted, scrub), socks=socks), None
    if found is None or not found.value.strip():
        return ProxyFacts(None, socks=socks), None
    problem, noted = _problem(found, doors, on_node)
    noted = _scrubbed(noted, scrub)
    mended = _mended(found.value, problem)
    shown = _without_credentials(found.value, scrub)
    if problem and (passed or mended is None):
        return ProxyFacts(shown if not passed else None, found.source, passed, problem, noted, socks=socks), None
    if passed:
        return ProxyFacts(None, found.source, passed, socks=socks), None
    proxy = _proxy(mended or found.value, scrub)
    if not problem and _is_target(proxy.host, proxy.port, target):
        problem, noted = ProxyProblem.OWN_ADDRESS, shown
    facts = ProxyFacts(
        shown,
        found.source,
        problem=problem,
        note=noted,
        captures_local=is_local(target.host),
        socks=socks,
        mended=_without_credentials(mended, scrub) if mended else None,
    )
    return facts, proxy


def _scrubbed(noted: str | Note, scrub: Scrubber) -> str | Note:
    if isinstance(noted, str):
        return scrub(noted)
    return Note(noted.name, tuple((slot, scrub(value)) for slot, value in noted.values))


def _mended(raw: str, problem: ProxyProblem | None) -> str | None:
    """The value that was meant, where one can be told."""
    if problem is ProxyProblem.SCHEME:
        if "://" not in raw:
            return f"http://{raw}"
        scheme, _, rest = raw.partition("://")
        meant = _SOCKS_ALIKE.get(scheme.lower())
        return f"{meant}://{rest}" if meant else None
    if problem is ProxyProblem.STRAY:
        bare = "".join(c for c in raw if c.isprintable() and not c.isspace())
        try:
            parts = urlsplit(bare)
            return bare if parts.scheme in SCHEMES and parts.hostname and parts.port else None
        except ValueError:
            return None
    return None


def _proxy(raw: str, scrub: Scrubber) -> Proxy:
    parts = urlsplit(raw if "://" in raw else f"http://{raw}")
    scheme = parts.scheme.lower()
    port = parts.port or {"https": 443, "http": 80}.get(scheme, 1080)
    user, password, authorization = unquote(parts.username or ""), unquote(parts.password or ""), ""
    if parts.username is not None:
        if password:
            scrub.add(password)
        authorization = basic(user, password)
        scrub.add(authorization.removeprefix("Basic "))
    return Proxy(parts.hostname or "", port, authorization, scheme, user, password)


def unheeded(facts: ProxyFacts) -> ProxyFacts:
    """The same for an app that does not read the setting: what is wrong with it is no matter then."""
    shown = facts.url or str(facts.socks or "") or (facts.note if facts.problem in _FATAL else "")
    return ProxyFacts(facts.url, facts.source, facts.bypass, unheeded=shown)


async def enter(pool: ConnectionPool) -> TunnelFacts:
    """The connection through the proxy, as it was set. Raises NetError."""
    assert pool.proxy is not None
    await pool.enter()
    return TunnelFacts(pool.proxy.scheme, pool.target.host, pool.target.port)


def doubtful(why: Failure) -> bool:
    """Whether what answered may be no such proxy at all."""
    return why.kind in (Kind.PROXY_PROTOCOL, Kind.TIMEOUT) or (
        why.kind is Kind.PROXY_REFUSED and _status(why) in _NO_PROXY_SAYS
    )


def _status(why: Failure) -> str:
    return why.detail.split(" ")[1] if why.detail.startswith("HTTP/") else ""


async def identify(pool: ConnectionPool) -> str:
    """What the port speaks that is no such proxy as was set: ``http``, ``https``, ``socks5``, :data:`WEB`, or nothing
    known.

    Each guess is a connection of its own, without any key and without the proxy's password.
    """
    proxy = pool.proxy
    assert proxy is not None
    guesses = [
        one for one in ("http", "socks5", "https") if one != proxy.scheme and not (one == "socks5" and proxy.socks)
    ]
    bare = replace(proxy, authorization="", user="", password="")
    *found, web = await asyncio.gather(
        *(_answers(pool, replace(bare, scheme=scheme)) for scheme in guesses), _is_web_server(pool)
    )
    return next((scheme for scheme, yes in zip(guesses, found, strict=True) if yes), WEB if web else "")


async def _answers(pool: ConnectionPool, proxy: Proxy) -> bool:
    """Whether the port answers as such a proxy, be it with a refusal."""
    other = pool.beside(proxy=proxy)
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            await other.enter()
    except NetError as error:
        said = error.failure
        if said.kind is Kind.PROXY_REFUSED and not proxy.socks:
            return _status(said) not in _NO_PROXY_SAYS
        return said.kind in (Kind.PROXY_AUTH, Kind.PROXY_REFUSED)
    except TimeoutError:
        return False
    finally:
        other.close()
    return True


async def _is_web_server(pool: ConnectionPool) -> bool:
    """Whether the port answers a request that is meant for itself, which a proxy refuses."""
    loop = asyncio.get_running_loop()
    assert pool.proxy is not None
    sock = None
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            assert pool.good is not None
            sock = await pool.network.dial(pool.good, pool.dial_port)
            request = (
                f"GET /v1/models HTTP/1.1\r\nHost: {pool.proxy.host}:{pool.proxy.port}\r\nConnection: close\r\n\r\n"
            )
            await loop.sock_sendall(sock, request.encode("latin-1", "replace"))
            words = (await loop.sock_recv(sock, 512)).split(b" ", 2)
    except (NetError, OSError, TimeoutError):
        return False
    finally:
        if sock is not None:
            sock.close()
    return words[0].startswith(b"HTTP/") and words[1:2] in ([b"200"], [b"401"], [b"404"], [b"405"])


async def directly(pool: ConnectionPool) -> DirectFacts:
    """How far the host is reached without the proxy: to its certificate at most, and without any key."""
    host, port = pool.target.host, pool.target.port
    probe = "dns"
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            await pool.resolve()
            probe = "tcp"
            good, dials, _ = await pool.dial()
            if good is None:
                return DirectFacts(host, port, probe, next((dial.kind for dial in dials if dial.kind), Kind.OTHER))
            if pool.target.scheme == "https":
                probe = "tls"
                await pool.first_connection()
    except NetError as error:
        return DirectFacts(host, port, probe, error.failure.kind)
    except TimeoutError:
        return DirectFacts(host, port, probe, Kind.TIMEOUT)
    finally:
        pool.close()
    return DirectFacts(host, port, probe)


def _without_credentials(raw: str, scrub: Scrubber) -> str:
    head, _, tail = raw.strip().rpartition("@")
    scheme = head.partition("://")[0] + "://" if "://" in head else ""
    return scrub((scheme + tail) if head else tail)
