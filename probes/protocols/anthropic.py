"""Anthropic messages: ``POST {base}/v1/messages``.

The newest official SDKs send ``Authorization: Bearer`` with ``anthropic-version: 2026-10-21``; older SDKs and most apps
send ``x-api-key`` with ``2023-06-01`` (`facts/sdk_facts.md`, anthropic-python 2.12 and 0.125).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.model.attempt import Attempt, Auth, Change
from probes.model.exchange import Answer, StreamReading
from probes.model.record import replace
from probes.protocols.errors import bare_error, parse_json, read_error
from probes.protocols.protocol import (
    ALLOWANCE,
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

_OLDER_VERSION = "2023-06-01"  # the version that was measured to work with x-api-key
# Stop reasons with which a message may have no content.
_TEXTLESS = ("max_tokens", "refusal", "pause_turn", "model_context_window_exceeded")
_READ_EVENTS = ("message_start", "message_delta", "message_stop")


class _Anthropic(Wire):
    name = "anthropic"
    endpoint = "/v1/messages"
    styles = (Auth.BEARER, Auth.X_API_KEY)
    style_versions = MappingProxyType({Auth.BEARER: "2026-10-21", Auth.X_API_KEY: _OLDER_VERSION})
    version_header = "anthropic-version"
    key_encoding = "utf-8"
    clients_differ = True
    strict_no_proxy = True
    model_family = "claude"
    guess = "claude-haiku-4-5"
    added = "/v1/?$"
    added_name = "/v1"
    endings = ("messages/count_tokens", "messages")
    spoken_at = r"anthropic|/messages$|/claude$"
    segments = ("anthropic",)
    address = r"/v1/messages(?:/count_tokens|/batches)?"
    listing = r"/v1/models(?:/[^/]+)?"
    precedence = 20
    bases = ("", "/anthropic", "/api/anthropic", "/apps/anthropic", "/api", "/claude", "/openai")
    looks = 2
    versionless = True
    capability = "messages"
    error_shape = "anthropic"
    words = (("claude_token", "ANTHROPIC_AUTH_TOKEN"),)
    provider_names = ("anthropic", "claude")
    variable_prefix = "ANTHROPIC_"
    example_headers = (("anthropic-version", _OLDER_VERSION),)
    sdk_arguments = MappingProxyType(
        {
            "python": {
                "bearer": "auth_token={key}",
                "": 'api_key={key}, default_headers={{"x-api-key": {key}, "Authorization": anthropic.Omit(), '
                f'"anthropic-version": "{_OLDER_VERSION}"}}}}',
            },
            "node": {
                "bearer": "authToken: {key}, apiKey: null",
                "": 'apiKey: {key}, defaultHeaders: {{ "x-api-key": {key}, Authorization: null, '
                f'"anthropic-version": "{_OLDER_VERSION}" }}}}',
            },
        }
    )
    ai_sdk_package = "@ai-sdk/anthropic"
    litellm_provider = "anthropic"

    def attempt(self, base_url: str, auth: Auth | None = None) -> Attempt:
        found = super().attempt(base_url, auth)
        return found if found.version else replace(found, version=_OLDER_VERSION)

    def _headers(self, attempt: Attempt, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        return (("Accept", "application/json"), ("anthropic-version", attempt.version), *more)

    def models(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("GET", "/v1/models", self._headers(attempt), None)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": ALLOWANCE,
            "messages": [{"role": "user", "content": prompt(stream)}],
        }
        if stream:
            body["stream"] = True
        return ApiRequest("POST", self.endpoint, self._headers(attempt, ("Content-Type", "application/json")), body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        """Return a request that is not billed: it has neither a model nor a message."""
        endpoint = self.endpoint.removeprefix("/v1") if Change.ENDPOINT in attempt.changed else self.endpoint
        return ApiRequest("POST", endpoint, self._headers(attempt, ("Content-Type", "application/json")), {})

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        usage = value.get("usage")
        prompt = count_of(usage.get("input_tokens")) if isinstance(usage, dict) else 0
        completion = count_of(usage.get("output_tokens")) if isinstance(usage, dict) else 0
        model, finish = text_of(value.get("model")), text_of(value.get("stop_reason"))
        content = value.get("content")
        if not isinstance(content, list):
            return Answer(problem=strange(value, "no_content"), model=model)
        blocks = [block for block in content if isinstance(block, dict)]
        thought = any(_wordless(block) for block in blocks)
        if not blocks and finish not in _TEXTLESS:
            return Answer(problem="empty_content", model=model, finish=finish)
        return Answer(
            text="".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text"),
            model=model,
            finish=finish,
            reasoning=thought,
            prompt_tokens=prompt,
            completion_tokens=completion,
        )

    def stream_reader(self) -> _AnthropicReader:
        return _AnthropicReader()

    def owns(self, value: Mapping[str, Any]) -> bool:
        return value.get("type") == "message" and isinstance(value.get("content"), list)

    def example(self, model: str) -> Mapping[str, Any]:
        return {"model": model, "max_tokens": 256, "messages": [{"role": "user", "content": prompt(False)}]}


class _AnthropicReader(StreamCounter):
    """A tolerant reader: the ``type`` in the data says what an event is, and without one its ``event:`` line.

    What the SDKs make of the same events is in ``strictness/anthropic.py``.
    """

    def __init__(self) -> None:
        super().__init__()
        self._named = False  # an event of the protocol came with an event line

    def ends(self, event: Event) -> bool:
        _, value = parse_json(event.data)
        return event.name == "message_stop" or (isinstance(value, dict) and value.get("type") == "message_stop")

    def late(self, event: Event) -> bool:
        return '"text_delta"' in event.data

    def take(self, name: str, data: str) -> None:
        known, value = parse_json(data)
        if name == "error" or (isinstance(value, dict) and _is_error(value)):
            self.fail(read_error(value) if known else None, data)
        elif isinstance(value, dict):
            kind = text_of(value.get("type")) or name
            kind = kind if _known(kind) else name if _known(name) else kind
            if _known(kind):
                self._shaped, self._named = True, self._named or bool(name)
                self._event(kind, value)
            elif spoken_in(value) or kind.startswith("response."):
                self.flaw("other_protocol")
        elif _known(name):
            self._shaped = self._named = True
            self.flaw("bad_json")

    def _event(self, kind: str, value: dict[str, Any]) -> None:
        message, delta, block = value.get("message"), value.get("delta"), value.get("content_block")
        if kind == "message_stop":
            self.done = True
        elif kind == "message_start" and isinstance(message, dict):
            self._model = text_of(message.get("model")) or self._model
            self.count(message.get("usage"), "input_tokens", "output_tokens")
        elif kind == "content_block_start" and isinstance(block, dict):
            self._reasoning |= _wordless(block)
        elif isinstance(delta, dict):
            self.write(delta.get("text"))
            self._reasoning |= bool(delta.get("thinking") or delta.get("partial_json"))
            self._finish = text_of(delta.get("stop_reason")) or self._finish
            self.count(value.get("usage"), "input_tokens", "output_tokens")

    def reading(self, unshaped: str = "no_event_lines") -> StreamReading:
        if self._shaped and not self._named:
            self.flaw("no_event_lines")  # the SDKs pass over events without one
        return super().reading(unshaped)


def _known(kind: str) -> bool:
    return kind in _READ_EVENTS or kind.startswith("content_block_")


def _wordless(block: dict[str, Any]) -> bool:
    """Check for thinking, a tool call or another block without text: what a message may hold instead of one."""
    return block.get("type") not in (None, "text") and not isinstance(block.get("text"), str)


def _is_error(value: dict[str, Any]) -> bool:
    return value.get("type") == "error" or bool(value.get("error")) or bare_error(value)


WIRE = _Anthropic()
