"""Intermediaries between the app and the API, as lines of evidence.

The lines name the product that made or passed on a response, the time limit that ended it, and an unwanted compression.
"""

from __future__ import annotations

from diagnose.answers import products
from diagnose.evidence.view import View
from diagnose.findings.redirect import redirect_lines
from diagnose.report import Seen, seen
from probes.model.exchange import Body, Exchange

# Findings whose response a gateway may have made instead of the API.
MADE = ("http.blocked", "http.front_auth", "http.header_rejected", "http.too_large", "http.gateway_error")
# Cloudflare's own statuses, and 504, with which every gateway reports that it gave up waiting.
_NUMBERS = {
    521: "refused",
    522: "silent",
    523: "silent",
    504: "slow",
    524: "slow",
    525: "tls",
    526: "tls",
    530: "name",
    426: "http_version",
}
# Seconds after which gateways give up, by default or as their operators usually configure them.
_PATIENCE = (5, 10, 15, 20, 25, 29, 30, 45, 50, 55, 60, 75, 90, 100, 110, 120, 125, 180, 230, 240, 300, 600)
_SILENCE = 4.5  # seconds; a shorter silence before the end is not evidence of a time limit


def case_of(code: str, status: int) -> str:
    """Return the special case of a finding that a status indicates; empty if it indicates none.

    >>> case_of("http.gateway_error", 522)
    'silent'
    """
    return _NUMBERS.get(status, "") if code == "http.gateway_error" else ""


def limit_near(seconds: float) -> int | None:
    """Return the usual time limit, in seconds, that is close to a silence of ``seconds``; None if no limit is close.

    >>> limit_near(60.3)
    60
    """
    if seconds < _SILENCE:
        return None
    return next((one for one in _PATIENCE if -0.25 <= seconds - one <= 0.02 * one + 0.5), None)


def answered_by(view: View, exchange: Exchange) -> tuple[str | Seen, ...]:
    """Return lines that name who made or passed on this response, how long it took, and where it redirects to."""
    trace = products.maker(exchange)
    lines: list[str | Seen] = []
    if trace is not None:
        lines.append(seen("gateway", name=trace.product.name, note=trace.note))
    lines += passed_on(exchange, trace)
    if exchange.status in (502, 503, 504, 524) and (limit := limit_near(exchange.timing.first_byte)) is not None:
        lines.append(seen("waited", seconds=f"{exchange.timing.first_byte:.1f}", limit=limit))
    return (*lines, *(redirect_lines(view, exchange) if exchange.redirection.target is not None else ()))


def passed_on(exchange: Exchange, named: products.ProductTrace | None = None) -> tuple[Seen, ...]:
    """Return a line that names the product that passed on the response, by its headers.

    Return nothing for the product ``named``, which the evidence already names.
    """
    trace = products.between(exchange)
    if trace is None or (named is not None and named.product == trace.product):
        return ()
    return (seen("behind", name=trace.product.name, note=trace.note),)


def idle(silent: float) -> tuple[Seen, ...]:
    """Return a line if a silence of ``silent`` seconds before the end is close to a usual time limit."""
    limit = limit_near(silent)
    return (seen("idle", seconds=f"{silent:.1f}", limit=limit),) if limit is not None else ()


def packing(exchange: Exchange) -> Seen | None:
    """Return a line if the body is compressed with an encoding that was not requested or that no header declares."""
    if exchange.response.body is not Body.BINARY:
        return None
    encoding = exchange.header("content-encoding")
    others = [
        one.strip() for one in encoding.lower().split(",") if one.strip() not in ("", "identity", "gzip", "deflate")
    ]
    if others:
        return seen("compressed", kind=", ".join(others)[:60])
    return seen("compressed_unsaid") if exchange.response.text.startswith("\x1f") else None
