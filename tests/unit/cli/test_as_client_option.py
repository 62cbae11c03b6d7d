"""`check --as-client` on the command line: what it needs, what it shows, and that it costs nothing unless it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from diagnose.cli import program
from probes.demo_server import practice_doors as b
from probes.demo_server import strict_doors as strict
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import Handler, PracticeDoor

KEY = made_up_key("relay")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("THE_KEY", KEY)


def check(*words: str) -> Result:
    done = CliRunner().invoke(program, ["check", "--no-proxy", "--key-env", "THE_KEY", *words])
    assert KEY[8:24] not in done.output
    return done


def asked(handler: Handler, *words: str) -> Result:
    with PracticeDoor(handler) as door:
        return check(f"{door.url}/v1", "--app", "llm", "--model", "m", "--as-client", *words)


def sound() -> Handler:
    return b.openai(KEY, models=("m",))


def test_it_needs_an_app_that_was_recorded() -> None:
    done = check("http://127.0.0.1:9/v1", "--as-client")
    assert (done.exit_code != 0, "--as-client needs --app" in done.output) == (True, True)
    done = check("http://127.0.0.1:9/v1", "--as-client", "--app", "cursor")
    assert done.exit_code != 0
    assert "claude-code" in done.output


def test_a_sound_server() -> None:
    done = asked(sound())
    assert done.exit_code == 0
    assert "The app's own request: accepted, as llm 0.36 sends it" in done.output
    done = asked(sound(), "--lang", "zh")
    assert "llm 0.36" in done.output


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_refused_field(lang: str) -> None:
    door = strict.refusing(sound(), strict.field("stream_options"), strict.said("Bad Request"))
    done = asked(door, "--lang", lang)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0].endswith("model.parameter_rejected")
    assert "stream_options" in done.stdout.splitlines()[0]
    assert "--no-stream" in done.stdout
    assert len(done.stdout.splitlines()) <= 20


def test_the_document() -> None:
    document: dict[str, Any] = json.loads(asked(sound(), "--json").stdout)
    assert document["as_client"] == {
        "app": "llm",
        "version": "0.36",
        "model": "gpt-4o-mini",
        "result": "accepted",
        "parts": ["stream_options"],
        "refused": [],
        "sure": False,
        "certain": [],
        "requests": 1,
    }
    assert document["cost"]["billed_requests"] == 3


def test_the_plan() -> None:
    done = asked(sound(), "--plan")
    assert "for --as-client, as llm 0.36 sends it:" in done.output
    assert "at most 8 more, each without parts of it" in done.output
    document = json.loads(asked(sound(), "--plan", "--json").stdout)
    assert document["as_client_more"] == 8
    assert document["as_client"]["purpose"] == "as_client"
    assert document["tokens"] > document["as_client"]["tokens"] * 9
    done = asked(sound(), "--plan", "--no-spend")
    assert "as-client" not in done.output


@pytest.mark.slow
def test_a_usual_check_does_not_load_it() -> None:
    code = (
        "import sys; from diagnose.cli import program\n"
        "try: program(['check', 'http://127.0.0.1:9/v1', '--key', 'sk-x', '--no-env', '--app', 'claude-code'])\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if 'client_request' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "['probes.model.client_request']"
