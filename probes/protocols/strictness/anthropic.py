"""What anthropic-python and @anthropic-ai/sdk read of messages."""

from __future__ import annotations

from typing import Any

from probes.protocols.sse import Event
from probes.protocols.strictness.events import by_node, by_python
from probes.protocols.strictness.reading import ClientReading, Parsed, breaks, field, js_field, js_text, truthy


class _MessagesEvents(ClientReading):
    """Their common reading: an ``event:`` line must be there, ``ping`` is passed over, ``error`` raises, data is JSON.

    What an event is says ``type`` in its data; the name in the ``event:`` line counts for ``ping`` and ``error`` alone.
    """

    def feed(self, name: str, data: str, parsed: Parsed) -> None:
        """Read one event that has an ``event:`` line."""
        if name == "ping":
            return
        if name == "error":
            breaks("error_event")
        if not data:
            return
        if not parsed.known:
            breaks("not_json")
        self.event(parsed.value)

    def event(self, value: Any) -> None:
        """Read the data of one event."""
        raise NotImplementedError


class _MessagesPython(_MessagesEvents):
    def take(self, event: Event, parsed: Parsed) -> None:
        seen = by_python(event, parsed)
        if seen is not None and seen[0]:
            self.feed(*seen)


class _MessagesNode(_MessagesEvents):
    def take(self, event: Event, parsed: Parsed) -> None:
        seen = by_node(event, parsed)
        if seen is not None and event.named:
            self.garbled = event.wrong
            self.feed(*seen)


class MessagesPythonRaw(_MessagesPython):
    """The raw iteration of a stream: the documented loop in Python."""

    reader = "python raw"

    def event(self, value: Any) -> None:
        if field(value, "type", "event") != "content_block_delta":
            return
        delta: Any = value.get("delta")
        if field(delta, "type", "content_block_delta.delta") == "text_delta":
            text = delta.get("text")
            if not isinstance(text, str):
                breaks("missing" if text is None else "type", "content_block_delta.delta.text")
            self.hand_on(text)


class MessagesPythonHelper(_MessagesPython):
    """It builds the message: ``message_start`` first, blocks before their deltas, ``usage`` in start and delta."""

    reader = "python helper"

    def __init__(self) -> None:
        super().__init__()
        self._message: dict[str, Any] | None = None
        self._content: list[Any] = []

    def event(self, value: Any) -> None:
        kind = field(value, "type", "event")
        if self._message is None:
            if kind == "message_start":
                self._start(value.get("message"))
            else:
                self._early(kind, value)
            return
        match kind:
            case "content_block_start":
                block = value.get("content_block")
                if not isinstance(block, dict):
                    breaks("missing" if block is None else "type", "content_block_start.content_block")
                self._content.append(dict(block))
            case "content_block_delta":
                self._delta(value)
            case "content_block_stop":
                self._block(value, "content_block_stop")
            case "message_delta":
                self._end_of_message(value)

    def _early(self, kind: Any, value: dict[str, Any]) -> None:
        """Read an event before ``message_start``: its text is handed on, but belongs to no message."""
        if kind == "content_block_delta":
            delta: Any = value.get("delta")
            if field(delta, "type", "content_block_delta.delta") == "text_delta":
                self.hand_on(delta.get("text") if isinstance(delta.get("text"), str) else "")

    def _start(self, message: Any) -> None:
        if not isinstance(message, dict):
            breaks("missing" if message is None else "type", "message_start.message")
        self._message = message
        content = message.get("content")
        if isinstance(content, list):
            self._content = [dict(one) if isinstance(one, dict) else one for one in content]
        self._whole = isinstance(content, list)

    def _block(self, value: dict[str, Any], where: str) -> Any:
        if not self._whole:
            content = (self._message or {}).get("content")
            breaks("missing" if content is None else "type", "message_start.message.content")
        index = value.get("index")
        if not isinstance(index, int):
            breaks("missing" if index is None else "type", f"{where}.index")
        if not -len(self._content) <= index < len(self._content):
            breaks("no_block", f"{where}.index")
        return self._content[index]

    def _delta(self, value: dict[str, Any]) -> None:
        block = self._block(value, "content_block_delta")
        delta: Any = value.get("delta")
        if field(delta, "type", "content_block_delta.delta") != "text_delta":
            return
        text = delta.get("text")
        if field(block, "type", "content_block_start.content_block") == "text":
            if not isinstance(block.get("text"), str):
                breaks("missing" if block.get("text") is None else "type", "content_block_start.content_block.text")
            if not isinstance(text, str):
                breaks("missing" if text is None else "type", "content_block_delta.delta.text")
            self.hand_on(text)

    def _end_of_message(self, value: dict[str, Any]) -> None:
        delta, usage = value.get("delta"), value.get("usage")
        if not isinstance(delta, dict):
            breaks("missing" if delta is None else "type", "message_delta.delta")
        held = (self._message or {}).get("usage")
        if not isinstance(usage, dict):
            breaks("missing" if usage is None else "type", "message_delta.usage")
        if not isinstance(held, dict):
            breaks("missing" if held is None else "type", "message_start.message.usage")

    def end(self) -> None:
        if self._message is None:
            breaks("missing", "message_start")
        if not self._whole:
            content = self._message.get("content")
            breaks("missing" if content is None else "type", "message_start.message.content")


