"""The plan is what is sent: `--plan` and the first round of requests are the same in every world."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

sys.path.append(str(Path(__file__).parent))  # the table stands beside the tests, which are no package

from faults.stage import Scenario, Seen, examine
from worlds import SCENARIOS

import probes.api.attempt_round
import probes.network.network
from diagnose.cli.commands.check import command
from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.attempt import Auth, KeyForm
from probes.model.evidence import Observation
from probes.model.exchange import Exchange
from probes.model.facts import DoorFacts, TcpFacts, TlsFacts, Withheld
from probes.model.planned_request import MODEL, Plan, PlannedRequest
from probes.model.secret import Secret
from probes.model.settings import Conflict, Override, ProxySettings, Settings, Sourced
from probes.run.engine import run
from probes.run.plan import plan

KEY = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo" * 2
LISTS = ("other_header_list", "keyless_list")  # asked at the same endpoint as the list
PRIVATE = ipaddress.ip_network("10.0.0.0/8")  # where the worlds' private addresses are
QUICKLY = 3  # of the worlds, one in so many is for the quick tests
_TRUST = cache(probes.network.network.trust)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pauses between two tries, and with the roots read once for all scenarios."""
    monkeypatch.setattr(probes.api.attempt_round, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(probes.network.network, "trust", _TRUST)


# -- every world -------------------------------------------------------------------------------------------------------

Line = tuple[Any, ...]


def exchanges(first: Iterable[Observation]) -> list[Exchange]:
    return [one.facts for one in first if isinstance(one.facts, Exchange)]


def line(one: Exchange) -> Line:
    """What a request was: at which endpoint, by which method, where, with which key in which header."""
    purpose = "models" if one.purpose in LISTS else str(one.purpose)
    return purpose, one.method, one.url, one.attempt.key, one.with_key, one.attempt.auth


def foretold(requests: Iterable[PlannedRequest], sent: list[Exchange]) -> set[Line]:
    """The same of the plan's requests, with the models that were asked in place of the placeholder."""
    found: set[Line] = set()
    for one in requests:
        purpose = "models" if one.purpose in LISTS else one.purpose
        models = {other.attempt.model or "" for other in sent if other.purpose == purpose} if one.after_list else {""}
        for model in models:
            url = one.url.replace(MODEL, quote(model, safe=""))
            found.add((purpose, one.method, url, one.key, one.with_key, one.attempt.auth))
    return found


def by_the_route_taken(seen: Seen, told: Plan) -> tuple[PlannedRequest, ...]:
    """What the plan says for the route of the run, told by what was measured alone."""
    observed = [one.facts for one in seen.evidence.observations]
    doors = [one for one in observed if isinstance(one, DoorFacts)]
    dialled = [one.connected.ip for one in observed if isinstance(one, TcpFacts) and one.connected is not None]
    cases = {case.when: case.requests for case in told.otherwise}
    if told.proxy is not None:
        private = doors[-1].local and not doors[0].local
    else:
        private = bool(dialled) and ipaddress.ip_address(dialled[-1]) in PRIVATE
    return cases["private_address"] if private and "private_address" in cases else told.requests


def turned(seen: Seen, told: Plan) -> str:
    """What the network showed that no setting tells, and that can only take the key away."""
    if any(isinstance(one.facts, TlsFacts) and one.facts.plain_http for one in seen.evidence.observations):
        return "plain_http"
    if told.proxy is None and any(one.via_proxy for one in exchanges(seen.first)):
        return "through_proxy"
    return ""


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(scenario, id=scenario.name, marks=[pytest.mark.slow] if number % QUICKLY else [])
        for number, scenario in enumerate(SCENARIOS)
    ],
)
def test_the_plan_is_what_is_sent(scenario: Scenario) -> None:
    seen = examine(scenario)
    sent, told = exchanges(seen.first), seen.plan
    if told is None or scenario.offline:
        assert not sent
        return
    if not sent:  # the host was not reached: a request that is sent, or fails, is recorded
        assert not any(isinstance(one.facts, Exchange) for one in seen.evidence.observations)
        return
    if turned(seen, told):
        keys = {one.key for one in told.requests if one.with_key}
        assert {one.attempt.key for one in sent if one.with_key} <= keys
        return
    requests = foretold(by_the_route_taken(seen, told), sent)
    if seen.evidence.ran_out:  # the deadline cut the round short
        assert {line(one) for one in sent} <= requests
    else:
        assert {line(one) for one in sent} == requests


