"""What a door can be: sound, or wrong in every way that was met in the wild.

A world is a :data:`~probes.demo_server.server.Handler`. The sound doors (:func:`openai`, :func:`anthropic`, ...) take
what is to be wrong with them as arguments; :data:`ERRORS`, :data:`PAGES`, :data:`ANSWERS` and :data:`STREAMS` are wrong
answers by name, and :func:`first`, :func:`on` and :func:`always` put worlds together. Names such as ``json_nochoices``
and ``s_cut_rst`` are those under which the SDKs were measured (tables T3 and T5 of the SDK facts).
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any
from urllib.parse import urlsplit

from probes.demo_server.server import Answer, Drip, Handler, Reply, Request, Step, Then, Tunnel, Wait, head

MODELS = ("gpt-5-nano", "gpt-4o-mini")
CLAUDES = ("claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929")
GEMINIS = ("gemini-2.5-flash", "gemini-2.5-pro")
LLAMAS = ("llama3.2:latest", "qwen3:8b")
TEXT = "PONG"

What = Answer | Handler | str  # stands wherever something can be made wrong; a text is a name in ERRORS or PAGES
Filter = Callable[[Request], Answer | None]


# -- putting worlds together -----------------------------------------------------------------------------------------


def give(what: What, request: Request) -> Answer:
    """The answer that ``what`` is, to this request."""
    if isinstance(what, str):
        return PAGES[what] if what in PAGES else error(what)(request)
    return what(request) if callable(what) else what


def always(what: What) -> Handler:
    """The same to every request."""
    return lambda request: give(what, request)


def on(where: str, what: What) -> Filter:
    """``what`` where method and path's end fit: ``"POST"``, ``"/models"`` or ``"POST /chat/completions"``."""
    method, _, end = where.rpartition(" ") if "/" in where else (where, "", "")

    def filtered(request: Request) -> Answer | None:
        fits = method in ("", request.method) and request.path.endswith(end)
        return give(what, request) if fits else None

    return filtered


def first(*worlds: Filter) -> Handler:
    """The first world that answers; at the end a bare 404."""

    def handler(request: Request) -> Answer:
        return next((answer for world in worlds if (answer := world(request)) is not None), Reply(404))

    return handler


def turns(*whats: What) -> Handler:
    """One after another, request by request; the last one for good."""
    left = list(whats)
    return lambda request: give(left.pop(0) if len(left) > 1 else left[0], request)


# -- plain answers -----------------------------------------------------------------------------------------------------


def as_json(value: object, status: int = 200, *headers: tuple[str, str]) -> Reply:
    kind = () if any(name.lower() == "content-type" for name, _ in headers) else (("Content-Type", "application/json"),)
    return Reply(status, (*kind, *headers), json.dumps(value, ensure_ascii=False).encode())


def as_html(page: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("Content-Type", "text/html; charset=utf-8"), *headers), page.encode())


def as_text(text: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("Content-Type", "text/plain; charset=utf-8"), *headers), text.encode())


def as_events(body: bytes | Sequence[Step], kind: str = "text/event-stream", *headers: tuple[str, str]) -> Reply:
    """An event stream; bytes are one chunk."""
    types = (("Content-Type", kind),) if kind else ()
    return Reply(200, (*types, ("Cache-Control", "no-cache"), *headers), [body] if isinstance(body, bytes) else body)


# -- keys --------------------------------------------------------------------------------------------------------------


def keys_in(
    request: Request, styles: Iterable[str] = ("bearer", "x-api-key", "api-key", "x-goog-api-key", "query")
) -> list[str]:
    """The credentials that a request carries, by the styles of :class:`probes.model.settings.Auth`."""
    found = []
    for style in styles:
        if style == "bearer":
            scheme, _, value = request.header("authorization").partition(" ")
            found.append(value if scheme.lower() == "bearer" else "")
        else:
            found.append(request.query("key") if style == "query" else request.header(style))
    return [value for value in found if value]


def masked(key: str) -> str:
    """As OpenAI shows a refused key."""
    return f"{key[:8]}{'*' * max(len(key) - 12, 0)}{key[-4:]}" if len(key) > 12 else "*" * len(key)


# -- errors ------------------------------------------------------------------------------------------------------------


def _openai(
    status: int, message: str, type_: str = "invalid_request_error", code: object = None, **more: object
) -> Any:
    return status, {"error": {"message": message, "type": type_, "param": None, "code": code, **more}}


def _anthropic(status: int, type_: str, message: str) -> Any:
    return status, {"type": "error", "error": {"type": type_, "message": message}, "request_id": "req_practice"}


def _google(status: int, name: str, message: str, *reasons: str) -> Any:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason} for reason in reasons]
    return status, {"error": {"code": status, "message": message, "status": name, "details": details}}


