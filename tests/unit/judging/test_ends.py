"""What ends soon is warned of, by the day of the run; what has ended and answers all the same is no finding."""

from __future__ import annotations

import pytest

from diagnose.judging.judge import judge
from diagnose.report import Report, Severity
from probes.model.evidence import Evidence
from probes.model.record import replace
from worlds.recorded import recorded
from worlds.table import SCENARIOS

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def run(name: str, day: str, **more: object) -> Report:
    """Judge the archived run of a world as if it had been made on another day."""
    evidence: Evidence = recorded(BY_NAME[name]).evidence
    return judge(replace(evidence, day=day, **more))  # type: ignore[arg-type]


# The practice door of this world answers as gemini-2.5-flash, which Google replaces on 2026-12-01.
@pytest.mark.parametrize(
    ("day", "warned"),
    [("2026-10-31", False), ("2026-11-01", True), ("2026-11-30", True), ("2026-12-01", False), ("2027-06-01", False)],
)
def test_a_model_that_ends_within_a_month(day: str, warned: bool) -> None:
    report = run("gemini-sound", day)
    assert [finding.code for finding in report.findings] == (["model.not_found"] if warned else [])
    assert report.verdict == ("degraded" if warned else "healthy")
    if warned:
        (finding,) = report.findings
        assert finding.severity is Severity.WARNING and report.root_cause is None
        assert "2026-12-01" in finding.title and "gemini-3.5-flash-lite" in " ".join(finding.steps)


def test_a_model_that_the_user_did_not_name_is_no_warning() -> None:
    evidence = recorded(BY_NAME["gemini-sound"]).evidence
    report = judge(replace(evidence, day="2026-11-15", target=replace(evidence.target, model=None)))
    assert report.findings == ()


@pytest.mark.parametrize(
    ("world", "before", "code", "after"),
    [
        ("ended-github-models-refuses-the-key", "2026-07-29", "key.wrong_door", "url.host_retired"),
        ("ended-name-is-gone", "2025-09-24", "dns.not_found", "url.host_retired"),
    ],
)
def test_an_end_is_judged_by_the_day_of_the_run(world: str, before: str, code: str, after: str) -> None:
    assert run(world, before).root_cause == code
    assert run(world, "2030-01-01").root_cause == after
    # An older archive has no day: the moment at which the run began decides.
    assert run(world, "", started_at=f"{before}T08:00:00Z").root_cause == code
    assert run(world, "", started_at="").root_cause == code


def test_a_model_before_its_end_is_an_unknown_one() -> None:
    early, late = run("model-ended-groq", "2026-08-15"), run("model-ended-groq", "2026-08-16")
    assert (early.root_cause, late.root_cause) == ("model.not_found", "model.not_found")
    assert "retired" not in early.findings[0].title and "2026-08-16" in late.findings[0].title


def test_the_answer_says_that_a_service_has_ended_on_any_day() -> None:
    assert run("ended-relay-says-so", "2000-01-01").root_cause == "url.host_retired"
