"""What the connection checks record: one observation per subject, and the watcher is shown exactly these."""

from __future__ import annotations

import asyncio
from pathlib import Path

from probes.demo_server.server import closed_port
from probes.model.evidence import Observation, Subject
from probes.model.facts import TcpFacts
from probes.model.failure import Kind, Outcome
from probes.run.engine import run
from probes.settings.gather import Options, gather


def test_a_refused_connection_is_recorded_once_with_what_was_dialled() -> None:
    watched: list[Observation] = []
    with closed_port() as port:
        given = gather(Options(base_url=f"http://127.0.0.1:{port}/v1", model="any"), {}, Path("/"))
        evidence = asyncio.run(run(given, watch=watched.append))
    (tcp,) = (one for one in watched if one.probe == "tcp")
    assert tcp in evidence.observations
    assert (tcp.subject, tcp.outcome) == (Subject.TCP, Outcome.FAILED)
    assert tcp.failure is not None and tcp.failure.kind is Kind.REFUSED
    facts = evidence.one(TcpFacts, Subject.TCP)
    assert facts is not None and facts.connected is None
    assert [dial.port for dial in facts.dials] == [port]
