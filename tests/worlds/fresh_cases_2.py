"""A second table of fresh cases of the kinds A to F, and siblings of the kinds that the first one taught.

Both were labelled before their first run. ``source`` is the public report, or the row of the field report whose sibling the
world is; siblings of what the first table taught have none. Texts of servers are shortened, keys and names are made up.
"""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from probes.model.failure import Kind
from worlds.cases import claude, ollama, said
from worlds.field_credentials import LONG_AGO, jwt
from worlds.field_headers import behind, refusing
from worlds.fresh_cases import GATEWAY, HOUSE, moved, only_list
from worlds.public_reports import events, refused, rejecting
from worlds.public_reports_3 import always, error, unknown
from worlds.stage import LOCAL, RELAY, Roads, Scenario

World = Callable[[str], Handler]
_NOT_FOUND = said(404, {"detail": "Not Found"})


def _keyed_list(refusal: Reply, **more: object) -> World:
    """Make a relay that lists its models for the user's key and refuses every generation."""
    return lambda key: b.openai(key, chat=refusal, stream=refusal)


def _without_field(name: str) -> World:
    whole = answers.completion()
    del whole[name]
    return lambda key: b.openai(key, chat=answers.as_json(whole))


def _thinking_only(key: str) -> Handler:
    """A chat stream whose last event breaks off inside its JSON, before the end of the stream."""
    sound = answers.chunks()
    return b.openai(key, stream=answers.as_events([*sound[:3], b'data: {"choices":[{"index":0,"delta":{"con\n\n']))


# -- siblings of what the first table taught ---------------------------------------------------------------------------

PATHS = (
    Scenario(
        "sibling-path-superseded",
        "url.path_wrong",
        moved("/api/v2", said(404, {"error": {"message": "v1 has been superseded by /api/v2", "code": "gone"}})),
        HOUSE,
        first=("https://api.northwind-ai.example/api/v2",),
    ),
    Scenario(
        "sibling-path-instead",
        "url.path_wrong",
        moved("/openai/v1", said(400, {"error": {"message": "Call POST /openai/v1/chat/completions instead."}})),
        HOUSE,
        first=("https://api.northwind-ai.example/openai/v1",),
    ),
    Scenario(
        "sibling-path-in-chinese",
        "url.path_wrong",
        moved("/v2", said(410, {"code": 410, "message": "该接口已下线，请迁移到 /v2/chat/completions"})),
        HOUSE,
        first=("https://api.northwind-ai.example/v2",),
    ),
)

HEADERS = (
    Scenario(
        "sibling-header-in-quotes",
        "http.header_rejected",
        always(error(422, "Please include the 'X-Tenant-Id' header in your request.")),
        HOUSE,
        says=("X-Tenant-Id",),
        first=("X-Tenant-Id",),
    ),
    Scenario(
        "sibling-header-with-a-plain-name",
        "http.header_rejected",
        always(said(400, {"title": "Bad Request", "detail": "Specify your Application-Id header", "status": 400})),
        GATEWAY,
        says=("Application-Id",),
        first=("Application-Id",),
    ),
    Scenario(
        "sibling-header-in-chinese",
        "http.header_rejected",
        always(said(400, {"code": 4003, "msg": "请在请求头中携带 X-App-Id"})),
        GATEWAY,
        says=("X-App-Id",),
        first=("X-App-Id",),
    ),
)

MODELS = (
    Scenario(
        "sibling-model-plan",
        "model.not_permitted",
        refused(
            error(403, "Your subscription may not use northwind-large.", code="forbidden"), models=("northwind-large",)
        ),
        HOUSE,
        model="northwind-large",
        says=("northwind-large",),
    ),
    Scenario(
        "sibling-model-in-chinese",
        "model.not_permitted",
        refused(
            said(403, {"code": 403, "message": "该账号未开通 qwen-max 的调用权限"}), models=("qwen-max", "qwen-plus")
        ),
        GATEWAY,
        model="qwen-max",
        says=("qwen-max",),
    ),
    Scenario(
        "sibling-model-team",
        "model.not_permitted",
        refused(said(403, {"error": "Access to gpt-4o is denied for team red."}), models=("gpt-4o", "gpt-4o-mini")),
        GATEWAY,
        model="gpt-4o",
        says=("gpt-4o",),
    ),
)

