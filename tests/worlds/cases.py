"""The table of worlds taken from real reports: settings and servers as the reports describe them, with the reports'
ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply, Request
from probes.model.failure import Kind
from probes.model.record import replace
from probes.model.source import environment_variable
from worlds.protocols import door, stranger
from worlds.stage import HASTY, LOCAL, RELAY, Roads, Scenario

OPENAI = "https://api.openai.com/v1"
DEEPSEEK = "https://api.deepseek.com"
GOOGLE = "https://generativelanguage.googleapis.com"
KIMI = "https://api.kimi.com/coding/v1"
DOCKER = "http://host.docker.internal:11434"
BRIDGE = "172.17.0.1"
MODEL, CLAUDE, LLAMA = answers.MODELS[0], answers.CLAUDES[0], answers.LLAMAS[0]


def said(status: int, body: object, *headers: tuple[str, str]) -> Reply:
    return answers.as_json(body, status, *headers)


def claude(name: str, root: str | None, world: Callable[[str], Handler], base_url: str, **more: Any) -> Scenario:
    given = {"protocol": "anthropic", "model": CLAUDE}
    return Scenario(name, root, world, base_url, **(given | more))


def ollama(name: str, root: str | None, base_url: str, **more: Any) -> Scenario:
    """Make a world with an app that speaks Ollama's own protocol, without a key."""
    given: dict[str, Any] = {"protocol": "ollama", "model": LLAMA, "typed": lambda key: None}
    return Scenario(name, root, base_url=base_url, **(given | more))


def without_key(root: str, base_url: str, name: str, **more: Any) -> Scenario:
    """Make a world with an app that uses chat completions at a server that needs no key."""
    given = {"model": LLAMA, "typed": lambda key: "ollama"}
    return Scenario(name, root, base_url=base_url, **(given | more))


# -- network -----------------------------------------------------------------------------------------------------------


WAYS = (
    Scenario(
        "case-corporate-root",
        "tls.intercepted",
        base_url="https://api.cloud.llamaindex.ai/v1",
        authority=("Zscaler Root CA", "Zscaler Inc."),
        trusted=False,
        source="llamacloud-348-corp-mitm",
    ),
    Scenario(
        "case-socks-requests",
        "proxy.socks_unsupported",
        proxies=(("http", "socks5://127.0.0.1:{closed}"), ("https", "socks5://127.0.0.1:{closed}")),
        source="pychatgpt-47-pysocks",
    ),
    Scenario(
        "case-socks-system",
        "proxy.socks_unsupported",
        proxies=(("all", "socks5h://127.0.0.1:{closed}"),),
        source="fluent-install-3-exe-socks",
    ),
    Scenario(
        "case-dead-proxy-in-container",
        "proxy.socks_unsupported",
        base_url=OPENAI,
        shape="openai",
        proxies=(("all", "socks5://127.0.0.1:{closed}"),),
        also=("proxy.unreachable",),
        source="chatgptweb-336-docker-proxy-loopback",
    ),
    Scenario(
        "case-no-proxy-ranges",
        base_url=LOCAL,
        also=("proxy.invalid",),
        proxies=(("no_proxy", "localhost,127.0.0.0/8,fd00::/8,fe80::/10"),),
        source="kimicli-1959-noproxy-cidr",
    ),
    ollama(
        "case-server-as-proxy",
        None,
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(),
        proxies=(("http", "http://127.0.0.1:{port}"),),
        also=("proxy.invalid",),
        source="ollama-9141-base-as-proxy",
    ),
    Scenario(
        "case-internal-host-at-proxy",
        "proxy.captures_local",
        lambda key: b.azure(key),
        "https://aoai.corporate.example",
        protocol="azure",
        model="gpt-4o-mini",
        shape="hex32",
        proxy=lambda port: b.proxy(port, refused="squid-403"),
        roads=Roads({"aoai.corporate.example": ("10.20.30.40",)}),
        source="dify-5686-noproxy-spaces",
    ),
    without_key(
        "tcp.refused",
        f"{DOCKER}/v1",
        "case-docker-bridge-refuses",
        roads=Roads({"host.docker.internal": (BRIDGE,)}, {BRIDGE: Kind.REFUSED}),
        source="openwebui-10833-nixos-refused",
    ),
    ollama(
        "case-docker-loopback-only",
        "tcp.refused",
        DOCKER,
        roads=Roads({"host.docker.internal": ("192.168.65.254",)}, {"192.168.65.254": Kind.REFUSED}),
        source="openwebui-5890-loopback-only",
    ),
    ollama(
        "case-loopback-in-container",
        "tcp.refused",
        "http://127.0.0.1:{port}",
        listening=False,
        source="openwebui-5093-compose-loopback",
    ),
    ollama(
        "case-firewalld",
        "tcp.timeout",
        "http://192.168.1.20:11434",
        roads=Roads(fates={"192.168.1.20": Kind.TIMEOUT}),
        limits=HASTY,
        source="ollama-8759-firewalld",
    ),
    ollama(
        "case-localhost-ipv6-refused",
        None,
        "http://localhost:11434",
        world=lambda key: b.ollama(),
        roads=Roads({"localhost": ("::1", "127.0.0.1")}, {"::1": Kind.REFUSED}),
        also=("tcp.ipv6_broken",),
        verdict="healthy",
        source="promptfoo-160-ipv6-loopback",
    ),
    without_key(
        None,
        "http://localhost:11434/v1",
        "case-localhost-ipv6-refused-go",
        world=lambda key: b.ollama(),
        roads=Roads({"localhost": ("::1", "127.0.0.1")}, {"::1": Kind.REFUSED}),
        also=("tcp.ipv6_broken",),
        verdict="healthy",
        source="termllm-445-go-ipv6",
    ),
)


