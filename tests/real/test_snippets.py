"""Snippets run unchanged: in Python and Node with the official SDKs, in a shell with curl, in PowerShell if it is
installed.

The whole path is tested: the program checks wrong settings, and the snippet that it then prints is run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, PracticeDoor

pytestmark = pytest.mark.real
ODD = "/a&b!c~%24HOME"  # a path that breaks a carelessly quoted snippet

# What is served, and in which way the settings given to the program are wrong.
DOORS: dict[str, tuple[Callable[[str], Handler], str, tuple[str, ...]]] = {
    "openai": (lambda key: b.openai(key), "", ()),
    "openai-odd-path": (lambda key: b.openai(key, prefix=f"{ODD}/v1"), f"{ODD}/v1/chat/completions", ()),
    "openai-api-key": (lambda key: b.openai(key, auth=("api-key",)), "/v1", ()),
    "responses": (lambda key: b.responses(key), "", ("--protocol", "responses")),
    "anthropic-bearer": (lambda key: b.anthropic(key, auth=("bearer",)), "/v1", ("--protocol", "anthropic")),
    "anthropic-x-api-key": (
        lambda key: b.anthropic(key, auth=("x-api-key",), versions=("2023-06-01",)),
        "/v1/messages",
        ("--protocol", "anthropic"),
    ),
    "azure": (lambda key: b.azure(key), "/openai", ("--protocol", "azure", "--model", "gpt-4o-mini")),
    "gemini": (lambda key: b.gemini(key), "", ("--protocol", "gemini")),
    "gemini-query": (lambda key: b.gemini(key, auth=("query",)), "", ("--protocol", "gemini")),
    "ollama": (lambda key: b.ollama(), "", ("--protocol", "ollama")),
}


def _run(
    snippet: Mapping[str, str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes] | None:
    """Run the snippet in its own interpreter; return None if that is missing or if the snippet is not a program."""
    argv: list[str] | None = None
    made = folder / f"{snippet['id']}-{snippet['file'] or 'snippet'}"
    made.write_text(snippet["text"], encoding="utf-8")
    if snippet["language"] == "python":
        argv = [sys.executable, str(made)]
    elif snippet["language"] == "js":
        argv = [str(folder / "node_modules" / ".bin" / "node"), str(made)]
    elif snippet["id"] == "curl":
        argv = ["bash", str(made)]
    elif snippet["id"] == "powershell" and (shell := shutil.which("pwsh")):
        argv = [shell, "-NoProfile", "-Command", snippet["text"]]
    if argv is None:
        return None
    return subprocess.run(argv, cwd=folder, env=dict(environment), capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("name", DOORS)
def test_a_snippet_runs_unchanged(
    name: str,
    program: list[str],
    key: str,
    tmp_path: Path,
    fetched: Callable[[str, str, str], Path],
    installed: Callable[[str, str], str],
) -> None:
    installed("curl", "curl")
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders")
    (tmp_path / "node_modules").symlink_to(clients / "node" / "node_modules")
    handler, path, options = DOORS[name]
    kept = {one: value for one, value in os.environ.items() if not one.upper().endswith(("_PROXY", "_KEY", "_URL"))}
    environment = {**kept, "RELAY_KEY": key, "PYTHONUTF8": "1"}
    with PracticeDoor(handler(key)) as door:
        argv = [*program, "snippet", door.url + path, "--key-env", "RELAY_KEY", "--json", *options]
        done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert key[3:15] not in done.stdout.decode() + done.stderr.decode()
        snippets = json.loads(done.stdout)
        with ThreadPoolExecutor(2) as pool:
            ran = list(pool.map(lambda one: _run(one, tmp_path, environment), snippets))
    counted = 0
    for snippet, done in zip(snippets, ran, strict=True):
        if done is None:
            continue
        said = done.stdout.decode()
        assert done.returncode == 0, f"{snippet['id']}: {done.stderr.decode()[-600:]}"
        assert said.strip(), snippet["id"]
        if snippet["id"] == "curl":
            assert _answers(json.loads(said)), said[:300]
        counted += 1
    python = [one for one in snippets if one["language"] == "python"]
    assert counted == len(python) + sum(one["language"] == "js" for one in snippets) + 1 + bool(shutil.which("pwsh"))
    assert python or name.startswith(("gemini", "ollama"))


def _answers(body: dict[str, Any]) -> bool:
    return bool({"choices", "content", "output", "candidates", "message"} & body.keys())


def test_the_variables_are_what_an_sdk_reads(program: list[str], key: str, tmp_path: Path) -> None:
    """The SDK works without arguments after `.env` and the shell's lines are copied as a user would."""
    script = (
        "import openai\nwith openai.OpenAI() as client:\n    import os\n    "
        "answer = client.chat.completions.create(model=os.environ['OPENAI_MODEL'], "
        "messages=[{'role': 'user', 'content': 'hi'}])\n    print(answer.choices[0].message.content)\n"
    )
    (tmp_path / "chat.py").write_text(script)
    kept = {one: value for one, value in os.environ.items() if not one.upper().endswith(("_PROXY", "_KEY", "_URL"))}
    environment = {**kept, "RELAY_KEY": key}
    with PracticeDoor(b.openai(key, prefix=f"{ODD}/v1")) as door:
        argv = [*program, "snippet", f"{door.url}{ODD}/v1", "--key-env", "RELAY_KEY", "--app"]
        for name, run in {
            "sh": f". ./variables && {sys.executable} chat.py",
            "env": f"{sys.executable} -m dotenv -f variables run -- {sys.executable} chat.py",
        }.items():
            done = subprocess.run(
                [*argv, name], cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=True
            )
            (tmp_path / "variables").write_bytes(done.stdout)
            done = subprocess.run(["bash", "-c", run], cwd=tmp_path, env=environment, capture_output=True, timeout=60)
            assert done.returncode == 0 and done.stdout.strip(), f"{name}: {done.stderr.decode()[-400:]}"
