"""The ninth table of worlds from public reports, labelled before the first run: paths, keys, models, own servers, streams.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

import json

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from worlds.cases import claude, said
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import error, unknown
from worlds.stage import Scenario

_NO_PAGE = answers.as_text("404 page not found", 404)
_NOT_FOUND = said(404, {"detail": "Not Found"})


def _pollinations(key: str) -> Handler:
    """The model list at the root, the API below /v1."""
    door = b.openai(key, models=("openai",), elsewhere=_NOT_FOUND)

    def handler(request: Request) -> Answer:
        if f"{request.method} {request.path}" == "GET /models":
            return answers.model_list(("openai",))
        return door(request)

    return handler


def _spark(key: str) -> Handler:
    """iFlytek's MaaS: another service at /v1, which refuses its keys, and the API at /v2."""
    door = b.openai(key, prefix="/v2", models=("xop3qwen1b7",))
    foreign = said(401, {"error": {"message": "无效的令牌 (request id: 20260427)", "type": "one_api_error"}})

    def handler(request: Request) -> Answer:
        return foreign if request.path.startswith("/v1/") else door(request)

    return handler


def _routed(key: str) -> Handler:
    """A relay that adds the version itself to what comes below /codex."""
    door = b.openai(key, prefix="/codex", models=("gpt-5.5",), responses=True)

    def handler(request: Request) -> Answer:
        if request.path.startswith("/codex/v1"):
            asked = f"Invalid URL ({request.method} /v1{request.path.removeprefix('/codex')})"
            return error(404, asked, type="invalid_request_error", param="", code="")
        return door(request)

    return handler


def _glued(request: Request) -> Answer:
    """A whole answer in the frame of a stream, with its terminator behind it."""
    return answers.as_events([json.dumps(answers.completion(request.json()["model"])).encode(), b"\ndata: [DONE]\n\n"])


