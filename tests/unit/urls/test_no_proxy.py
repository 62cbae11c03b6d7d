"""Entries of NO_PROXY: which hosts they match, compared with the library that the SDKs use."""

from __future__ import annotations

import pytest

from probes.urls.no_proxy import bypass
from probes.urls.url import parse_url
from worlds.one_in import one_in

httpx2 = pytest.importorskip("httpx2", reason="the package httpx2 is not installed")

ENTRIES = (
    *("example.com", ".example.com", "*.example.com", "*example.com", "EXAMPLE.com", "api.example.com", "example.com."),
    *("example.com:8443", "example.com:443", "https://example.com", "http://example.com", "all://api.example.com"),
    *("https://example.com:443", "http://example.com:443", "https://*.example.com", "com", "ple.com", "*", "localhost"),
    *("LOCALHOST", ".localhost", "*.localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:8080", "127.0.0.0/8"),
    *("10.0.0.0/8", "::1", "[::1]", "[::1]:8080", "::/64", "2001:db8::/32", "a b", " example.com , localhost", ",,"),
    *("example.com/v1", "user@example.com", "[oops", "127.0.0.1/x", "x,127.0.0.1"),
)
TARGETS = (
    *(
        "https://example.com/v1",
        "https://api.example.com/v1",
        "https://notexample.com/v1",
        "http://example.com:8443/v1",
    ),
    *("https://example.com:8443/v1", "http://localhost:8080/v1", "http://127.0.0.1:8080/v1", "https://127.0.0.1/v1"),
    *("http://[::1]:8080/v1", "https://10.1.2.3/v1", "http://api.localhost:8080/v1", "http://[2001:db8::5]/v1"),
)


@pytest.mark.parametrize("entry", one_in(4, zip(ENTRIES), str))
def test_as_the_sdks_read_it(entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", entry)
    with httpx2.Client() as client:
        direct = [url for url in TARGETS if client._transport_for_url(httpx2.URL(url)) is client._transport]
    assert [url for url in TARGETS if bypass(entry, parse_url(url))] == direct
