"""Worlds of what has ended: services, hosts, models and kinds of keys. The day of each run is that of ``conftest.py``.

The sources are those of the rows in ``probes/facts``; texts of servers are shortened, keys and names are made up.
"""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from probes.model.failure import Kind
from worlds.cases import claude, said
from worlds.protocols import stranger
from worlds.stage import Roads, Scenario

GOOGLE = "https://generativelanguage.googleapis.com"
DIFFERS = "the practice door of another provider than the SDK's"


def every(status: int, body: object) -> Callable[[str], Handler]:
    """Make a server that answers every request alike."""
    return lambda key: lambda request: said(status, body)


def lacking(status: int, error: dict[str, object], *models: str, prefix: str = "/v1") -> Callable[[str], Handler]:
    """Make a server that lists ``models`` and answers this for every other one."""
    reply: Reply = said(status, {"error": error})
    return lambda key: b.openai(key, models=models, unknown_model=reply, prefix=prefix)


_GOOGLE_401 = {
    "error": {
        "code": 401,
        "message": "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
        "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        "status": "UNAUTHENTICATED",
        "details": [{"reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED"}],
    }
}

SCENARIOS = (
    # -- services ------------------------------------------------------------------------------------------------------
    Scenario(
        "ended-github-models",
        "url.host_retired",
        every(410, {"error": {"code": "github_models_retirement_brownout", "message": "This is a brownout."}}),
        "https://models.github.ai/inference",
        model="openai/gpt-4.1",
        says=("GitHub Models has ended", "2026-07-30", "Azure AI Foundry"),
        source="Maintainerr/Maintainerr#3492",
    ),
    Scenario(
        "ended-github-models-refuses-the-key",
        "url.host_retired",
        every(401, {"error": {"code": "unauthorized", "message": "Bad credentials"}}),
        "https://models.inference.ai.azure.com",
        also=("auth.rejected",),
        source="anomalyco/models.dev#3980",
    ),
    Scenario(
        "ended-but-it-answers",
        None,
        lambda key: b.openai(key, prefix="/inference"),
        "https://models.github.ai/inference",
    ),
    Scenario(
        "ended-login-portal",
        "url.host_retired",
        every(401, {"error": {"code": "invalid_api_key", "message": "invalid access token or token expired"}}),
        "https://portal.qwen.ai/v1",
        says=("2026-04-15", "Alibaba"),
        source="vybestack/llxprt-code#2273",
    ),
    Scenario(
        "ended-name-is-gone",
        "url.host_retired",
        base_url="https://api.lambda.ai/v1",
        roads=Roads({"api.lambda.ai": Kind.NAME_UNKNOWN}),
        also=("dns.not_found",),
        says=("2025-09-25",),
        source="charmbracelet/catwalk#80",
    ),
    # One list alone names this end: that nothing is served there any more is the second witness.
    Scenario(
        "ended-by-one-list-and-nothing-there",
        "url.host_retired",
        every(404, {"error": "not found"}),
        "https://api.llama.com/compat/v1",
        says=("2026-07-06",),
        source="langchain-ai/langchain-meta#22",
    ),
    Scenario(
        "ended-by-one-list-but-alive",
        "auth.rejected",
        stranger(b.openai),
        "https://apis.iflow.cn/v1",
        shape="deepseek",
        also=("url.host_retired",),
        source="github/spec-kit#3166",
    ),
    Scenario(
        "ended-host-of-a-service-that-lives",
        "url.host_retired",
        every(
            410,
            {
                "error": "https://api-inference.huggingface.co is no longer supported. Use https://router.huggingface.co instead."
            },
        ),
        "https://api-inference.huggingface.co/v1",
        shape="huggingface",
        model="gpt2",
        says=("https://router.huggingface.co/v1",),
        source="promptfoo/promptfoo#6624",
    ),
    Scenario(
        "ended-relay-says-so",
        "url.host_retired",
        every(410, {"error": {"message": "This service has been permanently shut down."}}),
        says=("relay.example has ended",),
    ),
    Scenario(
        "ended-relay-says-so-in-chinese",
        "url.host_retired",
        every(403, {"error": {"message": "本平台已于2026年9月停止运营，感谢您的支持"}}),
    ),
    Scenario(
        "path-is-gone-but-not-the-service",
        "url.version_missing",
        lambda key: b.openai(key, elsewhere=said(410, {"error": {"message": "Gone"}})),
        "https://relay.example",
        never=("url.host_retired",),
    ),
    # -- models --------------------------------------------------------------------------------------------------------
    Scenario(
        "model-ended-deepseek",
        "model.not_found",
        lacking(
            400,
            {"message": "Model Not Exist", "code": "invalid_request_error"},
            "deepseek-chat-v3",
            "deepseek-v4-flash",
        ),
        "https://api.deepseek.com/v1",
        shape="deepseek",
        model="deepseek-chat",
        says=("2026-07-24", "deepseek-v4-flash"),
        settings={"model": "deepseek-v4-flash"},
        source="duanyytop/agents-radar#2311",
    ),
    Scenario(
        "model-ended-groq",
        "model.not_found",
        lacking(
            404,
            {
                "message": "The model `llama-3.1-8b-instant` does not exist or you do not have access to it.",
                "code": "model_not_found",
            },
            *("llama-3.1-8b-guard", "openai/gpt-oss-20b"),
            prefix="/openai/v1",
        ),
        "https://api.groq.com/openai/v1",
        shape="groq",
        model="llama-3.1-8b-instant",
        says=("2026-08-16",),
        settings={"model": "openai/gpt-oss-20b"},
        source="mnfst/awesome-free-llm-apis#102",
    ),
    Scenario(
        "model-ended-behind-a-relay",
        "model.not_found",
        lacking(
            404,
            {"message": "model not found: gpt-4-turbo", "code": "model_not_found"},
            "gpt-4o-mini",
            "openai/gpt-5.6-sol",
        ),
        model="gpt-4-turbo",
        says=("2026-10-23", "openai/gpt-5.6-sol"),
        settings={"model": "openai/gpt-5.6-sol"},
    ),
    # The relay knows the name that its provider has retired: no fault.
    Scenario("model-ended-but-served", None, lambda key: b.openai(key, models=("gpt-4-turbo",)), model="gpt-4-turbo"),
    claude(
        "model-ended-anthropic",
        "model.not_found",
        lambda key: b.anthropic(key),
        "https://api.anthropic.com",
        model="claude-sonnet-4-20250514",
        shape="anthropic",
        says=("2026-06-15", "claude-sonnet-4-6"),
        source="undertheseanlp/underthesea#1059",
    ),
    # -- keys ----------------------------------------------------------------------------------------------------------
    Scenario(
        "key-ended-google",
        "key.wrong_kind",
        every(401, _GOOGLE_401),
        GOOGLE,
        protocol="gemini",
        model="gemini-3.5-flash",
        shape="gemini",
        says=("2026-06-19", "AQ.", "aistudio.google.com"),
        source="NousResearch/hermes-agent#68285",
    ),
    Scenario(
        "key-ended-google-not-valid",
        "key.wrong_kind",
        stranger(b.gemini),
        GOOGLE,
        protocol="gemini",
        model="gemini-3.5-flash",
        shape="gemini",
        says=("no longer accepts keys of this kind",),
        source="Kilo-Org/kilocode#12162",
    ),
    Scenario(
        "key-ended-but-accepted",
        None,
        lambda key: b.gemini(key, models=("gemini-3.5-flash",)),
        GOOGLE,
        protocol="gemini",
        model="gemini-3.5-flash",
        shape="gemini",
    ),
    claude(
        "key-of-a-service-account",
        None,
        lambda key: b.anthropic(key),
        "https://api.anthropic.com",
        model=answers.CLAUDES[0],
        shape="anthropic-oauth",
        source="BerriAI/litellm#28607",
    ),
)
