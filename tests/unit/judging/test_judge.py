"""How findings fold, which of them is the root cause, and what the verdict is, with rules made for the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from graphlib import TopologicalSorter
from itertools import pairwise

import pytest

from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings import RULES
from diagnose.judging.judge import judge
from diagnose.judging.root_cause import raised, root_of
from diagnose.rendering.report_parts import exit_status
from diagnose.report import Report, Severity, Verdict
from diagnose.words import phrase
from probes.demo_server import scenarios
from probes.model.evidence import Evidence, Observation, Subject, Target
from probes.model.failure import Outcome
from probes.model.record import replace
from probes.run.engine import run

NOTHING = Evidence(Target("https://relay.example/v1", "openai", None, "openai-sdk", None, None, None), ())
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def holds(sure: bool = True, severity: Severity | None = None) -> Callable[[View], Claim | None]:
    return lambda view: Claim(("seen",), sure=sure, severity=severity)


def absent(view: View) -> Claim | None:
    return None


def rule(
    code: str, *because: str, severity: Severity = ERROR, when: Callable[[View], Claim | None] | None = None
) -> Rule:
    return Rule(code, severity, "settings", when or holds(), "settings", because)


def causes(*rules: Rule) -> dict[str, str | None]:
    return {one.rule.code: one.cause for one in raised(View(NOTHING), rules)}


@cache
def seen(fault: str) -> Evidence:
    with scenarios.open(fault) as world:
        return asyncio.run(run(world.settings(), version="0"))


# -- folding -----------------------------------------------------------------------------------------------------------


def test_a_chain_folds_to_its_first() -> None:
    found = causes(rule("url.invalid"), rule("key.masked", "url.invalid"), rule("auth.rejected", "key.masked"))
    assert found == {"url.invalid": None, "key.masked": "url.invalid", "auth.rejected": "url.invalid"}


def test_a_long_chain_folds_in_any_order() -> None:
    names = [f"x.{letter}" for letter in "abcdef"]
    rules = [rule(names[0]), *(rule(one, before) for before, one in pairwise(names))]
    assert set(causes(*reversed(rules)).values()) == {None, "x.a"}


def test_an_absent_finding_explains_nothing() -> None:
    assert causes(rule("a.a", when=absent), rule("b.b", "a.a")) == {"b.b": None}


def test_a_chain_with_a_gap_is_no_chain() -> None:
    found = causes(rule("a.a"), rule("b.b", "a.a", when=absent), rule("c.c", "b.b"))
    assert found == {"a.a": None, "c.c": None}


def test_a_prefix_explains_its_whole_layer_and_no_other() -> None:
    assert causes(rule("key.masked"), rule("auth.rejected", "key."))["auth.rejected"] == "key.masked"
    assert causes(rule("keyring.locked"), rule("auth.rejected", "key."))["auth.rejected"] is None
    assert causes(rule("key.masked"), rule("auth.rejected", "key"))["auth.rejected"] is None


def test_a_rule_does_not_explain_itself() -> None:
    assert causes(rule("url.invalid", "url.")) == {"url.invalid": None}


def test_a_circle_has_an_end() -> None:
    found = causes(rule("a.a", "b.b"), rule("b.b", "a.a"))
    assert set(found) == {"a.a", "b.b"}


def test_the_catalogue_has_no_circle() -> None:
    """Of two errors that explain each other, neither would be the root cause."""

    def explains(code: str, name: str) -> bool:
        return code == name or (name.endswith(".") and code.startswith(name))

    above = {
        one.code: {other.code for other in RULES for name in one.because if explains(other.code, name)} - {one.code}
        for one in RULES
        if one.because != ("*",)
    }
    assert list(TopologicalSorter(above).static_order())


@pytest.mark.parametrize("weak", [WARNING, INFO])
def test_a_warning_explains_no_error(weak: Severity) -> None:
    assert causes(rule("a.a", severity=weak), rule("b.b", "a.a")) == {"a.a": None, "b.b": None}
    assert causes(rule("a.a", when=holds(severity=weak)), rule("b.b", "a.a"))["b.b"] is None


def test_an_error_explains_a_warning_and_a_warning_another() -> None:
    assert causes(rule("a.a"), rule("b.b", "a.a", severity=WARNING))["b.b"] == "a.a"
    assert causes(rule("a.a", severity=WARNING), rule("b.b", "a.a", severity=WARNING))["b.b"] == "a.a"


def test_the_catch_all_gives_way_to_everything_but_a_crash() -> None:
    catch_all = rule("run.unexplained", "*")
    assert causes(rule("a.a"), catch_all) == {"a.a": None}
    assert causes(catch_all) == {"run.unexplained": None}
    assert causes(rule("run.crashed"), catch_all)["run.unexplained"] is None


# -- order -------------------------------------------------------------------------------------------------------------


def test_the_root_is_the_deepest_layer_among_equals() -> None:
    found = root_of(raised(View(NOTHING), (rule("url.invalid"), rule("tls.expired"), rule("auth.rejected"))))
    assert found is not None
    assert found.rule.code == "url.invalid"


def test_what_is_sure_goes_before_what_is_not() -> None:
    found = root_of(raised(View(NOTHING), (rule("a.a", when=holds(sure=False)), rule("b.b"))))
    assert found is not None
    assert found.rule.code == "b.b"


def test_an_error_goes_before_a_surer_warning() -> None:
    order = raised(
        View(NOTHING), (rule("a.a", severity=WARNING), rule("b.b", when=holds(sure=False)), rule("c.c", severity=INFO))
    )
    assert [one.rule.code for one in order] == ["b.b", "a.a", "c.c"]


def test_follow_ups_come_after_all_roots() -> None:
    order = raised(View(NOTHING), (rule("a.a"), rule("b.b", "a.a"), rule("c.c", severity=INFO)))
    assert [one.rule.code for one in order] == ["a.a", "c.c", "b.b"]


def test_a_warning_is_no_root_cause() -> None:
    report = judge(seen("sound"), "en", (rule("tls.expires_soon", severity=WARNING),))
    assert (report.root_cause, report.side, report.verdict) == (None, None, Verdict.DEGRADED)


# -- the verdict -------------------------------------------------------------------------------------------------------


def verdict(evidence: Evidence, *rules: Rule, strict: bool = False) -> tuple[Verdict, int]:
    report: Report = judge(evidence, "en", rules)
    return report.verdict, exit_status(report, strict)


ONE_ERROR, ONE_WARNING = rule("auth.rejected"), rule("tls.expires_soon", severity=WARNING)
ONE_INFO, CRASH = rule("dns.fake_ip", severity=INFO), rule("run.crashed", severity=WARNING)


def test_the_verdict_of_a_run_that_worked() -> None:
    sound = seen("sound")
    assert verdict(sound) == (Verdict.HEALTHY, 0)
    assert verdict(sound, ONE_INFO) == (Verdict.HEALTHY, 0)
    assert verdict(sound, ONE_WARNING) == (Verdict.DEGRADED, 0)
    assert verdict(sound, ONE_WARNING, strict=True) == (Verdict.DEGRADED, 1)
    assert verdict(sound, ONE_WARNING, ONE_ERROR) == (Verdict.BROKEN, 1)
    assert verdict(sound, CRASH) == (Verdict.INCONCLUSIVE, 3)
    assert verdict(sound, CRASH, ONE_ERROR) == (Verdict.BROKEN, 1)


def test_an_interrupted_run_has_its_own_status() -> None:
    sound = replace(seen("sound"), interrupted=True)
    assert verdict(sound) == (Verdict.INCONCLUSIVE, 130)
    assert verdict(sound, ONE_ERROR) == (Verdict.BROKEN, 130)


@pytest.mark.parametrize(("why", "point"), [("ran_out", "deadline"), ("no_spend", "no_spend"), ("offline", "offline")])
def test_a_question_that_was_left_open_is_reported(why: str, point: str) -> None:
    unasked = replace(NOTHING, **{why: True})  # type: ignore[arg-type]
    status = 3 if why == "ran_out" else 0  # what the user told the run not to ask is no failure
    assert verdict(unasked) == (Verdict.INCONCLUSIVE, status)
    assert verdict(unasked, ONE_WARNING) == (Verdict.INCONCLUSIVE, status)
    assert verdict(unasked, strict=True) == (Verdict.INCONCLUSIVE, 3)
    assert verdict(unasked, CRASH) == (Verdict.INCONCLUSIVE, 3)
    assert verdict(unasked, ONE_ERROR) == (Verdict.BROKEN, 1)
    for lang in ("en", "zh"):
        assert judge(unasked, lang, ()).left_open == (phrase(f"open.{point}", lang),)


def test_nothing_seen_is_not_healthy() -> None:
    assert verdict(NOTHING) == (Verdict.INCONCLUSIVE, 3)


@pytest.mark.parametrize("probe", ["dns", "tcp", "tls", "http", "chat", "stream"])
def test_no_failure_is_silent(probe: str) -> None:
    from probes.model.failure import Failure, Kind

    failed = Observation(Subject(probe), "relay.example", Outcome.FAILED, None, Failure(Kind.OTHER, "odd"))
    report = judge(replace(NOTHING, observations=(failed,)))
    assert report.verdict is Verdict.BROKEN
    assert report.root_cause is not None


def test_a_crash_is_reported_and_no_root() -> None:
    crashed = Observation(Subject.HANDSHAKE, "", Outcome.CRASHED, note="KeyError: x (measure:7)")
    report = judge(replace(seen("sound"), observations=(*seen("sound").observations, crashed)))
    assert "run.crashed" in [one.code for one in report.findings]
    assert report.root_cause is None
    assert exit_status(report) == 3


# -- purity ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["sound", "no-v1", "rejected", "foreign-key", "wrong-name"])
def test_the_same_evidence_gives_the_same_report(fault: str) -> None:
    evidence = seen(fault)
    before = repr(evidence)
    assert judge(evidence) == judge(evidence)
    assert repr(evidence) == before
    english, chinese = judge(evidence, "en"), judge(evidence, "zh")
    assert [one.code for one in english.findings] == [one.code for one in chinese.findings]
    assert (english.verdict, english.root_cause, english.side) == (chinese.verdict, chinese.root_cause, chinese.side)


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.code)
def test_a_rule_survives_a_run_that_saw_nothing(one: Rule) -> None:
    claim = one.when(View(NOTHING))
    assert claim is None or isinstance(claim, Claim)
    blank = replace(NOTHING, target=replace(NOTHING.target, base_url=None))
    assert judge(blank, "zh", (one,)).verdict is not Verdict.HEALTHY
