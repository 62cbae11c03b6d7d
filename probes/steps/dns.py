"""dns: the name's addresses, by the system's resolver."""

from __future__ import annotations

from probes.model import DnsFacts
from probes.way import Way


async def measure(way: Way) -> DnsFacts:
    """Raises NetError: NAME_UNKNOWN, NAME_FAILED, NAME_INVALID."""
    return DnsFacts(way.dial_host, await way.resolve())
