"""An upstream's own error in the answer of a gateway."""

from __future__ import annotations

import doctest

import pytest

from probes.api import upstream_errors
from probes.api.upstream_errors import foreign_path, quoted_upstream, upstream_of
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import ApiError, Body, Exchange, Purpose, Redirection, Response, ResponseReading, SentRequest


def answered(
    message: str, path: str = "/v1/chat/completions", text: str = "", followed: tuple[str, ...] = ()
) -> Exchange:
    attempt = Attempt("openai", "https://relay.example/v1", Auth.BEARER, KeyForm.GIVEN)
    request = SentRequest(Purpose.CHAT, attempt, "POST", f"https://relay.example{path}", path, True)
    reading = ResponseReading(ApiError(message=message, shape="openai"))
    response = Response(404, body=Body.JSON, text=text)
    return Exchange(request, response, reading, redirection=Redirection(followed=followed))


@pytest.mark.parametrize(
    ("message", "status", "name"),
    [
        ('Error from provider(up,gpt-4o: 429): {"error":{}}', 429, "up"),
        ('Error from OpenAI: 404 {"error":{}}', 404, "OpenAI"),
        ("Anthropic API error 529: Overloaded", 529, "Anthropic"),
        ('API request failed: 401 - { "error": {} }', 401, ""),
        ("bad response status code 404 (request id: 1)", 404, ""),
        ("Error code: 401 - {'error': {'message': 'bad key'}}", 401, ""),
        ("Request failed with status code 403", 403, ""),
        ("Client error '404 Not Found' for url 'https://api.openai.com/chat/completions'", 404, "api.openai.com"),
        ("404 Client Error: Not Found for url: https://api.groq.com/chat/completions", 404, "api.groq.com"),
        ("litellm.RateLimitError: RateLimitError: OpenAIException - slow down", 429, "OpenAI"),
        ("Upstream error 404: Cannot POST /chat/completions", 404, ""),
        ("upstream provider responded with status 402", 402, ""),
        ("上游返回错误 401", 401, ""),
    ],
)
def test_a_quoted_upstream_is_found(message: str, status: int, name: str) -> None:
    found = quoted_upstream(message)
    assert found is not None
    assert (found.status, found.name) == (status, name)


@pytest.mark.parametrize(
    "message",
    [
        "Incorrect API key provided: sk-1234",
        "The model `gpt-9` does not exist or you do not have access to it.",
        "Invalid URL (POST /v1/chat/completions)",
        "Provider 'up' not found",
        "error code 401",
        "Internal error 500: worker died",
        "HTTP error 404: nothing here",
        "API error 401: key unknown",
        "You may send 429 requests to each provider",
    ],
)
def test_an_error_of_its_own_quotes_nobody(message: str) -> None:
    assert quoted_upstream(message) is None


@pytest.mark.parametrize(
    ("asked", "echo", "foreign"),
    [
        ("/v1/chat/completions", "/chat/completions", True),
        ("/v1/chat/completions", "/v1/chat/completions", False),
        ("/openai/chat/completions", "/chat/completions", False),  # a prefix that a web server cut off
        ("/openai/v1/chat/completions", "/v1/chat/completions", False),
        ("/openai/v1/chat/completions", "/chat/completions", True),
        ("/v1/v1/chat/completions", "/v1/chat/completions", False),
        ("/chat/completions", "/internal/chat/completions", False),  # a prefix that a web server added
        ("/v1/messages", "/chat/completions", True),
        ("/v1/chat/completions", "/api/v9/chat/completions", True),
        ("/v1/models?limit=5", "/models", True),
        ("/v1/chat/completions", "/v1", False),
        ("/v1/chat/completions", "/", False),
    ],
)
def test_the_echo_of_another_path(asked: str, echo: str, foreign: bool) -> None:
    assert bool(foreign_path(answered(f"Invalid URL (POST {echo})", asked))) is foreign


def test_after_a_redirect_the_echo_is_no_sign() -> None:
    assert foreign_path(answered("Invalid URL (POST /chat/completions)", followed=("/chat/completions",))) == ""


def test_the_upstream_is_named_beside_the_error() -> None:
    words = "Invalid URL (POST /chat/completions)"
    found = upstream_of(answered(words, text='{"error":{"message":"x"},"provider":"openai"}'))
    assert found is not None
    assert found.name == "openai"
    assert upstream_of(answered("Not Found")) is None


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(upstream_errors).failed == 0
