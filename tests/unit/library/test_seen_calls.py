"""Real exceptions and responses of HTTP libraries and SDKs on loopback, and what is said about them."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pytest
import requests

import diagnose
from diagnose.library import call_explanation, error_explanation, seen_objects
from probes.demo_server import handlers, practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor, Reply, Request, ScriptEnd, closed_port
from probes.model.failure import Kind
from probes.run.seen_call import SeenCall, evidence_of

KEY, WRONG = made_up_key(), made_up_key()
MODEL = "gpt-5-nano"
BODY: Any = {"model": MODEL, "messages": [{"role": "user", "content": "Say hi."}]}
LLM = "/v1/chat/completions"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with PracticeDoor(practice_doors.openai(KEY)) as door:
        yield door.url


@pytest.fixture(scope="module")
def nobody() -> Iterator[str]:
    with closed_port() as port:
        yield f"http://127.0.0.1:{port}"


def raised(call: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


def ask(base_url: str, key: str = KEY, model: str = MODEL, **more: Any) -> Callable[[], object]:
    def call() -> object:
        with openai.OpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=5) as client:
            found = client.chat.completions.create(**(BODY | {"model": model}), **more)
            return list(found) if more else found

    return call


def post(library: Any, url: str, key: str = KEY, **more: Any) -> Any:
    return library.post(url, headers={"Authorization": f"Bearer {key}"}, json=BODY, timeout=5, **more)


def told(what: object) -> tuple[str | None, bool]:
    """Return the code of an explanation, after a look for keys in all that it holds."""
    found = diagnose.explain(what)
    held = f"{vars(found)} {found} {found.to_dict()} {found.text('zh')}"
    assert KEY[8:20] not in held and WRONG[8:20] not in held
    return found.code, found.likely


def test_the_openai_sdk(url: str, nobody: str) -> None:
    assert told(raised(ask(f"{url}/v1", WRONG))) == ("auth.rejected", True)
    assert told(raised(ask(f"{url}/v1", WRONG, stream=True))) == ("auth.rejected", True)
    assert told(raised(ask(url))) == ("url.version_missing", True)
    assert told(raised(ask(f"{url}/v1/chat/completions"))) == ("url.endpoint_included", True)
    assert told(raised(ask(f"{url}/v1", model="gpt-9"))) == ("model.not_found", True)
    assert told(raised(ask(f"{nobody}/v1"))) == ("tcp.refused", True)
    assert told(raised(ask("api.example.com/v1"))) == ("url.scheme_missing", True)
    assert told(raised(ask(f"{url}/v1", f"{KEY}\n"))) == ("key.stray_characters", True)
    assert told(raised(ask(f"{url}/v1", f"{KEY}“"))) == ("key.stray_characters", True)
    assert told(raised(ask(f"{url.replace('http', 'https')}/v1"))) == ("tls.not_tls", True)


def test_asynchronous_and_of_another_protocol(url: str, nobody: str) -> None:
    async def call() -> None:
        async with openai.AsyncOpenAI(base_url=f"{nobody}/v1", api_key=KEY, max_retries=0) as client:
            await client.chat.completions.create(**BODY)

    assert told(raised(lambda: asyncio.run(call()))) == ("tcp.refused", True)
    with anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0) as claude:
        error = raised(lambda: claude.messages.create(model=MODEL, max_tokens=9, messages=BODY["messages"]))
    assert told(error) == ("url.path_wrong", False)


@pytest.mark.parametrize("library", [httpx, httpx2, requests], ids=lambda one: str(one.__name__))
def test_http_libraries(library: Any, url: str, nobody: str) -> None:
    response = post(library, f"{url}{LLM}", WRONG)
    assert told(response) == told(raised(response.raise_for_status)) == ("auth.rejected", True)
    assert told(post(library, f"{url}{LLM}")) == (None, False)
    assert told(post(library, f"{url}/chat/completions")) == ("url.version_missing", True)
    assert told(raised(lambda: post(library, f"{nobody}{LLM}"))) == ("tcp.refused", True)
    assert told(raised(lambda: post(library, f"https{url[4:]}{LLM}"))) == ("tls.not_tls", True)


def test_a_proxy_is_not_taken_for_the_server(nobody: str) -> None:
    for library in (httpx, httpx2):
        error = raised(lambda library=library: post(library, f"https://relay.example{LLM}", proxy=nobody))
        assert told(error) == ("proxy.unreachable", True), library
    error = raised(lambda: post(requests, f"https://relay.example{LLM}", proxies={"https": nobody}))
    assert told(error) == ("proxy.unreachable", True)
    with PracticeDoor(handlers.always(Reply(407))) as door:
        error = raised(lambda: post(httpx, f"https://relay.example{LLM}", proxy=door.url))
        assert told(error) == ("proxy.auth_required", True)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([ScriptEnd.CLOSE], "http.closed"),
        ([ScriptEnd.RESET], "http.closed"),
        (
            [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{", ScriptEnd.CLOSE],
            "http.closed",
        ),
    ],
)
def test_an_answer_that_is_none(script: Any, code: str) -> None:
    with PracticeDoor(handlers.always(script)) as door:
        for library in (httpx, httpx2):
            assert told(raised(lambda library=library: post(library, f"{door.url}{LLM}"))) == (code, True)


def test_a_client_that_waits_less_long() -> None:
    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        error = raised(lambda: httpx.post(f"{door.url}{LLM}", json=BODY, timeout=0.05))
        found = diagnose.explain(error)
    assert found.code == "http.timeout" and "timeout=60" in str(found.steps) and "--timeout" not in str(found.steps)


def test_an_error_inside_success() -> None:
    error = b'{"error": {"message": "insufficient balance", "code": "insufficient_user_quota"}}'
    with PracticeDoor(handlers.always(Reply(200, (("content-type", "application/json"),), error))) as door:
        assert told(post(httpx, f"{door.url}{LLM}")) == ("quota.exhausted", True)
    stream = Reply(200, (("content-type", "text/event-stream"),), b"data: " + error + b"\n\n")
    with PracticeDoor(handlers.always(stream)) as door:
        assert told(raised(ask(f"{door.url}/v1", stream=True))) == ("quota.exhausted", True)


def test_what_is_no_call_of_an_api() -> None:
    assert told(ValueError("hello")) == (None, False)
    with pytest.raises(diagnose.InvalidSettings, match="error text"):
        diagnose.explain(5)
    found = raised(lambda: httpx.get("http://127.0.0.1:1/page"))
    assert seen_objects.own_call_in(found) is None and seen_objects.call_in(found) is not None


def test_a_response_that_nobody_has_read_is_left_alone(url: str) -> None:
    with httpx.stream("POST", f"{url}{LLM}", json=BODY, headers={"Authorization": f"Bearer {WRONG}"}) as response:
        assert told(response)[0] in ("auth.rejected", "auth.not_permitted")
        assert not response.is_stream_consumed


def test_a_key_that_stands_in_the_url_is_not_kept() -> None:
    call = SeenCall(
        "POST", f"https://generativelanguage.googleapis.com/v1beta/models/m:generateContent?key={KEY}&alt=sse"
    )
    evidence = evidence_of(SeenCall(call.method, call.url, status=401, data=b"{}"))
    assert evidence is not None and KEY[8:20] not in repr(evidence) and evidence.own_call
    assert evidence.target.key_hint and KEY[8:20] not in repr(call)
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(call)


@pytest.mark.parametrize("path", [LLM, "/chat/completions", "/v1/embeddings", "/other"])
@pytest.mark.parametrize("key", ["hunter2-hunter2-hunter2", "correct horse battery staple", KEY, "Zq7"], ids="abcd")
def test_a_key_that_the_server_quotes_is_not_shown(path: str, key: str) -> None:
    def quoting(request: Request) -> Reply:
        said = request.header("authorization").partition(" ")[2]
        return Reply(404, (("x-seen", said),), f'{{"error": "no {said} at {request.path}, {said}"}}'.encode())

    with PracticeDoor(quoting) as door:
        response = post(httpx, f"{door.url}{path}?api_key={key}", key)
    found = diagnose.explain(response)
    assert key not in f"{vars(found)} {found} {found.to_dict()} {found.text('zh')}"


def test_a_key_that_stands_only_in_the_query_is_not_shown() -> None:
    for path in (LLM, "/v1/embeddings"):
        response = httpx.Response(
            404, request=httpx.Request("POST", f"https://user:pw-here@relay.example{path}?token=abc-123-def")
        )
        found = diagnose.explain(response)
        shown = f"{vars(found)} {found} {found.to_dict()}"
        assert "abc-123" not in shown and "pw-here" not in shown


@pytest.mark.parametrize(
    ("agent", "url", "better"),
    [
        ("Groq/Python 1.7.0", "https://api.groq.com/openai/v1/openai/v1/chat/completions", "https://api.groq.com"),
        ("AsyncGroq/Python 1.7.0", "https://api.groq.com/v1/openai/v1/chat/completions", "https://api.groq.com"),
        ("mistral-client-python/3.7.0", "https://api.mistral.ai/v1/v1/chat/completions", "https://api.mistral.ai"),
        (
            "mistral-client-python/3.7.0",
            "https://api.mistral.ai/v1/v1/chat/completions#stream",
            "https://api.mistral.ai",
        ),
        ("OpenAI/Python 3.57.0", "https://api.mistral.ai/v1/v1/chat/completions", "https://api.mistral.ai/v1"),
    ],
)
def test_a_better_base_url_is_in_the_form_that_the_client_takes(agent: str, url: str, better: str) -> None:
    request = httpx.Request("POST", url, headers={"User-Agent": agent, "Authorization": f"Bearer {KEY}"}, json=BODY)
    found = diagnose.explain(httpx.Response(404, json={"error": {"message": "Unknown request URL"}}, request=request))
    assert f"Set the base URL to {better}" in [one.removesuffix("/") for one in found.steps]


def test_a_failure_before_the_answer_is_no_matter_of_the_key() -> None:
    call = SeenCall("POST", f"https://api.openai.com{LLM}", failure=Kind.NAME_UNKNOWN, connected=False)
    evidence = evidence_of(call)
    assert evidence is not None
    found = error_explanation.ErrorExplanation(_nothing_read(), None, evidence=evidence)
    assert [one.code for one in found.candidates] == ["dns.not_found"]
    assert found.candidates[0].confidence == call_explanation.MEASURED


def _nothing_read() -> Any:
    from probes.pasted.pasted_text import read

    return read("")
