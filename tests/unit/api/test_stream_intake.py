"""The intake of a stream: what breaks the app's SDK is a problem, what looks wrong and breaks nobody is none."""

from __future__ import annotations

from mutants import sound
from mutants.mutant import framed
from probes.api.stream_intake import StreamIntake
from probes.model.exchange import StreamReading
from probes.model.failure import Kind
from probes.network.http1 import RawAnswer
from probes.protocols.protocol import wire
from probes.protocols.strictness.clients import NODE, PYTHON


def intake(
    protocol: str, body: str, readers: frozenset[str] = PYTHON, failure: Kind | None = None, status: int = 200
) -> StreamReading:
    found = StreamIntake(wire(protocol))
    for at, byte in enumerate(body.encode()):
        found.feed(bytes([byte]), at / 1000)
    raw = RawAnswer(status=status, failure=failure)
    found.close(raw)
    return found.reading(raw, readers)


def text(protocol: str, front: str = "", behind: str = "") -> str:
    return front + framed(protocol, sound.stream(protocol)) + behind


def test_a_sound_stream_in_single_bytes_has_no_problem() -> None:
    for protocol in sound.PLAIN:
        found = intake(protocol, text(protocol))
        assert (found.problem, found.breakages, found.text) == ("", (), sound.TEXT)


def test_the_problem_is_that_of_the_app() -> None:
    ping = text("openai", "event: ping\ndata: {}\n\n")
    assert intake("openai", ping).problem == ""
    assert intake("openai", ping, NODE).problem == "missing"
    assert intake("openai", ping).breakages == intake("openai", ping, NODE).breakages


def test_what_follows_the_end_is_read() -> None:
    assert intake("anthropic", text("anthropic"), failure=Kind.CUT).problem == "torn"
    assert intake("openai", text("openai"), failure=Kind.CUT).problem == ""
    assert intake("ollama", text("ollama", behind="\n")).problem == "no_data"


def test_an_error_that_the_sdk_ignores_is_kept_apart() -> None:
    found = intake("anthropic", text("anthropic", 'data: {"error":"boom"}\n\n'))
    assert found.error is None
    assert found.ignored is not None
    assert found.ignored.message == "boom"


def test_json_lines_are_a_stream_for_google_genai() -> None:
    lines = "".join(f"{row}\n" for row in framed("gemini", sound.stream("gemini")).replace("data: ", "").split("\n\n"))
    assert intake("gemini", lines).read


def test_the_status_counts_where_the_client_looks_at_it() -> None:
    assert intake("gemini", text("gemini"), status=201).problem == "status"
    assert intake("openai", text("openai"), status=201).problem == ""
