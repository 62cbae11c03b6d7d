"""What a run finds before the network, and that it is found once."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest

from probes.demo_server import practice_doors
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import Evidence, Observation, Subject
from probes.model.failure import Outcome
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option
from probes.network.network import Network
from probes.run.engine import go_on, run
from probes.run.local_run import LocalRun

KEY = "sk-proj-" + "Qm7xT2bW" * 6


class NoNetwork(Network):
    async def resolve(self, host: str, port: int) -> NoReturn:
        raise AssertionError("nothing is to be looked up")

    dial = resolve  # type: ignore[assignment]


def settings(url: str | None, key: str | None = KEY) -> Settings:
    return Settings(
        base_url=Sourced(url, option("--base-url")) if url is not None else None,
        key=Sourced(Secret(key), option("--key")) if key is not None else None,
    )


def timeless(evidence: Evidence) -> Evidence:
    observations = tuple(replace(one, began=0.0, ended=0.0) for one in evidence.observations)
    return replace(evidence, seconds=0.0, started_at="", observations=observations)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (settings("https://"), Outcome.BLOCKED),
        (settings(None), Outcome.BLOCKED),
        (settings(KEY, None), Outcome.BLOCKED),
        (replace(settings("https://api.openai.com/v1"), offline=True), Outcome.SPARED),
    ],
)
def test_a_run_that_ends_here_needs_no_network(given: Settings, outcome: Outcome) -> None:
    begun = LocalRun(given)
    assert begun.ends
    found = begun.ended()
    assert {one.outcome for one in found.observations if one.subject in (Subject.DNS, Subject.CHAT)} == {outcome}
    assert timeless(found) == timeless(asyncio.run(run(given, network=NoNetwork())))


def test_a_run_that_goes_on_is_looked_at_once() -> None:
    seen: list[Observation] = []
    with PracticeDoor(practice_doors.openai(KEY)) as door:
        begun = LocalRun(settings(f"{door.url}/v1"), watch=seen.append)
        assert not begun.ends
        assert {one.subject for one in seen} == {Subject.SETTINGS, Subject.DOOR, Subject.PROXY}
        evidence = asyncio.run(go_on(begun))
    assert evidence.working is not None
    subjects = [one.subject for one in evidence.observations]
    assert [subjects.count(one) for one in (Subject.SETTINGS, Subject.DOOR, Subject.PROXY)] == [1, 1, 1]


def test_a_crash_before_the_network_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> NoReturn:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr("probes.steps.door.measure", crash)
    begun = LocalRun(settings("https://api.openai.com/v1"))
    assert begun.ends
    assert Outcome.CRASHED in {one.outcome for one in begun.ended().observations}
