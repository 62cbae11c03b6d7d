"""A server that answers with absurd numbers: a report with sane numbers in every format, and never a crash."""

from __future__ import annotations

import asyncio
import json

import pytest

from diagnose.cli.retries import LONGEST, pause
from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from probes.demo_server import answers, handlers
from probes.demo_server.server import PracticeDoor, Reply
from probes.model import archive
from probes.model.evidence import Evidence
from probes.model.failure import Outcome
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import Limits, ProxySettings, Settings, Sourced
from probes.model.source import option
from probes.run.engine import run

pytestmark = pytest.mark.slow
NUMBERS = ("9" * 400, "9" * 5000, f"-{'9' * 400}", "1e400", "-1e400", "NaN", "Infinity", "1e308", "-0", "-1", "0.1")
JSON = ("Content-Type", "application/json")
COMPLETION = json.dumps(answers.completion(), ensure_ascii=False)
CHUNK = json.dumps(answers.chunk(content="PONG"), ensure_ascii=False)


def measured(what: handlers.What, protocol: str = "openai") -> Evidence:
    """Check a door, and assert that the run is no crash and that its report can be written and judged again."""
    with PracticeDoor(handlers.always(what)) as door:
        given = Settings(
            base_url=Sourced(f"{door.url}/v1", option("--base-url")),
            key=Sourced(Secret("sk-Qm7xT2bW9zLk4RvY8nHd3JcP"), option("--key")),
            model=Sourced("gpt-5-nano", option("--model")),
            protocol=Sourced(protocol, option("--protocol")),
            limits=Limits(probe=2, run=8),
        )
        evidence = asyncio.run(run(given, version="0"))
    assert [one.note for one in evidence.observations if one.outcome is Outcome.CRASHED] == []
    assert 0 <= pause(evidence, 0) <= LONGEST
    again = archive.load(archive.dump(evidence))
    assert again == evidence
    for fmt in FORMATS:
        text = render(judge(again), fmt, "en")
        assert fmt != "json" or archive.parse(text), "numbers that any reader of JSON can compute with"
    return evidence


def body(text: str, *headers: tuple[str, str], status: int = 200) -> Reply:
    return Reply(status, (JSON, *headers), text.encode())


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number[:5]} ({len(number)})")
def test_in_a_body(number: str) -> None:
    usage = f'"usage": {{"prompt_tokens": {number}, "completion_tokens": {number}, "total_tokens": {number}}}'
    evidence = measured(body(f'{COMPLETION[:-1]}, {usage}, "created": {number}}}'))
    assert 0 <= evidence.cost.prompt_tokens < 10**7
    assert 0 <= evidence.cost.completion_tokens < 10**7


@pytest.mark.parametrize("number", NUMBERS[:7], ids=lambda number: f"{number[:5]} ({len(number)})")
def test_in_a_stream(number: str) -> None:
    usage = f'"usage": {{"prompt_tokens": {number}, "completion_tokens": {number}}}'
    chunk = f'{CHUNK[:-1]}, {usage}, "created": {number}}}'
    evidence = measured(answers.as_events(f"data: {chunk}\n\ndata: [DONE]\n\n".encode()))
    assert 0 <= evidence.cost.prompt_tokens < 10**7


@pytest.mark.parametrize("number", NUMBERS[1:4:2], ids=lambda number: f"{number[:5]} ({len(number)})")
@pytest.mark.parametrize("protocol", ["anthropic", "gemini", "ollama", "responses"])
def test_in_the_body_of_another_protocol(protocol: str, number: str) -> None:
    names = (
        "input_tokens",
        "output_tokens",
        "promptTokenCount",
        "candidatesTokenCount",
        "prompt_eval_count",
        "eval_count",
    )
    counts = ", ".join(f'"{name}": {number}' for name in names)
    measured(body(f'{{"id": "x", {counts}, "usage": {{{counts}}}, "usageMetadata": {{{counts}}}}}'), protocol)


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("number", NUMBERS[:5], ids=lambda number: f"{number[:5]} ({len(number)})")
def test_in_a_header(status: int, number: str) -> None:
    names = ("Retry-After", "Retry-After-Ms", "X-RateLimit-Remaining", "Age", "OpenAI-Processing-Ms")
    measured(body(COMPLETION, *((name, number) for name in names), status=status))


DATES = ("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", f"Mon, 01 Jan {'9' * 400} 00:00:00 GMT")


@pytest.mark.parametrize("date", DATES, ids=lambda date: date[:24])
def test_in_a_date(date: str) -> None:
    measured(body(COMPLETION, ("Date", date), ("Retry-After", date), status=429))


RAW = {
    "status of three digits": b"HTTP/1.1 999 Fine\r\nContent-Length: 0\r\n\r\n",
    "status of 400 digits": b"HTTP/1.1 " + b"9" * 400 + b" Fine\r\nContent-Length: 0\r\n\r\n",
    "status of 5000 digits": b"HTTP/1.1 " + b"9" * 5000 + b" Fine\r\nContent-Length: 0\r\n\r\n",
    "negative status": b"HTTP/1.1 -20 Fine\r\nContent-Length: 0\r\n\r\n",
    "status 000": b"HTTP/1.1 000 Fine\r\nContent-Length: 0\r\n\r\n",
    "length of 400 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n{}",
    "length of 5000 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "chunk of 400 digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 400 + b"\r\n{}",
    "version of 400 digits": b"HTTP/" + b"9" * 400 + b".1 200 OK\r\n\r\n{}",
}


@pytest.mark.parametrize("name", RAW)
def test_in_the_framing(name: str) -> None:
    measured([RAW[name]])


@pytest.mark.parametrize("name", [name for name in RAW if "status" in name])
def test_in_the_answer_of_a_proxy(name: str) -> None:
    with PracticeDoor(handlers.always([RAW[name]]), connect=[RAW[name]]) as proxy:
        given = Settings(
            base_url=Sourced("https://api.example.com/v1", option("--base-url")), limits=Limits(probe=2, run=8)
        )
        through = Sourced(proxy.url, option("--proxy"))
        evidence = asyncio.run(run(replace(given, proxies=ProxySettings(http=through, https=through)), version="0"))
    assert [one.note for one in evidence.observations if one.outcome is Outcome.CRASHED] == []
