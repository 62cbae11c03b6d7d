"""dns: the name's addresses by the system's resolver; where that says too little, what its servers say themselves."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable

from probes.model.facts import DnsFacts, Lookup
from probes.model.failure import Kind
from probes.model.note import note
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError

PATIENCE = 2.0  # seconds for a server that is asked besides
_SYSTEM = 0.7  # of the probe's time; the rest is for asking the servers
_NO_WORD = {"silent", "servfail", "refused", "unreachable"}  # nothing that tells of the name itself


async def measure(pool: ConnectionPool, servers: tuple[str, ...] = ()) -> DnsFacts:
    """The addresses, and what ``servers`` say besides. Raises NetError: NAME_UNKNOWN, NAME_FAILED, NAME_INVALID."""
    host = pool.dial_host
    others = asyncio.ensure_future(_ask(pool, host, servers))
    try:
        try:
            async with asyncio.timeout(pool.limits.probe * _SYSTEM):
                addresses = await pool.resolve()
        except TimeoutError as error:
            raise NetError(Kind.NAME_FAILED, note=note("resolver_silent")) from error
    except NetError as error:
        kind, failure = error.failure.kind, error.failure
        asked: tuple[Lookup, ...] = ()
        if kind is Kind.NAME_FAILED or (kind is Kind.NAME_UNKNOWN and not _telling()):
            asked = await _ask(pool, host, pool.network.name_servers())
        facts = DnsFacts(host, (), asked, await others)
        raise NetError(_weighed(kind, asked), failure.detail, facts, failure.note) from error
    finally:
        if not others.done() and sys.exc_info()[0] is not None:
            others.cancel()
    return DnsFacts(host, addresses, (), await others)


async def _ask(pool: ConnectionPool, host: str, servers: Iterable[str]) -> tuple[Lookup, ...]:
    seconds = min(PATIENCE, pool.limits.probe / 4)
    return tuple(await asyncio.gather(*(pool.network.ask_server(one, host, seconds) for one in servers)))


def _telling() -> bool:
    """Whether the system says \"no such name\" only where a server said so. macOS and Windows say it offline too."""
    return sys.platform not in ("darwin", "win32")


def _weighed(kind: Kind, asked: tuple[Lookup, ...]) -> Kind:
    """The system's word in the light of its servers' own."""
    said = {one.said for one in asked}
    if kind is Kind.NAME_FAILED and said & {"no_name", "no_address"}:
        return Kind.NAME_UNKNOWN  # behind a search list, or where one of several servers is down
    if kind is Kind.NAME_UNKNOWN and said and said <= _NO_WORD:
        return Kind.NAME_FAILED
    return kind
