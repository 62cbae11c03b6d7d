"""The table of worlds of the way to the API as real reports of November 2026 describe it: proxies, TLS, names, URLs."""

from __future__ import annotations

from typing import Any

from worlds.stage import LOCAL, Scenario

# -- schemes that no HTTP client of most languages takes ---------------------------------------------------------------

_PYTHON_ONLY = "Python's SDK sends ws:// as http; the user's app is not known, and other languages' clients refuse it"
_FIXED = "Set the base URL to {}"


def scheme(name: str, base_url: str, fixed: str, **more: Any) -> Scenario:
    given: dict[str, Any] = {"proven": {"answer": True}, "says": (_FIXED.format(fixed),), "host": "relay.example"}
    return Scenario(f"way-scheme-{name}", "url.invalid", base_url=base_url, **(given | more))


SCHEMES = (
    scheme("wss", "wss://relay.example/v1", "https://relay.example/v1", certificate="good", sdk=_PYTHON_ONLY),
    scheme("ftp", "ftp://relay.example/v1", "https://relay.example/v1", certificate="good"),
    scheme("grpc", "grpc://relay.example/v1", "https://relay.example/v1", certificate="good"),
    scheme("ws-local", "ws://127.0.0.1:{port}/v1", "http://127.0.0.1:", sdk=_PYTHON_ONLY, host=""),
    scheme("unix-socket", "http+unix://127.0.0.1:{port}/v1", "http://127.0.0.1:", host=""),
    scheme(
        "wss-for-node",
        "wss://relay.example/v1",
        "https://relay.example/v1",
        certificate="good",
        app="openai-node",
        sdk="the world is run with Python's client",
    ),
    Scenario(
        "way-scheme-wss-survives-in-python",
        None,
        base_url="wss://relay.example/v1",
        app="openai-sdk",
        certificate="good",
        also=("url.invalid",),
    ),
    Scenario("way-scheme-in-capitals", None, base_url=LOCAL.replace("http", "HTTP")),
)

SCENARIOS: tuple[Scenario, ...] = SCHEMES
