"""What pasted texts are about: a table of texts of every family of clients, the promises about keys and time, the
command."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diagnose.cli.explain import command
from diagnose.explain import Candidate, rows
from diagnose.explain import explain as judge
from diagnose.pages import examples
from diagnose.words import en, zh
from probes.pasted import read

TEXTS = {
    "python": [
        ("settings.missing_key", "openai.OpenAIError: Missing credentials. Please pass an `api_key`, or set the `OPENAI_API_KEY` environment variable."),
        ("settings.missing_key", "ValueError: Missing key inputs argument! To use the Google AI API, provide (`api_key`) arguments. No API key was found"),
        ("settings.missing_key", "pydantic ValidationError: Did not find openai_api_key, please add an environment variable `OPENAI_API_KEY` which contains it"),
        ("settings.missing_key", "httpcore.LocalProtocolError: Illegal header value b'Bearer '\nThe above exception was the direct cause of the following exception:\nopenai.APIConnectionError: Connection error."),
        ("key.stray_characters", "h11._util.LocalProtocolError: Illegal header value b'Bearer sk-Ab12Cd34Ef56Gh78Ij90\\n'\n\nopenai.APIConnectionError: Connection error."),
        ("key.stray_characters", "UnicodeEncodeError: 'ascii' codec can't encode characters in position 7-8: ordinal not in range(128)"),
        ("key.stray_characters", "UnicodeEncodeError: 'latin-1' codec can't encode character '\\u2026' in position 30: ordinal not in range(256)"),
        ("key.stray_characters", "requests.exceptions.InvalidHeader: Invalid leading whitespace, reserved character(s), or return character(s) in header value: 'Bearer  abc'"),
        ("url.scheme_missing", "httpcore.UnsupportedProtocol: Request URL is missing an 'http://' or 'https://' protocol."),
        ("url.scheme_missing", "requests.exceptions.MissingSchema: Invalid URL 'relay.example/v1/models': No scheme supplied. Perhaps you meant https://relay.example/v1/models?"),
        ("url.scheme_missing", "ValueError: unknown url type: 'relay.example/v1'"),
        ("url.invalid", "requests.exceptions.InvalidURL: Invalid URL 'http://': No host supplied"),
        ("url.invalid", "httpx.InvalidURL: Invalid port: '80a'"),
        ("url.stray_characters", "http.client.InvalidURL: URL can't contain control characters. '/v1/models ' (found at least ' ')"),
        ("proxy.invalid", "httpx.InvalidURL: Invalid port: ':1]'\n  File \"httpx/_utils.py\", line 55, in get_environment_proxies"),
        ("proxy.invalid", "ValueError: Unknown scheme for proxy URL URL('socks://127.0.0.1:1080/')"),
        ("proxy.socks_unsupported", "requests.exceptions.InvalidSchema: Missing dependencies for SOCKS support."),
        ("proxy.unreachable", "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exceeded with url: /v1/models (Caused by ProxyError('Unable to connect to proxy', NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [WinError 10061] No connection could be made because the target machine actively refused it')))"),
        ("proxy.auth_required", "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))"),
        ("proxy.refused", "urllib3.exceptions.ProxyError: ('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden'))"),
        ("dns.not_found", "httpx.ConnectError: [Errno 11001] getaddrinfo failed"),
        ("dns.not_found", "urllib3.exceptions.NameResolutionError: Failed to resolve 'relay.example' ([Errno 8] nodename nor servname provided, or not known)"),
        ("dns.failed", "NameResolutionError: Failed to resolve 'relay.example' ([Errno -3] Temporary failure in name resolution)"),
        ("tcp.refused", "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host 127.0.0.1:8000 ssl:default [Connect call failed ('127.0.0.1', 8000)]"),
        ("tcp.refused", "ConnectionRefusedError: [Errno 61] Connection refused"),
        ("tcp.timeout", "httpx.ConnectTimeout: timed out"),
        ("tcp.timeout", "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='api.openai.com', port=443): Connection to api.openai.com timed out. (connect timeout=5)"),
        ("tcp.unreachable", "OSError: [Errno 113] No route to host"),
        ("tcp.reset", "httpx.ReadError: [Errno 104] Connection reset by peer"),
        ("tls.reset", "ssl.SSLEOFError: EOF occurred in violation of protocol (_ssl.c:997)"),
        ("tls.self_signed", "httpx.ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate (_ssl.c:1129)"),
        ("tls.untrusted_issuer", "httpx.ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1129)"),
        ("tls.intercepted", "requests SSLError: HTTPSConnectionPool(host='api.anthropic.com', port=443): CERTIFICATE_VERIFY_FAILED unable to get local issuer certificate"),
        ("tls.expired", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1129)"),
        ("tls.hostname_mismatch", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'api.relay.example'. (_ssl.c:1129)"),
        ("tls.not_tls", "requests.exceptions.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)"),
        ("tls.handshake_failed", "ssl.SSLError: [SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1129)"),
        ("http.timeout", "openai.APITimeoutError: Request timed out."),
        ("http.timeout", "httpx.ReadTimeout: The read operation timed out"),
        ("http.closed", "http.client.RemoteDisconnected: Remote end closed connection without response"),
        ("stream.cut", "httpx.RemoteProtocolError: peer closed connection without sending complete message body (incomplete chunked read)"),
        ("stream.cut", "aiohttp.client_exceptions.ClientPayloadError: Response payload is not completed"),
        ("shape.web_page", "AttributeError: 'str' object has no attribute 'choices'"),
        ("shape.malformed_answer", "TypeError: 'NoneType' object is not subscriptable\n  print(completion.choices[0].message.content)"),
        ("app.sdk_mismatch", "TypeError: AsyncClient.__init__() got an unexpected keyword argument 'proxies'"),
        ("app.sdk_mismatch", "openai.lib._old_api.APIRemovedInV1: You tried to access openai.ChatCompletion, but this is no longer supported in openai>=1.0.0"),
        ("app.sdk_mismatch", "ImportError: cannot import name 'OpenAI' from 'openai'"),
        ("http.redirected", "httpx.TooManyRedirects: Exceeded maximum allowed redirects."),
        ("http.not_http", "http.client.BadStatusLine: \x15\x03\x01"),
    ],
    "node": [
        ("settings.missing_key", "OpenAIError: The OPENAI_API_KEY environment variable is missing or empty; either provide it, or instantiate the OpenAI client with an apiKey option"),
        ("settings.missing_key", "AI_LoadAPIKeyError: OpenAI API key is missing. Pass it using the 'apiKey' parameter or the OPENAI_API_KEY environment variable."),
        ("key.stray_characters", "TypeError: Cannot convert argument to a ByteString because the character at index 11 has a value of 65292 which is greater than 255."),
        ("key.stray_characters", "TypeError [ERR_INVALID_CHAR]: Invalid character in header content [\"Authorization\"]"),
        ("key.stray_characters", "TypeError: Headers.append: \"Bearer abc\ndef\" is an invalid header value."),
        ("url.invalid", "TypeError: Invalid URL\n    at new URL (node:internal/url:797:36) { code: 'ERR_INVALID_URL', input: 'https//relay' }"),
        ("url.scheme_missing", "TypeError: Only absolute URLs are supported"),
        ("url.scheme_missing", "APIConnectionError: Connection error. [cause]: TypeError: fetch failed [cause]: Error: unknown scheme"),
        ("dns.not_found", "FetchError: request to https://relay.example/v1/chat/completions failed, reason: getaddrinfo ENOTFOUND relay.example"),
        ("url.host_typo", "Error: getaddrinfo ENOTFOUND api.opena.com"),
        ("dns.failed", "cause: Error: getaddrinfo EAI_AGAIN api.openai.com"),
        ("tcp.refused", "TypeError: fetch failed { [cause]: Error: connect ECONNREFUSED ::1:11434 }"),
        ("proxy.unreachable", "Error: connect ECONNREFUSED 127.0.0.1:7897"),
        ("tcp.timeout", "cause: ConnectTimeoutError: Connect Timeout Error (attempted address: api.openai.com:443, timeout: 10000ms) code: 'UND_ERR_CONNECT_TIMEOUT'"),
        ("tcp.unreachable", "Error: connect EHOSTUNREACH 192.168.1.77:11434 - Local (192.168.1.5:51234)"),
        ("tcp.reset", "Error: read ECONNRESET at TLSWrap.onStreamRead"),
        ("tls.reset", "Error: Client network socket disconnected before secure TLS connection was established"),
        ("tls.incomplete_chain", "Error: unable to verify the first certificate { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }"),
        ("tls.self_signed", "cause: Error: self-signed certificate; code: 'DEPTH_ZERO_SELF_SIGNED_CERT'"),
        ("tls.expired", "reason: certificate has expired, code CERT_HAS_EXPIRED"),
        ("tls.hostname_mismatch", "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: relay.example. is not in the cert's altnames"),
        ("tls.not_tls", "Error: write EPROTO 40139D5C:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number"),
        ("http.closed", "Error: socket hang up"),
        ("http.closed", "cause: SocketError: other side closed, code: 'UND_ERR_SOCKET'"),
        ("http.timeout", "AxiosError: timeout of 60000ms exceeded, code: ECONNABORTED"),
        ("http.timeout", "HeadersTimeoutError: Headers Timeout Error UND_ERR_HEADERS_TIMEOUT"),
        ("http.not_http", "Error: Parse Error: Expected HTTP/ { code: 'HPE_INVALID_CONSTANT' }"),
        ("shape.web_page", "SyntaxError: Unexpected token < in JSON at position 0"),
        ("shape.malformed_answer", "TypeError: Cannot read properties of undefined (reading 'choices')"),
        ("stream.malformed", "Could not parse message into JSON: : ping"),
        ("stream.stalled", "BodyTimeoutError: Body Timeout Error"),
        ("stream.cut", "TypeError: terminated: stream ended before the answer was complete"),
        ("app.sdk_mismatch", "Error [ERR_REQUIRE_ESM]: require() of ES Module not supported"),
    ],
    "browser": [
        ("app.cors", "Access to fetch at 'https://api.openai.com/v1/chat/completions' from origin 'http://localhost:5173' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present"),
        ("app.cors", "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource"),
        ("app.cors", "Uncaught (in promise) TypeError: Failed to fetch"),
        ("app.cors", "TypeError: NetworkError when attempting to fetch resource."),
        ("app.cors", "Error: It looks like you're running in a browser-like environment. This is disabled by default; set dangerouslyAllowBrowser to true"),
        ("app.mixed_content", "Mixed Content: The page at 'https://app.example/' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://10.0.0.5:11434/api/tags'. This request has been blocked"),
        ("dns.not_found", "GET https://relay.example/v1/models net::ERR_NAME_NOT_RESOLVED"),
        ("tcp.refused", "POST http://localhost:1234/v1/chat/completions net::ERR_CONNECTION_REFUSED"),
        ("tcp.timeout", "net::ERR_CONNECTION_TIMED_OUT"),
        ("tls.hostname_mismatch", "net::ERR_CERT_COMMON_NAME_INVALID"),
        ("tls.expired", "net::ERR_CERT_DATE_INVALID"),
        ("tls.self_signed", "net::ERR_CERT_AUTHORITY_INVALID"),
        ("proxy.unreachable", "net::ERR_PROXY_CONNECTION_FAILED"),
        ("proxy.refused", "net::ERR_TUNNEL_CONNECTION_FAILED"),
        ("http.redirected", "net::ERR_TOO_MANY_REDIRECTS"),
        ("http.closed", "net::ERR_EMPTY_RESPONSE"),
        ("shape.web_page", "SyntaxError: JSON Parse error: Unrecognized token '<'"),
    ],
    "curl and git": [
        ("dns.not_found", "curl: (6) Could not resolve host: relay.example"),
        ("tcp.refused", "curl: (7) Failed to connect to localhost port 11434 after 0 ms: Couldn't connect to server"),
        ("tcp.timeout", "curl: (28) Failed to connect to relay.example port 443 after 75003 ms: Couldn't connect to server"),
        ("http.timeout", "curl: (28) Operation timed out after 30001 milliseconds with 0 bytes received"),
        ("tls.reset", "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to relay.example:443"),
        ("tcp.reset", "curl: (56) Recv failure: Connection reset by peer"),
        ("http.closed", "curl: (52) Empty reply from server"),
        ("tls.untrusted_issuer", "curl: (60) SSL certificate problem: unable to get local issuer certificate"),
        ("tls.self_signed", "curl: (60) SSL certificate problem: self-signed certificate"),
        ("tls.hostname_mismatch", "curl: (60) SSL: no alternative certificate subject name matches target host name 'relay.example'"),
        ("http.not_http", "curl: (1) Received HTTP/0.9 when not allowed"),
        ("stream.cut", "curl: (18) transfer closed with outstanding read data remaining"),
        ("proxy.refused", "curl: (56) CONNECT tunnel failed, response 502"),
        ("proxy.auth_required", "curl: (56) Received HTTP code 407 from proxy after CONNECT"),
        ("proxy.unreachable", "curl: (7) Failed to connect to 127.0.0.1 port 7890 after 0 ms: Couldn't connect to server"),
        ("proxy.unreachable", "curl: (5) Could not resolve proxy: proxy.corp.example"),
        ("url.invalid", "curl: (3) URL using bad/illegal format or missing URL"),
        ("proxy.refused", "fatal: unable to access 'https://github.com/x/y.git/': Proxy CONNECT aborted"),
        ("tls.untrusted_issuer", "fatal: unable to access 'https://git.corp.example/x.git/': SSL certificate problem: unable to get local issuer certificate"),
        ("tls.needed", "HTTP/1.1 400 Bad Request\n\n<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head>"),
    ],
    "go, rust, java, dotnet": [
        ("tcp.refused", "Post \"http://127.0.0.1:3000/v1/chat/completions\": dial tcp 127.0.0.1:3000: connect: connection refused"),
        ("tcp.timeout", "dial tcp 203.0.113.9:443: i/o timeout"),
        ("dns.not_found", "dial tcp: lookup relay.example on 127.0.0.11:53: no such host"),
        ("dns.failed", "dial tcp: lookup api.openai.com on 127.0.0.11:53: server misbehaving"),
        ("tls.untrusted_issuer", "tls: failed to verify certificate: x509: certificate signed by unknown authority"),
        ("tls.expired", "x509: certificate has expired or is not yet valid: current time 2026-11-22T10:00:00Z is after 2026-11-01T00:00:00Z"),
        ("tls.not_yet_valid", "x509: certificate has expired or is not yet valid: current time 2016-01-01T00:00:00Z is before 2026-01-01T00:00:00Z"),
        ("tls.hostname_mismatch", "x509: certificate is valid for *.other.example, not relay.example"),
        ("tls.not_tls", "Post \"https://localhost:8080/v1\": http: server gave HTTP response to HTTPS client"),
        ("http.timeout", "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"),
        ("http.closed", "Post \"https://relay.example/v1/chat/completions\": EOF"),
        ("proxy.unreachable", "proxyconnect tcp: dial tcp 127.0.0.1:7890: connect: connection refused"),
        ("proxy.invalid", "proxyconnect tcp: tls: first record does not look like a TLS handshake"),
        ("url.scheme_missing", "Post \"relay.example/v1\": unsupported protocol scheme \"\""),
        ("key.stray_characters", "net/http: invalid header field value for \"Authorization\""),
        ("shape.web_page", "invalid character '<' looking for beginning of value"),
        ("tcp.refused", "error sending request for url (http://localhost:8317/v1/responses): tcp connect error: Connection refused (os error 111)"),
        ("dns.not_found", "dns error: failed to lookup address information: Name or service not known"),
        ("tls.untrusted_issuer", "invalid peer certificate: UnknownIssuer"),
        ("tls.expired", "invalid peer certificate: Expired"),
        ("tls.hostname_mismatch", "invalid peer certificate: NotValidForName"),
        ("url.scheme_missing", "builder error: relative URL without a base"),
        ("stream.cut", "stream disconnected before completion: stream closed before response.completed"),
        ("tls.untrusted_issuer", "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target"),
        ("dns.not_found", "java.net.UnknownHostException: relay.example"),
        ("tcp.timeout", "java.net.SocketTimeoutException: connect timed out"),
        ("tls.not_tls", "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message"),
        ("tls.hostname_mismatch", "javax.net.ssl.SSLPeerUnverifiedException: Hostname relay.example not verified"),
        ("url.plaintext", "CLEARTEXT communication to 192.168.1.4 not permitted by network security policy"),
        ("tcp.refused", "System.Net.Http.HttpRequestException: 由于目标计算机积极拒绝，无法连接。 (localhost:11434)"),
        ("tls.untrusted_issuer", "The SSL connection could not be established: The remote certificate is invalid because of errors in the certificate chain: PartialChain"),
        ("shape.web_page", "System.Text.Json.JsonException: '<' is an invalid start of a value."),
    ],
    "servers": [
        ("auth.rejected", "Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-proj-****abcd. You can find your API key at https://platform.openai.com/account/api-keys.', 'type': 'invalid_request_error', 'code': 'invalid_api_key'}}"),
        ("key.wrong_door", "401 Incorrect API key provided: gsk_W4**************Xz9. You can find your API key at https://platform.openai.com/account/api-keys."),
        ("key.wrong_door", "400 Incorrect API key provided: sk***9a. You can obtain an API key from https://console.x.ai."),
        ("app.base_url_ignored", "OPENAI_BASE_URL=https://relay.example/v1\nError code: 401 - Incorrect API key provided: sk-ab***yz. You can find your API key at https://platform.openai.com/account/api-keys."),
        ("key.placeholder", "Incorrect API key provided: your-api*****here. You can find your API key at https://platform.openai.com/account/api-keys."),
        ("key.bearer_prefix", "Incorrect API key provided: Bearer sk*************abcd."),
        ("quota.exhausted", "429 You exceeded your current quota, please check your plan and billing details. insufficient_quota"),
        ("quota.rate_limited", "Error code: 429 - Rate limit reached for gpt-4o in organization org-x on requests per min (RPM): Limit 3, Used 3"),
        ("quota.overloaded", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"),
        ("model.not_found", "404 {\"error\":{\"message\":\"The model `gpt-5-turbo` does not exist or you do not have access to it.\",\"code\":\"model_not_found\"}}"),
        ("model.parameter_rejected", "400 Unsupported parameter: 'max_tokens' is not supported with this model."),
        ("access.region_blocked", "400 {\"error\":{\"code\":400,\"message\":\"User location is not supported for the API use.\",\"status\":\"FAILED_PRECONDITION\"}}"),
        ("url.endpoint_included", "Invalid URL (POST /v1/chat/completions/chat/completions)"),
        ("url.endpoint_included", "404 Not Found for url: https://relay.example/v1/messages/v1/messages"),
        ("url.version_missing", "Unknown request URL: POST /chat/completions. Please check the URL for typos"),
        ("url.version_doubled", "{\"detail\":\"Not Found\"} POST https://relay.example/v1/v1/chat/completions 404"),
        ("url.not_api_host", "POST https://platform.openai.com/v1/chat/completions 404 <!DOCTYPE html>"),
        ("url.double_slash", "404 Not Found for url: https://relay.example//v1/chat/completions"),
        ("http.gateway_error", "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>"),
        ("http.blocked", "403 <title>Just a moment...</title> Enable JavaScript and cookies to continue"),
        ("http.too_large", "413 Request Entity Too Large nginx"),
        ("proxy.captures_local", "ollama ResponseError: 503 Service Unavailable for url http://127.0.0.1:11434/api/chat"),
    ],
    "中文": [
        ("settings.missing_key", "请先设置 OpenAI 的 API Key"),
        ("settings.missing_key", "错误：未配置 API Key，请到设置页填写"),
        ("auth.rejected", "API Key 无效，请检查后重试"),
        ("auth.rejected", "{\"error\":{\"message\":\"无效的令牌 (request id: 2026112208)\",\"type\":\"new_api_error\"}}"),
        ("auth.rejected", "\\u65e0\\u6548\\u7684\\u4ee4\\u724c"),
        ("auth.expired", "该令牌已过期"),
        ("quota.exhausted", "账户余额不足，请充值后再试"),
        ("quota.exhausted", "用户额度不足, 剩余额度: ¥0.00"),
        ("quota.rate_limited", "请求过于频繁，请稍后再试"),
        ("quota.overloaded", "当前分组上游负载已饱和，请稍后再试"),
        ("model.no_channel", "当前分组 vip 下对于模型 claude-opus 无可用渠道"),
        ("model.not_found", "模型不存在，请检查模型名称"),
        ("model.not_permitted", "该令牌无权访问模型 gpt-4o"),
        ("auth.ip_not_allowed", "您的 IP 不在令牌允许访问的列表中"),
        ("access.region_blocked", "OpenAI 不支持您所在的地区"),
        ("dns.not_found", "无法解析服务器的域名 relay.example"),
        ("tcp.refused", "由于目标计算机积极拒绝，无法连接。"),
        ("tcp.refused", "连接 Ollama 失败，请确认服务已启动：connection refused"),
        ("tcp.timeout", "连接超时，请检查网络"),
        ("tcp.reset", "[WinError 10054] 远程主机强迫关闭了一个现有的连接。"),
        ("tls.expired", "证书已过期，连接不安全"),
        ("tls.untrusted_issuer", "证书验证失败：证书链不受信任的证书颁发机构"),
        ("proxy.ignored", "开了 clash，但是程序不走代理，一直连不上"),
        ("proxy.auth_required", "代理服务器需要身份验证 407"),
        ("http.timeout", "请求超时，请稍后重试"),
        ("shape.web_page", "接口返回了 HTML 页面，不是 JSON"),
        ("stream.cut", "回答到一半就断了，流式输出中断"),
        ("stream.buffered", "没有打字机效果，最后一次性显示出来"),
        ("app.cors", "浏览器控制台提示跨域"),
        ("app.private_refused", "禁止访问内网地址"),
        ("http.server_error", "服务器内部错误 500"),
        ("http.gateway_error", "中转站返回 504 网关超时"),
        ("url.version_doubled", "实际请求地址多了一个 /v1，变成 /v1/v1/chat/completions"),
        ("key.stray_characters", "复制的密钥末尾多了一个空格，API Key 带了空格"),
        ("key.wrong_region", "国际站的 key 在国内站报 401"),
        ("url.not_api_host", "接口地址填了 https://platform.deepseek.com/v1 然后报错"),
    ],
}  # fmt: skip
# How users put it: short, in passing, often without the error itself. Where a text leaves it open, several codes will do.
REPORTS = [
    ("key.stray_characters", "Error: Invalid character in header content [\"Authorization\"] after copying the key from a PDF"),
    ("auth.not_permitted", "401 You have insufficient permissions for this operation. Missing scopes: api.responses.write"),
    ("auth.not_permitted", "Error code: 401 - You must be a member of an organization to use the API (no_organization)"),
    ("auth.not_permitted", "Error code: 401 mismatched_organization: OpenAI-Organization header should match organization for API key"),
    ("http.header_rejected|auth.not_permitted|auth.header_lost", "{\"message\":\"无权进行此操作，未提供 New-Api-User\",\"success\":false}"),
    ("auth.rejected", "openrouter 401 User not found."),
    ("auth.rejected|auth.header_lost", "OpenRouter: Missing Authentication header although the key is set"),
    ("model.not_found", "The model `gpt-4-vision-preview` has been deprecated, learn more here"),
    ("model.not_found|model.not_permitted", "litellm.BadRequestError: LLM Provider NOT provided. Pass in the LLM provider you are trying to call. You passed model=qwen"),
    ("model.not_permitted", "The model ep-2024 has not been activated: ModelNotOpen"),
    ("model.wrong_endpoint", "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?"),
    ("url.path_wrong|shape.wrong_protocol|model.wrong_endpoint", "404 Not Found: POST /v1/responses"),
    ("url.path_wrong|shape.wrong_protocol", "{\"timestamp\":\"2026-01-01\",\"status\":404,\"error\":\"Not Found\",\"path\":\"/v4/v1/chat/completions\"}"),
    ("http.redirected|app.cors|url.path_wrong", "405 Method Not Allowed after http to https redirect"),
    ("http.redirected", "POST becomes GET behind nginx, 301"),
    ("http.blocked", "Access denied | api.relay.example used Cloudflare to restrict access"),
    ("http.blocked", "openai.PermissionDeniedError: Your request was blocked. (works with curl)"),
    ("http.gateway_error", "524 A timeout occurred"),
    ("http.gateway_error", "error code: 1033 cloudflare tunnel"),
    ("http.too_large", "Error: 413 <html><head><title>413 Request Entity Too Large</title></head>"),
    ("http.blocked|http.front_auth|tls.intercepted", "Zscaler block page shown instead of the API: category Generative AI not allowed"),
    ("proxy.ignored|tcp.timeout", "node fetch times out behind the company proxy, curl works"),
    ("proxy.invalid|tls.not_tls", "requests.exceptions.SSLError: HTTPSConnectionPool(host='api.openai.com', port=443): (Caused by ProxyError('Cannot connect to proxy.', FileNotFoundError(2, 'No such file or directory')))"),
    ("proxy.unreachable|tcp.refused", "系统代理 127.0.0.1:7890 拒绝连接"),
    ("proxy.invalid|url.invalid|dns.not_found", "getaddrinfo ENOTFOUND http"),
    ("proxy.invalid|proxy.auth_required", "proxy password contains @, proxy url cannot be parsed"),
    ("proxy.captures_local|http.gateway_error", "Ollama call failed with status code 502 (http://192.168.1.3:11434), http_proxy is set"),
    ("settings.missing_key", "Zed: no API key found after starting from the Dock, works from the terminal"),
    ("settings.wrong_variable|app.base_url_ignored", "set OPENAI_API_BASE but requests still go to api.openai.com"),
    ("settings.conflict|auth.rejected", "401: the key in the environment is used instead of the key in settings"),
    ("url.stray_characters", "base url with a trailing space: 404 POST /v1%20/chat/completions"),
    ("url.scheme_missing|url.invalid", "TypeError: Failed to parse URL from localhost:11434/api/tags"),
    ("settings.missing_key|url.scheme_missing", "httpx.UnsupportedProtocol: Request URL is missing an 'http://' or 'https://' protocol. (OPENAI_BASE_URL is empty)"),
    ("app.private_refused", "URL not allowed: private IP addresses are blocked"),
    ("app.private_refused", "cursor: Provider returned error: localhost cannot be reached from our servers"),
    ("tcp.unreachable", "dial tcp 192.168.1.50:11434: connect: no route to host (terminal works)"),
    ("tcp.timeout|tcp.unreachable", "AggregateError [ETIMEDOUT]: connect ETIMEDOUT 104.18.6.192:443, connect ENETUNREACH 2606:4700::1:443"),
    ("tcp.refused", "[Errno 111] Connection refused in docker container for http://localhost:11434"),
    ("tcp.refused|dns.not_found", "host.docker.internal: Connection refused"),
    ("tls.reset", "curl: (35) Recv failure: Connection reset by peer during TLS handshake"),
    ("tls.reset", "ECONNRESET after ClientHello, openssl s_client works with -groups X25519"),
    ("tls.incomplete_chain|tls.untrusted_issuer", "unable to verify the first certificate"),
    ("tls.hostname_mismatch|dns.bogus_answer", "Hostname/IP does not match certificate's altnames: Host: api.openai.com. is not in the cert's altnames: DNS:*.facebook.com"),
    ("stream.cut", "stream ended after 60 seconds of silence (unexpected EOF) while the model is thinking"),
    ("stream.malformed", "Failed to parse SSE chunk: data:{\"id\""),
    ("stream.malformed|stream.cut", "zlib: incorrect header check in the stream"),
    ("shape.malformed_answer", "KeyError: 'choices'"),
    ("shape.malformed_answer", "response has no choices field, 200 OK"),
    ("shape.web_page", "Expected JSON but got <!doctype html>"),
    ("dns.failed", "Timeout while contacting DNS servers [api.openai.com]"),
    ("dns.not_found", "Cannot connect to host host.docker.internal:11434 ssl:default [nodename nor servname provided, or not known]"),
    ("dns.not_found|url.host_typo", "Could not resolve host api.deepseek.con"),
    ("quota.exhausted", "Error code: 402 - {'error': {'message': 'Insufficient Balance'}}"),
    ("quota.exhausted|key.wrong_plan", "429 {\"error\":{\"code\":\"1113\",\"message\":\"余额不足或无可用资源包,请充值。\"}}"),
    ("quota.rate_limited", "429 {\"error\":{\"code\":\"1302\",\"message\":\"您当前使用该API的并发数过高，请降低并发，或联系客服增加限额。\"}}"),
    ("quota.rate_limited|quota.exhausted", "Please retry in 34.1s. Quota exceeded for metric: generate_content_free_tier_requests"),
    ("quota.exhausted", "OpenRouter: This request requires more credits, or fewer max_tokens. You requested up to 8192 tokens, but can only afford 300"),
    ("model.no_channel", "503 无可用渠道（distributor）"),
    ("model.not_found", "Ollama: model 'llama3' not found"),
    ("model.not_found", "Error 404: models/gemini-1.0-pro is not found for API version v1beta"),
    ("model.parameter_rejected", "Error: 400 temperature does not support 0.7 with this model. Only the default (1) value is supported"),
    ("model.parameter_rejected", "400 {\"detail\":[{\"type\":\"string_type\",\"loc\":[\"body\",\"messages\",0,\"content\"],\"msg\":\"Input should be a valid string\"}]}"),
    ("auth.ip_not_allowed", "403 Access denied due to Virtual Network/Firewall rules."),
    ("key.wrong_kind|auth.rejected", "OAuth token sk-ant-oat01-… as x-api-key: invalid x-api-key"),
    ("access.client_refused", "403 This API key is restricted to the official Claude Code client"),
    ("http.header_rejected", "400 invalid beta flag"),
    ("http.header_rejected", "Unexpected value(s) `context-1m-2025-08-07` for the `anthropic-beta` header"),
    ("http.timeout|tcp.timeout", "OpenAI 接口一直超时"),
    ("app.cors", "WebUI 里点测试提示 Failed to fetch，但 curl 正常"),
    ("app.sdk_mismatch", "ModuleNotFoundError: No module named 'openai'"),
    ("auth.rejected", "{\"code\":\"InvalidApiKey\",\"message\":\"Invalid API-key provided.\"}"),
    ("auth.header_lost|auth.rejected", "login fail: Please carry the API secret key in the 'Authorization' field of the request header (1004)"),
    ("auth.rejected", "{\"base_resp\":{\"status_code\":2049,\"status_msg\":\"invalid api key\"}}"),
    ("key.wrong_region|auth.rejected", "minimax invalid api key 2049 with a key of the international platform"),
    ("key.wrong_resource|auth.rejected", "Access denied due to invalid subscription key or wrong API endpoint"),
    ("access.region_blocked", "403 {\"error\":{\"type\":\"forbidden\",\"message\":\"Request not allowed\"}}"),
    ("url.not_api_host|shape.web_page", "填了 https://www.deepseek.com/v1 返回网页"),
    ("url.double_slash|url.path_wrong", "Unexpected endpoint or method. (POST //chat/completions)"),
    ("url.version_doubled|url.path_wrong", "Unexpected endpoint or method. (GET /v1/v1/models)"),
    ("tls.not_tls", "error:1408F10B:SSL routines:ssl3_get_record:wrong version number"),
    ("tls.not_tls|proxy.invalid", "Client network socket ... EPROTO wrong version number with HTTPS_PROXY=https://127.0.0.1:7890"),
    ("http.closed|tcp.reset", "Error: aborted, socket hang up at connResetException"),
    ("tcp.refused", "Failed to connect to LM Studio server at http://localhost:1234"),
    ("tcp.refused", "无法连接到本地 Ollama 服务"),
    ("stream.ignored|stream.buffered", "stream=true 但是返回的是一个完整的 JSON"),
    ("stream.stalled", "stream stalls after a few tokens and then nothing"),
    ("model.substituted", "the response's model field is gpt-4o-mini although gpt-4o was requested"),
    ("app.base_url_ignored", "设置了中转地址，但还是提示去 platform.openai.com 找 key"),
    ("app.mixed_content", "This page is https and the API http, the browser blocks it"),
    ("settings.missing_key", "Cline: API key is required. Please enter one in the settings."),
    ("settings.missing_key", "报错：OPENAI_API_KEY 环境变量不存在"),
    ("settings.missing_key", "Error: ANTHROPIC_API_KEY not found. Please run export ANTHROPIC_API_KEY=..."),
    ("settings.missing_key", "opencode: No provider configured, login with `opencode auth login`"),
    ("auth.rejected", "LobeChat: InvalidProviderAPIKey, 请检查 API Key"),
    ("auth.rejected", "Dify: Credentials validation failed: 401 Client Error: Unauthorized for url: https://api.moonshot.cn/v1/models"),
    ("auth.rejected", "Cherry Studio: 身份验证失败，请检查 API 密钥是否正确"),
    ("auth.rejected", "NextChat: {\"error\":true,\"msg\":\"you are using an invalid api key\"}"),
    ("auth.rejected", "The api_key you provided is not valid (401)"),
    ("http.gateway_error", "Upstream service unavailable 503 nginx"),
    ("http.gateway_error|http.timeout", "nginx: upstream timed out (110: Connection timed out) while reading response header from upstream"),
    ("quota.rate_limited", "You've hit the 5-hour usage limit, resets at 3pm"),
    ("quota.rate_limited", "已达到速率限制，请 20 秒后重试"),
    ("quota.exhausted", "免费额度已用完"),
    ("quota.exhausted", "Your account balance is negative, please recharge"),
    ("quota.exhausted", "This organization has been disabled for billing: monthly spend limit reached"),
    ("model.not_found", "invalid model ID claude-4"),
    ("model.not_found", "No endpoints found for meta-llama/llama-9."),
    ("model.not_found", "The deployment gpt4 for this Azure resource does not exist: DeploymentNotFound"),
    ("model.not_found", "模型 gpt-4-32k 已下线"),
    ("model.parameter_rejected", "This model does not support image input"),
    ("model.parameter_rejected", "'response_format' of type 'json_schema' is not supported with this model"),
    ("model.parameter_rejected", "Invalid 'max_tokens': integer above maximum value"),
    ("url.path_wrong", "Error: 405 Not Allowed nginx"),
    ("url.path_wrong|url.version_missing", "Not Found (404): the requested URL /chat/completions was not found on this server"),
    ("url.path_wrong|url.version_missing", "请求失败 404，接口不存在"),
    ("tcp.refused", "ollama: dial tcp [::1]:11434: connectex: No connection could be made because the target machine actively refused it."),
    ("tcp.refused", "Verbindung abgelehnt: connect ECONNREFUSED 10.0.0.4:8080"),
    ("tcp.timeout", "connect ETIMEDOUT 104.18.7.192:443"),
    ("tcp.timeout", "无法访问 api.openai.com，国内网络连接超时"),
    ("dns.not_found", "The remote name could not be resolved: 'relay.example'"),
    ("dns.not_found", "nslookup relay.example: NXDOMAIN"),
    ("tls.untrusted_issuer|tls.intercepted", "Node: self-signed certificate in certificate chain (behind Zscaler)"),
    ("tls.untrusted_issuer|tls.intercepted", "Certificate verification error, is there an HTTPS proxy in your company?"),
    ("tls.expired|tls.clock_wrong", "certificate expired: Let's Encrypt root DST Root CA X3"),
    ("stream.cut", "openai.APIError: stream ended with no finish_reason"),
    ("stream.cut", "Response truncated: connection closed mid-stream"),
    ("stream.cut|http.closed", "ERR_HTTP2_PROTOCOL_ERROR 200"),
    ("stream.cut", "API Error: Claude Code: Connection interrupted while streaming the answer"),
    ("stream.error_inside", "data: {\"error\":{\"message\":\"Provider returned error\",\"code\":502}}"),
    ("shape.malformed_answer", "pydantic_core.ValidationError: 1 validation error for ChatCompletion choices Field required"),
    ("shape.malformed_answer", "解析响应失败：choices 为空"),
    ("shape.web_page", "Response: <!DOCTYPE html><html lang=\"zh\"><head><title>New API</title>"),
    ("shape.wrong_protocol", "relay answers in Anthropic format while the OpenAI format was expected"),
    ("shape.wrong_protocol|url.path_wrong", "unsupported endpoint /v1/messages: this server is OpenAI compatible only"),
    ("proxy.socks_unsupported", "ERROR: Could not install packages due to an OSError: Missing dependencies for SOCKS support."),
    ("proxy.unreachable", "Failed to connect to 127.0.0.1 port 10809: Connection refused"),
    ("proxy.unreachable", "代理 127.0.0.1:7890 连接失败"),
    ("proxy.captures_local", "localhost:11434 的请求走了系统代理，返回 502"),
    ("proxy.auth_required", "Proxy Authentication Required (NTLM)"),
    ("proxy.refused", "Received HTTP code 403 from proxy after CONNECT"),
    ("app.cors", "No 'Access-Control-Allow-Origin' header is present on the requested resource"),
    ("app.cors", "app://obsidian.md has been blocked by CORS policy"),
    ("app.sdk_mismatch", "TypeError: OpenAI.__init__() got an unexpected keyword argument 'organization_id'"),
    ("app.private_refused", "For security, requests to private network addresses are not allowed"),
    ("key.stray_characters", "API key 里有中文逗号，报 UnicodeEncodeError"),
    ("key.stray_characters", "requests: Invalid header value b'Bearer abc\\r'"),
    ("key.truncated", "API key seems incomplete: it must be 51 characters"),
    ("key.placeholder", "Incorrect API key provided: sk-xxxxx*xxxx."),
    ("key.placeholder|auth.rejected", "Bearer YOUR_API_KEY 401"),
    ("key.unexpanded", "Authorization: Bearer ${OPENAI_API_KEY} -> 401"),
    ("key.wrong_plan", "coding plan key used at the general endpoint: 401"),
    ("url.endpoint_included", "base_url='https://api.deepseek.com/v1/chat/completions' gives 404"),
    ("url.not_api_host|shape.web_page", "base url https://console.anthropic.com returns HTML"),
    ("url.host_typo", "ENOTFOUND api.deepsek.com"),
    ("http.blocked", "Error 1020: Access denied, this website is using a security service to protect itself"),
    ("http.blocked", "返回 Cloudflare 人机验证页面 403"),
    ("http.front_auth", "401 with WWW-Authenticate: Basic realm=\"Restricted\""),
    ("http.closed", "upstream closed the connection: Remote end closed connection without response"),
    ("access.region_blocked", "该服务在您所在的国家或地区不可用"),
    ("auth.expired", "账号已被封禁，请联系管理员"),
    ("auth.expired", "Your API key has been disabled"),
    ("auth.not_permitted", "This API key does not have permission to call the model API"),
    ("model.not_permitted", "You don't have access to model claude-opus on your plan"),
    ("model.no_channel", "There are no available channels for model gpt-5 under group default"),
    ("http.too_large", "request body too large: limit 1048576"),
    ("http.server_error", "Error 500: internal error, please contact support"),
    ("http.timeout", "ReadTimeoutError: HTTPConnectionPool(host='192.168.1.9', port=11434): Read timed out."),
    ("tls.needed", "400 Bad Request: This combination of host and port requires TLS."),
    ("app.mixed_content", "浏览器提示 Mixed Content"),
]  # fmt: skip

TABLE = [(family, code, text) for family, entries in TEXTS.items() for code, text in entries]


def explain(text: str, lang: str = "en") -> tuple[Candidate, ...]:
    return judge(read(text), lang)


def codes(candidates: tuple[Candidate, ...]) -> list[str]:
    return [candidate.code for candidate in candidates]


@pytest.mark.parametrize(("family", "code", "text"), TABLE)
def test_a_text_is_told(family: str, code: str, text: str) -> None:
    assert codes(explain(text))[:1] == [code]


@pytest.mark.parametrize(("wanted", "text"), REPORTS)
def test_a_report_is_told(wanted: str, text: str) -> None:
    assert codes(explain(text))[0] in wanted.split("|")


@pytest.mark.parametrize("code", sorted(examples()))
def test_the_examples_of_a_code_are_told_as_it(code: str) -> None:
    for text in examples()[code]:
        assert code in codes(explain(text))[:3], text


def test_every_finding_has_examples() -> None:
    assert {code for code in en.TEXTS if not code.startswith("run.")} == set(examples())
    assert all(1 <= len(texts) <= 3 for texts in examples().values())


def test_every_row_names_a_finding() -> None:
    assert {row.code for row in rows()} <= set(en.TEXTS)
    for row in rows():
        assert bool(row.any) != bool(row.pattern), row
        assert 0 < row.confidence < 1
        assert all(part == part.lower() for part in (*row.any, *row.beside, *row.without)), row
        re.compile(row.pattern)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "hello", "the build is green", "今天天气不错", "\x00\ud800", "{}", "null", "https://example.com/"],
)
def test_nothing_is_made_of_nothing(text: str) -> None:
    assert explain(text) == ()


# -- addresses and keys in the text ------------------------------------------------------------------------------------

PROJECT_KEY = "sk-proj-" + "Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 4
ANTHROPIC_KEY = "sk-ant-api03-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 3 + "AA"
GROQ_KEY = "gsk_" + "Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0bV3nM6kL9jH2gF5dS8aP1"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "key.wrong_door",
            f"curl https://api.openai.com/v1/models -H 'Authorization: Bearer {GROQ_KEY}'\n401 Unauthorized",
        ),
        ("key.wrong_door", f"base_url=https://api.deepseek.com/v1 api_key={ANTHROPIC_KEY} -> 401 invalid api key"),
        ("url.endpoint_included", "OPENAI_BASE_URL=https://relay.example/v1/chat/completions"),
        ("url.not_api_host", "base_url: https://platform.openai.com/v1"),
        ("url.host_typo", "base_url=https://api.antropic.com"),
    ],
)
def test_addresses_and_keys_are_judged(code: str, text: str) -> None:
    assert code in codes(explain(text))[:2]


def leaks(candidates: tuple[Candidate, ...], key: str) -> bool:
    said = json.dumps([[c.why, c.evidence] for c in candidates], ensure_ascii=False)
    body = re.sub(r"^(?:sk-ant-api03-|sk-proj-|sk-or-v1-|gsk_|xai-|sk-)", "", key)
    return any(body[i : i + 12] in said for i in range(max(1, len(body) - 11)))


_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
KEYS = st.one_of(
    st.builds(
        lambda head, body: head + body,
        st.sampled_from(
            ["sk-", "sk-proj-", "sk-ant-api03-", "sk-or-v1-", "gsk_", "xai-", "AIza", "hf_", "nvapi-", "pplx-"]
        ),
        st.text(_ALPHANUMERIC + "-_", min_size=24, max_size=100),
    ),
    st.text("0123456789abcdef", min_size=32, max_size=64),
    st.uuids().map(str),
    st.builds(
        lambda a, b: f"{a}.{b}",
        st.text("0123456789abcdef", min_size=32, max_size=32),
        st.text(_ALPHANUMERIC, min_size=16, max_size=16),
    ),
)
AROUND = st.sampled_from(
    [text for _, _, text in TABLE] + ["", "Bearer ", "api_key=", '{"api_key": "', "Illegal header value b'Bearer "]
)


@settings(max_examples=200, deadline=None)
@given(
    KEYS.filter(lambda key: len(set(key[3:])) > 5),
    AROUND,
    st.integers(0, 400),
    st.sampled_from(["", "\n", "'", '"', "\\n"]),
)
def test_no_key_is_ever_echoed(key: str, text: str, at: int, end: str) -> None:
    at = min(at, len(text))
    for pasted in (
        f"{text[:at]} {key}{end} {text[at:]}",
        f"{text}\nAuthorization: Bearer {key}{end}",
        f"{text} ({key})",
    ):
        assert not leaks(explain(pasted), key), pasted


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=2000))
@example("http://[")
@example("https://\u2028:99999/v1")
def test_it_never_raises(text: str) -> None:
    for candidate in explain(text, "zh"):
        assert candidate.code in en.TEXTS
        assert 0 < candidate.confidence <= 1
        assert len(candidate.evidence) <= 160


@pytest.mark.parametrize(
    "filler",
    [
        "2026-11-22 08:00:00,123 INFO worker 17 handled request /health in 3 ms\n",
        "2026-11-22 08:00:00,123 WARNING retrying request 17 after error: try 1\n",
        "x" * 2000,
        "sk-" + "Ab1" * 20 + " ",
        "https://relay.example/v1/ ",
        "****",
        " " * 50,
        "Bearer ",
        "a.b.",
        "\\u65e0",
        '{"error":',
    ],
)
def test_a_long_log_takes_no_time(filler: str) -> None:
    log = filler * (1_000_000 // len(filler))
    middle = len(log) // 2
    log = f"{log[:middle]}\nopenai.APIConnectionError: Connection error. Caused by: [Errno 111] Connection refused\n{log[middle:]}"
    began = time.perf_counter()
    found = explain(log)
    assert time.perf_counter() - began < 4.0
    if filler.endswith("\n"):
        assert codes(found)[:1] == ["tcp.refused"]


# -- the command -------------------------------------------------------------------------------------------------------


def test_a_page() -> None:
    result = CliRunner().invoke(command, ["key.wrong_door", "--lang", "en"])
    assert result.exit_code == 0
    assert en.TEXTS["url.invalid"].title not in result.output
    assert "What to do" in result.output
    assert "What it looks like" in result.output
    chinese = CliRunner().invoke(command, ["key.wrong_door", "--lang", "zh"])
    assert "解决办法" in chinese.output


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_a_page(lang: str) -> None:
    for code in {**en.TEXTS, **zh.TEXTS}:
        result = CliRunner().invoke(command, [code, "--lang", lang])
        assert result.exit_code == 0
        assert "{" not in result.output.replace("${", "") or code in result.output


def test_a_near_miss_proposes() -> None:
    result = CliRunner().invoke(command, ["key.wrong_dor", "--lang", "en"])
    assert result.exit_code != 0
    assert "key.wrong_door" in result.output


def test_json_is_the_contract() -> None:
    result = CliRunner().invoke(command, ["--json", "--lang", "zh", "Error: connect ECONNREFUSED 127.0.0.1:8080"])
    document = json.loads(result.output)
    assert list(document) == ["candidates"]
    assert set(document["candidates"][0]) == {"code", "confidence", "why", "evidence"}
    assert document["candidates"][0]["code"] == "tcp.refused"


def test_nothing_known_is_said() -> None:
    result = CliRunner().invoke(command, ["--json", "all is well"])
    assert result.exit_code == 3
    assert json.loads(result.output) == {"candidates": []}
    assert CliRunner().invoke(command, ["all is well"]).exit_code == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_and_standard_input(tmp_path: Path, encoding: str) -> None:
    data = "中转站：余额不足，请充值".encode(encoding)
    log = tmp_path / "app.log"
    log.write_bytes(data)
    for result in (CliRunner().invoke(command, ["--file", str(log)]), CliRunner().invoke(command, ["-"], input=data)):
        assert result.exit_code == 0
        assert "quota.exhausted" in result.output


def test_words_need_no_quotes() -> None:
    result = CliRunner().invoke(command, ["Connection", "refused", "by", "127.0.0.1:8080"])
    assert "tcp.refused" in result.output
