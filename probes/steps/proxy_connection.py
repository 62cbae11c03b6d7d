"""The ``proxy`` probe on the network: open the tunnel; if that fails, see what the port speaks, or do without it."""

from __future__ import annotations

import asyncio

from probes.model.facts import DirectFacts, TunnelFacts
from probes.model.failure import Failure, Kind
from probes.model.record import replace
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.proxy_server import Proxy

PATIENCE = 3.0  # seconds at most for each further check after a failure
WEB = "web"  # the answer of `identify` for a web server that is not a proxy
_CONNECT_UNKNOWN = ("400", "404", "405", "501")  # the statuses of a server that does not support CONNECT


async def enter(pool: ConnectionPool) -> TunnelFacts:
    """Open the tunnel through the proxy of the pool. Raises NetError."""
    assert pool.proxy is not None
    await pool.enter()
    return TunnelFacts(pool.proxy.scheme, pool.target.host, pool.target.port)


def doubtful(why: Failure) -> bool:
    """Check whether a failure suggests that the server is not a proxy, or speaks another protocol than configured."""
    return why.kind in (Kind.PROXY_PROTOCOL, Kind.TIMEOUT) or (
        why.kind is Kind.PROXY_REFUSED and _status(why) in _CONNECT_UNKNOWN
    )


def _status(why: Failure) -> str:
    return why.detail.split(" ")[1] if why.detail.startswith("HTTP/") else ""


async def identify(pool: ConnectionPool) -> str:
    """Find out what the proxy's port speaks, if not the configured protocol.

    Return ``http``, ``https``, ``socks5``, :data:`WEB`, or an empty string if no guess fits. Each guess opens a new
    connection, without any key and without the proxy's password.
    """
    proxy = pool.proxy
    assert proxy is not None
    guesses = [
        scheme
        for scheme in ("http", "socks5", "https")
        if scheme != proxy.scheme and not (scheme == "socks5" and proxy.socks)
    ]
    bare = replace(proxy, authorization="", user="", password="")
    *results, web = await asyncio.gather(
        *(_answers(pool, replace(bare, scheme=scheme)) for scheme in guesses), _is_web_server(pool)
    )
    return next((scheme for scheme, fits in zip(guesses, results, strict=True) if fits), WEB if web else "")


async def _answers(pool: ConnectionPool, proxy: Proxy) -> bool:
    """Check whether the port answers as a proxy of this kind does, even if it refuses the request."""
    other = pool.beside(proxy=proxy)
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            await other.enter()
    except NetError as error:
        why = error.failure
        if why.kind is Kind.PROXY_REFUSED and not proxy.socks:
            return _status(why) not in _CONNECT_UNKNOWN
        return why.kind in (Kind.PROXY_AUTH, Kind.PROXY_REFUSED)
    except TimeoutError:
        return False
    finally:
        other.close()
    return True


async def _is_web_server(pool: ConnectionPool) -> bool:
    """Check whether the port answers a request for a path of its own host, which a proxy rejects."""
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
    """Connect to the host without the proxy, up to the TLS handshake and without any key. Return how far that got."""
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
