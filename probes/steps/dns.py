"""The ``dns`` probe: look the host up with the system's resolver.

If the resolver's error does not show the reason, query its name servers directly.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable

from probes.model.facts import DnsFacts, Lookup
from probes.model.failure import Kind
from probes.model.note import note
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError

PATIENCE = 2.0  # seconds at most for each name server that is queried directly
_SYSTEM = 0.7  # of the probe's time limit for the resolver; the rest is for querying the name servers
_NO_INFORMATION = {"silent", "servfail", "refused", "unreachable"}  # these say nothing about the name itself


async def measure(pool: ConnectionPool, servers: tuple[str, ...] = ()) -> DnsFacts:
    """Look up the host of the pool, and query ``servers`` (``ADDR`` or ``ADDR:PORT``) for comparison.

    Raises NetError with NAME_UNKNOWN, NAME_FAILED or NAME_INVALID.
    """
    host = pool.dial_host
    others = asyncio.ensure_future(_ask(pool, host, servers)) if servers else None
    try:
        try:
            async with asyncio.timeout(pool.limits.probe * _SYSTEM):
                addresses = await pool.resolve()
        except TimeoutError as error:
            raise NetError(Kind.NAME_FAILED, note=note("resolver_silent")) from error
    except NetError as error:
        kind, failure = error.failure.kind, error.failure
        lookups: tuple[Lookup, ...] = ()
        if kind is Kind.NAME_FAILED or (kind is Kind.NAME_UNKNOWN and not _no_name_is_certain()):
            lookups = await _ask(pool, host, pool.network.name_servers())
        facts = DnsFacts(host, (), lookups, await others if others is not None else ())
        raise NetError(_combined_kind(kind, lookups), failure.detail, facts, failure.note) from error
    finally:
        if others is not None and not others.done() and sys.exc_info()[0] is not None:
            others.cancel()
    return DnsFacts(host, addresses, (), await others if others is not None else ())


async def _ask(pool: ConnectionPool, host: str, servers: Iterable[str]) -> tuple[Lookup, ...]:
    seconds = min(PATIENCE, pool.limits.probe / 4)
    return tuple(await asyncio.gather(*(pool.network.ask_server(server, host, seconds) for server in servers)))


def _no_name_is_certain() -> bool:
    """Check whether "no such name" comes only from a name server. macOS and Windows also report it while offline."""
    return sys.platform not in ("darwin", "win32")


def _combined_kind(kind: Kind, lookups: tuple[Lookup, ...]) -> Kind:
    """Return the kind of failure that follows from the resolver's error and the answers of its name servers."""
    answers = {lookup.said for lookup in lookups}
    if kind is Kind.NAME_FAILED and answers & {"no_name", "no_address"}:
        return Kind.NAME_UNKNOWN  # the resolver fails so with a search list, or while one of several servers is down
    if kind is Kind.NAME_UNKNOWN and answers and answers <= _NO_INFORMATION:
        return Kind.NAME_FAILED
    return kind
