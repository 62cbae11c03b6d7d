"""What holds for any settings and any response: a run ends in a report without a key, and reading is deterministic."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

import diagnose.formats
import diagnose.judging.observed_facts
import diagnose.judging.probe_lines
import diagnose.words.en.findings
import diagnose.words.zh.findings
from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from diagnose.report import Verdict
from probes.model import archive
from probes.model.evidence import Evidence
from probes.model.exchange import Answer, ApiError, Body, StreamReading
from probes.model.facts import Address
from probes.model.failure import Kind, Outcome
from probes.model.record import replace
from probes.model.scrubber import WINDOW
from probes.model.secret import PUBLIC_PREFIXES, PUBLIC_VALUES, Secret, public_prefix
from probes.model.settings import BadInput, Limits, ProxySettings, Settings, Sourced
from probes.model.source import option
from probes.network.failures import NetError
from probes.network.network import Connection, Network
from probes.protocols.errors import kind_of, parse_json, read_error, title_of
from probes.protocols.protocol import NAMES, model_ids, wire
from probes.protocols.sse import Event, EventReader
from probes.run.engine import run
from probes.run.plan import plan
from probes.settings.gather import Options, gather

pytestmark = pytest.mark.slow

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
KEY = f"sk-{BODY}"
# Hypothesis tries the program's own sentences as keys; printing these is no leak.
CATALOGUE = "".join(
    Path(str(module.__file__)).read_text("utf-8")
    for module in (
        diagnose.words.en.findings,
        diagnose.words.zh.findings,
        diagnose.formats,
        diagnose.judging.observed_facts,
        diagnose.judging.probe_lines,
    )
)
SOME = limits(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MANY = limits(SOME, max_examples=200)


@pytest.fixture(autouse=True, scope="module")
def impatient() -> Iterator[None]:
    """Skip the SDKs' pauses, which are not tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("probes.api.round_runner.PAUSES", (0.0, 0.0))
        yield


def windows(key: str) -> set[str]:
    body = key.strip()[len(public_prefix(key.strip())) :]
    return {body[i : i + WINDOW] for i in range(len(body) - WINDOW + 1)}


def holds(evidence: Evidence, key: str = KEY, *, known: str = "") -> None:
    """Assert what must hold for every run. ``known`` is text of the settings that happens to contain a piece of the
    key.
    """
    assert [one.note for one in evidence.observations if one.outcome is Outcome.CRASHED] == []
    report = judge(evidence)
    again = archive.load(archive.dump(evidence))
    assert again == evidence
    assert judge(again) == report
    chinese = judge(evidence, "zh")
    assert [one.code for one in chinese.findings] == [one.code for one in report.findings]
    assert (report.verdict is Verdict.BROKEN) is (report.root_cause is not None)
    text = repr(evidence) + repr(report) + archive.dump(evidence)
    for fmt in FORMATS:
        for lang, spoken in (("en", report), ("zh", chinese)):
            written = render(spoken, fmt, lang)
            assert written.endswith("\n")
            written.encode("utf-8")
            text += written
    json.loads(render(report, "json", "en"))
    known += CATALOGUE
    assert [one for one in windows(key) if one in text and one not in known] == []


# -- any settings ------------------------------------------------------------------------------------------------------


class Refusing(Network):
    """A network in which no name resolves and no port is open."""

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        if len(host) % 2:
            raise NetError(Kind.NAME_UNKNOWN)
        return (Address("ipv4", "192.0.2.1"),)

    async def dial(self, address: Address, port: int) -> Any:
        raise NetError(Kind.REFUSED)


