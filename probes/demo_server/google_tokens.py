"""A stand-in for Google's token service, security token service and metadata server, which verifies what it is given.

A service account's assertion must be signed with its RSA key (RS256), name the right audience, ask for a scope and be
short-lived, as RFC 7523 and https://developers.google.com/identity/protocols/oauth2/service-account say. It shares no
code with the library that signs (google-auth), so that a practice door proves the signature. What it issues are tokens
with an HMAC, which :meth:`TokenService.refusal` verifies at the door.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from probes.demo_server.answers import as_json, as_text
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.model.record import Record

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
AUDIENCE = "https://oauth2.googleapis.com/token"  # which google-auth names wherever it sends the assertion
LONGEST = 3600  # seconds that an assertion may be valid
LEEWAY = 300  # seconds by which the clocks may differ
_ISSUE = b"made up: the key of a token service on loopback"
_LATE = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp "
    "values in the JWT claim."
)


class ServiceAccount(Record):
    """A service account with its key. ``document`` is the JSON file that Google's console gives out."""

    email: str
    private_key: str  # PEM
    project: str = "made-up-project"

    def document(self, token_uri: str, **more: str) -> dict[str, str]:
        """Return the content of the account's file."""
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": "0123456789abcdef0123456789abcdef01234567",
            "private_key": self.private_key,
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "token_uri": token_uri,
            **more,
        }


def made_up_account(name: str = "app") -> ServiceAccount:
    """Return a service account with a key that is made now, once for each name."""
    return _made_up(name)


@cache
def _made_up(name: str) -> ServiceAccount:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ServiceAccount(f"{name}@made-up-project.iam.gserviceaccount.com", pem)


