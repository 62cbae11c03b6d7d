"""What `--plan` says of the first round, case by case; test_measured.py checks in every world that it is what is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli.commands.check import command
from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.attempt import Auth, KeyForm
from probes.model.facts import Withheld
from probes.model.planned_request import PlannedRequest
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import (
    Conflict,
    ConflictReason,
    ConflictRole,
    Flow,
    FlowPart,
    Override,
    ProxySettings,
    Settings,
    Sourced,
)
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.run.engine import run
from probes.run.plan import plan

KEY = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo" * 2


# -- the proxy ---------------------------------------------------------------------------------------------------------


def settings(base_url: str, key: str | None = KEY, model: str | None = answers.MODELS[0], **more: Any) -> Settings:
    return Settings(
        base_url=Sourced(base_url, Source(SourceKind.ARGUMENT)),
        key=Sourced(Secret(key), Source(SourceKind.STDIN)) if key is not None else None,
        model=Sourced(model, option("--model")) if model is not None else None,
        protocol=more.pop("protocol", Sourced("openai", option("--protocol"))),
        **more,
    )


def at_servers(requests: Iterable[PlannedRequest]) -> set[tuple[str, str, bool]]:
    return {(one.method, one.url, one.with_key) for one in requests}


def test_the_key_goes_around_a_proxy_that_takes_a_local_server_and_the_plan_says_so() -> None:
    refuses = handlers.always(answers.as_json({"error": "no way there"}, 403))
    with PracticeDoor(b.openai(KEY)) as door, PracticeDoor(refuses) as front:
        given = settings(
            f"{door.url}/v1", proxies=ProxySettings(http=Sourced(front.url, environment_variable("HTTP_PROXY")))
        )
        planned = plan(given)
        evidence = asyncio.run(run(given))
        by_proxy = {(one.method, one.target, KEY in str(one.headers)) for one in front.requests}
        by_door = {(one.method, door.url + one.target, KEY in str(one.headers)) for one in door.requests}
    assert planned is not None and planned.proxy == front.url and planned.withheld is None
    assert not any(one.with_key for one in planned.requests)
    assert by_proxy == at_servers(planned.requests)
    assert [case.when for case in planned.otherwise] == ["around_proxy"]
    assert all(one.with_key for one in planned.otherwise[0].requests)
    assert by_door == at_servers(planned.otherwise[0].requests)
    assert evidence.working is not None and evidence.working.direct


# -- single requests ---------------------------------------------------------------------------------------------------

_DOTENV = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1)
_CONFLICTS = (Conflict(ConflictRole.KEY, "OPENAI_API_KEY", _DOTENV, Secret("sk-" + "b" * 48), ConflictReason.SHADOWED),)
_FLOW = Flow(environment_variable("OPENAI_API_KEY"), _DOTENV, FlowPart.BASE_URL, "relay.example")
_PROJECT = Override((_FLOW,), "api.openai.com", withheld=True)
_LOOPBACK, _RELAY, _PLAIN = "http://127.0.0.1:1/v1", "https://relay.example/v1", "http://relay.example/v1"
_FULL = [("models", "as given"), ("chat", "as given"), ("stream", "as given")]
_KEYLESS = [("models", "none"), ("path", "none")]
_AUTO = Sourced("auto", option("--protocol"))
_CLAUDE = Sourced("anthropic", option("--protocol"))

# Settings, the purposes of the plan with the form of the key that each carries, why it is withheld, and the other
# cases.
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
    "secret-in-address": (settings(_RELAY, override=replace(_PROJECT, in_address=True)), [], Withheld.PROJECT, []),
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
    "auto": (settings(_RELAY, protocol=_AUTO), [*_FULL, *[("path", "dummy")] * 9], None, []),
    "offline": (settings(_PLAIN, offline=True), [], Withheld.PLAINTEXT, []),
    "proxied": (
        settings(
            _PLAIN, proxies=ProxySettings(http=Sourced("http://10.0.0.9:3128", environment_variable("HTTP_PROXY")))
        ),
        _KEYLESS,
        Withheld.PLAINTEXT,
        ["private_address", "around_proxy"],
    ),
    "proxied-by-tls": (
        settings(
            _RELAY, proxies=ProxySettings(https=Sourced("http://10.0.0.9:3128", environment_variable("HTTPS_PROXY")))
        ),
        _FULL,
        None,
        [],
    ),
}


@pytest.mark.parametrize(("given", "requests", "withheld", "cases"), PLANNED.values(), ids=PLANNED)
def test_the_plan_of(
    given: Settings, requests: list[tuple[str, str]], withheld: Withheld | None, cases: list[str]
) -> None:
    planned = plan(given)
    assert planned is not None
    assert [(one.purpose, one.key.value) for one in planned.requests] == requests
    assert [one.with_key for one in planned.requests] == [key not in ("none", "dummy") for _, key in requests]
    assert planned.withheld is withheld
    assert [case.when for case in planned.otherwise] == cases


def test_the_key_that_may_go_takes_the_place_of_one_that_may_not() -> None:
    given = settings("https://api.openai.com/v1", "sk-ant-api03-" + "a" * 93 + "AA", conflicts=_CONFLICTS)
    planned = plan(given)
    assert planned is not None and planned.withheld is Withheld.OTHER_DOOR
    assert {one.key for one in planned.requests} == {KeyForm.CONFLICTING}
    assert planned.conflict_source == _DOTENV


def test_the_model_that_nobody_named_is_a_placeholder() -> None:
    planned = plan(
        settings(
            "https://generativelanguage.googleapis.com", model=None, protocol=Sourced("gemini", option("--protocol"))
        )
    )
    assert planned is not None
    later = [one for one in planned.requests if one.after_list]
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
        given = settings(door.url + path, model=model, protocol=Sourced(protocol, option("--protocol")))
        planned = plan(given)
        asyncio.run(run(given))
        arrived = [
            (one.method, door.url + one.target, sorted({name.lower() for name, _ in one.headers} - usual))
            for one in door.requests
        ]
    assert planned is not None
    expected = [(one.method, one.url, sorted(name.lower() for name in one.headers)) for one in planned.requests]
    assert sorted(arrived) == sorted(expected)


def test_what_a_browser_asks_is_planned() -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        given = settings(door.url, app="nextchat-web")
        planned = plan(given)
        asyncio.run(run(given))
        arrived = [(one.method, door.url + one.target) for one in door.requests if one.method == "OPTIONS"]
    assert planned is not None
    assert [(one.method, one.url) for one in planned.on_success] == arrived != []
    assert not planned.on_success[0].with_key


def test_the_plan_as_json() -> None:
    argv = [_PLAIN, "--key", KEY, "--no-env", "--model", "m", "--plan", "--json"]
    planned = json.loads(CliRunner().invoke(command, argv).stdout)
    assert planned.keys() >= {"host", "port", "proxy", "requests", "further", "withheld", "deep", "tokens"}
    assert planned["withheld"] == "plaintext"
    assert [(one["purpose"], one["with_key"]) for one in planned["requests"]] == [("models", False), ("path", False)]
    (case,) = planned["otherwise"]
    assert case["when"] == "private_address" and all(one["with_key"] for one in case["requests"])
    chat = case["requests"][1]
    assert chat["key"] == "as given" and "Authorization" in chat["headers"] and chat["tokens"] == 32
    assert planned["tokens"] == 64


def test_the_plan_as_text() -> None:
    argv = [_PLAIN, "--key", KEY, "--no-env", "--plan"]
    said = CliRunner().invoke(command, argv).stdout
    assert "The key would not be sent: the address is not encrypted" in said
    assert "leads to a private address, instead" in said
    assert "once the model list has named a model" in said
    assert KEY not in said


def test_a_plan_holds_no_secret() -> None:
    planned = plan(settings(f"https://user:{KEY}@relay.example/v1?key={KEY}"))
    assert planned is not None and KEY not in repr(planned)


def test_of_two_rounds_one_is_paid() -> None:
    planned = plan(
        settings(
            _LOOPBACK, proxies=ProxySettings(http=Sourced("http://10.0.0.9:3128", environment_variable("HTTP_PROXY")))
        )
    )
    assert planned is not None and planned.otherwise
    assert planned.tokens == sum(one.tokens for one in planned.requests) > 0


def test_a_plan_is_of_attempts_that_may_be_sent() -> None:
    for given, *_ in PLANNED.values():
        planned = plan(replace(given, deep=True))
        assert planned is not None
        for one in planned.deep:
            assert one.with_key is (one.attempt.holds_key and one.attempt.auth is not Auth.NONE)
            first = [*planned.requests, *(other for case in planned.otherwise for other in case.requests)]
            assert not one.with_key or any(other.key is one.key for other in first)
