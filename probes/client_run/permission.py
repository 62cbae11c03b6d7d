"""Decide whether the app may be run, and whether through the recorder. Pure.

The app sends the user's key by itself, so it is run only where :func:`probes.run.key_policy.decide` lets the same key
go to the same place.
"""

from __future__ import annotations

from probes.catalog.app import ClientProgram
from probes.model.attempt import KeyForm
from probes.model.client_run import ClientStart, NotRun
from probes.model.facts import KeyPolicy, Withheld
from probes.model.named_tuple import NamedTuple
from probes.model.settings import Settings
from probes.model.source import Owner
from probes.urls.addresses import literal_address, loopback_name
from probes.urls.url import Url

_KEYS = {KeyForm.GIVEN, KeyForm.CLEANED}


class RunPermission(NamedTuple):
    """Why the app is not run (None: it may be), whether it needs the recorder, and whether that avoids the proxy."""

    refused: NotRun | None = None
    recorder: bool = False
    direct: bool = False


def permission(
    start: ClientStart, settings: Settings, row: ClientProgram, target: Url | None, policy: KeyPolicy | None
) -> RunPermission:
    """Decide about a run. ``policy`` is what the key policy allows at ``target``; None if nothing is known of it.

    What the app itself would send by a way that cannot be foreseen (a name in plain HTTP, a proxy that could read the
    key) goes through the recorder, which looks at the address that it dials.
    """
    if start.refused is not None:
        return RunPermission(start.refused)
    if settings.offline:
        return RunPermission(NotRun.OFFLINE)
    if settings.no_spend:
        return RunPermission(NotRun.NO_SPEND)
    if target is None:
        return RunPermission(NotRun.NO_ADDRESS)
    if policy is None or policy.withheld is not None:
        project = policy is not None and policy.withheld is Withheld.PROJECT
        return RunPermission(NotRun.CONSENT if project else NotRun.KEY)
    base = settings.base_url
    if settings.key is None:
        chosen_by = base.chosen_by if base is not None else None
        named_by = (base.source if base is not None else None, chosen_by)
        if any(one is not None and one.owner is Owner.FOLDER for one in named_by):
            return RunPermission(NotRun.NO_KEY)
        straight, around = True, False
    else:
        straight, around = bool(_KEYS & set(policy.forms)), bool(_KEYS & set(policy.direct))
    if any(not one.flaw for one in settings.headers):
        straight, around = straight and policy.headers, around and policy.direct_headers
    if not (straight or around):
        return RunPermission(NotRun.KEY)
    named = target.scheme == "http" and literal_address(target.host) is None and not loopback_name(target.host)
    return RunPermission(None, start.of_folder or row.recorder or named or not straight, not straight)
