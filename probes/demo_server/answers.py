"""Build correct responses in every protocol, for the demo server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from probes.demo_server.server import Reply, Request, Step

MODELS = ("gpt-5-nano", "gpt-4o-mini")
CLAUDES = ("claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929")
GEMINIS = ("gemini-2.5-flash", "gemini-2.5-pro")
LLAMAS = ("llama3.2:latest", "qwen3:8b")
TEXT = "PONG"


def as_json(value: object, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """Return a JSON response; a Content-Type in ``headers`` replaces the default one."""
    kind = () if any(name.lower() == "content-type" for name, _ in headers) else (("Content-Type", "application/json"),)
    return Reply(status, (*kind, *headers), json.dumps(value, ensure_ascii=False).encode())


def as_html(page: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """Return an HTML response."""
    return Reply(status, (("Content-Type", "text/html; charset=utf-8"), *headers), page.encode())


def as_text(text: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """Return a plain text response."""
    return Reply(status, (("Content-Type", "text/plain; charset=utf-8"), *headers), text.encode())


def as_events(body: bytes | Sequence[Step], kind: str = "text/event-stream", *headers: tuple[str, str]) -> Reply:
    """Return an event stream; a body of bytes is sent as one chunk."""
    types = (("Content-Type", kind),) if kind else ()
    return Reply(200, (*types, ("Cache-Control", "no-cache"), *headers), [body] if isinstance(body, bytes) else body)


def keys_in(
    request: Request, styles: Iterable[str] = ("bearer", "x-api-key", "api-key", "x-goog-api-key", "query")
) -> list[str]:
    """Return the credentials in a request, in the order of ``styles`` (:class:`probes.model.settings.Auth`)."""
    found = []
    for style in styles:
        if style == "bearer":
            scheme, _, value = request.header("authorization").partition(" ")
            found.append(value if scheme.lower() == "bearer" else "")
        else:
            found.append(request.query("key") if style == "query" else request.header(style))
    return [value for value in found if value]


def completion(
    model: str = MODELS[0], text: str | None = TEXT, finish: str = "stop", **message: object
) -> dict[str, Any]:
    """Return the response body of ``POST /chat/completions``."""
    return {
        "id": "chatcmpl-practice",
        "object": "chat.completion",
        "created": 1700000000,
        "model": model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
    }


def message(
    model: str = CLAUDES[0], text: str | None = TEXT, stop: str = "end_turn", thinking: str = ""
) -> dict[str, Any]:
    """Return the response body of ``POST /v1/messages``."""
    content = [{"type": "thinking", "thinking": thinking, "signature": "c2ln"}] if thinking else []
    return {
        "id": "msg_practice",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content + ([] if text is None else [{"type": "text", "text": text}]),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 5},
    }


def response(model: str = MODELS[0], text: str = TEXT, status: str = "completed") -> dict[str, Any]:
    """Return the response body of ``POST /responses``."""
    part = {"type": "output_text", "text": text, "annotations": []}
    output = [{"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]}]
    return {
        "id": "resp_practice",
        "object": "response",
        "created_at": 1700000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": output if status == "completed" else [],
        "usage": {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14},
    }


def generated(model: str = GEMINIS[0], text: str = TEXT, finish: str = "STOP") -> dict[str, Any]:
    """Return the response body of Gemini's ``:generateContent``."""
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish, "index": 0}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14},
        "modelVersion": model,
    }


def spoken(model: str = LLAMAS[0], text: str = TEXT, reason: str = "stop") -> dict[str, Any]:
    """Return the response body of Ollama's ``POST /api/chat``."""
    return {
        "model": model,
        "created_at": "2026-11-22T08:00:00Z",
        "message": {"role": "assistant", "content": text},
        "done": True,
        "done_reason": reason,
        "prompt_eval_count": 9,
        "eval_count": 5,
    }


