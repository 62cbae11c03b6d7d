"""Every world measured again: the run matches the archive, and the key was sent nowhere else and never logged.

The reports on the worlds are tested on the archive (`test_scenarios.py`); here is what needs their servers.
"""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.judging.judge import judge
from probes.model import archive
from worlds.leaks import leaked
from worlds.recorded import Row, evidence_in, measure, normal, read, row_of
from worlds.stage import Scenario
from worlds.table import TABLES

QUICKLY = 12  # the quick tests run one world in so many

each = pytest.mark.parametrize(
    ("table", "scenario"),
    [
        pytest.param(table, scenario, id=scenario.name, marks=[pytest.mark.slow] if number % QUICKLY else [])
        for table, scenarios in TABLES.items()
        for number, scenario in enumerate(scenarios)
    ],
)


# These worlds are measured differently from run to run, and only the judgement is compared: the next request depends on
# which of several responses arrives first, a compressed body holds the time, a key is made when its table is imported.
VARYING = frozenset(
    [
        "http-1010",
        "tcp-silent-public",
        "auth-rejected-empty",
        "http-gate-entra-easy-auth",
        "http-gate-google-iap-for-programs",
        "http-gate-negotiate",
        "http-gateway-address-1003",
        "http-packed-unsaid",
        "http-packed-x-gzip",
        "http-tunnel-403",
        "http-tunnel-403-cloudflared",
        "key-in-misspelt-variable",
        "shape-bomb",
        "sound-429-once",
        "sound-503-once",
        "sound-one-at-a-time",
        "stale-key-wins",
        "stream-s_gzip_nohdr",
        "anthropic-stream-s_gzip_nohdr",
        "two-credentials-differ",
        "two-keys-differ",
    ]
)


def judged(row: Row) -> Any:
    """Return the judgement of a row, without times."""
    report = judge(evidence_in(row))
    return report.verdict, report.root_cause, {one.code for one in report.findings}, report.proven


@each
def test_the_archive_is_what_is_measured(table: str, scenario: Scenario) -> None:
    measured_row = row_of(scenario, measure(scenario))
    kept = read(table)[scenario.name]
    how = judged if scenario.name in VARYING else normal
    assert how(measured_row) == how(kept), f"python tests/record.py {scenario.name}"


@each
def test_the_key_goes_nowhere_else(table: str, scenario: Scenario) -> None:
    if scenario.root == "key.unexpanded":
        return  # the value is the name of a variable, which may be shown
    seen = measure(scenario)
    for text in (archive.dump(seen.evidence), seen.log):
        assert not leaked(seen.keys, text)
    sent = [*seen.at_foreign, *seen.at_proxy, *(seen.at_door if scenario.unsent else [])]
    assert not any(leaked(seen.keys, request.decode("latin-1")) for request in sent)
