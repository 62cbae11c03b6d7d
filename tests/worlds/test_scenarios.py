"""Every world as it was recorded: its report is correct, contains no key, and can be judged again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from contract.codes import CODES
from diagnose.docs.json_schema import schema
from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from diagnose.rendering.report_parts import exit_status
from diagnose.report import Report, Severity, Status, Verdict
from probes.model import archive
from probes.model.evidence import Evidence
from probes.model.exchange import Exchange
from worlds.leaks import leaked, windows
from worlds.one_in import one_in, one_of
from worlds.recorded import read, recorded
from worlds.stage import Scenario, body_of, keys_of, stage
from worlds.table import SCENARIOS, TABLES

LANGS = ("en", "zh")
FREELY = 4 + 1 + 12  # requests: a healthy check's, a second one for the balance, and those that discovery may add


def evidence_of(scenario: Scenario) -> Evidence:
    return recorded(scenario).evidence


@cache
def report_of(scenario: Scenario, lang: str = "en") -> Report:
    return judge(evidence_of(scenario), lang)


READ_QUICKLY = 4  # the quick tests judge one world in so many


@pytest.mark.parametrize("scenario", one_in(READ_QUICKLY, zip(SCENARIOS), lambda one: one.name))
def test_what_is_said(scenario: Scenario) -> None:
    """One test for each world, since there are many worlds and each test has a cost of its own."""
    evidence, report = evidence_of(scenario), report_of(scenario)
    says_what_the_world_wants(scenario, report)
    agrees_with_itself(scenario, report)
    marks_what_it_proves(report)
    tries_each_subject_once(evidence)
    costs_what_it_may(scenario, evidence, report)


def says_what_the_world_wants(scenario: Scenario, report: Report) -> None:
    codes = {finding.code for finding in report.findings}
    summary = ", ".join(
        f"{one.code} ({one.severity}{', ' + one.caused_by if one.caused_by else ''})" for one in report.findings
    )
    assert report.root_cause == scenario.root, summary
    assert report.verdict == scenario.wanted, summary
    assert set(scenario.also) <= codes, summary
    assert not set(scenario.never) & codes, summary
    if scenario.root is None:
        assert codes == set(scenario.also), "a false alarm"
    for name, value in scenario.proven.items():
        assert getattr(report.proven, name) is value, f"proven {name}"
    for name, value in (scenario.settings or {}).items():
        assert report.settings is not None and report.settings[name] == _at_its_port(value, report), f"settings {name}"
    if scenario.says:
        top = report.findings[0]
        words = "\n".join((top.title, top.explanation, *top.evidence, *top.steps))
        assert [part for part in scenario.says if part not in words] == [], words
    if scenario.first:
        top = report.findings[0]
        first = "\n".join((*(f"{one.summary} {one.settings}" for one in top.fixes[:1]), *top.steps[:1]))
        assert [part for part in scenario.first if part not in first] == [], first


def _at_its_port(value: object, report: Report) -> object:
    port = re.search(r":(\d+)", str(report.target["base_url"]))
    return value.replace("{port}", port[1]) if isinstance(value, str) and port else value


def agrees_with_itself(scenario: Scenario, report: Report) -> None:
    errors = [one for one in report.findings if one.severity is Severity.ERROR]
    assert (report.verdict is Verdict.BROKEN) is bool(errors)
    assert (report.root_cause is None) is not bool(errors)
    assert "run.crashed" not in {one.code for one in report.findings}
    codes = {one.code for one in report.findings}
    for one in report.findings:
        assert one.caused_by is None or one.caused_by in codes
    if report.verdict in (Verdict.HEALTHY, Verdict.DEGRADED):
        assert report.settings is not None
        assert report.proven.reachable and report.proven.answer and report.proven.model and report.proven.path
    if report.proven.answer:
        assert report.settings is not None
    if report.settings is not None and not scenario.no_spend:
        assert report.proven.answer


# What proves each step of the API, as a field of `proven`.
PROOFS = {"http": "path", "auth": "key", "model": "model", "chat": "answer", "stream": "stream"}


def marks_what_it_proves(report: Report) -> None:
    """Check that no step is ticked without proof, and that one fault has one mark."""
    for line in report.probes:
        if line.name in PROOFS and line.status in (Status.OK, Status.FIXED):
            assert getattr(report.proven, PROOFS[line.name]) is True, line.name
        if line.status is Status.FIXED:
            assert report.root_cause is not None and line.with_fix
        assert (line.why_skipped is not None) is (line.status is Status.SKIPPED)
    faults = {one.probe for one in report.findings if one.severity is Severity.ERROR and one.caused_by is None}
    assert {line.name for line in report.probes if line.status is Status.FAIL} == faults
    assert bool(faults) is (report.root_cause is not None)


def tries_each_subject_once(evidence: Evidence) -> None:
    seen = Counter(
        (one.subject, one.attempt, (one.facts.purpose, one.facts.attempt) if isinstance(one.facts, Exchange) else None)
        for one in evidence.observations
    )
    assert [what for what, times in seen.items() if times > 1] == []


def costs_what_it_may(scenario: Scenario, evidence: Evidence, report: Report) -> None:
    cost = report.cost
    asked = [one.facts for one in evidence.observations if isinstance(one.facts, Exchange)]
    again = sum(one.timing.tries - 1 + len(one.request.adapted) for one in asked) + any(
        one.timing.tries > 1 for one in asked
    )
    assert cost["billed_requests"] <= 2
    assert cost["requests"] <= FREELY + again
    assert recorded(scenario).requests <= cost["requests"]
    if scenario.no_spend or scenario.offline:
        assert cost["billed_requests"] == 0


QUICKLY = 16  # the quick tests render one world in so many in every format
some_quickly = pytest.mark.parametrize("scenario", one_in(QUICKLY, zip(SCENARIOS), lambda one: one.name))


@some_quickly
def test_the_key_is_nowhere(scenario: Scenario) -> None:
    if scenario.root == "key.unexpanded":
        return  # the value is the name of a variable, which may be shown
    for fmt in FORMATS:
        lang = one_of(LANGS, scenario.name, fmt)
        text = render(report_of(scenario, lang), fmt, lang)
        assert text.strip()
        assert not leaked(keys_of(scenario), text), fmt


@some_quickly
def test_the_json_has_the_schema(scenario: Scenario) -> None:
    read = json.loads(render(report_of(scenario), "json", "en"))
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in _SCHEMA.iter_errors(read)] == []


@some_quickly
def test_a_kept_run_is_judged_alike(scenario: Scenario) -> None:
    evidence = evidence_of(scenario)
    again = archive.load(archive.dump(evidence))
    lang = one_of(LANGS, scenario.name)
    assert render(judge(again, lang), "json", lang) == render(report_of(scenario, lang), "json", lang)


_SCHEMA = jsonschema.Draft202012Validator(schema(closed=True))


def test_no_two_worlds_have_one_name() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_the_archive_holds_the_worlds_of_the_tables() -> None:
    for table, scenarios in TABLES.items():
        assert list(read(table)) == [one.name for one in scenarios], "python tests/record.py"


# -- every code --------------------------------------------------------------------------------------------------------

# Codes that no world of the tables raises.
ELSEWHERE = {
    "app.base_url_ignored": "of one app, by its own settings: unit/catalog/test_apps.py",
    "app.companion_unreachable": "its hosts are not on loopback: unit/api/test_balance.py",
    "app.cors": "by `explain`, and of browser apps: unit/catalog/test_apps.py",
    "app.key_elsewhere": "of one app, by its own variable: unit/app_settings/test_key_elsewhere.py",
    "app.mixed_content": "of browser apps: unit/catalog/test_apps.py",
    "app.private_refused": "of one app, by its maker's server: unit/catalog/test_apps.py",
    "app.run_failed": "of an app that is started too: unit/client_run/test_client_runner.py",
    "app.run_works": "of an app that is started too: unit/client_run/test_client_runner.py",
    "http.body_encoding": "by `explain` alone: unit/answers/test_explain_kinds.py",
    "auth.login_expired": "of stored logins, in tables of their own: unit/app_settings/test_logins.py, worlds/aws_chains.py",
    "auth.no_credential": "of a house's own chain, in a table of their own: worlds/aws_chains.py",
    "run.extra_missing": "where a library is missing: unit/credential_chains/test_aws_credential.py",
    "run.crashed": "no world may raise it; by a rule that fails: unit/judging/test_judge.py",
    "run.unexplained": "no world may be left unexplained; by made evidence: unit/judging/test_judge.py",
    "run.flaky": "needs several tries: unit/cli/test_retries.py",
    "slo.exceeded": "needs limits: unit/settings/test_slo.py",
}


def test_every_code_is_raised_by_a_world() -> None:
    raised = {code for one in SCENARIOS for code in (one.root, *one.also) if code}
    assert raised <= CODES
    assert CODES - raised == set(ELSEWHERE)


# -- the real command --------------------------------------------------------------------------------------------------

COMMANDS = (
    "sound-relay",
    "sound-anthropic",
    "key-relay-at-openai",
    "url-no-version-relay",
    "model-substituted",
    "tcp-refused",
)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[list[str]]:
    installed = shutil.which("llmdoctor", path=str(Path(sys.executable).parent))
    yield [installed] if installed else [sys.executable, "-m", "diagnose"]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_real_command(name: str, command: list[str], tmp_path: Path) -> None:
    scenario = next(one for one in SCENARIOS if one.name == name)
    with stage(scenario) as set_up:
        settings = set_up.settings
        assert settings.base_url and settings.key and settings.model
        environment = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            **set_up.environment,
            "PRACTICE_KEY": settings.key.value.reveal(),
            "PYTHONUTF8": "1",
        }
        call = [
            *(*command, "check", settings.base_url.value, "--key-env", "PRACTICE_KEY", "--model", settings.model.value),
            *("--protocol", scenario.protocol, "--json", "--lang", "en"),
            *(
                f"--connect-to={rule.host}:{rule.port or ''}:{rule.to_host}:{rule.to_port}"
                for rule in settings.connect_to
            ),
        ]
        ended = subprocess.run(call, capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False)
        key = set_up.key
    said = ended.stdout.decode()
    document = json.loads(said)
    assert document["schema"] == "llmdoctor.report/1"
    assert document["root_cause"] == scenario.root, said
    assert document["verdict"] == scenario.wanted
    assert ended.returncode == (1 if scenario.root else 0)
    assert ended.returncode == exit_status(report_of(scenario))
    assert not any(piece in said + ended.stderr.decode() for piece in windows(body_of(key)))
