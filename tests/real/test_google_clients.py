"""google-genai and AnthropicVertex agree with every world of Google's credentials, against a door that verifies tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from diagnose.report import Report
from diagnose.snippets.snippets import working_of, write
from probes.demo_server import vertex_doors
from probes.demo_server.answers import GEMINIS, TEXT
from probes.demo_server.server import PracticeDoor
from probes.settings.gather import Options, gather
from real.cloud_clients import FORKED, call_clients, checked_with_outputs
from unit.credential_chains.test_google_chain import made
from worlds.google_chains import (
    KEY,
    OFF,
    SECRETS,
    VARIABLE,
    GoogleWorld,
    account_file,
    made_up_account,
    service,
    worlds,
)

pytestmark = [
    pytest.mark.slow,
    FORKED,
]
CLAUDE = "claude-haiku-4-5@20251001"
MODELS = {"vertex": GEMINIS[0], "vertex_anthropic": CLAUDE}


@dataclass(frozen=True, slots=True)
class GoogleFault:
    """A fault of the door, for credentials that are right: what a check names, and what the clients raise."""

    name: str
    root: str | None
    says: str
    raises: str
    door: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, object] = field(default_factory=dict)
    protocol: str = "vertex"
    environ: dict[str, str] = field(default_factory=dict)


def everywhere(answer: object) -> dict[str, object]:
    return {"chat": answer, "stream": answer}


GARDEN = vertex_doors.refused(
    400,
    "FAILED_PRECONDITION",
    f"Project `1` is not allowed to use Publisher Model `projects/p/locations/us-east5/publishers/anthropic/models/{CLAUDE}`",
)
FAULTS = (
    GoogleFault("scope", "auth.not_permitted", "lacks the scope", "ClientError", tokens={"scopes": ("another",)}),
    GoogleFault("expired", "auth.expired", "token has expired", "ClientError", tokens={"lifetime": -30.0}),
    GoogleFault(
        "permission",
        "auth.not_permitted",
        "aiplatform.endpoints.predict",
        "PermissionDeniedError",
        {"projects": ("another",)},
        protocol="vertex_anthropic",
    ),
    GoogleFault("API off", "auth.not_permitted", "not enabled", "ClientError", everywhere(vertex_doors.api_off())),
    GoogleFault(
        "quota project",
        "auth.not_permitted",
        "may not use the quota project",
        "ClientError",
        {"quota_project": "billing"},
        environ={"GOOGLE_CLOUD_QUOTA_PROJECT": "billing"},
    ),
    GoogleFault(
        "quota project, which this SDK does not name",
        None,
        "",
        "",
        {"quota_project": "billing"},
        protocol="vertex_anthropic",
        environ={"GOOGLE_CLOUD_QUOTA_PROJECT": "billing"},
    ),
    GoogleFault(
        "location",
        "model.not_found",
        "at the location global",
        "ClientError",
        {"locations": ("europe-west1",)},
    ),
    GoogleFault(
        "Model Garden",
        "model.not_permitted",
        "may not use the model",
        "BadRequestError",
        everywhere(GARDEN),
        protocol="vertex_anthropic",
    ),
)


@contextmanager
def token_endpoint(url: str) -> Iterator[None]:
    """Let google-auth ask this address for a login and for another account: a file names only Google's own."""
    acting = f"{url}/v1/projects/-/serviceAccounts/{{}}:generateAccessToken"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{url}/token")
        patch.setattr("google.auth.iam._IAM_ENDPOINT", acting)
        yield


def checked(url: str, environ: dict[str, str], home: Path, protocol: str, **options: Any) -> tuple[Report, list[str]]:
    """Check as the command line does; return all of its outputs too."""
    given = Options(base_url=url, protocol=protocol, model=MODELS[protocol], timeout=8, **options)
    settings = gather(given, environ, home / "work", home=home)
    return checked_with_outputs(settings)


def unseen(texts: list[str], door: PracticeDoor) -> None:
    """Fail if an output has a secret: one of a file, or a token that was issued and came to the door."""
    sent = [request.header("authorization").partition(" ")[2] for request in door.requests]
    pem = made_up_account().private_key.splitlines()
    secrets = [*SECRETS, *(one.removeprefix("ya29.") for one in sent if one), *pem[1:-1]]
    assert not [one for one in secrets for text in texts if one[3:15] in text or one[-12:] in text]


def _call(environ: dict[str, str], home: Path, url: str, tokens: str, protocol: str) -> dict[str, Any]:
    client = "anthropic" if protocol == "vertex_anthropic" else "genai"
    return {
        "environ": environ,
        "home": str(home),
        "url": url,
        "tokens": tokens,
        "client": client,
        "model": MODELS[protocol],
    }


