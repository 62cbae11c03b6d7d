"""The end of a model in whole runs: the warning before the day, and the successor before look-alikes after it."""

from __future__ import annotations

import pytest

from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.demo_server import practice_doors as b
from probes.model.record import replace
from worlds.cases import said
from worlds.ends import lacking
from worlds.stage import Scenario, examine

OPENAI = "https://api.openai.com/v1"
GONE = {
    "message": "The model `gpt-3.5-turbo` does not exist or you do not have access to it.",
    "type": "invalid_request_error",
    "code": "model_not_found",
}


def report_of(day: str, model: str | None, *listed: str, lang: str = "en") -> Report:
    """Return the report of a run in which the asked model answers, judged on a day."""
    scenario = Scenario("lives", None, lambda key: b.openai(key, models=listed), OPENAI, model=model, shape="openai")
    return judge(replace(examine(scenario).evidence, day=day), lang)


@pytest.mark.parametrize(
    ("day", "verdict"),
    [("2026-11-10", "healthy"), ("2026-11-11", "degraded"), ("2026-12-10", "degraded"), ("2026-12-11", "healthy")],
)
def test_a_warning_before_the_day_and_none_while_it_answers_after_it(day: str, verdict: str) -> None:
    report = report_of(day, "gpt-5-nano", "gpt-5-nano", "gpt-5.6-luna")
    assert report.verdict == verdict and report.root_cause is None
    found = [one for one in report.findings if one.code == "model.not_found"]
    assert bool(found) is (verdict == "degraded")
    if found:
        assert "2026-12-11" in found[0].title and found[0].severity == "warning"
        assert "Move to gpt-5.6-luna, gpt-6-luna before that day." in render(report, "text", "en")


def test_a_model_that_the_run_chose_warns_nobody() -> None:
    assert report_of("2026-11-30", None, "gpt-5-nano").verdict == "healthy"


@pytest.mark.parametrize(
    ("listed", "fix", "verified", "says"),
    [
        (("gpt-3.5-turbo-x", "gpt-5.6-terra"), "gpt-5.6-terra", True, "names gpt-5.6-terra as its replacement"),
        (("gpt-5.6-luna", "gpt-3.5-turbo-x"), "gpt-3.5-turbo-x", True, "Set the model to gpt-3.5-turbo-x"),
        ((), "gpt-5.6-terra", False, "names gpt-5.6-terra as its replacement"),
    ],
)
def test_the_successor_is_named_before_look_alikes(
    listed: tuple[str, ...], fix: str, verified: bool, says: str
) -> None:
    world = lacking(404, GONE, *listed) if listed else lambda key: lambda request: said(404, {"error": GONE})
    evidence = examine(Scenario("gone", "", world, OPENAI, model="gpt-3.5-turbo", shape="openai")).evidence
    for lang in ("en", "zh"):
        found = judge(replace(evidence, day="2026-11-30"), lang).findings[0]
        assert (found.code, found.fixes[0].settings, found.fixes[0].verified) == (
            "model.not_found",
            {"model": fix},
            verified,
        )
        assert "2026-10-23" in found.title and fix in found.fixes[0].summary
        assert lang == "zh" or says in found.fixes[0].summary
        assert any("gpt-5.6-terra" in line for line in (*found.evidence, found.fixes[0].summary)), "the provider's own"
