"""Error envelopes of other houses: what they say, and whether they report a failure at all."""

from __future__ import annotations

import doctest
import json

import pytest

from probes.model.exchange import ApiError
from probes.protocols import envelopes
from probes.protocols.envelopes import refusal_in_text, reports_failure, status_of
from probes.protocols.errors import bare_error, error_in_success, read_error, stated_status
from probes.protocols.protocol import model_ids

# The body of a successful response, and the code and sentence of the error in it.
FAILURES = [
    ({"status": "434", "msg": "Invalid apiKey", "body": None}, "434", "Invalid apiKey"),
    ({"code": 401, "message": "Unauthorized", "data": None}, "401", "Unauthorized"),
    ({"success": False, "error": "Invalid API key"}, "", "Invalid API key"),
    ({"success": False, "errMsg": "API key expired"}, "", "API key expired"),
    ({"errno": 401, "errmsg": "bad token", "data": {}}, "401", "bad token"),
    ({"errcode": 40001, "errmsg": "invalid credential"}, "40001", "invalid credential"),
    ({"ret": -1, "retmsg": "用户未登录"}, "-1", "用户未登录"),
    ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, "1004", "login fail"),
    ({"header": {"code": 11200, "message": "AppIdNoAuthError"}}, "11200", "AppIdNoAuthError"),
    ({"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.Invalid"}}}, "oauth.v2.Invalid", "Invalid ApiKey"),
    ({"ResponseMetadata": {"Error": {"Code": "AccessDenied", "Message": "no permission"}}}, "AccessDenied", "no permission"),
    ({"code": 0, "msg": "请先登录", "data": None}, "0", "请先登录"),
    ({"code": 1, "message": "账户余额不足"}, "1", "账户余额不足"),
    ({"code": 200, "message": "ok", "data": {"error": {"message": "quota exceeded", "code": 429}}}, "429", "quota exceeded"),
    ({"meta": {"code": 403, "msg": "Forbidden"}, "data": []}, "403", "Forbidden"),
    ({"error": "boom"}, "", "boom"),
    ({"error": {"message": "boom", "code": 0}}, "0", "boom"),
    ({"flag": 0, "msg": "token 已过期", "data": ""}, "0", "token 已过期"),
    ({"result": False, "reason": "API key invalid"}, "", "API key invalid"),
    ({"ErrorCode": "InvalidToken", "ErrorMessage": "The token is invalid"}, "InvalidToken", "The token is invalid"),
    ({"resultCode": "AUTH_FAIL", "resultDesc": "authentication failed"}, "AUTH_FAIL", "authentication failed"),
    ({"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}, "0", "INVALID_USER_KEY"),
    ({"isSuccess": False, "errorMessage": "boom"}, "", "boom"),
    ({"errors": [{"status": "401", "detail": "Token expired"}]}, "401", "Token expired"),
    ({"type": "error", "message": "Invalid token"}, "", "Invalid token"),
    ({"result": "fail", "resultCode": "9999", "resultMsg": "system exception"}, "9999", "system exception"),
]  # fmt: skip

SUCCESSES = [
    {"code": 0, "msg": "ok", "data": {"id": 1}},
    {"code": 200, "message": "success", "data": []},
    {"code": "200", "msg": "操作成功", "result": {}},
    {"code": "0000", "message": "SUCCESS"},
    {"errno": 0, "errmsg": "", "data": {}},
    {"ret": 0, "msg": "succeed"},
    {"success": True, "message": "Request successful"},
    {"status": "success", "data": {}},
    {"base_resp": {"status_code": 0, "status_msg": "success"}},
    {"error": {}, "id": "x"},
    {"error": {"code": 0, "message": ""}},
    {"error": "", "id": "x"},
    {"message": "Welcome to the API", "version": "1.0"},
    {"code": 1, "msg": "获取成功", "data": [1]},
    {"status": "queued", "request_id": "r-1"},
    {},
]


@pytest.mark.parametrize(("body", "code", "message"), FAILURES, ids=lambda one: json.dumps(one)[:40])
def test_a_failure_in_a_success_is_read(body: dict[str, object], code: str, message: str) -> None:
    found = error_in_success(body, read_error(body))
    assert found is not None
    assert (found.code, found.message) == (code, message)
    assert model_ids(body) is None
    assert bare_error(body)


@pytest.mark.parametrize("body", SUCCESSES, ids=lambda one: json.dumps(one)[:40])
def test_a_success_is_no_error(body: dict[str, object]) -> None:
    assert error_in_success(body, read_error(body)) is None
    assert not bare_error(body)


def test_the_status_that_an_error_names() -> None:
    assert [status_of(one) for one in ("401", "40103", "42900", "500", "434", "1004", "20000", "", "4e2", "٤٠١")] == [
        *(401, 401, 429, 500, 0, 0, 0, 0, 0, 0),
    ]
    assert stated_status(ApiError(code="x", type="403")) == 403


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Invalid API key", True),
        ("Unauthorized", True),
        ("error: token expired", False),
        ("余额不足，请充值", True),
        ("Rate limited, slow down", True),
        ("OK", False),
        ("Ollama is running", False),
        ("404 page not found", False),
        ("A token is a piece of text. " * 30 + "Invalid API key", False),
    ],
)
def test_a_plain_text_that_refuses(text: str, refused: bool) -> None:
    assert (refusal_in_text(text) is not None) is refused


def test_a_list_is_one_only_if_it_is() -> None:
    assert model_ids({"object": "list", "data": None}) == ()
    assert model_ids({"object": "list", "data": []}) == ()
    assert model_ids([]) is None
    assert model_ids({"code": 401, "msg": "token invalid", "data": []}) is None
    assert model_ids({"code": 0, "msg": "ok", "data": [{"id": "a"}]}) == ("a",)


def test_deep_and_odd_envelopes_are_read_in_bounded_time() -> None:
    deep: object = {"message": "invalid"}
    for _ in range(200):
        deep = {"data": deep, "result": deep}
    assert reports_failure(deep) in (True, False)
    assert reports_failure({"code": [1], "msg": {"a": 1}}) is False
    assert reports_failure({str(n): n for n in range(10_000)}) is False


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(envelopes).failed == 0
