"""Classify the responses of a deep check. Pure."""

from __future__ import annotations

import re

from probes.api.response_checks import passes
from probes.model.capability import Support
from probes.model.exchange import Exchange, Purpose

Verdict = tuple[Support, str, str]  # support, a code for the reason, and its detail

# Finish reasons of answers that ran out of tokens, in all protocols: what such an answer lacks proves nothing.
SPENT = frozenset(("length", "max_tokens", "max_output_tokens", "MAX_TOKENS"))

EMBEDS = re.compile(r"embed|(?:^|[/_-])(?:bge|e5|gte|m3e)[-_](?!rerank)", re.IGNORECASE)

# Words with which a server names the feature that it does not support, with any status.
_ABOUT = {
    "tools": re.compile(r"tool|function|jinja", re.IGNORECASE),
    "structured_output": re.compile(
        r"response_?(?:format|schema)|output_config|schema|grammar|structured", re.IGNORECASE
    ),
    "vision": re.compile(r"image|vision|multi-?modal|mmproj|picture", re.IGNORECASE),
}
_BILLING = re.compile(r"credit|quota|balance|billing|余额|额度|欠费", re.IGNORECASE)


def said(found: Exchange) -> str:
    """Return the server's error message, or else its title or body, as one line of at most 240 characters."""
    error = found.reading.error or (found.reading.stream.error if found.reading.stream is not None else None)
    return " ".join(
        ((error.message if error is not None else "") or found.response.title or found.response.text).split()
    )[:240]


def readable(found: Exchange) -> bool:
    """Check for a response whose capability can be judged: an answer, even one whose form an SDK stumbles over."""
    if passes(found):
        return True
    reading = found.reading.stream if found.purpose is Purpose.STREAM else found.reading.answer
    broken = {one.what for one in reading.breakages} if reading is not None else set()
    return found.ok and reading is not None and reading.problem in broken


def about_billing(found: Exchange) -> bool:
    """Check whether a response is about the account and not about the request."""
    return found.status == 402 or (found.status in (400, 403, 429) and bool(_BILLING.search(said(found))))


def refusal(found: Exchange, name: str) -> Verdict:
    """Return what a failed request shows about the capability ``name``: that it is unsupported, or nothing."""
    words = said(found)
    named = name in _ABOUT and bool(_ABOUT[name].search(words))
    if found.failure is not None:
        return Support.UNKNOWN, "failed", found.failure.kind.value
    if about_billing(found):
        return Support.UNKNOWN, "billing", ""
    if found.status in (401, 403):
        return Support.UNKNOWN, "not_permitted", ""
    if found.ok or found.status >= 500:  # an error with status 200 shows no more than a 5xx
        return (Support.UNSUPPORTED, "refused", "") if named or found.status == 501 else (Support.UNKNOWN, "broken", "")
    if found.status < 400:
        return Support.UNKNOWN, "broken", ""
    return (Support.UNSUPPORTED, "refused", "") if name else (Support.UNKNOWN, "unsure", "")
