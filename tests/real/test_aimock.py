"""aimock from npm: a mock of many providers that fails on purpose, depending on the requested model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from real import gateways

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
TEXT = "A practice answer that is long enough to come in several pieces."


def _fixture(model: str, response: dict[str, Any] | None = None, **fault: Any) -> dict[str, Any]:
    return {"match": {"model": model}, "response": response or {"content": TEXT}, **fault}


def _error(status: int, type_: str, message: str) -> dict[str, Any]:
    return {"status": status, "error": {"type": type_, "message": message}}


FIXTURES = [
    _fixture("sound-mini"),
    _fixture("limited-mini", _error(429, "rate_limit_error", "Rate limit reached for requests")),
    _fixture("poor-mini", _error(429, "insufficient_quota", "You exceeded your current quota")),
    _fixture("failing-mini", _error(500, "server_error", "The server had an error")),
    _fixture("overloaded-mini", _error(529, "overloaded_error", "Overloaded")),
    _fixture("torn-mini", latency=40, truncateAfterChunks=3),  # without a pause it would send nothing at all
    _fixture("garbled-mini", chaos={"malformedRate": 1}),
    _fixture("dead-mini", chaos={"disconnectRate": 1}),
    _fixture("slow-mini", latency=60),
]


@pytest.fixture(scope="module")
def aimock(
    fetched: Callable[[str, str, str], Path],
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Yield aimock's address; it accepts the key in any header, and lists the models of :data:`FIXTURES`."""
    node = installed("node", "nodejs")
    folder, port = tmp_path_factory.mktemp("aimock"), free_port()
    with gateways.aimock(fetched, serving, node, port, folder, key, FIXTURES) as url:
        yield url


@pytest.mark.parametrize("model", ["sound-mini", "slow-mini"])
@pytest.mark.parametrize(
    ("protocol", "path"), [("openai", "/v1"), ("openai", ""), ("openai", "/any/prefix/v1"), ("anthropic", "")]
)
def test_sound_settings(aimock: str, key: str, diagnose: Diagnose, protocol: str, path: str, model: str) -> None:
    report = diagnose(aimock + path, key, model, protocol=protocol)
    assert report["verdict"] == "healthy"
    assert all(report["proven"].values())


@pytest.mark.parametrize(("protocol", "path"), [("openai", "/v1"), ("anthropic", "")])
def test_a_key_that_it_does_not_know(aimock: str, wrong_key: str, diagnose: Diagnose, protocol: str, path: str) -> None:
    report = diagnose(aimock + path, wrong_key, "sound-mini", protocol=protocol)
    assert (report["root_cause"], report["proven"]["key"]) == ("auth.rejected", False)


@pytest.mark.parametrize(
    ("protocol", "path", "code"),
    [
        ("openai", "/v1/v1", "url.version_doubled"),
        ("openai", "/v1/chat/completions", "url.endpoint_included"),
        ("anthropic", "/v1", "url.version_doubled"),
        ("anthropic", "/v1/messages", "url.endpoint_included"),
    ],
)
def test_a_path_that_it_does_not_serve(
    aimock: str, key: str, diagnose: Diagnose, protocol: str, path: str, code: str
) -> None:
    report = diagnose(aimock + path, key, "sound-mini", protocol=protocol)
    assert report["root_cause"] == code
    assert report["findings"][0]["fixes"][0]["verified"]


def test_a_model_that_it_does_not_know(aimock: str, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{aimock}/v1", key, "sound-min")
    assert report["root_cause"] == "model.not_found"


@pytest.mark.parametrize(("protocol", "path"), [("openai", "/v1"), ("anthropic", "")])
@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("limited-mini", "quota.rate_limited"),
        ("poor-mini", "quota.exhausted"),
        ("failing-mini", "http.server_error"),
        ("overloaded-mini", "quota.overloaded"),
        ("torn-mini", "stream.cut"),
        ("garbled-mini", "shape.malformed_answer"),
        ("dead-mini", "http.closed"),
    ],
)
def test_its_faults(aimock: str, key: str, diagnose: Diagnose, protocol: str, path: str, model: str, code: str) -> None:
    assert diagnose(aimock + path, key, model, protocol=protocol)["root_cause"] == code
