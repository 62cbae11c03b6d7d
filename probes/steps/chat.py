"""chat and stream: one small generation, with the official SDKs' patience after a passing fault, but not their long
waits.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from probes.api.client import Asker
from probes.api.response_checks import transient
from probes.model.settings import Exchange

PAUSES = (0.4, 0.8)  # seconds; the SDKs' own first two
PATIENCE = 3.0  # the longest `retry-after` that is waited for


def _pause(found: Exchange, tries: int) -> float:
    try:
        asked = float(found.header("retry-after") or 0)
    except ValueError:
        asked = 0.0
    return max(asked, PAUSES[tries - 1]) if 0 <= asked <= 60 else PAUSES[tries - 1]


async def persist(asker: Asker, found: Exchange) -> Exchange:
    """Ask again as the SDK would after a passing fault; what came last, with the number of tries."""
    tries = 1
    while transient(found) and tries <= len(PAUSES):
        pause = _pause(found, tries)
        if pause > PATIENCE:
            break
        await asyncio.sleep(pause)
        again = await asker.generate(found.attempt, found.attempt.model or "", stream=found.purpose == "stream")
        tries += 1
        found = replace(again, tries=tries, first_status=found.first_status or found.status)
    return found
