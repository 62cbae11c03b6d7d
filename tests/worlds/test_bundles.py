"""A bundle of every world holds no piece of its keys, and is judged as the run itself, with and without host names."""

from __future__ import annotations

import json

import pytest

from diagnose.formats.json import document as report_document
from diagnose.formats.json import dumps
from diagnose.judging import support_bundle
from diagnose.judging.judge import judge
from diagnose.judging.saved_run import read
from diagnose.judging.support_bundle import BundleParts, document, opened
from diagnose.tables import bundle_table
from probes.model.archive import ArchiveError, load
from worlds.leaks import leaked
from worlds.one_in import one_in
from worlds.recorded import recorded
from worlds.stage import Scenario, keys_of
from worlds.table import SCENARIOS
from worlds.test_scenarios import evidence_of

# What a bundle adds to the report and the run of a world, whose own tests look at every one, shows in a part of them.
SOME = SCENARIOS[::8]
MANY = 15  # the quick tests look at one of these in so many


def parts_of(scenario: Scenario) -> BundleParts:
    evidence = evidence_of(scenario)
    report = report_document(judge(evidence))
    return BundleParts("0", "2026-11-30T12:00:00Z", report, evidence, (), (), {})


@pytest.mark.parametrize("scenario", one_in(MANY, zip(SOME), lambda one: one.name))
def test_no_key_is_inside_and_the_judgement_stays(scenario: Scenario) -> None:
    assert recorded(scenario)
    parts = parts_of(scenario)
    text = dumps(document(parts, str, ()))
    if scenario.root != "key.unexpanded":  # the value is the name of a variable, which may be shown
        assert not leaked(keys_of(scenario), text)
    bundle = opened(text)
    assert json.loads(dumps(report_document(judge(bundle.evidence)))) == json.loads(dumps(parts.report))
    assert judge(read(text)).root_cause == parts.report["root_cause"]

    hosts = support_bundle.hosts_of(parts.evidence, ())
    hidden = dumps(document(parts, support_bundle.without_hosts(hosts), ("hosts",)))
    assert not [one for one in hosts if (one if "." in one else f"//{one}/") in hidden.lower()]
    assert judge(opened(hidden).evidence).root_cause == parts.report["root_cause"]


def test_a_bundle_may_come_from_anybody() -> None:
    parts = parts_of(next(one for one in SCENARIOS if one.name == "sound-relay"))
    whole = document(parts, str, ())
    for section in ("machine", "packages", "proxies", "roots", "scan", "not_read"):
        for odd in (None, 7, "x" * 10_000, [None], [[]], {"a": []}, [{"name": 3, "value": {}, "sources": []}] * 1000):
            bundle = opened(json.dumps({**whole, section: odd}))
            assert "x" * (support_bundle.LONGEST + 1) not in bundle_table.text(bundle, "zh", 80)
            assert len(bundle.rows) <= support_bundle.ROWS
            assert all(len(value) <= support_bundle.LONGEST for row in bundle.rows for value in row[:3])
    for odd in ({"run": None}, {"run": []}, {"schema": "llmdoctor.bundle/2"}, {"schema": ["llmdoctor.bundle/1"]}):
        with pytest.raises(ArchiveError):
            opened(json.dumps({**whole, **odd}))


def test_a_saved_run_is_opened_too() -> None:
    run = document(parts_of(SCENARIOS[0]), str, ())["run"]
    bundle = opened(json.dumps(run))
    assert bundle.rows == ()
    assert json.dumps(run["evidence"]["target"]["base_url"]) == json.dumps(load(json.dumps(run)).target.base_url)
