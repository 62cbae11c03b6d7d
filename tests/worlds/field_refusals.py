"""The table of worlds in which a server refuses in an unusual form: an error inside a success, a quoted upstream, a
protocol that is not served, a model that is refused alone. Seen on real servers and in reports of November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.model.record import replace
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
    ),
    *(
        relay(f"envelope-{name}", code, always(body), also=("shape.error_as_success",), proven={"path": None})
        for name, code, body in (
            ("code-401", "auth.rejected", {"code": 401, "message": "Unauthorized", "data": None}),
            ("code-40101", "auth.rejected", {"code": 40101, "msg": "token invalid", "data": []}),
            ("errno", "auth.rejected", {"errno": 401, "errmsg": "invalid access token", "data": {}}),
            ("ret", "auth.rejected", {"ret": 40001, "retmsg": "API key not valid"}),
            ("success-false", "auth.rejected", {"success": False, "error": "Invalid API key"}),
            ("success-false-data", "auth.expired", {"success": False, "errMsg": "API key expired", "data": []}),
            ("base-resp", "auth.rejected", {"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}}),
            (
                "minimax",
                "auth.header_lost",
                {
                    "base_resp": {
                        "status_code": 1004,
                        "status_msg": "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
                    }
                },
            ),
            (
                "header",
                "auth.not_permitted",
                {"header": {"code": 11200, "message": "AppIdNoAuthError:(11200)", "sid": "cht1"}},
            ),
            (
                "metadata",
                "auth.rejected",
                {
                    "ResponseMetadata": {
                        "RequestId": "r",
                        "Error": {"Code": "InvalidAccessKey", "Message": "The access key is invalid"},
                    }
                },
            ),
            (
                "fault",
                "auth.rejected",
                {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}},
            ),
            ("chinese", "quota.exhausted", {"code": 1, "message": "账户余额不足,请充值", "result": None}),
            ("busy", "quota.rate_limited", {"code": 429, "msg": "too many requests", "data": None}),
        )
    ),
    relay(
        "envelope-text",
        "auth.rejected",
        lambda key: handlers.always(answers.as_text("Invalid API key")),
        also=("shape.error_as_success",),
    ),
    relay(
        "envelope-text-with-a-status",
        "auth.rejected",
        lambda key: handlers.always(answers.as_text("status = 401 Unauthorized, message = Invalid API Key")),
        also=("shape.error_as_success",),
    ),
    relay(
        "envelope-anthropic",
        "auth.rejected",
        always({"code": 401, "message": "invalid token", "data": None}),
        base_url=ROOT,
        protocol="anthropic",
        model=CLAUDE,
    ),
    relay(
        "envelope-after-a-list",
        "quota.exhausted",
        refusing(said({"code": 402, "msg": "insufficient balance", "data": None})),
        also=("shape.error_as_success",),
    ),
    relay(
        "envelope-in-the-stream",
        "quota.exhausted",
        lambda key: b.openai(
            key,
            chat=said({"success": False, "message": "insufficient balance"}),
            stream=answers.as_events([answers.data({"success": False, "message": "insufficient balance"})]),
        ),
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
    # What is served as a list is none: it proves neither the path nor the key.
    *(
        relay(
            f"no-list-{name}",
            "shape.not_llm_api",
            lambda key, body=body: lambda request: said(body) if request.method == "GET" else said({"title": "?"}, 404),
            proven={"path": False, "key": None},
        )
        for name, body in (
            ("of-users", {"data": [{"id": "6f1d3a52-0000-4000-8000-000000000000", "email": "a@b.example"}]}),
            ("empty", []),
            ("of-posts", [{"id": "17", "title": "Hello"}, {"id": "18", "title": "World"}]),
        )
    ),
    relay(
        "success-envelope",
        "shape.malformed_answer",
        _wrapping_door(chat=said(_WRAPPED), stream=said(_WRAPPED)),
        never=("shape.error_as_success",),
    ),
    relay(
        "success-envelope-of-zero",
        "shape.malformed_answer",
        _wrapping_door(chat=said({"code": 0, "msg": "ok", "data": answers.completion()})),
        never=("shape.error_as_success",),
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
            return said(
                {"object": "error", "message": "[{'loc': ('body', 'model'), 'msg': 'field required'}]", "code": 40001},
                400,
            )
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
            (
                "convert-failed",
                500,
                {"error": {"message": "invalid conversion", "type": "new_api_error", "code": "convert_request_failed"}},
            ),
            (
                "unsupported-501",
                501,
                {"error": {"message": "The responses API is not supported by this channel", "type": "api_error"}},
            ),
            (
                "endpoint-404",
                404,
                {"error": {"message": "The endpoint /v1/responses is not supported by this gateway"}},
            ),
            (
                "unsupported-400",
                400,
                {"error": {"message": "unsupported endpoint: /v1/responses", "type": "invalid_request_error"}},
            ),
            ("portkey", 500, {"status": "failure", "message": "createModelResponse is not supported by groq"}),
        )
    ),
    relay(
        "chat-not-converted",
        "shape.wrong_protocol",
        lambda key: handlers.first(
            handlers.on("GET /v1/models", answers.model_list((CLAUDE,))),
            handlers.on("POST /v1/chat/completions", _checked(key, said(_CONVERT, 500))),
            b.anthropic(key, rejected="newapi-401"),
        ),
        model=CLAUDE,
        settings={"protocol": "anthropic", "base_url": ROOT},
    ),
    relay(
        "messages-not-implemented",
        "shape.wrong_protocol",
        lambda key: handlers.first(
            handlers.on(
                "POST /v1/messages",
                _checked(
                    key, said({"type": "error", "error": {"type": "new_api_error", "message": "not implemented"}}, 500)
                ),
            ),
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
        "ollama-asked-at-a-port-of-vllm",
        "shape.wrong_protocol",
        _vllm_without_responses,
        protocol="ollama",
        typed=lambda key: None,
        settings={"protocol": "openai"},
        **at_port(11434, ""),
    ),
    local(
        "auto-at-a-port-of-ollama",
        "shape.wrong_protocol",
        _vllm_without_responses,
        protocol="auto",
        typed=lambda key: None,
        settings={"protocol": "openai"},
        **at_port(11434, ""),
    ),
    local(
        "anthropic-at-port-8080",
        "shape.wrong_protocol",
        _fastchat(LLAMA),
        protocol="anthropic",
        settings={"protocol": "openai"},
        **at_port(8080, ""),
    ),
    local("openai-at-port-11434", None, _vllm_without_responses, **at_port(11434)),
    local(
        "openai-key-at-port-8000",
        "auth.rejected",
        lambda key: b.openai(key, models=(LLAMA,), elsewhere=_FASTAPI_404),
        typed=lambda key: "sk-wrong-but-plausible-0123456789",
        **at_port(8000),
    ),
    local(
        "responses-without-a-port",
        "shape.wrong_protocol",
        _fastchat(LLAMA),
        protocol="responses",
        settings={"protocol": "openai"},
    ),
)

# -- the words of the upstream -----------------------------------------------------------------------------------------

_URL = {
    "error": {
        "message": "Invalid URL (POST /chat/completions)",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
}
_QUOTA = {
    "error": {
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "type": "insufficient_quota",
        "code": "insufficient_quota",
    }
}
_UPSTREAM_KEY = {
    "error": {
        "message": "Incorrect API key provided: sk-upst**************4242.",
        "type": "invalid_request_error",
        "code": "invalid_api_key",
    }
}


def router(status: int, inner: object) -> Reply:
    """Answer as Claude Code Router 2.0.0 does, with its provider's answer inside a sentence."""
    words = f"Error from provider(up,gpt-4o-mini: {status}): {json.dumps(inner)}"
    return said({"error": {"message": words, "type": "api_error", "code": "provider_response_error"}}, status)


