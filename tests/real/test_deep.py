"""The deep check against gateways by other projects: LiteLLM in front of practice doors, and aimock with fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.capabilities import NAMES
from probes.demo_server import answers, capable_doors
from probes.demo_server.capable_doors import FORM, FeatureBehaviour
from probes.demo_server.server import PracticeDoor
from real import gateways

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
GPT, CLAUDE, EMBEDDER = "gpt-4o-mini", answers.CLAUDES[0], "text-embedding-3-small"


def _of(report: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["status"] for one in report["capabilities"]}


def _row(name: str, upstream: str, url: str) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": upstream, "api_base": url, "api_key": "sk-upstream"}}


@pytest.fixture(scope="module")
def litellm(
    fetched: Callable[[str, str, str], Path],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Yield LiteLLM's address. Behind it are doors that support everything, and one whose tool calls are broken."""
    folder, port = tmp_path_factory.mktemp("litellm"), free_port()
    half = FeatureBehaviour(tools="not_json", stream="not_json", structured="ignored", vision="refused")
    with (
        PracticeDoor(capable_doors.openai("sk-upstream", models=(GPT, EMBEDDER), embeddings=EMBEDDER)) as gpt,
        PracticeDoor(capable_doors.anthropic("sk-upstream")) as claude,
        PracticeDoor(capable_doors.openai("sk-upstream", models=(GPT,), manners=half)) as poor,
    ):
        models = [
            _row(GPT, f"openai/{GPT}", f"{gpt.url}/v1"),
            _row(EMBEDDER, f"openai/{EMBEDDER}", f"{gpt.url}/v1"),
            _row(CLAUDE, f"anthropic/{CLAUDE}", claude.url),
            _row("gpt-4o-half", f"openai/{GPT}", f"{poor.url}/v1"),
        ]
        with gateways.litellm(fetched, serving, port, folder, key, models) as url:
            yield url


def test_a_gateway_passes_all_of_it_on(litellm: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{litellm}/v1", key, GPT, "--deep")
    assert report["verdict"] == "healthy"
    assert _of(report) == {
        **dict.fromkeys(NAMES, "supported"),
        "responses": "unsupported",  # LiteLLM forwards them to a door that does not support them
    }


def test_a_gateway_passes_on_what_is_broken(litellm: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{litellm}/v1", key, "gpt-4o-half", "--deep")
    assert report["verdict"] == "healthy"
    assert _of(report) == {
        **dict.fromkeys(NAMES, "unsupported"),
        **dict.fromkeys(("chat_completions", "messages", "embeddings", "key_check"), "supported"),
    }


def test_its_anthropic_door(litellm: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(litellm, key, CLAUDE, "--deep", protocol="anthropic")
    assert _of(report) == {**dict.fromkeys(NAMES, "supported"), "embeddings": "unknown"}  # not part of this protocol


def _fixture(response: dict[str, Any], **match: Any) -> dict[str, Any]:
    return {"match": match, "response": response}


@pytest.fixture(scope="module")
def aimock(
    fetched: Callable[[str, str, str], Path],
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    node = installed("node", "nodejs")
    folder, port = tmp_path_factory.mktemp("aimock"), free_port()
    call = {"toolCalls": [{"name": "get_weather", "arguments": '{"city": "Paris"}'}]}
    fixtures = [
        _fixture({"content": "It is sunny."}, hasToolResult=True),
        _fixture(call, userMessage="weather in Paris"),
        _fixture({"content": FORM}, userMessage="capital of France"),
        _fixture({"content": "Yellow"}, userMessage="Which colour"),
        _fixture({"embedding": [0.1, 0.2, 0.3]}, inputText="OK"),
        _fixture({"content": "OK. One, two, three, four and so on, until twenty is there."}),
    ]
    with gateways.aimock(fetched, serving, node, port, folder, key, fixtures) as url:
        yield url


@pytest.mark.parametrize(
    ("protocol", "path", "model"), [("openai", "/v1", GPT), ("responses", "/v1", GPT), ("anthropic", "", CLAUDE)]
)
def test_a_mock_of_many_vendors(
    aimock: str, key: str, diagnose: Diagnose, protocol: str, path: str, model: str
) -> None:
    differs = "" if protocol != "responses" else "the fixture asks chat completions"
    report = diagnose(aimock + path, key, model, "--deep", protocol=protocol, differs=differs)
    assert _of(report) == {
        **dict.fromkeys(NAMES, "supported"),
        **({"embeddings": "unknown"} if protocol == "anthropic" else {}),
    }
