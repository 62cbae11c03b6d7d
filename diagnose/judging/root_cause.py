"""Which findings hold, and which one is the root cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from diagnose.answers.causes import covers
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings import RULES
from diagnose.findings.run import CRASHED, tried
from diagnose.report import Severity, Try

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class RaisedRule:
    """A rule that holds, with what it claims and which other standing rule explains it."""

    rule: Rule
    claim: Claim
    cause: str | None

    @property
    def severity(self) -> Severity:
        return self.claim.severity or self.rule.severity


def persistent(standing: tuple[RaisedRule, ...], tries: tuple[Try, ...]) -> tuple[RaisedRule, ...]:
    """Where no try got through, that is no sign of a flaky target: the root cause names the tries as evidence."""
    root = root_of(standing)
    if not tries or root is None or not root.rule.retryable:
        return standing
    claim = replace(root.claim, evidence=(*root.claim.evidence, *tried(tries)))
    return tuple(replace(one, claim=claim) if one is root else one for one in standing if one.rule.code != "run.flaky")


def raised(view: View, rules: tuple[Rule, ...] = RULES) -> tuple[RaisedRule, ...]:
    """The rules that hold, roots first, each with the one that explains it.

    What is folded is folded by what *stands*: where a explains b and b explains c, c is a's, whatever of b is shown.
    """
    held, broken = [], []
    for rule in rules:
        try:
            claim = rule.when(view)
        except Exception as error:  # our own fault: it costs one rule, not the report
            broken.append(f"rule {rule.code}: {type(error).__name__}")
            continue
        if claim is not None:
            held.append((rule, claim))
    if broken:
        held = [(rule, claim) for rule, claim in held if rule.code != CRASHED.code]
        held.append((CRASHED, Claim(tuple(broken))))
    severities = {rule.code: claim.severity or rule.severity for rule, claim in held}
    unsure = {rule.code for rule, claim in held if not claim.sure}
    parents: dict[str, str] = {}
    for rule, _ in held:
        # What is only likely explains nothing that is sure.
        weak = rule.code in unsure or rule.code == "run.unexplained"
        causes = severities if weak else [code for code in severities if code not in unsure]
        found = next((code for code in causes if code != rule.code and _explains(rule, code, severities)), None)
        if found is not None:
            parents[rule.code] = found
    standing = []
    for rule, claim in held:
        cause, seen = parents.get(rule.code), {rule.code}
        while cause is not None and cause in parents and cause not in seen:
            seen.add(cause)
            cause = parents[cause]
        if rule.code == "run.unexplained" and cause is not None:
            continue  # it is explained
        standing.append(RaisedRule(rule, claim, cause))
    order = [*(rule.code for rule in rules), CRASHED.code]
    standing.sort(
        key=lambda one: (one.cause is not None, _ORDER[one.severity], not one.claim.sure, order.index(one.rule.code))
    )
    return tuple(standing)


def _explains(rule: Rule, code: str, severities: Mapping[str, Severity]) -> bool:
    """A warning explains no error: what an app survives breaks nothing."""
    if severities[rule.code] is Severity.ERROR and severities[code] is not Severity.ERROR:
        return False
    return any(covers(named, code) for named in rule.because)


def root_of(standing: tuple[RaisedRule, ...]) -> RaisedRule | None:
    """The one error from which the others follow."""
    return next((one for one in standing if one.severity is Severity.ERROR and one.cause is None), None)