SUPPLY = (
    Scenario(
        "sibling-supply-workers",
        "model.no_channel",
        refused(said(503, {"detail": "No active workers are serving llama-3-8b"}), models=("llama-3-8b",)),
        GATEWAY,
        model="llama-3-8b",
        says=("llama-3-8b",),
    ),
    Scenario(
        "sibling-supply-all-down",
        "model.no_channel",
        refused(error(503, "All backends for model llama-3-8b are down", code="unavailable"), models=("llama-3-8b",)),
        GATEWAY,
        model="llama-3-8b",
    ),
    Scenario(
        "sibling-supply-group",
        "model.no_channel",
        refused(
            error(403, 'The model gpt-5 is not available in the group "basic". Switch to the group "pro".'),
            models=("gpt-5",),
        ),
        RELAY,
        model="gpt-5",
        says=("group",),
        first=("group",),
    ),
)

OTHERS = (
    Scenario(
        "sibling-location-of-vertex-eu",
        "url.host_typo",
        always(said(400, {"error": {"code": 400, "message": "Invalid hostname", "status": "INVALID_ARGUMENT"}})),
        "https://eu-aiplatform.googleapis.com/v1/projects/made-up/locations/eu/endpoints/openapi",
        model="google/gemini-2.5-flash",
        typed=lambda key: "ya29." + key,
        first=("aiplatform.eu.rep.googleapis.com",),
    ),
    Scenario(
        "sibling-token-of-zai-in-milliseconds",
        "auth.expired",
        rejecting(
            said(401, {"error": {"code": "1003", "message": "Authentication Token expired"}}), prefix="/api/paas/v4"
        ),
        "https://api.z.ai/api/paas/v4",
        model="glm-4.7",
        typed=jwt(exp=LONG_AGO * 1000, timestamp=LONG_AGO * 1000 - 3_600_000, api_key="5eed5eed5eed5eed", nbf=None),
        says=("2020-09-13",),
    ),
    Scenario(
        "sibling-upstream-google-form",
        "auth.upstream",
        _keyed_list(
            said(
                400,
                {
                    "error": {
                        "code": 400,
                        "message": "API key not valid. Please pass a valid API key.",
                        "status": "INVALID_ARGUMENT",
                        "details": [
                            {
                                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                                "reason": "API_KEY_INVALID",
                                "domain": "googleapis.com",
                            }
                        ],
                    }
                },
            )
        ),
        GATEWAY,
        first=("operator",),
    ),
    Scenario(
        "sibling-upstream-azure-words",
        "auth.upstream",
        _keyed_list(
            said(
                401,
                {
                    "error": {
                        "code": "401",
                        "message": "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
                        "provide a valid key for an active subscription and use a correct regional API endpoint for "
                        "your resource.",
                    }
                },
            )
        ),
        GATEWAY,
        first=("operator",),
    ),
    Scenario(
        "sibling-upstream-wraps-anthropic",
        "auth.upstream",
        _keyed_list(error(401, "authentication_error: invalid x-api-key", type="upstream_auth")),
        RELAY,
        first=("operator",),
    ),
    Scenario(
        "sibling-page-for-terms",
        "auth.not_permitted",
        refused(error(403, "Please accept the terms at https://console.northwind-ai.example/terms first.")),
        HOUSE,
        first=("https://console.northwind-ai.example/terms",),
    ),
    Scenario(
        "sibling-page-for-binding",
        "auth.not_permitted",
        refused(error(401, "Link your billing account at https://northwind-ai.example/billing before use.")),
        HOUSE,
        first=("https://northwind-ai.example/billing",),
    ),
    Scenario(
        "sibling-page-to-enable",
        "auth.not_permitted",
        refused(
            error(403, "The chat API is not enabled for your project. Enable it at https://northwind-ai.example/apis.")
        ),
        HOUSE,
        first=("https://northwind-ai.example/apis",),
    ),
)

# -- the second table --------------------------------------------------------------------------------------------------

