"""Features of the Ollama API: ``tools``, ``format``, ``images``, ``/api/embed``, and ``/api/show`` for capabilities.

Source: github.com/ollama/ollama, docs/api.md, and ollama-python 0.6. Tool calls have no ids, and cannot be forced.
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

_JSON = (("Accept", "application/json"), ("Content-Type", "application/json"))


class _OllamaFeatures:
    demands = False

    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest:
        plain = wire("ollama").generation(attempt, model, stream=name == "tools_stream", adapted=common.theirs(adapted))
        body = {**(plain.body or {}), "options": {"num_predict": common.ROOM}, **_more(name, call)}
        return ApiRequest(plain.method, plain.path, plain.headers, body)

    def call(self, value: Any) -> Call:
        return _read([value])

    def streamed_call(self, events: Sequence[Event]) -> Call:
        return _read([parse_json(event.data)[1] for event in events])

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        return ApiRequest("POST", "/api/embed", _JSON, {"model": model, "input": common.EMBEDDED})

    def vector(self, value: Any) -> int:
        rows = value.get("embeddings") if isinstance(value, dict) else None
        return len(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], list) else 0

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return None  # Ollama ignores unknown parameters

    def claims(self, attempt: Attempt, model: str) -> ApiRequest:
        return ApiRequest("POST", "/api/show", _JSON, {"model": model})

    def sees(self, value: Any, model: str) -> bool | None:
        return common.takes_pictures(value) if isinstance(value, dict) else None


def _more(name: str, call: Call | None) -> dict[str, Any]:
    if name == "structured_output":
        return {"messages": [{"role": "user", "content": common.FORM_PROMPT}], "format": common.FORM_SCHEMA}
    if name == "vision":
        return {"messages": [{"role": "user", "content": common.SEEN_PROMPT, "images": [common.picture()]}]}
    asked: list[Any] = [{"role": "user", "content": common.TOOL_PROMPT}]
    tool = {"name": common.TOOL, "description": common.TOOL_ABOUT, "parameters": common.TOOL_SCHEMA}
    if call is not None:
        asked += [call.turn, {"role": "tool", "tool_name": common.TOOL, "content": json.dumps(common.TOOL_RESULT)}]
    return {"messages": asked, "tools": [{"type": "function", "function": tool}]}


def _read(lines: Sequence[Any]) -> Call:
    """Return the first call in any of the lines. A call is never split over several lines."""
    text = ""
    for line in lines:
        message = line.get("message") if isinstance(line, dict) else None
        if not isinstance(message, dict):
            continue
        calls = message.get("tool_calls")
        first = calls[0] if isinstance(calls, list) and calls else None
        function = first.get("function") if isinstance(first, dict) else None
        if isinstance(function, dict):
            return common.arguments(function.get("name"), function.get("arguments"), text=False, turn=message)
        text += text_of(message.get("content"))
    return common.uncalled(text)


FEATURES = _OllamaFeatures()