# Status and body by door and case. <key>, <masked>, <last4>, <model>, <method> and <path> stand for the request's own.
# Source: the vendors' answers collected in the facts (errors.md); the human texts are shortened.
ERRORS: dict[str, tuple[int, Any]] = {
    "openai-401": _openai(
        401,
        "Incorrect API key provided: <masked>. You can find your API key at https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    ),
    "openai-no-key": _openai(
        401, "You didn't provide an API key. You need to provide your API key in an Authorization header."
    ),
    "openai-model": _openai(
        404, "The model `<model>` does not exist or you do not have access to it.", code="model_not_found"
    ),
    "openai-404": _openai(404, "Invalid URL (<method> <path>)", code="unknown_url"),
    "openai-quota": _openai(
        429, "You exceeded your current quota, please check your plan.", "insufficient_quota", "insufficient_quota"
    ),
    "openai-429": _openai(
        429, "Rate limit reached for <model> on requests per min (RPM).", "requests", "rate_limit_exceeded"
    ),
    "openai-region": _openai(
        403, "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"
    ),
    "openai-scope": _openai(
        403, "You have insufficient permissions for this operation. Missing scopes: model.request."
    ),
    "openai-500": _openai(500, "The server had an error while processing your request.", "server_error"),
    "openai-max-tokens": _openai(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        code="unsupported_parameter",
        param="max_tokens",
    ),
    "openai-temperature": _openai(
        400,
        "Unsupported value: 'temperature' does not support 0 with this model.",
        code="unsupported_value",
        param="temperature",
    ),
    "openai-not-chat": _openai(
        404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint.", param="model"
    ),
    "anthropic-401": _anthropic(401, "authentication_error", "invalid x-api-key"),
    "anthropic-no-key": _anthropic(401, "authentication_error", "x-api-key header is required"),
    "anthropic-bearer": _anthropic(401, "authentication_error", "Invalid bearer token"),
    "anthropic-version": _anthropic(400, "invalid_request_error", "anthropic-version: header is required"),
    "anthropic-model": _anthropic(404, "not_found_error", "model: <model>"),
    "anthropic-404": _anthropic(404, "not_found_error", "Not Found"),
    "anthropic-credit": _anthropic(
        400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."
    ),
    "anthropic-403": _anthropic(
        403, "permission_error", "Your API key does not have permission to use the specified resource"
    ),
    "anthropic-region": (403, {"error": {"type": "forbidden", "message": "Request not allowed"}}),
    "anthropic-429": _anthropic(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "anthropic-529": _anthropic(529, "overloaded_error", "Overloaded"),
    "gemini-400": _google(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"
    ),
    "gemini-expired": _google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", "API_KEY_INVALID"),
    "gemini-no-key": _google(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other "
        "form of API consumer identity to call this API.",
    ),
    "gemini-bearer": _google(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential.",
        "ACCESS_TOKEN_TYPE_UNSUPPORTED",
    ),
    "gemini-disabled": _google(
        403,
        "PERMISSION_DENIED",
        "Generative Language API has not been used in project 1 before or it is disabled.",
        "SERVICE_DISABLED",
    ),
    "gemini-quota": _google(
        429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."
    ),
    "gemini-429": _google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    "gemini-503": _google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "gemini-array": (
        400,
        [{"error": {"code": 400, "message": "Missing or invalid Authorization header.", "status": "INVALID_ARGUMENT"}}],
    ),
    "gemini-model": _google(404, "NOT_FOUND", "models/<model> is not found for API version v1beta."),
    "gemini-region": _google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    "azure-401": (
        401,
        {"error": {"code": "401", "message": "Access denied due to invalid subscription key or wrong API endpoint."}},
    ),
    "azure-deployment": (
        404,
        {"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}},
    ),
    "azure-no-key": (
        401,
        {"error": {"code": "401", "message": "Access denied due to missing subscription key."}},
    ),
    "azure-version": (400, {"error": {"code": "BadRequest", "message": "API version not supported"}}),
    "azure-429": (
        429,
        {
            "error": {
                "code": "429",
                "message": "Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your "
                "tier. Please retry after 9 seconds.",
            }
        },
    ),
    "azure-404": (404, {"error": {"code": "404", "message": "Resource not found"}}),
    "ollama-model": (404, {"error": "model '<model>' not found"}),
    "ollama-401": (401, {"error": "unauthorized"}),
    "ollama-subscription": (403, {"error": "this model requires a subscription, upgrade for access"}),
    "oneapi-401": (401, {"error": {"message": "无效的令牌 (request id: 20261122)", "type": "one_api_error"}}),
    "newapi-401": (401, {"error": {"message": "无效的令牌 (request id: 20261122)", "type": "new_api_error"}}),
    "newapi-no-key": (401, {"error": {"message": "未提供令牌 (request id: 20261122)", "type": "new_api_error"}}),
    "newapi-expired": (401, {"error": {"message": "该令牌已过期 (request id: 20261122)", "type": "new_api_error"}}),
    "newapi-spent": (401, {"error": {"message": "该令牌额度已用尽 (request id: 20261122)", "type": "new_api_error"}}),
    "newapi-quota": _openai(
        403, "预扣费额度失败, 用户剩余额度: 0.01, 需要预扣费额度: 0.03", "new_api_error", "insufficient_user_quota"
    ),
    "newapi-no-channel": _openai(
        503, "当前分组 default 下对于模型 <model> 无可用渠道 (request id: 20261122)", "new_api_error", "model_not_found"
    ),
    "newapi-model": (403, {"error": {"message": "该令牌无权访问模型 <model>", "type": "new_api_error"}}),
    "newapi-upstream": _openai(
        401,
        "Incorrect API key provided: sk-up***********tail (request id: 20261122)",
        "upstream_error",
        "invalid_api_key",
    ),
    "litellm-401": (
        401,
        {
            "error": {
                "message": "Authentication Error, Invalid proxy server token passed. Received API Key = sk-...<last4>",
                "type": "token_not_found_in_db",
                "param": "key",
                "code": "401",
            }
        },
    ),
    "litellm-model": _openai(
        400,
        "Invalid model name passed in model=<model>. Call `/v1/models` to view available models for your key.",
        code="400",
    ),
    "litellm-upstream": _openai(
        401, "litellm.AuthenticationError: OpenAIException - Incorrect API key provided", "None", "401"
    ),
    "openrouter-401": (401, {"error": {"message": "User not found.", "code": 401}}),
    "openrouter-no-key": (401, {"error": {"message": "Missing Authentication header", "code": 401}}),
    "openrouter-402": (402, {"error": {"message": "Insufficient credits. Add more to continue.", "code": 402}}),
    "openrouter-model": (404, {"error": {"message": "No endpoints found for <model>", "code": 404}}),
    "deepseek-401": _openai(
        401,
        "Authentication Fails, Your api key: ****<last4> is invalid",
        "authentication_error",
        "invalid_request_error",
    ),
    "deepseek-402": _openai(402, "Insufficient Balance", "unknown_error", "invalid_request_error"),
    "deepseek-model": _openai(400, "Model Not Exist", code="invalid_request_error"),
    "moonshot-401": (401, {"error": {"message": "Invalid Authentication", "type": "invalid_authentication_error"}}),
    "moonshot-model": (
        404,
        {"error": {"message": "Not found the model <model> or Permission denied", "type": "resource_not_found_error"}},
    ),
    "moonshot-quota": (
        429,
        {
            "error": {
                "message": "Your account is suspended, please check your balance",
                "type": "exceeded_current_quota_error",
            }
        },
    ),
    "zhipu-401": (401, {"error": {"code": "401", "message": "令牌已过期或验证不正确！"}}),
    "zhipu-1113": (429, {"error": {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}}),
    "zhipu-1211": (400, {"error": {"code": "1211", "message": "模型不存在，请检查模型代码。"}}),
    "dashscope-401": _openai(
        401, "Incorrect API key provided. For details, see: #apikey-error", code="invalid_api_key"
    ),
    "dashscope-native-401": (
        401,
        {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "r-1"},
    ),
    "dashscope-free": _openai(
        403, "The free tier is used up.", "AllocationQuota.FreeTierOnly", "AllocationQuota.FreeTierOnly"
    ),
    "minimax-401": (
        401,
        {
            "type": "error",
            "error": {"type": "authorized_error", "message": "invalid api key (2049)", "http_code": "401"},
            "request_id": "r-1",
        },
    ),
    "minimax-200": (200, {"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}}),
    "siliconflow-401": (401, "Api key is invalid"),
    "siliconflow-code": (401, {"code": 30014, "message": "Token is invalid.", "data": None}),
    "siliconflow-model": (
        400,
        {"code": 20012, "message": "Model does not exist. Please check it carefully.", "data": None},
    ),
    "siliconflow-balance": (
        403,
        {"code": 30001, "message": "Sorry, your account balance is insufficient", "data": None},
    ),
    "ark-401": _openai(
        401,
        "The API key or AK/SK in the request is missing or invalid. Request id: 0217",
        "Unauthorized",
        "AuthenticationError",
    ),
    "ark-model": _openai(
        404,
        "The model or endpoint <model> does not exist. Request id: 0217",
        "NotFound",
        "InvalidEndpointOrModel.NotFound",
    ),
    "xai-400": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "Incorrect API key provided: <masked>. You can obtain an API key from https://console.x.ai.",
        },
    ),
    "mistral-401": (401, {"detail": "Unauthorized"}),
    "mistral-model": (
        400,
        {
            "object": "error",
            "message": "Invalid model: <model>",
            "type": "invalid_model",
            "param": None,
            "code": "1500",
        },
    ),
    "nvidia-403": (403, {"status": 403, "title": "Forbidden", "detail": "Authorization failed"}),
    "nvidia-404": (404, {"status": 404, "title": "Not Found", "detail": "Function '0-0': Not found for account 'a'"}),
    "cerebras-401": (
        401,
        {"message": "Wrong API Key", "type": "invalid_request_error", "param": "api_key", "code": "wrong_api_key"},
    ),
    "groq-401": (
        401,
        {"error": {"message": "Invalid API Key", "type": "invalid_request_error", "code": "invalid_api_key"}},
    ),
    "novita-401": (401, {"code": 401, "reason": "FAILED_TO_AUTH", "message": "failed to authenticate API key"}),
    "vllm-401": (401, {"error": "Unauthorized"}),
    "vllm-model": (
        404,
        {"object": "error", "message": "The model `<model>` does not exist.", "type": "NotFoundError", "code": 404},
    ),
    "llamacpp-503": (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}),
    "lmstudio-200": (200, {"error": "Unexpected endpoint or method. (<method> <path>)"}),
    "opencode-credits": (401, {"type": "error", "error": {"type": "CreditsError", "message": "Insufficient balance."}}),
    "kimi-code-client": (
        403,
        {
            "error": {
                "message": "Kimi For Coding is currently only available for Coding Agents",
                "type": "access_terminated_error",
            }
        },
    ),
    "bedrock-403": (403, {"Message": "Authentication failed: Please make sure your API Key is valid."}),
    "cloudflare-api-401": (
        401,
        {
            "success": False,
            "errors": [{"code": 10000, "message": "Authentication error"}],
            "messages": [],
            "result": None,
        },
    ),
    "fastapi-404": (404, {"detail": "Not Found"}),
    "fastapi-405": (405, {"detail": "Method Not Allowed"}),
    "fastapi-422": (422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream"], "msg": "not permitted"}]}),
    "spring-404": (404, {"timestamp": "2026-11-22T08:00:00Z", "status": 404, "error": "Not Found", "path": "<path>"}),
    "echo-key": _openai(401, "No such key: <key>", code="invalid_api_key"),
    "ip": _openai(403, "This key may not be used from this IP address.", "permission_error", "ip_not_authorized"),
    "revoked": _openai(401, "This API key has been disabled since it was reported as leaked.", code="api_key_disabled"),
}


def error(name: str, *headers: tuple[str, str]) -> Handler:
    """An error of :data:`ERRORS`, with the request's own key, model and path filled in."""
    status, body = ERRORS[name]

    def handler(request: Request) -> Answer:
        key = next(iter(keys_in(request)), "")
        found = re.search(r"/models/([^/:]+):", request.path)
        model = found[1] if found else request.json().get("model")
        text = json.dumps(body, ensure_ascii=False)
        for mark, value in (
            ("<key>", key),
            ("<masked>", masked(key)),
            ("<last4>", key[-4:]),
            ("<model>", model if isinstance(model, str) else ""),
            ("<method>", request.method),
            ("<path>", request.path),
        ):
            text = text.replace(mark, json.dumps(value)[1:-1])
        return Reply(status, (("Content-Type", "application/json"), *headers), text.encode())

    return handler


# -- whole answers -----------------------------------------------------------------------------------------------------


def completion(
    model: str = MODELS[0], text: str | None = TEXT, finish: str = "stop", **message: object
) -> dict[str, Any]:
    """What ``POST /chat/completions`` gives."""
    return {
        "id": "chatcmpl-practice",
        "object": "chat.completion",
        "created": 1700000000,
        "model": model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
    }


def message(
    model: str = CLAUDES[0], text: str | None = TEXT, stop: str = "end_turn", thinking: str = ""
) -> dict[str, Any]:
    """What ``POST /v1/messages`` gives."""
    content = [{"type": "thinking", "thinking": thinking, "signature": "c2ln"}] if thinking else []
    return {
        "id": "msg_practice",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content + ([] if text is None else [{"type": "text", "text": text}]),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 5},
    }


def response(model: str = MODELS[0], text: str = TEXT, status: str = "completed") -> dict[str, Any]:
    """What ``POST /responses`` gives."""
    part = {"type": "output_text", "text": text, "annotations": []}
    output = [{"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]}]
    return {
        "id": "resp_practice",
        "object": "response",
        "created_at": 1700000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": output if status == "completed" else [],
        "usage": {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14},
    }


def generated(model: str = GEMINIS[0], text: str = TEXT, finish: str = "STOP") -> dict[str, Any]:
    """What Gemini's ``:generateContent`` gives."""
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish, "index": 0}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14},
        "modelVersion": model,
    }


def spoken(model: str = LLAMAS[0], text: str = TEXT, reason: str = "stop") -> dict[str, Any]:
    """What Ollama's ``POST /api/chat`` gives."""
    return {
        "model": model,
        "created_at": "2026-11-22T08:00:00Z",
        "message": {"role": "assistant", "content": text},
        "done": True,
        "done_reason": reason,
        "prompt_eval_count": 9,
        "eval_count": 5,
    }


def model_list(models: Iterable[str], kind: str = "openai") -> Reply:
    """A model list in the shape of ``openai``, ``anthropic``, ``gemini`` or ``ollama``."""
    ids = list(models)
    if kind == "anthropic":
        rows = [{"type": "model", "id": i, "display_name": i, "created_at": "2025-10-01T00:00:00Z"} for i in ids]
        return as_json({"data": rows, "has_more": False, "first_id": ids[0], "last_id": ids[-1]})
    if kind == "gemini":
        methods = ["generateContent"]
        return as_json({"models": [{"name": f"models/{i}", "supportedGenerationMethods": methods} for i in ids]})
    if kind == "ollama":
        return as_json({"models": [{"name": i, "model": i, "size": 1} for i in ids]})
    return as_json({"object": "list", "data": [{"id": i, "object": "model", "owned_by": "practice"} for i in ids]})


# -- streams -----------------------------------------------------------------------------------------------------------


def data(value: object) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def event(value: dict[str, Any]) -> bytes:
    return f"event: {value['type']}\n".encode() + data(value)


def chunk(model: str = MODELS[0], finish: str | None = None, **delta: object) -> dict[str, Any]:
    return {
        "id": "chatcmpl-practice",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


DONE = b"data: [DONE]\n\n"


def chunks(model: str = MODELS[0], text: str = TEXT, finish: str | None = "stop") -> list[bytes]:
    """The events of a sound chat stream without its ``[DONE]``: the role, the text in two halves, the finish."""
    half = len(text) // 2
    body = [
        data(chunk(model, role="assistant", content="")),
        data(chunk(model, content=text[:half])),
        data(chunk(model, content=text[half:])),
    ]
    return [*body, data(chunk(model, finish))] if finish else body


def usage(model: str = MODELS[0]) -> bytes:
    """The last chunk that ``stream_options.include_usage`` asks for."""
    tokens = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    return data({**chunk(model), "choices": [], "usage": tokens})


def events(model: str = CLAUDES[0], text: str = TEXT, stop: str = "end_turn") -> list[dict[str, Any]]:
    """The events of a sound Anthropic stream."""
    start = {**message(model, None, stop), "stop_reason": None, "usage": {"input_tokens": 9, "output_tokens": 1}}
    half = len(text) // 2
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text[:half]}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text[half:]}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop, "stop_sequence": None},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ]


