"""run.*: failures that no other rule names, so that no failure is silent, and faults of the run itself."""

from __future__ import annotations

from diagnose.evidence.lines import failure_line, line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.api import softened
from diagnose.findings.chains import LEFT_OPEN
from diagnose.report import Seen, Severity, Try, seen
from probes.api.response_checks import passes
from probes.model.attempt import Change
from probes.model.exchange import Exchange, Purpose
from probes.model.failure import Outcome
from probes.model.source import OWN_CHOICES


def _unexplained(view: View) -> Claim | None:
    """Report that something failed. Any other finding that holds explains this one away."""
    if view.credential is not None and view.credential.problem in LEFT_OPEN:
        return None  # nothing was sent that could fail for a reason of its own
    for one in view.evidence.observations:
        if one.outcome is Outcome.FAILED and not isinstance(one.facts, Exchange):
            failure = failure_line(one.failure) if one.failure else ""
            return Claim(
                (seen("of", name=f"{one.probe} {one.name or one.subject.look}", note=failure),), probe=one.probe
            )
    if view.subject is not None:
        if view.chosen is not None and view.chosen.source.kind in OWN_CHOICES and view.match is not None:
            return None  # the model was our own choice, so its refusal is no fault of the settings
        if view.match is not None and softened(view, view.subject) is not None:
            return None  # only our second generation hit a limit, which is a warning
        return Claim((line_of(view.subject),), probe="chat" if view.subject.purpose is Purpose.CHAT else "http")
    deep, first = view.deep, view.first
    if deep is not None and deep.lost and not view.works and deep.told is not None:
        return Claim((line_of(deep.told),), probe="http")
    if view.works and not view.works_as_given and first is not None and first.attempt.given:
        refused, changed = first.chat, deep.attempt.changed if deep is not None else ()
        if Change.VERSION in changed or not {Change.PATH, Change.PROTOCOL, Change.MODEL} & {*changed}:
            return None  # other clients differ in this, so it is a warning of its own
        if refused is not None and refused.status >= 400 and not passes(refused):
            return Claim((line_of(refused),), probe="chat")  # what works is not what the app sends
    return None


def _crashed(view: View) -> Claim | None:
    crashes = [one for one in view.evidence.observations if one.outcome is Outcome.CRASHED]
    return Claim(tuple(one.note for one in crashes), probe=crashes[0].probe) if crashes else None


def _flaky(view: View) -> Claim | None:
    """Report earlier tries that failed; ``persistent()`` drops this finding if the last try failed like them."""
    return Claim(tried(view.earlier), probe=view.earlier[0].probe) if view.earlier else None


def tried(tries: tuple[Try, ...]) -> tuple[Seen, ...]:
    """Return a line of evidence for each failed try."""
    return tuple(
        seen("try", count=number, note=f"{one.title} ({one.root_cause})", seconds=f"{one.duration_ms / 1000:.2f}")
        for number, one in enumerate(tries, 1)
    )


CRASHED = Rule("run.crashed", Severity.WARNING, "settings", _crashed, "app")

FLAKY = Rule("run.flaky", Severity.WARNING, "http", _flaky, "provider")

RULES = (
    CRASHED,
    FLAKY,
    Rule("run.unexplained", Severity.ERROR, "http", _unexplained, "provider"),
)
