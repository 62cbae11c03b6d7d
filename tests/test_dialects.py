"""What each house says when something is wrong, and the code that is read from it.

The bodies are as they come on the wire, one to a line.
"""

# ruff: noqa: SIM905 -- a body is easier to check against its source when it is not broken up
from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.dialects import Match, classify, classify_error, match_text, rows
from probes.model import Answer, ApiError, Attempt, Auth, Body, Exchange, KeyForm, StreamReading
from probes.protocols.errors import parse_json, read_error

# The codes of the contract, section 3, and the two that are judged with what else was seen.
CODES = frozenset(
    """
    settings.missing_key settings.swapped settings.wrong_variable settings.conflict settings.project_override
    url.invalid url.scheme_missing url.stray_characters url.plaintext url.host_typo url.not_api_host url.endpoint_included
    url.version_missing url.version_doubled url.double_slash url.path_wrong
    key.placeholder key.unexpanded key.stray_characters key.bearer_prefix key.several key.masked key.truncated
    key.wrong_kind key.official_elsewhere key.wrong_door key.wrong_region key.wrong_plan key.wrong_resource
    http.timeout http.closed http.not_http http.redirected http.blocked http.front_auth http.header_rejected
    http.too_large http.gateway_error http.server_error
    shape.web_page shape.not_llm_api shape.wrong_protocol shape.error_as_success shape.malformed_answer
    auth.rejected auth.header_style auth.header_lost auth.expired auth.not_permitted auth.ip_not_allowed auth.upstream
    access.region_blocked access.client_refused
    model.not_found model.not_permitted model.no_channel model.wrong_endpoint model.parameter_rejected model.substituted
    quota.exhausted quota.rate_limited quota.overloaded
    stream.ignored stream.malformed stream.error_inside stream.cut stream.stalled stream.buffered stream.no_terminator
    app.cors app.mixed_content app.sdk_mismatch app.private_refused app.base_url_ignored
    path proxy_page
    """.split()
)


@dataclass(frozen=True)
class Case:
    name: str
    code: str
    status: int
    body: str
    door: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key_good: bool | str | None = "any"
    values: Mapping[str, str] = field(default_factory=dict)


def openai(message: str, kind: str = "invalid_request_error", code: str = "null", param: str = "null") -> str:
    def quoted(value: str) -> str:
        return value if value == "null" or value.isdigit() else f'"{value}"'

    return f'{{"error":{{"message":"{message}","type":{quoted(kind)},"param":{quoted(param)},"code":{quoted(code)}}}}}'


def anthropic(kind: str, message: str) -> str:
    return f'{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"req_011CTest"}}'


def google(code: int, status: str, message: str, reason: str = "") -> str:
    details = (
        f',"details":[{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{reason}","domain":"googleapis.com"}}]'
        if reason
        else ""
    )
    return f'{{"error":{{"code":{code},"message":"{message}","status":"{status}"{details}}}}}'


def relay(message: str, code: str = "", kind: str = "new_api_error") -> str:
    stamp = "(request id: 20261122080000123456789abcDEFgh)"
    return f'{{"error":{{"message":"{message} {stamp}","type":"{kind}","param":"","code":"{code}"}}}}'


def page(title: str, server: str = "") -> str:
    foot = f"<hr><center>{server}</center>" if server else ""
    return f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n{foot}\r\n</body>"


