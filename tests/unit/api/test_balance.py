"""The credit that is left: the key goes to the host of the check alone, and each provider's answer is read."""

from __future__ import annotations

import pytest

from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import optional_results
from diagnose.report import Severity
from probes.api.balance import balance_attempt, read_balance
from probes.catalog.doors import load
from probes.model.attempt import KeyForm
from probes.model.evidence import Evidence, Observation, Subject
from probes.model.facts import BalanceFacts, CompanionFacts, KeyPolicy
from probes.model.failure import Kind, Outcome
from probes.model.record import replace
from probes.steps.companions import needed
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
    ],
)
def test_where_the_balance_is_asked(door: str, target: str, policy: KeyPolicy, asked: bool) -> None:
    assert (balance_attempt(load().get(door), parse_url(target), policy) is not None) is asked


def test_every_balance_address_is_at_a_host_of_its_door() -> None:
    for door in load():
        if door.balance_url:
            assert parse_url(door.balance_url).host in door.hosts and door.balance_url.startswith("https://")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            '{"is_available": true, "balance_infos": [{"currency": "CNY", "total_balance": "110.00"}]}',
            ("110.00", "CNY"),
        ),
        ('{"data": {"total_credits": 5, "total_usage": 5.25}}', ("-0.25", "USD")),
        ('{"code": 20000, "data": {"balance": "0.88", "totalBalance": "88.88"}}', ("88.88", "")),
        ('{"object": "account", "balance": 3.5}', ("3.5", "CNY")),
        ('{"balance_infos": [{"currency": "CNY", "total_balance": "a lot"}]}', None),
        ('{"balance": 3}', None),
        ("<html>", None),
        ("[" * 100_000, None),
        ('{"data": {"total_credits": 1e999, "total_usage": 1}}', None),
    ],
)
def test_the_answers(text: str, left: tuple[str, str] | None) -> None:
    assert read_balance(text) == left


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
    assert [one.hosts for one in needed("claude-code", False)] == [("platform.claude.com",)]
    assert needed("codex", False) == () and needed("codex", True)[0].hosts == ("auth.openai.com",)
    assert needed("cursor", True) == () and needed(None, True) == ()
