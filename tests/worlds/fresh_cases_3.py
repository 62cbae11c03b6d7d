"""A third table of fresh cases of the kinds A to F, labelled before the first run and after the fixes of the second.

``source`` is the row of the field report whose sibling the world is, or the public report. Keys and names are made up.
"""

from __future__ import annotations

from collections.abc import Callable

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.model.failure import Kind
from worlds.cases import claude, said
from worlds.field_credentials import jwt
from worlds.field_headers import behind, refusing
from worlds.fresh_cases import GATEWAY, HOUSE, moved, only_list
from worlds.public_reports import events, refused, rejecting
from worlds.public_reports_3 import always, error, unknown
from worlds.stage import LOCAL, RELAY, Roads, Scenario

World = Callable[[str], Handler]
_NO_PAGE = answers.as_text("404 page not found", 404)
_NOT_FOUND = said(404, {"detail": "Not Found"})


def _one_model(refusal: Reply, name: str, *others: str, keyed: bool = True) -> World:
    """Make a server one of whose models is refused."""

    def world(key: str) -> Handler:
        door = b.openai(*([key] if keyed else []), models=(name, *others))

        def handler(request: Request) -> Answer:
            refused_one = request.method == "POST" and request.json().get("model") == name
            return refusal if refused_one else door(request)

        return handler

    return world


def _stream_only_error(key: str) -> Handler:
    """A relay whose stream ends in an error of its upstream, while plain answers work."""
    sound = answers.chunks()
    fault = answers.data({"error": {"message": "upstream connection lost", "type": "upstream_error", "code": 502}})
    return b.openai(key, stream=answers.as_events([*sound[:2], fault]))


def _without(*names: str) -> World:
    whole = answers.message()
    for name in names:
        del whole[name]
    return lambda key: b.anthropic(key, chat=answers.as_json(whole))


def _chat_below(prefix: str, page: Reply) -> World:
    return lambda key: b.openai(key, prefix=prefix, elsewhere=page)


