"""The recordings: their form, what they must not contain, and how a request is made of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.catalog.fact_files import FactsError, check_file, fact_file
from probes.client_requests.recordings import (
    BUDGET,
    LIMITED,
    PLACE,
    Recording,
    check_recordings,
    demand_recorded,
    filled,
    recorded_apps,
    recording_for,
    recordings_of,
)
from probes.model.settings import BadInput
from probes.protocols.protocol import ALLOWANCE, PROMPT, wire

RECORDINGS = [one for app in recorded_apps() for one in recordings_of(app)]
every_recording = pytest.mark.parametrize("one", RECORDINGS, ids=lambda one: f"{one.app} {one.protocol} {one.model}")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_the_files_are_what_the_build_checks() -> None:
    for app in recorded_apps():
        path = fact_file(f"{PLACE}/{app}")
        check_recordings(path, check_file(path))
    assert len(recorded_apps()) >= 12


@every_recording
def test_no_prose_no_key_and_no_identity_is_kept(one: Recording) -> None:
    for text in texts(one.body):
        assert re.fullmatch(r"(?:[a-z]{2,6}_)?\{\w+\}|[\w$.:/^*#-]{1,64}", text), text
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)
    names = {name.lower() for name, _ in one.headers}
    assert not names & {"authorization", "x-api-key", "x-goog-api-key", "user-agent", "x-app", "originator"}
    assert not any(name.startswith(("x-stainless", "x-codex", "x-claude-code")) for name in names)


@every_recording
def test_the_request_is_small_and_complete(one: Recording) -> None:
    attempt = wire(one.protocol).attempt("http://127.0.0.1/v1")
    plain = wire(one.protocol).generation(attempt, "the-model", stream=one.streams, adapted=()).body or {}
    body = filled(one, "the-model", plain).body
    text = json.dumps(body)
    assert not re.search(r"\{\w+\}", text)
    assert PROMPT in text
    assert ("the-model" in text) == (one.protocol != "gemini")
    found = [int(number) for number in re.findall(r'"(?:max_\w*tokens|maxOutputTokens)": (\d+)', text)]
    assert found and set(found) <= {ALLOWANCE, LIMITED}
    budget = re.search(r'"budget_tokens": (\d+)', text)
    assert budget is None or (int(budget[1]), found[0]) == (BUDGET, LIMITED)
    ids = re.findall(r'"id": "([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("model", "recorded_with"),
    [
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("glm-5", "claude-opus-5-5"),
    ],
)
def test_the_recording_with_the_most_similar_model_is_taken(model: str, recorded_with: str) -> None:
    found = recording_for("claude-code", "anthropic", model)
    assert found is not None
    assert found.model == recorded_with


def test_what_was_not_recorded() -> None:
    assert recording_for("claude-code", "openai", "m") is None
    assert recording_for(None, "openai", "m") is None
    demand_recorded("codex")
    with pytest.raises(BadInput, match="--app"):
        demand_recorded(None)
    with pytest.raises(BadInput, match="cursor"):
        demand_recorded("cursor")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('protocol = "openai"', 'protocol = "gemini"', "does not speak"),
        ('app = "llm"', 'app = "codex"', "app is not"),
        ('"stream": true', '"stream": tru', "row 1"),
        ('drops = ["stream_options"]', 'drops = ["x"]', "x is no part"),
        ("size = ", 'headers = { authorization = "x" }\nsize = ', "hold a key"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = fact_file(f"{PLACE}/llm").read_text(encoding="utf-8")
    folder = tmp_path / PLACE
    folder.mkdir()
    path = folder / "llm.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FactsError, match=problem):
        check_recordings(path, check_file(path))
