"""run(): settings in, evidence out. The only place that owns a run's deadline, and its end, whatever ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from probes.model.capability import Cost
from probes.model.evidence import Evidence, HostEnvironment
from probes.model.settings import Settings
from probes.network.network import Network
from probes.run.connection import ConnectionChecks
from probes.run.offline_checks import OfflineChecks, scrubber, survey, target
from probes.steps.recorder import Recorder, Watch, scrubbed


async def run(
    given: Settings, *, network: Network | None = None, watch: Watch | None = None, version: str = "0"
) -> Evidence:
    """Measure what ``given`` describes. Never raises for what the network or the door does.

    A cancellation (Ctrl-C) and the run's deadline end it with the evidence gathered so far.
    """
    scrub = scrubber(given)
    ledger = Recorder(given.limits, scrub, watch)
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ground: OfflineChecks | None = None
    journey: ConnectionChecks | None = None
    interrupted = ran_out = False
    try:
        ground = survey(given, ledger, scrub)
        journey = ConnectionChecks(ground, ledger, scrub, network or Network(), version)
        async with asyncio.timeout(given.limits.run):
            await journey.go()
    except TimeoutError:
        ran_out = True
    except asyncio.CancelledError:
        interrupted = True
    except Exception as error:  # our own fault: a result, never a traceback
        ledger.crashed("settings", "", error, ledger.now())
    finally:
        if journey is not None:
            await journey.ways.leave()
    last = ledger.observations[-1].probe if ledger.observations else "settings"
    ledger.close(last, "interrupted" if interrupted else "deadline" if ran_out else "")
    seen = scrubbed(
        Evidence(
            target=target(given, ground),
            observations=(),
            working=journey.visit.working if journey is not None else None,
            cost=journey.visit.cost if journey is not None else Cost(),
            vantage=journey.vantage() if journey is not None else HostEnvironment(),
            started_at=began,
            seconds=ledger.now(),
            interrupted=interrupted,
            ran_out=ran_out,
            no_spend=given.no_spend,
            offline=given.offline,
            version=version,
            capabilities=journey.visit.capabilities if journey is not None else () if given.deep else None,
            slos=given.slos,
        ),
        scrub,
    )
    return replace(seen, observations=tuple(ledger.observations))  # each was scrubbed as it came in
