"""Look at the hosts that an app asks besides the API's: DNS, TCP and TLS, without a key and without a request."""

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


def worth_a_look(
    app: str | None, login: bool, host: str, switches: tuple[str, ...], sparing: bool = False
) -> tuple[Companion, ...]:
    """Return what an app needs, and what makes it late; without those that one of its ``switches`` turns off.

    ``login``: it signs in with a stored login of its own, so it has to renew that. ``host`` is the API's. A run that is
    ``sparing``, of a fleet, leaves out what only makes an app late.
    """
    if app is None:
        return ()
    found = (one for one in companions_of(app) if host not in one.hosts and one.switch not in switches)
    return tuple(one for one in found if (one.late and not sparing) or (one.required and (login or not one.login)))


async def measure(
    found: tuple[Companion, ...], pool_for: Callable[[Url, bool], ConnectionPool]
) -> list[CompanionFacts]:
    """Connect to each host once, all at the same time."""
    hosts = [(one, host) for one in found for host in one.hosts]
    kinds = await asyncio.gather(*(_kind(pool_for(parse_url(f"https://{host}"), False)) for _, host in hosts))
    return [
        CompanionFacts(host, one.need, one.required, kind, one.late, one.switch)
        for (one, host), kind in zip(hosts, kinds, strict=True)
    ]


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
