"""stream.*: a streamed response that an SDK cannot read to its end, or that it reads as empty without an error."""

from __future__ import annotations

from diagnose.answers.products import between, inspector
from diagnose.evidence.broken_clients import clients, decides, lines, ordered, quotes
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.intermediaries import idle, packing, passed_on
from diagnose.report import Seen, Severity, seen
from probes.model.exchange import Breakage, Exchange, StreamReading
from probes.model.failure import Kind
from probes.model.record import replace

# All measured SDKs read server-sent events with these content types; some other clients check the type first.
_ODD_TYPES = ("application/json", "text/html", "application/octet-stream")
SLOW = 1.0  # seconds; a faster response may arrive in one piece without any buffer
AT_ONCE = 0.03  # seconds within which the whole content of a buffer arrives
PIECES = 6  # of text; a server without a buffer may send fewer in one write
# Average number of pieces per read from the connection: even a fast model writes each piece separately.
PACKED = 3


def _streamed(view: View) -> tuple[Exchange, StreamReading] | None:
    """Return the stream of the deepest round if it began with success; the chat of that round may have failed."""
    deep = view.deep
    if deep is None or deep.stream is None or deep.stream.reading.stream is None:
        return None
    return deep.stream, deep.stream.reading.stream


def _fatal(view: View, reading: StreamReading) -> Breakage | None:
    """Return the first place at which the SDK fails that the app is built on."""
    return next((one for one in reading.breakages if decides(view.evidence.target.app, one)), None)


def _broken(view: View, *evidence: str | Seen) -> Claim:
    """Return a claim for a stream that no SDK can read. The fix is to turn off streaming if whole responses work."""
    half = (seen("works_unstreamed"),) if view.works else ()
    return Claim((*evidence, *half), settings={"stream": False} if view.works else None, verified=view.works)


def _ignored(view: View) -> Claim | None:
    streamed = _streamed(view)
    if streamed is None:
        return None
    evidence = (line_of(streamed[0]), seen("whole_json"))
    if streamed[1].read and streamed[1].kind == "json":
        return Claim(evidence, severity=Severity.WARNING)  # the official SDK reads it all the same
    if streamed[1].kind == "lines" and streamed[1].events == 1 and streamed[1].terminated and streamed[1].text:
        return Claim(evidence, severity=Severity.WARNING)  # it is also a valid stream of one line, and is read as such
    return _broken(view, *evidence) if streamed[1].kind == "json" else None


def _malformed(view: View) -> Claim | None:
    streamed = _streamed(view)
    if streamed is None:
        return None
    exchange, reading = streamed
    if exchange.failure is not None and exchange.failure.kind is Kind.ENCODING:
        return _broken(view, line_of(exchange), seen("encoding"))
    protocol = view.evidence.target.protocol
    if reading.read:
        return None
    if reading.kind in ("text", "html", "empty", "ndjson", "json_array", "unended", "other_protocol"):
        if exchange.failure is not None and exchange.failure.kind is not Kind.TOO_LONG:
            return None
        if (packed := packing(exchange)) is not None:
            return Claim((line_of(exchange), packed), case="packed")
        kind = seen("body", kind=reading.kind.replace("_", " "))
        return _broken(view, line_of(exchange), kind, exchange.response.text[:160])
    if reading.flows and reading.problem and reading.error is None:
        fatal = _fatal(view, reading)
        if fatal is not None and fatal.what in ("torn", "error_event"):
            return None  # stream.cut and stream.error_inside say it better
        found = ordered(view.evidence.target.app, reading.breakages)
        if fatal is None:
            detail = seen("problem", detail=reading.problem.replace("_", " "))
            return _broken(view, line_of(exchange), detail, exchange.response.text[:160])
        wordless = fatal.what == "no_text" and reading.problem == "no_text"
        claim = _broken(view, line_of(exchange), *lines(protocol, found), *quotes(found))
        return replace(claim, case="wordless") if wordless else claim
    whole = reading.finish or reading.terminated
    if reading.flows and reading.breakages and reading.error is None and whole:
        return _breaks_others(protocol, reading.breakages)
    if reading.kind == "sse" and exchange.response.content_type in _ODD_TYPES:
        return Claim((seen("content_type", kind=exchange.response.content_type),), severity=Severity.WARNING)
    if reading.lacks and view.works:
        return Claim((seen("lacks", detail=reading.lacks),), severity=Severity.WARNING)
    return None


def _breaks_others(protocol: str, breakages: tuple[Breakage, ...]) -> Claim:
    """Warn of a stream that the app's SDK reads, but other official SDKs or stream helpers do not."""
    names = clients(protocol, *breakages)
    return Claim(
        (*lines(protocol, breakages), *quotes(breakages)),
        severity=Severity.WARNING,
        case="others" if names else "helpers",
        values={"clients": names or clients(protocol, *breakages, helpers=True)},
    )


