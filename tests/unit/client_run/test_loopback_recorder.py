"""The recorder between the app and the server: what it passes on, what it keeps, and where it stops."""

from __future__ import annotations

import asyncio

import pytest

from probes.client_run import loopback_recorder
from probes.client_run.loopback_recorder import LoopbackRecorder
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.client_run import ClientRequest
from probes.model.settings import Limits
from probes.network.connection_pool import ConnectionPool
from probes.network.network import Network
from probes.urls.url import parse_url

KEY = made_up_key()
BODY = b'{"model": "gpt-4o-mini", "stream": true, "messages": [{"role": "user", "content": "hi"}]}'


def asked(path: str, *headers: str, body: bytes = b"") -> bytes:
    head = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", "Host: x", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def through(url: str, *requests: bytes, over: list[bool] | None = None) -> tuple[list[bytes], list[ClientRequest]]:
    """Send requests through a recorder in front of ``url``, and return the responses and the record."""

    async def go() -> tuple[list[bytes], list[ClientRequest]]:
        pool = ConnectionPool(Network(), parse_url(url), Limits())
        ended = over if over is not None else []
        answers = []
        async with LoopbackRecorder(pool, lambda: ended.append(True)) as recorder:
            port = int(recorder.origin.rpartition(":")[2])
            for request in requests:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                answers.append(await reader.read())
                writer.close()
                await writer.wait_closed()
        await pool.leave()
        return answers, recorder.requests

    return asyncio.run(go())


def test_a_stream_is_passed_on_and_no_value_is_kept() -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        request = asked("/v1/chat/completions?key=abc&x=1", f"Authorization: Bearer {KEY}", "X-Own: secret", body=BODY)
        (answer,), (seen,) = through(f"{door.url}/v1", request)
        (got,) = door.requests
    assert answer.startswith(b"HTTP/1.1 200") and b"data: [DONE]" in answer
    assert got.header("host") == door.url.partition("://")[2] and got.header("x-own") == "secret"
    assert (seen.method, seen.path, seen.status) == ("POST", "/v1/chat/completions?key&x", 200)
    assert seen.model == "gpt-4o-mini" and seen.auth == ("authorization", "query") and seen.size == len(BODY)
    assert seen.content_type == "text/event-stream" and KEY not in repr(seen) and "secret" not in repr(seen)


def test_an_upgrade_is_answered_so_that_clients_ask_without() -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        (answer,), (seen,) = through(door.url, asked("/v1/responses", "Connection: Upgrade", "Upgrade: websocket"))
        assert not door.requests
    assert answer.startswith(b"HTTP/1.1 426") and seen.upgrade == "websocket"


def test_nothing_goes_to_an_address_where_others_can_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback_recorder, "exposed_address", lambda pool, connection: "8.8.8.8")
    with PracticeDoor(b.openai(KEY)) as door:
        (answer,), (seen,) = through(door.url, asked("/v1/models", f"Authorization: Bearer {KEY}"))
        assert not door.requests
    assert answer == b"" and seen.failure == "exposed"


def test_a_server_that_is_not_there_and_one_request_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback_recorder, "MOST_REQUESTS", 1)
    over: list[bool] = []
    answers, seen = through(
        "http://127.0.0.1:9", asked("/v1/models"), asked("/v1/models"), b"no HTTP\r\n\r\n", over=over
    )
    assert [one.failure for one in seen] == ["refused"] and over == [True] and b"200" not in b"".join(answers)
