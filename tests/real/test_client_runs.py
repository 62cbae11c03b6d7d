"""`check --run-client` with real programs against practice doors: each of eight, sound or with one fault.

All rows run at the same time, since most of their time is waiting. Each has a home of its own and a marked key.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import practice_doors as b
from probes.demo_server.answers import as_json
from probes.demo_server.certificates import authority
from probes.demo_server.handlers import always
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import Answer, Handler, PracticeDoor, Request
from real.test_url_joining import environment
from worlds.cases import CLAUDE

KEY, OTHER = made_up_key(), made_up_key()
MODEL = "gpt-4o-mini"
DEAD = "http://127.0.0.1:9"  # nobody listens there
FOLDERS = ("programs/node_modules/.bin", "llm/bin", "aider/bin", "elder/bin", "node/node_modules/.bin")


def page(key: str) -> Handler:
    return always("login")


def without_include(key: str) -> Handler:
    """Make a door that refuses a field which every request of Codex has."""
    sound = b.responses(key)

    def answer(request: Request) -> Answer:
        if request.body and "include" in request.json():
            error = {"message": "Unknown parameter: 'include'.", "type": "invalid_request_error", "param": "include"}
            return as_json({"error": error}, 400)
        return sound(request)

    return answer


@dataclass(frozen=True)
class Row:
    """One run: the app, its door, its settings, and what the report says.

    ``files`` are below the home; ``{url}`` is the door's address in them and in ``environ``. ``fails`` is None if the
    app answers, else words of the finding's title, or the root cause if the check fails as well.
    """

    app: str
    door: Callable[[str], Handler]
    fails: str | None
    files: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    key: str = KEY  # that the door takes
    tls: bool = False
    again: bool = True  # whether it works through the recorder, if the check works and it fails
    ended: tuple[str, ...] = ("exited",)


def claude(**more: str) -> dict[str, str]:
    given = {"ANTHROPIC_BASE_URL": "{url}", "ANTHROPIC_AUTH_TOKEN": KEY, "ANTHROPIC_MODEL": CLAUDE, **more}
    return {".claude/settings.json": json.dumps({"env": given})}


def codex(base: str) -> dict[str, str]:
    return {
        ".codex/config.toml": f'model = "{MODEL}"\nmodel_provider = "mine"\n[model_providers.mine]\nname = "mine"\n'
        f'env_key = "MY_KEY"\nbase_url = "{{url}}{base}"\n'
    }


OPENCODE = json.dumps(
    {
        "model": f"mine/{MODEL}",
        "small_model": f"mine/{MODEL}",
        "provider": {
            "mine": {
                "npm": "@ai-sdk/openai-compatible",
                "options": {"baseURL": "{url}/v1", "apiKey": KEY},
                "models": {MODEL: {}},
            }
        },
    }
)
GEMINI = json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}})
OPENAI = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "{url}/v1"}
NAMED = ("--model", MODEL)
UNPROXIED = {"HTTP_PROXY": DEAD, "HTTPS_PROXY": DEAD, "NO_PROXY": ""}

ROWS = {
    "claude-code sound": Row("claude-code", b.anthropic, None, claude()),
    "claude-code refused key": Row("claude-code", b.anthropic, "auth.rejected", claude(), key=OTHER),
    "claude-code untrusted certificate": Row(
        "claude-code", b.anthropic, "does not trust the certificate", claude(), tls=True
    ),
    "claude-code dead proxy": Row(
        "claude-code", b.anthropic, "fails at the proxy", claude(), UNPROXIED, ("--no-proxy",)
    ),
    "codex sound": Row("codex", b.responses, None, codex("/v1"), {"MY_KEY": KEY}),
    "codex wrong path": Row("codex", b.responses, "url.version_missing", codex(""), {"MY_KEY": KEY}),
    "codex refused field": Row(
        "codex", without_include, "rejects the request of Codex CLI", codex("/v1"), {"MY_KEY": KEY}, again=False
    ),
    "gemini-cli sound": Row(
        "gemini-cli",
        b.gemini,
        None,
        {
            ".gemini/settings.json": GEMINI,
            ".gemini/.env": f"GEMINI_API_KEY={KEY}\nGOOGLE_GEMINI_BASE_URL={{url}}\nGEMINI_MODEL=gemini-2.5-flash\n",
        },
    ),
    "qwen-code refused key": Row(
        "qwen-code", b.openai, "auth.rejected", environ={**OPENAI, "OPENAI_MODEL": MODEL}, key=OTHER
    ),
    "opencode web page": Row(
        "opencode", page, "shape.web_page", {".config/opencode/opencode.json": OPENCODE}, ended=("requests", "limit")
    ),
    "aider refused key": Row("aider", b.openai, "auth.rejected", environ=OPENAI, options=NAMED, key=OTHER),
    # litellm takes OPENAI_BASE_URL before aider's own option, so this alone tells whether it is led to the recorder.
    "aider sound": Row("aider", b.openai, None, environ=OPENAI, options=NAMED),
    "llm sound": Row("llm", b.openai, None, environ=OPENAI, options=NAMED),
    "llm web page": Row("llm", page, "shape.web_page", environ=OPENAI, options=NAMED),
    "shell-gpt sound": Row(
        "shell-gpt",
        b.openai,
        None,
        environ={"OPENAI_API_KEY": KEY, "API_BASE_URL": "{url}/v1", "USE_LITELLM": "false"},
        options=NAMED,
    ),
}


def report_of(row: Row, home: Path, clients: Path, authority_pem: Path, url: str) -> tuple[dict[str, Any], str]:
    """Run the program as users run it, and return its report and everything that it printed."""
    env = environment(home)
    env["PATH"] = os.pathsep.join([*(str(clients / one) for one in FOLDERS), env["PATH"]])
    env |= {name: value.replace("{url}", url) for name, value in row.environ.items()}
    for name, text in row.files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{url}", url), "utf-8")
    (home / "here").mkdir()
    argv = [sys.executable, "-m", "diagnose", "check", "--app", row.app, "--run-client", "--yes", "--json"]
    argv += ["--deadline", "140", *row.options]
    argv += ["--ca-bundle", str(authority_pem)] if row.tls else []
    done = subprocess.run(argv, capture_output=True, text=True, env=env, cwd=home / "here", timeout=200)
    assert done.stdout.startswith("{"), f"{row.app}: {done.stderr[-800:]}"
    assert not [*home.glob(".local/state/llmdoctor/run-*")], "the folder of the run is removed"
    left = {path for path in home.rglob("*") if path.is_file()} - {home / name for name in row.files}
    holding = [str(path) for path in left if KEY[8:].encode() in path.read_bytes()]
    assert not holding, f"{row.app} was let write the key down: {holding}"
    return json.loads(done.stdout), done.stdout + done.stderr


@pytest.fixture(scope="module")
def seen(
    tmp_path_factory: pytest.TempPathFactory, fetched: Callable[[str, str, str], Path]
) -> Iterator[dict[str, tuple[dict[str, Any], str]]]:
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate environments")
    homes = tmp_path_factory.mktemp("homes")
    with ExitStack() as stack:
        root = stack.enter_context(authority())
        pool = stack.enter_context(ThreadPoolExecutor(4))
        tasks = {}
        for number, (name, row) in enumerate(ROWS.items()):
            tls = root.context("good", "127.0.0.1") if row.tls else None
            door = stack.enter_context(PracticeDoor(row.door(row.key), tls=tls))
            tasks[name] = pool.submit(report_of, row, homes / str(number), clients, root.ca_pem, door.url)
        yield {name: task.result() for name, task in tasks.items()}


@pytest.mark.parametrize("name", ROWS)
def test_a_real_program(seen: dict[str, tuple[dict[str, Any], str]], name: str) -> None:
    row, (report, printed) = ROWS[name], seen[name]
    run = report["client"]
    assert run["ran"] and run["ended"] in row.ended, run
    assert run["answered"] is (row.fails is None), run
    if row.fails is None:
        assert report["verdict"] == "healthy"
    elif "." in row.fails:
        assert report["root_cause"] == row.fails
        assert {"app.run_failed"} <= {one["code"] for one in report["findings"] if one["caused_by"]}
    else:
        assert report["root_cause"] == "app.run_failed" and row.fails in report["findings"][0]["title"]
        assert run["again"]["answered"] is row.again, "through the recorder, which connects as the check does"
    for key in (KEY, OTHER):
        assert not any(key[at : at + 12] in printed for at in range(3, len(key) - 11)), "the key is shown"
