"""The recordings of two clients that start quickly are those of the clients that are installed here.

All others are compared with ``python tests/real/record_clients.py --check``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from diagnose.judging.judge import judge
from probes.client_requests.recordings import Recording, recording_of, recordings_of
from probes.demo_server import strict_doors as strict
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option
from probes.run.engine import run
from real.client_starts import CLIENTS, PLAIN, PROMPT, Case
from real.record_clients import accepting, document, ends_well, rows_of
from real.recorded_shape import body_form, header_forms

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.mark.parametrize("name", ["llm", "openai-node"])
def test_a_client_sends_what_was_recorded(name: str, fetched: Callable[[str, str, str], Path]) -> None:
    fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders")
    rows = rows_of(name)
    assert [_form(recording_of(row, "")) for row in rows] == [_form(one) for one in recordings_of(name)]
    assert f'app = "{name}"' in document(rows, "2026-11-30")


def _form(one: Recording) -> Recording:
    """Return a recording without what a new version, another path or another day changes."""
    return one._replace(version="", size=0, provenance=recordings_of("llm")[0].provenance)


class Switched(NamedTuple):
    """What a server refuses of a client's request, the client's setting for it, and how the report calls it."""

    name: str
    case: Case
    refuses: strict.Condition
    part: str


SWITCHED = [
    Switched("llm", Case("openai", "gpt-4o-mini", "--no-stream"), strict.field("stream_options"), "stream_options"),
    Switched(
        "codex",
        Case("responses", PLAIN, "features.multi_agent=false"),
        strict.value("namespace", "tools", "type"),
        "tools[].type=namespace",
    ),
]


@pytest.mark.parametrize("one", SWITCHED, ids=lambda one: one.name)
def test_the_setting_that_a_report_names_helps_the_client_itself(
    one: Switched, fetched: Callable[[str, str, str], Path]
) -> None:
    fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders")
    door = strict.refusing(accepting, one.refuses, strict.said("Bad Request"))
    assert not ends_well(one.name, one.case._replace(setting=""), door)
    assert ends_well(one.name, one.case, door)
    with PracticeDoor(door) as served:
        given = Settings(
            base_url=Sourced(f"{served.url}/v1", option("--base-url")),
            key=Sourced(Secret(made_up_key()), option("--key")),
            model=Sourced(one.case.model, option("--model")),
            protocol=Sourced(one.case.protocol, option("--protocol")),
            app=one.name,
            as_client=True,
        )
        report = judge(asyncio.run(run(given)))
    finding = report.findings[0]
    assert (report.root_cause, one.part in finding.title) == ("model.parameter_rejected", True)
    assert one.case.setting in finding.steps[0]


def test_every_client_of_the_recorder_was_recorded() -> None:
    assert all(recordings_of(name) for name in CLIENTS)


def test_no_text_of_a_client_is_kept() -> None:
    body = {
        "model": "m",
        "messages": [
            {"role": "system", "content": "You are a very special program.", "id": "msg_0123456789abcdef0123"},
            {"role": "user", "content": [{"type": "text", "text": f"Now: {PROMPT}"}]},
        ],
        "tools": [
            {"type": "function", "function": {"name": "own_tool", "description": "Does it.", "parameters": {
                "type": "object", "properties": {"own_argument": {"type": "string", "description": "Theirs."}}}}},
            {"type": "function", "function": {"name": "a" * 40, "parameters": {
                "type": "object", "properties": {"again": {"type": "string"}, "count": {"type": ["integer", "null"]}}}}},
        ],
        "metadata": {"user_id": "user_1", "x-own-id": "2"},
        "thinking": {"type": "enabled", "budget_tokens": 4096},
        "max_tokens": 32000,
    }  # fmt: skip
    found, limit = body_form(body, PROMPT, "m")
    assert limit == 32000
    assert found["messages"] == [
        {"role": "system", "content": "{text}", "id": "msg_{id}"},
        {"role": "user", "content": [{"type": "text", "text": "{prompt}"}]},
    ]
    assert [one["function"] for one in found["tools"]] == [
        {
            "name": "tool_1",
            "description": "{text}",
            "parameters": {"type": "object", "properties": {"p1": {"type": "string", "description": "{text}"}}},
        },
        {
            "name": "tool_2".ljust(40, "x"),
            "parameters": {"type": "object", "properties": {"p2": {"type": ["integer", "null"]}}},
        },
    ]
    assert found["metadata"] == {"user_id": "{id}"}
    assert found["thinking"] == {"type": "enabled", "budget_tokens": "{budget}"}
    assert found["max_tokens"] == "{limit}"


def test_headers_that_identify_a_client_are_named_and_not_kept() -> None:
    sent = (("User-Agent", "x/1"), ("X-Stainless-Lang", "js"), ("Authorization", "Bearer k"), ("anthropic-beta", "a-1"))
    assert header_forms(sent) == ({"anthropic-beta": "a-1"}, ["user-agent", "x-stainless-*"])
