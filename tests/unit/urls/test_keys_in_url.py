"""Keys inside a base URL."""

from __future__ import annotations

import pytest

from probes.urls.keys_in_url import keys_in_url

CLOUDFLARE = "cfut_" + "MadeUp0" * 7
OPENAI = "sk-proj-" + "A1b2C3d4E5f6G7h8I9j0" * 2
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (f"https://api.cloudflare.com/client/v4/accounts/{CLOUDFLARE}/ai/v1", "path"),
        (f"https://relay.example/v1/{OPENAI}", "path"),
        (f"relay.example/{TOKEN}/v1#x", "path"),
        ("https://relay.example/v1?key=abc", "query"),
        (f"https://relay.example/v1?team={OPENAI}", "query"),
        (f"https://relay.example/%73{OPENAI[1:]}/v1", "path"),
    ],
)
def test_a_part_with_the_shape_of_a_key_is_one(url: str, place: str) -> None:
    assert {one.place for one in keys_in_url(url)} == {place}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/v1",
        "https://made-up.openai.azure.com/openai/deployments/gpt-4o-mini-2024-07-18/chat/completions",
        "https://router.example/ms-marco-MiniLM-L-6-v2-finetuned/v1",
        "https://llm.example/sk-team-of-the-second-floor-2/v1",
        "https://llm.example/v1?api-version=2024-10-21",
        "https://llm.example/1b4e28ba-2fa1-11d2-883f-0016d3cca427/v1",
    ],
)
def test_accounts_deployments_and_models_are_none(url: str) -> None:
    assert keys_in_url(url) == ()
