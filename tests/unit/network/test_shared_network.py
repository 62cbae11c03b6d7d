"""Runs that share a network share a door's model list, but no generated answers."""

from __future__ import annotations

import asyncio

from diagnose.judging.judge import judge
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import Evidence, Subject
from probes.model.facts import TlsFacts
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import Source, SourceKind, option
from probes.network.shared_network import SharedNetwork
from probes.run.engine import run

KEY = "sk-" + "Fw7kT2bV9zQn4YcM1hJd6XgLs8PfAe3U"


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


def free(url: str, ca_bundle: str = "") -> Settings:
    return Settings(
        base_url=Sourced(f"{url}/v1", Source(SourceKind.ARGUMENT)),
        key=Sourced(Secret(KEY), option("--key")),
        ca_bundle=Sourced(ca_bundle, option("--ca-bundle")) if ca_bundle else None,
        no_spend=True,
    )


def test_a_sparing_network_sends_the_same_free_requests_on_one_connection() -> None:
    def checked(network: SharedNetwork) -> tuple[Evidence, list[tuple[str, str, bool]], int]:
        with PracticeDoor(b.openai(KEY)) as door:
            evidence = asyncio.run(run(free(door.url), network=network))
            asked = [(one.method, one.target, "authorization" in dict(one.headers)) for one in door.requests]
            return evidence, asked, door.connections

    usual, asked_beside, _ = checked(SharedNetwork())
    sparing, asked_in_turn, connections = checked(SharedNetwork(sparing=True))
    assert sorted(asked_in_turn) == sorted(asked_beside) and len(asked_in_turn) == 3
    assert connections == 1
    one, other = judge(usual), judge(sparing)
    assert (one.proven, one.verdict, one.root_cause) == (other.proven, other.verdict, other.root_cause)


def test_a_chain_is_judged_strictly_once_for_all_runs() -> None:
    with authority() as root, PracticeDoor(b.openai(KEY), tls=root.context(), host="localhost") as door:

        async def connections(network: SharedNetwork) -> list[int]:
            made = []
            for _ in range(3):
                before = door.connections
                evidence = await run(free(door.url, str(root.ca_pem)), network=network)
                facts = evidence.one(TlsFacts, Subject.HANDSHAKE)
                assert facts is not None and facts.strict == "" and facts.certificate is not None
                made.append(door.connections - before)
            network.forget()
            before = door.connections
            await run(free(door.url, str(root.ca_pem)), network=network)
            return [*made, door.connections - before]

        assert asyncio.run(connections(SharedNetwork(sparing=True))) == [2, 1, 1, 2]
