"""Every row of the dialects, through `check` and through `explain`: a door's answer is reported with the code of its
row.

The answers are those of ``refusals.py``; it notes the reason if a check reports an answer with another code.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from http import HTTPStatus
from typing import Any

import pytest

import probes.api.round_runner
import probes.network.network
import probes.run.engine
from diagnose.answers.dialects import Match, classify, rows
from diagnose.cli.commands.explain import candidates
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.catalog.doors import load
from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply
from probes.model.exchange import Exchange
from probes.model.facts import DoorFacts
from probes.protocols.errors import parse_json
from worlds.recorded import evidence_in
from worlds.recorded import read as recorded
from worlds.refusals import REFUSALS, Refusal, read
from worlds.stage import LOCAL, RELAY, Scenario, stage

pytestmark = pytest.mark.slow

# Keys of the shape that these providers issue; any other provider gets one of letters and digits.
SHAPES = {
    **{name: name for name in ("openai", "anthropic", "openrouter", "groq", "xai", "deepseek", "mistral")},
    **{name: name for name in ("nvidia", "huggingface", "perplexity")},
    "gemini": "gemini-new",
    "kimi-code": "kimi",
    "zhipu-cn": "zhipu",
    "dashscope-coding-cn": "sp",
}
TYPED = {"cerebras": "csk-" + "ab3d5" * 9 + "xyz", "github-models": "ghp_" + "Ab3dE6gH9j" * 3 + "kM2pQ5"}
TYPED["bedrock"] = "ABSK" + "Ab3dE6gH9j" * 11
# The codes that the table's own words become, depending on the correct path and on where the target is.
CODES = {
    "path": ("url.version_missing", "url.path_wrong", "url.version_doubled"),
    "proxy_page": ("proxy.captures_local", "proxy.refused", "proxy.auth_required"),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the pauses between two tries, and read the CA certificates once for all tests."""
    monkeypatch.setattr(probes.api.round_runner, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(probes.network.network, "trust", _TRUST)


_TRUST = cache(probes.network.network.trust)


# -- the worlds --------------------------------------------------------------------------------------------------------


def reply(one: Refusal) -> Reply:
    """Return the answer as it is sent."""
    headers = {name: value for name, value in one.headers.items() if name[0] != ":"}
    kind = {"{": "application/json", "[": "application/json", '"': "application/json", "<": "text/html"}
    if one.place == "stream":
        headers = {"Content-Type": "text/event-stream"}
    elif one.body:
        headers = {"Content-Type": kind.get(one.body[0], "text/plain"), **headers}
    return Reply(one.status, tuple(headers.items()), one.body.encode(), one.headers.get(":reason"))


def base_url_of(one: Refusal, protocol: str) -> str:
    """Return the base URL that an SDK user of this provider has."""
    door = load().get(one.door) if one.door else None
    urls = (door.base_urls(protocol) or door.base_urls("openai")) if door else ()
    if not urls:
        return LOCAL if door else RELAY
    return re.sub(r"\{[^}]*\}", "res", urls[0])


def scenario_of(one: Refusal) -> Scenario:
    """Return the provider's door, with the refusal as the answer to the request that gets it."""
    protocol = "anthropic" if one.door == "anthropic" else "openai"
    base_url, said = base_url_of(one, protocol), reply(one)
    key = TYPED.get(one.door or "")
    more: dict[str, Any] = {"typed": lambda _: key} if key else {}
    if one.code == "proxy_page":
        more["proxy"] = lambda port: handlers.always(said)
        base_url = LOCAL
    if protocol == "anthropic":
        more["model"] = answers.CLAUDES[0]
        sound: Callable[..., Handler] = b.anthropic
        wrong = f"{base_url}/v1"
    else:
        host = base_url.partition("://")[2].partition("/")[0]
        path = base_url.partition(host)[2].rstrip("/")
        sound = partial(b.openai, prefix=path)
        wrong = base_url.removesuffix("/").removesuffix(path)
    place = one.place or ("chat" if one.code.startswith(("model.", "quota.")) else "")

    def world(_: str) -> Handler:
        if one.code == "path":
            return sound(elsewhere=said)
        if one.code == "proxy_page":
            return sound()
        whats = {"chat": ("chat", "stream"), "list": ("listing",), "stream": ("stream",)}
        return sound(**dict.fromkeys(whats[place], said)) if place else handlers.always(said)

    return Scenario(
        one.name,
        world=world,
        base_url=wrong if one.code == "path" else base_url,
        protocol=protocol,
        shape=SHAPES.get(one.door or "", "relay"),
        **more,
    )


@cache
def report_of(one: Refusal) -> Report:
    with stage(scenario_of(one)) as set_up:
        evidence = asyncio.run(probes.run.engine.run(set_up.settings, network=set_up.network, version="0"))
    return judge(evidence, "en")


each = pytest.mark.parametrize("one", REFUSALS, ids=lambda one: one.name)


@each
def test_check_reports_it(one: Refusal) -> None:
    if one.root is None:
        pytest.skip(one.why)
    report = report_of(one)
    wanted = (one.root,) if one.root else CODES.get(one.code, (one.code,))
    assert report.root_cause in wanted, [(found.code, found.caused_by) for found in report.findings]
    assert "run.crashed" not in {found.code for found in report.findings}


# -- the same answer, as a client shows it -----------------------------------------------------------------------------


def shown(one: Refusal) -> str:
    """Return what a user of the Python SDK sees, including the line that its HTTP client logs; with ``curl -i`` if
    headers matter.
    """
    protocol = "anthropic" if one.door == "anthropic" else "openai"
    url = base_url_of(one, protocol).replace("{port}", "8080")
    path = "/v1/messages" if protocol == "anthropic" else "/chat/completions"
    reason = one.headers.get(":reason") or (HTTPStatus(one.status).phrase if one.status in iter(HTTPStatus) else "")
    if one.headers:
        lines = [f"HTTP/1.1 {one.status} {reason}", *(f"{k}: {v}" for k, v in one.headers.items() if k[0] != ":")]
        return "\n".join([f"$ curl -i {url}{path}", *lines, "", one.body])
    known, value = parse_json(one.body)
    said = f"Error code: {one.status} - {value}" if known else one.body or f"Error code: {one.status}"
    return f'HTTP Request: POST {url}{path} "HTTP/1.1 {one.status} {reason}"\nopenai.APIStatusError: {said}'


@each
def test_explain_reports_it(one: Refusal) -> None:
    found = [candidate.code for candidate in candidates(shown(one), "en")]
    assert found, shown(one)
    wanted = (one.text,) if one.text else CODES.get(one.code, (one.code,))
    assert found[0] in wanted or (one.place == "stream" and found[0] == one.root), found


# Tables of worlds whose servers give answers too.
ANSWERING = ("field_headers", "field_refusals", "strictness", "public_reports_2")


def answered() -> Iterator[Match]:
    """Yield the readings of every failed response in these worlds."""
    for table in ANSWERING:
        for row in recorded(table).values():
            evidence = evidence_in(row)
            doors = [one.facts.match.id for one in evidence.observations if isinstance(one.facts, DoorFacts)]
            for one in evidence.observations:
                if isinstance(one.facts, Exchange) and (one.facts.status >= 400 or one.facts.reading.error is not None):
                    yield from classify(one.facts, doors[0] if doors else None)


def test_every_row_has_an_answer() -> None:
    covered = {match.dialect for one in REFUSALS for match in read(one)} | {match.dialect for match in answered()}
    assert covered >= {row.id for row in rows()}
    assert all(one.why for one in REFUSALS if one.root != "" or one.text)