def _error_inside(view: View) -> Claim | None:
    streamed = _streamed(view)
    if streamed is None:
        return None
    exchange, reading = streamed
    fatal = _fatal(view, reading)
    protocol = view.evidence.target.protocol
    if reading.error is not None:
        return Claim((line_of(exchange), reading.error.message[:240]))
    if fatal is not None and fatal.what == "error_event" and reading.flows:
        return Claim((line_of(exchange), *lines(protocol, (fatal,)), *quotes((fatal,))))
    if reading.ignored is not None:
        words = (line_of(exchange), reading.ignored.message[:240], seen("passed_over"))
        return Claim(words, severity=Severity.WARNING, case="ignored")
    return None


def _cut(view: View) -> Claim | None:
    streamed = _streamed(view)
    if streamed is None or streamed[1].error is not None:
        return None
    exchange, reading = streamed
    fatal = _fatal(view, reading)
    if fatal is not None and fatal.what == "torn" and reading.terminated:
        return Claim((line_of(exchange), *lines(view.evidence.target.protocol, (fatal,))), case="behind")
    torn = exchange.failure is not None and exchange.failure.kind in (Kind.CUT, Kind.CLOSED, Kind.RESET)
    ended = reading.finish or reading.terminated or reading.stopped or reading.problem
    unfinished = exchange.failure is None and not ended
    if not torn and not (unfinished and reading.flows):
        return None
    if torn and reading.terminated:
        return None
    how = "torn" if torn else "unfinished"
    quick = "" if exchange.timing.seconds >= 0.05 else "_soon"
    line = seen(f"{how}{quick}", count=reading.events, seconds=f"{exchange.timing.seconds:.1f}")
    silent = exchange.timing.seconds - (reading.last_at if reading.events else exchange.timing.first_byte)
    limit = idle(silent)
    values = {"seconds": str(limit[0].values["limit"])} if limit else {}
    return Claim((line, *limit, *passed_on(exchange)), values=values, case="idle" if limit else "")


def _stalled(view: View) -> Claim | None:
    streamed = _streamed(view)
    if streamed is None:
        return None
    exchange, reading = streamed
    if exchange.failure is None or exchange.failure.kind is not Kind.TIMEOUT or reading.error is not None:
        return None
    silent = exchange.timing.seconds - (reading.last_at if reading.events else exchange.timing.first_byte)
    if reading.finish or silent < exchange.timing.seconds / 3:
        return None  # it was finished but not closed, or text still arrived: not stalled
    line = seen("silent", count=reading.events, seconds=f"{silent:.1f}")
    return Claim((line, *passed_on(exchange)), values={"seconds": f"{silent:.0f}"})


def _buffered(view: View) -> Claim | None:
    streamed = _streamed(view)
    if streamed is None or not streamed[1].flows or streamed[1].problem or streamed[1].error is not None:
        return None
    exchange, reading = streamed
    if exchange.failure is not None or reading.pieces < PIECES or reading.first_at < SLOW:
        return None
    if reading.last_at - reading.first_at > AT_ONCE or reading.reads * PACKED > reading.pieces:
        return None
    case, product = _holder(view, exchange)
    line = seen("at_once", count=reading.pieces, seconds=f"{reading.first_at:.1f}", span=f"{AT_ONCE * 1000:.0f}")
    return Claim((line, *passed_on(exchange)), values={"product": product}, case=case)


def _holder(view: View, exchange: Exchange) -> tuple[str, str]:
    """Return the case of ``stream.buffered`` and the name of what likely buffers the stream; empty if unknown."""
    opener = inspector(view.certificate.issuer) if view.certificate is not None else None
    if opener is not None:
        return "inspected", opener.name
    if exchange.request.via_proxy and exchange.request.url.startswith("http:"):
        return "inspected", view.proxy.url or "" if view.proxy is not None else ""
    trace = between(exchange)
    if trace is not None and trace.product.holds:
        return trace.product.holds, trace.product.name
    packed = exchange.header("content-encoding").lower() not in ("", "identity")
    return ("gzip", "") if packed else ("", "")


def _no_terminator(view: View) -> Claim | None:
    streamed = _streamed(view)
    if (
        streamed is None
        or not streamed[1].flows
        or streamed[1].terminated
        or not streamed[1].finish
        or streamed[1].problem
    ):
        return None
    return Claim((seen("finish", detail=streamed[1].finish),)) if streamed[1].error is None else None


RULES = (
    Rule("stream.ignored", Severity.ERROR, "stream", _ignored, "relay"),
    Rule("stream.malformed", Severity.ERROR, "stream", _malformed, "relay"),
    Rule("stream.error_inside", Severity.ERROR, "stream", _error_inside, "relay", retryable=True),
    Rule("stream.cut", Severity.ERROR, "stream", _cut, "network", retryable=True),
    Rule("stream.stalled", Severity.ERROR, "stream", _stalled, "relay", retryable=True),
    Rule("stream.buffered", Severity.WARNING, "stream", _buffered, "relay"),
    Rule("stream.no_terminator", Severity.WARNING, "stream", _no_terminator, "relay"),
)
