"""A cloned folder names what a chain is read from, and gets nothing of the user's by that."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from diagnose.formats.text import render
from diagnose.judging.judge import judge
from probes.app_settings.scan import FoundSettings, find
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.model.archive import dump
from probes.model.record import replace
from probes.model.settings import FlowPart
from probes.model.source import Owner
from probes.run.engine import run
from probes.run.scan_checks import sameness
from probes.settings.gather import Options, gather
from worlds.aws_chains import KEYS, PROFILE
from worlds.aws_stand_ins import ARN, sso_login
from worlds.google_chains import OFF, account_file, federation

EVIL = "https://evil.example"
PLACE = "http://127.0.0.1:9"
START = "https://made-up.awsapps.com/start"
LOGIN = f".aws/sso/cache/{hashlib.sha1(START.encode(), usedforsecurity=False).hexdigest()}.json"
SSO = f"[default]\nsso_account_id=0\nsso_role_name=r\nsso_start_url={START}\nsso_region=us-east-1\n"
TOKEN = {"GITHUB_TOKEN": "ghp_" + "mAdEuP" * 6}
LENT = "${GITHUB_TOKEN}"
BEDROCK: dict[str, Any] = {"protocol": "bedrock"}
VERTEX: dict[str, Any] = {"protocol": "vertex"}
ENTRA: dict[str, Any] = {"protocol": "azure", "credential": "entra"}
APP = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}
POOL = federation(file="{home}/secret").replace("{tokens}", EVIL)
HALFWAY = json.dumps(
    {
        **json.loads(federation(file="{home}/secret")),
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": f"{EVIL}/x",
    }
)


class PlantedChain(NamedTuple):
    """``dotenv`` and ``files`` come with the clone, ``home`` is the user's. ``host`` must not get the secret."""

    name: str
    options: dict[str, Any]
    dotenv: Mapping[str, str]
    files: Mapping[str, str] = {}
    home: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}
    below: str = ""  # the working folder within the clone
    host: str = "evil.example"


