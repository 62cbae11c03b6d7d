"""Siblings of the texts by which a kind of error was found: other wordings of the same kind, made here."""

from __future__ import annotations

import pytest

from diagnose.cli.commands.explain import explained
from diagnose.words.en.kinds import KINDS


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("key_pair", "SignatureDoesNotMatch: The request signature we calculated does not match the signature you sent"),
        ("key_pair", "InvalidAccessKeyId.NotFound Specified access key is not found."),
        ("key_pair", '{"code":"AuthFailure.SignatureFailure","message":"签名错误"}'),
        ("aws_session", "ExpiredTokenException: The security token included in the request is expired"),
        ("aws_access_key", "UnrecognizedClientException: The security token included in the request is invalid."),
        ("access_token", '401 {"error_code":110,"error_msg":"Access token invalid or no longer valid"}'),
        ("access_token", '401 {"msg":"access token expired"}'),
        ("no_model", "400 you must provide a model parameter"),
        ("no_model", '{"detail":[{"type":"missing","loc":["body","model"],"msg":"Field required"}]}'),
        ("no_model", "503 当前分组 default 下对于模型  无可用渠道"),
        ("responses_only", "The model gpt-5.2-codex is not supported on the /v1/chat/completions endpoint"),
        ("responses_only", "400 o3-deep-research can only be used with the Responses API"),
        ("google_login", "RefreshError: ('invalid_grant: Bad Request', {'error': 'invalid_grant', 'error_description': 'Bad Request'})"),
        ("google_login", '{"error":"invalid_grant","error_description":"reauth related error (rapt_required)"}'),
        ("google_federation", 'OAuthError: (\'Error code invalid_target: The target service indicated by the "audience" parameters is invalid. '
         "This might either be because the pool or provider is disabled or deleted')"),
        ("google_federation", "unauthorized_client: The given credential is rejected by the attribute condition."),
        ("google_metadata", "RefreshError: ('Failed to retrieve http://metadata.google.internal/computeMetadata/v1/x from the Google Compute Engine metadata service. Status: 404')"),
        ("google_client", 'token exchange: 401 {"error": "invalid_client", "error_description": "The OAuth client was not found."}'),
        ("google_credentials", "DefaultCredentialsError: Could not automatically determine credentials. Please set GOOGLE_APPLICATION_CREDENTIALS"),
        ("gcp_quota_project", "RefreshError: ('Unable to acquire impersonated credentials', 'Caller does not have required permission to use project x')"),
        ("gcp_base_model_quota", "429 Quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with base model: gemini-x."),
        ("vertex_api_key", "401 UNAUTHENTICATED. API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal."),
        ("vertex_openapi_name", "HTTP 400 Malformed publisher model name: expected format '<publisher>/<model>'"),
        ("vertex_openapi_model", "400 The deployed model does not support ChatCompletions. endpoint_id: 7, deployed_model_id: 8"),
        ("vertex_publisher", "404 Publisher Model `projects/p/locations/global/publishers/google/models/mistral-large` not found"),
        ("vertex_global", "404 Publisher Model `projects/p/locations/global/publishers/google/models/gemini-9` was not found"),
        ("vertex_location", "404 Publisher Model `projects/p/locations/us-east1/publishers/google/models/gemini-3-pro` was not found"),
        ("vertex_location", "404 Publisher Model projects/p/locations/europe-west1/publishers/anthropic/models/claude-x not found"),
        ("litellm_old", "litellm.BadRequestError: LLM Provider NOT provided. You passed model=cerebras/llama-4"),
        ("litellm_old", "litellm.BadRequestError: LLM Provider NOT provided. You passed model=zai/glm-5"),
        ("lan_server", "connect ECONNREFUSED 192.168.1.30:1234"),
        ("lan_server", "dial tcp 10.0.0.7:11434: connect: connection refused"),
        ("container_service", "docker: httpx.ConnectError: [Errno 111] Connection refused, base_url=http://vllm:8000/v1"),
        ("body_lost", '400 {"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}'),
        ("body_lost", "422 request body is missing"),
        ("dns_server", "dial tcp: lookup api.x.ai on 10.255.255.254:53: read udp 172.17.0.2:4242: i/o timeout"),
        ("dns_server", "dial tcp: lookup api.groq.com on [::1]:53: dial udp [::1]:53: connect: connection refused"),
        ("relay_upstream", '{"error":{"message":"do request failed","code":"do_request_failed"}}'),
        ("invalid_argument", '{"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT"}}'),
        ("invalid_argument", '400 {"error":{"code":"1210","message":"API 调用参数有误，请检查文档。"}}'),
        ("bedrock_account", "An error occurred (ValidationException) when calling the Converse operation: Operation not allowed"),
        ("gateway_credentials", "500 {\"error\":{\"message\":\"No valid API keys configured for provider 'gemini'\"}}"),
        ("gateway_credentials", "unexpected status 503 Service Unavailable: no healthy credential for provider codex"),
        ("body_no_json", "400 - The API expects a JSON body but the payload was not valid JSON"),
        ("server_gone", "requests: ConnectionResetError(10054) url: http://localhost:1234/v1/chat/completions"),
        ("ollama_old", 'openai_api_base="http://127.0.0.1:11434/v1" NotFoundError: 404 page not found'),
        ("app_provider", "Error: Config not found for the mistral endpoint"),
        ("context_loaded", "LM Studio: please load the model with a longer context length"),
        ("no_json", "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ("httpx2", "TypeError: http_client must be an httpx2.AsyncClient, not httpx.AsyncClient"),
        ("httpx2", "anthropic: argument is of type httpx.Client; httpx2.Client required"),
        ("no_model", "Error: No default model configured"),
        ("history", "A conversation must alternate between user and assistant roles."),
        ("history", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."),
    ],
)  # fmt: skip
def test_a_sibling_has_the_words_of_its_kind(kind: str, text: str) -> None:
    found = explained(text, "en").candidates
    assert found
    start = KINDS[kind].title.partition("{")[0]
    assert start
    assert found[0].text.title.startswith(start), found[0]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("shape.malformed_answer", 'keyNotFound(CodingKeys(stringValue: "choices", intValue: nil)'),
        ("shape.malformed_answer", "The data couldn’t be read because it is missing."),
        ("shape.malformed_answer", "type 'Null' is not a subtype of type 'List<dynamic>' in type cast"),
        ("shape.malformed_answer", "com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize value of type"),
        ("stream.malformed", "data did not match any variant of untagged enum StreamEvent"),
        ("auth.no_credential", "ValueError: No region was given. The client should be instantiated with the `region` argument or the `CLOUD_ML_REGION` environment variable"),
        ("auth.no_credential", "API Error: No projectId was given and it could not be resolved from credentials."),
        ("auth.no_credential", "When using Vertex AI, you must specify either: • GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION environment variables."),
        ("tcp.refused", "error: Was there a typo in the url or port? http://127.0.0.1:11434/v1"),
        ("url.endpoint_included", "using http://10.0.0.2/v1-openai/chat/completions as base url\n404 Not Found"),
        ("key.wrong_door", "Using the Mistral node\nIncorrect API key provided: Ab12cd*****ef. You can find your API key at "
         "https://platform.openai.com/account/api-keys."),
        ("app.sdk_mismatch", "TypeError: Completions.create() missing 2 required keyword-only arguments: 'messages' and 'model'"),
        ("app.sdk_mismatch", "Invalid auth type selected"),
        ("auth.upstream", "[ERR] 2025/02/11 - 10:11:12 | relay error (channel #7, status code: 401): invalid api key"),
        ("auth.upstream", "channel error (channel #12, status code: 403): Your account has been disabled"),
        ("url.path_wrong", "There's an issue with the selected model (glm-5). It may not exist. Error: 404 404 status code (no body)"),
        ("url.path_wrong", "issue with the selected model (kimi-k3)\nANTHROPIC_BASE_URL=https://api.moonshot.cn/v1"),
        ("url.path_wrong", "JSONDecodeError: Extra data: line 1 column 5 (char 4)"),
        ("app.base_url_ignored", "I am using Ollama: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 401 Unauthorized\""),
        ("http.timeout", "SocketTimeoutException: Read timed out. This might be caused by an overloaded server."),
        ("tcp.refused", "connect ECONNREFUSED 127.0.0.1:8080. This may be due to an invalid API key."),
        ("model.not_found", "https://anyroute.example/v1/chat/completions says Model foo-9 not supported"),
        ("model.parameter_rejected", "400 invalid keep_alive: expected a duration"),
        ("model.parameter_rejected", "n must be at least 1"),
        ("tcp.refused", "验证失败，请检查配置是否正确: [Errno 111] Connection refused"),
        ("shape.wrong_protocol", "Responses API endpoint not found. base url https://api.z.ai/api/paas/v4"),
    ],
)  # fmt: skip
def test_a_sibling_has_its_code(code: str, text: str) -> None:
    assert explained(text, "en").candidates[0].code == code


