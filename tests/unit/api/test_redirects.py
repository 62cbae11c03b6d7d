"""Redirects: the report predicts what this app's real client does, and no request of ours goes to a redirect's target."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.catalog.apps import load
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority
from probes.demo_server.server import Handler, PracticeDoor, Reply, Request
from probes.model.exchange import Exchange
from probes.model.facts import Address
from probes.model.record import Record, replace
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option
from probes.network.network import Network
from probes.run.engine import run
from worlds.stage import PATIENT, made_up

pytestmark = pytest.mark.slow

PROMPT = [{"role": "user", "content": "Say OK."}]


def _openai(base: str, key: str) -> object:
    sdk = pytest.importorskip("openai")
    with sdk.OpenAI(base_url=f"{base}/v1", api_key=key, max_retries=0, timeout=5) as client:
        return client.chat.completions.create(model=answers.MODELS[0], messages=PROMPT)


def _anthropic(base: str, key: str) -> object:
    sdk = pytest.importorskip("anthropic")
    with sdk.Anthropic(base_url=base, api_key=key, max_retries=0, timeout=5) as client:
        return client.messages.create(model=answers.CLAUDES[0], messages=PROMPT, max_tokens=16)


def _azure(base: str, key: str) -> object:
    sdk = pytest.importorskip("openai")
    given = {"azure_endpoint": base, "api_key": key, "api_version": "2024-10-21"}
    with sdk.AzureOpenAI(**given, max_retries=0, timeout=5) as client:
        return client.chat.completions.create(model="gpt-4o-mini", messages=PROMPT)


def _gemini(base: str, key: str) -> object:
    sdk = pytest.importorskip("google.genai")
    with sdk.Client(api_key=key, http_options={"base_url": base, "timeout": 5000}) as client:
        return client.models.generate_content(model=answers.GEMINIS[0], contents="Say OK.")


class Client(Record):
    """One of the official SDKs: how to call it, and how its settings are checked."""

    call: Callable[[str, str], object]
    app: str
    shape: str
    model: str
    path: str = ""

    def settings(self, base: str, key: str, protocol: str) -> Settings:
        return Settings(
            base_url=Sourced(base + self.path, option("test")),
            key=Sourced(Secret(key), option("test")),
            model=Sourced(self.model, option("test")),
            protocol=Sourced(protocol, option("test")),
            limits=PATIENT,
        )


CLIENTS = {
    "openai": Client(_openai, "openai-sdk", "relay", answers.MODELS[0], "/v1"),
    "anthropic": Client(_anthropic, "anthropic-sdk", "anthropic", answers.CLAUDES[0]),
    "azure": Client(_azure, "openai-sdk", "hex32", "gpt-4o-mini"),
    "gemini": Client(_gemini, "google-genai", "gemini", answers.GEMINIS[0]),
}


def attempted(client: Client, base: str, key: str) -> None:
    """Make the client's call; how it ends does not matter here."""
    try:
        client.call(base, key)
    except pytest.skip.Exception:
        raise
    except Exception:  # the SDKs do not wrap what httpx and the JSON parser raise
        return


def said(report: Report) -> str:
    one = next(one for one in report.findings if one.code == "http.redirected")
    return "\n".join((one.title, *one.evidence, *one.steps))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("protocol", CLIENTS)
def test_the_report_predicts_what_the_client_sends(protocol: str, status: int) -> None:
    client = CLIENTS[protocol]
    key = made_up(client.shape)
    with PracticeDoor(lambda _: answers.as_json({}, 404)) as stranger:
        moved: Handler = b.redirect(status, stranger.url)
        with PracticeDoor(moved) as door:
            given = client.settings(door.url, key, protocol)
            evidence = asyncio.run(run(given, version="0"))
            assert stranger.connections == 0, "this check follows nobody to a stranger"
            attempted(client, door.url, key)
    report = judge(evidence)
    words, came = said(report), stranger.requests[0]
    assert report.root_cause == "http.redirected"
    assert load().get(client.app).name in words
    assert ("makes a GET of the POST" in words) is (came.method == "GET")
    assert ("sends the key" in words) is bool(answers.keys_in(came))
    assert ("leaves the key" in words) is not answers.keys_in(came)
    assert ("the question goes to" in words) is bool(came.body)
    assert ("and its key, to another address" in words) is bool(answers.keys_in(came)), "the title names it"
    assert ("replace the key" in words) is bool(answers.keys_in(came)), "and so does the advice"


def test_without_a_key_nothing_is_said_of_one() -> None:
    with PracticeDoor(b.openai()) as stranger, PracticeDoor(b.redirect(302, stranger.url)) as door:
        given = replace(CLIENTS["gemini"].settings(door.url, "", "gemini"), key=None)
        report = judge(asyncio.run(run(given, version="0")))
    words = "\n".join(line for one in report.findings if one.code == "http.redirected" for line in one.evidence)
    assert "makes a GET" in words
    assert "the key" not in words


