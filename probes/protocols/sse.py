"""Parse server-sent events incrementally.

Source of the grammar: html.spec.whatwg.org, section 9.2 (server-sent events).
"""

from __future__ import annotations

from probes.model.record import Record


class Event(Record):
    """One dispatched event. In ``data``, U+FFFD replaces bytes that are not valid UTF-8.

    ``bare``: a blank line behind an id or retry alone, which only the Python SDKs take for an event (without data).
    ``named``: an ``event:`` line came, even an empty one. ``broken``: some line, even a comment, is not valid UTF-8;
    ``wrong``: one of the data.
    ``lost``: the field in the line behind a byte order mark; the Python SDKs do not recognise it.
    """

    name: str
    data: str
    bare: bool = False
    named: bool = False
    broken: bool = False
    wrong: bool = False
    lost: str = ""


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
        self._id = False  # an id was set; the Python SDKs keep it, so that each lone blank line makes an event
        self._marked = self._begun = False  # a byte order mark came; the first bytes came
        self._clear()

    def _clear(self) -> None:
        self._name, self._data = "", list[str]()
        self._named = self._retry = self._broken = self._wrong = False
        self._lost = ""

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
            self._marked = text.startswith(b"\xef\xbb\xbf")
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
        """The event without a blank line after it. The Python SDKs ignore it, those for Node take it."""
        if self._pending:
            self._line(self._pending.take())
        return self._event() if (self._name or self._data) and not self._wrong else None

    def _event(self) -> Event:
        return Event(
            self._name,
            "\n".join(self._data),
            named=self._named,
            broken=self._broken,
            wrong=self._wrong,
            lost=self._lost,
        )

    def _line(self, line: bytes) -> Event | None:
        marked, self._marked = self._marked, False
        if not line:
            if self._name or self._data:
                event = self._event()
            elif self._id or self._retry:
                event = Event("", "", bare=True, broken=self._broken)
            else:
                return None
            self._clear()
            return event
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        try:
            text = value.decode("utf-8")
            field.decode("utf-8")
        except UnicodeDecodeError:
            self._broken, text = True, value.decode("utf-8", "replace")
            self._wrong |= field == b"data"
        if marked:
            self._lost = field.decode("utf-8", "replace")
        if field == b"data":
            self._data.append(text)
        elif field == b"event":
            self._named, self._name = True, text
        elif field == b"id":
            self._id = bool(text) if "\0" not in text else self._id
        elif field == b"retry":
            self._retry |= _whole(text)
        return None


def _whole(text: str) -> bool:
    """Tell whether Python's ``int`` takes the text."""
    try:
        int(text[:64])
    except ValueError:
        return False
    return True
