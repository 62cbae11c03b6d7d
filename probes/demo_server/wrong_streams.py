"""Streams and connections, correct and with one fault each, by name."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from probes.demo_server.answers import (
    DONE,
    GEMINIS,
    LLAMAS,
    TEXT,
    as_events,
    as_html,
    as_json,
    as_lines,
    as_text,
    chat_lines,
    chunk,
    chunks,
    completion,
    data,
    event,
    events,
    generated,
    generated_pieces,
    line,
    message,
    response,
    response_events,
    spoken,
    usage,
)
from probes.demo_server.error_bodies import ERRORS
from probes.demo_server.handlers import What, always, give
from probes.demo_server.server import Answer, Drip, Handler, Reply, Request, ScriptEnd, Step, Wait, head
from probes.demo_server.web_pages import SERVED


def delayed(what: What, seconds: float) -> Handler:
    """Return a handler that sends ``what`` after ``seconds``."""

    def handler(request: Request) -> Answer:
        answer = give(what, request)
        if isinstance(answer, Reply) and isinstance(answer.body, bytes):
            length = ("Content-Length", str(len(answer.body)))
            return [Wait(seconds), head(answer.status, (*answer.headers, length)), answer.body, ScriptEnd.KEEP]
        if isinstance(answer, Reply):
            return Reply(answer.status, answer.headers, [Wait(seconds), *answer.body])
        return [Wait(seconds), *([answer] if isinstance(answer, bytes) else answer)]

    return handler


def header_drip(every: float = 0.2) -> Handler:
    """Return a handler that sends its head one byte at a time, with a pause of ``every`` seconds after each."""
    return always(
        [Drip(head(200, (("Content-Type", "application/json"), ("X-Pad", "x" * 4096))), every), ScriptEnd.CLOSE]
    )


def endless_headers(request: Request) -> Answer:
    """Send headers without end."""
    return (step for part in ([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-Pad: " + b"x" * 1000 + b"\r\n")) for step in part)


def endless_body(request: Request) -> Answer:
    """Send a body without end."""
    return Reply(200, (("Content-Type", "application/json"),), repeat(b'{"padding": "' + b"x" * 16384))


def gzip_bomb(request: Request) -> Answer:
    """Send 64 MiB of spaces, which gzip compresses to about 0.3 MiB."""
    headers = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    return Reply(200, headers, gzip.compress(b" " * (64 << 20), 1))


def _gzip_steps(parts: Sequence[bytes], bits: int = 31) -> list[Step]:
    squeeze = zlib.compressobj(wbits=bits)
    steps: list[Step] = [squeeze.compress(part) + squeeze.flush(zlib.Z_SYNC_FLUSH) for part in parts]
    return [*steps, squeeze.flush()]


def buffered(parts: Sequence[bytes], seconds: float) -> Reply:
    """Return a stream that arrives all at once after ``seconds``, as from a buffering proxy."""
    return as_events([Wait(seconds), b"".join(parts)])


def _wire(parts: list[bytes], end: bytes, whole: dict[str, Any]) -> dict[str, Answer]:
    """Return the faults that any event stream can have.

    ``parts`` are its events but the last one, ``end`` is the last one, ``whole`` the same response without streaming.
    """
    sound = [*parts, end]
    body = b"".join(sound)
    begun = parts[:-1]  # without the event that has the finish reason
    torn = parts[-1][: len(parts[-1]) // 2]
    kind = (("Content-Type", "text/event-stream"),)
    boom = {"error": {"message": "boom upstream", "type": "server_error", "code": "500"}}
    overloaded = event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    return {
        "s_done": as_events(sound),
        "s_nodone": as_events(parts),
        "s_crlf": as_events(body.replace(b"\n", b"\r\n")),
        "s_cr": as_events(body.replace(b"\n", b"\r")),
        "s_comments": as_events([step for part in sound for step in (b": keep-alive\n\n", part)]),
        "s_openrouter": as_events([b": OPENROUTER PROCESSING\n\n"] * 3 + sound),
        "s_emptydata": as_events([b"data:\n\n", *sound]),
        "s_ping_event": as_events([b'event: ping\ndata: {"type": "ping"}\n\n', *sound]),
        "s_keepalive_event": as_events([b'event: keepalive\ndata: {"type": "keepalive"}\n\n', *sound]),
        "s_nospace": as_events(body.replace(b"data: ", b"data:").replace(b"event: ", b"event:")),
        "s_bom": as_events(b"\xef\xbb\xbf" + body),
        "s_id_retry": as_events([b"id: 1\nretry: 3000\n" + part for part in sound]),
        "s_no_blank_lines": as_events(body.replace(b"\n\n", b"\n")),
        "s_last_no_blank": as_events(body[:-2]),
        "s_last_no_blank_nodone": as_events(b"".join(parts)[:-2]),
        "s_jsonlines": as_events(body.replace(b"data: ", b"").replace(b"\n\n", b"\n")),
        "s_ndjson": as_events([p.split(b"data: ")[1][:-1] for p in parts], "application/x-ndjson"),
        "s_json_ignored": as_json(whole),
        "s_json_ignored_pretty": as_text(json.dumps(whole, indent=2), 200),
        "s_sse_ct_json": as_events(sound, "application/json"),
        "s_sse_ct_text": as_events(sound, "text/plain"),
        "s_sse_ct_html": as_events(sound, "text/html"),
        "s_sse_no_ct": as_events(sound, ""),
        "s_sse_ct_octet": as_events(sound, "application/octet-stream"),
        "s_html200": as_html(SERVED),
        "s_html_in_sse": as_events(SERVED.encode()),
        "s_empty": as_events([]),
        "s_empty_length0": Reply(200, kind),
        "s_only_done": as_events(DONE),
        "s_error_first": as_events([data(boom)]),
        "s_error_mid": as_events([*begun, data(boom)]),
        "s_error_mid_str": as_events([*begun, data({"error": "boom upstream"})]),
        "s_error_event": as_events([*begun, b"event: error\n" + data(boom)]),
        "s_error_event_first": as_events([overloaded]),
        "s_error_event_anthropic": as_events([*begun, overloaded]),
        "s_error_event_text": as_events([*begun, b"event: error\ndata: boom upstream\n\n"]),
        "s_error_codemsg": as_events([*begun, data({"code": 500, "msg": "boom upstream"})]),
        "s_error_nodata_json": as_events([*begun, json.dumps(boom).encode() + b"\n\n"]),
        "s_error_json_200": as_json(boom),
        "s_error_html_mid": as_events([*begun, b"<html><h1>502 Bad Gateway</h1></html>\n\n"]),
        "s_cut_chunked": [
            head(200, (*kind, ("Transfer-Encoding", "chunked"))),
            *(b"%x\r\n%b\r\n" % (len(part), part) for part in begun),
            b"%x\r\n%b" % (len(parts[-1]), torn),
            ScriptEnd.CLOSE,
        ],
        "s_cut_chunked_boundary": as_events([*begun, ScriptEnd.CLOSE]),
        "s_cut_rst": as_events([*begun, Wait(0.02), ScriptEnd.RESET]),
        "s_cut_close": Reply(200, kind, [*begun, torn], chunked=False),
        "s_cut_close_boundary": Reply(200, kind, begun, chunked=False),
        "s_cut_clean_chunk": as_events([*begun, torn]),
        "s_cut_clean": as_events(begun),
        "s_stalled": as_events([*begun, ScriptEnd.STALL]),
        "s_stalled_first": as_events([ScriptEnd.STALL]),
        "s_gzip": as_events(_gzip_steps(sound), "text/event-stream", ("Content-Encoding", "gzip")),
        "s_gzip_buffered": as_events(gzip.compress(body), "text/event-stream", ("Content-Encoding", "gzip")),
        "s_deflate": as_events(_gzip_steps(sound, 15), "text/event-stream", ("Content-Encoding", "deflate")),
        "s_br_lie": as_events(sound, "text/event-stream", ("Content-Encoding", "br")),
        "s_gzip_lie": as_events(sound, "text/event-stream", ("Content-Encoding", "gzip")),
        "s_gzip_nohdr": as_events(gzip.compress(body)),
        "s_buffered": as_events(body),
        "s_bytewise": as_events([Drip(body, 0)]),
        "s_slow_ping": as_events([step for part in sound for step in (b": ping\n\n", Wait(0.02), part)]),
        "s_invalid_utf8": as_events([*begun, b"data: \xff\xfe\n\n", parts[-1], end]),
        "s_badjson_mid": as_events([*begun, b'data: {"unfinished": "\n\n', parts[-1], end]),
        "s_gbk": as_events([b"data: " + '"\u4f60\u597d"'.encode("gbk") + b"\n\n", *sound]),
        "s_extra_after_done": as_events([*sound, data({"extra": True})]),
        "s_done_appended": as_events([*sound, DONE]),
    }


def _without(key: str, **put: object) -> bytes:
    return data({**{name: value for name, value in chunk().items() if name != key}, **put})


def _streams() -> dict[str, Answer]:
    parts = chunks()
    thinking = [
        data(chunk(role="assistant", content=None, reasoning_content="")),
        data(chunk(content=None, reasoning_content="One word is asked.")),
    ]
    spoken = {
        **chunk(),
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
    }
    minimal = {"choices": [{"delta": {"content": TEXT}, "finish_reason": "stop"}]}
    return {
        **_wire(parts, DONE, completion()),
        "s_multiline_data": as_events([parts[0].replace(b", ", b",\ndata: ", 1), *parts[1:], DONE]),
        "s_done_nospace": as_events([*parts, b"data:[DONE]\n\n"]),
        "s_done_lower": as_events([*parts, b"data: [done]\n\n"]),
        "s_usage_chunk": as_events([*parts, usage(), DONE]),
        "s_choices_missing": as_events([_without("choices"), *parts, DONE]),
        "s_choices_null": as_events([_without("choices", choices=None), *parts, DONE]),
        "s_empty_first_choices": as_events([_without("choices", choices=[]), *parts, DONE]),
        "s_no_delta": as_events([_without("choices", choices=[{"index": 0, "finish_reason": None}]), *parts, DONE]),
        "s_message_not_delta": as_events([data(spoken), DONE]),
        "s_no_finish": as_events([*chunks(finish=None), DONE]),
        "s_finish_empty_str": as_events([*chunks(finish=None), data(chunk(finish="")), DONE]),
        "s_no_role": as_events([*parts[1:], DONE]),
        "s_no_id": as_events([data(minimal), DONE]),
        "s_minimal_full_content": as_events([data(chunk(finish="stop", role="assistant", content=TEXT)), DONE]),
        "s_reasoning": as_events([*thinking, *parts[1:], DONE]),
        "s_utf8_split": as_events([Drip(b"".join([*chunks(text="你好"), DONE]), 0)]),
        "s_anthropic_events": as_events([event(e) for e in events()]),
        "s_spent": as_events([*thinking, data(chunk(finish="length")), DONE]),
        "s_substituted": as_events([*chunks("gpt-3.5-turbo-0125"), DONE]),
        "s_finish_error": as_events([*parts[:-1], data(chunk(finish="error")), DONE]),
    }


def _anthropic_streams() -> dict[str, Answer]:
    rows = events()
    parts = [event(e) for e in rows]

    def but(*kinds: str) -> Reply:
        return as_events([event(e) for e in rows if e["type"] not in kinds])

    def changed(kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Reply:
        return as_events([event(change(e) if e["type"] == kind else e) for e in rows])

    bare = {key: value for key, value in rows[0]["message"].items() if key != "usage"}
    stopped = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 16}}
    return {
        **_wire(parts[:-1], parts[-1], message()),
        "s_no_message_stop": but("message_stop"),
        "s_no_message_delta": but("message_delta"),
        "s_no_message_start": but("message_start"),
        "s_no_block_stop": but("content_block_stop"),
        "s_no_block_start": but("content_block_start"),
        "s_no_ping": but("ping"),
        "s_no_finish": but("message_delta", "message_stop"),
        "s_unknown_event": as_events([parts[0], event({"type": "vendor_note", "note": "hello"}), *parts[1:]]),
        "s_no_event_lines": as_events([data(e) for e in rows]),
        "s_chat_chunks": as_events([*chunks(), DONE]),
        "s_usage_null": changed("message_delta", lambda e: {**e, "usage": None}),
        "s_start_no_usage": changed("message_start", lambda e: {**e, "message": bare}),
        "s_spent": as_events([parts[0], event(stopped), parts[-1]]),
    }


def _response_streams() -> dict[str, Answer]:
    rows = response_events()
    parts = [event(one) for one in rows]
    failed = {"status": "failed", "error": {"code": "server_error", "message": "boom upstream"}}
    short = {**response(), "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return {
        **_wire(parts[:-1], parts[-1], response()),
        "s_no_event_lines": as_events([data(one) for one in rows]),
        "s_failed": as_events([*parts[:4], event({"type": "response.failed", "response": {**response(), **failed}})]),
        "s_spent": as_events([*parts[:2], event({"type": "response.incomplete", "response": short})]),
        "s_unknown_event": as_events([parts[0], event({"type": "response.vendor_note", "note": "hi"}), *parts[1:]]),
        "s_chat_chunks": as_events([*chunks(), DONE]),
    }


def _gemini_streams() -> dict[str, Answer]:
    pieces = generated_pieces()
    parts = [data(one) for one in pieces]
    thought = generated(text="One word is asked.")
    thought["candidates"][0]["content"]["parts"][0]["thought"] = True
    del thought["candidates"][0]["finishReason"]
    spent = {"candidates": [{"finishReason": "MAX_TOKENS", "index": 0}], "usageMetadata": {"thoughtsTokenCount": 16}}
    return {
        **_wire(parts[:-1], parts[-1], generated()),
        "s_array": as_json(pieces),
        "s_array_chunked": Reply(
            200,
            (("Content-Type", "application/json"),),
            [b"[", b",\r\n".join(json.dumps(one, indent=2).encode() for one in pieces), b"]"],
        ),
        "s_thinking": as_events([data(thought), *parts]),
        "s_spent": as_events([data(thought), data(spent)]),
        "s_no_finish": as_events(parts[:-1]),
        "s_error_google": as_events([*parts[:-1], data(ERRORS["gemini-503"][1])]),
        "s_chat_chunks": as_events([*chunks(GEMINIS[0]), DONE]),
    }


def _ollama_streams() -> dict[str, Answer]:
    parts = [line(one) for one in chat_lines()]
    thinking = {"model": LLAMAS[0], "message": {"role": "assistant", "content": "", "thinking": "Hm"}, "done": False}
    boom = line({"error": "boom upstream"})
    lines = (("Content-Type", "application/x-ndjson"),)
    return {
        "s_done": as_lines(parts),
        "s_buffered": as_lines([b"".join(parts)]),
        "s_bytewise": as_lines([Drip(b"".join(parts), 0)]),
        "s_crlf": as_lines([part.replace(b"\n", b"\r\n") for part in parts]),
        "s_last_no_line_end": as_lines([*parts[:-1], parts[-1].rstrip(b"\n")]),
        "s_ct_json": as_lines(parts, "application/json"),
        "s_ct_text": as_lines(parts, "text/plain"),
        "s_utf8_split": as_lines([Drip(b"".join(line(one) for one in chat_lines(text="\u4f60\u597d")), 0)]),
        "s_thinking": as_lines([line(thinking), *parts]),
        "s_spent": as_lines([line(thinking), line(spoken(text="", reason="length"))]),
        "s_old_done": as_lines(
            [*parts[:-1], line({"model": LLAMAS[0], "message": {"role": "assistant", "content": ""}, "done": True})]
        ),
        "s_blank_lines": as_lines([part + b"\n" for part in parts]),
        "s_nodone": as_lines(parts[:-1]),
        "s_json_ignored": as_json(spoken()),
        "s_error_first": as_lines([boom]),
        "s_error_mid": as_lines([*parts[:-1], boom]),
        "s_error_json_200": as_json({"error": "boom upstream"}),
        "s_badjson_mid": as_lines([parts[0], b'{"unfinished": "\n', *parts[1:]]),
        "s_invalid_utf8": as_lines([parts[0], b"\xff\xfe\n", *parts[1:]]),
        "s_html200": as_html(SERVED),
        "s_empty": as_lines([]),
        "s_events": as_events([*(data(one) for one in chat_lines())]),
        "s_chat_chunks": as_events([*chunks(LLAMAS[0]), DONE]),
        "s_cut_chunked": [
            head(200, (*lines, ("Transfer-Encoding", "chunked"))),
            b"%x\r\n%b" % (len(parts[0]), parts[0][:10]),
            ScriptEnd.CLOSE,
        ],
        "s_cut_rst": as_lines([*parts[:-1], Wait(0.02), ScriptEnd.RESET]),
        "s_cut_close": Reply(200, lines, [parts[0], parts[1][:20]], chunked=False),
        "s_cut_close_boundary": Reply(200, lines, parts[:-1], chunked=False),
        "s_stalled": as_lines([*parts[:-1], ScriptEnd.STALL]),
        "s_stalled_first": as_lines([ScriptEnd.STALL]),
    }


# Streams by name, for the argument ``stream`` of the practice doors; the model is the first of its list, as MODELS[0].
STREAMS: dict[str, Answer] = _streams()
ANTHROPIC_STREAMS: dict[str, Answer] = _anthropic_streams()
RESPONSES_STREAMS: dict[str, Answer] = _response_streams()
GEMINI_STREAMS: dict[str, Answer] = _gemini_streams()
OLLAMA_STREAMS: dict[str, Answer] = _ollama_streams()
# Scripts that run before HTTP, for ``PracticeDoor(connect=...)``.
CONNECTIONS: dict[str, list[Step]] = {
    "close": [ScriptEnd.CLOSE],
    "reset": [ScriptEnd.RESET],
    "never": [ScriptEnd.STALL],
    "ssh": [b"SSH-2.0-OpenSSH_9.6\r\n", ScriptEnd.STALL],
    "smtp": [b"220 mail.example ESMTP Postfix\r\n", ScriptEnd.STALL],
    "mysql": [b"J\x00\x00\x00\x0a8.0.36\x00", ScriptEnd.STALL],
    "hello-reset": [ScriptEnd.READ, ScriptEnd.RESET],
    "hello-close": [ScriptEnd.READ, ScriptEnd.CLOSE],
    "hello-stall": [ScriptEnd.READ, ScriptEnd.STALL],
    "hello-plain-400": [ScriptEnd.READ, head(400, [("Connection", "close")]), ScriptEnd.CLOSE],
    "hello-alert": [
        ScriptEnd.READ,
        b"\x15\x03\x03\x00\x02\x02\x28",
        ScriptEnd.CLOSE,
    ],  # TLS alert 40, handshake_failure
    "hello-unrecognized": [
        ScriptEnd.READ,
        b"\x15\x03\x03\x00\x02\x02\x70",
        ScriptEnd.CLOSE,
    ],  # alert 112, unrecognized_name
    "hello-version": [ScriptEnd.READ, b"\x15\x03\x03\x00\x02\x02\x46", ScriptEnd.CLOSE],  # alert 70, protocol_version
    "garbage": [ScriptEnd.READ, b"\x00\x01\x02\x03\xff\xfe", ScriptEnd.CLOSE],
}