class TokenService(Record):
    """The service. ``refresh`` are the refresh tokens that it takes, ``subjects`` the tokens for federation.

    ``revoked`` and ``reauth`` are refresh tokens that were revoked, or ask for a new login. ``clock`` is added to the
    clock, in seconds. ``account`` is that of the metadata server; None: there is none. ``lifetime`` is in seconds.
    ``targets`` are the accounts as which others may act. ``GET /subject`` gives the first of the ``subjects``.
    """

    accounts: tuple[ServiceAccount, ...] = ()
    refresh: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    reauth: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    account: ServiceAccount | None = None
    clock: float = 0.0
    lifetime: float = 3600.0
    scopes: tuple[str, ...] = (SCOPE,)
    targets: tuple[str, ...] = ()

    def handler(self) -> Handler:
        """Return the server: ``/token``, ``/v1/token`` and the paths of the metadata server."""

        def handle(request: Request) -> Answer:
            if request.method == "POST" and request.path == "/token":
                return self._token(request)
            if request.method == "POST" and request.path == "/v1/token":
                return self._exchange(request)
            if request.method == "POST" and request.path.endswith(":generateAccessToken"):
                return self._impersonated(request)
            if request.method == "GET" and request.path == "/subject" and request.header("metadata") == "true":
                return as_text(self.subjects[0], 200)
            if self.account is not None and request.header("metadata-flavor") == "Google":
                return self._metadata(request)
            return Reply(404)

        return handle

    def issued(self, subject: str, scope: str, seconds: float | None = None) -> str:
        """Return an access token."""
        ends = int(time.time() + self.clock + (self.lifetime if seconds is None else seconds))
        claims = _coded(json.dumps({"sub": subject, "scope": scope, "exp": ends}).encode())
        return f"ya29.{claims}.{_coded(hmac.digest(_ISSUE, claims.encode(), hashlib.sha256))}"

    def refusal(self, token: str) -> str | None:
        """Return why a door refuses an access token (``invalid``, ``expired``, ``scope``); None if it does not."""
        parts = token.split(".")
        if len(parts) != 3 or parts[0] != "ya29":
            return "invalid"
        if not hmac.compare_digest(_coded(hmac.digest(_ISSUE, parts[1].encode(), hashlib.sha256)), parts[2]):
            return "invalid"
        claims = json.loads(_decoded(parts[1]) or b"{}")
        if claims.get("exp", 0) < time.time() + self.clock:
            return "expired"
        return None if set(str(claims.get("scope", "")).split()) & set(self.scopes) else "scope"

    # -- the token service ---------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""))
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return _error("unsupported_grant_type", "Invalid grant_type: " + form.get("grant_type", ""))
        claims = _claims(form.get("assertion", ""), self.accounts)
        if isinstance(claims, str):
            return _error("invalid_grant", claims)
        now, issued, ends = time.time() + self.clock, claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(ends, int) or ends - issued > LONGEST:
            return _error("invalid_grant", _LATE)
        if issued > now + LEEWAY or ends < now - LEEWAY:
            return _error("invalid_grant", _LATE)
        if claims.get("aud") != AUDIENCE:
            return _error("invalid_grant", f"Failed audience check. The right audience is {AUDIENCE}")
        if not claims.get("scope"):
            return _error("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return self._answer(self.issued(claims["iss"], claims["scope"]))

    def _refreshed(self, token: str) -> Reply:
        if token in self.revoked:
            return _error("invalid_grant", "Token has been expired or revoked.")
        if token in self.reauth:
            more = {"error_subtype": "invalid_rapt", "error_uri": "https://support.google.com/a/answer/9368756"}
            return _error("invalid_grant", "reauth related error (invalid_rapt)", **more)
        if token not in self.refresh:
            return _error("invalid_grant", "Bad Request")
        return self._answer(self.issued("user@made-up.example", SCOPE))

    def _exchange(self, request: Request) -> Reply:
        """Exchange a token of another house (RFC 8693)."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("subject_token") not in self.subjects:
            return _error("invalid_grant", "The given credential is rejected by the attribute condition.")
        token = self.issued(form.get("audience", ""), form.get("scope", ""))
        kind = "urn:ietf:params:oauth:token-type:access_token"
        return as_json({"access_token": token, "issued_token_type": kind, "token_type": "Bearer", "expires_in": 3599})

    def _impersonated(self, request: Request) -> Reply:
        """Give a token of another account (https://cloud.google.com/iam/docs/reference/credentials/rest)."""
        target = unquote(request.path).rpartition("/")[2].removesuffix(":generateAccessToken")
        token = request.header("authorization").removeprefix("Bearer ")
        if self.refusal(token) is not None or target not in self.targets:
            words = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
            return as_json({"error": {"code": 403, "message": words, "status": "PERMISSION_DENIED"}}, 403)
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lifetime))
        return as_json({"accessToken": self.issued(target, SCOPE), "expireTime": ends})

    def _answer(self, token: str) -> Reply:
        return as_json({"access_token": token, "expires_in": int(self.lifetime) - 1, "token_type": "Bearer"})

    # -- the metadata server -------------------------------------------------------------------------------------------

    def _metadata(self, request: Request) -> Reply:
        assert self.account is not None
        root = "/computeMetadata/v1/"
        account = f"{root}instance/service-accounts/default/"
        flavor = ("Metadata-Flavor", "Google")
        match request.path:
            case "/":
                return as_text("computeMetadata/\n", 200, flavor)
            case "/computeMetadata/v1/instance":  # by which Google's library for Node recognizes the server
                return as_text("service-accounts/\n", 200, flavor)
            case path if path == f"{account}token":
                token = self.issued(self.account.email, SCOPE)
                return as_json({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}, 200, flavor)
            case path if path == f"{account}email":
                return as_text(self.account.email, 200, flavor)
            case path if path == account:
                return as_json({"aliases": ["default"], "email": self.account.email, "scopes": [SCOPE]}, 200, flavor)
            case path if path == f"{root}project/project-id":
                return as_text(self.account.project, 200, flavor)
        return Reply(404, (flavor,))


def _error(code: str, words: str, **more: str) -> Reply:
    return as_json({"error": code, "error_description": words, **more}, 400)


def _claims(assertion: str, accounts: Sequence[ServiceAccount]) -> Mapping[str, Any] | str:
    """Return the claims of an assertion whose signature is right, or what is wrong with it, in Google's words."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    parts = assertion.split(".")
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
    except (ValueError, RecursionError):
        return "Bad Request"
    if len(parts) != 3 or not isinstance(header, dict) or not isinstance(claims, dict):
        return "Bad Request"
    account = next((one for one in accounts if one.email == claims.get("iss")), None)
    if account is None:
        return "Invalid grant: account not found"
    try:
        if header.get("alg") != "RS256":
            raise InvalidSignature
        signed = ".".join(parts[:2]).encode()
        _loaded(account.private_key).public_key().verify(_decoded(parts[2]), signed, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return "Invalid JWT Signature."
    return claims


@cache
def _loaded(pem: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    found = load_pem_private_key(pem.encode(), None)
    assert isinstance(found, RSAPrivateKey)
    return found


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
