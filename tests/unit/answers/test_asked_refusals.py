"""Refusals that are told by what they ask for."""

from __future__ import annotations

import pytest

from diagnose.answers.asked_refusals import asked_refusal


@pytest.mark.parametrize(
    ("text", "status", "header"),
    [
        ("Set the x-workspace-id header to the id of your workspace.", 400, "x-workspace-id"),
        ("Please include the 'X-Tenant-Id' header in your request.", 422, "X-Tenant-Id"),
        ("Specify your Application-Id header", 400, "Application-Id"),
        ("请在请求头中携带 X-App-Id", 400, "X-App-Id"),
        ("X-Cost-Center must be provided", 400, "X-Cost-Center"),
        ("the header x-region is missing", 0, "x-region"),
    ],
)
def test_a_header(text: str, status: int, header: str) -> None:
    found = asked_refusal(text, status)
    assert found is not None
    assert (found.code, found.header, text[found.start : found.end]) == ("http.header_rejected", header, header)


@pytest.mark.parametrize(
    "text", ["Link your billing account before use.", "请先完成实名认证", "Accept the terms of the preview first."]
)
def test_a_step_of_the_user(text: str) -> None:
    found = asked_refusal(text, 403)
    assert found is not None
    assert found.code == "auth.not_permitted"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("add openai-api-compatible error", 0),
        ("Missing Authorization header", 401),
        ("Please verify your email", 503),
        ("Send fewer requests; set the X-Priority header for more", 429),
        ("model not found, try pulling it first", 404),
    ],
)
def test_nothing_is_asked_for(text: str, status: int) -> None:
    assert asked_refusal(text, status) is None
