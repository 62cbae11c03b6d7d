"""A seventh table of worlds from public reports, labelled and committed before the first run.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Reply, Request
from worlds.cases import claude, ollama, said
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import always, error, unknown
from worlds.stage import Roads, Scenario

_SATURATED = error(
    429,
    "当前分组上游负载已饱和，请稍后再试 (request id: 20230919224323509)",
    type="requests",
    code="rate_limit_exceeded",
)
_SPRING_404 = {
    "timestamp": "2026-02-10T01:19:29.092+00:00",
    "status": 404,
    "error": "Not Found",
    "path": "/v4/v1/messages",
}


def _anything_llm(key: str) -> handlers.Handler:
    """AnythingLLM's own API beside its door for OpenAI clients: a workspace in another case is refused like a key."""
    door = b.openai(
        key,
        prefix="/api/v1/openai",
        models=("mlx-python",),
        unknown_model=answers.as_text("Unauthorized", 401),
        elsewhere=answers.as_text("Not Found", 404),
    )

    def handler(request: Request) -> Answer:
        return door(request)

    return handler


SCENARIOS = (
    # -- path and protocol ---------------------------------------------------------------------------------------------
    Scenario(
        "report7-native-endpoint-of-dashscope",
        "url.path_wrong",
        lambda key: b.openai(key, prefix="/compatible-mode/v1", models=("qwen-turbo",), elsewhere=Reply(404)),
        "https://dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation",
        model="qwen-turbo",
        shape="deepseek",
        first=("https://dashscope.aliyuncs.com/compatible-mode/v1",),
        source="coze-dev/coze-studio#416",
    ),
    ollama(
        "report7-api-in-the-base-of-ollama",
        "url.path_wrong",
        "http://127.0.0.1:{port}/api",
        world=lambda key: b.ollama(),
        first=("http://127.0.0.1:",),
        source="karakeep-app/karakeep#936",
    ),
    Scenario(
        "report7-responses-at-zai",
        "shape.wrong_protocol",
        lambda key: b.openai(key, prefix="/api/coding/paas/v4", models=("glm-4.5",), elsewhere=Reply(404)),
        "https://api.z.ai/api/coding/paas/v4",
        protocol="responses",
        model="glm-4.5",
        shape="zhipu",
        first=("chat completions",),
        source="microsoft/vscode#267616",
    ),
    Scenario(
        "report7-own-api-of-anythingllm",
        "url.path_wrong",
        _anything_llm,
        "http://localhost:3001/api/v1",
        roads=Roads({"localhost": ("127.0.0.1",)}),
        model="mlx-python",
        first=("/api/v1/openai",),
        source="n4ze3m/page-assist#539",
    ),
    Scenario(
        "report7-version-at-copilot",
        "url.path_wrong",
        lambda key: b.openai(
            key, prefix="", models=("gpt-5-mini",), elsewhere=answers.as_text("404 page not found\n", 404)
        ),
        "https://api.githubcopilot.com/v1",
        model="gpt-5-mini",
        first=("https://api.githubcopilot.com",),
        source="BYK/loreai#1052",
    ),
    Scenario(
        "report7-root-of-vercel",
        "url.version_missing",
        lambda key: b.openai(key, models=("openai/gpt-5-mini",), elsewhere=Reply(404)),
        "https://ai-gateway.vercel.sh",
        model="openai/gpt-5-mini",
        first=("https://ai-gateway.vercel.sh/v1",),
        source="CherryHQ/cherry-studio-app#370",
    ),
    claude(
        "report7-messages-at-the-base-of-bigmodel",
        "url.path_wrong",
        lambda key: b.anthropic(key, prefix="/api/anthropic", models=("glm-4.7",), elsewhere=said(404, _SPRING_404)),
        "https://open.bigmodel.cn/api/paas/v4",
        model="glm-4.7",
        shape="zhipu",
        first=("https://open.bigmodel.cn/api/anthropic",),
        source="NevaMind-AI/memU#325",
    ),
    Scenario(
        "report7-github-models-have-ended",
        "url.host_retired",
        always(Reply(404)),
        "https://models.inference.ai.azure.com",
        model="gpt-4o",
        first=("Azure",),
        source="flyun/chatAir#67",
    ),
    # -- key and account -----------------------------------------------------------------------------------------------
    Scenario(
        "report7-empty-key-for-ollama",
        "settings.missing_key",
        lambda key: b.ollama(),
        "http://127.0.0.1:{port}/v1",
        model="llama3.2",
        typed=lambda key: "",
        first=("any text",),
        source="WEIFENG2333/VideoCaptioner#365",
    ),
    Scenario(
        "report7-key-of-two-letters-at-localai",
        "key.placeholder",
        rejecting(said(401, {"error": {"code": 401, "message": "An authentication key is required", "type": ""}})),
        "http://127.0.0.1:{port}/v1",
        typed=lambda key: "sk-",
        first=("key",),
        source="FlowiseAI/Flowise#2115",
    ),
    Scenario(
        "report7-placeholder-at-llama-cpp",
        "key.placeholder",
        rejecting(said(401, {"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}})),
        "http://127.0.0.1:{port}/v1",
        typed=lambda key: "no-key-required",
        first=("key",),
        source="langroid/langroid#919",
    ),
    Scenario(
        "report7-minimax-of-the-other-site",
        "auth.rejected",
        rejecting(
            said(
                401,
                {
                    "type": "error",
                    "error": {
                        "type": "authorized_error",
                        "message": "login fail: Please carry the API secret key in the 'Authorization' field of the request header (1004)",
                        "http_code": "401",
                    },
                },
            ),
            models=("MiniMax-M2.7-highspeed",),
        ),
        "https://api.minimax.io/v1",
        model="MiniMax-M2.7-highspeed",
        shape="minimax",
        first=("minimaxi.com",),
        source="1jehuang/jcode#189",
    ),
    Scenario(
        "report7-moonshot-of-the-other-site",
        "auth.rejected",
        rejecting(error(401, "Invalid Authentication", type="invalid_authentication_error"), models=("kimi-k2.6",)),
        "https://api.moonshot.ai/v1",
        model="kimi-k2.6",
        first=("https://api.moonshot.cn/v1",),
        source="can1357/oh-my-pi#6504",
    ),
    claude(
        "report7-anthropic-does-not-allow-the-request",
        "access.region_blocked",
        always(said(403, {"error": {"type": "forbidden", "message": "Request not allowed"}})),
        "https://api.anthropic.com",
        shape="anthropic",
        first=("country",),
        source="memovai/mimiclaw#162",
    ),
    Scenario(
        "report7-balance-as-403",
        "quota.exhausted",
        refused(said(403, {"error": "insufficient balance"})),
        "https://relay.example/v1",
        first=("balance",),
        source="ZuodaoTech/everyone-can-use-english#360",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report7-version-in-the-deployment",
        "model.not_found",
        lambda key: b.azure(key, deployments=("gpt-4o",)),
        "https://made-up.openai.azure.com",
        protocol="azure",
        model="gpt-4o (version:2024-11-20)",
        shape="hex32",
        says=("deployment",),
        first=("gpt-4o",),
        source="microsoft/semantic-kernel#5319",
    ),
    Scenario(
        "report7-case-at-siliconflow",
        "model.not_found",
        unknown(
            said(400, {"code": 20012, "message": "Model does not exist. Please check it carefully.", "data": None}),
            "Qwen/Qwen2.5-7B-Instruct",
            "deepseek-ai/DeepSeek-V3",
        ),
        "https://api.siliconflow.cn/v1",
        model="Qwen/Qwen2.5-7B-instruct",
        shape="siliconflow",
        first=("Qwen/Qwen2.5-7B-Instruct",),
        source="ant-design/x#1030",
    ),
    Scenario(
        "report7-workspace-in-another-case",
        "model.not_found",
        _anything_llm,
        "http://127.0.0.1:{port}/api/v1/openai",
        model="MLX-Python",
        first=("mlx-python",),
        source="Mintplex-Labs/anything-llm#3032",
    ),
    # -- load and gateways ---------------------------------------------------------------------------------------------
    Scenario(
        "report7-group-is-saturated",
        "quota.rate_limited",
        refused(_SATURATED),
        "https://relay.example/v1",
        says=("当前分组上游负载已饱和",),
        first=("group",),
        source="songquanpeng/one-api#544",
    ),
    Scenario(
        "report7-empty-429",
        "quota.rate_limited",
        always(Reply(429)),
        "https://api.openai.com/v1",
        shape="openai",
        first=("VPN",),
        source="missuo/koe#117",
    ),
    claude(
        "report7-edge-without-its-origin",
        "http.gateway_error",
        always(answers.as_text("error code: 520", 520)),
        "https://api.anthropic.com",
        shape="anthropic",
        says=("520",),
        first=("again",),
        source="karthink/gptel#889",
    ),
    # -- siblings, made here ---------------------------------------------------------------------------------------
    Scenario(
        "report7-case-at-a-local-server",
        "model.not_found",
        unknown(error(401, "Unauthorized"), "Qwen2.5-Coder-7B"),
        "http://127.0.0.1:{port}/v1",
        model="qwen2.5-coder-7b",
        first=("Qwen2.5-Coder-7B",),
    ),
    Scenario(
        "report7-note-behind-a-name-at-a-relay",
        "model.not_found",
        unknown(error(404, "The model does not exist"), "gpt-4o-mini", "gpt-4o"),
        "https://relay.example/v1",
        model="gpt-4o (2024-08-06)",
        first=("gpt-4o",),
    ),
    claude(
        "report7-empty-429-at-anthropic",
        "quota.rate_limited",
        always(Reply(429)),
        "https://api.anthropic.com",
        shape="anthropic",
        first=("VPN",),
    ),
)