# -- base URL ----------------------------------------------------------------------------------------------------------


def _without_version(key: str) -> Handler:
    """Serve ``/messages`` below the base URL, and no ``/v1/messages``."""
    sound = b.anthropic(key)
    base = "/v1/account/gateway/anthropic"

    def handler(request: Request) -> Any:
        if request.path != f"{base}/messages":
            return handlers.give("empty-404", request)
        return sound(replace(request, target="/v1/messages"))

    return handler


ADDRESSES = (
    claude(
        "case-gateway-without-version",
        "url.path_wrong",
        _without_version,
        "https://gateway.ai.cloudflare.com/v1/account/gateway/anthropic",
        shape="anthropic",
        source="anthropic-ts-336-cf-gateway",
    ),
    Scenario(
        "case-azure-project-endpoint",
        "url.path_wrong",
        lambda key: b.azure(key),
        "https://res.services.ai.azure.com/api/projects/first",
        protocol="azure",
        model="gpt-4o-mini",
        shape="hex32",
        source="autogen-3953-azure-endpoint",
    ),
    Scenario(
        "case-lmstudio-lost-version",
        "url.version_missing",
        lambda key: b.openai(elsewhere="lmstudio-200"),
        "http://127.0.0.1:{port}/",
        typed=lambda key: "lm-studio",
        source="continue-801-lmstudio-base",
    ),
    ollama(
        "case-ollama-client-at-lmstudio",
        "shape.wrong_protocol",
        "http://203.0.113.10:5480/v1",
        world=lambda key: b.openai(elsewhere="lmstudio-200"),
        roads=Roads(),
        source="codel-69-ollama-client-lmstudio",
    ),
    ollama(
        "case-ollama-provider-at-lmstudio",
        "shape.wrong_protocol",
        "http://127.0.0.1:{port}",
        world=lambda key: b.openai(elsewhere="lmstudio-200"),
        source="lmstudio-1724-copilot-ollama",
    ),
    Scenario(
        "case-gemini-at-ollama",
        "shape.wrong_protocol",
        lambda key: b.ollama(),
        "http://127.0.0.1:{port}",
        protocol="gemini",
        model=answers.GEMINIS[0],
        shape="gemini",
        source="aimemory-691-ambient-base-url",
    ),
    Scenario(
        "case-chat-relay-for-codex",
        "shape.wrong_protocol",
        protocol="responses",
        base_url=LOCAL,
        source="freellmapi-96-no-responses",
    ),
)


# -- the key, the plan and the money -----------------------------------------------------------------------------------

_KIMI_CLIENTS = said(
    403,
    {
        "error": {
            "message": "Kimi For Coding is currently only available for Coding Agents such as Kimi CLI, Claude Code, "
            "Roo Code, Kilo Code, etc.",
            "type": "access_terminated_error",
        }
    },
)
_OPENAI_QUOTA = said(
    429,
    {
        "error": {
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "type": "insufficient_quota",
            "param": None,
            "code": "insufficient_quota",
        }
    },
)


