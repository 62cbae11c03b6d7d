"""Anthropic's models on Amazon Bedrock by InvokeModel: ``POST {base}/model/{model}/invoke``.

The body is a Messages request without model and stream, with ``anthropic_version``; the stream
(``invoke-with-response-stream``) has Messages events in base64 within AWS' binary framing. Source: anthropic-python
2.14, ``lib/bedrock`` (``AnthropicBedrock``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt
from probes.model.exchange import Answer, StreamReading
from probes.model.record import replace
from probes.protocols.bedrock import WIRE as CONVERSE
from probes.protocols.bedrock import FrameReader
from probes.protocols.errors import parse_json
from probes.protocols.event_stream import FrameSplitter
from probes.protocols.protocol import ALLOWANCE, JSON_HEADERS, ApiRequest, Splitter, StreamReader, Wire, prompt, wire
from probes.protocols.sse import Event

VERSION = "bedrock-2023-05-31"


class _BedrockInvoke(Wire):
    name = "bedrock_invoke"
    endpoint = "/model/{model}/invoke"
    credential = "aws"
    guess = CONVERSE.guess
    endings = ("model/[^/]+/invoke(?:-with-response-stream)?",)
    spoken_at = r"/model/[^/]+/invoke(?:-with-response-stream)?$"
    address = r"/model/(?P<model>[^/]+)/invoke(?:-with-response-stream)?"
    model_path = r"/model/([^/?#]+)/invoke"
    newer_base = CONVERSE.newer_base
    precedence = 15
    bases = ("",)
    error_shape = "aws"
    strictness = "none"  # its framing is not that of the Messages API, whose readings are measured
    words = (("ending", "/model/NAME/invoke"),)
    ai_sdk_package = "@ai-sdk/amazon-bedrock"
    litellm_provider = "bedrock"

    def models(self, attempt: Attempt) -> ApiRequest:
        return CONVERSE.models(attempt)

    def read_models(self, value: object) -> tuple[str, ...] | None:
        return CONVERSE.read_models(value)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        end = "invoke-with-response-stream" if stream else "invoke"
        body = {
            "anthropic_version": VERSION,
            "max_tokens": ALLOWANCE,
            "messages": [{"role": "user", "content": prompt(stream)}],
        }
        return ApiRequest("POST", f"/model/{quote(model, safe=':;{}')}/{end}", JSON_HEADERS, body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("POST", f"/model/{quote(self.guess, safe=':')}/invoke", JSON_HEADERS, {})

    def guessed_model(self, base_url: str) -> str:
        return CONVERSE.guessed_model(base_url)

    def other_models(self, text: str, attempt: Attempt, model: str) -> tuple[str, ...]:
        return CONVERSE.other_models(text, attempt, model)

    def read_answer(self, value: object) -> Answer:
        return wire("anthropic").read_answer(value)

    def splitter(self) -> Splitter:
        return FrameSplitter()

    def stream_reader(self) -> _InvokeReader:
        return _InvokeReader()

    def example(self, model: str) -> Mapping[str, Any]:
        body = self.generation(self.attempt(""), model, stream=False, adapted=()).body or {}
        return {name: value for name, value in body.items() if name != "max_tokens"} | {"max_tokens": ALLOWANCE}


def unpacked(data: str) -> str:
    """Return the event within a message's payload (``{"bytes": base64}``); empty if there is none."""
    import base64  # every command that knows the protocols imports this module, and few read its streams

    known, value = parse_json(data)
    packed = value.get("bytes") if known and isinstance(value, dict) else None
    try:
        return base64.b64decode(packed, validate=True).decode("utf-8") if isinstance(packed, str) else ""
    except ValueError:
        return ""


class _InvokeReader(FrameReader):
    """A reader of Messages events in base64: what is in the frames is read as the Messages API's own stream."""

    def __init__(self) -> None:
        super().__init__()
        self._inner: StreamReader = wire("anthropic").stream_reader()

    def feed(self, event: Event, at: float) -> None:
        """Read one message. The event within counts as having come with its name, which the framing does not have."""
        super().feed(event, at)
        if event.name != "chunk" or event.wrong:
            return
        text = unpacked(event.data)
        known, inner = parse_json(text)
        if not known or not isinstance(inner, dict):
            self.flaw("bad_json")
            return
        kind = inner.get("type")
        self._inner.feed(Event(kind if isinstance(kind, str) else "", text, named=True), at)
        self.done = self._inner.done

    def take(self, name: str, data: str) -> None:
        self.failed(name, data)

    def reading(self, unshaped: str = "no_text") -> StreamReading:
        outer, inner = super().reading(unshaped), self._inner.reading()
        if outer.kind == "empty":
            return outer
        problem = self._problem or inner.problem
        return replace(inner, kind=self.form, error=outer.error or inner.error, problem=problem)


WIRE = _BedrockInvoke()
