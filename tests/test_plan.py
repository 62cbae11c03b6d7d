"""The plan is what is sent: `--plan` and the first round of requests are the same in every world."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

sys.path.append(str(Path(__file__).parent))  # the table stands beside the tests, which are no package

from faults.stage import Scenario, Seen, examine
from worlds import SCENARIOS

import probes.api.attempt_round
import probes.network.network
from probes.model.evidence import Observation
from probes.model.exchange import Exchange
from probes.model.facts import DoorFacts, TlsFacts
from probes.model.planned_request import MODEL, Plan, PlannedRequest

KEY = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo" * 2
LISTS = ("other_header_list", "keyless_list")  # asked at the same endpoint as the list
QUICKLY = 3  # of the worlds, one in so many is for the quick tests
_TRUST = cache(probes.network.network.trust)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pauses between two tries, and with the roots read once for all scenarios."""
    monkeypatch.setattr(probes.api.attempt_round, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(probes.network.network, "trust", _TRUST)


Line = tuple[Any, ...]


def exchanges(first: Iterable[Observation]) -> list[Exchange]:
    return [one.facts for one in first if isinstance(one.facts, Exchange)]


def line(one: Exchange) -> Line:
    """What a request was: at which endpoint, by which method, where, with which key in which header."""
    purpose = "models" if one.purpose in LISTS else str(one.purpose)
    return purpose, one.method, one.url, one.attempt.key, one.with_key, one.attempt.auth


def foretold(requests: Iterable[PlannedRequest], sent: list[Exchange]) -> set[Line]:
    """The same of the plan's requests, with the models that were asked in place of the placeholder."""
    found: set[Line] = set()
    for one in requests:
        purpose = "models" if one.purpose in LISTS else one.purpose
        models = {other.attempt.model or "" for other in sent if other.purpose == purpose} if one.after_list else {""}
        for model in models:
            url = one.url.replace(MODEL, quote(model, safe=""))
            found.add((purpose, one.method, url, one.key, one.with_key, one.attempt.auth))
    return found


def by_the_way_taken(seen: Seen, told: Plan) -> tuple[str, tuple[PlannedRequest, ...]]:
    """What the plan says for the way that the run took, and the case that this is; by what was measured alone."""
    doors = [one.facts for one in seen.evidence.observations if isinstance(one.facts, DoorFacts)]
    around = not any(one.via_proxy for one in exchanges(seen.first))
    cases = {case.when: case.requests for case in told.otherwise}
    if told.proxy is not None and around and "around_proxy" in cases:
        return "around_proxy", cases["around_proxy"]
    if doors[-1].local is not doors[0].local:
        return "private_address", cases["private_address"]
    return "", told.requests


def turned(seen: Seen, told: Plan) -> str:
    """What the network showed that no setting tells, and that takes the key away."""
    if any(isinstance(one.facts, TlsFacts) and one.facts.plain_http for one in seen.evidence.observations):
        return "plain_http"
    if told.proxy is None and any(one.via_proxy for one in exchanges(seen.first)):
        return "through_proxy"
    return ""


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(scenario, id=scenario.name, marks=[pytest.mark.slow] if number % QUICKLY else [])
        for number, scenario in enumerate(SCENARIOS)
    ],
)
def test_the_plan_is_what_is_sent(scenario: Scenario) -> None:
    seen = examine(scenario)
    sent = exchanges(seen.first)
    told = seen.plan
    if told is None:
        assert not sent, "no address can be made of the base URL"
        return
    if not sent:
        return
    if turned(seen, told):
        keys = {one.key for one in told.requests if one.with_key}
        assert {one.attempt.key for one in sent if one.with_key} <= keys
        return
    _, requests = by_the_way_taken(seen, told)
    if seen.evidence.ran_out:
        assert {line(one) for one in sent} <= foretold(requests, sent)
    else:
        assert {line(one) for one in sent} == foretold(requests, sent)


def test_the_worlds_send_something() -> None:
    """Most of the worlds are reached: the test above compares requests, and not two empty lists."""
    some = SCENARIOS[::QUICKLY]
    reached = [one for one in some if exchanges(examine(one).first)]
    assert len(reached) > len(some) / 2
