"""`--retries`: a door that fails now and then is distinguished from a broken one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.cli import retries as again
from diagnose.cli.retries import pause, until_it_works
from diagnose.findings import RULES, is_retryable
from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.report import Verdict
from probes.demo_server import scenarios
from probes.model.archive import dump, load
from probes.model.capability import Cost
from probes.model.evidence import Evidence
from probes.model.exchange import Exchange
from probes.model.record import replace
from probes.run import engine


def seen(fault: str) -> Evidence:
    with scenarios.open(fault) as world:
        return asyncio.run(engine.run(world.settings()))


@pytest.fixture(scope="module")
def runs() -> dict[str, Evidence]:
    """Return one run of each kind, by its root cause."""
    return {name: seen(name) for name in ("sound", "gateway-502", "wrong-door")}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that were asked for; none of them is waited for."""
    made: list[float] = []
    monkeypatch.setattr(again.time, "sleep", made.append)
    return made


def tried(runs: dict[str, Evidence], names: str, retries: int) -> tuple[Evidence, int]:
    """Return the outcome of a door with these answers, and how often it was checked."""
    answers = [runs[name] for name in names.split()]
    asked: list[Evidence] = []

    def measure() -> Evidence:
        asked.append(answers[len(asked)])
        return asked[-1]

    return until_it_works(measure, retries), len(asked)


def test_what_may_pass_is_in_the_catalogue() -> None:
    assert {rule.code for rule in RULES if rule.retryable} == {
        *("dns.failed", "tcp.refused", "tcp.timeout", "tcp.unreachable", "tcp.reset", "proxy.unreachable", "tls.reset"),
        *("http.timeout", "http.closed", "http.gateway_error", "http.server_error"),
        *("quota.rate_limited", "quota.overloaded", "model.no_channel"),
        *(
            "stream.cut",
            "stream.stalled",
            "stream.error_inside",
            "stream.websocket_closed",
            "app.companion_unreachable",
        ),
    }
    assert is_retryable("tcp.reset") and is_retryable("quota.overloaded")
    assert not any(map(is_retryable, ("quota.exhausted", "key.wrong_door", "slo.exceeded", "dns.not_found", None)))


@pytest.mark.parametrize(
    ("names", "retries", "asked", "verdict", "root", "flaky"),
    [
        ("sound", 3, 1, Verdict.HEALTHY, None, False),
        ("wrong-door", 3, 1, Verdict.BROKEN, "key.wrong_door", False),
        ("gateway-502", 0, 1, Verdict.BROKEN, "http.gateway_error", False),
        ("gateway-502 sound", 3, 2, Verdict.DEGRADED, None, True),
        ("gateway-502 gateway-502 sound", 3, 3, Verdict.DEGRADED, None, True),
        ("gateway-502 gateway-502 gateway-502", 2, 3, Verdict.BROKEN, "http.gateway_error", False),
        ("gateway-502 wrong-door", 3, 2, Verdict.BROKEN, "key.wrong_door", True),
    ],
)
def test_tries(
    runs: dict[str, Evidence],
    waits: list[float],
    names: str,
    retries: int,
    asked: int,
    verdict: Verdict,
    root: str | None,
    flaky: bool,
) -> None:
    evidence, often = tried(runs, names, retries)
    report = judge(evidence)
    assert often == asked
    assert len(waits) == asked - 1
    assert (report.verdict, report.root_cause) == (verdict, root)
    assert ("run.flaky" in {one.code for one in report.findings}) is flaky
    assert [one.root_cause for one in report.tries] == (
        [judge(runs[name]).root_cause for name in names.split()] if asked > 1 else []
    )


def test_the_finding_names_each_try_that_failed(runs: dict[str, Evidence]) -> None:
    report = judge(tried(runs, "gateway-502 gateway-502 sound", 2)[0])
    (found,) = (one for one in report.findings if one.code == "run.flaky")
    assert [line.partition(":")[0] for line in found.evidence] == ["try 1", "try 2"]
    assert all("(http.gateway_error)" in line for line in found.evidence)


def test_a_broken_door_is_reported_as_failed_in_every_try(runs: dict[str, Evidence]) -> None:
    report = judge(tried(runs, "gateway-502 gateway-502", 1)[0], "zh")
    assert report.findings[0].code == "http.gateway_error"
    assert report.findings[0].evidence[-1].startswith("第 1 次：")


