"""A fourth table of fresh cases of the kinds A to F, labelled before the first run and after the fixes of the third.

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
from worlds.public_reports import events, refused, rejecting
from worlds.public_reports_3 import always, error, unknown
from worlds.stage import LOCAL, RELAY, Roads, Scenario

World = Callable[[str], Handler]
_NOT_FOUND = said(404, {"detail": "Not Found"})


def _anthropic(reply: Reply) -> World:
    return lambda key: b.anthropic(
        key, prefix="/anthropic", models=("MiniMax-M3",), chat=reply, stream=reply, listing=reply
    )


def _null_delta(key: str) -> Handler:
    """A relay whose stream says an error in place of the deltas."""
    return b.openai(key, stream=events({"code": 500, "message": "inference failed", "data": None}))


def _empty_success(key: str) -> Handler:
    return b.openai(key, chat=Reply(200, (("Content-Type", "application/json"),), b""), stream=answers.as_events([]))


SCENARIOS = (
    # -- A
    Scenario(
        "fresh4-both-account-headers",
        "http.header_rejected",
        refusing(error(401, "Project does not belong to organization", code="invalid_project"), "openai-project"),
        "https://api.openai.com/v1",
        shape="openai",
        variables={"OPENAI_ORG_ID": "org-mine", "OPENAI_PROJECT_ID": "proj_foreign"},
        says=("OPENAI_PROJECT_ID",),
        first=("OPENAI_PROJECT_ID",),
        source="A1",
    ),
    Scenario(
        "fresh4-gateway-asks-for-a-client-id",
        "http.front_auth",
        always(said(401, {"fault": {"faultstring": "Missing X-Client-Secret", "code": 900902}})),
        GATEWAY,
        says=("X-Client-Secret",),
        first=("X-Client-Secret",),
        source="A3",
    ),
    Scenario(
        "fresh4-header-for-the-cost-centre",
        "http.header_rejected",
        always(said(400, {"errors": [{"field": "X-Cost-Center", "message": "X-Cost-Center header must be provided"}]})),
        GATEWAY,
        says=("X-Cost-Center",),
        first=("X-Cost-Center",),
        source="A",
    ),
    # -- B
    Scenario(
        "fresh4-keys-of-singapore",
        "key.wrong_region",
        always(
            said(
                403,
                {
                    "code": "RegionMismatch",
                    "message": "该密钥属于新加坡区域，请使用 https://sg.northwind-ai.example/v1",
                },
            )
        ),
        HOUSE,
        says=("https://sg.northwind-ai.example/v1",),
        first=("https://sg.northwind-ai.example/v1",),
        source="B1",
    ),
    Scenario(
        "fresh4-now-below-inference",
        "url.path_wrong",
        moved("/inference/v1", said(404, {"error": "This route has moved. Please use /inference/v1/chat/completions"})),
        HOUSE,
        first=("https://api.northwind-ai.example/inference/v1",),
        source="B2",
    ),
    Scenario(
        "fresh4-sign-the-agreement",
        "auth.not_permitted",
        refused(
            said(
                403,
                {
                    "code": "AgreementRequired",
                    "msg": "请先在 https://console.northwind-ai.example/agreement 同意服务协议",
                },
            )
        ),
        HOUSE,
        first=("https://console.northwind-ai.example/agreement",),
        source="B4",
    ),
    Scenario(
        "fresh4-permission-by-its-name",
        "auth.not_permitted",
        refused(said(403, {"message": "User is missing the `models.invoke` permission"})),
        GATEWAY,
        says=("models.invoke",),
        first=("models.invoke",),
        source="B4",
    ),
    Scenario(
        "fresh4-model-not-in-the-plan",
        "model.not_permitted",
        refused(
            error(
                403,
                "northwind-max requires the Pro plan. Upgrade at https://northwind-ai.example/pricing.",
                code="plan",
            ),
            models=("northwind-max", "northwind-mini"),
        ),
        HOUSE,
        model="northwind-max",
        says=("northwind-max",),
        first=("https://northwind-ai.example/pricing",),
        source="B4",
    ),
    # -- C
    Scenario(
        "fresh4-keycloak-token-expired",
        "auth.expired",
        rejecting(said(401, {"error": "invalid_token", "error_description": "Token is not active"})),
        GATEWAY,
        typed=jwt(iss="https://sso.corp.example/realms/staff", aud="account", exp=LONG_AGO),
        says=("2020-09-13",),
        source="C3",
    ),
    Scenario(
        "fresh4-xai-key-cut",
        "key.truncated",
        rejecting(
            said(
                400,
                {
                    "code": "Client specified an invalid argument",
                    "error": "Incorrect API key provided: xa***Zq. You can obtain an API key from https://console.x.ai.",
                },
            )
        ),
        "https://api.x.ai/v1",
        model="grok-4",
        shape="xai",
        typed=lambda key: key[:40],
        source="C5",
    ),
    Scenario(
        "fresh4-upstream-of-another-house",
        "auth.upstream",
        only_list(
            said(
                403, {"error": {"message": "The security token included in the request is invalid.", "type": "bedrock"}}
            )
        ),
        GATEWAY,
        first=("operator",),
        source="C6",
    ),
    claude(
        "fresh4-minimax-other-site",
        "auth.rejected",
        _anthropic(
            said(
                401,
                {
                    "type": "error",
                    "error": {
                        "type": "authentication_error",
                        "message": "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
                    },
                },
            )
        ),
        "https://api.minimax.io/anthropic",
        model="MiniMax-M3",
        shape="minimax",
        says=("https://api.minimaxi.com/anthropic",),
        source="C8",
    ),
    # -- D
    Scenario(
        "fresh4-busy-as-success",
        "quota.overloaded",
        only_list(
            said(200, {"status": 1305, "message": "当前模型服务繁忙，请稍后再试"}),
            events({"status": 1305, "message": "当前模型服务繁忙，请稍后再试"}),
        ),
        GATEWAY,
        says=("繁忙",),
        source="D1",
    ),
    Scenario(
        "fresh4-only-chat-here",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key,
            elsewhere=said(
                400,
                {
                    "error": {
                        "message": "this deployment only supports chat completions",
                        "code": "unsupported_endpoint",
                    }
                },
            ),
        ),
        GATEWAY,
        protocol="responses",
        first=("openai",),
        source="D2",
    ),
    Scenario(
        "fresh4-replicas-at-zero",
        "model.no_channel",
        refused(
            said(503, {"error": {"message": "Model llama-3-8b has 0 ready replicas", "type": "ServiceUnavailable"}}),
            models=("llama-3-8b",),
        ),
        GATEWAY,
        model="llama-3-8b",
        says=("llama-3-8b",),
        source="D6",
    ),
    Scenario(
        "fresh4-stream-of-a-failure",
        "stream.error_inside",
        _null_delta,
        RELAY,
        says=("inference failed",),
        sdk=SILENT,
        source="D",
    ),
    # -- E
    Scenario(
        "fresh4-empty-body-with-success",
        "shape.malformed_answer",
        _empty_success,
        RELAY,
        says=("empty",),
        source="E",
    ),
    Scenario(
        "fresh4-stream-switched-off",
        "model.parameter_rejected",
        lambda key: b.openai(
            key,
            stream=said(
                422,
                {
                    "detail": [
                        {
                            "loc": ["body", "stream"],
                            "msg": "streaming is not supported by this backend",
                            "type": "value_error",
                        }
                    ]
                },
            ),
        ),
        GATEWAY,
        first=("treaming",),
        source="E2",
    ),
    # -- F
    Scenario(
        "fresh4-query-and-401",
        "url.endpoint_included",
        lambda key: b.openai(key, elsewhere=said(401, {"message": "Unauthorized"})),
        "https://relay.example/v1/chat/completions",
        first=("https://relay.example/v1",),
        source="F6",
    ),
    Scenario(
        "fresh4-tun-is-off-at-a-relay",
        "dns.fake_ip",
        roads=Roads({"relay.example": ("198.19.0.77",)}, {"198.19.0.77": Kind.REFUSED}),
        says=("198.19.0.77",),
        source="F4",
    ),
    Scenario(
        "fresh4-proxy-answers-for-the-lan",
        "proxy.captures_local",
        base_url="http://192.168.1.50:1234/v1",
        roads=Roads(),
        proxy=lambda port: handlers.always(answers.as_html("<h1>504 Gateway Time-out</h1>", 504, ("Server", "nginx"))),
        proxies=(("http", "{proxy}"),),
        typed=lambda key: "lm-studio",
        world=lambda key: b.openai(),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh4-model-with-a-colon",
        "model.not_found",
        unknown(said(404, {"error": "model 'llama3.2' not found"}), "llama3.2:3b"),
        LOCAL,
        model="llama3.2",
        first=("llama3.2:3b",),
        source="D",
    ),
)
