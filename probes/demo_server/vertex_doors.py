"""Practice doors of Vertex AI: Gemini's and Anthropic's models, for access tokens and (express mode) for API keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from probes.demo_server.answers import (
    CLAUDES,
    DONE,
    GEMINIS,
    as_events,
    as_json,
    chunks,
    completion,
    data,
    event,
    events,
    generated,
    generated_pieces,
    keys_in,
    message,
)
from probes.demo_server.google_tokens import TokenService
from probes.demo_server.handlers import What, give
from probes.demo_server.server import Answer, Handler, Reply, Request

_PATH = re.compile(
    r"(?:/v1(?:beta1)?)?(?P<scope>/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+))?"
    r"(?:/publishers/(?P<publisher>google|anthropic))?/models/(?P<model>[^/:]+):(?P<verb>\w+)"
)
# The OpenAI-compatible API, which has no publisher in its path but in the model's name.
_OPENAPI = re.compile(
    r"/v1(?:beta1)?/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/endpoints/openapi/chat/completions"
)
_VERBS = {
    "google": ("generateContent", "streamGenerateContent"),
    "anthropic": ("rawPredict", "streamRawPredict"),
}
VERSIONS = ("vertex-2023-10-16", "2026-10-21")  # anthropic-python 0.125 sends the first, 2.14 the second


def refused(status: int, name: str, words: str, reason: str = "", **metadata: str) -> Reply:
    """Return an error as Google's APIs send it: a gRPC status as JSON."""
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": {"service": "aiplatform.googleapis.com", **metadata},
        }
    ]
    body = {"code": status, "message": words, "status": name, **({"details": details} if reason else {})}
    return as_json({"error": body}, status)


INVALID = refused(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    "ACCESS_TOKEN_TYPE_UNSUPPORTED",
)
EXPIRED = refused(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    "ACCESS_TOKEN_EXPIRED",
)
SCOPES = refused(
    403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
)
NO_CREDENTIAL = refused(
    401,
    "UNAUTHENTICATED",
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    "CREDENTIALS_MISSING",
)
API_KEY = refused(
    401,
    "UNAUTHENTICATED",
    "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that "
    "assert a principal. See https://cloud.google.com/docs/authentication",
    "CREDENTIALS_MISSING",
)
_OF_TOKEN = {"invalid": INVALID, "expired": EXPIRED, "scope": SCOPES}


def denied(permission: str, project: str = "made-up-project") -> Reply:
    """Return the refusal of a principal that lacks a permission."""
    resource = f"//aiplatform.googleapis.com/projects/{project}/locations/us-central1/publishers/google/models/x"
    words = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
    return refused(403, "PERMISSION_DENIED", words, "IAM_PERMISSION_DENIED", permission=permission, resource=resource)


def api_off(project: str = "made-up-project") -> Reply:
    """Return the refusal of a project in which the API is not enabled, with the link that enables it."""
    link = f"https://console.developers.google.com/apis/api/aiplatform.googleapis.com/overview?project={project}"
    words = (
        f"Vertex AI API has not been used in project {project} before or it is disabled. Enable it by visiting {link} "
        "then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems "
        "and retry."
    )
    return refused(
        403, "PERMISSION_DENIED", words, "SERVICE_DISABLED", activationUrl=link, consumer=f"projects/{project}"
    )


def vertex(*keys: str, **more: Any) -> Handler:
    """Return a correct door for Gemini's models; see :func:`door`."""
    return door(*keys, publishers=("google",), **more)


def anthropic(*keys: str, **more: Any) -> Handler:
    """Return a correct door for Anthropic's models; see :func:`door`."""
    return door(*keys, publishers=("anthropic",), **more)


