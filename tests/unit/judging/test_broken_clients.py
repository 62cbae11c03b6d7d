"""The lines of evidence that name the clients which a response breaks."""

from __future__ import annotations

from diagnose import words
from diagnose.evidence.broken_clients import clients, decides, lines, ordered, quotes
from probes.model.exchange import Breakage

HELPERS = Breakage("missing", "message_start.message.usage", ("python helper", "node helper"), "event: message_start")


def test_a_line_names_the_field_and_the_clients_with_their_versions() -> None:
    (line,) = lines("anthropic", (HELPERS,))
    assert words.line(line, "en") == (
        "message_start.message.usage is missing or null: breaks the stream helper of anthropic-python 2.14.0, "
        "@anthropic-ai/sdk 1.14.0"
    )
    assert "message_start.message.usage" in words.line(line, "zh")


def test_a_client_that_fails_in_more_ways_than_its_helper_is_named_alone() -> None:
    raw = Breakage("no_data", "", ("python raw", "python helper"))
    assert clients("openai", raw, HELPERS) == "openai-python 3.57.0"
    assert clients("openai", raw, HELPERS, helpers=True) == "openai-node 7.59.0"
    both = Breakage("no_data", "", ("python raw", "node helper"))
    assert words.line(*lines("openai", (both,)), "en") == (
        "an event has no data: breaks openai-python 3.57.0 and the stream helper of openai-node 7.59.0"
    )


def test_what_breaks_the_app_comes_first() -> None:
    raw = Breakage("no_data", "", ("python raw",))
    assert ordered("openai-sdk", (HELPERS, raw)) == (raw, HELPERS)


def test_the_app_decides() -> None:
    node = Breakage("nan", "", ("node raw",))
    assert decides("openai-node", node)
    assert not decides("openai-sdk", node)
    assert not decides("claude-code", HELPERS)


def test_the_event_is_quoted() -> None:
    assert quotes((HELPERS,)) == ("event: message_start",)
    assert quotes(()) == ()
