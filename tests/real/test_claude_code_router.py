"""Claude Code Router from npm: it speaks Anthropic's protocol to its clients and OpenAI's to its upstreams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, closed_port

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
GPT = answers.MODELS[0]


@pytest.fixture(scope="module")
def router(
    fetched: Callable[[str, str, str], Path],
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Yield the router's address. The names of its upstreams are in the models: ``poor,gpt-5-nano``."""
    node = installed("node", "nodejs")
    package = fetched(
        "LLMDOCTOR_CCR",
        "servers/claude-code-router/node_modules/@musistudio/claude-code-router",
        "Claude Code Router comes from npm "
        "(npm install --prefix .cache/servers/claude-code-router @musistudio/claude-code-router@2.0.0)",
    )
    doors = {
        "sound": b.openai("sk-upstream"),
        "stale": b.openai("sk-other"),
        "poor": b.openai("sk-upstream", chat="openai-quota", stream="openai-quota"),
        "limited": b.openai("sk-upstream", chat="openai-429", stream="openai-429"),
        "failing": b.openai("sk-upstream", chat="openai-500", stream="openai-500"),
    }
    port, folder = free_port(), tmp_path_factory.mktemp("router")
    with ExitStack() as stack:
        upstreams = {name: f"{stack.enter_context(PracticeDoor(door)).url}/v1" for name, door in doors.items()}
        upstreams["no-version"] = upstreams["sound"].removesuffix("/v1")
        upstreams["down"] = f"http://127.0.0.1:{stack.enter_context(closed_port())}/v1"
        providers = [
            {
                "name": name,
                "api_base_url": f"{url}/chat/completions",
                "api_key": "sk-upstream",
                "models": [GPT, "gpt-0"],
            }
            for name, url in upstreams.items()
        ]
        settings = {"APIKEY": key, "HOST": "127.0.0.1", "PORT": port, "LOG": False, "NON_INTERACTIVE_MODE": True}
        settings |= {"API_TIMEOUT_MS": 5000, "Providers": providers, "Router": {"default": f"sound,{GPT}"}}
        (folder / ".claude-code-router").mkdir()
        (folder / ".claude-code-router" / "config.json").write_text(json.dumps(settings))
        argv = [node, package / "dist" / "cli.js", "start"]
        stack.enter_context(serving(argv, port, folder, {"HOME": str(folder), "NO_PROXY": "*"}))
        yield f"http://127.0.0.1:{port}"


def test_sound_settings(router: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(router, key, f"sound,{GPT}", protocol="anthropic")
    assert report["verdict"] == "healthy"
    assert report["proven"]["answer"] and report["proven"]["stream"]


def test_a_model_of_claudes_is_sent_to_the_default_upstream(router: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(router, key, "claude-opus-9", protocol="anthropic")
    assert (report["verdict"], report["root_cause"]) == ("degraded", None)
    assert {one["code"] for one in report["findings"]} == {"model.substituted"}


def test_a_key_that_it_does_not_know(router: str, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(router, wrong_key, f"sound,{GPT}", protocol="anthropic")
    assert report["root_cause"] == "auth.rejected"


def test_no_key(router: str, diagnose: Diagnose) -> None:
    report = diagnose(router, "", f"sound,{GPT}", protocol="anthropic", differs="the SDK sends nothing without a key")
    assert report["root_cause"] == "settings.missing_key"


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (f"stale,{GPT}", "auth.upstream"),
        (f"poor,{GPT}", "quota.exhausted"),
        (f"limited,{GPT}", "quota.rate_limited"),
        (f"failing,{GPT}", "http.server_error"),
        (f"down,{GPT}", "http.gateway_error"),
        (f"no-version,{GPT}", "http.gateway_error"),
        ("sound,gpt-0", "model.not_found"),
        (f"nobody,{GPT}", "model.no_channel"),
    ],
)
def test_what_fails_behind_it(router: str, key: str, diagnose: Diagnose, model: str, code: str) -> None:
    report = diagnose(router, key, model, protocol="anthropic")
    assert report["root_cause"] == code
    assert report["side"] in (("settings", "relay", "provider") if code.startswith("model.") else ("relay", "provider"))


@pytest.mark.parametrize(
    ("path", "code"),
    [("/v1", "url.version_doubled"), ("/v1/messages", "url.endpoint_included"), ("/api", "url.path_wrong")],
)
def test_a_path_that_it_does_not_serve(router: str, key: str, diagnose: Diagnose, path: str, code: str) -> None:
    report = diagnose(router + path, key, f"sound,{GPT}", protocol="anthropic")
    assert report["root_cause"] == code
    assert report["findings"][0]["fixes"][0]["verified"]


def test_an_openai_client_at_it(router: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{router}/v1", key, f"sound,{GPT}", protocol="openai")
    assert report["root_cause"] == "shape.wrong_protocol"
