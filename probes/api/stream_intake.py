"""Take in the bytes of one stream: for the tolerant reader of the protocol, and for the readings of all SDKs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.model.exchange import StreamReading
from probes.model.failure import Kind
from probes.model.record import replace
from probes.protocols.protocol import Wire
from probes.protocols.strictness.reading import parse
from probes.protocols.strictness.sdk_readings import panel
from probes.protocols.strictness.whole_answers import expects_text, of_head

if TYPE_CHECKING:
    from probes.network.http1 import RawAnswer

_TORN = (Kind.CUT, Kind.CLOSED, Kind.RESET)


class StreamIntake:
    """The readers of one stream. Feed it with the bytes as they arrive, close it, and ask for the reading."""

    ended = True  # the body came to its end, or to a failure; False: we stopped waiting for it

    def __init__(self, protocol: Wire) -> None:
        self._protocol = protocol
        self._splitter = protocol.splitter()
        self._reader = protocol.stream_reader()
        self._panel = panel(protocol)

    @property
    def done(self) -> bool:
        """Whether the protocol's end marker arrived."""
        return self._reader.done

    def feed(self, piece: bytes, at: float) -> None:
        """Read a piece that arrived ``at`` seconds after the request."""
        for event in self._splitter.feed(piece):
            self._reader.feed(event, at)
            if self._panel.drains:
                self._panel.feed(event, parse(event.data))

    def close(self, raw: RawAnswer) -> None:
        """End the body, as ``raw`` says how."""
        for event in self._splitter.close():
            self._reader.feed(event, raw.seconds)
            self._panel.feed(event, parse(event.data))
        torn = raw.failure in _TORN
        unended = self._splitter.unended
        if unended is not None:
            self._reader.end(unended)
            if not torn:
                self._panel.unended(unended)
        if self.ended:
            self._panel.end(torn=torn)

    def reading(self, raw: RawAnswer, readers: frozenset[str]) -> StreamReading:
        """Return what was read. ``readers``: those that the app is built on; what breaks them is a problem.

        What the tolerant reader took for a fault is none where they read the whole text all the same.
        """
        found = self._reader.reading()
        complete = expects_text(found.finish, found.reasoning, found.completion_tokens, streamed=True)
        broken = self._panel.breakages(found.pieces + self._reader.behind, complete=complete)
        broken += of_head(self._protocol.name, raw.status, raw.header("content-encoding"), "raw")
        fatal = next((one for one in broken if readers & set(one.readers)), None)
        found = replace(found, breakages=broken)
        if fatal is not None:
            return replace(found, problem=found.problem or fatal.what)
        if not self._panel.knows or not self._panel.text(readers):
            return found
        if not found.flows:
            return replace(found, read=True)
        whole = (found.terminated or bool(found.finish)) and found.finish != "error"
        return replace(found, problem="", error=None, ignored=found.error) if whole else replace(found, problem="")
