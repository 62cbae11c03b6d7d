"""Signatures: a door that shares no code with botocore computes each of them again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from diagnose.formats import text as text_format
from diagnose.judging.judge import judge
from probes.credential_chains.aws import CHAIN
from probes.credential_chains.aws_credential import LARGEST, Keys, SignedCredential, obtain, service_and_region
from probes.credential_chains.aws_files import moment_of
from probes.credential_chains.chain import CredentialError, ObtainFor, UnsignedRequest
from probes.demo_server.answers import as_json
from probes.demo_server.server import Answer, PracticeDoor, Reply, Request
from probes.demo_server.sigv4 import AccessKey, refusal
from probes.model.archive import dump
from probes.model.credential import CredentialChain, CredentialFacts, CredentialProblem, CredentialStep, StepStatus
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings
from probes.run.engine import run
from probes.settings.gather import Options, gather
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


LENT = "mAdEuPsEsSiOnToKeN" * 3
ROLE_FILES = {
    ".aws/config": "[profile r]\nrole_arn=arn:aws:iam::000000000000:role/x\nsource_profile=b\n",
    ".aws/credentials": f"[b]\naws_access_key_id={USER.name}\naws_secret_access_key={USER.secret}\n",
}


def sts_answer(token: str = LENT, expires: str = "2099-01-01T00:00:00Z") -> Reply:
    held = f"<AccessKeyId>{ROLE.name}</AccessKeyId><SecretAccessKey>{ROLE.secret}</SecretAccessKey>"
    held += f"<SessionToken>{token}</SessionToken><Expiration>{expires}</Expiration>"
    body = f"<AssumeRoleResponse><AssumeRoleResult><Credentials>{held}</Credentials></AssumeRoleResult></AssumeRoleResponse>"
    return Reply(200, (("Content-Type", "text/xml"),), body.encode())


def role_by(answer: Answer | Callable[[Request], Answer], home: Path, seconds: float = 3.0) -> CredentialFacts:
    """Return what came of a role with the process's own environment, and STS answering like this."""
    for name, text in ROLE_FILES.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    with PracticeDoor(answer if callable(answer) else lambda request: answer) as door:
        environ = {"AWS_PROFILE": "r", "AWS_ENDPOINT_URL_STS": door.url}
        given = Options(base_url="http://127.0.0.1:9", protocol="bedrock")
        found = gather(given, environ, home, home=home).credential
        assert found is not None
        try:
            return asyncio.run(CHAIN.obtain(found, replace(WANTED, seconds=seconds))).facts
        except CredentialError as error:
            return error.facts


def test_the_profile_of_the_process_does_not_disturb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore would look for it again, in files that are not read again: most people who assume a role set it."""
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_PROFILE", "r")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    got = role_by(sts_answer(), tmp_path)
    assert (got.problem, got.said, got.expires) == (None, "", moment_of("2099-01-01T00:00:00Z"))


def echo(request: Request) -> Answer:
    said = " ".join(f"{name}: {value}" for name, value in request.headers if name.lower() != "user-agent")
    body = f"<ErrorResponse><Error><Code>Bad</Code><Message>{said}</Message></Error></ErrorResponse>"
    return Reply(403, (("Content-Type", "text/xml"),), body.encode())


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (sts_answer(expires="9" * 400), CredentialProblem.OTHER),
        (sts_answer("a&#13;&#10;X-Evil: 1"), CredentialProblem.OTHER),
        (sts_answer("☃"), CredentialProblem.OTHER),
        (Reply(200, (("Content-Type", "text/html"),), b"<html>sign in"), CredentialProblem.OTHER),
        (Reply(307, (("Location", "http://127.0.0.1:9/"),)), CredentialProblem.OTHER),
        (Reply(200, (), b"x" * (LARGEST + 1)), CredentialProblem.UNREACHABLE),
        (echo, CredentialProblem.REFUSED),
    ],
    ids=["moment", "line break", "not ascii", "page", "redirect", "huge", "echo"],
)
def test_each_answer_of_sts_is_a_problem_and_shows_no_secret(
    answer: Answer | Callable[[Request], Answer], problem: CredentialProblem, tmp_path: Path
) -> None:
    pytest.importorskip("botocore")
    got = role_by(answer, tmp_path)
    assert got.problem is problem, got.said
    assert re.search(r"Signature=[0-9a-f]", got.said) is None
    assert not any(secret[at : at + 12] in got.said for secret in (USER.secret, ROLE.secret, LENT) for at in (0, 8))


def test_a_server_that_repeats_the_signed_request_shows_no_part_of_it(tmp_path: Path) -> None:
    """A signature holds for some minutes, and a session token longer."""
    pytest.importorskip("botocore")
    sent: list[str] = []

    def repeats(request: Request) -> Answer:
        sent.extend(re.findall(r"Signature=([0-9a-f]{64})", request.header("authorization") or ""))
        said = " ".join(f"{name}: {value}" for name, value in request.headers)
        return as_json({"__type": "InvalidSignatureException", "message": said}, 403)

    environ = {"AWS_ACCESS_KEY_ID": ROLE.name, "AWS_SECRET_ACCESS_KEY": ROLE.secret, "AWS_SESSION_TOKEN": LENT}
    with PracticeDoor(repeats) as door:
        settings = gather(Options(base_url=door.url, protocol="bedrock", model="m"), environ, tmp_path, home=tmp_path)
        evidence = asyncio.run(run(settings))
    shown = dump(evidence) + text_format.render(judge(evidence), "en", verbose=True)
    assert sent
    assert not [one for one in (*sent, LENT, ROLE.secret) for at in range(len(one) - 11) if one[at : at + 12] in shown]
