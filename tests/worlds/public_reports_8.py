"""An eighth table of worlds from public reports, labelled and committed before the first run.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Reply, Request
from worlds.cases import claude, said
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import ARK, error, unknown
from worlds.stage import Scenario

_ARK_UNKNOWN = error(
    404,
    "The model or endpoint ark-code-latest does not exist or you do not have access to it. Request id: 0217695058343",
    code="InvalidEndpointOrModel.NotFound",
    param="",
    type="Not Found",
)
_NOTHING_LOADED = error(
    400,
    "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
    type="invalid_request_error",
    param="model",
    code=None,
)


def _ark(key: str) -> handlers.Handler:
    """Ark with its two doors: the coding plan's model is unknown at the general one."""
    general = b.openai(
        key, prefix="/api/v3", models=("doubao-seed-1-6",), unknown_model=_ARK_UNKNOWN, elsewhere=Reply(404)
    )
    coding = b.openai(key, prefix="/api/coding/v3", models=("ark-code-latest",), elsewhere=Reply(404))

    def handler(request: Request) -> Answer:
        return (coding if request.path.startswith("/api/coding/") else general)(request)

    return handler


def _open_webui(key: str) -> handlers.Handler:
    """Open WebUI: the API below /api, its page everywhere else for GET, and 405 for POST."""
    door = b.openai(key, prefix="/api", models=("llama3.2:latest",), rejected=said(401, {"detail": "401 Unauthorized"}))
    page = answers.as_html("<!doctype html><html><head><title>Open WebUI</title></head><body></body></html>", 200)

    def handler(request: Request) -> Answer:
        if request.path.startswith("/api/") and request.path in ("/api/models", "/api/chat/completions"):
            return door(request)
        return page if request.method == "GET" else said(405, {"detail": "Method Not Allowed"})

    return handler


def _together(request: Request) -> Answer:
    """Plain HTTP is redirected to HTTPS."""
    return Reply(301, (("Location", f"https://api.together.xyz{request.path}"),))