def _no_list(what: handlers.What) -> World:
    """Make a gateway that passes each request on to its upstream, and gets this answer there for every path."""
    return lambda key: handlers.always(what)


UPSTREAMS = (
    relay(
        "upstream-without-version",
        "http.gateway_error",
        lambda key: (
            lambda request: said(
                {
                    "error": {
                        **_URL["error"],
                        "message": f"Invalid URL ({request.method} {request.path.removeprefix('/v1')})",
                    },
                    "provider": "openai",
                },
                404,
            )
        ),
        never=("shape.not_llm_api", "url.path_wrong"),
        says=("/v1/chat/completions", "(POST /chat/completions)", "calls “openai” at the wrong address"),
    ),
    relay(
        "upstream-without-version-listed",
        "http.gateway_error",
        refusing(said(_URL, 404)),
        never=("shape.not_llm_api", "url.path_wrong"),
    ),
    relay(
        "upstream-other-path",
        "http.gateway_error",
        refusing(said({"detail": {"error": {"message": "Invalid URL (POST /api/v9/chat/completions)"}}}, 404)),
    ),
    relay(
        "upstream-express-404",
        "http.gateway_error",
        refusing(
            said(
                {
                    "error": {
                        "message": "Upstream error 404: Cannot POST /openai/chat/completions",
                        "type": "upstream_error",
                    }
                },
                404,
            )
        ),
    ),
    relay(
        "upstream-page-in-a-string",
        "http.gateway_error",
        refusing(
            said({"error": {"message": "<html><head><title>502 Bad Gateway</title></head></html>", "type": "x"}}, 500)
        ),
    ),
    relay("router-404", "http.gateway_error", refusing(router(404, _URL)), never=("shape.not_llm_api",)),
    relay("router-detail-404", "http.gateway_error", refusing(router(404, {"detail": "Not Found"}))),
    relay(
        "router-429-no-quota",
        "quota.exhausted",
        refusing(router(429, _QUOTA)),
        says=("upstream",),
        proven={"key": True},
    ),
    relay("router-401", "auth.upstream", refusing(router(401, _UPSTREAM_KEY)), proven={"key": True}),
    relay(
        "gateway-quotes-no-quota",
        "quota.exhausted",
        refusing(said({"error": {"message": "Error code: 429 - " + str(_QUOTA), "type": "None", "code": "429"}}, 429)),
        says=("upstream",),
    ),
    relay(
        "gateway-quotes-402-in-500",
        "quota.exhausted",
        refusing(
            said(
                {
                    "detail": "upstream returned 402: "
                    + json.dumps({"error": {"message": "Insufficient Balance", "code": "invalid_request_error"}})
                },
                500,
            )
        ),
        says=("upstream",),
    ),
    relay(
        "upstream-rate-in-a-success",
        "quota.rate_limited",
        refusing(
            said({"code": "rate_limit_daily", "message": "Error code: 429 - {'error': {'message': 'Slow down'}}"})
        ),
        also=("shape.error_as_success",),
    ),
    relay(
        "upstream-ollama-unauthorized",
        "auth.upstream",
        refusing(said({"error": {"message": "litellm.APIConnectionError: OllamaException - unauthorized"}}, 500)),
    ),
    relay(
        "upstream-named-error",
        "http.gateway_error",
        refusing(said({"message": "ChatGPT error 404: " + json.dumps(_URL)}, 500)),
    ),
    relay(
        "bad-response-status-code-404",
        "http.gateway_error",
        refusing(
            said(
                {
                    "error": {
                        "message": "bad response status code 404 (request id: 20261122)",
                        "type": "bad_response_status_code",
                        "code": "bad_response_status_code",
                    }
                },
                404,
            )
        ),
    ),
    relay(
        "router-answers-the-model-alone",
        None,
        lambda key: b.openai(key, models=("up,gpt-4o-mini",), chat=said(answers.completion("gpt-4o-mini"))),
        model="up,gpt-4o-mini",
    ),
    relay(
        "router-answers-another-model",
        None,
        lambda key: b.openai(key, models=("up,gpt-4o",), chat=said(answers.completion("qwen-turbo"))),
        model="up,gpt-4o",
        also=("model.substituted",),
    ),
    # A proxy that strips its prefix shows the same words, and there the base URL is at fault.
    relay(
        "stripped-prefix",
        "url.version_missing",
        lambda key: _stripped("/openai", b.openai(key)),
        base_url=f"{ROOT}/openai",
        settings={"base_url": f"{ROOT}/openai/v1"},
    ),
)


