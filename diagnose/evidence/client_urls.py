"""Base URLs and variables in the terms of an app, from the table of apps.

A run works with base URLs in the form that the protocol's official SDK expects. Some apps expect another form, for
example without the ``/v1`` at the end, or with the endpoint included.
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
    """Return the app that the user named, or None if the user named none."""
    return known(target.app) if target.app_named else None


def known(id: str) -> App | None:
    """Return the app with this id, or None if the table has no such app."""
    return load().get(id)


def in_its_terms(app: App | None, protocol: str, base_url: str) -> str | None:
    """Convert a base URL from the form of the official SDK to the form of the app.

    Return None if no setting of the app leads to that address. Return the base URL unchanged if there is no app, or if
    the app does not speak the protocol.
    """
    wire = app.wire(protocol) if app is not None else None
    if app is None or wire is None or app is official(protocol):
        return base_url
    return takes(app, wire, base_url)


def variable(app: App | None, protocol: str, role: str) -> str:
    """Return the variable from which the app reads its ``base_url``, ``key`` or ``model``; empty if it reads none."""
    wire = app.wire(protocol) if app is not None else None
    names = {"base_url": wire.base_url, "key": wire.key, "model": wire.model} if wire is not None else {}
    return (*names.get(role, ()), "")[0]


def header_variable(client: App | None, protocol: str) -> str:
    """Return the variable from which the client, else the protocol's official SDK, takes a list of extra headers.

    Empty if it reads none.
    """
    if protocol not in NAMES:
        return ""
    wire = client.wire(protocol) if client is not None else None
    wire = wire or official(protocol).wire(protocol)
    return next(iter(wire.header_lists), "") if wire is not None else ""


def sdk_variable(protocol: str, role: str) -> str:
    """Return the first variable from which the protocol's official SDK reads a setting; empty if it reads none.

    ``role`` is ``base_url``, ``key``, ``model`` or ``api_version``. An SDK that adds project and location to the
    address (Vertex AI) has no variable for the whole of it.

    >>> sdk_variable("gemini", "key")
    'GOOGLE_API_KEY'
    """
    if protocol not in NAMES:
        return ""
    sdk = variables_of(protocol)
    wire = official(protocol).wire(protocol)
    if role == "base_url" and wire is not None and wire.project:
        return ""
    names = {"base_url": sdk.bases, "key": sdk.keys, "model": (sdk.model,), "api_version": (sdk.version,)}
    return (*names[role], "")[0]


def others(target: Target, working: Attempt | None, as_given: bool) -> tuple[Client, ...]:
    """Return the apps that need a base URL other than the one that works, each with the base URL in its own form.

    If the user named an app, only that app is considered. ``as_given`` says that the base URL works as it was given;
    then an app that reaches the same address with it is left out.
    """
    if working is None:
        return ()
    given = target.base_url if as_given else None
    sdk_wire = official(working.protocol).wire(working.protocol)
    is_default = sdk_wire is not None and working.base_url == sdk_wire.default  # every client uses it without a setting
    clients = []
    for app in (named(target),) if target.app_named else load():
        wire = app.wire(working.protocol) if app is not None else None
        if app is None or wire is None:
            continue
        base = takes(app, wire, working.base_url)
        if base == working.base_url or (
            given is not None and base is not None and _same_request_url(app, working, given, base)
        ):
            continue
        clients.append(
            Client(app.id, app.name, base, _difference(working.base_url, base), _worth_telling(target, app, is_default))
        )
    return tuple(clients)


def _worth_telling(target: Target, app: App, is_default: bool) -> bool:
    return target.app_named or (app.well_known and not is_default)


def _same_request_url(app: App, working: Attempt, given: str, base: str) -> bool:
    wire = app.wire(working.protocol)
    return wire is not None and join(app, wire, given, MODEL) == join(app, wire, base, MODEL)


def _difference(base: str, app_base: str | None) -> str:
    """Return how an app's base URL differs from the SDK's; the names are those of ``diagnose.report.DIFFERENCES``."""
    if app_base is None:
        return "impossible"
    if app_base == re.sub(r"/v\d++[a-z]*+\d*+$", "", base):
        return "without_version"
    if re.fullmatch(re.escape(base) + r"/v\d++[a-z]*+\d*+", app_base):
        return "with_version"
    return "whole" if app_base.startswith(base + "/") and len(app_base) > len(base) + 1 else "other"


def translated(
    app: App | None, protocol: str, settings: Mapping[str, object] | None, values: Mapping[str, str]
) -> tuple[dict[str, object] | None, dict[str, str], bool]:
    """Return a claim's settings and values in the app's terms, and whether the app can reach that address at all."""
    spoken_protocol = str((settings or {}).get("protocol") or protocol)
    app_settings, app_values = dict(settings) if settings is not None else None, dict(values)
    if app is None or app.wire(spoken_protocol) is None:
        return app_settings, app_values, True
    better = app_values.get("better_url") or ""
    if better:
        app_values["better_url"] = in_its_terms(app, spoken_protocol, better) or ""
    base = app_settings.get("base_url") if app_settings is not None else None
    if app_settings is None or not isinstance(base, str):
        return app_settings, app_values, not better or bool(app_values["better_url"])
    app_base = in_its_terms(app, spoken_protocol, base)
    return (
        ({**app_settings, "base_url": app_base}, app_values, True)
        if app_base is not None
        else (None, app_values, False)
    )
