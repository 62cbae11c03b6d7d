"""Measure what `explain_errors` costs: CPU time of calls that work, with and without it, and of one that fails.

    python tests/benchmarks/bench_watched_clients.py [CALLS]

The calls are answered inside the process, so that only the client and the watching are measured. Both clients take
turns in blocks of twenty calls; the spread is that of the blocks' differences.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median, quantiles
from typing import Any

import httpx2
import openai

import diagnose
from probes.demo_server.scenarios import made_up_key

BLOCK = 20  # calls
EVENTS = 100  # of a stream
BODY: Any = {"model": "gpt-5-nano", "messages": [{"role": "user", "content": "Say hi."}]}
URL = "https://relay.example/v1/chat/completions"
ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-5-nano",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi. " * 50}}],
}
CHUNK = {
    "id": "1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "gpt-5-nano",
    "choices": [{"index": 0, "delta": {"content": "Hi. "}}],
}


class Events(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A stream of events, each sent by itself."""

    def __iter__(self) -> Iterator[bytes]:
        event = b"data: " + json.dumps(CHUNK).encode() + b"\n\n"
        for _ in range(EVENTS):
            yield event
        yield b"data: [DONE]\n\n"

    async def __aiter__(self) -> Any:
        for event in iter(self):
            yield event


def answer(request: httpx2.Request) -> httpx2.Response:
    """Answer as a sound API does, or refuse the key if the model is called `refused`."""
    asked = json.loads(request.content)
    if asked["model"] == "refused":
        return httpx2.Response(
            401, json={"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}
        )
    if asked.get("stream"):
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Events())
    return httpx2.Response(200, json=ANSWER)


def sdk(kind: Any, http: Any) -> Any:
    """Return a client of the SDK that is answered inside the process."""
    http_client = http(transport=httpx2.MockTransport(answer))
    return kind(base_url="https://relay.example/v1", api_key=made_up_key(), max_retries=0, http_client=http_client)


def plain(client: Any) -> Callable[[], object]:
    return lambda: client.chat.completions.create(**BODY)


def streamed(client: Any) -> Callable[[], object]:
    return lambda: list(client.chat.completions.create(**BODY, stream=True))


def posted(client: Any) -> Callable[[], object]:
    return lambda: client.post(URL, json=BODY)


def awaited(client: Any) -> Callable[[], object]:
    loop = asyncio.new_event_loop()

    async def block() -> None:
        for _ in range(BLOCK):
            await client.chat.completions.create(**BODY)

    return lambda: loop.run_until_complete(block())


def mocked() -> Any:
    return httpx2.Client(transport=httpx2.MockTransport(answer))


# Name -> how a client is made, how it is called, and how many calls that makes.
CASES: dict[str, tuple[Callable[[], Any], Callable[[Any], Callable[[], object]], int]] = {
    "openai": (lambda: sdk(openai.OpenAI, httpx2.Client), plain, 1),
    f"openai, stream of {EVENTS} events": (lambda: sdk(openai.OpenAI, httpx2.Client), streamed, 1),
    "openai, asynchronous": (lambda: sdk(openai.AsyncOpenAI, httpx2.AsyncClient), awaited, BLOCK),
    "httpx2": (mocked, posted, 1),
}


def timed(call: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of so many calls."""
    began = time.process_time()
    for _ in range(times):
        call()
    return time.process_time() - began


def compare(name: str, calls: int) -> None:
    """Print the CPU time of one call without and with watching, and the difference with its quartiles."""
    make, called, count = CASES[name]
    without, watched = called(make()), called(diagnose.explain_errors(make()))
    times = BLOCK // count
    for call in (without, watched):
        timed(call, times)
    pairs: list[tuple[float, float]] = []
    for number in range(calls // BLOCK):
        order = (without, watched) if number % 2 else (watched, without)
        took = {call: timed(call, times) / BLOCK for call in order}
        pairs.append((took[without], took[watched]))
    base, best = median(one for one, _ in pairs), min(one for one, _ in pairs)
    low, middle, high = quantiles((other - one for one, other in pairs), n=4)
    fastest = min(other for _, other in pairs) - best
    print(
        f"{name:32} {base * 1e6:8.1f} µs a call, watched {middle * 1e6:+.1f} µs ({low * 1e6:+.1f} to {high * 1e6:+.1f}),"
        f" {middle / base:+.1%}; the fastest blocks {fastest * 1e6:+.1f} µs, {fastest / best:+.1%}"
    )


def failing() -> None:
    """Print the CPU time that the first failing call and the others take for their explanation."""
    client = diagnose.explain_errors(sdk(openai.OpenAI, httpx2.Client))

    def call() -> None:
        try:
            client.chat.completions.create(**(BODY | {"model": "refused"}))
        except openai.AuthenticationError as error:
            assert error.__notes__

    print(f"{'a failing call, the first one':32} {timed(call, 1) * 1e3:8.1f} ms")
    print(f"{'a failing call, the others':32} {timed(call, 20) / 20 * 1e3:8.1f} ms")


def imported(statement: str) -> float:
    """Return the CPU milliseconds that a statement takes in a new interpreter, the best of five."""
    code = f"import openai, time; began = time.process_time(); {statement}; print(time.process_time() - began)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(5)]
    return min(map(float, runs)) * 1e3


def main(calls: int) -> None:
    """Measure and print everything."""
    for name in CASES:
        compare(name, calls)
    failing()
    print(f"{'import diagnose':32} {imported('import diagnose'):8.1f} ms")
    bare = "openai.OpenAI(api_key='x')"
    hooked = "import diagnose; diagnose.explain_errors(openai.OpenAI(api_key='x'))"
    print(f"{'with one watched client':32} {imported(hooked) - imported(bare):8.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
