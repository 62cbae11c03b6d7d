"""The whole way on loopback: a fault, its fix with place and command, `--fix`, and a check that finds nothing wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli.commands.check import command
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
AWAY = ("--connect-to", "api.openai.com:443:127.0.0.1:9")  # no request of a test leaves this machine


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(b.openai(KEY)) as door:
        yield door


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/bash")


def check(*arguments: str, status: int, environ: Mapping[str, str] | None = None) -> tuple[Any, str]:
    """Run the command and return its JSON report and what it said; neither contains the key."""
    cleared = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"))
    result = CliRunner().invoke(command, [*arguments, "--json", "--lang", "en"], env={**cleared, **(environ or {})})
    assert result.exit_code == status, result.output
    assert KEY[3:15] not in result.output
    return json.loads(result.stdout), result.stderr


# What stands in `.env`, the root cause, and what stands there after the fix.
FAULTS: dict[str, tuple[str, str, str]] = {
    "missing-version": ("OPENAI_BASE_URL={url}\nOPENAI_API_KEY={key}\n", "url.version_missing", "{url}/v1"),
    "missing-version-quoted": ("export OPENAI_BASE_URL='{url}'\r\nOPENAI_API_KEY={key}", "url.version_missing", "{url}/v1"),
    "endpoint": ("OPENAI_BASE_URL={url}/v1/chat/completions\nOPENAI_API_KEY={key}\n", "url.endpoint_included", "{url}/v1"),
    "doubled": ("OPENAI_BASE_URL={url}/v1/v1\nOPENAI_API_KEY={key}\n", "url.version_doubled", "{url}/v1"),
    "line-break": ('OPENAI_BASE_URL={url}/v1\nOPENAI_API_KEY="{key}\n"\nB=1\n', "key.stray_characters", ""),
    "escaped-line-break": ('OPENAI_BASE_URL={url}/v1\nOPENAI_API_KEY="{key}\\n"\nB=1\n', "key.stray_characters", ""),
    "quotes": ("OPENAI_BASE_URL={url}/v1\nOPENAI_API_KEY=\"'{key}'\"\n", "key.stray_characters", ""),
    "bearer": ("OPENAI_BASE_URL={url}/v1\nOPENAI_API_KEY=Bearer {key}\n", "key.bearer_prefix", ""),
    "model": ("OPENAI_BASE_URL={url}/v1\nOPENAI_API_KEY={key}\nOPENAI_MODEL=gpt-5-nan\n", "model.not_found", "gpt-5-nano"),
    "renamed": ("OPENAI_API_BASE={url}/v1\nOPENAI_API_KEY={key}\n", "settings.wrong_variable", "OPENAI_BASE_URL"),
    "renamed-key": ("OPENAI_BASE_URL={url}/v1\nOPENAI_KEY={key}\n", "settings.wrong_variable", "OPENAI_API_KEY"),
    "renamed-both": ("OPENAI_HOST={url}\nOPENAI_TOKEN='{key} '\n", "settings.wrong_variable", "OPENAI_BASE_URL"),
    "url-and-key": ("OPENAI_BASE_URL={url}\nOPENAI_API_KEY=\"'{key}'\"\n", "url.version_missing", "{url}/v1"),
    "url-and-model": (
        "OPENAI_BASE_URL={url}\nOPENAI_API_KEY={key}\nOPENAI_MODEL=gpt-5-nan\n",
        "url.version_missing",
        "{url}/v1",
    ),
    "three-at-once": (
        "OPENAI_BASE_URL={url}\nOPENAI_API_KEY=Bearer {key}\nOPENAI_MODEL=gpt-5-nan\n",
        "url.version_missing",
        "{url}/v1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_the_command_of_the_fix_mends_it(name: str, door: PracticeDoor) -> None:
    held, root, value = (text.replace("{url}", door.url).replace("{key}", KEY) for text in FAULTS[name])
    Path(".env").write_text(held, "utf-8", newline="")
    report, _ = check(*AWAY, status=1)
    assert report["root_cause"] == root
    fix = next(one for one in report["findings"] if one["code"] == root)["fixes"][0]
    assert fix["verified"] and fix["where"]["file"] == ".env" and not fix["by_hand"]
    assert fix["command"] == f"llmdoctor check {' '.join(AWAY)} --fix"
    assert value in [text for one in fix["places"] for text in (one["value"], one["name"], "")]
    lines = Path(".env").read_text("utf-8").splitlines()
    for place in fix["places"]:
        assert (place["renames"] or place["name"]) in lines[place["line"] - 1]
    _, said = check(*AWAY, "--fix", "--yes", status=0)
    assert "Wrote .env" in said
    after = Path(".env").read_text("utf-8")
    assert not value or value in after
    report, _ = check(*AWAY, status=0)
    assert report["verdict"] == "healthy"
    assert "Nothing to change" in check(*AWAY, "--fix", "--yes", status=0)[1]


def test_no_terminal_and_no_yes(door: PracticeDoor) -> None:
    held = f"OPENAI_BASE_URL={door.url}\nOPENAI_API_KEY={KEY}\n"
    Path(".env").write_text(held)
    result = CliRunner().invoke(command, ["--fix", "--lang", "en"])
    assert result.exit_code == 2 and "--yes" in result.stderr
    assert Path(".env").read_text() == held


def test_a_value_of_the_shell_gets_a_line_to_paste(door: PracticeDoor) -> None:
    environ = {"OPENAI_BASE_URL": door.url, "OPENAI_API_KEY": f"{KEY}\n"}
    report, said = check("--fix", "--yes", status=1, environ=environ)
    first = report["findings"][0]["fixes"][0]
    setting, cleaning = first["command"].splitlines()
    assert setting == f"export OPENAI_BASE_URL={door.url}/v1" and setting in said
    assert re.fullmatch(r'export OPENAI_API_KEY="\$\(printf %s "\$OPENAI_API_KEY" \| .*\)"', cleaning)
    assert first["where"] is None and [one["name"] for one in first["places"]] == ["OPENAI_BASE_URL", "OPENAI_API_KEY"]
    assert check(status=0, environ={"OPENAI_BASE_URL": f"{door.url}/v1", "OPENAI_API_KEY": KEY})


def test_the_startup_file_that_sets_a_variable_is_changed_too(door: PracticeDoor, tmp_path: Path) -> None:
    profile = tmp_path / ".zshrc"
    profile.write_text(f"alias ll='ls -l'\nexport OPENAI_BASE_URL={door.url}  # relay\n")
    environ = {"OPENAI_BASE_URL": door.url, "OPENAI_API_KEY": KEY}
    report, said = check("--fix", "--yes", status=1, environ=environ)
    fix = report["findings"][0]["fixes"][0]
    assert fix["where"] == {"file": "~/.zshrc", "line": 2, "name": "OPENAI_BASE_URL"}
    assert fix["command"].splitlines() == ["llmdoctor check --fix", f"export OPENAI_BASE_URL={door.url}/v1"]
    assert profile.read_text() == f"alias ll='ls -l'\nexport OPENAI_BASE_URL={door.url}/v1  # relay\n"
    assert "export OPENAI_BASE_URL" in said


def test_an_argument_is_shown_changed(door: PracticeDoor) -> None:
    report, _ = check(door.url, "--key-env", "K", "--timeout", "5", status=1, environ={"K": KEY})
    fix = report["findings"][0]["fixes"][0]
    assert fix["command"] == f"llmdoctor check {door.url}/v1 --key-env K --timeout 5"
    report, _ = check("--base-url", door.url, "--model", "gpt-5-nano", "--key-env", "K", status=1, environ={"K": KEY})
    assert f"--base-url {door.url}/v1" in report["findings"][0]["fixes"][0]["command"]


def test_a_command_with_a_secret_is_not_shown(door: PracticeDoor) -> None:
    Path(".env").write_text(f"OPENAI_BASE_URL={door.url}\n")
    report, _ = check("--key", KEY, "--env-file", ".env", status=1)
    fix = report["findings"][0]["fixes"][0]
    assert fix["command"] is None and fix["where"]["line"] == 1


def test_what_cannot_be_written_says_why(door: PracticeDoor) -> None:
    held = f"HERE={door.url}\nOPENAI_BASE_URL=${{HERE}}\nOPENAI_API_KEY='{KEY} '\n"
    Path(".env").write_text(held)
    report, said = check("--fix", "--yes", status=1)
    fix = report["findings"][0]["fixes"][0]
    assert fix["command"] is None and "made of other variables" in fix["by_hand"][0]
    assert f"{door.url}/v1" in fix["by_hand"][0] and "belong together" in fix["by_hand"][1]
    assert "made of other variables" in said and Path(".env").read_text() == held


def test_several_files_are_written_together(door: PracticeDoor) -> None:
    Path("key").write_text(f"{KEY} \n")
    Path("llmdoctor.toml").write_text(f'[targets.a]\nbase_url = "{door.url}"  # relay\nkey = {{ file = "key" }}\n')
    report, _ = check("a", "--config", "llmdoctor.toml", status=1)
    fix = report["findings"][0]["fixes"][0]
    assert fix["command"] == "llmdoctor check a --config llmdoctor.toml --fix"
    assert {one["file"].rpartition("/")[2] for one in fix["places"]} == {"llmdoctor.toml", "key"}
    check("a", "--config", "llmdoctor.toml", "--fix", "--yes", status=0)
    assert Path("key").read_text() == f"{KEY}\n" and f'"{door.url}/v1"  # relay' in Path("llmdoctor.toml").read_text()
    assert check("a", "--config", "llmdoctor.toml", status=0)[0]["verdict"] == "healthy"