def model_list(models: Iterable[str], kind: str = "openai") -> Reply:
    """Return a model list in the format of ``openai``, ``anthropic``, ``gemini`` or ``ollama``."""
    ids = list(models)
    if kind == "anthropic":
        rows = [{"type": "model", "id": i, "display_name": i, "created_at": "2025-10-01T00:00:00Z"} for i in ids]
        return as_json({"data": rows, "has_more": False, "first_id": ids[0], "last_id": ids[-1]})
    if kind == "gemini":
        methods = ["generateContent"]
        return as_json({"models": [{"name": f"models/{i}", "supportedGenerationMethods": methods} for i in ids]})
    if kind == "ollama":
        return as_json({"models": [{"name": i, "model": i, "size": 1} for i in ids]})
    return as_json({"object": "list", "data": [{"id": i, "object": "model", "owned_by": "practice"} for i in ids]})


def data(value: object) -> bytes:
    """Return an unnamed server-sent event with a JSON value."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def event(value: dict[str, Any]) -> bytes:
    """Return a server-sent event named after the ``type`` in its JSON value."""
    return f"event: {value['type']}\n".encode() + data(value)


def chunk(model: str = MODELS[0], finish: str | None = None, **delta: object) -> dict[str, Any]:
    """Return a chunk of a chat stream with this delta."""
    return {
        "id": "chatcmpl-practice",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


DONE = b"data: [DONE]\n\n"


def chunks(model: str = MODELS[0], text: str = TEXT, finish: str | None = "stop") -> list[bytes]:
    """Return the events of a correct chat stream before ``[DONE]``: the role, two halves of the text, the finish."""
    half = len(text) // 2
    body = [
        data(chunk(model, role="assistant", content="")),
        data(chunk(model, content=text[:half])),
        data(chunk(model, content=text[half:])),
    ]
    return [*body, data(chunk(model, finish))] if finish else body


def usage(model: str = MODELS[0]) -> bytes:
    """Return the usage chunk that ``stream_options.include_usage`` requests."""
    tokens = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    return data({**chunk(model), "choices": [], "usage": tokens})


def events(model: str = CLAUDES[0], text: str = TEXT, stop: str = "end_turn") -> list[dict[str, Any]]:
    """Return the events of a correct Anthropic stream."""
    start = {**message(model, None, stop), "stop_reason": None, "usage": {"input_tokens": 9, "output_tokens": 1}}
    half = len(text) // 2
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text[:half]}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text[half:]}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop, "stop_sequence": None},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ]


def response_events(model: str = MODELS[0], text: str = TEXT) -> list[dict[str, Any]]:
    """Return the events of a correct stream of the Responses API."""
    begun = response(model, status="in_progress")
    item = {"type": "message", "id": "msg_1", "status": "in_progress", "role": "assistant", "content": []}
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    whole = response(model, text)
    half = len(text) // 2
    rows: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **where, "part": part},
        {"type": "response.output_text.delta", **where, "delta": text[:half]},
        {"type": "response.output_text.delta", **where, "delta": text[half:]},
        {"type": "response.output_text.done", **where, "text": text},
        {"type": "response.content_part.done", **where, "part": whole["output"][0]["content"][0]},
        {"type": "response.output_item.done", "output_index": 0, "item": whole["output"][0]},
        {"type": "response.completed", "response": whole},
    ]
    return [{**row, "sequence_number": number} for number, row in enumerate(rows)]


def generated_pieces(model: str = GEMINIS[0], text: str = TEXT, finish: str = "STOP") -> list[dict[str, Any]]:
    """Return the chunks of a correct Gemini stream; the last one has the finish reason."""
    half = len(text) // 2
    pieces = [generated(model, part) for part in (text[:half], text[half:], "")]
    for piece in pieces[:-1]:
        del piece["candidates"][0]["finishReason"]
    pieces[-1]["candidates"][0] |= {"finishReason": finish, "content": {"role": "model", "parts": [{"text": ""}]}}
    return pieces


def chat_lines(model: str = LLAMAS[0], text: str = TEXT) -> list[dict[str, Any]]:
    """Return the lines of a correct Ollama stream; the last one has ``"done": true``."""
    half = len(text) // 2
    said = [{"role": "assistant", "content": part} for part in (text[:half], text[half:])]
    return [*({"model": model, "message": one, "done": False} for one in said), spoken(model, "")]


def line(value: object) -> bytes:
    """Return a line of JSON."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def as_lines(body: Sequence[Step], kind: str = "application/x-ndjson") -> Reply:
    """Return a stream of JSON lines."""
    return Reply(200, (("Content-Type", kind),), body)
