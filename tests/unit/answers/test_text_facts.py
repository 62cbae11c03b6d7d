"""Tests for the facts of a pasted text that decide which steps are shown."""

from __future__ import annotations

import pytest

from diagnose.answers.text_facts import text_facts
from probes.pasted.notes import PastedText
from probes.pasted.pasted_text import read


def facts(text: str) -> frozenset[str]:
    seen = read(text)
    assert isinstance(seen, PastedText)
    return text_facts(seen, seen.values)


@pytest.mark.parametrize(
    ("text", "held", "missing"),
    [
        ("connect ECONNREFUSED 127.0.0.1:8080", {"local", "owner", "node"}, {"public", "provider", "relay"}),
        ("401 from https://api.deepseek.com/v1/models", {"public", "provider", "door:deepseek"}, {"local", "owner"}),
        ("404 POST https://relay.example/v1/messages", {"public", "relay", "owner"}, {"provider", "local"}),
        ("Connection error.", {"public", "provider", "relay", "owner", "python", "node"}, {"local", "container"}),
        ("502 Bad Gateway nginx", {"via:nginx"}, {"via:cloudflare"}),
        ("⎿  API Error: 401", {"app:claude-code", "node"}, {"python"}),
        ("httpx.ConnectError: boom", {"python"}, {"node"}),
    ],
)
def test_the_facts_of_a_text(text: str, held: set[str], missing: set[str]) -> None:
    found = facts(text)
    assert held <= found
    assert not missing & found
