"""Run all checks of one target: settings in, evidence out. Only this module handles a run's deadline and its end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from probes.model.capability import Cost
from probes.model.evidence import Evidence, HostEnvironment, Subject
from probes.model.record import replace
from probes.model.settings import Settings
from probes.network.network import Network
from probes.run.connection import ConnectionChecks
from probes.run.key_policy import decide
from probes.run.offline_checks import OfflineChecks, scrubber, survey, target
from probes.steps.recorder import Recorder, Waits, Watch, scrubbed


def day_of(began: str) -> str:
    """Return the day of a moment in ISO 8601."""
    return began[:10]


async def run(
    given: Settings,
    *,
    network: Network | None = None,
    watch: Watch | None = None,
    waits: Waits | None = None,
    version: str = "0",
    day: str = "",
) -> Evidence:
    """Measure what ``given`` describes. Raises nothing for what the network or the server does.

    ``watch`` is called with each observation, ``waits`` when a step begins and ends.

    A cancellation (Ctrl-C) and the run's deadline end it with the evidence gathered so far. If the settings do not work
    and variables with other names lead to others, those are measured too (``renamed``), within the same deadline.
    ``day`` (ISO 8601) is the day by which it is judged which services, keys and models have ended; by default today,
    UTC.
    """
    evidence = await _run(given, network, watch, waits, version, day)
    trial = given.renamed
    left = given.limits.run - evidence.seconds
    if trial is None or not _may_help(trial, evidence) or left < 1:
        return evidence
    trial = replace(trial, limits=replace(trial.limits, run=left))
    renamed = replace(await _run(trial, network, None, waits, version, day), renames=trial.renames)
    return replace(evidence, renamed=renamed, interrupted=renamed.interrupted)


def _may_help(trial: Settings, evidence: Evidence) -> bool:
    """Check whether the settings with other names of variables are worth a run: those as given do not work, and no
    consent is missing.
    """
    withheld = trial.override is not None and trial.override.withheld
    ended = evidence.interrupted or evidence.ran_out or evidence.offline
    return evidence.working is None and not withheld and not ended


async def _run(
    given: Settings, network: Network | None, watch: Watch | None, waits: Waits | None, version: str, day: str
) -> Evidence:
    scrub = scrubber(given)
    recorder = Recorder(given.limits, scrub, watch, waits)
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    offline: OfflineChecks | None = None
    connection: ConnectionChecks | None = None
    interrupted = ran_out = False
    try:
        day = day or day_of(began)
        offline = survey(given, recorder, scrub, day)
        connection = ConnectionChecks(offline, recorder, scrub, network or Network(), version)
        async with asyncio.timeout(given.limits.run):
            await connection.run()
    except TimeoutError:
        ran_out = True
    except asyncio.CancelledError:
        interrupted = True
    except Exception as error:  # a bug in this program: a result, never a traceback
        recorder.crashed(Subject.SETTINGS, "", error, recorder.now())
    finally:
        if connection is not None:
            await connection.pools.leave()
    last = recorder.observations[-1].probe if recorder.observations else "settings"
    if connection is not None and offline is not None and offline.facts is not None and connection.api.policy is None:
        connection.api.settle(decide(offline.keys, None))
    recorder.close(last, "interrupted" if interrupted else "deadline" if ran_out else "")
    seen = scrubbed(
        Evidence(
            target=target(given, offline),
            observations=(),
            working=connection.api.working if connection is not None else None,
            cost=connection.api.cost if connection is not None else Cost(),
            vantage=connection.host_environment() if connection is not None else HostEnvironment(),
            started_at=began,
            day=day,
            seconds=recorder.now(),
            interrupted=interrupted,
            ran_out=ran_out,
            no_spend=given.no_spend,
            offline=given.offline,
            version=version,
            capabilities=connection.api.capabilities if connection is not None else () if given.deep else None,
            slos=given.slos,
        ),
        scrub,
    )
    return replace(seen, observations=tuple(recorder.observations))  # each was scrubbed when it was recorded
