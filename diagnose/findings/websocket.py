"""stream.websocket_*: the WebSocket that some apps open before their first request, refused or closed.

What an app does after each answer is a fact of the app (``websocket`` in ``apps.toml``). It decides: an answer after
which the app sends its request at once is no finding, one after which it never does is an error.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.api import said
from diagnose.report import Seen, Severity, seen
from probes.model.exchange import WebSocketTry
from probes.model.failure import Kind
from probes.model.listed import Listed
from probes.model.record import replace
from probes.model.source import DEFAULT, SourceKind

if TYPE_CHECKING:
    from probes.catalog.app import AppWebSocket

_BUSY = (429, 503)  # refusals that may pass, and that our own requests just before may have caused


class After(Enum):
    """What the app does after an answer to its upgrade, or to its first message."""

    NOTHING = auto()  # nothing is wrong
    AT_ONCE = auto()  # it sends the request at once
    RETRIES = auto()  # it sends the request after some seconds
    WAITS = auto()  # it waits long for an answer to each try, and then sends the request
    HANGS = auto()  # the socket is open, and it waits for so long that nobody sees the request
    GIVES_UP = auto()  # it ends without a request


_only = said("stream.websocket_refused")  # a normal request is answered as if it had to be a WebSocket
_FATAL = (After.GIVES_UP, After.HANGS)


def opened(view: View) -> tuple[WebSocketTry, AppWebSocket] | None:
    """Return the WebSocket that was opened and the app's facts about it; None if the app of this run opens none."""
    found = view.websocket
    wire = view.client.wire(found.exchange.attempt.protocol) if found is not None and view.client is not None else None
    return (found, wire.websocket) if found is not None and wire is not None and wire.websocket is not None else None


def after(found: WebSocketTry, app: AppWebSocket) -> After:
    """Return what the app does after this answer."""
    exchange = found.exchange
    if not found.accepted:
        if not exchange.status:
            held = exchange.failure is not None and exchange.failure.kind is Kind.TIMEOUT
            return After.WAITS if held else After.RETRIES
        error = exchange.reading.error
        # Other shapes of an error are text to the app.
        return _after_status(exchange.status, error.code if error is not None and error.shape == "openai" else "", app)
    if found.error is not None:
        if not found.error_status:
            return After.HANGS  # apps pass over an error without a status
        then = _after_status(found.error_status, found.error.code, app)
        return After.RETRIES if then is After.AT_ONCE else then
    if found.asked and not found.events and not found.closed:
        return After.HANGS
    return After.RETRIES if found.closed and not (found.asked and found.events) else After.NOTHING


def websocket_works(view: View) -> bool | None:
    """Check whether the app goes on without a delay; None if the run opened no WebSocket."""
    pair = opened(view)
    return after(*pair) in (After.NOTHING, After.AT_ONCE) if pair is not None else None


def _after_status(status: int, code: str, app: AppWebSocket) -> After:
    names = {str(status), f"{status} {code}"}
    if names & {*app.at_once}:
        return After.AT_ONCE
    return After.GIVES_UP if names & {*app.never} else After.RETRIES


def _is_refusal(found: WebSocketTry, then: After) -> bool:
    """Check whether the server has refused the WebSocket, by a response or by a message, and did not just end it."""
    return bool(found.exchange.status) and (not found.accepted or (found.error is not None and then is not After.HANGS))


def _refused(view: View) -> Claim | None:
    pair = opened(view)
    if pair is None:
        claim = _only(view)
        return replace(claim, probe="http") if claim is not None else None
    found, app = pair
    then = after(found, app)
    if not _is_refusal(found, then) or then in (After.NOTHING, After.AT_ONCE):
        return None
    if found.flaw:
        line = seen("websocket_accept") if found.flaw == "accept" else seen("websocket_frames")
        return _claim(view, found, app, After.RETRIES, "flawed", line)
    said = (found.error.message or found.error.code)[:240] if found.error is not None else ""
    return _claim(view, found, app, then, "refused", *((said,) if said else ()))


def _closed(view: View) -> Claim | None:
    pair = opened(view)
    if pair is None:
        return None
    found, app = pair
    then = after(found, app)
    if then is After.NOTHING or _is_refusal(found, then):
        return None
    seconds = f"{found.exchange.timing.seconds:.1f}"
    if then is After.WAITS:
        return _claim(view, found, app, then, "held", seen("websocket_held", seconds=seconds))
    if then is After.HANGS:
        return _claim(view, found, app, then, "silent", seen("websocket_silent", seconds=seconds))
    lines: list[str | Seen] = [found.reason] if found.reason else []
    if not found.code:
        lines.append(seen("websocket_cut"))
    elif found.asked:
        lines.insert(0, seen("websocket_closed_after", detail=found.code))
    else:
        lines.insert(0, seen("websocket_closed_at_once", detail=found.code))
    return _claim(view, found, app, then, "closed", *lines)


def _claim(view: View, found: WebSocketTry, app: AppWebSocket, then: After, case: str, *lines: str | Seen) -> Claim:
    """Return the claim for what the app does, with the lines of its settings that open no WebSocket."""
    sources = dict(view.evidence.target.sources)
    flag, base = sources.get("websocket"), sources.get("base_url", DEFAULT)
    address = (
        view.evidence.target.base_url if view.works_as_given or not view.works else found.exchange.attempt.base_url
    )
    values = {
        "seconds": app.held if then is After.WAITS else app.seconds,
        "status": str(found.error_status or found.exchange.status or ""),
        "place": base.location if base.kind is SourceKind.APP else "",
        "lines": Listed((line.replace("{base_url}", address or "") for line in app.lines), " | ")
        if flag is None
        else "",
        "other_source": flag.location if flag is not None else "",
    }
    busy = then is After.GIVES_UP and {found.exchange.status, found.error_status} & {*_BUSY}
    severity = Severity.ERROR if then in _FATAL and not busy else Severity.WARNING
    if busy:
        case = "busy"
    elif not found.configured:
        # The settings that let the app open a WebSocket are only presumed.
        severity = Severity.INFO if then is After.RETRIES else Severity.WARNING
        case = {After.GIVES_UP: "may_give_up", After.HANGS: "may_hang"}.get(then, "may_retry")
    elif then is After.GIVES_UP:
        case = "gives_up"
    return Claim(
        (line_of(found.exchange), *lines),
        severity=severity,
        values=values,
        settings={"websocket": False} if view.works else None,
        verified=view.works,
        case=case,
    )


RULES = (
    Rule("stream.websocket_refused", Severity.ERROR, "websocket", _refused, "relay"),
    Rule("stream.websocket_closed", Severity.ERROR, "websocket", _closed, "relay", retryable=True),
)