def response_events(model: str = MODELS[0], text: str = TEXT) -> list[dict[str, Any]]:
    """The events of a sound stream of responses."""
    begun = response(model, status="in_progress")
    item = {"type": "message", "id": "msg_1", "status": "in_progress", "role": "assistant", "content": []}
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    half = len(text) // 2
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_text.delta", **where, "delta": text[:half]},
        {"type": "response.output_text.delta", **where, "delta": text[half:]},
        {"type": "response.output_text.done", **where, "text": text},
        {"type": "response.completed", "response": response(model, text)},
    ]
    return [{**one, "sequence_number": number} for number, one in enumerate(told)]


def generated_pieces(model: str = GEMINIS[0], text: str = TEXT, finish: str = "STOP") -> list[dict[str, Any]]:
    """The pieces of a sound Gemini stream; the last one says why it ended."""
    half = len(text) // 2
    pieces = [generated(model, part) for part in (text[:half], text[half:], "")]
    for piece in pieces[:-1]:
        del piece["candidates"][0]["finishReason"]
    pieces[-1]["candidates"][0] |= {"finishReason": finish, "content": {"role": "model", "parts": [{"text": ""}]}}
    return pieces


def chat_lines(model: str = LLAMAS[0], text: str = TEXT) -> list[dict[str, Any]]:
    """The lines of a sound stream of Ollama's; the last one says that it is done."""
    half = len(text) // 2
    said = [{"role": "assistant", "content": part} for part in (text[:half], text[half:])]
    return [*({"model": model, "message": one, "done": False} for one in said), spoken(model, "")]


def line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def as_lines(body: Sequence[Step], kind: str = "application/x-ndjson") -> Reply:
    """A stream of JSON in lines."""
    return Reply(200, (("Content-Type", kind),), body)


# -- sound doors -------------------------------------------------------------------------------------------------------


def _door(
    answers: Mapping[str, Handler],
    keys: Sequence[str],
    auth: Sequence[str],
    rejected: What,
    no_key: What,
    elsewhere: What,
    public: Sequence[str],
) -> Handler:
    """Routes by method and path, then by key. Without ``keys`` none is asked for."""

    def handler(request: Request) -> Answer:
        where = f"{request.method} {request.path}"
        if where not in answers:
            return give(elsewhere, request)
        shown = keys_in(request, auth)
        if keys and where not in public and not set(shown) & set(keys):
            return give(rejected if shown or keys_in(request) else no_key, request)
        return answers[where](request)

    return handler


