"""The chain of Azure's library as it is read, and a check with each of its worlds against a door that verifies tokens."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from diagnose.formats import json as json_format
from diagnose.formats import text as text_format
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.credential_chains import entra
from probes.credential_chains import entra_credential as entra_credential
from probes.credential_chains.world import ChainWorld
from probes.demo_server import entra_doors
from probes.demo_server.answers import as_json
from probes.demo_server.certificates import authority
from probes.demo_server.practice_doors import anthropic, azure, openai
from probes.demo_server.server import PracticeDoor
from probes.model.archive import dump
from probes.model.credential import CredentialProblem, StepStatus
from probes.model.settings import CredentialSettings
from probes.model.source import Owner
from probes.run.engine import run
from probes.settings.gather import Options, gather
from worlds.entra_chains import (
    BY_SECRET,
    CERTIFICATE,
    HEADER,
    SECRETS,
    SIGNING_KEY,
    VSCODE,
    WORLDS,
    EntraWorld,
    certificate,
    stand_in,
    write_programs,
)

PLACE = "http://127.0.0.1:9"
KEY = token_hex(16)


def made(world: EntraWorld, home: Path, meta: str = PLACE, service: str = "https://127.0.0.1:9") -> dict[str, str]:
    """Write the files of a world, and return its environment."""
    for name, text in world.files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(certificate() if text == CERTIFICATE else text)
    (home / "work").mkdir(exist_ok=True)
    values = {"{meta}": meta, "{authority}": service, "{home}": str(home)}
    environ = dict(world.environ)
    for slot, value in values.items():
        environ = {name: text.replace(slot, value) for name, text in environ.items()}
    return environ


def chain_in(environ: dict[str, str], home: Path, **options: Any) -> CredentialSettings:
    given = Options(**{"base_url": PLACE, "protocol": "azure", "credential": "entra", **options})
    found = gather(given, environ, home / "work", home=home).credential
    assert found is not None
    return found


@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_the_step_that_wins_is_named_with_its_place(world: EntraWorld, tmp_path: Path) -> None:
    found = chain_in(made(world, tmp_path), tmp_path)
    chain, won = found.chain, found.chain.winner
    assert (won.step if won is not None else "", str(won.source) if won is not None else "") == (
        world.step,
        world.place,
    )
    assert {one.step for one in chain.steps if one.status is StepStatus.SHADOWED} >= {*world.shadowed}
    assert not any(secret in repr(found.chain) or secret in repr(found.material) for secret in SECRETS)


def checked(url: str, environ: dict[str, str], home: Path, **options: Any) -> Report:
    """Check as the command line does; fail if an output has a secret."""
    given = {"base_url": url, "protocol": "azure", "model": "gpt-4o-mini", "credential": "entra", "timeout": 8}
    settings = gather(Options(**{**given, **options}), environ, home / "work", home=home)
    evidence = asyncio.run(run(settings))
    report = judge(evidence)
    texts = [dump(evidence), json.dumps(json_format.document(report)), text_format.render(report, "en", verbose=True)]
    assert not [secret for secret in SECRETS for text in (*texts, repr(settings)) if secret[:12] in text]
    assert not [text for text in texts if "eyJhbGciOiJIUzI1NiIs" in text], "a token"
    return report


@pytest.fixture(scope="module")
def trusted() -> Iterator[Any]:
    with authority() as ca:
        yield ca


def in_world(world: EntraWorld, home: Path, ca: Any, patched: pytest.MonkeyPatch) -> Report:
    """Check a world with its door, its token service and its metadata on loopback."""
    tls = PracticeDoor(stand_in(**world.token), tls=ca.context("good"))
    resource = PracticeDoor(entra_doors.entra(SIGNING_KEY, **world.door))
    with PracticeDoor(stand_in(**world.token)) as meta, tls as service, resource as door:
        environ = made(world, home, meta.url, service.url)
        if world.programs:
            write_programs(home / "bin", world)
            patched.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
        return checked(door.url, environ, home, ca_bundle=str(ca.ca_pem), credential_process=world.programs)


@pytest.mark.skipif(not entra.CHAIN.installed(), reason="azure-identity is not installed")
@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_a_check_of_every_world(
    world: EntraWorld, tmp_path: Path, trusted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if world.programs and os.name != "posix":
        pytest.skip("the made-up program is a shell script")
    report = in_world(world, tmp_path, trusted, monkeypatch)
    told = [(one.code, one.title) for one in report.findings]
    if world.left_open:
        assert report.verdict == "inconclusive", told
        return
    assert report.root_cause == world.root, (told, report.credential and report.credential.obtained)
    assert world.title in " ".join(title for _, title in told), told
    assert report.credential is not None
    if world.root is None:
        assert report.verdict == "healthy", told
        assert report.credential.obtained is not None and report.credential.obtained.expires


OPENAI_HOST, FOUNDRY = "https://res.openai.azure.com", "https://res.services.ai.azure.com"
CLAUDES = {"prefix": "/anthropic"}
# The address, the protocol (empty: the one that it suggests), the door with its key, the variable, and the token's audience.
ADDRESSES = [
    (OPENAI_HOST, "azure", azure, "AZURE_OPENAI_API_KEY", entra_doors.AUDIENCE),
    (f"{OPENAI_HOST}/openai/v1", "", azure, "AZURE_OPENAI_API_KEY", entra_doors.AUDIENCE),
    (f"{OPENAI_HOST}/openai/v1", "", azure, "OPENAI_API_KEY", entra_doors.AUDIENCE),
    (f"{OPENAI_HOST}/openai/v1", "responses", azure, "OPENAI_API_KEY", entra_doors.AUDIENCE),
    (f"{FOUNDRY}/openai/v1", "", azure, "AZURE_API_KEY", entra_doors.AUDIENCE),
    (f"{FOUNDRY}/models", "", partial(openai, prefix="/models"), "OPENAI_API_KEY", entra_doors.AUDIENCE),
    (f"{FOUNDRY}/anthropic", "", partial(anthropic, **CLAUDES), "ANTHROPIC_FOUNDRY_API_KEY", entra_doors.AUDIENCE),
    (
        f"{FOUNDRY}/api/projects/mine/openai/v1",
        "",
        partial(openai, prefix="/api/projects/mine/openai/v1"),
        "OPENAI_API_KEY",
        "https://ai.azure.com",
    ),
]


@pytest.mark.skipif(not entra.CHAIN.installed(), reason="azure-identity is not installed")
@pytest.mark.parametrize("way", ["key", "token"])
@pytest.mark.parametrize(("url", "protocol", "made_door", "variable", "audience"), ADDRESSES)
def test_every_address_of_azure_with_a_key_and_with_a_token(
    url: str, protocol: str, made_door: Any, variable: str, audience: str, way: str, tmp_path: Path, trusted: Any
) -> None:
    """The token service gives a token for what it was asked for, and the door takes those of one audience alone."""
    (tmp_path / "work").mkdir()
    host = url.split("/")[2]
    door = entra_doors.entra(SIGNING_KEY, audiences=(audience,), resource=made_door())
    tls = PracticeDoor(stand_in(), tls=trusted.context("good"))
    auth = {"auth": ("x-api-key", "api-key")} if "anthropic" in url else {}
    plain = PracticeDoor(made_door(KEY, **auth) if way == "key" else door, tls=trusted.context("good", host))
    with tls as service, plain as there:
        chain = {name: text.replace("{authority}", service.url) for name, text in BY_SECRET.items()}
        environ = {variable: KEY} if way == "key" else {**chain, "AZURE_POD_IDENTITY_AUTHORITY_HOST": PLACE}
        report = checked(
            url,
            environ,
            tmp_path,
            protocol=protocol or "auto",
            model=None if "anthropic" in url else "gpt-4o-mini",
            credential=None,
            connect_to=(f"{host}:443:127.0.0.1:{there.port}",),
            ca_bundle=str(trusted.ca_pem),
        )
    told = [(one.code, one.severity.value) for one in report.findings]
    assert report.proven.answer and report.root_cause is None, told
    assert "auth.header_style" not in dict(told), "each variable's own client sends it as the resource takes it"


def test_a_token_of_entra_in_its_variable_goes_before_a_key_and_as_bearer(tmp_path: Path) -> None:
    token = entra_doors.signed_token(SIGNING_KEY)
    (tmp_path / "work").mkdir()
    with PracticeDoor(entra_doors.entra(SIGNING_KEY)) as door:
        environ = {"AZURE_OPENAI_AD_TOKEN": token, "AZURE_OPENAI_API_KEY": KEY}
        report = checked(door.url, environ, tmp_path, credential=None)
        assert {one.header("authorization") for one in door.requests} == {f"Bearer {token}"}
    assert report.root_cause is None and [one.code for one in report.findings] == ["settings.conflict"]


def test_a_key_of_a_resource_that_takes_none(tmp_path: Path) -> None:
    with PracticeDoor(entra_doors.entra(SIGNING_KEY)) as door:
        (tmp_path / "work").mkdir()
        report = checked(door.url, {"AZURE_OPENAI_API_KEY": KEY}, tmp_path, credential=None)
    assert report.root_cause == "auth.not_permitted"
    assert "does not accept API keys" in report.findings[0].title


def test_metadata_and_programs_are_for_the_owner_alone(tmp_path: Path) -> None:
    """`serve` and `mcp` ask no metadata for others, and no program starts without consent."""
    world = next(one for one in WORLDS if one.name == "virtual machine")
    assert chain_in(made(world, tmp_path), tmp_path, metadata=False).chain.winner is None
    app = {"IDENTITY_ENDPOINT": PLACE, "IDENTITY_HEADER": HEADER}
    assert chain_in(app, tmp_path, metadata=False).chain.winner is None


def test_a_folder_may_not_send_the_secret_to_a_token_service_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".env").write_text("AZURE_AUTHORITY_HOST=https://stranger.example\n")
    environ = {name: value for name, value in BY_SECRET.items() if name != "AZURE_AUTHORITY_HOST"}
    settings = gather(
        Options(base_url=PLACE, protocol="azure", credential="entra"), environ, tmp_path / "work", home=tmp_path
    )
    assert settings.credential is not None
    (flow,) = settings.credential.flows
    assert (flow.host, flow.named_by.owner) == ("stranger.example", Owner.FOLDER)
    assert settings.override is not None and settings.override.withheld


def test_a_folder_may_not_send_the_secret_of_an_identity_endpoint_to_an_address_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".env").write_text("MSI_ENDPOINT=http://stranger.example/token\n")
    for environ in ({"MSI_SECRET": HEADER}, {}):
        found = chain_in(environ, tmp_path)
        assert [one.host for one in found.flows] == ["stranger.example"]


def test_a_login_with_windows_broker_leaves_it_open_only_where_nothing_else_is(tmp_path: Path) -> None:
    """The broker exists on Windows alone, so that its step is read as there."""
    record, cli = tmp_path / VSCODE, tmp_path / ".azure/azureProfile.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    where = ChainWorld(lambda name: None, tmp_path, tmp_path, None, "azure", None, 0.0, broker=True)
    won = entra.CHAIN.read(where).chain.winner
    assert won is not None and (won.step, str(won.source)) == ("vscode", f"~/{VSCODE}")
    cli.write_text("{}")
    won = entra.CHAIN.read(where).chain.winner
    assert won is not None and won.step == "cli"


def test_a_folder_may_not_have_the_users_certificate_used_for_its_own_address(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "mine.pem").write_text("made up")
    lines = ("AZURE_OPENAI_ENDPOINT=https://stranger.example", f"AZURE_CLIENT_CERTIFICATE_PATH={tmp_path / 'mine.pem'}")
    (tmp_path / "work" / ".env").write_text("\n".join((*lines, "AZURE_TENANT_ID=t", "AZURE_CLIENT_ID=c")))
    settings = gather(Options(protocol="azure", credential="entra"), {}, tmp_path / "work", home=tmp_path)
    assert settings.override is not None and settings.override.withheld
    assert {one.host for one in settings.override.flows} == {"stranger.example"}


def test_without_the_library_the_check_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(entra.CHAIN), "installed", lambda self: False)
    with PracticeDoor(entra_doors.entra(SIGNING_KEY)) as door:
        (tmp_path / "work").mkdir()
        report = checked(door.url, {**BY_SECRET, "AZURE_AUTHORITY_HOST": "https://127.0.0.1:9"}, tmp_path)
    assert report.credential is not None and report.credential.obtained is not None
    assert report.credential.obtained.problem is CredentialProblem.NO_LIBRARY
    assert (report.verdict, [one.code for one in report.findings]) == ("inconclusive", ["run.extra_missing"])


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        ("https://me.openai.azure.com", "https://cognitiveservices.azure.com/.default"),
        ("https://me.openai.azure.us", "https://cognitiveservices.azure.us/.default"),
        ("https://me.services.ai.azure.com/openai/v1", "https://cognitiveservices.azure.com/.default"),
        ("https://me.services.ai.azure.com/api/projects/p/openai/v1", "https://ai.azure.com/.default"),
        ("https://[me/openai/v1", "https://cognitiveservices.azure.com/.default"),
        (PLACE, "https://cognitiveservices.azure.com/.default"),
    ],
)
def test_the_scope_follows_from_the_host(url: str, scope: str) -> None:
    assert entra.scope_for(url) == scope


def test_reading_a_chain_imports_nothing_of_azure(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from probes.settings.gather import Options, gather; home = pathlib.Path(sys.argv[1]);"
        "gather(Options(base_url='https://me.openai.azure.com', protocol='azure'), {}, home, home=home);"
        "sys.exit(any(name.split('.')[0] in ('azure', 'msal', 'requests') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "mAdEuPtOkEn" * 4, "expires_on": 10**400},
        {"access_token": "mAdEuPtOkEn" * 4, "expires_on": "soon"},
        {"access_token": ["mAdEuPtOkEn" * 4], "expires_on": "1"},
        ["mAdEuPtOkEn" * 4],
    ],
    ids=["beyond all bounds", "no moment", "a list", "no object"],
)
def test_an_answer_that_is_no_token_is_not_shown(answer: object, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    with PracticeDoor(lambda request: as_json(answer)) as door:
        report = checked(door.url, {"IDENTITY_ENDPOINT": door.url, "IDENTITY_HEADER": HEADER}, tmp_path)
    assert report.credential is not None and report.credential.obtained is not None
    assert report.credential.obtained.problem is not None
    assert "mAdEuPtOkEn" not in report.credential.obtained.said
