"""A second table of worlds from public reports, labelled before the first run; ``public_reports`` has the first.

They were searched out in November 2026 as reports that nobody had tried and whose cause the thread confirms.
``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Reply
from worlds.cases import CLAUDE, LLAMA, claude, said, without_key
from worlds.public_reports import events, refused, rejecting
from worlds.stage import LOCAL, Scenario

FIREWORKS = "accounts/fireworks/models/"
VERTEX = "https://us-central1-aiplatform.googleapis.com/v1/projects/made-up/locations/us-central1/endpoints/openapi"


def _unknown(status: int, body: object, *models: str, **more: object) -> object:
    """Make a server that lists ``models`` and answers this for every other one."""
    return lambda key: b.openai(key, models=models, unknown_model=said(status, body), **more)  # type: ignore[arg-type]


SCENARIOS = (
    # -- path ----------------------------------------------------------------------------------------------------------
    without_key(
        "url.scheme_missing",
        "127.0.0.1:{port}/v1",
        "report2-no-scheme",
        world=lambda key: b.openai(models=("local",)),
        model="local",
        says=("http://127.0.0.1:",),
        source="microsoft/autogen#325",
    ),
    Scenario(
        "report2-official-site-without-version",
        "url.version_missing",
        lambda key: b.openai(
            key,
            elsewhere=said(
                404,
                {
                    "error": {
                        "type": "invalid_request_error",
                        "code": "unknown_url",
                        "message": "Unknown request URL: POST /chat/completions. Please check the URL for typos.",
                        "param": None,
                    }
                },
            ),
        ),
        "https://api.openai.com",
        shape="openai",
        says=("https://api.openai.com/v1",),
        source="stitionai/devika#456",
    ),
    Scenario(
        "report2-version-twice-behind-cloudflare",
        "url.path_wrong",  # the version of the base URL is the second one only for this gateway
        lambda key: b.openai(
            key,
            prefix="/v1/acct/gw/openai",
            elsewhere=said(
                404,
                {
                    "error": {
                        "message": "Invalid URL (POST /v1/v1/chat/completions)",
                        "type": "invalid_request_error",
                        "param": None,
                        "code": None,
                    }
                },
            ),
        ),
        "https://gateway.ai.cloudflare.com/v1/acct/gw/openai/v1",
        shape="openai",
        says=("https://gateway.ai.cloudflare.com/v1/acct/gw/openai",),
        source="songquanpeng/one-api#717",
    ),
    Scenario(
        "report2-gemini-version-twice",
        "url.version_doubled",
        lambda key: b.gemini(key),
        "https://generativelanguage.googleapis.com/v1beta",
        protocol="gemini",
        model=answers.GEMINIS[0],
        shape="gemini",
        says=("https://generativelanguage.googleapis.com",),
        source="hugohe3/ppt-master#24",
    ),
    Scenario(
        "report2-endpoint-at-fireworks",
        "url.endpoint_included",
        lambda key: b.openai(key, prefix="/inference/v1", models=(f"{FIREWORKS}gpt-oss-120b",), elsewhere=Reply(404)),
        "https://api.fireworks.ai/inference/v1/chat/completions",
        model=f"{FIREWORKS}gpt-oss-120b",
        says=("https://api.fireworks.ai/inference/v1",),
        source="huggingface/chat-ui#845",
    ),
    Scenario(
        "report2-nextchat-adds-the-version",
        "url.version_doubled",
        lambda key: b.openai(
            key,
            prefix="/inference/v1",
            models=(f"{FIREWORKS}llama-v2-70b-chat",),
            elsewhere=said(404, {"detail": "Not Found"}),
        ),
        "https://api.fireworks.ai/inference/v1",
        model=f"{FIREWORKS}llama-v2-70b-chat",
        app="nextchat",
        says=("https://api.fireworks.ai/inference",),
        source="ChatGPTNextWeb/NextChat#3581",
        sdk="another app, which joins the URL in its own way",
    ),
    Scenario(
        "report2-cohere-native-address",
        "url.path_wrong",
        lambda key: b.openai(
            key,
            prefix="/compatibility/v1",
            models=("command-a-03-2025",),
            elsewhere=said(404, {"message": "Not found, please check the URL and try again"}),
        ),
        "https://api.cohere.com/v1",
        model="command-a-03-2025",
        says=("https://api.cohere.com/compatibility/v1",),
        source="Pasta-Devs/Marinara-Engine#2411",
    ),
    Scenario(
        "report2-port-of-the-console",
        "shape.not_llm_api",
        lambda key: handlers.always(
            said(
                404,
                {
                    "timestamp": "2026-04-14T02:48:46.283+00:00",
                    "status": 404,
                    "error": "Not Found",
                    "path": "/v1/chat/completions",
                },
            )
        ),
        "http://127.0.0.1:{port}/v1",
        model="qwen-turbo",
        says=("port",),
        source="higress-group/higress#3713",
    ),
    # -- protocol ------------------------------------------------------------------------------------------------------
    Scenario(
        "report2-codex-at-modelscope",
        "shape.wrong_protocol",
        lambda key: b.openai(key, models=("Qwen/Qwen3-8B",), elsewhere=answers.as_text("404 page not found", 404)),
        "https://api-inference.modelscope.cn/v1",
        protocol="responses",
        app="codex",
        model="Qwen/Qwen3-8B",
        shape="uuid",
        says=("/v1/responses", "Codex"),
        source="modelscope/modelscope#1629",
    ),
    Scenario(
        "report2-codex-at-deepseek",
        "shape.wrong_protocol",
        lambda key: b.openai(key, models=("deepseek-chat",), elsewhere=Reply(404)),
        "https://api.deepseek.com/v1",
        protocol="responses",
        app="codex",
        model="deepseek-chat",
        shape="deepseek",
        says=("/v1/responses", "Codex"),
        source="farion1231/cc-switch#2891",
    ),
    Scenario(
        "report2-gemini-client-at-openai-relay",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key,
            models=("gemini-2.5-flash",),
            elsewhere=said(404, {"error": {"message": "404 Not Found", "code": 404, "status": "Not Found"}}),
        ),
        "https://relay.example",
        protocol="gemini",
        model="gemini-2.5-flash",
        says=("OpenAI", "https://relay.example/v1"),
        source="cline/cline#3901",
    ),
    Scenario(
        "report2-answer-in-coheres-shape",
        "shape.malformed_answer",
        lambda key: b.openai(
            key,
            chat=(
                native := said(
                    200, {"id": "1", "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}}
                )
            ),
            stream=native,
        ),
        says=("choices",),
        source="diegosouzapw/OmniRoute#2360",
    ),
    # -- auth ----------------------------------------------------------------------------------------------------------
    Scenario(
        "report2-wrong-key-at-litellm",
        "auth.rejected",
        rejecting(
            said(
                401,
                {
                    "error": {
                        "message": "Authentication Error, Invalid proxy server token passed. Received API Key = "
                        "sk-...m31Q, Key Hash (Token) =00aa. Unable to find token in cache or "
                        "`LiteLLM_VerificationTokenTable`",
                        "type": "token_not_found_in_db",
                        "param": "key",
                        "code": "401",
                    }
                },
            )
        ),
        says=("LiteLLM",),
        source="BerriAI/litellm#39757",
    ),
    Scenario(
        "report2-workflow-token-without-models",
        "auth.not_permitted",
        refused(
            said(
                401,
                {
                    "error": {
                        "code": "unauthorized",
                        "message": "Resource not accessible by integration",
                        "details": "Resource not accessible by integration",
                    }
                },
            ),
            prefix="/inference",
            models=("openai/gpt-4o",),
        ),
        "https://models.github.ai/inference",
        model="openai/gpt-4o",
        says=("models",),
        source="github/gh-models#35",
    ),
    Scenario(
        "report2-token-without-inference-providers",
        "auth.not_permitted",
        refused(
            said(
                403,
                {
                    "error": "This authentication method does not have sufficient permissions to call Inference "
                    "Providers on behalf of user made-up"
                },
            ),
            models=("meta-llama/Llama-3.3-70B-Instruct",),
        ),
        "https://router.huggingface.co/v1",
        model="meta-llama/Llama-3.3-70B-Instruct",
        shape="huggingface",
        says=("Inference Providers", "https://huggingface.co/settings/tokens"),
        source="CSOAI-ORG/councilof-ai#1102",
    ),
    Scenario(
        "report2-gateway-token-missing",
        "http.front_auth",
        lambda key: handlers.always(
            said(401, {"name": "AiGatewayError", "internalCode": 2009, "message": "Unauthorized"})
        ),
        "https://gateway.ai.cloudflare.com/v1/acct/gw/openai",
        shape="openai",
        says=("cf-aig-authorization",),
        source="cloudflare/cloudflare-docs#31050",
    ),
    Scenario(
        "report2-gateway-wants-its-provider-header",
        "http.header_rejected",
        lambda key: handlers.always(
            said(
                400,
                {"status": "failure", "message": "Either x-portkey-config or x-portkey-provider header is required"},
            )
        ),
        "https://api.portkey.ai/v1",
        says=("x-portkey-provider",),
        source="mlflow/mlflow#24391",
    ),
    Scenario(
        "report2-kong-key-header",
        "http.front_auth",
        lambda key: handlers.always(
            said(401, {"message": "No API key found in request"}, ("WWW-Authenticate", 'Key realm="kong"'))
        ),
        "https://llm.example/v1",
        says=("apikey",),
        source="Kong/kong#2874",
    ),
    Scenario(
        "report2-xai-key-at-groq",
        "key.wrong_door",
        lambda key: b.openai("gsk_the_right_one_is_another", prefix="/openai/v1"),
        "https://api.groq.com/openai/v1",
        shape="xai",
        unsent=True,
        says=("https://api.x.ai/v1",),
        source="tashfeenahmed/freellmapi#39",
    ),
    Scenario(
        "report2-minimax-refusal-as-success",
        "auth.rejected",
        rejecting(said(200, {"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}})),
        "https://api.minimaxi.com/v1",
        model="MiniMax-M2",
        shape="minimax",
        says=("https://api.minimax.io/v1",),
        source="MiniMax-AI/MiniMax-M2.5#18",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report2-retired-model-at-perplexity",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="",
            models=("sonar", "sonar-pro"),
            listing=said(404, {"detail": "Not Found"}),
            unknown_model=said(
                400,
                {
                    "error": {
                        "message": "Invalid model 'sonar-small-online'. Permitted models can be found in the "
                        "documentation at https://docs.perplexity.ai/guides/model-cards.",
                        "type": "invalid_model",
                        "code": 400,
                    }
                },
            ),
        ),
        "https://api.perplexity.ai",
        model="sonar-small-online",
        shape="perplexity",
        says=("sonar-small-online", "https://docs.perplexity.ai/guides/model-cards"),
        source="eyaltoledano/claude-task-master#13",
    ),
    Scenario(
        "report2-space-behind-the-model",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="",
            models=("sonar", "sonar-pro"),
            listing=said(404, {"detail": "Not Found"}),
            unknown_model=said(
                400,
                {
                    "error": {
                        "message": "Invalid model 'sonar-pro '. Permitted models can be found in the documentation "
                        "at https://docs.perplexity.ai/guides/model-cards.",
                        "type": "invalid_model",
                        "code": 400,
                    }
                },
            ),
        ),
        "https://api.perplexity.ai",
        model="sonar-pro ",
        shape="perplexity",
        says=("space", "`sonar-pro`"),
        source="perplexityai/api-discussion#262",
    ),
    Scenario(
        "report2-function-withdrawn-at-nvidia",
        "model.not_permitted",  # the answer does not tell a withdrawn model from one that the account lacks
        refused(
            said(
                404,
                {
                    "status": 404,
                    "title": "Not Found",
                    "detail": "Function '23d4f03a-b8a6-4adb-a183-7daa083a09cc': Not found for account 'made-up'",
                },
            ),
            models=("moonshotai/kimi-k2.6", "nvidia/nemotron-3-super-120b-a12b"),
        ),
        "https://integrate.api.nvidia.com/v1",
        model="moonshotai/kimi-k2.6",
        shape="nvidia",
        says=("withdrawn", "https://build.nvidia.com"),
        source="Alishahryar1/free-claude-code#1021",
    ),
    Scenario(
        "report2-together-wants-a-dedicated-endpoint",
        "model.not_found",
        refused(
            said(
                400,
                {
                    "error": {
                        "message": "Unable to access non-serverless model mistralai/Mixtral-8x7B-Instruct-v0.1. Please "
                        "visit https://api.together.ai/models/mistralai/Mixtral-8x7B-Instruct-v0.1 to create and start "
                        "a new dedicated endpoint for the model.",
                        "type": "invalid_request_error",
                        "param": None,
                        "code": "model_not_available",
                    }
                },
            ),
            models=("mistralai/Mixtral-8x7B-Instruct-v0.1", "openai/gpt-oss-20b"),
        ),
        "https://api.together.xyz/v1",
        model="mistralai/Mixtral-8x7B-Instruct-v0.1",
        says=("dedicated endpoint",),
        source="HeyPuter/puter#3168",
    ),
    Scenario(
        "report2-not-deployed-at-fireworks",
        "model.not_found",
        _unknown(
            404,
            {
                "error": {
                    "message": "Model not found, inaccessible, and/or not deployed",
                    "param": "model",
                    "code": "NOT_FOUND",
                    "type": "error",
                }
            },
            f"{FIREWORKS}gpt-oss-120b",
            f"{FIREWORKS}kimi-k2p6",
            prefix="/inference/v1",
        ),
        "https://api.fireworks.ai/inference/v1",
        model=f"{FIREWORKS}llama-v3p1-8b-instruct",
        says=(f"{FIREWORKS}gpt-oss-120b",),
        source="bobmatnyc/trusty-tools#2510",
    ),
    Scenario(
        "report2-preview-model-ended-at-moonshot",
        "model.not_found",
        _unknown(
            404,
            {
                "error": {
                    "message": "Not found the model kimi-k2-0711-preview or Permission denied",
                    "type": "resource_not_found_error",
                }
            },
            "kimi-k2.6",
            "kimi-k2.5",
        ),
        "https://api.moonshot.cn/v1",
        model="kimi-k2-0711-preview",
        says=("kimi-k2.6",),
        source="langgenius/dify#39778",
    ),
    Scenario(
        "report2-publisher-model-in-a-list",
        "model.not_found",
        refused(
            said(
                404,
                [
                    {
                        "error": {
                            "code": 404,
                            "message": "Publisher Model `projects/made-up/locations/us-central1/publishers/google/"
                            "models/gemma4` was not found or your project does not have access to it.",
                            "status": "NOT_FOUND",
                        }
                    }
                ],
            ),
            prefix=VERTEX.removeprefix("https://us-central1-aiplatform.googleapis.com"),
            models=("google/gemma4",),
        ),
        VERTEX,
        model="google/gemma4",
        shape="relay",
        says=("gemma4", "location"),
        source="genkit-ai/genkit#4688",
    ),
    Scenario(
        "report2-codex-model-at-chat-completions",
        "model.wrong_endpoint",
        refused(
            said(
                404,
                {
                    "error": {
                        "message": "This is not a chat model and thus not supported in the v1/chat/completions "
                        "endpoint. Did you mean to use v1/completions?",
                        "type": "invalid_request_error",
                        "param": "model",
                        "code": None,
                    }
                },
            ),
            models=("gpt-5.2-codex", answers.MODELS[0]),
        ),
        "https://api.openai.com/v1",
        model="gpt-5.2-codex",
        shape="openai",
        says=("Responses",),
        source="tingly-dev/tingly-box#233",
    ),
    # -- quota ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report2-coding-plan-at-the-general-address",
        "quota.exhausted",
        refused(
            said(429, {"error": {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}}),
            prefix="/api/paas/v4",
            models=("glm-4.7",),
        ),
        "https://open.bigmodel.cn/api/paas/v4/",
        model="glm-4.7",
        shape="zhipu",
        says=("https://open.bigmodel.cn/api/coding/paas/v4",),
        source="agentscope-ai/QwenPaw#202",
    ),
    claude(
        "report2-relay-account-without-balance",
        "quota.exhausted",
        lambda key: b.anthropic(
            key,
            chat=(poor := said(403, {"code": "INSUFFICIENT_BALANCE", "message": "Insufficient account balance"})),
            stream=poor,
        ),
        "https://relay.example",
        shape="relay",
        says=("Insufficient account balance",),
        source="Wei-Shaw/sub2api#2077",
    ),
    Scenario(
        "report2-new-team-without-credits",
        "quota.exhausted",
        refused(
            said(
                403,
                {
                    "code": "The caller does not have permission to execute the specified operation",
                    "error": "Your newly created team doesn't have any credits or licenses yet. You can purchase those "
                    "on https://console.x.ai/team/00000000-ab46-4974-b86b-000000000000.",
                },
            ),
            models=("grok-4.3",),
        ),
        "https://api.x.ai/v1",
        model="grok-4.3",
        shape="xai",
        says=("https://console.x.ai",),
        source="continuedev/continue#12670",
    ),
    Scenario(
        "report2-account-in-arrears",
        "quota.exhausted",
        refused(
            said(
                400,
                {
                    "error": {
                        "message": "Access denied, please make sure your account is in good standing.",
                        "type": "Arrearage",
                        "param": None,
                        "code": "Arrearage",
                    }
                },
            ),
            prefix="/compatible-mode/v1",
            models=("qwen-plus",),
        ),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        model="qwen-plus",
        shape="deepseek",
        says=("good standing", "balance"),
        never=("key.wrong_plan",),
        source="tencentmusic/supersonic#1572",
    ),
    Scenario(
        "report2-account-not-active",
        "quota.exhausted",
        refused(
            said(
                403,
                {
                    "error": {
                        "message": "Your account <ak-1> is not active, organization <org-1> exceeded current quota, "
                        "please check your plan and billing details",
                        "type": "exceeded_current_quota_error",
                    }
                },
            ),
            models=("kimi-k2.6",),
        ),
        "https://api.moonshot.ai/v1",
        model="kimi-k2.6",
        says=("exceeded current quota",),
        source="MoonshotAI/Kimi-K2#5",
    ),
    # -- servers of one's own, proxies, regions ------------------------------------------------------------------------
    without_key(
        "http.server_error",
        LOCAL,
        "report2-backend-not-installed",
        world=lambda key: b.openai(
            models=("qwen3-vl-4b-thinking",),
            chat=said(
                500,
                {
                    "error": {
                        "code": 500,
                        "message": "failed to load model with internal loader: backend not found: llama-cpp",
                        "type": "",
                    }
                },
            ),
            stream=events(
                {"error": {"message": "failed to load model with internal loader: backend not found: llama-cpp"}}
            ),
        ),
        model="qwen3-vl-4b-thinking",
        says=("backend not found: llama-cpp",),
        source="mudler/LocalAI#7899",
    ),
    without_key(
        "http.blocked",  # an empty 403 does not tell who refused
        "https://made-up.ngrok-free.app/v1",
        "report2-ollama-behind-a-tunnel",
        world=lambda key: handlers.always(Reply(403, (("Content-Length", "0"),))),
        says=("Host: localhost:11434",),
        source="gluonfield/enchanted#53",
    ),
    without_key(
        "proxy.captures_local",
        "http://127.0.0.1:{port}/v1",
        "report2-proxy-answers-for-ollama",
        world=lambda key: b.ollama(),
        proxy=lambda port: handlers.always(Reply(502)),
        says=("NO_PROXY",),
        source="heshengtao/comfyui_LLM_party#160",
    ),
    Scenario(
        "report2-country-not-supported",
        "access.region_blocked",
        lambda key: handlers.always(
            said(
                403,
                {
                    "error": {
                        "code": "unsupported_country_region_territory",
                        "message": "Country, region, or territory not supported",
                        "param": None,
                        "type": "request_forbidden",
                    }
                },
            )
        ),
        "https://api.openai.com/v1",
        shape="openai",
        says=("Country, region, or territory not supported",),
        source="szczyglis-dev/py-gpt#68",
    ),
    # -- siblings, made here for the kinds that were wrong at the first run --------------------------------------------
    Scenario(
        "report2-sibling-space-before-the-model",
        "model.not_found",
        lambda key: b.openai(key),
        model=f" {answers.MODELS[0]}",
        says=("space", f"`{answers.MODELS[0]}`"),
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report2-sibling-space-at-ollama",
        world=lambda key: b.ollama(),
        model=f"{LLAMA} ",
        says=("space", f"`{LLAMA}`"),
    ),
    Scenario(
        "report2-sibling-server-that-strips",
        None,
        lambda key: b.openai(key, models=(answers.MODELS[0], f"{answers.MODELS[0]} ")),
        model=f"{answers.MODELS[0]} ",
    ),
    claude(
        "report2-sibling-claude-code-at-openai-relay",
        "shape.wrong_protocol",
        lambda key: b.openai(key, models=(CLAUDE,)),
        "https://relay.example",
        app="claude-code",
        shape="relay",
        says=(
            "Claude Code needs Anthropic's Messages API",
            "gateway",
        ),
    ),
    Scenario(
        "report2-sibling-app-with-both-protocols",
        "shape.wrong_protocol",
        lambda key: b.openai(key, models=(CLAUDE,), elsewhere=Reply(404)),
        "https://relay.example",
        protocol="anthropic",
        app="nextchat",
        model=CLAUDE,
        says=("choose OpenAI's chat completions",),
    ),
    Scenario(
        "report2-sibling-account-without-credits",
        "quota.exhausted",
        refused(
            said(
                403,
                {"code": "permission-denied", "error": "This team does not have any credits. Add some at the site."},
            )
        ),
    ),
    Scenario(
        "report2-sibling-licence-is-no-credit",
        "auth.not_permitted",
        refused(
            said(403, {"error": {"message": "You do not have any permission for this project.", "type": "forbidden"}})
        ),
        never=("quota.exhausted",),
    ),
    without_key(
        "http.server_error",
        "http://127.0.0.1:{port}",
        "report2-sibling-runner-ended",
        world=lambda key: b.ollama(
            chat=(ended := said(500, {"error": "llama runner process has terminated: exit status 2"})), stream=ended
        ),
        protocol="ollama",
        says=("llama runner process has terminated",),
    ),
    without_key(
        "http.server_error",
        LOCAL,
        "report2-sibling-lm-studio-does-not-load",
        world=lambda key: b.openai(
            models=(LLAMA,),
            chat=(unloaded := said(400, {"error": {"message": "Failed to load model. Error: insufficient memory"}})),
            stream=unloaded,
        ),
        says=("Failed to load model",),
    ),
    Scenario(
        "report2-sibling-pro-model-behind-a-relay",
        "model.wrong_endpoint",
        refused(
            said(
                404,
                {
                    "error": {
                        "message": "This is not a chat model and thus not supported in the v1/chat/completions "
                        "endpoint. Did you mean to use v1/completions?",
                        "type": "invalid_request_error",
                        "param": "model",
                        "code": None,
                    }
                },
            ),
            models=("o1-pro",),
        ),
        model="o1-pro",
        says=("Responses API",),
    ),
    Scenario(
        "report2-sibling-model-of-2023",
        "model.wrong_endpoint",
        refused(
            said(
                404,
                {
                    "error": {
                        "message": "This is not a chat model and thus not supported in the v1/chat/completions "
                        "endpoint. Did you mean to use v1/completions?",
                        "type": "invalid_request_error",
                        "param": "model",
                        "code": None,
                    }
                },
            ),
            models=("gpt-3.5-turbo-instruct",),
        ),
        model="gpt-3.5-turbo-instruct",
        says=("The server names the endpoint v1/completions",),
    ),
    Scenario(
        "report2-sibling-gateway-that-adds-another-version",
        "url.path_wrong",
        lambda key: b.openai(
            key, prefix="/team/openai", elsewhere=said(404, {"error": "Cannot POST /v1/v1/chat/completions"})
        ),
        "https://llm.example/team/openai/v1",
        says=("https://llm.example/team/openai",),
    ),
)
