"""Read what a token says about itself: the claims of a JWT, the region and expiry of a short-term Bedrock key.

Nothing is verified, since that needs the issuer's keys. A claim is only what the token was made with, and that is what
users need to know: for whom it was made, and until when.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from probes.keys.credential_kinds import JWT, Issuer, issuers, pattern_matches
from probes.model import limits
from probes.model.value_issues import Token

BEDROCK = "bedrock-api-key-"
_CLAIM = 120  # characters of a claim that are kept; issuers and audiences are host names, URLs and ids
_AUDIENCES = 3
# Seconds since 1970 of the last moment that `datetime` knows.
_LAST = 253402300799


def token_of(value: str) -> Token | None:
    """Return the facts inside a token; None if the value is not a token or contains none."""
    text = value.strip()
    if len(text) > limits.KEY:
        return None
    if text.startswith(BEDROCK):
        return _bedrock(text[len(BEDROCK) :])
    return _jwt(text) if pattern_matches(JWT, text) else None


def issuer_of(token: Token) -> Issuer | None:
    """Return the known issuer of a token, or None."""
    said = token.issuer.lower().partition("://")[2] or token.issuer.lower()
    said = said.rstrip("/")
    return next((one for one in issuers() if said and any(fnmatchcase(said, like) for like in one.iss)), None)


def audience_host(audience: str) -> str:
    """Return the host of an audience that is a URL or a host name, else an empty string."""
    scheme, separator, rest = audience.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        return ""
    host = (rest if separator else audience).partition("/")[0].partition(":")[0].lower()
    dotted = "." in host and all(part and part.replace("-", "").isalnum() for part in host.split("."))
    return host if dotted else ""


def bare_audience(audience: str) -> str:
    """Return an audience as ``credentials.toml`` writes it: in lower case, without scheme, scope and final slash."""
    return audience.lower().partition("://")[2].removesuffix("/.default").rstrip("/") or audience.lower()


def _jwt(text: str) -> Token | None:
    head, body, _ = text.split(".")
    claims = _decoded(body)
    if claims is None or _decoded(head) is None:
        return None
    said = claims.get("aud")
    audiences = said if isinstance(said, list) else [said]
    return Token(
        "jwt",
        issuer=_claim(claims.get("iss")),
        audience=tuple(filter(None, map(_claim, audiences[:_AUDIENCES]))),
        expires=_moment(claims.get("exp")),
        not_before=_moment(claims.get("nbf")),
        carries=tuple(name for name in _telling_claims() if _carries(claims, name)),
    )


@cache
def _telling_claims() -> tuple[str, ...]:
    return tuple(sorted({name for one in issuers() for name in one.login_claims}))


def _carries(claims: Mapping[str, Any], name: str) -> bool:
    """Check whether there is a claim, or a member of a claim: ``https://api.openai.com/auth/chatgpt_account_id``."""
    claim, _, member = name.rpartition("/")
    inside = claims.get(claim)
    return bool(claims.get(name)) or (isinstance(inside, dict) and bool(inside.get(member)))


def _decoded(part: str) -> Mapping[str, Any] | None:
    """Decode one part of a JWT (RFC 7519): a JSON object in base64url without padding."""
    from base64 import urlsafe_b64decode
    from json import loads

    try:
        claims = loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _claim(value: object) -> str:
    """Return a claim that can be shown: printable ASCII without spaces, at most 120 characters; else an empty text."""
    text = value if isinstance(value, str) else ""
    return text[:_CLAIM] if text.isascii() and text.isprintable() and " " not in text else ""


def _moment(value: object) -> float:
    """Return a NumericDate (seconds since 1970); 0 if there is none or it cannot be a date.

    Tokens that users sign themselves, such as Zhipu's, count in milliseconds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.0
    value = value / 1000 if value > _LAST else value
    return float(value) if 0 < value <= _LAST else 0.0


def _bedrock(encoded: str) -> Token | None:
    """Read a pre-signed URL in base64: ``bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential=…``.

    The scope in ``X-Amz-Credential`` names the region, ``X-Amz-Date`` and ``X-Amz-Expires`` (seconds) the validity
    (AWS Signature Version 4; package aws-bedrock-token-generator).
    """
    from base64 import b64decode
    from datetime import UTC, datetime
    from urllib.parse import parse_qsl

    digits = encoded.replace("-", "+").replace("_", "/").rstrip("=")
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]  # a key that was cut may end inside a group of four
    try:
        url = b64decode(digits + "=" * (-len(digits) % 4)).decode("ascii")
        query = {name.lower(): text for name, text in parse_qsl(url.partition("?")[2], max_num_fields=40)}
    except ValueError:
        return None
    scope = query.get("x-amz-credential", "").split("/")
    region = scope[2] if len(scope) == 5 and scope[2].replace("-", "").isalnum() else ""
    begins = expires = 0.0
    try:
        begins = datetime.strptime(query.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        expires = begins + min(int(query.get("x-amz-expires", "")[:9]), _LAST - begins)
    except ValueError:
        pass  # a cut key has lost them
    if not region and not expires:
        return None
    return Token("bedrock", region=_claim(region[:40]), expires=expires, not_before=begins)
