"""The chain of Google as it is read: which step wins, where it stands, and what the others would have been."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from probes.credential_chains.google_addresses import completed, host_of, location_of
from probes.credential_chains.google_files import sealed, unsealed
from probes.model.credential import StepStatus
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings, FlowPart
from probes.model.source import Owner, SourceKind
from probes.settings.gather import Options, gather
from worlds.google_chains import (
    ADC,
    HERE,
    KEY,
    OFF,
    PLACE,
    PROJECT,
    SECRETS,
    VARIABLE,
    GoogleWorld,
    account_file,
    federation,
    login,
    made_up_account,
    worlds,
)

DOOR = "http://127.0.0.1:9"


def made(world: GoogleWorld, home: Path, tokens: str = DOOR) -> dict[str, str]:
    """Write the files of a world, and return its environment."""

    def filled(text: str) -> str:
        host = tokens.removeprefix("http://")
        return text.replace("{tokens}", tokens).replace("{host}", host).replace("{home}", str(home))

    for name, text in world.files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(text))
    return {name: filled(value) for name, value in world.environ.items()}


def chain_in(
    environ: dict[str, str], home: Path, cwd: Path | None = None, protocol: str = "vertex", **options: object
) -> CredentialSettings:
    given = Options(base_url=DOOR, protocol=protocol, **options)  # type: ignore[arg-type]
    found = gather(given, environ, cwd or home / "work", home=home).credential
    assert found is not None
    return found


def test_the_step_that_wins_is_named_with_its_place(tmp_path: Path) -> None:
    for number, world in enumerate(worlds()):
        home = tmp_path / str(number)
        (home / "work").mkdir(parents=True)
        found = chain_in(made(world, home), home, protocol=world.protocol)
        chain, won = found.chain, found.chain.winner
        assert (won.step if won is not None else "") == world.step, world.name
        assert (str(won.source) if won is not None else "") == world.place.replace("{home}", str(home)), world.name
        shadowed = {one.step for one in chain.steps if one.status is StepStatus.SHADOWED}
        assert shadowed == {*world.shadowed}, world.name
        pem = made_up_account().private_key.splitlines()[1]
        assert not any(secret in repr(found) for secret in (*SECRETS, pem)), "a secret that is no Secret"


def test_project_location_and_quota_project_name_their_places(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "gcloud"
    (folder / "configurations").mkdir(parents=True)
    (folder / "active_config").write_text("work")
    (folder / "configurations" / "config_work").write_text("[core]\n\nproject = of-gcloud\naccount = me@x.example\n")
    (tmp_path / ADC).write_text(login(quota_project_id="of-the-file"))
    found = chain_in({**OFF, "CLOUD_ML_REGION": "us-east5"}, tmp_path, tmp_path, "vertex_anthropic").chain
    chosen = {one.name: (one.value, str(one.source)) for one in found.choices}
    assert chosen == {
        "project": ("of-gcloud", "~/.config/gcloud/configurations/config_work:3 project"),
        "location": ("us-east5", "environment CLOUD_ML_REGION"),
        "quota_project": ("of-the-file", f"~/{ADC}"),
    }
    environ = {**OFF, **PROJECT, "GCLOUD_PROJECT": "older", "GOOGLE_CLOUD_QUOTA_PROJECT": "mine"}
    project = chain_in(environ, tmp_path, tmp_path).chain.choice("project")
    assert project is not None
    assert project.value == "made-up-project"
    assert [value for value, _ in project.others] == ["older", "of-gcloud"]
    anthropics = {**environ, "ANTHROPIC_VERTEX_PROJECT_ID": "claude"}
    project = chain_in(anthropics, tmp_path, tmp_path, "vertex_anthropic").chain.choice("project")
    assert project is not None
    assert project.value == "claude"


def test_windows_has_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from probes.credential_chains import google

    class Windows:
        name = "nt"

    (tmp_path / "data" / "gcloud").mkdir(parents=True)
    (tmp_path / "data" / "gcloud" / "application_default_credentials.json").write_text(login())
    monkeypatch.setattr(google, "os", Windows)
    won = chain_in({**OFF, "APPDATA": str(tmp_path / "data")}, tmp_path, tmp_path).chain.winner
    assert won is not None
    assert str(won.source) == "%APPDATA%\\gcloud\\application_default_credentials.json"


def test_metadata_is_asked_last_and_never_on_behalf_of_others(tmp_path: Path) -> None:
    won = chain_in({}, tmp_path, tmp_path).chain.winner
    assert won is not None
    assert dict(won.hints)["address"] == "metadata.google.internal"
    assert chain_in({}, tmp_path, tmp_path, metadata=False).chain.winner is None
    assert chain_in(OFF, tmp_path, tmp_path).chain.winner is None
    (tmp_path / "pool.json").write_text(federation(url="http://169.254.169.254/metadata"))
    named = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "pool.json")}
    assert chain_in(named, tmp_path, tmp_path, metadata=False).chain.winner is None


FOLDER = (
    (
        "the metadata's address",
        {},
        "GCE_METADATA_HOST=evil.example",
        {},
        ("evil.example", "GCE_METADATA_HOST"),
    ),
    (
        "another file as the token",
        {},
        "GOOGLE_APPLICATION_CREDENTIALS=pool.json",
        {"pool.json": federation(file="{home}/secret").replace("{tokens}", "https://evil.example")},
        ("evil.example", "GOOGLE_APPLICATION_CREDENTIALS"),
    ),
    (
        "another cloud's metadata",
        {},
        "GOOGLE_APPLICATION_CREDENTIALS=pool.json",
        {"pool.json": federation(url="http://169.254.169.254/x").replace("{tokens}", "https://evil.example")},
        ("evil.example", "GOOGLE_APPLICATION_CREDENTIALS"),
    ),
)


@pytest.mark.parametrize("case", FOLDER, ids=lambda one: one[0])
def test_a_folder_does_not_send_the_users_secret_elsewhere(
    case: tuple[str, dict[str, str], str, dict[str, str], tuple[str, str]], tmp_path: Path
) -> None:
    _, environ, dotenv, files, flow = case
    folder = tmp_path / "clone"
    folder.mkdir()
    (tmp_path / "secret").write_text("the user's own secret")
    for name, text in files.items():
        (folder / name).write_text(text.replace("{home}", str(tmp_path)))
    (folder / ".env").write_text(dotenv)
    settings = gather(Options(base_url=DOOR, protocol="vertex"), environ, folder, home=tmp_path)
    assert settings.override is not None
    assert settings.override.withheld
    assert (FlowPart.CREDENTIAL, *flow) in {(one.part, one.host, one.named_by.name) for one in settings.override.flows}


def test_a_folders_own_account_is_its_own_and_its_program_is_not_started(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GOOGLE_APPLICATION_CREDENTIALS=key.json\n")
    (tmp_path / "key.json").write_text(account_file())
    settings = gather(Options(base_url=DOOR, protocol="vertex"), dict(OFF), tmp_path, home=tmp_path / "home")
    assert settings.override is None
    (tmp_path / "key.json").write_text(federation(executable={"command": "/bin/touch /made/up"}))
    found = chain_in(dict(OFF), tmp_path / "home", tmp_path, credential_process=True)
    assert found.chain.winner is not None
    assert dict(found.material)["0.foreign"] == "yes"
    assert found.chain.winner.status is StepStatus.NOT_ASKED


@pytest.mark.parametrize(
    ("url", "withheld"),
    [
        ("https://us-central1-aiplatform.googleapis.com", False),
        ("https://aiplatform.eu.rep.googleapis.com/v1", False),
        ("https://us-central1-aiplatform.googleapis.com.evil.example", True),
        ("https://storage.googleapis.com/evil", True),
        ("http://aiplatform.googleapis.com", True),
        ("https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google", False),
        ("https://aiplatform.googleapis.com/v1/projects/p/locations/global/batchPredictionJobs/1:cancel?x=", True),
    ],
)
def test_the_users_token_goes_to_a_folders_address_only_at_google(url: str, withheld: bool, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"GOOGLE_VERTEX_BASE_URL={url}\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "key.json").write_text(account_file())
    environ = {**OFF, "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "home" / "key.json")}
    settings = gather(Options(protocol="vertex"), environ, tmp_path, home=tmp_path / "home")
    assert settings.base_url is not None
    assert settings.base_url.value.startswith(url)
    assert (settings.override is not None and settings.override.withheld) is withheld


@pytest.mark.parametrize("protocol", ["vertex", "vertex_anthropic"])
@pytest.mark.parametrize(
    "place", ["evil.example/", "evil.example?", "evil.example#", "x@evil.example/", "a.evil.example:1"]
)
def test_a_location_never_changes_whose_host_it_is(protocol: str, place: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"GOOGLE_CLOUD_LOCATION='{place}'\nCLOUD_ML_REGION='{place}'\nGOOGLE_CLOUD_PROJECT='p/../{place}'\n"
    )
    settings = gather(Options(protocol=protocol), dict(OFF), tmp_path, home=tmp_path / "home")
    assert settings.base_url is not None
    parts = urlsplit(settings.base_url.value)
    assert parts.netloc == "aiplatform.googleapis.com"
    assert parts.path.count("/") == 7
    assert not parts.query


def test_a_folder_that_names_the_users_file_does_not_get_its_token(tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    (tmp_path / "key.json").write_text(account_file())
    (folder / ".env").write_text(
        f"GOOGLE_APPLICATION_CREDENTIALS={tmp_path}/key.json\nGOOGLE_VERTEX_BASE_URL=https://evil.example\n"
    )
    settings = gather(Options(protocol="vertex"), dict(OFF), folder, home=tmp_path)
    assert settings.credential is not None
    assert settings.credential.chain.winner is not None
    assert settings.credential.chain.winner.source is not None
    assert settings.credential.chain.winner.source.owner is Owner.USER
    assert settings.override is not None
    assert settings.override.withheld


@pytest.mark.parametrize(
    ("base", "location", "any_host", "expected"),
    [
        ("http://h:1", "us-central1", False, "http://h:1/v1/projects/p/locations/us-central1/publishers/google"),
        ("http://h/v1beta1/", "global", False, "http://h/v1beta1/projects/p/locations/global/publishers/google"),
        ("https://aiplatform.googleapis.com", "eu", True, "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/google"),
        ("https://h/v1/projects/q/locations/l/publishers/google", "global", False, "https://h/v1/projects/q/locations/l/publishers/google"),
        ("https://gateway.example/vertex", "global", False, "https://gateway.example/vertex"),
        ("http://[", "global", False, "http://["),
    ],
)  # fmt: skip
def test_a_base_url_is_completed_as_the_sdks_do(base: str, location: str, any_host: bool, expected: str) -> None:
    assert completed(base, "vertex", "p", location, any_host=any_host) == expected
    assert completed(expected, "vertex", "p", location, any_host=False) == expected


def test_hosts_and_locations_belong_together() -> None:
    for place in ("global", "us", "eu", "us-central1", "northamerica-northeast1"):
        assert location_of(host_of(place)) == place
    assert location_of("generativelanguage.googleapis.com") == ""


def test_a_key_of_express_mode_gives_way_to_a_project_as_in_the_sdk(tmp_path: Path) -> None:
    express = gather(Options(base_url=DOOR, protocol="vertex"), {"GOOGLE_API_KEY": KEY, **OFF}, tmp_path, home=tmp_path)
    assert express.key is not None
    assert express.auth is not None
    assert express.auth.value == "x-goog-api-key"
    assert express.base_url is not None
    assert express.base_url.value == f"{DOOR}/v1/publishers/google"
    both = gather(
        Options(base_url=DOOR, protocol="vertex"), {"GOOGLE_API_KEY": KEY, **OFF, **PLACE}, tmp_path, home=tmp_path
    )
    assert both.key is None


@pytest.mark.parametrize(
    ("environ", "protocol", "base"),
    [
        ({"GOOGLE_GENAI_USE_VERTEXAI": "true", **PLACE}, "vertex", "https://us-central1-aiplatform.googleapis.com/v1/projects/made-up-project/locations/us-central1/publishers/google"),
        ({"GOOGLE_GENAI_USE_ENTERPRISE": "1", **PROJECT}, "vertex", "https://aiplatform.googleapis.com/v1/projects/made-up-project/locations/global/publishers/google"),
        ({"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "p", "CLOUD_ML_REGION": "eu"}, "vertex_anthropic", "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/anthropic"),
    ],
)  # fmt: skip
def test_a_switch_of_the_sdk_selects_vertex(environ: dict[str, str], protocol: str, base: str, tmp_path: Path) -> None:
    settings = gather(Options(), {**environ, **OFF}, tmp_path, home=tmp_path)
    assert settings.protocol.value == protocol
    assert settings.base_url is not None
    assert settings.base_url.value == base
    assert gather(Options(), {**environ, **OFF, "GOOGLE_GENAI_USE_VERTEXAI": "false"}, tmp_path).protocol is not None


CLAUDE = {"CLAUDE_CODE_USE_VERTEX": "1", "ANTHROPIC_VERTEX_PROJECT_ID": "p"}
GEMINI = {"GOOGLE_GENAI_USE_VERTEXAI": "true", **PLACE}
AT = "aiplatform.googleapis.com/v1"


@pytest.mark.parametrize(
    ("app", "model", "environ", "base"),
    [
        ("claude-code", "", CLAUDE, f"https://us-east5-{AT}/projects/p/locations/us-east5/publishers/anthropic"),
        ("claude-code", "claude-haiku-4-5@20251001", {**CLAUDE, "CLOUD_ML_REGION": "global", "VERTEX_REGION_CLAUDE_HAIKU_4_5": "europe-west1"}, f"https://europe-west1-{AT}/projects/p/locations/europe-west1/publishers/anthropic"),
        ("claude-code", "claude-opus-4-1", {**CLAUDE, "VERTEX_REGION_CLAUDE_4_0_OPUS": "a-west1", "VERTEX_REGION_CLAUDE_4_1_OPUS": "us"}, "https://aiplatform.us.rep.googleapis.com/v1/projects/p/locations/us/publishers/anthropic"),
        ("claude-code", "", {**CLAUDE, "CLAUDE_CODE_USE_VERTEX": "0"}, "https://api.anthropic.com"),
        ("anthropic-vertex", "", {**CLAUDE, "CLOUD_ML_REGION": "eu"}, "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/anthropic"),
        ("google-genai", "", {**GEMINI, "GOOGLE_API_KEY": KEY}, f"https://us-central1-{AT}/projects/made-up-project/locations/us-central1/publishers/google"),
        ("gemini-cli", "", {**GEMINI, "GOOGLE_API_KEY": KEY}, f"https://{AT}/publishers/google"),
        ("gemini-cli", "", {**GEMINI, "GOOGLE_GENAI_USE_VERTEXAI": "1"}, "https://generativelanguage.googleapis.com"),
    ],
)  # fmt: skip
def test_each_client_reads_its_own_variables(
    app: str, model: str, environ: dict[str, str], base: str, tmp_path: Path
) -> None:
    """Measured with Claude Code 2.1.197, Gemini CLI 0.61.0 and the SDKs."""
    settings = gather(Options(app=app, model=model or None), {**environ, **OFF}, tmp_path, home=tmp_path)
    assert settings.base_url is not None
    assert settings.base_url.value == base


def test_the_anthropic_sdk_has_no_location_of_its_own(tmp_path: Path) -> None:
    environ = {**OFF, "ANTHROPIC_VERTEX_PROJECT_ID": "p"}
    assert chain_in(environ, tmp_path, tmp_path, "vertex_anthropic").chain.choice("location") is None
    at = Options(base_url=f"{DOOR}/v1/projects/p/locations/eu/publishers/anthropic", protocol="vertex_anthropic")
    found = gather(at, environ, tmp_path, home=tmp_path).credential
    assert found is not None
    place = found.chain.choice("location")
    assert place is not None
    assert (place.value, place.source.kind) == ("eu", SourceKind.OPTION)


def test_secrets_are_taken_out_of_a_file_and_put_in_again() -> None:
    info = json.loads(account_file())
    nested = {"type": "impersonated_service_account", "source_credentials": json.loads(login())}
    sourced = {
        "credential_source": {"url": "https://x.example", "headers": {"Authorization": "Bearer made-up-token-x"}}
    }
    for document in (info, nested, sourced):
        public, secrets = sealed(document)
        assert unsealed(public, dict(secrets)) == document
        assert all(isinstance(value, Secret) for _, value in secrets)
        shown = json.dumps(public)
        assert not [one for one in ("PRIVATE KEY", "1//0mAdEuP", "GOCSPX-", "made-up-token-x") if one in shown]


def test_a_file_that_names_no_place_for_its_token_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(federation())
    found = chain_in({"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json"), **OFF}, tmp_path, tmp_path)
    assert found.chain.winner is not None
    assert found.chain.winner.status is StepStatus.INCOMPLETE
    assert str(found.chain.winner.source) == HERE
    assert VARIABLE["NO_GCE_CHECK"] == "true"