def test_costs_and_times_are_summed(runs: dict[str, Evidence]) -> None:
    evidence, _ = tried(runs, "gateway-502 sound", 1)
    parts = (runs["gateway-502"], runs["sound"])
    report = judge(evidence)
    for name in Cost.__slots__:
        assert report.cost[name] == sum(getattr(one.cost, name) for one in parts)
    assert report.duration_ms == pytest.approx(sum(one.seconds for one in parts) * 1000, abs=0.1)
    assert report.tries[-1].duration_ms == pytest.approx(runs["sound"].seconds * 1000, abs=0.1)


def test_the_tries_are_kept_and_shown(runs: dict[str, Evidence]) -> None:
    evidence, _ = tried(runs, "gateway-502 sound", 1)
    assert load(dump(evidence)) == evidence
    document = json.loads(render(judge(evidence), "json", "en"))
    assert (document["flaky"]["tries"], document["flaky"]["failed"]) == (2, 1)
    assert [one["verdict"] for one in document["flaky"]["outcomes"]] == ["broken", "degraded"]
    assert "flaky" not in json.loads(render(judge(runs["sound"]), "json", "en"))
    assert "Tries: 2, of which 1 failed" in render(judge(evidence), "text", "en")


def test_pauses_grow_and_follow_the_server(runs: dict[str, Evidence]) -> None:
    assert [pause(runs["sound"], number) for number in range(7)] == [1, 2, 4, 8, 16, 30, 30]

    def asking(seconds: str) -> Evidence:
        first = next(one for one in runs["sound"].observations if isinstance(one.facts, Exchange))
        assert isinstance(first.facts, Exchange)
        response = replace(first.facts.response, headers=(("retry-after", seconds),))
        limited = replace(first, facts=replace(first.facts, response=response))
        return replace(runs["sound"], observations=(limited,))

    assert [pause(asking(text), 0) for text in ("12", "86400", "soon", "-3", "9" * 5000)] == [12, 30, 1, 1, 1]


def test_ctrl_c_between_two_tries_ends_with_what_was_seen(
    runs: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(again.time, "sleep", stop)
    evidence, often = tried(runs, "gateway-502 sound", 3)
    assert (often, evidence.interrupted, evidence.earlier) == (1, True, ())


# -- by the real command -----------------------------------------------------------------------------------------------


class Flaky(ThreadingHTTPServer):
    """A gateway that fails until it is repaired."""

    mended = False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Flaky)
        models = {"object": "list", "data": [{"id": "small-mini", "object": "model"}]}
        self._answer(200 if self.server.mended else 502, json.dumps(models), "application/json")

    def do_POST(self) -> None:
        assert isinstance(self.server, Flaky)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.mended:
            self._answer(502, "<html><h1>502 Bad Gateway</h1></html>", "text/html")
        elif asked.get("stream"):
            piece = {"id": "1", "object": "chat.completion.chunk", "model": "small-mini"}
            delta = {"index": 0, "delta": {"role": "assistant", "content": "1"}, "finish_reason": None}
            last = {"index": 0, "delta": {}, "finish_reason": "stop"}
            events = [json.dumps({**piece, "choices": [choice]}) for choice in (delta, last)]
            self._answer(200, "".join(f"data: {one}\n\n" for one in (*events, "[DONE]")), "text/event-stream")
        else:
            message = {"role": "assistant", "content": "1"}
            answer = {"id": "1", "object": "chat.completion", "model": "small-mini"}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            self._answer(200, json.dumps({**answer, "choices": choices}), "application/json")

    def _answer(self, status: int, body: str, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Flaky]:
    with Flaky(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("retries", "status"), [("0", 1), ("2", 0)])
def test_by_the_real_command(gateway: Flaky, monkeypatch: pytest.MonkeyPatch, retries: str, status: int) -> None:
    monkeypatch.setattr("probes.api.round_runner.PAUSES", (0.01, 0.02))
    monkeypatch.setattr(again.time, "sleep", lambda _: setattr(gateway, "mended", True))
    url = f"http://127.0.0.1:{gateway.server_port}/v1"
    call = ["check", url, "--no-env", "--key", "sk-" + "x1Y2" * 12, "--json", "--lang", "en", "--retries", retries]
    done = CliRunner().invoke(program, call)
    document = json.loads(done.stdout)
    assert done.exit_code == status, done.output
    assert document["root_cause"] == ("http.gateway_error" if status else None)
    if not status:
        assert {one["code"] for one in document["findings"]} == {"run.flaky"}
        assert CliRunner().invoke(program, [*call, "--strict"]).exit_code == 0, "this time it works at once"
