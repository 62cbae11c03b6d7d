"""Read a response as an SDK of its protocol would: error, answer, stream or model list. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from probes.api import redirects
from probes.api.response_checks import tells_fault
from probes.model.exchange import (
    Answer,
    ApiError,
    Body,
    Breakage,
    Exchange,
    Purpose,
    Response,
    ResponseReading,
    StreamReading,
)
from probes.model.failure import Failure, Kind
from probes.model.record import replace
from probes.model.scrubber import Scrubber
from probes.protocols.envelopes import refusal_in_text
from probes.protocols.errors import error_in_success, kind_of, parse_json, title_of
from probes.protocols.protocol import Wire, spoken_in, wire
from probes.protocols.strictness.clients import PYTHON
from probes.protocols.strictness.sdk_readings import broken_by
from probes.protocols.strictness.whole_answers import of_head

if TYPE_CHECKING:
    from probes.network.http1 import RawAnswer

QUOTED = 4096  # characters of a body that are kept


def read_response(
    record: Exchange, raw: RawAnswer, data: bytes, scrub: Scrubber, readers: frozenset[str] = PYTHON
) -> Exchange:
    """Return ``record`` with the response ``raw``, whose body is ``data``, and with what an SDK reads from it.

    ``readers`` are the clients that the app is built on: what breaks them is a problem of the answer.
    Every text is scrubbed. A stream is read by :func:`read_stream`.
    """
    as_sent, data = data, _as_utf8(data)
    text = data[: QUOTED * 4].decode("utf-8", "replace")
    kind = kind_of(data, raw.header("content-type"))
    known, value = (False, None)
    if kind is Body.JSON or (kind is Body.TEXT and data[:1] in b"-0123456789"):
        known, value = parse_json(data.decode("utf-8", "replace"))
    response = Response(
        status=raw.status,
        reason=scrub(raw.reason),
        headers=tuple((name, scrub(content[:1000])) for name, content in raw.headers[:60]),
        body=kind,
        content_type=raw.header("content-type").partition(";")[0].strip().lower()[:100],
        text=scrub(text)[:QUOTED],
        size=len(data),
        title=scrub(title_of(text)) if kind is Body.HTML else "",
    )
    found = replace(
        record,
        response=response,
        timing=replace(record.timing, first_byte=raw.first_byte, seconds=raw.seconds),
        failure=Failure(raw.failure, scrub(raw.detail)) if raw.failure else None,
    )
    leads = record.redirection
    if location := scrub(raw.header("location")[:1000]):
        leads = replace(leads, location=location)
    if (target := redirects.read(found, location)) is not None:
        leads = replace(leads, target=target)
    reading = _reading(found, known, value, scrub)
    if reading.answer is not None and found.purpose is Purpose.CHAT:
        reading = replace(reading, answer=_strictly(found, reading.answer, raw, as_sent, scrub, readers))
    return replace(found, redirection=leads, reading=reading)


def _as_utf8(data: bytes) -> bytes:
    """Return JSON in UTF-16 or UTF-32 as UTF-8, as Python's clients read it; any other body unchanged."""
    code = json.detect_encoding(data[:4])
    try:
        return data if code.startswith("utf-8") else data.decode(code).encode()
    except UnicodeDecodeError:
        return data


def _reading(found: Exchange, known: bool, value: object, scrub: Scrubber) -> ResponseReading:
    """Read the body with the protocol. If ``known``, the body is JSON with the value ``value``."""
    protocol, purpose = wire(found.attempt.protocol), found.purpose.endpoint
    error = protocol.read_error(value) if known else None
    if found.ok:
        error = error_in_success(value, error) if known else _refusal(found)
    error = _scrubbed_error(error, scrub)
    if not found.ok:
        return ResponseReading(error)
    if purpose is Purpose.MODELS or (purpose is Purpose.PATH and found.request.method == "GET"):
        ids = protocol.read_models(value) if known else None
        return ResponseReading(error, models=tuple(scrub(name) for name in ids[:5000]) if ids is not None else None)
    if purpose not in (Purpose.CHAT, Purpose.PATH) or not (known or error):
        return ResponseReading(error)
    answer = protocol.read_answer(value)
    refused = error is not None and answer.problem == "not_object"
    problem = "error" if refused or tells_fault(answer) else answer.problem
    answer = replace(answer, problem=problem, text=scrub(answer.text[:500]), model=scrub(answer.model[:200]))
    return ResponseReading(error, answer)


