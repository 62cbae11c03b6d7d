"""Responses to a generation, correct and wrong, by name: many that SDKs cannot parse."""

from __future__ import annotations

import gzip
import json

from probes.demo_server.answers import DONE, MODELS, as_events, as_html, as_json, as_text, chunks, completion, message
from probes.demo_server.error_bodies import ERRORS
from probes.demo_server.server import Answer, Reply, ScriptEnd, Wait, head
from probes.demo_server.web_pages import SERVED, nginx_page


def _raw(kind: str, body: bytes, *more: tuple[str, str], status: int = 200) -> bytes:
    """Return a response whose Content-Length is ten bytes larger than its body."""
    return head(status, (("Content-Type", kind), ("Content-Length", str(len(body) + 10)), *more)) + body


def _answers() -> dict[str, Answer]:
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    sound = completion()
    whole = json.dumps(sound).encode()
    apart = {key: value for key, value in sound.items() if key != "choices"}
    json_type = (("Content-Type", "application/json"),)
    gzipped = (*json_type, ("Content-Encoding", "gzip"))
    half = len(whole) // 2
    return {
        "ok": as_json(sound),
        "html200": as_html(SERVED),
        "html200_gz": Reply(
            200, (("Content-Type", "text/html"), ("Content-Encoding", "gzip")), gzip.compress(SERVED.encode())
        ),
        "json_error200": as_json({"error": {"message": "boom upstream", "type": "upstream_error", "code": "500"}}),
        "json_errstr200": as_json({"error": "boom upstream"}),
        "json_codemsg200": as_json({"code": 401, "msg": "token invalid"}),
        "json_success_false": as_json({"success": False, "message": "boom upstream"}),
        "json_empty200": as_json({}),
        "json_list200": as_json([sound]),
        "json_null200": as_json(None),
        "json_string200": as_json("PONG"),
        "json_invalid200": Reply(200, json_type, whole[:half]),
        "json_nochoices": as_json(apart),
        "json_emptychoices": as_json({**apart, "choices": []}),
        "json_nullchoices": as_json({**apart, "choices": None}),
        "json_nullcontent": as_json(completion(text=None)),
        "json_anthropic_for_chat": as_json(message()),
        "json_chat_for_anthropic": as_json(sound),
        "json_nousage": as_json({key: value for key, value in sound.items() if key != "usage"}),
        "json_noid": as_json({key: value for key, value in sound.items() if key != "id"}),
        "json_strnums": as_json({**sound, "created": "1700000000", "usage": {"prompt_tokens": "9"}}),
        "json_bom": Reply(200, json_type, b"\xef\xbb\xbf" + whole),
        "json_ct_text": Reply(200, (("Content-Type", "text/plain"),), whole),
        "json_ct_html": Reply(200, (("Content-Type", "text/html"),), whole),
        "json_ct_none": Reply(200, (), whole),
        "json_ct_octet": Reply(200, (("Content-Type", "application/octet-stream"),), whole),
        "json_ct_problem": Reply(200, (("Content-Type", "application/problem+json"),), whole),
        "json_ct_upper": Reply(200, (("Content-Type", "Application/JSON"),), whole),
        "json_ct_sse": Reply(200, (("Content-Type", "text/event-stream"),), whole),
        "sse_for_nonstream": as_events([*chunks(), DONE]),
        "text200": as_text("OK"),
        "empty200_json": Reply(200, json_type),
        "empty200_noct": Reply(200),
        "ws_before_json": Reply(200, json_type, b"\n  \n" + whole),
        "gzip_json": Reply(200, gzipped, gzip.compress(whole)),
        "gzip_lie": Reply(200, gzipped, whole),
        "created201": as_json(sound, 201),
        "accepted202": as_json({"request_id": "r-1", "status": "queued"}, 202),
        "204": Reply(204),
        "304": Reply(304),
        "400_html": nginx_page(400, "Bad Request"),
        "400_plain": as_text("bad thing", 400),
        "400_detail": as_json({"detail": "bad thing"}, 400),
        "400_errstr": as_json({"error": "bad thing"}, 400),
        "400_errlist": as_json([{"error": {"code": 400, "message": "bad thing", "status": "INVALID_ARGUMENT"}}], 400),
        "400_msg": as_json({"message": "bad thing top-level"}, 400),
        "400_empty": Reply(400),
        "429_ra1": as_json(ERRORS["openai-429"][1], 429, ("Retry-After", "1")),
        "429_ra3": as_json(ERRORS["openai-429"][1], 429, ("Retry-After", "3")),
        "close_nobyte": [ScriptEnd.CLOSE],
        "rst_nobyte": [ScriptEnd.RESET],
        "close_midbody": [_raw("application/json", whole[:half]), ScriptEnd.CLOSE],
        "rst_midbody": [_raw("application/json", whole[:half]), Wait(0.02), ScriptEnd.RESET],
        "close_midheaders": [b"HTTP/1.1 200 OK\r\nContent-Ty", ScriptEnd.CLOSE],
        "chunked_cut": Reply(200, json_type, [whole[:half], ScriptEnd.CLOSE]),
        "garbage": b"\x00\x01\x02 what is this\r\n\r\n",
        "http09": b"<html>hello</html>",
        "bad_header": b"HTTP/1.1 200 OK\r\nBad Header Line\r\nContent-Length: 2\r\n\r\n{}",
        "ok_noclose_lf": b"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: %d\n\n" % len(whole)
        + whole,
        "http10": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + whole,
        "close_delim": Reply(200, json_type, [whole], chunked=False),
        "never": [ScriptEnd.STALL],
        "midbody_stall": [_raw("application/json", whole[:half]), ScriptEnd.STALL],
        "headers_only": [head(200, (*json_type, ("Content-Length", "500"))), ScriptEnd.STALL],
        "spent": as_json(completion(text="", finish="length", reasoning_content="Let me think about")),
        "spent_null": as_json(completion(text=None, finish="length")),
        "tool_call": as_json(completion(text=None, finish="tool_calls", tool_calls=[call])),
        "substituted": as_json(completion("gpt-3.5-turbo-0125")),
        "dated": as_json(completion(f"{MODELS[0]}-2025-08-07")),
    }


# Responses to a chat request without streaming, by name; the model is MODELS[0].
ANSWERS: dict[str, Answer] = _answers()
# The same for an Anthropic door; the model is CLAUDES[0].
ANTHROPIC_ANSWERS: dict[str, Answer] = {
    "ok": as_json(message()),
    "json_nocontent": as_json({key: value for key, value in message().items() if key != "content"}),
    "json_emptycontent": as_json(message(text=None)),
    "json_nullcontent": as_json({**message(), "content": None}),
    "json_error200": as_json(ERRORS["anthropic-529"][1]),
    "json_chat_for_anthropic": as_json(completion()),
    "thinking": as_json(message(thinking="The user wants a word.")),
    "spent": as_json(message(text=None, stop="max_tokens", thinking="The user wants")),
    "spent_empty": as_json(message(text=None, stop="max_tokens")),
    "substituted": as_json(message("claude-3-haiku-20240307")),
    "html200": as_html(SERVED),
}
