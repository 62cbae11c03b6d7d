"""Practice doors that refuse one thing in a request: a header, a value of a header, a field, an item of a list.

They look at the request as it arrived and know nothing of how a client's request is taken apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from probes.demo_server.handlers import What, give
from probes.demo_server.server import Answer, Handler, Reply, Request

Condition = Callable[[Request], bool]


def refusing(door: Handler, holds: Condition, refusal: What) -> Handler:
    """Return the door, which gives ``refusal`` to every POST request for which ``holds`` is true."""

    def handler(request: Request) -> Answer:
        if request.method == "POST" and holds(request):
            return give(refusal, request)
        return door(request)

    return handler


def header(name: str, value: str = "") -> Condition:
    """Hold for a header, or for one of the values that it lists."""

    def holds(request: Request) -> bool:
        found = request.header(name)
        return value in [one.strip() for one in found.split(",")] if value else bool(found)

    return holds


def field(*path: str) -> Condition:
    """Hold for a field: ``field("tools", "strict")`` for ``strict`` in any item of ``tools``, at any depth below it."""

    def holds(request: Request) -> bool:
        return any(True for _ in _values(request.json(), path))

    return holds


def value(wanted: object, *path: str) -> Condition:
    """Hold for a field with this value: ``value("system", "messages", "role")``."""
    return lambda request: any(one == wanted for one in _values(request.json(), path))


def text_as_list(*path: str) -> Condition:
    """Hold for a field whose text is written as a list."""
    return lambda request: any(isinstance(one, list) for one in _values(request.json(), path))


def either(*conditions: Condition) -> Condition:
    """Hold if any of the conditions does."""
    return lambda request: any(one(request) for one in conditions)


def said(message: str, status: int = 400, kind: str = "invalid_request_error") -> Reply:
    """Return a refusal in the shape that OpenAI's and Anthropic's APIs share."""
    body = {"type": "error", "error": {"type": kind, "message": message, "code": None, "param": None}}
    return Reply(status, (("Content-Type", "application/json"),), json.dumps(body).encode())


def _values(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield the values of a path's last name, each name anywhere below the one before it."""
    if isinstance(node, list):
        for one in node:
            yield from _values(one, path)
    if not isinstance(node, dict):
        return
    for name, inner in node.items():
        if name != path[0]:
            yield from _values(inner, path)
        elif len(path) == 1:
            yield inner
        else:
            yield from _values(inner, path[1:])
