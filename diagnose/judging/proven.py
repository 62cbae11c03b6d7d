"""Decide the verdict, what a run has proven, and what it left open."""

from __future__ import annotations

from diagnose.evidence.client_runs import client_works
from diagnose.evidence.view import View
from diagnose.findings.chains import LEFT_OPEN
from diagnose.findings.other_servers import other_program
from diagnose.findings.slo import unmeasured
from diagnose.judging.root_cause import RaisedRule
from diagnose.report import Proven, Severity, Verdict
from probes.api.response_checks import passes
from probes.model.client_request import OpenReason
from probes.model.evidence import Evidence
from probes.model.facts import Withheld
from probes.model.source import SourceKind


def verdict_of(standing: tuple[RaisedRule, ...], evidence: Evidence, view: View, left_open: bool) -> Verdict:
    """Return the verdict: broken by any error, else inconclusive if the run left something open.

    Otherwise, a warning makes it degraded; without warnings, it is healthy.
    """
    if any(one.severity is Severity.ERROR for one in standing):
        return Verdict.BROKEN
    if left_open or evidence.interrupted or any(one.rule.code == "run.crashed" for one in standing):
        return Verdict.INCONCLUSIVE
    if any(one.severity is Severity.WARNING for one in standing):
        return Verdict.DEGRADED
    return Verdict.HEALTHY


def unanswered(evidence: Evidence, view: View) -> tuple[str, ...]:
    """Return the reasons why it is still open whether an app would get an answer; empty if that is settled."""
    if evidence.interrupted:
        return ("interrupted",)
    if client_works(view):
        return ()
    if view.works and not evidence.ran_out:
        return (*_of_client(evidence), *(f"slo_{name}" for name in unmeasured(view)))
    if evidence.offline:
        return ("offline",)
    if evidence.no_spend:
        return ("no_spend",)
    if evidence.ran_out:
        return ("deadline",)
    if view.key_policy.withheld is Withheld.PROJECT or view.unseen_key:
        return ("key_withheld",)
    if view.login is not None and not view.settings.key_given and not view.works:
        return ("federation",) if view.login.kind == "workload" else ("login",)
    if view.credential is not None and view.credential.problem in LEFT_OPEN:
        return ("credential",)
    if view.works:
        return ()
    return ("model",) if view.chosen is not None and view.chosen.source.kind is SourceKind.GUESS else ("unasked",)


def _of_client(evidence: Evidence) -> tuple[str, ...]:
    """Return why it is open whether the server accepts the app's own request; empty if that is settled."""
    found = evidence.client_request
    # Without a stream there is a finding; what the user forbids leaves more open than this.
    if found is None or found.why in (None, OpenReason.NO_STREAM, OpenReason.NO_SPEND, OpenReason.OFFLINE):
        return ()
    return (f"client_{found.why}",)


def prove(view: View) -> Proven:
    """Return what the deepest round of this run has proven; a value is None if the run did not test it."""
    deep = view.deep
    response = deep.told if deep is not None else None
    reached: bool | None = None
    connection_failure = view.failure("proxy") or view.failure("tls")
    if view.failure("dns") or view.failure("tcp") or (connection_failure and response is None):
        reached = False
    elif response is not None:
        reached = bool(response.status)
    elif view.tcp is not None:
        reached = view.tcp.connected is not None
    chat = deep.chat if deep is not None else None
    stream = deep.stream if deep is not None else None
    answered = passes(chat) if chat is not None else None
    streamed = None
    if stream is not None:
        reading = stream.reading.stream
        whole = reading is not None and bool(reading.finish or reading.terminated or reading.stopped)
        streamed = passes(stream) and whole and stream.failure is None
    if view.unseen_key:
        answered = streamed = None  # only a request without the key was refused
    path: bool | None = None
    if response is not None and response.status:
        # A server that reports its errors as successes may do so at every path.
        failed = response.reading.error is not None and not response.ok
        listed = deep is not None and deep.listing is not None and deep.listing.reading.models is not None
        shaped = failed or listed or response.reading.models is not None or answered
        path = (
            False
            if (deep is not None and deep.lost) or other_program(view)
            else True
            if shaped or response.status in (401, 403, 429)
            else None
        )
    model: bool | None = None
    if view.refused_alone is not None:
        model = False
    elif answered:
        model = True
    elif (
        view.match is not None
        and view.match.code.startswith("model.")
        and view.match.code != "model.parameter_rejected"
        and not (view.chosen is not None and view.chosen.source.kind is SourceKind.GUESS)
    ):
        model = False
    return Proven(reached, path, view.key_good, model, answered, streamed)
