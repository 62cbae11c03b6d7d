"""The table of worlds in which the server's answer names its own remedy.

The bodies are those of real houses where a comment says so; the others are made up after the same manner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Request
from probes.model.record import replace
from worlds.stage import RELAY, Scenario

OPENAI = "https://api.openai.com/v1"
HOUSE = "https://api.newhouse.example/v1"
MANTLE = "https://bedrock-mantle.us-east-1.api.aws"


def error(status: int, message: str, code: str | None = None, kind: str = "invalid_request_error") -> handlers.What:
    return answers.as_json({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)


def everything(what: handlers.What) -> Callable[[str], Handler]:
    """Make a server that gives this answer to every request."""
    return lambda key: handlers.always(what)


def refusing(what: handlers.What, prefix: str = "/v1") -> Callable[[str], Handler]:
    """Make a server that lists its models and refuses every generation with this answer."""
    return lambda key: b.openai(key, chat=what, stream=what, prefix=prefix)


def elsewhere(
    there: str, what: handlers.What, here: str = "/v1", protocol: Callable[..., Handler] = b.openai
) -> Callable[[str], Handler]:
    """Make a server that works below ``there`` and gives this answer to every generation below ``here``."""

    def world(key: str) -> Handler:
        sound = protocol(key)

        def handler(request: Request) -> Any:
            if request.path.startswith(f"{there}/"):
                return sound(replace(request, target="/v1" + request.target[len(there) :]))
            if request.path.startswith(f"{here}/") and request.method == "POST":
                return handlers.give(what, request)
            return handlers.give("fastapi-404", request)

        return handler

    return world


def mantle(name: str, root: str, **more: Any) -> Scenario:
    given: dict[str, Any] = {"protocol": "responses", "model": answers.MODELS[0], "shape": "bedrock"}
    return Scenario(f"remedy-{name}", root, base_url=f"{MANTLE}/v1", **(given | more))


# -- another address ---------------------------------------------------------------------------------------------------

# OpenAI's projects with data residency.
REGIONAL = (
    "Attempted to access resource with incorrect regional hostname. Please make your request to us.api.openai.com"
)

ADDRESSES = (
    Scenario(
        "remedy-regional-host",
        "key.wrong_region",
        everything(error(401, REGIONAL, "incorrect_hostname")),
        OPENAI,
        shape="openai",
        never=("auth.rejected",),
        settings={},
        says=("https://us.api.openai.com/v1 (the server says so)",),
    ),
    Scenario(
        "remedy-regional-host-eu",
        "key.wrong_region",
        everything(error(401, REGIONAL.replace("us.api", "eu.api"), "incorrect_hostname")),
        OPENAI,
        shape="openai",
        says=("https://eu.api.openai.com/v1 (the server says so)",),
    ),
    # A house that nobody has listed.
    Scenario(
        "remedy-region-unlisted",
        "key.wrong_region",
        everything(
            error(
                403, "This API key belongs to the EU region. Use https://eu.api.newhouse.example/v1 as your base URL."
            )
        ),
        HOUSE,
        says=("https://eu.api.newhouse.example/v1 (the server says so)",),
    ),
    # A relay that passes on what its provider told it: the relay's operator has to set another address.
    Scenario(
        "remedy-region-of-the-relay",
        "auth.upstream",
        refusing(error(401, REGIONAL, "incorrect_hostname")),
        RELAY,
        never=("key.wrong_region",),
        says=("Send the operator of relay.example this message",),
    ),
    # Words that no row knows.
    Scenario(
        "remedy-region-other-words",
        "key.wrong_region",
        everything(error(403, "Your project requires requests to be sent to eu.api.openai.com")),
        OPENAI,
        shape="openai",
        says=("https://eu.api.openai.com/v1 (the server says so)",),
    ),
    # A hostile server names an address of its own choice: called its claim, and made no fix.
    Scenario(
        "remedy-hostile-host",
        "key.wrong_region",
        everything(error(401, REGIONAL.replace("us.api.openai.com", "api.stranger.example.com"), "incorrect_hostname")),
        OPENAI,
        shape="openai",
        says=("Only the server says so", "https://api.stranger.example.com/v1"),
    ),
    Scenario(
        "remedy-moved-host",
        "url.host_retired",
        everything(error(410, "This endpoint has moved. Please use https://router.newhouse.example/v1 instead.")),
        HOUSE,
        says=("Set the base URL to https://router.newhouse.example/v1",),
    ),
    Scenario(
        "remedy-moved-host-chinese",
        "url.host_retired",
        everything(error(404, "接口已下线，请使用 https://api2.newhouse.example/v1 代替")),
        HOUSE,
        says=("Set the base URL to https://api2.newhouse.example/v1",),
    ),
)

# -- another path of the same host -------------------------------------------------------------------------------------

PATHS = (
    mantle(
        "mantle-responses",
        "url.path_wrong",
        world=elsewhere(
            "/openai/v1",
            error(400, "The model 'openai.gpt-5.4' does not support the '/v1/responses' API", "validation_error"),
            protocol=b.responses,
        ),
        settings={"base_url": f"{MANTLE}/openai/v1"},
        verdict="broken",
    ),
    mantle(
        "mantle-chat",
        "url.path_wrong",
        protocol="openai",
        world=elsewhere(
            "/openai/v1",
            error(400, "The model 'openai.gpt-5.4' does not support the '/v1/chat/completions' API"),
        ),
        settings={"base_url": f"{MANTLE}/openai/v1"},
    ),
    mantle(
        "mantle-nowhere",
        "model.wrong_endpoint",
        world=lambda key: b.responses(
            key,
            chat=error(400, "The model 'openai.gpt-5.4' does not support the '/v1/responses' API"),
            stream=error(400, "The model 'openai.gpt-5.4' does not support the '/v1/responses' API"),
        ),
    ),
    Scenario(
        "remedy-path-unlisted",
        "url.path_wrong",
        elsewhere(
            "/gateway/v2",
            error(400, "The v1 API has been retired. Please use /gateway/v2/chat/completions instead."),
        ),
        HOUSE,
        model=answers.MODELS[0],
        settings={"base_url": "https://api.newhouse.example/gateway/v2"},
    ),
)

# -- a header, a parameter, a model ------------------------------------------------------------------------------------

PARTS = (
    # Portkey's gateway.
    Scenario(
        "remedy-portkey-header",
        "http.header_rejected",
        everything(
            answers.as_json(
                {
                    "status": "failure",
                    "message": "Either x-portkey-config or x-portkey-provider header is required",
                },
                400,
            )
        ),
        RELAY,
        says=("Add the header x-portkey-provider",),
    ),
    # OpenCode's gateway: https://github.com/perminder-klair/subwave/issues/1618
    Scenario(
        "remedy-session-header",
        "http.header_rejected",
        refusing(
            error(
                400,
                "Error from provider (Console Go): Request is missing x-opencode-session and cannot be routed "
                "efficiently. Please see https://opencode.ai/docs/go/#where-can-i-use-it",
                None,
                "MissingSessionID",
            ),
            "/zen/go/v1",
        ),
        "https://opencode.ai/zen/go/v1",
        says=("Add the header x-opencode-session", "https://opencode.ai/docs/go/"),
    ),
    Scenario(
        "remedy-tenant-header-chinese",
        "http.header_rejected",
        refusing(error(400, "缺少请求头 X-Tenant-Id")),
        HOUSE,
        says=("Add the header X-Tenant-Id",),
    ),
    Scenario(
        "remedy-quoted-header",
        "http.header_rejected",
        refusing(error(400, "Header 'OpenAI-Organization' is required for this endpoint")),
        HOUSE,
        says=("Add the header OpenAI-Organization",),
    ),
    # xAI's words for a retired model.
    Scenario(
        "remedy-named-model",
        "model.not_found",
        lambda key: b.openai(
            key,
            models=("grok-4", "grok-3"),
            unknown_model=error(
                404,
                "The model grok-beta was deprecated and is no longer accessible via the API. Please use grok-3 instead.",
            ),
        ),
        "https://api.x.ai/v1",
        shape="xai",
        model="grok-beta",
        settings={"model": "grok-3"},
        says=("Use the model grok-3",),
    ),
    Scenario(
        "remedy-named-model-chinese",
        "model.not_found",
        lambda key: b.openai(
            key, models=("kat-5", "kat-9-plus"), unknown_model=error(404, "模型 kat-1 已下线，请使用 kat-9-plus")
        ),
        HOUSE,
        model="kat-1",
        settings={"model": "kat-9-plus"},
        says=("Use the model kat-9-plus",),
    ),
    Scenario(
        "remedy-named-model-unlisted",
        "model.not_found",
        lambda key: b.openai(
            key, models=("orb-2",), unknown_model=error(410, "Model orb-1 is retired; please migrate to orb-7-large.")
        ),
        HOUSE,
        model="orb-1",
        says=("Use the model orb-7-large",),
    ),
)

# -- a page, a permission, a thing to do -------------------------------------------------------------------------------

VERIFY = (
    "Your organization must be verified to stream this model. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just verified, "
    "it can take up to 15 minutes for access to propagate."
)

PAGES = (
    Scenario(
        "remedy-verify-organisation",
        "model.not_permitted",
        lambda key: b.openai(key, stream=error(400, VERIFY, "unsupported_value")),
        OPENAI,
        shape="openai",
        model=answers.MODELS[0],
        says=("verified", "https://platform.openai.com/settings/organization/general"),
    ),
    Scenario(
        "remedy-bind-account",
        "auth.not_permitted",
        refusing(error(401, "Please bind your Alibaba Cloud account before use.")),
        "https://api-inference.modelscope.cn/v1",
        says=("Link the account", "Alibaba Cloud"),
    ),
    Scenario(
        "remedy-workspace-denied",
        "auth.not_permitted",
        refusing(error(403, "Workspace access denied", "Workspace.AccessDenied"), "/compatible-mode/v1"),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        says=("Give the workspace of this key access",),
    ),
    Scenario(
        "remedy-models-permission",
        "auth.not_permitted",
        lambda key: handlers.always(
            error(401, "The `models` permission is required to access this endpoint", "unauthorized")
        ),
        "https://models.github.ai/inference",
        typed=lambda key: "ghs_" + "Ab3dE6gH9j" * 3 + "kM2pQ5",
        says=("models: read",),
    ),
    Scenario(
        "remedy-terms",
        "auth.not_permitted",
        refusing(
            error(
                400,
                "The model requires terms acceptance. Please have the org admin accept the terms at "
                "https://console.groq.com/playground?model=x",
            ),
            "/openai/v1",
        ),
        "https://api.groq.com/openai/v1",
        shape="groq",
        says=("accept the terms", "https://console.groq.com/playground?model=x"),
    ),
    Scenario(
        "remedy-identity-chinese",
        "auth.not_permitted",
        refusing(error(403, "您的账号未实名认证，请前往 https://console.newhouse.example/verify 完成认证")),
        HOUSE,
        says=("Verify the organisation or account", "https://console.newhouse.example/verify"),
    ),
    # A relay that quotes its provider's page: that page is for the relay's operator.
    Scenario(
        "remedy-hostile-page",
        "auth.not_permitted",
        refusing(error(403, "Please verify your identity at https://login.stranger.example.com/verify")),
        OPENAI,
        shape="openai",
        says=("Only the server says so",),
    ),
)

# -- groups of a relay -------------------------------------------------------------------------------------------------

GROUPS = (
    Scenario(
        "remedy-group-no-access",
        "auth.not_permitted",
        refusing(error(403, "无权访问 auto 分组", "", "new_api_error")),
        RELAY,
        says=("move this token from auto to another group",),
    ),
    Scenario(
        "remedy-group-disabled",
        "auth.not_permitted",
        refusing(error(401, "令牌分组 auto 已被禁用", "", "new_api_error")),
        RELAY,
        says=("move this token from auto to another group",),
    ),
    Scenario(
        "remedy-group-deprecated",
        "auth.not_permitted",
        refusing(error(403, "分组 vip 已被弃用", "", "new_api_error")),
        RELAY,
        says=("move this token from vip to another group",),
    ),
    Scenario(
        "remedy-group-english",
        "auth.not_permitted",
        refusing(error(403, "You are not allowed to use the group svip", "", "new_api_error")),
        RELAY,
        says=("move this token from svip to another group",),
    ),
)

# -- the host of a location --------------------------------------------------------------------------------------------

# Google's page for a host or a path that nobody serves.
GOOGLE_404 = answers.as_html(
    "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> <ins>That\u2019s an error.</ins>"
    "<p>The requested URL was not found on this server.",
    404,
)


def vertex(name: str, host: str, location: str, right: str) -> Scenario:
    path = f"/v1/projects/mine/locations/{location}/publishers/google"
    return Scenario(
        f"remedy-{name}",
        "url.host_typo",
        everything(GOOGLE_404),
        f"https://{host}{path}",
        protocol="gemini",
        model=answers.GEMINIS[0],
        typed=lambda key: "ya29." + "aB3dE6gH9j" * 6,
        says=(f"Set the base URL to https://{right}",),
    )


LOCATIONS = (
    vertex("location-global", "global-aiplatform.googleapis.com", "global", "aiplatform.googleapis.com/v1/projects"),
    vertex("location-eu", "eu-aiplatform.googleapis.com", "eu", "aiplatform.eu.rep.googleapis.com/v1/projects"),
    vertex(
        "location-other-region",
        "europe-west1-aiplatform.googleapis.com",
        "us-central1",
        "us-central1-aiplatform.googleapis.com/v1/projects",
    ),
)

SCENARIOS = (*ADDRESSES, *PATHS, *PARTS, *PAGES, *GROUPS, *LOCATIONS)
