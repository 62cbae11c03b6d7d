"""Runs that share a network share a door's model list, but no generated answers."""

from __future__ import annotations

import asyncio

from diagnose.judging.judge import judge
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import Evidence
from probes.model.settings import Settings, Sourced
from probes.model.source import Source, SourceKind, option
from probes.network.shared_network import SharedNetwork
from probes.run.engine import run


def test_two_keyless_targets_at_one_door_share_its_list_alone() -> None:
    async def two(url: str) -> list[Evidence]:
        network = SharedNetwork()
        settings = Settings(
            base_url=Sourced(f"{url}/v1", Source(SourceKind.ARGUMENT)),
            model=Sourced(answers.MODELS[0], option("--model")),
        )
        return [await run(settings, network=network) for _ in range(2)]

    with PracticeDoor(b.openai()) as door:
        found = asyncio.run(two(door.url))
        asked = [request.method for request in door.requests]
    for evidence in found:
        proven = judge(evidence).proven
        assert (proven.answer, proven.stream) == (True, True)
    assert asked.count("GET") == 1 and asked.count("POST") == 4
