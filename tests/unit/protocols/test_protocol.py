"""The protocols: which of them a host is found to speak, and their streams, in whatever pieces the bytes arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import settings as cases
from hypothesis import strategies as st

from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from diagnose.report import Report
from diagnose.words import LANGS
from probes.api import candidates
from probes.catalog.door import sdk_base
from probes.demo_server import handlers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.answers import (
    CLAUDES,
    GEMINIS,
    LLAMAS,
    MODELS,
    TEXT,
    as_events,
    as_html,
    as_json,
    completion,
    data,
    generated,
    message,
    response,
    spoken,
)
from probes.demo_server.server import Drip, Handler, PracticeDoor, Reply, Request
from probes.model import archive
from probes.model.attempt import KeyForm
from probes.model.exchange import StreamReading
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import DEFAULT, option
from probes.protocols.protocol import NAMES, wire
from probes.run.engine import run
from probes.urls.url import parse_url
from worlds.one_in import one_in

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
SOUND = 4  # the most requests that correct settings need
FURTHER = 12


# The protocols that the hosts and answers of these tests speak; a new protocol is tested with a practice door of its own.
TABLED = ("openai", "responses", "anthropic", "gemini", "azure", "ollama")


def speaking(*protocols: str) -> Handler:
    """Return one host that speaks all of these and accepts the same key; each protocol refuses it in its own words."""
    makers: dict[str, Callable[[], Handler]] = {
        "openai": lambda: b.openai(KEY, elsewhere="go-404"),
        "responses": lambda: b.responses(KEY, models=MODELS, elsewhere="go-404"),
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
            base_url=Sourced(f"{door.url}{path}", option("test")),
            key=Sourced(Secret(KEY), option("test")),
            model=Sourced(model, option("test")) if model else None,
            protocol=protocol,
        )
        report = judge(asyncio.run(run(given_settings)))
        return report, len([one for one in door.requests if one.method != "HEAD"])


def protocols_spoken(report: Report) -> list[str]:
    return next(list(probe.observed["protocols"]) for probe in report.probes if probe.name == "http")  # type: ignore[call-overload]


AUTO = Sourced("auto", option("--protocol"))
UNASKED = Sourced("auto", DEFAULT)


@pytest.mark.parametrize(
    "protocols",
    [
        TABLED,
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
    report, requests = check(speaking(*protocols), "/v1", AUTO, MODELS[0])
    assert report.verdict == "healthy"
    assert protocols_spoken(report) == list(protocols)
    assert requests <= SOUND + FURTHER
    assert report.cost["billed_requests"] == 2
    http = next(probe.summary for probe in report.probes if probe.name == "http")
    assert all(name in http for name in protocols) or len(protocols) == 1


def test_sound_settings_are_asked_nothing_further() -> None:
    report, requests = check(speaking(*TABLED), "/v1", UNASKED, MODELS[0])
    assert report.verdict == "healthy"
    assert protocols_spoken(report) == ["openai"]
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
def test_what_else_is_served_is_reported_if_the_user_must_choose_again(protocols: tuple[str, ...]) -> None:
    report, requests = check(speaking(*protocols), "", UNASKED, None)
    assert report.verdict == "broken"
    assert report.settings is not None
    assert report.settings["protocol"] == protocols[0]
    assert set(protocols_spoken(report)) == set(protocols)
    assert requests <= SOUND + FURTHER


@pytest.mark.parametrize("name", TABLED)
def test_one_protocol_asked_is_no_other(name: str) -> None:
    """Without `auto` the check looks for no other protocol, and does not claim that one it did not try is served."""
    report, requests = check(
        speaking(*TABLED),
        "/v1" if wire(name).version_segment else "",
        Sourced(name, option("--protocol")),
        {"anthropic": CLAUDES[0], "gemini": GEMINIS[0], "ollama": LLAMAS[0]}.get(name, "gpt-4o-mini"),
    )
    assert report.verdict != "broken"
    assert protocols_spoken(report) == [name]
    assert requests <= SOUND


def test_a_door_that_refuses_whatever_it_is_asked_serves_nothing() -> None:
    """A 401 at every path does not prove a route."""
    report, _ = check(handlers.always("oneapi-401"), "/v1", AUTO, MODELS[0])
    assert report.root_cause == "auth.rejected"
    assert protocols_spoken(report) == []


# -- a key in an address -----------------------------------------------------------------------------------------------

GOOGLES = "AIza" + "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo-_9"


def echoing(status: int, kind: str) -> Handler:
    """Return a door that repeats all that it received, in each place of a response where a key may appear: a page, an
    error, a header.
    """

    def handler(request: Request) -> Any:
        said = f"{request.target} {request.headers} {quote(request.target)} {request.body!r}"
        headers = (("X-Request", request.target), ("Location", f"https://elsewhere.example{request.target}"))
        if kind == "html":
            return as_html(f"<title>Cannot find {request.target}</title><pre>{said}</pre>", status, *headers)
        if kind == "stream" and "stream" in request.path:
            return as_events([data({"error": {"code": 500, "message": said, "status": "INTERNAL"}})])
        return as_json({"error": {"code": status, "message": said, "status": request.target}}, status, *headers)

    return handler


PATHS = ["", "/v1", "/v1beta/models/gemini-2.5-flash:generateContent?key={key}", "?api_key={key}&x=1"]
KINDS = [(200, "stream"), (301, "html"), (401, "json"), (403, "html"), (404, "html")]


@pytest.mark.parametrize(
    ("protocol", "path", "status", "kind"),
    one_in(
        6,
        ((protocol, path, *answer) for protocol in ["auto", *TABLED] for path in PATHS for answer in KINDS),
        lambda protocol, path, status, kind: f"{protocol}-{path or 'root'}-{status}-{kind}",
    ),
)
def test_a_key_is_in_nothing_that_is_said(
    protocol: str, path: str, status: int, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with PracticeDoor(echoing(status, kind)) as door:
        given_settings = Settings(
            base_url=Sourced(door.url + path.format(key=GOOGLES), option("test")),
            key=Sourced(Secret(GOOGLES), option("test")) if "?" not in path else None,
            model=Sourced("gemini-2.5-flash", option("test")),
            protocol=Sourced(protocol, option("test")),
        )
        evidence = asyncio.run(run(given_settings))
    said = [archive.dump(evidence), caplog.text, repr(evidence)]
    for lang in LANGS:
        report = judge(evidence, lang)
        said += [render(report, form, lang) for form in FORMATS]
    body = GOOGLES.removeprefix("AIza")
    windows = [body[at : at + WINDOW] for at in range(len(body) - WINDOW + 1)]
    assert not [text for text in said if any(window in text for window in windows)]


def test_a_key_is_sent_in_the_query_if_the_door_reads_it_only_there() -> None:
    world = b.gemini(GOOGLES, auth=("query",), no_key="newapi-no-key", rejected="newapi-no-key")
    with PracticeDoor(world) as door:
        given_settings = Settings(
            base_url=Sourced(door.url, option("test")),
            key=Sourced(Secret(GOOGLES), option("test")),
            model=Sourced(GEMINIS[0], option("test")),
            protocol=Sourced("gemini", option("test")),
        )
        evidence = asyncio.run(run(given_settings))
        sent = [request.target for request in door.requests if request.query("key") == GOOGLES]
    report = judge(evidence)
    assert report.root_cause == "auth.header_style"
    assert report.settings is not None
    assert report.settings["auth"] == "query"
    assert report.settings["base_url"] == door.url
    assert sent
    assert "key=" not in archive.dump(evidence)
    assert not any("key=" in line for finding in report.findings for line in finding.evidence)


# -- streams, however they arrive --------------------------------------------------------------------------------------


def bytes_of(answer: object) -> bytes:
    """Return the body of a practice stream that consists of bytes alone."""
    body = answer.body if isinstance(answer, Reply) else answer
    assert isinstance(body, bytes | Sequence)
    steps = [body] if isinstance(body, bytes) else [step.data if isinstance(step, Drip) else step for step in body]
    return b"".join(step for step in steps if isinstance(step, bytes))


STREAMS: list[tuple[str, str, bytes]] = [
    (protocol, name, bytes_of(answer))
    for protocol, table in {
        "openai": wrong_streams.STREAMS,
        "anthropic": wrong_streams.ANTHROPIC_STREAMS,
        "responses": wrong_streams.RESPONSES_STREAMS,
        "gemini": wrong_streams.GEMINI_STREAMS,
        "ollama": wrong_streams.OLLAMA_STREAMS,
    }.items()
    for name, answer in table.items()
    if not name.startswith(("s_gzip", "s_deflate", "s_cut_", "s_stalled"))
]


def read(protocol: str, pieces: Sequence[bytes], at: Callable[[int], float] = lambda number: 0.0) -> StreamReading:
    """Return the reading of these pieces by the protocol's reader, fed to it as :mod:`probes.api.client` does."""
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


