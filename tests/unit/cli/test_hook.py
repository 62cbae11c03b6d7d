"""What pre-commit runs: keys for the wrong door in `.env` files are reported offline, with file and line and without
the key.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from checkout import ROOT
from diagnose.cli import program
from probes.model.scrubber import WINDOW
from probes.network.network import Network

BODY = "Ha3kLm9qRs7tUv2wXy5zBc8dEf4gJh6nPr1sTu0vWx3yZa5bHa3kLm9qRs7tUv2wXy5zBc8dEf4gJh6nPr1sTu0vWx3yZa5b"
ANTHROPIC = f"sk-ant-api03-{BODY[:93]}AA"
GROQ = f"gsk_{BODY[:52]}"
RELAY = f"sk-{BODY[:48]}"


def hook(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch, name: str = ".env") -> tuple[int, str]:
    (folder / name).write_text(text, "utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Network, "resolve", None)  # no lookup, no connection, no request
    done = CliRunner().invoke(
        program, ["hook", name], env={"LC_ALL": "C.UTF-8", "OPENAI_BASE_URL": "https://else.example"}
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert not any(BODY[i : i + WINDOW] in done.output for i in range(len(BODY) - WINDOW + 1))
    return done.exit_code, done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"OPENAI_API_KEY={ANTHROPIC}\nOPENAI_BASE_URL=https://api.openai.com/v1\n", ".env:1: .*key.wrong_door"),
        (f"# mine\nOPENAI_API_KEY={GROQ}\n", ".env:2: .*key.wrong_door"),
        (
            f"ANTHROPIC_API_KEY={GROQ}\nOPENAI_API_KEY={RELAY}\nOPENAI_BASE_URL=https://r.example/v1",
            ".env:1: .*key.wrong_door",
        ),
        (f"DEEPSEEK_API_KEY={GROQ}\n", ".env:1: .*key.wrong_door"),
        (f"OPENAI_API_KEY='{RELAY} '\nOPENAI_BASE_URL=https://r.example/v1\n", ".env:1: .*key.stray_characters"),
        (
            f"OPENAI_BASE_URL=https://r.example/v1/chat/completions\nOPENAI_API_KEY={RELAY}\n",
            ".env:1: .*url.endpoint_included",
        ),
    ],
)
def test_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    status, output = hook(tmp_path, text, monkeypatch)
    assert status == 1
    assert re.search(said, output), output


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PORT=8080\nDATABASE_URL=postgres://localhost/x\n",
        f"OPENAI_API_KEY={RELAY}\nOPENAI_BASE_URL=https://relay.example/v1\n",
        f"ANTHROPIC_API_KEY={ANTHROPIC}\nGROQ_API_KEY={GROQ}\n",
        "OPENAI_API_KEY=sk-...\nOPENAI_BASE_URL=https://api.openai.com/v1\n",
        "OPENAI_API_KEY=${KEY_OF_THE_SHELL}\n",
        "OPENAI_BASE_URL=http://localhost:4000/v1\n",
        "not a variable at all\n\0\n",
    ],
)
def test_lets_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert hook(tmp_path, text, monkeypatch) == (0, "")


@pytest.mark.skipif(not (ROOT / ".pre-commit-hooks.yaml").exists(), reason="run from no checkout")
def test_the_pre_commit_hook_is_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    yaml = pytest.importorskip("yaml")
    (one,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert shlex.split(one["entry"]) == ["llmdoctor", "hook"]
    fits = re.compile(one["files"])
    assert all(fits.search(name) for name in (".env", "app/.env.local", ".env.production.local"))
    assert not any(fits.search(name) for name in ("env.py", ".envrc", "a.env.py"))
