"""Run checks for scan results: a few in parallel, identical requests only once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable

from probes.app_settings.scan import FoundSettings
from probes.catalog.apps import Apps
from probes.catalog.companions import companions_of
from probes.model.evidence import Evidence, Observation
from probes.model.facts import SettingsFacts
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import Sourced
from probes.network.shared_network import SharedNetwork
from probes.run.engine import run
from probes.steps.settings import header_facts

AT_ONCE = 8  # checks in parallel; each sends up to four requests at the same time
AT_ONE_KEY = 1  # a small plan refuses the second of two concurrent requests, and two apps often have the same key


async def check(
    found: Iterable[FoundSettings], apps: Apps, version: str, tell: Callable[[FoundSettings, Evidence], None]
) -> None:
    """Check all settings except those that are out of reach, and call ``tell`` with the evidence of each as it ends.

    A cancellation (Ctrl-C) ends all checks with the evidence gathered so far.
    """
    groups: dict[Hashable, list[FoundSettings]] = {}
    for one in found:
        if not one.beyond:
            groups.setdefault(sameness(one, apps), []).append(one)
    network, places = SharedNetwork(), asyncio.Semaphore(AT_ONCE)
    keys: dict[Hashable, asyncio.Semaphore] = {}

    async def group(alike: list[FoundSettings]) -> None:
        settings = alike[0].settings
        key = settings.key.value.reveal() if settings.key else id(alike)
        async with keys.setdefault(key, asyncio.Semaphore(AT_ONE_KEY)), places:
            evidence = await run(settings, network=network, version=version)
        for one in alike:
            tell(one, evidence_for(evidence, one))

    tasks = [asyncio.create_task(group(alike)) for alike in groups.values()]
    try:
        await asyncio.gather(*tasks)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def sameness(found: FoundSettings, apps: Apps) -> Hashable:
    """Return what found settings must share to need one check: all that is in a request, and how the app sends it."""
    settings, app = found.settings, apps.get(found.app)
    wire = app.wire(settings.protocol.value) if app is not None else None
    sent = wire and (wire.join, wire.endpoint, wire.version, wire.query, wire.auth)
    others = (found.app, settings.switches) if companions_of(found.app) else ()
    kept = app and (app.stack, app.proxies, app.roots, app.page, app.refuses_private)
    tried = frozenset(one.value for one in settings.conflicts if isinstance(one.value, Secret))
    withheld = settings.override is not None and settings.override.withheld
    values = (settings.base_url, settings.key, settings.model, settings.api_version)
    given = tuple(one.value if one is not None else None for one in values)
    variable = (settings.auth_variable, settings.query, settings.login, settings.credential)
    headers = tuple((one.name, one.value.value, one.protocols, one.flaw) for one in settings.headers)
    return (others, settings.renamed, headers, *given, settings.protocol.value, sent, kept, variable, tried, withheld)


def evidence_for(evidence: Evidence, found: FoundSettings) -> Evidence:
    """Return the evidence of a shared check as that of one app for which it was made."""
    settings = found.settings
    named = {"base_url": settings.base_url, "key": settings.key, "model": settings.model}
    headers = ((f"headers.{one.name}", one.value.source) for one in settings.headers if not one.flaw)
    sources = (*((name, value.source) for name, value in named.items() if isinstance(value, Sourced)), *headers)
    target = replace(evidence.target, app=found.app, app_named=True, name=name_of(found), sources=sources)
    return replace(evidence, target=target, observations=tuple(_own(one, found) for one in evidence.observations))


def _own(observation: Observation, found: FoundSettings) -> Observation:
    facts, settings = observation.facts, found.settings
    if not isinstance(facts, SettingsFacts):
        return observation
    own = replace(
        facts,
        conflicts=settings.conflicts,
        searched=settings.searched,
        override=settings.override,
        headers=header_facts(settings),
        switches=settings.switches,
        lacks_setting=settings.lacks_setting,
    )
    return replace(observation, facts=own)


def name_of(found: FoundSettings) -> str:
    """Return the name of the settings in a report, such as ``codex relay ~/.codex/config.toml:7``."""
    return " ".join(part for part in (found.app, found.name, found.where) if part)
