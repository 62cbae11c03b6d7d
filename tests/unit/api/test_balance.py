"""The credit that is left: the key goes to the host of the check alone, and each provider's answer is read."""

from __future__ import annotations

import pytest

from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import optional_results
from diagnose.report import Severity
from probes.api.balance import balance_attempt, balance_urls, read_balance
from probes.catalog.doors import load
from probes.model.attempt import KeyForm
from probes.model.evidence import Evidence, Observation, Subject
from probes.model.facts import BalanceFacts, CompanionFacts, KeyPolicy
from probes.model.failure import Kind, Outcome
from probes.model.record import replace
from probes.steps.companions import worth_a_look
from probes.urls.url import parse_url
from worlds.recorded import recorded
from worlds.table import SCENARIOS

GIVEN = KeyPolicy((KeyForm.GIVEN,))


@pytest.mark.parametrize(
    ("door", "target", "policy", "asked"),
    [
        ("deepseek", "https://api.deepseek.com", GIVEN, True),
        ("deepseek", "https://api.deepseek.com/anthropic", GIVEN, True),
        ("deepseek", "http://api.deepseek.com", GIVEN, False),
        ("deepseek", "https://api.deepseek.com:8443", GIVEN, False),
        ("deepseek", "https://api.evil.example", GIVEN, False),
        ("deepseek", "https://api.deepseek.com", KeyPolicy(), False),
        ("deepseek", "https://api.deepseek.com", KeyPolicy((KeyForm.CONFLICTING,)), False),
        ("openai", "https://api.openai.com/v1", GIVEN, False),
        ("moonshot-cn", "https://api.moonshot.cn/v1", GIVEN, True),
        ("siliconflow-cn", "https://api.siliconflow.cn/v1", GIVEN, True),
    ],
)
def test_where_the_balance_is_asked(door: str, target: str, policy: KeyPolicy, asked: bool) -> None:
    assert (balance_attempt(load().get(door), parse_url(target), policy) is not None) is asked


def test_every_balance_address_is_at_a_host_of_its_door() -> None:
    for door in load():
        for url in balance_urls(door):
            assert parse_url(url).host in door.hosts and url.startswith("https://")
        assert door.balance is None or len(balance_urls(door)) == 1 + bool(door.balance.also)


# The answers in the providers' references, with other amounts.
ANSWERS = [
    (
        '{"is_available": true, "balance_infos": [{"currency": "CNY", "total_balance": "110.00", "granted_balance": '
        '"10.00", "topped_up_balance": "100.00"}]}',
        "CNY",
        ("110.00", "CNY"),
    ),
    (
        '{"balance_infos": [{"currency": "USD", "total_balance": "0.00"}, {"currency": "CNY", "total_balance": "3.5"}]}',
        "CNY",
        ("3.5", "CNY"),
    ),
    ('{"balance_infos": [{"currency": "USD", "total_balance": "0.00"}]}', "CNY", ("0.00", "USD")),
    ('{"balance_infos": [{"currency": "<b>", "total_balance": "1"}]}', "CNY", ("1", "CNY")),
    ('{"data": {"total_credits": 5, "total_usage": 5.25}}', "USD", ("-0.25", "USD")),
    ('{"data": {"label": "sk-or-v1-au7...890", "limit": 100, "limit_remaining": 74.5}}', "USD", ("74.5", "USD")),
    ('{"data": {"limit": null, "limit_remaining": null, "usage": 3}}', "USD", None),
    (
        '{"code": 0, "data": {"available_balance": 49.58894, "voucher_balance": 46.58893, "cash_balance": 3.00001}, '
        '"scode": "0x0", "status": true}',
        "USD",
        ("49.58894", "USD"),
    ),
    (
        '{"code": 20000, "status": true, "data": {"balance": "0.88", "chargeBalance": "88.00", "totalBalance": "88.88"}}',
        "CNY",
        ("88.88", "CNY"),
    ),
    ('{"object": "account", "type": "prepaid", "balance": 3.5, "total_cash_balance": 3}', "CNY", ("3.5", "CNY")),
    ('{"availableBalance": "123400", "cashBalance": "123400", "creditLimit": "0"}', "USD", ("12.34", "USD")),
    (
        '{"usage": {"limit": "100", "used": "26", "remaining": "74", "resetTime": "2026-12-07T00:00:00Z"}, "limits": []}',
        "",
        ("74/100", ""),
    ),
    ('{"usage": {"limit": "many"}}', "", None),
    ('{"balance_infos": [{"currency": "CNY", "total_balance": "a lot"}]}', "", None),
    ('{"balance_infos": [3]}', "", None),
    ('{"balance": 3}', "", None),
    ('{"availableBalance": true}', "", None),
    ('{"availableBalance": 1e400}', "", None),
    ("<html>", "", None),
    ("[" * 100_000, "", None),
    ('{"data": {"total_credits": 1e999, "total_usage": 1}}', "", None),
    (f'{{"data": {{"total_credits": {"9" * 400}, "total_usage": 1}}}}', "", None),
]


