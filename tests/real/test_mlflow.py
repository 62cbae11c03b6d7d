"""MLflow's AI gateway: it takes any key, holds the upstreams' keys, and quotes the upstreams' errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor, closed_port

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
GPT = answers.MODELS[0]
UPSTREAM = made_up_key()


@pytest.fixture(scope="module")
def mlflow(
    fetched: Callable[[str, str, str], Path],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Yield the gateway's address. Its endpoints, which clients name as models, have the names of their upstreams."""
    python = fetched(
        "LLMDOCTOR_MLFLOW",
        "servers/mlflow/bin/python",
        "MLflow's gateway needs a separate environment (python3 -m venv .cache/servers/mlflow; "
        ".cache/servers/mlflow/bin/pip install 'mlflow[genai]')",
    )
    doors = {
        "sound": b.openai(UPSTREAM),
        "stale": b.openai(made_up_key()),
        "poor": b.openai(UPSTREAM, chat="openai-quota", stream="openai-quota"),
        "limited": b.openai(UPSTREAM, chat="openai-429", stream="openai-429"),
        "failing": b.openai(UPSTREAM, chat="openai-500", stream="openai-500"),
    }
    port, folder = free_port(), tmp_path_factory.mktemp("mlflow")
    with ExitStack() as stack:
        upstreams = {name: f"{stack.enter_context(PracticeDoor(door)).url}/v1" for name, door in doors.items()}
        upstreams["no-version"] = upstreams["sound"].removesuffix("/v1")
        upstreams["down"] = f"http://127.0.0.1:{stack.enter_context(closed_port())}/v1"
        endpoints = []
        for name, url in upstreams.items():
            config = {"openai_api_key": UPSTREAM, "openai_api_base": url}
            model = {"provider": "openai", "name": GPT, "config": config}
            endpoints.append({"name": name, "endpoint_type": "llm/v1/chat", "model": model})
        (folder / "gateway.yaml").write_text(json.dumps({"endpoints": endpoints}))  # JSON is valid YAML
        # As `mlflow gateway start` starts it, which does not end its workers when it is ended.
        argv = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        argv += ["--worker-class", "uvicorn.workers.UvicornWorker", "mlflow.gateway.app:create_app_from_env()"]
        own = {"HOME": str(folder), "MLFLOW_GATEWAY_CONFIG": str(folder / "gateway.yaml")}
        own |= {"MLFLOW_DISABLE_TELEMETRY": "true", "NO_PROXY": "*"}
        stack.enter_context(serving(argv, port, folder, own))
        yield f"http://127.0.0.1:{port}/v1"


@pytest.mark.parametrize("any_key", ["EMPTY", "sk-anything-1234567890abcdef"])
def test_sound_settings(mlflow: str, diagnose: Diagnose, any_key: str) -> None:
    report = diagnose(mlflow, any_key, "sound")
    assert report["root_cause"] is None
    assert report["proven"]["answer"] and report["proven"]["stream"]


@pytest.mark.parametrize(
    ("model", "codes"),
    [
        ("stale", {"auth.upstream"}),
        ("poor", {"quota.exhausted"}),
        ("limited", {"quota.rate_limited"}),
        ("failing", {"http.server_error", "http.gateway_error"}),
        ("down", {"http.server_error", "http.gateway_error"}),
        ("no-version", {"http.server_error", "http.gateway_error"}),
        ("nobody", {"http.server_error"}),  # a bare 500 in plain text, which tells nothing of the model
    ],
)
def test_what_fails_behind_it(mlflow: str, key: str, diagnose: Diagnose, model: str, codes: set[str]) -> None:
    assert diagnose(mlflow, key, model)["root_cause"] in codes


@pytest.mark.parametrize(
    ("path", "code"),
    [("", "url.version_missing"), ("/v1/v1", "url.version_doubled"), ("/v1/chat/completions", "url.endpoint_included")],
)
def test_a_path_that_it_does_not_serve(mlflow: str, key: str, diagnose: Diagnose, path: str, code: str) -> None:
    assert diagnose(mlflow.removesuffix("/v1") + path, key, "sound")["root_cause"] == code
