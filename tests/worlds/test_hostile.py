"""Malicious doors: each check of them ends within its limits, with a verdict, without a traceback and without the key."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from urllib.parse import quote

import pytest

from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import exit_status
from diagnose.report import Report, Verdict
from probes.demo_server import answers, handlers, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Drip, Handler, PracticeDoor, Reply, Request, Script, ScriptEnd, head
from probes.model import archive
from probes.model.evidence import Evidence, Observation
from probes.model.failure import Kind, Outcome
from probes.model.record import replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, Settings, Sourced
from probes.model.source import option
from probes.run.engine import run

pytestmark = pytest.mark.slow

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"
LIMITS = Limits(probe=0.6, run=2.5)
SLACK = 2.0  # seconds that a busy machine may add
MEMORY = 64 << 20
JSON = (("Content-Type", "application/json"),)
SSE = (("Content-Type", "text/event-stream"),)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the SDKs' pauses, which are not tested here."""
    monkeypatch.setattr("probes.api.round_runner.PAUSES", (0.01, 0.01))


def settings(url: str, key: str = KEY, model: str | None = answers.MODELS[0], limits: Limits = LIMITS) -> Settings:
    return Settings(
        base_url=Sourced(url, option("test")),
        key=Sourced(Secret(key), option("test")),
        model=Sourced(model, option("test")) if model else None,
        protocol=Sourced("openai", option("test")),
        limits=limits,
    )


def check(given: Settings) -> tuple[Evidence, Report]:
    evidence = asyncio.run(run(given, version="0"))
    return evidence, judge(evidence)


def everything(evidence: Evidence, report: Report) -> str:
    """Return everything that this run could ever print."""
    written = [render(report, fmt, lang) for fmt in FORMATS for lang in ("en", "zh")]
    return "\n".join([repr(evidence), repr(report), archive.dump(evidence), *written])


def unleaked(text: str, key: str = BODY) -> None:
    assert [key[i : i + WINDOW] for i in range(len(key) - WINDOW + 1) if key[i : i + WINDOW] in text] == []


def survives(handler: Handler, path: str = "/v1", **more: object) -> tuple[Evidence, Report]:
    """Check a door, and assert what must hold for every one of them."""
    with PracticeDoor(handler, **more) as door:  # type: ignore[arg-type]
        began = time.monotonic()
        evidence, report = check(settings(door.url + path))
        assert time.monotonic() - began < LIMITS.run + SLACK
    assert [one.note for one in evidence.observations if one.outcome is Outcome.CRASHED] == []
    text = everything(evidence, report)
    unleaked(text)
    assert "Traceback" not in text
    for one in (render(report, "text", "en", colour=False), render(report, "markdown", "en")):
        assert "\x1b" not in one and "\0" not in one
    assert archive.load(archive.dump(evidence)) == evidence
    return evidence, report


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> list[bytes]:
    top = head(200, (*JSON, ("Transfer-Encoding", "chunked")))
    return [top, *(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces), end]


def endless_events(request: Request) -> Reply:
    return answers.as_events(list(answers.chunks()[:2]) * 50 + [ScriptEnd.STALL])


def flood(request: Request) -> Reply:
    return Reply(200, SSE, repeat(answers.data(answers.chunk(content="x" * 1000))))


def informational(request: Request) -> Script:
    return repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")


def blanks(bits: int) -> bytes:
    """Yield 64 MiB of blanks, compressed; they are never all in memory."""
    squeeze = zlib.compressobj(1, wbits=bits)
    return b"".join(squeeze.compress(b" " * (1 << 20)) for _ in range(64)) + squeeze.flush()


def bomb(data: bytes, encoding: str) -> Reply:
    return Reply(200, (*JSON, ("Content-Encoding", encoding)), data)


def models(ids: Iterator[str] | list[str]) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": name} for name in ids]}).encode()


