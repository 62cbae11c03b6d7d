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
        ("shape.wrong_protocol", "Responses API endpoint not found. base url https://api.z.ai/api/paas/v4"),
    ],
)  # fmt: skip
def test_a_sibling_has_its_code(code: str, text: str) -> None:
    assert explained(text, "en").candidates[0].code == code


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
