"""A fourth table of worlds from public reports, labelled and committed before the first run, after the third one.

``docs/design/013-the-field.md`` has the share that was right at the first run. Texts of servers are shortened, keys and
names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Reply
from worlds.cases import CLAUDE, LLAMA, claude, said, without_key
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import always, error, lm_studio
from worlds.stage import LOCAL, Scenario

UNSLOTH = "unsloth/gemma-4-26B-A4B-it-qat-GGUF"

SCENARIOS = (
    Scenario(
        "report4-tier-not-high-enough",
        "model.not_permitted",
        refused(
            said(
                402,
                {
                    "error": "Model not found or tier not high enough. Your tier: seed, required tier: flower",
                    "status": 402,
                },
            ),
            models=("claude-3-haiku",),
        ),
        model="claude-3-haiku",
        says=("required tier: flower",),
        source="pollinations/pollinations#3664",
    ),
    Scenario(
        "report4-not-the-token-of-the-relay",
        "auth.rejected",
        rejecting(error(401, "无效的令牌 (request id: 202406100001)", type="new_api_error")),
        says=("relay.example",),
        source="labring/FastGPT#1730",
    ),
    Scenario(
        "report4-token-switched-off",
        "auth.expired",
        rejecting(error(401, "该令牌状态不可用", type="one_api_error")),
        says=("relay.example",),
        source="songquanpeng/one-api#239",
    ),
    Scenario(
        "report4-model-outside-the-chatgpt-plan",
        "model.not_permitted",
        refused(
            said(
                400,
                {"detail": "The 'gpt-5.3-codex' model is not supported when using Codex with a ChatGPT account."},
            ),
            models=("gpt-5.3-codex", "gpt-5.5"),
        ),
        "http://127.0.0.1:{port}/v1",
        model="gpt-5.3-codex",
        says=("ChatGPT account",),
        source="router-for-me/CLIProxyAPI#3647",
    ),
    Scenario(
        "report4-copilot-token-expired",
        "auth.expired",
        lambda key: handlers.always(answers.as_text("IDE token expired: unauthorized: token expired", 401)),
        "https://api.githubcopilot.com",
        model="gpt-5-mini",
        says=("expired",),
        first=("ign in",),
        source="Gitlawb/openclaude#1042",
    ),
    Scenario(
        "report4-openrouter-key-at-openai",
        "key.wrong_door",
        rejecting(error(401, "Incorrect API key provided: sk-or-v1******.39a.", code="invalid_api_key")),
        "https://api.openai.com/v1",
        shape="openrouter",
        unsent=True,
        first=("https://openrouter.ai/api/v1",),
        source="continuedev/continue#9684",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report4-unsloth-has-nothing-loaded",
        world=lambda key: b.openai(
            models=(UNSLOTH,),
            chat=(
                idle := error(
                    400,
                    "No Model loaded. Call POST /inference/load first. Or enable Model auto-switch (settings > API) to "
                    "load a requested model automatically.",
                )
            ),
            stream=idle,
        ),
        model=UNSLOTH,
        says=("auto-switch",),
        source="unslothai/unsloth#10306 (nothing loaded)",
    ),
    without_key(
        "model.not_found",
        LOCAL,
        "report4-unsloth-has-not-downloaded-it",
        world=lambda key: b.openai(
            models=("qwen3-asr-0.6b", "unsloth/FLUX.2-klein-4B-GGUF"),
            unknown_model=error(
                404,
                f"The model '{UNSLOTH}' is not downloaded on this server. Available models: qwen3-asr-0.6b, "
                "unsloth/FLUX.2-klein-4B-GGUF. Download more in Unsloth Studio, or list them with GET /v1/models.",
            ),
        ),
        model=UNSLOTH,
        says=("not downloaded on this server",),
        source="unslothai/unsloth#10306",
    ),
    Scenario(
        "report4-cloudflare-1010",
        "http.blocked",
        always(
            answers.as_html(
                "<title>Access denied | tokenwork.example used Cloudflare to restrict access</title>"
                "<script>errorCode: 1010</script>",
                403,
                ("Server", "cloudflare"),
            )
        ),
        "https://tokenwork.example/v1",
        says=("Cloudflare",),
        source="JohnnyZ93/oai-compatible-copilot#287",
    ),
    Scenario(
        "report4-gateway-token-with-a-colon",
        "http.front_auth",
        always(said(401, [{"code": 2009, "message": "Unauthorized"}])),
        "https://gateway.ai.cloudflare.com/v1/acct/gw/openai",
        shape="openai",
        headers=("cf-aig-authorization: Bearer: made-up-gateway-token-0001",),
        says=("cf-aig-authorization",),
        first=("cf-aig-authorization",),
        source="openclaw/openclaw#34788",
    ),
    Scenario(
        "report4-lm-studio-wants-its-token",
        "auth.rejected",  # key.placeholder is as good
        rejecting(
            error(
                401,
                "Malformed LM Studio API token provided: dummy-lm-api-key. Ensure you are passing a valid LM Studio API "
                "token, for example with the header Authorization: Bearer $LM_API_TOKEN",
                type="invalid_request_error",
                code="invalid_api_key",
            ),
            models=(LLAMA,),
        ),
        LOCAL,
        model=LLAMA,
        typed=lambda key: "dummy-lm-api-key",
        says=("LM Studio",),
        source="Devsoul2026/Hermes-One-Click#6",
    ),
    Scenario(
        "report4-never-purchased-credits",
        "quota.exhausted",
        refused(
            error(
                402,
                "Insufficient credits. This account never purchased credits. Make sure your key is on the correct "
                "account or org, and if so, purchase more at https://openrouter.ai/settings/credits",
                code=402,
            ),
            prefix="/api/v1",
        ),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        first=("https://openrouter.ai/settings/credits",),
        source="Gitlawb/openclaude#1303",
    ),
    Scenario(
        "report4-coding-plan-has-no-model-list",
        None,
        lambda key: b.openai(key, models=("qwen3-coder-plus",), listing=Reply(404)),
        "https://coding.dashscope.aliyuncs.com/v1",
        model="qwen3-coder-plus",
        shape="sp",
        source="ztx888/HaloWebUI#21",
    ),
    Scenario(
        "report4-no-key-for-koboldcpp",
        None,  # a server of one's own that needs no key: a note, since only some clients want one
        lambda key: b.openai(models=("koboldcpp/Meta-Llama-3-8B-Instruct-Q6_K",)),
        "http://127.0.0.1:{port}/v1",
        model="koboldcpp/Meta-Llama-3-8B-Instruct-Q6_K",
        typed=lambda key: None,
        verdict="healthy",
        also=("settings.missing_key",),
        says=("any text",),
        first=("any text",),
        sdk="OpenAI's SDK wants a key of any text, as the note says; other clients work without one",
        source="LostRuins/koboldcpp#922",
    ),
    Scenario(
        "report4-lm-studio-answers-as-another-model",
        None,
        lambda key: lm_studio(
            chat=said(200, answers.completion("gemma-3-1b-it-qat")),
            stream=answers.as_events([*answers.chunks("gemma-3-1b-it-qat"), answers.DONE]),
        ),
        "http://127.0.0.1:{port}/v1",
        model="any-model-name",
        typed=lambda key: "lm-studio",
        also=("model.substituted",),
        says=("gemma-3-1b-it-qat",),
        source="lmstudio-ai/lmstudio-bug-tracker#619",
    ),
    claude(
        "report4-host-of-the-global-location",
        "url.host_typo",
        lambda key: handlers.always(answers.as_html("<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", 404)),
        "https://global-aiplatform.googleapis.com/v1/projects/made-up/locations/global/publishers/anthropic",
        model=CLAUDE,
        first=("https://aiplatform.googleapis.com",),
        source="tensorzero/tensorzero#4306",
    ),
    # -- siblings, made here for the kinds that were wrong at the first run --------------------------------------------
    Scenario(
        "report4-sibling-not-on-the-free-plan",
        "model.not_permitted",
        refused(error(403, "The model gpt-4o-mini is not available on the free plan.")),
    ),
    Scenario(
        "report4-sibling-listed-and-unknown",
        "model.not_found",
        refused(error(404, "The model gpt-4o-mini was not found.", code="model_not_found")),
        says=("relay.example lists the model", "but does not serve it"),
    ),
    Scenario(
        "report4-sibling-session-token-expired",
        "auth.expired",
        rejecting(error(401, "Your session token has expired, please log in again.")),
        first=("Sign in again",),
    ),
    Scenario(
        "report4-sibling-page-for-money",
        "quota.exhausted",
        refused(error(402, "Insufficient Balance. Top up at https://platform.deepseek.com/top_up")),
        "https://api.deepseek.com/v1",
        shape="deepseek",
        first=("https://platform.deepseek.com/top_up",),
    ),
)