@pytest.mark.parametrize(
    ("protocol", "name", "body"),
    [
        pytest.param(*one, id=f"{one[0]}-{one[1]}", marks=[pytest.mark.slow] if number % 4 else [])
        for number, one in enumerate(STREAMS)
    ],
)
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
@given(st.sampled_from(TABLED), LINES, st.lists(st.integers(0, 400), max_size=8))
@example("gemini", b'data: {"a": "\r', [13])
@example("ollama", b'{"message": {"content": "x"}}\r\n{"done', [30])
def test_any_text_is_read_the_same_in_any_pieces(protocol: str, body: bytes, at: list[int]) -> None:
    assert read(protocol, cut(body, at)) == read(protocol, [body])


@pytest.mark.parametrize(("protocol", "body"), [(one[0], one[2]) for one in STREAMS if one[1] == "s_done"])
def test_a_stream_that_was_torn_is_never_whole(protocol: str, body: bytes) -> None:
    """Wherever the stream is cut before its last event, the reader reports no end and no flaw."""
    finished = {"openai": b'"stop"', "anthropic": b'"end_turn"', "responses": b'"response.completed"'}
    last = body.rindex(finished.get(protocol, b"finishReason" if protocol == "gemini" else b'"done": true'))
    for at in range(1, last):
        reading = read(protocol, [body[:at]])
        assert not reading.terminated, at
        assert not reading.finish, at
        assert reading.problem in ("", "no_choices", "no_event_lines"), at


