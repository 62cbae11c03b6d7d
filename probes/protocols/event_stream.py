"""Split AWS' binary event streams (``application/vnd.amazon.eventstream``) into events, with their checksums.

A message is: total length and length of the headers (4 bytes each), CRC-32 of these 8 bytes, the headers, the payload,
and CRC-32 of everything before it. Source: smithy.io/2.0/aws/amazon-eventstream.html; botocore 1.44 ``eventstream.py``,
which raises an exception for a wrong checksum, as all of AWS' clients do.
"""

from __future__ import annotations

from binascii import crc32

from probes.protocols.sse import Event

PRELUDE, TRAILER = 12, 4  # bytes before the headers, and behind the payload
LARGEST = 24 * 1024 * 1024  # bytes of a message that AWS' clients accept
BROKEN = ":broken"  # the name of an event for a message that no client reads: a wrong length or checksum
ERROR = ":error"  # the name's beginning of an event that is an exception of the service
_SIZES = {
    0: 0,
    1: 0,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    8: 8,
    9: 16,
}  # bytes of a header's value by its type; 6 and 7 have a length


class FrameSplitter:
    """A splitter of binary messages. The name of an event is its type, its data the payload."""

    unended: Event | None = None

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._held = 0
        self._wanted = PRELUDE  # bytes until the next message, or its length, is known
        self._dead = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that ``chunk`` completes. Behind a broken message, nothing is read."""
        if self._dead or not chunk:
            return []
        self._pieces.append(chunk)
        self._held += len(chunk)
        if self._held < self._wanted:
            return []
        text, at, found = b"".join(self._pieces), 0, []
        while not self._dead and len(text) - at >= PRELUDE:
            size = int.from_bytes(text[at : at + 4])
            sound = crc32(text[at : at + 8]) == int.from_bytes(text[at + 8 : at + PRELUDE])
            if not sound or not PRELUDE + TRAILER <= size <= LARGEST:
                found.append(self._broken())
            elif len(text) - at < size:
                break
            else:
                found.append(self._message(text[at : at + size]))
                at += size
        rest = text[at:]
        self._pieces, self._held = [rest], len(rest)
        self._wanted = int.from_bytes(rest[:4]) if len(rest) >= PRELUDE else PRELUDE
        return found

    def close(self) -> list[Event]:
        """Return nothing: a message that was cut off is no event."""
        return []

    def _broken(self) -> Event:
        self._dead = True
        return Event(BROKEN, "")

    def _message(self, message: bytes) -> Event:
        if crc32(message[:-TRAILER]) != int.from_bytes(message[-TRAILER:]):
            return self._broken()
        end = PRELUDE + int.from_bytes(message[4:8])
        headers = _headers(message[PRELUDE:end]) if end <= len(message) - TRAILER else None
        if headers is None:
            return self._broken()
        payload = message[end:-TRAILER]
        try:
            data, wrong = payload.decode("utf-8"), False
        except UnicodeDecodeError:
            data, wrong = payload.decode("utf-8", "replace"), True
        if headers.get(":message-type") in ("exception", "error"):
            name = headers.get(":exception-type") or headers.get(":error-code") or ""
            return Event(f"{ERROR}:{name}", data or headers.get(":error-message", ""), wrong=wrong)
        return Event(headers.get(":event-type", ""), data, wrong=wrong)


def _headers(text: bytes) -> dict[str, str] | None:
    """Return the headers that are texts; None if their lengths do not add up."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        name = text[at + 1 : at + 1 + text[at]]
        at += 1 + text[at]
        if at >= len(text):
            return None
        kind = text[at]
        at += 1
        if kind in (6, 7):
            size = int.from_bytes(text[at : at + 2])
            at += 2
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            return None
        if at + size > len(text):
            return None
        if kind == 7:
            found[name.decode("utf-8", "replace")] = text[at : at + size].decode("utf-8", "replace")
        at += size
    return found


def frame(payload: bytes, **headers: str) -> bytes:
    """Return a message with these headers, whose names are written with ``_`` for ``-`` and without the colon.

    ``frame(b"{}", event_type="messageStop", message_type="event")`` is what a practice door sends.
    """
    head = b"".join(
        bytes([len(name) + 1])
        + b":"
        + name.replace("_", "-").encode()
        + b"\x07"
        + len(value).to_bytes(2)
        + value.encode()
        for name, value in headers.items()
    )
    size = PRELUDE + len(head) + len(payload) + TRAILER
    prelude = size.to_bytes(4) + len(head).to_bytes(4)
    whole = prelude + crc32(prelude).to_bytes(4) + head + payload
    return whole + crc32(whole).to_bytes(4)
