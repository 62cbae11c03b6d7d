"""OpenAI responses: ``POST {base}/responses``, ``Authorization: Bearer``.

``type`` names the kind of an event; codex and the SDKs' helpers fail without ``response.completed`` at the end
(`facts/sdk_facts.md`, openai-python 3.54 and codex 0.169).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.model.attempt import Attempt, Auth
from probes.model.exchange import Answer, StreamReading
from probes.model.record import replace
from probes.protocols.errors import bare_error, parse_json, read_error
from probes.protocols.protocol import (
    ALLOWANCE,
    JSON_HEADERS,
    ApiRequest,
    Wire,
    count_of,
    prompt,
    spoken_in,
    strange,
    text_of,
)
from probes.protocols.sse import Event
from probes.protocols.stream_counter import StreamCounter

_DETAILS = (("input_tokens_details", "cached_tokens"), ("output_tokens_details", "reasoning_tokens"))
_LAST = ("response.completed", "response.incomplete")


class _Responses(Wire):
    name = "responses"
    endpoint = "/responses"
    styles = (Auth.BEARER, Auth.API_KEY)
    version_segment = "/v1"
    guess = "gpt-4o-mini"
    endings = ("responses",)
    spoken_at = "/responses$"
    address = "/responses"
    precedence = 60
    bases = ("/v1", "/openai/v1", "/api/v1", "/api", "")
    looks = 1
    capability = "responses"
    words = (("ending", "/responses"),)
    provider_names = ("openai",)
    ai_sdk_package = "@ai-sdk/openai"

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {"model": model, "input": prompt(stream)}
        if "no max_output_tokens" not in adapted:
            body["max_output_tokens"] = ALLOWANCE
        if stream:
            body["stream"] = True
        return ApiRequest("POST", self.endpoint, JSON_HEADERS, body)

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        named = "max_output_tokens" in text.lower() and not adapted
        return ("no max_output_tokens",) if named else None

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        model, output = text_of(value.get("model")), value.get("output")
        if not isinstance(output, list):
            failed = value.get("status") == "failed"
            return Answer(problem="error" if failed else strange(value, "no_output"), model=model)
        parts = [
            part
            for item in output
            if isinstance(item, dict) and isinstance(item.get("content"), list)
            for part in item["content"]
            if isinstance(part, dict)
        ]
        usage = value.get("usage")
        return Answer(
            text="".join(text_of(part.get("text")) for part in parts if part.get("type") == "output_text"),
            model=model,
            finish=_finish(value),
            reasoning=any(isinstance(item, dict) and _wordless(item) for item in output),
            problem=_fault(value),
            prompt_tokens=count_of(usage.get("input_tokens")) if isinstance(usage, dict) else 0,
            completion_tokens=count_of(usage.get("output_tokens")) if isinstance(usage, dict) else 0,
        )

    def stream_reader(self) -> _ResponsesReader:
        return _ResponsesReader()

    def owns(self, value: Mapping[str, Any]) -> bool:
        return value.get("object") == "response" and isinstance(value.get("output"), list)

    def example(self, model: str) -> Mapping[str, Any]:
        return {"model": model, "input": prompt(False)}


def _wordless(item: dict[str, Any]) -> bool:
    """Check for reasoning, a tool call or a refusal: what a response may hold instead of a text."""
    kind, content = text_of(item.get("type")), item.get("content")
    refused = isinstance(content, list) and any(isinstance(part, dict) and part.get("refusal") for part in content)
    return kind == "reasoning" or kind.endswith("_call") or refused


def _fault(value: dict[str, Any]) -> str:
    return "error" if value.get("status") == "failed" or read_error(value) else ""


def _finish(response: dict[str, Any]) -> str:
    """Return the finish reason: ``completed``, or the reason why the response is incomplete."""
    details = response.get("incomplete_details")
    return (text_of(details.get("reason")) if isinstance(details, dict) else "") or text_of(response.get("status"))


class _ResponsesReader(StreamCounter):
    """A reader with the rules of openai-python, which reads ``type`` in the data. Apps need ``response.completed``."""

    def __init__(self) -> None:
        super().__init__()
        self._ended = False
        self._lacks = ""

    def ends(self, event: Event) -> bool:
        _, value = parse_json(event.data)
        return isinstance(value, dict) and value.get("type") in _LAST

    def take(self, name: str, data: str) -> None:
        if self._ended or data.startswith("[DONE]"):
            self._ended = True  # the SDK stops reading here; another event marks a complete response
            return
        known, value = parse_json(data)
        if not known and name == "error":
            self.fail(None, data)
        elif not known:
            self.flaw("bad_json" if data.strip() else "empty_data")
        elif isinstance(value, dict):
            self._event(text_of(value.get("type")), value)

    def _event(self, kind: str, value: dict[str, Any]) -> None:
        response = value.get("response")
        if kind in ("error", "response.failed") or (not kind and (value.get("error") or bare_error(value))):
            self.fail(read_error(response) or read_error(value), "the response failed")
        elif not kind.startswith("response."):
            if "content_index" in value:
                self.write(value.get("delta"))  # a text that no SDK sees without its type
            if spoken_in(value) or kind in ("message_start", "content_block_delta"):
                self.flaw("other_protocol")
        else:
            self._shaped = True
            self._reasoning |= any(word in kind for word in ("reasoning", "_call", "refusal"))
            if kind == "response.output_text.delta":
                self.write(value.get("delta"))
            if isinstance(response, dict):
                self._model = text_of(response.get("model")) or self._model
                self.count(response.get("usage"), "input_tokens", "output_tokens")
            if kind in _LAST:
                self.done = True
                self._finish = _finish(response if isinstance(response, dict) else {}) or kind.rpartition(".")[2]
                self._lacks = _lacks(response)

    def reading(self, unshaped: str = "no_response_events") -> StreamReading:
        return replace(super().reading(unshaped), lacks=self._lacks)


def _lacks(response: object) -> str:
    """Return the token count that is missing in the last event, without which codex fails; else empty.

    codex accepts an event without the details, but parses them strictly if there are any
    (BigPizzaV3/CodexPlusPlus#774).
    """
    usage = response.get("usage") if isinstance(response, dict) else None
    for part, name in _DETAILS:
        details = usage.get(part) if isinstance(usage, dict) else None
        if isinstance(details, dict) and not isinstance(details.get(name), int):
            return f"usage.{part}.{name}"
    return ""


WIRE = _Responses()