def _stripped(prefix: str, world: Handler) -> Handler:
    def handler(request: Request) -> Answer:
        return world(replace(request, target=request.target.removeprefix(prefix)))

    return handler


# -- nobody serves the model -------------------------------------------------------------------------------------------

CHANNELS = (
    local("fastchat-without-a-worker", "model.no_channel", _fastchat(), never=("model.not_found",)),
    local("fastchat-without-the-model", "model.not_found", _fastchat("vicuna-7b"), model="gpt-4o-mini"),
    relay(
        "no-workers",
        "model.no_channel",
        refusing(
            said(
                {
                    "error": {
                        "message": "No available workers (all circuits open or unhealthy)",
                        "type": "Service Unavailable",
                        "code": "no_available_workers",
                    }
                },
                503,
            )
        ),
    ),
    relay(
        "no-servers-in-plain-text",
        "model.no_channel",
        refusing(answers.as_text("No available servers: Failed to select prefill worker", 503)),
    ),
    relay(
        "no-worker-for-model",
        "model.no_channel",
        refusing(said({"object": "error", "message": f"No worker is available for model {MODEL}", "code": 50001}, 500)),
    ),
    relay(
        "router-without-provider",
        "model.no_channel",
        lambda key: handlers.always(
            said(
                {"error": {"message": "Provider 'up' not found", "type": "api_error", "code": "provider_not_found"}},
                404,
            )
        ),
        never=("shape.not_llm_api",),
    ),
    relay(
        "unknown-backend",
        "model.no_channel",
        refusing(
            said(
                {"error": {"message": f"No backend configured for model {MODEL}", "type": "invalid_request_error"}}, 404
            )
        ),
    ),
    local(
        "empty-list",
        "model.no_channel",
        lambda key: routes(
            ("GET /v1/models", answers.model_list(())),
            ("POST /v1/chat/completions", said({"error": "the request was not accepted"}, 400)),
            otherwise=_FASTAPI_404,
        ),
    ),
)

