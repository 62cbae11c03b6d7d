"""Features of the Gemini API: ``functionDeclarations``, ``responseSchema``, ``inlineData``, ``:embedContent``.

Source: ai.google.dev/api/generate-content. Its schemas do not support ``additionalProperties``. The model's message is
sent back unchanged, because newer models look for their ``thoughtSignature`` in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt
from probes.protocols import features as common
from probes.protocols.errors import parse_json
from probes.protocols.features import Call
from probes.protocols.protocol import ApiRequest, text_of, wire
from probes.protocols.sse import Event


class GenerateContentFeatures:
    """The features of the Gemini API, and what Vertex AI shares with it. ``protocol`` is the wire that asks."""

    protocol = "gemini"
    demands = True

    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest:
        stream = name == "tools_stream"
        plain = wire(self.protocol).generation(attempt, model, stream=stream, adapted=common.theirs(adapted))
        body = {**(plain.body or {}), **_more(name, adapted, call)}
        config: dict[str, Any] = {"maxOutputTokens": common.ROOM} if "generationConfig" in (plain.body or {}) else {}
        if name == "structured_output":
            schema = {key: value for key, value in common.FORM_SCHEMA.items() if key != "additionalProperties"}
            config |= {"responseMimeType": "application/json", "responseSchema": schema}
        return ApiRequest(
            plain.method, plain.path, plain.headers, {**body, "generationConfig": config} if config else body
        )

    def call(self, value: Any) -> Call:
        return _read([value])

    def streamed_call(self, events: Sequence[Event]) -> Call:
        return _read([parse_json(event.data)[1] for event in events])

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        headers = (("Accept", "application/json"), ("Content-Type", "application/json"))
        path = f"/{attempt.version}/models/{quote(model, safe='@{}')}:embedContent"
        return ApiRequest("POST", path, headers, {"content": {"parts": [{"text": common.EMBEDDED}]}})

    def vector(self, value: Any) -> int:
        found = value.get("embedding") if isinstance(value, dict) else None
        values = found.get("values") if isinstance(found, dict) else None
        return len(values) if isinstance(values, list) else 0

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return common.adapt(self.protocol, text, adapted)

    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return wire(self.protocol).models(attempt)

    def sees(self, value: Any, model: str) -> bool | None:
        return common.takes_pictures(common.row_of(value, model))


def _more(name: str, adapted: tuple[str, ...], call: Call | None) -> dict[str, Any]:
    if name == "structured_output":
        return {"contents": [{"role": "user", "parts": [{"text": common.FORM_PROMPT}]}]}
    if name == "vision":
        image = {"inlineData": {"mimeType": "image/png", "data": common.picture()}}
        return {"contents": [{"role": "user", "parts": [image, {"text": common.SEEN_PROMPT}]}]}
    asked: list[Any] = [{"role": "user", "parts": [{"text": common.TOOL_PROMPT}]}]
    tool = {"name": common.TOOL, "description": common.TOOL_ABOUT, "parameters": common.TOOL_SCHEMA}
    more = {"contents": asked, "tools": [{"functionDeclarations": [tool]}]}
    if call is not None:
        done = {"name": common.TOOL, "response": common.TOOL_RESULT} | ({"id": call.id} if call.id else {})
        asked += [call.turn, {"role": "user", "parts": [{"functionResponse": done}]}]
        return more
    choice = {"mode": "AUTO"} if common.AUTO in adapted else {"mode": "ANY", "allowedFunctionNames": [common.TOOL]}
    return {**more, "toolConfig": {"functionCallingConfig": choice}}


def _read(pieces: Sequence[Any]) -> Call:
    """Return the first call in the parts of all pieces. A call is never split over several pieces."""
    text = ""
    for piece in pieces:
        candidates = piece.get("candidates") if isinstance(piece, dict) else None
        first = candidates[0] if isinstance(candidates, list) and candidates else None
        content = first.get("content") if isinstance(first, dict) else None
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else ():
            called = part.get("functionCall") if isinstance(part, dict) else None
            if isinstance(called, dict):
                args = called.get("args")
                return common.arguments(
                    called.get("name"), args, text=False, turn=content, id=text_of(called.get("id"))
                )
            text += text_of(part.get("text")) if isinstance(part, dict) else ""
    return common.uncalled(text)


FEATURES = GenerateContentFeatures()
