"""What an app has sent to the model, and its secrets, are in no note, no log and no explanation."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest

import diagnose
from diagnose.library.request_texts import QUOTED, RequestTexts
from probes.run.seen_call import SeenCall, sent_secrets

PROMPT = "my secret prompt\nabout uncle Bob's “illness”"
MARK = "zq83hTTpW1vvKm"
URL = "https://api.acme-llm.io/v1/chat/completions"
SENT = {"model": "gpt-4o", "messages": [{"role": "user", "content": PROMPT}]}


def answered(status: int, error: dict[str, Any], url: str = URL, **headers: str) -> httpx.Response:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"error": error}, headers={"x-echo": MARK})

    with diagnose.explain_errors(httpx.Client(transport=httpx.MockTransport(handler))) as client:
        return client.post(url, headers=headers, json=SENT)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"message": f"Invalid prompt: {PROMPT}", "param": PROMPT, "code": "invalid_prompt"}),
        (400, {"message": f"Unsupported parameter: '{PROMPT}'", "param": PROMPT, "code": "unsupported_parameter"}),
        (404, {"message": f"The model `{PROMPT[:30]}…` does not exist", "code": "model_not_found"}),
        (500, {"message": f"{PROMPT} {MARK}"}),
        (200, {"message": f"{PROMPT[4:]} {MARK}"}),
    ],
)
def test_prompts_and_secrets_stay_out(status: int, error: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "llmdoctor"):
        response = answered(status, error, **{"X-Gateway-Token": MARK})
    said = [str(vars(one)) for one in caplog.records]
    try:
        response.raise_for_status()
    except httpx.HTTPStatusError as raised:
        said += raised.__notes__
    found = diagnose.explain(response)
    said += [json.dumps(found.to_dict()), found.text()]
    assert found.code is not None
    for text in said:
        assert MARK not in text
        assert "secret prompt" not in text
        assert "uncle Bob" not in text


@pytest.mark.parametrize(
    "url",
    [
        f"https://me:{MARK}@api.acme-llm.io/v1/chat/completions",
        f"https://{MARK.lower()}.acme-llm.io/v1/chat/completions",
    ],
)
def test_key_in_the_authority_of_a_url_is_explained_without_it(url: str) -> None:
    response = answered(401, {"message": "Unauthorized"}, url, Authorization=f"Bearer {MARK}")
    assert MARK.lower() not in diagnose.explain(response).text().lower()


def test_quotes_of_the_request_are_found_in_every_form() -> None:
    hide = RequestTexts(json.dumps(SENT).encode())
    for quoted in (PROMPT, json.dumps(PROMPT), json.dumps(PROMPT, ensure_ascii=False), repr(PROMPT), PROMPT[3:30]):
        assert QUOTED in hide(f"bad request: {quoted}")
    for kept in ("bad request: my secret", "The model gpt-4o does not exist", ""):
        assert hide(kept) == kept


def test_a_long_prompt_and_a_long_answer_take_linear_time() -> None:
    many = "".join(f"{number:x}, " for number in range(100_000))
    hide = RequestTexts(json.dumps({"messages": [many, "a" * 500_000]}).encode())
    assert len(hide("a" * 200_000)) < 100
    assert len(hide(many[:200_000])) < 100
    assert hide(" | ".join(many[at : at + 30] for at in range(0, 400_000, 64))) == ""


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"{", b'{"messages":' + b"[" * 50_000, b'{"messages": {"a": null}}', b"\xff"]
)
def test_bodies_that_are_no_request(body: bytes) -> None:
    assert RequestTexts(body).of_bytes(b"\xff answer") == b"\xff answer"


def test_secrets_of_a_request() -> None:
    headers = (
        ("Cookie", f"theme=dark; sid={MARK}"),
        ("Proxy-Authorization", "Basic bWU6cGFzc3dvcmQ="),
        ("Accept", "application/json"),
    )
    found = sent_secrets(SeenCall("POST", f"https://me:{MARK[::-1]}@acme.io/v1/models?key=query-key", headers))
    assert set(found) == {MARK, "bWU6cGFzc3dvcmQ", MARK[::-1], "query-key"}


class Hostile(ConnectionError):
    @property
    def response(self) -> object:
        raise RuntimeError(MARK)

    def __str__(self) -> str:
        raise ValueError(MARK)


def test_hostile_exceptions_are_explained(caplog: pytest.LogCaptureFixture) -> None:
    assert diagnose.explain(Hostile()).code is None


def test_a_failure_of_the_explanation_logs_no_text(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(MARK)

    monkeypatch.setattr("diagnose.library.explaining.explained_call", broken)
    with caplog.at_level(logging.DEBUG, "llmdoctor"):
        answered(400, {"message": "x"})
    (record,) = caplog.records
    assert "ValueError in" in record.getMessage()
    assert record.exc_info is None
    assert MARK not in str(vars(record))