def _kimi(name: str, base_url: str, source: str, **more: Any) -> Scenario:
    prefix = "/coding/v1" if base_url.startswith(KIMI) else "/v1"
    world = door(b.openai, prefix=prefix, models=("kimi-for-coding",), chat=_KIMI_CLIENTS, stream=_KIMI_CLIENTS)
    given: dict[str, Any] = {"world": world, "shape": "kimi", "model": "kimi-for-coding"}
    return Scenario(name, "access.client_refused", base_url=base_url, source=source, **(given | more))


def _spent(
    name: str, source: str, what: handlers.What, base_url: str = OPENAI, shape: str = "openai", **more: Any
) -> Scenario:
    prefix = base_url.partition("://")[2].partition("/")[2]
    world = door(
        b.openai, prefix=f"/{prefix}" if prefix else "", models=(), listing="empty-404", chat=what, stream=what
    )
    return Scenario(name, "quota.exhausted", world, base_url, shape=shape, source=source, **more)


_BALANCE = said(
    402,
    {
        "error": {
            "message": "Insufficient Balance",
            "type": "unknown_error",
            "param": None,
            "code": "invalid_request_error",
        }
    },
)

KEYS = (
    Scenario(
        "case-dashscope-other-region",
        "auth.rejected",
        stranger(b.openai, prefix="/compatible-mode/v1", rejected="dashscope-401", elsewhere="empty-404"),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        shape="deepseek",
        also=("key.wrong_region",),
        source="difyplugins-3608-bailian-hardcoded",
    ),
    claude(
        "case-minimax-third-site",
        "auth.rejected",
        stranger(
            b.anthropic,
            prefix="/anthropic",
            rejected=said(
                401,
                {
                    "type": "error",
                    "error": {"type": "authentication_error", "message": "invalid api key"},
                    "request_id": "0611",
                },
            ),
        ),
        "https://api.minimax.com/anthropic",
        shape="minimax",
        also=("key.wrong_region",),
        source="membubot-7-minimax-io",
    ),
    _kimi("case-kimi-agents-only", KIMI, "openclaw-42499-kimi-plan-agents"),
    _kimi("case-kimi-behind-relay", RELAY, "clip-1327-kimi-plan-relay", shape="relay"),
    _kimi("case-kimi-outage", "https://api.kimi.com/coding/v1/", "kimicode-413-server-outage"),
    claude(
        "case-login-token-in-key",
        "key.wrong_kind",
        stranger(b.anthropic),
        "https://api.anthropic.com",
        shape="anthropic-oauth",
        key_source=environment_variable("ANTHROPIC_API_KEY"),
        source="scrutineer-121-oat-warn",
    ),
    Scenario(
        "case-codestral-key",
        "auth.rejected",
        stranger(
            b.openai,
            rejected=said(401, {"message": "Unauthorized", "request_id": "practice"}),
            models=("codestral-latest",),
        ),
        "https://api.mistral.ai/v1",
        shape="mistral",
        model="codestral-latest",
        also=("key.wrong_resource",),
        source="cline-1734-codestral-key",
    ),
    Scenario(
        "case-zhipu-wants-jwt",
        "auth.rejected",
        stranger(b.openai, prefix="/api/paas/v4", rejected="zhipu-401"),
        "https://open.bigmodel.cn/api/paas/v4",
        shape="zhipu",
        model="glm-4",
        source="chathub-1047-zhipu-jwt",
    ),
    Scenario(
        "case-name-as-xai-key",
        "auth.rejected",
        stranger(
            b.openai,
            rejected=said(
                400,
                {
                    "code": "Client specified an invalid argument",
                    "error": "Incorrect API key provided: na***Xy. You can obtain an API key from https://console.x.ai.",
                },
            ),
        ),
        "https://api.x.ai/v1",
        typed=lambda key: f"nathan{key[-4:]}",
        model="grok-4",
        source="continue-10778-nvapi-key-at-xai",
    ),
    Scenario(
        "case-basic-over-bearer",
        "http.front_auth",
        lambda key: handlers.first(b.basic_auth, b.openai(key)),
        "https://own.example/v1",
        source="chatgptwebxq-48-basic-vs-bearer",
    ),
    Scenario(
        "case-gemini-restricted-key",
        "auth.not_permitted",
        lambda key: b.gemini(
            key,
            **dict.fromkeys(
                ("chat", "stream", "listing"),
                said(
                    403,
                    {
                        "error": {
                            "code": 403,
                            "message": "Requests to this API generativelanguage.googleapis.com method "
                            "google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent are blocked.",
                            "status": "PERMISSION_DENIED",
                            "details": [{"reason": "API_KEY_SERVICE_BLOCKED"}],
                        }
                    },
                ),
            ),
        ),
        GOOGLE,
        protocol="gemini",
        model=answers.GEMINIS[0],
        shape="gemini",
        source="genai-dart-219-wrong-restriction",
    ),
    _spent(
        "case-glm-plan-litellm",
        "litellm-25479-glm-coding",
        "zhipu-1113",
        "https://api.z.ai/api/paas/v4",
        "zhipu",
        also=("key.wrong_plan",),
    ),
    _spent(
        "case-glm-plan-drained",
        "officeai-33-glm-charged",
        "zhipu-1113",
        "https://open.bigmodel.cn/api/paas/v4",
        "zhipu",
        also=("key.wrong_plan",),
    ),
    _spent("case-deepseek-empty", "gns3-93-deepseek-402", "deepseek-402", DEEPSEEK, "deepseek", model="deepseek-chat"),
    _spent(
        "case-deepseek-odd-code",
        "aider-4851-deepseek-badrequest",
        _BALANCE,
        DEEPSEEK,
        "deepseek",
        model="deepseek-chat",
    ),
    _spent("case-plus-is-not-api", "cookbook-288-plus-not-api", _OPENAI_QUOTA),
    _spent("case-new-account", "agentic-639-new-account", _OPENAI_QUOTA),
    _spent("case-grant-ran-out", "chatbotui-409-expired-grant", _OPENAI_QUOTA),
)