SCENARIOS = (
    # -- A -------------------------------------------------------------------------------------------------------------
    Scenario(
        "fresh3-organisation-at-a-relay",
        "http.header_rejected",
        refusing(
            said(400, {"error": {"message": "Unknown organization in request", "type": "bad_request"}}),
            "openai-organization",
        ),
        RELAY,
        variables={"OPENAI_ORG_ID": "org-private"},
        says=("OPENAI_ORG_ID",),
        first=("OPENAI_ORG_ID",),
        source="A1",
    ),
    Scenario(
        "fresh3-custom-header-breaks-a-waf",
        "http.header_rejected",
        refusing(answers.as_html("<h1>403 Forbidden</h1>", 403), "x-debug"),
        GATEWAY,
        variables={"OPENAI_CUSTOM_HEADERS": "X-Debug: <script>"},
        says=("OPENAI_CUSTOM_HEADERS", "X-Debug"),
        first=("OPENAI_CUSTOM_HEADERS",),
        source="A1",
    ),
    Scenario(
        "fresh3-portkey-config-sent",
        None,
        behind(
            said(
                400,
                {"status": "failure", "message": "Either x-portkey-config or x-portkey-provider header is required"},
            ),
            {"x-portkey-config": "pc-made-up-123456"},
        ),
        "https://api.portkey.ai/v1",
        variables={"OPENAI_CUSTOM_HEADERS": "x-portkey-config: pc-made-up-123456"},
        source="A2",
    ),
    Scenario(
        "fresh3-consumer-of-apisix",
        "http.front_auth",
        always(said(401, {"message": "Missing API key in request header: X-Consumer-Token"})),
        GATEWAY,
        says=("X-Consumer-Token",),
        first=("X-Consumer-Token",),
        source="A3",
    ),
    claude(
        "fresh3-gateway-token-for-claude-code",
        "http.front_auth",
        always(said(401, {"error": {"type": "authentication_error", "message": "Proxy-Token header is required"}})),
        "https://claude.corp.example",
        app="claude-code",
        says=("Proxy-Token",),
        first=("ANTHROPIC_CUSTOM_HEADERS",),
        source="A3",
    ),
    # -- B -------------------------------------------------------------------------------------------------------------
    Scenario(
        "fresh3-domain-has-changed",
        "url.host_retired",
        always(error(410, "This domain is no longer in use. Our API has moved to https://api.northwind.example/v1")),
        HOUSE,
        says=("https://api.northwind.example/v1",),
        first=("https://api.northwind.example/v1",),
        source="B",
    ),
    Scenario(
        "fresh3-path-by-model",
        "url.path_wrong",
        moved("/reasoning/v1", error(400, "Reasoning models are served at /reasoning/v1", code="wrong_path")),
        HOUSE,
        first=("https://api.northwind-ai.example/reasoning/v1",),
        source="B2",
    ),
    Scenario(
        "fresh3-email-unconfirmed",
        "auth.not_permitted",
        refused(
            said(403, {"error": "email_not_verified", "message": "Please confirm your email address to use the API."})
        ),
        HOUSE,
        says=("email",),
        source="B4",
    ),
    Scenario(
        "fresh3-add-a-card",
        "quota.exhausted",
        refused(
            said(
                402, {"error": {"message": "Add a payment method at https://northwind-ai.example/billing to continue."}}
            )
        ),
        HOUSE,
        first=("https://northwind-ai.example/billing",),
        source="B4",
    ),
    Scenario(
        "fresh3-scope-of-the-token",
        "auth.not_permitted",
        refused(error(403, "Token lacks required scope: inference.execute", code="insufficient_scope")),
        GATEWAY,
        says=("inference.execute",),
        first=("inference.execute",),
        source="B4",
    ),
    Scenario(
        "fresh3-service-not-opened",
        "auth.not_permitted",
        refused(said(403, {"code": "ServiceNotOpened", "message": "您尚未开通大模型服务，请前往控制台开通后重试"})),
        GATEWAY,
        says=("开通",),
        source="B4",
    ),
    Scenario(
        "fresh3-group-without-right",
        "auth.not_permitted",
        refused(said(403, {"error": {"message": "该令牌无权使用 svip 分组", "type": "new_api_error"}})),
        RELAY,
        says=("svip",),
        first=("svip",),
        source="B5",
    ),
    Scenario(
        "fresh3-model-needs-a-prefix",
        "model.not_found",
        unknown(
            error(400, "Unknown model 'sonnet-5'. Did you mean 'anthropic/sonnet-5'?"),
            "anthropic/sonnet-5",
            "openai/gpt-5",
        ),
        GATEWAY,
        model="sonnet-5",
        first=("anthropic/sonnet-5",),
        source="B",
    ),
    # -- C -------------------------------------------------------------------------------------------------------------
    Scenario(
        "fresh3-publishable-key",
        "key.wrong_kind",
        rejecting(error(401, "Publishable keys (pk_) cannot be used on the server. Use a secret key (sk_).")),
        HOUSE,
        typed=lambda key: "pk_" + key[3:],
        says=("pk_",),
        source="C4",
    ),
    Scenario(
        "fresh3-web-token-at-deepseek",
        "key.wrong_kind",
        rejecting(
            said(401, {"error": {"message": "Authentication Fails (no such user)", "type": "authentication_error"}}),
            prefix="",
        ),
        "https://api.deepseek.com",
        model="deepseek-chat",
        typed=jwt(iss="https://chat.deepseek.com", aud="web"),
        source="C3",
    ),
    Scenario(
        "fresh3-token-for-the-other-gateway",
        "key.wrong_audience",
        rejecting(said(401, {"error": "invalid_token", "error_description": "The audience is invalid"})),
        GATEWAY,
        typed=jwt(iss="https://login.corp.example/", aud="https://grafana.corp-tools.example"),
        says=("grafana.corp-tools.example",),
        source="C3",
    ),
    Scenario(
        "fresh3-anthropic-key-cut",
        "key.truncated",
        lambda key: b.anthropic("sk-ant-api03-other"),
        "https://api.anthropic.com",
        protocol="anthropic",
        model=answers.CLAUDES[0],
        shape="anthropic",
        typed=lambda key: key[:60],
        source="C5",
    ),
    Scenario(
        "fresh3-upstream-quotes-another-mask",
        "auth.upstream",
        only_list(said(401, {"detail": "OpenAIException - Incorrect API key provided: sk-proj-****wXyZ"})),
        GATEWAY,
        says=("wXyZ",),
        first=("operator",),
        source="C6",
    ),
    Scenario(
        "fresh3-kimi-plan-key-at-the-platform",
        "key.wrong_plan",
        rejecting(error(401, "Invalid Authentication", type="invalid_authentication_error")),
        "https://api.moonshot.cn/v1",
        model="kimi-k2.5",
        shape="kimi",
        first=("https://api.kimi.com/coding",),
        source="C7",
    ),
    Scenario(
        "fresh3-stepfun-key-refused",
        "auth.rejected",
        rejecting(error(401, "Incorrect API key provided", type="invalid_api_key")),
        "https://api.stepfun.ai/v1",
        model="step-3",
        typed=lambda key: key[3:],
        says=("https://api.stepfun.com/v1",),
        source="C8",
    ),
    # -- D -------------------------------------------------------------------------------------------------------------
    Scenario(
        "fresh3-key-refused-in-a-stream-of-success",
        "auth.rejected",
        always(said(200, {"ret": -1, "errmsg": "token invalid or expired", "result": None})),
        GATEWAY,
        says=("token invalid",),
        source="D1",
    ),
    Scenario(
        "fresh3-model-unknown-as-success",
        "model.not_found",
        only_list(
            said(200, {"error_code": 336001, "error_msg": "model northwind-x does not exist"}),
            events({"error_code": 336001, "error_msg": "model northwind-x does not exist"}),
            models=("northwind-s",),
        ),
        HOUSE,
        model="northwind-x",
        says=("northwind-x",),
        first=("northwind-s",),
        source="D1",
    ),
    Scenario(
        "fresh3-responses-not-enabled",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key, elsewhere=said(403, {"error": {"message": "Responses API is not enabled on this server"}})
        ),
        GATEWAY,
        protocol="responses",
        first=("openai",),
        source="D2",
    ),
    claude(
        "fresh3-messages-need-another-server",
        "shape.wrong_protocol",
        lambda key: b.openai(key, elsewhere=said(501, {"error": "anthropic messages: not implemented"})),
        "https://llm.corp.example",
        first=("openai",),
        source="D2",
    ),
    Scenario(
        "fresh3-one-model-rate-limited-by-its-upstream",
        "quota.rate_limited",
        _one_model(
            error(429, "upstream openai returned 429: Rate limit reached for gpt-4o", type="upstream_error"),
            "gpt-4o",
            "gpt-4o-mini",
        ),
        GATEWAY,
        model="gpt-4o",
        says=("openai",),
        source="D",
    ),
    Scenario(
        "fresh3-upstream-html-404",
        "http.gateway_error",
        only_list(
            said(
                500,
                {
                    "error": {
                        "message": "upstream error: 404 Not Found <html><title>404 Not Found</title></html>",
                        "type": "proxy_error",
                    }
                },
            )
        ),
        GATEWAY,
        says=("wrong address",),
        first=("operator",),
        source="D4",
    ),
    Scenario(
        "fresh3-no-route-to-a-provider",
        "model.no_channel",
        refused(
            said(
                404,
                {"error": {"message": "No provider configured for model northwind-x", "code": "provider_not_found"}},
            ),
            models=("northwind-x",),
        ),
        GATEWAY,
        model="northwind-x",
        source="D5",
    ),
    Scenario(
        "fresh3-no-model-is-loaded",
        "model.not_found",
        lambda key: b.openai(
            models=(),
            unknown_model=said(400, {"error": "No model is currently loaded"}),
            chat=said(400, {"error": "No model is currently loaded"}),
            stream=said(400, {"error": "No model is currently loaded"}),
        ),
        LOCAL,
        model="llama-3-8b",
        typed=lambda key: "none",
        says=("load",),
        source="D6",
    ),
    Scenario(
        "fresh3-bare-500-by-hypercorn",
        "http.server_error",
        refused(answers.as_text("Internal Server Error", 500)),
        GATEWAY,
        source="D7",
    ),
    Scenario(
        "fresh3-api-below-api",
        "url.path_wrong",
        _chat_below("/api", _NOT_FOUND),
        "http://127.0.0.1:{port}/v1",
        first=("/api",),
        source="D9",
    ),
    # -- E -------------------------------------------------------------------------------------------------------------
    claude(
        "fresh3-message-without-content",
        "shape.malformed_answer",
        _without("content"),
        "https://relay.example",
        shape="relay",
        says=("content",),
        source="E1",
    ),
    Scenario(
        "fresh3-stream-fails-in-the-middle",
        "stream.error_inside",
        _stream_only_error,
        RELAY,
        says=("upstream connection lost",),
        first=("treaming",),
        source="E4",
    ),
    Scenario(
        "fresh3-plain-call-must-stream",
        "model.parameter_rejected",
        lambda key: b.openai(
            key,
            prefix="/compatible-mode/v1",
            chat=said(
                400,
                {
                    "code": "InvalidParameter",
                    "message": "parameter.enable_thinking must be set to false for non-streaming calls",
                },
            ),
        ),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        model="gpt-4o-mini",
        shape="deepseek",
        says=("enable_thinking",),
        source="E2",
    ),
    # -- F -------------------------------------------------------------------------------------------------------------
    Scenario(
        "fresh3-squid-cannot-connect-locally",
        "proxy.captures_local",
        base_url="http://127.0.0.1:{port}/v1",
        proxy=lambda port: handlers.always(
            answers.as_html(
                "<title>ERROR: The requested URL could not be retrieved</title>",
                503,
                ("X-Squid-Error", "ERR_CONNECT_FAIL 111"),
            )
        ),
        proxies=(("http", "{proxy}"),),
        typed=lambda key: "ollama",
        world=lambda key: b.openai(),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh3-https-to-a-plain-port",
        "tls.not_tls",
        base_url="https://127.0.0.1:{port}/v1",
        certificate="",
        typed=lambda key: "none",
        world=lambda key: b.openai(),
        first=("http://127.0.0.1",),
        source="F2",
    ),
    Scenario(
        "fresh3-scheme-of-a-file",
        "url.invalid",
        base_url="file://relay.example/v1",
        host="relay.example",
        certificate="good",
        source="F5",
    ),
    Scenario(
        "fresh3-version-twice-and-403",
        "url.version_doubled",
        lambda key: b.openai(key, elsewhere=said(403, {"error": {"message": "Forbidden"}})),
        "https://relay.example/v1/v1",
        first=("https://relay.example/v1",),
        source="F6",
    ),
    Scenario(
        "fresh3-name-leads-home",
        "dns.bogus_answer",
        base_url="https://api.anthropic.com",
        protocol="anthropic",
        model=answers.CLAUDES[0],
        shape="anthropic",
        roads=Roads({"api.anthropic.com": ("127.0.0.1",)}, {"127.0.0.1": Kind.REFUSED}),
        says=("127.0.0.1",),
        source="F4",
    ),
    Scenario(
        "fresh3-hotel-page",
        "http.front_auth",
        lambda key: b.redirect(302, "https://login.hotel.example/portal"),
        "https://relay.example/v1",
        says=("login.hotel.example",),
        source="F",
    ),
    Scenario(
        "fresh3-tls-on-a-plain-url",
        "tls.needed",
        base_url="http://127.0.0.1:{port}/v1",
        certificate="good",
        host="127.0.0.1",
        typed=lambda key: "none",
        world=lambda key: b.openai(),
        first=("https://127.0.0.1",),
        source="F",
    ),
)