ODD = st.text(st.characters(exclude_categories=()), max_size=40)  # with lone surrogates, as os.environ may hold them
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "http",
                "https",
                "ftp",
                "://",
                "//",
                ":",
                "/",
                "@",
                "?",
                "#",
                ".",
                "%",
                "[",
                "]",
                "\\",
                " ",
                "\t",
                "\n",
                '"',
                ",",
            ),
            *(
                "api.openai.com",
                "relay.example",
                "localhost",
                "127.0.0.1",
                "::1",
                "fe80::1%eth0",
                "999.1.1.1",
                "0x7f.1",
                "例え.jp",
            ),
            *(
                "v1",
                "chat/completions",
                "messages",
                "user:pass",
                "8080",
                "99999",
                "-1",
                "${BASE}",
                "\u200b",
                "：",
                "／",
                "\udcff",
                "𝕒",
            ),
        ]
    ),
    max_size=9,
).map("".join)
URLS = st.one_of(ODD, PIECES, st.builds("https://{}".format, PIECES), st.builds("http://relay.example{}".format, ODD))
KEYS = st.one_of(
    ODD,
    st.just(KEY),
    st.builds("{}{}".format, st.sampled_from(PUBLIC_PREFIXES), st.text("abcXYZ0123_-", min_size=1, max_size=60)),
    st.builds("{}{}{}".format, st.sampled_from(["Bearer ", " ", '"', "key=", "\ufeff", "${"]), st.just(KEY), ODD),
)


def settings(url: str | None, key: str | None, model: str | None = None, **more: object) -> Settings:
    made = Settings(
        base_url=Sourced(url, option("test")) if url is not None else None,
        key=Sourced(Secret(key), option("test")) if key is not None else None,
        model=Sourced(model, option("test")) if model is not None else None,
        limits=Limits(probe=2, run=4),
    )
    return replace(made, **more)  # type: ignore[arg-type]


@SOME
@given(url=URLS, key=KEYS, model=st.none() | ODD, protocol=st.sampled_from(["auto", *NAMES]), proxy=st.none() | URLS)
@example(url="https://relay.example/v1", key=KEY, model=KEY, protocol="auto", proxy=f"http://user:{KEY}@proxy.example")
@example(url=f"https://relay.example/v1?key={KEY}", key=KEY, model=None, protocol="openai", proxy=None)
@example(url=f"https://{KEY}@relay.example/", key=KEY, model=None, protocol="anthropic", proxy=None)
@example(url=KEY, key="https://relay.example/v1", model=None, protocol="auto", proxy=None)
@example(url="https://relay.example/v1", key=f"{KEY}\udcff", model="\udcff", protocol="auto", proxy=None)
@example(url="A://[", key="", model=None, protocol="auto", proxy=None)
@example(url="http://[]", key=KEY, model=None, protocol="auto", proxy=None)
@example(url="https://relay.example:70000/v1", key="\n", model="", protocol="auto", proxy="http://[")
def test_any_settings_end_in_a_report(url: str, key: str, model: str | None, protocol: str, proxy: str | None) -> None:
    given_settings = settings(
        url,
        key,
        model,
        protocol=Sourced(protocol, option("test")),
        proxies=ProxySettings(https=Sourced(proxy, option("test"))) if proxy is not None else ProxySettings(),
    )
    evidence = asyncio.run(run(given_settings, network=Refusing(), version="0"))
    if key.strip().lower() not in PUBLIC_VALUES:
        # Another setting may contain a piece of this key, and a URL given as a key is no secret.
        holds(evidence, key, known="".join((url, proxy or "", model or "")) if KEY not in key else "")
    else:
        holds(evidence)


@SOME
@given(url=st.none() | URLS, key=st.none() | KEYS)
@example(url=None, key=f"{KEY}\udcff")
@example(url="https://relay.example/\udcff", key=f"Bearer {KEY}\ud800")
def test_any_settings_have_a_plan(url: str | None, key: str | None) -> None:
    assert KEY not in repr(plan(settings(url, key)))


@SOME
@given(target=st.none() | URLS, key=KEYS, variable=ODD.filter(lambda text: "\0" not in text))
def test_what_is_typed_is_taken_or_refused_in_a_sentence(
    target: str | None, key: str, variable: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        found = gather(Options(target=target, key=key), {"OPENAI_BASE_URL": variable, "HTTPS_PROXY": variable}, folder)
    except BadInput as error:
        assert KEY not in str(error)
        assert "\n" not in str(error).strip()
    else:
        assert found.key is None or found.key.value.reveal() == key


# -- any response ------------------------------------------------------------------------------------------------------


class _Socket:
    """A socket that was connected in memory."""

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 50000)

    def close(self) -> None:
        pass


