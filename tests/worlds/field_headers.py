"""The table of worlds about headers that a client sends besides its key, and about gateways that want one.

The kinds are those of group A in the field report of November 2026; each row of it has siblings here. Bodies are what
the products send according to their manuals; the module's functions name the headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.model.source import Owner, Source, SourceKind
from worlds.stage import Scenario

MODEL, CLAUDE = answers.MODELS[0], answers.CLAUDES[0]
OPENAI = "https://api.openai.com/v1"
TENANT = "/v1/4f0c0ffee4f0c0ffee4f0c0ffee4f0c0/team"
CLOUDFLARE = f"https://gateway.ai.cloudflare.com{TENANT}"
TOKEN = "gw-Zq81vRt5xLm20pKd7"  # made up


def said(status: int, body: object, *headers: tuple[str, str]) -> Reply:
    return answers.as_json(body, status, *headers)


def error(message: str, code: str, kind: str = "invalid_request_error") -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def behind(
    refusal: Reply, wanted: Mapping[str, str], make: Callable[[str], Handler] = b.openai
) -> Callable[[str], Handler]:
    """Make a gateway that passes on only requests with these headers."""

    def world(key: str) -> Handler:
        door = make(key)

        def answer(request: Request) -> Answer:
            if any(request.header(name) != value for name, value in wanted.items()):
                return refusal
            return door(request)

        return answer

    return world


def refusing(
    refusal: Reply, name: str, make: Callable[..., Handler] = b.openai, value: str = "", **more: Any
) -> Callable[[str], Handler]:
    """Make a door that refuses requests with this header, or with this value of it."""

    def world(key: str) -> Handler:
        door = make(key, **more)

        def answer(request: Request) -> Answer:
            found = request.header(name)
            return refusal if found and value in ("", found) else door(request)

        return answer

    return world


def openai(name: str, root: str | None, world: Callable[[str], Handler], **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": OPENAI, "shape": "openai", "model": MODEL}
    return Scenario(name, root, world, **(given | more))


def claude(name: str, root: str | None, world: Callable[[str], Handler], **more: Any) -> Scenario:
    given: dict[str, Any] = {
        "base_url": "https://api.anthropic.com",
        "protocol": "anthropic",
        "model": CLAUDE,
        "shape": "anthropic",
        "app": "anthropic-sdk",
    }
    return Scenario(name, root, world, **(given | more))


# -- A1: a header that the server refuses ------------------------------------------------------------------------------

ORGANIZATION = said(
    401, error("OpenAI-Organization header should match organization for API key", "mismatched_organization")
)
PROJECT = said(401, error("OpenAI-Project header should match project for API key", "mismatched_project"))
NO_MEMBER = said(401, error("You must be a member of an organization to use the API", "invalid_organization"))
NO_MODEL = said(404, error(f"The model `{MODEL}` does not exist or you do not have access to it.", "model_not_found"))
SPENT = said(429, error("You exceeded your current quota, please check your plan.", "insufficient_quota"))
BETA = said(
    400,
    {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "Unexpected value(s) `old-beta-1` for the header."},
    },
)
UNKNOWN = said(403, {"error": {"message": "Forbidden", "type": "forbidden"}})

REFUSED = (
    openai(
        "header-organization-mismatched",
        "http.header_rejected",
        refusing(ORGANIZATION, "openai-organization"),
        variables={"OPENAI_ORG_ID": "org-other"},
        says=("OPENAI_ORG_ID", "OpenAI-Organization"),
        proven={"key": True, "answer": True},
    ),
    openai(
        "header-project-mismatched",
        "http.header_rejected",
        refusing(PROJECT, "openai-project"),
        variables={"OPENAI_ORG_ID": "org-mine", "OPENAI_PROJECT_ID": "proj_other"},
        says=("OPENAI_PROJECT_ID", "OpenAI-Project"),
        settings={"headers": ["OpenAI-Organization"]},
    ),
    openai(
        "header-organization-by-custom-headers",
        "http.header_rejected",
        refusing(NO_MEMBER, "openai-organization", value="org-left"),
        variables={"OPENAI_ORG_ID": "org-mine", "OPENAI_CUSTOM_HEADERS": "OpenAI-Organization: org-left\nX-Team: red"},
        says=("OPENAI_CUSTOM_HEADERS", "OpenAI-Organization"),
    ),
    openai(
        "header-organization-lacks-the-model",
        "http.header_rejected",
        refusing(NO_MODEL, "openai-organization"),
        variables={"OPENAI_ORG_ID": "org-other"},
        says=("OPENAI_ORG_ID",),
    ),
    openai(
        "header-organization-has-no-credit",
        "http.header_rejected",
        refusing(SPENT, "openai-organization"),
        variables={"OPENAI_ORG_ID": "org-empty"},
        says=("OPENAI_ORG_ID",),
    ),
    openai(
        "header-of-the-command-line-refused",
        "http.header_rejected",
        refusing(UNKNOWN, "x-tenant"),
        headers=("X-Tenant: blue-7",),
        says=("--header", "X-Tenant"),
        sdk="the option is this program's own",
    ),
    openai(
        "header-one-of-three-refused",
        "http.header_rejected",
        refusing(UNKNOWN, "x-tenant"),
        headers=("X-Team: red", "X-Tenant: blue-7", "X-Trace: on"),
        says=("--header", "X-Tenant"),
        sdk="the option is this program's own",
    ),
    claude(
        "header-beta-refused",
        "http.header_rejected",
        refusing(BETA, "anthropic-beta", b.anthropic),
        variables={"ANTHROPIC_CUSTOM_HEADERS": "anthropic-beta: old-beta-1"},
        says=("ANTHROPIC_CUSTOM_HEADERS", "anthropic-beta"),
    ),
    claude(
        "header-claude-code-betas",
        "http.header_rejected",
        refusing(BETA, "anthropic-beta", b.anthropic),
        app="claude-code",
        variables={"ANTHROPIC_BETAS": "old-beta-1"},
        says=("ANTHROPIC_BETAS",),
        sdk="Claude Code reads the variable, the SDK does not",
    ),
    openai(
        "header-unsendable-space",
        "http.header_rejected",
        b.openai,
        variables={"OPENAI_ORG_ID": "org-mine "},
        says=("OPENAI_ORG_ID", "white space"),
    ),
    openai(
        "header-node-strips-the-space",
        None,
        b.openai,
        app="openai-node",
        variables={"OPENAI_ORG_ID": "org-mine "},
        settings={"headers": ["OpenAI-Organization"]},
        sdk="the Python SDK does not strip it",
    ),
)

# The header is sound, and something else is at fault.
INNOCENT = (
    openai("header-organization-sound", None, b.openai, variables={"OPENAI_ORG_ID": "org-mine"}),
    openai(
        "header-organization-empty",
        None,
        b.openai,
        variables={"OPENAI_ORG_ID": ""},
        settings={"headers": ["OpenAI-Organization"]},
    ),
    openai(
        "header-sound-key-wrong",
        "auth.rejected",
        lambda key: b.openai(key[:-4] + "0000"),
        variables={"OPENAI_ORG_ID": "org-mine"},
        never=("http.header_rejected",),
    ),
    openai(
        "header-sound-model-wrong",
        "model.not_found",
        b.openai,
        model="gpt-9-imaginary",
        variables={"OPENAI_ORG_ID": "org-mine", "OPENAI_PROJECT_ID": "proj_mine"},
        never=("http.header_rejected",),
    ),
    openai(
        "header-sound-path-wrong",
        "url.version_missing",
        b.openai,
        base_url="https://api.openai.com",
        variables={"OPENAI_ORG_ID": "org-mine"},
        never=("http.header_rejected",),
        settings={"headers": ["OpenAI-Organization"]},
    ),
    openai(
        "header-of-another-protocol-not-sent",
        None,
        refusing(UNKNOWN, "x-tenant"),
        variables={"ANTHROPIC_CUSTOM_HEADERS": "X-Tenant: blue-7"},
    ),
)

# -- A2: a gateway that needs the header -------------------------------------------------------------------------------

AIG = {"success": False, "result": [], "messages": [], "error": [{"code": 2009, "message": "Unauthorized"}]}
AIG_REFUSES = said(401, AIG)
AIG_WANTS = {"cf-aig-authorization": f"Bearer {TOKEN}"}
APIM_REFUSES = said(
    401,
    {
        "statusCode": 401,
        "message": "Access denied due to missing subscription key. Make sure to include subscription key when making "
        "requests to an API.",
    },
    ("WWW-Authenticate", 'AzureApiManagementKey realm="https://team",name="Ocp-Apim-Subscription-Key",type="header"'),
)
PORTKEY_REFUSES = said(401, {"status": "failure", "message": "x-portkey-api-key header is missing or invalid"})
HELICONE_REFUSES = said(401, {"error": "Unauthorized: provide your key in the Helicone-Auth header"})

NEEDED = (
    openai(
        "gateway-needs-custom-header",
        None,
        behind(AIG_REFUSES, AIG_WANTS, lambda key: b.openai(key, prefix=f"{TENANT}/openai")),
        base_url=f"{CLOUDFLARE}/openai",
        variables={"OPENAI_CUSTOM_HEADERS": f"cf-aig-authorization: Bearer {TOKEN}"},
        settings={"headers": ["cf-aig-authorization"]},
    ),
    claude(
        "gateway-needs-claude-code-header",
        None,
        behind(AIG_REFUSES, AIG_WANTS, lambda key: b.anthropic(key, prefix=f"{TENANT}/anthropic")),
        base_url=f"{CLOUDFLARE}/anthropic",
        app="claude-code",
        variables={"ANTHROPIC_CUSTOM_HEADERS": f"cf-aig-authorization: Bearer {TOKEN}\nX-Team: red"},
        settings={"headers": ["cf-aig-authorization", "X-Team"]},
    ),
    openai(
        "gateway-needs-subscription-key",
        None,
        behind(APIM_REFUSES, {"ocp-apim-subscription-key": TOKEN}, lambda key: b.openai(key, prefix="/openai/v1")),
        base_url="https://team.azure-api.net/openai/v1",
        shape="hex32",
        headers=(f"Ocp-Apim-Subscription-Key: {TOKEN}",),
        sdk="the option is this program's own",
    ),
    openai(
        "gateway-needs-header-without-key",
        None,
        behind(AIG_REFUSES, AIG_WANTS, lambda key: b.openai()),
        base_url="https://llm.corporate.example/v1",
        typed=lambda key: None,
        headers=("Authorization: Bearer not-needed-here", f"cf-aig-authorization: Bearer {TOKEN}"),
        sdk="the option is this program's own",
    ),
    openai(
        "gateway-needs-header-and-key-is-wrong",
        "auth.rejected",
        behind(AIG_REFUSES, AIG_WANTS, lambda key: b.openai(key[:-4] + "0000")),
        base_url="https://llm.corporate.example/v1",
        shape="relay",
        variables={"OPENAI_CUSTOM_HEADERS": f"cf-aig-authorization: Bearer {TOKEN}"},
        never=("http.front_auth", "http.header_rejected"),
    ),
)

# -- A3: a gateway that wants a credential of its own, and none is set -------------------------------------------------

KONG_REFUSES = said(401, {"message": "No API key found in request"}, ("WWW-Authenticate", 'Key realm="kong"'))
ENVOY_REFUSES = Reply(401, (("Content-Type", "text/plain"),), b"Jwt is missing")
AWS_REFUSES = said(403, {"message": "Forbidden"}, ("x-amzn-ErrorType", "ForbiddenException"))
APIM_CHALLENGES = said(
    401,
    {"statusCode": 401, "message": "Access denied due to invalid subscription key."},
    (
        "WWW-Authenticate",
        'AzureApiManagementKey realm="https://team.azure-api.net/openai",name="X-Team-Key",type="header"',
    ),
)
UNLISTED_REFUSES = said(403, {"detail": "The x-acme-gateway-token header is required"})


def front(name: str, refusal: Reply, header: str, **more: Any) -> Scenario:
    """Make a world in which a gateway refuses every request without its header."""
    given: dict[str, Any] = {"base_url": "https://llm.corporate.example/v1", "shape": "relay", "says": (header,)}
    world = behind(refusal, {header: TOKEN})
    return openai(name, "http.front_auth", world, **(given | more), never=("auth.rejected", "auth.header_lost"))


WANTED = (
    front("front-cloudflare-ai-gateway", AIG_REFUSES, "cf-aig-authorization"),
    front(
        "front-cloudflare-ai-gateway-own-host",
        AIG_REFUSES,
        "cf-aig-authorization",
        base_url=f"{CLOUDFLARE}/openai",
        shape="openai",
        says=("cf-aig-authorization", "OPENAI_CUSTOM_HEADERS"),
    ),
    front("front-azure-api-management", APIM_REFUSES, "Ocp-Apim-Subscription-Key"),
    front("front-azure-api-management-names-header", APIM_CHALLENGES, "X-Team-Key"),
    front("front-kong-key-auth", KONG_REFUSES, "apikey"),
    front("front-envoy-jwt", ENVOY_REFUSES, "Authorization"),
    front("front-aws-usage-plan", AWS_REFUSES, "x-api-key"),
    front("front-portkey-key", PORTKEY_REFUSES, "x-portkey-api-key"),
    front("front-helicone-key", HELICONE_REFUSES, "Helicone-Auth"),
    front("front-unlisted-gateway", UNLISTED_REFUSES, "x-acme-gateway-token"),
    front(
        "front-cloudflare-token-wrong",
        AIG_REFUSES,
        "cf-aig-authorization",
        variables={"OPENAI_CUSTOM_HEADERS": "cf-aig-authorization: Bearer gw-expired-0001"},
        says=("cf-aig-authorization", "OPENAI_CUSTOM_HEADERS"),
    ),
)

# -- the headers go along to another path and another protocol of the same host ---------------------------------------

_NO_PROVIDER = said(
    400, {"status": "failure", "message": "Either x-portkey-config or x-portkey-provider header is required"}
)
_PROVIDED = {"x-portkey-provider": "openai"}


def along(name: str, root: str, make: Callable[[str], Handler] = b.openai, **more: Any) -> Scenario:
    """Make a world with a gateway that looks at nothing before it has read its own header."""
    given: dict[str, Any] = {"base_url": "https://relay.example/v1", "shape": "relay", "model": MODEL}
    never = ("http.header_rejected", "http.front_auth")
    return Scenario(
        f"header-goes-along-{name}", root, behind(_NO_PROVIDER, _PROVIDED, make), **(given | more), never=never
    )


ALONG = (
    along(
        "to-another-protocol",
        "shape.wrong_protocol",
        lambda key: b.openai(key, elsewhere="go-404"),
        base_url="https://relay.example",
        protocol="anthropic",
        variables={"ANTHROPIC_CUSTOM_HEADERS": "x-portkey-provider: openai"},
        says=("ANTHROPIC_CUSTOM_HEADERS", "x-portkey-provider", "in OPENAI_CUSTOM_HEADERS"),
        settings={"protocol": "openai", "headers": ["x-portkey-provider"]},
    ),
    along(
        "of-the-command-line",
        "shape.wrong_protocol",
        lambda key: b.anthropic(key, elsewhere="go-404"),
        model=CLAUDE,
        headers=("x-portkey-provider: openai",),
        says=("--header", "x-portkey-provider", "in ANTHROPIC_CUSTOM_HEADERS"),
        settings={"protocol": "anthropic", "headers": ["x-portkey-provider"]},
    ),
    along(
        "to-another-path",
        "url.version_missing",
        base_url="https://relay.example",
        variables={"OPENAI_CUSTOM_HEADERS": "x-portkey-provider: openai"},
        settings={"base_url": "https://relay.example/v1", "headers": ["x-portkey-provider"]},
    ),
)

# -- A4: an app that sends no key --------------------------------------------------------------------------------------

_PROVIDER = Source(SourceKind.APP, Owner.USER, "model_providers.team.base_url", "~/.codex/config.toml", 7)

KEYLESS = tuple(
    Scenario(
        name,
        "settings.missing_key",
        b.responses,
        base_url,
        protocol="responses",
        app="codex",
        typed=lambda key: None,
        url_source=_PROVIDER,
        says=("~/.codex/config.toml:7",),
    )
    for name, base_url in (
        ("codex-sends-no-key", "https://relay.example/v1"),
        ("codex-sends-no-key-to-a-local-gateway", "http://127.0.0.1:{port}/v1"),
    )
)

SCENARIOS = (*REFUSED, *INNOCENT, *NEEDED, *WANTED, *ALONG, *KEYLESS)
