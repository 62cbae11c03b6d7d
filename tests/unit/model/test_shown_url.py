"""URLs of a report, in which keys are masked."""

from __future__ import annotations

import pytest

from probes.model.shown_url import split_shown


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://api.example.com/v1", "api.example.com", "/v1"),
        ("https://sk-[key].example.com/v1", "sk-key.example.com", "/v1"),
        ("https://me:[key]@api.example.com/v1", "api.example.com", "/v1"),
        ("https://[::1", None, "https://[::1"),
    ],
)
def test_a_masked_key_is_no_broken_address(url: str, host: str | None, path: str) -> None:
    assert (split_shown(url).hostname, split_shown(url).path) == (host, path)
