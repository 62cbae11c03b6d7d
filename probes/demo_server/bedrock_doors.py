"""Practice doors of Amazon Bedrock: Converse and InvokeModel, for API keys and for requests that are signed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from probes.demo_server.answers import CLAUDES, TEXT, as_events, as_json, events, message
from probes.demo_server.error_bodies import error
from probes.demo_server.handlers import What, give
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.demo_server.sigv4 import AccessKey, refusal
from probes.protocols.event_stream import frame

MODELS = ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-micro-v1:0")
_PATH = re.compile(r"/model/([^/]+)/(converse|converse-stream|invoke|invoke-with-response-stream)")
FRAMED = "application/vnd.amazon.eventstream"


def refused(status: int, kind: str, words: str) -> Reply:
    """Return an error as Bedrock sends it: its type in a header, its words in the body."""
    header = ("x-amzn-errortype", f"{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/")
    return as_json({"message": words}, status, header)


def unknown_operation() -> Reply:
    """Return the answer to an unknown path."""
    value = {"Output": {"__type": "com.amazon.coral.service#UnknownOperationException"}, "Version": "1.0"}
    return as_json(value, 404, ("x-amzn-errortype", "UnknownOperationException"))


def converse(*keys: str, **more: Any) -> Handler:
    """Return a correct door for Converse; see :func:`door`."""
    return door(*keys, verbs=("converse", "converse-stream"), **more)


def invoke(*keys: str, **more: Any) -> Handler:
    """Return a correct door for InvokeModel with Anthropic's models; see :func:`door`."""
    return door(*keys, verbs=("invoke", "invoke-with-response-stream"), **more)


def door(
    *keys: str,
    verbs: Sequence[str] = ("converse", "converse-stream", "invoke", "invoke-with-response-stream"),
    models: Sequence[str] = MODELS,
    access: Sequence[AccessKey] = (),
    region: str = "us-east-1",
    service: str = "bedrock",
    clock: float = 0.0,
    chat: What | None = None,
    stream: What | None = None,
) -> Handler:
    """Return a door that accepts API ``keys`` as Bearer, and requests signed with ``access`` keys for its region.

    Without any, no credential is required. ``clock`` is added to the door's clock, in seconds. ``chat`` and ``stream``
    replace the response and the stream after credential and model were checked.
    """

    def handler(request: Request) -> Answer:
        found = _PATH.fullmatch(request.path)
        if found is None or request.method != "POST" or found[2] not in verbs:
            return unknown_operation()
        if (keys or access) and (no := _refused(request, keys, access, region, service, clock)) is not None:
            return no
        if models and unquote(found[1]) not in models:
            return refused(400, "ValidationException", "The provided model identifier is invalid.")
        streamed = found[2] in ("converse-stream", "invoke-with-response-stream")
        other = stream if streamed else chat
        if other is not None:
            return give(other, request)
        if found[2].startswith("invoke") and not isinstance(request.json().get("max_tokens"), int):
            return refused(
                400, "ValidationException", "Malformed input request: #: required key [max_tokens] not found"
            )
        if not request.json().get("messages"):
            return refused(400, "ValidationException", "The value at messages is not valid: it is empty.")
        if found[2] == "converse":
            return as_json(conversed())
        if found[2] == "invoke":
            return as_json(message(CLAUDES[0]))
        return as_events(converse_frames() if found[2] == "converse-stream" else invoke_frames(), FRAMED)

    return handler


def guarded(
    inner: Handler,
    *keys: str,
    access: Sequence[AccessKey] = (),
    region: str = "us-east-1",
    service: str = "bedrock",
    clock: float = 0.0,
) -> Handler:
    """Return a door that checks credentials as :func:`door` does, before it leaves the answer to ``inner``.

    So are the paths of other houses' protocols guarded: ``/openai/v1`` of the runtime, and Mantle.
    """

    def handler(request: Request) -> Answer:
        return _refused(request, keys, access, region, service, clock) or inner(request)

    return handler


def _refused(
    request: Request, keys: Sequence[str], access: Sequence[AccessKey], region: str, service: str, clock: float
) -> Answer | None:
    scheme, _, shown = request.header("authorization").partition(" ")
    if scheme.lower() == "bearer":
        return None if shown in keys else give(error("bedrock-403"), request)
    found = refusal(request, access, region, service, clock)
    return refused(403, *found) if found is not None else None


def conversed(text: str = TEXT, stop: str = "end_turn") -> dict[str, Any]:
    """Return a complete response of Converse."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop,
        "usage": {"inputTokens": 9, "outputTokens": 5, "totalTokens": 14},
        "metrics": {"latencyMs": 120},
    }


def framed(kind: str, value: object) -> bytes:
    """Return one event in AWS' binary framing."""
    return frame(json.dumps(value).encode(), event_type=kind, content_type="application/json", message_type="event")


def exception_frame(kind: str, words: str) -> bytes:
    """Return an exception of the service within a stream."""
    body = json.dumps({"message": words}).encode()
    return frame(body, exception_type=kind, content_type="application/json", message_type="exception")


_COUNTED: Sequence[dict[str, Any]] = [{"text": f"{number} "} for number in range(1, 21)]


def converse_frames(
    stop: str = "end_turn", deltas: Sequence[dict[str, Any]] = _COUNTED, start: dict[str, Any] | None = None
) -> list[bytes]:
    """Return the events of a stream of Converse, which counts to twenty unless it has other ``deltas``."""
    begun = [framed("contentBlockStart", {"contentBlockIndex": 0, "start": start})] if start is not None else []
    return [
        framed("messageStart", {"role": "assistant"}),
        *begun,
        *(framed("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}) for delta in deltas),
        framed("contentBlockStop", {"contentBlockIndex": 0}),
        framed("messageStop", {"stopReason": stop}),
        framed(
            "metadata",
            {"usage": {"inputTokens": 9, "outputTokens": 40, "totalTokens": 49}, "metrics": {"latencyMs": 90}},
        ),
    ]


def invoke_frames(inner: Sequence[dict[str, Any]] = ()) -> list[bytes]:
    """Return the events of a stream of InvokeModel: those of the Messages API, each in base64."""
    packed = (base64.b64encode(json.dumps(one).encode()).decode() for one in inner or events(CLAUDES[0]))
    return [framed("chunk", {"bytes": one}) for one in packed]
