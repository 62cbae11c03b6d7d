"""`llmdoctor bundle` shows what it will write, asks, and writes no secret; `judge` and `compare` open the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diagnose.cli import program
from diagnose.cli.commands import bundle
from probes.demo_server import practice_doors as doors
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW

BODY = "Rk5wT8bV2zQn7YcM4hJd9XgLs3PfAe6URk5wT8bV2zQn7YcM"
OTHER = "Vt6nP3kZ9yHs2WqB7rXc5JmDf8GaLe4UVt6nP3kZ9yHs2WqB"
KEY = f"sk-{BODY}"
PASSWORD = "Zq8vN2mX5tRb7KwY"
FILE = "llmdoctor-bundle.json"


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(doors.openai(KEY)) as door:
        yield door


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: PracticeDoor) -> Path:
    here = tmp_path / "anna" / "project"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(here.parent))
    monkeypatch.setenv("HTTPS_PROXY", f"http://anna:{PASSWORD}@proxy.corp.example:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1, .intern.corp.example")
    monkeypatch.setenv("SSL_CERT_DIR", str(here.parent / "certs"))
    (here / ".env").write_text(f"OPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={door.url}/v1\nGITHUB_TOKEN=ghp_{OTHER[:36]}\n")
    (here.parent / ".claude").mkdir()
    (here.parent / ".claude" / "settings.json").write_text(
        json.dumps(
            {"env": {"ANTHROPIC_API_KEY": f"sk-ant-api03-{OTHER}", "ANTHROPIC_BASE_URL": "https://secret.example"}}
        )
    )
    return here


def call(*words: str, answer: str | None = None) -> Result:
    done = CliRunner().invoke(program, list(words), env={"LC_ALL": "C.UTF-8"}, input=answer)
    written = Path(FILE).read_text("utf-8") if Path(FILE).exists() else ""
    for secret in (BODY, OTHER, PASSWORD):
        pieces = {secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1)}
        assert not [one for one in pieces if one in done.output + written]
    return done


def test_it_is_shown_and_written(folder: Path) -> None:
    done = call("bundle", "--yes")
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    for said in (
        "will hold",
        "openai-sdk",
        "claude-code",
        "proxy.corp.example:3128",
        "the key only as sk-R…7YcM",
        "OpenSSL",
    ):
        assert said in done.stderr
    text = (folder / FILE).read_text("utf-8")
    whole = json.loads(text)
    assert list(whole)[:4] == ["schema", "version", "created_at", "hidden"]
    assert whole["report"]["verdict"] == "healthy"
    assert {"name": "HTTPS_PROXY", "value": "http://…@proxy.corp.example:3128"} in whole["proxies"]
    (claude,) = (one for one in whole["scan"] if one["app"] == "claude-code")
    assert claude["sources"]["key"] == "~/.claude/settings.json:1 ANTHROPIC_API_KEY"
    assert "secret.example" not in text  # a value of a setting that was not checked
    assert str(folder.parent) not in text and "~/certs" in text


def test_hosts_are_hidden_if_wanted(folder: Path) -> None:
    done = call("bundle", "--yes", "--redact-hosts", "--lang", "zh")
    assert done.exit_code == 0
    assert "corp.example" not in (folder / FILE).read_text("utf-8")
    assert "主机名已隐藏" in done.stderr


def test_without_a_terminal_it_needs_consent_before_anything_is_sent(folder: Path, door: PracticeDoor) -> None:
    done = call("bundle", answer="y\n")
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert not (folder / FILE).exists() and not door.requests


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_on_a_terminal_it_asks(answer: str, status: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "_can_ask", lambda: True)
    done = call("bundle", "--no-scan", answer=answer)
    assert done.exit_code == status
    assert (folder / FILE).exists() == (status == 0)
    assert ("Nothing was written" in done.stderr) == bool(status)


def test_no_file_is_written_over_without_asking(
    folder: Path, monkeypatch: pytest.MonkeyPatch, door: PracticeDoor
) -> None:
    (folder / FILE).write_text("mine")
    done = call("bundle", "--yes")
    assert done.exit_code != 0 and (folder / FILE).read_text("utf-8") == "mine"
    assert not door.requests
    monkeypatch.setattr(bundle, "_can_ask", lambda: True)
    done = call("bundle", "--no-scan", answer="n\n")
    assert (done.exit_code, (folder / FILE).read_text("utf-8")) == (1, "mine")
    assert "exists. Write over it?" in done.stderr
    assert call("bundle", "--no-scan", "--yes", "--force").exit_code == 0
    assert json.loads((folder / FILE).read_text("utf-8"))["scan"] == []


@pytest.mark.parametrize(("lang", "says"), [("en", "From the bundle, made on"), ("zh", "诊断包里的其他内容")])
def test_judge_and_the_others_open_it(lang: str, says: str, folder: Path) -> None:
    assert call("bundle", "--yes").exit_code == 0
    done = call("judge", FILE, "--lang", lang)
    assert done.exit_code == 0
    assert says in done.stdout and "~/.claude/settings.json:1" in done.stdout and "HTTPS_PROXY" in done.stdout
    assert json.loads(call("judge", FILE, "--json").stdout)["verdict"] == "healthy"
    assert call("snippet", "--from", FILE, "--app", "curl").exit_code == 0
    assert call("compare", FILE, FILE).exit_code == 0


def test_a_bundle_of_a_later_version_is_named_as_such(folder: Path) -> None:
    (folder / "new.json").write_text('{"schema": "llmdoctor.bundle/2"}')
    done = call("judge", "new.json", "--lang", "zh")
    assert done.exit_code != 0 and "更新版本" in done.stderr