SCENARIOS = (
    # -- path and protocol ---------------------------------------------------------------------------------------------
    Scenario(
        "report9-moonshot-without-version",
        "url.version_missing",
        lambda key: b.openai(
            key,
            models=("kimi-k2.5",),
            elsewhere=error(404, "The requested resource was not found", type="resource_not_found_error"),
        ),
        "https://api.moonshot.cn",
        model="kimi-k2.5",
        first=("https://api.moonshot.cn/v1",),
        source="r1n7aro/Locus#67",
    ),
    Scenario(
        "report9-endpoint-at-codestral",
        "url.endpoint_included",
        lambda key: b.openai(key, models=("codestral-latest",), elsewhere=_NOT_FOUND),
        "https://codestral.mistral.ai/v1/chat/completions",
        model="codestral-latest",
        shape="mistral",
        first=("https://codestral.mistral.ai/v1",),
        source="dyad-sh/dyad#883",
    ),
    claude(
        "report9-endpoint-at-minimax",
        "url.endpoint_included",
        lambda key: b.anthropic(key, prefix="/anthropic", models=("MiniMax-M3",), elsewhere=_NO_PAGE),
        "https://api.minimax.io/anthropic/v1/messages",
        model="MiniMax-M3",
        shape="minimax",
        first=("https://api.minimax.io/anthropic",),
        source="joryirving/home-ops#9352",
    ),
    Scenario(
        "report9-nvidia-without-version",
        "url.version_missing",
        lambda key: b.openai(key, models=("deepseek-ai/deepseek-r1",), elsewhere=Reply(404)),
        "https://integrate.api.nvidia.com",
        model="deepseek-ai/deepseek-r1",
        shape="nvidia",
        first=("https://integrate.api.nvidia.com/v1",),
        source="RooCodeInc/Roo-Code#2077",
    ),
    Scenario(
        "report9-version-behind-the-plan-of-tencent",
        "url.version_doubled",
        lambda key: b.openai(key, prefix="/plan/v3", models=("glm-5",), elsewhere=_NO_PAGE),
        "https://api.lkeap.cloud.tencent.com/plan/v3/v1",
        model="glm-5",
        first=("https://api.lkeap.cloud.tencent.com/plan/v3",),
        source="JunWan666/openclaw-termux-zh#43",
    ),
    Scenario(
        "report9-version-behind-the-version-of-zhipu",
        "url.version_doubled",
        lambda key: b.openai(key, prefix="/api/paas/v4", models=("glm-4.7-flash",), elsewhere=Reply(404)),
        "https://open.bigmodel.cn/api/paas/v4/v1",
        model="glm-4.7-flash",
        shape="zhipu",
        first=("https://open.bigmodel.cn/api/paas/v4",),
        source="heider-x/vela#11",
    ),
    Scenario(
        "report9-list-at-the-root-of-pollinations",
        "url.version_missing",
        _pollinations,
        "https://gen.pollinations.ai",
        model="openai",
        first=("https://gen.pollinations.ai/v1",),
        source="flagdizero/jenny-android-ai-agent#18",
    ),
    claude(
        "report9-version-at-a-relay-for-claude",
        "url.version_doubled",
        lambda key: b.anthropic(key, elsewhere=Reply(405)),
        "https://relay.example/v1",
        first=("https://relay.example",),
        source="shuuul/obsidian-pivi#41",
    ),
    Scenario(
        "report9-relay-that-adds-the-version",
        "url.path_wrong",
        _routed,
        "https://relay.example/codex/v1",
        protocol="responses",
        model="gpt-5.5",
        first=("https://relay.example/codex",),
        source="leookun/cursor-byok#43",
    ),
    Scenario(
        "report9-older-version-at-iflytek",
        "url.path_wrong",
        _spark,
        "https://maas-api.cn-huabei-1.xf-yun.com/v1",
        model="xop3qwen1b7",
        first=("https://maas-api.cn-huabei-1.xf-yun.com/v2",),
        source="Miaozeqiu/ZError#19",
    ),
    Scenario(
        "report9-embeddings-of-gpustack",
        "url.endpoint_included",
        lambda key: b.openai(key, prefix="/v1-openai", models=("deepseek-r1-distill-qwen-7b",), elsewhere=_NOT_FOUND),
        "http://127.0.0.1:{port}/v1-openai/embeddings",
        model="deepseek-r1-distill-qwen-7b",
        first=("/v1-openai",),
        source="xerrors/Yuxi#285",
    ),
    Scenario(
        "report9-responses-at-deepseek",
        "shape.wrong_protocol",
        lambda key: b.openai(key, models=("deepseek-chat",), elsewhere=Reply(404)),
        "https://api.deepseek.com/v1",
        protocol="responses",
        model="deepseek-chat",
        shape="deepseek",
        app="codex",
        says=("/responses",),
        first=("Responses",),
        source="coderPerseus/blog#96",
    ),
    # -- key -----------------------------------------------------------------------------------------------------------
    Scenario(
        "report9-chinese-key-at-moonshot",
        "auth.rejected",
        rejecting(error(401, "Invalid Authentication", type="invalid_authentication_error")),
        "https://api.moonshot.ai/v1",
        model="kimi-k2.5",
        first=("https://api.moonshot.cn/v1",),
        source="lidge-jun/opencodex#728",
    ),
    Scenario(
        "report9-global-key-at-minimax",
        "auth.rejected",
        rejecting(
            said(401, {"type": "error", "error": {"type": "authorized_error", "message": "invalid api key (2049)"}})
        ),
        "https://api.minimaxi.com/v1",
        model="MiniMax-M3",
        shape="minimax",
        first=("https://api.minimax.io/v1",),
        source="alibaba/open-code-review#759",
    ),
    Scenario(
        "report9-key-of-beijing-at-the-token-plan-of-singapore",
        "auth.rejected",
        rejecting(
            error(401, "invalid access token or token expired", code="invalid_api_key"), prefix="/compatible-mode/v1"
        ),
        "https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
        model="qwen3.8-max-preview",
        shape="sp",
        first=("https://token-plan.cn-beijing.maas.aliyuncs.com/compatible-mode/v1",),
        source="can1357/oh-my-pi#6682",
    ),
    Scenario(
        "report9-key-of-groq-at-openai",
        "key.wrong_door",
        lambda key: b.openai("sk-the-right-one-is-another-0123456789"),
        "https://api.openai.com/v1",
        model="gpt-oss-20b",
        shape="groq",
        says=("Groq",),
        first=("https://api.groq.com/openai/v1",),
        source="bhancockio/deepseek-ai-web-crawler#7",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report9-model-of-another-house-at-nvidia",
        "model.not_found",
        unknown(_NO_PAGE, "meta/llama-3.1-70b-instruct", "nvidia/llama-3.3-nemotron-super-49b-v1"),
        "https://integrate.api.nvidia.com/v1",
        model="nvidia/llama-3.1-70b-instruct",
        shape="nvidia",
        first=("meta/llama-3.1-70b-instruct",),
        source="microclaw/microclaw#187",
    ),
    Scenario(
        "report9-short-name-at-openrouter",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/api/v1",
            models=("anthropic/claude-sonnet-4.6", "openai/gpt-5-mini"),
            public_models=True,
            unknown_model=error(400, "claude-sonnet-4-6 is not a valid model ID", code=400),
        ),
        "https://openrouter.ai/api/v1",
        model="claude-sonnet-4-6",
        shape="openrouter",
        first=("anthropic/claude-sonnet-4.6",),
        source="OpenRouterTeam/openrouter-examples#74",
    ),
    Scenario(
        "report9-short-name-at-groq",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/openai/v1",
            models=("openai/gpt-oss-120b", "llama-3.1-8b-instant"),
            unknown_model=error(
                404,
                "The model `gpt-oss-120b` does not exist or you do not have access to it.",
                type="invalid_request_error",
                code="model_not_found",
            ),
        ),
        "https://api.groq.com/openai/v1",
        model="gpt-oss-120b",
        shape="groq",
        first=("openai/gpt-oss-120b",),
        source="elasticclaw/elasticclaw#191",
    ),
    Scenario(
        "report9-prefix-of-the-app-at-hugging-face",
        "model.not_found",
        unknown(
            error(
                400,
                "The requested model 'huggingface/mistralai/Mistral-7B-Instruct-v0.3' does not exist",
                type="invalid_request_error",
                param="model",
                code="model_not_found",
            ),
            "mistralai/Mistral-7B-Instruct-v0.3",
            "openai/gpt-oss-20b",
        ),
        "https://router.huggingface.co/v1",
        model="huggingface/mistralai/Mistral-7B-Instruct-v0.3",
        shape="huggingface",
        first=("mistralai/Mistral-7B-Instruct-v0.3",),
        source="openclaw/openclaw#23481",
    ),
    Scenario(
        "report9-listed-with-a-prefix-served-without",
        "model.not_found",
        lambda key: b.openai(
            key,
            models=("deepseek-v4-pro",),
            listing=answers.model_list(("ds/deepseek-v4-pro", "ds/deepseek-v4-flash")),
            unknown_model=error(404, "No credentials for provider: ds", type="invalid_request_error"),
        ),
        "http://127.0.0.1:{port}/v1",
        model="ds/deepseek-v4-pro",
        first=("deepseek-v4-pro",),
        never=("url.path_wrong",),
        source="decolua/9router#1512",
    ),
    Scenario(
        "report9-misspelt-at-a-relay",
        "model.not_found",
        unknown(
            said(
                503,
                {
                    "error": {
                        "message": "当前分组 default 下对于模型 gemin-3-pro-preview 计费模式 [按量计费] 无可用渠道",
                        "type": "shell_api_error",
                    }
                },
            ),
            "gemini-3-pro-preview",
            "gpt-5.2",
        ),
        model="gemin-3-pro-preview",
        first=("gemini-3-pro-preview",),
        source="666ghj/BettaFish#577",
    ),
    Scenario(
        "report9-embedding-model-for-chat",
        "model.wrong_endpoint",
        refused(
            error(400, '"nomic-embed-text:latest" does not support chat', type="invalid_request_error"),
            models=("nomic-embed-text:latest", "llama3.2:latest"),
        ),
        "http://127.0.0.1:{port}/v1",
        model="nomic-embed-text:latest",
        says=("nomic-embed-text:latest",),
        first=("llama3.2:latest",),
        source="coleam00/local-ai-packaged#56",
    ),
    Scenario(
        "report9-one-model-refused-at-a-gateway",
        "model.parameter_rejected",
        refused(
            error(400, "The request was rejected", type="invalid_request_error", param=None, code="invalid_value"),
            models=("deepseek-v4.1-flash", "deepseek-v4-pro"),
        ),
        "https://api.llmgateway.io/v1",
        model="deepseek-v4.1-flash",
        says=("The request was rejected",),
        first=("model",),
        source="theopenco/llmgateway#4174",
    ),
    # -- answers and streams -------------------------------------------------------------------------------------------
    Scenario(
        "report9-empty-lines-in-the-stream",
        "stream.malformed",
        lambda key: b.openai(key, stream=answers.as_events([b"data: \n\n"] * 6)),
        "http://127.0.0.1:{port}/v1",
        says=("stream",),
        source="ollamaflow/ollamaflow#7",
    ),
    Scenario(
        "report9-answer-in-the-frame-of-a-stream",
        "shape.malformed_answer",
        lambda key: b.openai(key, chat=_glued),
        "http://127.0.0.1:{port}/v1",
        says=("text/event-stream",),
        source="decolua/9router#3492",
    ),
    # -- siblings, made here -------------------------------------------------------------------------------------------
    Scenario(
        "report9-list-at-the-root-of-an-own-server",
        "url.version_missing",
        _pollinations,
        "http://127.0.0.1:{port}",
        model="openai",
        first=("/v1",),
    ),
    Scenario(
        "report9-model-of-another-house-at-a-relay",
        "model.not_found",
        unknown(answers.as_text("no such thing", 404), "qwen/qwen3-coder", "zai/glm-4.7"),
        model="alibaba/qwen3-coder",
        first=("qwen/qwen3-coder",),
    ),
    Scenario(
        "report9-listed-with-a-channel-served-without",
        "model.not_found",
        lambda key: b.openai(
            key,
            models=("claude-sonnet-4-5",),
            listing=answers.model_list(("aws/claude-sonnet-4-5",)),
            unknown_model=error(400, "That name is not known here", type="bad_name"),
        ),
        model="aws/claude-sonnet-4-5",
        first=("claude-sonnet-4-5",),
    ),
    Scenario(
        "report9-misspelt-and-refused-with-503",
        "model.not_found",
        unknown(error(503, "No channel for gpt-51-mini", code="no_channel"), "gpt-5.1-mini", "glm-4.7"),
        model="gpt-51-mini",
        first=("gpt-5.1-mini",),
    ),
    Scenario(
        "report9-speech-model-for-chat",
        "model.wrong_endpoint",
        refused(error(400, "whisper-1 is not a chat model", code="wrong_kind"), models=("whisper-1", "gpt-5-mini")),
        model="whisper-1",
        first=("gpt-5-mini",),
    ),
)