@pytest.mark.parametrize(("text", "currency", "left"), ANSWERS, ids=range(len(ANSWERS)))
def test_the_answers(text: str, currency: str, left: tuple[str, str] | None) -> None:
    assert read_balance(text, currency) == left


def with_facts(subject: Subject, facts: BalanceFacts | CompanionFacts, app: str = "") -> Evidence:
    evidence = recorded(next(one for one in SCENARIOS if one.name == "gemini-sound")).evidence
    if app:
        evidence = replace(evidence, target=replace(evidence.target, app=app, app_named=True))
    return replace(evidence, observations=(*evidence.observations, Observation(subject, "", Outcome.DONE, facts)))


def test_the_report_says_what_is_left() -> None:
    report = judge(with_facts(Subject.BALANCE, BalanceFacts("https://api.deepseek.com/user/balance", "1.50", "CNY")))
    assert ("Credit left", "1.50 CNY") in list(optional_results(report, "en"))
    door = next(one for one in report.probes if one.name == "door")
    assert door.observed["balance"] == {
        "amount": "1.50",
        "currency": "CNY",
        "url": "https://api.deepseek.com/user/balance",
    }


@pytest.mark.parametrize(
    ("kind", "required", "severity"),
    [
        (Kind.NAME_UNKNOWN, True, Severity.ERROR),
        (Kind.REFUSED, True, Severity.ERROR),
        (Kind.TIMEOUT, True, Severity.WARNING),
        (Kind.REFUSED, False, None),
        (None, True, None),
    ],
)
def test_a_companion_out_of_reach(kind: Kind | None, required: bool, severity: Severity | None) -> None:
    facts = CompanionFacts("platform.claude.com", "check at the start", required, kind)
    report = judge(with_facts(Subject.COMPANION, facts, "claude-code"))
    found = [one for one in report.findings if one.code == "app.companion_unreachable"]
    assert [one.severity for one in found] == ([severity] if severity else [])
    if found:
        assert any("platform.claude.com" in line for line in found[0].evidence)


def test_which_hosts_an_app_needs() -> None:
    def hosts(app: str | None, login: bool, host: str = "relay.example", *switches: str) -> set[str]:
        return {host for one in worth_a_look(app, login, host, switches) for host in one.hosts}

    plugins = {"github.com", "api.github.com", "chatgpt.com", "ab.chatgpt.com"}
    assert hosts("codex", False) == plugins and hosts("codex", True) == {*plugins, "auth.openai.com"}
    assert hosts("claude-code", True) == {"platform.claude.com", "api.anthropic.com"}
    assert hosts("claude-code", True, "api.anthropic.com") == {"platform.claude.com"}
    assert hosts("claude-code", False, "relay.example", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1") == set()
    assert hosts("cursor", True) == hosts(None, True) == hosts("aider", True) == set()


def test_a_silent_host_that_only_makes_the_app_late() -> None:
    facts = CompanionFacts("api.anthropic.com", "settings", False, Kind.TIMEOUT, 7, "SWITCH=1")
    report = judge(with_facts(Subject.COMPANION, facts, "claude-code"))
    found = next(one for one in report.findings if one.code == "app.companion_unreachable")
    assert (found.severity, report.verdict) == ("info", "healthy")
    assert "about 7 seconds" in found.explanation and "SWITCH=1" in found.steps[0]
    refused = replace(facts, kind=Kind.REFUSED)
    assert not judge(with_facts(Subject.COMPANION, refused, "claude-code")).findings