# -- the model and the stream ------------------------------------------------------------------------------------------


def _no_access(model: str) -> handlers.What:
    return said(
        403,
        {
            "error": {
                "message": f"Project `proj_XXXX` does not have access to model `{model}`",
                "type": "invalid_request_error",
                "param": None,
                "code": "model_not_found",
            }
        },
    )


def _project(name: str, model: str, source: str) -> Scenario:
    world = door(b.openai, unknown_model=_no_access(model))
    return Scenario(name, "model.not_permitted", world, OPENAI, shape="openai", model=model, source=source)


def _bare_usage(key: str) -> Handler:
    """Serve responses converted from chat completions: the last event of a stream counts no reasoning tokens."""
    events = answers.response_events()
    usage = {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14, "output_tokens_details": {}}
    events[-1] = {**events[-1], "response": {**events[-1]["response"], "usage": usage}}
    return b.responses(key, stream=answers.as_events([answers.event(one) for one in events]))


MODELS = (
    ollama(
        "case-model-of-other-provider",
        "model.not_found",
        "http://127.0.0.1:{port}",
        world=lambda key: b.ollama(
            unknown_model=said(404, {"error": 'model "claude-3-5-sonnet-latest" not found, try pulling it first'})
        ),
        model="claude-3-5-sonnet-latest",
        source="boltdiy-434-default-model",
    ),
    _project("case-project-model", "gpt-4.1-2025-04-14", "continue-10120-project-model"),
    _project("case-project-without-credit", "gpt-4o-2024-08-06", "windmill-4929-project-no-credit"),
    Scenario(
        "case-vertex-region",
        "model.not_found",
        lambda key: b.openai(
            prefix="/v1/projects/p/locations/us-central1/endpoints/openapi",
            listing="google-404",
            models=("google/gemini-2.5-flash",),
            unknown_model=said(
                404,
                [
                    {
                        "error": {
                            "code": 404,
                            "message": "Publisher Model `projects/p/locations/us-central1/publishers/google/models/"
                            "gemini-3-pro-preview` was not found or your project does not have access to it.",
                            "status": "NOT_FOUND",
                        }
                    }
                ],
            ),
        ),
        "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/endpoints/openapi",
        typed=lambda key: f"ya29.{key[3:]}",
        model="google/gemini-3-pro-preview",
        source="litellm-18781-vertex-region",
    ),
    Scenario(
        "case-converter-drops-counts",
        None,
        _bare_usage,
        protocol="responses",
        also=("stream.malformed",),
        source="codexpp-774-missing-field",
    ),
)

