"""What a run looks at besides the API: the other hosts of the app, the credit that is left, the rate limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from diagnose.formats import render
from diagnose.formats.json import document
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request
from probes.model.facts import CompanionFacts
from probes.model.failure import Kind
from probes.model.record import replace
from probes.steps import companions
from worlds.cases import CLAUDE, claude, said
from worlds.stage import Roads, Scenario, Seen, examine

API, OTHER = "api.anthropic.com", "platform.claude.com"


def run_of_claude_code(other: tuple[str, ...] | Kind, fates: dict[str, Kind] | None = None, **more: Any) -> Seen:
    """Run a check as Claude Code, whose API answers, in a network where its other host is as given."""
    roads = Roads({API: ("192.0.2.1",), OTHER: other}, fates or {})
    given: dict[str, Any] = {"shape": "anthropic", "app": "claude-code", "roads": roads, **more}
    return examine(claude("companions", None, b.anthropic, f"https://{API}", **given))


@pytest.fixture
def with_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every key count as a stored login, for which the app needs its maker's other host."""
    real = companions.worth_a_look
    monkeypatch.setattr(companions, "worth_a_look", lambda app, login, *more: real(app, app is not None, *more))


def facts_of(seen: Seen) -> list[CompanionFacts]:
    return [one.facts for one in seen.evidence.observations if isinstance(one.facts, CompanionFacts)]


@pytest.mark.usefixtures("with_login")
@pytest.mark.parametrize(
    ("other", "fates", "kind"),
    [
        (Kind.NAME_UNKNOWN, {}, Kind.NAME_UNKNOWN),
        (Kind.NAME_FAILED, {}, Kind.NAME_FAILED),
        (("192.0.2.2",), {"192.0.2.2": Kind.REFUSED}, Kind.REFUSED),
        (("192.0.2.2",), {"192.0.2.2": Kind.UNREACHABLE}, Kind.UNREACHABLE),
    ],
)
def test_a_host_of_the_app_that_is_out_of_reach(
    other: tuple[str, ...] | Kind, fates: dict[str, Kind], kind: Kind
) -> None:
    seen = run_of_claude_code(other, fates)
    assert [(one.host, one.required, one.kind) for one in facts_of(seen)] == [(OTHER, True, kind)]
    report = judge(seen.evidence)
    assert report.root_cause == "app.companion_unreachable" and report.proven.answer
    assert not any(OTHER.encode() in raw for raw in seen.at_door), "nothing is asked of it"


@pytest.mark.usefixtures("with_login")
def test_a_host_that_is_silent_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "PATIENCE", 0.1)
    report = judge(run_of_claude_code(("192.0.2.3",), {"192.0.2.3": Kind.TIMEOUT}).evidence)
    found = next(one for one in report.findings if one.code == "app.companion_unreachable")
    assert report.root_cause is None and found.severity == "warning"


@pytest.mark.usefixtures("with_login")
def test_tls_is_checked_there_too() -> None:
    """The practice door has no certificate for the other host."""
    (found,) = facts_of(run_of_claude_code(("192.0.2.4",)))
    assert found.kind is Kind.TLS_HOSTNAME


def test_no_other_host_is_looked_at_without_need() -> None:
    assert not facts_of(run_of_claude_code(Kind.NAME_UNKNOWN)), "a key of the user's own needs no renewal"
    assert not facts_of(run_of_claude_code(Kind.NAME_UNKNOWN, app=None))
    assert not facts_of(run_of_claude_code(Kind.NAME_UNKNOWN, app="openai-sdk"))
    assert not facts_of(run_of_claude_code(Kind.NAME_UNKNOWN, roads=None)), "connect-to: not the app's network"


# -- balance -----------------------------------------------------------------------------------------------------------


def beside(paths: dict[str, Reply], world: Callable[[str], Handler] = b.openai) -> Callable[[str], Handler]:
    """Make a door that answers some paths with these replies, whatever the key."""

    def make(key: str) -> Handler:
        usual = world(key)
        return lambda request: paths[request.path] if request.path in paths else usual(request)

    return make


def asked(seen: Seen, path: str) -> list[bytes]:
    return [raw for raw in seen.at_door if raw.startswith(f"GET {path}\n".encode())]


