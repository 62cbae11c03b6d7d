"""The Ollama API: ``POST {host}/api/chat``, whose responses are JSON lines. A local server needs no key.

Source: ollama-python 0.6, ollama-js 0.6, and the server's routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.model.attempt import Attempt
from probes.model.exchange import Answer, StreamReading
from probes.protocols.errors import parse_json, read_error
from probes.protocols.protocol import (
    ALLOWANCE,
    JSON_HEADERS,
    ApiRequest,
    Splitter,
    Wire,
    count_of,
    model_ids,
    prompt,
    strange,
    text_of,
)
from probes.protocols.sse import Event, Unended
from probes.protocols.stream_counter import StreamCounter


class _Ollama(Wire):
    name = "ollama"
    endpoint = "/api/chat"
    guess = "llama3.2"
    key_optional = True
    endings = ("api/chat", "api/generate", "api/tags")
    bare_port = ":11434"
    spoken_at = r"/api/(?:chat|generate|tags)$"
    address = r"/api/(?:chat|generate|tags|embed|show|version)"
    precedence = 40
    bases = ("", "/ollama", "/api/ollama")
    local = True
    proven_by_list = True  # many web sites serve something under /api
    words = (("ending", "/api/chat"),)
    provider_names = ("ollama",)

    def models(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("GET", "/api/tags", JSON_HEADERS[:1], None)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body = {
            "model": model,
            "messages": [{"role": "user", "content": prompt(stream)}],
            "stream": stream,
            "options": {"num_predict": ALLOWANCE},
        }
        return ApiRequest("POST", self.endpoint, JSON_HEADERS, body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        """Return the request for the model list, which needs no key. Many chat sites have another ``/api/chat``."""
        return self.models(attempt)

    def read_models(self, value: object) -> tuple[str, ...] | None:
        return model_ids(value) if isinstance(value, dict) and isinstance(value.get("models"), list) else None

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        model, message = text_of(value.get("model")), value.get("message")
        if not isinstance(message, dict):
            return Answer(problem=strange(value, "no_message"), model=model)
        return Answer(
            text=text_of(message.get("content")),
            model=model,
            finish=_finish(value),
            reasoning=bool(message.get("thinking") or message.get("tool_calls") or message.get("images")),
            prompt_tokens=count_of(value.get("prompt_eval_count")),
            completion_tokens=count_of(value.get("eval_count")),
        )

    def splitter(self) -> Splitter:
        return _LineSplitter()

    def stream_reader(self) -> _OllamaReader:
        return _OllamaReader()

    def owns(self, value: Mapping[str, Any]) -> bool:
        return isinstance(value.get("message"), dict) and isinstance(value.get("done"), bool)

    def example(self, model: str) -> Mapping[str, Any]:
        return {"model": model, "messages": [{"role": "user", "content": prompt(False)}], "stream": False}


def _finish(value: dict[str, Any]) -> str:
    """Return the finish reason; older servers say only that the response is done."""
    return text_of(value.get("done_reason")) or ("stop" if value.get("done") is True else "")


class _LineSplitter:
    """A splitter of lines: every line is an event, and the last one needs no line end."""

    unended: Event | None = None

    def __init__(self) -> None:
        self._pending = Unended()

    def feed(self, chunk: bytes) -> list[Event]:
        if self._pending.continues(chunk):
            return []
        text = self._pending.take() + chunk
        held = b"\r" if text.endswith(b"\r") else b""  # it may be the first half of a CRLF
        lines = text.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._pending.put(lines.pop() + held)
        return [_event(line) for line in lines]

    def close(self) -> list[Event]:
        last = _event(self._pending.take().removesuffix(b"\r"))
        # A rest that is not JSON was cut off: the missing end of the response shows that, and it is not a faulty event.
        return [last] if parse_json(last.data)[0] else []


def _event(line: bytes) -> Event:
    try:
        return Event("", line.decode("utf-8"))
    except UnicodeDecodeError:
        return Event("", line.decode("utf-8", "replace"), wrong=True)


class _OllamaReader(StreamCounter):
    """A reader with the rules of ollama-python: every line is JSON, an empty line is invalid, ``error`` raises."""

    form = "lines"

    def ends(self, event: Event) -> bool:
        return False

    def take(self, name: str, data: str) -> None:
        known, value = parse_json(data)
        if data.startswith(("data:", "event:")):
            self.flaw("other_protocol")
        elif not known:
            self.flaw("bad_json" if data.strip() else "empty_data")
        elif isinstance(value, dict) and value.get("error"):
            self.fail(read_error(value))
        elif isinstance(value, dict) and isinstance(message := value.get("message"), dict):
            self._shaped = True
            self.done = value.get("done") is True
            self._model = text_of(value.get("model")) or self._model
            self._finish = _finish(value)
            self._reasoning |= bool(message.get("thinking") or message.get("tool_calls"))
            self.write(message.get("content"))
            self.count(value, "prompt_eval_count", "eval_count")

    def reading(self, unshaped: str = "no_message") -> StreamReading:
        if not self._shaped and not self._error and self._problem != "other_protocol":
            return StreamReading("empty")  # not a stream: the whole body is examined instead
        return super().reading(unshaped)


WIRE = _Ollama()
