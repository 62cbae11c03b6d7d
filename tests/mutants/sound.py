"""Sound answers and streams of each protocol, as the mutants start from them.

The text comes in three pieces, so that a reader that loses one of them can be told from one that loses all.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

PIECES = ("alpha ", "beta ", "gamma")
TEXT = "".join(PIECES)
Events = list[tuple[str, Any]]  # the name of each event (empty: no event line) and its JSON; text stays as it is

_CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1760000000,
    "model": "gpt-4o-mini",
    "system_fingerprint": "fp_1",
}
_USAGE = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}


def _openai_plain() -> Any:
    message = {"role": "assistant", "content": TEXT, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**_CHUNK, "object": "chat.completion", "choices": [choice], "usage": dict(_USAGE)}


def _openai_stream() -> Events:
    def chunk(delta: Any, finish: str | None = None) -> tuple[str, Any]:
        return "", {**_CHUNK, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}

    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in PIECES),
        chunk({}, "stop"),
        ("", {**_CHUNK, "choices": [], "usage": dict(_USAGE)}),
        ("", "[DONE]"),
    ]


def _anthropic_message(content: list[Any], finish: str | None, tokens: int) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "content": content,
        "stop_reason": finish,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": tokens},
    }


def _anthropic_stream() -> Events:
    rows: list[Any] = [
        {"type": "message_start", "message": _anthropic_message([], None, 1)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in PIECES
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 12},
        },
        {"type": "message_stop"},
    ]
    return [(row["type"], row) for row in rows]


def _response(status: str, output: list[Any], usage: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1760000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": 16,
        "model": "gpt-4o-mini",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
        "metadata": {},
    }


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def _item(status: str, content: list[Any]) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": content}


_COUNTS = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 12,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 21,
}


def _responses_plain() -> Any:
    return deepcopy(_response("completed", [_item("completed", [_part(TEXT)])], _COUNTS))


def _responses_stream() -> Events:
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    rows: list[Any] = [
        {"type": "response.created", "response": _response("in_progress", [], None)},
        {"type": "response.in_progress", "response": _response("in_progress", [], None)},
        {"type": "response.output_item.added", "output_index": 0, "item": _item("in_progress", [])},
        {"type": "response.content_part.added", **where, "part": _part("")},
        *({"type": "response.output_text.delta", **where, "delta": piece, "logprobs": []} for piece in PIECES),
        {"type": "response.output_text.done", **where, "text": TEXT, "logprobs": []},
        {"type": "response.content_part.done", **where, "part": _part(TEXT)},
        {"type": "response.output_item.done", "output_index": 0, "item": _item("completed", [_part(TEXT)])},
        {"type": "response.completed", "response": _responses_plain()},
    ]
    return [(row["type"], {**row, "sequence_number": number}) for number, row in enumerate(rows)]


def _gemini(text: str, finish: str | None, tokens: int) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    details = [{"modality": "TEXT", "tokenCount": 9}]
    usage = {"promptTokenCount": 9, "candidatesTokenCount": tokens, "totalTokenCount": 9 + tokens}
    return {
        "candidates": [candidate],
        "usageMetadata": {**usage, "promptTokensDetails": details},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r-1",
    }


def _gemini_stream() -> Events:
    return [("", _gemini(piece, "STOP" if piece == PIECES[-1] else None, 4)) for piece in PIECES]


def _ollama(text: str, *, last: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "model": "llama3.2",
        "created_at": "2026-11-29T10:00:00.000000Z",
        "message": {"role": "assistant", "content": text},
        "done": last,
    }
    if last:
        durations = {"total_duration": 900000, "load_duration": 90000, "prompt_eval_duration": 90000}
        row |= {"done_reason": "stop", **durations, "prompt_eval_count": 9, "eval_count": 12, "eval_duration": 700000}
    return row


def _ollama_stream() -> Events:
    return [*(("", _ollama(piece, last=False)) for piece in PIECES), ("", _ollama("", last=True))]


PLAIN = {
    "openai": _openai_plain,
    "anthropic": lambda: _anthropic_message([{"type": "text", "text": TEXT}], "end_turn", 12),
    "responses": _responses_plain,
    "gemini": lambda: _gemini(TEXT, "STOP", 12),
    "ollama": lambda: _ollama(TEXT, last=True),
}
STREAM = {
    "openai": _openai_stream,
    "anthropic": _anthropic_stream,
    "responses": _responses_stream,
    "gemini": _gemini_stream,
    "ollama": _ollama_stream,
}


def plain(protocol: str) -> Any:
    """Return a fresh copy of the sound answer."""
    return deepcopy(PLAIN[protocol]())


def stream(protocol: str) -> Events:
    """Return a fresh copy of the events of the sound stream."""
    return deepcopy(STREAM[protocol]())
