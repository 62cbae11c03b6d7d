"""What google-genai (Python) reads of generated content: it validates the type of every field that it knows."""

from __future__ import annotations

from typing import Any

from probes.protocols.sse import Event
from probes.protocols.strictness.reading import ClientReading, Parsed, breaks
from probes.protocols.strictness.types import check

_PART = {
    "text": "str",
    "thought": "bool",
    "functionCall": {"id": "str", "name": "str", "args": "dict"},
    "functionResponse": {"id": "str", "name": "str", "response": "dict"},
    "inlineData": {"mimeType": "str", "displayName": "str"},
    "fileData": {"fileUri": "str", "mimeType": "str"},
    "executableCode": {"code": "str", "language": "enum"},
    "codeExecutionResult": {"outcome": "enum", "output": "str"},
}
_RATING = {
    "blocked": "bool",
    "category": "enum",
    "probability": "enum",
    "probabilityScore": "float",
    "severity": "enum",
    "severityScore": "float",
}
_CANDIDATE = {
    "content": {"parts": [_PART], "role": "str"},
    "finishMessage": "str",
    "tokenCount": "int",
    "finishReason": "enum",
    "avgLogprobs": "float",
    "index": "int",
    "safetyRatings": [_RATING],
    "citationMetadata": "dict",
    "groundingMetadata": "dict",
}
_TOKENS = [{"modality": "enum", "tokenCount": "int"}]
_COUNTS = (
    "cachedContentTokenCount", "candidatesTokenCount", "promptTokenCount", "thoughtsTokenCount",
    "toolUsePromptTokenCount", "totalTokenCount",
)  # fmt: skip
_DETAILS = ("cacheTokensDetails", "candidatesTokensDetails", "promptTokensDetails", "toolUsePromptTokensDetails")
_SCHEMA = {
    "candidates": [_CANDIDATE],
    "createTime": "time",
    "modelVersion": "str",
    "promptFeedback": {"blockReason": "enum", "blockReasonMessage": "str", "safetyRatings": [_RATING]},
    "responseId": "str",
    "usageMetadata": {
        **dict.fromkeys(_COUNTS, "int"),
        **dict.fromkeys(_DETAILS, _TOKENS),
        "trafficType": "enum",
    },
}


def _copied(value: Any, where: str) -> dict[str, Any]:
    """Return an object as the SDK copies it field by field: null, a list or a text have no fields, a number fails."""
    if isinstance(value, (int, float)):
        breaks("type", where)
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """Return ``response.text`` of a response that the SDK takes."""
    value = _copied(value, "body")
    candidates = value.get("candidates")
    if candidates is not None:
        if not isinstance(candidates, (list, dict, str)):
            breaks("type", "candidates")
        value = {**value, "candidates": [_copied(one, "candidates[]") for one in candidates]}
    check(value, _SCHEMA, "")
    candidates = value.get("candidates")
    content = candidates[0].get("content") if candidates else None
    parts = content.get("parts") if content else None
    return "".join(part.get("text") or "" for part in parts if not part.get("thought")) if parts else None


class GeminiPythonRaw(ClientReading):
    """The raw iteration of a stream: the documented loop in Python."""

    reader = "python raw"

    def take(self, event: Event, parsed: Parsed) -> None:
        if not parsed.known:
            breaks("not_json" if event.data.strip() else "no_data")
        value = parsed.value
        if isinstance(value, dict) and next(iter(value), "") == "error":
            breaks("error_event")
        self.garbled = event.wrong
        self.hand_on(_text(value) or "")


def readings() -> list[ClientReading]:
    """Return the readings of a stream by all clients."""
    return [GeminiPythonRaw()]


def python_plain(value: Any) -> str | None:
    """Return ``response.text``."""
    return _text(value)
