"""The program in one file brings no cryptography: what a check does without it, and that it says so only where needed."""

from __future__ import annotations

import asyncio
import sys

import pytest
from click.testing import CliRunner

from checkout import DAY
from diagnose.cli import program
from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.run.engine import run
from worlds.field_way import CERTIFICATES
from worlds.stage import Scenario, stage

SAYS = {"en": "cryptography is missing", "zh": "缺少 Python 包 cryptography"}


def checked(scenario: Scenario, lang: str, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Check a world whose servers have their certificates, with no cryptography for the check itself."""
    with stage(scenario) as there, monkeypatch.context() as without:
        for name in [*sys.modules]:
            if name.partition(".")[0] == "cryptography":
                without.setitem(sys.modules, name, None)
        without.setitem(sys.modules, "cryptography", None)
        return judge(asyncio.run(run(there.settings, network=there.network, version="0", day=DAY)), lang)


@pytest.mark.parametrize(("lang", "says"), [("en", "its certificates are made by"), ("zh", "证书要用 Python 包")])
def test_a_demo_runs_without_a_certificate_or_says_what_it_lacks(
    lang: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diagnose.cli.commands.demo._has_cryptography", lambda: False)
    lacking = CliRunner().invoke(program, ["demo", "wrong-door", "--lang", lang])
    assert lacking.exit_code != 0 and lacking.stdout == "" and says in lacking.stderr
    assert CliRunner().invoke(program, ["demo", "--lang", lang]).exit_code == 0


def world(name: str) -> Scenario:
    return next(one for one in CERTIFICATES if one.name == name)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_client_certificate_is_not_looked_for_and_the_report_says_so(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = checked(world("way-client-certificate-tls-1.2"), lang, monkeypatch)
    assert report.root_cause in ("tls.handshake_failed", "tls.reset")
    assert SAYS[lang] in render(report, "text", lang)
    assert SAYS[lang] in render(report, "json", lang)


@pytest.mark.parametrize("name", ["way-strict-sound", "way-client-certificate-tls-1.3"])
def test_elsewhere_nothing_is_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = world(name)
    report = checked(scenario, "en", monkeypatch)
    assert report.root_cause == scenario.root
    assert "cryptography" not in render(report, "json", "en")
