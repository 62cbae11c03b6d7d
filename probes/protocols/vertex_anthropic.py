"""Anthropic's models on Vertex AI: ``POST {base}/models/{model}:rawPredict``, and ``streamRawPredict`` for a stream.

``{base}`` is ``https://HOST/v1/projects/P/locations/L/publishers/anthropic``, which the SDK makes from project and
region. The body is a Messages request without the model, with ``anthropic_version``; answers and events are those of
the Messages API. Source: anthropic-python 2.14, ``lib/vertex`` (``AnthropicVertex``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt
from probes.model.exchange import Answer
from probes.protocols.protocol import ALLOWANCE, JSON_HEADERS, ApiRequest, StreamReader, Wire, prompt, wire

VERSION = "vertex-2023-10-16"  # that of Google's manual; anthropic-python 2.14 sends 2026-10-21


class _VertexAnthropic(Wire):
    name = "vertex_anthropic"
    endpoint = "/models/{model}:rawPredict"
    credential = "google"
    switches = ("CLAUDE_CODE_USE_VERTEX",)
    guess = "claude-haiku-4-5@20251001"
    model_family = "claude"
    endings = ("models/[^/]+:(?:rawPredict|streamRawPredict)",)
    spoken_at = r"/publishers/anthropic(?:/models(?:/.{1,200})?)?$"
    segments = ("publishers/anthropic",)
    address = r"(?<=/publishers/anthropic)/models/(?P<model>[^/:]+):(?:rawPredict|streamRawPredict)"
    model_path = r"/models/([^/:?#]+):(?:rawPredict|streamRawPredict)"
    precedence = 12
    bases = ("",)
    error_shape = "google"
    strictness = "anthropic"
    words = (("ending", "/models/NAME:rawPredict"),)
    ai_sdk_package = "@ai-sdk/google-vertex"
    litellm_provider = "vertex_ai"

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {
            "anthropic_version": VERSION,
            "max_tokens": ALLOWANCE,
            "messages": [{"role": "user", "content": prompt(stream)}],
        }
        if stream:
            body["stream"] = True
        return ApiRequest("POST", self._path(model, "streamRawPredict" if stream else "rawPredict"), JSON_HEADERS, body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("POST", self._path(self.guess, "rawPredict"), JSON_HEADERS, {})

    def read_answer(self, value: object) -> Answer:
        return wire("anthropic").read_answer(value)

    def stream_reader(self) -> StreamReader:
        return wire("anthropic").stream_reader()

    def example(self, model: str) -> Mapping[str, Any]:
        return self.generation(self.attempt(""), model, stream=False, adapted=()).body or {}

    def _path(self, model: str, verb: str) -> str:
        return f"/models/{quote(model.rpartition('/')[2], safe=':@{}')}:{verb}"


WIRE = _VertexAnthropic()
