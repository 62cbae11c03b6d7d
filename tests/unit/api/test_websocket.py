"""The WebSocket that an app opens first: what is sent, to whom, and how much is read, whatever the server does."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from probes.api.websocket import FRAMES, ROOM, first_message
from probes.catalog.apps import load
from probes.demo_server import handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.answers import response_events
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import Answer, PracticeDoor, Request, ScriptEnd
from probes.demo_server.websockets import accepted, close, frame, message, upgrading
from probes.model import archive
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.evidence import Evidence, Subject
from probes.model.exchange import WebSocketTry
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, Settings, Sourced
from probes.model.source import DEFAULT, environment_variable, option
from probes.protocols.protocol import ALLOWANCE, wire
from probes.run.engine import run
from probes.run.plan import plan

KEY = made_up_key()


def settings(url: str, **more: Any) -> Settings:
    given = Settings(
        base_url=Sourced(f"{url}/v1", option("--base-url")),
        key=Sourced(Secret(KEY), environment_variable("CODEX_API_KEY")),
        model=Sourced("gpt-5-nano", option("--model")),
        protocol=Sourced("responses", DEFAULT),
        app="codex",
        websocket=Sourced(True, DEFAULT),
        limits=Limits(probe=2.0, run=10.0),
    )
    return replace(given, **more)


def opened(evidence: Evidence) -> WebSocketTry | None:
    return evidence.one(WebSocketTry, Subject.WEBSOCKET)


def test_the_upgrade_is_the_apps_and_the_plan_names_it() -> None:
    with PracticeDoor(upgrading(b.responses(KEY), "sound")) as door:
        planned = plan(settings(door.url))
        evidence = asyncio.run(run(settings(door.url)))
    upgrade = next(one for one in door.requests if one.header("upgrade"))
    assert (upgrade.method, upgrade.path) == ("GET", "/v1/responses")
    assert upgrade.header("authorization") == f"Bearer {KEY}"
    assert upgrade.header("openai-beta") == "responses_websockets=2026-02-06"
    assert upgrade.header("user-agent").startswith("llmdoctor/")  # nothing that only identifies the app
    assert planned is not None
    (foreseen,) = planned.on_success
    assert (foreseen.purpose, foreseen.method, foreseen.url) == ("websocket", "GET", door.url + upgrade.target)
    assert foreseen.with_key and foreseen.tokens > 0 and planned.tokens > sum(one.tokens for one in planned.requests)
    found = opened(evidence)
    assert found is not None and found.accepted and found.asked and found.events == 2 and found.configured
    assert evidence.cost.requests == 4 and evidence.cost.billed_requests == 2  # `generate: false` was heeded


def test_without_spending_no_message_is_sent() -> None:
    with PracticeDoor(upgrading(b.responses(KEY), "silent")) as door:
        given = settings(door.url, no_spend=True)
        planned, evidence = plan(given), asyncio.run(run(given))
    found = opened(evidence)
    assert found is not None and found.accepted and not found.asked and not found.closed
    assert planned is not None and planned.tokens == 0 and evidence.cost.billed_requests == 0


def test_an_answer_that_was_not_asked_for_is_counted() -> None:
    def eager(request: Request) -> Answer:
        return [accepted(request), ScriptEnd.MESSAGE, *map(message, response_events()), ScriptEnd.STALL]

    with PracticeDoor(upgrading(b.responses(KEY), eager)) as door:
        evidence = asyncio.run(run(settings(door.url)))
    assert evidence.cost.billed_requests == 3


def test_the_first_message_asks_for_no_answer() -> None:
    app = load().get("codex")
    assert app is not None and app.wires[0].websocket is not None
    attempt = Attempt("responses", "https://relay.example/v1", Auth.BEARER, KeyForm.GIVEN)
    body = json.loads(first_message(wire("responses"), attempt, "gpt-5-nano", app.wires[0].websocket))
    assert (body["type"], body["generate"], body["model"]) == ("response.create", False, "gpt-5-nano")
    assert 0 < body["max_output_tokens"] <= ALLOWANCE


def test_no_key_goes_where_the_policy_does_not_let_it() -> None:
    """A public address without TLS: the key is withheld, so no attempt works and nothing is upgraded."""
    with PracticeDoor(upgrading(b.responses(KEY), "sound")) as door:
        rules = (ConnectTo("door.example", 0, "127.0.0.1", door.port),)
        given = settings(door.url.replace("127.0.0.1", "door.example"), no_spend=True, connect_to=rules)
        evidence = asyncio.run(run(given))
    assert opened(evidence) is None
    assert not any(one.header("upgrade") for one in door.requests)
    assert KEY not in str([one.headers for one in door.requests])


def _flood(piece: bytes) -> handlers.Handler:
    def handler(request: Request) -> Answer:
        return [accepted(request), ScriptEnd.MESSAGE, piece, ScriptEnd.STALL]

    return handler


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(frame(b"", 1) * (2 * FRAMES), id="empty frames"),
        pytest.param(b"\x01\x7f" + (1 << 40).to_bytes(8, "big") + b"x" * (2 * ROOM), id="one frame without an end"),
        pytest.param(frame(b"p", 9) * (2 * FRAMES), id="pings"),
        pytest.param(b"\xff" * 4096, id="no frames"),
        pytest.param(frame(b"\xff\xfe", 1), id="no UTF-8"),
        pytest.param(frame(b"[" * 60_000, 1), id="deep JSON"),
    ],
)
def test_what_is_read_is_bounded(piece: bytes) -> None:
    with PracticeDoor(upgrading(b.responses(KEY), _flood(piece))) as door:
        evidence = asyncio.run(run(settings(door.url, limits=Limits(probe=0.6, run=5.0))))
    found = opened(evidence)
    assert found is not None and found.exchange.status == 101
    assert not [one for one in evidence.observations if one.outcome == "crashed"]
    assert archive.load(archive.dump(evidence)) == evidence


def test_what_the_server_says_is_scrubbed() -> None:
    def echoing(request: Request) -> Answer:
        error = {"type": "error", "status": 400, "error": {"message": f"bad {request.header('authorization')}"}}
        return [accepted(request), ScriptEnd.MESSAGE, message(error), ScriptEnd.STALL]

    def closing(request: Request) -> Answer:
        return [accepted(request), close(1008, KEY), ScriptEnd.CLOSE]

    for handler in (echoing, closing):
        with PracticeDoor(upgrading(b.responses(KEY), handler)) as door:
            evidence = asyncio.run(run(settings(door.url)))
        found = opened(evidence)
        assert found is not None and (found.error is not None or found.code == 1008)
        assert KEY not in archive.dump(evidence)


def test_an_absurd_status_is_none_and_the_time_is_that_of_the_socket() -> None:
    def absurd(request: Request) -> Answer:
        error = {"type": "error", "status": 10**3000, "error": {"message": "no"}}
        return [accepted(request), ScriptEnd.MESSAGE, message(error), ScriptEnd.STALL]

    def silent(request: Request) -> Answer:
        return [accepted(request), ScriptEnd.MESSAGE, ScriptEnd.STALL]

    limits = Limits(probe=0.5, run=5.0)
    for handler, least in ((absurd, 0.0), (silent, 0.4)):
        with PracticeDoor(upgrading(b.responses(KEY), handler)) as door:
            evidence = asyncio.run(run(settings(door.url, limits=limits)))
        found = opened(evidence)
        assert found is not None and found.error_status == 0
        assert found.exchange.timing.seconds >= least, "until our own limit has ended it"
        assert archive.load(archive.dump(evidence)) == evidence