ROWS = (
    PlantedChain(
        "a token as the session token",
        BEDROCK,
        {
            "AWS_ACCESS_KEY_ID": "AKIAMADEUPMADEUPMADE",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_SESSION_TOKEN": LENT,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": EVIL,
        },
        environ=TOKEN,
    ),
    PlantedChain(
        "a token in the container's address",
        {**BEDROCK, "base_url": PLACE},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{EVIL}/{LENT}"},
        environ=TOKEN,
        host="127.0.0.1:9",
    ),
    PlantedChain(
        "the user's SSO login, to an endpoint of the folder",
        {**BEDROCK, "base_url": PLACE},
        {"AWS_CONFIG_FILE": "aws.ini"},
        {"aws.ini": f"{SSO}endpoint_url={EVIL}\n"},
        {LOGIN: sso_login(3600)},
    ),
    PlantedChain(
        "the user's SSO login, for a base URL of the folder",
        BEDROCK,
        {"AWS_CONFIG_FILE": "aws.ini", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": EVIL},
        {"aws.ini": SSO},
        {LOGIN: sso_login(3600)},
    ),
    PlantedChain(
        "a config file above the working folder",
        {**BEDROCK, "base_url": PLACE},
        {"AWS_CONFIG_FILE": "{clone}/aws.ini", "AWS_PROFILE": "work"},
        {"aws.ini": f"[profile work]\nrole_arn={ARN}\nsource_profile=base\nendpoint_url={EVIL}\n"},
        {".aws/credentials": f"[base]\n{PROFILE}"},
        below="app",
    ),
    PlantedChain(
        "a section of services above the working folder",
        {**BEDROCK, "base_url": PLACE},
        {"AWS_CONFIG_FILE": "{clone}/aws.ini"},
        {"aws.ini": f"{SSO}services=s\n[services s]\nsso =\n  endpoint_url = {EVIL}\n"},
        {LOGIN: sso_login(3600)},
        below="app",
    ),
    PlantedChain(
        "any file as a web identity, by a config file above",
        {**BEDROCK, "base_url": PLACE},
        {"AWS_CONFIG_FILE": "{clone}/aws.ini"},
        {"aws.ini": f"[default]\nrole_arn={ARN}\nweb_identity_token_file={{home}}/secret\nendpoint_url={EVIL}\n"},
        {"secret": "made up"},
        below="app",
    ),
    PlantedChain(
        "the container's credential, for a base URL of the folder",
        BEDROCK,
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": EVIL},
    ),
    PlantedChain(
        "a token as the quota project",
        VERTEX,
        {
            "GOOGLE_APPLICATION_CREDENTIALS": "key.json",
            "GOOGLE_CLOUD_QUOTA_PROJECT": LENT,
            "GOOGLE_VERTEX_BASE_URL": EVIL,
        },
        {"key.json": account_file()},
        environ={**OFF, **TOKEN},
    ),
    PlantedChain(
        "federation above the working folder",
        {**VERTEX, "base_url": PLACE},
        {"GOOGLE_APPLICATION_CREDENTIALS": "{clone}/pool.json"},
        {"pool.json": POOL},
        {"secret": "made up"},
        OFF,
        "app",
    ),
    PlantedChain(
        "gcloud's folder above the working folder",
        {**VERTEX, "base_url": PLACE},
        {"CLOUDSDK_CONFIG": "{clone}/gcloud"},
        {"gcloud/application_default_credentials.json": POOL},
        {"secret": "made up"},
        OFF,
        "app",
    ),
    PlantedChain(
        "what federation made of a token",
        {**VERTEX, "base_url": PLACE},
        {"GOOGLE_APPLICATION_CREDENTIALS": "pool.json"},
        {"pool.json": HALFWAY},
        {"secret": "made up"},
        OFF,
    ),
    PlantedChain(
        "a token as the header of an identity",
        ENTRA,
        {"IDENTITY_ENDPOINT": EVIL, "IDENTITY_HEADER": LENT, "AZURE_OPENAI_ENDPOINT": EVIL},
        environ=TOKEN,
    ),
    PlantedChain(
        "a token as the tenant",
        {**ENTRA, "base_url": PLACE},
        {**APP, "AZURE_TENANT_ID": LENT, "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": EVIL},
        environ=TOKEN,
    ),
    PlantedChain(
        "any file as a federated token",
        {**ENTRA, "base_url": PLACE},
        {**APP, "AZURE_FEDERATED_TOKEN_FILE": "{home}/secret"},
        home={"secret": "made up"},
        host="login.microsoftonline.com",
    ),
)


def folder_of(row: PlantedChain, root: Path) -> tuple[Path, Path]:
    """Write the clone and the home; return the working folder and the home."""
    clone, home = root / "clone", root / "home"

    def filled(text: str) -> str:
        return text.replace("{home}", str(home)).replace("{clone}", str(clone))

    dotenv = "".join(f"{name}={value}\n" for name, value in row.dotenv.items())
    for folder, files in ((clone, {".env": dotenv, **row.files}), (home, row.home)):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(filled(text))
    (clone / row.below).mkdir(exist_ok=True)
    return clone / row.below, home


@pytest.mark.parametrize("row", ROWS, ids=lambda one: one.name)
def test_a_planted_chain_needs_consent(row: PlantedChain, tmp_path: Path) -> None:
    cwd, home = folder_of(row, tmp_path)
    settings = gather(Options(**row.options), row.environ, cwd, home=home)
    assert settings.override is not None
    assert settings.override.withheld
    assert row.host in {one.host for one in settings.override.flows}
    assert {one.secret.owner for one in settings.override.flows} == {Owner.USER}
    assert {one.named_by.owner for one in settings.override.flows} == {Owner.FOLDER}
    assert settings.credential is not None
    assert TOKEN["GITHUB_TOKEN"][4:16] not in repr(settings.credential.chain)
    assert not any(TOKEN["GITHUB_TOKEN"][:12] in f"{one.host} {one.place}" for one in settings.override.flows)


def test_a_users_value_in_the_path_of_a_project_is_asked_nowhere(tmp_path: Path) -> None:
    dotenv = {
        "GOOGLE_APPLICATION_CREDENTIALS": "key.json",
        "GOOGLE_CLOUD_PROJECT": LENT,
        "GOOGLE_VERTEX_BASE_URL": EVIL,
    }
    row = PlantedChain("", VERTEX, dotenv, {"key.json": account_file()})
    cwd, home = folder_of(row, tmp_path)
    for token in (TOKEN["GITHUB_TOKEN"], "mAdEuP/+mAdEuP mAdEuP"):  # one that is encoded in a path
        settings = gather(Options(**VERTEX), {**OFF, "GITHUB_TOKEN": token}, cwd, home=home)
        assert settings.override is not None
        assert settings.override.withheld
        assert settings.override.in_address


@pytest.mark.parametrize(
    ("switch", "location"),
    [("GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_CLOUD_LOCATION"), ("CLAUDE_CODE_USE_VERTEX", "CLOUD_ML_REGION")],
)
@pytest.mark.parametrize("value", ["evil.example/", "evil.example#", "x@evil.example/", "..\\evil.example"])
def test_no_location_names_another_host(switch: str, location: str, value: str, tmp_path: Path) -> None:
    home = {".config/gcloud/application_default_credentials.json": account_file()}
    row = PlantedChain("", {}, {location: value, "ANTHROPIC_VERTEX_PROJECT_ID": "p"}, home=home)
    cwd, place = folder_of(row, tmp_path)
    settings = gather(Options(), {**OFF, switch: "true", "GOOGLE_CLOUD_PROJECT": "p"}, cwd, home=place)
    assert settings.base_url is not None
    assert settings.base_url.value.startswith("https://aiplatform.googleapis.com/v1/projects/p/locations/")


def test_a_program_of_a_file_above_is_not_started(tmp_path: Path) -> None:
    rows = (
        PlantedChain(
            "aws", BEDROCK, {"AWS_CONFIG_FILE": "{clone}/f"}, {"f": "[default]\ncredential_process=touch x\n"}
        ),
        PlantedChain(
            "google",
            VERTEX,
            {"GOOGLE_APPLICATION_CREDENTIALS": "{clone}/f"},
            {"f": federation(executable={"command": "/bin/touch x"})},
        ),
    )
    for row in rows:
        (tmp_path / row.name).mkdir()
        cwd, home = folder_of(row._replace(below="app"), tmp_path / row.name)
        given = Options(base_url=PLACE, credential_process=True, **row.options)
        found = gather(given, OFF, cwd, home=home).credential
        assert found is not None
        assert dict(found.material)["0.foreign"] == "yes"


def test_the_users_own_values_need_no_consent_where_they_are_sent_nowhere(tmp_path: Path) -> None:
    """`${HOME}` in the name of a file is what people write."""
    row = PlantedChain(
        "", BEDROCK, {"AWS_CONFIG_FILE": "${HOME}/.aws/config"}, home={".aws/config": f"[default]\n{PROFILE}"}
    )
    cwd, home = folder_of(row, tmp_path)
    settings = gather(Options(base_url=PLACE, **BEDROCK), {"HOME": str(home)}, cwd, home=home)
    assert settings.credential is not None
    assert settings.credential.chain.winner is not None
    assert settings.override is None


def test_an_agreement_ends_when_the_folder_names_another_address(tmp_path: Path) -> None:
    row = next(one for one in ROWS if one.name == "a token as the tenant")
    places = []
    for name, authority in (("a", EVIL), ("b", "https://worse.example")):
        (tmp_path / name).mkdir()
        changed = row._replace(dotenv={**row.dotenv, "AZURE_AUTHORITY_HOST": authority.removeprefix("https://")})
        cwd, home = folder_of(changed, tmp_path / name)
        override = gather(Options(**row.options), row.environ, cwd, home=home).override
        assert override is not None
        places.append({one.place for one in override.flows if one.part is FlowPart.CREDENTIAL})
    assert not places[0] & places[1]


@pytest.mark.parametrize(
    "text", ["[]", "7", '"x"', "null", "{}", "[" * 90000, "\x00", '{"accessToken": 1, "expiresAt": []}']
)
def test_an_odd_login_of_sso_is_told_and_never_raises(text: str, tmp_path: Path) -> None:
    row = PlantedChain("", BEDROCK, {}, home={LOGIN: text, ".aws/config": SSO})
    cwd, home = folder_of(row, tmp_path)
    found = gather(Options(base_url=PLACE, **BEDROCK), {}, cwd, home=home).credential
    assert found is not None
    assert found.chain.winner is not None
    assert found.chain.winner.step == "sso"


def test_the_home_of_nobody_is_no_traceback(tmp_path: Path) -> None:
    environ = {**APP, "AZURE_FEDERATED_TOKEN_FILE": "~no-such-user-made-up/token"}
    found = gather(Options(base_url=PLACE, **ENTRA), environ, tmp_path, home=tmp_path).credential
    assert found is not None
    assert found.chain.winner is not None


def test_a_file_that_would_take_hours_is_not_read(tmp_path: Path) -> None:
    row = PlantedChain("", BEDROCK, {"AWS_CONFIG_FILE": "f"}, {"f": "[default]\na" + " " * 500_000 + "b\n"})
    cwd, home = folder_of(row, tmp_path)
    found = gather(Options(base_url=PLACE, **BEDROCK), {}, cwd, home=home).credential
    assert found is not None
    assert found.chain.winner is not None
    assert found.chain.winner.why == "reading it would take too much time or memory"


@pytest.mark.parametrize(
    ("path", "document", "app"),
    [
        (
            ".config/opencode/opencode.json",
            {"provider": {"mine": {"npm": "@ai-sdk/openai-compatible", "options": {"baseURL": f"{PLACE}/v1"}}}},
            "opencode",
        ),
        (".claude/settings.json", {"env": {"ANTHROPIC_BASE_URL": PLACE}}, "claude-code"),
    ],
)
@pytest.mark.parametrize("house", ["google", "aws"])
def test_an_app_with_a_server_of_its_own_gets_no_credential_of_a_house(
    house: str, path: str, document: dict[str, Any], app: str, tmp_path: Path
) -> None:
    """The variables of a house's SDK say nothing about where the apps on the same machine send its credentials."""
    place = tmp_path / path
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(document))
    (tmp_path / "work").mkdir()
    (tmp_path / "key.json").write_text(account_file())
    environ = {
        "google": {
            **OFF,
            "GOOGLE_GENAI_USE_VERTEXAI": "true",
            "GOOGLE_CLOUD_PROJECT": "p",
            "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json"),
        },
        "aws": {**KEYS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:10"},
    }[house]
    settings = gather(Options(), environ, tmp_path / "work", home=tmp_path)
    assert settings.credential is not None, "the SDK's own settings have one"
    (found,) = find(SearchPlaces(tmp_path, environ, tmp_path / "work"), Options(), apps.load(), (app,)).found
    assert found.settings.base_url is not None
    assert found.settings.base_url.value.startswith(PLACE)
    assert found.settings.credential is None


