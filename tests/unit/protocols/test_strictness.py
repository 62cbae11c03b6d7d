"""Where each official SDK fails, on the smallest inputs; and no response is too odd to be judged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linear import grows_faster
from mutants import sound
from mutants.mutant import dumped, framed
from probes.catalog.app_readers import readers_of
from probes.model.exchange import Answer, Breakage
from probes.protocols.protocol import wire
from probes.protocols.strictness.clients import CLIENTS, NODE, PYTHON
from probes.protocols.strictness.reading import parse
from probes.protocols.strictness.sdk_readings import broken_by, panel
from probes.protocols.strictness.whole_answers import expects_text, of_head

PROTOCOLS = tuple(sound.PLAIN)
PYTHON_BOTH, NODE_BOTH = ("python raw", "python helper"), ("node raw", "node helper")


def stream(protocol: str, body: str | bytes, *, torn: bool = False, pieces: int = 3) -> tuple[Breakage, ...]:
    """Read a stream as all clients do; ``pieces`` of text came."""
    splitter, clients = wire(protocol).splitter(), panel(wire(protocol))
    for event in splitter.feed(body.encode() if isinstance(body, str) else body) + splitter.close():
        clients.feed(event, parse(event.data))
    if splitter.unended is not None:
        clients.unended(splitter.unended)
    clients.end(torn=torn)
    return clients.breakages(pieces, complete=True)


def plain(protocol: str, body: bytes, kind: str = "application/json") -> tuple[Breakage, ...]:
    """Read an answer as all clients do; a text must come."""
    return broken_by(wire(protocol), body, kind, Answer(text="x", finish="stop", completion_tokens=12))


def text(protocol: str, front: str = "", behind: str = "") -> str:
    return front + framed(protocol, sound.stream(protocol)) + behind


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_sound_responses_break_nobody(protocol: str) -> None:
    assert stream(protocol, text(protocol)) == ()
    assert plain(protocol, dumped(sound.plain(protocol)).encode()) == ()


# fmt: off
_FOREIGN = (
    ("openai", "retry: 3000\n\n", "", "no_data", PYTHON_BOTH),
    ("openai", "id: 7\n\n", "", "no_data", PYTHON_BOTH),
    ("openai", "event: ping\ndata: {}\n\n", "", "missing", NODE_BOTH),
    ("openai", 'data: {"error":{}}\n\n', "", "error_event", NODE_BOTH),
    ("openai", 'data: {"x":NaN}\n\n', "", "not_json", NODE_BOTH),
    ("openai", ": \xff\n\n", "", "", ()),
    ("openai", "", "data: {}\n\n", "", ()),
    ("anthropic", "event: zz\ndata: hello\n\n", "", "not_json", (*PYTHON_BOTH, *NODE_BOTH)),
    ("anthropic", "event: zz\n\n", "", "", ()),
    ("anthropic", 'data: {"error":"boom"}\n\n', "", "", ()),
    ("anthropic", "", "event: error\ndata: {}\n\n", "error_event", (*PYTHON_BOTH, *NODE_BOTH)),
    ("responses", "", "id: 7\n\n", "no_data", PYTHON_BOTH),
    ("gemini", 'data: {"error":null}\n\n', "", "error_event", ("python raw",)),
    ("gemini", 'data: {"code":0,"msg":"ok"}\n\n', "", "", ()),
    ("ollama", "", "\n", "no_data", ("python raw",)),
    ("ollama", "null\n", "", "type", ("python raw",)),
)
# fmt: on


@pytest.mark.parametrize(("protocol", "front", "behind", "what", "readers"), _FOREIGN)
def test_foreign_events(protocol: str, front: str, behind: str, what: str, readers: tuple[str, ...]) -> None:
    found = stream(protocol, text(protocol, front, behind))
    assert {reader for one in found for reader in one.readers} == set(readers)
    assert [one.what for one in found][:1] == ([what] if what else [])


def test_a_byte_that_is_not_utf8_breaks_python_even_in_a_comment() -> None:
    found = stream("openai", b": \xff\n\n" + text("openai").encode())
    assert [(one.what, one.readers) for one in found] == [("not_utf8", PYTHON_BOTH)]


@pytest.mark.parametrize(("protocol", "torn"), [("openai", False), ("anthropic", True), ("ollama", True)])
def test_a_body_that_breaks_off_behind_the_end(protocol: str, torn: bool) -> None:
    assert bool(stream(protocol, text(protocol), torn=True)) is torn


def test_a_field_that_only_helpers_read_is_named() -> None:
    rows = sound.stream("anthropic")
    del rows[0][1]["message"]["usage"]
    (found,) = stream("anthropic", framed("anthropic", rows))
    assert (found.what, found.where) == ("missing", "message_start.message.usage")
    assert found.readers == ("python helper", "node helper")


def test_a_text_that_only_we_see_is_no_text() -> None:
    rows = sound.stream("anthropic")
    for _, value in rows:
        value.get("delta", {}).pop("type", None)
    assert {(one.what, one.readers[0]) for one in stream("anthropic", framed("anthropic", rows))} == {
        ("no_text", "python raw")
    }


@pytest.mark.parametrize(("kind", "readers"), [
    ("text/plain", ("node plain",)), ("", ("node plain",)), ("application/problem+json", ()), ("Application/JSON", ()),
])  # fmt: skip
def test_the_content_type_counts_in_node_alone(kind: str, readers: tuple[str, ...]) -> None:
    found = plain("openai", dumped(sound.plain("openai")).encode(), kind)
    assert tuple(reader for one in found for reader in one.readers) == readers


def test_types_that_are_validated() -> None:
    answer = sound.plain("gemini")
    answer["usageMetadata"]["totalTokenCount"] = 9.5
    assert plain("gemini", dumped(answer).encode())[0].where == "usageMetadata.totalTokenCount"
    answer["usageMetadata"]["totalTokenCount"] = "9"
    assert plain("gemini", dumped(answer).encode()) == ()


def test_heads() -> None:
    assert of_head("gemini", 201, "", "plain")[0].readers == ("python plain",)
    assert of_head("openai", 201, "", "plain") == ()
    assert of_head("openai", 200, "br", "raw")[0].readers == ("node raw", "node helper")


@pytest.mark.parametrize(("finish", "reasoning", "tokens", "whole", "streamed"), [
    ("stop", False, 12, True, True), ("stop", False, 0, False, True), ("stop", False, 1, False, False),
    ("length", False, 12, False, False), ("stop", True, 12, False, False), ("content_filter", False, 12, False, False),
    ("", False, 12, False, False),
])  # fmt: skip
def test_when_a_text_must_come(finish: str, reasoning: bool, tokens: int, whole: bool, streamed: bool) -> None:
    assert expects_text(finish, reasoning, tokens, streamed=False) is whole
    assert expects_text(finish, reasoning, tokens, streamed=True) is streamed


def test_the_app_decides_whose_failure_counts() -> None:
    assert readers_of(None) == readers_of("nobody-knows-it") == readers_of("openai-sdk") == PYTHON
    assert readers_of("openai-node") == readers_of("claude-code") == NODE


def test_every_reader_belongs_to_a_client() -> None:
    for protocol in PROTOCOLS:
        languages = {one.reader.split()[0] for one in panel(wire(protocol))._readings}
        assert languages == set(CLIENTS[protocol])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["", "text", "message", "[DONE]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "index", "id"]), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), protocol=st.sampled_from(PROTOCOLS), value=json_values)
def test_no_response_is_too_odd(data: st.DataObject, protocol: str, value: object) -> None:
    from mutants.fields import changed, walk

    rows = sound.stream(protocol)
    number = data.draw(st.sampled_from([index for index, row in enumerate(rows) if not isinstance(row[1], str)]))
    path = data.draw(st.sampled_from([one for one, _ in walk(rows[number][1])]))
    rows[number] = (rows[number][0], changed(rows[number][1], path, value))
    stream(protocol, framed(protocol, rows))
    answer = sound.plain(protocol)
    path = data.draw(st.sampled_from([one for one, _ in walk(answer)]))
    plain(protocol, dumped(changed(answer, path, value)).encode())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_long_stream_takes_linear_time(protocol: str) -> None:
    rows = sound.stream(protocol)
    middle = next(index for index, row in enumerate(rows) if sound.PIECES[1] in dumped(row[1]))

    def reading(times: int) -> Callable[[], object]:
        body = framed(protocol, [*rows[:middle], *rows[middle : middle + 1] * times, *rows[middle + 1 :]])
        assert stream(protocol, body, pieces=times) == ()
        return lambda: stream(protocol, body, pieces=times)

    assert grows_faster(reading, 1000) == ""
