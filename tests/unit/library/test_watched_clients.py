"""Errors that explain themselves: notes and log records of watched clients, and what stays as it was."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import openai
import pytest

import diagnose
from diagnose.library import error_notes, watched_clients, watched_responses
from probes.demo_server import handlers, practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor, Reply, ScriptEnd

KEY, WRONG = made_up_key(), made_up_key()
BODY: Any = {"model": "gpt-5-nano", "messages": [{"role": "user", "content": "Say hi."}]}
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: str(one.__name__))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with PracticeDoor(practice_doors.openai(KEY)) as door:
        yield f"{door.url}/v1"


class Failed:
    """An exception, its first note, and the codes that were logged."""

    def __init__(self, call: Callable[[], object], log: pytest.LogCaptureFixture) -> None:
        log.clear()
        with pytest.raises(Exception) as caught:
            call()
        self.error, self.records = caught.value, list(log.records)
        self.note = next(iter(getattr(self.error, "__notes__", ())), "")
        self.codes = [one.__dict__.get("llmdoctor_code") for one in self.records if one.name == "llmdoctor"]
        seen = "".join(traceback.format_exception(self.error)) + "".join(str(vars(one)) for one in self.records)
        assert KEY[8:20] not in seen and WRONG[8:20] not in seen


def sdk(url: str, key: str, **more: Any) -> openai.OpenAI:
    return diagnose.explain_errors(openai.OpenAI(base_url=url, api_key=key, **{"max_retries": 0, "timeout": 5} | more))


def post(client: Any, url: str, key: str) -> Callable[[], object]:
    def call() -> object:
        with client:
            sent = client.post(f"{url}/chat/completions", headers={"Authorization": f"Bearer {key}"}, json=BODY)
            return sent.raise_for_status()

    return call


def apost(client: Any, url: str, key: str) -> Callable[[], object]:
    async def call() -> object:
        async with client:
            sent = await client.post(f"{url}/chat/completions", headers={"Authorization": f"Bearer {key}"}, json=BODY)
            return sent.raise_for_status()

    return lambda: asyncio.run(call())


def test_an_sdk_raises_its_own_exception_with_a_note(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with sdk(url, WRONG) as client:
        assert isinstance(client, openai.OpenAI) and type(client).__name__ == "OpenAI"
        for streamed in (False, True):
            found = Failed(lambda streamed=streamed: client.chat.completions.create(**BODY, stream=streamed), caplog)
            assert isinstance(found.error, openai.AuthenticationError) and found.codes == ["auth.rejected"]
            assert found.note.splitlines()[0] == "llmdoctor: 127.0.0.1 rejects the API key (auth.rejected, likely)"
            assert "  Fix: " in found.note and found.note.endswith("More: llmdoctor explain auth.rejected")
        copy = client.with_options(max_retries=0)
        assert Failed(lambda: copy.chat.completions.create(**BODY), caplog).codes == ["auth.rejected"]
    fields = vars(found.records[0])
    assert fields["llmdoctor_status"] == 401 and fields["llmdoctor_host"] == "127.0.0.1" and fields["llmdoctor_likely"]
    assert isinstance(fields["llmdoctor_fix"], list) and fields["levelname"] == "WARNING"


def test_retries_are_explained_once(caplog: pytest.LogCaptureFixture) -> None:
    busy = Reply(503, (("content-type", "application/json"), ("retry-after-ms", "1")), b'{"error": {"message": "no"}}')
    asked: list[object] = []
    with PracticeDoor(lambda request: asked.append(request) or busy) as door, sdk(door.url, KEY, max_retries=2) as one:
        found = Failed(lambda: one.chat.completions.create(**BODY), caplog)
    assert len(asked) == 3 and len(found.codes) == 1 and found.note.startswith("llmdoctor: ")


def test_an_asynchronous_sdk_and_its_stream(caplog: pytest.LogCaptureFixture) -> None:
    events = b'data: {"error": {"message": "insufficient balance", "code": "insufficient_user_quota"}}\n\n'
    stream = Reply(200, (("content-type", "text/event-stream"),), events)

    async def call(url: str) -> None:
        async with diagnose.explain_errors(openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0)) as client:
            async for _ in await client.chat.completions.create(**BODY, stream=True):
                pass

    with PracticeDoor(handlers.always(stream)) as door:
        found = Failed(lambda: asyncio.run(call(f"{door.url}/v1")), caplog)
        assert type(found.error) is openai.APIError and found.codes == ["quota.exhausted"] and found.note
        with sdk(f"{door.url}/v1", KEY) as client:
            found = Failed(lambda: list(client.chat.completions.create(**BODY, stream=True)), caplog)
    assert found.codes == ["quota.exhausted"] and found.note


def test_an_error_inside_success_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    error = Reply(200, (("content-type", "application/json"),), b'{"error": {"message": "Insufficient Balance"}}')
    with PracticeDoor(handlers.always(error)) as door, sdk(f"{door.url}/v1", KEY) as client:
        client.chat.completions.create(**BODY)
    assert [vars(one)["llmdoctor_code"] for one in caplog.records if one.name == "llmdoctor"] == ["quota.exhausted"]


@LIBRARIES
def test_clients_transports_and_hooks(library: Any, url: str, caplog: pytest.LogCaptureFixture) -> None:
    watched = diagnose.explain_errors
    callers = (
        lambda key, at: post(watched(library.Client()), at, key),
        lambda key, at: post(library.Client(transport=watched(library.HTTPTransport())), at, key),
        lambda key, at: apost(watched(library.AsyncClient()), at, key),
        lambda key, at: apost(library.AsyncClient(transport=watched(library.AsyncHTTPTransport())), at, key),
        lambda key, at: post(library.Client(event_hooks=diagnose.event_hooks()), at, key),
        lambda key, at: apost(library.AsyncClient(event_hooks=diagnose.async_event_hooks()), at, key),
    )
    for number, caller in enumerate(callers):
        found = Failed(caller(WRONG, url), caplog)
        assert found.codes == ["auth.rejected"] and found.note.startswith("llmdoctor: 127.0.0.1 rejects"), number
        caplog.clear()
        caller(KEY, url)()
        assert [one.name for one in caplog.records if one.name == "llmdoctor"] == []
        found = Failed(caller(KEY, "https://127.0.0.1:1/v1"), caplog)
        seen = number < 4  # event hooks do not see a connection that failed
        assert (found.codes == ["tcp.refused"] and found.note != "") is seen, number


@LIBRARIES
def test_a_stream_that_is_cut(library: Any, caplog: pytest.LogCaptureFixture) -> None:
    half = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 999\r\n\r\ndata: {}\n\n"
    with PracticeDoor(handlers.always([half, ScriptEnd.CLOSE])) as door, library.Client() as client:
        diagnose.explain_errors(client)

        def call() -> None:
            with client.stream("POST", f"{door.url}/v1/chat/completions", json=BODY) as response:
                assert b"".join(response.iter_bytes())

        found = Failed(call, caplog)
    assert found.note and found.codes == [found.note.partition("(")[2].partition(",")[0]]


def test_a_block_explains_whatever_leaves_it(url: str, caplog: pytest.LogCaptureFixture) -> None:
    def call() -> None:
        with diagnose.explaining_errors(lang="zh"), openai.OpenAI(base_url=url, api_key=WRONG, max_retries=0) as client:
            client.chat.completions.create(**BODY)

    found = Failed(call, caplog)
    assert "auth.rejected" in found.note and "解决：" in found.note

    def other() -> None:
        with diagnose.explaining_errors():
            raise ValueError("401 Unauthorized: invalid api key")

    found = Failed(other, caplog)
    assert found.note == "" and found.codes == []


def test_other_requests_of_an_http_client_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    with PracticeDoor(handlers.always(Reply(404))) as door, httpx.Client() as client:
        diagnose.explain_errors(client)
        found = Failed(lambda: client.get(f"{door.url}/page").raise_for_status(), caplog)
    assert found.note == "" and found.codes == []


def test_an_error_of_our_own_changes_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("diagnose.library.seen_objects.call_in", lambda *_: 1 / 0)
    with sdk(url, WRONG) as client:
        found = Failed(lambda: client.chat.completions.create(**BODY), caplog)
    assert isinstance(found.error, openai.AuthenticationError) and found.note == ""


def test_twice_is_once_and_others_are_refused(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with sdk(url, WRONG) as client:
        diagnose.explain_errors(client)
        found = Failed(lambda: client.chat.completions.create(**BODY), caplog)
        assert len(found.error.__notes__) == len(found.codes) == 1
    with pytest.raises(diagnose.InvalidSettings, match="and not int"):
        diagnose.explain_errors(5)
    with pytest.raises(diagnose.InvalidSettings, match="lang"):
        diagnose.event_hooks(lang="xx")
    assert diagnose.explain_errors is watched_clients.explain_errors
    assert watched_responses.response_hook and error_notes.LOGGER == "llmdoctor"


def test_a_logger_of_the_app_gets_the_records(url: str) -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.Logger("app")  # outside of the tree of loggers
    logger.addHandler(handler)
    with openai.OpenAI(base_url=url, api_key=WRONG, max_retries=0) as client:
        diagnose.explain_errors(client, logger=logger, lang="zh")
        with pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(**BODY)
    assert [one.getMessage().endswith("(auth.rejected)") for one in records] == [True]
