"""The program under one client's siege: the others are answered all the same, and so is its own next request."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from probes.demo_server import handlers, wrong_answers
from probes.demo_server.server import PracticeDoor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs other clients: 127.0.0.2 and so on"),
]

SILENT = 2000
STALLED = 500
BOUND = 5.0  # seconds for an answer; benchmarks/bench_serve.py measures how long it takes, which is far below one


def request(path: str, port: int, form: dict[str, str] | None = None) -> bytes:
    body = urlencode(form).encode() if form else b""
    lines = [f"{'POST' if form else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    if form:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        lines += ["Accept: text/event-stream"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def ask(port: int, sent: bytes, who: str) -> bytes:
    """Return the whole answer to a client at an address. Raises TimeoutError if it takes longer than the bound."""
    async with asyncio.timeout(BOUND):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(who, 0))
        try:
            writer.write(sent)
            return await reader.read()
        finally:
            writer.close()


async def siege(port: int, sent: bytes, number: int, stack: AsyncExitStack) -> None:
    """Open connections from 127.0.0.1 that send ``sent`` and never read."""
    for _ in range(number):
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        stack.callback(lambda held: held.transport.abort(), writer)
        writer.write(sent)


async def answers(port: int, sound: bytes) -> None:
    """See that clients at other addresses get a page and a check, and the besieging one its next page."""
    for who in ("127.0.0.2", "127.0.0.3", "127.0.0.2"):
        assert b"</html>" in await ask(port, request("/?lang=en", port), who)
        assert b"event: report" in await ask(port, sound, who)
    assert b" 200 OK" in await ask(port, request("/healthz", port), "127.0.0.1")


def test_others_are_answered(program: Callable[..., Any], door: PracticeDoor, key: str) -> None:
    running = program("--rate", "100000")
    port = urlsplit(running.url).port or 0

    async def main(stalled: str) -> None:
        sound, never = (
            request("/check", port, {"base_url": f"{url}/v1", "key": key, "no_spend": "1"})
            for url in (door.url, stalled)
        )
        half = f"POST /check HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 99\r\n".encode()
        for number, sent in (
            (SILENT, b""),
            (SILENT, half),
            (SILENT, half + b"\r\nkey="),
            (STALLED, request("/", port) + request("/static/report.css", port) * 50),
            (STALLED, never),
        ):
            async with AsyncExitStack() as stack:
                await siege(port, sent, number, stack)
                await answers(port, sound)
                if sent is never:
                    assert await asyncio.to_thread(running.stop) == 0, "it ends under siege as well"

    with PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"])) as never:
        asyncio.run(main(never.url))
    assert running.said().count("\n") == 1, running.said()


def test_little_room_for_open_files(program: Callable[..., Any], door: PracticeDoor, key: str) -> None:
    """With few open files there are fewer connections, and never more than the system gives."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))"
    crowded = program("--jobs", "20", before=limit)
    assert crowded.stop() == 0
    assert "leaves room for 16 connections only" in crowded.said()
    running = program("--jobs", "4", before=limit)
    port = urlsplit(running.url).port or 0

    async def main() -> None:
        sound = request("/check", port, {"base_url": f"{door.url}/v1", "key": key})
        async with AsyncExitStack() as stack:
            await siege(port, b"", 400, stack)
            for who in ("127.0.0.2", "127.0.0.1"):
                assert b"event: report" in await ask(port, sound, who)

    asyncio.run(main())
    assert running.stop() == 0
    assert running.said().count("\n") == 1, "the program did not run out of files"
