"""Evaluate the rules and find the root cause among those that hold."""

from __future__ import annotations

from collections.abc import Mapping

from diagnose.advice.old_facts import app_facts_are_old
from diagnose.answers.causes import covers
from diagnose.evidence.client_runs import client_works
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings import RULES
from diagnose.findings.run import CRASHED, tried
from diagnose.report import Severity, Try
from probes.model.record import Record, replace

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class RaisedRule(Record):
    """A rule that holds, its claim, and the code of the other rule that explains it, or None."""

    rule: Rule
    claim: Claim
    cause: str | None

    @property
    def severity(self) -> Severity:
        """The severity of the claim, else that of the rule."""
        return self.claim.severity or self.rule.severity


def persistent(standing: tuple[RaisedRule, ...], tries: tuple[Try, ...]) -> tuple[RaisedRule, ...]:
    """Replace ``run.flaky`` if every try failed: the target is then not flaky.

    The tries become evidence of the root cause instead.
    """
    root = root_of(standing)
    if not tries or root is None or not root.rule.retryable:
        return standing
    claim = replace(root.claim, evidence=(*root.claim.evidence, *tried(tries)))
    return tuple(replace(one, claim=claim) if one is root else one for one in standing if one.rule.code != "run.flaky")


def softened(standing: tuple[RaisedRule, ...], view: View) -> tuple[RaisedRule, ...]:
    """Make warnings of the errors if the app itself was seen to work: the verdict is about the app.

    A limit that was exceeded stays one.
    """
    if not client_works(view):
        return standing
    return tuple(
        replace(one, claim=replace(one.claim, severity=Severity.WARNING))
        if one.severity is Severity.ERROR and not one.rule.code.startswith("slo.")
        else one
        for one in standing
    )


def raised(view: View, rules: tuple[Rule, ...] = RULES) -> tuple[RaisedRule, ...]:
    """Return the rules that hold, unexplained ones first, each with the code of the rule that explains it.

    The explanation is transitive: if a explains b and b explains c, then a is the cause of c.
    """
    held, broken = [], []
    for rule in rules:
        try:
            claim = rule.when(view)
        except Exception as error:  # a bug in one rule must not lose the whole report
            broken.append(f"rule {rule.code}: {type(error).__name__}")
            continue
        if claim is not None:
            aged = claim.sure and app_facts_are_old(view, rule.code)
            held.append((rule, replace(claim, sure=False) if aged else claim))
    if broken:
        held = [(rule, claim) for rule, claim in held if rule.code != CRASHED.code]
        held.append((CRASHED, Claim(tuple(broken))))
    if not held:
        return ()
    severities = {rule.code: claim.severity or rule.severity for rule, claim in held}
    unsure = {rule.code for rule, claim in held if not claim.sure}
    whole = next((rule.code for rule, claim in held if claim.explains_all), None)
    parents: dict[str, str] = {}
    for rule, _ in held:
        # A finding that is only likely does not explain one that is sure.
        weak = rule.code in unsure or rule.code == "run.unexplained"
        causes = severities if weak else [code for code in severities if code not in unsure]
        cause_code = next((code for code in causes if code != rule.code and _explains(rule, code, severities)), None)
        cause_code = cause_code or (whole if rule.code != whole and severities[rule.code] is Severity.ERROR else None)
        if cause_code is not None:
            parents[rule.code] = cause_code
    standing = []
    for rule, claim in held:
        cause, seen = parents.get(rule.code), {rule.code}
        while cause is not None and cause in parents and cause not in seen:
            seen.add(cause)
            cause = parents[cause]
        if rule.code == "run.unexplained" and cause is not None:
            continue
        standing.append(RaisedRule(rule, claim, cause))
    order = [*(rule.code for rule in rules), CRASHED.code]
    standing.sort(
        key=lambda one: (one.cause is not None, _ORDER[one.severity], not one.claim.sure, order.index(one.rule.code))
    )
    return tuple(standing)


def _explains(rule: Rule, code: str, severities: Mapping[str, Severity]) -> bool:
    """Check whether a finding explains a rule. A warning never explains an error, because the app survives it."""
    if severities[rule.code] is Severity.ERROR and severities[code] is not Severity.ERROR:
        return False
    return any(covers(named, code) for named in rule.because)


def root_of(standing: tuple[RaisedRule, ...]) -> RaisedRule | None:
    """Return the root cause: the first error that no other finding explains, or None."""
    return next((one for one in standing if one.severity is Severity.ERROR and one.cause is None), None)
