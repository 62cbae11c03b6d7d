"""The table of worlds in which a server refuses in an unusual form: an error inside a success, a quoted upstream, a
protocol that is not served, a model that is refused alone. Seen on real servers and in reports of November 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from worlds.stage import RELAY, Roads, Scenario

World = Callable[[str], Handler]
ROOT = "https://relay.example"
HERE = "http://127.0.0.1:{port}"
MODEL, CLAUDE, LLAMA, GEMINI = answers.MODELS[0], answers.CLAUDES[0], answers.LLAMAS[0], answers.GEMINIS[0]
SILENT = "the SDK returns an object without an answer and raises nothing"


def said(body: object, status: int = 200) -> Reply:
    return answers.as_json(body, status)


def always(body: object, status: int = 200) -> World:
    """Make a server that answers every request in the same way."""
    return lambda key: handlers.always(said(body, status))


def refusing(what: handlers.What, stream: handlers.What | None = None, **more: Any) -> World:
    """Make a relay that lists its models and refuses every generation."""
    return lambda key: b.openai(key, chat=what, stream=what if stream is None else stream, **more)


def routes(*served: tuple[str, handlers.What], otherwise: handlers.What) -> Handler:
    """Serve these paths, each named by its method and its whole path, and answer all others with ``otherwise``."""
    table = dict(served)

    def handler(request: Request) -> Answer:
        return handlers.give(table.get(f"{request.method} {request.path}", otherwise), request)

    return handler


def relay(name: str, root: str | None, world: World, **more: Any) -> Scenario:
    return Scenario(f"refusal-{name}", root, world, **more)


def local(name: str, root: str | None, world: World, **more: Any) -> Scenario:
    """Make a world with a server of one's own, which needs no key."""
    given: dict[str, Any] = {"base_url": f"{HERE}/v1", "typed": lambda key: "none", "model": LLAMA}
    return Scenario(f"refusal-{name}", root, world, **(given | more))


def at_port(port: int, path: str = "/v1") -> dict[str, Any]:
    return {"base_url": f"http://127.0.0.1:{port}{path}", "roads": Roads()}


# -- an error inside a success -----------------------------------------------------------------------------------------

_WRAPPED = {"code": 200, "message": "success", "data": answers.completion()}


def _wrapping_door(**more: Any) -> World:
    """Make a relay that wraps its answers in the envelope of its own house."""
    listed = {"code": 0, "msg": "ok", "data": [{"id": MODEL, "object": "model"}]}
    return lambda key: b.openai(key, listing=said(listed), **more)


