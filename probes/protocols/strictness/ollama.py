"""What ollama-python reads of chats: it validates the type of every field that it knows."""

from __future__ import annotations

from typing import Any

from probes.protocols.sse import Event
from probes.protocols.strictness.reading import ClientReading, Parsed, breaks
from probes.protocols.strictness.types import check

_COUNTS = (
    "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration",
)  # fmt: skip
_CALL = {"function": {"name": "str!", "arguments": "dict!"}}
_MESSAGE = {
    "role": "str!",
    "content": "str",
    "thinking": "str",
    "tool_name": "str",
    "tool_calls": [_CALL],
}
_SCHEMA = {
    "model": "str",
    "created_at": "str",
    "done": "bool",
    "done_reason": "str",
    **dict.fromkeys(_COUNTS, "int"),
    "message": _MESSAGE,
}
# Besides the line ends of the format, httpx ends a line at these, which JSON may hold as they are.
_SEPARATORS = ("\u2028", "\u2029", "\x85")


def _message(value: dict[str, Any]) -> str:
    """Return the text of a response that the SDK takes."""
    if value.get("message") is None:
        breaks("missing", "message")
    for call in _calls(value["message"]):
        if isinstance(call, dict) and call.get("function") is None:
            breaks("missing", "message.tool_calls[].function")
    check(value, _SCHEMA, "")
    content = value["message"].get("content")
    return content if isinstance(content, str) else ""


def _calls(message: Any) -> list[Any]:
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return calls if isinstance(calls, list) else []


class OllamaPythonRaw(ClientReading):
    """The raw iteration of a stream: the documented loop in Python."""

    reader = "python raw"

    def take(self, event: Event, parsed: Parsed) -> None:
        for mark in _SEPARATORS:
            if mark in event.data:
                breaks("separator", f"U+{ord(mark):04X}")
        if event.lost or not parsed.known:
            breaks("not_json" if event.data.strip() else "no_data")
        value = parsed.value
        if not isinstance(value, dict):
            breaks("type", "line")
        if value.get("error"):
            breaks("error_event")
        self.garbled = event.wrong
        self.hand_on(_message(value))


def readings() -> list[ClientReading]:
    """Return the readings of a stream by all clients."""
    return [OllamaPythonRaw()]


def python_plain(value: Any) -> str | None:
    """Return ``response.message.content``."""
    if not isinstance(value, dict):
        breaks("type", "body")
    return _message(value)