def _generation(models: Sequence[str], unknown: What, whole: Handler, stream: Handler) -> Handler:
    def handler(request: Request) -> Answer:
        asked = request.json()
        if models and asked.get("model") not in models:
            return give(unknown, request)
        return give(stream if asked.get("stream") else whole, request)

    return handler


def openai(
    *keys: str,
    prefix: str = "/v1",
    models: Sequence[str] = MODELS,
    auth: Sequence[str] = ("bearer",),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    responses: bool = False,
    public_models: bool = False,
    rejected: What = "openai-401",
    no_key: What = "openai-no-key",
    unknown_model: What = "openai-model",
    elsewhere: What = "openai-404",
) -> Handler:
    """A sound OpenAI door that takes ``keys`` (none given: it asks for none) and knows ``models`` (empty: any).

    ``chat``, ``stream`` and ``listing`` replace the whole answer, the stream and the model list, after key and model
    were looked at; ``rejected``, ``no_key``, ``unknown_model`` and ``elsewhere`` replace the refusals.
    """

    def whole(request: Request) -> Answer:
        return give(as_json(completion(request.json()["model"])) if chat is None else chat, request)

    def streamed(request: Request) -> Answer:
        if stream is not None:
            return give(stream, request)
        asked = request.json()
        extra = [usage(asked["model"])] if (asked.get("stream_options") or {}).get("include_usage") else []
        return as_events([*chunks(asked["model"]), *extra, DONE])

    answers = {
        f"GET {prefix}/models": always(model_list(models) if listing is None else listing),
        f"POST {prefix}/chat/completions": _generation(models, unknown_model, whole, streamed),
    }
    if responses:
        answers[f"POST {prefix}/responses"] = _responding(models, unknown_model, None, None)
    return _door(answers, keys, auth, rejected, no_key, elsewhere, (f"GET {prefix}/models",) if public_models else ())


def anthropic(
    *keys: str,
    prefix: str = "",
    models: Sequence[str] = CLAUDES,
    auth: Sequence[str] = ("x-api-key", "bearer"),
    versions: Sequence[str] = (),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "anthropic-401",
    no_key: What = "anthropic-no-key",
    unknown_model: What = "anthropic-model",
    elsewhere: What = "anthropic-404",
) -> Handler:
    """A sound Anthropic door at ``{prefix}/v1/messages``: arguments as for :func:`openai`.

    ``auth`` says which headers it takes; ``versions`` the values of ``anthropic-version`` that it knows (empty: any).
    """

    def whole(request: Request) -> Answer:
        return give(as_json(message(request.json()["model"])) if chat is None else chat, request)

    def streamed(request: Request) -> Answer:
        sound = as_events([event(e) for e in events(request.json()["model"])])
        return give(sound if stream is None else stream, request)

    answers = {
        f"GET {prefix}/v1/models": always(model_list(models, "anthropic") if listing is None else listing),
        f"POST {prefix}/v1/messages": _generation(models, unknown_model, whole, streamed),
    }
    door = _door(answers, keys, auth, rejected, no_key, elsewhere, ())

    def handler(request: Request) -> Answer:
        version = request.header("anthropic-version")
        known = version in versions if versions else version
        if f"{request.method} {request.path}" in answers and not known:
            return error("anthropic-version")(request)
        return door(request)

    return handler


def responses(
    *keys: str,
    prefix: str = "/v1",
    models: Sequence[str] = MODELS,
    auth: Sequence[str] = ("bearer",),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "openai-401",
    no_key: What = "openai-no-key",
    unknown_model: What = "openai-model",
    elsewhere: What = "openai-404",
) -> Handler:
    """A sound door for responses alone, without chat completions: arguments as for :func:`openai`."""
    answers = {
        f"GET {prefix}/models": always(model_list(models) if listing is None else listing),
        f"POST {prefix}/responses": _responding(models, unknown_model, chat, stream),
    }
    return _door(answers, keys, auth, rejected, no_key, elsewhere, ())


def _responding(models: Sequence[str], unknown: What, chat: What | None, stream: What | None) -> Handler:
    def whole(request: Request) -> Answer:
        return give(as_json(response(request.json()["model"])) if chat is None else chat, request)

    def streamed(request: Request) -> Answer:
        sound = as_events([event(e) for e in response_events(request.json()["model"])])
        return give(sound if stream is None else stream, request)

    return _generation(models, unknown, whole, streamed)


def gemini(
    *keys: str,
    prefix: str = "",
    versions: Sequence[str] = ("v1", "v1beta"),
    models: Sequence[str] = GEMINIS,
    auth: Sequence[str] = ("x-goog-api-key", "query"),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "gemini-400",
    no_key: What = "gemini-no-key",
    unknown_model: What = "gemini-model",
    elsewhere: What = "google-404",
) -> Handler:
    """A sound Gemini door at ``{prefix}/{version}/models``: arguments as for :func:`openai`.

    A stream comes as events where ``?alt=sse`` asks for them, else as one JSON array.
    """
    served = re.compile(rf"{re.escape(prefix)}/(?:{'|'.join(versions)})/models(?:/([^/:]+):(\w+))?")
    verbs = {"GET": (None,), "POST": ("generateContent", "streamGenerateContent")}

    def handler(request: Request) -> Answer:
        found = served.fullmatch(request.path)
        if not found or found[2] not in verbs.get(request.method, ()):
            return give(elsewhere, request)
        if keys and not set(keys_in(request, auth)) & set(keys):
            return give(rejected if keys_in(request) else no_key, request)
        model = found[1]
        if model is None:
            return give(model_list(models, "gemini") if listing is None else listing, request)
        if models and model not in models:
            return give(unknown_model, request)
        if found[2] == "generateContent":
            return give(as_json(generated(model)) if chat is None else chat, request)
        if stream is not None:
            return give(stream, request)
        pieces = generated_pieces(model)
        return as_events([data(piece) for piece in pieces]) if request.query("alt") == "sse" else as_json(pieces)

    return handler


def azure(
    *keys: str,
    deployments: Sequence[str] = ("gpt-4o-mini",),
    versions: Sequence[str] = (),
    auth: Sequence[str] = ("api-key", "bearer"),
    newer: bool = True,
    chat: What | None = None,
    stream: What | None = None,
    listing: What = "azure-404",
    rejected: What = "azure-401",
    no_key: What = "azure-no-key",
    unknown_model: What = "azure-deployment",
    elsewhere: What = "azure-404",
    unknown_version: What = "azure-404",
) -> Handler:
    """A sound Azure resource, in its older form (``/openai/deployments/NAME``) and its newer one (``/openai/v1``).

    Arguments as for :func:`openai`; ``versions`` are the values of ``api-version`` that it knows (empty: any).
    """
    wrong: dict[str, Any] = {
        "rejected": rejected,
        "no_key": no_key,
        "unknown_model": unknown_model,
        "elsewhere": elsewhere,
    }
    plain = openai(
        *keys, prefix="/openai/v1", models=deployments, auth=auth, chat=chat, stream=stream, responses=True, **wrong
    )
    older = re.compile(r"/openai/deployments(?:/([^/]+)/chat/completions)?")

    def handler(request: Request) -> Answer:
        if newer and request.path.startswith("/openai/v1/"):
            return plain(request)
        found = older.fullmatch(request.path)
        version = request.query("api-version")
        if not found or not version:
            return give(elsewhere, request)
        if keys and not set(keys_in(request, auth)) & set(keys):
            return give(rejected if keys_in(request) else no_key, request)
        name = found[1]
        if name is None:
            return give(listing, request)
        if versions and version not in versions:
            return give(unknown_version, request)
        if name not in deployments:
            return give(unknown_model, request)
        if request.json().get("stream"):
            return give(as_events([*chunks(name), DONE]) if stream is None else stream, request)
        return give(as_json(completion(name)) if chat is None else chat, request)

    return handler


