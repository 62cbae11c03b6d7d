"""What stands between the app and the API, as lines of evidence: who made an answer, whose limit ended it, how it was
packed.
"""

from __future__ import annotations

from diagnose.answers import products
from diagnose.evidence.view import View
from diagnose.findings.redirect import hand_on
from diagnose.report import Seen, seen
from probes.model.exchange import Body, Exchange

# What a gateway answers in the API's place.
MADE = ("http.blocked", "http.front_auth", "http.header_rejected", "http.too_large", "http.gateway_error")
# Cloudflare's own numbers, and the one in which every gateway says that it gave up waiting.
_NUMBERS = {521: "refused", 522: "silent", 523: "silent", 504: "slow", 524: "slow", 525: "tls", 526: "tls", 530: "name"}
# Seconds at which gateways give up, as they are set by those who made or run them.
_PATIENCE = (5, 10, 15, 20, 25, 29, 30, 45, 50, 55, 60, 75, 90, 100, 110, 120, 125, 180, 230, 240, 300, 600)
_SILENCE = 4.5  # seconds before an end, from which on it may be somebody's limit


def case_of(code: str, status: int) -> str:
    """The special case of a code that a status names; empty where it names none."""
    return _NUMBERS.get(status, "") if code == "http.gateway_error" else ""


def limit_near(seconds: float) -> int | None:
    """The time limit that so many seconds of silence come near to; None where they come near to none."""
    if seconds < _SILENCE:
        return None
    return next((one for one in _PATIENCE if -0.25 <= seconds - one <= 0.02 * one + 0.5), None)


def answered_by(view: View, found: Exchange) -> tuple[str | Seen, ...]:
    """Who made this answer, or who stands in between, after how long a wait it came, and where it leads."""
    page = products.maker(found)
    lines: list[str | Seen] = []
    if page is not None:
        lines.append(seen("gateway", name=page.product.name, note=page.note))
    lines += passed_on(found, page)
    if found.status in (502, 503, 504, 524) and (limit := limit_near(found.timing.first_byte)) is not None:
        lines.append(seen("waited", seconds=f"{found.timing.first_byte:.1f}", limit=limit))
    return (*lines, *(hand_on(view, found) if found.redirection.target is not None else ()))


def passed_on(found: Exchange, but: products.ProductTrace | None = None) -> tuple[Seen, ...]:
    """Who passes the answer on, as far as its headers tell; not the one who is named already."""
    trace = products.between(found)
    if trace is None or (but is not None and but.product == trace.product):
        return ()
    return (seen("behind", name=trace.product.name, note=trace.note),)


def idle(silent: float) -> tuple[Seen, ...]:
    """That so many seconds of silence before an end look like somebody's limit."""
    limit = limit_near(silent)
    return (seen("idle", seconds=f"{silent:.1f}", limit=limit),) if limit is not None else ()


def packing(found: Exchange) -> Seen | None:
    """That the body is compressed in a way that was not asked for, or that no header tells of."""
    if found.response.body is not Body.BINARY:
        return None
    named = found.header("content-encoding")
    others = [one.strip() for one in named.lower().split(",") if one.strip() not in ("", "identity", "gzip", "deflate")]
    if others:
        return seen("compressed", kind=", ".join(others)[:60])
    return seen("compressed_unsaid") if found.response.text.startswith("\x1f") else None
