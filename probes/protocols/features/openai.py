"""Features of chat completions: ``tools``, ``response_format``, ``image_url``, and ``POST {base}/embeddings``.

Source: platform.openai.com/docs/api-reference/chat, and openai-python 3.54, which takes a call's arguments as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from probes.model.attempt import Attempt
from probes.model.record import replace
from probes.protocols import features as common
from probes.protocols.errors import parse_json
from probes.protocols.features import Call
from probes.protocols.protocol import ApiRequest, text_of, wire
from probes.protocols.sse import Event

_TURN = ("role", "content", "tool_calls")
# Fields that some servers add to a message.
_ADDED = re.compile(r"reasoning|annotations|refusal|function_call", re.IGNORECASE)
_LIMITS = ("max_tokens", "max_completion_tokens")


class ChatFeatures:
    """Features of chat completions. Azure and Responses extend this class."""

    protocol = "openai"
    demands = True

    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest:
        plain = wire(self.protocol).generation(
            attempt, model, stream=name == "tools_stream", adapted=common.theirs(adapted)
        )
        body = {key: common.ROOM if key in _LIMITS else value for key, value in (plain.body or {}).items()}
        return ApiRequest(plain.method, plain.path, plain.headers, {**body, **self._more(name, adapted, call)})

    def _more(self, name: str, adapted: tuple[str, ...], call: Call | None) -> dict[str, Any]:
        if name == "structured_output":
            form = {"name": "capital", "strict": True, "schema": common.FORM_SCHEMA}
            return {
                "messages": [{"role": "user", "content": common.FORM_PROMPT}],
                "response_format": {"type": "json_schema", "json_schema": form},
            }
        if name == "vision":
            url = {"url": common.picture_url(), **({} if common.PLAIN in adapted else {"detail": "low"})}
            parts = [{"type": "text", "text": common.SEEN_PROMPT}, {"type": "image_url", "image_url": url}]
            return {"messages": [{"role": "user", "content": parts}]}
        tool = {"name": common.TOOL, "description": common.TOOL_ABOUT, "parameters": common.TOOL_SCHEMA}
        asked: list[Any] = [{"role": "user", "content": common.TOOL_PROMPT}]
        more = {"messages": asked, "tools": [{"type": "function", "function": tool}]}
        if call is not None:
            turn = {key: value for key, value in call.turn.items() if key in _TURN or common.BARE not in adapted}
            asked += [turn, {"role": "tool", "tool_call_id": call.id, "content": json.dumps(common.TOOL_RESULT)}]
            return more
        forced = {"type": "function", "function": {"name": common.TOOL}}
        return {**more, "tool_choice": "auto" if common.AUTO in adapted else forced}

    def call(self, value: Any) -> Call:
        choices = value.get("choices") if isinstance(value, dict) else None
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        return _read(message) if isinstance(message, dict) else Call("none")

    def streamed_call(self, events: Sequence[Event]) -> Call:
        calls: dict[object, dict[str, Any]] = {}
        text, indexed = "", True
        for delta in _deltas(events):
            text += text_of(delta.get("content"))
            rows = delta.get("tool_calls")
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict):
                    indexed &= isinstance(row.get("index"), int)
                    _grow(calls.setdefault(str(row.get("index", 0)), {"function": {}}), row)
        found = _read({"content": text, "tool_calls": list(calls.values())})
        # Without an index, `stream()` of openai-python raises and many clients drop the call (ollama/ollama#7881).
        return found if found.problem or indexed else replace(found, problem="no_index")

    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None:
        headers = (("Accept", "application/json"), ("Content-Type", "application/json"))
        return ApiRequest(
            "POST", "/embeddings", headers, {"model": model, "input": common.EMBEDDED, "encoding_format": "float"}
        )

    def vector(self, value: Any) -> int:
        rows = value.get("data") if isinstance(value, dict) else None
        first = rows[0] if isinstance(rows, list) and rows else None
        found = first.get("embedding") if isinstance(first, dict) else None
        return len(found) if isinstance(found, list) else 0

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        change = common.adapt(self.protocol, text, adapted)
        if change is None and _ADDED.search(text) and common.BARE not in adapted:
            return (*adapted, common.BARE)
        return change

    def claims(self, attempt: Attempt, model: str) -> ApiRequest:
        return wire(self.protocol).models(attempt)

    def sees(self, value: Any, model: str) -> bool | None:
        return common.takes_pictures(common.row_of(value, model))


def _read(message: dict[str, Any]) -> Call:
    calls = message.get("tool_calls")
    first = calls[0] if isinstance(calls, list) and calls else None
    function = first.get("function") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(function, dict):
        return common.uncalled(text_of(message.get("content")))
    return common.arguments(
        function.get("name"), function.get("arguments"), text=True, turn=message, id=first.get("id") or ""
    )


def _deltas(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the deltas of the first choice, one for each event."""
    found = []
    for event in events:
        _, value = parse_json(event.data)
        choices = value.get("choices") if isinstance(value, dict) else None
        for choice in choices[:1] if isinstance(choices, list) else ():
            if isinstance(choice, dict) and isinstance(choice.get("delta"), dict):
                found.append(choice["delta"])
    return found


def _grow(call: dict[str, Any], row: dict[str, Any]) -> None:
    """Add one piece of a call: the arguments arrive in pieces, everything else arrives once."""
    function = row.get("function")
    call["id"] = row.get("id") or call.get("id")
    if not isinstance(function, dict):
        return
    whole = call["function"]
    whole["name"] = function.get("name") or whole.get("name")
    piece, before = function.get("arguments"), whole.get("arguments")
    if isinstance(piece, str) and isinstance(before, str):
        whole["arguments"] = before + piece
    elif piece is not None:
        whole["arguments"] = piece


FEATURES = ChatFeatures()
