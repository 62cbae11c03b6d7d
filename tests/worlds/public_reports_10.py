"""The tenth table of worlds from public reports, labelled before the first run and after the fixes of the ninth.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from worlds.cases import claude, said
from worlds.protocols import SILENT
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import error, unknown
from worlds.stage import Scenario

_NO_PAGE = answers.as_text("404 page not found", 404)
_NOT_FOUND = said(404, {"detail": "Not Found"})


def _lm_studio(key: str) -> Handler:
    """An old LM Studio: the API below /v1, and an error with status 200 everywhere else."""
    door = b.openai(models=("llama-3-8b",))

    def handler(request: Request) -> Answer:
        if request.path.startswith("/v1/"):
            return door(request)
        return said(200, {"error": f"Unexpected endpoint or method. ({request.method} {request.path})"})

    return handler


def _z_ai(key: str) -> Handler:
    """Z.ai's coding plan: chat completions and Anthropic's messages, no Responses API."""
    chat = b.openai(key, prefix="/api/coding/paas/v4", models=("glm-4.6",), elsewhere=Reply(404))
    messages = b.anthropic(key, prefix="/api/anthropic", models=("glm-4.6",), elsewhere=Reply(404))

    def handler(request: Request) -> Answer:
        return (messages if request.path.startswith("/api/anthropic") else chat)(request)

    return handler


SCENARIOS = (
    # -- path and protocol ---------------------------------------------------------------------------------------------
    Scenario(
        "report10-not-found-in-java",
        "url.version_missing",
        lambda key: b.openai(models=("qwen2.5-7b",), elsewhere=_NOT_FOUND),
        "http://127.0.0.1:{port}",
        model="qwen2.5-7b",
        typed=lambda key: "none",
        first=("/v1",),
        source="langchain4j/langchain4j#2602",
    ),
    Scenario(
        "report10-lm-studio-with-status-200",
        "url.version_missing",
        _lm_studio,
        "http://127.0.0.1:{port}",
        model="llama-3-8b",
        typed=lambda key: "noop",
        first=("/v1",),
        source="JetBrains/koog#139",
    ),
    Scenario(
        "report10-responses-at-z-ai",
        "shape.wrong_protocol",
        _z_ai,
        "https://api.z.ai/api/coding/paas/v4",
        protocol="responses",
        model="glm-4.6",
        shape="zhipu",
        says=("/responses",),
        first=("openai",),
        source="Kilo-Org/kilocode#3017",
    ),
    Scenario(
        "report10-version-of-the-app-at-a-relay",
        "url.version_doubled",
        lambda key: b.openai(
            key,
            models=("gpt-5",),
            responses=True,
            elsewhere=lambda request: error(404, f"Invalid URL ({request.method} {request.path})", code=""),
        ),
        "https://relay.example/v1/v1",
        protocol="responses",
        model="gpt-5",
        first=("https://relay.example/v1",),
        source="Kilo-Org/kilocode#2384",
    ),
    Scenario(
        "report10-cohere-without-compatibility",
        "url.path_wrong",
        lambda key: b.openai(
            key,
            prefix="/compatibility/v1",
            models=("command-a-03-2025",),
            elsewhere=said(404, {"id": "made-up", "message": "invalid path: please check the API documentation"}),
        ),
        "https://api.cohere.com/v1",
        model="command-a-03-2025",
        shape="hex32",
        first=("compatibility/v1",),
        source="yym68686/uni-api#6",
    ),
    claude(
        "report10-claude-at-the-openai-path-of-kimi",
        "url.path_wrong",
        lambda key: b.anthropic(key, prefix="/coding", models=("kimi-for-coding",), elsewhere=_NO_PAGE),
        "https://api.kimi.com/anthropic",
        model="kimi-for-coding",
        shape="kimi",
        first=("https://api.kimi.com/coding",),
        source="codedogQBY/ReadAny#490",
    ),
    # -- key -----------------------------------------------------------------------------------------------------------
    Scenario(
        "report10-token-of-a-relay",
        "auth.rejected",
        rejecting(said(401, {"error": {"message": "无效的令牌 (request id: 2024090313)", "type": "yunwu_api_error"}})),
        "https://yunwu.example/v1",
        model="gpt-4o",
        says=("无效的令牌",),
        first=("OPENAI_API_KEY",),
        source="Huanshere/VideoLingo#36",
    ),
    Scenario(
        "report10-free-tier-of-another-app",
        "access.client_refused",
        refused(
            said(
                403,
                {
                    "type": "error",
                    "error": {
                        "type": "FreeTierError",
                        "message": "Error from provider (Console): OpenCode's free tier can only be used from within "
                        "OpenCode",
                    },
                },
            ),
            prefix="/zen/v1",
            models=("big-pickle",),
        ),
        "https://opencode.ai/zen/v1",
        model="big-pickle",
        says=("OpenCode",),
        source="Kilo-Org/kilocode#14313",
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Scenario(
        "report10-old-name-at-perplexity",
        "model.not_found",
        unknown(
            error(
                400,
                "Invalid model 'llama-3.1-sonar-small-128k-online'. Permitted models can be found in the documentation "
                "at https://docs.perplexity.ai/docs/getting-started/models.",
                type="invalid_model",
                code=400,
            ),
            "sonar",
            "sonar-pro",
            prefix="",
        ),
        "https://api.perplexity.ai",
        model="llama-3.1-sonar-small-128k-online",
        shape="perplexity",
        first=("sonar",),
        source="ELPROFUG0/TexTab#2",
    ),
    Scenario(
        "report10-old-name-at-cohere",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/compatibility/v1",
            models=("command-a-03-2025", "command-r7b-12-2024"),
            unknown_model=said(
                404,
                {
                    "message": "model 'xlarge' not found, make sure the correct model ID was used and that you have "
                    "access to the model."
                },
            ),
        ),
        "https://api.cohere.ai/compatibility/v1",
        model="xlarge",
        shape="hex32",
        says=("xlarge",),
        first=("command-a-03-2025",),
        source="MaartenGr/BERTopic#1864",
    ),
    Scenario(
        "report10-on-demand-at-bedrock",
        "model.wrong_endpoint",
        refused(
            said(
                400,
                {
                    "message": "Invocation of model ID anthropic.claude-3-7-sonnet-20250219-v1:0 with on-demand "
                    "throughput isn't supported. Retry your request with the ID or ARN of an inference profile that "
                    "contains this model."
                },
            ),
            prefix="/openai/v1",
            models=("anthropic.claude-3-7-sonnet-20250219-v1:0",),
        ),
        "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1",
        model="anthropic.claude-3-7-sonnet-20250219-v1:0",
        shape="bedrock",
        says=("inference profile",),
        first=("inference profile",),
        source="langgenius/dify#9294",
    ),
    Scenario(
        "report10-account-without-bedrock",
        "auth.not_permitted",
        refused(
            said(400, {"message": "Operation not allowed"}),
            prefix="/openai/v1",
            models=("openai.gpt-oss-120b-1:0",),
        ),
        "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",
        model="openai.gpt-oss-120b-1:0",
        shape="bedrock",
        says=("account",),
        first=("Bedrock",),
        source="langgenius/dify#7488",
    ),
    # -- limits and servers --------------------------------------------------------------------------------------------
    Scenario(
        "report10-all-accounts-limited",
        "quota.rate_limited",
        refused(
            said(
                503,
                {
                    "error": {
                        "message": "Token error: All accounts are currently limited. Please wait 84152s.",
                        "type": "x",
                    }
                },
            ),
            models=("gemini-3-pro-high",),
        ),
        "http://127.0.0.1:{port}/v1",
        model="gemini-3-pro-high",
        says=("84152",),
        first=("84152",),
        source="lbjlaq/Antigravity-Manager#1198",
    ),
    Scenario(
        "report10-system-fault-in-a-success",
        "shape.error_as_success",
        refused(said(200, {"code": -1000, "message": "系统异常", "data": None}), models=("kimi",)),
        "http://127.0.0.1:{port}/v1",
        model="kimi",
        says=("系统异常",),
        source="LLM-Red-Team/kimi-free-api#122",
    ),
    Scenario(
        "report10-name-server-of-the-relay",
        "http.gateway_error",
        refused(
            said(
                500,
                {
                    "error": {
                        "message": 'Post "https://daily-cloudcode-pa.googleapis.com/v1internal:generateContent": dial '
                        "tcp: lookup daily-cloudcode-pa.googleapis.com on [::1]:53: dial udp4: no suitable address",
                        "type": "server_error",
                    }
                },
            ),
            models=("gemini-2.5-pro",),
        ),
        "http://127.0.0.1:{port}/v1",
        model="gemini-2.5-pro",
        says=("daily-cloudcode-pa.googleapis.com",),
        source="liuw1535/antigravity2api-nodejs#84",
    ),
    Scenario(
        "report10-parameters-at-zhipu",
        "model.parameter_rejected",
        lambda key: b.openai(
            key,
            prefix="/api/paas/v4",
            models=("glm-4v",),
            chat=error(400, "API 调用参数有误，请检查文档。", code="1210"),
            stream=error(400, "API 调用参数有误，请检查文档。", code="1210"),
        ),
        "https://open.bigmodel.cn/api/paas/v4",
        model="glm-4v",
        shape="zhipu",
        first=("model",),
        source="fuzhengwei/chatglm-sdk-java#8",
    ),
    # -- streams -------------------------------------------------------------------------------------------------------
    Scenario(
        "report10-stream-without-any-event",
        "stream.malformed",
        lambda key: b.openai(key, stream=answers.as_events([])),
        "https://relay.example/v1",
        says=("stream",),
        sdk=SILENT,
        source="earendil-works/pi#2537",
    ),
)
