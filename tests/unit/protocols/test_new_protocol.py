"""A protocol is one file: a made-up one and its practice door work everywhere, without a change to another file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from probes.demo_server.server import PracticeDoor
from probes.protocols import features
from probes.protocols.names import NAMES
from probes.protocols.protocol import Wire, wire, wires
from worlds.choir_door import __file__ as program
from worlds.choir_door import choir

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"
OTHER = f"sk-{BODY[::-1]}"
DOORS = """
[doors.stage]
hosts = ["stage.example"]
key_env = ["STAGE_KEY"]
endpoints = [{ protocol = "PROTOCOL", base_url = "https://stage.example/v3", auth = ["x-api-key"] }]
"""
FAULT = '{"wrong": {"note": "unauthorized", "verse": "Invalid API key"}}'

Said = dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Return exit status and output of each command, all of them run in one process."""
    folder = tmp_path_factory.mktemp("choir")
    (folder / "llmdoctor.toml").write_text(DOORS.replace("PROTOCOL", "choir"), encoding="utf-8")
    (folder / "other").mkdir()
    (folder / "other" / "llmdoctor.toml").write_text(DOORS.replace("PROTOCOL", "quartet"), encoding="utf-8")
    with PracticeDoor(choir(KEY)) as sound, PracticeDoor(choir(KEY, cut=True)) as cut:
        as_choir = ("--protocol", "choir", "--json")
        asked: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
            "sound": (("check", f"{sound.url}/v3", *as_choir), {"CHOIR_KEY": KEY}),
            "recognised": (("check", f"{sound.url}/v3/sing", "--key-env", "A_KEY", "--json"), {"A_KEY": KEY}),
            "wrong path": (("check", sound.url, *as_choir), {"CHOIR_KEY": KEY}),
            "wrong key": (("check", f"{sound.url}/v3", *as_choir), {"CHOIR_KEY": OTHER}),
            "cut": (("check", f"{cut.url}/v3", *as_choir), {"CHOIR_KEY": KEY}),
            "deep": (("check", f"{sound.url}/v3", *as_choir, "--deep"), {"CHOIR_KEY": KEY}),
            "plan": (("check", "--plan", "--json"), {"STAGE_KEY": KEY}),
            "curl": (("check", "--curl", f"curl {sound.url}/v3/sing -H 'x-api-key: {KEY}'", "--json"), {}),
            "demo": (("demo", "--protocol", "choir", "--json"), {}),
            "snippet": (("snippet", f"{sound.url}/v3", *as_choir), {"CHOIR_KEY": KEY}),
            "explain": (("explain", FAULT, "--json"), {}),
            "doors": (("doors", "stage"), {}),
            "other doors": (("check", "--plan"), {"STAGE_KEY": KEY, "PWD": str(folder / "other")}),
            "help": (("check", "--help"), {"COLUMNS": "200"}),
        }
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().endswith(("_KEY", "_TOKEN", "_URL", "_PROXY", "_HOST"))
        }
        done = subprocess.run(
            [sys.executable, "-P", program],  # -P: the program's folder contains an `http.py`
            input=json.dumps([{"arguments": list(line), "environ": around} for line, around in asked.values()]),
            capture_output=True,
            text=True,
            cwd=folder,
            env={**kept, "HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert BODY not in done.stdout
    return {name: (code, text) for name, (code, text) in zip(asked, json.loads(done.stdout), strict=True)}


def report(said: Said, name: str) -> dict[str, Any]:
    """Return the JSON report of a command."""
    _, text = said[name]
    found: dict[str, Any] = json.loads(text[text.index("{") :])
    return found


def test_a_sound_door_passes(said: Said) -> None:
    found = report(said, "sound")
    assert (said["sound"][0], found["verdict"], found["findings"]) == (0, "healthy", [])
    assert found["settings"]["protocol"] == "choir"
    assert (found["settings"]["auth"], found["settings"]["stream"]) == ("x-api-key", True)


def test_its_paths_tell_the_protocol_and_an_endpoint_in_the_base_url_is_found(said: Said) -> None:
    found = report(said, "recognised")
    assert found["target"]["protocol"] == "choir"
    assert found["root_cause"] == "url.endpoint_included"
    assert found["settings"]["base_url"].endswith("/v3")


@pytest.mark.parametrize(
    ("name", "code"),
    [("wrong path", "url.version_missing"), ("wrong key", "auth.rejected"), ("cut", "stream.cut")],
)
def test_faults_are_named(said: Said, name: str, code: str) -> None:
    found = report(said, name)
    assert (said[name][0], found["root_cause"]) == (1, code)


def test_the_error_is_read_in_its_own_shape(said: Said) -> None:
    assert "Invalid API key" in json.dumps(report(said, "wrong key")["findings"][0]["evidence"])


def test_a_wrong_path_leads_to_the_right_one(said: Said) -> None:
    assert report(said, "wrong path")["settings"]["base_url"].endswith("/v3")


def test_a_deep_check_asks_for_what_the_protocol_has_and_says_what_it_has_not(said: Said) -> None:
    found = {one["name"]: one["status"] for one in report(said, "deep")["capabilities"]}
    assert found["key_check"] == "supported"
    assert found["tools"] == found["vision"] == "unknown"


def test_settings_come_from_a_curl_command(said: Said) -> None:
    found = report(said, "curl")
    assert (found["verdict"], found["settings"]["protocol"]) == ("healthy", "choir")


def test_the_practice_door_is_shown(said: Said) -> None:
    assert (said["demo"][0], report(said, "demo")["target"]["protocol"]) == (0, "choir")


def test_a_snippet_asks_as_the_protocol_does(said: Said) -> None:
    code, text = said["snippet"]
    assert code == 0
    curl = next(one for one in json.loads(text[text.index("[") :]) if one["id"] == "curl")["text"]
    assert "/v3/sing'" in curl
    assert 'x-api-key: $CHOIR_KEY"' in curl
    assert '{"voice": "alto-1", "verse": "Say OK.", "notes": 16, "live": false}' in curl
    assert "export CHOIR_VOICE='alto-1'" in text


def test_its_error_is_explained(said: Said) -> None:
    assert '"auth.rejected"' in said["explain"][1]


def test_a_users_door_may_speak_it(said: Said) -> None:
    assert "choir" in said["doors"][1]
    assert "https://stage.example/v3/sing" in said["plan"][1]
    code, text = said["other doors"]
    assert "quartet" in text, text
    assert code != 0
    assert "choir" in text


def test_the_command_line_lists_it_after_the_most_spoken(said: Said) -> None:
    listed = re.search(r"One of ([a-z_, ]+), and auto", " ".join(said["help"][1].split()))  # it is wrapped
    assert listed is not None
    names = listed[1].split(", ")
    assert sorted(names) == sorted([*NAMES, "choir"])
    assert names.index("choir") >= 6


# -- the built-in protocols --------------------------------------------------------------------------------------------


def test_names_are_those_of_the_files() -> None:
    assert [one.name for one in wires()] == list(NAMES)
    assert "choir" not in NAMES


@pytest.mark.parametrize("spoken", wires(), ids=lambda one: one.name)
def test_every_protocol_says_what_it_must(spoken: Wire) -> None:
    assert spoken.endpoint.startswith("/")
    assert spoken.guess
    assert spoken.attempt("https://a.example").auth in spoken.styles
    assert spoken.added or not spoken.added_name
    assert bool(spoken.inner_path) == bool(spoken.inner_name)
    assert {forms[""] for forms in spoken.sdk_arguments.values()}
    assert json.loads(json.dumps(spoken.example("m")))


def test_a_protocol_carries_features_in_its_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    own = object()
    monkeypatch.setattr(wire("openai"), "features", own)
    assert features.features("openai") is own
