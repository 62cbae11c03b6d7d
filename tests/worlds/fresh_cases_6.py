"""A sixth table of fresh cases of the kinds A to F, labelled before the first run and after the fixes of the fifth.

``source`` is the row of the field report whose sibling the world is. Keys and names are made up.
"""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from probes.model.failure import Kind
from worlds.cases import claude, said
from worlds.field_credentials import LONG_AGO, jwt
from worlds.field_headers import refusing
from worlds.fresh_cases import GATEWAY, HOUSE, moved, only_list
from worlds.protocols import SILENT
from worlds.public_reports import refused, rejecting
from worlds.public_reports_3 import always, error
from worlds.stage import RELAY, Roads, Scenario

World = Callable[[str], Handler]
_NOT_FOUND = said(404, {"detail": "Not Found"})


def _done_without_text(key: str) -> Handler:
    """A stream that ends as it should and never had any text."""
    empty = answers.data({**answers.chunk(), "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    return b.openai(key, stream=answers.as_events([empty, b"data: [DONE]\n\n"]))


SCENARIOS = (
    # -- A
    Scenario(
        "fresh6-project-of-another-account",
        "http.header_rejected",
        refusing(
            said(404, {"error": {"message": "Project not found", "type": "invalid_request_error"}}), "openai-project"
        ),
        "https://api.openai.com/v1",
        shape="openai",
        variables={"OPENAI_PROJECT_ID": "proj_elsewhere"},
        first=("OPENAI_PROJECT_ID",),
        source="A1",
    ),
    Scenario(
        "fresh6-application-key",
        "http.front_auth",
        always(said(401, {"message": "application key required (send it as Api-Gateway-Key)"})),
        GATEWAY,
        says=("Api-Gateway-Key",),
        first=("Api-Gateway-Key",),
        source="A3",
    ),
    Scenario(
        "fresh6-user-header",
        "http.header_rejected",
        always(said(403, {"error": {"message": "Requests without X-User-Email are not allowed by policy"}})),
        GATEWAY,
        first=("X-User-Email",),
        source="A",
    ),
    # -- B
    Scenario(
        "fresh6-key-of-the-international-site",
        "key.wrong_region",
        always(
            said(
                401,
                {
                    "error": {
                        "message": "This API key was created on the international site. Use https://intl.northwind-ai.example/v1."
                    }
                },
            )
        ),
        HOUSE,
        first=("https://intl.northwind-ai.example/v1",),
        source="B1",
    ),
    Scenario(
        "fresh6-renamed-path",
        "url.path_wrong",
        moved(
            "/llm/v1",
            said(
                404, {"error": {"message": "Unknown path /v1/chat/completions. Did you mean /llm/v1/chat/completions?"}}
            ),
        ),
        HOUSE,
        first=("https://api.northwind-ai.example/llm/v1",),
        source="B2",
    ),
    Scenario(
        "fresh6-complete-the-profile",
        "auth.not_permitted",
        refused(
            error(
                403,
                "Complete your company profile at https://northwind-ai.example/profile before using the API.",
                code="profile_incomplete",
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/profile",),
        source="B4",
    ),
    Scenario(
        "fresh6-key-without-chat",
        "auth.not_permitted",
        refused(
            error(
                403,
                "This key only has access to embeddings. Edit its permissions at https://northwind-ai.example/keys.",
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/keys",),
        source="B4",
    ),
    Scenario(
        "fresh6-monthly-budget",
        "quota.exhausted",
        refused(
            said(
                429,
                {
                    "error": {
                        "message": "Monthly budget of $50 reached. Raise it at https://northwind-ai.example/limits.",
                        "code": "budget",
                    }
                },
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/limits",),
        source="B4",
    ),
    Scenario(
        "fresh6-model-for-teams",
        "model.not_permitted",
        refused(said(403, {"error": "northwind-code is reserved for team accounts"}), models=("northwind-code",)),
        HOUSE,
        model="northwind-code",
        says=("northwind-code",),
        source="B",
    ),
    # -- C
    Scenario(
        "fresh6-refresh-token",
        "key.wrong_kind",
        rejecting(error(401, "Refresh tokens are not accepted. Send an access token.")),
        GATEWAY,
        says=("Refresh tokens",),
        source="C3",
    ),
    Scenario(
        "fresh6-test-key",
        "key.wrong_kind",
        rejecting(error(401, "Test keys cannot be used for live requests.")),
        HOUSE,
        says=("Test keys",),
        source="C4",
    ),
    Scenario(
        "fresh6-groq-cut",
        "key.truncated",
        rejecting(error(401, "Invalid API Key", code="invalid_api_key"), prefix="/openai/v1"),
        "https://api.groq.com/openai/v1",
        model="llama-3.3-70b-versatile",
        shape="groq-cut",
        source="C5",
    ),
    Scenario(
        "fresh6-gateway-and-its-vertex-account",
        "auth.upstream",
        only_list(
            said(
                401,
                {
                    "error": {
                        "message": "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
                        "code": 401,
                        "status": "UNAUTHENTICATED",
                    }
                },
            )
        ),
        GATEWAY,
        first=("operator",),
        source="C6",
    ),
    # -- D
    Scenario(
        "fresh6-expired-as-success",
        "auth.expired",
        always(said(200, {"code": 40102, "msg": "密钥已过期", "data": None})),
        GATEWAY,
        says=("密钥已过期",),
        source="D1",
    ),
    Scenario(
        "fresh6-completions-alone",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key,
            elsewhere=said(
                405, {"error": {"message": "POST /v1/responses is not allowed; this gateway speaks chat completions"}}
            ),
        ),
        GATEWAY,
        protocol="responses",
        first=("openai",),
        source="D2",
    ),
    Scenario(
        "fresh6-upstream-says-not-found",
        "http.gateway_error",
        only_list(
            said(
                502,
                {
                    "error": {
                        "message": 'backend responded with status 404: {"detail":"Not Found"}',
                        "type": "bad_gateway",
                    }
                },
            )
        ),
        GATEWAY,
        first=("operator",),
        source="D4",
    ),
    Scenario(
        "fresh6-pool-is-empty",
        "model.no_channel",
        refused(
            error(503, "The pool for gpt-5-mini has no healthy members", code="pool_empty"), models=("gpt-5-mini",)
        ),
        GATEWAY,
        model="gpt-5-mini",
        source="D6",
    ),
    Scenario(
        "fresh6-model-not-started",
        "model.no_channel",
        refused(said(503, {"detail": "llama-3-8b is offline"}), models=("llama-3-8b",)),
        GATEWAY,
        model="llama-3-8b",
        source="D6",
    ),
    # -- E
    Scenario(
        "fresh6-no-text-in-the-stream",
        "stream.malformed",
        _done_without_text,
        RELAY,
        says=("text",),
        sdk=SILENT,
        source="E",
    ),
    claude(
        "fresh6-whole-answers-only",
        "model.parameter_rejected",
        lambda key: b.anthropic(
            key,
            stream=said(
                400, {"type": "error", "error": {"type": "invalid_request_error", "message": "SSE is turned off here"}}
            ),
        ),
        "https://relay.example",
        shape="relay",
        first=("treaming",),
        source="E2",
    ),
    # -- F
    Scenario(
        "fresh6-corporate-proxy-page",
        "proxy.captures_local",
        base_url="http://10.9.8.7:11434/v1",
        roads=Roads(),
        proxy=lambda port: handlers.always(answers.as_html("<title>Access Denied</title><p>Blue Coat</p>", 403)),
        proxies=(("http", "{proxy}"),),
        typed=lambda key: "ollama",
        world=lambda key: b.openai(),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh6-chat-in-the-base-and-404",
        "url.path_wrong",
        lambda key: b.openai(models=("m-1",), elsewhere=Reply(404)),
        "http://127.0.0.1:{port}/v1/chat",
        model="m-1",
        typed=lambda key: "none",
        first=("/v1",),
        source="F6",
    ),
    Scenario(
        "fresh6-fake-ip-that-times-out",
        "dns.fake_ip",
        base_url="https://api.mistral.ai/v1",
        model="mistral-small-latest",
        shape="mistral",
        roads=Roads({"api.mistral.ai": ("198.18.1.44",)}, {"198.18.1.44": Kind.UNREACHABLE}),
        source="F4",
    ),
    Scenario(
        "fresh6-keycloak-token-too-early",
        "auth.expired",
        rejecting(said(401, {"error": "Unauthorized"})),
        GATEWAY,
        typed=jwt(iss="https://sso.corp.example/realms/staff", aud="llm", exp=LONG_AGO, nbf=LONG_AGO - 60),
        says=("2020-09-13",),
        source="C3",
    ),
)