def test_the_worlds_are_reached() -> None:
    """The test above compares requests, and not one empty list with another."""
    some = SCENARIOS[::QUICKLY]
    reached = [one for one in some if exchanges(examine(one).first)]
    ordinary = [one for one in reached if not turned(examine(one), examine(one).plan or Plan("", 0, None, (), 0))]
    assert len(ordinary) > 0.8 * len(some)


# -- the proxy ---------------------------------------------------------------------------------------------------------


def settings(base_url: str, key: str | None = KEY, model: str | None = answers.MODELS[0], **more: Any) -> Settings:
    return Settings(
        base_url=Sourced(base_url, "argument"),
        key=Sourced(Secret(key), "standard input") if key is not None else None,
        model=Sourced(model, "--model") if model is not None else None,
        protocol=more.pop("protocol", Sourced("openai", "--protocol")),
        **more,
    )


def at_servers(requests: Iterable[PlannedRequest]) -> set[tuple[str, str, bool]]:
    return {(one.method, one.url, one.with_key) for one in requests}


def test_the_key_goes_around_a_proxy_that_takes_a_local_server_and_the_plan_says_so() -> None:
    refuses = handlers.always(answers.as_json({"error": "no way there"}, 403))
    with PracticeDoor(b.openai(KEY)) as door, PracticeDoor(refuses) as front:
        given = settings(f"{door.url}/v1", proxies=ProxySettings(http=Sourced(front.url, "environment HTTP_PROXY")))
        told = plan(given)
        evidence = asyncio.run(run(given))
        by_proxy = {(one.method, one.target, KEY in str(one.headers)) for one in front.requests}
        by_door = {(one.method, door.url + one.target, KEY in str(one.headers)) for one in door.requests}
    assert told is not None and told.proxy == front.url and told.withheld is None
    assert not any(one.with_key for one in told.requests)
    assert by_proxy == at_servers(told.requests)
    assert [case.when for case in told.otherwise] == ["around_proxy"]
    assert all(one.with_key for one in told.otherwise[0].requests)
    assert by_door == at_servers(told.otherwise[0].requests)
    assert evidence.working is not None and evidence.working.direct


def test_a_proxy_that_is_down_is_not_handed_the_key() -> None:
    """The host is reached around it, and the attempts that still name the proxy must not carry the key."""
    scenario = next(one for one in SCENARIOS if one.name == "proxy-takes-local-dead")
    seen = examine(scenario)
    through = [one for one in exchanges(seen.evidence.observations) if one.via_proxy]
    assert through and not any(one.with_key for one in through)
    assert any(one.with_key for one in exchanges(seen.evidence.observations))


# -- single requests ---------------------------------------------------------------------------------------------------

_RIVAL = (Conflict("key", "OPENAI_API_KEY", ".env:1 OPENAI_API_KEY", Secret("sk-" + "b" * 48), "shadowed"),)
_PROJECT = Override(".env:1 OPENAI_BASE_URL", "relay.example", "api.openai.com", "default", "environment X", True)
_LOOPBACK, _RELAY, _PLAIN = "http://127.0.0.1:1/v1", "https://relay.example/v1", "http://relay.example/v1"
_FULL = [("models", "as given"), ("chat", "as given"), ("stream", "as given")]
_KEYLESS = [("models", "none"), ("path", "none")]
_AUTO = Sourced("auto", "--protocol")
_CLAUDE = Sourced("anthropic", "--protocol")

