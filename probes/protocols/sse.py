"""Parse server-sent events incrementally.

Source of the grammar: html.spec.whatwg.org, section 9.2 (server-sent events).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched event. ``data`` is None if its bytes are not valid UTF-8."""

    name: str
    data: str | None


class Unended:
    """The bytes of a line whose end has not arrived yet, in pieces, so that many small chunks take linear time.

    With ``cr``, also a carriage return ends a line.
    """

    def __init__(self, *, cr: bool = True) -> None:
        self._cr = cr
        self._pieces: list[bytes] = []

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def put(self, rest: bytes) -> None:
        """Append the bytes."""
        if rest:
            self._pieces.append(rest)

    def take(self) -> bytes:
        """Return all bytes and forget them."""
        text, self._pieces = b"".join(self._pieces), []
        return text

    def continues(self, chunk: bytes) -> bool:
        """Append the chunk and return True, if it ends no line; False if the lines are to be split now."""
        if b"\n" in chunk or (self._cr and (b"\r" in chunk or (self._pieces and self._pieces[-1].endswith(b"\r")))):
            return False
        self.put(chunk)
        return True


class EventReader:
    """An incremental parser. CR, LF and CRLF end a line; an event without a blank line after it is not dispatched."""

    def __init__(self) -> None:
        self._pending = Unended()
        self._name = ""
        self._data: list[str] = []
        self._seen = False  # a field arrived since the last blank line
        self._broken = False
        self._begun = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that ``chunk`` completes."""
        if self._begun and self._pending.continues(chunk):
            return []
        text = self._pending.take() + chunk
        if not self._begun and text:
            if len(text) < 3 and b"\xef\xbb\xbf".startswith(text):
                self._pending.put(text)
                return []
            self._begun = True
            text = text.removeprefix(b"\xef\xbb\xbf")
        # A CR at the end may be the first half of a CRLF: keep it until the next byte arrives.
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r") if held else text
        lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._pending.put(lines.pop() + held)
        return [event for line in lines if (event := self._line(line))]

    def close(self) -> list[Event]:
        """Return the event that ends with a CR at the end of the stream, if there is one."""
        rest = self._pending.take()
        if not rest.endswith(b"\r"):
            self._pending.put(rest)
            return []
        return [event for event in (self._line(rest[:-1]),) if event]

    @property
    def unended(self) -> Event | None:
        """The event without a blank line after it. SDKs ignore it, but it can contain the protocol's end marker."""
        if self._pending:
            self._line(self._pending.take())
        return Event(self._name, "\n".join(self._data)) if self._seen and not self._broken else None

    def _line(self, line: bytes) -> Event | None:
        if not line:
            if not self._seen:
                return None
            event = Event(self._name, None if self._broken else "\n".join(self._data))
            self._name, self._data, self._seen, self._broken = "", [], False, False
            return event
        if line.startswith(b":"):
            return None
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._seen = True
            try:
                self._data.append(value.decode("utf-8"))
            except UnicodeDecodeError:
                self._broken = True
        elif field == b"event":
            self._seen = True
            self._name = value.decode("utf-8", "replace")
        return None
