"""Start LiteLLM and aimock, each in front of the upstreams that a test gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

Serving = Callable[..., AbstractContextManager[Path]]
Fetched = Callable[[str, str, str], Path]


@contextmanager
def litellm(
    fetched: Fetched, serving: Serving, port: int, folder: Path, key: str, models: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield LiteLLM's address. ``models`` are rows of its ``model_list``; ``key`` is its master key."""
    program = fetched(
        "LLMDOCTOR_LITELLM",
        "litellm/bin/litellm",
        "LiteLLM needs a separate environment (python3 -m venv .cache/litellm; "
        ".cache/litellm/bin/pip install 'litellm[proxy]==1.106.2')",
    )
    config = folder / "config.yaml"  # JSON is valid YAML
    settings = {
        "model_list": models,
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "litellm_settings": {"telemetry": False, "num_retries": 0},
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
    }
    config.write_text(json.dumps(settings))
    environment = {
        "HOME": str(folder),
        "LITELLM_MASTER_KEY": key,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # do not download it from the internet
        "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
        "LITELLM_LOCAL_POLICY_TEMPLATES": "True",
        "LITELLM_LOCAL_BLOG_POSTS": "True",
        "LITELLM_MODE": "PRODUCTION",  # do not read a .env file
        "NO_PROXY": "*",
    }
    argv = [program, "--config", config, "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
    with serving(argv, port, folder, environment):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def aimock(
    fetched: Fetched, serving: Serving, node: str, port: int, folder: Path, key: str, fixtures: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield aimock's address; it accepts the key in any header and answers according to ``fixtures``."""
    package = fetched(
        "LLMDOCTOR_AIMOCK",
        "node/node_modules/@copilotkit/aimock",
        "aimock comes from npm (npm install --prefix .cache/node @copilotkit/aimock)",
    )
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
    config = folder / "aimock.json"
    settings = {"host": "127.0.0.1", "port": port, "auth": {"apiKeys": [key]}}
    config.write_text(json.dumps({**settings, "llm": {"fixtures": str(folder / "fixtures.json")}}))
    with serving([node, package / "dist" / "aimock-cli.js", "--config", config], port, folder):
        yield f"http://127.0.0.1:{port}"