@cache
def _worlds() -> dict[str, tuple[Report, dict[str, str]]]:
    """Check every world of places, and call the client of its protocol in each."""
    reports, calls = {}, []
    with ExitStack() as stack:
        for world in worlds():
            home = Path(stack.enter_context(TemporaryDirectory()))
            (home / "work").mkdir()
            known = service(**world.tokens)
            tokens = stack.enter_context(PracticeDoor(known.handler()))
            door = stack.enter_context(PracticeDoor(vertex_doors.door(KEY, tokens=known)))
            environ = made(world, home, tokens.url)
            with token_endpoint(tokens.url):
                reports[world.name], texts = checked(door.url, environ, home, world.protocol)
            unseen(texts, door)
            calls.append(_call(environ, home, door.url, tokens.url, world.protocol))
        said = call_clients("google_clients.py", calls)
    return {world.name: (reports[world.name], one) for world, one in zip(worlds(), said, strict=True)}


@pytest.mark.parametrize("number", range(25))
def test_the_clients_agree_with_every_world_of_places(number: int) -> None:
    world: GoogleWorld = worlds()[number]
    report, said = _worlds()[world.name]
    assert report.root_cause == world.root, (world.name, [one.title for one in report.findings], said)
    if world.title:
        assert report.findings[0].title.startswith(world.title), report.findings[0].title
    assert re.fullmatch(world.raises, said.get("error") or ""), (world.name, said)
    assert (report.verdict == "broken") is bool(said.get("error")), (world.name, said)
    assert report.credential is not None
    if not world.raises:
        assert said["said"] == said["text"] == TEXT


def test_all_worlds_are_tested() -> None:
    assert len(worlds()) == 25


@cache
def _faults() -> list[tuple[Report, dict[str, str]]]:
    reports, calls = [], []
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        (home / "work").mkdir()
        for fault in FAULTS:
            known = service(**fault.tokens)
            tokens = stack.enter_context(PracticeDoor(known.handler()))
            door = stack.enter_context(PracticeDoor(vertex_doors.door(tokens=known, **fault.door)))
            (home / fault.name).mkdir()
            (home / fault.name / "key.json").write_text(account_file().replace("{tokens}", tokens.url))
            named = {"GOOGLE_APPLICATION_CREDENTIALS": f"{home}/{fault.name}/key.json", "CLOUD_ML_REGION": "global"}
            environ = {**VARIABLE, **named, **fault.environ}
            report, texts = checked(door.url, environ, home, fault.protocol)
            unseen(texts, door)
            reports.append(report)
            calls.append(_call(environ, home, door.url, tokens.url, fault.protocol))
        said = call_clients("google_clients.py", calls)
    return list(zip(reports, said, strict=True))


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[one.name for one in FAULTS])
def test_the_clients_agree_with_every_fault_of_the_door(number: int) -> None:
    fault, (report, said) = FAULTS[number], _faults()[number]
    assert report.root_cause == fault.root, ([one.title for one in report.findings], said)
    words = (*(one.title for one in report.findings), *(one.explanation for one in report.findings))
    assert fault.says in " ".join(words)
    assert (said.get("error") or "") == fault.raises, said


def test_the_snippets_run_as_they_are_printed(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    known = service()
    with PracticeDoor(known.handler()) as tokens, PracticeDoor(vertex_doors.door(KEY, tokens=known)) as door:
        (tmp_path / "key.json").write_text(account_file().replace("{tokens}", tokens.url))
        account = {**OFF, "GOOGLE_APPLICATION_CREDENTIALS": f"{tmp_path}/key.json", "CLOUD_ML_REGION": "us-east5"}
        express = {**OFF, "GOOGLE_API_KEY": KEY}
        calls, names = [], []
        for environ, protocol in ((account, "vertex"), (account, "vertex_anthropic"), (express, "vertex")):
            report, texts = checked(door.url, environ, tmp_path, protocol)
            working = working_of(report)
            assert working is not None
            for one in write(working, "sdk"):
                assert not [secret for secret in SECRETS if secret in one.text]
                calls.append({"environ": environ, "home": str(tmp_path), "tokens": tokens.url, "text": one.text})
                names.append(one.id)
            unseen(texts, door)
        asked = len(door.requests)
        said = call_clients("google_clients.py", calls)
        variables = [
            one.text for one in write(working_of(checked(door.url, account, tmp_path, "vertex_anthropic")[0]), "env")
        ]
    assert names == ["google-genai-vertex", "google-genai-vertex-stream", "anthropic-vertex", "google-genai-express"]
    assert [one["said"] for one in said] == [TEXT] * 4, said
    assert len(door.requests) > asked
    assert f"ANTHROPIC_VERTEX_BASE_URL='{door.url}/v1'" in variables[0]