def test_settings_with_a_credential_of_their_own_are_checked_by_themselves(tmp_path: Path) -> None:
    """One report for both would say that a server without any key works, because the other one signs."""
    settings = gather(Options(base_url=PLACE, protocol="bedrock"), KEYS, tmp_path, home=tmp_path)
    one = FoundSettings("boto3", "", "", settings, "")
    hash(sameness(one, apps.load()))
    other = replace(one, settings=replace(settings, credential=None))
    assert sameness(one, apps.load()) != sameness(other, apps.load())


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (
            BEDROCK,
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://me:mAdEuPpAsSwOrD1@127.0.0.1:9/x?token=mAdEuPpAsSwOrD2"},
        ),
        (BEDROCK, {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://me:mAdEuPpAsSwOrD1@127.0.0.1:9"}),
        (
            ENTRA,
            {"IDENTITY_ENDPOINT": "http://me:mAdEuPpAsSwOrD1@127.0.0.1:9/x?a=mAdEuPpAsSwOrD2", "IDENTITY_HEADER": "x"},
        ),
    ],
)
def test_an_address_is_shown_without_its_password(
    options: dict[str, Any], environ: dict[str, str], tmp_path: Path
) -> None:
    settings = gather(Options(base_url=PLACE, **options), environ, tmp_path, home=tmp_path)
    assert settings.credential is not None
    assert "127.0.0.1:9" in repr(settings.credential.chain)
    assert "mAdEuPpAsSwOrD" not in repr(settings.credential.chain)
    report = judge(asyncio.run(run(settings)))
    assert "mAdEuPpAsSwOrD" not in render(report, "en", verbose=True)
    assert "mAdEuPpAsSwOrD" not in dump(asyncio.run(run(settings)))


def test_the_texts_of_a_chain_are_short(tmp_path: Path) -> None:
    row = PlantedChain("", BEDROCK, {}, home={".aws/config": f"[default]\nrole_arn={'x' * 90_000}\nsource_profile=b\n"})
    cwd, home = folder_of(row, tmp_path)
    found = gather(Options(base_url=PLACE, **BEDROCK), {"AWS_REGION": "y" * 90_000}, cwd, home=home).credential
    assert len(repr(found.chain if found is not None else "")) < 9000