# -- other places to look ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("path", ["", "/v1", "/api", "/v1beta", "/a/b/v1"])
@pytest.mark.parametrize("name", TABLED)
def test_every_other_protocol_is_looked_for_before_any_twice(name: str, path: str, local: bool) -> None:
    attempt = wire(name).attempt(f"https://relay.example{path}")
    found = candidates.knocks(attempt, parse_url(attempt.base_url), None, local)
    assert len(found) <= candidates.KNOCKS
    assert all(one.key is KeyForm.DUMMY for one in found)
    assert len({(one.protocol, one.base_url, one.version, one.auth) for one in found}) == len(found)
    assert {urlsplit(one.base_url).netloc for one in found} == {"relay.example"}
    others = [one.protocol for one in found if one.protocol != name]
    likely = {"openai", "anthropic", "responses", "gemini", *(("ollama",) if local else ())} - {name}
    assert set(others[: len(likely)]) == likely


@pytest.mark.parametrize("name", TABLED)
def test_each_protocol_is_looked_for_once(name: str) -> None:
    attempt = wire(name).attempt("http://localhost:3000/v1")
    control, *found = candidates.looks(attempt, parse_url(attempt.base_url), local=True)
    assert sorted(one.protocol for one in found) == sorted(set(NAMES) - {name})
    assert candidates.NOWHERE in control.base_url


@pytest.mark.parametrize(
    ("protocol", "documented", "taken"),
    [
        ("gemini", "https://generativelanguage.googleapis.com/v1beta", "https://generativelanguage.googleapis.com"),
        ("gemini", "https://relay.example/gemini", "https://relay.example/gemini"),
        ("azure", "https://res.openai.azure.com/openai", "https://res.openai.azure.com"),
        ("openai", "https://res.openai.azure.com/openai/v1", "https://res.openai.azure.com/openai/v1"),
        ("anthropic", "https://api.deepseek.com/anthropic", "https://api.deepseek.com/anthropic"),
    ],
)
def test_a_documented_address_as_the_sdk_takes_it(protocol: str, documented: str, taken: str) -> None:
    assert sdk_base(protocol, documented) == taken


@pytest.mark.parametrize("name", TABLED)
def test_an_answer_is_one_protocols_and_no_others(name: str) -> None:
    """Each protocol reads its own answer and reports every other's as a problem of its kind."""
    answers: dict[str, Any] = {
        "openai": completion(),
        "azure": completion(),
        "responses": response(),
        "anthropic": message(),
        "gemini": generated(),
        "ollama": spoken(),
    }
    for spoken_name, answer in answers.items():
        same = wire(name).read_answer(answer)
        if {name, spoken_name} <= {"openai", "azure"} or name == spoken_name:
            assert (same.problem, same.text, same.prompt_tokens, same.completion_tokens) == ("", TEXT, 9, 5)
        else:
            assert same.problem == "other_protocol"
