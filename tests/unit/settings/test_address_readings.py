"""An address is read as the app or the protocol of a run reads it."""

from __future__ import annotations

import pytest

from probes.catalog.apps import load
from probes.model.settings import Settings, Sourced
from probes.model.source import DEFAULT
from probes.settings.address_readings import climbs, one_host, readings
from probes.urls.app_base_urls import examine_for
from probes.urls.url import parse_url
from worlds.one_in import one_in


def settings(app: str | None, protocol: str) -> Settings:
    return Settings(app=app, protocol=Sourced(protocol, DEFAULT))


@pytest.mark.parametrize(
    ("url", "app", "protocol", "hosts"),
    [
        ("https://one.example/v1", None, "openai", {"one.example:443"}),
        ("https://one.example/](https://two.example", None, "openai", {"one.example:443", "two.example:443"}),
        ("wss://one.example/v1", "chatbox", "openai", {"one.example:443", "wss:443"}),
        ("https://https://one.example/v1", "librechat", "openai", {"one.example:443", "https:443"}),
        ("gpu.lan", None, "ollama", {"gpu.lan:80", "gpu.lan:11434"}),
        ("http://gpu.lan", None, "ollama", {"gpu.lan:80"}),
        ("gpu.lan", None, "openai", {"gpu.lan:80"}),
        ("sk-abcdefghijklmnopqrstuvwx", None, "openai", set()),
    ],
)
def test_all_hosts_are_found(url: str, app: str | None, protocol: str, hosts: set[str]) -> None:
    found = readings(url, settings(app, protocol))
    assert {f"{one.host}:{one.port}" for one in found} == hosts
    assert (one_host(found) is not None) == (len(hosts) == 1)


_PARTS = (
    "https://",
    "http:",
    "//",
    "wss://",
    "",
    "api.openai.com",
    "stranger.example",
    "@",
    "\\",
    "#",
    "?",
    "/v1",
    ":443",
)


JOINING = sorted({wire.join: app.id for app in load() for wire in app.wires}.values())


@pytest.mark.parametrize("app", one_in(4, zip(JOINING), str))
def test_no_app_goes_to_a_host_that_was_not_read(app: str) -> None:
    """Whatever an app makes of an address is among the readings."""
    client = load().get(app)
    assert client is not None
    texts = [
        f"{one}{two}{three}{four}" for one in _PARTS[:5] for two in _PARTS[5:7] for three in _PARTS for four in _PARTS
    ]
    for wire in client.wires[:1]:
        given = settings(app, wire.protocol)
        for text in texts[:: max(1, len(texts) // 200)]:
            sent = examine_for(client, wire, text)
            asked = {one for one in (sent.exam.mended, sent.exam.literal, sent.address) if one and sent.exam.mended}
            assert {parse_url(one).origin for one in asked} <= {one.origin for one in readings(text, given)}, text


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a/%2e%2e/b", "/a/%252e%252E/b", "/a/..;x=1/b", "/a/..\\b", "/a%2f..%2fb", "/."]
)
def test_a_path_that_leads_out(path: str) -> None:
    assert climbs(path)


@pytest.mark.parametrize("path", ["", "/v1", "/a..b/v1", "/v1...", "/.well-known/x", "models/gpt-4.1"])
def test_a_path_that_stays(path: str) -> None:
    assert not climbs(path)
