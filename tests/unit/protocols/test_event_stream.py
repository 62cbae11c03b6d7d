"""AWS' binary event streams: split at any byte, broken at any byte, as botocore reads them."""

from __future__ import annotations

import pytest
from botocore.eventstream import EventStreamBuffer, ParserError

from probes.demo_server.bedrock_doors import converse_frames, exception_frame, invoke_frames
from probes.protocols.bedrock import WIRE as CONVERSE
from probes.protocols.bedrock_invoke import WIRE as INVOKE
from probes.protocols.event_stream import BROKEN, ERROR, LARGEST, FrameSplitter, frame
from probes.protocols.protocol import Wire
from probes.protocols.sse import Event

STREAM = b"".join(converse_frames()[-5:])


def split(data: bytes, size: int) -> list[Event]:
    splitter, found = FrameSplitter(), []
    for at in range(0, len(data), size):
        found += splitter.feed(data[at : at + size])
    return [*found, *splitter.close()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 11, 12, 13, 64, 100_000])
def test_the_size_of_the_chunks_does_not_matter(size: int) -> None:
    whole = split(STREAM, len(STREAM))
    assert [one.name for one in whole][-2:] == ["messageStop", "metadata"]
    assert split(STREAM, size) == whole


def test_botocore_finds_the_same_events_and_the_same_faults_at_every_byte() -> None:
    message = converse_frames()[3]
    for at in range(len(message)):
        changed = message[:at] + bytes([message[at] ^ 0x41]) + message[at + 1 :]
        buffer = EventStreamBuffer()
        try:
            buffer.add_data(changed)
            theirs = [one.headers.get(":event-type") for one in buffer]
        except ParserError:
            theirs = [BROKEN]
        ours = [one.name for one in split(changed, 5)]
        assert ours == theirs, at


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", []),
        (STREAM[:50], []),
        (b"data: {}\n\ndata: [DONE]\n\n", [BROKEN]),
        (b"\xff" * 20, [BROKEN]),
        ((LARGEST + 1).to_bytes(4) + bytes(8), [BROKEN]),
        (frame(b"{}", event_type="x", message_type="event") + b"\x00" * 40, ["x", BROKEN]),
        (exception_frame("throttlingException", "slow"), [f"{ERROR}:throttlingException"]),
    ],
)
def test_what_is_no_message_is_broken_once(data: bytes, names: list[str]) -> None:
    assert [one.name for one in split(data, 4)] == names


@pytest.mark.parametrize(
    ("wire", "frames", "pieces"),
    [(CONVERSE, converse_frames(), 20), (INVOKE, invoke_frames(), 2)],
    ids=["converse", "invoke"],
)
def test_a_stream_is_read_to_its_end(wire: Wire, frames: list[bytes], pieces: int) -> None:
    reader, splitter = wire.stream_reader(), wire.splitter()
    for number, one in enumerate(frames):
        for event in splitter.feed(one):
            reader.feed(event, number / 10)
    found = reader.reading()
    assert reader.done
    assert (found.kind, found.problem, found.error, found.pieces, found.finish) == (
        "frames",
        "",
        None,
        pieces,
        "end_turn",
    )
    assert found.terminated
    assert found.prompt_tokens
    cut = wire.stream_reader()
    for event in wire.splitter().feed(b"".join(frames[:-2])):
        cut.feed(event, 0.1)
    assert not cut.done


@pytest.mark.parametrize("wire", [CONVERSE, INVOKE], ids=["converse", "invoke"])
def test_an_exception_and_a_broken_message_in_a_stream_are_told_apart(wire: Wire) -> None:
    reader = wire.stream_reader()
    for event in wire.splitter().feed(exception_frame("modelStreamErrorException", "made up")):
        reader.feed(event, 0.1)
    error = reader.reading().error
    assert error is not None
    assert (error.type, error.message) == ("ModelStreamErrorException", "made up")
    reader = wire.stream_reader()
    for event in wire.splitter().feed(b"\x00" * 20):
        reader.feed(event, 0.1)
    assert reader.reading().problem == "bad_frame"
