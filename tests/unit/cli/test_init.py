"""`llmdoctor init` writes targets that `fleet` and `check` can use, and nothing secret."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diagnose.cli import program
from probes.demo_server import answers
from probes.demo_server import practice_doors as doors
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW

BODY = "Rk5wT8bV2zQn7YcM4hJd9XgLs3PfAe6URk5wT8bV2zQn7YcM"
KEY = f"sk-{BODY}"


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(doors.openai(KEY)) as door:
        yield door


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "project"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    return here


def call(*words: str, **environ: str) -> Result:
    done = CliRunner().invoke(program, list(words), env={"LC_ALL": "C.UTF-8", **environ})
    assert not any(BODY[at : at + WINDOW] in done.output for at in range(len(BODY) - WINDOW))
    return done


@pytest.mark.parametrize("source", ["environment", ".env"])
def test_the_way_round(source: str, folder: Path, door: PracticeDoor) -> None:
    """Write the file, check all its targets, and check the one by its name."""
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{door.url}/v1", "OPENAI_MODEL": answers.MODELS[0]}
    if source == ".env":
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in environ.items()))
        environ = {}
    done = call("init", **environ)
    assert done.exit_code == 0, done.output
    text = (folder / "llmdoctor.toml").read_text("utf-8")
    ((name, target),) = tomllib.loads(text)["targets"].items()
    assert target["base_url"] == f"{door.url}/v1" and target["key"] == {"env": "OPENAI_API_KEY"}
    assert done.stdout == text and "llmdoctor fleet llmdoctor.toml" in done.stderr
    assert f"llmdoctor check --config llmdoctor.toml {name}" in done.stderr

    key = {"OPENAI_API_KEY": KEY} if environ else {}
    fleet = call("fleet", "llmdoctor.toml", "--json", **key)
    assert (fleet.exit_code, json.loads(fleet.stdout)["target"]["name"]) == (0, name)
    assert json.loads(fleet.stdout)["verdict"] == "healthy"
    one = call("check", "--config", "llmdoctor.toml", name, "--json", **key)
    assert (one.exit_code, json.loads(one.stdout)["verdict"]) == (0, "healthy")


def test_a_name_is_one_for_check_and_for_every_shell(folder: Path) -> None:
    call("init", OPENAI_API_KEY=KEY, OPENAI_BASE_URL="https://relay.example:8443/v1")
    assert list(tomllib.loads((folder / "llmdoctor.toml").read_text("utf-8"))["targets"]) == ["relay-example-8443"]
    plan = call("check", "relay-example-8443", "--plan")
    assert "relay.example, port 8443" in plan.stdout


@pytest.mark.parametrize(
    "base_url",
    [
        f"https://user:{BODY}@relay.example/v1",
        f"https://relay.example/v1?key={BODY}",
        f"https://relay.example/{KEY}/v1",
        KEY,
    ],
)
def test_nothing_secret_is_written(base_url: str, folder: Path) -> None:
    call("init", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=base_url)
    text = (folder / "llmdoctor.toml").read_text("utf-8")
    assert BODY[:WINDOW] not in text and 'env = "OPENAI_API_KEY"' in text.replace("{ ", "")


def test_nothing_to_write_says_what_to_do(folder: Path) -> None:
    done = call("init")
    assert done.exit_code == 1 and "No settings were found here" in done.stderr  # `main` makes 2 of it
    assert "llmdoctor check" in done.stderr and not (folder / "llmdoctor.toml").exists()


def test_in_chinese(folder: Path) -> None:
    done = call("init", "--lang", "zh", OPENAI_API_KEY=KEY)
    assert done.stderr.startswith("已写入 llmdoctor.toml：") and "检查文件里的每个目标" in done.stderr
    assert (folder / "llmdoctor.toml").read_text("utf-8").startswith("# 供 `llmdoctor fleet`")
    assert "加 --force" in call("init", "--lang", "zh", OPENAI_API_KEY=KEY).stderr