@pytest.mark.parametrize(
    "text",
    [
        "Connection failed. This may be caused by an invalid API key, a network problem, or an expired certificate.",
        "Error 403. This can be caused by an invalid key, insufficient credits, or a blocked region.",
        "连接失败，可能是因为代理未开启，或者 API 地址填写错误。",
        "连接测试失败，请检查 API Key 和 Base URL",
        "Test failed: please check your API key and base URL settings",
        "翻译失败，请检查网络是否正常，或服务能否访问",
    ],
)
def test_guesses_and_general_advice_are_ambiguous(text: str) -> None:
    found = explained(text, "en")
    assert found.ask
    assert not any(one.likely for one in found.candidates)


def test_a_list_of_names_gives_the_near_one_or_itself() -> None:
    near = explained("400 Available models: gpt-5.4, gpt-5.4-mini, but you requested openai/gpt-5.4", "en")
    assert near.candidates[0].text.steps[0].endswith("gpt-5.4.")
    listed = explained(
        "The supported API model names are deepseek-chat or deepseek-reasoner, but you passed gpt-4.", "en"
    )
    assert "deepseek-chat, deepseek-reasoner." in listed.candidates[0].text.steps[0]


def test_a_gateways_sentence_yields_to_the_refusal_that_it_quotes() -> None:
    text = (
        'API Error: 400 {"error":{"message":"Provider returned error","metadata":{"raw":"{\\"error\\":{\\"type\\":'
        '\\"invalid_request_error\\",\\"message\\":\\"anthropic_beta: context flag is a duplicate\\"}}"}}}'
    )
    first = explained(text, "en").candidates[0]
    assert first.code == "model.parameter_rejected"
    assert "anthropic_beta" in first.text.steps[0]