# -- only for a client -------------------------------------------------------------------------------------------------

CLIENTS = tuple(
    relay(
        f"client-{name}",
        "access.client_refused",
        refusing(said(body, status)),
    )
    for name, status, body in (
        (
            "claude-code-503",
            503,
            {"error": {"message": "This group only allows Claude Code clients", "type": "new_api_error"}},
        ),
        # sub2api, claude-relay-service and others, as reported in 2026
        (
            "no-accounts",
            503,
            {
                "error": {
                    "message": "No available accounts: this group only allows Claude Code clients",
                    "type": "api_error",
                },
                "type": "error",
            },
        ),
        (
            "allowed-clients",
            403,
            {
                "error": "Client not allowed",
                "message": "Your client is not authorized to use this API key",
                "allowedClients": ["claude_code"],
            },
        ),
        ("approved", 403, {"code": "CLIENT_NOT_ALLOWED", "message": "Only approved clients are allowed"}),
        (
            "accepts",
            403,
            {
                "error": {
                    "type": "client_validation_error",
                    "message": "This endpoint only accepts requests from Claude Code CLI",
                }
            },
        ),
        ("codex-200", 200, {"code": 403, "msg": "该令牌仅限 Codex 客户端使用", "data": None}),
        (
            "not-official",
            403,
            {
                "error": {
                    "message": "Only official CLI clients are allowed to use this endpoint",
                    "type": "permission_error",
                }
            },
        ),
        ("list", 400, {"detail": "Your client is not in the list of allowed clients for this plan"}),
        (
            "cline",
            401,
            {"error": {"message": "This API key can only be used in Cursor, Cline or Roo Code", "type": "auth_error"}},
        ),
    )
)

# -- one model refused, the others served ------------------------------------------------------------------------------

CLOUD = "gpt-oss:120b-cloud"


def _one_refused(refused: str, what: Reply, *others: str, make: Callable[..., Handler] = b.openai) -> World:
    """Make a server that refuses one of its models with this answer."""

    def world(key: str) -> Handler:
        sound = make(models=(refused, *others)) if make is b.ollama else make(key, models=(refused, *others))

        def handler(request: Request) -> Answer:
            if request.method == "POST" and request.json().get("model") == refused:
                return what
            return sound(request)

        return handler

    return world


_SIGN_IN = {"error": "unauthorized", "signin_url": "https://ollama.com/connect?name=host&key=c3NoLWVkMjU1MTk"}
_OPENAI_401 = {"error": {"message": "unauthorized", "type": "api_error", "param": None, "code": None}}

