"""AWS' and Anthropic's own clients agree with every world of AWS credentials, against a door that verifies signatures."""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from diagnose.report import Report
from diagnose.snippets.snippets import working_of, write
from probes.app_settings.scan import of_app
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.demo_server import bedrock_doors, practice_doors
from probes.demo_server.answers import CLAUDES, MODELS, TEXT
from probes.demo_server.handlers import What
from probes.demo_server.server import Answer, PracticeDoor, Request
from probes.settings.gather import Options, gather
from real.cloud_clients import FORKED, call_clients, checked_with_outputs
from unit.credential_chains.test_aws_chain import made
from worlds.aws_chains import KEYS, OFF, REGION, WORLDS, ChainWorld, web_token
from worlds.aws_stand_ins import HOUR, ROLE, SECRETS, USER, stand_in

pytestmark = [
    pytest.mark.slow,
    FORKED,
]
MODEL = bedrock_doors.MODELS[0]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the door, for credentials that are right: what a check names, and what the clients raise."""

    name: str
    root: str | None
    says: str
    raises: str
    door: dict[str, Any]
    protocol: str = "bedrock"
    stream: What | None = None
    model: str = MODEL


def refuses(status: int, kind: str, words: str) -> What:
    return bedrock_doors.refused(status, kind, words)


FAULTS = (
    Fault("sound", None, "", "", {}),
    Fault("sound", None, "", "", {}, "bedrock_invoke"),
    Fault("clock", "auth.rejected", "clock", "ClientError", {"clock": 900.0}),
    Fault("clock behind", "auth.rejected", "clock", "PermissionDeniedError", {"clock": -900.0}, "bedrock_invoke"),
    Fault("region", "key.wrong_region", "region", "ClientError", {"region": "eu-west-1"}),
    Fault("service", "auth.rejected", "another AWS service", "ClientError", {"service": "bedrock-mantle"}),
    Fault("model", "model.not_found", "does not know this model ID", "ValidationException", {"models": ("other",)}),
    Fault(
        "inference profile",
        "model.wrong_endpoint",
        "inference profile",
        "ValidationException",
        {
            "chat": refuses(
                400,
                "ValidationException",
                "Invocation of model ID x with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
            )
        },
    ),
    Fault(
        "model access",
        "model.not_permitted",
        "no access to the model",
        "AccessDeniedException",
        {
            "chat": refuses(
                403, "AccessDeniedException", "You don't have access to the model with the specified model ID."
            )
        },
    ),
    Fault(
        "permission",
        "auth.not_permitted",
        "bedrock:InvokeModel",
        "AccessDeniedException",
        {
            "chat": refuses(
                403,
                "AccessDeniedException",
                "User: arn:aws:iam::000000000000:user/app is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/x because no identity-based policy allows the bedrock:InvokeModel action",
            )
        },
    ),
    Fault(
        "error in the stream",
        "stream.error_inside",
        "",
        "EventStreamError",
        {
            "stream": bedrock_doors.as_events(
                [
                    *bedrock_doors.converse_frames()[:6],
                    bedrock_doors.exception_frame("modelStreamErrorException", "made up"),
                ],
                "application/vnd.amazon.eventstream",
            )
        },
    ),
    Fault(
        "broken checksum",
        "stream.malformed",
        "",
        "ChecksumMismatch",
        {
            "stream": bedrock_doors.as_events(
                [*bedrock_doors.converse_frames()[:6], bedrock_doors.converse_frames()[6][:-1] + b"\x00"],
                "application/vnd.amazon.eventstream",
            )
        },
    ),
)


def checked(
    url: str, environ: dict[str, str], home: Path, protocol: str = "bedrock", model: str = MODEL, **options: Any
) -> Report:
    """Check as the command line does; fail if an output has a secret."""
    given = Options(base_url=url, protocol=protocol, model=model, timeout=8, **options)
    report, texts = checked_with_outputs(gather(given, environ, home / "work", home=home))
    assert not [secret for secret in SECRETS for text in texts if secret[:12] in text or secret[-12:] in text]
    return report


def clients(calls: list[dict[str, Any]]) -> list[dict[str, str]]:
    return call_clients("aws_clients.py", calls)


@cache
def _worlds() -> dict[str, tuple[Report, dict[str, str]]]:
    """Check every world of places, and call boto3 in each."""
    reports, calls = {}, []
    with ExitStack() as stack:
        for world in WORLDS:
            home = Path(stack.enter_context(TemporaryDirectory()))
            (home / "work").mkdir()
            meta = stack.enter_context(PracticeDoor(stand_in(_token_of(world))))
            door = stack.enter_context(PracticeDoor(bedrock_doors.door(access=world.accepted)))
            environ = made(world, home, meta.url)
            reports[world.name] = checked(door.url, environ, home, credential_process=world.programs)
            calls.append({"environ": environ, "home": str(home), "url": door.url, "client": "boto3", "model": MODEL})
        said = clients(calls)
    return {world.name: (reports[world.name], one) for world, one in zip(WORLDS, said, strict=True)}


def _token_of(world: ChainWorld) -> str:
    return world.files.get("token", web_token(HOUR))


@pytest.mark.parametrize("world", WORLDS, ids=lambda one: one.name)
def test_boto3_agrees_with_every_world_of_places(world: ChainWorld) -> None:
    report, boto = _worlds()[world.name]
    assert report.root_cause == world.root, [one.title for one in report.findings]
    if world.title:
        assert report.findings[0].title.startswith(world.title), report.findings[0].title
    named = boto.get("error") or boto.get("method") or ""
    assert re.fullmatch(world.boto, named), boto
    if world.left_open:  # botocore starts the program by itself
        assert report.verdict == "inconclusive"
    else:
        assert (report.verdict == "broken") is bool(boto.get("error")), boto
    assert report.credential is not None


@cache
def _faults() -> list[tuple[Report, dict[str, str]]]:
    reports, calls = [], []
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        (home / "work").mkdir()
        environ = {**REGION, **KEYS, **OFF}
        for fault in FAULTS:
            door = stack.enter_context(PracticeDoor(bedrock_doors.door(access=[USER, ROLE], **fault.door)))
            reports.append(checked(door.url, environ, home, fault.protocol, fault.model))
            client = "anthropic" if fault.protocol == "bedrock_invoke" else "boto3"
            calls.append(
                {"environ": environ, "home": str(home), "url": door.url, "client": client, "model": fault.model}
            )
        said = clients(calls)
    return list(zip(reports, said, strict=True))


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{one.protocol} {one.name}" for one in FAULTS])
def test_the_clients_agree_with_every_fault_of_the_door(number: int) -> None:
    fault, (report, said) = FAULTS[number], _faults()[number]
    assert report.root_cause == fault.root, ([one.title for one in report.findings], said)
    assert fault.says in " ".join(
        (*(one.title for one in report.findings), *(one.explanation for one in report.findings))
    )
    assert (said.get("error") or "") == fault.raises, said
    if not fault.raises:
        assert said["said"] == TEXT
        assert said["text"] == (TEXT if fault.protocol == "bedrock_invoke" else "".join(f"{n} " for n in range(1, 21)))


LONG_KEY = "ABSK" + "mAdEuPk3" * 14 + "eA=="
SHORT_KEY = "bedrock-api-key-" + "mAdEuPk3y" * 6
# Other houses' protocols at Bedrock: the client that calls it, its protocol, the door, its path and service.
COMPATIBLE = (
    ("openai", "openai", practice_doors.openai(prefix="/openai/v1"), "/openai/v1", "bedrock-mantle"),
    ("responses", "responses", practice_doors.responses(prefix="/openai/v1"), "/openai/v1", "bedrock-mantle"),
    ("mantle", "anthropic", practice_doors.anthropic(prefix="/anthropic"), "/anthropic", "bedrock-mantle"),
    ("boto3", "bedrock", bedrock_doors.converse(), "", "bedrock"),
    ("anthropic", "bedrock_invoke", bedrock_doors.invoke(), "", "bedrock"),
)


def model_of(protocol: str) -> str:
    return MODEL if protocol.startswith("bedrock") else CLAUDES[0] if protocol == "anthropic" else MODELS[0]


def test_every_path_of_bedrock_is_asked_with_both_kinds_of_keys_and_signed() -> None:
    calls, seen = [], []
    with TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        (home / "work").mkdir()
        for client, protocol, inner, path, service in COMPATIBLE:
            model = model_of(protocol)
            keys = (LONG_KEY, SHORT_KEY) if client == "boto3" else (LONG_KEY,)
            # At a host that nobody knows, a key for Anthropic's protocol goes into the header of Anthropic's own API.
            for key in ("", *(keys if client != "mantle" else ())):
                guarded = bedrock_doors.guarded(inner, LONG_KEY, SHORT_KEY, access=[USER], service=service)
                door = stack.enter_context(PracticeDoor(guarded))
                environ = {**REGION, **OFF, **({"AWS_BEARER_TOKEN_BEDROCK": key} if key else KEYS)}
                options: dict[str, Any] = {"key_env": "AWS_BEARER_TOKEN_BEDROCK"} if key else {"credential": "aws"}
                report = checked(door.url + path, environ, home, protocol, model, **options)
                assert report.verdict == "healthy", (client, key[:8], [one.title for one in report.findings])
                sent = {one.header("authorization").partition(" ")[0] for one in door.requests}
                assert sent == ({"Bearer"} if key else {"AWS4-HMAC-SHA256"})
                url = door.url + path
                calls.append({"environ": environ, "home": folder, "url": url, "client": client, "model": model})
                seen.append((client, key[:8]))
        said = clients(calls)
    # boto3 sends no API key without TLS; `check --app boto3` says so.
    for number, (client, key) in enumerate(seen):
        if client == "boto3" and key:
            assert said[number]["error"] == "InvalidEndpointConfigurationError"
            said[number] = {"said": TEXT}
    assert [(*who, one.get("said")) for who, one in zip(seen, said, strict=True)] == [(*who, TEXT) for who in seen], (
        said
    )


def test_the_snippets_of_a_signed_check_run_unchanged() -> None:
    calls: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        (home / "work").mkdir()
        environ = {**REGION, **KEYS, **OFF}
        for _, protocol, inner, path, service in COMPATIBLE:
            door = stack.enter_context(PracticeDoor(bedrock_doors.guarded(inner, access=[USER], service=service)))
            working = working_of(
                checked(door.url + path, environ, home, protocol, model_of(protocol), credential="aws")
            )
            assert working is not None
            for one in write(working):
                if one.language == "python":
                    calls.append({"environ": environ, "home": folder, "client": "snippet", "code": one.text})
                elif one.id == "curl":
                    done = subprocess.run(["bash", "-c", one.text], env={**os.environ, **environ}, capture_output=True)
                    assert TEXT.encode() in done.stdout, (protocol, done.stdout[:300], done.stderr[-300:])
        said = clients(calls)
    counted = "".join(f"{number} " for number in range(1, 21))
    printed = [one.get("said", one).strip() for one in said]
    assert sorted(printed) == sorted([*[TEXT] * 5, counted.strip()]), said


@pytest.mark.parametrize("key", [LONG_KEY, ""], ids=["API key", "signature"])
def test_claude_code_on_bedrock_agrees_with_its_check(key: str) -> None:
    program = Path(os.environ.get("LLMDOCTOR_CLIENTS", ".cache/clients")) / "programs/node_modules/.bin/claude"
    if not program.exists():
        pytest.skip("Claude Code is not installed: .ci/run does it")
    door = bedrock_doors.door(LONG_KEY, access=[USER], models=())
    with TemporaryDirectory() as folder, PracticeDoor(door) as place:
        home = Path(folder)
        (home / "work").mkdir()
        (home / ".claude").mkdir()
        env = {"CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": place.url, "ANTHROPIC_MODEL": MODEL}
        (home / ".claude" / "settings.json").write_text(json.dumps({"env": env}))
        given = {"AWS_BEARER_TOKEN_BEDROCK": key} if key else KEYS
        environ = {**REGION, **OFF, **given, "HOME": folder, "PATH": os.environ["PATH"]}
        found = of_app(SearchPlaces(home, environ, home / "work"), Options(app="claude-code"), apps.load())
        assert found is not None
        report, _ = checked_with_outputs(found)
        asked = {one.path.rpartition("/")[2] for one in place.requests if one.method == "POST"}
        del place.requests[:]
        quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "CLAUDE_CODE_MAX_RETRIES": "0"}
        args = ["-p", "Say OK.", "--bare", "--tools", "", "--output-format", "json", "--no-session-persistence"]
        done = subprocess.run(
            [program.absolute(), *args], env={**environ, **quiet}, cwd=home / "work", capture_output=True, timeout=60
        )
        sent = [one for one in place.requests if one.path.endswith("invoke-with-response-stream")]
    assert report.verdict == "healthy", [one.title for one in report.findings]
    assert asked == {"invoke", "invoke-with-response-stream"}
    assert json.loads(done.stdout)["is_error"] is False
    assert [one.header("authorization").startswith("Bearer") for one in sent] == [bool(key)]


def test_a_bedrock_key_is_sent_as_bearer_and_comes_before_the_chain() -> None:
    key = SHORT_KEY
    seen: list[str] = []

    def door(request: Request) -> Answer:
        seen.append(request.header("authorization").partition(" ")[0])
        return bedrock_doors.door(key)(request)

    with TemporaryDirectory() as folder, PracticeDoor(door) as place:
        home = Path(folder)
        (home / "work").mkdir()
        environ = {**REGION, **KEYS, **OFF, "AWS_BEARER_TOKEN_BEDROCK": key}
        report = checked(place.url, environ, home)
        assert report.verdict == "healthy"
        assert report.credential is not None
        assert not report.credential.chain.used
        assert set(seen) == {"Bearer"}
        call = {"environ": environ, "home": folder, "url": place.url, "client": "boto3", "model": MODEL}
        assert clients([call, {**call, "client": "anthropic"}])[1].get("said") == TEXT
