"""A seventh table of fresh cases of the kinds A to F, labelled before the first run and after the fixes of the sixth.

``source`` is the row of the field report whose sibling the world is. Keys and names are made up.
"""

from __future__ import annotations

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.model.failure import Kind
from worlds.cases import claude, said
from worlds.field_credentials import LONG_AGO, jwt
from worlds.field_headers import refusing
from worlds.fresh_cases import GATEWAY, HOUSE, moved, only_list
from worlds.public_reports import events, refused, rejecting
from worlds.public_reports_3 import always, error, unknown
from worlds.stage import LOCAL, Roads, Scenario

_NOT_FOUND = said(404, {"detail": "Not Found"})

SCENARIOS = (
    # -- A
    claude(
        "fresh7-workspace-not-found",
        "http.header_rejected",
        refusing(
            said(404, {"type": "error", "error": {"type": "not_found_error", "message": "workspace: wrk_gone"}}),
            "x-workspace",
            b.anthropic,
        ),
        "https://claude.corp.example",
        app="claude-code",
        variables={"ANTHROPIC_CUSTOM_HEADERS": "X-Workspace: wrk_gone"},
        first=("ANTHROPIC_CUSTOM_HEADERS",),
        source="A1",
    ),
    Scenario(
        "fresh7-signature-header",
        "http.front_auth",
        always(said(403, {"code": "NoAuth", "message": "no X-Gw-Signature in the request"})),
        GATEWAY,
        says=("X-Gw-Signature",),
        first=("X-Gw-Signature",),
        source="A3",
    ),
    Scenario(
        "fresh7-version-header",
        "http.header_rejected",
        always(said(400, {"error": {"code": "MissingApiVersion", "message": "The Api-Version header is mandatory"}})),
        GATEWAY,
        first=("Api-Version",),
        source="A",
    ),
    # -- B
    Scenario(
        "fresh7-use-the-us-endpoint",
        "key.wrong_region",
        always(error(403, "Key not valid in this region. Use us.northwind-ai.example instead.", code="wrong_region")),
        HOUSE,
        first=("https://us.northwind-ai.example/v1",),
        source="B1",
    ),
    Scenario(
        "fresh7-beta-path",
        "url.path_wrong",
        moved("/beta/v1", error(404, "This feature is in beta: send requests to /beta/v1.")),
        HOUSE,
        first=("https://api.northwind-ai.example/beta/v1",),
        source="B2",
    ),
    Scenario(
        "fresh7-owner-must-approve",
        "auth.not_permitted",
        refused(
            error(403, "This key is waiting for approval by the owner of the organization.", code="pending_approval")
        ),
        HOUSE,
        says=("approval",),
        source="B4",
    ),
    Scenario(
        "fresh7-balance-below-zero",
        "quota.exhausted",
        refused(
            said(
                403,
                {"error": {"message": "账户余额为负，请前往 https://northwind-ai.example/pay 充值", "type": "billing"}},
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/pay",),
        source="B4",
    ),
    Scenario(
        "fresh7-model-for-members",
        "model.not_permitted",
        refused(said(403, {"code": 403, "msg": "northwind-pro 仅限会员使用"}), models=("northwind-pro",)),
        HOUSE,
        model="northwind-pro",
        says=("northwind-pro",),
        source="B4",
    ),
    Scenario(
        "fresh7-successor-in-words",
        "model.not_found",
        unknown(
            said(400, {"error": {"message": "Model northwind-a is deprecated, please switch to northwind-b2."}}),
            "northwind-b2",
            "northwind-c",
        ),
        HOUSE,
        model="northwind-a",
        first=("northwind-b2",),
        source="B",
    ),
    # -- C
    Scenario(
        "fresh7-service-token",
        "key.wrong_kind",
        rejecting(said(403, {"error": {"message": "Admin keys are not allowed to create completions"}})),
        HOUSE,
        says=("Admin keys",),
        source="C4",
    ),
    Scenario(
        "fresh7-expired-and-said-so",
        "auth.expired",
        rejecting(said(401, {"error": "token_expired", "message": "Your session token expired 3 days ago"})),
        GATEWAY,
        typed=jwt(iss="https://idp.corp.example", aud="llm", exp=LONG_AGO),
        says=("2020-09-13",),
        source="C3",
    ),
    Scenario(
        "fresh7-gateway-without-aws-rights",
        "auth.upstream",
        only_list(
            said(
                500,
                {
                    "error": {
                        "message": "An error occurred (UnrecognizedClientException) when calling the Converse operation: The security token included in the request is invalid."
                    }
                },
            )
        ),
        GATEWAY,
        says=("Converse",),
        first=("operator",),
        source="C6",
    ),
    Scenario(
        "fresh7-cerebras-cut",
        "auth.rejected",
        rejecting(error(401, "Wrong API Key", code="wrong_api_key")),
        "https://api.cerebras.ai/v1",
        model="gpt-oss-120b",
        typed=lambda key: "csk-" + key[3:51],
        source="C",
    ),
    # -- D
    Scenario(
        "fresh7-quota-as-success",
        "quota.exhausted",
        only_list(
            said(200, {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
            events({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
        ),
        GATEWAY,
        says=("insufficient balance",),
        source="D1",
    ),
    claude(
        "fresh7-messages-unknown",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key, elsewhere=said(400, {"error": {"message": "unknown method messages.create", "type": "bad_request"}})
        ),
        "https://llm.corp.example",
        first=("openai",),
        source="D2",
    ),
    Scenario(
        "fresh7-no-runner",
        "model.no_channel",
        refused(
            said(500, {"error": {"message": "no runner available for llama-3-8b", "type": "server_error"}}),
            models=("llama-3-8b",),
        ),
        LOCAL,
        model="llama-3-8b",
        source="D6",
    ),
    Scenario(
        "fresh7-upstream-refuses-the-method",
        "http.gateway_error",
        only_list(
            said(502, {"detail": "Client error '404 Not Found' for url 'http://10.0.0.9:8000/chat/completions'"})
        ),
        GATEWAY,
        first=("operator",),
        source="D4",
    ),
    # -- E
    claude(
        "fresh7-stream-without-usage",
        None,
        lambda key: b.anthropic(
            key,
            stream=answers.as_events(
                [
                    answers.event(
                        {**one, "message": {name: value for name, value in one["message"].items() if name != "content"}}
                        if one["type"] == "message_start"
                        else one
                    )
                    for one in answers.events()
                ]
            ),
        ),
        "https://relay.example",
        shape="relay",
        also=("stream.malformed",),
        says=("content",),
        source="E1",
    ),
    # -- F
    Scenario(
        "fresh7-proxy-blocks-localhost",
        "proxy.captures_local",
        base_url="http://127.0.0.1:{port}/v1",
        proxy=lambda port: handlers.always(answers.as_text("Forbidden", 403)),
        proxies=(("http", "{proxy}"),),
        typed=lambda key: "none",
        world=lambda key: b.openai(),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh7-double-endpoint-and-422",
        "url.endpoint_included",
        lambda key: b.openai(key, elsewhere=said(422, {"detail": "no such operation"})),
        "https://relay.example/v1/chat/completions/",
        first=("https://relay.example/v1",),
        source="F6",
    ),
    Scenario(
        "fresh7-scheme-of-socks",
        "url.invalid",
        base_url="socks5://relay.example/v1",
        host="relay.example",
        certificate="good",
        first=("https://relay.example/v1",),
        source="F5",
    ),
    Scenario(
        "fresh7-hosts-file",
        "dns.bogus_answer",
        base_url="https://api.deepseek.com",
        model="deepseek-chat",
        shape="deepseek",
        roads=Roads({"api.deepseek.com": ("10.0.0.5",)}, {"10.0.0.5": Kind.TIMEOUT}),
        says=("10.0.0.5",),
        source="F4",
    ),
)
