"""All mutants, and the sound responses without text that must raise no alarm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mutants import fields, forms, sound
from mutants.mutant import Mutant, dumped, framed

PROTOCOLS = ("openai", "responses", "anthropic", "gemini", "ollama")


def mutants(protocol: str) -> list[Mutant]:
    """Return all mutants of a protocol, each response once, in a fixed order."""
    rows: dict[Any, Mutant] = {}
    for make in (_sound, forms.of_order, forms.of_foreign, forms.of_lines, forms.of_endings, forms.of_heads,
                 forms.of_bytes, fields.of_answer, fields.of_events):  # fmt: skip
        for one in make(protocol):
            rows.setdefault((one.half, one.body, one.type, one.status, one.framing, one.headers), one)
    names = [one.name for one in rows.values()]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1][:3]
    return list(rows.values())


def _sound(protocol: str) -> Iterator[Mutant]:
    """Yield the sound responses, with text and without: refusals, tool calls, allowances used up by reasoning."""
    yield forms.sound_plain(protocol)
    yield forms.sound_stream(protocol)
    for change, answer in _textless(protocol):
        yield Mutant(protocol, "plain", "sound", change, dumped(answer).encode(), silent=True)
    for change, rows in _textless_streams(protocol):
        yield Mutant(protocol, "stream", "sound", change, framed(protocol, rows).encode(), silent=True)


def _textless(protocol: str) -> Iterator[tuple[str, Any]]:
    one = sound.plain(protocol)
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    match protocol:
        case "openai":
            first = one["choices"][0]
            first["message"]["content"] = None
            first["finish_reason"] = "length"
            yield "length", one
            first["message"]["reasoning_content"] = "hm"
            yield "reasoning, length", one
            first["finish_reason"] = "content_filter"
            yield "content filter", one
            first["finish_reason"] = "tool_calls"
            first["message"]["tool_calls"] = [call]
            yield "tool call", one
            one = sound.plain(protocol)
            one["choices"][0]["message"] |= {"content": None, "refusal": "No."}
            yield "refusal", one
        case "anthropic":
            one |= {"content": [], "stop_reason": "max_tokens"}
            yield "max_tokens", one
            one |= {"content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}], "stop_reason": "tool_use"}
            yield "tool call", one
            one |= {"content": [{"type": "thinking", "thinking": "hm", "signature": "s"}], "stop_reason": "max_tokens"}
            yield "thinking, max_tokens", one
            one |= {"content": [], "stop_reason": "refusal"}
            yield "refusal", one
        case "responses":
            one |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}
            yield "incomplete", one
            one["output"] = [{"type": "reasoning", "id": "rs_1", "summary": []}]
            yield "reasoning, incomplete", one
            one = sound.plain(protocol)
            one["output"] = [{"type": "function_call", "id": "f", "call_id": "c", "name": "f", "arguments": "{}"}]
            yield "tool call", one
            one["output"] = [{**sound.plain(protocol)["output"][0], "content": [{"type": "refusal", "refusal": "No."}]}]
            yield "refusal", one
        case "gemini":
            one["candidates"][0] |= {"finishReason": "MAX_TOKENS", "content": {"role": "model"}}
            yield "MAX_TOKENS", one
            one["candidates"][0] |= {"finishReason": "SAFETY"}
            yield "SAFETY", one
            one["candidates"][0] |= {
                "finishReason": "STOP",
                "content": {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
            }
            yield "tool call", one
            yield "blocked", {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}}
        case _:
            one |= {"done_reason": "length", "message": {"role": "assistant", "content": ""}}
            yield "length", one
            one |= {"message": {"role": "assistant", "content": "", "thinking": "hm"}, "done_reason": "length"}
            yield "thinking, length", one
            tool = {"function": {"name": "f", "arguments": {}}}
            one |= {"message": {"role": "assistant", "content": "", "tool_calls": [tool]}, "done_reason": "stop"}
            yield "tool call", one


def _textless_streams(protocol: str) -> Iterator[tuple[str, sound.Events]]:
    rows = sound.stream(protocol)
    match protocol:
        case "openai":
            rows = [rows[0], *rows[4:]]
            rows[1][1]["choices"][0]["finish_reason"] = "length"
            yield "length", rows
            rows[1][1]["choices"][0]["finish_reason"] = "content_filter"
            yield "content filter", rows
            call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            rows[1][1]["choices"][0] |= {"finish_reason": "tool_calls", "delta": {"tool_calls": [call]}}
            yield "tool call", rows
            rows = sound.stream(protocol)
            for _, value in rows[1:4]:
                delta = value["choices"][0]["delta"]
                delta["reasoning_content"] = delta.pop("content")
            rows[4][1]["choices"][0]["finish_reason"] = "length"
            yield "reasoning, length", rows
        case "anthropic":
            rows = [rows[0], *rows[7:]]
            rows[1][1]["delta"]["stop_reason"] = "max_tokens"
            yield "max_tokens", rows
            rows[1][1]["delta"]["stop_reason"] = "refusal"
            yield "refusal", rows
        case "responses":
            rows = [*rows[:2], rows[-1]]
            response = rows[-1][1]["response"]
            response |= {
                "status": "incomplete",
                "output": [],
                "incomplete_details": {"reason": "max_output_tokens"},
            }
            rows[-1] = ("response.incomplete", rows[-1][1] | {"type": "response.incomplete"})
            yield "incomplete", rows
        case "gemini":
            rows = rows[-1:]
            rows[0][1]["candidates"][0] |= {"finishReason": "MAX_TOKENS", "content": {"role": "model"}}
            yield "MAX_TOKENS", rows
            rows[0][1]["candidates"][0] |= {"finishReason": "SAFETY"}
            yield "SAFETY", rows
        case _:
            rows = rows[-1:]
            rows[0][1]["done_reason"] = "length"
            yield "length", rows