# Settings, the purposes of the plan with the form of the key that goes along, why it is withheld, and the other cases.
PLANNED: dict[str, tuple[Settings, list[tuple[str, str]], Withheld | None, list[str]]] = {
    "sound": (settings(_RELAY), _FULL, None, []),
    "no-key": (settings(_RELAY, None), _KEYLESS, None, []),
    "no-key-local": (settings(_LOOPBACK, None), [(name, "none") for name, _ in _FULL], None, []),
    "no-spend": (settings(_RELAY, no_spend=True), [_FULL[0], ("path", "none"), ("keyless_list", "none")], None, []),
    "no-spend-no-key": (settings(_LOOPBACK, None, no_spend=True), _KEYLESS, None, []),
    "cleaned": (settings(_RELAY, KEY + "\n"), [(name, "cleaned") for name, _ in _FULL], None, []),
    "plaintext": (settings(_PLAIN), _KEYLESS, Withheld.PLAINTEXT, ["private_address"]),
    "plaintext-address": (settings("http://8.8.4.4/v1"), _KEYLESS, Withheld.PLAINTEXT, []),
    "plaintext-anyway": (settings(_PLAIN, send_anyway=True), _FULL, None, []),
    "plaintext-no-key": (settings(_PLAIN, None), _KEYLESS, None, []),
    "project": (settings(_RELAY, override=_PROJECT), _KEYLESS, Withheld.PROJECT, []),
    "other-door": (
        settings("https://api.openai.com/v1", "sk-ant-api03-" + "a" * 93 + "AA"),
        _KEYLESS,
        Withheld.OTHER_DOOR,
        [],
    ),
    "header": (
        settings("https://relay.example", protocol=_CLAUDE),
        [*_FULL, ("other_header_list", "as given")],
        None,
        [],
    ),
    "header-of-an-app": (settings("https://relay.example", protocol=_CLAUDE, app="claude-code"), _FULL, None, []),
    "auto": (settings(_RELAY, protocol=_AUTO), [*_FULL, *[("path", "dummy")] * 5], None, []),
    "offline": (settings(_PLAIN, offline=True), [], Withheld.PLAINTEXT, []),
    "proxied": (
        settings(_PLAIN, proxies=ProxySettings(http=Sourced("http://10.0.0.9:3128", "environment HTTP_PROXY"))),
        _KEYLESS,
        Withheld.PLAINTEXT,
        ["private_address", "around_proxy"],
    ),
    "proxied-by-tls": (
        settings(_RELAY, proxies=ProxySettings(https=Sourced("http://10.0.0.9:3128", "environment HTTPS_PROXY"))),
        _FULL,
        None,
        [],
    ),
}


@pytest.mark.parametrize(("given", "requests", "withheld", "cases"), PLANNED.values(), ids=PLANNED)
def test_the_plan_of(
    given: Settings, requests: list[tuple[str, str]], withheld: Withheld | None, cases: list[str]
) -> None:
    told = plan(given)
    assert told is not None
    assert [(one.purpose, one.key.value) for one in told.requests] == requests
    assert [one.with_key for one in told.requests] == [key not in ("none", "dummy") for _, key in requests]
    assert told.withheld is withheld
    assert [case.when for case in told.otherwise] == cases


def test_the_key_that_may_go_takes_the_place_of_one_that_may_not() -> None:
    given = settings("https://api.openai.com/v1", "sk-ant-api03-" + "a" * 93 + "AA", conflicts=_RIVAL)
    told = plan(given)
    assert told is not None and told.withheld is Withheld.OTHER_DOOR
    assert {one.key for one in told.requests} == {KeyForm.RIVAL}
    assert told.conflict_source == ".env:1 OPENAI_API_KEY"