@pytest.mark.parametrize(
    "text",
    [
        "models.py: the tokens of the message exceed nothing here",
        "context_length=4096 model=llama3 started",
        "Failed to load resource: the file messages.json was not found in the project",
    ],
)
def test_prose_and_logs_claim_nothing(text: str) -> None:
    assert not any(one.likely for one in explained(text, "en").candidates)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("OpenAI error: 403 Your access has been terminated", "access.client_refused"),
        ("Request failed (400): Malformed request body, quota resets after 45s", "model.parameter_rejected"),
        ("401: your token is correct, but this operation is refused by the provider", "auth.not_permitted"),
        ("您的密钥有效，但供应商拒绝了该请求", "auth.not_permitted"),
        ("您的密钥无效，请检查", "auth.rejected"),
        ("api_key=你的密钥\n401 invalid api key", "key.placeholder"),
        ("Upstream closed the stream before any output was produced", "stream.cut"),
        ('TypeError: can\'t access property "content", choices[0] is undefined', "shape.malformed_answer"),
        ("lua: attempt to index local 'choice' (a nil value)", "shape.malformed_answer"),
        (
            'PluginInvokeError: {"error_type":"ValidationError","message":"2 validation errors for LLMModelConfig"}',
            "app.sdk_mismatch",
        ),
        ("base_url: https://api.deepseek.com\napi_key: sk-xxx\nhttpx.ConnectTimeout: timed out", "tcp.timeout"),
        ("api_key: xxxx\nlitellm.RateLimitError: rate limit reached for requests", "quota.rate_limited"),
        ('api_key="sk-xxxx"\nopenai.AuthenticationError: Error code: 401 - invalid api key', "key.placeholder"),
    ],
)
def test_words_beside_the_error_do_not_replace_it(text: str, code: str) -> None:
    assert explained(text, "en").candidates[0].code == code