# -- from http to https of the same host -------------------------------------------------------------------------------


class Crossing(Network):
    """A network with one private host that has a plain and an encrypted port."""

    def __init__(self, ports: dict[int, int]) -> None:
        self.ports = ports

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        return (Address("ipv4", "10.0.0.8"),)

    async def dial(self, address: Address, port: int) -> socket.socket:
        return await super().dial(Address("ipv4", "127.0.0.1"), self.ports[port])


def crossing(
    status: int, app: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Report, list[Request], bool]:
    """Return our report on a host that redirects from http to https, the requests at its plain port, and whether the
    SDK succeeded.
    """
    key, signer = made_up("relay"), Authority(tmp_path, "Practice Root CA", "Practice")
    with ExitStack() as stack:
        tls = stack.enter_context(PracticeDoor(b.openai(key), tls=signer.context("good", "llm.internal")))
        plain = stack.enter_context(PracticeDoor(b.redirect(status, "https://llm.internal")))
        ports, real = {80: plain.port, 443: tls.port}, socket.create_connection
        given = Settings(
            base_url=Sourced("http://llm.internal/v1", option("test")),
            key=Sourced(Secret(key), option("test")),
            model=Sourced(answers.MODELS[0], option("test")),
            protocol=Sourced("openai", option("test")),
            app=app,
            ca_bundle=Sourced(str(signer.ca_pem), option("test")),
            limits=PATIENT,
        )
        report = judge(asyncio.run(run(given, network=Crossing(ports), version="0")))
        heard = list(plain.requests)
        monkeypatch.setenv("SSL_CERT_FILE", str(signer.ca_pem))
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda where, *rest, **more: real(("127.0.0.1", ports.get(where[1], where[1])), *rest, **more),
        )
        try:
            _openai("http://llm.internal", key)
        except Exception:  # as above
            return report, heard, False
        return report, heard, True


@pytest.mark.parametrize("status", [301, 307, 308])
def test_encryption_that_is_added_on_the_way(status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _, answered = crossing(status, "openai-sdk", tmp_path, monkeypatch)
    assert answered is (status != 301)
    assert (report.verdict, report.root_cause) == (("degraded", None) if answered else ("broken", "http.redirected"))
    assert report.settings is not None
    assert report.settings["base_url"] == "https://llm.internal/v1"
    one = next(one for one in report.findings if one.code == "http.redirected")
    assert one.fixes[0].verified
    assert "key" not in "\n".join(one.evidence), "it stays with the host and is encrypted on the way"


def test_a_client_of_node_loses_the_key_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _, _ = crossing(308, "openai-node", tmp_path, monkeypatch)
    assert report.root_cause == "http.redirected"
    assert "OpenAI SDK for Node leaves the key (Authorization) behind" in said(report)


# -- what is read from a redirect --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "wanted"),
    [
        ("/api/v1/chat/completions", {"origin": "same", "base_url": "{here}/api/v1"}),
        ("completions/", {"origin": "same", "base_url": "", "loops": False}),
        ("completions", {"origin": "same", "loops": True}),
        ("//127.0.0.1:1/v1/chat/completions", {"origin": "other", "same_host": True, "base_url": ""}),
        ("https://127.0.0.1:1/v1/chat/completions", {"origin": "other", "base_url": "https://127.0.0.1:1/v1"}),
        ("https://api.example/v1/chat/completions", {"origin": "other", "host": "api.example", "base_url": ""}),
        ("https://user:word@api.example/", {"origin": "other", "same_host": False}),
        ("javascript:alert(1)", {"url": "", "origin": ""}),
        ("http://[::1", {"url": "", "origin": ""}),
        ("", {"url": ""}),
        ("/a b", {"origin": "same", "path": ""}),
        ("/login?next=/v1", {"gate": "login"}),
        ("http://auth.example/v1/chat/completions", {"gate": "", "host": "auth.example"}),
        ("http://auth.example/?rd=http://x/v1/chat/completions", {"gate": "login"}),
    ],
)
def test_what_is_read_of_a_location(location: str, wanted: dict[str, Any]) -> None:
    with PracticeDoor(lambda _: Reply(303, (("Location", location),) if location else ())) as door:
        given = CLIENTS["openai"].settings(door.url, made_up("relay"), "openai")
        evidence = asyncio.run(run(given, version="0"))
        found = [one.facts for one in evidence.observations if isinstance(one.facts, Exchange)]
        leads = next(one.redirection.target for one in found if one.purpose == "chat")
        assert leads is not None
        for name, value in wanted.items():
            filled = value.format(here=door.url) if isinstance(value, str) else value
            assert getattr(leads, name) == filled, name
