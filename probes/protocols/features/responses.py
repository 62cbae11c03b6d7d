"""Features of Responses: ``tools`` without a nested ``function``, ``text.format``, ``input_image`` and output items.

Source: platform.openai.com/docs/api-reference/responses, and openai-python 3.54.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from probes.model.attempt import Attempt
from probes.protocols import features as common
from probes.protocols.errors import parse_json
from probes.protocols.features import Call
from probes.protocols.features.openai import ChatFeatures
from probes.protocols.protocol import ApiRequest, text_of, wire
from probes.protocols.sse import Event


class _ResponsesFeatures(ChatFeatures):
    protocol = "responses"

    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest:
        plain = wire("responses").generation(
            attempt, model, stream=name == "tools_stream", adapted=common.theirs(adapted)
        )
        body = {**(plain.body or {}), **self._more(name, adapted, call)}
        if "max_output_tokens" in body:
            body["max_output_tokens"] = common.ROOM
        return ApiRequest(plain.method, plain.path, plain.headers, body)

    def _more(self, name: str, adapted: tuple[str, ...], call: Call | None) -> dict[str, Any]:
        if name == "structured_output":
            form = {"type": "json_schema", "name": "capital", "strict": True, "schema": common.FORM_SCHEMA}
            return {"input": common.FORM_PROMPT, "text": {"format": form}}
        if name == "vision":
            image = {"type": "input_image", "image_url": common.picture_url()}
            image |= {} if common.PLAIN in adapted else {"detail": "low"}
            parts = [{"type": "input_text", "text": common.SEEN_PROMPT}, image]
            return {"input": [{"role": "user", "content": parts}]}
        tool = {
            "type": "function",
            "name": common.TOOL,
            "description": common.TOOL_ABOUT,
            "parameters": common.TOOL_SCHEMA,
        }
        more: dict[str, Any] = {"input": common.TOOL_PROMPT, "tools": [{**tool, "strict": False}]}
        if call is not None:
            asked = {"role": "user", "content": common.TOOL_PROMPT}
            done = {"type": "function_call_output", "call_id": call.id, "output": json.dumps(common.TOOL_RESULT)}
            return {**more, "input": [asked, *call.turn, done]}
        return {**more, "tool_choice": "auto" if common.AUTO in adapted else {"type": "function", "name": common.TOOL}}

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return common.adapt("responses", text, adapted)

    def call(self, value: Any) -> Call:
        output = value.get("output") if isinstance(value, dict) else None
        return _read(output if isinstance(output, list) else [])

    def streamed_call(self, events: Sequence[Event]) -> Call:
        done: list[Any] = []
        whole: list[Any] = []
        for event in events:
            _, value = parse_json(event.data)
            if not isinstance(value, dict):
                continue
            if value.get("type") == "response.output_item.done":
                done.append(value.get("item"))
            elif value.get("type") == "response.completed" and isinstance(value.get("response"), dict):
                output = value["response"].get("output")
                whole = output if isinstance(output, list) else []
        return _read(done or whole)


def _read(output: list[Any]) -> Call:
    items = [item for item in output if isinstance(item, dict)]
    for item in items:
        if item.get("type") == "function_call":
            called, given = item.get("call_id") or "", item.get("arguments")
            return common.arguments(item.get("name"), given, text=True, turn=items, id=called)
    contents = [item["content"] for item in items if isinstance(item.get("content"), list)]
    rows = [row for content in contents for row in content if isinstance(row, dict)]
    return common.uncalled("".join(text_of(row.get("text")) for row in rows))


FEATURES = _ResponsesFeatures()
