"""tcp: a connection to one of the addresses."""

from __future__ import annotations

from probes.model import TcpFacts
from probes.way import Way


async def measure(way: Way) -> TcpFacts:
    """How each address fared. ``connected`` is None where none answered: the first dial's kind says how."""
    good, dials, local = await way.dial()
    return TcpFacts(way.dial_host, way.dial_port, dials, good, local, way.proxy is not None)
