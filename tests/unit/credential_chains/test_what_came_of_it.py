"""What becomes of a chain's credential: where it may go, what its place is called then, and what a refusal tells."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from diagnose.cli.commands.explain import command as explain
from diagnose.cli.commands.snippet import command as snippet
from diagnose.cli.commands.whose import command as whose
from diagnose.formats import text as text_format
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.credential_chains.chain import chain_of
from probes.demo_server import bedrock_doors, entra_doors
from probes.demo_server.entra_doors import signed_token
from probes.demo_server.server import PracticeDoor
from probes.model.credential import (
    CredentialChain,
    CredentialFacts,
    CredentialProblem,
    CredentialStep,
    StepStatus,
    asked,
)
from probes.run.engine import run
from probes.settings.gather import Options, gather
from unit.credential_chains.test_entra_chain import checked
from worlds.aws_chains import KEYS, REGION
from worlds.aws_stand_ins import SECRET, USER
from worlds.entra_chains import BY_SECRET, HEADER, SIGNING_KEY, stand_in
from worlds.google_chains import account_file, login

APP = {name: value for name, value in BY_SECRET.items() if name != "AZURE_AUTHORITY_HOST"}
ALL = {**KEYS, **REGION, **APP, "GOOGLE_APPLICATION_CREDENTIALS": "key.json", "AWS_EC2_METADATA_DISABLED": "true"}


def offline(url: str, home: Path, credential: str) -> Report:
    (home / "key.json").write_text(account_file().replace("{tokens}", "https://oauth2.googleapis.com"))
    given = Options(base_url=url, credential=credential, model="m", offline=True)
    return judge(asyncio.run(run(gather(given, ALL, home, home=home))))


@pytest.mark.parametrize(
    ("url", "credential", "foreign"),
    [
        ("https://api.openai.com/v1", "entra", True),
        ("https://api.anthropic.com", "aws", True),
        ("https://openrouter.ai/api/v1", "google", True),
        ("https://bedrock-runtime.us-east-1.amazonaws.com", "google", True),
        ("https://res.openai.azure.com", "aws", True),
        ("https://bedrock-mantle.us-east-1.api.aws/v1", "aws", False),
        ("https://aws-external-anthropic.us-east-1.api.aws", "aws", False),
        ("https://generativelanguage.googleapis.com", "google", False),
        ("https://res.services.ai.azure.com/models", "entra", False),
        ("https://gateway.example/v1", "google", False),
        ("http://127.0.0.1:8080/v1", "aws", False),
    ],
)
def test_a_credential_goes_to_no_host_of_another_company(
    url: str, credential: str, foreign: bool, tmp_path: Path
) -> None:
    report = offline(url, tmp_path, credential)
    assert (report.root_cause == "key.wrong_door") is foreign, report.root_cause
    for lang in ("en", "zh") if foreign else ():
        text = text_format.render(report, lang)
        assert {"entra": "Entra ID", "aws": "AWS", "google": "Google"}[credential] in text.splitlines()[0]


@pytest.mark.parametrize(
    ("problem", "before", "after"),
    [
        (None, StepStatus.NOT_ASKED, StepStatus.WINS),
        (CredentialProblem.REFUSED, StepStatus.WINS, StepStatus.FAILED),
        (CredentialProblem.UNREACHABLE, StepStatus.NOT_ASKED, StepStatus.FAILED),
        (CredentialProblem.EXPIRED, StepStatus.NOT_ASKED, StepStatus.EXPIRED),
        (CredentialProblem.NEEDS_CONSENT, StepStatus.NOT_ASKED, StepStatus.NOT_ASKED),
        (CredentialProblem.NO_LIBRARY, StepStatus.WINS, StepStatus.WINS),
        (CredentialProblem.INCOMPLETE, StepStatus.INCOMPLETE, StepStatus.INCOMPLETE),
    ],
)
def test_a_place_that_was_asked_says_what_came_of_it(
    problem: CredentialProblem | None, before: StepStatus, after: StepStatus
) -> None:
    steps = (CredentialStep("environment", StepStatus.ABSENT), CredentialStep("container", before))
    chain = CredentialChain("aws", steps, 1)
    facts = CredentialFacts("aws", "container", problem=problem)
    assert [one.status for one in asked(chain, facts).steps] == [StepStatus.ABSENT, after]
    assert asked(chain, None) == chain
    assert asked(chain, CredentialFacts("aws", "instance", problem=problem)) == chain, "of another step"


def told(environ: dict[str, str], home: Path, **door: object) -> Report:
    (home / "work").mkdir(exist_ok=True)
    with PracticeDoor(entra_doors.entra(SIGNING_KEY, **door)) as server, PracticeDoor(stand_in()) as meta:  # type: ignore[arg-type]
        chain = None if "AZURE_OPENAI_AD_TOKEN" in environ else "entra"
        given = {name: value.replace("{meta}", meta.url) for name, value in environ.items()}
        return checked(server.url, given, home, credential=chain)


MANAGED = {"IDENTITY_ENDPOINT": "{meta}/msi/token", "IDENTITY_HEADER": HEADER}
WANTED = "az account get-access-token --resource https://"


@pytest.mark.parametrize(
    ("environ", "audience", "root", "first"),
    [
        (MANAGED, "https://ai.azure.com", "key.wrong_audience", f"{WANTED}ai.azure.com"),
        ({"aud": "https://management.azure.com"}, entra_doors.AUDIENCE, "key.wrong_audience", "cognitiveservices"),
        ({"exp": int(time.time()) - 300}, entra_doors.AUDIENCE, "auth.expired", WANTED),
        ({"nbf": int(time.time()) + 900}, entra_doors.AUDIENCE, "auth.expired", "clock"),
    ],
)
def test_a_refusal_of_azure_is_read_together_with_the_token(
    environ: dict[str, str], audience: str, root: str, first: str, tmp_path: Path
) -> None:
    """Azure says the same for all of them."""
    if environ is not MANAGED:
        environ = {"AZURE_OPENAI_AD_TOKEN": signed_token(SIGNING_KEY, **environ)}
    report = told(environ, tmp_path, audiences=(audience,))
    assert report.root_cause == root
    found = next(one for one in report.findings if one.code == root)
    assert first in found.steps[0], found.steps


@pytest.mark.parametrize(
    ("text", "code", "title"),
    [
        (
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not authorized to perform "
            "sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>",
            "auth.no_credential",
            "assume the role",
        ),
        (
            "Token used too early, 1 < 2. Check that your computer's clock is set correctly.",
            "auth.no_credential",
            "clock",
        ),
        (
            "PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
            "auth.no_credential",
            "A part of the credential",
        ),
    ],
)
def test_errors_of_the_houses_are_explained(text: str, code: str, title: str) -> None:
    said = CliRunner().invoke(explain, [text, "--lang", "en"]).output
    first, _, _ = said.partition("Fix")
    assert title in " ".join(first.split())
    assert code in first


@pytest.mark.parametrize(
    ("value", "variable"),
    [
        (f"{USER.name}:{SECRET}", "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"),
        (signed_token(SIGNING_KEY), "AZURE_OPENAI_AD_TOKEN"),
        (account_file(), "GOOGLE_APPLICATION_CREDENTIALS"),
        (login(), "GOOGLE_APPLICATION_CREDENTIALS"),
    ],
    ids=("pair", "entra", "account", "login"),
)
def test_whose_names_the_variable_of_each_house(value: str, variable: str) -> None:
    said = CliRunner().invoke(whose, ["--lang", "en"], input=value).output
    lines = [line.split(maxsplit=1)[1] for line in said.splitlines() if line.strip().startswith("variable")]
    assert set(lines) == {variable}
    assert value[:40] not in said


def test_a_snippet_that_was_not_tested_has_the_region_and_the_token_of_the_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**KEYS, **APP, "AWS_REGION": "eu-west-3", "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def text(*words: str) -> str:
        done = CliRunner().invoke(snippet, [*words, "--model", "m", "--offline", "--json"])
        assert done.exit_code == 0, done.output
        return "\n".join(one["text"] for one in json.loads(done.output[done.output.index("[") :]))

    at_host = text("https://bedrock-runtime.us-east-1.amazonaws.com", "--app", "boto3")
    assert 'region_name="us-east-1"' in at_host
    behind = text("http://127.0.0.1:9", "--protocol", "bedrock_invoke", "--app", "anthropic-bedrock")
    assert 'aws_region="eu-west-3"' in behind
    azure = text("https://res.openai.azure.com")
    assert "azure_ad_token_provider" in azure
    assert 'api_key="none"' not in azure
    assert chain_of("entra").auth == "bearer"


@pytest.mark.parametrize(
    ("model", "elsewhere"), [("eu.made.up", True), ("us.made.up", False), ("global.made.up", False)]
)
def test_a_profile_of_other_regions_is_named(model: str, elsewhere: bool, tmp_path: Path) -> None:
    with PracticeDoor(bedrock_doors.door(access=(USER,), models=("another",))) as door:
        given = Options(base_url=door.url, protocol="bedrock", model=model, timeout=8)
        report = judge(asyncio.run(run(gather(given, {**KEYS, **REGION}, tmp_path, home=tmp_path))))
    assert report.root_cause == "model.not_found"
    assert report.findings[0].steps[0].startswith(f"The prefix of {model}") is elsewhere


def test_the_identity_that_variables_name_counts_at_a_gateway_of_azure_without_a_key(tmp_path: Path) -> None:
    def used(**more: str | None) -> bool:
        environ = {name: value for name, value in {**MANAGED, **more}.items() if value is not None}
        found = gather(Options(base_url="http://127.0.0.1:9", protocol="azure"), environ, tmp_path, home=tmp_path)
        return found.credential is not None and found.credential.chain.used

    assert used()
    assert not used(AZURE_OPENAI_API_KEY="made-up-key-of-the-gateway")
    assert not used(IDENTITY_HEADER=None)
