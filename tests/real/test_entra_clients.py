"""openai with azure-identity agrees with every world of Entra credentials, against a door that verifies tokens."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from diagnose.report import Report
from probes.credential_chains import entra
from probes.demo_server import entra_doors
from probes.demo_server.answers import TEXT
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor
from real.cloud_clients import FORKED, call_clients
from unit.credential_chains.test_entra_chain import checked, made
from worlds.entra_chains import SIGNING_KEY, WORLDS, EntraWorld, az_program, stand_in

pytestmark = [
    pytest.mark.slow,
    FORKED,
    pytest.mark.skipif(not entra.CHAIN.installed(), reason="azure-identity is not installed"),
]
# Both clients in a world where all is well, and the older one in all others.
CALLS = [(world, "azure") for world in WORLDS] + [(WORLDS[0], "v1")]


@cache
def _results() -> list[tuple[Report, dict[str, str]]]:
    reports, calls = [], []
    with ExitStack() as stack:
        ca = stack.enter_context(authority())
        path = os.environ["PATH"]
        for world, client in CALLS:
            home = Path(stack.enter_context(TemporaryDirectory()))
            meta = stack.enter_context(PracticeDoor(stand_in(**world.token)))
            service = stack.enter_context(PracticeDoor(stand_in(**world.token), tls=ca.context("good")))
            door = stack.enter_context(PracticeDoor(entra_doors.entra(SIGNING_KEY, **world.door)))
            environ = made(world, home, meta.url, service.url)
            program = home / "bin" / "az"
            program.parent.mkdir()
            if world.programs:
                program.write_text(az_program())
                program.chmod(0o755)
            more = {"protocol": "openai", "base_url": f"{door.url}/openai/v1"} if client == "v1" else {}
            os.environ["PATH"] = f"{program.parent}{os.pathsep}{path}"
            try:
                options = {**more, "ca_bundle": str(ca.ca_pem), "credential_process": world.programs}
                reports.append(checked(door.url, environ, home, **options))
            finally:
                os.environ["PATH"] = path
            environ |= {"REQUESTS_CA_BUNDLE": str(ca.ca_pem), "PATH": f"{program.parent}{os.pathsep}/usr/bin:/bin"}
            calls.append({"environ": environ, "home": str(home), "url": door.url, "client": client})
        said = call_clients("entra_clients.py", calls)
    return list(zip(reports, said, strict=True))


@pytest.mark.parametrize("number", range(len(CALLS)), ids=[f"{world.name}, {client}" for world, client in CALLS])
def test_the_clients_agree_with_every_world(number: int) -> None:
    world: EntraWorld = CALLS[number][0]
    report, said = _results()[number]
    told = [(one.code, one.title) for one in report.findings]
    if world.left_open:  # the library starts the program by itself
        assert report.verdict == "inconclusive", told
        return
    assert report.root_cause == world.root, (told, said)
    assert (said.get("error") or "") == world.raises, said
    if not world.raises:
        assert (said["said"], said["text"]) == (TEXT, TEXT)
