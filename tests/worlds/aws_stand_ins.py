"""Stand-ins on loopback for what AWS' clients ask for credentials: STS, SSO's portal, container and instance metadata."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs

from probes.demo_server.answers import as_json, as_text
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.demo_server.sigv4 import AccessKey, refusal

# Made up, in the shape that AWS issues. The worlds fail if an output shows a secret or a token.
SECRET = "mAdEuPsEcReT/k3y+mAdEuPsEcReTk3ymAdEuP00"
USER = AccessKey("AKIAMADEUPMADEUPUSER", SECRET)
ROLE = AccessKey("ASIAMADEUPMADEUPROLE", SECRET[::-1], "mAdEuPsEsSiOnToKeN" * 4)
SSO_TOKEN = "mAdEuPsSoAcCeSsToKeN" * 3
CONTAINER_TOKEN = "mAdEuPcOnTaInErToKeN" * 2
SECRETS = (SECRET, ROLE.secret, ROLE.token, SSO_TOKEN, CONTAINER_TOKEN)
ARN = "arn:aws:iam::000000000000:role/app"
DENIED = "arn:aws:iam::000000000000:role/denied"
HOUR = 3600.0


def moment(seconds: float) -> str:
    """Return a moment so many seconds from now, in ISO 8601."""
    return datetime.fromtimestamp(time.time() + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stand_in(web_token: str = "", region: str = "us-east-1", users: Sequence[AccessKey] = (USER, ROLE)) -> Handler:
    """Return a server that gives the credentials of ``ROLE`` to whoever may have them."""

    def handler(request: Request) -> Answer:
        if request.method == "POST" and request.path == "/":
            return _sts(request, web_token, region, users)
        if request.path == "/federation/credentials":
            return _sso(request)
        if request.path == "/container":
            known = request.header("authorization") == CONTAINER_TOKEN
            return as_json(_held("Token")) if known else as_json({"message": "denied"}, 403)
        if request.path == "/latest/api/token":
            return as_text("made-up-metadata-token")
        if request.path == "/latest/meta-data/iam/security-credentials/":
            return as_text("app-role")
        if request.path == "/latest/meta-data/iam/security-credentials/app-role":
            return as_json({"Code": "Success", **_held("Token")})
        return Reply(404)

    return handler


def _held(token: str) -> dict[str, str]:
    return {
        "AccessKeyId": ROLE.name,
        "SecretAccessKey": ROLE.secret,
        token: ROLE.token,
        "Expiration": moment(HOUR),
        "LastUpdated": moment(-60),
    }


def _sts(request: Request, web_token: str, region: str, users: Sequence[AccessKey]) -> Answer:
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    action = form.get("Action", "")
    if action == "AssumeRoleWithWebIdentity":
        if form.get("WebIdentityToken") != web_token:
            return _error("InvalidIdentityToken", "The web identity token is not the one that was made up.", 400)
    elif (no := refusal(request, users, region, "sts")) is not None:
        return _error(no[0].removesuffix("Exception"), no[1])
    if form.get("RoleArn") == DENIED:
        return _error(
            "AccessDenied", f"User: arn:aws:iam::000000000000:user/me is not authorized to perform: sts:{action}"
        )
    held = "".join(
        f"<{name}>{value}</{name}>" for name, value in _held("SessionToken").items() if name != "LastUpdated"
    )
    namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
    body = f"<{action}Response {namespace}><{action}Result><Credentials>{held}</Credentials></{action}Result></{action}Response>"
    return Reply(200, (("Content-Type", "text/xml"),), body.encode())


def _error(code: str, words: str, status: int = 403) -> Reply:
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{words}</Message></Error><RequestId>made-up</RequestId></ErrorResponse>"
    )
    return Reply(status, (("Content-Type", "text/xml"),), body.encode())


def _sso(request: Request) -> Answer:
    if request.header("x-amz-sso_bearer_token") != SSO_TOKEN:
        return as_json(
            {"message": "Session token not found or invalid"}, 401, ("x-amzn-errortype", "UnauthorizedException")
        )
    return as_json(
        {
            "roleCredentials": {
                "accessKeyId": ROLE.name,
                "secretAccessKey": ROLE.secret,
                "sessionToken": ROLE.token,
                "expiration": int((time.time() + HOUR) * 1000),
            }
        }
    )


def sso_login(seconds: float, **more: str) -> str:
    """Return the file of a login that expires in so many seconds."""
    return json.dumps({"accessToken": SSO_TOKEN, "expiresAt": moment(seconds), "region": "us-east-1", **more})
