"""Test `check --runtime`: a runtime of the folder is asked for first, and its call is planned, spared and counted."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import diagnose.cli.consent_question
import diagnose.cli.runtime_option
from diagnose.cli import program
from probes.demo_server import practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")

REPORT = {"version": "3.12.1", "packages": {"openai": "2.54.0"}}
CALL = {"sdk": "openai", "ok": True, "errors": [], "prompt": 9, "completion": 5}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a virtual environment whose Python keeps what it was asked in the file ``asked``."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n", "utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(
        f"#!{sys.executable}\nimport json, sys\nasked = json.loads(sys.stdin.readline())\n"
        f"open({str(tmp_path / 'asked')!r}, 'w').write(json.dumps(asked))\nreport, call = {REPORT!r}, {CALL!r}\n"
        "call['stage'] = 'call' if asked['send'] else 'create'\n"
        "print(asked['mark'] + json.dumps({**report, 'call': call}))\n",
        "utf-8",
    )
    python.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def check(*options: str, typed: str = "") -> tuple[int, str, dict[str, Any]]:
    key = made_up_key()
    with PracticeDoor(practice_doors.openai(key)) as door:
        argv = ["check", f"{door.url}/v1", "--key-env", "RELAY_KEY", "--json", *options]
        done = CliRunner().invoke(program, argv, input=typed, env={"RELAY_KEY": key})
    assert key[8:20] not in done.stdout + done.stderr
    return done.exit_code, done.stderr, json.loads(done.stdout) if done.stdout.startswith("{") else {}


def asked(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "asked").read_text("utf-8"))
    return found


def test_a_named_runtime_is_asked_and_its_call_is_counted(folder: Path) -> None:
    alone = check()[2]["cost"]
    status, _, report = check("--runtime", ".venv")
    assert status == 0 and report["verdict"] == "healthy"
    seen = report["probes"][0]["observed"]["runtime"]
    assert (seen["program"], seen["version"], seen["call"]["stage"]) == (".venv/bin/python", "3.12.1", "call")
    more = {"requests": 1, "billed_requests": 1, "prompt_tokens": 9, "completion_tokens": 5}
    assert report["cost"] == {name: count + more[name] for name, count in alone.items()}
    assert asked(folder)["body"]["max_tokens"] == 16


@pytest.mark.parametrize("option", ["--no-spend", "--offline"])
def test_what_may_not_be_sent_is_not_handed_over(option: str, folder: Path) -> None:
    _, _, report = check("--runtime", ".venv", option)
    seen = report["probes"][0]["observed"]["runtime"]
    assert seen["call"]["stage"] == "create" and seen["no_call"] == option[2:].replace("-", "_")
    assert asked(folder)["send"] is False and asked(folder)["key"].startswith("sk-llmdoctor-makes")


def test_a_key_that_is_withheld_is_withheld_here_too(folder: Path) -> None:
    """In plain HTTP a name counts for nothing, whatever it resolves to."""
    (folder / "asked").unlink(missing_ok=True)
    key = made_up_key()
    argv = ["check", "http://relay.invalid/v1", "--key-env", "RELAY_KEY", "--json", "--runtime", ".venv"]
    done = CliRunner().invoke(program, argv, env={"RELAY_KEY": key})
    assert json.loads(done.stdout)["probes"][0]["observed"]["runtime"]["no_call"] == "withheld"
    assert key[8:20] not in json.dumps(asked(folder))


def test_the_plan_has_the_call(folder: Path) -> None:
    _, _, alone = check("--plan")
    _, _, plan = check("--plan", "--runtime", ".venv")
    (request,) = plan["runtime"]
    assert request["with_key"] and plan["tokens"] == alone["tokens"] + request["tokens"]
    assert not (folder / "asked").exists()
    assert "runtime" not in check("--plan", "--runtime", ".venv", "--no-spend")[2]


def test_without_a_terminal_the_folders_interpreter_is_not_run(folder: Path) -> None:
    status, said, _ = check("--runtime", "auto")
    assert status == 1 and "--runtime .venv" in said and not (folder / "asked").exists()


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("\n", 1), ("always\n", 1), ("", 1)])
def test_on_a_terminal_it_is_asked_about(
    typed: str, status: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnose.cli.runtime_option, "can_ask", lambda: True)
    monkeypatch.delenv("CI", raising=False)
    found, said, _ = check("--runtime", "auto", typed=typed)
    assert found == status and ".venv was found in this folder" in said
    assert (folder / "asked").exists() is (status == 0)
