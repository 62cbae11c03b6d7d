"""Two hundred checks at once and a flood of hostile requests: nothing is lost, and memory does not grow."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from probes.demo_server.server import PracticeDoor

pytestmark = pytest.mark.slow

CHECKS = 200
FLOOD = 1500
MOST = 160 * 1024  # KiB; measured: 38 MiB at the start, 71 after two storms


def request(path: str, body: bytes = b"", *headers: str, host: str = "{host}", method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def bad_requests(key: str) -> list[bytes]:
    """Return the requests of the flood; all of them contain the key, so that a log that keeps any of them reveals it."""
    form = urlencode({"base_url": "http://127.0.0.1:1/v1", "key": key}).encode()
    return [
        request("/check", form, host="evil.example"),
        request("/check", form, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"),
        request("/check", b"key=" + key.encode() + b"&base_url=%ff"),
        request("/check", b"key=" + key.encode() * 1000),
        request(f"/{key}", method="GET"),
        request(f"/probe?target={key}", method="GET"),
        request(f"/static/{key}", method="GET"),
        request("/check", form, "Content-Encoding: gzip", f"X-Key: {key}", method="PUT"),
        request("/explain", b"", "Content-Length: 999999999"),
        request("/explain", b"", "Transfer-Encoding: chunked") + b"zzz\r\n" + key.encode(),
        request("/check", b"", f"X-Long: {key * 2000}"),
        b"\x16\x03\x01\x02\x00\x01" + key.encode(),
        b"GET / HTTP/9.9\r\n" + key.encode() + b"\r\n\r\n",
        f"GET /{key}".encode(),  # and nothing more: the client disconnects
        b"\r\n" * 2000,
    ]


async def ask(port: int, sent: bytes) -> bytes:
    """Return everything that the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent.replace(b"{host}", b"127.0.0.1:%d" % port))
        if not sent.endswith(b"\r\n\r\n") and b"HTTP/1.1" not in sent:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def storm(port: int, door: PracticeDoor, key: str) -> tuple[list[bytes], Counter[str]]:
    """Run all the checks at once, together with the flood."""
    form = urlencode({"base_url": f"{door.url}/v1", "key": key, "lang": "en"}).encode()
    check = request("/check", form, "Accept: text/event-stream")
    statuses: Counter[str] = Counter()
    bad = bad_requests(key)
    at_once = asyncio.Semaphore(50)

    async def flood(number: int) -> None:
        async with at_once:
            said = await ask(port, bad[number % len(bad)])
            statuses[said[9:12].decode()] += 1

    *answers, _ = await asyncio.gather(
        *(ask(port, check) for _ in range(CHECKS)), asyncio.gather(*(flood(number) for number in range(FLOOD)))
    )
    return answers, statuses


def highest(process: int) -> int:
    """Return the most memory that a process has used, in KiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("ascii"))
    assert found
    return int(found[1])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_is_lost_and_nothing_grows(program: Callable[..., Any], door: PracticeDoor, key: str) -> None:
    running = program("--jobs", "32", "--rate", "100000")
    port = urlsplit(running.url).port
    assert port is not None
    memory = [highest(running.process.pid)]
    for _ in range(2):
        answers, statuses = asyncio.run(storm(port, door, key))
        reports = [
            json.loads(found[1])
            for answer in answers
            if (found := re.search(r"^event: report\ndata: (.*)$", answer.decode(), re.MULTILINE))
        ]
        assert len(reports) == CHECKS
        assert {one["verdict"] for one in reports} == {"healthy"}
        assert sum(statuses.values()) == FLOOD
        assert not {"200", "500"} & set(statuses), statuses
        memory.append(highest(running.process.pid))
    print("memory, KiB:", memory, "statuses:", dict(statuses))
    assert memory[-1] < MOST and memory[-1] - memory[1] < 24 * 1024, memory
    metrics = asyncio.run(ask(port, request("/metrics", method="GET"))).decode()
    assert re.search(r'llmdoctor_serve_runs_total\{asked_by="page",verdict="healthy"\} 400', metrics)
    assert "llmdoctor_serve_running 0.0" in metrics and "llmdoctor_serve_waiting 0.0" in metrics
    assert running.stop() == 0
    assert running.said().count("\n") == 1, "a flood writes no log"