FRESH = (
    # A
    Scenario(
        "fresh2-project-header",
        "http.header_rejected",
        refusing(error(403, "Project proj_gone is archived.", code="project_archived"), "openai-project"),
        "https://api.openai.com/v1",
        shape="openai",
        variables={"OPENAI_PROJECT_ID": "proj_gone"},
        says=("OPENAI_PROJECT_ID",),
        first=("OPENAI_PROJECT_ID",),
        source="A1",
    ),
    claude(
        "fresh2-beta-at-a-relay",
        "http.header_rejected",
        refusing(
            said(400, {"type": "error", "error": {"type": "invalid_request_error", "message": "invalid beta flag"}}),
            "anthropic-beta",
            b.anthropic,
        ),
        "https://relay.example",
        app="claude-code",
        variables={"ANTHROPIC_CUSTOM_HEADERS": "anthropic-beta: context-1m-2025-08-07"},
        says=("ANTHROPIC_CUSTOM_HEADERS",),
        first=("ANTHROPIC_CUSTOM_HEADERS",),
        source="A1",
    ),
    claude(
        "fresh2-gateway-header-of-claude-code",
        None,
        behind(
            said(403, {"error": "missing x-corp-token"}),
            {"X-Corp-Token": "5eed5eed5eed5eed"},
            b.anthropic,
        ),
        "https://claude.corp.example",
        app="claude-code",
        variables={"ANTHROPIC_CUSTOM_HEADERS": "X-Corp-Token: 5eed5eed5eed5eed"},
        source="A2",
    ),
    Scenario(
        "fresh2-gateway-wants-a-token",
        "http.front_auth",
        always(said(403, {"error": "access denied", "reason": "x-corp-token header not present"})),
        GATEWAY,
        says=("x-corp-token",),
        first=("x-corp-token",),
        source="A3",
    ),
    # B
    Scenario(
        "fresh2-other-region-of-the-key",
        "key.wrong_region",
        always(error(401, "This key is bound to the region eu-1. Base URL: https://eu-1.northwind-ai.example/v1")),
        HOUSE,
        says=("https://eu-1.northwind-ai.example/v1",),
        first=("https://eu-1.northwind-ai.example/v1",),
        source="B1",
    ),
    Scenario(
        "fresh2-preview-access",
        "model.not_permitted",
        refused(
            error(
                403,
                "northwind-x is in limited preview. Request access at https://northwind-ai.example/preview.",
                code="preview_only",
            ),
            models=("northwind-x", "northwind-s"),
        ),
        HOUSE,
        model="northwind-x",
        says=("northwind-x",),
        first=("https://northwind-ai.example/preview",),
        source="B4",
    ),
    Scenario(
        "fresh2-model-renamed",
        "model.not_found",
        unknown(
            error(404, "northwind-1 was retired on 2026-10-01; its replacement is northwind-2.", code="model_retired"),
            "northwind-2",
        ),
        HOUSE,
        model="northwind-1",
        first=("northwind-2",),
        source="B",
    ),
    claude(
        "fresh2-system-role",
        "model.parameter_rejected",
        lambda key: b.anthropic(
            key,
            chat=said(
                400, {"error": {"message": 'Messages API 不支持 role="system"', "type": "invalid_request_error"}}
            ),
            stream=said(
                400, {"error": {"message": 'Messages API 不支持 role="system"', "type": "invalid_request_error"}}
            ),
        ),
        "http://127.0.0.1:{port}",
        says=("system",),
        source="chenyme/grok2api#595",
    ),
    # C
    Scenario(
        "fresh2-huggingface-cut",
        "key.truncated",
        rejecting(said(401, {"error": "Invalid username or password."})),
        "https://router.huggingface.co/v1",
        model="openai/gpt-oss-20b",
        shape="huggingface",
        typed=lambda key: key[:21],
        source="C5",
    ),
    Scenario(
        "fresh2-aws-key-id-at-bedrock",
        "key.wrong_kind",
        rejecting(
            said(403, {"message": "Invalid API Key format: Must start with pre-defined prefix"}), prefix="/openai/v1"
        ),
        "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",
        model="openai.gpt-oss-20b-1:0",
        typed=lambda key: "AKIAMADEUPMADEUPMADE",
        says=("Bedrock",),
        source="C4",
    ),
    Scenario(
        "fresh2-auth0-token-expired",
        "auth.expired",
        rejecting(said(401, {"detail": "jwt expired"})),
        GATEWAY,
        typed=jwt(iss="https://made-up.eu.auth0.com/", aud="https://llm.corp.example", exp=LONG_AGO),
        says=("2020-09-13",),
        source="C3",
    ),
    Scenario(
        "fresh2-masked-key-of-the-gateway",
        "auth.upstream",
        _keyed_list(error(401, "Incorrect API key provided: sk-svc*****************Qz7x.", code="invalid_api_key")),
        GATEWAY,
        says=("Qz7x",),
        first=("operator",),
        source="C6",
    ),
    # D
    Scenario(
        "fresh2-limit-inside-a-success",
        "quota.rate_limited",
        only_list(
            said(200, {"success": False, "errorCode": "TOO_MANY", "errorMsg": "Too many requests, slow down"}),
            events({"success": False, "errorCode": "TOO_MANY", "errorMsg": "Too many requests, slow down"}),
        ),
        GATEWAY,
        says=("Too many requests",),
        source="D1",
    ),
    Scenario(
        "fresh2-model-does-not-load",
        "http.server_error",
        refused(
            said(
                500,
                {
                    "error": {
                        "code": "model_load_error",
                        "message": "Failed to load model 'Qwen3-0.6B-GGUF': llama-server failed to start",
                        "param": "model",
                        "type": "model_load_error",
                    }
                },
            ),
            models=("Qwen3-0.6B-GGUF",),
        ),
        LOCAL,
        model="Qwen3-0.6B-GGUF",
        says=("Qwen3-0.6B-GGUF",),
        source="lemonade-sdk/lemonade#1462",
    ),
    claude(
        "fresh2-bad-response-of-the-upstream",
        "http.gateway_error",
        lambda key: b.anthropic(
            key,
            chat=(
                reply := said(
                    503,
                    {
                        "error": {
                            "type": "",
                            "message": "bad response status code 503 (request id: 2026022814312360932)",
                        },
                        "type": "error",
                    },
                )
            ),
            stream=reply,
        ),
        "https://relay.example",
        shape="relay",
        says=("503",),
        source="QuantumNous/new-api#3051",
    ),
    Scenario(
        "fresh2-responses-unknown-at-a-gateway",
        "shape.wrong_protocol",
        lambda key: b.openai(key, elsewhere=said(400, {"error": "unsupported operation: responses.create"})),
        GATEWAY,
        protocol="responses",
        first=("openai",),
        source="D2",
    ),
    ollama(
        "fresh2-cloud-model-not-signed-in",
        "model.not_permitted",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(
            models=("qwen3-coder:480b-cloud", "llama3.2:latest"),
            chat=said(401, {"error": "unauthorized"}),
            stream=said(401, {"error": "unauthorized"}),
        ),
        model="qwen3-coder:480b-cloud",
        says=("ollama signin",),
        first=("ollama signin",),
        source="D3",
    ),
    # E
    Scenario(
        "fresh2-answer-without-choices",
        "shape.malformed_answer",
        _without_field("choices"),
        RELAY,
        says=("choices",),
        source="E1",
    ),
    Scenario(
        "fresh2-stream-torn-in-its-json",
        "stream.malformed",
        _thinking_only,
        RELAY,
        says=('"con',),
        source="E3",
    ),
    Scenario(
        "fresh2-only-streams",
        "model.parameter_rejected",
        lambda key: b.openai(
            key, chat=error(400, "Non-streaming is disabled for this model, set stream=true.", code="stream_required")
        ),
        RELAY,
        first=("treaming",),
        source="E2",
    ),
    # F
    Scenario(
        "fresh2-socks-proxy-cannot-reach",
        "proxy.captures_local",
        base_url="http://127.0.0.1:{port}/v1",
        proxy=lambda port: handlers.always(
            answers.as_html("<h1>502 Bad Gateway</h1>", 502, ("Server", "tinyproxy/1.11"))
        ),
        proxies=(("http", "{proxy}"),),
        typed=lambda key: "ollama",
        world=lambda key: b.openai(),
        says=("NO_PROXY",),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh2-scheme-of-grpc",
        "url.invalid",
        base_url="grpcs://relay.example/v1",
        host="relay.example",
        certificate="good",
        first=("https://relay.example/v1",),
        source="F5",
    ),
    Scenario(
        "fresh2-endpoint-and-500",
        "url.endpoint_included",
        lambda key: b.openai(key, elsewhere=said(500, {"error": {"message": "Unexpected error", "type": "internal"}})),
        "https://relay.example/v1/chat/completions",
        first=("https://relay.example/v1",),
        source="F6",
    ),
    Scenario(
        "fresh2-proxy-program-is-off",
        "dns.fake_ip",
        base_url="https://api.openai.com/v1",
        shape="openai",
        roads=Roads({"api.openai.com": ("198.18.7.9",)}, {"198.18.7.9": Kind.REFUSED}),
        says=("198.18.7.9",),
        source="F4",
    ),
)

SCENARIOS = (*PATHS, *HEADERS, *MODELS, *SUPPLY, *OTHERS, *FRESH)
