"""The type of a mutant, and how events become bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mutants.sound import PIECES, TEXT, Events

JSON_TYPE = "application/json"
STREAM_TYPES = {"ollama": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One response that differs in one thing from a sound one; the other half of the protocol stays sound.

    ``framing``: ``chunked`` (sound), ``length`` (Content-Length), ``cut`` (chunks without the last one), ``long`` (a
    Content-Length that is too large), ``close`` (neither; the body ends with the connection).
    ``pieces``: texts that a reader must return; ``silent``: the response rightly has no text.
    """

    protocol: str
    half: str  # plain or stream
    kind: str  # the kind of change, for the counts
    change: str
    body: bytes
    content_type: str = ""  # empty: that of a sound response; "-": none
    status: int = 200
    framing: str = "chunked"
    headers: tuple[tuple[str, str], ...] = ()
    pieces: tuple[str, ...] | None = None
    silent: bool = False

    @property
    def name(self) -> str:
        return f"{self.protocol} {self.half} {self.kind}: {self.change}"

    @property
    def type(self) -> str:
        """The content type that is sent; empty: none."""
        if self.content_type:
            return "" if self.content_type == "-" else self.content_type
        return JSON_TYPE if self.half == "plain" else STREAM_TYPES.get(self.protocol, "text/event-stream")

    @property
    def wanted(self) -> tuple[str, ...]:
        """The texts that a reader must return: those that the body carries as whole JSON strings."""
        if self.pieces is not None:
            return self.pieces
        rows = (TEXT,) if self.half == "plain" else PIECES
        return tuple(row for row in rows if json.dumps(row).encode() in self.body)


def dumped(value: Any) -> str:
    """Return text as it is, other values as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def framed(protocol: str, events: Events) -> str:
    """Return the events as the protocol's stream: server-sent events, or lines for ollama."""
    if protocol == "ollama":
        return "".join(dumped(value) + "\n" for _, value in events)
    return "".join((f"event: {name}\n" if name else "") + f"data: {dumped(value)}\n\n" for name, value in events)
