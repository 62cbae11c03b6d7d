"""How openai-node's stream helper builds a response out of events: it checks every item, part and id."""

from __future__ import annotations

from typing import Any

from probes.protocols.strictness.events import NodeEvents
from probes.protocols.strictness.reading import breaks, js_field, js_rows, js_text

# fmt: off
_ITEM_TYPES = {
    "message": ("output_text.delta", "output_text.done", "output_text.annotation.added", "refusal.delta",
                "refusal.done"),
    "function_call": ("function_call_arguments.delta", "function_call_arguments.done"),
    "custom_tool_call": ("custom_tool_call_input.delta", "custom_tool_call_input.done"),
    "mcp_call": ("mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.in_progress", "mcp_call.completed",
                 "mcp_call.failed"),
    "shell_call_output": ("shell_call_output_content.delta", "shell_call_output_content.done"),
    "reasoning": ("reasoning_text.delta", "reasoning_text.done", "reasoning_summary_part.added",
                  "reasoning_summary_part.done", "reasoning_summary_text.delta", "reasoning_summary_text.done"),
    "code_interpreter_call": ("code_interpreter_call_code.delta", "code_interpreter_call_code.done",
                              "code_interpreter_call.in_progress", "code_interpreter_call.interpreting",
                              "code_interpreter_call.completed"),
    "file_search_call": ("file_search_call.in_progress", "file_search_call.searching", "file_search_call.completed"),
    "web_search_call": ("web_search_call.in_progress", "web_search_call.searching", "web_search_call.completed"),
    "image_generation_call": ("image_generation_call.in_progress", "image_generation_call.generating",
                              "image_generation_call.completed", "image_generation_call.partial_image"),
    "mcp_list_tools": ("mcp_list_tools.in_progress", "mcp_list_tools.completed", "mcp_list_tools.failed"),
    "compaction": ("compaction.compacting",),
}
_EXPECTED = {f"response.{name}": kind for kind, names in _ITEM_TYPES.items() for name in names}
_LIFECYCLE = frozenset(
    f"response.{name}" for name in ("created", "queued", "in_progress", "completed", "failed", "incomplete")
)
_KNOWN = frozenset((
    *_EXPECTED, *_LIFECYCLE, "keepalive", "error", "response.output_item.added", "response.output_item.done",
    "response.content_part.added", "response.content_part.done", "response.shell_call_command.added",
    "response.shell_call_command.delta", "response.shell_call_command.done", "response.audio.delta",
    "response.audio.done", "response.audio.transcript.delta", "response.audio.transcript.done",
))
# fmt: on
_LARGEST = 2**53


def _is_index(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and value == int(value)
        and abs(value) < _LARGEST
    )


