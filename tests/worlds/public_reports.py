"""The table of worlds from public reports that were labelled before the first run, each a kind of its own.

They were searched out in November 2026 as reports that nobody had tried. ``docs/design/012-the-field.md`` has the share
that was right at the first run. Texts of servers are shortened, keys and names are made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from worlds.cases import claude, said, without_key
from worlds.stage import LOCAL, Roads, Scenario

MODEL, LLAMA = answers.MODELS[0], answers.LLAMAS[0]
WEIGHTS = "/root/models/Qwen1.5-14B-Chat-GPTQ-Int8"


def refused(reply: Reply, **more: Any) -> Callable[[str], Handler]:
    """Make a server that lists its models and refuses every generation with this answer."""
    return lambda key: b.openai(key, chat=reply, stream=reply, **more)


def rejecting(reply: Reply, **more: Any) -> Callable[[str], Handler]:
    """Make a server that takes another key than the user's."""
    return lambda key: b.openai("sk-the-right-one-is-another-0123456789", rejected=reply, **more)


def events(*data: object) -> Reply:
    return answers.as_events([answers.data(one) if not isinstance(one, bytes) else one for one in data])


_NOT_AT_VLLM = said(
    404,
    {
        "object": "error",
        "message": "The model `Qwen1.5-14B-Chat-GPTQ-Int8` does not exist.",
        "type": "NotFoundError",
        "param": None,
        "code": 404,
    },
)
_QUOTED_PARAMETER = said(
    400,
    {
        "error": {
            "message": "[openai/gpt-5.4] [400]: "
            + json.dumps(
                {
                    "error": {
                        "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                        "Use 'max_completion_tokens' instead.",
                        "type": "invalid_request_error",
                        "param": "max_tokens",
                        "code": "unsupported_parameter",
                    }
                }
            )
        }
    },
)
_NO_POLICY = said(
    404,
    {
        "error": {
            "message": "No endpoints available matching your guardrail restrictions and data policy. "
            "Configure: https://openrouter.ai/settings/privacy",
            "code": 404,
        }
    },
)

