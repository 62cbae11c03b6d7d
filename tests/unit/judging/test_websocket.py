"""What an app does after each answer to its upgrade, as the rules read it from its facts."""

from __future__ import annotations

import pytest

from diagnose.findings.websocket import After, after
from probes.catalog.apps import load
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import ApiError, Exchange, Purpose, Response, ResponseReading, SentRequest, WebSocketTry
from probes.model.failure import Failure, Kind

CODEX = load().get("codex")
assert CODEX is not None
SOCKET = CODEX.wires[0].websocket
assert SOCKET is not None
SENT = SentRequest(
    Purpose.WEBSOCKET,
    Attempt("responses", "http://127.0.0.1:1/v1", Auth.BEARER, KeyForm.GIVEN),
    "GET",
    "http://127.0.0.1:1/v1/responses",
    "/v1/responses",
    with_key=True,
)


def answered(status: int, code: str = "", shape: str = "openai", failure: Kind | None = None) -> Exchange:
    error = ApiError(code=code, shape=shape) if code else None
    why = Failure(failure) if failure is not None else None
    return Exchange(SENT, Response(status), ResponseReading(error=error), failure=why)


# As measured with Codex 0.171.0: the status, and the code of the body's error.
REFUSALS = {
    (426, ""): After.AT_ONCE,
    (400, ""): After.GIVES_UP,
    (400, "invalid_request"): After.GIVES_UP,
    (429, "insufficient_quota"): After.GIVES_UP,
    (403, "model_not_found"): After.GIVES_UP,
    (404, "model_not_found"): After.GIVES_UP,
    (503, "server_is_overloaded"): After.GIVES_UP,
    (401, "model_not_found"): After.RETRIES,
    (503, "slow_down"): After.RETRIES,
    (403, "unsupported_country_region_territory"): After.RETRIES,
    **{(status, ""): After.RETRIES for status in (200, 301, 401, 402, 403, 404, 405, 410, 413, 422, 500, 502, 503)},
}


@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_a_refusal_decides_by_status_and_code(status: int, code: str) -> None:
    assert after(WebSocketTry(answered(status, code)), SOCKET) is REFUSALS[status, code]


def test_a_code_counts_only_in_the_shape_that_the_app_reads() -> None:
    assert after(WebSocketTry(answered(404, "model_not_found", "flat")), SOCKET) is After.RETRIES


OPEN = answered(101)
SOCKETS = {
    "works": (WebSocketTry(OPEN, asked=True, events=2), After.NOTHING),
    "works, then closed": (WebSocketTry(OPEN, asked=True, events=2, closed=True, code=1000), After.NOTHING),
    "not asked": (WebSocketTry(OPEN), After.NOTHING),
    "closed at once": (WebSocketTry(OPEN, closed=True, code=1008), After.RETRIES),
    "closed after the message": (WebSocketTry(OPEN, asked=True, closed=True, code=1008), After.RETRIES),
    "cut": (WebSocketTry(OPEN, closed=True), After.RETRIES),
    "dropped": (WebSocketTry(answered(0, failure=Kind.CLOSED)), After.RETRIES),
    "held": (WebSocketTry(answered(0, failure=Kind.TIMEOUT)), After.WAITS),
    "silent": (WebSocketTry(answered(101, failure=Kind.TIMEOUT), asked=True), After.HANGS),
    "wrong accept": (WebSocketTry(OPEN, flaw="accept"), After.RETRIES),
    "error 400": (WebSocketTry(OPEN, asked=True, events=1, error=ApiError(), error_status=400), After.GIVES_UP),
    "error 426": (WebSocketTry(OPEN, asked=True, events=1, error=ApiError(), error_status=426), After.RETRIES),
    "error 500": (WebSocketTry(OPEN, asked=True, events=1, error=ApiError(), error_status=500), After.RETRIES),
    "error without a status": (WebSocketTry(OPEN, asked=True, events=1, error=ApiError()), After.HANGS),
}


@pytest.mark.parametrize("name", SOCKETS)
def test_an_accepted_or_lost_upgrade(name: str) -> None:
    found, then = SOCKETS[name]
    assert after(found, SOCKET) is then
