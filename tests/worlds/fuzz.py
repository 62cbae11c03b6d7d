"""Doors that misbehave at random, from a seed: `python -m worlds.fuzz FIRST COUNT` checks COUNT of them and prints a
summary as JSON.

Each door answers every request in a manner that depends only on the door's number. A check of it must end in time with
a report that every format can write, and that contains neither the key nor control characters.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import resource
import struct
import sys
import time
import warnings
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from xml.etree import ElementTree

import probes.api.round_runner
from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Reply, Request, head
from probes.model import archive
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import option
from probes.run.engine import run

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
PROTOCOLS = ("openai", "anthropic", "responses", "gemini", "azure", "ollama", "auto")
TINY = Limits(probe=0.2, run=0.8, header_bytes=8192, body_bytes=1 << 20, stream_bytes=1 << 18, extra_requests=6)
USUAL = Limits(probe=0.3, run=1.0)  # the limits in bytes are the defaults
SLACK = 3.0  # seconds that a busy machine may add to the deadline
SIDE_BY_SIDE = 6
_PAINT = (
    "\x1b[31mred\x1b[0m",
    "\u202eevil",
    "\0",
    "[bold]x[/bold]",
    "<script>alert(1)</script>",
    "]]>",
    "&amp;",
    "\x9b2J",
)
_CODES = (*(200, 200, 200, 200, 201, 204, 206), *(301, 302, 303, 304, 307, 308), *(400, 401, 402, 403, 404, 405, 407))
_ODD_CODES = (
    *(408, 409, 413, 418, 422, 429, 451),
    *(500, 501, 502, 503, 504, 520, 525, 529, 599),
    *(100, 101, 103, 999),
)
_FIELDS = (
    *(
        "id",
        "object",
        "model",
        "choices",
        "message",
        "content",
        "text",
        "delta",
        "role",
        "finish_reason",
        "stop_reason",
    ),
    *("usage", "prompt_tokens", "completion_tokens", "data", "error", "code", "type", "param", "detail", "output"),
    *("candidates", "parts", "models", "name", "done", "response", "index", "success", "base_resp", "status", "msg"),
)


def value(dice: random.Random, depth: int = 0) -> Any:
    """Return any JSON value, with the fields that the protocols read in wrong places."""
    kind = dice.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return dice.choice((None, True, False, 0, -1, 1e308, 2**70, 0.1, float("nan"), float("-inf")))
    if kind in (1, 2):
        return dice.choice((*_PAINT, "", "x" * dice.choice((1, 300, 20000)), "stop", "你好", "\ud800", f"no key {KEY}"))
    if kind in (3, 4, 5):
        return dice.choice(_FIELDS)
    if kind == 6:
        return [value(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(_FIELDS): value(dice, depth + 1) for _ in range(dice.randrange(6))}


def known(dice: random.Random) -> bytes:
    """Return a body that some protocol knows."""
    choices: tuple[Any, ...] = (
        answers.completion(),
        answers.MODELS,
        {"data": [{"id": name} for name in answers.MODELS]},
        answers.generated(),
    )
    return json.dumps(dice.choice(choices)).encode()


SOUND = (b.openai(KEY), b.anthropic(KEY), b.responses(KEY), b.gemini(KEY), b.azure(KEY), b.ollama(KEY))


def sound(number: int, request: Request) -> bytes:
    """Return the response of a working door of some protocol, its stream in one piece."""
    reply = SOUND[number % len(SOUND)](request)
    if not isinstance(reply, Reply):
        return b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    data = (
        reply.body if isinstance(reply.body, bytes) else b"".join(one for one in reply.body if isinstance(one, bytes))
    )
    return head(reply.status, (*reply.headers, ("Content-Length", str(len(data))))) + data


@cache
def bomb(pack: Callable[[bytes], bytes], size: int) -> bytes:
    """Return ``size`` zero bytes, compressed."""
    return pack(bytes(size))


def events(dice: random.Random) -> bytes:
    """Return an event stream, or something close to one."""
    rows = []
    for _ in range(dice.randrange(12)):
        data = dice.choice(
            (
                json.dumps(value(dice)),
                answers.chunk(answers.MODELS[0], content="1"),
                "[DONE]",
                "",
                "{",
                dice.choice(_PAINT),
            )
        )
        text = data if isinstance(data, str) else json.dumps(data)
        rows.append(dice.choice(("data: ", "data:", "event: error\ndata: ", ": ", "id: 1\ndata:", "")) + text)
    end = dice.choice(("\n\n", "\n\n", "\r\n\r\n", "\r\r", "\n", ""))
    return "".join(row + end for row in rows).encode("utf-8", "surrogatepass")


def body(dice: random.Random) -> bytes:
    kind = dice.randrange(10)
    if kind < 3:
        return known(dice)
    if kind < 5:
        return json.dumps(value(dice)).encode()
    if kind < 7:
        return events(dice)
    if kind == 7:
        title = dice.choice((*_PAINT, "Just a moment...", "502 Bad Gateway", "Sign in", "深信服"))
        return f"<!doctype html><html><title>{title}</title><body>{dice.choice(_PAINT)}".encode()
    if kind == 8:
        return dice.choice(
            (b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, b'"' + b"\\u0000" * 999 + b'"', b"\xff\xfe{}")
        )
    return dice.randbytes(dice.randrange(3000))


def mutated(dice: random.Random, data: bytes) -> bytes:
    """Return the data with some bytes flipped, cut, doubled or inserted."""
    found = bytearray(data)
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(found) + 1)
        way = dice.randrange(4)
        if way == 0 and at < len(found):
            found[at] ^= 1 << dice.randrange(8)
        elif way == 1:
            del found[at : at + dice.randrange(40)]
        elif way == 2:
            found[at:at] = dice.randbytes(dice.randrange(8))
        else:
            found[at:at] = found[at : at + dice.randrange(60)]
    return bytes(found)


def chunked(dice: random.Random, data: bytes) -> bytes:
    """Return the data in chunked framing, mostly correct."""
    parts, at = [], 0
    while at < len(data):
        piece = data[at : at + dice.randrange(1, 400 + len(data) // 20)]
        at += len(piece)
        said = b"%x" % (len(piece) if dice.random() < 0.95 else dice.choice((0, 1, 2**40, len(piece) + 3)))
        parts.append(said + dice.choice((b"", b"", b";x=1", b" ")) + b"\r\n" + piece + b"\r\n")
    out = b"".join(parts)
    return out + dice.choice((b"0\r\n\r\n", b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"", b"-1\r\n\r\n", b"zz\r\n"))


def answer(dice: random.Random) -> bytes:
    """Return one response, head and body."""
    data = body(dice)
    lines = [
        f"HTTP/1.{dice.choice((1, 1, 1, 0))} {dice.choice((*_CODES, *_ODD_CODES))} {dice.choice(('OK', '', 'x' * 300))}"
    ]
    kinds = (
        "application/json",
        "text/event-stream",
        "text/html",
        "",
        "application/x-ndjson",
        "text/plain; charset=utf-16",
    )
    lines.append(f"Content-Type: {dice.choice(kinds)}")
    if dice.random() < 0.15:
        packed = {"gzip": gzip.compress, "deflate": zlib.compress, "br": bytes.upper, "gzip, gzip": gzip.compress}
        name = dice.choice(list(packed))
        data = packed[name](data) if dice.random() < 0.6 else bomb(packed[name], dice.choice((1 << 12, 9 << 20)))
        lines.append(f"Content-Encoding: {name}")
    if dice.random() < 0.4:
        lines.append("Transfer-Encoding: chunked")
        data = chunked(dice, data)
    else:
        size = len(data) if dice.random() < 0.8 else dice.choice((0, 1, len(data) + 5, -1, 10**12))
        lines.append(f"Content-Length: {size}" if dice.random() < 0.9 else "X-None: 1")
    extra = (
        *("Location: /v1/models", "Location: http://evil.invalid/\x1b[0m", "Location: //", "Retry-After: 99999999"),
        *("Retry-After: -1", "Retry-After: soon", "Connection: close", "Server: \x1b]0;x\x07", "Content-Length: 7"),
        *(
            "WWW-Authenticate: Basic",
            "Set-Cookie: a=b",
            "No colon here",
            ": no name",
            "X-Long: " + "y" * 9000,
            "Date: never",
        ),
        *("Upgrade: h2c", "Via: 1.1 squid", "CF-RAY: x", "X-Request-Id: " + KEY, "Content-Range: bytes 0-0/1"),
    )
    lines += dice.sample(extra, dice.randrange(4))
    end = "\r\n" if dice.random() < 0.95 else dice.choice(("\n", "\r"))
    found = (end.join(lines) + end * 2).encode("latin-1", "replace") + data
    return mutated(dice, found) if dice.random() < 0.35 else found


def steps(dice: random.Random) -> Iterator[bytes | float | None]:
    """Yield what one connection sends after a request: bytes, seconds to wait, or None for a reset at the end."""
    manner = dice.randrange(20)
    if manner == 0:
        return
    if manner == 1:
        yield dice.choice(
            (b"SSH-2.0-OpenSSH_9.6\r\n", b"\x15\x03\x01\0\2\2F", b"\0" * 40, b"HTTP/1.1", b"\r\n" * 50, b"220 x\r\n")
        )
        return
    found = answer(dice)
    if manner == 2:
        yield found[: dice.randrange(len(found))]
        yield None
    elif manner == 3:
        for at in range(0, len(found), 7):
            yield found[at : at + 7]
            yield 0.02
    elif manner == 4:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        while True:
            yield events(dice) + b": \n\n"
            yield 0.005
    elif manner == 5:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        while True:
            yield b" " * 60000
    elif manner == 6:
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            yield b"X-More: " + dice.randbytes(6).hex().encode() * 20 + b"\r\n"
    elif manner == 7:
        yield found[: len(found) // 2]
        yield 30.0
    elif manner == 8:
        for _ in range(200):
            yield b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        yield found
    else:
        yield found


class Door:
    """A server whose behaviour depends only on its number; each of its connections behaves differently."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.connections = 0
        # How often it answers as a working door does
        self.quality = max(0.0, random.Random(number).random() * 1.5 - 0.5)

    async def __aenter__(self) -> Door:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        dice = random.Random(self.number * 1009 + self.connections)
        try:
            async with asyncio.timeout(2):
                while True:
                    request = await _request(reader, self.connections)
                    answered = dice.random() < self.quality
                    whole = sound(self.number, request) if answered else b""
                    spoilt = answered and dice.random() < 0.2
                    for step in [mutated(dice, whole) if spoilt else whole] if answered else steps(dice):
                        if step is None:
                            writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
                            return
                        if isinstance(step, float):
                            await asyncio.sleep(step)
                            continue
                        writer.write(step)
                        await writer.drain()
                    if dice.random() < 0.3:
                        return
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader, connection: int) -> Request:
    top = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rows = top.rstrip().split("\r\n")
    headers = tuple((name, said.strip()) for name, _, said in (row.partition(":") for row in rows))
    size = next((int(said) for name, said in headers if name.lower() == "content-length"), 0)
    method, target, _ = first.split(" ")
    return Request(method, target, headers, await reader.readexactly(size), ("", 0), 0.0, connection)


