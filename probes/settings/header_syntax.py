"""Check whether a header that a setting names can be sent. Pure."""

from __future__ import annotations

import re

MOST = 40  # headers of one source; a server accepts some hundred in all
LONGEST = 8192  # characters of a value; servers accept 8 KiB for all headers together
# HTTP itself needs these for the framing and the route of a request.
FORBIDDEN = frozenset(
    (
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "proxy-connection",
        "proxy-authorization",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "accept-encoding",
    )
)
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}"
_VALUE = r"[\x20-\x7e]*"
_ODD_SCHEME = r"(?i)\s{0,9}(?:bearer|basic|token)(?:\s{0,3}[:=]|\s{1,3}(?:bearer|basic|token)\b)"


def flaw_of(name: str, value: str) -> str:
    """Return why a header cannot be sent: ``name``, ``forbidden``, ``value`` or ``long``; empty if it can.

    >>> flaw_of("OpenAI-Organization", "org-1 ")
    'value'
    """
    if not re.fullmatch(_NAME, name):
        return "name"
    if name.lower() in FORBIDDEN:
        return "forbidden"
    if len(value) > LONGEST:
        return "long"
    # h11, under the Python SDKs, refuses white space at either end, and ends the call with a connection error.
    return "" if re.fullmatch(_VALUE, value) and value == value.strip() else "value"


def odd_scheme(value: str) -> bool:
    """Check whether a value begins with a scheme that has a colon behind it, or that stands there twice.

    >>> odd_scheme("Bearer: abc"), odd_scheme("Bearer Bearer abc"), odd_scheme("Bearer abc")
    (True, True, False)
    """
    return re.match(_ODD_SCHEME, value) is not None
