"""Whose refusal it is: the API's own, that of a gateway's upstream, or one about a single model."""

from __future__ import annotations

import json

import pytest

from diagnose.answers.dialects import Match
from diagnose.answers.refusals import about_one_model, read_refusal
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Body, Exchange, Purpose, Response, ResponseReading, SentRequest
from probes.protocols.errors import read_error

MODEL = "gpt-4o-mini"


def refused(status: int, body: object, model: str = MODEL, host: str = "relay.example") -> Exchange:
    attempt = Attempt("openai", f"https://{host}/v1", Auth.BEARER, KeyForm.GIVEN, model=model)
    path = "/v1/chat/completions"
    request = SentRequest(Purpose.CHAT, attempt, "POST", f"https://{host}{path}", path, True)
    response = Response(status, body=Body.JSON, content_type="application/json", text=json.dumps(body))
    return Exchange(request, response, ResponseReading(read_error(body)))


def openai(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "code", "case", "upstream"),
    [
        (404, openai("Invalid URL (POST /chat/completions)"), "http.gateway_error", "upstream_path", None),
        (404, openai("Invalid URL (POST /v1/chat/completions)"), "path", None, None),
        (429, openai('Error from provider(up,x: 429): {"error":{"code":"insufficient_quota"}}'), "quota.exhausted", "upstream", "up"),
        (429, openai("You exceeded your current quota", code="insufficient_quota"), "quota.exhausted", None, None),
        (500, openai("Request failed with status code 401"), "auth.upstream", None, None),
        (500, openai("Request failed with status code 429"), "quota.rate_limited", "upstream", None),
        (404, openai("litellm.NotFoundError: OpenAIException - The model `x` does not exist"), "model.not_found", "upstream", "OpenAI"),
        (401, openai("Incorrect API key provided: sk-abcd****wxyz"), "auth.rejected", None, None),
    ],
)  # fmt: skip
def test_whose_fault_it_is(status: int, body: object, code: str, case: str | None, upstream: str | None) -> None:
    first = read_refusal(refused(status, body))[0]
    assert (first.code, first.values.get("case"), first.values.get("upstream")) == (code, case, upstream)


def test_a_cloud_model_wants_a_sign_in_at_a_server_of_ones_own_alone() -> None:
    for model in ("gpt-oss:120b-cloud", "glm-4.6:cloud"):
        here = read_refusal(refused(401, openai("unauthorized"), model, "127.0.0.1"))[0]
        assert (here.code, here.values) == ("model.not_permitted", {"case": "signin"})
        assert read_refusal(refused(401, openai("unauthorized"), model, "ollama.com"))[0].code == "auth.rejected"
    assert read_refusal(refused(401, openai("unauthorized"), MODEL, "127.0.0.1"))[0].code == "auth.rejected"


@pytest.mark.parametrize(
    ("code", "confidence", "becomes"),
    [
        ("auth.rejected", 0.95, "auth.upstream"),
        ("auth.rejected", 0.5, "model.not_permitted"),
        ("auth.not_permitted", 0.95, "model.not_permitted"),
        ("auth.ip_not_allowed", 0.95, "auth.ip_not_allowed"),
        ("quota.exhausted", 0.95, "quota.exhausted"),
    ],
)
def test_a_refusal_of_one_model_alone(code: str, confidence: float, becomes: str) -> None:
    assert about_one_model(Match(code, confidence, "why", "row")).code == becomes
