"""The wire protocols: which of them a host is seen to speak, and their streams however the bytes arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as cases
from hypothesis import strategies as st

from diagnose.judge import judge
from diagnose.model import Report
from probes.engine import run
from probes.model import Settings, Sourced, StreamReading
from probes.practice import behaviours as b
from probes.practice.server import Drip, Handler, PracticeDoor, Reply, Request
from probes.protocols import NAMES, wire
from probes.secret import Secret

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
SOUND = 4  # requests at most, where nothing is wrong
FURTHER = 12


def speaking(*protocols: str) -> Handler:
    """One host with all of these, taking the same key, each refusing it in its own words."""
    makers: dict[str, Callable[[], Handler]] = {
        "openai": lambda: b.openai(KEY, elsewhere="go-404"),
        "responses": lambda: b.responses(KEY, models=b.MODELS, elsewhere="go-404"),
        "anthropic": lambda: b.anthropic(KEY, elsewhere="go-404"),
        "gemini": lambda: b.gemini(KEY, elsewhere="go-404"),
        "azure": lambda: b.azure(KEY, newer=False, elsewhere="go-404", listing="go-404"),
        "ollama": lambda: b.ollama(compatible=False),
    }
    worlds = [makers[name]() for name in protocols]

    def handler(request: Request) -> Any:
        answers = (world(request) for world in worlds)
        return next((one for one in answers if not isinstance(one, Reply) or one.status != 404), Reply(404))

    return handler


def check(world: Handler, path: str, protocol: Sourced[str], model: str | None) -> tuple[Report, int]:
    with PracticeDoor(world) as door:
        given_settings = Settings(
            base_url=Sourced(f"{door.url}{path}", "test"),
            key=Sourced(Secret(KEY), "test"),
            model=Sourced(model, "test") if model else None,
            protocol=protocol,
        )
        report = judge(asyncio.run(run(given_settings)))
        return report, len([one for one in door.requests if one.method != "HEAD"])


def spoken(report: Report) -> list[str]:
    return next(list(probe.observed["protocols"]) for probe in report.probes if probe.name == "http")  # type: ignore[call-overload]


AUTO = Sourced("auto", "--protocol")
UNASKED = Sourced("auto", "default")


@pytest.mark.parametrize(
    "protocols",
    [
        NAMES,
        ("openai", "responses", "anthropic", "gemini"),
        ("openai", "anthropic"),
        ("openai", "gemini"),
        ("openai", "responses"),
        ("openai", "ollama"),
        ("openai", "azure"),
        ("openai",),
    ],
    ids="-".join,
)
def test_auto_finds_all_that_a_host_serves(protocols: tuple[str, ...]) -> None:
    report, requests = check(speaking(*protocols), "/v1", AUTO, b.MODELS[0])
    assert report.verdict == "healthy"
    assert spoken(report) == list(protocols)
    assert requests <= SOUND + FURTHER
    assert report.cost["billed_requests"] == 2
    http = next(probe.summary for probe in report.probes if probe.name == "http")
    assert all(name in http for name in protocols) or len(protocols) == 1


def test_sound_settings_are_asked_nothing_further() -> None:
    report, requests = check(speaking(*NAMES), "/v1", UNASKED, b.MODELS[0])
    assert report.verdict == "healthy"
    assert spoken(report) == ["openai"]
    assert requests <= SOUND


@pytest.mark.parametrize(
    "protocols",
    [
        ("openai", "responses", "anthropic", "gemini", "ollama"),
        ("anthropic", "gemini"),
        ("responses", "gemini"),
        ("ollama", "gemini"),
    ],
    ids="-".join,
)
def test_what_else_is_served_is_told_to_who_must_choose_anew(protocols: tuple[str, ...]) -> None:
    report, requests = check(speaking(*protocols), "", UNASKED, None)
    assert report.verdict == "broken"
    assert report.settings is not None
    assert report.settings["protocol"] == protocols[0]
    assert set(spoken(report)) == set(protocols)
    assert requests <= SOUND + FURTHER


@pytest.mark.parametrize("name", NAMES)
def test_one_protocol_asked_is_no_other(name: str) -> None:
    """Without `auto` nobody looks for others, and what was not asked is not said to be served."""
    report, requests = check(
        speaking(*NAMES),
        "/v1" if wire(name).version_segment else "",
        Sourced(name, "--protocol"),
        {"anthropic": b.CLAUDES[0], "gemini": b.GEMINIS[0], "ollama": b.LLAMAS[0]}.get(name, "gpt-4o-mini"),
    )
    assert report.verdict != "broken"
    assert spoken(report) == [name]
    assert requests <= SOUND


def test_a_door_that_refuses_whatever_it_is_asked_serves_nothing() -> None:
    """A 401 at every path is no route."""
    report, _ = check(b.always("oneapi-401"), "/v1", AUTO, b.MODELS[0])
    assert report.root_cause == "auth.rejected"
    assert spoken(report) == []


# -- streams, however they arrive --------------------------------------------------------------------------------------


def bytes_of(answer: object) -> bytes:
    """The body of a practice stream whose steps are bytes alone."""
    body = answer.body if isinstance(answer, Reply) else answer
    assert isinstance(body, bytes | Sequence)
    steps = [body] if isinstance(body, bytes) else [step.data if isinstance(step, Drip) else step for step in body]
    return b"".join(step for step in steps if isinstance(step, bytes))


STREAMS: list[tuple[str, str, bytes]] = [
    (protocol, name, bytes_of(answer))
    for protocol, table in {
        "openai": b.STREAMS,
        "anthropic": b.ANTHROPIC_STREAMS,
        "responses": b.RESPONSES_STREAMS,
        "gemini": b.GEMINI_STREAMS,
        "ollama": b.OLLAMA_STREAMS,
    }.items()
    for name, answer in table.items()
    if not name.startswith(("s_gzip", "s_deflate", "s_cut_", "s_stalled"))
]


def read(protocol: str, pieces: Sequence[bytes], at: Callable[[int], float] = lambda number: 0.0) -> StreamReading:
    """What the protocol's reader makes of these pieces, as :mod:`probes.asking` feeds them."""
    splitter, reader = wire(protocol).splitter(), wire(protocol).stream_reader()
    for number, piece in enumerate(pieces):
        for event in splitter.feed(piece):
            reader.feed(event, at(number))
        if reader.done:
            break
    for event in splitter.close():
        reader.feed(event, 0.0)
    if splitter.unended is not None:
        reader.end(splitter.unended)
    return reader.reading()