def test_the_model_that_nobody_named_is_a_placeholder() -> None:
    told = plan(settings("https://generativelanguage.googleapis.com", model=None, protocol=Sourced("gemini", "test")))
    assert told is not None
    later = [one for one in told.requests if one.after_list]
    assert [one.purpose for one in later] == ["chat", "stream"]
    assert all("/models/{model}:" in one.url for one in later)


DOORS = {
    "openai": (b.openai(KEY), "/v1", answers.MODELS[0]),
    "responses": (b.responses(KEY), "/v1", answers.MODELS[0]),
    "anthropic": (b.anthropic(KEY), "", answers.CLAUDES[0]),
    "gemini": (b.gemini(KEY), "", answers.GEMINIS[0]),
}


@pytest.mark.parametrize("protocol", DOORS)
def test_the_headers_of_the_plan_are_those_that_arrive(protocol: str) -> None:
    handler, path, model = DOORS[protocol]
    usual = {"host", "user-agent", "accept-encoding", "content-length"}
    with PracticeDoor(handler) as door:
        given = settings(door.url + path, model=model, protocol=Sourced(protocol, "--protocol"))
        told = plan(given)
        asyncio.run(run(given))
        arrived = [
            (one.method, door.url + one.target, sorted({name.lower() for name, _ in one.headers} - usual))
            for one in door.requests
        ]
    assert told is not None
    expected = [(one.method, one.url, sorted(name.lower() for name in one.headers)) for one in told.requests]
    assert sorted(arrived) == sorted(expected)


def test_what_a_browser_asks_is_planned() -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        given = settings(door.url, app="nextchat-web")
        told = plan(given)
        asyncio.run(run(given))
        arrived = [(one.method, door.url + one.target) for one in door.requests if one.method == "OPTIONS"]
    assert told is not None
    assert [(one.method, one.url) for one in told.on_success] == arrived != []
    assert not told.on_success[0].with_key


def test_the_plan_as_json() -> None:
    argv = [_PLAIN, "--key", KEY, "--no-env", "--model", "m", "--plan", "--json"]
    told = json.loads(CliRunner().invoke(command, argv).stdout)
    assert told.keys() >= {"host", "port", "proxy", "requests", "further", "withheld", "deep", "tokens"}
    assert told["withheld"] == "plaintext"
    assert [(one["purpose"], one["with_key"]) for one in told["requests"]] == [("models", False), ("path", False)]
    (case,) = told["otherwise"]
    assert case["when"] == "private_address" and all(one["with_key"] for one in case["requests"])
    chat = case["requests"][1]
    assert chat["key"] == "as given" and "Authorization" in chat["headers"] and chat["tokens"] == 32
    assert told["tokens"] == 64


def test_the_plan_as_text() -> None:
    argv = [_PLAIN, "--key", KEY, "--no-env", "--plan"]
    said = CliRunner().invoke(command, argv).stdout
    assert "the key would not be sent: the address is not encrypted" in said
    assert "leads to a private address, instead" in said
    assert "once the list has named a model" in said
    assert KEY not in said


def test_a_plan_holds_no_secret() -> None:
    told = plan(settings(f"https://user:{KEY}@relay.example/v1?key={KEY}"))
    assert told is not None and KEY not in repr(told)


def test_of_two_rounds_one_is_paid() -> None:
    told = plan(settings(_LOOPBACK, proxies=ProxySettings(http=Sourced("http://10.0.0.9:3128", "test"))))
    assert told is not None and told.otherwise
    assert told.tokens == sum(one.tokens for one in told.requests) > 0


def test_a_plan_is_of_attempts_that_may_be_sent() -> None:
    for given, *_ in PLANNED.values():
        told = plan(replace(given, deep=True))
        assert told is not None
        for one in told.deep:
            assert one.with_key is (one.attempt.holds_key and one.attempt.auth is not Auth.NONE)
            first = [*told.requests, *(other for case in told.otherwise for other in case.requests)]
            assert not one.with_key or any(other.key is one.key for other in first)
