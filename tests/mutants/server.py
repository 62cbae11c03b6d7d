"""One server on loopback that answers with every mutant; the number in the path selects it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mutants.forms import sound_plain, sound_stream
from mutants.mutant import Mutant

_MODELS = {
    "openai": {"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model"}]},
    "anthropic": {"data": [{"id": "claude-haiku-4-5", "type": "model"}], "has_more": False},
    "gemini": {"models": [{"name": "models/gemini-2.5-flash", "supportedGenerationMethods": ["generateContent"]}]},
    "ollama": {"models": [{"name": "llama3.2", "model": "llama3.2"}]},
}
MODELS = {**dict.fromkeys(("openai", "responses"), "gpt-4o-mini"), "anthropic": "claude-haiku-4-5",
          "gemini": "gemini-2.5-flash", "ollama": "llama3.2"}  # fmt: skip
# What follows the number in the path of a generation request.
_ASKED = re.compile(r"/(?:v1/chat/completions|v1/responses|v1/messages|api/chat|v1(?:beta)?/models/[^/?]+:\w+)(?:\?|$)")


def base_url(protocol: str, port: int, number: int) -> str:
    """Return the base URL that leads to one mutant, as the SDK of the protocol takes it."""
    return f"http://127.0.0.1:{port}/m/{number}" + ("/v1" if protocol in ("openai", "responses") else "")


def response(mutant: Mutant) -> bytes:
    """Return the whole response of a mutant, head and body, as it is sent."""
    heads = [f"HTTP/1.1 {mutant.status} OK"]
    heads += [f"Content-Type: {mutant.type}"] if mutant.type else []
    heads += [f"{name}: {value}" for name, value in mutant.headers]
    body = mutant.body
    if mutant.framing in ("chunked", "cut"):
        heads.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n" % (len(body), body) + (b"0\r\n\r\n" if mutant.framing == "chunked" else b"")
    elif mutant.framing in ("length", "long"):
        heads.append(f"Content-Length: {len(body) + 100 * (mutant.framing == 'long')}")
    if mutant.framing not in ("chunked", "length"):
        heads.append("Connection: close")
    return ("\r\n".join(heads) + "\r\n\r\n").encode() + body


class _Server:
    def __init__(self, mutants: Sequence[Mutant]) -> None:
        self._mutants = mutants
        self._sound = {
            (one.protocol, half): made(one.protocol)
            for one in mutants
            for half, made in (("plain", sound_plain), ("stream", sound_stream))
        }

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                body = await reader.readexactly(int(size[1])) if size else b""
                if b"chunked" in head.lower() and not size:
                    body = await reader.readuntil(b"0\r\n\r\n")
                method, path = head.split(b" ", 2)[:2]
                data, closes = self._response(method.decode(), path.decode(), body)
                writer.write(data)
                await writer.drain()
                if closes:
                    return
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return
        finally:
            writer.close()

    def _response(self, method: str, path: str, body: bytes) -> tuple[bytes, bool]:
        """Return the response to one request, and whether the connection ends with it."""
        found = re.match(r"/m/(\d+)(/.*)", path)
        mutant = self._mutants[int(found[1])] if found else None
        if (
            mutant is not None
            and found is not None
            and method == "GET"
            and re.search(r"/(?:models|tags)(?:\?|$)", path)
        ):
            listed = _MODELS["openai" if mutant.protocol == "responses" else mutant.protocol]
            return _json(200, listed), False
        if mutant is None or found is None or not _ASKED.match(found[2]):
            return _json(404, {"error": {"message": "Not Found", "type": "invalid_request_error"}}), False
        streamed = "streamGenerate" in path or b'"stream":true' in body.replace(b" ", b"")
        half = "stream" if streamed else "plain"
        chosen = mutant if mutant.half == half else self._sound[mutant.protocol, half]
        return response(chosen), chosen.framing not in ("chunked", "length")


def _json(status: int, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def serving(mutants: Sequence[Mutant]) -> Iterator[int]:
    """Serve the mutants by their index in ``mutants``; yields the port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(_Server(mutants).answer, "127.0.0.1", 0, backlog=512))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Close the server and the connections that clients keep open."""
    server.close()
    tasks = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
