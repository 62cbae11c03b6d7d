"""Whose an address in an answer is, and how a report speaks of it."""

from __future__ import annotations

import pytest

from diagnose.advice.houses import belongs_to_target
from diagnose.advice.remedy_steps import named_base_url, remedy_steps
from diagnose.answers.provider_addresses import domain_of
from diagnose.evidence.view import View
from diagnose.judging.judge import judge
from worlds.recorded import recorded
from worlds.table import SCENARIOS

BY_NAME = {one.name: one for one in SCENARIOS}


def view(world: str) -> View:
    return View(recorded(BY_NAME[world]).evidence)


@pytest.mark.parametrize(
    ("world", "address", "ours"),
    [
        ("remedy-regional-host", "https://us.api.openai.com/v1", True),
        ("remedy-regional-host", "https://platform.openai.com/settings", True),
        ("remedy-regional-host", "https://api.anthropic.com", False),
        ("remedy-regional-host", "https://openai.com.stranger.example/v1", False),
        ("remedy-regional-host", "https://api-openai.com/v1", False),
        ("remedy-moved-host", "https://router.newhouse.example/v1", True),
        ("remedy-moved-host", "https://newhouse.example.net/v1", False),
        ("remedy-moved-host", "https://api.openai.com/v1", False),
        ("remedy-moved-host", "https://[::1", False),
    ],
)
def test_whose_an_address_is(world: str, address: str, ours: bool) -> None:
    assert belongs_to_target(address, view(world)) is ours


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("eu.api.example.com", "example.com"),
        ("api.example.com.cn", "example.com.cn"),
        ("mine.vercel.app", "mine.vercel.app"),
        ("a.mine.vercel.app", "a.mine.vercel.app"),
        ("localhost", "localhost"),
        ("192.168.1.5", "192.168.1.5"),
    ],
)
def test_the_domain_that_one_owner_registers(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_an_address_of_the_same_provider_becomes_the_fix_and_a_strangers_does_not() -> None:
    assert named_base_url(view("remedy-regional-host")) == "https://us.api.openai.com/v1"
    assert named_base_url(view("remedy-hostile-host")) == ""
    report = judge(recorded(BY_NAME["remedy-hostile-host"]).evidence)
    assert all(not finding.fixes for finding in report.findings)
    assert "Only the server says so" in report.findings[0].steps[0]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_world_asks_in_the_readers_language(lang: str) -> None:
    for name in ("remedy-portkey-header", "remedy-verify-organisation", "remedy-workspace-denied", "remedy-moved-host"):
        code = str(BY_NAME[name].root)
        steps = remedy_steps(view(name), code, lang)
        assert steps and all(
            any("\u4e00" <= sign <= "\u9fff" for sign in step) is (lang == "zh") for _, _, step in steps
        )


def test_a_finding_that_no_answer_tells_gets_no_such_step() -> None:
    assert remedy_steps(view("remedy-portkey-header"), "tls.expired", "en") == ()
