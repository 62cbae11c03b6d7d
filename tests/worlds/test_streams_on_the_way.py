"""Streams that something in between holds back or cuts off, recognised by arrival times that these tests make up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from diagnose.findings.intermediaries import limit_near
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.model.evidence import Evidence
from probes.model.exchange import Exchange, StreamReading
from probes.model.facts import TlsFacts
from probes.model.failure import Failure, Kind
from probes.model.record import replace
from worlds.made_exchanges import altered
from worlds.stage import RELAY, Scenario, examine

# Twenty pieces at the same moment, after 1.5 seconds.
HELD = StreamReading(
    kind="sse",
    events=22,
    pieces=20,
    text="1 2 3",
    finish="stop",
    terminated=True,
    first_at=1.5,
    last_at=1.51,
    arrivals=1,
    reads=1,
)


@cache
def sound() -> Evidence:
    return examine(Scenario("sound", base_url=RELAY)).evidence


def changed(change: Callable[[Exchange], Exchange], *purposes: str, issuer: str = "", works: bool = True) -> Report:
    """Return the report on a healthy run in which only these exchanges are changed."""
    found = []
    for one in sound().observations:
        facts = one.facts
        if isinstance(facts, Exchange) and facts.purpose in purposes:
            facts = change(facts)
        if isinstance(facts, TlsFacts) and facts.certificate is not None and issuer:
            facts = replace(facts, certificate=replace(facts.certificate, issuer=issuer))
        found.append(replace(one, facts=facts))
    working = sound().working if works else None
    return judge(replace(sound(), observations=tuple(found), working=working))


def report_on(reading: StreamReading, headers: tuple[tuple[str, str], ...] = (), issuer: str = "") -> Report:
    """Return the same for a stream with this reading."""
    return changed(
        lambda one: altered(one, stream=reading, headers=headers, seconds=reading.last_at), "stream", issuer=issuer
    )


def finding(report: Report, code: str) -> str:
    """Return all the words of a finding as one text."""
    one = next(one for one in report.findings if one.code == code)
    return "\n".join((one.title, one.explanation, *one.evidence, *one.steps))


# -- buffering ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ((), ("Ask the operator", "If the server is yours, turn off buffering")),
        ((("server", "nginx/1.27"),), ("buffered by nginx", "proxy_buffering off;", "X-Accel-Buffering: no")),
        ((("server", "openresty"),), ("buffered by openresty", "server: openresty")),
        ((("server", "Tengine"),), ("buffered by Tengine", "X-Accel-Buffering: no")),
        ((("server", "Apache/2.4.62"),), ("buffered by Apache", "flushpackets=on", "no-gzip")),
        ((("server", "Microsoft-IIS/10.0"), ("x-powered-by", "ARR/3.0")), ("buffered by IIS", "buffer threshold")),
        ((("x-amz-apigw-id", "4711"),), ("buffered by AWS", "RESPONSE_STREAM")),
        ((("ocp-apim-trace-location", "x"),), ("buffered by API Management", 'buffer-response="false"')),
        ((("server", "cloudflare"), ("cf-ray", "1-FRA")), ("buffered by Cloudflare", "no-transform")),
        ((("x-vercel-id", "fra1::1"),), ("buffered by Vercel",)),
        ((("server", "Netlify"),), ("buffered by Netlify",)),
        ((("server", "uvicorn"), ("content-encoding", "gzip")), ("because it is compressed", "text/event-stream")),
        ((("server", "nginx"), ("content-encoding", "gzip")), ("buffered by nginx", "gzip off;")),
        ((("via", "1.1 proxy (squid/6.6)"),), ("buffered by squid", "from inspection")),
    ],
)
def test_the_report_names_who_holds_the_stream_back(
    headers: tuple[tuple[str, str], ...], words: tuple[str, ...]
) -> None:
    report = report_on(HELD, headers)
    assert (report.verdict, [one.code for one in report.findings]) == ("degraded", ["stream.buffered"])
    said = finding(report, "stream.buffered")
    assert [word for word in words if word not in said] == [], said


def test_an_intercepting_proxy_reads_the_whole_answer_first() -> None:
    said = finding(
        report_on(HELD, (("server", "nginx"),), issuer="CN=Zscaler Root CA,O=Zscaler Inc."), "stream.buffered"
    )
    assert "buffered by Zscaler" in said


@pytest.mark.parametrize(
    "reading",
    [
        replace(HELD, first_at=0.4, last_at=0.41),
        replace(HELD, pieces=5, events=7),
        replace(HELD, reads=20),
        replace(HELD, reads=8),
        replace(HELD, last_at=1.6),
        replace(HELD, first_at=3.0, last_at=3.4, reads=4, arrivals=4),
    ],
    ids=["fast", "short", "piece by piece", "few at a time", "over a while", "after a long thought"],
)
def test_what_is_no_buffer(reading: StreamReading) -> None:
    assert report_on(reading, (("server", "nginx"),)).verdict == "healthy"


# -- idle timeouts -----------------------------------------------------------------------------------------------------

BEGUN = replace(HELD, events=3, pieces=2, finish="", terminated=False, first_at=0.3, last_at=0.5, reads=3)
TORN = Failure(Kind.CUT)


def ended(after: float, headers: tuple[tuple[str, str], ...] = (), failure: Failure | None = TORN) -> Report:
    """Return the report on a stream that ends after ``after`` seconds of silence."""
    more = {"stream": BEGUN, "headers": headers, "seconds": BEGUN.last_at + after, "failure": failure}
    return changed(lambda one: altered(one, **more), "stream")


@pytest.mark.parametrize("seconds", [30, 60, 100, 120])
def test_a_cut_after_a_round_time_names_the_limit(seconds: int) -> None:
    said = finding(ended(seconds + 0.1, (("server", "nginx"),)), "stream.cut")
    assert "cut off after a long silence" in said
    assert f"an idle limit of {seconds} s" in said and f"silent for {seconds} seconds" in said
    assert "nginx is in between" in said


@pytest.mark.parametrize("seconds", [0.1, 2.0, 37.0, 68.0])
def test_another_cut_names_none(seconds: float) -> None:
    said = finding(ended(seconds), "stream.cut")
    assert "idle" not in said and "before the answer is complete" in said


def test_a_clean_end_after_a_round_time_names_the_limit_too() -> None:
    assert "an idle limit of 60 s" in finding(ended(60.2, failure=None), "stream.cut")


def test_a_stall_names_what_is_in_between() -> None:
    said = finding(ended(9.0, (("server", "cloudflare"),), Failure(Kind.TIMEOUT)), "stream.stalled")
    assert "Cloudflare is in between" in said


def test_the_limits_that_are_known() -> None:
    assert [limit_near(seconds) for seconds in (4.8, 30.2, 60.0, 61.5, 100.4, 125.9)] == [5, 30, 60, 60, 100, 125]
    assert [limit_near(seconds) for seconds in (3.0, 12.0, 40.0, 66.0, 150.0, 1000.0)] == [None] * 6


# -- a gateway that gave up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "seconds", "limit"), [(504, 60.1, 60), (524, 100.5, 100), (504, 29.1, 29)])
def test_a_gateway_that_gave_up_says_after_how_long(status: int, seconds: float, limit: int) -> None:
    failed = {"status": status, "answer": None, "stream": None, "text": "", "first_byte": seconds, "seconds": seconds}
    report = changed(lambda one: altered(one, **failed), "chat", "stream", works=False)
    assert report.root_cause == "http.gateway_error"
    said = finding(report, "http.gateway_error")
    assert "gave up waiting" in said and f"as with a time limit of {limit} s" in said


def test_a_connection_that_is_closed_after_a_round_time_names_the_limit() -> None:
    failed = {"status": 0, "answer": None, "stream": None, "failure": Failure(Kind.CLOSED), "first_byte": 0.0}
    report = changed(lambda one: altered(one, seconds=60.3, **failed), "chat", "stream", works=False)
    assert "an idle limit of 60 s" in finding(report, "http.closed")
