"""Understand a refusal in words that no row knows by what it asks for: a header, or a step of the user's.

Pure. The expressions are those by which a report finds its steps (``probes/api/remedies.py``).
"""

from __future__ import annotations

from probes.api.remedies import remedies
from probes.catalog.text_pattern import TextPattern
from probes.model.named_tuple import NamedTuple

_HEADER_WORD = TextPattern(r"(?i)\bheaders?\b|请求头")
_CREDENTIAL = TextPattern(r"(?i)-(?:auth|authorization|key|token|secret|signature)$")
_LIMITS = (402, 408, 413, 429)  # refusals whose headers tell how long to wait
_NO_PERMISSION = ("pull", "policy")  # what servers ask for besides permissions


class AskedRefusal(NamedTuple):
    """What a refusal asks for means: a code of the contract, where the words are, and the header that it names."""

    code: str
    start: int
    end: int
    header: str = ""


def asked_refusal(text: str, status: int) -> AskedRefusal | None:
    """Return what a refusal with this status (0: not known) means by what it asks for; None if it asks for nothing.

    >>> asked_refusal("Set the x-workspace-id header to the id of your workspace.", 400).header
    'x-workspace-id'
    >>> asked_refusal("Please verify your email address first.", 403).code
    'auth.not_permitted'
    """
    if status and (not 400 <= status < 500 or status in _LIMITS):
        return None
    asked = remedies(text)
    header = next((one.value for one in asked if one.kind == "header"), "")
    at = text.find(header) if header else -1
    if at >= 0 and (_HEADER_WORD.search(text) or (status and header[:2].lower() == "x-")):
        own = status in (400, 401, 403) and _CREDENTIAL.search(header) is not None
        return AskedRefusal("http.front_auth" if own else "http.header_rejected", at, at + len(header), header)
    if status in (400, 401, 403) and any(one.kind == "ask" and one.value not in _NO_PERMISSION for one in asked):
        return AskedRefusal("auth.not_permitted", 0, len(text))
    return None
