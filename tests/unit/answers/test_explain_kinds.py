"""Kinds of texts that real reports showed to be misread (November 2026), each with siblings: the first candidate, what
contradicts what, and which texts are ambiguous.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from diagnose import words
from diagnose.answers.ambiguous import CLAIMED, generic_rows, groups
from diagnose.answers.dialects import rows as dialect_rows
from diagnose.answers.explain import Explanation
from diagnose.answers.hints import around, quote
from diagnose.answers.nearest import nearest_hints, terms
from diagnose.answers.phrases import phrase_hints
from diagnose.cli.commands.explain import explained
from diagnose.words.en import findings as en
from probes.pasted.clients_in_text import client_of
from probes.pasted.contradictions import contradictions
from probes.pasted.notes import PastedText, ScannedText
from probes.pasted.pasted_text import read

RELAY_KEY = "sk-" + "Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8sT1"
OPENROUTER_KEY = "sk-or-v1-" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
OPENAI_REFUSES = "You can find your API key at https://platform.openai.com/account/api-keys."

# Kind -> texts with the codes that are right for the first candidate, separated by `|`.
KINDS: dict[str, list[tuple[str, str]]] = {
    "the server wants a client certificate": [
        ("tls.client_certificate", "httpx.ReadError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)"),
        ("tls.client_certificate", 'Post "https://llm.corp.example/v1/chat/completions": remote error: tls: certificate required'),
        ("tls.client_certificate", "net::ERR_BAD_SSL_CLIENT_AUTH_CERT while loading https://llm.corp.example/v1/models"),
        ("tls.client_certificate", "curl: (56) OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"),
    ],
    "an API that the server does not offer": [
        ("shape.wrong_protocol", "Error code: 400 - {'error': {'code': 'api_not_supported', 'message': 'Requested API is currently not supported'}}"),
        ("shape.wrong_protocol", "400 The Responses API is currently not supported for this resource"),
        ("shape.wrong_protocol|model.wrong_endpoint|url.path_wrong", '{"error":{"message":"This endpoint is not supported","type":"invalid_request_error","code":"unsupported_api"}}'),
    ],
    "a vendor's HTML page for a path that it does not know": [
        ("url.path_wrong", "NotFoundError: 404 <!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error 404 (Not Found)!!1</title><p><b>404.</b> <ins>That’s an error.</ins><p>The requested URL <code>/v1/chat/completions</code> was not found on this server. <ins>That’s all we know.</ins>"),
        ("url.path_wrong", "[GoogleGenerativeAI Error]: Error fetching from https://generativelanguage.googleapis.com/v1/openai/models: [404 Not Found] <!DOCTYPE html><title>Error 404 (Not Found)!!1</title>"),
        ("url.path_wrong", "global-aiplatform.googleapis.com answered: The requested URL /v1/projects/p/locations/global was not found on this server. That's all we know."),
    ],
    "an option that belongs to streaming": [
        ("model.parameter_rejected", "Error code: 400 - {'object': 'error', 'message': 'Stream options can only be defined when `stream=True`.', 'type': 'BadRequestError'}"),
        ("model.parameter_rejected", "422 stream_options is only allowed if stream is true"),
        ("model.parameter_rejected", "Value error, Stream options require stream to be enabled"),
    ],
    "two credentials in one request": [
        ("http.header_rejected", "400 Multiple authentication credentials received. Please pass only one."),
        ("http.header_rejected", '{"error":{"code":400,"message":"Multiple authentication credentials received","status":"INVALID_ARGUMENT"}}'),
        ("http.header_rejected", "401: more than one authentication header found in the request"),
    ],
    "a credential of several parts, or of another form": [
        ("key.wrong_kind", '{"error":{"message":"invalid tencent config","type":"one_api_error","param":"","code":"invalid_config"}}'),
        ("key.wrong_kind", "渠道测试失败：invalid xunfei key"),
        ("key.wrong_kind", "AK(bce-v3***) is not correct"),
        ("key.wrong_kind", '{"error_code":"14","error_msg":"IamSignatureInvalid"}'),
    ],
    "a request body that the relay cannot decompress": [
        ("http.body_encoding", "Invalid request: Invalid request: invalid character '(' looking for beginning of value (request id: 20260625055956157501348)"),
        ("http.body_encoding", "400: invalid character '\\x1f' looking for beginning of value"),
        ("http.body_encoding", "codex: Failed to parse the request body as JSON: expected value at line 1 column 1"),
        ("http.body_encoding", '{"error":{"message":"Unsupported content-encoding: zstd","type":"invalid_request_error"}}'),
        ("http.body_encoding", "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xb5 in position 1: invalid start byte, POST /v1/responses"),
    ],
    "keys are switched off, and no key is": [
        ("auth.not_permitted", "Error code: 403 - {'error': {'code': 'AuthenticationTypeDisabled', 'message': 'Key based authentication is disabled for this resource.'}}"),
        ("auth.not_permitted", "KeyBasedAuthenticationNotPermitted: Key based authentication is not permitted on this account."),
        ("auth.not_permitted", "Local authentication is disabled on this Azure AI resource"),
    ],
    "a variable in the server's own advice": [
        ("settings.missing_key|auth.header_lost", "An LM Studio API token is required to make requests to this server, but none was provided using the Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN')."),
        ("settings.missing_key|auth.header_lost", "401 Missing API key. Use the header, for example: Authorization: Bearer $MY_API_KEY"),
        ("settings.missing_key|auth.header_lost|auth.rejected", "Unauthorized. The header should be 'Authorization: Bearer {{ token }}'"),
    ],
    "a variable that went out as the key": [
        ("key.unexpanded", "Incorrect API key provided: ${OPENAI_API_KEY}. You can find your API key at https://platform.openai.com/account/api-keys."),
        ("key.unexpanded", "401 invalid token, received=Bearer $ANTHROPIC_AUTH_TOKEN"),
    ],
    "Squid's access log": [
        ("proxy.refused", "1732861234.123      0 10.0.0.5 TCP_DENIED/403 3920 CONNECT api.openai.com:443 - HIER_NONE/- text/html"),
        ("proxy.refused", "TCP_DENIED/403 4051 CONNECT api.anthropic.com:443 alice HIER_NONE/- text/html"),
        ("proxy.auth_required", "1732861300.001      3 10.0.0.9 TCP_DENIED/407 4100 CONNECT api.deepseek.com:443 - HIER_NONE/- text/html"),
    ],
    "a WebSocket that the server refuses": [
        ("stream.websocket_refused", "warning: Falling back from WebSockets to HTTPS transport. unexpected status 426 Upgrade Required: , url: wss://relay.example/v1/responses"),
        ("stream.websocket_refused", "warning: Falling back from WebSockets to HTTPS transport. unexpected status 404 Not Found: 404 page not found, url: wss://relay.example/v1/responses"),
        ("stream.websocket_refused", "failed to connect to Responses WebSocket stage=Unknown"),
        ("stream.websocket_refused", "tungstenite error: HTTP error: 403 Forbidden, url: wss://relay.example/v1/responses"),
        ("stream.websocket_refused", "websocket: bad handshake"),
    ],
    "a WebSocket that was closed": [
        ("stream.websocket_closed", "stream disconnected before completion: websocket closed by server before response.completed"),
        ("stream.websocket_closed", "Received close frame: Some(CloseFrame { code: Policy, reason: \"\" })"),
        ("stream.websocket_closed", "websockets.exceptions.ConnectionClosedError: received 1011 (internal error)"),
    ],
    "Node gives each address 250 ms": [
        ("tcp.timeout", "TypeError: fetch failed { [cause]: AggregateError [ETIMEDOUT]: at internalConnectMultiple (node:net:1122:18) at afterConnectMultiple (node:net:1689:7) }"),
        ("tcp.timeout", "AI_APICallError: Cannot connect to API: [cause]: AggregateError { code: 'ETIMEDOUT', [errors]: [Array] }, url https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions"),
        ("tcp.timeout", "Error: connect ETIMEDOUT 47.95.1.2:443 at Timeout.internalConnectMultipleTimeout (node:net:1736:38)"),
    ],
    "an empty key": [
        ("settings.missing_key", "Error code: 401 - {'error': {'message': 'Incorrect API key provided: . " + OPENAI_REFUSES + "', 'code': 'invalid_api_key'}}"),
        ("settings.missing_key", "401 Incorrect API key provided: ''. " + OPENAI_REFUSES),
        ("settings.missing_key", "Incorrect API key provided: undefined. " + OPENAI_REFUSES),
    ],
    "a stand-in for a key": [
        ("key.placeholder", "401 Incorrect API key provided: no_key. " + OPENAI_REFUSES),
        ("key.placeholder", "Incorrect API key provided: lm-studio. " + OPENAI_REFUSES),
        ("key.placeholder", "Incorrect API key provided: ollama. " + OPENAI_REFUSES),
    ],
    "the vendor's own site answers, and another base URL is set": [
        ("app.base_url_ignored", "base_url: https://relay.example/v1\nPOST https://api.openai.com/v1/responses 401 Incorrect API key provided: sk-Ab3d****T1. " + OPENAI_REFUSES),
        ("app.base_url_ignored", "OPENAI_BASE_URL=https://relay.example/v1, yet the log says: HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 401 Unauthorized\""),
        ("app.base_url_ignored", "API 地址: https://relay.example/v1 401 Incorrect API key provided: sk-Ab3d****T1. " + OPENAI_REFUSES),
        ("app.base_url_ignored|key.wrong_door", f"codex: unexpected status 401 Unauthorized, url: https://api.openai.com/v1/responses, key {RELAY_KEY}"),
        ("app.base_url_ignored|key.wrong_door", f"curl https://api.openai.com/v1/responses -H 'Authorization: Bearer {OPENROUTER_KEY}' 401 Unauthorized"),
    ],
    "a relay passes on the vendor's refusal": [
        ("auth.upstream", "HTTP Request: POST https://relay.example/v1/chat/completions \"HTTP/1.1 401 Unauthorized\" Incorrect API key provided: sk-proj-****Qx. " + OPENAI_REFUSES),
        ("auth.upstream", "Error for url https://gw.corp.example/openai/v1/responses: 401 Incorrect API key provided: sk-svcac****. " + OPENAI_REFUSES),
    ],
    "OpenAI's own sentence about the model of another vendor": [
        ("app.base_url_ignored|model.not_found", "Error code: 404 - {'error': {'message': 'The model `deepseek-chat` does not exist or you do not have access to it.', 'code': 'model_not_found'}}"),
        ("app.base_url_ignored|model.not_found", "404 The model `glm-4.6` does not exist or you do not have access to it."),
    ],
    "the version twice, and not missing": [
        ("url.version_doubled", "base_url=https://ark.cn-beijing.volces.com/api/plan/v3/v1 -> 404"),
        ("url.version_doubled", "POST https://open.bigmodel.cn/api/paas/v4/v1/chat/completions 404"),
        ("url.version_doubled", "请求地址为 https://ark.cn-beijing.volces.com/api/coding/v3/v1/models 404"),
    ],
    "a page over https and an address over http": [
        ("app.mixed_content", "My chat page at https://chat.example.com calls http://192.168.1.20:11434/v1/chat/completions and the browser says Failed to fetch"),
        ("app.mixed_content", "网页 https://next.example.com 打开后，接口地址 http://47.100.1.2:3000/v1，浏览器控制台: Failed to fetch"),
        ("app.mixed_content", "the frontend is served over HTTPS, API host: http://nas.example.net:8080/v1, NetworkError when attempting to fetch resource."),
    ],
    "what the clients print": [
        ("tcp.refused", "API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)"),
        ("shape.web_page", "API Error: API returned an empty or malformed response (HTTP 200) — check for a proxy or gateway intercepting the request, body is an HTML page"),
        ("settings.missing_key", "Invalid auth method selected."),
        ("model.not_found", "There's an issue with the selected model (claude-sonnet-5). It may not exist or you may not have access to it."),
        ("proxy.refused", '[API Error: Value of "this" must be of DOMException]'),
        ("tcp.refused", "stream disconnected before completion: error sending request for url (http://127.0.0.1:15721/v1/responses)"),
    ],
}  # fmt: skip
TABLE = [(kind, wanted, text) for kind, entries in KINDS.items() for wanted, text in entries]


def codes(found: Explanation) -> list[str]:
    return [candidate.code for candidate in found.candidates]


@pytest.mark.parametrize(("kind", "wanted", "text"), TABLE)
def test_a_kind_has_its_code(kind: str, wanted: str, text: str) -> None:
    assert codes(explained(text, "en"))[0] in wanted.split("|"), kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_siblings(kind: str) -> None:
    assert len(KINDS[kind]) >= 2
