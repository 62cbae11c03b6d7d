"""Signatures: a door that shares no code with botocore computes each of them again."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from probes.credential_chains.aws import CHAIN
from probes.credential_chains.aws_credential import Keys, SignedCredential, obtain, service_and_region
from probes.credential_chains.chain import CredentialError, ObtainFor, UnsignedRequest
from probes.demo_server.server import Request
from probes.demo_server.sigv4 import AccessKey, refusal
from probes.model.credential import CredentialChain, CredentialFacts, CredentialProblem, CredentialStep, StepStatus
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings
from worlds.aws_stand_ins import ROLE, USER

WANTED = ObtainFor("http://127.0.0.1:9", "bedrock", 2.0)
URLS = (
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.x-v1%3A0/converse",
    "http://127.0.0.1:8080/model/us.anthropic.x-v1:0/invoke",
    "https://gateway.example/a%20b/model/x;y/converse?b=2&a=1%2F",
)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("key", [USER, ROLE], ids=["access key", "session"])
def test_each_signature_is_the_one_that_aws_computes(url: str, key: AccessKey) -> None:
    signed = SignedCredential(Keys(key.name, key.secret, key.token), CredentialFacts("aws"), "bedrock", "us-east-1")
    parts = urlsplit(url)
    given = (("Host", parts.netloc), ("User-Agent", "llmdoctor"), ("Content-Type", "application/json"))
    body = b'{"messages": []}'
    added = signed.headers(UnsignedRequest("POST", url, given, body))
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    request = Request("POST", target, (*given, *added), body, ("127.0.0.1", 1), 0.0, 0)
    assert refusal(request, [key], "us-east-1", "bedrock") is None
    assert key.secret not in repr(added)
    changed = Request("POST", target, request.headers, body + b" ", ("127.0.0.1", 1), 0.0, 0)
    for one, region, service, clock in (
        (changed, "us-east-1", "bedrock", 0.0),
        (request, "eu-west-1", "bedrock", 0.0),
        (request, "us-east-1", "bedrock-mantle", 0.0),
        (request, "us-east-1", "bedrock", 600.0),
        (request, "us-east-1", "bedrock", -600.0),
    ):
        refused = refusal(one, [key], region, service, clock)
        assert refused is not None
        assert refused[0] == "InvalidSignatureException"
    assert {*signed.secrets} == {Secret(text) for text in (key.secret, key.token) if text}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", ("bedrock", "eu-west-1")),
        ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", ("bedrock", "us-gov-west-1")),
        ("https://bedrock-mantle.us-west-2.api.aws/anthropic", ("bedrock-mantle", "us-west-2")),
        ("https://vpce-0a1b-2c.bedrock-runtime.us-east-1.vpce.amazonaws.com", ("bedrock", "us-east-1")),
        ("http://127.0.0.1:9", ("bedrock", "ap-south-1")),
    ],
)
def test_the_host_of_aws_names_service_and_region(url: str, found: tuple[str, str]) -> None:
    assert service_and_region(url, "ap-south-1") == found
    assert service_and_region("http://127.0.0.1:9", "") == ("bedrock", "us-east-1")
    assert service_and_region("http://127.0.0.1:9", "", "anthropic") == ("bedrock-mantle", "us-east-1")


@pytest.mark.parametrize(
    ("status", "material", "problem"),
    [
        (StepStatus.EXPIRED, (), CredentialProblem.EXPIRED),
        (StepStatus.INCOMPLETE, (), CredentialProblem.INCOMPLETE),
        (StepStatus.UNREADABLE, (), CredentialProblem.UNREADABLE),
        (StepStatus.NOT_ASKED, (("0", "login"),), CredentialProblem.RENEWAL),
        (StepStatus.NOT_ASKED, (("0", "process"), ("0.command", Secret("made up"))), CredentialProblem.NEEDS_CONSENT),
    ],
)
def test_what_cannot_give_a_credential_is_not_asked(
    status: StepStatus, material: tuple[tuple[str, Secret | str], ...], problem: CredentialProblem
) -> None:
    found = CredentialSettings(CredentialChain("aws", (CredentialStep("sso", status),), 0), material)
    with pytest.raises(CredentialError) as caught:
        asyncio.run(obtain(CHAIN, found, WANTED))
    assert caught.value.facts.problem is problem


def test_without_the_extra_the_line_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(CHAIN), "library", "no_such_library_of_aws")
    found = CredentialSettings(CredentialChain("aws", (CredentialStep("environment", StepStatus.WINS),), 0))
    with pytest.raises(CredentialError) as caught:
        asyncio.run(CHAIN.obtain(found, WANTED))
    assert caught.value.facts.problem is CredentialProblem.NO_LIBRARY
    assert "[aws]" in caught.value.facts.install
