"""How the real clients are started on loopback to record their request: one table, with their settings and switches.

A client is asked :data:`PROMPT` once, without a terminal, in a home of its own. Programs come from the folders that
`.ci/run` fetches, or from the folder in ``LLMDOCTOR_PROGRAMS``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "say pong"
PLAIN = "m"  # a model that no client knows


class Case(NamedTuple):
    """One request to record: the protocol, the model, and the setting that is tried, if any."""

    protocol: str
    model: str
    setting: str = ""


class Start(NamedTuple):
    """A command, and what its environment has besides an empty home."""

    argv: list[str]
    environment: Mapping[str, str]


class Place(NamedTuple):
    """Where the client runs: its home, the origin of the recording server, the key."""

    home: Path
    url: str
    key: str


class Client(NamedTuple):
    """One client. ``package`` names the file or distribution with its version, ``where`` the folder of the client.

    ``models`` are recorded for each protocol, the client's usual one first. ``settings`` are switches that leave out
    parts of the request; ``env:NAME=VALUE`` sets a variable, any other is for ``start``.
    """

    start: Callable[[Case, Place], Start]
    where: str
    package: str
    protocols: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, tuple[str, ...]] = {}
    mends: bool = False  # it may send a refused request again without what was refused


def _file(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def _claude(case: Case, place: Place) -> Start:
    env = {
        "ANTHROPIC_BASE_URL": place.url,
        "ANTHROPIC_API_KEY": place.key,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    return Start(["claude", "-p", PROMPT, "--model", case.model], env)


def _codex(case: Case, place: Place) -> Start:
    _file(
        place.home / ".codex" / "config.toml",
        f'model = "{case.model}"\nmodel_provider = "mine"\n[model_providers.mine]\nname = "mine"\nenv_key = "MY_KEY"\n'
        f'base_url = "{place.url}/v1"\nrequest_max_retries = 0\nstream_max_retries = 0\n',
    )
    quiet = ["-c", "features.plugins=false", "-c", "analytics.enabled=false"]
    more = ["-c", case.setting] if case.setting else []
    return Start(["codex", "exec", "--skip-git-repo-check", *quiet, *more, PROMPT], {"MY_KEY": place.key})


def _gemini(case: Case, place: Place) -> Start:
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
    }
    _file(place.home / ".gemini" / "settings.json", settings)
    env = {"GEMINI_API_KEY": place.key, "GOOGLE_GEMINI_BASE_URL": place.url}
    return Start(["gemini", "-p", PROMPT, "-m", case.model, "--skip-trust"], env)


def _qwen(case: Case, place: Place) -> Start:
    name = case.protocol.upper()
    base = place.url + ("/v1" if case.protocol == "openai" else "")
    env = {f"{name}_API_KEY": place.key, f"{name}_BASE_URL": base, f"{name}_MODEL": case.model}
    return Start(["qwen", "-p", PROMPT, "--auth-type", case.protocol], env)


def _opencode(case: Case, place: Place) -> Start:
    package = {"openai": "openai-compatible", "anthropic": "anthropic", "responses": "openai"}[case.protocol]
    options = {"baseURL": f"{place.url}/v1", "apiKey": place.key}
    provider = {"npm": f"@ai-sdk/{package}", "options": options, "models": {case.model: {}}}
    settings: dict[str, object] = {"provider": {"mine": provider}, "agent": {"title": {"disable": True}}}
    if case.setting:
        settings |= json.loads(case.setting)
    _file(place.home / ".config" / "opencode" / "opencode.json", settings)
    return Start(["opencode", "run", "-m", f"mine/{case.model}", PROMPT], {"OPENCODE_DISABLE_MODELS_FETCH": "1"})


def _llm(case: Case, place: Place) -> Start:
    env = {"OPENAI_BASE_URL": f"{place.url}/v1", "OPENAI_API_KEY": place.key, "LLM_USER_PATH": str(place.home / "llm")}
    return Start(["llm", "-m", case.model, *([case.setting] if case.setting else []), PROMPT], env)


def _shell_gpt(case: Case, place: Place) -> Start:
    env = {"API_BASE_URL": f"{place.url}/v1", "OPENAI_API_KEY": place.key, "DEFAULT_MODEL": case.model}
    return Start(["sgpt", "--no-cache", PROMPT], env)


def _aider(case: Case, place: Place) -> Start:
    name = case.protocol.upper()
    base = place.url + ("/v1" if case.protocol == "openai" else "")
    env = {f"{name}_API_KEY": place.key, f"{name}_API_BASE": base, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    silent = ["--no-git", "--yes-always", "--no-check-update", "--analytics-disable", "--no-show-model-warnings"]
    model = f"{case.protocol}/{case.model}"
    more = [case.setting] if case.setting else []
    return Start(["aider", *silent, "--no-pretty", "--model", model, "--message", PROMPT, *more], env)


_PYTHON = Path(__file__).with_name("clients") / "one_call.py"
_NODE = Path(__file__).with_name("clients") / "one_call.mjs"


def _library(app: str) -> Callable[[Case, Place], Start]:
    """Start a library of Python in a program of two lines: ``clients/one_call.py``."""

    def start(case: Case, place: Place) -> Start:
        argv = ["python", str(_PYTHON), app, case.protocol, case.model, place.url, PROMPT]
        return Start(argv, {"THE_KEY": place.key, "LITELLM_LOCAL_MODEL_COST_MAP": "True"})

    return start


def _module(app: str) -> Callable[[Case, Place], Start]:
    """Start a library of Node in a program of two lines: ``clients/one_call.mjs``."""

    def start(case: Case, place: Place) -> Start:
        argv = ["node", str(_NODE), app, case.protocol, case.model, place.url, PROMPT]
        return Start(argv, {"THE_KEY": place.key})

    return start


_CLAUDES = ("claude-opus-5-5", PLAIN, "claude-haiku-4-5")
_ONE = (PLAIN,)

CLIENTS: dict[str, Client] = {
    "claude-code": Client(
        _claude,
        "programs",
        "@anthropic-ai/claude-code",
        {"anthropic": _CLAUDES},
        {
            "anthropic": (
                "env:CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1",
                "env:CLAUDE_CODE_DISABLE_THINKING=1",
                "env:MAX_THINKING_TOKENS=0",
                "env:CLAUDE_CODE_DISABLE_ADAPTIVE_THINKING=1",
                "env:DISABLE_INTERLEAVED_THINKING=1",
                "env:DISABLE_PROMPT_CACHING=1",
                "env:ENABLE_TOOL_SEARCH=false",
                "env:CLAUDE_CODE_EFFORT_LEVEL=unset",
            )
        },
        mends=True,
    ),
    "codex": Client(
        _codex,
        "programs",
        "@openai/codex",
        {"responses": (PLAIN, "gpt-5.5")},
        {
            "responses": (
                "features.multi_agent=false",
                'web_search="disabled"',
                'model_reasoning_summary="none"',
                "features.goals=false",
                "features.tool_search=false",
                "features.unified_exec=false",
                "features.view_image_tool=false",
            )
        },
    ),
    "gemini-cli": Client(
        _gemini, "programs", "@google/gemini-cli", {"gemini": ("gemini-3.8-flash", "gemini-2.5-flash")}
    ),
    "qwen-code": Client(_qwen, "programs", "@qwen-code/qwen-code", {"openai": _ONE, "anthropic": _ONE}),
    "opencode": Client(
        _opencode,
        "programs",
        "opencode-ai",
        {"openai": _ONE, "anthropic": _ONE, "responses": _ONE},
        dict.fromkeys(("openai", "anthropic", "responses"), ('{"tools": {"*": false}}',)),
    ),
    "aider": Client(
        _aider,
        "aider",
        "aider-chat",
        {"openai": _ONE, "anthropic": ("claude-sonnet-4-5",)},
        {"openai": ("--no-stream",)},
    ),
    "llm": Client(
        _llm,
        "llm",
        "llm",
        {"openai": ("gpt-4o-mini",), "responses": ("gpt-5.5",)},
        dict.fromkeys(("openai", "responses"), ("--no-stream",)),
    ),
    "shell-gpt": Client(_shell_gpt, "elder", "shell-gpt", {"openai": _ONE}),
    "ai-sdk": Client(
        _module("ai-sdk"), "node", "ai", dict.fromkeys(("openai", "responses", "anthropic", "gemini"), _ONE)
    ),
    "openai-node": Client(_module("openai-node"), "node", "openai", dict.fromkeys(("openai", "responses"), _ONE)),
    "anthropic-node": Client(_module("anthropic-node"), "node", "@anthropic-ai/sdk", {"anthropic": _ONE}),
    "genai-node": Client(_module("genai-node"), "node", "@google/genai", {"gemini": _ONE}),
    "openai-sdk": Client(_library("openai-sdk"), "sdks", "openai", dict.fromkeys(("openai", "responses"), _ONE)),
    "anthropic-sdk": Client(_library("anthropic-sdk"), "sdks", "anthropic", {"anthropic": _ONE}),
    "langchain-openai": Client(_library("langchain-openai"), "sdks", "langchain-openai", {"openai": _ONE}),
    "langchain-anthropic": Client(
        _library("langchain-anthropic"), "sdks", "langchain-anthropic", {"anthropic": ("claude-sonnet-4-5",)}
    ),
    "llama-index": Client(_library("llama-index"), "elder", "llama-index-llms-openai", {"openai": ("gpt-4o",)}),
    "litellm": Client(
        _library("litellm"), "litellm", "litellm", {"openai": _ONE, "anthropic": _ONE, "gemini": ("gemini-2.5-flash",)}
    ),
    "groq-python": Client(_library("groq-python"), "sdks", "groq", {"openai": _ONE}),
    "mistral-python": Client(_library("mistral-python"), "sdks", "mistralai", {"openai": _ONE}),
}


def clients() -> Path:
    """Return the folder of the clients that `.ci/run` has fetched."""
    return Path(os.environ.get("LLMDOCTOR_CLIENTS") or ROOT / ".cache" / "clients")


def folders(where: str) -> tuple[Path, Path]:
    """Return the folder of the programs of a client, and the folder in which its packages are."""
    if where == "litellm":
        program = os.environ.get("LLMDOCTOR_LITELLM")
        root = Path(program).parents[1] if program else ROOT / ".cache" / "litellm"
    else:
        newer = os.environ.get("LLMDOCTOR_PROGRAMS")
        root = Path(newer) if where == "programs" and newer else clients() / where
    if where in ("programs", "node"):
        return root / "node_modules" / ".bin", root / "node_modules"
    return root / "bin", root
