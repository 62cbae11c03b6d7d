"""What is read from a response, independent of how its request was sent."""

from __future__ import annotations

import json

import pytest

from probes.api.response_reader import QUOTED, read_response, read_stream, without_our_limit
from probes.model.exchange import Body, Exchange, Purpose, StreamReading
from probes.model.failure import Failure, Kind
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.network.http1 import RawAnswer
from probes.protocols.protocol import wire
from worlds.made_exchanges import ANSWERED, altered

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"


@pytest.fixture
def scrub() -> Scrubber:
    scrubber = Scrubber()
    scrubber.add(Secret(KEY))
    return scrubber


def read(status: int, body: object, scrub: Scrubber, purpose: Purpose = Purpose.CHAT, **headers: str) -> Exchange:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    raw = RawAnswer(status, "Some Reason", named, first_byte=0.1, seconds=0.2)
    return read_response(altered(ANSWERED, purpose=purpose), raw, data, scrub)


def test_an_error_is_read_and_scrubbed(scrub: Scrubber) -> None:
    found = read(401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}, scrub)
    assert found.reading.error is not None and found.reading.error.code == "invalid_api_key"
    assert found.reading.answer is None and not found.ok
    assert KEY not in repr(found)
    assert (found.status, found.response.body, found.timing.seconds) == (401, Body.JSON, 0.2)


def test_the_purpose_decides_what_is_looked_for(scrub: Scrubber) -> None:
    listed = {"object": "list", "data": [{"id": "small"}, {"id": "large"}]}
    for purpose in (Purpose.MODELS, Purpose.OTHER_HEADER_LIST, Purpose.KEYLESS_LIST):
        assert read(200, listed, scrub, purpose).reading.models == ("small", "large")
    chat = read(200, listed, scrub)
    assert chat.reading.models is None and chat.reading.answer is not None and chat.reading.answer.problem
    assert read(200, listed, scrub, Purpose.PREFLIGHT).reading == type(chat.reading)()


def test_a_redirect_is_read_from_its_header(scrub: Scrubber) -> None:
    found = read(308, b"", scrub, location="/v1/chat/completions/")
    assert found.redirection.location == "/v1/chat/completions/"
    assert found.redirection.target is not None and found.redirection.target.origin == "same"
    assert read(200, {}, scrub).redirection.target is None


def test_a_page_is_quoted_up_to_the_limit(scrub: Scrubber) -> None:
    page = b"<!doctype html><title>Sign in</title>" + b"x" * 10_000
    found = read(200, page, scrub, content_type="text/html; charset=utf-8")
    assert (found.response.body, found.response.title, found.response.content_type) == (
        Body.HTML,
        "Sign in",
        "text/html",
    )
    assert len(found.response.text) == QUOTED and found.response.size == len(page)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>x</title>", "html"),
        (b'{"error": {"message": "no"}}', "error_json"),
        (b'{"choices": [{"message": {"content": "OK"}, "finish_reason": "stop"}]}', "json"),
        (b'{"a": 1}\n{"b": 2}\n', "ndjson"),
        (b"hm", "text"),
    ],
)
def test_what_came_in_place_of_events(data: bytes, kind: str, scrub: Scrubber) -> None:
    assert read_stream(StreamReading("sse"), data, wire("openai"), scrub).kind == kind


TALKING = StreamReading("sse", events=20, pieces=19, text="1 2 3", first_at=0.2, last_at=1.9)
HELD = StreamReading("sse", events=2, pieces=1, text="1", first_at=0.2, last_at=0.3)


@pytest.mark.parametrize(
    ("stream", "failure", "stopped"),
    [
        (TALKING, Failure(Kind.TIMEOUT), True),
        (TALKING, Failure(Kind.TOO_LONG), True),
        (TALKING, Failure(Kind.CUT), False),
        (HELD, Failure(Kind.TIMEOUT), False),
    ],
)
def test_a_stream_that_our_limit_ended_has_not_failed(stream: StreamReading, failure: Failure, stopped: bool) -> None:
    found = without_our_limit(altered(ANSWERED, stream=stream, failure=failure, seconds=2.0))
    assert found.reading.stream is not None
    assert found.reading.stream.stopped is stopped
    assert (found.failure is None) is stopped