async def check(number: int) -> dict[str, Any]:
    """Check one door, and return what is wrong with our report on it."""
    dice = random.Random(number)
    limits = USUAL if number % 10 == 0 else TINY
    async with Door(number) as door:
        given = Settings(
            base_url=Sourced(f"http://127.0.0.1:{door.port}{dice.choice(('/v1', '', '/v1', '/api'))}", option("test")),
            key=Sourced(Secret(KEY), option("test")),
            model=Sourced(answers.MODELS[0], option("test")) if dice.random() < 0.7 else None,
            protocol=Sourced(PROTOCOLS[number % 6] if dice.random() < 0.6 else dice.choice(PROTOCOLS), option("test")),
            limits=limits,
        )
        began = time.monotonic()
        evidence = await run(given, version="0")
        seconds = time.monotonic() - began
    wrong = [*_wrong(evidence, number), *(["late"] if seconds > limits.run + SLACK else [])]
    return {"number": number, "seconds": seconds, "wrong": wrong, "verdict": judge(evidence).verdict.value}


_WINDOWS = {KEY[at : at + WINDOW] for at in range(3, len(KEY) - WINDOW + 1)}
# Characters that must not reach a terminal: controls except line feed and tab, and those that reverse the text's
# direction.
_UNPLAIN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def peak() -> int:
    """Return the most memory that this process has used, in bytes.

    Linux inherits ``ru_maxrss`` from the process that started this one, a test run of half a GiB; so /proc is
    preferred.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _wrong(evidence: Any, number: int) -> Iterator[str]:
    report = judge(evidence, "zh" if number % 2 else "en")
    codes = [one.code for one in report.findings]
    if "run.crashed" in codes:
        yield "crashed: " + "; ".join(one.note for one in evidence.observations if one.outcome == "crashed")
    if (report.verdict == "broken") is not (report.root_cause is not None):
        yield "a verdict without its cause"
    kept = archive.dump(evidence)
    if judge(archive.load(kept), report.lang).findings != report.findings:
        yield "judged otherwise when kept"
    for fmt in FORMATS:
        said = render(report, fmt, report.lang)
        if any(window in said for window in _WINDOWS):
            yield f"the key in {fmt}"
        if fmt == "json":
            json.loads(said)
        elif fmt == "junit":
            ElementTree.fromstring(said)
        elif fmt == "text" and _UNPLAIN.search(said):
            yield f"no plain text: {_UNPLAIN.search(said)!r}"
    if any(window in kept for window in _WINDOWS):
        yield "the key in what is kept"


async def _all(numbers: range) -> AsyncIterator[dict[str, Any]]:
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int) -> dict[str, Any]:
        async with gate:
            try:
                return await check(number)
            except Exception as error:
                return {"number": number, "seconds": 0.0, "wrong": [f"{type(error).__name__}: {error}"], "verdict": ""}

    for done in asyncio.as_completed([one(number) for number in numbers]):
        yield await done


async def main(first: int, count: int) -> None:
    """Check the doors and write one line of JSON."""
    probes.api.round_runner.PAUSES = (0.01, 0.01)
    rows = [row async for row in _all(range(first, first + count))]
    verdicts: dict[str, int] = {}
    for row in rows:
        verdicts[row["verdict"]] = verdicts.get(row["verdict"], 0) + 1
    slowest = max(row["seconds"] for row in rows)
    summary = {"doors": len(rows), "verdicts": verdicts, "slowest": slowest, "peak": peak()}
    print(json.dumps(summary | {"wrong": [row for row in rows if row["wrong"]][:20]}))


if __name__ == "__main__":
    warnings.simplefilter("ignore", ResourceWarning)  # from doors that are closed in mid-response
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
