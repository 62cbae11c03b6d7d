"""stream.*: a streamed answer that an SDK cannot read to its end, or reads as empty without a word."""

from __future__ import annotations

from diagnose.answers.products import between, inspector
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.intermediaries import idle, packing, passed_on
from diagnose.report import Seen, Severity, seen
from probes.model.exchange import Exchange, StreamReading
from probes.model.failure import Kind

# Server-sent events under these types are read by every SDK that was measured; some clients look at the type first.
_ODD_TYPES = ("application/json", "text/html", "application/octet-stream")
SLOW = 1.0  # seconds: an answer that took less may come in one piece for lack of time
AT_ONCE = 0.03  # seconds within which a buffer's whole content arrives
PIECES = 6  # of text: fewer may fit into one write of an honest server
# Pieces that came with one read of the connection, on the average: a fast model writes each by itself, however fast.
PACKED = 3


def _streamed(view: View) -> tuple[Exchange, StreamReading] | None:
    """The stream of the deepest wave, where it began with success; its chat may have failed in its own right."""
    deep = view.deep
    if deep is None or deep.stream is None or deep.stream.reading.stream is None:
        return None
    return deep.stream, deep.stream.reading.stream


def _broken(view: View, *evidence: str | Seen) -> Claim:
    """A claim of a stream that no SDK reads. Without streaming it works where an answer was seen to come."""
    return Claim(evidence, settings={"stream": False} if view.works else None, verified=view.works)


def _ignored(view: View) -> Claim | None:
    found = _streamed(view)
    if found is None:
        return None
    line = (line_of(found[0]), seen("whole_json"))
    if found[1].kind == "lines" and found[1].events == 1 and found[1].terminated and found[1].text:
        return Claim(line, severity=Severity.WARNING)  # it is a line as well, and read as a stream of one
    return _broken(view, *line) if found[1].kind == "json" else None


def _malformed(view: View) -> Claim | None:
    found = _streamed(view)
    if found is None:
        return None
    exchange, reading = found
    if exchange.failure is not None and exchange.failure.kind is Kind.ENCODING:
        return _broken(view, line_of(exchange), seen("encoding"))
    if reading.kind in ("text", "html", "empty", "ndjson", "json_array", "unended", "other_protocol"):
        if exchange.failure is not None and exchange.failure.kind is not Kind.TOO_LONG:
            return None
        if (packed := packing(exchange)) is not None:
            return Claim((line_of(exchange), packed), case="packed")
        kind = seen("body", kind=reading.kind.replace("_", " "))
        return _broken(view, line_of(exchange), kind, exchange.response.text[:160])
    if reading.flows and reading.problem and reading.error is None:
        problem = seen("problem", detail=reading.problem.replace("_", " "))
        return _broken(view, line_of(exchange), problem, exchange.response.text[:160])
    if reading.kind == "sse" and exchange.response.content_type in _ODD_TYPES:
        return Claim((seen("content_type", kind=exchange.response.content_type),), severity=Severity.WARNING)
    if reading.lacks and view.works:
        return Claim((seen("lacks", detail=reading.lacks),), severity=Severity.WARNING)
    return None


def _error_inside(view: View) -> Claim | None:
    found = _streamed(view)
    if found is None or found[1].error is None:
        return None
    return Claim((line_of(found[0]), found[1].error.message[:240]))


def _cut(view: View) -> Claim | None:
    found = _streamed(view)
    if found is None or found[1].error is not None:
        return None
    exchange, reading = found
    torn = exchange.failure is not None and exchange.failure.kind in (Kind.CUT, Kind.CLOSED, Kind.RESET)
    ended = reading.finish or reading.terminated or reading.stopped or reading.problem
    unfinished = exchange.failure is None and not ended
    if not torn and not (unfinished and reading.flows):
        return None
    if torn and reading.terminated:
        return None
    how = "torn" if torn else "unfinished"
    line = seen(how, count=reading.events, seconds=f"{exchange.timing.seconds:.1f}")
    silent = exchange.timing.seconds - (reading.last_at if reading.events else exchange.timing.first_byte)
    limit = idle(silent)
    values = {"seconds": str(limit[0].values["limit"])} if limit else {}
    return Claim((line, *limit, *passed_on(exchange)), values=values, case="idle" if limit else "")


def _stalled(view: View) -> Claim | None:
    found = _streamed(view)
    if found is None:
        return None
    exchange, reading = found
    if exchange.failure is None or exchange.failure.kind is not Kind.TIMEOUT or reading.error is not None:
        return None
    silent = exchange.timing.seconds - (reading.last_at if reading.events else exchange.timing.first_byte)
    if reading.finish or silent < exchange.timing.seconds / 3:
        return None  # finished but not closed, or still talking: alive
    line = seen("silent", count=reading.events, seconds=f"{silent:.1f}")
    return Claim((line, *passed_on(exchange)), values={"seconds": f"{silent:.0f}"})


def _buffered(view: View) -> Claim | None:
    found = _streamed(view)
    if found is None or not found[1].flows or found[1].problem or found[1].error is not None:
        return None
    exchange, reading = found
    if exchange.failure is not None or reading.pieces < PIECES or reading.first_at < SLOW:
        return None
    if reading.last_at - reading.first_at > AT_ONCE or reading.reads * PACKED > reading.pieces:
        return None
    case, product = _holder(view, exchange)
    line = seen("at_once", count=reading.pieces, seconds=f"{reading.first_at:.1f}", span=f"{AT_ONCE * 1000:.0f}")
    return Claim((line, *passed_on(exchange)), values={"product": product}, case=case)


def _holder(view: View, exchange: Exchange) -> tuple[str, str]:
    """Who likely holds the stream back: the case of ``stream.buffered`` and a name; empty where nothing tells."""
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
    found = _streamed(view)
    if found is None or not found[1].flows or found[1].terminated or not found[1].finish or found[1].problem:
        return None
    return Claim((seen("finish", detail=found[1].finish),)) if found[1].error is None else None


RULES = (
    Rule("stream.ignored", Severity.ERROR, "stream", _ignored, "relay"),
    Rule("stream.malformed", Severity.ERROR, "stream", _malformed, "relay"),
    Rule("stream.error_inside", Severity.ERROR, "stream", _error_inside, "relay", retryable=True),
    Rule("stream.cut", Severity.ERROR, "stream", _cut, "network", retryable=True),
    Rule("stream.stalled", Severity.ERROR, "stream", _stalled, "relay", retryable=True),
    Rule("stream.buffered", Severity.WARNING, "stream", _buffered, "relay"),
    Rule("stream.no_terminator", Severity.WARNING, "stream", _no_terminator, "relay"),
)