class ResponsesNodeHelper(NodeEvents):
    """It accepts known event types alone, ``response.created`` first, items and parts in the order of their index."""

    reader = "node helper"
    whole = True

    def __init__(self) -> None:
        super().__init__()
        self._response: dict[str, Any] | None = None
        self._output: list[dict[str, Any]] = []
        self._places: dict[int, int] = {}
        self._open: dict[int, str] = {}
        self._text = ""
        self._completed = False

    def chunk(self, value: Any) -> None:
        kind = js_field(value, "type", "event")
        if kind == "error":
            breaks("error_event")
        if not isinstance(kind, str) or kind not in _KNOWN:
            breaks("unknown_event", kind if isinstance(kind, str) else "type")
        if kind in _LIFECYCLE:
            self._lifecycle(kind, value)
        elif self._response is None:
            breaks("missing", "response.created")
        elif kind != "keepalive":
            self._item_event(kind, value)

    def _lifecycle(self, kind: str, value: dict[str, Any]) -> None:
        response = value.get("response")
        if not isinstance(response, (dict, list)):
            breaks("missing" if response is None else "type", f"{kind}.response")
        response = response if isinstance(response, dict) else {}
        if self._response is not None and response.get("id") != self._response.get("id"):
            breaks("changed", f"{kind}.response.id")
        if self._response is None and kind != "response.created":
            breaks("missing", "response.created")
        output: Any = response.get("output")
        if output is None:
            output = [dict(one) for one in self._output] if kind == "response.completed" else []
        output = js_rows(output, f"{kind}.response.output")
        for item in output:
            self._identity(item, f"{kind}.response.output[]")
        if len({item["id"] for item in output if "id" in item}) < len([item for item in output if "id" in item]):
            breaks("twice", f"{kind}.response.output[].id")
        if kind == "response.completed":
            known = {self._key(item) for item in output}
            if any(key not in known for key in self._open.values()):
                breaks("unfinished", f"{kind}.response.output")
        self._text = self._joined(output, f"{kind}.response.output")
        if isinstance(response.get("output_text"), str):
            self._text = response["output_text"]
        self._response, self._completed = response, kind == "response.completed"
        if kind != "response.completed":
            kept = {self._key(item) for item in output}
            self._output = [dict(item) for item in output] + [one for one in self._output if self._key(one) not in kept]
            self._places = {index: index for index in range(len(self._output))}
            self._open = {index: self._key(one) for index, one in enumerate(self._output)}

    def _joined(self, output: Any, where: str) -> str:
        texts = []
        for item in output:
            if item.get("type") != "message":
                continue
            for part in js_rows(item.get("content"), f"{where}[].content"):
                if js_field(part, "type", f"{where}[].content[]") == "output_text":
                    texts.append(js_text(part["text"]) if part.get("text") is not None else "")
        return "".join(texts)

    def _key(self, item: dict[str, Any]) -> str:
        return repr((item.get("type"), item.get("id"), item.get("call_id")))

    def _identity(self, item: Any, where: str) -> None:
        if not isinstance(item, dict):
            breaks("missing" if item is None else "type", where)
        kind = item.get("type")
        if not isinstance(kind, str):
            breaks("missing" if kind is None else "type", f"{where}.type")
        optional = kind in ("function_call", "custom_tool_call")
        named = isinstance(item.get("id"), str) and bool(item["id"])
        if ("id" in item or not optional) and not named:
            breaks("missing" if not item.get("id") else "type", f"{where}.id")
        called = optional or kind in ("shell_call", "shell_call_output")
        if called and not isinstance(item.get("call_id"), str):
            breaks("missing" if item.get("call_id") is None else "type", f"{where}.call_id")

    def _item_event(self, kind: str, value: dict[str, Any]) -> None:
        if kind == "response.output_item.added":
            if "output_index" in value or value.get("item") is not None:
                self._added(value)
            return
        scoped = kind in _EXPECTED or kind.startswith(("response.content_part.", "response.output_item."))
        if not scoped:
            return
        item = self._at(kind, value)
        if kind == "response.output_item.done":
            self._item_done(value, item)
            return
        part = value.get("part")
        if kind.startswith("response.content_part."):
            js_field(part, "type", f"{kind}.part")
        if not isinstance(value.get("item_id"), str) or not value["item_id"]:
            breaks("missing" if not value.get("item_id") else "type", f"{kind}.item_id")
        if item.get("id") != value["item_id"]:
            breaks("changed", f"{kind}.item_id")
        reasons = isinstance(part, dict) and part.get("type") == "reasoning_text"
        if item.get("type") != _EXPECTED.get(kind, "reasoning" if reasons else "message"):
            breaks("type", "response.output_item.added.item.type")
        if item.get("type") == "message":
            self._content(kind, value, item)

    def _at(self, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        index: Any = value.get("output_index")
        if not _is_index(index) or index < 0:
            breaks("missing" if index is None else "type", f"{kind}.output_index")
        if int(index) not in self._places:
            breaks("no_item", f"{kind}.output_index")
        return self._output[self._places[int(index)]]

    def _added(self, value: dict[str, Any]) -> None:
        where = "response.output_item.added"
        index: Any = value.get("output_index")
        item: Any = value.get("item")
        if not _is_index(index) or index < 0:
            breaks("missing" if index is None else "type", f"{where}.output_index")
        if item is None:
            return
        if int(index) in self._places:
            breaks("twice", f"{where}.output_index")
        self._identity(item, f"{where}.item")
        if any(self._key(one) == self._key(item) for one in self._output):
            breaks("twice", f"{where}.item.id")
        self._joined([item], f"{where}.item")
        content = item.get("content")
        self._places[int(index)] = len(self._output)
        self._open[int(index)] = self._key(item)
        self._output.append({**item, "content": list(content) if isinstance(content, list) else content})

    def _item_done(self, value: dict[str, Any], item: dict[str, Any]) -> None:
        where = "response.output_item.done.item"
        new: Any = value.get("item")
        self._identity(new, where)
        if self._key(new) != self._key(item):
            breaks("changed", where)
        self._joined([new], where)
        self._output[self._places[int(value["output_index"])]] = dict(new)
        self._open.pop(int(value["output_index"]), None)

    def _content(self, kind: str, value: dict[str, Any], item: dict[str, Any]) -> None:
        content: Any = item.get("content")
        index: Any = value.get("content_index")
        if not isinstance(content, list):
            breaks("missing" if content is None else "type", "response.output_item.added.item.content")
        if not _is_index(index) or index < 0:
            breaks("missing" if index is None else "type", f"{kind}.content_index")
        adds = kind == "response.content_part.added"
        if index > len(content) - (not adds) or (adds and index != len(content)):
            breaks("no_part", f"{kind}.content_index")
        if adds:
            self._check_text(value["part"], f"{kind}.part")
            content.append(value["part"])
            return
        held = content[int(index)]
        if not isinstance(held, (dict, list, str)) or held == "":
            breaks("type", "response.content_part.added.part")
        if kind == "response.content_part.done":
            self._check_text(value["part"], f"{kind}.part")
            content[int(index)] = value["part"]
        elif kind.startswith("response.output_text."):
            if not isinstance(held, dict) or held.get("type") != "output_text":
                breaks("type", "response.content_part.added.part.type")
            if kind == "response.output_text.delta":
                self.hand_on(js_text(value.get("delta")))
            elif value.get("text") is None:
                breaks("missing", f"{kind}.text")

    def _check_text(self, part: Any, where: str) -> None:
        if isinstance(part, dict) and part.get("type") == "output_text" and part.get("text") is None:
            breaks("missing", f"{where}.text")

    def end(self) -> None:
        if self._response is None:
            breaks("no_events")
        if self._completed:
            self.pieces = int(bool(self._text.strip()))
