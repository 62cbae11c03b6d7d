"""What openai-python and openai-node read of responses."""

from __future__ import annotations

from typing import Any

from probes.protocols.strictness.events import NodeEvents, PythonEvents
from probes.protocols.strictness.reading import ClientReading, breaks, field, js_field, js_rows, js_text
from probes.protocols.strictness.responses_node import ResponsesNodeHelper

_LIFECYCLE = ("created", "queued", "in_progress", "completed", "failed", "incomplete")
LIFECYCLE = frozenset(f"response.{name}" for name in _LIFECYCLE)
TEXT = "response.output_text.delta"


class ResponsesPythonRaw(PythonEvents):
    """The raw iteration of a stream: the documented loop in Python."""

    reader = "python raw"

    def chunk(self, value: Any) -> None:
        if field(value, "type", "event") == TEXT:
            delta = value.get("delta")
            if not isinstance(delta, str):
                breaks("missing" if delta is None else "type", f"{TEXT}.delta")
            self.hand_on(delta)


class ResponsesNodeRaw(NodeEvents):
    """The raw iteration of a stream: the documented loop in JavaScript."""

    reader = "node raw"

    def chunk(self, value: Any) -> None:
        if js_field(value, "type", "event") == TEXT:
            self.hand_on(js_text(value.get("delta")))


class ResponsesPythonHelper(PythonEvents):
    """It builds the response: ``response.created`` first, items and parts before their texts, one id throughout."""

    reader = "python helper"
    whole = True

    def __init__(self) -> None:
        super().__init__()
        self._id: Any = None
        self._begun = self._completed = self._unfinished = False
        self._items: dict[Any, Any] = {}
        self._finished: dict[Any, Any] = {}

    def chunk(self, value: Any) -> None:
        kind = field(value, "type", "event")
        kind = kind if isinstance(kind, str) else ""
        if not self._begun:
            self._begin(kind, value)
            return
        if kind in LIFECYCLE:
            self._lifecycle(kind, value.get("response"))
            return
        match kind:
            case "response.output_item.added" if value.get("item") is not None:
                self._added(value)
            case "response.content_part.added":
                self._part_added(value)
            case "response.output_text.delta" | "response.output_text.done":
                self._text(kind, value)
            case "response.output_item.done":
                self._item_done(value)

    def _begin(self, kind: Any, value: dict[str, Any]) -> None:
        if kind != "response.created":
            breaks("missing", "response.created")
        response = value.get("response")
        if not isinstance(response, dict):
            breaks("missing" if response is None else "type", "response.created.response")
        self._begun, self._id = True, response.get("id")
        output = response.get("output")
        if not isinstance(output, (list, dict, str)) and output is not None:
            breaks("type", "response.created.response.output")
        self._items = dict(enumerate(output or ()))

    def _lifecycle(self, kind: str, response: Any) -> None:
        if (response.get("id") if isinstance(response, dict) else None) != self._id:
            breaks("changed", f"{kind}.response.id")
        output = response.get("output") if isinstance(response, dict) else None
        if not isinstance(output, (list, dict, str)) and output is not None and output:
            breaks("type", f"{kind}.response.output")
        items = list(output or ())
        for item in items:
            field(item, "type", f"{kind}.response.output[]")
        if kind in ("response.failed", "response.incomplete"):
            self._unfinished = True
        if kind != "response.completed":
            return
        known = {_identity(item) for item in items}
        for index, item in self._items.items():
            if index not in self._finished and _identity(item) not in known:
                breaks("unfinished", f"{kind}.response.output")
        if not isinstance(response, dict):
            breaks("missing" if response is None else "type", f"{kind}.response")
        self._completed = True
        items = list(self._finished.values()) if output is None else items
        self.hand_on(output_text({"output": items}, f"{kind}.response.output"))

    def _added(self, value: dict[str, Any]) -> None:
        index, item = self._index(value, "response.output_item.added"), value["item"]
        if index in self._items:
            breaks("twice", "response.output_item.added.output_index")
        field(item, "type", "response.output_item.added.item")
        content = item.get("content")
        self._items[index] = {**item, "content": list(content) if isinstance(content, list) else content}

    def _index(self, value: dict[str, Any], where: str) -> Any:
        index = value.get("output_index")
        if isinstance(index, (dict, list)):
            breaks("type", f"{where}.output_index")
        return index

    def _item(self, value: dict[str, Any], where: str) -> Any:
        index = self._index(value, where)
        if index not in self._items:
            breaks("no_item", f"{where}.output_index")
        return self._items[index]

    def _part_added(self, value: dict[str, Any]) -> None:
        item = self._item(value, "response.content_part.added")
        if field(item, "type", "response.output_item.added.item") != "message":
            return
        part, content = value.get("part"), item.get("content")
        if not isinstance(content, list):
            breaks("missing" if content is None else "type", "response.output_item.added.item.content")
        if not isinstance(part, dict):
            breaks("missing" if part is None else "type", "response.content_part.added.part")
        content.append(dict(part))

    def _text(self, kind: str, value: dict[str, Any]) -> None:
        item = self._item(value, kind)
        if field(item, "type", "response.output_item.added.item") != "message":
            breaks("type", "response.output_item.added.item.type")
        content, index = item.get("content"), value.get("content_index")
        if not isinstance(content, list):
            breaks("missing" if content is None else "type", "response.output_item.added.item.content")
        if not isinstance(index, int):
            breaks("missing" if index is None else "type", f"{kind}.content_index")
        if not -len(content) <= index < len(content):
            breaks("no_part", f"{kind}.content_index")
        part = content[index]
        if field(part, "type", "response.content_part.added.part") != "output_text":
            breaks("type", "response.content_part.added.part.type")
        if kind == TEXT:
            if not isinstance(part.get("text"), str):
                breaks("missing" if part.get("text") is None else "type", "response.content_part.added.part.text")
            if not isinstance(value.get("delta"), str):
                breaks("missing" if value.get("delta") is None else "type", f"{kind}.delta")

    def _item_done(self, value: dict[str, Any]) -> None:
        index, item = self._index(value, "response.output_item.done"), value.get("item")
        field(item, "type", "response.output_item.done.item")
        added = self._items.get(index)
        if added is not None and _identity(added) != _identity(item):
            breaks("changed", "response.output_item.done.item")
        for other, held in self._finished.items():
            if other != index and _identity(held) == _identity(item):
                breaks("twice", "response.output_item.done.item")
        self._finished[index] = item

    def end(self) -> None:
        if not self._completed and not self._unfinished:
            breaks("missing", "response.completed")


