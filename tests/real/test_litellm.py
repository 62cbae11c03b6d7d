"""LiteLLM's proxy, as most companies and many home users run a gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, closed_port
from real import gateways

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
CLAUDE, GPT = answers.CLAUDES[0], answers.MODELS[0]


def _model(name: str, upstream: str, **params: str) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": upstream, **params}}


@pytest.fixture(scope="module")
def litellm(
    fetched: Callable[[str, str, str], Path],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Yield LiteLLM's address. Behind it are its mock and practice doors, working and broken ones."""
    folder, port = tmp_path_factory.mktemp("litellm"), free_port()
    with (
        PracticeDoor(b.openai("sk-upstream")) as gpt,
        PracticeDoor(b.anthropic("sk-upstream")) as claude,
        PracticeDoor(b.openai("sk-upstream", chat="openai-quota", stream="openai-quota")) as poor,
        closed_port() as closed,
    ):
        models = [
            _model("practice-mini", "openai/practice-mini", api_key="none", mock_response="PONG"),
            _model("sound-gpt", f"openai/{GPT}", api_base=f"{gpt.url}/v1", api_key="sk-upstream"),
            _model("sound-claude", f"anthropic/{CLAUDE}", api_base=claude.url, api_key="sk-upstream"),
            _model("stale-gpt", f"openai/{GPT}", api_base=f"{gpt.url}/v1", api_key="sk-stale"),
            _model("poor-gpt", f"openai/{GPT}", api_base=f"{poor.url}/v1", api_key="sk-upstream"),
            _model("gone-gpt", f"openai/{GPT}", api_base=f"http://127.0.0.1:{closed}/v1", api_key="sk-upstream"),
        ]
        with gateways.litellm(fetched, serving, port, folder, key, models) as url:
            yield url


@pytest.mark.parametrize("path", ["/v1", "/v1/", ""])
def test_sound_settings_are_healthy_with_and_without_v1(litellm: str, key: str, diagnose: Diagnose, path: str) -> None:
    report = diagnose(litellm + path, key, "practice-mini")
    assert report["verdict"] == "healthy"
    assert all(report["proven"].values())
    assert report["cost"]["requests"] <= 4


def test_without_a_model_one_of_its_list_is_taken(litellm: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{litellm}/v1", key, differs="an SDK has no model of its own")
    assert report["target"]["model"] in ("practice-mini", "sound-gpt")
    assert report["verdict"] == "healthy"


def test_it_passes_on_a_real_upstream(litellm: str, key: str, diagnose: Diagnose) -> None:
    assert diagnose(f"{litellm}/v1", key, "sound-gpt")["verdict"] == "healthy"


def test_a_key_that_it_does_not_know(litellm: str, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{litellm}/v1", wrong_key, "practice-mini")  # LiteLLM answers 400 "No connected db."
    assert (report["root_cause"], report["proven"]["key"]) == ("auth.rejected", False)


def test_no_key(litellm: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{litellm}/v1", "", "practice-mini")  # LiteLLM answers 500: it looks for its database
    assert report["root_cause"] == "settings.missing_key"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/v1", "url.version_doubled"),
        ("/v1/chat/completions", "url.endpoint_included"),
        ("/api/v1", "url.path_wrong"),
        ("/openai/v1", "url.path_wrong"),  # LiteLLM's pass-through to OpenAI, for which it has no key: 500
    ],
)
def test_a_path_that_it_does_not_serve(litellm: str, key: str, diagnose: Diagnose, path: str, code: str) -> None:
    report = diagnose(litellm + path, key, "practice-mini")
    assert report["root_cause"] == code
    assert report["settings"]["base_url"] in (litellm, f"{litellm}/v1")
    assert report["findings"][0]["fixes"][0]["verified"]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_a_model_that_it_does_not_know(litellm: str, key: str, diagnose: Diagnose, protocol: str) -> None:
    path = "/v1" if protocol == "openai" else ""
    report = diagnose(litellm + path, key, "practice-min", protocol=protocol)
    assert (report["root_cause"], report["proven"]["key"]) == ("model.not_found", True)
    # For messages it answers a stream from an OpenAI upstream with one JSON, so the fix names that too.
    assert "practice-mini" in [fix["settings"]["model"] for fix in report["findings"][0]["fixes"]]


@pytest.mark.parametrize("path", ["", "/"])
def test_its_anthropic_door(litellm: str, key: str, diagnose: Diagnose, path: str) -> None:
    report = diagnose(litellm + path, key, "sound-claude", protocol="anthropic")
    assert report["verdict"] == "healthy"
    assert all(report["proven"].values())


def test_its_anthropic_door_adds_the_version_itself(litellm: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{litellm}/v1", key, "sound-claude", protocol="anthropic")
    assert (report["root_cause"], report["settings"]["base_url"]) == ("url.version_doubled", litellm)


def test_its_anthropic_door_and_a_key_that_it_does_not_know(litellm: str, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(litellm, wrong_key, "sound-claude", protocol="anthropic")
    assert report["root_cause"] == "auth.rejected"


def test_its_mock_streams_to_no_anthropic_client(litellm: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(litellm, key, "practice-mini", protocol="anthropic")  # the SDK reads no text from one whole JSON
    assert (report["root_cause"], report["proven"]["answer"]) == ("stream.ignored", True)


@pytest.mark.parametrize(
    ("model", "codes"),
    [
        ("stale-gpt", {"auth.upstream"}),
        ("poor-gpt", {"quota.exhausted"}),
        ("gone-gpt", {"http.server_error", "http.gateway_error"}),
    ],
)
def test_what_fails_behind_it_is_not_the_users_key(
    litellm: str, key: str, diagnose: Diagnose, model: str, codes: set[str]
) -> None:
    report = diagnose(f"{litellm}/v1", key, model)
    assert report["root_cause"] in codes
    assert report["side"] in ("relay", "provider")
