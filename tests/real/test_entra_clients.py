"""openai with azure-identity agrees with every world of Entra credentials, against a door that verifies tokens."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from diagnose.report import Report
from diagnose.snippets.snippets import WorkingSettings, write
from probes.credential_chains import entra
from probes.demo_server import entra_doors, practice_doors
from probes.demo_server.answers import CLAUDES, TEXT
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor
from real.cloud_clients import CLIENTS, FORKED, call_clients
from unit.credential_chains.test_entra_chain import checked, made
from worlds.entra_chains import HEADER, SIGNING_KEY, WORLDS, EntraWorld, stand_in, write_programs

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
            write_programs(home / "bin", world)
            more = {"protocol": "openai", "base_url": f"{door.url}/openai/v1"} if client == "v1" else {}
            os.environ["PATH"] = f"{home / 'bin'}{os.pathsep}{path}"
            try:
                options = {**more, "ca_bundle": str(ca.ca_pem), "credential_process": world.programs}
                reports.append(checked(door.url, environ, home, **options))
            finally:
                os.environ["PATH"] = path
            environ |= {"REQUESTS_CA_BUNDLE": str(ca.ca_pem), "PATH": f"{home / 'bin'}{os.pathsep}/usr/bin:/bin"}
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


FOUNDRY = "https://res.services.ai.azure.com"
SNIPPETS = [
    ("azure-identity", "azure", "https://res.openai.azure.com", practice_doors.azure()),
    ("azure-identity-v1", "openai", f"{FOUNDRY}/openai/v1", practice_doors.azure()),
    (
        "azure-identity-project",
        "openai",
        f"{FOUNDRY}/api/projects/p/openai/v1",
        practice_doors.openai(prefix="/api/projects/p/openai/v1"),
    ),
    ("azure-identity-anthropic", "anthropic", f"{FOUNDRY}/anthropic", practice_doors.anthropic(prefix="/anthropic")),
]


@pytest.mark.parametrize(("id", "protocol", "base", "resource"), SNIPPETS, ids=[row[0] for row in SNIPPETS])
def test_a_snippet_with_a_token_provider_runs_unchanged(
    id: str, protocol: str, base: str, resource: Any, tmp_path: Path
) -> None:
    """Only the host is another one; the door takes tokens of the right audience alone."""
    if not CLIENTS.exists():
        pytest.skip("openai and azure-identity are not installed: .ci/run does it")
    model = CLAUDES[0] if protocol == "anthropic" else "gpt-4o-mini"
    working = WorkingSettings(protocol, base, model, "bearer", "", version="2024-10-21")
    (text,) = (one.text for one in write(working, id))
    audience = "https://ai.azure.com" if "/api/projects/" in base else entra_doors.AUDIENCE
    wanted = entra_doors.entra(SIGNING_KEY, audiences=(audience,), resource=resource)
    with PracticeDoor(stand_in()) as meta, PracticeDoor(wanted) as door:
        program = tmp_path / "chat.py"
        host = "/".join(base.split("/")[:3])
        program.write_text(text.replace(host, door.url))
        environ = {"IDENTITY_ENDPOINT": f"{meta.url}/msi/token", "IDENTITY_HEADER": HEADER, "PATH": "/usr/bin:/bin"}
        done = subprocess.run([CLIENTS, program], env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, TEXT), done.stderr[-600:]
