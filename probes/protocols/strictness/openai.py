"""What openai-python and openai-node read of chat completions (also those of Azure)."""

from __future__ import annotations

from typing import Any

from probes.protocols.strictness.events import NodeEvents, PythonEvents
from probes.protocols.strictness.reading import ClientReading, breaks, field, js_field, js_rows, js_text, truthy

_CHUNK = "chat.completion.chunk"
_LIMIT = 128  # choices that openai-node's helper takes


class ChatPythonRaw(PythonEvents):
    """The raw iteration of a stream: the documented loop in Python."""

    reader = "python raw"

    def chunk(self, value: Any) -> None:
        choices = field(value, "choices", "chunk")
        if not choices:
            return
        if not isinstance(choices, (list, str)):
            breaks("type", "choices")
        delta = field(choices[0], "delta", "choices[0]")
        text = content_text(field(delta, "content", "choices[0].delta") or "")
        if text is None:
            breaks("type", "choices[0].delta.content")
        self.hand_on(text)


class ChatPythonHelper(PythonEvents):
    """It passes over chunks without the right ``object`` and needs ``choices`` and each ``index``."""

    reader = "python helper"

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[dict[str, Any]] = []
        self._begun = False

    def chunk(self, value: Any) -> None:
        if field(value, "object", "chunk") != _CHUNK:
            return
        choices = value.get("choices")
        if not isinstance(choices, list) and choices != {}:
            breaks("missing" if choices is None else "type", "choices")
        for choice in choices:
            index = field(choice, "index", "choices[0]")
            if not isinstance(index, int):
                breaks("missing" if index is None else "type", "choices[0].index")
            delta = choice.get("delta")
            if not isinstance(delta, dict):
                breaks("missing" if delta is None else "type", "choices[0].delta")
            if not self._begun and not -len(choices) <= index < len(choices):
                breaks("type", "choices[0].index")
            self._add(index, delta)
            logprobs = choice.get("logprobs")
            if logprobs is not None and not isinstance(logprobs, dict):
                breaks("type", "choices[0].logprobs")
        self._begun = True

    def _add(self, index: int, delta: dict[str, Any]) -> None:
        if not -len(self._choices) <= index < len(self._choices):
            self._choices.append({})
            if not -len(self._choices) <= index < len(self._choices):
                breaks("type", "choices[0].index")
        held = self._choices[index]
        for name, value in delta.items():
            if held.get(name) is None:
                held[name] = value
            elif isinstance(held[name], list) and isinstance(value, list):
                plain = all(isinstance(one, (str, int, float)) for one in held[name])
                if not plain and not all(isinstance(one, dict) and "index" in one for one in value):
                    breaks("type", f"choices[0].delta.{name}")
        content = delta.get("content")
        if isinstance(content, str) and isinstance(held.get("content"), str):
            self.hand_on(content)
        calls = delta.get("tool_calls")
        if calls and not (isinstance(calls, list) and all(isinstance(one, dict) for one in calls)):
            breaks("type", "choices[0].delta.tool_calls")

    def end(self) -> None:
        if not self._begun:
            breaks("missing", "object")
        if not self._choices:
            breaks("missing", "choices")


class _ChatNode(NodeEvents):
    def chunk(self, value: Any) -> None:
        choices = value.get("choices") if isinstance(value, dict) else None
        if isinstance(choices, list) and None in choices:
            breaks("type", "choices[0]")  # its finish_reason is read first
        self.read(value)

    def read(self, value: Any) -> None:
        """Read one chunk."""
        raise NotImplementedError


class ChatNodeRaw(_ChatNode):
    """The raw iteration of a stream: the documented loop in JavaScript."""

    reader = "node raw"

    def read(self, value: Any) -> None:
        choices = js_field(value, "choices", "chunk")
        if choices is None:
            breaks("missing", "choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        delta = first.get("delta") if isinstance(first, dict) else None
        content = delta.get("content") if isinstance(delta, dict) else None
        self.hand_on(js_text(content) if truthy(content) else "")


class ChatNodeHelper(_ChatNode):
    """It needs ``choices`` in each chunk, each ``index``, and once ``role`` and ``finish_reason``."""

    reader = "node helper"

    def __init__(self) -> None:
        super().__init__()
        self._begun = False
        self._choices: dict[int, set[str]] = {}  # what each choice has had

    def read(self, value: Any) -> None:
        choices = js_field(value, "choices", "chunk")
        self._begun = True
        for choice in js_rows(choices, "choices"):
            index: Any = choice.get("index") if isinstance(choice, dict) else None
            number = isinstance(index, (int, float)) and not isinstance(index, bool) and index == int(index)
            if not number or not 0 <= index < _LIMIT:
                breaks("missing" if index is None else "type", "choices[0].index")
            had = self._choices.setdefault(int(index), set())
            logprobs = choice.get("logprobs")
            for name in ("content", "refusal"):
                if isinstance(logprobs, dict) and logprobs.get(name) and not isinstance(logprobs[name], (list, str)):
                    breaks("type", f"choices[0].logprobs.{name}")
            had.update(["finish_reason"] if truthy(choice.get("finish_reason")) else ())
            delta = choice.get("delta")
            if not isinstance(delta, dict):
                continue
            had.update(["role"] if delta.get("role") == "assistant" else ())
            content = delta.get("content")
            if content is not None:
                self.hand_on(js_text(content) if index == 0 else "")
            calls = delta.get("tool_calls")
            if truthy(calls) and not isinstance(calls, (list, str)):
                breaks("type", "choices[0].delta.tool_calls")

    def end(self) -> None:
        if not self._begun:
            breaks("no_events")
        for had in self._choices.values():
            for name in ("finish_reason", "role"):
                if name not in had:
                    breaks(
                        "missing", "choices[0].finish_reason" if name == "finish_reason" else "choices[0].delta.role"
                    )
        if 0 not in self._choices:
            breaks("missing", "choices")


def readings() -> list[ClientReading]:
    """Return the readings of a stream by all clients."""
    return [ChatPythonRaw(), ChatPythonHelper(), ChatNodeRaw(), ChatNodeHelper()]


def python_plain(value: Any) -> str | None:
    """Return the text that ``response.choices[0].message.content`` gives; None or another type: no text."""
    choices = field(value, "choices", "body")
    if not isinstance(choices, (list, str)) or not choices:
        breaks("missing" if not choices else "type", "choices")
    return content_text(field(field(choices[0], "message", "choices[0]"), "content", "choices[0].message"))


def node_plain(value: Any) -> str | None:
    """Return the same for openai-node."""
    choices = js_field(value, "choices", "body")
    if choices is None:
        breaks("missing", "choices")
    first = choices[0] if isinstance(choices, (list, str)) and choices else None
    if first is None:
        breaks("missing", "choices[0]")
    return content_text(js_field(js_field(first, "message", "choices[0]"), "content", "choices[0].message"))


def content_text(content: Any) -> str | None:
    """Return the text of a content; some models send a list of parts, which apps for them read."""
    if isinstance(content, list) and content and all(isinstance(part, dict) for part in content):
        return "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    return content if isinstance(content, str) else None
