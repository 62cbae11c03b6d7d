"""Portkey's gateway from npm, which is told by headers which provider to ask, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, Reply, closed_port

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
CLAUDE, GPT = answers.CLAUDES[0], answers.MODELS[0]
PRELOAD = Path(__file__).with_name("on_loopback.cjs")


@dataclass(frozen=True)
class Scene:
    """Portkey's address, and the address of each upstream by its name."""

    url: str
    upstreams: Mapping[str, str]

    def environment(self, upstream: str, provider: str = "openai", **more: str) -> dict[str, str]:
        """Return the variable by which the SDKs add Portkey's headers for that upstream."""
        headers = {"x-portkey-provider": provider, "x-portkey-custom-host": self.upstreams[upstream]}
        headers |= {f"x-portkey-{name.replace('_', '-')}": value for name, value in more.items()}
        return _headers(**headers)


def _headers(**headers: str) -> dict[str, str]:
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return {"OPENAI_CUSTOM_HEADERS": lines, "ANTHROPIC_CUSTOM_HEADERS": lines}


@pytest.fixture(scope="module")
def portkey(
    fetched: Callable[[str, str, str], Path],
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    node = installed("node", "nodejs")
    package = fetched(
        "LLMDOCTOR_PORTKEY",
        "servers/portkey/node_modules/@portkey-ai/gateway",
        "Portkey comes from npm (npm install --prefix .cache/servers/portkey @portkey-ai/gateway)",
    )
    doors = {
        "gpt": b.openai(key),
        "claude": b.anthropic(key),
        "poor": b.openai(key, chat="openai-quota", stream="openai-quota"),
        "limited": b.openai(key, chat="openai-429", stream="openai-429"),
        "failing": b.openai(key, chat="openai-500", stream="openai-500"),
        "late": wrong_streams.delayed(Reply(200), 30),
    }
    port = free_port()
    with ExitStack() as stack:
        upstreams = {name: f"{stack.enter_context(PracticeDoor(door)).url}/v1" for name, door in doors.items()}
        upstreams["no-version"] = upstreams["gpt"].removesuffix("/v1")
        upstreams["down"] = f"http://127.0.0.1:{stack.enter_context(closed_port())}/v1"
        upstreams["forbidden"] = "http://10.0.0.1/v1"
        argv = [node, "--require", PRELOAD, package / "build" / "start-server.js", f"--port={port}", "--headless"]
        stack.enter_context(serving(argv, port, tmp_path_factory.mktemp("portkey"), {"NO_PROXY": "*"}))
        yield Scene(f"http://127.0.0.1:{port}", upstreams)


def test_sound_settings(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", key, GPT, environment=portkey.environment("gpt"))
    assert report["verdict"] == "healthy"
    assert report["proven"]["answer"] and report["proven"]["stream"]


def test_sound_settings_for_anthropic(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    environment = portkey.environment("claude", "anthropic")
    report = diagnose(portkey.url, key, CLAUDE, protocol="anthropic", environment=environment)
    assert report["verdict"] == "healthy"


def test_it_translates_for_another_providers_client(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", key, CLAUDE, environment=portkey.environment("claude", "anthropic"))
    assert report["verdict"] == "healthy"


def test_no_header(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", key, GPT)
    assert report["root_cause"] == "http.header_rejected"
    assert "x-portkey-provider" in str(report["findings"][0])


def test_a_provider_that_it_does_not_know(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", key, GPT, environment=portkey.environment("gpt", "opnai"))
    assert report["root_cause"] == "http.header_rejected"


def test_an_upstream_that_it_does_not_allow(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", key, GPT, environment=portkey.environment("forbidden"))
    assert report["root_cause"] == "http.header_rejected"


def test_a_key_that_the_upstream_does_not_know(portkey: Scene, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", wrong_key, GPT, environment=portkey.environment("gpt"))
    assert (report["root_cause"], report["proven"]["key"]) == ("auth.rejected", False)


def test_a_model_that_the_upstream_does_not_know(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{portkey.url}/v1", key, "gpt-0", environment=portkey.environment("gpt"))
    assert report["root_cause"] == "model.not_found"


@pytest.mark.parametrize(
    ("upstream", "codes"),
    [
        ("poor", {"quota.exhausted"}),
        ("limited", {"quota.rate_limited"}),
        ("failing", {"http.server_error"}),
        ("down", {"http.gateway_error", "http.server_error"}),
        ("no-version", {"http.server_error", "http.gateway_error"}),
    ],
)
def test_what_fails_behind_it(portkey: Scene, key: str, diagnose: Diagnose, upstream: str, codes: set[str]) -> None:
    report = diagnose(f"{portkey.url}/v1", key, GPT, environment=portkey.environment(upstream))
    assert report["root_cause"] in codes
    assert report["side"] in ("relay", "provider")


def test_an_upstream_that_is_slower_than_its_limit(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    environment = portkey.environment("late", request_timeout="500")
    report = diagnose(f"{portkey.url}/v1", key, GPT, environment=environment)
    assert report["root_cause"] == "http.gateway_error"


def test_a_protocol_that_the_provider_lacks(portkey: Scene, key: str, diagnose: Diagnose) -> None:
    environment = portkey.environment("gpt", "openai")
    report = diagnose(portkey.url, key, GPT, protocol="anthropic", environment=environment)
    assert report["root_cause"] == "shape.wrong_protocol"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "url.version_missing"),
        ("/v1/v1", "url.version_doubled"),
        ("/v1/chat/completions", "url.endpoint_included"),
    ],
)
def test_a_path_that_it_does_not_serve(portkey: Scene, key: str, diagnose: Diagnose, path: str, code: str) -> None:
    report = diagnose(portkey.url + path, key, GPT, environment=portkey.environment("gpt"))
    assert report["root_cause"] == code
    assert report["findings"][0]["fixes"][0]["verified"]
