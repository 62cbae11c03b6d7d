"""OpenAI chat completions: ``POST {base}/chat/completions``, ``Authorization: Bearer``.

What the official SDKs send, join and tolerate was measured (`facts/sdk_facts.md`, openai-python 3.54 and openai-node
7.57).
"""

from __future__ import annotations

from typing import Any

from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Answer, StreamReading
from probes.protocols.errors import bare_error, parse_json, read_error
from probes.protocols.protocol import (
    ALLOWANCE,
    ApiRequest,
    Splitter,
    count_of,
    model_ids,
    prompt,
    spoken_in,
    strange,
    text_of,
)
from probes.protocols.sse import Event, EventReader
from probes.protocols.stream_counter import StreamCounter

_JSON = (("Accept", "application/json"), ("Content-Type", "application/json"))


class ChatCompletions:
    """The protocol; Azure speaks it at paths of its own."""

    name: str = "openai"
    endpoint: str = "/chat/completions"
    styles: tuple[Auth, ...] = (Auth.BEARER, Auth.API_KEY, Auth.X_API_KEY)
    version_segment: str = "/v1"
    versions: tuple[str, ...] = ()
    guess: str = "gpt-4o-mini"

    def attempt(self, base_url: str, auth: Auth | None = None) -> Attempt:
        return Attempt("openai", base_url, auth or Auth.BEARER, KeyForm.GIVEN)

    def models(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("GET", "/models", (("Accept", "application/json"),), None)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt(stream)}]}
        if "no max_tokens" not in adapted:
            body["max_completion_tokens" if "max_completion_tokens" in adapted else "max_tokens"] = ALLOWANCE
        if stream:
            body["stream"] = True
        return ApiRequest("POST", self.endpoint, _JSON, body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        """A request that nobody bills: it names no model and holds no message."""
        return ApiRequest("POST", self.endpoint, _JSON, {})

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        """What to change after a refusal that names a parameter of ours; None where it names none."""
        low = text.lower()
        if "max_completion_tokens" in low and "max_completion_tokens" not in adapted and "max_tokens" in low:
            return ("max_completion_tokens",)
        if ("max_tokens" in low or "max_completion_tokens" in low) and "no max_tokens" not in adapted:
            return (*adapted, "no max_tokens")
        return None

    def read_models(self, value: object) -> tuple[str, ...] | None:
        return model_ids(value)

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
        if isinstance(content, list):  # Mistral's reasoning models answer with parts
            content = "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))
        return Answer(
            text=text_of(content),
            model=model,
            finish=text_of(first.get("finish_reason")),
            reasoning=bool(message.get("reasoning_content") or message.get("reasoning")),
            prompt_tokens=prompt,
            completion_tokens=completion,
        )

    def splitter(self) -> Splitter:
        return EventReader()

    def stream_reader(self) -> _OpenAIReader:
        return _OpenAIReader()


class _OpenAIReader(StreamCounter):
    """openai-python's loop: stop at ``[DONE]``, raise at an ``error``, choke on data that is no JSON."""

    def ends(self, event: Event) -> bool:
        return (event.data or "").startswith("[DONE]")

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
            if self._finish == "error":  # OpenRouter, where the upstream breaks in mid-answer
                self.fail(read_error(choice), "the upstream failed in the middle of the answer")
            delta = choice.get("delta")
            if isinstance(delta, dict):
                self.write(delta.get("content"))
                self._reasoning |= any(delta.get(name) for name in ("reasoning_content", "reasoning", "tool_calls"))
            elif isinstance(choice.get("message"), dict):
                self.flaw("message_not_delta")

    def reading(self, unshaped: str = "no_choices") -> StreamReading:
        return super().reading(unshaped)


WIRE = ChatCompletions()