def ollama(
    *keys: str,
    models: Sequence[str] = LLAMAS,
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "ollama-401",
    unknown_model: What = "ollama-model",
    elsewhere: What = "go-404",
    compatible: bool = True,
) -> Handler:
    """A sound Ollama, which asks for no key unless ``keys`` are given: ``/api/tags``, ``/api/chat`` (streams lines of
    JSON by default), and where it is ``compatible`` OpenAI's paths under ``/v1``.
    """
    beside = openai(*keys, models=models, rejected=rejected, unknown_model=unknown_model, elsewhere=elsewhere)

    def handler(request: Request) -> Answer:
        if request.path == "/":
            return as_text("Ollama is running")
        if request.path == "/api/version":
            return as_json({"version": "0.12.0"})
        if request.path == "/api/tags":  # served without a key, by the maker's cloud as well
            return give(model_list(models, "ollama") if listing is None else listing, request)
        if (request.method, request.path) != ("POST", "/api/chat"):
            return beside(request) if compatible else give(elsewhere, request)
        if keys and not set(keys_in(request, ("bearer",))) & set(keys):
            return give(rejected, request)
        asked = request.json()
        if asked.get("model") not in models:
            return give(unknown_model, request)
        rows = chat_lines(asked["model"])
        if asked.get("stream") is False:
            return give(as_json(spoken(asked["model"])) if chat is None else chat, request)
        return give(as_lines([line(row) for row in rows]) if stream is None else stream, request)

    return handler


def both(*worlds: Handler) -> Handler:
    """Doors side by side on one host: the first that does not answer 404."""

    def handler(request: Request) -> Answer:
        answer: Answer = Reply(404)
        for world in worlds:
            answer = world(request)
            if not isinstance(answer, Reply) or answer.status != 404:
                return answer
        return answer

    return handler


# -- what stands in front of a door ------------------------------------------------------------------------------------


def redirect(status: int, to: str = "", *, slash: bool = False) -> Handler:
    """To the same path at the origin ``to``, with a slash at the path's end where ``slash`` says so.

    A ``to`` with a path of its own is taken whole; an empty one is a redirect on the same origin.
    """

    def handler(request: Request) -> Answer:
        whole = to if urlsplit(to).path else f"{to}{request.path}{'/' if slash else ''}"
        return Reply(status, (("Location", whole), ("Content-Type", "text/html")))

    return handler


def slashed(world: Handler) -> Handler:
    """``world`` behind a router that knows its paths with a slash at the end alone, and redirects (307) to them."""

    def handler(request: Request) -> Answer:
        if not request.path.endswith("/"):
            return redirect(307, slash=True)(request)
        return world(replace(request, target=request.target.replace(request.path, request.path.rstrip("/"), 1)))

    return handler


def basic_auth(request: Request) -> Answer | None:
    """A filter: nginx's Basic authentication in front of everything."""
    return None if request.header("authorization").startswith("Basic ") else PAGES["basic-auth"]


def refuses(parameter: str, what: What) -> Filter:
    """A filter: ``what`` to a request whose JSON has ``parameter``, as a model that does not know ``max_tokens``."""
    return lambda request: give(what, request) if parameter in request.json() else None


def lacks(header: str, what: What) -> Filter:
    """A filter: ``what`` to a request without ``header``."""
    return lambda request: None if request.header(header) else give(what, request)


def proxy(port: int = 0, *, user: str = "", password: str = "", refused: What | None = None) -> Handler:
    """An HTTP proxy whose every CONNECT leads to ``port`` on loopback; with a user it asks for one (407)."""
    credentials = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def handler(request: Request) -> Answer:
        if user and request.header("proxy-authorization") != credentials:
            return as_html("<h1>407</h1>", 407, ("Proxy-Authenticate", 'Basic realm="proxy"'))
        if refused is not None:
            return give(refused, request)
        if request.method != "CONNECT":
            return as_text("this proxy knows CONNECT alone", 405)
        return [b"HTTP/1.1 200 Connection established\r\n\r\n", Tunnel("127.0.0.1", port)]

    return handler


# -- pages and other answers that no API gives -------------------------------------------------------------------------


def _nginx(status: int, title: str, server: str = "nginx") -> Reply:
    page = f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<h1>{status} {title}</h1>"
    return as_html(f"{page}\r\n<hr><center>{server}</center>\r\n</body>\r\n</html>", status, ("Server", server))


def _cloudflare(status: int, title: str, text: str, *headers: tuple[str, str]) -> Reply:
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return as_html(page, status, ("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA"), *headers)


def _spa(title: str) -> str:
    body = '<body><div id="root"></div><script type="module" src="/assets/index.js"></script></body>'
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head>{body}</html>'


PAGES: dict[str, Reply] = {
    "spa": as_html(_spa("New API")),
    "login": as_html(_spa("Sign in - Example Corp")),
    "basic-auth": Reply(
        401, (("WWW-Authenticate", 'Basic realm="Restricted"'), ("Content-Type", "text/html")), b"<h1>401</h1>"
    ),
    "cloudflare-access": Reply(
        302, (("Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example"),)
    ),
    "openresty-401": _nginx(401, "Authorization Required", "openresty"),
    "nginx-403": _nginx(403, "Forbidden"),
    "nginx-404": _nginx(404, "Not Found"),
    "nginx-405": _nginx(405, "Not Allowed"),
    "nginx-413": _nginx(413, "Request Entity Too Large"),
    "nginx-500": _nginx(500, "Internal Server Error"),
    "nginx-502": _nginx(502, "Bad Gateway"),
    "nginx-503": _nginx(503, "Service Temporarily Unavailable"),
    "nginx-504": _nginx(504, "Gateway Time-out"),
    "envoy-503": as_text("upstream connect error or disconnect/reset before headers", 503, ("Server", "envoy")),
    "traefik-404": as_text("404 page not found\n", 404),
    "go-404": as_text("404 page not found", 404),
    "express-404": as_html("<pre>Cannot POST /chat/completions</pre>", 404, ("X-Powered-By", "Express")),
    "google-404": as_html("<title>Error 404 (Not Found)!!1</title><p>That\u2019s an error.</p>", 404),
    "empty-401": Reply(401),
    "empty-403": Reply(403),
    "empty-404": Reply(404),
    "empty-405": Reply(405),
    "empty-500": Reply(500),
    "empty-502": Reply(502),
    "empty-503": Reply(503),
    "cloudflare-1010": as_text("error code: 1010", 403, ("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA")),
    "cloudflare-1020": _cloudflare(403, "Access denied", "Error code 1020"),
    "cloudflare-blocked": _cloudflare(403, "Attention Required! | Cloudflare", "Sorry, you have been blocked"),
    "cloudflare-challenge": _cloudflare(
        403, "Just a moment...", "Enable JavaScript and cookies to continue", ("CF-Mitigated", "challenge")
    ),
    "cloudflare-502": _cloudflare(502, "api.example | 502: Bad gateway", "Error code 502"),
    "cloudflare-520": _cloudflare(520, "api.example | 520: Web server is returning an unknown error", "Error code 520"),
    "cloudflare-522": _cloudflare(522, "api.example | 522: Connection timed out", "Error code 522"),
    "cloudflare-524": _cloudflare(524, "api.example | 524: A timeout occurred", "Error code 524"),
    "cloudflare-525": _cloudflare(525, "api.example | 525: SSL handshake failed", "Error code 525"),
    "cloudflare-530": as_text("error code: 1033", 530, ("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA")),
    "waf-405": as_html(
        "<title>405</title><p>Your request has been blocked as it may cause potential threats.</p>", 405
    ),
    "squid-403": as_html("<title>ERROR: The requested URL could not be retrieved</title><p>Access Denied.</p>", 403),
}

SERVED = _spa("New API")


def _raw(kind: str, body: bytes, *more: tuple[str, str], status: int = 200) -> bytes:
    """A head that promises ten bytes more than ``body`` has, and the body."""
    return head(status, (("Content-Type", kind), ("Content-Length", str(len(body) + 10)), *more)) + body