def cut(body: bytes, at: Sequence[int]) -> list[bytes]:
    marks = [0, *sorted(mark % (len(body) + 1) for mark in at), len(body)]
    return [body[begin:end] for begin, end in pairwise(marks)]


@pytest.mark.parametrize(("protocol", "name", "body"), STREAMS, ids=[f"{one[0]}-{one[1]}" for one in STREAMS])
def test_a_stream_is_the_same_byte_by_byte(protocol: str, name: str, body: bytes) -> None:
    whole = read(protocol, [body])
    assert read(protocol, [body[at : at + 1] for at in range(len(body))]) == whole
    assert read(protocol, [piece for half in cut(body, [len(body) // 2]) for piece in (half, b"")]) == whole


@cases(max_examples=300, deadline=None)
@given(st.sampled_from(STREAMS), st.lists(st.integers(0, 5000), max_size=12))
def test_a_stream_is_the_same_in_any_pieces(stream: tuple[str, str, bytes], at: list[int]) -> None:
    protocol, _, body = stream
    assert read(protocol, cut(body, at)) == read(protocol, [body])


LINES = st.lists(
    st.sampled_from(
        [
            *(
                b"data: ",
                b"data:",
                b"event: error",
                b": ping",
                b"{",
                b"}",
                b'{"a": "',
                b'"}',
                b"\\",
                b'"',
                b"[",
                b",",
                b"]",
            ),
            *(b"\r", b"\n", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"\xe4\xbd\xa0", b"\xe4", b"\xff", b"[DONE]", b"null"),
            *(b'{"error": "boom"}', b'{"type": "response.completed"}', b'{"message": {"content": "x"}, "done": true}'),
            b'{"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}]}',
        ]
    ),
    max_size=30,
).map(b"".join)


@cases(max_examples=400, deadline=None)
@given(st.sampled_from(NAMES), LINES, st.lists(st.integers(0, 400), max_size=8))
@example("gemini", b'data: {"a": "\r', [13])
@example("ollama", b'{"message": {"content": "x"}}\r\n{"done', [30])
def test_any_text_is_read_the_same_in_any_pieces(protocol: str, body: bytes, at: list[int]) -> None:
    assert read(protocol, cut(body, at)) == read(protocol, [body])


@pytest.mark.parametrize(("protocol", "body"), [(one[0], one[2]) for one in STREAMS if one[1] == "s_done"])
def test_a_stream_that_was_torn_is_never_whole(protocol: str, body: bytes) -> None:
    """Wherever it is cut before its last event: no end is claimed, and no fault of its form."""
    finished = {"openai": b'"stop"', "anthropic": b'"end_turn"', "responses": b'"response.completed"'}
    last = body.rindex(finished.get(protocol, b"finishReason" if protocol == "gemini" else b'"done": true'))
    for at in range(1, last):
        reading = read(protocol, [body[:at]])
        assert not reading.terminated, at
        assert not reading.finish, at
        assert reading.problem in ("", "no_choices", "no_event_lines"), at