SCENARIOS = (
    # -- path and protocol ---------------------------------------------------------------------------------------------
    claude(
        "report8-version-in-the-base-of-claude",
        "url.version_doubled",
        lambda key: b.anthropic(key),
        "https://api.anthropic.com/v1",
        shape="anthropic",
        first=("https://api.anthropic.com",),
        source="NousResearch/hermes-agent#24833",
    ),
    Scenario(
        "report8-vllm-without-version",
        "url.version_missing",
        lambda key: b.openai(models=("Qwen/Qwen2.5-7B-Instruct",), elsewhere=said(404, {"detail": "Not Found"})),
        "http://127.0.0.1:{port}",
        model="Qwen/Qwen2.5-7B-Instruct",
        typed=lambda key: "token",
        first=("/v1",),
        source="letta-ai/letta#2580",
    ),
    Scenario(
        "report8-second-version-at-ark",
        "url.version_doubled",
        _ark,
        "https://ark.cn-beijing.volces.com/api/coding/v3/v1",
        model="ark-code-latest",
        shape="uuid",
        first=("https://ark.cn-beijing.volces.com/api/coding/v3",),
        source="RongleCat/grok-app#527",
    ),
    Scenario(
        "report8-model-of-the-plan-at-ark",
        "model.not_found",
        _ark,
        ARK,
        model="ark-code-latest",
        shape="uuid",
        first=("https://ark.cn-beijing.volces.com/api/coding/v3",),
        source="Trae-AI/TRAE#2164",
    ),
    Scenario(
        "report8-open-webui-without-api",
        "url.path_wrong",
        _open_webui,
        "https://openwebui.example",
        model="llama3.2:latest",
        first=("https://openwebui.example/api",),
        source="mealie-recipes/mealie#7123",
    ),
    Scenario(
        "report8-misspelt-version-at-google",
        "url.path_wrong",
        lambda key: b.openai(key, prefix="/v1beta/openai", models=("gemini-2.0-flash",), elsewhere=Reply(404)),
        "https://generativelanguage.googleapis.com/vibeta",
        model="gemini-2.0-flash",
        shape="gemini",
        first=("https://generativelanguage.googleapis.com/v1beta/openai",),
        source="FoundationAgents/OpenManus#719",
    ),
    Scenario(
        "report8-plain-http-at-together",
        "url.plaintext",
        lambda key: _together,
        "http://api.together.xyz/v1",
        model="Qwen/Qwen3-235B-A22B-Instruct-2507-tput",
        first=("https://api.together.xyz/v1",),
        source="QwenLM/qwen-code#166",
    ),
    # -- key and account -----------------------------------------------------------------------------------------------
    Scenario(
        "report8-codestral-key-at-mistral",
        "auth.rejected",
        rejecting(said(401, {"message": "Unauthorized", "request_id": "c61f2f15feca71626a990e3740f99245"})),
        "https://api.mistral.ai/v1",
        model="codestral-latest",
        shape="mistral",
        first=("https://codestral.mistral.ai/v1",),
        source="RooCodeInc/Roo-Code#1007",
    ),
    claude(
        "report8-name-of-the-variable-as-key",
        "key.unexpanded",
        lambda key: b.anthropic(
            key,
            prefix="/anthropic",
            models=("deepseek-chat",),
            rejected=error(401, "Authentication Fails, Your api key: ****_KEY is invalid", type="authentication_error"),
        ),
        "https://api.deepseek.com/anthropic",
        model="deepseek-chat",
        shape="deepseek",
        typed=lambda key: "DEEPSEEK_API_KEY",
        says=("name of a variable",),
        first=("key itself",),
        source="FullStackPlayer/claude-code-launcher#3",
    ),
    Scenario(
        "report8-no-key-at-deepseek",
        "settings.missing_key",
        lambda key: b.openai(
            key, no_key=error(401, "Authentication Fails (auth header format should be Bearer sk-...)")
        ),
        "https://api.deepseek.com/v1",
        typed=lambda key: "",
        first=("DEEPSEEK_API_KEY",),
        source="linshenkx/prompt-optimizer#170",
    ),
    Scenario(
        "report8-not-the-master-key-of-litellm",
        "auth.rejected",
        rejecting(error(400, "No connected db.", type="no_db_connection", param=None, code="400")),
        "http://127.0.0.1:{port}/v1",
        model="chatgpt",
        typed=lambda key: "sk-9999-made-up-by-hand",
        says=("No connected db",),
        first=("master key",),
        source="BerriAI/litellm#12273",
    ),
    Scenario(
        "report8-token-plan-key-at-the-coding-plan",
        "auth.rejected",
        rejecting(
            error(401, "invalid access token or token expired", type="invalid_request_error", code="invalid_api_key")
        ),
        "https://coding.dashscope.aliyuncs.com/v1",
        model="kimi-k2.5",
        shape="sp",
        first=("https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",),
        source="QwenLM/qwen-code#3704",
    ),
    claude(
        "report8-chinese-key-at-the-international-site",
        "auth.rejected",
        lambda key: b.anthropic(
            "sk-the-right-one-is-another-0123456789",
            prefix="/api/v2/apps/claude-code-proxy",
            models=("qwen3-coder-plus",),
            rejected=error(401, "Invalid API-key provided.", type="invalid_request_error", code="invalid_api_key"),
        ),
        "https://dashscope-intl.aliyuncs.com/api/v2/apps/claude-code-proxy",
        model="qwen3-coder-plus",
        shape="deepseek",
        first=("https://dashscope.aliyuncs.com",),
        source="QwenLM/qwen-code#28",
    ),
    Scenario(
        "report8-token-plan-key-at-dashscope",
        "key.wrong_plan",
        lambda key: b.openai(
            "sk-the-right-one-is-another-0123456789",
            prefix="/compatible-mode/v1",
            models=("qwen3-max",),
            rejected=error(401, "Invalid API-key provided.", type="invalid_request_error", code="invalid_api_key"),
        ),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        model="qwen3-max",
        shape="sp",
        first=("https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",),
        source="agegr/pi-web#583",
    ),
    Scenario(
        "report8-organisation-pays-at-hugging-face",
        "auth.not_permitted",
        refused(
            said(
                403,
                {
                    "error": "This authentication method does not have sufficient permissions to call Inference "
                    "Providers on behalf of org made-up"
                },
            ),
            models=("zai-org/GLM-5.2",),
        ),
        "https://router.huggingface.co/v1",
        model="zai-org/GLM-5.2",
        shape="huggingface",
        says=("made-up",),
        first=("Inference Providers",),
        source="huggingface/serge#56",
    ),
    Scenario(
        "report8-token-without-models-at-github",
        "auth.not_permitted",
        lambda key: b.openai(
            key,
            prefix="/inference",
            models=("openai/gpt-4o-mini",),
            rejected=error(401, "The `models` permission is required to access this endpoint", code="unauthorized"),
        ),
        "https://models.github.ai/inference",
        model="openai/gpt-4o-mini",
        typed=lambda key: "github_pat_11AAAAAAA0madeUpToken0000_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ",
        says=("models",),
        first=("models",),
        source="microsoft/ai-agents-for-beginners#203",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report8-end-of-life-at-nvidia",
        "model.not_found",
        unknown(
            said(
                410,
                {
                    "type": "about:blank",
                    "title": "Gone",
                    "status": 410,
                    "detail": "The model 'minimaxai/minimax-m2.7' has reached its end of life on "
                    "2026-07-27T00:00:00Z and is no longer available.",
                },
            ),
            "minimaxai/minimax-m3",
            "z-ai/glm-5.2",
        ),
        "https://integrate.api.nvidia.com/v1",
        model="minimaxai/minimax-m2.7",
        shape="nvidia",
        says=("end of life",),
        first=("minimaxai/minimax-m3",),
        source="tashfeenahmed/freellmapi#634",
    ),
    Scenario(
        "report8-nothing-loaded-for-codex",
        "model.not_found",
        lambda key: b.openai(models=("glm-4.7-flash@mxfp4",), chat=_NOTHING_LOADED, stream=_NOTHING_LOADED),
        "http://127.0.0.1:{port}/v1",
        model="glm-4.7-flash@mxfp4",
        typed=lambda key: "lm-studio",
        first=("lms load",),
        source="lmstudio-ai/lmstudio-bug-tracker#1730",
    ),
    # -- siblings, made here ---------------------------------------------------------------------------------------
    Scenario(
        "report8-model-of-the-plan-at-moonshot",
        "model.not_found",
        unknown(
            error(404, "Not found the model kimi-for-coding or Permission denied", type="resource_not_found_error"),
            "kimi-k2.5",
        ),
        "https://api.moonshot.cn/v1",
        model="kimi-for-coding",
        first=("https://api.kimi.com/coding/v1",),
    ),
    Scenario(
        "report8-name-of-openai-variable-at-siliconflow",
        "key.unexpanded",
        lambda key: b.openai(key, models=("deepseek-ai/DeepSeek-V3",), rejected=answers.as_text("Invalid token", 401)),
        "https://api.siliconflow.cn/v1",
        model="deepseek-ai/DeepSeek-V3",
        typed=lambda key: "OPENAI_API_KEY",
        says=("name of a variable",),
        first=("key itself",),
    ),
    Scenario(
        "report8-retired-at-a-relay",
        "model.not_found",
        unknown(
            error(404, "The model `qwen2-72b-instruct` has been deprecated and is no longer available.", code="gone"),
            "qwen3-235b-a22b",
            "glm-4.7",
        ),
        "https://relay.example/v1",
        model="qwen2-72b-instruct",
        says=("is retired",),
        first=("qwen3-235b-a22b",),
    ),
)