class _Writer:
    """A writer that discards what is sent."""

    transport: _Writer

    def __init__(self) -> None:
        self.closed = False
        self.transport = self

    def write(self, data: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> None:
        return None


class Answering(Network):
    """A network in memory in which every connection receives the same bytes, in these pieces, and is then closed."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    async def dial(self, address: Address, port: int) -> Any:
        return _Socket()

    async def connection(self, sock: Any, tls: Any, host: str, timeout: float) -> Connection:
        if tls is not None:
            raise NetError(Kind.TLS_NOT_TLS)
        reader = asyncio.StreamReader()
        for piece in self.pieces:
            reader.feed_data(piece)
        reader.feed_eof()
        return Connection(reader, cast(asyncio.StreamWriter, _Writer()))


def asked(*pieces: bytes, protocol: str = "openai", model: str | None = "gpt-5-nano") -> Evidence:
    given_settings = settings("http://127.0.0.1:4000/v1", KEY, model, protocol=Sourced(protocol, option("test")))
    return asyncio.run(run(given_settings, network=Answering(*pieces), version="0"))


WORDS = st.sampled_from(
    [
        *(
            "error",
            "message",
            "type",
            "code",
            "param",
            "choices",
            "delta",
            "content",
            "text",
            "finish_reason",
            "data",
            "id",
        ),
        *(
            "object",
            "model",
            "models",
            "usage",
            "prompt_tokens",
            "detail",
            "errors",
            "success",
            "base_resp",
            "status_msg",
        ),
        *(
            "status",
            "details",
            "reason",
            "msg",
            "error_code",
            "stop_reason",
            "content_block_delta",
            "message_start",
            "name",
        ),
    ]
)
TEXTS = st.one_of(WORDS, st.text(max_size=20), st.just(KEY), st.just(f"bad key {KEY}"), st.just("model not found"), ODD)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.integers(0, 600), st.floats(), TEXTS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5),
    max_leaves=15,
)
JSONS = VALUES.map(lambda value: json.dumps(value).encode())
LINES = st.one_of(
    st.just(b"\n"),
    st.just(b"data: [DONE]\n\n"),
    st.just(b": ping\n\n"),
    JSONS.map(lambda data: b"data: " + data + b"\n\n"),
    st.builds(lambda name, data: f"event: {name}\n".encode() + b"data:" + data + b"\r\n\r\n", WORDS, JSONS),
    st.binary(max_size=20),
)
EVENTS = st.lists(LINES, max_size=8).map(b"".join)
STATUSES = st.one_of(
    st.sampled_from(
        [200, 200, 200, 201, 204, 301, 307, 400, 401, 402, 403, 404, 405, 407, 408, 413, 422, 429, 500, 502, 503, 529]
    ),
    st.integers(200, 999),
)
HEADER_VALUES = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=20).map(lambda text: text.encode("latin-1")),
    st.sampled_from(
        [
            b"application/json",
            b"text/html",
            b"text/event-stream",
            b"gzip",
            b"deflate",
            b"br",
            b"1",
            b"-1",
            b"nan",
            b"1e9",
        ]
    ),
    st.just(KEY.encode()),
)
HEADER_NAMES = st.sampled_from(
    [
        *(
            b"Content-Type",
            b"Content-Encoding",
            b"Location",
            b"Retry-After",
            b"Server",
            b"Date",
            b"CF-RAY",
            b"Via",
            b"X-Request-Id",
        ),
        *(b"WWW-Authenticate", b"Set-Cookie", b"Allow", b"CF-Mitigated", b"Connection"),
    ]
)


@st.composite
def http(draw: st.DrawFn) -> bytes:
    """Draw a valid HTTP response with any content."""
    body = draw(
        st.one_of(
            JSONS, EVENTS, st.binary(max_size=200), st.text(max_size=60).map(lambda text: f"<html>{text}".encode())
        )
    )
    lines = [b"HTTP/1.1 %d %b" % (draw(STATUSES), draw(st.sampled_from([b"", b"OK", b"No", KEY.encode()])))]
    lines += [b"%b: %b" % row for row in draw(st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=4))]
    if draw(st.booleans()):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@MANY
@given(answer=http(), protocol=st.sampled_from(NAMES), model=st.sampled_from([None, "gpt-5-nano", KEY]))
@example(answer=b"HTTP/1.1 301 x\r\nLocation: http://[\r\n\r\n", protocol="openai", model=None)
@example(answer=b'HTTP/1.1 200 OK\r\n\r\n{"data": [{"id": "' + KEY.encode() + b'"}]}', protocol="openai", model=None)
@example(answer=b"HTTP/1.1 429 x\r\nRetry-After: nan\r\n\r\n{}", protocol="anthropic", model="x")
@example(answer=b"HTTP/1.1 401 x\r\nDate: yesterday\r\n\r\n{}", protocol="anthropic", model="x")
def test_any_answer_ends_in_a_report(answer: bytes, protocol: str, model: str | None) -> None:
    holds(asked(answer, protocol=protocol, model=model))


@MANY
@given(
    pieces=st.lists(st.binary(max_size=60), max_size=4),
    head=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.", b"\x16\x03"]),
)
def test_any_bytes_end_in_a_report(pieces: list[bytes], head: bytes) -> None:
    holds(asked(head, *pieces))


# -- any value ---------------------------------------------------------------------------------------------------------


@MANY
@given(value=VALUES)
def test_any_value_is_read(value: object) -> None:
    error = read_error(value)
    assert error is None or isinstance(error, ApiError)
    assert error is None or all(isinstance(text, str) for text in (error.type, error.code, error.message, error.param))
    ids = model_ids(value)
    assert ids is None or all(isinstance(one, str) for one in ids)
    for name in NAMES:
        answer = wire(name).read_answer(value)
        assert isinstance(answer, Answer)
        assert isinstance(answer.text, str)
        assert answer.prompt_tokens >= 0
        assert isinstance(hash(answer), int), "what is kept is plain"


@MANY
@given(
    data=st.one_of(
        st.binary(max_size=3000), JSONS, EVENTS, ODD.map(lambda text: text.encode("utf-8", "surrogatepass"))
    ),
    kind=TEXTS,
)
def test_any_body_is_classified(data: bytes, kind: str) -> None:
    assert isinstance(kind_of(data, kind), Body)
    text = data.decode("utf-8", "replace")
    known, value = parse_json(text)
    assert known or value is None
    assert isinstance(title_of(text), str)
    for name in NAMES:
        change = wire(name).adapt(text, ())
        assert change is None or change[0].endswith(
            ("max_completion_tokens", "max_tokens", "max_output_tokens", "maxOutputTokens")
        )


@MANY
@given(events=st.lists(st.builds(Event, st.just("") | WORDS, TEXTS | VALUES.map(json.dumps)), max_size=8))
def test_any_events_are_read(events: list[Event]) -> None:
    for name in NAMES:
        reader = wire(name).stream_reader()
        for at, event in enumerate(events):
            reader.feed(event, float(at))
        reading = reader.reading()
        assert isinstance(reading, StreamReading)
        assert reading.events <= len(events)
        assert all(isinstance(text, str) for text in (reading.text, reading.model, reading.finish, reading.problem))
        assert reader.reading() == reading


@MANY
@given(data=EVENTS | st.binary(max_size=120), cuts=st.lists(st.integers(0, 400), max_size=6))
@example(data=b"\xef\xbb\xbfdata: x\r\n\r\ndata: y\r\r", cuts=[1, 2, 11])
@example(data=b"data: \xe4\xbd\xa0\n\n", cuts=[7, 8])
def test_events_are_the_same_however_they_arrive(data: bytes, cuts: list[int]) -> None:
    def read(*pieces: bytes) -> list[Event]:
        reader = EventReader()
        return [event for piece in pieces for event in reader.feed(piece)] + reader.close()

    marks = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole = read(data)
    assert read(*(data[a:b] for a, b in pairwise(marks))) == whole
    assert read(*(bytes([byte]) for byte in data)) == whole


@SOME
@given(value=VALUES)
def test_any_document_is_a_run_or_is_refused(value: object) -> None:
    for document in (value, {"schema": archive.SCHEMA, "evidence": value}):
        try:
            archive.load(json.dumps(document))
        except archive.ArchiveError:
            continue
        raise AssertionError("nothing of this is a run")
