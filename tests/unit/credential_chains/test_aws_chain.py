"""The chain of AWS as it is read: which step wins, where it stands, and what the others would have been."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diagnose.agents.call_settings import AgentCall, settings_of
from diagnose.agents.check_runner import CheckRunner
from diagnose.agents.check_tool import wishes_of
from diagnose.agents.permissions import Permission
from diagnose.agents.scan_tool import prepare as prepare_scan
from diagnose.agents.server_options import AgentServerOptions
from diagnose.cli.commands import check
from diagnose.cli.commands.mcp import lookups
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import exit_status
from probes.credential_chains.aws import CHAIN, METADATA
from probes.credential_chains.aws_files import masked, moment_of, nested, read_config, read_ini
from probes.demo_server import bedrock_doors
from probes.demo_server.server import PracticeDoor
from probes.model.credential import StepStatus
from probes.model.secret import Secret
from probes.model.settings import BadInput, CredentialSettings, FlowPart
from probes.model.source import Owner
from probes.run.engine import run
from probes.settings.gather import Options, gather
from worlds.aws_chains import KEYS, PROFILE, REGION, SSO_FILE, WORLDS, ChainWorld
from worlds.aws_stand_ins import ARN, HOUR, SECRETS, USER, sso_login

PLACE = "http://127.0.0.1:9"


def made(world: ChainWorld, home: Path, meta: str = PLACE) -> dict[str, str]:
    """Write the files of a world, and return its environment."""

    def filled(text: str) -> str:
        return text.replace("{meta}", meta).replace("{home}", str(home))

    for name, text in world.files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(text))
    return {name: filled(value) for name, value in {**REGION, **world.environ}.items()}


def chain_in(environ: dict[str, str], home: Path, cwd: Path | None = None, **options: object) -> CredentialSettings:
    given = Options(base_url=PLACE, protocol="bedrock", **options)  # type: ignore[arg-type]
    found = gather(given, environ, cwd or home / "work", home=home).credential
    assert found is not None
    return found


@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_the_step_that_wins_is_named_with_its_place(world: ChainWorld, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    found = chain_in(made(world, tmp_path), tmp_path)
    chain, won = found.chain, found.chain.winner
    assert (won.step if won is not None else "") == world.step
    assert (str(won.source) if won is not None else "") == world.place.replace("{home}", str(tmp_path))
    assert {one.step for one in chain.steps if one.status is StepStatus.SHADOWED} == {*world.shadowed}
    assert not any(secret in repr(found.chain) for secret in SECRETS)
    assert not any(secret in repr(found.material) for secret in SECRETS), "a secret that is no Secret"


def test_the_region_comes_from_the_variables_before_the_profile(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n")
    region = chain_in({**KEYS, "AWS_DEFAULT_REGION": "us-west-2"}, tmp_path, tmp_path).chain.choice("region")
    assert region is not None
    assert (region.value, str(region.source)) == ("us-west-2", "environment AWS_DEFAULT_REGION")
    assert [(value, str(source)) for value, source in region.others] == [("eu-west-1", "~/.aws/config:2 region")]


def test_metadata_is_asked_last_and_never_on_behalf_of_others(tmp_path: Path) -> None:
    found = chain_in({}, tmp_path, tmp_path)
    assert found.chain.winner is not None
    assert dict(found.chain.winner.hints)["address"] == METADATA
    assert chain_in({}, tmp_path, tmp_path, metadata=False).chain.winner is None
    container = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"}
    assert chain_in(container, tmp_path, tmp_path, metadata=False).chain.winner is None


FOLDER = (
    (
        "sts",
        {"AWS_PROFILE": "work"},
        "AWS_ENDPOINT_URL_STS=https://evil.example/",
        ("evil.example", "AWS_ENDPOINT_URL_STS"),
    ),
    (
        "all endpoints",
        {"AWS_PROFILE": "work"},
        "AWS_ENDPOINT_URL=https://evil.example/",
        ("evil.example", "AWS_ENDPOINT_URL"),
    ),
    (
        "another file as the token",
        {},
        f"AWS_WEB_IDENTITY_TOKEN_FILE={{home}}/secret\nAWS_ROLE_ARN={ARN}\n",
        ("sts.amazonaws.com", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    ),
    (
        "the container's address",
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "made-up-token-of-the-user"},
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=https://evil.example/x",
        ("evil.example", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    ),
    (
        "the metadata's address",
        {},
        "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://evil.example",
        ("evil.example", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
    ),
)


@pytest.mark.parametrize("case", FOLDER, ids=lambda one: one[0])
def test_a_folder_does_not_send_the_users_secret_elsewhere(
    case: tuple[str, dict[str, str], str, tuple[str, str]], tmp_path: Path
) -> None:
    _, environ, dotenv, flow = case
    folder = tmp_path / "clone"
    folder.mkdir()
    (tmp_path / ".aws").mkdir()
    (tmp_path / "secret").write_text("the user's own secret")
    (tmp_path / ".aws" / "config").write_text(f"[profile work]\nrole_arn = {ARN}\nsource_profile = base\n")
    (tmp_path / ".aws" / "credentials").write_text(f"[base]\n{PROFILE}")
    (folder / ".env").write_text(dotenv.replace("{home}", str(tmp_path)))
    settings = gather(Options(base_url=PLACE, protocol="bedrock"), environ, folder, home=tmp_path)
    assert settings.override is not None
    assert settings.override.withheld
    assert (FlowPart.CREDENTIAL, *flow) in {(one.part, one.host, one.named_by.name) for one in settings.override.flows}


def test_a_folder_may_name_profile_region_and_role(tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(f"[work]\n{PROFILE}")
    (folder / ".env").write_text("AWS_PROFILE=work\nAWS_REGION=eu-west-1\n")
    settings = gather(Options(base_url=PLACE, protocol="bedrock"), {}, folder, home=tmp_path)
    assert settings.override is None
    assert settings.credential is not None
    assert settings.credential.chain.winner is not None
    assert settings.credential.chain.winner.step == "credentials_file"
    region = settings.credential.chain.choice("region")
    assert region is not None
    assert region.source.owner is Owner.FOLDER


@pytest.mark.parametrize(
    ("url", "withheld"),
    [
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", False),
        ("https://bedrock-mantle.eu-west-1.api.aws/anthropic", False),
        ("https://bedrock-runtime.evil.example", True),
        ("https://bedrock-runtime.x.s3.amazonaws.com", True),
        ("http://bedrock-runtime.eu-west-1.amazonaws.com", True),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", False),
        ("https://bedrock.eu-west-1.amazonaws.com/model-invocation-job/x/stop?y=", True),
        ("https://bedrock.eu-west-1.amazonaws.com/model-invocation-job/x/stop", True),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/model/../x", True),
    ],
)
def test_the_users_credential_signs_for_a_folders_address_only_at_aws(url: str, withheld: bool, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url}\n")
    settings = gather(Options(protocol="bedrock"), dict(KEYS), tmp_path, home=tmp_path / "home")
    assert settings.base_url is not None
    assert settings.base_url.value == url
    assert (settings.override is not None and settings.override.withheld) is withheld


@pytest.mark.parametrize(
    ("environ", "dotenv"),
    [
        ({}, "AWS_CONFIG_FILE=aws.ini\nAWS_PROFILE=work\n"),
        ({"AWS_SECRET_ACCESS_KEY": USER.secret}, f"AWS_ACCESS_KEY_ID={USER.name}\n"),
    ],
    ids=["a role of the folder with the user's key", "a key id of the folder with the user's secret"],
)
def test_a_folder_does_not_make_the_users_secret_its_own(environ: dict[str, str], dotenv: str, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(f"[base]\n{PROFILE}")
    (folder / "aws.ini").write_text(f"[profile work]\nrole_arn = {ARN}\nsource_profile = base\n")
    (folder / ".env").write_text(f"{dotenv}AWS_ENDPOINT_URL_BEDROCK_RUNTIME=https://evil.example\n")
    settings = gather(Options(protocol="bedrock"), environ, folder, home=tmp_path)
    assert settings.base_url is not None
    assert settings.base_url.value == "https://evil.example"
    assert settings.override is not None
    assert settings.override.withheld


def test_a_folders_own_keys_go_where_the_folder_says(tmp_path: Path) -> None:
    lines = (
        f"{name}={value}" for name, value in {**KEYS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "https://own.example"}.items()
    )
    (tmp_path / ".env").write_text("\n".join(lines))
    settings = gather(Options(protocol="bedrock"), {}, tmp_path, home=tmp_path / "home")
    assert settings.credential is not None
    assert settings.credential.chain.winner is not None
    assert settings.override is None


def test_a_folders_config_file_starts_no_program(tmp_path: Path) -> None:
    (tmp_path / "aws.ini").write_text("[default]\ncredential_process = touch /made/up\n")
    (tmp_path / ".env").write_text("AWS_CONFIG_FILE=aws.ini\n")
    found = chain_in({}, tmp_path / "home", tmp_path, credential_process=True)
    assert found.chain.winner is not None
    assert found.chain.winner.step == "process"
    assert dict(found.material)["0.foreign"] == "yes"


def test_files_are_read_with_their_lines_and_never_raise(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text('[profile "two words"]\nregion = a\n\n[services mine]\nsts =\n  endpoint_url = http://x\n')
    read = read_config(
        read_ini(path, "config", Owner.USER, None), read_ini(tmp_path / "none", "none", Owner.USER, None)
    )
    assert str(read.profile("two words")["region"].source) == "config:2 region"
    assert nested(read.services["mine"]["sts"].value) == {"endpoint_url": "http://x"}
    for text in ("[a\n", "[a]\n[a]\n", "[a]\nb\n", "\x00", "[" * 5000):
        path.write_text(text)
        assert read_ini(path, "config", Owner.USER, None).exists
    path.write_bytes(b"\xff\xfe\xfa")
    assert read_ini(path, "config", Owner.USER, None).why


def test_small_readings() -> None:
    assert masked(USER.name) == "AKIA…USER"
    assert masked("short") == "…"
    assert moment_of("2026-11-30T08:00:00UTC") == moment_of("2026-11-30T08:00:00Z") == 1796025600.0
    assert moment_of("never") == 0.0
    assert isinstance(Secret("x"), Secret)


@pytest.mark.parametrize(
    ("name", "code", "verdict"),
    [
        ("SSO expired", "auth.login_expired", "broken"),
        ("half an environment", "auth.no_credential", "broken"),
        ("credential_process that nobody agreed to", "auth.no_credential", "inconclusive"),
        ("session expired by its own word", "auth.expired", "broken"),
    ],
)
def test_what_is_wrong_with_a_chain_is_the_finding(name: str, code: str, verdict: str, tmp_path: Path) -> None:
    world = next(one for one in WORLDS if one.name == name)
    (tmp_path / "work").mkdir()
    with PracticeDoor(bedrock_doors.door(access=[USER])) as door:
        given = Options(base_url=door.url, protocol="bedrock", model=bedrock_doors.MODELS[0])
        settings = gather(given, made(world, tmp_path), tmp_path / "work", home=tmp_path)
        report = judge(asyncio.run(run(settings)))
    assert (code, verdict) in {(one.code, report.verdict) for one in report.findings}
    assert report.root_cause == (code if verdict == "broken" else None)


def test_a_login_that_ends_today_is_a_warning(tmp_path: Path) -> None:
    world = next(one for one in WORLDS if one.name == "SSO")
    (tmp_path / "work").mkdir()
    environ = made(world, tmp_path)
    (tmp_path / SSO_FILE).write_text(sso_login(2 * HOUR))
    settings = gather(
        Options(base_url=PLACE, protocol="bedrock", offline=True), environ, tmp_path / "work", home=tmp_path
    )
    (found,) = (one for one in judge(asyncio.run(run(settings))).findings if one.code == "auth.login_expired")
    assert found.severity == "warning"


def test_a_run_with_a_key_imports_no_library_of_a_house() -> None:
    code = (
        "import sys; from probes.demo_server.server import PracticeDoor; from probes.demo_server import bedrock_doors\n"
        "from diagnose.__main__ import main\n"
        "with PracticeDoor(bedrock_doors.door('ABSK' + 'x' * 40)) as door:\n"
        "    sys.argv[1:] = ['check', door.url, '--protocol', 'bedrock', '--key-env', 'K']\n"
        "    try: main()\n"
        "    except SystemExit as end: print(end.code, *sys.modules, file=sys.stderr)\n"
    )
    environ = {**os.environ, "K": "ABSK" + "x" * 40, "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environ, timeout=60)
    loaded = done.stderr.splitlines()[-1].split()
    assert loaded[0] == "0", done.stdout
    assert "probes.credential_chains.aws" in loaded
    assert {"botocore", "boto3", "google.auth", "azure", "probes.credential_chains.aws_credential"} & {*loaded} == set()


def test_without_the_extra_the_question_is_open_and_nothing_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(CHAIN), "library", "no_such_library_of_aws")
    with PracticeDoor(bedrock_doors.door(access=[USER])) as door:
        settings = gather(Options(base_url=door.url, protocol="bedrock"), {**KEYS, **REGION}, tmp_path, home=tmp_path)
        report = judge(asyncio.run(run(settings)))
        assert not [one for one in door.requests if one.header("authorization")]
    assert (report.verdict, report.root_cause, exit_status(report)) == ("inconclusive", None, 3)
    (found,) = report.findings
    assert found.code == "run.extra_missing"
    assert any("llmdoctor-cli[aws]" in step for step in found.steps)


def test_agents_and_the_served_page_never_ask_metadata(tmp_path: Path) -> None:
    call = AgentCall(target="https://bedrock-runtime.us-east-1.amazonaws.com")
    found = settings_of(call, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"}, tmp_path, Options()).settings
    assert found.credential is not None
    assert not found.credential.metadata
    assert found.credential.chain.winner is None
    file = tmp_path / "llmdoctor.toml"
    file.write_text('[targets.a]\nbase_url = "https://bedrock-runtime.us-east-1.amazonaws.com"\n')
    served = gather(Options(target="a", metadata=False), {}, tmp_path, home=tmp_path).credential
    assert served is not None
    assert served.chain.winner is None


@pytest.mark.parametrize(("app", "root"), [("boto3", "app.sdk_mismatch"), (None, None)])
def test_boto3_sends_no_api_key_in_clear(app: str | None, root: str | None, tmp_path: Path) -> None:
    key = "ABSK" + "bWFkZXVw" * 14 + "eA=="
    with PracticeDoor(bedrock_doors.door(key)) as door:
        given = Options(base_url=door.url, protocol="bedrock", model=bedrock_doors.MODELS[0], app=app)
        report = judge(asyncio.run(run(gather(given, {"AWS_BEARER_TOKEN_BEDROCK": key}, tmp_path, home=tmp_path))))
    assert report.root_cause == root


def test_the_region_of_the_profile_completes_the_address_of_a_known_door(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile work]\nregion = eu-west-1\n")
    environ = {"AWS_PROFILE": "work", "HOME": str(tmp_path)}
    for given in (Options(target="bedrock"), Options(protocol="bedrock"), Options(app="anthropic-bedrock")):
        settings = gather(given, environ, tmp_path / "work", home=tmp_path)
        assert settings.base_url is not None
        assert settings.base_url.value == "https://bedrock-runtime.eu-west-1.amazonaws.com"
    assert gather(Options(protocol="bedrock"), {}, tmp_path / "work", home=tmp_path).base_url is None
    with pytest.raises(BadInput, match="No AWS region"):
        gather(Options(target="bedrock"), {}, tmp_path / "work", home=tmp_path)


@pytest.mark.parametrize("given", [Options(), Options(protocol="bedrock"), Options(app="boto3")])
def test_a_check_without_a_region_says_so(given: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"HOME": str(tmp_path), "AWS_BEARER_TOKEN_BEDROCK": "ABSK" + "x" * 40})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="No AWS region"):
        check.settings_of(given)


def test_an_agent_needs_the_permission_to_sign_and_to_spend(tmp_path: Path) -> None:
    """A credential of a chain is no key, and costs as much as one."""
    options = AgentServerOptions(lookups=lookups(), environ=dict(KEYS), folders=(tmp_path,))
    given = options.check_options("full")
    assert not given.metadata
    call = AgentCall(target="https://bedrock-runtime.us-east-1.amazonaws.com", protocol="bedrock")
    wishes = wishes_of(settings_of(call, KEYS, tmp_path, given), tmp_path, "en")
    assert {Permission.SEND, Permission.SPEND} <= {one.permission for one in wishes}
    assert any("AWS_ACCESS_KEY_ID" in one.question for one in wishes)
    free = wishes_of(settings_of(call, KEYS, tmp_path, options.check_options("free")), tmp_path, "en")
    assert Permission.SPEND not in {one.permission for one in free}


def test_an_agents_scan_asks_no_metadata_and_needs_the_same_permission(tmp_path: Path) -> None:
    given = {"folder": str(tmp_path), "depth": "full", "app": "", "detail": ""}
    for environ, sends in ((KEYS, True), ({}, False)):
        around = {**environ, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "https://gateway.example", "HOME": str(tmp_path)}
        options = AgentServerOptions(lookups=lookups(), environ=around, folders=(tmp_path,))
        wishes = prepare_scan(given, options, CheckRunner(1, 60)).wishes
        assert (Permission.SEND in {one.permission for one in wishes}) is sends
