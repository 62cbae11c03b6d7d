"""A table of fresh cases of the kinds A to F of the field report, labelled before the first run.

``source`` is the public report, or the row of the field report whose sibling the world is. ``docs/design/013-the-field.md``
has the share that was right at the first run. Texts of servers are shortened, keys and names are made up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.model.failure import Kind
from probes.model.record import replace
from worlds.cases import claude, said
from worlds.field_credentials import LONG_AGO, jwt
from worlds.field_headers import behind, refusing
from worlds.public_reports import events, refused, rejecting
from worlds.public_reports_3 import always, error
from worlds.stage import LOCAL, RELAY, Roads, Scenario

World = Callable[[str], Handler]
HOUSE = "https://api.northwind-ai.example/v1"
GATEWAY = "https://llm.corp.example/v1"
_NOT_FOUND = said(404, {"detail": "Not Found"})
_NO_PAGE = answers.as_text("404 page not found", 404)


def moved(there: str, what: Reply, make: Callable[..., Handler] = b.openai, **more: Any) -> World:
    """Make a house that works below ``there`` and gives this answer everywhere else."""

    def world(key: str) -> Handler:
        door = make(key, **more)

        def handler(request: Request) -> Answer:
            if not request.path.startswith(f"{there}/"):
                return what
            return door(replace(request, target="/v1" + request.target[len(there) :]))

        return handler

    return world


def only_list(reply: Reply, stream: Reply | None = None, **more: Any) -> World:
    """Make a server whose list is sound and whose answers are these."""
    return lambda key: b.openai(key, chat=reply, stream=stream or reply, **more)


def _api_gateway(key: str) -> Handler:
    """AWS' API Gateway with a usage plan: it wants a key of its own in x-api-key and says no more than Forbidden."""
    door = b.openai(key)
    forbidden = said(403, {"message": "Forbidden"}, ("x-amzn-ErrorType", "ForbiddenException"))
    return lambda request: door(request) if request.header("x-api-key") == "the gateway's" else forbidden


def _quoting_anthropic(key: str) -> Handler:
    refusal = said(401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}})
    return b.openai(key, chat=refusal, stream=refusal)


def _one_model(refusal: Reply, name: str, *others: str) -> World:
    """Make a local server without keys, one of whose models is refused."""

    def world(key: str) -> Handler:
        door = b.openai(models=(name, *others))

        def handler(request: Request) -> Answer:
            if request.method == "POST" and request.json().get("model") == name:
                return refusal
            return door(request)

        return handler

    return world


def _generate(key: str) -> Handler:
    """TGI: its own endpoint at /generate, and the compatible API below /v1."""
    door = b.openai(models=("tgi",))
    own = said(422, {"error": "Failed to deserialize the JSON body into the target type: missing field `inputs`"})

    def handler(request: Request) -> Answer:
        if request.path.startswith("/generate") and request.method == "POST":
            return own if request.path == "/generate" else Reply(404)
        return door(request) if request.path.startswith("/v1/") else Reply(404)

    return handler


def _broken_event(key: str) -> Handler:
    sound = answers.chunks()
    broken = b'data: {"id":"chatcmpl-practice","choices":[{"delta":{"content":"six\n\n'
    return b.openai(key, stream=answers.as_events([*sound[:2], broken, *sound[2:], b"data: [DONE]\n\n"]))


def _without_output(key: str) -> Handler:
    whole = {**answers.response(), "output": None}
    return b.responses(key, chat=answers.as_json(whole))


def _method_not_allowed(key: str) -> Handler:
    """A server that knows each path's methods, and no path below an endpoint; it asks for the key first."""
    return b.openai(key, elsewhere=said(405, {"detail": "Method Not Allowed"}))


def _squid(status: int, name: str) -> Callable[[int], Handler]:
    page = answers.as_html(
        "<html><head><title>ERROR: The requested URL could not be retrieved</title></head></html>",
        status,
        ("X-Squid-Error", name),
        ("Via", "1.1 proxy.corp.example (squid/5.7)"),
    )
    return lambda port: handlers.always(page)