NEST = 200_000
WORLDS: dict[str, handlers.What] = {
    # -- time
    "drips headers": wrong_streams.header_drip(0.05),
    "never answers": [ScriptEnd.STALL],
    "never ends its headers": [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", ScriptEnd.STALL],
    "stalls in its body": wrong_answers.ANSWERS["midbody_stall"],
    "drips its body": Reply(200, JSON, [Drip(json.dumps(answers.completion()).encode(), 0.05)]),
    "never ends its events": endless_events,
    "sends comments for ever": Reply(200, SSE, [Drip(b": ping\n\n" * 2000, 0.02, 8)]),
    "drips events": Reply(200, SSE, [Drip(b"".join(answers.chunks()), 0.03, 4)]),
    # -- size
    "headers without end": wrong_streams.endless_headers,
    "body without end": wrong_streams.endless_body,
    "events without end": flood,
    "one line without end": lambda _: Reply(200, SSE, repeat(b"data: " + b"x" * 65536)),
    "status line without end": lambda _: [b"HTTP/1.1 200 " + b"x" * 100_000] * 40,
    "a thousand headers": head(200, (*JSON, *((f"X-{i}", "y" * 20) for i in range(1000)))) + b"{}",
    "1xx without end": informational,
    "gzip bomb": bomb(blanks(31), "gzip"),
    "gzip bomb in gzip": bomb(gzip.compress(blanks(31)), "gzip, gzip"),
    "deflate bomb": bomb(blanks(15), "deflate"),
    "long chunk extension": [head(200, (*JSON, ("Transfer-Encoding", "chunked"))) + b"5;" + b"x" * 300_000 + b"\r\n"],
    "huge chunk": [
        head(200, (*JSON, ("Transfer-Encoding", "chunked"))) + b"fffffffffffffffffff\r\n{}",
        ScriptEnd.CLOSE,
    ],
    "huge content-length": [head(200, (*JSON, ("Content-Length", str(1 << 62)))) + b"{}", ScriptEnd.STALL],
    # -- JSON
    "deep arrays": Reply(200, JSON, b"[" * NEST + b"]" * NEST),
    "deep objects": Reply(200, JSON, b'{"error":' * NEST + b"1" + b"}" * NEST),
    "deep error": Reply(401, JSON, b'{"error":' * 900 + b'"no"' + b"}" * 900),
    "errors in errors": Reply(
        400, JSON, json.dumps({"error": {"message": json.dumps({"error": {"message": "{" * 9}})}}).encode()
    ),
    "digits": Reply(200, JSON, b"9" * (5 << 20)),
    "digits inside": Reply(200, JSON, b'{"usage": {"prompt_tokens": ' + b"9" * (1 << 20) + b"}}"),
    "NaN and Infinity": Reply(
        200, JSON, b'{"choices": NaN, "usage": {"prompt_tokens": Infinity, "completion_tokens": -1e999}}'
    ),
    "lone surrogates": Reply(400, JSON, b'{"error": {"message": "\\ud800 \\udfff", "type": "\\ud83d"}}'),
    "wrong types": Reply(400, JSON, b'{"error": {"message": [[]], "type": {"a": 1}, "code": [1, null], "param": 0.1}}'),
    "choices of all sorts": Reply(200, JSON, b'{"choices": [7, null, "x", {"message": []}], "model": 3, "usage": []}'),
    "a hundred thousand models": Reply(200, JSON, models([f"model-{i}" for i in range(100_000)])),
    "one model with a long name": Reply(200, JSON, models(["m" * 1_000_000])),
    "models of all sorts": Reply(200, JSON, b'{"data": [null, 7, [], {}, {"id": 5}, {"id": {"a": 1}}, "x"]}'),
    # -- bytes
    "no UTF-8": Reply(200, JSON, b'{"choices": "\xff\xfe\x80"}'),
    "no UTF-8 events": Reply(200, SSE, b"data: \xff\xfe\n\ndata: [DONE]\n\n"),
    "NULs": Reply(500, (("Content-Type", "text/plain"),), b"\0" * 5000),
    "NULs in an error": Reply(401, JSON, b'{"error": {"message": "no\\u0000pe\\u001b[31m"}}'),
    "NUL in a header": b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "binary": Reply(200, (), bytes(range(256)) * 200),
    # -- framing
    "negative content-length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "two content-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    "chunk garbage": [head(200, (*JSON, ("Transfer-Encoding", "chunked"))) + b"zz\r\n{}\r\n", ScriptEnd.CLOSE],
    "chunk of negative size": [head(200, (*JSON, ("Transfer-Encoding", "chunked"))) + b"-5\r\n{}\r\n", ScriptEnd.CLOSE],
    "chunks without an end": [*chunked(b"{}", end=b""), ScriptEnd.CLOSE],
    "status 0": b"HTTP/1.1 000 Nothing\r\n\r\n",
    "status 99": b"HTTP/1.1 99 Less\r\n\r\n",
    "status 999": b"HTTP/1.1 999 More\r\nContent-Length: 2\r\n\r\n{}",
    "status of letters": b"HTTP/1.1 abc\r\n\r\n",
    "HTTP/9": b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello",
    "two answers to one question": head(200, (*JSON, ("Content-Length", "2"))) + b"{}" + head(500) + b"more",
    "unknown compression": Reply(200, (*JSON, ("Content-Encoding", "br, zstd")), b"\x1b\x00 anything"),
    "broken compression": Reply(200, (*JSON, ("Content-Encoding", "gzip")), gzip.compress(b"{}" * 999)[:20]),
    # -- redirects
    "a redirect to itself": b.redirect(307),
    "a redirect to nowhere": Reply(302),
    "a redirect to a script": Reply(302, (("Location", "javascript:alert(1)"),)),
    "a redirect to a file": Reply(307, (("Location", "file:///etc/passwd"),)),
    "a redirect to rubbish": Reply(308, (("Location", "http://[::1"),)),
    "a redirect to a bad port": Reply(308, (("Location", "https://relay.example:port/v1"),)),
    "a redirect of no text": Reply(301, (("Location", "\x85\xa0\xff"),)),
    # -- words
    "escape sequences": Reply(
        401, JSON, json.dumps({"error": {"message": "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x9b1m"}}).encode()
    ),
    "rich markup": Reply(
        401, JSON, json.dumps({"error": {"message": "[bold red]no[/] [/] [link=http://x]y[/link] \\["}}).encode()
    ),
    "markdown and HTML": Reply(
        401, JSON, json.dumps({"error": {"message": "|a|`b`<script>alert(1)</script>\n# x ![](y)"}}).encode()
    ),
    "braces": Reply(401, JSON, json.dumps({"error": {"message": "{host} {0} {key_hint|x} {"}}).encode()),
    "a title that escapes": answers.as_html("<title>\x1b[31m[bold]&#27;[0m</title>", 503),
    "writing from the right": Reply(
        401, JSON, json.dumps({"error": {"message": "\u202etxt.exe\u2066\u200b"}}).encode()
    ),
}


@pytest.mark.parametrize("world", WORLDS)
def test_a_door_that_does_this_is_survived(world: str) -> None:
    _, report = survives(handlers.always(WORLDS[world]))
    assert report.verdict is not Verdict.HEALTHY
    assert exit_status(report) in (1, 3)
    assert report.findings or report.verdict is Verdict.INCONCLUSIVE, "a failure is reported"


@pytest.mark.parametrize(
    "world", ["deep arrays", "digits", "a hundred thousand models", "gzip bomb", "escape sequences"]
)
def test_the_same_from_an_anthropic_door(world: str) -> None:
    with PracticeDoor(handlers.always(WORLDS[world])) as door:
        given = replace(settings(door.url, model=answers.CLAUDES[0]), protocol=Sourced("anthropic", option("test")))
        evidence, report = check(given)
    assert [one.note for one in evidence.observations if one.outcome is Outcome.CRASHED] == []
    unleaked(everything(evidence, report))
    assert report.verdict is not Verdict.HEALTHY


@pytest.mark.parametrize(
    "connect", [[b"SSH-2.0-OpenSSH_9.6\r\n", ScriptEnd.STALL], [b"\xff" * 5000, ScriptEnd.STALL], [ScriptEnd.STALL]]
)
def test_a_port_that_talks_first_is_survived(connect: list[object]) -> None:
    _, report = survives(b.openai(KEY), connect=connect)
    assert report.verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    "connect",
    [
        [b"SSH-2.0-OpenSSH_9.6\r\n", ScriptEnd.STALL],
        [ScriptEnd.STALL],
        [ScriptEnd.READ, b"\x16\x03\x03", ScriptEnd.STALL],
    ],
)
def test_a_tls_port_that_hangs_is_survived(connect: list[object]) -> None:
    with PracticeDoor(connect=connect) as door:  # type: ignore[arg-type]
        began = time.monotonic()
        evidence, report = check(settings(f"https://127.0.0.1:{door.port}/v1"))
        assert time.monotonic() - began < LIMITS.run + SLACK
    assert report.verdict is Verdict.BROKEN
    assert [one.note for one in evidence.observations if one.outcome is Outcome.CRASHED] == []


