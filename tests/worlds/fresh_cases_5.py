"""A fifth table of fresh cases of the kinds A to F, labelled before the first run and after the fixes of the fourth.

``source`` is the row of the field report whose sibling the world is. Keys and names are made up.
"""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from probes.model.failure import Kind
from worlds.cases import claude, ollama, said
from worlds.field_credentials import LONG_AGO, bedrock, jwt
from worlds.field_headers import behind, refusing
from worlds.fresh_cases import GATEWAY, HOUSE, moved, only_list
from worlds.protocols import SILENT
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import always, error, unknown
from worlds.stage import LOCAL, RELAY, Roads, Scenario

World = Callable[[str], Handler]
_NOT_FOUND = said(404, {"detail": "Not Found"})
_QWEN = "https://dashscope.aliyuncs.com/compatible-mode/v1"


def _generations(reply: Reply) -> World:
    return lambda key: b.anthropic(key, chat=reply, stream=reply)


def _usage_without_choices(key: str) -> Handler:
    """A stream whose text comes in a field of its own instead of in the deltas."""
    chunks = [answers.data({"id": "x", "object": "text", "output": part}) for part in ("one ", "two ")]
    return b.openai(key, stream=answers.as_events([*chunks, b"data: [DONE]\n\n"]))


def _null_message(key: str) -> Handler:
    whole = answers.completion()
    whole["choices"][0]["message"] = None
    return b.openai(key, chat=answers.as_json(whole))


