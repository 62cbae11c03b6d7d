"""Features of Anthropic messages: ``tools`` with ``input_schema``, ``output_config.format``, ``image``; no embeddings.

Source: docs.claude.com/en/api/messages, and anthropic-python 2.12, whose ``tool_use`` has its input as an object.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from probes.model.attempt import Attempt
from probes.protocols import features as common
from probes.protocols.errors import parse_json
from probes.protocols.features import Call
from probes.protocols.protocol import ApiRequest, text_of, wire
from probes.protocols.sse import Event


class MessagesFeatures:
    """The features of the Messages API, also where another house serves it. ``protocol`` is the wire that asks."""

    protocol = "anthropic"
    demands = True

    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest:
        stream = name == "tools_stream"
        plain = wire(self.protocol).generation(attempt, model, stream=stream, adapted=common.theirs(adapted))
        body = {**(plain.body or {}), "max_tokens": common.ROOM, **_more(name, adapted, call)}
        return ApiRequest(plain.method, plain.path, plain.headers, body)

    def call(self, value: Any) -> Call:
        content = value.get("content") if isinstance(value, dict) else None
        return _read(content if isinstance(content, list) else [])

    def streamed_call(self, events: Sequence[Event]) -> Call:
        blocks: dict[str, dict[str, Any]] = {}
        for event in events:
            _, value = parse_json(event.data)
            if not isinstance(value, dict):
                continue
            at, block, delta = str(value.get("index")), value.get("content_block"), value.get("delta")
            if isinstance(block, dict):
                blocks[at] = {**block}
            elif isinstance(delta, dict) and at in blocks:
                blocks[at]["text"] = text_of(blocks[at].get("text")) + text_of(delta.get("text"))
                blocks[at]["json"] = text_of(blocks[at].get("json")) + text_of(delta.get("partial_json"))
        for block in blocks.values():
            if written := block.get("json"):
                known, read = parse_json(written)
                if not known:
                    return Call("not_json", written[:300])
                block["input"] = read
        return _read(list(blocks.values()))

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None

    def vector(self, value: Any) -> int:
        return 0

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return common.adapt(self.protocol, text, adapted)

    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return wire(self.protocol).models(attempt)

    def sees(self, value: Any, model: str) -> bool | None:
        return common.takes_pictures(common.row_of(value, model))


def _more(name: str, adapted: tuple[str, ...], call: Call | None) -> dict[str, Any]:
    if name == "structured_output":
        form = {"type": "json_schema", "schema": common.FORM_SCHEMA}
        return {"messages": [{"role": "user", "content": common.FORM_PROMPT}], "output_config": {"format": form}}
    if name == "vision":
        source = {"type": "base64", "media_type": "image/png", "data": common.picture()}
        parts = [{"type": "image", "source": source}, {"type": "text", "text": common.SEEN_PROMPT}]
        return {"messages": [{"role": "user", "content": parts}]}
    asked: list[Any] = [{"role": "user", "content": common.TOOL_PROMPT}]
    tool = {"name": common.TOOL, "description": common.TOOL_ABOUT, "input_schema": common.TOOL_SCHEMA}
    more = {"messages": asked, "tools": [tool]}
    if call is not None:
        result = {"type": "tool_result", "tool_use_id": call.id, "content": json.dumps(common.TOOL_RESULT)}
        asked += [{"role": "assistant", "content": call.turn}, {"role": "user", "content": [result]}]
        return more
    return {
        **more,
        "tool_choice": {"type": "auto"} if common.AUTO in adapted else {"type": "tool", "name": common.TOOL},
    }


def _read(content: list[Any]) -> Call:
    blocks = [block for block in content if isinstance(block, dict)]
    for block in blocks:
        if block.get("type") == "tool_use":
            found = common.arguments(block.get("name"), block.get("input"), text=False, turn=blocks, id=block.get("id"))
            return found if found.problem or found.id else Call("no_id", found.arguments)
    return common.uncalled("".join(text_of(block.get("text")) for block in blocks))


FEATURES = MessagesFeatures()
