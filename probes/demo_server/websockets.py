"""Answers to the upgrade to a WebSocket: one that works, and those that servers and proxies were seen to give.

The frames are made by hand, since a server's frames are not masked (RFC 6455, section 5.1).
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Callable

from probes.demo_server.answers import as_html, as_json, as_text, response_events
from probes.demo_server.error_bodies import error
from probes.demo_server.handlers import What, give
from probes.demo_server.server import Answer, Handler, Reply, Request, ScriptEnd, Step, head

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_TEXT, _CLOSE = 1, 8


def accepted(request: Request) -> bytes:
    """Return the response that switches to WebSocket."""
    shown = hashlib.sha1((request.header("sec-websocket-key") + _GUID).encode(), usedforsecurity=False).digest()
    return head(
        101,
        (
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", base64.b64encode(shown).decode()),
        ),
    )


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """Return a whole frame of at most 65,535 bytes."""
    short = len(payload) < 126
    size = bytes([len(payload)]) if short else b"\x7e" + struct.pack("!H", len(payload))
    return bytes([0x80 | opcode]) + size + payload


def close(code: int, reason: str = "") -> bytes:
    """Return a close frame."""
    return frame(struct.pack("!H", code) + reason.encode(), _CLOSE)


def message(value: object) -> bytes:
    """Return a message with this value as JSON."""
    return frame(json.dumps(value).encode())


def _then(*steps: Step) -> Handler:
    """Return a handler that accepts the upgrade and goes on with these steps."""

    def handler(request: Request) -> Answer:
        return [accepted(request), *steps]

    return handler


def _warm() -> list[bytes]:
    """Return the events for a message that asks for no answer."""
    first, *_, last = response_events("gpt-4o-mini")
    for one in (first, last):
        one["response"] |= {"output": [], "usage": {"input_tokens": 9, "output_tokens": 0, "total_tokens": 9}}
    return [message(first), message(last)]


def _refused(status: int, message: str, code: str | None = None) -> Callable[[Request], Answer]:
    return lambda request: as_json(
        {"error": {"message": message, "type": "invalid_request_error", "code": code}}, status
    )


# What answers the upgrade, by name.
SOCKETS: dict[str, What] = {
    "sound": _then(
        ScriptEnd.MESSAGE, *_warm(), ScriptEnd.MESSAGE, *map(message, response_events("gpt-4o-mini")), ScriptEnd.STALL
    ),
    "426": as_text("Upgrade Required", 426),
    "426-disabled": _refused(426, "Responses WebSocket transport is disabled; use HTTP"),
    "404": as_json({"detail": "Not Found"}, 404),
    "404-html": as_html("<html><head><title>404 Not Found</title></head><body>nginx</body></html>", 404),
    "404-model": error("openai-model"),
    "404-url": error("openai-404"),
    "400": _refused(400, "Invalid request"),
    "400-text": as_text("Bad Request", 400),
    "401": error("openai-401"),
    "403": as_html("<html><head><title>403 Forbidden</title></head><body>nginx</body></html>", 403),
    "405": as_json({"detail": "Method Not Allowed"}, 405),
    "429": _refused(429, "Rate limit reached"),
    "502": as_html("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", 502),
    "web-page": as_html("<html><head><title>Relay</title></head><body>Welcome</body></html>"),
    "closed-1008": _then(close(1008, "Policy"), ScriptEnd.CLOSE),
    "closed-1008-after": _then(ScriptEnd.MESSAGE, close(1008, "Policy"), ScriptEnd.CLOSE),
    "closed-1011": _then(close(1011), ScriptEnd.CLOSE),
    "cut": _then(ScriptEnd.CLOSE),
    "dropped": [ScriptEnd.CLOSE],
    "held": [ScriptEnd.STALL],
    "silent": _then(ScriptEnd.STALL),
    "error-400": _then(
        ScriptEnd.MESSAGE,
        message(
            {"type": "error", "status": 400, "error": {"type": "invalid_request_error", "message": "no websocket"}}
        ),
        ScriptEnd.STALL,
    ),
    "error-unnumbered": _then(
        ScriptEnd.MESSAGE,
        message({"type": "error", "error": {"type": "invalid_request_error", "message": "no websocket"}}),
        ScriptEnd.STALL,
    ),
    "failed-response": _then(
        ScriptEnd.MESSAGE,
        message(
            {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "no websocket"}}}
        ),
        ScriptEnd.STALL,
    ),
    "wrong-accept": lambda request: [
        head(101, (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", "eA=="))),
        ScriptEnd.STALL,
    ],
    "no-frames": _then(b"HTTP/1.1 200 OK\r\n\r\n", ScriptEnd.STALL),
}


def upgrading(world: Handler, what: What) -> Handler:
    """Return ``world`` behind a server that answers each upgrade with ``what``, as an entry of :data:`SOCKETS`."""
    answer = SOCKETS[what] if isinstance(what, str) else what

    def handler(request: Request) -> Answer:
        return give(answer, request) if request.header("upgrade").lower() == "websocket" else world(request)

    return handler


def without_upgrade(world: Handler, refusal: What) -> Handler:
    """Return ``world`` behind a proxy that passes on no ``Upgrade`` header: the server sees a GET and refuses it."""

    def handler(request: Request) -> Answer:
        if request.header("upgrade"):
            found = give(refusal, request)
            return (
                Reply(found.status, (("Server", "nginx/1.27.3"), *found.headers), found.body)
                if isinstance(found, Reply)
                else found
            )
        return world(request)

    return handler
