"""Verify requests signed by AWS Signature Version 4, as AWS itself does: the signature is computed again.

Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. It shares no code with the
library that signs (botocore), so that a practice door proves the signature.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

from probes.demo_server.server import Request
from probes.model.record import Record

LEEWAY = 300  # seconds by which the clocks may differ
_FORM = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,]+)/(?P<day>\d{8})/(?P<region>[^/,]*)/(?P<service>[^/,]*)/aws4_request"
    r",\s*SignedHeaders=(?P<names>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


class AccessKey(Record):
    """An access key that a door accepts. ``expired``: its session has ended."""

    name: str  # the access key id
    secret: str
    token: str = ""
    expired: bool = False


def refusal(
    request: Request, keys: Iterable[AccessKey], region: str, service: str, clock: float = 0.0
) -> tuple[str, str] | None:
    """Return why AWS refuses a signed request, as the type of its exception and its words; None if it does not.

    ``clock`` is added to the door's clock, in seconds.
    """
    header = request.header("authorization")
    found = _FORM.fullmatch(header)
    if found is None:
        return "MissingAuthenticationTokenException", "Missing Authentication Token"
    key = next((one for one in keys if one.name == found["key"]), None)
    if key is None or request.header("x-amz-security-token") != key.token:
        return "UnrecognizedClientException", "The security token included in the request is invalid."
    if key.expired:
        return "ExpiredTokenException", "The security token included in the request is expired"
    if found["region"] != region:
        return "InvalidSignatureException", "Credential should be scoped to a valid region."
    if found["service"] != service:
        return "InvalidSignatureException", f"Credential should be scoped to correct service: '{service}'."
    moment = request.header("x-amz-date")
    if (skewed := _skew(moment, time.time() + clock)) is not None:
        return "InvalidSignatureException", skewed
    scope = f"{found['day']}/{region}/{service}/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, _hash(_canonical(request, found["names"]).encode())))
    if not hmac.compare_digest(_signature(key.secret, found["day"], region, service, text), found["signature"]):
        return "InvalidSignatureException", (
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
        )
    return None


def _skew(moment: str, now: float) -> str | None:
    try:
        signed = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return "Date must be in ISO-8601 'basic format'."
    written = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    if signed < now - LEEWAY:
        edge = datetime.fromtimestamp(now - LEEWAY, UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"Signature expired: {moment} is now earlier than {edge} ({written} - 5 min.)"
    if signed > now + LEEWAY:
        edge = datetime.fromtimestamp(now + LEEWAY, UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"Signature not yet current: {moment} is still later than {edge} ({written} + 5 min.)"
    return None


def _canonical(request: Request, names: str) -> str:
    parts = urlsplit(request.target)
    query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in _pairs(parts.query))
    values = {name: " ".join(request.header(name).split()) for name in names.split(";")}
    return "\n".join(
        (
            request.method,
            quote(parts.path or "/", safe="/-_.~"),  # what arrives is encoded once, and is encoded again
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{value}" for name, value in values.items()),
            "",
            names,
            _hash(request.body),
        )
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _signature(secret: str, day: str, region: str, service: str, text: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
