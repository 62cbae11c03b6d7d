"""Tests for the kinds of errors, and for the steps that a text names itself: each kind with texts of other wordings."""

from __future__ import annotations

import pytest

from diagnose.answers.kinds import kind_of
from diagnose.answers.named_steps import NamedStep, in_order, is_manual
from diagnose.answers.text_remedies import named_in, steps_of, values_of
from probes.pasted.notes import PastedText
from probes.pasted.pasted_text import read

# Kind -> code and message, in words of other servers than those in the public texts.
KINDS: dict[str, list[tuple[str, str]]] = {
    "tools_unsupported": [
        ("model.parameter_rejected", "400 phi3 does not support tools"),
        ("model.parameter_rejected", "Function calling is not enabled for this model"),
        ("model.parameter_rejected", "该模型不支持函数调用"),
    ],
    "tool_parser": [
        ("model.parameter_rejected", "tools param requires --jinja flag"),
        ("model.parameter_rejected", 'named tool choice requires --tool-call-parser to be set'),
    ],
    "history": [
        ("model.parameter_rejected", "messages.3: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01"),
        ("model.parameter_rejected", "unexpected `tool_use_id` found in `tool_result` blocks: toolu_02"),
        ("model.parameter_rejected", "Conversation roles must alternate user/assistant/user/assistant/..."),
        ("model.parameter_rejected", "Please ensure that function response turn comes immediately after a function call turn"),
        ("model.parameter_rejected", "The reasoning_content in the thinking mode must be passed back to the API."),
        ("model.parameter_rejected", "Item 'rs_1' of type 'reasoning' was provided without its required following item."),
        ("model.parameter_rejected", "messages.1.content.0: Invalid `signature` in `thinking` block"),
    ],
    "too_long": [
        ("model.parameter_rejected", "prompt is too long: 215000 tokens > 200000 maximum"),
        ("model.parameter_rejected", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
        ("http.too_large", "Requested tokens exceed context window of 2048"),
        ("model.parameter_rejected", "输入内容过长，超出模型上下文"),
    ],
    "parameter_limit": [
        ("model.parameter_rejected", "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens: at most 8192"),
        ("model.parameter_rejected", "Range of max_tokens should be [1, 8192], max_tokens must be less than or equal to 8192"),
    ],
    "parameter_renamed": [
        ("model.parameter_rejected", "'functions' is deprecated. Use 'tools' instead"),
    ],
    "parameter": [
        ("model.parameter_rejected", "Unknown parameter: 'reasoning.effort'."),
        ("model.parameter_rejected", "thinking: Extra inputs are not permitted"),
        ("model.parameter_rejected", "Unrecognized request argument supplied: cache_prompt"),
    ],
    "images_unsupported": [
        ("model.parameter_rejected", "Invalid content type. image_url is only supported by certain models."),
        ("model.parameter_rejected", "Failed to deserialize: messages[1]: unknown variant `image_url`, expected `text`"),
        ("model.no_channel", "No endpoints found that support image input"),
    ],
    "answer_format": [
        ("model.parameter_rejected", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."),
        ("model.parameter_rejected", "This response_format type is unavailable now"),
    ],
    "message_role": [
        ("model.parameter_rejected", "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        ("model.parameter_rejected", "developer is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.0.role'"),
        ("http.server_error", "System message must be at the beginning."),
    ],
    "empty_message": [
        ("model.parameter_rejected", "messages: text content blocks must be non-empty"),
        ("model.parameter_rejected", "[] is too short - 'messages'"),
        ("model.parameter_rejected", "messages 不能为空"),
    ],
    "model_retired": [
        ("model.not_found", "The model `mixtral-8x7b-32768` has been decommissioned and is no longer supported."),
        ("model.not_found", "This model models/gemini-1.0-pro is no longer available."),
        ("model.not_found", "模型 chatglm_std 已下线"),
    ],
    "app_prefix": [("model.not_found", "The model `openai:gpt-4o` does not exist")],
    "iam_action": [
        ("auth.not_permitted", "User: arn:aws:iam::1:user/x is not authorized to perform: sagemaker:InvokeEndpoint on resource: y"),
        ("auth.not_permitted", "Principal does not have access to perform action Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"),
    ],
    "aws_permission": [("auth.not_permitted", "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel on resource: y")],
    "aws_bearer": [("auth.not_permitted", "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:CallWithBearerToken on resource: y")],
    "aws_denied": [
        ("auth.not_permitted", "is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: y with an explicit deny in a service control policy: z"),
    ],
    "aws_signature": [("auth.rejected", "An error occurred (InvalidSignatureException) when calling the Converse operation: The request signature we calculated does not match")],
    "aws_clock": [("auth.rejected", "InvalidSignatureException: Signature expired: 20261130T080000Z is now earlier than 20261130T081000Z (20261130T081500Z - 5 min.)")],
    "aws_incomplete": [("auth.rejected", "IncompleteSignatureException: Authorization header requires 'Credential' parameter.")],
    "bedrock_key": [("auth.rejected", '{"Message":"Invalid API Key format: Must start with pre-defined prefix"}')],
    "bedrock_use_case": [("model.not_permitted", "Model use case details have not been submitted for this account.")],
    "bedrock_payment": [("model.not_permitted", "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.")],
    "bedrock_legacy": [("model.not_found", "Access denied. This Model is marked by provider as Legacy")],
    "bedrock_model_id": [("model.not_found", "1 validation error detected: Value 'x' at 'modelId' failed to satisfy constraint")],
    "aws_throttled": [("quota.rate_limited", "ThrottlingException: Too many requests, please wait before trying again.")],
    "aws_daily_limit": [("quota.rate_limited", "Too many tokens per day, please wait before trying again.")],
    "aws_region_host": [("dns.not_found", 'Could not connect to the endpoint URL: "https://bedrock-runtime.eu-west-9.amazonaws.com/"')],
    "entra_secret": [("auth.no_credential", f"AADSTS{code}: x") for code in (7000215, 7000222)],
    "entra_federated": [("auth.no_credential", f"AADSTS{code}: x") for code in (70021, 700213, 700024)],
    "entra_app": [("auth.no_credential", f"AADSTS{code}: x") for code in (700016, 90002, 500011)],
    "entra_account": [("auth.no_credential", f"AADSTS{code}: x") for code in (50034, 50020)],
    "entra_policy": [("auth.no_credential", f"AADSTS{code}: x") for code in (53003, 530003, 50105)],
    "entra_person": [("auth.no_credential", f"AADSTS{code}: x") for code in (50076, 65001, 70043, 700082)],
    "entra_code": [("auth.no_credential", "AADSTS1002016: You are using TLS version 1.0, 1.1 and/or 3DES cipher")],
    "foundry_role": [
        ("auth.not_permitted", "The principal `x` lacks the required data action `Microsoft.CognitiveServices/accounts/AIServices/agents/read` to perform"),
    ],
    "azure_role": [
        ("auth.not_permitted", "lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action`"),
        ("auth.not_permitted", "Principal does not have access to API/Operation."),
    ],
    "gcp_api_off": [
        ("auth.not_permitted", "Generative Language API has not been used in project 123 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/x"),
    ],
    "daily_limit": [
        ("quota.rate_limited", "Rate limit exceeded: free-models-per-day"),
        ("quota.rate_limited", "今日调用次数已达上限"),
    ],
    "no_free_quota": [("quota.rate_limited", "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro")],
    "token_rate": [("quota.rate_limited", "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 90000.")],
    "gated_model": [("model.not_permitted", "Access to model meta-llama/Llama-3 is restricted: this is a gated model")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("id", "code", "message"), [(id, code, message) for id, texts in KINDS.items() for code, message in texts]
)
def test_the_kind_of_an_error(id: str, code: str, message: str) -> None:
    kind = kind_of(code, message, {}, frozenset())
    assert kind is not None
    assert kind.id == id


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("auth.rejected", "phi3 does not support tools"),
        ("model.parameter_rejected", "something went wrong"),
        ("model.not_found", "The model `gpt-4o` does not exist or you do not have access to it."),
        ("quota.rate_limited", "Too many requests, limit: 100 per minute"),
        ("http.server_error", "Error loading model architecture"),
        ("model.not_found", "model 'llama3:8b' not found, try pulling it first"),
    ],
)
def test_a_message_that_tells_no_kind(code: str, message: str) -> None:
    assert kind_of(code, message, {}, frozenset()) is None


def test_a_kind_names_what_the_message_names() -> None:
    kind = kind_of("model.parameter_rejected", "max_tokens must be at most 8192", {}, frozenset())
    assert kind is not None
    assert kind.values == {"parameter": "max_tokens", "limit": "8192"}
    known = kind_of("model.parameter_rejected", "bad value", {"parameter": "seed"}, frozenset())
    assert known is not None
    assert known.id == "parameter"


def test_a_kind_can_need_a_fact() -> None:
    assert kind_of("dns.not_found", "", {}, frozenset(("relay",))) is None
    assert kind_of("dns.not_found", "", {}, frozenset(("public", "provider"))) is not None


def text(words: str) -> PastedText:
    seen = read(words)
    assert isinstance(seen, PastedText)
    return seen


@pytest.mark.parametrize(
    ("code", "words", "named"),
    [
        ("auth.not_permitted", "403 from api.groq.com: accept the terms at https://console.groq.com/playground?model=x", "https://console.groq.com/playground?model=x"),
        ("model.not_found", "404 this model is gone, use gpt-5.4-mini instead", "gpt-5.4-mini"),
        ("http.header_rejected", "400 missing required header X-Tenant-Id", "X-Tenant-Id"),
        ("access.region_blocked", "see https://stranger.example/apply to apply", "names this page: https://stranger.example/apply"),
    ],
)  # fmt: skip
def test_what_a_text_names_becomes_a_step(code: str, words: str, named: str) -> None:
    seen = text(words)
    steps = steps_of(named_in(seen, words), seen, code, "en", words)
    assert any(named in step.text for step in steps)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("auth.rejected", "OPENAI_BASE_URL=https://relay.example/v1 gives 401 invalid token"),
        ("model.not_found", "export ANTHROPIC_AUTH_TOKEN=ollama; API Error: 404 model not found"),
        ("auth.rejected", "POST https://relay.example/v1/chat/completions 401, base url: https://relay.example/v1"),
        ("model.not_found", "404 at https://api.deepseek.com/v1/models: visit https://console.groq.com/docs/models"),
    ],
)
def test_the_users_own_settings_and_foreign_pages_are_no_advice(code: str, words: str) -> None:
    seen = text(words)
    assert steps_of(named_in(seen, words), seen, code, "en", words) == ()


