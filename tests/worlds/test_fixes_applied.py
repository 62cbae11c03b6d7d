"""A fix names every setting that its try changed: applied exactly as it is, it makes the world work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest

import probes.api.round_runner
import probes.network.network
from diagnose.judging.judge import judge
from diagnose.report import Fix, Report, Severity
from probes.catalog.apps import load
from probes.keys.flaws import examine_key
from probes.model.attempt import Auth
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import NodeSettings, ProxySettings, Settings, Sourced
from probes.model.source import option
from probes.run.engine import run
from worlds.one_in import one_in
from worlds.recorded import recorded
from worlds.stage import Scenario, Stage, stage
from worlds.table import SCENARIOS

_TRUST = cache(probes.network.network.trust)
_NODE = {"node_extra_ca_certs": "extra_ca", "node_use_system_ca": "system_ca"}
GIVEN = option("test")


def tried(report: Report) -> list[Fix]:
    """Return the fixes of errors that were seen to work and that settings can express."""
    errors = [one for one in report.findings if one.severity is Severity.ERROR]
    found = [fix for one in errors for fix in one.fixes if fix.verified and fix.settings]
    return [fix for fix in found if "stream" not in fix.settings]  # the check itself always streams as well


def applied(given: Settings, fix: Mapping[str, Any]) -> Settings:
    """Return the settings with what a fix names, and nothing else."""
    known = set(_NODE) | {"base_url", "protocol", "model", "api_version", "auth", "key", "key_source", "no_proxy"}
    known |= {"proxy", "ssl_cert_file", "unset", "websocket"}
    assert set(fix) <= known, f"nobody can apply {set(fix) - known}"
    for name in ("base_url", "protocol", "model", "api_version"):
        if name in fix:
            given = replace(given, **{name: Sourced(str(fix[name]), GIVEN)})
    app = load().get(given.app)
    if "protocol" in fix and app is not None and app.wire(str(fix["protocol"])) is None:
        given = replace(given, app=None)  # another app, as the fix of a wrong protocol says
    if "auth" in fix:
        # An app sends the header that it sends: only another client sends another one.
        given = replace(given, auth=Sourced(Auth(fix["auth"]), GIVEN), auth_variable=None, app=None)
    if "key" in fix:
        assert given.key is not None
        cleaned = examine_key(given.key.value.reveal(), given.protocol.value).cleaned
        assert cleaned
        given = replace(given, key=Sourced(Secret(cleaned), GIVEN))
    if "key_source" in fix:
        (other,) = (one for one in given.conflicts if one.source == fix["key_source"])
        assert isinstance(other.value, Secret)
        given = replace(given, key=Sourced(other.value, other.source), conflicts=())
    if "websocket" in fix:
        given = replace(given, websocket=Sourced(False, GIVEN))
    if "unset" in fix:
        places = str(fix["unset"]).split(", ")
        given = replace(given, headers=tuple(one for one in given.headers if str(one.value.source) not in places))
    proxies = given.proxies
    if "proxy" in fix:
        changed = {
            name: Sourced(str(fix["proxy"]), GIVEN) for name in ("http", "https", "all") if getattr(proxies, name)
        }
        proxies = ProxySettings(**changed, no_proxy=proxies.no_proxy)
    if "no_proxy" in fix:
        proxies = replace(proxies, no_proxy=Sourced(str(fix["no_proxy"]), GIVEN))
    if "ssl_cert_file" in fix:
        path = str(fix["ssl_cert_file"])
        given = replace(given, ca_bundle=Sourced(path, GIVEN) if path else None)
    node = given.node
    for name, field in _NODE.items():
        if name in fix:
            node = replace(node, **{field: str(fix[name]) if field == "extra_ca" else True})
    assert isinstance(node, NodeSettings)
    return replace(given, proxies=proxies, node=node)


def checked(set_up: Stage, given: Settings) -> Report:
    with (
        patch.object(probes.api.round_runner, "PAUSES", (0.01, 0.02)),
        patch.object(probes.network.network, "trust", _TRUST),
    ):
        return judge(asyncio.run(run(given, network=set_up.network, version="0")))


STILL = [one for one in SCENARIOS if not one.started_at]  # the clock of a world is not part of its settings
QUICKLY = 30  # the quick tests apply the fixes of one world in so many


@pytest.mark.parametrize("scenario", one_in(QUICKLY, zip(STILL), lambda one: one.name))
def test_a_tried_fix_is_complete(scenario: Scenario) -> None:
    if not tried(judge(recorded(scenario).evidence)):
        return  # most worlds need no fix, or have none that can be tried
    with stage(scenario) as set_up:
        before = checked(set_up, set_up.settings)
        fixes = tried(before)
        assert fixes
        # Errors without a tried fix, such as a stream that is cut, stay.
        left = {
            one.code
            for one in before.findings
            if one.severity is Severity.ERROR and not any(fix in fixes for fix in one.fixes)
        }
        for fix in {str(fix.settings): fix for fix in fixes}.values():
            after = checked(set_up, applied(set_up.settings, fix.settings))
            errors = {one.code for one in after.findings if one.severity is Severity.ERROR}
            assert errors <= left, f"{fix.settings}: {errors}"
            assert after.proven.answer is before.proven.answer, fix.settings