ALONE = (
    local(
        "cloud-model-not-signed-in",
        "model.not_permitted",
        _one_refused(CLOUD, said(_OPENAI_401, 401), LLAMA, make=b.ollama),
        model=CLOUD,
        typed=lambda key: "ollama",
        never=("key.placeholder", "auth.rejected"),
        says=("ollama signin",),
        **at_port(11434),
    ),
    local(
        "cloud-model-alone-not-signed-in",
        "model.not_permitted",
        _one_refused(CLOUD, said(_OPENAI_401, 401), make=b.ollama),
        model=CLOUD,
        typed=lambda key: "ollama",
        never=("key.placeholder", "auth.rejected"),
        says=("ollama signin",),
        **at_port(11434),
    ),
    local(
        "cloud-model-native",
        "model.not_permitted",
        _one_refused(CLOUD, said(_SIGN_IN, 401), LLAMA, make=b.ollama),
        model=CLOUD,
        protocol="ollama",
        base_url=HERE,
        typed=lambda key: None,
        never=("settings.missing_key", "auth.rejected"),
        says=("ollama signin",),
    ),
    relay(
        "one-model-refused",
        "model.not_permitted",
        _one_refused(
            "deep-1", said({"error": {"message": "Unauthorized", "type": "authentication_error"}}, 401), MODEL
        ),
        model="deep-1",
        never=("auth.rejected",),
        proven={"key": None},
    ),
    relay(
        "one-model-forbidden",
        "model.not_permitted",
        _one_refused("deep-1", said({"detail": "Forbidden"}, 403), MODEL),
        model="deep-1",
        proven={"key": None},
    ),
    relay(
        "one-channel-without-key",
        "auth.upstream",
        _one_refused("deep-1", said(_UPSTREAM_KEY, 401), MODEL),
        model="deep-1",
        never=("auth.rejected",),
        proven={"key": None},
    ),
    relay(
        "every-model-refused",
        "auth.rejected",
        lambda key: b.openai("other", public_models=True),
        proven={"key": False},
    ),
)

# -- a bare failure ----------------------------------------------------------------------------------------------------

FAILURES = (
    relay(
        "uvicorn-500",
        "http.server_error",
        refusing(answers.as_text("Internal Server Error", 500, ("Server", "uvicorn"))),
    ),
    relay("uvicorn-500-everywhere", "http.server_error", _no_list(answers.as_text("Internal Server Error", 500))),
    relay(
        "express-500",
        "http.server_error",
        refusing(answers.as_text("Internal Server Error\n", 500, ("X-Powered-By", "Express"))),
    ),
    relay("nginx-500", "http.gateway_error", refusing("nginx-500")),
    relay("nginx-502", "http.gateway_error", refusing("nginx-502")),
    relay(
        "envoy-503", "http.gateway_error", refusing(answers.as_text("no healthy upstream", 503, ("Server", "envoy")))
    ),
)

# -- an API at the root, an endpoint of its own ------------------------------------------------------------------------