def _answers() -> dict[str, Answer]:
    sound = completion()
    whole = json.dumps(sound).encode()
    choice = sound["choices"][0]
    apart = {key: value for key, value in sound.items() if key != "choices"}
    json_type = (("Content-Type", "application/json"),)
    gzipped = (*json_type, ("Content-Encoding", "gzip"))
    half = len(whole) // 2
    return {
        "ok": as_json(sound),
        "html200": as_html(SERVED),
        "html200_gz": Reply(
            200, (("Content-Type", "text/html"), ("Content-Encoding", "gzip")), gzip.compress(SERVED.encode())
        ),
        "json_error200": as_json({"error": {"message": "boom upstream", "type": "upstream_error", "code": "500"}}),
        "json_errstr200": as_json({"error": "boom upstream"}),
        "json_codemsg200": as_json({"code": 401, "msg": "token invalid"}),
        "json_success_false": as_json({"success": False, "message": "boom upstream"}),
        "json_empty200": as_json({}),
        "json_list200": as_json([sound]),
        "json_null200": as_json(None),
        "json_string200": as_json("PONG"),
        "json_invalid200": Reply(200, json_type, whole[:half]),
        "json_nochoices": as_json(apart),
        "json_emptychoices": as_json({**apart, "choices": []}),
        "json_nullchoices": as_json({**apart, "choices": None}),
        "json_nullcontent": as_json(completion(text=None)),
        "json_anthropic_for_chat": as_json(message()),
        "json_chat_for_anthropic": as_json(sound),
        "json_nousage": as_json({key: value for key, value in sound.items() if key != "usage"}),
        "json_noid": as_json({key: value for key, value in sound.items() if key != "id"}),
        "json_strnums": as_json({**sound, "created": "1700000000", "usage": {"prompt_tokens": "9"}}),
        "json_bom": Reply(200, json_type, b"\xef\xbb\xbf" + whole),
        "json_ct_text": Reply(200, (("Content-Type", "text/plain"),), whole),
        "json_ct_html": Reply(200, (("Content-Type", "text/html"),), whole),
        "json_ct_none": Reply(200, (), whole),
        "json_ct_octet": Reply(200, (("Content-Type", "application/octet-stream"),), whole),
        "json_ct_problem": Reply(200, (("Content-Type", "application/problem+json"),), whole),
        "json_ct_upper": Reply(200, (("Content-Type", "Application/JSON"),), whole),
        "json_ct_sse": Reply(200, (("Content-Type", "text/event-stream"),), whole),
        "sse_for_nonstream": as_events([*chunks(), DONE]),
        "text200": as_text("OK"),
        "empty200_json": Reply(200, json_type),
        "empty200_noct": Reply(200),
        "ws_before_json": Reply(200, json_type, b"\n  \n" + whole),
        "gzip_json": Reply(200, gzipped, gzip.compress(whole)),
        "gzip_lie": Reply(200, gzipped, whole),
        "created201": as_json(sound, 201),
        "accepted202": as_json({"request_id": "r-1", "status": "queued"}, 202),
        "204": Reply(204),
        "304": Reply(304),
        "400_html": _nginx(400, "Bad Request"),
        "400_plain": as_text("bad thing", 400),
        "400_detail": as_json({"detail": "bad thing"}, 400),
        "400_errstr": as_json({"error": "bad thing"}, 400),
        "400_errlist": as_json([{"error": {"code": 400, "message": "bad thing", "status": "INVALID_ARGUMENT"}}], 400),
        "400_msg": as_json({"message": "bad thing top-level"}, 400),
        "400_empty": Reply(400),
        "429_ra1": as_json(ERRORS["openai-429"][1], 429, ("Retry-After", "1")),
        "429_ra3": as_json(ERRORS["openai-429"][1], 429, ("Retry-After", "3")),
        "close_nobyte": [Then.CLOSE],
        "rst_nobyte": [Then.RESET],
        "close_midbody": [_raw("application/json", whole[:half]), Then.CLOSE],
        "rst_midbody": [_raw("application/json", whole[:half]), Wait(0.02), Then.RESET],
        "close_midheaders": [b"HTTP/1.1 200 OK\r\nContent-Ty", Then.CLOSE],
        "chunked_cut": Reply(200, json_type, [whole[:half], Then.CLOSE]),
        "garbage": b"\x00\x01\x02 what is this\r\n\r\n",
        "http09": b"<html>hello</html>",
        "bad_header": b"HTTP/1.1 200 OK\r\nBad Header Line\r\nContent-Length: 2\r\n\r\n{}",
        "ok_noclose_lf": b"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: %d\n\n" % len(whole)
        + whole,
        "http10": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + whole,
        "close_delim": Reply(200, json_type, [whole], chunked=False),
        "never": [Then.STALL],
        "midbody_stall": [_raw("application/json", whole[:half]), Then.STALL],
        "headers_only": [head(200, (*json_type, ("Content-Length", "500"))), Then.STALL],
        "spent": as_json(completion(text="", finish="length", reasoning_content="Let me think about")),
        "spent_null": as_json(completion(text=None, finish="length")),
        "tool_call": as_json({**apart, "choices": [{**choice, "message": {"role": "assistant", "tool_calls": []}}]}),
        "substituted": as_json(completion("gpt-3.5-turbo-0125")),
        "dated": as_json(completion(f"{MODELS[0]}-2025-08-07")),
    }


# Answers to a chat request that is no stream, by name; the model is MODELS[0].
ANSWERS: dict[str, Answer] = _answers()

# The same for an Anthropic door; the model is CLAUDES[0].
ANTHROPIC_ANSWERS: dict[str, Answer] = {
    "ok": as_json(message()),
    "json_nocontent": as_json({key: value for key, value in message().items() if key != "content"}),
    "json_emptycontent": as_json(message(text=None)),
    "json_nullcontent": as_json({**message(), "content": None}),
    "json_error200": as_json(ERRORS["anthropic-529"][1]),
    "json_chat_for_anthropic": as_json(completion()),
    "thinking": as_json(message(thinking="The user wants a word.")),
    "spent": as_json(message(text=None, stop="max_tokens", thinking="The user wants")),
    "spent_empty": as_json(message(text=None, stop="max_tokens")),
    "substituted": as_json(message("claude-3-haiku-20240307")),
    "html200": as_html(SERVED),
}


def delayed(what: What, seconds: float) -> Handler:
    """``what``, so many seconds late."""

    def handler(request: Request) -> Answer:
        answer = give(what, request)
        if isinstance(answer, Reply) and isinstance(answer.body, bytes):
            length = ("Content-Length", str(len(answer.body)))
            return [Wait(seconds), head(answer.status, (*answer.headers, length)), answer.body, Then.KEEP]
        if isinstance(answer, Reply):
            return Reply(answer.status, answer.headers, [Wait(seconds), *answer.body])
        return [Wait(seconds), *([answer] if isinstance(answer, bytes) else answer)]

    return handler


def header_drip(every: float = 0.2) -> Handler:
    """A head that comes a byte at a time."""
    return always([Drip(head(200, (("Content-Type", "application/json"), ("X-Pad", "x" * 4096))), every), Then.CLOSE])