class MessagesNodeRaw(_MessagesNode):
    """The raw iteration of a stream: the documented loop in JavaScript."""

    reader = "node raw"

    def event(self, value: Any) -> None:
        if js_field(value, "type", "event") != "content_block_delta":
            return
        delta = js_field(value, "delta", "content_block_delta")
        if js_field(delta, "type", "content_block_delta.delta") == "text_delta":
            self.hand_on(js_text(delta.get("text")) if delta.get("text") is not None else "")


class MessagesNodeHelper(_MessagesNode):
    """It builds the message too, ends the request with ``message_stop``, and needs that event."""

    reader = "node helper"

    def __init__(self) -> None:
        super().__init__()
        self._message: dict[str, Any] | None = None
        self._content: list[Any] | None = None
        self._stopped = False

    def event(self, value: Any) -> None:
        kind = js_field(value, "type", "event")
        if kind == "message_start":
            if self._message is not None:
                breaks("twice", "message_start")
            self._start(value.get("message"))
            return
        if self._message is None:
            return
        match kind:
            case "message_stop":
                self._stopped = True
            case "message_delta":
                self._end_of_message(value)
            case "content_block_start":
                if self._content is None:
                    breaks("missing", "message_start.message.content")
                block = value.get("content_block")
                self._content.append(dict(block) if isinstance(block, dict) else {})
            case "content_block_delta":
                self._delta(value)
            case "content_block_stop" if self._content is None:
                breaks("missing", "message_start.message.content")

    def _start(self, message: Any) -> None:
        if not truthy(message):
            return
        if not isinstance(message, dict):
            breaks("type", "message_start.message")
        self._message = message
        content = message.get("content")
        self._content = list(content) if isinstance(content, list) else None

    def _end_of_message(self, value: dict[str, Any]) -> None:
        js_field(value.get("delta"), "stop_reason", "message_delta.delta")
        held = (self._message or {}).get("usage")
        if not isinstance(held, (dict, list)):
            breaks("missing" if held is None else "type", "message_start.message.usage")
        js_field(value.get("usage"), "output_tokens", "message_delta.usage")

    def _delta(self, value: dict[str, Any]) -> None:
        if self._content is None:
            breaks("missing", "message_start.message.content")
        index = value.get("index")
        place = index if isinstance(index, int) and not isinstance(index, bool) else 0
        block = self._content[place] if -len(self._content) <= place < len(self._content) else None
        delta: Any = value.get("delta")
        kind = js_field(delta, "type", "content_block_delta.delta")
        if not self._content and isinstance(kind, str) and kind in ("text_delta", "input_json_delta", "thinking_delta"):
            breaks("no_block", "content_block_start")
        if kind == "text_delta" and isinstance(block, dict) and block.get("type") == "text" and not self._stopped:
            self.hand_on(js_text(delta.get("text")) if delta.get("text") is not None else "")

    def end(self) -> None:
        if self._message is None:
            breaks("missing", "message_start")
        if not self._stopped:
            breaks("missing", "message_stop")


def readings() -> list[ClientReading]:
    """Return the readings of a stream by all clients."""
    return [MessagesPythonRaw(), MessagesPythonHelper(), MessagesNodeRaw(), MessagesNodeHelper()]


def python_plain(value: Any) -> str | None:
    """Return the joined text of the blocks of type ``text``, as the manual reads it."""
    content = field(value, "content", "body")
    if not isinstance(content, list):
        if content not in ("", {}):
            breaks("missing" if content is None else "type", "content")
        return ""
    pieces = []
    for block in content:
        if field(block, "type", "content[]") == "text":
            if not isinstance(block.get("text"), str):
                breaks("missing" if block.get("text") is None else "type", "content[].text")
            pieces.append(block["text"])
    return "".join(pieces)


def node_plain(value: Any) -> str | None:
    """Return the same for @anthropic-ai/sdk."""
    content = js_field(value, "content", "body")
    if not isinstance(content, list):
        breaks("missing" if content is None else "type", "content")
    texts = [block.get("text") for block in content if js_field(block, "type", "content[]") == "text"]
    return "".join(js_text(text) for text in texts if text is not None)