_LLAMA_404 = said({"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}, 404)


def llama_cpp(*keys: str) -> Handler:
    """Make llama.cpp's server, which serves its API under /v1 and without it, and has endpoints of its own."""
    versioned = b.openai(
        *keys, models=(LLAMA,), elsewhere=_LLAMA_404, public_models=True, rejected=_LLAMA_401, no_key=_LLAMA_401
    )
    plain = b.openai(
        *keys,
        prefix="",
        models=(LLAMA,),
        elsewhere=_LLAMA_404,
        public_models=True,
        rejected=_LLAMA_401,
        no_key=_LLAMA_401,
    )

    def handler(request: Request) -> Answer:
        if request.path in ("/v1/models", "/models") and request.method == "GET":
            return versioned(replace(request, target="/v1/models"))
        if keys and not set(answers.keys_in(request, ("bearer",))) & set(keys):
            return _LLAMA_401
        if request.path == "/completion" and request.method == "POST":
            return said({"content": "OK", "stop": True, "model": LLAMA})
        return (versioned if request.path.startswith("/v1") else plain)(request)

    return handler


_LLAMA_401 = said({"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}, 401)


def at_root(*keys: str) -> Handler:
    return b.openai(*keys, prefix="", models=(MODEL,), elsewhere=answers.as_text("404 page not found", 404))


ROOTS = (
    local(
        "root-asked-with-version",
        "url.path_wrong",
        lambda key: at_root(),
        model=MODEL,
        settings={"base_url": HERE, "protocol": "openai"},
    ),
    local(
        "root-asked-as-anthropic",
        "shape.wrong_protocol",
        lambda key: at_root(),
        base_url=HERE,
        model=MODEL,
        protocol="anthropic",
        settings={"base_url": HERE, "protocol": "openai"},
    ),
    relay(
        "root-asked-as-anthropic-elsewhere",
        "shape.wrong_protocol",
        lambda key: at_root(key),
        base_url=ROOT,
        model=MODEL,
        protocol="anthropic",
        settings={"base_url": ROOT, "protocol": "openai"},
    ),
    local(
        "root-asked-as-responses",
        "shape.wrong_protocol",
        lambda key: at_root(),
        base_url=f"{HERE}/v1",
        model=MODEL,
        protocol="responses",
        settings={"base_url": HERE, "protocol": "openai"},
    ),
    *(
        local(
            f"own-endpoint-{name}",
            "url.endpoint_included",
            lambda key: llama_cpp(),
            base_url=f"{HERE}/{path}",
            settings={"protocol": "openai"},
            verdict="broken",
        )
        for name, path in (("completion", "completion"), ("generate", "api/generate"), ("infill", "v1/infill"))
    ),
    local(
        "own-endpoint-at-root",
        "url.endpoint_included",
        lambda key: at_root(),
        base_url=f"{HERE}/completion",
        model=MODEL,
        settings={"base_url": HERE},
    ),
    local(
        "gemini-at-llama-cpp",
        "shape.wrong_protocol",
        lambda key: llama_cpp(),
        protocol="gemini",
        base_url=HERE,
        settings={"protocol": "openai"},
        never=("auth.rejected",),
    ),
    local(
        "gemini-at-llama-cpp-with-key",
        "shape.wrong_protocol",
        lambda key: llama_cpp(key),
        protocol="gemini",
        base_url=HERE,
        typed=str,
        settings={"protocol": "openai"},
        never=("auth.rejected",),
    ),
    local(
        "anthropic-at-llama-cpp-with-key",
        "shape.wrong_protocol",
        lambda key: llama_cpp(key),
        protocol="anthropic",
        base_url=HERE,
        typed=str,
        settings={"protocol": "openai"},
        never=("auth.rejected",),
    ),
    relay(
        "gemini-at-a-relay-with-key",
        "shape.wrong_protocol",
        lambda key: llama_cpp(key),
        protocol="gemini",
        base_url=ROOT,
        model=LLAMA,
        settings={"protocol": "openai"},
        never=("auth.rejected",),
    ),
    relay(
        "gemini-at-a-relay-with-a-wrong-key",
        "auth.rejected",
        lambda key: b.gemini("AIzaOther", rejected="newapi-401"),
        protocol="gemini",
        base_url=ROOT,
        model=GEMINI,
    ),
)

# -- another program at the port ---------------------------------------------------------------------------------------

_SAME = answers.as_text  # a server that answers whatever it is asked in this way


def port_of(name: str, reply: Reply, *says: str) -> Scenario:
    """Make a world in which the base URL leads to another program of this machine."""
    return local(
        f"port-of-{name}",
        "shape.not_llm_api",
        lambda key: handlers.always(reply),
        proven={"reachable": True, "path": False},
        says=says,
        never=("run.unexplained", "http.server_error"),
    )


OTHERS = (
    # Privoxy 3.0.34, tinyproxy 1.11 and squid 5.7 as measured (tests/real); goproxy's words are those of its source.
    port_of(
        "privoxy", _SAME("Invalid header received from client.\r\n", 400), "Privoxy", "set HTTPS_PROXY to http://127.0"
    ),
    port_of(
        "tinyproxy",
        answers.as_html("<h1>Bad Request</h1><p><em>Generated by tinyproxy version 1.11.1.</em></p>", 400),
        "forward proxy (tinyproxy)",
    ),
    port_of(
        "goproxy",
        _SAME("This is a proxy server. Does not respond to non-proxy requests.\n", 500),
        "forward proxy",
    ),
    port_of(
        "a-websocket-server",
        _SAME("Upgrade Required", 426, ("Server", "Python/3.12 websockets/13.1")),
        "Python/3.12 websockets/13.1",
    ),
)

SCENARIOS = (*ENVELOPES, *PROTOCOLS, *UPSTREAMS, *CHANNELS, *CLIENTS, *ALONE, *FAILURES, *ROOTS, *OTHERS)