def test_a_manual_is_no_page_for_a_slot() -> None:
    seen = text("No endpoints found. To learn more, visit: https://openrouter.ai/docs/provider-routing")
    assert values_of(named_in(seen, ""), seen) == {}
    assert is_manual("https://platform.openai.com/docs/guides/error-codes")
    assert not is_manual("https://platform.openai.com/settings/organization/general")


PAGE = NamedStep("page", "https://a.example/settings", "Open https://a.example/settings")
ASK = NamedStep("ask", "verify", "Verify the account.")
URL = NamedStep("url", "https://b.example/v1", "Use https://b.example/v1")
MANUAL = NamedStep("page", "https://a.example/docs/x", "Open https://a.example/docs/x")


@pytest.mark.parametrize(
    ("code", "asked", "own", "kind", "first"),
    [
        ("auth.not_permitted", (PAGE, ASK), ("Own.",), False, PAGE.text),
        ("auth.not_permitted", (PAGE, ASK), ("Own.", "Other."), True, "Own."),
        ("auth.not_permitted", (URL,), ("Own.",), True, URL.text),
        ("auth.not_permitted", (MANUAL,), ("Own.",), False, "Own."),
        ("quota.rate_limited", (PAGE,), ("Wait.",), False, "Wait."),
    ],
)
def test_the_order_of_the_steps(
    code: str, asked: tuple[NamedStep, ...], own: tuple[str, ...], kind: bool, first: str
) -> None:
    steps = in_order(code, asked, own, kind=kind)
    assert steps[0] == first
    assert set(own) <= set(steps)
    assert (ASK.text in steps) is (ASK in asked and not kind)


def test_a_step_names_a_value_once() -> None:
    steps = in_order("auth.not_permitted", (PAGE,), (f"Go to {PAGE.value}", "Other."), kind=True)
    assert steps == (f"Go to {PAGE.value}", "Other.")