CASES = [
    # -- OpenAI
    Case("openai no key", "auth.header_lost", 401, openai("You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth"), "openai"),
    Case("openai no key, responses", "auth.header_lost", 401, openai("Missing bearer or basic authentication in header"), "openai"),
    Case("openai wrong key", "auth.rejected", 401, openai("Incorrect API key provided: sk-proj-***Z9Qa. You can find your API key at https://platform.openai.com/account/api-keys.", code="invalid_api_key"), "openai", key_good=False),
    Case("openai is given a groq key", "auth.rejected", 401, openai("Incorrect API key provided: gsk_Ab12****************wxyz. You can find your API key at https://platform.openai.com/account/api-keys.", code="invalid_api_key"), "openai", values={"echoed": "gsk_Ab12"}),
    Case("openai session ended", "auth.expired", 401, openai("Your session has ended. Please log in again.", code="app_session_terminated"), "openai"),
    Case("openai no quota", "quota.exhausted", 429, openai("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"), "openai", key_good=True),
    Case("openai rate", "quota.rate_limited", 429, openai("Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000. Please try again in 2.5s.", "tokens", "rate_limit_exceeded"), "openai", key_good=True, values={"retry_after": "2.5"}),
    Case("openai unknown model", "model.not_found", 404, openai("The model `gpt-9` does not exist or you do not have access to it.", code="model_not_found"), "openai", key_good=True),
    Case("openai unknown model, responses", "model.not_found", 400, openai("The requested model 'gpt-9' does not exist.", code="model_not_found", param="model"), "openai"),
    Case("openai project lacks model", "model.not_permitted", 403, openai("Project `proj_x` does not have access to model `gpt-4o-mini`", code="model_not_found"), "openai"),
    Case("openai region", "access.region_blocked", 403, openai("Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"), "openai", key_good=None),
    Case("openai wrong path", "path", 404, openai("Invalid URL (POST /v1/chat/completions/chat/completions)"), "openai", key_good=None),
    Case("openai unknown url", "path", 404, openai("Unknown request URL: POST /chat/completions. Please check the URL for typos", code="unknown_url"), "openai"),
    Case("openai max_tokens", "model.parameter_rejected", 400, openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", code="unsupported_parameter", param="max_tokens"), "openai", key_good=True),
    Case("openai temperature", "model.parameter_rejected", 400, openai("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", code="unsupported_value", param="temperature"), "openai"),
    Case("openai verified organisation", "model.not_permitted", 400, openai("Your organization must be verified to stream this model. Please go to settings", code="unsupported_value", param="stream"), "openai"),
    Case("openai missing scopes", "auth.not_permitted", 401, openai("You have insufficient permissions for this operation. Missing scopes: model.request. Check that you have the correct role"), "openai", key_good=True),
    Case("openai ip list", "auth.ip_not_allowed", 401, openai("Your IP address is not authorized for this project", code="ip_not_authorized"), "openai"),
    Case("openai no organisation", "auth.not_permitted", 401, openai("You must be a member of an organization to use the API.", code="no_organization"), "openai"),
    Case("openai chat model at completions", "model.wrong_endpoint", 404, openai("This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?", param="model"), "openai"),
    Case("openai responses only", "model.wrong_endpoint", 404, openai("This model is only supported in v1/responses and not in v1/chat/completions.", param="model"), "openai"),
    Case("openai server", "http.server_error", 500, openai("The server had an error while processing your request.", "server_error"), "openai"),
    Case("openai deactivated", "auth.expired", 401, openai("Your OpenAI account has been deactivated", code="account_deactivated"), "openai"),
    # -- Azure
    Case("azure wrong key", "auth.rejected", 401, '{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription"}}', "azure-openai"),
    Case("azure no key", "auth.header_lost", 401, '{"statusCode":401,"message":"Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."}', "azure-openai"),
    Case("azure deployment", "model.not_found", 404, '{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}', "azure-openai", key_good=True),
    Case("azure path", "path", 404, '{"error":{"code":"404","message": "Resource not found"}}', "azure-openai"),
    Case("apim path", "path", 404, '{"statusCode":404,"message":"Resource not found"}', None),
    Case("azure rate", "quota.rate_limited", 429, '{"error":{"code":"429","message":"Requests to the Creation Operation have exceeded call rate limit of your current pricing tier. Please retry after 20 seconds."}}', "azure-openai", values={"retry_after": "20"}),
    Case("azure network rules", "auth.ip_not_allowed", 403, '{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}', "azure-openai", key_good=None),
    # -- Anthropic
    Case("anthropic no key", "auth.header_lost", 401, anthropic("authentication_error", "x-api-key header is required"), "anthropic"),
    Case("anthropic wrong key", "auth.rejected", 401, anthropic("authentication_error", "invalid x-api-key"), "anthropic", key_good=False),
    Case("anthropic key as bearer", "auth.rejected", 401, anthropic("authentication_error", "Invalid bearer token"), "anthropic"),
    Case("anthropic oauth", "auth.rejected", 401, anthropic("authentication_error", "OAuth authentication is currently not supported."), "anthropic", values={"kind_hint": "1"}),
    Case("anthropic expired", "auth.expired", 401, anthropic("authentication_error", "OAuth token has expired. Please obtain a new token"), "anthropic"),
    Case("anthropic subscription token", "access.client_refused", 400, anthropic("invalid_request_error", "This credential is only authorized for use with Claude Code and cannot be used for other API requests."), "anthropic"),
    Case("anthropic permission", "auth.not_permitted", 403, anthropic("permission_error", "Your API key does not have permission to use the specified resource"), "anthropic"),
    Case("anthropic region", "access.region_blocked", 403, '{"error":{"type":"forbidden","message":"Request not allowed"}}', "anthropic", key_good=None),
    Case("anthropic no credit", "quota.exhausted", 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing"), "anthropic", key_good=True),
    Case("anthropic rate", "quota.rate_limited", 429, anthropic("rate_limit_error", "This request would exceed your organization's rate limit"), "anthropic", {"Retry-After": "17"}, values={"retry_after": "17"}),
    Case("anthropic model", "model.not_found", 404, anthropic("not_found_error", "model: claude-9"), "anthropic", key_good=True),
    Case("anthropic path", "path", 404, anthropic("not_found_error", "Not Found"), "anthropic"),
    Case("anthropic path named", "path", 404, anthropic("not_found_error", "/v1/v1/messages"), "anthropic"),
    Case("anthropic overloaded", "quota.overloaded", 529, anthropic("overloaded_error", "Overloaded"), "anthropic"),
    Case("anthropic version", "http.header_rejected", 400, anthropic("invalid_request_error", "anthropic-version: header is required"), "anthropic"),
    Case("anthropic beta", "http.header_rejected", 400, anthropic("invalid_request_error", "Unexpected value(s) `x-2025-01-01` for the `anthropic-beta` header."), "anthropic"),
    Case("bedrock beta flag", "http.header_rejected", 400, '{"message":"invalid beta flag"}', "bedrock"),
    Case("anthropic cors", "app.cors", 401, anthropic("authentication_error", "CORS requests must set 'anthropic-dangerous-direct-browser-access' header"), "anthropic", key_good=None),
    Case("anthropic too large", "http.too_large", 413, anthropic("request_too_large", "Request exceeds the maximum size"), "anthropic"),
    # -- Google
    Case("gemini no key", "auth.header_lost", 403, google(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity)."), "gemini"),
    Case("gemini wrong key", "auth.rejected", 400, google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"), "gemini", key_good=False),
    Case("gemini wrong key in an array", "auth.rejected", 400, f"[{google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID')}]", "gemini"),
    Case("gemini expired", "auth.expired", 400, google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", "API_KEY_INVALID"), "gemini"),
    Case("gemini leaked", "auth.expired", 403, google(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."), "gemini"),
    Case("gemini suspended", "auth.expired", 403, google(403, "PERMISSION_DENIED", "Permission denied: Consumer 'api_key:AIza' has been suspended.", "CONSUMER_SUSPENDED"), "gemini"),
    Case("gemini api off", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Generative Language API has not been used in project 1 before or it is disabled.", "SERVICE_DISABLED"), "gemini"),
    Case("gemini referrer", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Requests from referer <empty> are blocked.", "API_KEY_HTTP_REFERRER_BLOCKED"), "gemini"),
    Case("gemini address", "auth.ip_not_allowed", 403, google(403, "PERMISSION_DENIED", "The provided API key has an IP address restriction.", "API_KEY_IP_ADDRESS_BLOCKED"), "gemini"),
    Case("gemini region", "access.region_blocked", 400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), "gemini"),
    Case("gemini rate", "quota.rate_limited", 429, google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details. Please retry in 34.1s."), "gemini", values={"retry_after": "34.1"}),
    Case("gemini no free quota", "quota.exhausted", 429, google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Quota exceeded for metric: free_tier_requests, limit: 0"), "gemini"),
    Case("gemini model", "model.not_found", 404, google(404, "NOT_FOUND", "models/gemini-pro is not found for API version v1beta, or is not supported for generateContent. Call ListModels"), "gemini"),
    Case("gemini overloaded", "quota.overloaded", 503, google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."), "gemini"),
    Case("gemini openai path", "auth.header_lost", 400, f"[{google(400, 'INVALID_ARGUMENT', 'Missing or invalid Authorization header.')}]", "gemini"),
    Case("gemini wrapped twice", "auth.rejected", 400, r'{"error":{"message":"{\n  \"error\": {\n    \"code\": 400,\n    \"message\": \"API key not valid. Please pass a valid API key.\",\n    \"status\": \"INVALID_ARGUMENT\"}}","code":400,"status":"Bad Request"}}', "gemini"),
    Case("google 404 page", "path", 404, "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p>The requested URL <code>/v1/x</code> was not found on this server.", "vertex"),
    Case("vertex api key", "auth.rejected", 401, google(401, "UNAUTHENTICATED", "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials", "CREDENTIALS_MISSING"), "vertex", values={"kind_hint": "1"}),
    Case("vertex token ran out", "auth.expired", 401, google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED"), "vertex"),
    Case("vertex permission", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource"), "vertex"),
    Case("vertex model", "model.not_found", 404, google(404, "NOT_FOUND", "Publisher Model `projects/p/locations/us-central1/publishers/google/models/g` was not found or your project does not have access to it."), "vertex"),
    # -- Bedrock
    Case("bedrock key", "auth.rejected", 403, '{"Message":"Authentication failed: Please make sure your API Key is valid."}', "bedrock"),
    Case("bedrock key form", "auth.rejected", 403, '{"Message":"Invalid API Key format: Must start with pre-defined prefix"}', "bedrock"),
    Case("bedrock signature", "auth.rejected", 403, '{"message":"The security token included in the request is invalid."}', "bedrock"),
    Case("bedrock access", "model.not_permitted", 403, '{"message":"You don\'t have access to the model with the specified model ID."}', "bedrock"),
    Case("bedrock model", "model.not_found", 400, '{"message":"The provided model identifier is invalid."}', "bedrock"),
    Case("bedrock profile", "model.wrong_endpoint", 400, '{"message":"Invocation of model ID anthropic.x with on-demand throughput isn’t supported. Retry with an inference profile that contains this model."}', "bedrock"),
    # -- xAI, Mistral, Cohere
    Case("xai key", "auth.rejected", 400, '{"code":"Client specified an invalid argument","error":"Incorrect API key provided: gs***YA. You can obtain an API key from https://console.x.ai."}', "xai", key_good=False, values={"echoed": "gs"}),
    Case("xai purse", "quota.exhausted", 429, '{"code":"Some resource has been exhausted","error":"Your team 1b2c has either used all available credits or reached its monthly spending limit."}', "xai"),
    Case("xai no credits", "quota.exhausted", 403, '{"code":"personal-team-blocked:spending-limit","error":"Blocked."}', "xai"),
    Case("mistral key", "auth.rejected", 401, '{"detail":"Unauthorized"}', "mistral"),
    Case("codestral key", "auth.rejected", 401, '{"message":"Unauthorized","request_id":"aa11"}', "codestral"),
    Case("mistral model", "model.not_found", 400, '{"object":"error","message":"Invalid model: nope","type":"invalid_model","param":null,"code":"1500"}', "mistral"),
    Case("mistral capacity", "quota.overloaded", 429, '{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error","code":"3505"}', "mistral"),
    Case("mistral tier", "model.not_permitted", 403, '{"message":"This model is not available in your subscription tier"}', "mistral"),
    Case("mistral extra field", "model.parameter_rejected", 422, '{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted","input":false}]}', "mistral"),
    Case("cohere key", "auth.rejected", 401, '{"id":"1","message":"invalid api token"}', "cohere"),
    Case("cohere no key", "auth.header_lost", 401, '{"message":"no api key supplied"}', "cohere"),
    Case("cohere model", "model.not_found", 404, '{"id":"x","message":"model \'nope\' not found, make sure the correct model ID was used and that you have access to the model."}', "cohere"),
    # -- OpenRouter, Groq, Cerebras, NVIDIA
    Case("openrouter no key", "auth.header_lost", 401, '{"error":{"message":"No auth credentials found","code":401}}', "openrouter"),
    Case("openrouter no cookie", "auth.header_lost", 401, '{"error":{"message":"No cookie auth credentials found","code":401}}', "openrouter"),
    Case("openrouter missing header", "auth.header_lost", 401, '{"error":{"message":"Missing Authentication header","code":401}}', "openrouter"),
    Case("openrouter bad key", "auth.rejected", 401, '{"error":{"message":"User not found.","code":401}}', "openrouter", key_good=False),
    Case("openrouter clerk", "auth.rejected", 401, '{"error":{"message":"Invalid credentials","code":401}}', "openrouter", {"x-clerk-auth-message": "Invalid JWT form"}),
    Case("openrouter no credit", "quota.exhausted", 402, '{"error":{"message":"This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 4096.","code":402}}', "openrouter"),
    Case("openrouter reserve", "quota.exhausted", 402, '{"error":{"message":"You requested up to 64000 tokens, but can only afford 4096","code":402}}', "openrouter", values={"need": "64000", "have": "4096"}),
    Case("openrouter model", "model.not_found", 400, '{"error":{"message":"gpt-nope is not a valid model ID","code":400}}', "openrouter"),
    Case("openrouter no endpoints", "model.not_found", 404, '{"error":{"message":"No endpoints found for acme/nope.","code":404}}', "openrouter"),
    Case("openrouter tools", "model.parameter_rejected", 404, '{"error":{"message":"No endpoints found that support tool use.","code":404}}', "openrouter"),
    Case("openrouter policy", "model.not_permitted", 404, '{"error":{"message":"No endpoints found matching your data policy. Configure: https://openrouter.ai/settings/privacy","code":404}}', "openrouter"),
    Case("openrouter upstream rate", "quota.rate_limited", 429, r'{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\"}}","provider_name":"X"}},"user_id":"u"}', "openrouter"),
    Case("groq key", "auth.rejected", 401, openai("Invalid API Key", code="invalid_api_key"), "groq"),
    Case("groq retired", "model.not_found", 400, openai("The model `llama2` has been decommissioned and is no longer supported.", code="model_decommissioned"), "groq"),
    Case("groq network", "access.region_blocked", 403, '{"error":{"message":"Access denied. Please check your network settings."}}', "groq"),
    Case("cerebras key", "auth.rejected", 401, '{"message":"Wrong API Key","type":"invalid_request_error","param":"api_key","code":"wrong_api_key"}', "cerebras"),
    Case("cerebras purse", "quota.exhausted", 402, '{"message":"Please add a payment method to unlock your free credits.","type":"payment_required_error","code":"payment_required"}', "cerebras"),
    Case("cerebras rate", "quota.rate_limited", 429, '{"message":"Tokens per day limit exceeded","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}', "cerebras"),
    Case("nvidia key", "auth.rejected", 403, '{"status":403,"title":"Forbidden","detail":"Authorization failed"}', "nvidia", key_good=False),
    Case("nvidia gated", "model.not_permitted", 404, '{"status":404,"title":"Not Found","detail":"Function \'0a1b\': Not found for account \'acc\'"}', "nvidia", key_good=True),
    Case("nvidia credits", "quota.exhausted", 402, '{"status":402,"title":"Payment Required","detail":"Cloud credits expired - Please contact NVIDIA representatives"}', "nvidia"),
    Case("nvidia empty", "model.not_permitted", 404, "", "nvidia"),
    # -- Together and others
    Case("together limit", "quota.exhausted", 402, openai("Your account has reached its maximum allowed spending limit."), "together"),
    Case("fireworks suspended", "quota.exhausted", 412, '{"error":{"message":"Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.","code":"PRECONDITION_FAILED","type":"error"}}', "fireworks"),
    Case("fireworks model", "model.not_found", 404, '{"error":{"object":"error","type":"invalid_request_error","message":"Model not found, inaccessible, and/or not deployed"}}', "fireworks"),
    Case("fireworks list", "http.server_error", 500, '{"error":{"message":"Error listing deployed models"}}', "fireworks"),
    Case("deepinfra", "auth.rejected", 403, '{"detail":{"error":"Not authenticated"}}', "deepinfra"),
    Case("baseten", "auth.rejected", 403, "please check the api-key you provided", "baseten"),
    Case("sambanova busy", "quota.overloaded", 429, '{"error":{"message":"This model is currently experiencing high demand"}}', "sambanova"),
    Case("novita", "auth.rejected", 401, '{"code":401,"reason":"FAILED_TO_AUTH","message":"failed to authenticate API key"}', "novita"),
    Case("novita model", "model.not_found", 404, '{"code":404,"reason":"MODEL_NOT_FOUND","message":"model not found"}', "novita"),
    Case("nebius no key", "auth.header_lost", 401, '{"detail":"Couldn\'t authenticate. Reason: token is not present"}', "nebius"),
    Case("friendli", "auth.rejected", 401, '{"detail":"Unauthorized. Please provide a valid credential."}', "friendli"),
    Case("featherless gated", "model.not_permitted", 403, '{"error":{"message":"The model is gated","type":"forbidden"}}', "featherless"),
    Case("voyage model", "model.not_found", 400, '{"detail":"Model nope is not supported. Supported models are [\'voyage-3\']"}', "voyage"),
    Case("ai21", "auth.rejected", 400, '{"detail":"Bad request: bad or missing authentication."}', "ai21"),
    Case("wandb quota", "quota.exhausted", 402, '{"error":{"message":"You exceeded your current quota"}}', "wandb"),
    Case("wandb gateway", "auth.not_permitted", 403, '{"error":{"message":"The inference gateway is not enabled for your organization"}}', "wandb"),
    Case("chutes", "quota.exhausted", 402, '{"detail":"Quota exceeded and account balance is $0.0, please pay with fiat or send tao"}', "chutes"),
    Case("venice inactive", "auth.expired", 401, '{"error":"Authentication failed","code":"AUTHENTICATION_FAILED_INACTIVE_KEY"}', "venice"),
    Case("venice pro", "model.not_permitted", 401, '{"error":"This model is only for pro users","code":"PRO_ONLY_MODEL"}', "venice"),
    Case("llmgateway limit", "quota.exhausted", 401, openai("Unauthorized: LLMGateway API key reached its usage limit.", code="invalid_api_key"), None),
    Case("io.net", "model.wrong_endpoint", 400, '{"detail":"The requested model is not available for Chat Completions API"}', "ionet"),
    # -- Hugging Face, Perplexity, Ollama
    Case("hf password", "auth.rejected", 401, '{"error":"Invalid username or password."}', "huggingface"),
    Case("hf header", "auth.rejected", 401, '{"error":"Invalid credentials in Authorization header"}', "huggingface"),
    Case("hf scope", "auth.not_permitted", 403, '{"error":"This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x"}', "huggingface"),
    Case("hf credits", "quota.exhausted", 402, '{"error":"You have exceeded your monthly included credits for Inference Providers."}', "huggingface"),
    Case("perplexity key", "auth.rejected", 401, page("401 Authorization Required", "openresty/1.25"), "perplexity", key_good=False),
    Case("perplexity model", "model.not_found", 400, '{"error":{"message":"Invalid model \'x\'. Permitted models can be found in the documentation","type":"invalid_model","code":400}}', "perplexity"),
    Case("ollama model", "model.not_found", 404, '{"error":"model \'mistral\' not found, try pulling it first"}', "ollama-local", key_good=None),
    Case("ollama path", "path", 404, "404 page not found", "ollama-local"),
    Case("ollama host", "http.header_rejected", 403, "", "ollama-local"),
    Case("ollama cloud key", "auth.rejected", 401, '{"error":"unauthorized"}', "ollama-cloud"),
    Case("ollama plan", "model.not_permitted", 403, '{"error":"this model requires a subscription, upgrade for access: https://ollama.com/upgrade"}', "ollama-cloud"),
    Case("ollama tools", "model.parameter_rejected", 400, '{"error":"registry.ollama.ai/library/deepseek-r1:1.5b does not support tools"}', "ollama-local"),
    # -- DeepSeek, Moonshot, Kimi, Zhipu, DashScope
    Case("deepseek key", "auth.rejected", 401, openai("Authentication Fails, Your api key: ****_KEY is invalid", "authentication_error", "invalid_request_error"), "deepseek", values={"echoed_tail": "_KEY"}),
    Case("deepseek format", "auth.header_lost", 401, openai("Authentication Fails (auth header format should be Bearer sk-...)", "authentication_error", "invalid_request_error"), "deepseek"),
    Case("deepseek purse", "quota.exhausted", 402, openai("Insufficient Balance", "unknown_error", "invalid_request_error"), "deepseek"),
    Case("deepseek model", "model.not_found", 400, openai("Model Not Exist", code="invalid_request_error"), "deepseek", key_good=True),
    Case("moonshot key", "auth.rejected", 401, '{"error":{"message":"Invalid Authentication","type":"invalid_authentication_error"}}', "moonshot-cn"),
    Case("moonshot model", "model.not_found", 404, '{"error":{"message":"Not found the model nope or Permission denied","type":"resource_not_found_error"}}', "moonshot-intl"),
    Case("moonshot purse", "quota.exhausted", 429, '{"error":{"message":"Your account is not active, current state: exceeded quota","type":"exceeded_current_quota_error"}}', "moonshot-cn"),
    Case("moonshot rate", "quota.rate_limited", 429, '{"error":{"message":"Your account request reached max request: 3, please try again after 1 seconds","type":"rate_limit_reached_error"}}', "moonshot-cn", values={"retry_after": "1"}),
    Case("moonshot busy", "quota.overloaded", 429, '{"error":{"message":"The engine is currently overloaded, please try again later","type":"engine_overloaded_error"}}', "moonshot-cn"),
    Case("kimi client", "access.client_refused", 403, '{"error":{"message":"Kimi For Coding is currently only available for Coding Agents such as Kimi CLI, Claude Code","type":"access_terminated_error"}}', "kimi-code"),
    Case("kimi key", "auth.rejected", 401, anthropic("authentication_error", "The API Key appears to be invalid or may have expired. Please verify your credentials"), "kimi-code"),
    Case("kimi cycle", "quota.exhausted", 403, '{"error":{"message":"You have reached your usage limit for this billing cycle","type":"permission_error"}}', "kimi-code"),
    Case("zhipu no header", "auth.header_lost", 401, '{"error":{"code":"1001","message":"Header中未收到Authorization参数，无法进行身份验证。"}}', "zhipu-cn"),
    Case("zai no header", "auth.header_lost", 401, '{"error":{"code":"1001","message":"Authentication parameter not received in Header, unable to authenticate"}}', "zai"),
    Case("zhipu key", "auth.rejected", 401, '{"error":{"code":"401","message":"令牌已过期或验证不正确！"}}', "zhipu-cn"),
    Case("zhipu token ran out", "auth.expired", 401, '{"error":{"code":"1003","message":"Authorization Token已过期，请重新生成/获取。"}}', "zhipu-cn"),
    Case("zhipu purse", "quota.exhausted", 429, '{"error":{"code":"1113","message":"余额不足或无可用资源包,请充值。"}}', "zhipu-cn", key_good=True, values={"plan_hint": "1"}),
    Case("zai purse", "quota.exhausted", 429, '{"error":{"code":"1113","message":"Insufficient balance or no resource package. Please recharge."}}', "zai", values={"plan_hint": "1"}),
    Case("zai purse, anthropic", "quota.exhausted", 429, '{"type":"error","error":{"type":"rate_limit_error","code":"1113","message":"[1113][Insufficient balance or no resource package. Please recharge.]"},"request_id":"1"}', "zai"),
    Case("zhipu model", "model.not_found", 400, '{"error":{"code":"1211","message":"模型不存在，请检查模型代码。"}}', "zhipu-cn"),
    Case("zhipu rate", "quota.rate_limited", 429, '{"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}}', "zhipu-cn"),
    Case("zhipu busy", "quota.overloaded", 429, '{"error":{"code":"1305","message":"该模型当前访问量过大，请您稍后再试"}}', "zhipu-cn"),
    Case("zhipu five hours", "quota.rate_limited", 429, '{"error":{"code":"1308","message":"已达到 5 小时的使用上限。您的限额将在 12:00 重置。"}}', "zhipu-cn-coding"),
    Case("zhipu plan lacks model", "model.not_permitted", 429, '{"error":{"code":"1311","message":"当前订阅套餐暂未开放该模型权限"}}', "zhipu-cn-coding"),
    Case("spring path", "path", 404, '{"timestamp":"2026-11-22T08:00:00.000+00:00","status":404,"error":"Not Found","path":"/v4/v1/messages"}', "zhipu-cn", values={"path": "/v4/v1/messages"}),
    Case("dashscope key", "auth.rejected", 401, openai("Incorrect API key provided. For details, see: https://help.aliyun.com/#apikey-error", code="invalid_api_key"), "dashscope-cn"),
    Case("dashscope native", "auth.rejected", 401, '{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"0142"}', "dashscope-intl"),
    Case("dashscope coding", "auth.rejected", 401, '{"error":{"message":"invalid access token or token expired","type":"invalid_request_error"}}', "dashscope-coding-cn"),
    Case("dashscope free tier", "quota.exhausted", 403, openai("The free tier of the model has been exhausted.", "AllocationQuota.FreeTierOnly", "AllocationQuota.FreeTierOnly"), "dashscope-cn"),
    Case("dashscope overdue", "quota.exhausted", 400, '{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}', "dashscope-cn"),
    Case("dashscope rate", "quota.rate_limited", 429, openai("You exceeded your current quota, please check your plan", "insufficient_quota", "insufficient_quota"), "dashscope-cn"),
    Case("dashscope throttling", "quota.rate_limited", 429, '{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}', "dashscope-cn"),
    Case("dashscope access", "model.not_permitted", 403, '{"code":"Model.AccessDenied","message":"Model access denied."}', "dashscope-cn"),
    # -- MiniMax, SiliconFlow, Ark
    Case("minimax header", "auth.header_lost", 401, '{"type":"error","error":{"type":"authorized_error","message":"login fail: Please carry the API secret key in the \'Authorization\' field of the request header (1004)","http_code":"401"}}', "minimax-intl"),
    Case("minimax key", "auth.rejected", 401, '{"type":"error","error":{"type":"authorized_error","message":"invalid api key (2049)","http_code":"401"}}', "minimax-intl"),
    Case("minimax native", "auth.rejected", 200, '{"base_resp":{"status_code":2049,"status_msg":"invalid api key"}}', "minimax-cn", key_good=False),
    Case("minimax native header", "auth.header_lost", 200, '{"base_resp":{"status_code":1004,"status_msg":"login fail"}}', "minimax-cn"),
    Case("minimax purse 500", "quota.exhausted", 500, anthropic("api_error", "insufficient balance (1008)"), "minimax-cn", key_good=True),
    Case("minimax native purse", "quota.exhausted", 200, '{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}', None),
    Case("minimax native rate", "quota.rate_limited", 200, '{"base_resp":{"status_code":1002,"status_msg":"rate limit"}}', "minimax-cn"),
    Case("siliconflow no key", "auth.rejected", 401, '{"code":30014,"message":"Token is invalid.","data":null}', "siliconflow-cn"),
    Case("siliconflow key", "auth.rejected", 401, '"Api key is invalid"', "siliconflow-intl", key_good=False),
    Case("siliconflow bearer twice", "auth.rejected", 401, '"Invalid token"', "siliconflow-cn"),
    Case("siliconflow model", "model.not_found", 400, '{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}', "siliconflow-cn"),
    Case("siliconflow purse", "quota.exhausted", 403, '{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}', "siliconflow-cn"),
    Case("siliconflow real name", "auth.not_permitted", 403, '{"code":30003,"message":"该模型需要实名认证后才能使用","data":null}', "siliconflow-cn"),
    Case("ark key", "auth.rejected", 401, '{"error":{"code":"AuthenticationError","message":"The API key or AK/SK in the request is missing or invalid. Request id: 021718067849899d92fc","param":"","type":"Unauthorized"}}', "volcengine-ark"),
    Case("ark overdue", "quota.exhausted", 403, '{"error":{"code":"AccountOverdueError","message":"The request failed because your account has an overdue balance. Request id: 0217","param":"","type":"Forbidden"}}', "volcengine-ark"),
    Case("ark model", "model.not_found", 404, '{"error":{"code":"InvalidEndpointOrModel.NotFound","message":"The model or endpoint nope does not exist or you do not have access to it. Request id: 0217","param":"","type":"NotFound"}}', "volcengine-ark"),
    Case("ark model off", "model.not_permitted", 404, '{"error":{"code":"ModelNotOpen","message":"Your account 21 has not activated the model doubao. Request id: 0217","param":"","type":"NotFound"}}', "volcengine-ark"),
    Case("ark disabled", "model.not_permitted", 404, '{"error":{"code":"InvalidEndpointOrModel.ModelIDAccessDisabled","message":"model id access is disabled","type":"NotFound"}}', "volcengine-ark"),
    Case("ark rate", "quota.rate_limited", 429, '{"error":{"code":"RateLimitExceeded.EndpointTPMExceeded","message":"TPM exceeded","type":"TooManyRequests"}}', "volcengine-ark"),
    Case("ark overloaded", "quota.overloaded", 429, '{"error":{"code":"ServerOverloaded","message":"The service is currently unable to handle requests","type":"TooManyRequests"}}', "volcengine-ark"),
    # -- StepFun … ModelScope
    Case("xiaomi", "auth.rejected", 401, '{"error":{"message":"Invalid API Key","param":"Please provide valid API Key","code":"401","type":"invalid_key"}}', "xiaomi-token-plan-cn"),
    Case("xiaomi body", "model.parameter_rejected", 400, '{"error":{"message":"Param Incorrect","param":"temperature","code":"400","type":"bad_request"}}', "xiaomi"),
    Case("qianfan key", "auth.rejected", 401, '{"error":{"code":"invalid_iam_token","message":"invalid iam token","type":"invalid_request_error"},"id":"as-1"}', "qianfan"),
    Case("qianfan model", "model.not_permitted", 401, '{"error":{"code":"invalid_model","message":"No permission to use the model","type":"invalid_request_error"},"id":"as-1"}', "qianfan"),
    Case("qianfan parameter", "model.parameter_rejected", 401, '{"error":{"code":"no_parameter_permission","message":"no permission for the parameter","type":"access_denied"},"id":"as-1"}', "qianfan"),
    Case("qianfan legacy", "auth.rejected", 200, '{"error_code":110,"error_msg":"Access token invalid or no longer valid"}', "qianfan"),
    Case("tencent key", "auth.rejected", 401, '{"error":{"type":"authentication_error","code":"401002","message":"invalid api key","source":"gateway"}}', "tencent-tokenhub-cn"),
    Case("tencent free quota", "quota.exhausted", 402, '{"error":{"type":"permission_error","code":"403004","message":"endpoint is inactive: FREE_QUOTA_EXHAUSTED","source":"gateway"}}', "tencent-tokenhub-cn"),
    Case("tencent upstream key", "auth.upstream", 502, '{"error":{"type":"upstream_error","code":"502001","message":"upstream failed","source":"upstream","upstream_status":401}}', "tencent-tokenhub-cn"),
    Case("tencent native", "auth.rejected", 200, '{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"The SecretId is not found"},"RequestId":"1"}}', None),
    Case("spark", "auth.rejected", 401, '{"message":"HMAC signature cannot be verified: fail to retrieve credential"}', "spark", values={"kind_hint": "1"}),
    Case("spark app", "auth.not_permitted", 200, '{"error":{"code":"11200","message":"AppIdNoAuthError"}}', "spark"),
    Case("modelscope", "auth.rejected", 401, '{"error":{"message":"Authentication failed, please make sure that a valid ModelScope token is supplied.","request_id":"1"}}', "modelscope"),
    Case("modelscope unbound", "auth.not_permitted", 401, '{"error":{"message":"please bind your alibaba cloud account before use"}}', "modelscope"),
    # -- GitHub, Cloudflare, Vercel, OpenCode
    Case("github token", "auth.rejected", 401, '{"error":{"code":"unauthorized","message":"Bad credentials","details":"Bad credentials"}}', "github-models"),
    Case("github permission", "auth.not_permitted", 401, '{"error":{"code":"unauthorized","message":"The `models` permission is required to access this endpoint"}}', "github-models"),
    Case("github model", "model.not_found", 400, '{"error":{"code":"unknown_model","message":"Unknown model: nope"}}', "github-models"),
    Case("copilot expired", "auth.expired", 401, "IDE token expired: unauthorized: token expired", "github-copilot"),
    Case("copilot header", "http.header_rejected", 400, "bad request: missing Editor-Version header for IDE auth", "github-copilot"),
    Case("copilot pat", "auth.rejected", 400, "checking third-party user token: bad request: Personal Access Tokens are not supported for this endpoint", "github-copilot", values={"kind_hint": "1"}),
    Case("copilot scope", "auth.not_permitted", 401, "unauthorized: Personal Access Token does not have Copilot Requests permission", "github-copilot"),
    Case("copilot model", "model.not_permitted", 400, openai("The requested model is not supported.", code="model_not_supported", param="model"), "github-copilot"),
    Case("cloudflare token", "auth.rejected", 401, '{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}', "cloudflare-workers-ai"),
    Case("cloudflare account", "path", 404, '{"success":false,"errors":[{"code":7003,"message":"Could not route to /client/v4/accounts/x, perhaps your object identifier is invalid?"}],"result":null}', "cloudflare-workers-ai"),
    Case("vercel card", "quota.exhausted", 403, '{"error":{"type":"customer_verification_required","message":"AI Gateway requires a valid credit card on file to service requests."}}', "vercel-ai-gateway"),
    Case("opencode key", "auth.rejected", 401, '{"type":"error","error":{"type":"AuthError","message":"Invalid API key"}}', "opencode-zen"),
    Case("opencode no key", "auth.header_lost", 401, '{"type":"error","error":{"type":"AuthError","message":"Missing API key."}}', "opencode-zen"),
    Case("opencode credits", "quota.exhausted", 401, '{"type":"error","error":{"type":"CreditsError","message":"Insufficient balance. Manage your billing here: https://x"}}', "opencode-zen", key_good=True),
    Case("opencode model", "model.not_found", 401, '{"type":"error","error":{"type":"ModelError","message":"Model x is not supported"}}', "opencode-zen"),
    # -- relays, in the order in which they refuse
    Case("relay token", "auth.rejected", 401, relay("无效的令牌"), None, key_good=False),
    Case("relay token, escaped", "auth.rejected", 401, r'{"error":{"message":"\u65e0\u6548\u7684\u4ee4\u724c","type":"one_api_error"}}', None),
    Case("relay token, renamed", "auth.rejected", 401, relay("Invalid token", kind="yunwu_api_error"), None),
    Case("relay no token", "auth.header_lost", 401, relay("未提供令牌"), "newapi"),
    Case("relay expired", "auth.expired", 401, relay("该令牌已过期"), "newapi"),
    Case("relay state", "auth.expired", 401, relay("该令牌状态不可用"), "newapi"),
    Case("relay token used up", "quota.exhausted", 401, relay("该令牌额度已用尽"), "newapi"),
    Case("relay address", "auth.ip_not_allowed", 403, relay("您的 IP 不在令牌允许访问的列表中", "access_denied"), None),
    Case("relay banned", "auth.expired", 403, relay("用户已被封禁"), None),
    Case("relay group", "auth.not_permitted", 403, relay("无权访问 vip 分组"), None),
    Case("relay model", "model.not_permitted", 403, relay("该令牌无权访问模型 gpt-4o"), None),
    Case("one-api model", "model.not_permitted", 403, relay("该令牌无权使用模型：glm-4", kind="one_api_error"), None),
    Case("relay channel", "model.no_channel", 503, relay("当前分组 default 下对于模型 gpt-9 无可用渠道"), None, key_good=True, values={"group": "default", "model": "gpt-9"}),
    Case("relay channel, newer", "model.no_channel", 503, relay("分组 default 下模型 gpt-9 无可用渠道（distributor）", "model_not_found"), None),
    Case("relay channel, english", "model.no_channel", 503, relay("No available channel for model gpt-9 under group default", "model_not_found"), None),
    Case("relay quota", "quota.exhausted", 403, relay("user quota is not enough", "insufficient_user_quota", "one_api_error"), None, key_good=True),
    Case("relay reserve", "quota.exhausted", 403, relay("预扣费额度失败，用户剩余额度：$0.206574，需要预扣费额度：$24.314868", "insufficient_user_quota"), None, values={"have": "$0.206574", "need": "$24.314868"}),
    Case("relay saturated", "quota.overloaded", 429, relay("当前分组上游负载已饱和，请稍后再试"), None),
    Case("relay saturated, money", "quota.exhausted", 429, '{"error":{"message":"当前分组上游负载已饱和，请稍后再试","type":"insufficient_quota","code":"insufficient_quota"}}', None),
    Case("relay path", "path", 404, openai("Invalid URL (POST /chat/completions)"), None),
    Case("relay upstream key", "auth.upstream", 401, relay("Incorrect API key provided: sk-ab***yz. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_api_key", "invalid_request_error"), None, key_good=True),
    Case("relay upstream key as 500", "auth.upstream", 500, openai("Incorrect API key provided: sk-ab***yz.", "upstream_error"), None),
    Case("relay clients", "access.client_refused", 403, anthropic("forbidden", "This service is restricted to the official Claude Code client."), None),
    Case("relay clients, chinese", "access.client_refused", 403, '{"error":{"message":"该分组仅支持 Claude Code 客户端使用","type":"forbidden"}}', None),
    Case("relay no accounts", "model.no_channel", 503, '{"error":"No available Claude accounts support the requested model"}', None),
    # -- LiteLLM and servers of one's own
    Case("litellm key", "auth.rejected", 401, '{"error":{"message":"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...abcd, Key Hash (Token) =1f. Unable to find token in cache or `LiteLLM_VerificationTokenTable`","type":"token_not_found_in_db","param":"key","code":"401"}}', "litellm-proxy"),
    Case("litellm virtual key", "auth.rejected", 401, '{"error":{"message":"Authentication Error, LiteLLM Virtual Key expected. Received=not-needed, expected to start with \'sk-\'.","type":"auth_error","param":"None","code":"401"}}', None),
    Case("litellm no key", "auth.header_lost", 401, '{"error":{"message":"Authentication Error, No api key passed in.","type":"auth_error","param":"None","code":"401"}}', None),
    Case("litellm expired", "auth.expired", 401, '{"error":{"message":"Authentication Error - Expired Key. Key Expiry time 2026-01-01 and current time 2026-01-06","type":"expired_key","param":"None","code":"400"}}', None),
    Case("litellm model", "model.not_found", 400, '{"error":{"message":"/chat/completions: Invalid model name passed in model=x. Call `/v1/models` to view available models for your key.","type":"None","param":"None","code":"400"}}', None),
    Case("litellm model not allowed", "model.not_permitted", 401, '{"error":{"message":"key not allowed to access model. This key can only access models=[\'a\']. Tried to access b","type":"key_model_access_denied","param":"model","code":"401"}}', None),
    Case("litellm budget", "quota.exhausted", 400, '{"error":{"message":"Budget has been exceeded! Current cost: 1.2, Max budget: 1.0","type":"budget_exceeded","param":null,"code":"400"}}', None),
    Case("litellm upstream", "auth.upstream", 401, '{"error":{"message":"litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-ab***yz.","type":null,"param":null,"code":"401"}}', None),
    Case("llama.cpp key", "auth.rejected", 401, '{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}', "llamacpp"),
    Case("llama.cpp loading", "http.server_error", 503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}', "llamacpp"),
    Case("llama.cpp path", "path", 404, '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}', "llamacpp"),
    Case("vllm key", "auth.rejected", 401, '{"error":"Unauthorized"}', "vllm"),
    Case("vllm model", "model.not_found", 404, '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}', "vllm"),
    Case("vllm tools", "model.parameter_rejected", 400, r'{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400}', "vllm"),
    Case("vllm path", "path", 404, '{"detail":"Not Found"}', "vllm"),
    Case("lmstudio path", "path", 200, '{"error":"Unexpected endpoint or method. (POST /chat/completions)"}', "lmstudio"),
    Case("lmstudio token", "auth.header_lost", 401, '{"error":{"type":"invalid_request","code":"invalid_api_key","message":"An LM Studio API token is required to make requests to this server"}}', "lmstudio"),
    Case("express path", "path", 404, page("Error", "").replace("</h1>", "</h1><pre>Cannot POST /v1/messages</pre>"), None),
    Case("fastapi no header", "auth.header_lost", 422, '{"detail":[{"type":"missing","loc":["header","authorization"],"msg":"Field required","input":null}]}', None),
    Case("fastapi bearer", "auth.header_lost", 403, '{"detail":"Not authenticated"}', None),
    Case("aws gateway path", "path", 403, '{"message":"Missing Authentication Token"}', None, {"x-amzn-ErrorType": "MissingAuthenticationTokenException"}),
    Case("kong route", "path", 404, '{"message":"no Route matched with those values"}', None),
    # -- gateways
    Case("nginx 502", "http.gateway_error", 502, page("502 Bad Gateway", "nginx/1.24.0"), None, key_good=None),
    Case("openresty 504", "http.gateway_error", 504, page("504 Gateway Time-out", "openresty"), None),
    Case("tengine 503", "http.gateway_error", 503, page("503 Service Temporarily Unavailable", "Tengine"), None),
    Case("haproxy 503", "http.gateway_error", 503, "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>", None),
    Case("haproxy 504", "http.gateway_error", 504, "<html><body><h1>504 Gateway Time-out</h1>The server didn't respond in time.</body></html>", None),
    Case("caddy 502", "http.gateway_error", 502, "", None, {"server": "Caddy"}),
    Case("envoy 503", "http.gateway_error", 503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure", None),
    Case("envoy no upstream", "http.gateway_error", 503, "no healthy upstream", None),
    Case("kong 502", "http.gateway_error", 502, '{"message":"An invalid response was received from the upstream server"}', None),
    Case("aws elb 503", "http.gateway_error", 503, page("503 Service Temporarily Unavailable", "awselb/2.0"), None),
    Case("cloudflare 522", "http.gateway_error", 522, "error code: 522", None, {"server": "cloudflare"}),
    Case("cloudflare 521 page", "http.gateway_error", 521, "<!DOCTYPE html><html><head><title>api.example.com | 521: Web server is down</title></head></html>", None),
    Case("cloudflare 524 with json", "http.gateway_error", 524, openai("Upstream model provider is temporarily unavailable", "server_error"), None),
    Case("gateway json", "http.gateway_error", 502, '{"oops":1}', None),
    Case("api's own 503", "http.server_error", 503, openai("That did not work", "something_wrong"), None),
    # -- block pages, front doors
    Case("cloudflare 1010", "http.blocked", 403, "error code: 1010", None, {"server": "cloudflare"}),
    Case("cloudflare 1015", "http.blocked", 429, "error code: 1015", None),
    Case("cloudflare 1020", "http.blocked", 403, "error code: 1020", None),
    Case("cloudflare attention", "http.blocked", 403, "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1>", None),
    Case("cloudflare challenge", "http.blocked", 403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head>", None, {"cf-mitigated": "challenge"}),
    Case("akamai", "http.blocked", 403, "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access this server.<P>Reference&#32;&#35;18.4f</BODY>", None),
    Case("alibaba waf", "http.blocked", 405, '<!doctypehtml><html><meta charset="utf-8"><title>405</title><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p>', None),
    Case("cloudfront block", "http.blocked", 403, "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>Request blocked. We can't connect to the server. Generated by cloudfront (CloudFront)", None),
    Case("one line", "http.blocked", 403, "Your request was blocked.", None),
    Case("zscaler", "http.blocked", 200, "<html><head><title>Internet Security by Zscaler</title></head><body><img src=https://login.zscloud.net/logo.png>", None),
    Case("nginx 403", "http.blocked", 403, page("403 Forbidden", "nginx"), None),
    Case("basic auth", "http.front_auth", 401, page("401 Authorization Required", "nginx/1.24.0"), None, {"WWW-Authenticate": 'Basic realm="private"'}, key_good=None),
    Case("bearer challenge is the api's own", "auth.rejected", 401, '{"error":"invalid_token"}', None, {"www-authenticate": 'Bearer error="invalid_token"'}),
    Case("cloudflare access", "http.front_auth", 403, "<html><head><title>Forbidden - Cloudflare Access</title></head>", None),
    Case("sso redirect", "http.front_auth", 302, "", None, {"location": "https://acme.cloudflareaccess.com/cdn-cgi/access/login/llm.acme.dev"}),
    Case("login page", "http.front_auth", 401, "<html><head><title>Sign in - Authelia</title></head>", None),
    Case("tinyproxy", "proxy_page", 500, "<html><head><title>500 Unable to connect</title></head><body><p>Generated by <em>tinyproxy</em></p><p>Tinyproxy was unable to connect to the remote web server.", None),
    Case("squid", "proxy_page", 503, "<html><head><title>ERROR: The requested URL could not be retrieved</title></head><body>Generated by proxy1 (squid/5.7)", None, {"x-squid-error": "ERR_CONNECT_FAIL 111"}),
    Case("squid in the path of an api's error", "auth.rejected", 401, openai("Invalid API Key", code="invalid_api_key"), None, {"via": "1.1 proxy1 (squid/5.7)"}),
    Case("aiohttp 413", "http.too_large", 413, "Maximum request body size 1048576 exceeded, actual body size 2000000", None),
    Case("nginx 413", "http.too_large", 413, page("413 Request Entity Too Large", "nginx"), None),
    # -- statuses alone
    Case("401 unknown", "auth.rejected", 401, '{"oops":1}', None),
    Case("402 unknown", "quota.exhausted", 402, '{"oops":1}', None),
    Case("403 json", "auth.not_permitted", 403, '{"message":"Forbidden"}', None, key_good=None),
    Case("404 empty", "path", 404, "", None),
    Case("404 naming a model", "model.not_found", 404, '{"error":"no such thing as model x"}', None),
    Case("405 empty", "path", 405, "", None),
    Case("405 fastapi", "path", 405, '{"detail":"Method Not Allowed"}', None),
    Case("407", "proxy_page", 407, "", None),
    Case("429 empty", "quota.rate_limited", 429, "", None, {"retry-after": "3"}, key_good=None, values={"retry_after": "3"}),
    Case("500 json", "http.server_error", 500, '{"oops":1}', None),
    Case("500 empty", "http.server_error", 500, "", None),
    Case("529 empty", "quota.overloaded", 529, "", None),
    Case("422 naming a field", "model.parameter_rejected", 422, '{"detail":[{"type":"list_type","loc":["body","input"],"msg":"Input should be a list"}]}', None, values={"parameter": "input"}),
    # -- reworded, by nobody in particular
    Case("reworded key", "auth.rejected", 401, '{"error":{"message":"The supplied API key seems to be incorrect"}}', None, key_good=False),
    Case("reworded no key", "auth.header_lost", 403, '{"message":"An API key was not supplied; the Authorization header is empty"}', None),
    Case("reworded purse", "quota.exhausted", 403, '{"error":"Your credits are used up. Top up your wallet."}', None),
    Case("reworded rate", "quota.rate_limited", 429, '{"error":"Slow down: 20 requests per minute"}', None),
    Case("reworded model", "model.not_found", 422, '{"error":"Sorry, the model acme-7b could not be found"}', None),
    Case("reworded revoked", "auth.expired", 401, '{"error":"this key has been revoked by its owner"}', None),
    Case("reworded region", "access.region_blocked", 403, '{"error":"The service is not available in your country"}', None),
    Case("model not in this region", "model.not_found", 400, '{"error":"The model is not available in this region"}', None),
    Case("reworded feature", "model.parameter_rejected", 400, '{"error":"image input is not supported, tools are not supported"}', None),
    # -- Chinese of no known house
    Case("chinese key", "auth.rejected", 401, '{"code":401,"msg":"API密钥错误，请检查"}', None),
    Case("chinese missing", "auth.header_lost", 401, '{"code":401,"msg":"缺少API Key"}', None),
    Case("chinese purse", "quota.exhausted", 403, '{"code":403,"msg":"账户余额不足，请充值后重试"}', None),
    Case("chinese rate", "quota.rate_limited", 429, '{"code":429,"msg":"请求过于频繁，请稍后再试"}', None),
    Case("chinese busy", "quota.overloaded", 503, '{"code":503,"msg":"系统繁忙，请稍后再试"}', None),
    Case("chinese model", "model.not_found", 404, '{"code":404,"msg":"模型 gpt-9 不存在"}', None),
    Case("chinese region", "access.region_blocked", 403, '{"code":403,"msg":"您所在的国家或地区不支持使用该服务"}', None),
    Case("chinese path", "path", 404, '{"code":404,"msg":"请求的接口不存在"}', None),
    Case("chinese tools", "model.parameter_rejected", 400, '{"code":400,"msg":"该模型不支持工具调用"}', None),
    Case("chinese permission", "auth.not_permitted", 403, '{"code":403,"msg":"没有访问权限"}', None),
]  # fmt: skip


def read(case: Case) -> tuple[Match, ...]:
    known, value = parse_json(case.body)
    error = (read_error(value) if known else None) or ApiError()
    return classify_error(case.status, error, case.body, case.headers, case.door)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_says_what_it_means(case: Case) -> None:
    found = read(case)
    assert found, "nothing was read"
    first = found[0]
    assert first.code == case.code, [(m.code, m.confidence, m.dialect) for m in found]
    assert case.key_good == "any" or first.key_good is case.key_good, first
    assert dict(case.values).items() <= dict(first.values).items(), first
    assert 0 < len(first.why) <= 160
    assert [m.confidence for m in found] == sorted((m.confidence for m in found), reverse=True)
    assert len({m.code for m in found}) == len(found)


def test_a_good_many_bodies() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


def test_rows_are_sound() -> None:
    ids = [row.id for row in rows()]
    assert len(set(ids)) == len(ids)
    for row in rows():
        assert row.code in CODES, row.id
        assert 0 < row.confidence <= 1
        assert row.pattern or row.mark or row.mark_heads or row.header or row.status, row.id
        for pattern in (row.pattern, *(p for _, p in row.header)):
            re.compile(pattern)
            # One repeat inside another is where time explodes; an inner `?` is no repeat.
            assert not re.search(r"\([^()]*(?<!\\)[*+][^()]*\)[*+{]", pattern), row.id
            assert not re.search(r"(?<!\\)\.[*+]", pattern), row.id


def test_every_code_that_a_test_expects_is_in_the_contract() -> None:
    assert {case.code for case in CASES} <= CODES


def test_says_nothing_of_what_it_does_not_know() -> None:
    assert classify_error(400, ApiError(message="hm"), '{"error":"hm"}') == ()
    assert classify_error(200, ApiError(), "") == ()
    assert match_text("the weather is fine today") == ()
    assert match_text("""Unexpected token '<', "<!DOCTYPE "... is not valid JSON""") == ()


def test_an_error_inside_a_success_may_name_its_status() -> None:
    body = '{"error":{"message":"oops","code":402}}'
    assert classify_error(200, ApiError(message="oops", code="402"), body)[0].code == "quota.exhausted"


def exchange(**more: Any) -> Exchange:
    attempt = Attempt("openai", "https://relay.example/v1", Auth.BEARER, KeyForm.GIVEN)
    given: dict[str, Any] = {"status": 200, "body": Body.JSON} | more
    return Exchange(
        "chat", attempt, "POST", "https://relay.example/v1/chat/completions", "/v1/chat/completions", True, **given
    )


def test_reads_an_error_in_a_stream() -> None:
    reading = StreamReading("sse", error=ApiError("overloaded_error", "", "Overloaded", "", "anthropic"))
    assert classify(exchange(body=Body.SSE, stream=reading))[0].code == "quota.overloaded"


def test_reads_an_error_that_poses_as_an_answer() -> None:
    posing = Answer(text="[Router] Error: insufficient_quota, you exceeded your current quota.")
    first = classify(exchange(answer=posing))[0]
    assert first.code == "quota.exhausted"
    assert first.confidence < 0.7


def test_a_real_answer_is_no_error() -> None:
    assert classify(exchange(answer=Answer(text="Your API key is invalid? Rate limits …", completion_tokens=9))) == ()
    assert classify(exchange(answer=Answer(text="Hello! How can I help you today?"))) == ()


def test_reads_the_reason_phrase_the_title_and_the_location() -> None:
    assert classify(exchange(status=500, reason="Internal Privoxy Error", body=Body.EMPTY))[0].code == "proxy_page"
    late = exchange(status=403, body=Body.HTML, text="<!doctype html><script>1</script>", title="Just a moment...")
    assert classify(late)[0].code == "http.blocked"
    away = exchange(status=302, body=Body.EMPTY, location="https://login.microsoftonline.com/x/oauth2")
    assert classify(away)[0].code == "http.front_auth"


def test_a_page_that_comes_with_success_says_who_made_it_and_no_more() -> None:
    site = exchange(
        body=Body.HTML, text="<html><title>Docs</title>unsupported_value, rate limit, overloaded, API key expired"
    )
    assert classify(site) == ()
    walled = exchange(body=Body.HTML, text="<html><title>Zscaler</title> login.zscloud.net")
    assert [match.code for match in classify(walled)] == ["http.blocked"]


def test_no_answer_says_nothing() -> None:
    assert classify(exchange(status=0)) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("openai.AuthenticationError: Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-ab***yz.', 'code': 'invalid_api_key'}}", "auth.rejected"),
        ("Error code: 429 - {'error': {'message': '余额不足或无可用资源包,请充值。', 'code': '1113'}}", "quota.exhausted"),
        ("openai.NotFoundError: Error code: 404 - {'detail': 'Not Found'}", "path"),
        ("APIStatusError: Error code: 402 - Insufficient Balance", "quota.exhausted"),
        ("litellm.AuthenticationError: MoonshotException - Invalid Authentication", "auth.rejected"),
        ("llm request failed: insufficient_quota", "quota.exhausted"),
        ("ERROR stream: overloaded_error", "quota.overloaded"),
        ("当前分组 default 下对于模型 claude-x 无可用渠道", "model.no_channel"),
        ("blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present", "app.cors"),
        ("HTTP 429", "quota.rate_limited"),
        ('{"error":{"code":"404","message": "Resource not found"}}', "path"),
        ("HTTP 429 + error 1113 shown as a rate limit", "quota.exhausted"),
        ("401 Unauthorized from api.example.com", "auth.rejected"),
        ("403 <!DOCTYPE html><title>Attention Required! | Cloudflare</title>", "http.blocked"),
        ("404 page not found", "path"),
        ("User location is not supported for the API use.", "access.region_blocked"),
        ("Missing scopes: api.responses.write", "auth.not_permitted"),
        ("Kimi For Coding is currently only available for Coding Agents such as Kimi CLI", "access.client_refused"),
        ("400 Unsupported parameter: 'max_tokens' is not supported with this model.", "model.parameter_rejected"),
        ("model 'mistral' not found, try pulling it first", "model.not_found"),
        ("API密钥错误或失效，请检查API密钥！", "auth.rejected"),
    ],
)  # fmt: skip
def test_reads_pasted_text(text: str, code: str) -> None:
    found = match_text(text)
    assert found
    assert found[0].code == code, found


anything = st.text(max_size=300)
wordy = st.lists(
    st.sampled_from(["model", "key", "api", "invalid", "not found", "令牌", '{"', ":", "}", "\\ud800", "\\u4ee4", "<title>", "429", "\x1b", "\u202e"]),
    max_size=60,
).map(" ".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.integers(-1, 1200),
    anything | wordy,
    anything | wordy,
    anything,
    st.sampled_from(["zai", "openai", "nope", None]),
)
def test_never_raises(status: int, message: str, text: str, code: str, door: str | None) -> None:
    error = ApiError(type=code, code=message, message=message, param=code)
    for match in (*classify_error(status, error, text, {text: message, "Retry-After": text}, door), *match_text(text)):
        assert match.code in CODES
        assert len(match.why) <= 160
        assert match.why.isprintable()
        match.why.encode()


@pytest.mark.parametrize(
    "piece",
    ["model ", "key not ", "<title>", "a", "令牌", "request ", "\\u4ee4", '"type":', "no valid api key ", "token is "],
)
def test_no_text_takes_long(piece: str) -> None:
    began = time.perf_counter()
    match_text(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 3