SCENARIOS = (
    Scenario(
        "report-no-version-at-local-server",
        "url.version_missing",
        lambda key: b.openai(elsewhere=said(404, {"message": "Invalid URL (POST /chat/completions)"})),
        "http://127.0.0.1:{port}",
        typed=lambda key: "sk-none",
        says=("/v1",),
        source="OpenHands/OpenHands#485",
    ),
    without_key(
        "url.endpoint_included",
        "http://192.168.1.9:11434/api/generate",
        "report-generate-endpoint-as-base",
        world=lambda key: b.ollama(),
        roads=Roads(),
        says=("http://192.168.1.9:11434/v1",),
        source="memodb-io/memobase#57",
    ),
    Scenario(
        "report-mainland-key-at-international-site",
        "auth.rejected",  # key.wrong_region is as good: the shape is shared
        rejecting(
            said(
                401,
                {
                    "error": {
                        "message": "Incorrect API key provided. For details, see: https://help.aliyun.com/zh/model-studio/",
                        "type": "invalid_request_error",
                        "param": None,
                        "code": "invalid_api_key",
                    }
                },
            ),
            prefix="/compatible-mode/v1",
        ),
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        model="qwen-plus",
        shape="deepseek",
        says=("dashscope.aliyuncs.com",),
        source="BerriAI/litellm#12571",
    ),
    Scenario(
        "report-ordinary-key-at-coding-plan",
        "key.wrong_plan",
        rejecting(said(401, {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "1"})),
        "https://coding-intl.dashscope.aliyuncs.com/v1",
        model="qwen3-coder-plus",
        shape="deepseek",
        says=("dashscope-intl.aliyuncs.com",),
        source="decolua/9router#2591",
    ),
    Scenario(
        "report-foreign-key-at-siliconflow-cn",
        "auth.rejected",
        rejecting(answers.as_text("Api key is invalid", 401)),
        "https://api.siliconflow.cn/v1",
        model="Qwen/Qwen3-8B",
        shape="siliconflow",
        says=("api.siliconflow.com",),
        source="langgenius/dify-official-plugins#3603",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report-vllm-serves-by-path",
        world=lambda key: b.openai(models=(WEIGHTS,), unknown_model=_NOT_AT_VLLM),
        model="Qwen1.5-14B-Chat-GPTQ-Int8",
        says=(WEIGHTS,),
        source="vllm-project/vllm#3486",
    ),
    claude(
        "report-subscription-in-third-party-app",
        "access.client_refused",
        lambda key: b.anthropic(
            key,
            chat=(
                refusal := said(
                    400,
                    {
                        "type": "error",
                        "error": {
                            "type": "invalid_request_error",
                            "message": "Third-party apps now draw from extra usage, not plan limits. We've added a "
                            "credit to your organization to get you started. Ask your workspace admin to claim it and "
                            "keep going.",
                        },
                    },
                )
            ),
            stream=refusal,
        ),
        "https://api.anthropic.com",
        shape="anthropic",
        says=("plan",),
        source="gsd-build/gsd-2#3772",
    ),
    claude(
        "report-request-not-allowed",
        "access.region_blocked",
        lambda key: handlers.always(said(403, {"error": {"type": "forbidden", "message": "Request not allowed"}})),
        "https://api.anthropic.com",
        shape="anthropic",
        source="langgenius/dify#5445",
    ),
    Scenario(
        "report-azure-root-in-an-openai-client",
        "url.path_wrong",
        lambda key: b.azure(key),
        "https://res.openai.azure.com",
        model="gpt-4o-mini",
        shape="hex32",
        says=("https://res.openai.azure.com/openai/v1",),
        source="BerriAI/litellm#8572",
    ),
    Scenario(
        "report-azure-deployment-in-an-openai-client",
        "url.path_wrong",
        lambda key: b.azure(key),
        "https://res.openai.azure.com/openai/deployments/gpt-4o-mini",
        model="gpt-4o-mini",
        shape="hex32",
        says=("https://res.openai.azure.com/openai/v1",),
        source="cline/cline#444",
    ),
    Scenario(
        "report-azure-deployment-is-not-there",
        "model.not_found",
        lambda key: b.azure(key),
        "https://res.openai.azure.com",
        protocol="azure",
        model="text-embedding-3-large",
        shape="hex32",
        says=("text-embedding-3-large", "deployment"),
        source="assafelovic/gpt-researcher#980",
    ),
    Scenario(
        "report-parameter-quoted-by-a-relay",
        None,
        lambda key: handlers.first(b.refuses("max_tokens", _QUOTED_PARAMETER), b.openai(key)),
        source="decolua/9router#846",
    ),
    Scenario(
        "report-error-inside-an-unfinished-event",
        "stream.malformed",
        lambda key: b.responses(
            key,
            stream=events(
                b'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","object":'
                b'"response","status":"in_progress","output":[]}}\n\n',
                b'event: response.completed\ndata: {"type":"response.completed","response":{"id":"resp_1"\n'
                b'data: {"type":"error","sequence_number":0,"error":{"type":"upstream_error",'
                b'"message":"stream_read_error"}}\n\n',
            ),
        ),
        protocol="responses",
        says=("JSON",),
        source="Wei-Shaw/sub2api#1471",
    ),
    Scenario(
        "report-error-text-instead-of-chunks",
        "stream.error_inside",
        lambda key: b.openai(key, stream=events({"error": "STREAM_EXPLODED"}, b"data: [DONE]\n\n")),
        says=("STREAM_EXPLODED",),
        source="fox1245/NeoGraph#124",
    ),
    Scenario(
        "report-error-fields-beside-null-choices",
        "stream.error_inside",
        lambda key: b.openai(
            key,
            stream=events(
                {
                    "id": "chatcmpl-1",
                    "object": "chat.completion.chunk",
                    "created": 1,
                    "model": MODEL,
                    "choices": None,
                    "error_type": "BadRequestError",
                    "error_message": "This model's maximum context length is 4096 tokens.",
                },
                b"data: [DONE]\n\n",
            ),
        ),
        says=("maximum context length",),
        sdk="the SDK hands on a chunk without choices and ends; the user has no answer",
        source="NousResearch/hermes-agent#65643",
    ),
    Scenario(
        "report-empty-choices-in-the-middle",
        None,
        lambda key: b.openai(
            key,
            stream=events(
                *(pieces := answers.chunks())[:2],
                {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": []},
                *pieces[2:],
                b"data: [DONE]\n\n",
            ),
        ),
        source="paul356/KiCad-AI-Assistant#90",
    ),
    Scenario(
        "report-relay-user-below-zero",
        "quota.exhausted",
        refused(
            said(
                403,
                {
                    "error": {
                        "message": "用户额度不足, 剩余额度: ＄-0.000002 (request id: 20260819093313)",
                        "type": "new_api_error",
                        "param": "",
                        "code": "insufficient_user_quota",
                    }
                },
            )
        ),
        says=("-0.000002",),
        source="QuantumNous/new-api#7448",
    ),
    claude(
        "report-token-has-less-than-the-longest-answer-costs",
        "quota.exhausted",
        lambda key: b.anthropic(
            key,
            chat=(
                poor := said(
                    403,
                    {
                        "error": {
                            "type": "new_api_error",
                            "message": "token quota is not enough, token remain quota: ＄0.142328, "
                            "need quota: ＄0.161646 (request id: 20250712160654)",
                        },
                        "type": "error",
                    },
                )
            ),
            stream=poor,
        ),
        "https://relay.example",
        shape="relay",
        says=("0.161646",),
        source="millylee/anyrouter-check-in#2",
    ),
    Scenario(
        "report-privacy-setting-excludes-every-endpoint",
        "model.not_permitted",
        refused(_NO_POLICY, prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        says=("https://openrouter.ai/settings/privacy",),
        source="truefoundry/models#826",
    ),
    Scenario(
        "report-free-model-has-no-endpoint",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/api/v1",
            models=("nousresearch/hermes-3-llama-3.1-405b", "openai/gpt-oss-20b:free"),
            unknown_model=said(
                404,
                {
                    "error": {
                        "message": "No endpoints found for nousresearch/hermes-3-llama-3.1-405b:free.",
                        "code": 404,
                    }
                },
            ),
        ),
        "https://openrouter.ai/api/v1",
        model="nousresearch/hermes-3-llama-3.1-405b:free",
        shape="openrouter",
        says=("nousresearch/hermes-3-llama-3.1-405b",),
        source="vyancharuk/nodejs-api-boilerplate#16",
    ),
)