def _identity(item: Any) -> tuple[str, str, str]:
    kind = item.get("type") if isinstance(item, dict) else None
    routed = kind in ("function_call", "custom_tool_call", "shell_call", "shell_call_output")
    values = item if isinstance(item, dict) else {}
    return repr(kind), "" if routed else repr(values.get("id")), repr(values.get("call_id"))


def output_text(response: Any, where: str) -> str:
    """Return what ``output_text`` of openai-python joins."""
    output = field(response, "output", "body")
    if not isinstance(output, list):
        breaks("missing" if output is None else "type", where)
    texts = []
    for item in output:
        if field(item, "type", f"{where}[]") != "message":
            continue
        content = item.get("content")
        if not isinstance(content, list):
            breaks("missing" if content is None else "type", f"{where}[].content")
        for part in content:
            if field(part, "type", f"{where}[].content[]") == "output_text":
                if not isinstance(part.get("text"), str):
                    breaks("missing" if part.get("text") is None else "type", f"{where}[].content[].text")
                texts.append(part["text"])
    return "".join(texts)


def readings() -> list[ClientReading]:
    """Return the readings of a stream by all clients."""
    return [ResponsesPythonRaw(), ResponsesPythonHelper(), ResponsesNodeRaw(), ResponsesNodeHelper()]


def python_plain(value: Any) -> str | None:
    """Return ``output_text`` of openai-python."""
    return output_text(value, "output")


def node_plain(value: Any) -> str | None:
    """Return ``output_text`` of openai-node, which asks for ``object`` first."""
    js_field(value, "object", "body")
    if not isinstance(value, dict) or value.get("object") != "response":
        breaks("no_text", "object")
    texts = []
    for item in js_rows(value.get("output"), "output"):
        if js_field(item, "type", "output[]") != "message":
            continue
        for part in js_rows(item.get("content"), "output[].content"):
            if js_field(part, "type", "output[].content[]") == "output_text":
                texts.append(js_text(part["text"]) if part.get("text") is not None else "")
    return "".join(texts)