ENVELOPES = (
    relay(
        "status-434",
        "auth.rejected",
        always({"status": "434", "msg": "Invalid apiKey", "body": None}),
        never=("auth.upstream",),
        proven={"key": False, "path": None},
        also=("shape.error_as_success",),
        sdk=SILENT,
    ),
    *(
        relay(
            f"envelope-{name}", code, always(body), also=("shape.error_as_success",), proven={"path": None}, sdk=SILENT
        )
        for name, code, body in (
            ("code-401", "auth.rejected", {"code": 401, "message": "Unauthorized", "data": None}),
            ("code-40101", "auth.rejected", {"code": 40101, "msg": "token invalid", "data": []}),
            ("errno", "auth.rejected", {"errno": 401, "errmsg": "invalid access token", "data": {}}),
            ("ret", "auth.rejected", {"ret": 40001, "retmsg": "API key not valid"}),
            ("success-false", "auth.rejected", {"success": False, "error": "Invalid API key"}),
            ("success-false-data", "auth.expired", {"success": False, "errMsg": "API key expired", "data": []}),
            ("base-resp", "auth.rejected", {"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}}),
            ("minimax", "auth.header_lost", {"base_resp": {"status_code": 1004, "status_msg": "login fail: Please carry the API secret key in the 'Authorization' field of the request header"}}),
            ("header", "auth.not_permitted", {"header": {"code": 11200, "message": "AppIdNoAuthError:(11200)", "sid": "cht1"}}),
            ("metadata", "auth.rejected", {"ResponseMetadata": {"RequestId": "r", "Error": {"Code": "InvalidAccessKey", "Message": "The access key is invalid"}}}),
            ("fault", "auth.rejected", {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}),
            ("chinese", "quota.exhausted", {"code": 1, "message": "账户余额不足,请充值", "result": None}),
            ("busy", "quota.rate_limited", {"code": 429, "msg": "too many requests", "data": None}),
        )
    ),
    relay(
        "envelope-text",
        "auth.rejected",
        lambda key: handlers.always(answers.as_text("Invalid API key")),
        also=("shape.error_as_success",),
        sdk=SILENT,
    ),
    relay(
        "envelope-anthropic",
        "auth.rejected",
        always({"code": 401, "message": "invalid token", "data": None}),
        base_url=ROOT,
        protocol="anthropic",
        model=CLAUDE,
        sdk=SILENT,
    ),
    relay(
        "envelope-after-a-list",
        "quota.exhausted",
        refusing(said({"code": 402, "msg": "insufficient balance", "data": None})),
        also=("shape.error_as_success",),
        sdk=SILENT,
    ),
    relay(
        "envelope-in-the-stream",
        "quota.exhausted",
        lambda key: b.openai(
            key,
            chat=said({"success": False, "message": "insufficient balance"}),
            stream=answers.as_events([answers.data({"success": False, "message": "insufficient balance"})]),
        ),
        sdk=SILENT,
    ),
    relay(
        "envelope-in-the-stream-alone",
        "stream.error_inside",
        lambda key: b.openai(
            key, stream=answers.as_events([answers.data({"errno": 500, "errmsg": "upstream failed"}), answers.DONE])
        ),
        proven={"answer": True, "stream": False},
        sdk=SILENT,
    ),
    relay(
        "success-envelope",
        "shape.malformed_answer",
        _wrapping_door(chat=said(_WRAPPED), stream=said(_WRAPPED)),
        never=("shape.error_as_success",),
        sdk=SILENT,
    ),
    relay(
        "success-envelope-of-zero",
        "shape.malformed_answer",
        _wrapping_door(chat=said({"code": 0, "msg": "ok", "data": answers.completion()})),
        never=("shape.error_as_success",),
        sdk=SILENT,
    ),
    relay("success-envelope-list-alone", None, _wrapping_door(), proven={"answer": True, "stream": True}),
    relay(
        "fields-beside-an-answer",
        None,
        lambda key: b.openai(key, chat=said({**answers.completion(), "code": 0, "msg": "ok", "success": True})),
        proven={"answer": True},
    ),
)

# -- the protocol is not served ----------------------------------------------------------------------------------------

_CONVERT = {"error": {"message": "not implemented", "type": "new_api_error", "code": "convert_request_failed"}}


def _no_responses(body: object, status: int) -> World:
    """Make a relay that serves chat completions, and answers requests for responses with ``body``."""

    def make(key: str) -> Handler:
        chat = b.openai(key, rejected="newapi-401", no_key="newapi-no-key")
        refused = _checked(key, said(body, status))
        return lambda request: (refused if request.path == "/v1/responses" else chat)(request)

    return make


def _checked(key: str, what: handlers.What) -> Handler:
    """Answer with ``what`` if the key is right, and refuse it otherwise."""
    return lambda request: handlers.give(what if key in answers.keys_in(request) else "newapi-401", request)


_FASTAPI_404 = said({"detail": "Not Found"}, 404)


def _fastchat(*models: str) -> World:
    """Make FastChat's API server, which serves chat completions and no responses; without a worker it has no model."""

    def chat(request: Request) -> Answer:
        asked = request.json()
        if "model" not in asked:
            return said({"object": "error", "message": "[{'loc': ('body', 'model'), 'msg': 'field required'}]", "code": 40001}, 400)
        if asked["model"] not in models:
            words = f"Only {'&&'.join(models)} allowed now, your model {asked['model']}"
            return said({"object": "error", "message": words, "code": 40301}, 400)
        return b.openai(models=models)(request)

    return lambda key: routes(
        ("GET /v1/models", answers.model_list(models)), ("POST /v1/chat/completions", chat), otherwise=_FASTAPI_404
    )


def _vllm_without_responses(key: str) -> Handler:
    return b.openai(models=(LLAMA,), elsewhere=_FASTAPI_404)


PROTOCOLS = (
    *(
        relay(
            f"responses-{name}",
            "shape.wrong_protocol",
            _no_responses(body, status),
            protocol="responses",
            settings={"protocol": "openai", "base_url": RELAY},
            proven={"key": True},
        )
        for name, status, body in (
            ("not-implemented", 500, _CONVERT),
            ("convert-failed", 500, {"error": {"message": "invalid conversion", "type": "new_api_error", "code": "convert_request_failed"}}),
            ("unsupported-501", 501, {"error": {"message": "The responses API is not supported by this channel", "type": "api_error"}}),
            ("unsupported-400", 400, {"error": {"message": "unsupported endpoint: /v1/responses", "type": "invalid_request_error"}}),
            ("portkey", 500, {"status": "failure", "message": "createModelResponse is not supported by groq"}),
        )
    ),
    relay(
        "messages-not-implemented",
        "shape.wrong_protocol",
        lambda key: handlers.first(
            handlers.on("POST /v1/messages", _checked(key, said({"type": "error", "error": {"type": "new_api_error", "message": "not implemented"}}, 500))),
            b.openai(key, rejected="newapi-401"),
        ),
        base_url=ROOT,
        protocol="anthropic",
        settings={"protocol": "openai", "base_url": RELAY},
    ),
    relay(
        "not-implemented-at-all",
        "shape.wrong_protocol",
        lambda key: handlers.first(
            handlers.on("GET /v1/models", answers.model_list(answers.MODELS)), handlers.always(said(_CONVERT, 500))
        ),
        protocol="responses",
    ),
    *(
        local(
            f"responses-at-port-{port}",
            "shape.wrong_protocol",
            _fastchat(LLAMA) if port == 8000 else _vllm_without_responses,
            protocol="responses",
            settings={"protocol": "openai"},
            **at_port(port),
        )
        for port in (8000, 8080, 30000, 1234)
    ),
    local(
        "responses-without-a-port",
        "shape.wrong_protocol",
        _fastchat(LLAMA),
        protocol="responses",
        settings={"protocol": "openai"},
    ),
)

SCENARIOS = (*ENVELOPES, *PROTOCOLS)