def _refusal(found: Exchange) -> ApiError | None:
    """Return the error that the plain text of a successful response is, or None."""
    return refusal_in_text(found.response.text) if found.response.body is Body.TEXT else None


def _strictly(
    found: Exchange, answer: Answer, raw: RawAnswer, data: bytes, scrub: Scrubber, readers: frozenset[str]
) -> Answer:
    """Return the answer with the places at which official SDKs fail."""
    if answer.problem:
        return answer
    protocol = wire(found.attempt.protocol)
    broken = broken_by(protocol, data, raw.header("content-type"), answer)
    broken += of_head(protocol.name, raw.status, raw.header("content-encoding"), "plain")
    broken = scrubbed_breakages(broken, scrub)
    fatal = next((one for one in broken if readers & set(one.readers)), None)
    return replace(answer, breakages=broken, problem=fatal.what if fatal is not None else "")


def scrubbed_breakages(broken: tuple[Breakage, ...], scrub: Scrubber) -> tuple[Breakage, ...]:
    """Return the breakages with every text of the server's scrubbed and shortened."""
    return tuple(replace(one, where=scrub(one.where[:120]), quote=scrub(one.quote)) for one in broken)


def _scrubbed_error(error: ApiError | None, scrub: Scrubber) -> ApiError | None:
    """Return the error with every text shortened and scrubbed."""
    if error is None:
        return None
    return replace(
        error,
        type=scrub(error.type[:200]),
        code=scrub(error.code[:200]),
        message=scrub(error.message[:2000]),
        param=scrub(error.param[:200]),
    )


def read_stream(reading: StreamReading, data: bytes, protocol: Wire, scrub: Scrubber) -> StreamReading:
    """Return ``reading`` scrubbed. If no event came, ``kind`` names what the body ``data`` contains instead."""
    error = reading.error
    if error is not None:
        error = replace(error, message=scrub(error.message[:2000]), type=scrub(error.type), code=scrub(error.code))
    ignored = _scrubbed_error(reading.ignored, scrub)
    reading = replace(
        reading,
        text=scrub(reading.text[:500]),
        model=scrub(reading.model[:200]),
        error=error,
        ignored=ignored,
        breakages=scrubbed_breakages(reading.breakages, scrub),
    )
    if reading.events:
        return reading
    kind = kind_of(data)
    known, value = parse_json(data.decode("utf-8", "replace")) if kind is Body.JSON else (False, None)
    if known:
        answer = protocol.read_answer(value)
        if not answer.problem:
            return replace(
                reading,
                kind="json",
                text=scrub(answer.text[:500]),
                model=scrub(answer.model[:200]),
                prompt_tokens=answer.prompt_tokens,
                completion_tokens=answer.completion_tokens,
            )
        carried = error_in_success(value, protocol.read_error(value))
        if carried is not None:
            carried = replace(carried, message=scrub(carried.message[:2000]))
            return replace(reading, kind="error_json", error=carried, error_first=True)
        if isinstance(value, list) and value and spoken_in(value[0]) == protocol.name:
            return replace(reading, kind="json_array")  # Gemini streams an array if the request does not ask for events
        return replace(reading, kind="other_protocol" if answer.problem == "other_protocol" else "text")
    if kind is Body.JSON and b"\n{" in data.replace(b"\r", b""):
        return replace(reading, kind="ndjson")
    names = {Body.EMPTY: "empty", Body.HTML: "html", Body.SSE: "unended"}
    return replace(reading, kind=names.get(kind, "text"))


def without_our_limit(found: Exchange) -> Exchange:
    """Return the exchange without the failure of a stream that was still sending when our own limit ended it."""
    stream, failure, seconds = found.reading.stream, found.failure, found.timing.seconds
    if stream is None or failure is None or failure.kind not in (Kind.TIMEOUT, Kind.TOO_LONG):
        return found
    if not (stream.text or stream.reasoning) or stream.problem or stream.error is not None:
        return found
    silent = seconds - stream.last_at
    if failure.kind is Kind.TIMEOUT and silent > max(seconds / 3, 2 * stream.last_at / max(1, stream.events)):
        return found
    return replace(found, failure=None, reading=replace(found.reading, stream=replace(stream, stopped=True)))
