"""OpenAI chat completions: ``POST {base}/chat/completions``, ``Authorization: Bearer``.

What the official SDKs send, join and tolerate was measured (`facts/sdk_facts.md`, openai-python 3.54 and openai-node
7.57).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.model.attempt import Attempt, Auth
from probes.model.exchange import Answer, StreamReading
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


class ChatCompletions(Wire):
    """Chat completions; the azure protocol is a subclass with other paths."""

    name = "openai"
    endpoint = "/chat/completions"
    styles: tuple[Auth, ...] = (Auth.BEARER, Auth.API_KEY, Auth.X_API_KEY)
    version_segment = "/v1"
    guess = "gpt-4o-mini"
    endings: tuple[str, ...] = (
        *("chat/completions", "completions", "embeddings", "models", "images/generations"),
        "audio/(?:speech|transcriptions)",
    )
    address = (
        r"/(?:chat/completions|completions|embeddings|models(?:/[^/]+)?|moderations|rerank|images/\w+|audio/\w+|files"
        r"|batches)"
    )
    precedence = 90
    bases: tuple[str, ...] = (
        *("/v1", "/api/v1", "/openai/v1", "/api", "/v1beta/openai", "/api/paas/v4", "/compatible-mode/v1", "/api/v3"),
        *("/api/openai/v1", "/openai", ""),
    )
    looks = 2
    capability = "chat_completions"
    provider_names: tuple[str, ...] = ("openai",)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt(stream)}]}
        if "no max_tokens" not in adapted:
            body["max_completion_tokens" if "max_completion_tokens" in adapted else "max_tokens"] = ALLOWANCE
        if stream:
            body["stream"] = True
        return ApiRequest("POST", self.endpoint, JSON_HEADERS, body)

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the adaptations after an error about a parameter; None if the error names no known parameter."""
        low = text.lower()
        if "max_completion_tokens" in low and "max_completion_tokens" not in adapted and "max_tokens" in low:
            return ("max_completion_tokens",)
        if ("max_tokens" in low or "max_completion_tokens" in low) and "no max_tokens" not in adapted:
            return (*adapted, "no max_tokens")
        return None

    def other_models(self, text: str, attempt: Attempt, model: str) -> tuple[str, ...]:
        """Return the name with its publisher, which the OpenAI-compatible API of Vertex AI wants."""
        return (f"google/{model}",) if "malformed publisher model" in text.lower() and "/" not in model else ()

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        usage = value.get("usage")
        prompt = count_of(usage.get("prompt_tokens")) if isinstance(usage, dict) else 0
        completion = count_of(usage.get("completion_tokens")) if isinstance(usage, dict) else 0
        model = text_of(value.get("model"))
        choices = value.get("choices")
        if not isinstance(choices, list):
            return Answer(problem=strange(value, "no_choices"), model=model)
        if not choices:
            return Answer(problem="error" if read_error(value) else "empty_choices", model=model)
        first = choices[0]
        message = first.get("message") if isinstance(first, dict) else None
        if not isinstance(message, dict):
            return Answer(problem="no_message", model=model)
        content = message.get("content")
        if isinstance(content, list):  # Mistral's reasoning models return a list of parts
            content = "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))
        return Answer(
            text=text_of(content),
            model=model,
            finish=text_of(first.get("finish_reason")),
            reasoning=any(message.get(name) for name in _WORDLESS),
            prompt_tokens=prompt,
            completion_tokens=completion,
        )

    def stream_reader(self) -> _OpenAIReader:
        return _OpenAIReader()

    def owns(self, value: Mapping[str, Any]) -> bool:
        return isinstance(value.get("choices"), list)

    def example(self, model: str) -> Mapping[str, Any]:
        return {"model": model, "messages": [{"role": "user", "content": prompt(False)}]}


# What a message may hold instead of a text.
_WORDLESS = ("reasoning_content", "reasoning", "tool_calls", "function_call", "refusal", "audio", "reasoning_details")


class _OpenAIReader(StreamCounter):
    """A reader with the rules of openai-python: ``[DONE]`` ends the stream, ``error`` raises, data must be JSON."""

    def ends(self, event: Event) -> bool:
        return event.data.startswith("[DONE]")

    def late(self, event: Event) -> bool:
        known, value = parse_json(event.data) if '"delta"' in event.data else (False, None)
        choices = value.get("choices") if known and isinstance(value, dict) else None
        first = choices[0] if isinstance(choices, list) and choices else None
        delta = first.get("delta") if isinstance(first, dict) else None
        return isinstance(delta, dict) and bool(text_of(delta.get("content")))

    def take(self, name: str, data: str) -> None:
        if data.startswith("[DONE]"):
            self.done = True
            return
        known, value = parse_json(data)
        if not known and name == "error":
            self.fail(None, data)
        elif not known:
            self.flaw("bad_json" if data.strip() else "empty_data")
        elif isinstance(value, dict):
            self._chunk(value, name)

    def _chunk(self, value: dict[str, Any], name: str) -> None:
        choices = value.get("choices")
        if value.get("error") or name == "error" or (not isinstance(choices, list) and bare_error(value)):
            self.fail(read_error(value))
            return
        kind = text_of(value.get("type"))
        foreign = spoken_in(value) not in ("", "openai") or kind in ("message_start", "content_block_delta")
        if foreign or kind.startswith("response."):
            self.flaw("other_protocol")
            return
        self._model = text_of(value.get("model")) or self._model
        self.count(value.get("usage"), "prompt_tokens", "completion_tokens")
        for choice in choices[:1] if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                continue
            self._shaped = True
            self._finish = text_of(choice.get("finish_reason")) or self._finish
            if self._finish == "error":  # OpenRouter, if the upstream fails during the response
                self.fail(read_error(choice), "the upstream failed in the middle of the answer")
            delta = choice.get("delta")
            if isinstance(delta, dict):
                self.write(delta.get("content"))
                self._reasoning |= any(delta.get(name) for name in _WORDLESS)
            elif isinstance(choice.get("message"), dict):
                self.flaw("message_not_delta")

    def reading(self, unshaped: str = "no_choices") -> StreamReading:
        return super().reading(unshaped)


WIRE = ChatCompletions()
