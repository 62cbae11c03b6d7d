"""What the data of client programs says of a run: the app that was named, and the others that would need it otherwise.

The run speaks of base URLs as the official SDK of the protocol takes them; here they are put as an app takes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from diagnose.report import Client
from probes.catalog.app import App
from probes.catalog.apps import load, official
from probes.catalog.sdk_variables import variables_of
from probes.catalog.url_joining import join
from probes.model.attempt import Attempt
from probes.model.evidence import Target
from probes.protocols.names import NAMES
from probes.urls.app_base_urls import MODEL, takes


def named(target: Target) -> App | None:
    """The app that the user named; None where none was."""
    return known(target.app) if target.app_named else None


def known(id: str) -> App | None:
    """The app of that id."""
    return load().get(id)


def in_its_terms(app: App | None, protocol: str, base_url: str) -> str | None:
    """An SDK's base URL as the app takes it; None where the app cannot be pointed there.

    As it is where no app was named, or the app does not speak the protocol.
    """
    wire = app.wire(protocol) if app is not None else None
    if app is None or wire is None or app is official(protocol):
        return base_url
    return takes(app, wire, base_url)


def variable(app: App | None, protocol: str, role: str) -> str:
    """The variable in which the app takes its ``base_url``, ``key`` or ``model``; empty where it has none."""
    wire = app.wire(protocol) if app is not None else None
    names = {"base_url": wire.base_url, "key": wire.key, "model": wire.model} if wire is not None else {}
    return (*names.get(role, ()), "")[0]


def sdk_variable(protocol: str, role: str) -> str:
    """Return the variable in which the protocol's official SDK looks first for a setting; empty where it reads none.

    ``role`` is ``base_url``, ``key``, ``model`` or ``api_version``.

    >>> sdk_variable("gemini", "key")
    'GOOGLE_API_KEY'
    """
    if protocol not in NAMES:
        return ""
    own = variables_of(protocol)
    names = {"base_url": own.bases, "key": own.keys, "model": (own.model,), "api_version": (own.version,)}
    return (*names[role], "")[0]


def others(target: Target, working: Attempt | None, as_given: bool) -> tuple[Client, ...]:
    """The apps that want another base URL than the one that works, each with its own.

    Of a run for one app that app alone. An app to which the setting as given does the same is left out.
    """
    if working is None:
        return ()
    given = target.base_url if as_given else None
    own = official(working.protocol).wire(working.protocol)
    usual = own is not None and working.base_url == own.default  # which every client finds by itself
    found = []
    for app in (named(target),) if target.app_named else load():
        wire = app.wire(working.protocol) if app is not None else None
        if app is None or wire is None:
            continue
        base = takes(app, wire, working.base_url)
        if base == working.base_url or (given is not None and base is not None and _alike(app, working, given, base)):
            continue
        found.append(Client(app.id, app.name, base, _how(working.base_url, base), _told(target, app, usual)))
    return tuple(found)


def _told(target: Target, app: App, usual: bool) -> bool:
    return target.app_named or (app.well_known and not usual)


def _alike(app: App, working: Attempt, given: str, base: str) -> bool:
    wire = app.wire(working.protocol)
    return wire is not None and join(app, wire, given, MODEL) == join(app, wire, base, MODEL)


def _how(base: str, its: str | None) -> str:
    """How an app's base URL differs: impossible, without_version, with_version, whole, or other."""
    if its is None:
        return "impossible"
    if its == re.sub(r"/v\d+[a-z]*\d*$", "", base):
        return "without_version"
    if re.fullmatch(re.escape(base) + r"/v\d+[a-z]*\d*", its):
        return "with_version"
    return "whole" if its.startswith(base + "/") and len(its) > len(base) + 1 else "other"


def translated(
    app: App | None, protocol: str, settings: Mapping[str, object] | None, values: Mapping[str, str]
) -> tuple[dict[str, object] | None, dict[str, str], bool]:
    """A claim's settings and values in the app's terms, and whether the app can be pointed there at all."""
    spoken = str((settings or {}).get("protocol") or protocol)
    told, found = dict(settings) if settings is not None else None, dict(values)
    if app is None or app.wire(spoken) is None:
        return told, found, True
    better = found.get("better_url") or ""
    if better:
        found["better_url"] = in_its_terms(app, spoken, better) or ""
    base = told.get("base_url") if told is not None else None
    if told is None or not isinstance(base, str):
        return told, found, not better or bool(found["better_url"])
    its = in_its_terms(app, spoken, base)
    return ({**told, "base_url": its}, found, True) if its is not None else (None, found, False)
