"""Look at the hosts that an app needs besides the API's: DNS, TCP and TLS, without a key and without a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from probes.catalog.companions import Companion, companions_of
from probes.model.facts import CompanionFacts
from probes.model.failure import Kind
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.urls.url import Url, parse_url

PATIENCE = 4.0  # seconds for each host


def needed(app: str | None, login: bool) -> tuple[Companion, ...]:
    """Return what an app needs. ``login``: it signs in with a stored login of its own, so it has to renew that."""
    if app is None:
        return ()
    return tuple(one for one in companions_of(app) if one.required and (login or not one.login))


async def measure(
    found: tuple[Companion, ...], pool_for: Callable[[Url, bool], ConnectionPool]
) -> list[CompanionFacts]:
    """Connect to each host once, all at the same time."""
    hosts = [(one, host) for one in found for host in one.hosts]
    kinds = await asyncio.gather(*(_kind(pool_for(parse_url(f"https://{host}"), False)) for _, host in hosts))
    return [CompanionFacts(host, one.need, one.required, kind) for (one, host), kind in zip(hosts, kinds, strict=True)]


async def _kind(pool: ConnectionPool) -> Kind | None:
    try:
        async with asyncio.timeout(PATIENCE):
            await pool.first_connection()
    except NetError as error:
        return error.failure.kind
    except TimeoutError:
        return Kind.TIMEOUT
    finally:
        pool.close()
    return None