DEEPSEEK = {"balance_infos": [{"currency": "CNY", "total_balance": "12.50"}], "is_available": True}


@pytest.mark.parametrize("no_spend", [False, True])
def test_the_credit_that_is_left(no_spend: bool) -> None:
    world = beside({"/user/balance": said(200, DEEPSEEK)}, lambda key: b.openai(key, prefix=""))
    seen = examine(Scenario("balance", None, world, "https://api.deepseek.com", shape="deepseek", no_spend=no_spend))
    report = judge(seen.evidence)
    assert ("Credit left" in text(report, True)) and "12.50 CNY" in text(report, True)
    (request,) = asked(seen, "/user/balance")
    assert b"Authorization: Bearer " in request and seen.evidence.cost.billed_requests == (0 if no_spend else 2)
    door = next(one for one in document(report)["probes"] if one["name"] == "door")
    assert door["observed"]["balance"]["amount"] == "12.50"


def test_an_ordinary_key_of_openrouter_is_asked_for_its_own_limit() -> None:
    paths = {
        "/api/v1/credits": said(403, {"error": {"message": "Only management keys can fetch credits"}}),
        "/api/v1/key": said(200, {"data": {"label": "sk-or-v1-...", "limit": 10, "limit_remaining": 7.25}}),
    }
    world = beside(paths, lambda key: b.openai(key, prefix="/api/v1"))
    seen = examine(Scenario("credits", None, world, "https://openrouter.ai/api/v1", shape="openrouter"))
    assert "7.25 USD" in text(judge(seen.evidence), True)
    assert [len(asked(seen, path)) for path in paths] == [1, 1]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_no_credit_is_told_where_none_is_answered(status: int) -> None:
    world = beside({"/user/balance": said(status, {"error": "no"})}, lambda key: b.openai(key, prefix=""))
    seen = examine(Scenario("no balance", None, world, "https://api.deepseek.com", shape="deepseek"))
    report = judge(seen.evidence)
    assert report.verdict == "healthy" and "Credit left" not in text(report, True)


def test_a_refused_key_is_not_asked_for_its_credit() -> None:
    world = beside({"/user/balance": said(200, DEEPSEEK)}, lambda key: b.openai("another", prefix=""))
    seen = examine(Scenario("refused", "auth.rejected", world, "https://api.deepseek.com", shape="deepseek"))
    assert not asked(seen, "/user/balance")


# -- rate limits -------------------------------------------------------------------------------------------------------

LIMITS = {
    "openai": {"x-ratelimit-limit-requests": "10000", "x-ratelimit-remaining-requests": "9999"},
    "anthropic": {"anthropic-ratelimit-tokens-remaining": "79000", "anthropic-ratelimit-tokens-reset": "2026-12-01T0"},
}


def limited(world: Callable[[str], Handler], headers: dict[str, str]) -> Callable[[str], Handler]:
    """Make a door whose answers carry these headers, and one that is none of rate limits."""

    def make(key: str) -> Handler:
        usual = world(key)

        def handler(request: Request) -> Answer:
            reply = usual(request)
            assert isinstance(reply, Reply)
            return replace(reply, headers=(*reply.headers, *headers.items(), ("x-request-id", "abc")))

        return handler

    return make


@pytest.mark.parametrize("protocol", LIMITS)
def test_rate_limits_are_shown_in_full_reports_and_in_json(protocol: str) -> None:
    headers = LIMITS[protocol]
    if protocol == "anthropic":
        scenario = claude("limits", None, limited(b.anthropic, headers), "https://relay.example", model=CLAUDE)
    else:
        scenario = Scenario("limits", None, limited(b.openai, headers))
    report = judge(examine(scenario).evidence)
    shown = text(report, True)
    assert all(f"{name} {value}" in " ".join(shown.split()) for name, value in headers.items())
    assert next(iter(headers)) not in text(report, False)
    probes = {one["name"]: one["observed"] for one in json.loads(json.dumps(document(report)))["probes"]}
    assert probes["chat"]["rate_limits"] == headers


def text(report: Report, verbose: bool) -> str:
    return render(report, "text", "en", width=200, verbose=verbose)
