"""What each house says when something is wrong, and the code that is read from it.

The bodies are as they come on the wire, one to a line. `test_dialects.py` reads them, `test_dialect_worlds.py` stands
up a door that answers so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diagnose.dialects import Match, classify_error
from probes.model import ApiError
from probes.protocols.errors import parse_json, read_error


@dataclass(frozen=True, eq=False)
class Refusal:
    """One answer: what a house says (``door``: its id, None where it is no known one), and how it is to be read.

    A header ``:reason`` is the reason phrase. ``key_good`` is ``"any"`` where it does not matter; ``values`` are among
    those of the match. ``root`` is what a check names where that is another code (None: no check can meet this answer),
    ``text`` what is made of the same words in a pasted text; ``why`` says why. ``place`` is the request that is answered
    so: ``chat`` (with its stream), ``list`` or ``stream``; by default it goes with the code.
    """

    name: str
    code: str
    status: int
    body: str
    door: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key_good: bool | str | None = "any"
    values: Mapping[str, str] = field(default_factory=dict)
    root: str | None = ""
    text: str = ""
    why: str = ""
    place: str = ""


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


REFUSALS = [
    # -- OpenAI
    Refusal("openai no key", "auth.header_lost", 401, openai("You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth"), "openai"),
    Refusal("openai no key, responses", "auth.header_lost", 401, openai("Missing bearer or basic authentication in header"), "openai"),
    Refusal("openai wrong key", "auth.rejected", 401, openai("Incorrect API key provided: sk-proj-***Z9Qa. You can find your API key at https://platform.openai.com/account/api-keys.", code="invalid_api_key"), "openai", key_good=False),
    Refusal("openai is given a groq key", "auth.rejected", 401, openai("Incorrect API key provided: gsk_Ab12****************wxyz. You can find your API key at https://platform.openai.com/account/api-keys.", code="invalid_api_key"), "openai", values={"echoed": "gsk_Ab12"}, text="key.wrong_door", why="the head that it echoes is another house's"),
    Refusal("openai session ended", "auth.expired", 401, openai("Your session has ended. Please log in again.", code="app_session_terminated"), "openai"),
    Refusal("openai no quota", "quota.exhausted", 429, openai("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"), "openai", key_good=True),
    Refusal("openai rate", "quota.rate_limited", 429, openai("Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000. Please try again in 2.5s.", "tokens", "rate_limit_exceeded"), "openai", key_good=True, values={"retry_after": "2.5"}),
    Refusal("openai unknown model", "model.not_found", 404, openai("The model `gpt-9` does not exist or you do not have access to it.", code="model_not_found"), "openai", key_good=True),
    Refusal("openai unknown model, responses", "model.not_found", 400, openai("The requested model 'gpt-9' does not exist.", code="model_not_found", param="model"), "openai"),
    Refusal("openai project lacks model", "model.not_permitted", 403, openai("Project `proj_x` does not have access to model `gpt-4o-mini`", code="model_not_found"), "openai"),
    Refusal("openai region", "access.region_blocked", 403, openai("Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"), "openai", key_good=None),
    Refusal("openai wrong path", "path", 404, openai("Invalid URL (POST /v1/chat/completions/chat/completions)"), "openai", key_good=None, text="url.endpoint_included", why="the path that it names ends in an endpoint twice"),
    Refusal("openai unknown url", "path", 404, openai("Unknown request URL: POST /chat/completions. Please check the URL for typos", code="unknown_url"), "openai"),
    Refusal("openai max_tokens", "model.parameter_rejected", 400, openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", code="unsupported_parameter", param="max_tokens"), "openai", key_good=True),
    Refusal("openai temperature", "model.parameter_rejected", 400, openai("Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", code="unsupported_value", param="temperature"), "openai"),
    Refusal("openai verified organisation", "model.not_permitted", 400, openai("Your organization must be verified to stream this model. Please go to settings", code="unsupported_value", param="stream"), "openai"),
    Refusal("openai missing scopes", "auth.not_permitted", 401, openai("You have insufficient permissions for this operation. Missing scopes: model.request. Check that you have the correct role"), "openai", key_good=True),
    Refusal("openai ip list", "auth.ip_not_allowed", 401, openai("Your IP address is not authorized for this project", code="ip_not_authorized"), "openai"),
    Refusal("openai no organisation", "auth.not_permitted", 401, openai("You must be a member of an organization to use the API.", code="no_organization"), "openai"),
    Refusal("openai chat model at completions", "model.wrong_endpoint", 404, openai("This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?", param="model"), "openai"),
    Refusal("openai responses only", "model.wrong_endpoint", 404, openai("This model is only supported in v1/responses and not in v1/chat/completions.", param="model"), "openai"),
    Refusal("openai server", "http.server_error", 500, openai("The server had an error while processing your request.", "server_error"), "openai"),
    Refusal("openai deactivated", "auth.expired", 401, openai("Your OpenAI account has been deactivated", code="account_deactivated"), "openai"),
    # -- Azure
    Refusal("azure wrong key", "auth.rejected", 401, '{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription"}}', "azure-openai"),
    Refusal("azure no key", "auth.header_lost", 401, '{"statusCode":401,"message":"Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."}', "azure-openai"),
    Refusal("azure deployment", "model.not_found", 404, '{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}', "azure-openai", key_good=True),
    Refusal("azure path", "path", 404, '{"error":{"code":"404","message": "Resource not found"}}', "azure-openai"),
    Refusal("apim path", "path", 404, '{"statusCode":404,"message":"Resource not found"}', None),
    Refusal("azure rate", "quota.rate_limited", 429, '{"error":{"code":"429","message":"Requests to the Creation Operation have exceeded call rate limit of your current pricing tier. Please retry after 20 seconds."}}', "azure-openai", values={"retry_after": "20"}),
    Refusal("azure network rules", "auth.ip_not_allowed", 403, '{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}', "azure-openai", key_good=None),
    # -- Anthropic
    Refusal("anthropic no key", "auth.header_lost", 401, anthropic("authentication_error", "x-api-key header is required"), "anthropic"),
    Refusal("anthropic wrong key", "auth.rejected", 401, anthropic("authentication_error", "invalid x-api-key"), "anthropic", key_good=False),
    Refusal("anthropic key as bearer", "auth.rejected", 401, anthropic("authentication_error", "Invalid bearer token"), "anthropic"),
    Refusal("anthropic oauth", "auth.rejected", 401, anthropic("authentication_error", "OAuth authentication is currently not supported."), "anthropic", values={"kind_hint": "1"}, root="key.wrong_kind", text="key.wrong_kind", why="the answer says which kind of credential it wants"),
    Refusal("anthropic expired", "auth.expired", 401, anthropic("authentication_error", "OAuth token has expired. Please obtain a new token"), "anthropic"),
    Refusal("anthropic subscription token", "access.client_refused", 400, anthropic("invalid_request_error", "This credential is only authorized for use with Claude Code and cannot be used for other API requests."), "anthropic"),
    Refusal("anthropic permission", "auth.not_permitted", 403, anthropic("permission_error", "Your API key does not have permission to use the specified resource"), "anthropic"),
    Refusal("anthropic region", "access.region_blocked", 403, '{"error":{"type":"forbidden","message":"Request not allowed"}}', "anthropic", key_good=None),
    Refusal("anthropic no credit", "quota.exhausted", 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing"), "anthropic", key_good=True),
    Refusal("anthropic rate", "quota.rate_limited", 429, anthropic("rate_limit_error", "This request would exceed your organization's rate limit"), "anthropic", {"Retry-After": "17"}, values={"retry_after": "17"}),
    Refusal("anthropic model", "model.not_found", 404, anthropic("not_found_error", "model: claude-9"), "anthropic", key_good=True),
    Refusal("anthropic path", "path", 404, anthropic("not_found_error", "Not Found"), "anthropic"),
    Refusal("anthropic path named", "path", 404, anthropic("not_found_error", "/v1/v1/messages"), "anthropic"),
    Refusal("anthropic overloaded", "quota.overloaded", 529, anthropic("overloaded_error", "Overloaded"), "anthropic"),
    Refusal("anthropic version", "http.header_rejected", 400, anthropic("invalid_request_error", "anthropic-version: header is required"), "anthropic"),
    Refusal("anthropic beta", "http.header_rejected", 400, anthropic("invalid_request_error", "Unexpected value(s) `x-2025-01-01` for the `anthropic-beta` header."), "anthropic"),
    Refusal("bedrock beta flag", "http.header_rejected", 400, '{"message":"invalid beta flag"}', "bedrock"),
    Refusal("anthropic cors", "app.cors", 401, anthropic("authentication_error", "CORS requests must set 'anthropic-dangerous-direct-browser-access' header"), "anthropic", key_good=None, root=None, why="nothing but a browser's request is answered so"),
    Refusal("anthropic too large", "http.too_large", 413, anthropic("request_too_large", "Request exceeds the maximum size"), "anthropic"),
    # -- Google
    Refusal("gemini no key", "auth.header_lost", 403, google(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity)."), "gemini"),
    Refusal("gemini wrong key", "auth.rejected", 400, google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"), "gemini", key_good=False),
    Refusal("gemini wrong key in an array", "auth.rejected", 400, f"[{google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID')}]", "gemini"),
    Refusal("gemini expired", "auth.expired", 400, google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", "API_KEY_INVALID"), "gemini"),
    Refusal("gemini leaked", "auth.expired", 403, google(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."), "gemini"),
    Refusal("gemini suspended", "auth.expired", 403, google(403, "PERMISSION_DENIED", "Permission denied: Consumer 'api_key:AIza' has been suspended.", "CONSUMER_SUSPENDED"), "gemini"),
    Refusal("gemini api off", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Generative Language API has not been used in project 1 before or it is disabled.", "SERVICE_DISABLED"), "gemini"),
    Refusal("gemini referrer", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Requests from referer <empty> are blocked.", "API_KEY_HTTP_REFERRER_BLOCKED"), "gemini"),
    Refusal("gemini address", "auth.ip_not_allowed", 403, google(403, "PERMISSION_DENIED", "The provided API key has an IP address restriction.", "API_KEY_IP_ADDRESS_BLOCKED"), "gemini"),
    Refusal("gemini region", "access.region_blocked", 400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), "gemini"),
    Refusal("gemini rate", "quota.rate_limited", 429, google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details. Please retry in 34.1s."), "gemini", values={"retry_after": "34.1"}),
    Refusal("gemini no free quota", "quota.exhausted", 429, google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Quota exceeded for metric: free_tier_requests, limit: 0"), "gemini"),
    Refusal("gemini model", "model.not_found", 404, google(404, "NOT_FOUND", "models/gemini-pro is not found for API version v1beta, or is not supported for generateContent. Call ListModels"), "gemini"),
    Refusal("gemini overloaded", "quota.overloaded", 503, google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."), "gemini"),
    Refusal("gemini openai path", "auth.header_lost", 400, f"[{google(400, 'INVALID_ARGUMENT', 'Missing or invalid Authorization header.')}]", "gemini"),
    Refusal("gemini wrapped twice", "auth.rejected", 400, r'{"error":{"message":"{\n  \"error\": {\n    \"code\": 400,\n    \"message\": \"API key not valid. Please pass a valid API key.\",\n    \"status\": \"INVALID_ARGUMENT\"}}","code":400,"status":"Bad Request"}}', "gemini"),
    Refusal("google 404 page", "path", 404, "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p>The requested URL <code>/v1/x</code> was not found on this server.", "vertex", root="shape.not_llm_api", why="the right path holds a project's name, which nobody can guess"),
    Refusal("vertex api key", "auth.rejected", 401, google(401, "UNAUTHENTICATED", "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials", "CREDENTIALS_MISSING"), "vertex", values={"kind_hint": "1"}, root="key.wrong_kind", text="key.wrong_kind", why="the answer says which kind of credential it wants"),
    Refusal("vertex token ran out", "auth.expired", 401, google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED"), "vertex"),
    Refusal("vertex permission", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource"), "vertex"),
    Refusal("vertex model", "model.not_found", 404, google(404, "NOT_FOUND", "Publisher Model `projects/p/locations/us-central1/publishers/google/models/g` was not found or your project does not have access to it."), "vertex"),
    # -- Bedrock
    Refusal("bedrock key", "auth.rejected", 403, '{"Message":"Authentication failed: Please make sure your API Key is valid."}', "bedrock"),
    Refusal("bedrock key form", "auth.rejected", 403, '{"Message":"Invalid API Key format: Must start with pre-defined prefix"}', "bedrock"),
    Refusal("bedrock signature", "auth.rejected", 403, '{"message":"The security token included in the request is invalid."}', "bedrock"),
    Refusal("bedrock access", "model.not_permitted", 403, '{"message":"You don\'t have access to the model with the specified model ID."}', "bedrock"),
    Refusal("bedrock model", "model.not_found", 400, '{"message":"The provided model identifier is invalid."}', "bedrock"),
    Refusal("bedrock profile", "model.wrong_endpoint", 400, '{"message":"Invocation of model ID anthropic.x with on-demand throughput isn’t supported. Retry with an inference profile that contains this model."}', "bedrock"),
    # -- xAI, Mistral, Cohere
    Refusal("xai key", "auth.rejected", 400, '{"code":"Client specified an invalid argument","error":"Incorrect API key provided: gs***YA. You can obtain an API key from https://console.x.ai."}', "xai", key_good=False, values={"echoed": "gs"}, text="key.wrong_door", why="the head that it echoes is another house's"),
    Refusal("xai purse", "quota.exhausted", 429, '{"code":"Some resource has been exhausted","error":"Your team 1b2c has either used all available credits or reached its monthly spending limit."}', "xai"),
    Refusal("xai no credits", "quota.exhausted", 403, '{"code":"personal-team-blocked:spending-limit","error":"Blocked."}', "xai"),
    Refusal("mistral key", "auth.rejected", 401, '{"detail":"Unauthorized"}', "mistral"),
    Refusal("codestral key", "auth.rejected", 401, '{"message":"Unauthorized","request_id":"aa11"}', "codestral"),
    Refusal("mistral model", "model.not_found", 400, '{"object":"error","message":"Invalid model: nope","type":"invalid_model","param":null,"code":"1500"}', "mistral"),
    Refusal("mistral capacity", "quota.overloaded", 429, '{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error","code":"3505"}', "mistral"),
    Refusal("mistral tier", "model.not_permitted", 403, '{"message":"This model is not available in your subscription tier"}', "mistral"),
    Refusal("mistral extra field", "model.parameter_rejected", 422, '{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted","input":false}]}', "mistral"),
    Refusal("cohere key", "auth.rejected", 401, '{"id":"1","message":"invalid api token"}', "cohere"),
    Refusal("cohere no key", "auth.header_lost", 401, '{"message":"no api key supplied"}', "cohere"),
    Refusal("cohere model", "model.not_found", 404, '{"id":"x","message":"model \'nope\' not found, make sure the correct model ID was used and that you have access to the model."}', "cohere"),
    # -- OpenRouter, Groq, Cerebras, NVIDIA
    Refusal("openrouter no key", "auth.header_lost", 401, '{"error":{"message":"No auth credentials found","code":401}}', "openrouter"),
    Refusal("openrouter no cookie", "auth.header_lost", 401, '{"error":{"message":"No cookie auth credentials found","code":401}}', "openrouter"),
    Refusal("openrouter missing header", "auth.header_lost", 401, '{"error":{"message":"Missing Authentication header","code":401}}', "openrouter"),
    Refusal("openrouter bad key", "auth.rejected", 401, '{"error":{"message":"User not found.","code":401}}', "openrouter", key_good=False),
    Refusal("openrouter clerk", "auth.rejected", 401, '{"error":{"message":"Invalid credentials","code":401}}', "openrouter", {"x-clerk-auth-message": "Invalid JWT form"}),
    Refusal("openrouter no credit", "quota.exhausted", 402, '{"error":{"message":"This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 4096.","code":402}}', "openrouter"),
    Refusal("openrouter reserve", "quota.exhausted", 402, '{"error":{"message":"You requested up to 64000 tokens, but can only afford 4096","code":402}}', "openrouter", values={"need": "64000", "have": "4096"}),
    Refusal("openrouter model", "model.not_found", 400, '{"error":{"message":"gpt-nope is not a valid model ID","code":400}}', "openrouter"),
    Refusal("openrouter no endpoints", "model.not_found", 404, '{"error":{"message":"No endpoints found for acme/nope.","code":404}}', "openrouter"),
    Refusal("openrouter tools", "model.parameter_rejected", 404, '{"error":{"message":"No endpoints found that support tool use.","code":404}}', "openrouter"),
    Refusal("openrouter policy", "model.not_permitted", 404, '{"error":{"message":"No endpoints found matching your data policy. Configure: https://openrouter.ai/settings/privacy","code":404}}', "openrouter"),
    Refusal("openrouter upstream rate", "quota.rate_limited", 429, r'{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\"}}","provider_name":"X"}},"user_id":"u"}', "openrouter"),
    Refusal("groq key", "auth.rejected", 401, openai("Invalid API Key", code="invalid_api_key"), "groq"),
    Refusal("groq retired", "model.not_found", 400, openai("The model `llama2` has been decommissioned and is no longer supported.", code="model_decommissioned"), "groq"),
    Refusal("groq network", "access.region_blocked", 403, '{"error":{"message":"Access denied. Please check your network settings."}}', "groq"),
    Refusal("cerebras key", "auth.rejected", 401, '{"message":"Wrong API Key","type":"invalid_request_error","param":"api_key","code":"wrong_api_key"}', "cerebras"),
    Refusal("cerebras purse", "quota.exhausted", 402, '{"message":"Please add a payment method to unlock your free credits.","type":"payment_required_error","code":"payment_required"}', "cerebras"),
    Refusal("cerebras rate", "quota.rate_limited", 429, '{"message":"Tokens per day limit exceeded","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}', "cerebras"),
    Refusal("nvidia key", "auth.rejected", 403, '{"status":403,"title":"Forbidden","detail":"Authorization failed"}', "nvidia", key_good=False),
    Refusal("nvidia gated", "model.not_permitted", 404, '{"status":404,"title":"Not Found","detail":"Function \'0a1b\': Not found for account \'acc\'"}', "nvidia", key_good=True),
    Refusal("nvidia credits", "quota.exhausted", 402, '{"status":402,"title":"Payment Required","detail":"Cloud credits expired - Please contact NVIDIA representatives"}', "nvidia"),
    Refusal("nvidia empty", "model.not_permitted", 404, "", "nvidia"),
    # -- Together and others
    Refusal("together limit", "quota.exhausted", 402, openai("Your account has reached its maximum allowed spending limit."), "together"),
    Refusal("fireworks suspended", "quota.exhausted", 412, '{"error":{"message":"Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.","code":"PRECONDITION_FAILED","type":"error"}}', "fireworks"),
    Refusal("fireworks model", "model.not_found", 404, '{"error":{"object":"error","type":"invalid_request_error","message":"Model not found, inaccessible, and/or not deployed"}}', "fireworks"),
    Refusal("fireworks list", "http.server_error", 500, '{"error":{"message":"Error listing deployed models"}}', "fireworks"),
    Refusal("deepinfra", "auth.rejected", 403, '{"detail":{"error":"Not authenticated"}}', "deepinfra"),
    Refusal("baseten", "auth.rejected", 403, "please check the api-key you provided", "baseten"),
    Refusal("sambanova busy", "quota.overloaded", 429, '{"error":{"message":"This model is currently experiencing high demand"}}', "sambanova"),
    Refusal("novita", "auth.rejected", 401, '{"code":401,"reason":"FAILED_TO_AUTH","message":"failed to authenticate API key"}', "novita"),
    Refusal("novita model", "model.not_found", 404, '{"code":404,"reason":"MODEL_NOT_FOUND","message":"model not found"}', "novita"),
    Refusal("nebius no key", "auth.header_lost", 401, '{"detail":"Couldn\'t authenticate. Reason: token is not present"}', "nebius"),
    Refusal("friendli", "auth.rejected", 401, '{"detail":"Unauthorized. Please provide a valid credential."}', "friendli"),
    Refusal("featherless gated", "model.not_permitted", 403, '{"error":{"message":"The model is gated","type":"forbidden"}}', "featherless"),
    Refusal("voyage model", "model.not_found", 400, '{"detail":"Model nope is not supported. Supported models are [\'voyage-3\']"}', "voyage"),
    Refusal("ai21", "auth.rejected", 400, '{"detail":"Bad request: bad or missing authentication."}', "ai21"),
    Refusal("wandb quota", "quota.exhausted", 402, '{"error":{"message":"You exceeded your current quota"}}', "wandb"),
    Refusal("wandb gateway", "auth.not_permitted", 403, '{"error":{"message":"The inference gateway is not enabled for your organization"}}', "wandb"),
    Refusal("chutes", "quota.exhausted", 402, '{"detail":"Quota exceeded and account balance is $0.0, please pay with fiat or send tao"}', "chutes"),
    Refusal("venice inactive", "auth.expired", 401, '{"error":"Authentication failed","code":"AUTHENTICATION_FAILED_INACTIVE_KEY"}', "venice"),
    Refusal("venice pro", "model.not_permitted", 401, '{"error":"This model is only for pro users","code":"PRO_ONLY_MODEL"}', "venice"),
    Refusal("llmgateway limit", "quota.exhausted", 401, openai("Unauthorized: LLMGateway API key reached its usage limit.", code="invalid_api_key"), None),
    Refusal("io.net", "model.wrong_endpoint", 400, '{"detail":"The requested model is not available for Chat Completions API"}', "ionet"),
    # -- Hugging Face, Perplexity, Ollama
    Refusal("hf password", "auth.rejected", 401, '{"error":"Invalid username or password."}', "huggingface"),
    Refusal("hf header", "auth.rejected", 401, '{"error":"Invalid credentials in Authorization header"}', "huggingface"),
    Refusal("hf scope", "auth.not_permitted", 403, '{"error":"This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x"}', "huggingface"),
    Refusal("hf credits", "quota.exhausted", 402, '{"error":"You have exceeded your monthly included credits for Inference Providers."}', "huggingface"),
    Refusal("perplexity key", "auth.rejected", 401, page("401 Authorization Required", "openresty/1.25"), "perplexity", key_good=False),
    Refusal("perplexity model", "model.not_found", 400, '{"error":{"message":"Invalid model \'x\'. Permitted models can be found in the documentation","type":"invalid_model","code":400}}', "perplexity"),
    Refusal("ollama model", "model.not_found", 404, '{"error":"model \'mistral\' not found, try pulling it first"}', "ollama-local", key_good=None),
    Refusal("ollama path", "path", 404, "404 page not found", "ollama-local"),
    Refusal("ollama host", "http.header_rejected", 403, "", "ollama-local"),
    Refusal("ollama cloud key", "auth.rejected", 401, '{"error":"unauthorized"}', "ollama-cloud"),
    Refusal("ollama plan", "model.not_permitted", 403, '{"error":"this model requires a subscription, upgrade for access: https://ollama.com/upgrade"}', "ollama-cloud"),
    Refusal("ollama tools", "model.parameter_rejected", 400, '{"error":"registry.ollama.ai/library/deepseek-r1:1.5b does not support tools"}', "ollama-local"),
    # -- DeepSeek, Moonshot, Kimi, Zhipu, DashScope
    Refusal("deepseek key", "auth.rejected", 401, openai("Authentication Fails, Your api key: ****_KEY is invalid", "authentication_error", "invalid_request_error"), "deepseek", values={"echoed_tail": "_KEY"}),
    Refusal("deepseek format", "auth.header_lost", 401, openai("Authentication Fails (auth header format should be Bearer sk-...)", "authentication_error", "invalid_request_error"), "deepseek"),
    Refusal("deepseek purse", "quota.exhausted", 402, openai("Insufficient Balance", "unknown_error", "invalid_request_error"), "deepseek"),
    Refusal("deepseek model", "model.not_found", 400, openai("Model Not Exist", code="invalid_request_error"), "deepseek", key_good=True),
    Refusal("moonshot key", "auth.rejected", 401, '{"error":{"message":"Invalid Authentication","type":"invalid_authentication_error"}}', "moonshot-cn"),
    Refusal("moonshot model", "model.not_found", 404, '{"error":{"message":"Not found the model nope or Permission denied","type":"resource_not_found_error"}}', "moonshot-intl"),
    Refusal("moonshot purse", "quota.exhausted", 429, '{"error":{"message":"Your account is not active, current state: exceeded quota","type":"exceeded_current_quota_error"}}', "moonshot-cn"),
    Refusal("moonshot rate", "quota.rate_limited", 429, '{"error":{"message":"Your account request reached max request: 3, please try again after 1 seconds","type":"rate_limit_reached_error"}}', "moonshot-cn", values={"retry_after": "1"}),
    Refusal("moonshot busy", "quota.overloaded", 429, '{"error":{"message":"The engine is currently overloaded, please try again later","type":"engine_overloaded_error"}}', "moonshot-cn"),
    Refusal("kimi client", "access.client_refused", 403, '{"error":{"message":"Kimi For Coding is currently only available for Coding Agents such as Kimi CLI, Claude Code","type":"access_terminated_error"}}', "kimi-code"),
    Refusal("kimi key", "auth.rejected", 401, anthropic("authentication_error", "The API Key appears to be invalid or may have expired. Please verify your credentials"), "kimi-code"),
    Refusal("kimi cycle", "quota.exhausted", 403, '{"error":{"message":"You have reached your usage limit for this billing cycle","type":"permission_error"}}', "kimi-code"),
    Refusal("zhipu no header", "auth.header_lost", 401, '{"error":{"code":"1001","message":"Header中未收到Authorization参数，无法进行身份验证。"}}', "zhipu-cn"),
    Refusal("zai no header", "auth.header_lost", 401, '{"error":{"code":"1001","message":"Authentication parameter not received in Header, unable to authenticate"}}', "zai"),
    Refusal("zhipu key", "auth.rejected", 401, '{"error":{"code":"401","message":"令牌已过期或验证不正确！"}}', "zhipu-cn"),
    Refusal("zhipu token ran out", "auth.expired", 401, '{"error":{"code":"1003","message":"Authorization Token已过期，请重新生成/获取。"}}', "zhipu-cn"),
    Refusal("zhipu purse", "quota.exhausted", 429, '{"error":{"code":"1113","message":"余额不足或无可用资源包,请充值。"}}', "zhipu-cn", key_good=True, values={"plan_hint": "1"}),
    Refusal("zai purse", "quota.exhausted", 429, '{"error":{"code":"1113","message":"Insufficient balance or no resource package. Please recharge."}}', "zai", values={"plan_hint": "1"}),
    Refusal("zai purse, anthropic", "quota.exhausted", 429, '{"type":"error","error":{"type":"rate_limit_error","code":"1113","message":"[1113][Insufficient balance or no resource package. Please recharge.]"},"request_id":"1"}', "zai"),
    Refusal("zhipu model", "model.not_found", 400, '{"error":{"code":"1211","message":"模型不存在，请检查模型代码。"}}', "zhipu-cn"),
    Refusal("zhipu rate", "quota.rate_limited", 429, '{"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}}', "zhipu-cn"),
    Refusal("zhipu busy", "quota.overloaded", 429, '{"error":{"code":"1305","message":"该模型当前访问量过大，请您稍后再试"}}', "zhipu-cn"),
    Refusal("zhipu five hours", "quota.rate_limited", 429, '{"error":{"code":"1308","message":"已达到 5 小时的使用上限。您的限额将在 12:00 重置。"}}', "zhipu-cn-coding"),
    Refusal("zhipu plan lacks model", "model.not_permitted", 429, '{"error":{"code":"1311","message":"当前订阅套餐暂未开放该模型权限"}}', "zhipu-cn-coding"),
    Refusal("spring path", "path", 404, '{"timestamp":"2026-11-22T08:00:00.000+00:00","status":404,"error":"Not Found","path":"/v4/v1/messages"}', "zhipu-cn", values={"path": "/v4/v1/messages"}),
    Refusal("dashscope key", "auth.rejected", 401, openai("Incorrect API key provided. For details, see: https://help.aliyun.com/#apikey-error", code="invalid_api_key"), "dashscope-cn"),
    Refusal("dashscope native", "auth.rejected", 401, '{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"0142"}', "dashscope-intl"),
    Refusal("dashscope coding", "auth.rejected", 401, '{"error":{"message":"invalid access token or token expired","type":"invalid_request_error"}}', "dashscope-coding-cn"),
    Refusal("dashscope free tier", "quota.exhausted", 403, openai("The free tier of the model has been exhausted.", "AllocationQuota.FreeTierOnly", "AllocationQuota.FreeTierOnly"), "dashscope-cn"),
    Refusal("dashscope overdue", "quota.exhausted", 400, '{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}', "dashscope-cn"),
    Refusal("dashscope rate", "quota.rate_limited", 429, openai("You exceeded your current quota, please check your plan", "insufficient_quota", "insufficient_quota"), "dashscope-cn"),
    Refusal("dashscope throttling", "quota.rate_limited", 429, '{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}', "dashscope-cn"),
    Refusal("dashscope access", "model.not_permitted", 403, '{"code":"Model.AccessDenied","message":"Model access denied."}', "dashscope-cn"),
    # -- MiniMax, SiliconFlow, Ark
    Refusal("minimax header", "auth.header_lost", 401, '{"type":"error","error":{"type":"authorized_error","message":"login fail: Please carry the API secret key in the \'Authorization\' field of the request header (1004)","http_code":"401"}}', "minimax-intl"),
    Refusal("minimax key", "auth.rejected", 401, '{"type":"error","error":{"type":"authorized_error","message":"invalid api key (2049)","http_code":"401"}}', "minimax-intl"),
    Refusal("minimax native", "auth.rejected", 200, '{"base_resp":{"status_code":2049,"status_msg":"invalid api key"}}', "minimax-cn", key_good=False),
    Refusal("minimax native header", "auth.header_lost", 200, '{"base_resp":{"status_code":1004,"status_msg":"login fail"}}', "minimax-cn"),
    Refusal("minimax purse 500", "quota.exhausted", 500, anthropic("api_error", "insufficient balance (1008)"), "minimax-cn", key_good=True),
    Refusal("minimax native purse", "quota.exhausted", 200, '{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}', None),
    Refusal("minimax native rate", "quota.rate_limited", 200, '{"base_resp":{"status_code":1002,"status_msg":"rate limit"}}', "minimax-cn"),
    Refusal("siliconflow no key", "auth.rejected", 401, '{"code":30014,"message":"Token is invalid.","data":null}', "siliconflow-cn"),
    Refusal("siliconflow key", "auth.rejected", 401, '"Api key is invalid"', "siliconflow-intl", key_good=False),
    Refusal("siliconflow bearer twice", "auth.rejected", 401, '"Invalid token"', "siliconflow-cn"),
    Refusal("siliconflow model", "model.not_found", 400, '{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}', "siliconflow-cn"),
    Refusal("siliconflow purse", "quota.exhausted", 403, '{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}', "siliconflow-cn"),
    Refusal("siliconflow real name", "auth.not_permitted", 403, '{"code":30003,"message":"该模型需要实名认证后才能使用","data":null}', "siliconflow-cn"),
    Refusal("ark key", "auth.rejected", 401, '{"error":{"code":"AuthenticationError","message":"The API key or AK/SK in the request is missing or invalid. Request id: 021718067849899d92fc","param":"","type":"Unauthorized"}}', "volcengine-ark"),
    Refusal("ark overdue", "quota.exhausted", 403, '{"error":{"code":"AccountOverdueError","message":"The request failed because your account has an overdue balance. Request id: 0217","param":"","type":"Forbidden"}}', "volcengine-ark"),
    Refusal("ark model", "model.not_found", 404, '{"error":{"code":"InvalidEndpointOrModel.NotFound","message":"The model or endpoint nope does not exist or you do not have access to it. Request id: 0217","param":"","type":"NotFound"}}', "volcengine-ark"),
    Refusal("ark model off", "model.not_permitted", 404, '{"error":{"code":"ModelNotOpen","message":"Your account 21 has not activated the model doubao. Request id: 0217","param":"","type":"NotFound"}}', "volcengine-ark"),
    Refusal("ark disabled", "model.not_permitted", 404, '{"error":{"code":"InvalidEndpointOrModel.ModelIDAccessDisabled","message":"model id access is disabled","type":"NotFound"}}', "volcengine-ark"),
    Refusal("ark rate", "quota.rate_limited", 429, '{"error":{"code":"RateLimitExceeded.EndpointTPMExceeded","message":"TPM exceeded","type":"TooManyRequests"}}', "volcengine-ark"),
    Refusal("ark overloaded", "quota.overloaded", 429, '{"error":{"code":"ServerOverloaded","message":"The service is currently unable to handle requests","type":"TooManyRequests"}}', "volcengine-ark"),
    # -- StepFun … ModelScope
    Refusal("xiaomi", "auth.rejected", 401, '{"error":{"message":"Invalid API Key","param":"Please provide valid API Key","code":"401","type":"invalid_key"}}', "xiaomi-token-plan-cn"),
    Refusal("xiaomi body", "model.parameter_rejected", 400, '{"error":{"message":"Param Incorrect","param":"temperature","code":"400","type":"bad_request"}}', "xiaomi"),
    Refusal("qianfan key", "auth.rejected", 401, '{"error":{"code":"invalid_iam_token","message":"invalid iam token","type":"invalid_request_error"},"id":"as-1"}', "qianfan"),
    Refusal("qianfan model", "model.not_permitted", 401, '{"error":{"code":"invalid_model","message":"No permission to use the model","type":"invalid_request_error"},"id":"as-1"}', "qianfan"),
    Refusal("qianfan parameter", "model.parameter_rejected", 401, '{"error":{"code":"no_parameter_permission","message":"no permission for the parameter","type":"access_denied"},"id":"as-1"}', "qianfan"),
    Refusal("qianfan legacy", "auth.rejected", 200, '{"error_code":110,"error_msg":"Access token invalid or no longer valid"}', "qianfan"),
    Refusal("tencent key", "auth.rejected", 401, '{"error":{"type":"authentication_error","code":"401002","message":"invalid api key","source":"gateway"}}', "tencent-tokenhub-cn"),
    Refusal("tencent free quota", "quota.exhausted", 402, '{"error":{"type":"permission_error","code":"403004","message":"endpoint is inactive: FREE_QUOTA_EXHAUSTED","source":"gateway"}}', "tencent-tokenhub-cn"),
    Refusal("tencent upstream key", "auth.upstream", 502, '{"error":{"type":"upstream_error","code":"502001","message":"upstream failed","source":"upstream","upstream_status":401}}', "tencent-tokenhub-cn"),
    Refusal("tencent native", "auth.rejected", 200, '{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"The SecretId is not found"},"RequestId":"1"}}', None),
    Refusal("spark", "auth.rejected", 401, '{"message":"HMAC signature cannot be verified: fail to retrieve credential"}', "spark", values={"kind_hint": "1"}, root="key.wrong_kind", text="key.wrong_kind", why="the answer says which kind of credential it wants"),
    Refusal("spark app", "auth.not_permitted", 200, '{"error":{"code":"11200","message":"AppIdNoAuthError"}}', "spark"),
    Refusal("modelscope", "auth.rejected", 401, '{"error":{"message":"Authentication failed, please make sure that a valid ModelScope token is supplied.","request_id":"1"}}', "modelscope"),
    Refusal("modelscope unbound", "auth.not_permitted", 401, '{"error":{"message":"please bind your alibaba cloud account before use"}}', "modelscope"),
    # -- GitHub, Cloudflare, Vercel, OpenCode
    Refusal("github token", "auth.rejected", 401, '{"error":{"code":"unauthorized","message":"Bad credentials","details":"Bad credentials"}}', "github-models"),
    Refusal("github permission", "auth.not_permitted", 401, '{"error":{"code":"unauthorized","message":"The `models` permission is required to access this endpoint"}}', "github-models"),
    Refusal("github model", "model.not_found", 400, '{"error":{"code":"unknown_model","message":"Unknown model: nope"}}', "github-models"),
    Refusal("copilot expired", "auth.expired", 401, "IDE token expired: unauthorized: token expired", "github-copilot"),
    Refusal("copilot header", "http.header_rejected", 400, "bad request: missing Editor-Version header for IDE auth", "github-copilot"),
    Refusal("copilot pat", "auth.rejected", 400, "checking third-party user token: bad request: Personal Access Tokens are not supported for this endpoint", "github-copilot", values={"kind_hint": "1"}, root="key.wrong_kind", text="key.wrong_kind", why="the answer says which kind of credential it wants"),
    Refusal("copilot scope", "auth.not_permitted", 401, "unauthorized: Personal Access Token does not have Copilot Requests permission", "github-copilot"),
    Refusal("copilot model", "model.not_permitted", 400, openai("The requested model is not supported.", code="model_not_supported", param="model"), "github-copilot"),
    Refusal("cloudflare token", "auth.rejected", 401, '{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}', "cloudflare-workers-ai"),
    Refusal("cloudflare account", "path", 404, '{"success":false,"errors":[{"code":7003,"message":"Could not route to /client/v4/accounts/x, perhaps your object identifier is invalid?"}],"result":null}', "cloudflare-workers-ai", root="shape.not_llm_api", why="the right path holds the account's id, which nobody can guess"),
    Refusal("vercel card", "quota.exhausted", 403, '{"error":{"type":"customer_verification_required","message":"AI Gateway requires a valid credit card on file to service requests."}}', "vercel-ai-gateway"),
    Refusal("opencode key", "auth.rejected", 401, '{"type":"error","error":{"type":"AuthError","message":"Invalid API key"}}', "opencode-zen"),
    Refusal("opencode no key", "auth.header_lost", 401, '{"type":"error","error":{"type":"AuthError","message":"Missing API key."}}', "opencode-zen"),
    Refusal("opencode credits", "quota.exhausted", 401, '{"type":"error","error":{"type":"CreditsError","message":"Insufficient balance. Manage your billing here: https://x"}}', "opencode-zen", key_good=True),
    Refusal("opencode model", "model.not_found", 401, '{"type":"error","error":{"type":"ModelError","message":"Model x is not supported"}}', "opencode-zen"),
    # -- relays, in the order in which they refuse
    Refusal("relay token", "auth.rejected", 401, relay("无效的令牌"), None, key_good=False),
    Refusal("relay token, escaped", "auth.rejected", 401, r'{"error":{"message":"\u65e0\u6548\u7684\u4ee4\u724c","type":"one_api_error"}}', None),
    Refusal("relay token, renamed", "auth.rejected", 401, relay("Invalid token", kind="yunwu_api_error"), None),
    Refusal("relay no token", "auth.header_lost", 401, relay("未提供令牌"), "newapi"),
    Refusal("relay expired", "auth.expired", 401, relay("该令牌已过期"), "newapi"),
    Refusal("relay state", "auth.expired", 401, relay("该令牌状态不可用"), "newapi"),
    Refusal("relay token used up", "quota.exhausted", 401, relay("该令牌额度已用尽"), "newapi"),
    Refusal("relay address", "auth.ip_not_allowed", 403, relay("您的 IP 不在令牌允许访问的列表中", "access_denied"), None),
    Refusal("relay banned", "auth.expired", 403, relay("用户已被封禁"), None),
    Refusal("relay group", "auth.not_permitted", 403, relay("无权访问 vip 分组"), None),
    Refusal("relay model", "model.not_permitted", 403, relay("该令牌无权访问模型 gpt-4o"), None),
    Refusal("one-api model", "model.not_permitted", 403, relay("该令牌无权使用模型：glm-4", kind="one_api_error"), None),
    Refusal("relay channel", "model.no_channel", 503, relay("当前分组 default 下对于模型 gpt-9 无可用渠道"), None, key_good=True, values={"group": "default", "model": "gpt-9"}),
    Refusal("relay channel, newer", "model.no_channel", 503, relay("分组 default 下模型 gpt-9 无可用渠道（distributor）", "model_not_found"), None),
    Refusal("relay channel, english", "model.no_channel", 503, relay("No available channel for model gpt-9 under group default", "model_not_found"), None),
    Refusal("relay quota", "quota.exhausted", 403, relay("user quota is not enough", "insufficient_user_quota", "one_api_error"), None, key_good=True),
    Refusal("relay reserve", "quota.exhausted", 403, relay("预扣费额度失败，用户剩余额度：$0.206574，需要预扣费额度：$24.314868", "insufficient_user_quota"), None, values={"have": "$0.206574", "need": "$24.314868"}),
    Refusal("relay saturated", "quota.rate_limited", 429, relay("当前分组上游负载已饱和，请稍后再试"), None),
    Refusal("relay saturated, money", "quota.exhausted", 429, '{"error":{"message":"当前分组上游负载已饱和，请稍后再试","type":"insufficient_quota","code":"insufficient_quota"}}', None),
    Refusal("relay path", "path", 404, openai("Invalid URL (POST /chat/completions)"), None),
    Refusal("relay upstream key", "auth.upstream", 401, relay("Incorrect API key provided: sk-ab***yz. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_api_key", "invalid_request_error"), None, key_good=True),
    Refusal("relay upstream key as 500", "auth.upstream", 500, openai("Incorrect API key provided: sk-ab***yz.", "upstream_error"), None),
    Refusal("relay clients", "access.client_refused", 403, anthropic("forbidden", "This service is restricted to the official Claude Code client."), None),
    Refusal("relay clients, chinese", "access.client_refused", 403, '{"error":{"message":"该分组仅支持 Claude Code 客户端使用","type":"forbidden"}}', None),
    Refusal("relay no accounts", "model.no_channel", 503, '{"error":"No available Claude accounts support the requested model"}', None),
    # -- LiteLLM and servers of one's own
    Refusal("litellm key", "auth.rejected", 401, '{"error":{"message":"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...abcd, Key Hash (Token) =1f. Unable to find token in cache or `LiteLLM_VerificationTokenTable`","type":"token_not_found_in_db","param":"key","code":"401"}}', "litellm-proxy"),
    Refusal("litellm virtual key", "auth.rejected", 401, '{"error":{"message":"Authentication Error, LiteLLM Virtual Key expected. Received=not-needed, expected to start with \'sk-\'.","type":"auth_error","param":"None","code":"401"}}', None, text="key.placeholder", why="the value that it echoes is a dummy"),
    Refusal("litellm no key", "auth.header_lost", 401, '{"error":{"message":"Authentication Error, No api key passed in.","type":"auth_error","param":"None","code":"401"}}', None),
    Refusal("litellm expired", "auth.expired", 401, '{"error":{"message":"Authentication Error - Expired Key. Key Expiry time 2026-01-01 and current time 2026-01-06","type":"expired_key","param":"None","code":"400"}}', None),
    Refusal("litellm model", "model.not_found", 400, '{"error":{"message":"/chat/completions: Invalid model name passed in model=x. Call `/v1/models` to view available models for your key.","type":"None","param":"None","code":"400"}}', None),
    Refusal("litellm model not allowed", "model.not_permitted", 401, '{"error":{"message":"key not allowed to access model. This key can only access models=[\'a\']. Tried to access b","type":"key_model_access_denied","param":"model","code":"401"}}', None),
    Refusal("litellm budget", "quota.exhausted", 400, '{"error":{"message":"Budget has been exceeded! Current cost: 1.2, Max budget: 1.0","type":"budget_exceeded","param":null,"code":"400"}}', None),
    Refusal("litellm upstream", "auth.upstream", 401, '{"error":{"message":"litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-ab***yz.","type":null,"param":null,"code":"401"}}', None),
    Refusal("llama.cpp key", "auth.rejected", 401, '{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}', "llamacpp"),
    Refusal("llama.cpp loading", "quota.overloaded", 503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}', "llamacpp"),
    Refusal("llama.cpp path", "path", 404, '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}', "llamacpp"),
    Refusal("vllm key", "auth.rejected", 401, '{"error":"Unauthorized"}', "vllm"),
    Refusal("vllm model", "model.not_found", 404, '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}', "vllm"),
    Refusal("vllm tools", "model.parameter_rejected", 400, r'{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400}', "vllm"),
    Refusal("vllm path", "path", 404, '{"detail":"Not Found"}', "vllm"),
    Refusal("lmstudio path", "path", 200, '{"error":"Unexpected endpoint or method. (POST /chat/completions)"}', "lmstudio"),
    Refusal("lmstudio token", "auth.header_lost", 401, '{"error":{"type":"invalid_request","code":"invalid_api_key","message":"An LM Studio API token is required to make requests to this server"}}', "lmstudio"),
    Refusal("express path", "path", 404, page("Error", "").replace("</h1>", "</h1><pre>Cannot POST /v1/messages</pre>"), None),
    Refusal("fastapi no header", "auth.header_lost", 422, '{"detail":[{"type":"missing","loc":["header","authorization"],"msg":"Field required","input":null}]}', None),
    Refusal("fastapi bearer", "auth.header_lost", 403, '{"detail":"Not authenticated"}', None),
    Refusal("aws gateway path", "path", 403, '{"message":"Missing Authentication Token"}', None, {"x-amzn-ErrorType": "MissingAuthenticationTokenException"}),
    Refusal("kong route", "path", 404, '{"message":"no Route matched with those values"}', None),
    # -- gateways
    Refusal("nginx 502", "http.gateway_error", 502, page("502 Bad Gateway", "nginx/1.24.0"), None, key_good=None),
    Refusal("openresty 504", "http.gateway_error", 504, page("504 Gateway Time-out", "openresty"), None),
    Refusal("tengine 503", "http.gateway_error", 503, page("503 Service Temporarily Unavailable", "Tengine"), None),
    Refusal("haproxy 503", "http.gateway_error", 503, "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>", None),
    Refusal("haproxy 504", "http.gateway_error", 504, "<html><body><h1>504 Gateway Time-out</h1>The server didn't respond in time.</body></html>", None),
    Refusal("caddy 502", "http.gateway_error", 502, "", None, {"server": "Caddy"}),
    Refusal("envoy 503", "http.gateway_error", 503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure", None),
    Refusal("envoy no upstream", "http.gateway_error", 503, "no healthy upstream", None),
    Refusal("kong 502", "http.gateway_error", 502, '{"message":"An invalid response was received from the upstream server"}', None),
    Refusal("aws elb 503", "http.gateway_error", 503, page("503 Service Temporarily Unavailable", "awselb/2.0"), None),
    Refusal("cloudflare 522", "http.gateway_error", 522, "error code: 522", None, {"server": "cloudflare"}),
    Refusal("cloudflare 521 page", "http.gateway_error", 521, "<!DOCTYPE html><html><head><title>api.example.com | 521: Web server is down</title></head></html>", None),
    Refusal("cloudflare 524 with json", "http.gateway_error", 524, openai("Upstream model provider is temporarily unavailable", "server_error"), None),
    Refusal("gateway json", "http.gateway_error", 502, '{"oops":1}', None),
    Refusal("api's own 503", "http.server_error", 503, openai("That did not work", "something_wrong"), None),
    # -- block pages, front doors
    Refusal("cloudflare 1010", "http.blocked", 403, "error code: 1010", None, {"server": "cloudflare"}),
    Refusal("cloudflare 1015", "http.blocked", 429, "error code: 1015", None),
    Refusal("cloudflare 1020", "http.blocked", 403, "error code: 1020", None),
    Refusal("cloudflare attention", "http.blocked", 403, "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1>", None),
    Refusal("cloudflare challenge", "http.blocked", 403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head>", None, {"cf-mitigated": "challenge"}),
    Refusal("akamai", "http.blocked", 403, "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access this server.<P>Reference&#32;&#35;18.4f</BODY>", None),
    Refusal("alibaba waf", "http.blocked", 405, '<!doctypehtml><html><meta charset="utf-8"><title>405</title><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p>', None),
    Refusal("cloudfront block", "http.blocked", 403, "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>Request blocked. We can't connect to the server. Generated by cloudfront (CloudFront)", None),
    Refusal("one line", "http.blocked", 403, "Your request was blocked.", None),
    Refusal("zscaler", "http.blocked", 200, "<html><head><title>Internet Security by Zscaler</title></head><body><img src=https://login.zscloud.net/logo.png>", None),
    Refusal("nginx 403", "http.blocked", 403, page("403 Forbidden", "nginx"), None),
    Refusal("basic auth", "http.front_auth", 401, page("401 Authorization Required", "nginx/1.24.0"), None, {"WWW-Authenticate": 'Basic realm="private"'}, key_good=None),
    Refusal("bearer challenge is the api's own", "auth.rejected", 401, '{"error":"invalid_token"}', None, {"www-authenticate": 'Bearer error="invalid_token"'}),
    Refusal("cloudflare access", "http.front_auth", 403, "<html><head><title>Forbidden - Cloudflare Access</title></head>", None),
    Refusal("sso redirect", "http.front_auth", 302, "", None, {"location": "https://acme.cloudflareaccess.com/cdn-cgi/access/login/llm.acme.dev"}),
    Refusal("login page", "http.front_auth", 401, "<html><head><title>Sign in - Authelia</title></head>", None),
    Refusal("tinyproxy", "proxy_page", 500, "<html><head><title>500 Unable to connect</title></head><body><p>Generated by <em>tinyproxy</em></p><p>Tinyproxy was unable to connect to the remote web server.", None),
    Refusal("squid", "proxy_page", 503, "<html><head><title>ERROR: The requested URL could not be retrieved</title></head><body>Generated by proxy1 (squid/5.7)", None, {"x-squid-error": "ERR_CONNECT_FAIL 111"}),
    Refusal("squid in the path of an api's error", "auth.rejected", 401, openai("Invalid API Key", code="invalid_api_key"), None, {"via": "1.1 proxy1 (squid/5.7)"}),
    Refusal("aiohttp 413", "http.too_large", 413, "Maximum request body size 1048576 exceeded, actual body size 2000000", None),
    Refusal("nginx 413", "http.too_large", 413, page("413 Request Entity Too Large", "nginx"), None),
    # -- statuses alone
    Refusal("401 unknown", "auth.rejected", 401, '{"oops":1}', None),
    Refusal("402 unknown", "quota.exhausted", 402, '{"oops":1}', None),
    Refusal("403 json", "auth.not_permitted", 403, '{"message":"Forbidden"}', None, key_good=None),
    Refusal("404 empty", "path", 404, "", None),
    Refusal("404 naming a model", "model.not_found", 404, '{"error":"no such thing as model x"}', None),
    Refusal("405 empty", "path", 405, "", None),
    Refusal("405 fastapi", "path", 405, '{"detail":"Method Not Allowed"}', None),
    Refusal("407", "proxy_page", 407, "", None),
    Refusal("429 empty", "quota.rate_limited", 429, "", None, {"retry-after": "3"}, key_good=None, values={"retry_after": "3"}),
    Refusal("500 json", "http.server_error", 500, '{"oops":1}', None),
    Refusal("500 empty", "http.server_error", 500, "", None),
    Refusal("529 empty", "quota.overloaded", 529, "", None),
    Refusal("422 naming a field", "model.parameter_rejected", 422, '{"detail":[{"type":"list_type","loc":["body","input"],"msg":"Input should be a list"}]}', None, values={"parameter": "input"}),
    # -- reworded, by nobody in particular
    Refusal("reworded key", "auth.rejected", 401, '{"error":{"message":"The supplied API key seems to be incorrect"}}', None, key_good=False),
    Refusal("reworded no key", "auth.header_lost", 403, '{"message":"An API key was not supplied; the Authorization header is empty"}', None),
    Refusal("reworded purse", "quota.exhausted", 403, '{"error":"Your credits are used up. Top up your wallet."}', None),
    Refusal("reworded rate", "quota.rate_limited", 429, '{"error":"Slow down: 20 requests per minute"}', None),
    Refusal("reworded model", "model.not_found", 422, '{"error":"Sorry, the model acme-7b could not be found"}', None),
    Refusal("reworded revoked", "auth.expired", 401, '{"error":"this key has been revoked by its owner"}', None),
    Refusal("reworded region", "access.region_blocked", 403, '{"error":"The service is not available in your country"}', None),
    Refusal("model not in this region", "model.not_found", 400, '{"error":"The model is not available in this region"}', None),
    Refusal("reworded feature", "model.parameter_rejected", 400, '{"error":"image input is not supported, tools are not supported"}', None),
    # -- Chinese of no known house
    Refusal("chinese key", "auth.rejected", 401, '{"code":401,"msg":"API密钥错误，请检查"}', None),
    Refusal("chinese missing", "auth.header_lost", 401, '{"code":401,"msg":"缺少API Key"}', None),
    Refusal("chinese purse", "quota.exhausted", 403, '{"code":403,"msg":"账户余额不足，请充值后重试"}', None),
    Refusal("chinese rate", "quota.rate_limited", 429, '{"code":429,"msg":"请求过于频繁，请稍后再试"}', None),
    Refusal("chinese busy", "quota.overloaded", 503, '{"code":503,"msg":"系统繁忙，请稍后再试"}', None),
    Refusal("chinese model", "model.not_found", 404, '{"code":404,"msg":"模型 gpt-9 不存在"}', None),
    Refusal("chinese region", "access.region_blocked", 403, '{"code":403,"msg":"您所在的国家或地区不支持使用该服务"}', None),
    Refusal("chinese path", "path", 404, '{"code":404,"msg":"请求的接口不存在"}', None),
    Refusal("chinese tools", "model.parameter_rejected", 400, '{"code":400,"msg":"该模型不支持工具调用"}', None),
    Refusal("chinese permission", "auth.not_permitted", 403, '{"code":403,"msg":"没有访问权限"}', None),
    # -- what tells only by a header, by a name alone, or in fewer words than the houses use
    Refusal("squid, empty", "proxy_page", 503, "", None, {"via": "1.1 proxy1 (squid/5.7)"}),
    Refusal("squid's own header", "proxy_page", 503, "", None, {"x-squid-error": "ERR_CONNECT_FAIL 111"}),
    Refusal("privoxy's reason", "proxy_page", 500, "", None, {":reason": "Internal Privoxy Error"}),
    Refusal("aws waf captcha", "http.blocked", 405, "", None, {"x-amzn-waf-action": "captcha"}),
    Refusal("f5", "http.blocked", 403, "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.<br>Your support ID is: 123</body></html>", None),
    Refusal("one line, denied", "http.blocked", 403, "Access denied.", None),
    Refusal("client certificate", "http.front_auth", 400, page("400 No required SSL certificate was sent", "nginx/1.24.0"), None),
    Refusal("basic auth, json", "http.front_auth", 401, '{"oops":1}', None, {"www-authenticate": 'Basic realm="private"'}),
    Refusal("cloudflare access, header", "http.front_auth", 403, "", None, {"cf-access-domain": "llm.acme.dev"}),
    Refusal("nginx 401", "http.front_auth", 401, page("401 Authorization Required", "nginx/1.24.0"), None),
    Refusal("relay passes cloudflare's 522 on", "http.gateway_error", 500, '{"error":{"message":"error code: 522","type":"bad_response"}}', None),
    Refusal("unsigned 502", "http.gateway_error", 502, page("502 Bad Gateway"), None),
    Refusal("aws gateway 504", "http.gateway_error", 504, '{"message":"Endpoint request timed out"}', None),
    Refusal("railway 502", "http.gateway_error", 502, '{"status":"error","code":502,"message":"Application failed to respond","request_id":"x"}', None),
    Refusal("go 502", "http.gateway_error", 502, "Bad Gateway", None),
    Refusal("relay's upstream away", "http.gateway_error", 500, '{"error":{"message":"do request failed: dial tcp 203.0.113.9:443: i/o timeout","type":"new_api_error","code":"do_request_failed"}}', None),
    Refusal("express body", "http.too_large", 400, '{"error":{"message":"Request body too large, the limit is 1mb"}}', None),
    Refusal("too large, relayed", "http.too_large", 400, anthropic("request_too_large", "Too much"), None),
    Refusal("dev server's host", "http.header_rejected", 403, "Invalid Host header", None),
    Refusal("copilot integrator", "http.header_rejected", 400, openai("The requested model is not available for integrator `vscode-chat`."), "github-copilot"),
    Refusal("a mark: no key", "auth.header_lost", 401, openai("Please sign in", code="missing_api_key"), None),
    Refusal("a key is required", "auth.header_lost", 401, '{"error":"A key is required to use this server"}', None),
    Refusal("litellm without a database", "auth.rejected", 400, openai("No connected db.", "no_db_connection", "400"), None),
    Refusal("zhipu key by number", "auth.rejected", 401, '{"error":{"code":"1000","message":"身份验证失败。"}}', "zhipu-cn"),
    Refusal("ark key form", "auth.rejected", 401, '{"error":{"code":"AuthenticationError","message":"The API key format is incorrect. Request id: 0217","param":"","type":"Unauthorized"}}', "volcengine-ark"),
    Refusal("iflow key", "auth.rejected", 200, '{"success":false,"code":"90402","message":"apikey error","data":null}', "iflow"),
    Refusal("openrouter clerk form", "auth.rejected", 401, '{"error":{"message":"Sign-in failed","code":401}}', "openrouter", {"x-clerk-auth-message": "Invalid JWT form"}),
    Refusal("a type: authentication", "auth.rejected", 401, anthropic("authentication_error", "Nope"), None),
    Refusal("relay's channel key", "auth.upstream", 401, '{"error":{"message":"bad response","type":"upstream_error","code":"bad_response_status_code"}}', None),
    Refusal("relay names the upstream's 401", "auth.upstream", 500, '{"error":{"message":"upstream answered with status 401"}}', None),
    Refusal("openrouter own key upstream", "auth.upstream", 401, r'{"error":{"message":"Provider returned error","code":401,"metadata":{"raw":"{\"error\":\"unauthorized\"}","provider_name":"X"}},"user_id":"u"}', "openrouter"),
    Refusal("a disabled key", "auth.expired", 403, '{"error":"Disabled key"}', None),
    Refusal("qianfan legacy, old token", "auth.expired", 200, '{"error_code":111,"error_msg":"Access token expired"}', "qianfan"),
    Refusal("permission, two words", "auth.not_permitted", 403, '{"error":"Permission denied"}', None),
    Refusal("gemini dunning", "auth.not_permitted", 403, google(403, "PERMISSION_DENIED", "Lightning dunning decision is deny for project: projects/1"), "gemini"),
    Refusal("ark access", "auth.not_permitted", 403, '{"error":{"code":"AccessDenied","message":"The request is denied. Request id: 0217","param":"","type":"Forbidden"}}', "volcengine-ark"),
    Refusal("a type: permission", "auth.not_permitted", 403, anthropic("permission_error", "Not for you"), None),
    Refusal("zhipu permission by number", "auth.not_permitted", 403, '{"error":{"code":"1220","message":"您不能访问该 API。"}}', "zhipu-cn"),
    Refusal("azure's firewall, header", "auth.ip_not_allowed", 403, "", "azure-openai", {"policy-id": "TrafficDeniedByPolicy"}),
    Refusal("relay channel, short", "model.no_channel", 503, relay("当前无可用渠道"), None),
    Refusal("relay channel, mark", "model.no_channel", 500, relay("database error", "get_channel_failed"), None),
    Refusal("relay channel, renamed", "model.no_channel", 503, relay("Try another one", "model_not_found"), None),
    Refusal("model mark with 403", "model.not_permitted", 403, openai("Not for this project.", code="model_not_found"), "openai"),
    Refusal("dashscope denied", "model.not_permitted", 403, '{"code":"AccessDenied","message":"Access denied.","request_id":"1"}', "dashscope-cn"),
    Refusal("vertex entity", "model.not_found", 404, google(404, "NOT_FOUND", "Requested entity was not found."), "vertex"),
    Refusal("lmstudio nothing loaded", "model.not_found", 404, openai("No models loaded. Please load a model in the developer page.", code="null"), "lmstudio"),
    Refusal("azure embeddings", "model.wrong_endpoint", 400, '{"error":{"code":"OperationNotSupported","message":"The chatCompletion operation does not work with the specified model, text-embedding-3-small."}}', "azure-openai"),
    Refusal("chinese endpoint", "model.wrong_endpoint", 400, '{"code":400,"msg":"模型 bge-m3 不支持对话接口"}', None),
    Refusal("temperature out of range", "model.parameter_rejected", 400, openai("temperature must be between 0 and 1"), None, values={"parameter": "temperature"}),
    Refusal("zhipu parameter by number", "model.parameter_rejected", 400, '{"error":{"code":"1210","message":"API 调用参数有误，请检查文档。"}}', "zhipu-cn"),
    Refusal("anthropic too long", "model.parameter_rejected", 400, anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000"), "anthropic"),
    Refusal("relay passes zhipu's purse on", "quota.exhausted", 429, relay("余额不足或无可用资源包,请充值。", "1113"), None, values={"plan_hint": "1"}),
    Refusal("relay reserve, short", "quota.exhausted", 403, relay("预扣费额度失败"), None),
    Refusal("iflow rate", "quota.rate_limited", 200, '{"success":false,"code":"40303","message":"too fast","data":null}', "iflow"),
    Refusal("weekly window", "quota.rate_limited", 429, '{"error":"You have reached your weekly limit"}', None),
    Refusal("nvidia degraded", "http.server_error", 400, '{"status":400,"title":"Bad Request","detail":"Function id \'0a1b\': DEGRADED function cannot be invoked"}', "nvidia"),
    Refusal("aws gateway path, no header", "path", 403, '{"message":"Missing Authentication Token"}', None),
    Refusal("nginx 404", "path", 404, page("404 Not Found", "nginx/1.24.0"), None),
    # -- inside a stream that began with success
    Refusal("anthropic overloaded in the stream", "quota.overloaded", 200, "event: error\ndata: " + anthropic("overloaded_error", "Overloaded") + "\n\n", "anthropic", place="stream", root="stream.error_inside", why="it began with success"),
    Refusal("openrouter broke in the stream", "quota.rate_limited", 200, 'data: {"error":{"message":"Provider returned error: rate limit","code":429},"choices":[]}\n\n', "openrouter", place="stream", root="stream.error_inside", why="it began with success"),
    Refusal("relay spent in the stream", "quota.exhausted", 200, "data: " + relay("预扣费额度失败", "insufficient_user_quota") + "\n\n", None, place="stream", root="stream.error_inside", why="it began with success"),
]  # fmt: skip


def read(one: Refusal) -> tuple[Match, ...]:
    """What is read from the answer, best first."""
    known, value = parse_json(one.body.rpartition("data: ")[2])
    error = (read_error(value) if known else None) or ApiError()
    return classify_error(one.status, error, one.body, one.headers, one.door)
