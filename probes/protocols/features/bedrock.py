"""Features of Amazon Bedrock's Converse: ``toolConfig``, ``outputConfig.textFormat``, ``image``; no embeddings.

Source: botocore 1.44.8, ``data/bedrock-runtime/2023-09-30``. Embeddings need InvokeModel with a body for
each vendor, and models are described at another host, which a check of this one does not ask.
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


class _BedrockFeatures:
    demands = True

    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest:
        stream = name == "tools_stream"
        plain = wire("bedrock").generation(attempt, model, stream=stream, adapted=common.theirs(adapted))
        body = {**(plain.body or {}), **_more(name, adapted, call)}
        if "inferenceConfig" in body:
            body["inferenceConfig"] = {"maxTokens": common.ROOM}
        return ApiRequest(plain.method, plain.path, plain.headers, body)

    def call(self, value: Any) -> Call:
        output = value.get("output") if isinstance(value, dict) else None
        message = output.get("message") if isinstance(output, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        return _read(content if isinstance(content, list) else [])

    def streamed_call(self, events: Sequence[Event]) -> Call:
        blocks: dict[str, dict[str, Any]] = {}
        for event in events:
            _, value = parse_json(event.data)
            if not isinstance(value, dict):
                continue
            at, start, delta = str(value.get("contentBlockIndex")), value.get("start"), value.get("delta")
            block = blocks.setdefault(at, {})
            if isinstance(start, dict) and isinstance(start.get("toolUse"), dict):
                block["toolUse"] = {**start["toolUse"], "input": ""}
            if isinstance(delta, dict):
                block["text"] = text_of(block.get("text")) + text_of(delta.get("text"))
                piece = delta.get("toolUse")
                if isinstance(piece, dict) and "toolUse" in block:
                    block["toolUse"]["input"] += text_of(piece.get("input"))
        for block in blocks.values():
            if "toolUse" in block:
                known, block["toolUse"]["input"] = parse_json(written := block["toolUse"]["input"] or "{}")
                if not known:
                    return Call("not_json", written[:300])
        return _read(list(blocks.values()))

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None

    def vector(self, value: Any) -> int:
        return 0

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return common.adapt("bedrock", text, adapted)

    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return None

    def sees(self, value: Any, model: str) -> bool | None:
        return None


def _more(name: str, adapted: tuple[str, ...], call: Call | None) -> dict[str, Any]:
    if name == "structured_output":
        form = {"name": "answer", "schema": json.dumps(common.FORM_SCHEMA)}
        text = {"type": "json_schema", "structure": {"jsonSchema": form}}
        return {"messages": [_user({"text": common.FORM_PROMPT})], "outputConfig": {"textFormat": text}}
    if name == "vision":
        picture = {"image": {"format": "png", "source": {"bytes": common.picture()}}}
        return {"messages": [_user(picture, {"text": common.SEEN_PROMPT})]}
    tool = {"name": common.TOOL, "description": common.TOOL_ABOUT, "inputSchema": {"json": common.TOOL_SCHEMA}}
    config: dict[str, Any] = {"tools": [{"toolSpec": tool}]}
    asked = [_user({"text": common.TOOL_PROMPT})]
    if call is not None:
        result = {"toolUseId": call.id, "content": [{"json": common.TOOL_RESULT}]}
        asked += [{"role": "assistant", "content": call.turn}, _user({"toolResult": result})]
    else:
        config["toolChoice"] = {"auto": {}} if common.AUTO in adapted else {"tool": {"name": common.TOOL}}
    return {"messages": asked, "toolConfig": config}


def _user(*content: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": [*content]}


def _read(content: list[Any]) -> Call:
    blocks = [block for block in content if isinstance(block, dict)]
    for block in blocks:
        used = block.get("toolUse")
        if isinstance(used, dict):
            name, given, mark = used.get("name"), used.get("input"), used.get("toolUseId")
            found = common.arguments(name, given, text=False, turn=blocks, id=mark)
            return found if found.problem or found.id else Call("no_id", found.arguments)
    return common.uncalled("".join(text_of(block.get("text")) for block in blocks))


FEATURES = _BedrockFeatures()
