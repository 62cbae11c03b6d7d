"""The command line of each app's run: what stands in it, and where it can be led to the recorder."""

from __future__ import annotations

import json

import pytest

from probes.catalog import apps
from probes.catalog.app import ClientProgram
from probes.client_run.command_line import PROMPT, command_line

ROWS = {one.id: one for one in apps.load() if one.run is not None}
URL = "http://127.0.0.1:4000/v1"


def row(app: str) -> ClientProgram:
    found = ROWS[app].run
    assert found is not None
    return found


def test_at_least_eight_apps_can_be_run() -> None:
    assert set(ROWS) >= {"claude-code", "codex", "gemini-cli", "qwen-code", "opencode", "aider", "llm", "shell-gpt"}


@pytest.mark.parametrize("app", ROWS)
def test_every_row_is_complete(app: str) -> None:
    one = row(app)
    assert one.program and one.exits and one.limit >= 4 * one.seconds and one.tokens > 0
    for wire in ROWS[app].wires:
        if wire.switches:  # a cloud's own client, which is run without the recorder
            continue
        line = command_line(one, wire.protocol, "mine", "gpt-4o-mini", URL)
        assert line is not None, f"{wire.protocol}: it cannot be led to the recorder"
        assert PROMPT in line.args and PROMPT not in line.shown
        assert any(URL in text for text in (*line.args, *(value for _, value in line.env)))
        assert "gpt-4o-mini" in " ".join(line.args)
        assert not any("{" in text and "}" in text and ":" not in text for text in line.args)


def test_a_provider_of_ones_own_gets_no_retries() -> None:
    line = command_line(row("codex"), "responses", "relay-1", "")
    assert line is not None
    assert line.args[:3] == ("exec", "-c", "model_providers.relay-1.request_max_retries=0")
    bare = command_line(row("codex"), "responses", "", "")
    assert bare is not None and not any("retries" in one for one in bare.args)
    assert command_line(row("codex"), "responses", "", "", URL) is None, "the built-in provider has no such setting"


def test_settings_of_the_user_in_a_variable_are_not_replaced() -> None:
    led = command_line(row("opencode"), "openai", "mine", "", URL)
    assert led is not None
    settings = json.loads(dict(led.env)["OPENCODE_CONFIG_CONTENT"])
    assert settings["provider"]["mine"]["options"]["baseURL"] == URL
    assert command_line(row("opencode"), "openai", "mine", "", URL, ["OPENCODE_CONFIG_CONTENT"]) is None


@pytest.mark.parametrize("model", ["a b&calc", 'a"b', "a;b", "a\nb", "$(x)", "x" * 300])
def test_a_model_that_a_shell_could_read_otherwise_is_no_argument(model: str) -> None:
    assert command_line(row("llm"), "openai", "", model) is None