def endless_headers(request: Request) -> Answer:
    return (step for part in ([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-Pad: " + b"x" * 1000 + b"\r\n")) for step in part)


def endless_body(request: Request) -> Answer:
    return Reply(200, (("Content-Type", "application/json"),), repeat(b'{"padding": "' + b"x" * 16384))


def gzip_bomb(request: Request) -> Answer:
    """64 MiB of blanks in 64 KiB."""
    headers = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    return Reply(200, headers, gzip.compress(b" " * (64 << 20), 1))


# -- streams that are wrong --------------------------------------------------------------------------------------------


def _gzip_steps(parts: Sequence[bytes], bits: int = 31) -> list[Step]:
    squeeze = zlib.compressobj(wbits=bits)
    steps: list[Step] = [squeeze.compress(part) + squeeze.flush(zlib.Z_SYNC_FLUSH) for part in parts]
    return [*steps, squeeze.flush()]


def buffered(parts: Sequence[bytes], seconds: float) -> Reply:
    """Everything at once, after the time that the answer took."""
    return as_events([Wait(seconds), b"".join(parts)])


def _wire(parts: list[bytes], end: bytes, whole: dict[str, Any]) -> dict[str, Answer]:
    """What can go wrong with any event stream: its events, its last one, and the same answer in one piece."""
    sound = [*parts, end]
    body = b"".join(sound)
    begun = parts[:-1]  # all but the event that carries the finish
    torn = parts[-1][: len(parts[-1]) // 2]
    kind = (("Content-Type", "text/event-stream"),)
    boom = {"error": {"message": "boom upstream", "type": "server_error", "code": "500"}}
    overloaded = event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    return {
        "s_done": as_events(sound),
        "s_nodone": as_events(parts),
        "s_crlf": as_events(body.replace(b"\n", b"\r\n")),
        "s_cr": as_events(body.replace(b"\n", b"\r")),
        "s_comments": as_events([step for part in sound for step in (b": keep-alive\n\n", part)]),
        "s_openrouter": as_events([b": OPENROUTER PROCESSING\n\n"] * 3 + sound),
        "s_emptydata": as_events([b"data:\n\n", *sound]),
        "s_ping_event": as_events([b'event: ping\ndata: {"type": "ping"}\n\n', *sound]),
        "s_keepalive_event": as_events([b'event: keepalive\ndata: {"type": "keepalive"}\n\n', *sound]),
        "s_nospace": as_events(body.replace(b"data: ", b"data:").replace(b"event: ", b"event:")),
        "s_bom": as_events(b"\xef\xbb\xbf" + body),
        "s_id_retry": as_events([b"id: 1\nretry: 3000\n" + part for part in sound]),
        "s_no_blank_lines": as_events(body.replace(b"\n\n", b"\n")),
        "s_last_no_blank": as_events(body[:-2]),
        "s_last_no_blank_nodone": as_events(b"".join(parts)[:-2]),
        "s_jsonlines": as_events(body.replace(b"data: ", b"").replace(b"\n\n", b"\n")),
        "s_ndjson": as_events([p.split(b"data: ")[1][:-1] for p in parts], "application/x-ndjson"),
        "s_json_ignored": as_json(whole),
        "s_json_ignored_pretty": as_text(json.dumps(whole, indent=2), 200),
        "s_sse_ct_json": as_events(sound, "application/json"),
        "s_sse_ct_text": as_events(sound, "text/plain"),
        "s_sse_ct_html": as_events(sound, "text/html"),
        "s_sse_no_ct": as_events(sound, ""),
        "s_sse_ct_octet": as_events(sound, "application/octet-stream"),
        "s_html200": as_html(SERVED),
        "s_html_in_sse": as_events(SERVED.encode()),
        "s_empty": as_events([]),
        "s_empty_length0": Reply(200, kind),
        "s_only_done": as_events(DONE),
        "s_error_first": as_events([data(boom)]),
        "s_error_mid": as_events([*begun, data(boom)]),
        "s_error_mid_str": as_events([*begun, data({"error": "boom upstream"})]),
        "s_error_event": as_events([*begun, b"event: error\n" + data(boom)]),
        "s_error_event_first": as_events([overloaded]),
        "s_error_event_anthropic": as_events([*begun, overloaded]),
        "s_error_event_text": as_events([*begun, b"event: error\ndata: boom upstream\n\n"]),
        "s_error_codemsg": as_events([*begun, data({"code": 500, "msg": "boom upstream"})]),
        "s_error_nodata_json": as_events([*begun, json.dumps(boom).encode() + b"\n\n"]),
        "s_error_json_200": as_json(boom),
        "s_error_html_mid": as_events([*begun, b"<html><h1>502 Bad Gateway</h1></html>\n\n"]),
        "s_cut_chunked": [
            head(200, (*kind, ("Transfer-Encoding", "chunked"))),
            *(b"%x\r\n%b\r\n" % (len(part), part) for part in begun),
            b"%x\r\n%b" % (len(parts[-1]), torn),
            Then.CLOSE,
        ],
        "s_cut_chunked_boundary": as_events([*begun, Then.CLOSE]),
        "s_cut_rst": as_events([*begun, Wait(0.02), Then.RESET]),
        "s_cut_close": Reply(200, kind, [*begun, torn], chunked=False),
        "s_cut_close_boundary": Reply(200, kind, begun, chunked=False),
        "s_cut_clean_chunk": as_events([*begun, torn]),
        "s_cut_clean": as_events(begun),
        "s_stalled": as_events([*begun, Then.STALL]),
        "s_stalled_first": as_events([Then.STALL]),
        "s_gzip": as_events(_gzip_steps(sound), "text/event-stream", ("Content-Encoding", "gzip")),
        "s_gzip_buffered": as_events(gzip.compress(body), "text/event-stream", ("Content-Encoding", "gzip")),
        "s_deflate": as_events(_gzip_steps(sound, 15), "text/event-stream", ("Content-Encoding", "deflate")),
        "s_br_lie": as_events(sound, "text/event-stream", ("Content-Encoding", "br")),
        "s_gzip_lie": as_events(sound, "text/event-stream", ("Content-Encoding", "gzip")),
        "s_gzip_nohdr": as_events(gzip.compress(body)),
        "s_buffered": as_events(body),
        "s_bytewise": as_events([Drip(body, 0)]),
        "s_slow_ping": as_events([step for part in sound for step in (b": ping\n\n", Wait(0.02), part)]),
        "s_invalid_utf8": as_events([*begun, b"data: \xff\xfe\n\n", parts[-1], end]),
        "s_badjson_mid": as_events([*begun, b'data: {"unfinished": "\n\n', parts[-1], end]),
        "s_gbk": as_events([b"data: " + '"\u4f60\u597d"'.encode("gbk") + b"\n\n", *sound]),
        "s_extra_after_done": as_events([*sound, data({"extra": True})]),
        "s_done_appended": as_events([*sound, DONE]),
    }


def _without(key: str, **put: object) -> bytes:
    return data({**{name: value for name, value in chunk().items() if name != key}, **put})


def _streams() -> dict[str, Answer]:
    parts = chunks()
    thinking = [
        data(chunk(role="assistant", content=None, reasoning_content="")),
        data(chunk(content=None, reasoning_content="One word is asked.")),
    ]
    spoken = {
        **chunk(),
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
    }
    minimal = {"choices": [{"delta": {"content": TEXT}, "finish_reason": "stop"}]}
    return {
        **_wire(parts, DONE, completion()),
        "s_multiline_data": as_events([parts[0].replace(b", ", b",\ndata: ", 1), *parts[1:], DONE]),
        "s_done_nospace": as_events([*parts, b"data:[DONE]\n\n"]),
        "s_done_lower": as_events([*parts, b"data: [done]\n\n"]),
        "s_usage_chunk": as_events([*parts, usage(), DONE]),
        "s_choices_missing": as_events([_without("choices"), *parts, DONE]),
        "s_choices_null": as_events([_without("choices", choices=None), *parts, DONE]),
        "s_empty_first_choices": as_events([_without("choices", choices=[]), *parts, DONE]),
        "s_no_delta": as_events([_without("choices", choices=[{"index": 0, "finish_reason": None}]), *parts, DONE]),
        "s_message_not_delta": as_events([data(spoken), DONE]),
        "s_no_finish": as_events([*chunks(finish=None), DONE]),
        "s_finish_empty_str": as_events([*chunks(finish=None), data(chunk(finish="")), DONE]),
        "s_no_role": as_events([*parts[1:], DONE]),
        "s_no_id": as_events([data(minimal), DONE]),
        "s_minimal_full_content": as_events([data(chunk(finish="stop", role="assistant", content=TEXT)), DONE]),
        "s_reasoning": as_events([*thinking, *parts[1:], DONE]),
        "s_utf8_split": as_events([Drip(b"".join([*chunks(text="你好"), DONE]), 0)]),
        "s_anthropic_events": as_events([event(e) for e in events()]),
        "s_spent": as_events([*thinking, data(chunk(finish="length")), DONE]),
        "s_substituted": as_events([*chunks("gpt-3.5-turbo-0125"), DONE]),
        "s_finish_error": as_events([*parts[:-1], data(chunk(finish="error")), DONE]),
    }


def _anthropic_streams() -> dict[str, Answer]:
    told = events()
    parts = [event(e) for e in told]

    def but(*kinds: str) -> Reply:
        return as_events([event(e) for e in told if e["type"] not in kinds])

    def changed(kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Reply:
        return as_events([event(change(e) if e["type"] == kind else e) for e in told])

    bare = {key: value for key, value in told[0]["message"].items() if key != "usage"}
    stopped = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 16}}
    return {
        **_wire(parts[:-1], parts[-1], message()),
        "s_no_message_stop": but("message_stop"),
        "s_no_message_delta": but("message_delta"),
        "s_no_message_start": but("message_start"),
        "s_no_block_stop": but("content_block_stop"),
        "s_no_block_start": but("content_block_start"),
        "s_no_ping": but("ping"),
        "s_no_finish": but("message_delta", "message_stop"),
        "s_unknown_event": as_events([parts[0], event({"type": "vendor_note", "note": "hello"}), *parts[1:]]),
        "s_no_event_lines": as_events([data(e) for e in told]),
        "s_chat_chunks": as_events([*chunks(), DONE]),
        "s_usage_null": changed("message_delta", lambda e: {**e, "usage": None}),
        "s_start_no_usage": changed("message_start", lambda e: {**e, "message": bare}),
        "s_spent": as_events([parts[0], event(stopped), parts[-1]]),
    }


def _response_streams() -> dict[str, Answer]:
    told = response_events()
    parts = [event(one) for one in told]
    failed = {"status": "failed", "error": {"code": "server_error", "message": "boom upstream"}}
    short = {**response(), "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return {
        **_wire(parts[:-1], parts[-1], response()),
        "s_no_event_lines": as_events([data(one) for one in told]),
        "s_failed": as_events([*parts[:4], event({"type": "response.failed", "response": {**response(), **failed}})]),
        "s_spent": as_events([*parts[:2], event({"type": "response.incomplete", "response": short})]),
        "s_unknown_event": as_events([parts[0], event({"type": "response.vendor_note", "note": "hi"}), *parts[1:]]),
        "s_chat_chunks": as_events([*chunks(), DONE]),
    }


def _gemini_streams() -> dict[str, Answer]:
    pieces = generated_pieces()
    parts = [data(one) for one in pieces]
    thought = generated(text="One word is asked.")
    thought["candidates"][0]["content"]["parts"][0]["thought"] = True
    del thought["candidates"][0]["finishReason"]
    spent = {"candidates": [{"finishReason": "MAX_TOKENS", "index": 0}], "usageMetadata": {"thoughtsTokenCount": 16}}
    return {
        **_wire(parts[:-1], parts[-1], generated()),
        "s_array": as_json(pieces),
        "s_array_chunked": Reply(
            200,
            (("Content-Type", "application/json"),),
            [b"[", b",\r\n".join(json.dumps(one, indent=2).encode() for one in pieces), b"]"],
        ),
        "s_thinking": as_events([data(thought), *parts]),
        "s_spent": as_events([data(thought), data(spent)]),
        "s_no_finish": as_events(parts[:-1]),
        "s_error_google": as_events([*parts[:-1], data(ERRORS["gemini-503"][1])]),
        "s_chat_chunks": as_events([*chunks(GEMINIS[0]), DONE]),
    }


def _ollama_streams() -> dict[str, Answer]:
    parts = [line(one) for one in chat_lines()]
    thinking = {"model": LLAMAS[0], "message": {"role": "assistant", "content": "", "thinking": "Hm"}, "done": False}
    boom = line({"error": "boom upstream"})
    lines = (("Content-Type", "application/x-ndjson"),)
    return {
        "s_done": as_lines(parts),
        "s_buffered": as_lines([b"".join(parts)]),
        "s_bytewise": as_lines([Drip(b"".join(parts), 0)]),
        "s_crlf": as_lines([part.replace(b"\n", b"\r\n") for part in parts]),
        "s_last_no_line_end": as_lines([*parts[:-1], parts[-1].rstrip(b"\n")]),
        "s_ct_json": as_lines(parts, "application/json"),
        "s_ct_text": as_lines(parts, "text/plain"),
        "s_utf8_split": as_lines([Drip(b"".join(line(one) for one in chat_lines(text="\u4f60\u597d")), 0)]),
        "s_thinking": as_lines([line(thinking), *parts]),
        "s_spent": as_lines([line(thinking), line(spoken(text="", reason="length"))]),
        "s_old_done": as_lines(
            [*parts[:-1], line({"model": LLAMAS[0], "message": {"role": "assistant", "content": ""}, "done": True})]
        ),
        "s_blank_lines": as_lines([part + b"\n" for part in parts]),
        "s_nodone": as_lines(parts[:-1]),
        "s_json_ignored": as_json(spoken()),
        "s_error_first": as_lines([boom]),
        "s_error_mid": as_lines([*parts[:-1], boom]),
        "s_error_json_200": as_json({"error": "boom upstream"}),
        "s_badjson_mid": as_lines([parts[0], b'{"unfinished": "\n', *parts[1:]]),
        "s_invalid_utf8": as_lines([parts[0], b"\xff\xfe\n", *parts[1:]]),
        "s_html200": as_html(SERVED),
        "s_empty": as_lines([]),
        "s_events": as_events([*(data(one) for one in chat_lines())]),
        "s_chat_chunks": as_events([*chunks(LLAMAS[0]), DONE]),
        "s_cut_chunked": [
            head(200, (*lines, ("Transfer-Encoding", "chunked"))),
            b"%x\r\n%b" % (len(parts[0]), parts[0][:10]),
            Then.CLOSE,
        ],
        "s_cut_rst": as_lines([*parts[:-1], Wait(0.02), Then.RESET]),
        "s_cut_close": Reply(200, lines, [parts[0], parts[1][:20]], chunked=False),
        "s_cut_close_boundary": Reply(200, lines, parts[:-1], chunked=False),
        "s_stalled": as_lines([*parts[:-1], Then.STALL]),
        "s_stalled_first": as_lines([Then.STALL]),
    }


# Streams by name, for ``openai(stream=...)`` (the model is MODELS[0]) and so on for the others: the model is the first.
STREAMS: dict[str, Answer] = _streams()
ANTHROPIC_STREAMS: dict[str, Answer] = _anthropic_streams()
RESPONSES_STREAMS: dict[str, Answer] = _response_streams()
GEMINI_STREAMS: dict[str, Answer] = _gemini_streams()
OLLAMA_STREAMS: dict[str, Answer] = _ollama_streams()


# -- connections -------------------------------------------------------------------------------------------------------

# What happens before HTTP, for ``PracticeDoor(connect=...)``.
CONNECTIONS: dict[str, list[Step]] = {
    "close": [Then.CLOSE],
    "reset": [Then.RESET],
    "never": [Then.STALL],
    "ssh": [b"SSH-2.0-OpenSSH_9.6\r\n", Then.STALL],
    "smtp": [b"220 mail.example ESMTP Postfix\r\n", Then.STALL],
    "mysql": [b"J\x00\x00\x00\x0a8.0.36\x00", Then.STALL],
    "hello-reset": [Then.READ, Then.RESET],
    "hello-close": [Then.READ, Then.CLOSE],
    "hello-stall": [Then.READ, Then.STALL],
    "hello-plain-400": [Then.READ, head(400, [("Connection", "close")]), Then.CLOSE],
    "hello-alert": [Then.READ, b"\x15\x03\x03\x00\x02\x02\x28", Then.CLOSE],  # TLS alert 40, handshake_failure
    "hello-unrecognized": [Then.READ, b"\x15\x03\x03\x00\x02\x02\x70", Then.CLOSE],  # alert 112, unrecognized_name
    "hello-version": [Then.READ, b"\x15\x03\x03\x00\x02\x02\x46", Then.CLOSE],  # alert 70, protocol_version
    "garbage": [Then.READ, b"\x00\x01\x02\x03\xff\xfe", Then.CLOSE],
}
