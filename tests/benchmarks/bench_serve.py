"""Measure how fast `llmdoctor serve` answers one client while another stalls everything; print medians and maxima.

    python tests/benchmarks/bench_serve.py [--silent 2000] [--stalled 500] [--times 20]

The one that stalls connects from 127.0.0.1, the other from 127.0.0.2, so this needs Linux and as many open files as
connections. Each line is a load and what the other client waited for: a page, and a whole check of a sound server.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from probes.demo_server import handlers, practice_doors, wrong_answers
from probes.demo_server.server import PracticeDoor

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"


def request(path: str, port: int, form: dict[str, str] | None = None) -> bytes:
    body = urlencode(form).encode() if form else b""
    lines = [f"{'POST' if form else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    if form:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        lines += ["Accept: text/event-stream"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def ask(port: int, sent: bytes) -> tuple[float, bytes]:
    """Return the seconds until the whole answer has come to a client at 127.0.0.2, and the answer."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(60):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            writer.write(sent)
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError) as error:
        answer = type(error).__name__.encode()
    return time.monotonic() - began, answer


async def measure(load: str, port: int, door: PracticeDoor, times: int) -> None:
    asked = {
        "page": (request("/?lang=en", port), b"</html>"),
        "check": (request("/check", port, {"base_url": f"{door.url}/v1", "key": KEY}), b"event: report"),
    }
    for name, (sent, expected) in asked.items():
        seconds, refused = [], 0
        for _ in range(times):
            took, answer = await ask(port, sent)
            seconds.append(took)
            refused += expected not in answer
        print(
            f"{load:<34} {name:<6} median {statistics.median(seconds) * 1000:6.0f} ms   "
            f"max {max(seconds) * 1000:6.0f} ms   refused {refused} of {times}",
            flush=True,
        )


async def stall(port: int, sent: bytes, number: int, stack: AsyncExitStack) -> None:
    """Open connections from 127.0.0.1 that send ``sent`` and never read."""
    for _ in range(number):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        except OSError:
            continue
        stack.callback(lambda held: held.transport.abort(), writer)  # a writer that nobody holds closes itself
        writer.write(sent)


async def main(port: int, silent: int, stalled: int, times: int) -> None:
    with ExitStack() as doors:
        sound = doors.enter_context(PracticeDoor(practice_doors.openai(KEY)))
        never = doors.enter_context(PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"])))
        check = request("/check", port, {"base_url": f"{never.url}/v1", "key": KEY})
        text = request("/explain", port, {"text": ("https://a.example/v1 sk-ABCDEFGHIJ1234567890 " * 3000)[:150_000]})
        await measure("nothing else", port, sound, times)
        for load, sent, number in (
            (f"{silent} silent connections", b"", silent),
            (f"{silent} half requests", b"POST /check HTTP/1.1\r\nHost: x\r\nX-", silent),
            (f"{stalled} stalled checks", check, stalled),
            ("40 long texts to explain", text, 40),
        ):
            async with AsyncExitStack() as stack:
                await stall(port, sent, number, stack)
                await measure(load, port, sound, times)


def serve(options: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    """Start the program; return its process and its port."""
    log = Path(tempfile.mkstemp(suffix=".log")[1])
    environ = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "diagnose", "serve", "--listen", "127.0.0.1:0", "--rate", "100000", *options],
            stderr=out,
            cwd=tempfile.mkdtemp(),
            env=environ,
        )
    while not (found := re.search(r"serves (\S+)/ ", log.read_text("utf-8"))) and process.poll() is None:
        time.sleep(0.05)
    assert found, log.read_text("utf-8")
    return process, urlsplit(found[1]).port or 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--silent", type=int, default=2000)
    parser.add_argument("--stalled", type=int, default=500)
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    running, port = serve([])
    try:
        asyncio.run(main(port, given.silent, given.stalled, given.times))
    finally:
        running.terminate()
        running.wait(20)
