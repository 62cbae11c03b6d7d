"""Every world measured anew: it is as the archive has it, and the key was sent nowhere else and logged nowhere.

What is said of the worlds is tested on the archive (`test_scenarios.py`); here is what needs their servers.
"""

from __future__ import annotations

import pytest

from probes.model import archive
from worlds.leaks import leaked
from worlds.recorded import measure, normal, read, row_of
from worlds.stage import Scenario
from worlds.table import TABLES

QUICKLY = 12  # of the worlds, one in so many is for the quick tests

each = pytest.mark.parametrize(
    ("table", "scenario"),
    [
        pytest.param(table, scenario, id=scenario.name, marks=[pytest.mark.slow] if number % QUICKLY else [])
        for table, scenarios in TABLES.items()
        for number, scenario in enumerate(scenarios)
    ],
)


@each
def test_the_archive_is_what_is_measured(table: str, scenario: Scenario) -> None:
    anew = row_of(scenario, measure(scenario))
    assert normal(anew) == normal(read(table)[scenario.name]), f"python tests/record.py {scenario.name}"


@each
def test_the_key_goes_nowhere_else(table: str, scenario: Scenario) -> None:
    if scenario.root == "key.unexpanded":
        return  # the value is the name of a variable: it is to be shown
    seen = measure(scenario)
    for text in (archive.dump(seen.evidence), seen.log):
        assert not leaked(seen.keys, text)
    sent = [*seen.at_foreign, *seen.at_proxy, *(seen.at_door if scenario.unsent else [])]
    assert not any(leaked(seen.keys, request.decode("latin-1")) for request in sent)