@pytest.mark.parametrize(
    "world",
    ["gzip bomb", "deflate bomb", "body without end", "events without end", "one line without end", "1xx without end"],
)
def test_memory_is_bounded(world: str) -> None:
    with PracticeDoor(b.openai(KEY)) as sound:
        check(settings(sound.url + "/v1"))  # load the modules first, so that their memory is not counted
    with PracticeDoor(handlers.always(WORLDS[world])) as door:
        tracemalloc.start()
        try:
            asyncio.run(run(settings(door.url + "/v1"), version="0"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < MEMORY


# -- a key that comes back ---------------------------------------------------------------------------------------------

ENCODED = {
    "plain": KEY,
    "percent": quote(f"key={KEY}&x", safe=""),
    "json": json.dumps({"inner": KEY}),
    "base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "hex": KEY.encode().hex(),
    "cut": KEY[5:40],
    "spaced": f"Bearer {KEY}\n",
}


def echoes(said: str) -> dict[str, handlers.What]:
    error = {"error": {"message": f"bad key: {said}", "type": said, "code": said, "param": said}}
    header = said.replace("\n", "")
    whole = answers.completion(model=said, text=said)
    whole["choices"][0]["finish_reason"] = said
    part = answers.chunk(model=said, content=said)
    return {
        "error": answers.as_json(error, 401),
        "error string": answers.as_json({"error": said}, 403),
        "detail": answers.as_json({"detail": [{"msg": said}]}, 422),
        "page": answers.as_html(f"<title>{said}</title><h1>{said}</h1>", 403),
        "text": answers.as_text(said, 500),
        "header": answers.as_json(
            error, 401, ("X-Echo", header), ("Server", header), ("WWW-Authenticate", f"Basic {header}")
        ),
        "reason": Reply(401, JSON, b"{}", reason=header),
        "location": Reply(302, (("Location", f"https://other.example/login?key={header}"),)),
        "content type": Reply(200, (("Content-Type", header),), b"{}"),
        "retry-after": answers.as_json(error, 429, ("Retry-After", header)),
        "answer": answers.as_json(whole),
        "models": Reply(200, JSON, models([said, KEY[:30], KEY])),
        "events": answers.as_events([answers.data(part), answers.data(part), answers.DONE]),
        "event error": answers.as_events([answers.data(error)]),
        "event name": answers.as_events([f"event: {header}\ndata: {{}}\n\n".encode(), answers.data(error)]),
        "no HTTP": f"{header}\r\n\r\n".encode(),
        "no HTTP header": f"HTTP/1.1 200 OK\r\n{header}\r\n\r\n".encode(),
    }


@pytest.mark.parametrize("place", echoes(""))
@pytest.mark.parametrize("form", ENCODED)
def test_an_echoed_key_is_not_passed_on(place: str, form: str) -> None:
    evidence, report = survives(handlers.always(echoes(ENCODED[form])[place]))
    text = everything(evidence, report)
    if form == "base64":
        unleaked(text, ENCODED["base64"][12:-4])
    if form == "hex":
        assert KEY.encode().hex()[10:34] not in text


@pytest.mark.parametrize("pad", range(4096 - len(KEY), 4096 + 2, 10))
def test_a_key_at_the_end_of_what_is_kept_is_not_passed_on(pad: int) -> None:
    survives(handlers.always(answers.as_text("x " * (pad // 2) + KEY, 403)))


def test_a_key_in_the_settings_themselves_is_not_shown() -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        url = f"http://user:{BODY}@127.0.0.1:{door.port}/v1?key={KEY}"
        evidence, report = check(settings(url, model=KEY))
    unleaked(everything(evidence, report))


def test_a_key_does_not_follow_a_redirect() -> None:
    with PracticeDoor(b.openai(KEY)) as other, PracticeDoor(b.redirect(307, other.url)) as door:
        evidence, report = check(settings(door.url + "/v1"))
    assert other.requests == []
    unleaked(everything(evidence, report))


# -- time --------------------------------------------------------------------------------------------------------------


def test_the_deadline_ends_a_run_with_what_was_seen() -> None:
    limits = Limits(probe=30, run=0.5)
    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        began = time.monotonic()
        evidence, report = check(settings(door.url + "/v1", limits=limits))
        assert time.monotonic() - began < limits.run + SLACK
    assert evidence.ran_out
    assert next(one for one in evidence.observations if one.probe == "tcp").outcome is Outcome.DONE
    assert {one.probe for one in evidence.observations} >= {"settings", "dns", "tcp", "http", "chat", "stream"}
    assert exit_status(report) in (1, 3)


def test_a_limit_of_a_probe_is_an_observation() -> None:
    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        evidence, report = check(settings(door.url + "/v1"))
    assert {one.failure.kind for one in evidence.observations if one.failure} == {Kind.TIMEOUT}
    assert report.root_cause == "http.timeout"


def test_a_cancelled_run_reports_what_it_saw() -> None:
    async def go(url: str) -> Evidence:
        task: asyncio.Task[Evidence]

        def watch(seen: Observation) -> None:
            if seen.probe == "tcp":  # the next request is the one that nobody answers
                asyncio.get_running_loop().call_later(0.1, task.cancel)

        task = asyncio.create_task(run(settings(url, limits=Limits()), watch=watch, version="0"))
        return await task

    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        began = time.monotonic()
        evidence = asyncio.run(go(door.url + "/v1"))
        assert time.monotonic() - began < SLACK
    assert evidence.interrupted
    report = judge(evidence)
    assert exit_status(report) == 130
    unleaked(everything(evidence, report))


@contextmanager
def command(*arguments: str, key: str = KEY) -> Iterator[subprocess.Popen[str]]:
    """Start the real command in a separate process."""
    environment = {**os.environ, "OPENAI_API_KEY": key, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "diagnose", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a single process")
@pytest.mark.parametrize("fmt", ["json", "text"])
def test_ctrl_c_ends_the_command_with_a_report(fmt: str) -> None:
    with (
        PracticeDoor(handlers.always([ScriptEnd.STALL])) as door,
        command("check", f"{door.url}/v1", "--format", fmt) as process,
    ):
        until = time.monotonic() + 10
        while not door.requests and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        assert door.requests, "the command asked"
        process.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        out, err = process.communicate(timeout=10)
        assert time.monotonic() - pressed < SLACK
    assert process.returncode == 130
    assert "Traceback" not in err
    unleaked(out + err)
    if fmt == "json":
        report = json.loads(out)
        assert report["schema"] == "llmdoctor.report/1"
        assert next(one for one in report["probes"] if one["name"] == "tcp")["status"] == "ok"
    else:
        assert "127.0.0.1" in out


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a single process")
def test_the_process_ends_at_its_deadline() -> None:
    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        began = time.monotonic()
        with command("check", f"{door.url}/v1", "--deadline", "1", "--json") as process:
            out, err = process.communicate(timeout=20)
        assert time.monotonic() - began < 1 + 2 * SLACK
    assert process.returncode in (1, 3)
    assert json.loads(out)["verdict"] in ("broken", "inconclusive")
    assert "Traceback" not in err


# -- our own faults ----------------------------------------------------------------------------------------------------


def boom(*_: object, **__: object) -> object:
    raise RuntimeError(f"a fault of our own that quotes {KEY}")


async def slow_boom(*_: object, **__: object) -> object:
    return boom()


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("probes.steps.settings.measure", boom),
        ("probes.steps.door.measure", boom),
        ("probes.steps.proxy.choose", boom),
        ("probes.steps.tcp.measure", slow_boom),
        ("probes.api.model_choice.measure", boom),
        ("probes.api.client.read_response", boom),
        ("probes.protocols.openai._OpenAIReader.feed", boom),
        ("probes.api.next_attempt.NextAttempts.next", slow_boom),
    ],
)
def test_a_crash_of_our_own_is_a_result(
    where: str, fault: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, fault)
    door_for = b.openai("sk-another") if where.endswith("next") else b.openai(KEY)
    with PracticeDoor(door_for) as door:
        evidence, report = check(settings(door.url + "/v1", model=None))
    assert any(one.outcome is Outcome.CRASHED for one in evidence.observations)
    assert "run.crashed" in [one.code for one in report.findings]
    if where.endswith("next"):
        assert report.root_cause == "auth.rejected", "what was seen before it still counts"
    else:
        assert report.verdict is Verdict.INCONCLUSIVE
        assert exit_status(report) == 3
    text = everything(evidence, report)
    assert "RuntimeError" in text
    unleaked(text)


def test_a_rule_that_crashes_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    import diagnose.findings as catalogue

    with PracticeDoor(b.openai(KEY)) as door:
        evidence = asyncio.run(run(settings(door.url + "/v1"), version="0"))
    first, *rest = catalogue.RULES
    report = judge(evidence, "en", (replace(first, when=boom), *rest))  # type: ignore[arg-type]
    assert "run.crashed" in [one.code for one in report.findings]
    unleaked(repr(report))


# -- what is not to be sent --------------------------------------------------------------------------------------------


def test_offline_sends_nothing() -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        evidence, report = check(replace(settings(door.url + "/v1"), offline=True))
        assert door.connections == 0
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.cost["requests"] == 0
    assert {one.note for one in evidence.observations if one.outcome is Outcome.SPARED} == {"offline"}


def test_offline_looks_up_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", boom)
    evidence, _ = check(replace(settings("https://relay.example/v1"), offline=True))
    assert not any(one.outcome in (Outcome.FAILED, Outcome.CRASHED) for one in evidence.observations)


@pytest.mark.parametrize(
    ("world", "verdict"),
    [
        (b.openai(KEY), Verdict.INCONCLUSIVE),
        (b.openai("sk-another"), Verdict.BROKEN),
        (handlers.always("go-404"), Verdict.BROKEN),
        (b.openai(KEY, prefix=""), Verdict.BROKEN),
    ],
    ids=["sound", "rejected", "no API", "no v1"],
)
def test_no_spend_generates_nothing(world: Handler, verdict: Verdict) -> None:
    with PracticeDoor(world) as door:
        _, report = check(replace(settings(door.url + "/v1"), no_spend=True))
        asked = [request for request in door.requests if request.json().get("messages") or request.json().get("model")]
        assert asked == []
        assert door.requests, "what is free is asked"
    assert report.cost["billed_requests"] == 0
    assert report.verdict is verdict


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_a_plan_sends_nothing(fmt: str) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        with command("check", f"{door.url}/v1", "--plan", "--format", fmt) as process:
            out, err = process.communicate(timeout=20)
        assert door.connections == 0
    assert process.returncode == 0
    assert "/v1/chat/completions" in out
    unleaked(out + err)


def test_a_key_of_another_door_is_not_sent() -> None:
    from probes.demo_server.certificates import authority

    key = "sk-ant-api03-" + BODY * 2
    with authority() as signer, PracticeDoor(b.openai(KEY), tls=signer.context("good", "api.openai.com")) as door:
        given = replace(
            settings("https://api.openai.com/v1", key=key),
            connect_to=(ConnectTo("api.openai.com", 443, "127.0.0.1", door.port),),
            ca_bundle=Sourced(str(signer.ca_pem), option("test")),
        )
        _, report = check(given)
        sent = [request for request in door.requests if BODY[:WINDOW] in repr(request.headers) + repr(request.body)]
    assert sent == []
    assert report.root_cause == "key.wrong_door"


def test_files_of_a_run_hold_no_key(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        saved, written = tmp_path / "run.json", tmp_path / "report.json"
        with command("check", f"{door.url}/v1", "--json", "--save", str(saved), "-o", str(written)) as process:
            out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    unleaked(out + err + saved.read_text("utf-8") + written.read_text("utf-8"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "run.json"]
