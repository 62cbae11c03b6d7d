"""How old facts are: what is due for another look, and how an old fact weighs in a report."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from diagnose.answers.dialects import AGED, classify_error
from diagnose.answers.explain import explain
from diagnose.cli import program
from diagnose.cli.commands import facts as facts_command
from diagnose.cli.fact_age import show
from diagnose.evidence.view import View
from diagnose.judging.judge import judge
from diagnose.judging.root_cause import raised
from probes.catalog.age import TEXTS, due_facts
from probes.catalog.built_in import built_in_date
from probes.catalog.companions import companions
from probes.catalog.doors import load
from probes.catalog.fact_files import check_file, fact_files
from probes.catalog.provenance import Provenance
from probes.model.evidence import Evidence, Observation, Subject
from probes.model.exchange import ApiError
from probes.model.facts import CompanionFacts
from probes.model.failure import Kind, Outcome
from probes.model.record import replace
from probes.pasted.pasted_text import read
from worlds.recorded import recorded
from worlds.table import SCENARIOS

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


@pytest.mark.parametrize(
    ("known", "due", "sure"),
    [
        (Provenance(seen="2026-01-01"), "2026-06-30", True),
        (Provenance(seen="2026-01-01", end="2026-03-01"), "2026-03-01", True),  # announced: looked at on its day
        (Provenance(seen="2026-01-01", end="2025-12-01"), "", True),  # what has ended stays so
        (Provenance(seen="2026-01-01", end="2025-12-01", end_confidence="medium"), "2026-04-01", False),
        (Provenance(seen="2026-01-01", end="2025-12-01", end_confidence="low"), "2026-02-15", False),
        (Provenance(seen="2025-01-01", end="2025-03-01"), "2025-03-01", False),  # announced long ago, never seen
        (Provenance(), "", True),
    ],
)
def test_a_fact_is_looked_at_again(known: Provenance, due: str, sure: bool) -> None:
    assert known.look_again() == due
    assert known.sure_of_end("2026-03-05") is sure


def test_the_day_decides_what_is_due_and_nothing_else() -> None:
    assert due_facts(load(), "2026-11-30") == due_facts(load(), "2026-11-30")
    counts = [len(due_facts(load(), day)) for day in ("2026-11-01", "2027-03-31", "2028-01-01")]
    assert counts == sorted(counts) and counts[0] == 0 and counts[1] > 10
    late = due_facts(load(), "2028-01-01")
    tables = {"door", "endpoint", "key", "balance", "model", "companion", "app", "credential", "issuer", "text"}
    assert {one.table for one in late} == tables
    whole = {one.name.partition(".")[0] for one in late if one.name.endswith(")") and one.table == "text"}
    assert whole == set(TEXTS)
    assert {one.name for one in late if one.table == "text" and one.owner == "dialects"} >= {"ended-google-keys"}
    assert [one.due for one in late] == sorted(one.due for one in late)
    assert all(one.seen and one.reason in ("ends", "unconfirmed", "old") for one in late)


def test_the_date_of_the_facts_is_that_of_the_latest_row() -> None:
    seen = []
    for path in fact_files():
        document = check_file(path)
        seen.append(document["facts"]["seen"])
        for rows in document.values():
            inner = [one for row in rows if isinstance(row, dict) for one in (row, *row.get("endpoints", ()))]
            seen += [row["seen"] for row in inner if "seen" in row]
    assert built_in_date() == max(seen)


@pytest.mark.parametrize(
    ("day", "strict", "status"), [("2026-11-01", True, 0), ("2027-12-01", False, 0), ("2027-12-01", True, 1)]
)
def test_the_command(day: str, strict: bool, status: int) -> None:
    words = ["doors", "--age", "--day", day, "--json", *(["--strict"] if strict else [])]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == status
    document = json.loads(done.stdout)
    assert document["day"] == day and bool(document["due"]) is (day > "2027")
    for lang in ("en", "zh"):
        assert CliRunner().invoke(program, [*words[:-1], "--lang", lang]).stdout
    assert show.__name__ and facts_command.command.name == "facts"


@pytest.mark.parametrize(
    "words", [["--strict"], ["--age", "openai"], ["--age", "--day", "soon"], ["--day", "2026-01-01"]]
)
def test_wrong_uses(words: list[str]) -> None:
    assert CliRunner().invoke(program, ["doors", *words]).exit_code == 2


def test_old_facts_make_a_form_of_keys_less_sure() -> None:
    from diagnose.advice.old_facts import key_facts_are_old

    evidence = recorded(BY_NAME["key-of-another-house"]).evidence if "key-of-another-house" in BY_NAME else None
    if evidence is None:
        evidence = next(
            found
            for scenario in SCENARIOS
            if (found := recorded(scenario).evidence).target.door is not None
            and judge(found).root_cause == "key.wrong_door"
        )
    assert not key_facts_are_old(View(replace(evidence, day="2026-12-01")))
    assert key_facts_are_old(View(replace(evidence, day="2028-12-01")))


def sure_of(evidence: Evidence, code: str) -> list[bool]:
    """Return whether a finding is sure, on a day on which the facts are new, and on one on which they are old."""
    views = (View(replace(evidence, day=day)) for day in ("2026-12-01", "2028-12-01"))
    return [one.claim.sure for view in views for one in raised(view) if one.rule.code == code]


def test_old_facts_about_an_app_make_its_findings_likely_only() -> None:
    code = "proxy.ignored"
    evidence = next(found for one in SCENARIOS if code in judged_codes(found := recorded(one).evidence))
    assert sure_of(evidence, code) == [True, False]
    lost = CompanionFacts("platform.claude.com", "check at the start", True, Kind.NAME_UNKNOWN)
    target = replace(evidence.target, app="claude-code", app_named=True)
    seen = Observation(Subject.COMPANION, "", Outcome.DONE, lost)
    evidence = replace(evidence, target=target, observations=(*evidence.observations, seen))
    assert sure_of(evidence, "app.companion_unreachable") == [True, False]


def judged_codes(evidence: Evidence) -> set[str]:
    return {one.code for one in judge(evidence).findings} if evidence.target.app_named else set()


def test_old_rows_of_texts_count_less_in_check_and_explain() -> None:
    text = "You exceeded your current quota, please check your plan and billing details."
    said = read(text)
    now, late = (explain(said, day=day)[0] for day in ("2026-12-01", "2028-12-01"))
    assert now.code == late.code == "quota.exhausted" and explain(said)[0] == now
    assert late.confidence == round(now.confidence * AGED, 2)
    error = ApiError(message=text, type="insufficient_quota", code="insufficient_quota")
    fresh, old = (classify_error(429, error, day=day)[0] for day in ("2026-12-01", "2028-12-01"))
    assert fresh.code == old.code and old.confidence == round(fresh.confidence * AGED, 3)
    client = read("openai.OpenAIError: The api_key client option must be set")
    assert explain(client, day="2028-12-01")[0].confidence < explain(client, day="2026-12-01")[0].confidence


def test_companions_name_an_app_and_hosts() -> None:
    assert all(one.app and one.hosts and one.need and one.provenance.seen for one in companions())
    assert {one.app for one in companions() if one.required} == {"claude-code", "codex"}
