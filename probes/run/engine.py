"""Run all checks of one target: settings in, evidence out. Only this module handles a run's deadline and its end."""

from __future__ import annotations

import asyncio

from probes.api.client import plus
from probes.model.capability import Cost
from probes.model.client_run import ClientRun
from probes.model.evidence import Evidence, HostEnvironment, Subject
from probes.model.record import replace
from probes.model.run_memory import running
from probes.model.settings import Settings
from probes.network.network import Network
from probes.run.connection import ConnectionChecks
from probes.run.local_run import LocalRun, NetworkResults
from probes.run.plan import presumed_policy
from probes.steps.recorder import Waits, Watch


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
    with running():
        return await go_on(LocalRun(given, watch=watch, waits=waits, version=version, day=day), network)


async def go_on(begun: LocalRun, network: Network | None = None) -> Evidence:
    """Measure what a run has to measure over the network, as :func:`run` does."""
    with running():
        return await _with_trial(begun, network)


async def _with_trial(begun: LocalRun, network: Network | None) -> Evidence:
    evidence = await _finish(begun, network)
    trial = begun.given.renamed
    left = begun.given.limits.run - evidence.seconds
    if trial is None or not _may_help(trial, evidence) or left < 1:
        return evidence
    trial = replace(trial, limits=replace(trial.limits, run=left))
    second = LocalRun(trial, waits=begun.waits, version=begun.version, day=begun.day)
    renamed = replace(await _finish(second, network), renames=trial.renames)
    return replace(evidence, renamed=renamed, interrupted=renamed.interrupted)


def _may_help(trial: Settings, evidence: Evidence) -> bool:
    """Check whether the settings with other names of variables are worth a run: those as given do not work, and no
    consent is missing.
    """
    withheld = trial.override is not None and trial.override.withheld
    ended = evidence.interrupted or evidence.ran_out or evidence.offline
    return evidence.working is None and not withheld and not ended


async def _finish(begun: LocalRun, network: Network | None) -> Evidence:
    offline, recorder = begun.offline, begun.recorder
    if begun.ends or offline is None:
        if offline is not None and begun.given.runtime is not None:
            await _ask_runtime(begun, None)
        return begun.ended()
    connection: ConnectionChecks | None = None
    runtime_cost = Cost()
    client: ClientRun | None = None
    interrupted = ran_out = False
    try:
        connection = ConnectionChecks(offline, recorder, begun.scrub, network or Network(), begun.version)
        async with asyncio.timeout(begun.given.limits.run):
            await connection.run()
            if begun.given.runtime is not None:
                runtime_cost = await _ask_runtime(begun, connection)
            client = await _run_client(begun, connection)
    except TimeoutError:
        ran_out = True
    except asyncio.CancelledError:
        interrupted = True
    except Exception as error:  # a bug in this program: a result, never a traceback
        recorder.crashed(Subject.SETTINGS, "", error, recorder.now())
    finally:
        if connection is not None:
            await connection.pools.leave()
    if connection is None:
        return begun.evidence(NetworkResults(HostEnvironment(), interrupted=interrupted))
    found = NetworkResults(
        connection.host_environment(),
        connection.api.working,
        plus(connection.api.cost, runtime_cost),
        connection.api.policy,
        connection.api.capabilities,
        connection.api.client_request,
        interrupted,
        ran_out,
        client,
    )
    return begun.evidence(found)


async def _ask_runtime(begun: LocalRun, connection: ConnectionChecks | None) -> Cost:
    """Ask the app's own runtime, if its address may be known at all. Return what that has cost."""
    from probes.run.app_call import ask_runtime  # few runs start other programs

    offline = begun.offline
    if offline is None or offline.keys.in_address:
        return Cost()
    return await ask_runtime(offline, begun.recorder, connection.api.working if connection is not None else None)


async def _run_client(begun: LocalRun, connection: ConnectionChecks) -> ClientRun | None:
    """Run the app itself, if the user asked for it, in the time that is left."""
    start, offline, recorder = begun.given.client, begun.offline, begun.recorder
    if start is None or offline is None:
        return None
    from probes.catalog.apps import load
    from probes.client_run.client_runner import ClientRunner  # few runs start another program

    app = load().get(begun.given.app)
    if app is None or app.run is None:
        return None
    api = connection.api
    policy = api.policy if api.policy is not None else presumed_policy(offline)
    runner = ClientRunner(start, begun.given, app, offline.protocol, offline.target)
    with recorder.waiting(Subject.HTTP, app.name):
        return await runner.run(policy, connection.pools, api.working, begun.given.limits.run - recorder.now())
