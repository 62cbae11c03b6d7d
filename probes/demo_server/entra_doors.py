"""Practice doors of Azure that take tokens of Microsoft Entra ID and verify them, and the tokens that fit them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from probes.demo_server.answers import as_json
from probes.demo_server.practice_doors import azure
from probes.demo_server.server import Answer, Handler, Reply, Request

TENANT = "00000000-1111-2222-3333-444444444444"
AUDIENCE = "https://cognitiveservices.azure.com"
ACTION = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"


def signed_token(signing_key: str, seconds: float = 3600.0, **claims: Any) -> str:
    """Return a token with Entra's claims that ends in so many seconds, signed (HMAC-SHA-256) with a made-up key."""
    now = int(time.time())
    issuer = f"https://sts.windows.net/{claims.get('tid', TENANT)}/"
    body = {"iss": issuer, "aud": AUDIENCE, "tid": TENANT, "nbf": now - 60, "exp": now + int(seconds)} | claims
    head = ".".join(_encoded(json.dumps(one).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, body))
    return f"{head}.{_signature(head, signing_key)}"


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _signature(head: str, signing_key: str) -> str:
    return _encoded(hmac.new(signing_key.encode(), head.encode(), hashlib.sha256).digest())


def claims_of(token: str, signing_key: str) -> dict[str, Any] | None:
    """Return the claims of a token whose signature is right, else None."""
    head, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(head, signing_key), signature):
        return None
    try:
        body = head.partition(".")[2]
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def entra(
    signing_key: str,
    *keys: str,
    audiences: Sequence[str] = (AUDIENCE,),
    tenant: str = TENANT,
    permitted: bool = True,
    deployments: Sequence[str] = ("gpt-4o-mini",),
    resource: Handler | None = None,
) -> Handler:
    """Return an Azure resource that takes tokens; and API ``keys``, without which authentication by key is off.

    ``permitted`` is whether the identity of the tokens has the role. ``resource`` is a door without keys that answers
    whoever is let in; by default Azure OpenAI with ``deployments``.
    """
    behind = resource if resource is not None else azure(deployments=deployments)

    def handler(request: Request) -> Answer:
        no = _refusal(request, signing_key, keys, audiences, tenant, permitted)
        return no if no is not None else behind(request)

    return handler


def _refusal(
    request: Request, signing_key: str, keys: Sequence[str], audiences: Sequence[str], tenant: str, permitted: bool
) -> Reply | None:
    scheme, _, token = request.header("authorization").partition(" ")
    if scheme.lower() != "bearer" or token.count(".") != 2:  # the newer API takes a key as a bearer token too
        key = request.header("api-key") or token
        if key and not keys:
            return _error(403, "AuthenticationTypeDisabled", "Key based authentication is disabled for this resource.")
        words = "Access denied due to invalid subscription key or wrong API endpoint."
        words = words if key else "Access denied due to missing subscription key."
        return None if key and key in keys else _error(401, "401", words)
    claims, now = claims_of(token, signing_key), time.time()
    fits = claims is not None and str(claims.get("aud", "")).rstrip("/") in audiences
    if claims is None or not fits or not claims.get("nbf", 0) <= now < claims.get("exp", 0):
        words = f"Access token is missing, invalid, audience is incorrect ({audiences[0]}), or have expired."
        return _error(401, "401", words)
    if claims.get("tid") != tenant:
        words = "Tenant provided in token does not match resource token"
        return _error(400, words, words)
    if not permitted and request.method == "POST":
        words = (
            f"The principal `made-up` lacks the required data action `{ACTION}` to perform `POST "
            "/openai/deployments/{deployment-id}/chat/completions` operation."
        )
        return _error(401, "PermissionDenied", words)
    return None


def _error(status: int, code: str, words: str) -> Reply:
    return as_json({"error": {"code": code, "message": words}}, status)
