"""The chains of credentials: who needs one, what takes the place of a key, and how a report shows the steps."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from diagnose.findings.chains import chain_lines
from diagnose.findings.moments import moment
from diagnose.formats.json import document
from diagnose.judging.judge import judge
from diagnose.rendering.credential_steps import credential_steps, step_name
from diagnose.report import CredentialView
from diagnose.words import LANGS, line
from probes.catalog.doors import known
from probes.credential_chains.aws import CHAIN
from probes.credential_chains.chain import TokenCredential, UnsignedRequest, chain_of
from probes.credential_chains.names import NAMES
from probes.credential_chains.world import ChainWorld
from probes.model.credential import (
    CredentialChain,
    CredentialChoice,
    CredentialFacts,
    CredentialProblem,
    CredentialStep,
    StepStatus,
)
from probes.model.secret import Secret
from probes.model.settings import BadInput
from probes.model.source import environment_variable
from probes.run.engine import run
from probes.settings.gather import Options, gather
from probes.settings.wanted_chain import chain_wanted

HERE = environment_variable("AWS_ACCESS_KEY_ID")
UNSIGNED = UnsignedRequest("POST", "https://api.example.com/v1", (), b"{}")


def test_each_vendor_has_a_chain_of_its_name() -> None:
    assert "aws" in NAMES
    for name in NAMES:
        assert chain_of(name).vendor == name
    with pytest.raises(KeyError):
        chain_of("none")


def test_each_door_with_a_chain_names_one_that_exists() -> None:
    assert {door.credential for door in known() if door.credential} <= {*NAMES}


def test_a_door_the_protocol_or_the_user_wants_a_chain() -> None:
    assert chain_wanted(Options(), None, "openai") == ""
    assert chain_wanted(Options(credential="aws"), None, "openai") == "aws"
    assert chain_wanted(Options(credential="none"), None, "openai") == ""
    assert chain_wanted(Options(no_env=True), None, "auto") == ""
    with pytest.raises(BadInput, match="--credential"):
        chain_wanted(Options(credential="acme"), None, "openai")
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"
    found = gather(Options(base_url=url), {}, Path("/"))
    assert found.credential is not None
    assert found.credential.chain.vendor == "aws"
    assert gather(Options(base_url="https://api.openai.com/v1"), {}, Path("/")).credential is None


def test_a_key_comes_before_the_chain_unless_the_user_names_the_chain() -> None:
    url = "https://bedrock-mantle.us-east-1.api.aws/v1"
    environ = {"AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-" + "x" * 40}
    found = gather(Options(base_url=url), environ, Path("/"))
    assert found.credential is not None
    assert found.key is not None
    assert not found.credential.chain.used
    named = gather(Options(base_url=url, credential="aws"), environ, Path("/"))
    assert named.credential is not None
    assert named.key is None
    assert named.credential.chain.used


def test_a_token_is_sent_as_bearer_with_what_belongs_to_it() -> None:
    token = TokenCredential(Secret("made-up-token"), CredentialFacts("google"), (("x-goog-user-project", "p"),))
    assert token.headers(UNSIGNED) == (("Authorization", "Bearer made-up-token"), ("x-goog-user-project", "p"))
    assert token.secrets == (Secret("made-up-token"),)


def test_a_problem_names_the_step_and_what_to_install() -> None:
    settings = CHAIN.read(ChainWorld(lambda name: None, None, Path("/"), None, "openai", None, 0.0, metadata=False))
    facts = CHAIN.failed(settings, CredentialProblem.NO_LIBRARY, said="no").facts
    assert (facts.vendor, facts.step, facts.said) == ("aws", "", "no")
    assert facts.install == 'pip install "llmdoctor-cli[aws]"'


@pytest.mark.parametrize("lang", LANGS)
def test_the_steps_are_shown_in_words(lang: str) -> None:
    role = CredentialStep(
        "assume_role", StepStatus.NOT_ASKED, HERE, "role", 1_800_000_000.0, (("role", "arn:x"),), "why"
    )
    steps = (CredentialStep("environment", StepStatus.ABSENT, HERE), role)
    choice = CredentialChoice("region", "us-east-1", HERE, (("eu-west-1", HERE),))
    chain = CredentialChain("aws", steps, 1, (choice,))
    absent, wins, region = credential_steps(CredentialView(chain, CredentialFacts("aws", account="AKIA…")), lang)
    assert not absent[4]
    assert wins[4]
    assert all(part in wins[2] for part in (" arn:x", "AKIA…", "2027-01-15 08:00 UTC", "why"))
    assert "eu-west-1" in region[2]
    assert "AWS_ACCESS_KEY_ID" in wins[3]
    assert step_name("aws.unknown", lang) == "aws.unknown"
    assert all("{" not in line(one, lang) for one in chain_lines(chain))
    assert moment(0) == "1970-01-01 00:00 UTC"


def test_a_chain_without_a_credential_is_a_missing_key_with_its_steps() -> None:
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"
    settings = gather(Options(base_url=url, offline=True), {"AWS_EC2_METADATA_DISABLED": "true"}, Path("/"))
    report = judge(asyncio.run(run(settings)))
    assert report.root_cause == "settings.missing_key"
    assert "AWS" in report.findings[0].title
    written = document(report)["credential"]
    assert isinstance(written, dict)
    assert (written["vendor"], written["used"], written["obtained"]) == ("aws", True, None)
    assert not any(one["wins"] for one in written["steps"])
