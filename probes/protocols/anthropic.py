"""Anthropic messages: ``POST {base}/v1/messages``.

The newest official SDKs send ``Authorization: Bearer`` with ``anthropic-version: 2026-10-21``; older ones and most apps send
``x-api-key`` with ``2023-06-01`` (`facts/sdk_facts.md`, anthropic-python 2.12 and 0.125).
"""

from __future__ import annotations

from typing import Any

from probes.model import Answer, ApiError, Attempt, Auth, KeyForm, StreamReading
from probes.protocols import ALLOWANCE, PROMPT, Ask, count_of, text_of
from probes.protocols.errors import parse_json, read_error
from probes.protocols.sse import Event

VERSIONS = {Auth.BEARER: "2026-10-21", Auth.X_API_KEY: "2023-06-01"}
_READ_EVENTS = ("message_start", "message_delta", "message_stop")


class _Wire:
    name = "anthropic"
    endpoint = "/v1/messages"
    styles = (Auth.BEARER, Auth.X_API_KEY)
    version_segment = ""

    def attempt(self, base_url: str, auth: Auth | None = None) -> Attempt:
        style = auth or Auth.BEARER
        return Attempt("anthropic", base_url.removesuffix("/"), style, KeyForm.GIVEN, VERSIONS.get(style, "2023-06-01"))

    def _headers(self, attempt: Attempt, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        return (("Accept", "application/json"), ("anthropic-version", attempt.version), *more)

    def models(self, attempt: Attempt) -> Ask:
        return Ask("GET", "/v1/models", self._headers(attempt), None)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> Ask:
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": ALLOWANCE,
            "messages": [{"role": "user", "content": PROMPT}],
        }
        if stream:
            body["stream"] = True
        return Ask("POST", self.endpoint, self._headers(attempt, ("Content-Type", "application/json")), body)

    def knock(self, attempt: Attempt) -> Ask:
        """A request that nobody bills: it names no model and holds no message."""
        return Ask("POST", self.endpoint, self._headers(attempt, ("Content-Type", "application/json")), {})

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        return None  # the protocol demands max_tokens, and nothing else is sent

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        usage = value.get("usage")
        prompt = count_of(usage.get("input_tokens")) if isinstance(usage, dict) else 0
        completion = count_of(usage.get("output_tokens")) if isinstance(usage, dict) else 0
        model, finish = text_of(value.get("model")), text_of(value.get("stop_reason"))
        content = value.get("content")
        if not isinstance(content, list):
            if isinstance(value.get("choices"), list):
                return Answer(problem="other_protocol", model=model)
            return Answer(problem="error" if read_error(value) else "no_content", model=model)
        blocks = [block for block in content if isinstance(block, dict)]
        thought = any(block.get("type") in ("thinking", "redacted_thinking") for block in blocks)
        if not blocks and finish != "max_tokens":
            return Answer(problem="empty_content", model=model, finish=finish)
        return Answer(
            text="".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text"),
            model=model,
            finish=finish,
            reasoning=thought,
            prompt_tokens=prompt,
            completion_tokens=completion,
        )

    def stream_reader(self) -> _Reader:
        return _Reader()


class _Reader:
    """anthropic-python's loop: it goes by the ``event:`` line, passes over names that it does not know, raises at ``error``."""

    def __init__(self) -> None:
        self.done = False
        self._events = 0
        self._read = 0
        self._text: list[str] = []
        self._model = self._finish = self._problem = ""
        self._error: ApiError | None = None
        self._error_first = self._reasoning = False
        self._first = self._last = 0.0
        self._arrivals: set[int] = set()
        self._usage = [0, 0]

    def feed(self, event: Event, at: float) -> None:
        if self.done or self._error:
            return
        if not self._events:
            self._first = at
        self._events += 1
        self._last = at
        self._arrivals.add(round(at * 50))
        if event.data is None:
            self._flaw("not_utf8")
            return
        known, value = parse_json(event.data)
        if event.name == "error" or (isinstance(value, dict) and (value.get("type") == "error" or value.get("error"))):
            self._error = (read_error(value) if known else None) or ApiError(message=event.data[:300], shape="other")
            self._error_first = not self._text and not self._reasoning
            return
        if event.name not in _READ_EVENTS and not event.name.startswith("content_block_"):
            if isinstance(value, dict) and isinstance(value.get("choices"), list):
                self._flaw("other_protocol")
            elif isinstance(value, dict) and str(value.get("type", "")).startswith(("message_", "content_block_")):
                self._flaw("no_event_lines")
            return
        self._read += 1
        if not isinstance(value, dict):
            self._flaw("bad_json")
            return
        self._take(event.name, value)

    def _take(self, name: str, value: dict[str, Any]) -> None:
        message, delta, block = value.get("message"), value.get("delta"), value.get("content_block")
        if name == "message_stop":
            self.done = True
        elif name == "message_start" and isinstance(message, dict):
            self._model = text_of(message.get("model")) or self._model
            self._count(message.get("usage"))
        elif name == "content_block_start" and isinstance(block, dict):
            self._text.append(text_of(block.get("text")))
            self._reasoning |= block.get("type") in ("thinking", "redacted_thinking", "tool_use")
        elif isinstance(delta, dict):
            self._text.append(text_of(delta.get("text")))
            self._reasoning |= bool(delta.get("thinking"))
            self._finish = text_of(delta.get("stop_reason")) or self._finish
            self._count(value.get("usage"))

    def _count(self, usage: object) -> None:
        if isinstance(usage, dict):
            self._usage[0] = max(self._usage[0], count_of(usage.get("input_tokens")))
            self._usage[1] = max(self._usage[1], count_of(usage.get("output_tokens")))

    def _flaw(self, problem: str) -> None:
        self._problem = self._problem or problem

    def reading(self) -> StreamReading:
        problem = self._problem
        if self._events and not self._read and not self._error and not problem:
            problem = "no_event_lines"
        return StreamReading(
            kind="sse" if self._events else "empty",
            events=self._events,
            text="".join(self._text),
            model=self._model,
            finish=self._finish,
            terminated=self.done,
            reasoning=self._reasoning,
            error=self._error,
            error_first=self._error_first,
            problem=problem,
            first_at=self._first,
            last_at=self._last,
            arrivals=len(self._arrivals),
            prompt_tokens=self._usage[0],
            completion_tokens=self._usage[1],
        )


WIRE = _Wire()
