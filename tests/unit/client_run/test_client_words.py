"""What programs say about their call: texts that real ones have printed."""

from __future__ import annotations

import json

import pytest

from probes.client_run.client_words import LONGEST, words_of_client

REFUSED = {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}


@pytest.mark.parametrize(
    ("output", "errors", "first"),
    [
        ('{"is_error":true,"result":"Not logged in · Please run /login"}', "", "Not logged in · Please run /login"),
        (
            '{"type":"thread.started"}\n{"type":"item.completed","item":{"message":"Model metadata for `m` not found."}}'
            '\n{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized: x"}}\n',
            "Reading additional input from stdin...\n",
            "unexpected status 401 Unauthorized: x",
        ),
        (json.dumps({"data": {"message": json.dumps(REFUSED)}}), "", "Incorrect API key provided."),
        (
            "Analytics are off.\nAider v0.86.2\nlitellm.AuthenticationError: Incorrect",
            "",
            "litellm.AuthenticationError: Incorrect",
        ),
        (
            "",
            "╭── Traceback ──╮\n│  1 │ raise x │\n╰───╯\n\x1b[31mAuthenticationError: Error code: 401\x1b[0m",
            "AuthenticationError: Error code: 401",
        ),
        (
            "",
            'API Error: sending request\n{\n  "error": {\n    "code": 404,\n    "message": "model not found"\n  }\n}\n',
            "model not found",
        ),
        (
            "",
            "│ ❱ 12 │ raise APIConnectionError() from err │\nAPIConnectionError: Connection error.",
            "APIConnectionError: C",
        ),
        ("", "", ""),
        ("{" * 5000, "[" * 200_000, ""),
    ],
)
def test_the_telling_line_comes_first(output: str, errors: str, first: str) -> None:
    assert words_of_client(output, errors).partition("\n")[0][: len(first) or None] == first or not first


def test_what_is_said_of_another_host_comes_last() -> None:
    """aider fails to get litellm's prices, and goes on."""
    output = (
        "HTTPSConnectionPool(host='prices.example'): Max retries exceeded (NameResolutionError)\nAider v0.86.2\n"
        "The API provider is not able to authenticate you.\nlitellm.AuthenticationError: Incorrect API key provided"
    )
    lines = words_of_client(output, "", ("litellm.",), ("prices.example",)).split("\n")
    assert lines[0].startswith("litellm.") and lines[-1].startswith("HTTPSConnectionPool")
    assert words_of_client(output, "").startswith("HTTPSConnectionPool"), "of an unknown host it may be the reason"


def test_it_has_an_end() -> None:
    assert len(words_of_client("error " * 100_000 + "\n" + "error x\n" * 50_000, "")) <= LONGEST + 50
