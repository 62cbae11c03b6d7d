"""The memory of what was read in an exchange: each object for itself, and never more than a few of them."""

from __future__ import annotations

import pytest

from probes.api import response_checks
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Exchange, Purpose, Response, SentRequest
from probes.model.exchange_memo import REMEMBERED, once_an_exchange

asked: list[int] = []


@once_an_exchange
def status(found: Exchange) -> int:
    asked.append(found.status)
    return found.status


def answered(code: int) -> Exchange:
    attempt = Attempt("openai", "https://a.example/v1", Auth.BEARER, KeyForm.GIVEN)
    url = "https://a.example/v1/models"
    return Exchange(SentRequest(Purpose.MODELS, attempt, "GET", url, "/v1/models", True), Response(code))


def test_each_exchange_is_read_once() -> None:
    asked.clear()
    one, other = answered(200), answered(401)
    assert [status(each) for each in (one, other, one, other)] == [200, 401, 200, 401]
    assert asked == [200, 401]


def test_an_equal_exchange_is_another_one() -> None:
    asked.clear()
    assert status(answered(200)) == status(answered(200)) == 200
    assert asked == [200, 200]


def test_the_oldest_are_forgotten() -> None:
    asked.clear()
    first = answered(200)
    status(first)
    kept = [answered(404) for _ in range(REMEMBERED)]
    for each in kept:
        status(each)
    status(first)
    assert asked.count(200) == 2


def test_whether_a_path_exists_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked.clear()
    monkeypatch.setattr(response_checks, "fenced", lambda found: asked.append(found.status))
    found = answered(404)
    assert response_checks.no_route(found) == response_checks.no_route(found)
    assert asked == [404], "a hundred rules ask for it: it would be most of a fleet's judging"
