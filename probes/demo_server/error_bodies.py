"""Error response bodies in the providers' formats."""

from __future__ import annotations

import json
import re
from typing import Any

from probes.demo_server.answers import keys_in
from probes.demo_server.server import Answer, Handler, Reply, Request


def masked(key: str) -> str:
    """Mask a key as OpenAI does in its error messages, for example ``sk-proj-********abcd``."""
    return f"{key[:8]}{'*' * max(len(key) - 12, 0)}{key[-4:]}" if len(key) > 12 else "*" * len(key)


def _openai(
    status: int, message: str, type_: str = "invalid_request_error", code: object = None, **more: object
) -> Any:
    return status, {"error": {"message": message, "type": type_, "param": None, "code": code, **more}}


def _anthropic(status: int, type_: str, message: str) -> Any:
    return status, {"type": "error", "error": {"type": type_, "message": message}, "request_id": "req_practice"}


def _google(status: int, name: str, message: str, *reasons: str) -> Any:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason} for reason in reasons]
    return status, {"error": {"code": status, "message": message, "status": name, "details": details}}


# Status and body by provider and case. <key>, <masked>, <last4>, <model>, <method> and <path> are placeholders for the
# values in the request. Source: vendors' responses collected in the facts (errors.md); messages are shortened.
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
    """Return a handler that sends an error of :data:`ERRORS` with the key, model and path of the request.

    Raises KeyError if there is no error of this name.
    """
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
