"""Responses that depend on an open connection: server-sent events, and work that is cancelled on disconnect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")

BEAT = 10.0  # seconds of silence until a comment is sent: proxies close connections that are silent for a minute


class ClientGone(Exception):
    """The client closed the connection before the response was complete."""


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``. If the client disconnects first, cancel it and raise ClientGone."""
    task, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone
        return task.result()
    finally:
        for one in (task, leaving):
            one.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class WhileConnected:
    """An ASGI response that ``work`` computes; the work is cancelled if the client disconnects."""

    def __init__(self, work: Coroutine[Any, Any, ASGIApp]) -> None:
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await while_connected(receive, self._work)
        except ClientGone:
            return
        await answer(scope, receive, send)


def event(name: str, value: object) -> bytes:
    """Return one server-sent event with JSON data: ``event: probe\\ndata: {…}``."""
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


class EventStream:
    """An ASGI response of server-sent events. Its source is closed, even during work, if the client disconnects."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            await while_connected(receive, self._write(send))
        except ClientGone:
            return
        await send({"type": "http.response.body", "body": b""})

    async def _write(self, send: Send) -> None:
        upcoming = asyncio.ensure_future(anext(self._events, None))
        try:
            while True:
                done, _ = await asyncio.wait({upcoming}, timeout=BEAT)
                body = upcoming.result() if done else b": still here\n\n"
                if body is None:
                    return
                await send({"type": "http.response.body", "body": body, "more_body": True})
                if done:
                    upcoming = asyncio.ensure_future(anext(self._events, None))
        finally:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
            await self._events.aclose()