SCENARIOS = (
    # -- A
    Scenario(
        "fresh5-organisation-without-access",
        "http.header_rejected",
        refusing(
            error(403, "Organization org-old has been deactivated.", code="organization_deactivated"),
            "openai-organization",
        ),
        "https://api.openai.com/v1",
        shape="openai",
        variables={"OPENAI_ORG_ID": "org-old"},
        first=("OPENAI_ORG_ID",),
        source="A1",
    ),
    claude(
        "fresh5-tenant-sent",
        None,
        behind(said(400, {"error": "X-Org header missing"}), {"X-Org": "blue"}, b.anthropic),
        "https://claude.corp.example",
        app="claude-code",
        variables={"ANTHROPIC_CUSTOM_HEADERS": "X-Org: blue"},
        source="A2",
    ),
    Scenario(
        "fresh5-gateway-with-basic-login",
        "http.front_auth",
        lambda key: handlers.always(answers.as_html("<h1>401</h1>", 401, ("WWW-Authenticate", 'Basic realm="LLM"'))),
        GATEWAY,
        says=("login",),
        source="A3",
    ),
    Scenario(
        "fresh5-cloudflare-access",
        "http.front_auth",
        always(
            Reply(302, (("Location", "https://corp.cloudflareaccess.com/cdn-cgi/access/login/llm.corp.example?kid=x"),))
        ),
        GATEWAY,
        says=("cloudflareaccess",),
        source="A3",
    ),
    # -- B
    Scenario(
        "fresh5-eu-data-residency",
        "key.wrong_region",
        always(error(403, "EU projects must call eu.northwind-ai.example", code="wrong_host")),
        HOUSE,
        says=("eu.northwind-ai.example",),
        first=("https://eu.northwind-ai.example/v1",),
        source="B1",
    ),
    Scenario(
        "fresh5-openai-path-only",
        "url.path_wrong",
        moved(
            "/compat/openai/v1",
            said(404, {"message": "OpenAI-compatible requests are only available under /compat/openai/v1"}),
        ),
        HOUSE,
        first=("https://api.northwind-ai.example/compat/openai/v1",),
        source="B2",
    ),
    Scenario(
        "fresh5-header-for-the-region",
        "http.header_rejected",
        always(said(412, {"error": {"message": "Required header 'x-region' not set"}})),
        HOUSE,
        first=("x-region",),
        source="B3",
    ),
    Scenario(
        "fresh5-two-factor",
        "auth.not_permitted",
        refused(
            error(
                403,
                "Enable two-factor authentication at https://northwind-ai.example/security to use the API.",
                code="2fa",
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/security",),
        source="B4",
    ),
    Scenario(
        "fresh5-trial-has-ended",
        "quota.exhausted",
        refused(
            error(
                403,
                "Your free trial has ended. Add credits at https://northwind-ai.example/credits.",
                code="trial_ended",
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/credits",),
        source="B4",
    ),
    Scenario(
        "fresh5-admin-must-allow",
        "model.not_permitted",
        refused(error(403, "Your administrator has disabled northwind-x for this workspace."), models=("northwind-x",)),
        HOUSE,
        model="northwind-x",
        says=("northwind-x",),
        source="B4",
    ),
    Scenario(
        "fresh5-group-deleted",
        "auth.not_permitted",
        refused(said(403, {"error": {"message": "分组 codex 已被删除，请修改令牌分组", "type": "new_api_error"}})),
        RELAY,
        says=("codex",),
        first=("codex",),
        source="B5",
    ),
    Scenario(
        "fresh5-next-model",
        "model.not_found",
        unknown(
            said(
                410,
                {"error": {"message": "northwind-2 has been sunset. Migrate to northwind-3-mini.", "code": "sunset"}},
            ),
            "northwind-3-mini",
            "northwind-3",
        ),
        HOUSE,
        model="northwind-2",
        first=("northwind-3-mini",),
        source="B",
    ),
    # -- C
    Scenario(
        "fresh5-bedrock-key-of-another-region",
        "key.wrong_region",
        rejecting(said(403, {"message": "Bearer Token has expired"}), prefix="/openai/v1"),
        "https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1",
        model="openai.gpt-oss-20b-1:0",
        typed=lambda key: bedrock("us-west-2"),
        first=("us-west-2",),
        source="C1",
    ),
    Scenario(
        "fresh5-google-login-token",
        "auth.rejected",
        rejecting(said(401, {"error": {"message": "Invalid token"}})),
        GATEWAY,
        typed=jwt(iss="https://accounts.google.com", aud="764086051850.apps.googleusercontent.com"),
        says=("Google",),
        source="C3",
    ),
    Scenario(
        "fresh5-alibaba-access-key",
        "key.wrong_kind",
        rejecting(
            said(401, {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}),
            prefix="/compatible-mode/v1",
        ),
        _QWEN,
        model="qwen-plus",
        typed=lambda key: "LTAI5tMadeUpMadeUpMadeUp",
        says=("bailian",),
        source="C4",
    ),
    Scenario(
        "fresh5-perplexity-cut",
        "key.truncated",
        rejecting(answers.as_html("<center><h1>401 Authorization Required</h1></center>", 401), prefix=""),
        "https://api.perplexity.ai",
        model="sonar",
        shape="perplexity",
        typed=lambda key: key[:30],
        source="C5",
    ),
    Scenario(
        "fresh5-gateway-quotes-gemini",
        "auth.upstream",
        only_list(
            said(
                400,
                {
                    "error": {
                        "message": "Gemini API error: 400 API key not valid. Please pass a valid API key.",
                        "type": "upstream",
                    }
                },
            )
        ),
        GATEWAY,
        says=("Gemini",),
        first=("operator",),
        source="C6",
    ),
    Scenario(
        "fresh5-siliconflow-refused",
        "auth.rejected",
        rejecting(Reply(401, (("Content-Type", "application/json"),), b'"Invalid token"')),
        "https://api.siliconflow.cn/v1",
        model="deepseek-ai/DeepSeek-V3",
        shape="siliconflow",
        first=("https://api.siliconflow.com/v1",),
        source="C8",
    ),
    # -- D
    Scenario(
        "fresh5-key-error-with-a-string-status",
        "auth.rejected",
        always(said(200, {"status": "error", "error": "Invalid access key", "data": {}})),
        GATEWAY,
        says=("Invalid access key",),
        source="D1",
    ),
    Scenario(
        "fresh5-gemini-client-at-llama-cpp",
        "shape.wrong_protocol",
        lambda key: b.openai(
            models=("llama-3-8b",),
            elsewhere=said(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
        ),
        "http://127.0.0.1:{port}",
        protocol="gemini",
        model="llama-3-8b",
        typed=lambda key: "none",
        first=("OpenAI",),
        source="servers: llama.cpp",
    ),
    claude(
        "fresh5-no-messages-for-this-model",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key,
            models=("glm-5",),
            elsewhere=said(
                400,
                {
                    "error": {
                        "message": "Anthropic format is not supported for model glm-5",
                        "type": "invalid_request_error",
                    }
                },
            ),
        ),
        "https://relay.example",
        model="glm-5",
        shape="relay",
        first=("openai",),
        source="D2",
    ),
    Scenario(
        "fresh5-upstream-answers-405",
        "http.gateway_error",
        only_list(
            error(
                405,
                "Error from provider(up,gpt-4o: 405): Method Not Allowed",
                type="api_error",
                code="provider_response_error",
            )
        ),
        GATEWAY,
        first=("operator",),
        source="D4",
    ),
    Scenario(
        "fresh5-every-deployment-cools-down",
        "model.no_channel",
        refused(
            said(503, {"error": {"message": "All deployments for gpt-4o are cooling down", "code": "no_deployments"}}),
            models=("gpt-4o",),
        ),
        GATEWAY,
        model="gpt-4o",
        source="D6",
    ),
    Scenario(
        "fresh5-empty-500",
        "http.server_error",
        refused(said(500, {})),
        LOCAL,
        typed=str,
        source="D7",
    ),
    ollama(
        "fresh5-ollama-cloud-limit",
        "quota.rate_limited",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(
            models=("gpt-oss:120b-cloud", "llama3.2:latest"),
            chat=said(429, {"error": "you've reached your hourly usage limit, please upgrade to continue"}),
            stream=said(429, {"error": "you've reached your hourly usage limit, please upgrade to continue"}),
        ),
        model="gpt-oss:120b-cloud",
        says=("hourly usage limit",),
        source="D3",
    ),
    Scenario(
        "fresh5-own-completion-endpoint",
        "url.endpoint_included",
        lambda key: b.openai(
            models=("llama-3-8b",),
            elsewhere=said(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
        ),
        "http://127.0.0.1:{port}/completion",
        model="llama-3-8b",
        typed=lambda key: "none",
        first=("/v1",),
        source="D9",
    ),
    # -- E
    Scenario(
        "fresh5-message-is-null",
        "shape.malformed_answer",
        _null_message,
        RELAY,
        says=("message",),
        source="E1",
    ),
    Scenario(
        "fresh5-stream-of-another-form",
        "stream.malformed",
        _usage_without_choices,
        RELAY,
        says=("choices",),
        sdk=SILENT,
        source="E",
    ),
    claude(
        "fresh5-only-streams-for-claude",
        "model.parameter_rejected",
        lambda key: b.anthropic(
            key,
            chat=said(
                400,
                {
                    "type": "error",
                    "error": {"type": "invalid_request_error", "message": "Only stream requests are accepted"},
                },
            ),
        ),
        "https://relay.example",
        shape="relay",
        first=("treaming",),
        source="E2",
    ),
    # -- F
    Scenario(
        "fresh5-proxy-of-clash-for-localhost",
        "proxy.captures_local",
        base_url="http://localhost:{port}/v1",
        proxy=lambda port: handlers.always(Reply(502)),
        proxies=(("http", "{proxy}"),),
        typed=lambda key: "none",
        world=lambda key: b.openai(),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh5-scheme-tcp",
        "url.invalid",
        base_url="tcp://127.0.0.1:{port}/v1",
        typed=lambda key: "none",
        world=lambda key: b.openai(),
        first=("http://127.0.0.1",),
        source="F5",
    ),
    Scenario(
        "fresh5-messages-in-the-base-and-500",
        "url.endpoint_included",
        lambda key: b.anthropic(key, elsewhere=Reply(500)),
        "https://relay.example/v1/messages",
        protocol="anthropic",
        model=answers.CLAUDES[0],
        first=("https://relay.example",),
        source="F6",
    ),
    Scenario(
        "fresh5-name-of-the-lan",
        "dns.bogus_answer",
        base_url="https://openrouter.ai/api/v1",
        shape="openrouter",
        roads=Roads({"openrouter.ai": ("192.168.0.1",)}, {"192.168.0.1": Kind.REFUSED}),
        says=("192.168.0.1",),
        source="F4",
    ),
    Scenario(
        "fresh5-token-of-a-user-expired",
        "auth.expired",
        rejecting(said(401, {"message": "Unauthorized"}), prefix="/openai/v1"),
        "https://gateway.corp.example/openai/v1",
        typed=jwt(iss="https://corp.okta.com/oauth2/default", aud="api://default", exp=LONG_AGO),
        says=("2020-09-13",),
        source="C3",
    ),
)
