"""The readers of streams do a bounded amount of work for each byte, however small the pieces are that bring it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linear import grows_faster
from probes.protocols.protocol import Splitter, wire

SPLITTERS = {name: wire(name).splitter for name in ("openai", "gemini", "ollama")}


def _events(splitter: Splitter, pieces: list[bytes]) -> list[object]:
    found: list[object] = [event for piece in pieces for event in splitter.feed(piece)]
    found += splitter.close()
    return [*found, splitter.unended]


@pytest.mark.parametrize("name", SPLITTERS)
@given(st.text(alphabet='data: {}"\\\r\n\ufeffé[', max_size=60))
def test_single_bytes_give_the_same_events(name: str, text: str) -> None:
    data = text.encode()
    whole = _events(SPLITTERS[name](), [data])
    assert _events(SPLITTERS[name](), [data[at : at + 1] for at in range(len(data))]) == whole


@pytest.mark.slow
@pytest.mark.parametrize("name", SPLITTERS)
@pytest.mark.parametrize("unit", [b"a", b"\r", b"data:\n\n"])
def test_single_bytes_take_linear_time(name: str, unit: bytes) -> None:
    def feed(size: int) -> Callable[[], object]:
        pieces = [bytes((byte,)) for byte in b"data: " + unit * (size // len(unit))]
        return lambda: _events(SPLITTERS[name](), pieces)

    assert not grows_faster(feed, 16_000)