def door(
    *keys: str,
    publishers: Sequence[str] = ("google", "anthropic"),
    models: Sequence[str] = (*GEMINIS, *CLAUDES, "claude-haiku-4-5@20251001"),
    tokens: TokenService | None = None,
    projects: Sequence[str] = (),
    locations: Sequence[str] = (),
    quota_project: str = "",
    chat: What | None = None,
    stream: What | None = None,
) -> Handler:
    """Return a door that accepts API ``keys`` and the access tokens of a token service; without any, everything.

    ``projects`` and ``locations`` are those that it serves (empty: any). A ``quota_project`` is one that may not be
    used. ``chat`` and ``stream`` replace the response and the stream after credential and model were checked.
    """

    def handler(request: Request) -> Answer:
        if (place := _OPENAPI.fullmatch(request.path)) is not None and request.method == "POST":
            if (no := _refused(request, keys, tokens, True)) is not None:
                return no
            if projects and place["project"] not in projects:
                return denied("aiplatform.endpoints.predict", place["project"])
            return _compatible(request, place, models, locations)
        found = _PATH.fullmatch(request.path)
        # Behind a gateway, the path may begin with the models: there is one publisher then.
        alone = publishers[0] if len(publishers) == 1 else ""
        publisher = found["publisher"] or alone if found is not None else ""
        if found is None or publisher not in publishers or found["verb"] not in _VERBS[publisher]:
            return give("google-404", request)
        if request.method != "POST":
            return give("google-404", request)
        if (no := _refused(request, keys, tokens, found["scope"] is not None)) is not None:
            return no
        if quota_project and request.header("x-goog-user-project") == quota_project:
            words = (
                f"Caller does not have required permission to use project {quota_project}. Grant the caller the "
                "roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use "
                "permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project="
                f"{quota_project} and then retry. Propagation of the new permission may take a few minutes."
            )
            return refused(403, "PERMISSION_DENIED", words, "USER_PROJECT_DENIED", consumer=f"projects/{quota_project}")
        if projects and found["project"] is not None and found["project"] not in projects:
            return denied("aiplatform.endpoints.predict", found["project"])
        model = unquote(found["model"])
        elsewhere = model.startswith("claude") is not (publisher == "anthropic")
        if (models and model not in models) or elsewhere or (locations and found["location"] not in locations):
            return _unknown(found["scope"] or "", publisher, model)
        return _answer(request, publisher, found["verb"], model, chat, stream)

    return handler


def _refused(request: Request, keys: Sequence[str], tokens: TokenService | None, with_project: bool) -> Answer | None:
    if not keys and tokens is None:
        return None
    shown = [*keys_in(request, ("bearer",))]
    as_key = keys_in(request, ("x-goog-api-key", "query"))
    if as_key and not shown:
        if with_project:
            return API_KEY
        return None if set(as_key) & set(keys) else give("gemini-400", request)
    if not shown:
        return NO_CREDENTIAL
    if {one for one in shown if not one.startswith(("AIza", "AQ."))} & set(keys):  # an API key is no token
        return None
    why = tokens.refusal(shown[0]) if tokens is not None else "invalid"
    return _OF_TOKEN[why] if why is not None else None


def _unknown(scope: str, publisher: str, model: str) -> Reply:
    name = f"{scope.lstrip('/')}/publishers/{publisher}/models/{model}".lstrip("/")
    words = (
        f"Publisher Model `{name}` was not found or your project does not have access to it. Please ensure you are "
        "using a valid model version. For more information, see: "
        "https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
    )
    return refused(404, "NOT_FOUND", words)


def _compatible(request: Request, place: re.Match[str], models: Sequence[str], locations: Sequence[str]) -> Answer:
    """Answer as the OpenAI-compatible API does: the model's name has its publisher, ``google/gemini-2.5-flash``."""
    asked = request.json()
    publisher, slash, model = str(asked.get("model", "")).partition("/")
    if not slash:
        return refused(400, "INVALID_ARGUMENT", "Malformed publisher model name: expected format '<publisher>/<model>'")
    if (models and model not in models) or (locations and place["location"] not in locations):
        scope = f"/projects/{place['project']}/locations/{place['location']}"
        return _unknown(scope, publisher, model)
    if asked.get("stream"):
        return as_events([*chunks(f"{publisher}/{model}"), DONE])
    return as_json(completion(f"{publisher}/{model}"))


def _answer(request: Request, publisher: str, verb: str, model: str, chat: What | None, stream: What | None) -> Answer:
    streamed = verb.startswith("stream")
    other = stream if streamed else chat
    if other is not None:
        return give(other, request)
    asked = request.json()
    if publisher == "anthropic":
        if asked.get("anthropic_version") not in VERSIONS:
            return refused(400, "INVALID_ARGUMENT", "anthropic_version: Field required")
        if not asked.get("messages"):
            return refused(400, "INVALID_ARGUMENT", "messages: Field required")
        return as_events([event(one) for one in events(model)]) if streamed else as_json(message(model))
    if not asked.get("contents"):
        return refused(
            400, "INVALID_ARGUMENT", "Unable to submit request because at least one contents field is required."
        )
    if not streamed:
        return as_json(generated(model))
    pieces = generated_pieces(model)
    return as_events([data(piece) for piece in pieces]) if request.query("alt") == "sse" else as_json(pieces)
