"""The command that compares a newer client with the installed one sees what a client does, and names what differs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from real.client_starts import CLIENTS, Client
from real.renew_clients import differences, newest, observe, plain

pytestmark = [pytest.mark.real]


def test_only_what_differs_is_printed() -> None:
    before = {"m: path": "POST /v1/responses", "m: key in x-api-key": "alone", "m: limit of output tokens": "8000"}
    after = {"m: path": "POST /v1/responses", "m: key in authorization": "Bearer", "m: limit of output tokens": "32000"}
    assert differences(before, before) == []
    assert differences(before, after) == [
        "no longer m: key in x-api-key (alone)",
        "m: limit of output tokens: 8000, now 32000",
        "new: m: key in authorization (Bearer)",
    ]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("ECONNREFUSED 127.0.0.1:40312 after 1200 ms", "ECONNREFUSED HOST after N ms"),
        ("unexpected status 401, url: http://127.0.0.1:8080/v1/x", "unexpected status 401, url: HOST/v1/x"),
        ("report at: /tmp/a-1/error-2026.json", "report at: PATH"),
        ("\x1b[31mError\x1b[0m id 01a22dd2-22a0-7f73-9bab-3c8ae165ead6", "Error id ID"),
    ],
)
def test_a_line_is_compared_without_what_every_run_changes(line: str, left: str) -> None:
    assert plain(line) == left


@pytest.mark.parametrize(
    ("where", "said", "version"),
    [("programs", "2.1.332\n", "2.1.332"), ("llm", "llm (0.36)\nAvailable versions: 0.36, 0.35\n", "0.36")],
)
def test_the_newest_version_is_what_the_index_says(
    where: str, said: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("real.renew_clients._output", lambda argv: said)
    client = CLIENTS["llm"]
    assert newest(Client(client.start, where, "llm", client.protocols)) == version


@pytest.mark.slow
def test_what_a_real_client_does_is_seen(fetched: Callable[[str, str, str], Path]) -> None:
    fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate environments")
    seen = observe("llm")
    assert seen["openai gpt-4o-mini: path"] == "POST /v1/chat/completions"
    assert seen["openai gpt-4o-mini: key in authorization"] == "Bearer"
    assert seen["openai gpt-4o-mini: part stream_options"] == "sent"
    assert seen["openai: says about a refused key"].startswith("status 1: Error: Error code: 401")
    assert seen["openai: says about a closed port"] == "status 1: Error: Connection error."
    assert "variable LLM_MODEL" in seen