# -- variants of the reports: the same causes in other forms -----------------------------------------------------------


def _page(status: int) -> Callable[[int], Handler]:
    return lambda port: handlers.always(answers.as_html("<h1>unavailable</h1>", status))


_INSIDE = Roads({"llm.corp.example": ("10.1.2.3",)})
_AT_OPENAI: dict[str, Any] = {"base_url": OPENAI, "world": stranger(b.openai)}

NEAR = (
    *(
        Scenario(
            f"near-{page}-elsewhere", "url.version_missing", door(b.openai, elsewhere=page), "https://relay.example"
        )
        for page in ("nginx-403", "empty-403", "openresty-401")
    ),
    Scenario("near-forbidden-path", "url.path_wrong", door(b.openai, prefix="/openai/v1", elsewhere="nginx-403")),
    claude(
        "near-forbidden-anthropic",
        "url.path_wrong",
        door(b.anthropic, prefix="/anthropic", elsewhere="nginx-403"),
        "https://relay.example",
        shape="relay",
    ),
    Scenario(
        "near-inside-plain-http",
        "proxy.captures_local",
        base_url="http://llm.corp.example:8000/v1",
        proxy=_page(503),
        roads=_INSIDE,
    ),
    Scenario(
        "near-inside-dead-proxy",
        "proxy.captures_local",
        base_url="https://llm.corp.example/v1",
        proxies=(("https", "http://192.0.2.9:3128"),),
        roads=Roads(_INSIDE.names, {"192.0.2.9": Kind.REFUSED}),
    ),
    Scenario(
        "near-outside-refused",
        "proxy.refused",
        base_url="https://llm.public.example/v1",
        proxy=lambda port: b.proxy(port, refused="squid-403"),
        roads=Roads({"llm.public.example": ("8.8.4.4",)}),
        never=("proxy.captures_local",),
    ),
    Scenario("near-page-as-proxy", "proxy.invalid", proxy=lambda port: handlers.always("spa")),
    Scenario(
        "near-server-as-proxy-refuses",
        "proxy.invalid",
        lambda key: handlers.first(lambda request: Reply(400) if "://" in request.target else None, b.openai(key)),
        LOCAL,
        proxies=(("http", "http://localhost:{port}"),),
    ),
    claude(
        "near-no-proxy-ranges-anthropic",
        "proxy.invalid",
        lambda key: b.anthropic(key),
        "http://127.0.0.1:{port}",
        shape="relay",
        proxies=(("no_proxy", "localhost,fd00::/8"),),
    ),
    Scenario(
        "near-www",
        "url.not_api_host",
        lambda key: handlers.always("spa"),
        "https://www.openrouter.ai/api/v1",
        shape="openrouter",
    ),
    Scenario(
        "near-chat-page", "url.not_api_host", lambda key: handlers.always("spa"), "https://chatgpt.com", shape="openai"
    ),
    Scenario(
        "near-azure-other-resource",
        "auth.rejected",
        stranger(b.azure),
        "https://res.openai.azure.com",
        protocol="azure",
        model="gpt-4o-mini",
        shape="hex32",
        also=("key.wrong_resource",),
    ),
    Scenario("near-organization-as-key", "key.wrong_kind", typed=lambda key: f"org-{key[3:27]}", **_AT_OPENAI),
    Scenario("near-counted-key", "key.placeholder", typed=lambda key: "sk-1234567890abcdef", **_AT_OPENAI),
    Scenario("near-undefined", "key.placeholder", typed=lambda key: "undefined", **_AT_OPENAI),
    Scenario("near-litellm-reference", "key.unexpanded", typed=lambda key: "os.environ/OPENAI_API_KEY", **_AT_OPENAI),
    Scenario("near-bearer-glued", "key.bearer_prefix", typed="Bearer{}".format),
    Scenario("near-line-end-written-out", "key.stray_characters", typed="{}%0A".format),
    Scenario(
        "near-stream-alone-limited",
        world=door(b.openai, stream="openai-429"),
        also=("quota.rate_limited",),
        sdk="the limit may have been met by our own second generation; the one call of an app was seen to work",
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*WAYS, *ADDRESSES, *KEYS, *MODELS, *NEAR)
