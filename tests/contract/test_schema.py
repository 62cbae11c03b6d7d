"""docs/report.schema.json is the program's own; tests/worlds/test_scenarios.py validates the report of every world
against it.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from checkout import DOCS
from diagnose.docs.json_schema import SIDES, schema
from diagnose.findings import RULES
from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.model.record import replace
from probes.model.settings import Slo
from probes.settings.config_file import PROTOCOLS
from worlds.made_reports import DEEP, REPORTS
from worlds.stage import examine
from worlds.table import SCENARIOS

PUBLISHED = DOCS / "report.schema.json"
CLOSED = jsonschema.Draft202012Validator(schema(closed=True))
OPEN = jsonschema.Draft202012Validator(schema())


def document(report: Report) -> Any:
    return json.loads(render(report, "json", "en"))


def faults_of(report: Report) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in CLOSED.iter_errors(document(report))]


def test_the_schema_is_one_and_is_published() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator.check_schema(schema(closed=True))
    if not PUBLISHED.is_file():
        pytest.skip("no docs next to these tests")
    assert json.loads(PUBLISHED.read_text("utf-8")) == schema(), "llmdoctor docs --write docs"


def test_its_enumerations_are_the_programs() -> None:
    known = schema()["$defs"]
    assert {rule.code for rule in RULES} <= set(known["code"]["enum"])
    assert {rule.side for rule in RULES} <= set(SIDES)
    assert set(known["protocol"]["enum"]) == set(PROTOCOLS) - {"auto"}


def test_what_a_deep_check_found() -> None:
    read = document(DEEP)
    assert len(read["capabilities"]) == 3
    for probe in read["probes"]:
        probe["observed"] = {}
    assert list(CLOSED.iter_errors(read)) == []
    read["capabilities"][0]["status"] = "maybe"
    assert [fault.json_path for fault in CLOSED.iter_errors(read)] == ["$.capabilities[0].status"]


def test_limits_and_tries() -> None:
    evidence = examine(next(one for one in SCENARIOS if one.name == "sound-relay")).evidence
    evidence = replace(evidence, slos=(Slo("ttft", 1.0), Slo("dns", 1.0)), earlier=(evidence,))
    report = judge(evidence)
    assert {"slo", "flaky"} <= document(report).keys()
    assert faults_of(report) == []


@pytest.mark.parametrize("name", sorted(REPORTS.keys() - {"hostile"}))
def test_a_made_report_has_every_part(name: str) -> None:
    read = document(REPORTS[name])
    for probe in read["probes"]:
        probe["observed"] = {}
    assert [fault.message for fault in OPEN.iter_errors(read) if "is not one of" not in fault.message] == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (["verdict"], "fine"),
        (["root_cause"], "key.lost"),
        (["proven", "key"], "yes"),
        (["probes", 0, "status"], "good"),
        (["findings", 0, "severity"], "fatal"),
        (["cost", "requests"], -1),
        (["settings", "key"], "sk-x"),
        (["schema"], "llmdoctor.report/2"),
    ],
)
def test_what_is_wrong_is_found(where: list[Any], value: object) -> None:
    read = document(REPORTS["broken"])
    at = read
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    # The validator reports an error in a nullable value at the value as a whole.
    found = [list(fault.absolute_path) for fault in OPEN.iter_errors(read)]
    assert found and all(path and path == where[: len(path)] for path in found)


def test_what_a_later_version_adds_is_allowed() -> None:
    read = document(REPORTS["healthy"])
    read["weather"] = read["target"]["colour"] = 7
    assert list(OPEN.iter_errors(read)) == []
    assert len(list(CLOSED.iter_errors(read))) >= 2
