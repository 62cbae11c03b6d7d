"""A sixth table of worlds from public reports, labelled and committed before the first run, after the fifth one.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

import json

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Reply, Request
from worlds.cases import claude, ollama, said, without_key
from worlds.public_reports import refused
from worlds.public_reports_3 import always, error, unknown
from worlds.public_reports_5 import UNPREFIXED
from worlds.stage import LOCAL, Scenario

_AZURE = "https://made-up.openai.azure.com"
_MINICPM = "/home/suny/.cache/modelscope/hub/OpenBMB/MiniCPM-V-2_6/"
_OLD_VERSION = error(
    400,
    "Unsupported OpenAI-Version header provided: 2023-03-15-preview. (HINT: you can provide any of the following supported "
    "versions: 2020-10-01, 2020-11-07.)",
    type="invalid_request_error",
    code=None,
)


def _not_at_vllm(model: str) -> Reply:
    message = f"The model `{model}` does not exist."
    return said(404, {"object": "error", "message": message, "type": "NotFoundError", "param": None, "code": 404})


def _versioned(request: Request) -> Answer | None:
    return _OLD_VERSION if request.header("openai-version") else None


SCENARIOS = (
    # -- path ----------------------------------------------------------------------------------------------------------
    Scenario(
        "report6-sibling-endpoint-at-hyperbolic",
        "url.endpoint_included",
        lambda key: b.openai(key, models=("Qwen/Qwen2.5-72B-Instruct",), elsewhere=Reply(404)),
        "https://api.hyperbolic.xyz/v1/chat/completions",
        model="Qwen/Qwen2.5-72B-Instruct",
        first=("https://api.hyperbolic.xyz/v1",),
    ),
    Scenario(
        "report6-sibling-root-of-proxyapi",
        "url.path_wrong",
        lambda key: b.openai(
            key, prefix="/openai/v1", models=("gpt-4o-mini",), elsewhere=said(404, {"detail": "Not found"})
        ),
        "https://api.proxyapi.ru/v1",
        model="gpt-4o-mini",
        first=("https://api.proxyapi.ru/openai/v1",),
    ),
    Scenario(
        "report6-scheme-twice-at-azure",
        "url.scheme_missing",
        lambda key: b.azure(key, deployments=("gpt-4o-mini",)),
        "https://https://made-up.openai.azure.com/",
        protocol="azure",
        model="gpt-4o-mini",
        shape="hex32",
        host="made-up.openai.azure.com",
        first=(_AZURE,),
        source="microsoft/PubSec-Info-Assistant#162",
    ),
    # -- the way there and what is in front ----------------------------------------------------------------------------
    ollama(
        "report6-proxy-of-the-mac",
        "proxy.captures_local",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(),
        proxy=lambda port: b.proxy(port, refused=answers.as_text("", 503)),
        first=("NO_PROXY",),
        source="run-llama/llama_index#13640",
    ),
    ollama(
        "report6-nginx-wants-a-token",
        "settings.missing_key",
        "https://ollama.example",
        world=lambda key: b.both(
            handlers.first(b.lacks("authorization", said(401, {"error": "unauthorized"})), b.ollama())
        ),
        says=("unauthorized",),
        first=("OLLAMA_API_KEY",),
        source="abdulmominsakib/localmind#29",
    ),
    Scenario(
        "report6-envoy-speaks-another-http",
        "http.gateway_error",
        always(
            Reply(
                502,
                (("Content-Type", "text/plain"), ("Server", "envoy")),
                b"upstream connect error or disconnect/reset before headers. reset reason: protocol error",
            )
        ),
        "https://llm.example/v1",
        says=("Envoy", "protocol error"),
        source="vllm-project/aibrix#750",
    ),
    Scenario(
        "report6-private-endpoint-from-outside",
        "auth.ip_not_allowed",
        lambda key: handlers.always(
            said(
                403,
                {"error": {"code": "403", "message": "Public access is disabled. Please configure private endpoint."}},
            )
        ),
        _AZURE,
        protocol="azure",
        model="gpt-4o-mini",
        shape="hex32",
        first=("private endpoint",),
        source="TabularEditor/TabularEditor3#1557",
    ),
    Scenario(
        "report6-sibling-resource-in-a-virtual-network",
        "auth.ip_not_allowed",
        lambda key: handlers.always(
            said(
                403,
                {
                    "error": {
                        "code": "403",
                        "message": "A Virtual Network is configured for this resource. Please use the correct endpoint for "
                        "making requests. Check https://aka.ms/cogsvc-vnet for more details.",
                    }
                },
            )
        ),
        _AZURE,
        protocol="azure",
        model="gpt-5-mini",
        shape="hex32",
        first=("etwork",),
    ),
    Scenario(
        "report6-version-header-of-azure-at-openai",
        "http.header_rejected",
        lambda key: handlers.first(_versioned, b.openai(key)),
        "https://api.openai.com/v1",
        shape="openai",
        headers=("OpenAI-Version: 2023-03-15-preview",),
        says=("OpenAI-Version",),
        first=("OpenAI-Version",),
        sdk="the option is this program's own",
        source="shroominic/codeinterpreter-api#64",
    ),
    # -- accounts ------------------------------------------------------------------------------------------------------
    Scenario(
        "report6-sibling-copilot-trials-paused",
        "auth.not_permitted",
        always(
            answers.as_text(
                "Copilot Pro trials have been temporarily paused. Please upgrade your account or revert to Copilot Free.",
                403,
            )
        ),
        "https://api.individual.githubcopilot.com",
        model="gpt-5-mini",
        first=("upgrade your account",),
    ),
    Scenario(
        "report6-aws-credentials-of-the-gateway",
        "auth.upstream",
        refused(
            said(
                500,
                {
                    "detail": "An error occurred (UnrecognizedClientException) when calling the Converse operation: The "
                    "security token included in the request is invalid."
                },
            ),
            prefix="/api/v1",
            models=("anthropic.claude-3-haiku-20240307-v1:0",),
        ),
        "https://gateway.example/api/v1",
        model="anthropic.claude-3-haiku-20240307-v1:0",
        first=("gateway.example",),
        source="aws-samples/bedrock-access-gateway#76",
    ),
    Scenario(
        "report6-claude-key-of-the-own-relay",
        "auth.upstream",
        refused(
            said(
                500,
                {
                    "error": 'status 401: {"type":"error","error":{"type":"authentication_error","message":"invalid '
                    'x-api-key"}}'
                },
            ),
            models=("claude-3-5-sonnet-20240620",),
        ),
        "http://127.0.0.1:{port}/v1",
        model="claude-3-5-sonnet-20240620",
        says=("invalid x-api-key",),
        source="fruitbars/simple-one-api#71",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report6-gone-from-sambanova",
        "model.not_found",
        unknown(
            error(
                410,
                "The requested model (DeepSeek-R1-Distill-Llama-70B) is not available on SambaNova Cloud. For more "
                "information, please visit https://docs.sambanova.ai/cloud/docs/resources/deprecations.",
            ),
            "DeepSeek-V3.1",
            "Meta-Llama-3.3-70B-Instruct",
        ),
        "https://api.sambanova.ai/v1",
        model="DeepSeek-R1-Distill-Llama-70B",
        shape="uuid",
        first=("DeepSeek-V3.1",),
        source="mozilla-ai/any-llm#976",
    ),
    Scenario(
        "report6-gone-from-cerebras",
        "model.not_found",
        unknown(
            error(
                404,
                "Model llama3.1-8b does not exist or you do not have access to it.",
                type="not_found_error",
                param="model",
                code="model_not_found",
            ),
            "gpt-oss-120b",
            "zai-glm-4.7",
        ),
        "https://api.cerebras.ai/v1",
        model="llama3.1-8b",
        first=("gpt-oss-120b",),
        source="cline/cline#11223",
    ),
    Scenario(
        "report6-gone-from-perplexity",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="",
            models=("sonar-pro",),
            listing=Reply(404),
            unknown_model=error(
                400,
                "Invalid model 'sonar-pro-online'. Permitted models can be found in the documentation at "
                "https://docs.perplexity.ai/guides/model-cards.",
                type="invalid_model",
                code=400,
            ),
        ),
        "https://api.perplexity.ai",
        model="sonar-pro-online",
        shape="perplexity",
        first=("https://docs.perplexity.ai/guides/model-cards",),
        source="hex/llm-perplexity#19",
    ),
    Scenario(
        "report6-provider-that-compat-does-not-serve",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/v1/acct/gw/compat",
            models=("openai/gpt-5-mini",),
            listing=Reply(404),
            unknown_model=UNPREFIXED,
        ),
        "https://gateway.ai.cloudflare.com/v1/acct/gw/compat",
        model="xai/grok-4.5",
        first=("/ai/v1",),
        source="anomalyco/opencode#44827",
    ),
    Scenario(
        "report6-name-wrong-in-the-configuration-of-litellm",
        "model.not_found",
        refused(
            error(
                400,
                "litellm.BadRequestError: PerplexityException - Invalid model 'perplexity/sonar'. Permitted models can be "
                "found in the documentation at https://docs.perplexity.ai/docs/getting-started/models.. Received Model "
                "Group=pplx-sonar\nAvailable Model Group Fallbacks=None",
                type=None,
                param=None,
                code="400",
            ),
            models=("pplx-sonar",),
        ),
        "https://litellm.example/v1",
        model="pplx-sonar",
        first=("Invalid model 'perplexity/sonar'",),
        source="BerriAI/litellm#37761",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report6-sibling-vllm-path-with-a-slash-too-many",
        world=lambda key: b.openai(
            models=("/dev/shm/glm-4-9b-chat",), unknown_model=_not_at_vllm("/dev/shm/glm-4-9b-chat/")
        ),
        model="/dev/shm/glm-4-9b-chat/",
        first=("/dev/shm/glm-4-9b-chat",),
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report6-vllm-knows-the-path-alone",
        world=lambda key: b.openai(models=(_MINICPM,), unknown_model=_not_at_vllm("MiniCPM-V-2_6")),
        model="MiniCPM-V-2_6",
        first=(_MINICPM,),
        source="OpenBMB/MiniCPM-V#451",
    ),
    # -- quota and load ------------------------------------------------------------------------------------------------
    Scenario(
        "report6-grok-subscription-used-up",
        "quota.exhausted",
        refused(
            said(
                403,
                {
                    "code": "permission-denied",
                    "error": "Your team deadbeef-a58d-46ca-80a1-000000000000 has either used all available credits or "
                    "reached its monthly spending limit. To continue making API requests, please purchase more credits or "
                    "raise your spending limit.",
                },
            ),
            models=("grok-4.6",),
        ),
        "https://cli-chat-proxy.grok.com/v1",
        model="grok-4.6",
        shape="xai",
        first=("purchase more credits",),
        source="Anantys-oss/koan#2412",
    ),
    claude(
        "report6-purse-behind-claude-code-router",
        "quota.exhausted",
        lambda key: b.anthropic(
            models=("zai,glm-4.6",),
            chat=(
                empty := error(
                    429,
                    "Error from provider(zai,glm-4.6: 429): "
                    + json.dumps(
                        {
                            "error": {
                                "code": "1113",
                                "message": "Insufficient balance or no resource package. Please recharge.",
                            }
                        }
                    ),
                    type="api_error",
                    code="provider_response_error",
                )
            ),
            stream=empty,
        ),
        "http://127.0.0.1:{port}",
        model="zai,glm-4.6",
        first=("zai",),
        source="musistudio/claude-code-router#1071",
    ),
    without_key(
        "quota.overloaded",
        LOCAL,
        "report6-tgi-is-overloaded",
        world=lambda key: b.openai(
            models=("tgi",),
            chat=(busy := said(429, {"error": "Model is overloaded", "error_type": "overloaded"})),
            stream=busy,
        ),
        model="tgi",
        says=("Model is overloaded",),
        source="huggingface/text-generation-inference#439",
    ),
    without_key(
        "quota.overloaded",
        LOCAL,
        "report6-koboldcpp-is-busy",
        world=lambda key: b.openai(
            models=("koboldcpp/sakura-14b",),
            chat=(
                taken := said(
                    503, {"detail": {"msg": "Server is busy; please try again later.", "type": "service_unavailable"}}
                )
            ),
            stream=taken,
        ),
        model="koboldcpp/sakura-14b",
        says=("busy",),
        source="neavo/LinguaGacha#248",
    ),
)
