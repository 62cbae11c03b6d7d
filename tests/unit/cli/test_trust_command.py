"""`llmdoctor trust`: what a folder would send where is shown and agreed to, listed and taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from diagnose.cli import program
from diagnose.cli.commands.trust import command as trust_command
from diagnose.words import LANGS
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW
from probes.settings import trust

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"
TOML = """\
[check]
proxy = "http://proxy.example:3128"

[targets.work]
base_url = "https://stranger.example/v1"
key = { env = "GITHUB_TOKEN" }

[targets.missing]
base_url = "https://stranger.example/v1"
key = { file = "/nowhere/key" }

[doors.mine]
hosts = ["api.openai.com"]
key_env = ["OPENAI_API_KEY"]
endpoints = [{ protocol = "openai", base_url = "https://api.openai.com/v1" }]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cloned project, with secrets in the environment."""
    found = tmp_path / "project"
    found.mkdir()
    monkeypatch.chdir(found)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GITHUB_TOKEN", f"ghp_{BODY}")
    return found


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(b.openai(KEY)) as found:
        yield found


def run(*arguments: str, status: int = 0, command: str = "trust", lang: str = "en") -> Result:
    words = [*arguments, "--lang", lang]
    if command == "trust":
        done = CliRunner().invoke(trust_command, words, prog_name="llmdoctor trust")
    else:
        done = CliRunner().invoke(program, [command, *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    said = done.output + done.stderr
    assert not [at for at in range(len(BODY) - WINDOW + 1) if BODY[at : at + WINDOW] in said], said
    assert done.exit_code == status or (status == 2 and done.exit_code == 1), said  # main() makes 2 of both
    return done


def listed(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--json").stdout)
    return found


def got_key(door: PracticeDoor) -> bool:
    came = any(KEY in str(request.headers) for request in door.requests)
    door.requests.clear()
    return came


def test_an_agreement_lets_the_key_go_until_it_is_taken_back(door: PracticeDoor, folder: Path) -> None:
    (folder / ".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\n")
    run("--no-spend", command="check", status=1)
    assert not got_key(door)
    said = run().stdout
    assert f".env:1 OPENAI_BASE_URL sends environment OPENAI_API_KEY to {door.url.removeprefix('http://')}" in said
    assert not door.requests, "agreeing sends nothing"
    for command in ("check", "scan"):
        run("--no-spend", command=command)
        assert got_key(door), command
    report = json.loads(run("--no-spend", "--json", command="check").stdout)
    (finding,) = (one for one in report["findings"] if one["code"] == "settings.project_override")
    assert finding["severity"] == "warning" and "trust --revoke" in json.dumps(finding)
    assert "OPENAI_BASE_URL" in run("--revoke").stdout
    door.requests.clear()
    run("--no-spend", command="check", status=1)
    assert not got_key(door)


def test_everything_that_check_and_scan_would_send_is_agreed_to(folder: Path) -> None:
    (folder / "llmdoctor.toml").write_text(TOML)
    (folder / ".env").write_text("OPENAI_BASE_URL=https://stranger.example:8443/${AWS_SECRET_ACCESS_KEY}/v1\n")
    os.environ["AWS_SECRET_ACCESS_KEY"] = f"aws{BODY}"
    try:
        found = {(one["part"], one["secret"], one["setting"], one["host"]) for one in listed()}
        assert "nothing to agree to" in run().stdout
    finally:
        del os.environ["AWS_SECRET_ACCESS_KEY"]
    key, aws, token = (f"environment {name}" for name in ("OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN"))
    assert found >= {
        ("doors", "OPENAI_API_KEY", "doors.mine", "api.openai.com"),
        ("base_url", key, "OPENAI_BASE_URL", "stranger.example:8443"),
        ("base_url", aws, "OPENAI_BASE_URL", "stranger.example:8443"),
        ("proxy", key, "check.proxy", "proxy.example:3128"),
        ("base_url", token, "targets.work.base_url", "stranger.example"),
        ("key", token, "targets.work.key", "stranger.example"),
        ("proxy", token, "check.proxy", "proxy.example:3128"),
    }
    state = trust.path()
    assert state is not None and BODY not in state.read_text("utf-8")
    plan = json.loads(run("work", "--plan", "--json", command="check").stdout)
    assert plan["withheld"] == ""


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_folder(lang: str, folder: Path) -> None:
    assert len(run(lang=lang).stdout.splitlines()) == 1
    assert run(lang=lang).stdout != run("--list", lang=lang).stdout
    assert listed() == listed("--list") == listed("--revoke") == []
    assert trust.path() is None or not Path(str(trust.path())).exists()


def test_lists_and_takes_back_by_folder(door: PracticeDoor, folder: Path) -> None:
    other = folder.parent / "project-2"
    other.mkdir()
    for place in (folder, other):
        (place / ".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\n")
    run()
    run(str(other))
    assert [one["file"] for one in listed("--list")] == [str(folder / ".env"), str(other / ".env")]
    assert [one["file"] for one in listed("--list", str(other))] == [str(other / ".env")]
    assert str(other / ".env") in run("--list").stdout.replace("../project-2", str(other))
    below = folder / "below"
    below.mkdir()
    os.chdir(below)
    assert listed("--revoke") == [], "a file above is not this folder's"
    os.chdir(folder)
    assert [one["file"] for one in listed("--revoke")] == [str(folder / ".env")]
    (other / ".env").unlink()
    other.rmdir()
    assert [one["file"] for one in listed("--revoke", str(other))] == [str(other / ".env")], "a folder that is gone"
    run()
    assert len(listed("--revoke", "--all")) == 1 and listed("--list") == []


@pytest.mark.parametrize(
    "words",
    [
        *(["--list", "--revoke"], ["--all"], ["--list", "--all"], ["--revoke", "--all", "."], ["a", "b"], ["--nope"]),
        *(["no-such-folder"], ["broken"]),
    ],
)
def test_a_wrong_call_is_an_error(words: list[str], folder: Path) -> None:
    (folder / "broken").mkdir()
    (folder / "broken" / "llmdoctor.toml").write_text("[check\n")
    run(*words, status=2)


def test_agreements_that_cannot_be_kept_are_an_error(
    door: PracticeDoor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\n")
    (folder.parent / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder.parent / "file"))
    assert "cannot be kept" in run(status=2).stderr


def test_a_name_that_acts_on_a_terminal_is_plain(folder: Path) -> None:
    text = '[targets."\\u001b[2J\\u202ex"]\nbase_url = "https://stranger.example/v1"\nkey = { env = "GITHUB_TOKEN" }\n'
    (folder / "llmdoctor.toml").write_text(text)
    for done in (run(), run("--list"), run("--list", "--json")):
        assert "stranger.example" in done.stdout
        assert not {"\x1b", "\u202e"} & set(done.stdout)