SCENARIOS = (
    # -- A: what the client sends besides the key ----------------------------------------------------------------------
    Scenario(
        "fresh-no-such-organisation",
        "http.header_rejected",
        refusing(
            error(401, "No such organization: org-old.", type="invalid_request_error", param=None, code=None),
            "openai-organization",
        ),
        "https://api.openai.com/v1",
        shape="openai",
        variables={"OPENAI_ORG_ID": "org-old"},
        says=("OPENAI_ORG_ID", "OpenAI-Organization"),
        first=("OPENAI_ORG_ID",),
        source="A1",
    ),
    Scenario(
        "fresh-application-name",
        "http.header_rejected",
        always(said(400, {"message": "X-Application-Name header is missing"})),
        "https://litellm.corp.example/v1",
        says=("X-Application-Name",),
        first=("X-Application-Name",),
        source="Aider-AI/aider#5160",
    ),
    claude(
        "fresh-tenant-of-claude-code",
        "http.header_rejected",
        refusing(
            said(403, {"type": "error", "error": {"type": "permission_error", "message": "Tenant is not entitled"}}),
            "x-tenant",
            b.anthropic,
        ),
        "https://claude.corp.example",
        app="claude-code",
        variables={"ANTHROPIC_CUSTOM_HEADERS": "X-Tenant: team-b"},
        says=("ANTHROPIC_CUSTOM_HEADERS", "X-Tenant"),
        first=("ANTHROPIC_CUSTOM_HEADERS",),
        source="A1",
    ),
    Scenario(
        "fresh-subscription-key-sent",
        None,
        behind(
            said(
                401,
                {
                    "statusCode": 401,
                    "message": "Access denied due to missing subscription key. Make sure to include subscription key "
                    "when making requests to an API.",
                },
            ),
            {"Ocp-Apim-Subscription-Key": "5eed5eed5eed5eed5eed5eed5eed5eed"},
        ),
        GATEWAY,
        variables={"OPENAI_CUSTOM_HEADERS": "Ocp-Apim-Subscription-Key: 5eed5eed5eed5eed5eed5eed5eed5eed"},
        source="A2",
    ),
    Scenario(
        "fresh-usage-plan-of-api-gateway",
        "http.front_auth",
        _api_gateway,
        "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1",
        says=("x-api-key",),
        first=("x-api-key",),
        source="A3",
    ),
    Scenario(
        "fresh-gateway-key-header",
        "http.front_auth",
        always(said(401, {"error": "unauthorized", "message": "Missing or invalid X-LLM-Gateway-Key"})),
        GATEWAY,
        says=("X-LLM-Gateway-Key",),
        first=("X-LLM-Gateway-Key",),
        source="musistudio/claude-code-router#573",
    ),
    # -- B: an answer that names its own remedy ------------------------------------------------------------------------
    Scenario(
        "fresh-copilot-other-endpoint",
        "model.wrong_endpoint",
        refused(
            error(
                400,
                'model "gpt-5.3-codex" is not accessible via the /chat/completions endpoint',
                code="unsupported_api_for_model",
            ),
            prefix="",
            models=("gpt-5.3-codex",),
        ),
        "https://api.githubcopilot.com",
        model="gpt-5.3-codex",
        says=("gpt-5.3-codex", "/chat/completions"),
        first=("esponses",),
        source="farion1231/cc-switch#1681",
    ),
    Scenario(
        "fresh-channel-group",
        "model.no_channel",
        refused(
            error(
                403,
                'model "kimi-k3" is served by credentials in channel group "default", which this credential may not '
                'use (allowed: "group"); add a serving group to the allowed channel groups',
                code="model_outside_allowed_channel_groups",
            ),
            models=("kimi-k3", "kimi-k2"),
        ),
        RELAY,
        model="kimi-k3",
        says=("default",),
        first=("group",),
        source="kittors/CliRelay#945",
    ),
    Scenario(
        "fresh-version-retired",
        "url.path_wrong",
        moved(
            "/v3",
            said(
                410,
                {"error": {"message": "API v1 was removed on 2026-09-01. Please migrate to /v3.", "type": "gone"}},
            ),
        ),
        HOUSE,
        says=("/v3",),
        first=("https://api.northwind-ai.example/v3",),
        source="B2",
    ),
    Scenario(
        "fresh-region-of-the-account",
        "key.wrong_region",
        always(
            error(
                403,
                "Your account belongs to region cn-east. Requests must be sent to https://cn-east.northwind-ai.example",
                code="region_mismatch",
            )
        ),
        HOUSE,
        says=("https://cn-east.northwind-ai.example",),
        first=("https://cn-east.northwind-ai.example",),
        source="B1",
    ),
    Scenario(
        "fresh-glm-without-access",
        "model.not_permitted",
        lambda key: b.openai(
            key,
            prefix="/api/paas/v4",
            models=("glm-4v", "glm-4.7"),
            chat=error(403, "您无权访问glm-4v。", code="1220"),
            stream=error(403, "您无权访问glm-4v。", code="1220"),
        ),
        "https://open.bigmodel.cn/api/paas/v4",
        model="glm-4v",
        shape="zhipu",
        says=("glm-4v",),
        source="B4",
    ),
    Scenario(
        "fresh-phone-number",
        "auth.not_permitted",
        refused(
            error(
                403,
                "Verify your phone number at https://northwind-ai.example/account before calling the API.",
                code="phone_unverified",
            )
        ),
        HOUSE,
        says=("https://northwind-ai.example/account",),
        first=("https://northwind-ai.example/account",),
        source="B4",
    ),
    Scenario(
        "fresh-group-expired",
        "auth.not_permitted",
        refused(said(403, {"error": {"message": "令牌所属分组 vip 不存在或已过期", "type": "new_api_error"}})),
        RELAY,
        says=("vip",),
        first=("vip",),
        source="B5",
    ),
    Scenario(
        "fresh-host-of-us-at-vertex",
        "url.host_typo",
        always(
            said(
                400,
                {
                    "error": {
                        "code": 400,
                        "message": "Invalid hostname: us-aiplatform.googleapis.com",
                        "status": "INVALID_ARGUMENT",
                    }
                },
            )
        ),
        "https://us-aiplatform.googleapis.com/v1beta1/projects/made-up/locations/us/endpoints/openapi",
        model="google/gemini-2.5-flash",
        typed=lambda key: "ya29." + key,
        says=("aiplatform.us.rep.googleapis.com",),
        first=("aiplatform.us.rep.googleapis.com",),
        source="NousResearch/hermes-agent#72065",
    ),
    Scenario(
        "fresh-workspace-parameter",
        "http.header_rejected",
        always(error(400, "Set the x-workspace-id header to the id of your workspace (Settings > Workspaces).")),
        HOUSE,
        says=("x-workspace-id",),
        first=("x-workspace-id",),
        source="B3",
    ),
    # -- C: credentials that tell about themselves ---------------------------------------------------------------------
    Scenario(
        "fresh-ordinary-key-at-the-coding-plan",
        "key.wrong_plan",
        rejecting(said(401, {"error": {"message": "invalid access token or token expired", "code": "InvalidApiKey"}})),
        "https://coding.dashscope.aliyuncs.com/v1",
        model="qwen3.5-plus",
        shape="deepseek",
        says=("sk-sp-",),
        source="QwenLM/qwen-code#1919",
    ),
    Scenario(
        "fresh-token-of-zhipu-expired",
        "auth.expired",
        rejecting(said(401, {"error": {"code": "401", "message": "令牌已过期或验证不正确！"}}), prefix="/api/paas/v4"),
        "https://open.bigmodel.cn/api/paas/v4",
        model="glm-4.7",
        typed=jwt(exp=LONG_AGO * 1000, timestamp=LONG_AGO * 1000 - 3_600_000, api_key="5eed5eed5eed5eed", nbf=None),
        says=("2020-09-13",),
        source="C3",
    ),
    Scenario(
        "fresh-cognito-expired",
        "auth.expired",
        rejecting(
            said(401, {"message": "The incoming token has expired"}, ("x-amzn-ErrorType", "UnauthorizedException"))
        ),
        "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1",
        typed=jwt(
            iss="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_MadeUp123", client_id="made-up", exp=LONG_AGO
        ),
        says=("2020-09-13", "token"),
        first=("token",),
        source="C3",
    ),
    Scenario(
        "fresh-gitlab-ci-token",
        "key.wrong_kind",
        rejecting(said(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}})),
        "https://api.openai.com/v1",
        typed=jwt(iss="https://gitlab.com", aud="https://gitlab.com", project_path="made-up/made-up"),
        says=("GitLab",),
        source="C3",
    ),
    Scenario(
        "fresh-project-id-as-key",
        "key.wrong_kind",
        rejecting(said(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}})),
        "https://api.openai.com/v1",
        typed=lambda key: "proj_MadeUpMadeUpMadeUpMadeUp",
        says=("project",),
        source="C4",
    ),
    Scenario(
        "fresh-openrouter-cut",
        "key.truncated",
        rejecting(said(401, {"error": {"message": "User not found.", "code": 401}}), prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        typed=lambda key: key[:41],
        source="C5",
    ),
    Scenario(
        "fresh-upstream-refuses-in-anthropic-words",
        "auth.upstream",
        _quoting_anthropic,
        RELAY,
        says=("invalid x-api-key",),
        first=("operator",),
        source="C6",
    ),
    Scenario(
        "fresh-moonshot-other-site",
        "auth.rejected",
        rejecting(error(401, "Invalid Authentication", type="invalid_authentication_error")),
        "https://api.moonshot.ai/v1",
        model="kimi-k2.5",
        says=("https://api.moonshot.cn/v1",),
        first=("https://api.moonshot.cn/v1",),
        source="C8",
    ),
    # -- D: refusals in odd clothes ------------------------------------------------------------------------------------
    Scenario(
        "fresh-illegal-user-as-success",
        "auth.rejected",
        always(said(200, {"code": 1002, "message": "身份验证信息不正确！非法用户", "data": None})),
        GATEWAY,
        says=("身份验证信息不正确",),
        source="1Panel-dev/MaxKB#2116",
    ),
    Scenario(
        "fresh-no-balance-as-success",
        "quota.exhausted",
        only_list(
            said(200, {"code": 40003, "msg": "余额不足，请充值后再试", "data": None}),
            events({"code": 40003, "msg": "余额不足，请充值后再试"}),
        ),
        RELAY,
        says=("余额不足",),
        source="D1",
    ),
    Scenario(
        "fresh-responses-501",
        "shape.wrong_protocol",
        lambda key: b.openai(
            key, elsewhere=said(501, {"error": {"message": "Responses API is not implemented", "type": "server_error"}})
        ),
        GATEWAY,
        protocol="responses",
        first=("openai",),
        source="D2",
    ),
    Scenario(
        "fresh-one-model-without-login",
        "model.not_permitted",
        _one_model(
            error(401, "You are not logged in to hub.made-up.example", type="authentication_error"),
            "hub/large",
            "llama-3-8b",
        ),
        LOCAL,
        model="hub/large",
        typed=lambda key: "none",
        says=("hub/large",),
        source="D3",
    ),
    Scenario(
        "fresh-upstream-page-not-found",
        "http.gateway_error",
        only_list(
            error(
                502,
                "upstream returned 404: 404 page not found (POST https://10.0.0.7/chat/completions)",
                code="bad_gateway",
            )
        ),
        GATEWAY,
        says=("404",),
        first=("operator",),
        source="D4",
    ),
    Scenario(
        "fresh-no-healthy-backend",
        "model.no_channel",
        refused(said(503, {"error": "No healthy endpoints found for model llama-3-8b"}), models=("llama-3-8b",)),
        GATEWAY,
        model="llama-3-8b",
        says=("llama-3-8b",),
        source="D6",
    ),
    Scenario(
        "fresh-bare-500-in-json",
        "http.server_error",
        refused(said(500, {"detail": "Internal Server Error"})),
        LOCAL,
        source="D7",
    ),
    claude(
        "fresh-quota-inside-a-string",
        "quota.exhausted",
        lambda key: b.anthropic(
            chat=(
                reply := said(
                    429,
                    {
                        "error": {
                            "message": 'Error from provider(openai,gpt-4o: 429): {"error":{"message":"You exceeded your '
                            'current quota, please check your plan and billing details.","type":"insufficient_quota",'
                            '"code":"insufficient_quota"}}',
                            "type": "api_error",
                            "code": "provider_response_error",
                        }
                    },
                )
            ),
            stream=reply,
            listing=Reply(404),
        ),
        "http://127.0.0.1:{port}",
        typed=lambda key: "test",
        says=("openai",),
        source="servers: Claude Code Router",
    ),
    Scenario(
        "fresh-own-endpoint-of-tgi",
        "url.endpoint_included",
        _generate,
        "http://127.0.0.1:{port}/generate",
        model="tgi",
        typed=lambda key: "-",
        first=("/v1",),
        source="D9",
    ),
    # -- E: as strict as the client ------------------------------------------------------------------------------------
    Scenario(
        "fresh-response-without-output",
        "shape.malformed_answer",
        _without_output,
        RELAY,
        protocol="responses",
        says=("output",),
        source="ding113/claude-code-hub#1219",
    ),
    Scenario(
        "fresh-no-streaming-yet",
        "model.parameter_rejected",
        lambda key: b.openai(
            key,
            stream=said(
                400,
                {
                    "message": "Streaming completion is not support yet, please remove 'stream' key value in the "
                    "request payload."
                },
            ),
        ),
        GATEWAY,
        says=("stream",),
        first=("tream",),
        source="stulzq/azure-openai-proxy#63",
    ),
    Scenario(
        "fresh-broken-event-in-the-middle",
        "stream.malformed",
        _broken_event,
        RELAY,
        says=('"content":"six',),
        source="E3",
    ),
    Scenario(
        "fresh-no-choices-at-all",
        "shape.malformed_answer",
        lambda key: b.openai(key, chat=said(200, {**answers.completion(), "choices": []})),
        RELAY,
        says=("choices",),
        source="E",
    ),
    # -- F: the way there ----------------------------------------------------------------------------------------------
    Scenario(
        "fresh-proxy-refuses-the-private-server",
        "proxy.captures_local",
        base_url="http://10.20.30.41:8000/v1",
        roads=Roads(),
        proxy=_squid(403, "ERR_ACCESS_DENIED 0"),
        proxies=(("http", "{proxy}"),),
        says=("NO_PROXY",),
        first=("NO_PROXY",),
        source="F1",
    ),
    Scenario(
        "fresh-one-slash",
        "url.scheme_missing",
        base_url="https:/relay.example/v1",
        host="relay.example",
        certificate="good",
        first=("https://relay.example/v1",),
        source="F5",
    ),
    Scenario(
        "fresh-endpoint-and-405",
        "url.endpoint_included",
        _method_not_allowed,
        "https://relay.example/v1/chat/completions",
        first=("https://relay.example/v1",),
        source="F6",
    ),
    Scenario(
        "fresh-blocked-by-a-name-server",
        "dns.bogus_answer",
        base_url="https://api.groq.com/openai/v1",
        shape="groq",
        roads=Roads({"api.groq.com": ("0.0.0.0",)}, {"0.0.0.0": Kind.REFUSED}),
        says=("0.0.0.0",),
        source="F4",
    ),
)
