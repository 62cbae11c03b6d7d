"""Decide the status of a probe. One fault has one mark, and only what was seen to work as given is ``ok``.

Evidence ──▶ worked, failed, not settled ──▶ its findings, and where the root cause is ──▶ ok, fixed, warn, …
"""

from __future__ import annotations

from collections.abc import Iterable

from diagnose.evidence.view import View
from diagnose.findings.websocket import websocket_works
from diagnose.report import Finding, Proven, Severity, Status
from probes.model.attempt import Change, KeyForm
from probes.model.evidence import PROBES, Subject
from probes.model.failure import Outcome

# The observations that decide whether a step of the connection worked; the others are closer looks at a failure.
_DECISIVE = {
    "proxy": (Subject.PROXY, Subject.TUNNEL),
    "dns": (Subject.DNS,),
    "tcp": (Subject.TCP,),
    "tls": (Subject.HANDSHAKE,),
}
API = ("http", "auth", "model", "chat", "stream")


def status_of(
    view: View, name: str, findings: Iterable[Finding], proven: Proven, root: Finding | None
) -> tuple[Status, bool]:
    """Return the status of a probe, and whether it was measured with the fix of an earlier fault."""
    own = [one for one in findings if one.probe == name]
    fixed = root is not None and _is_behind_fix(view, name, root)
    if own and any(one.severity is Severity.ERROR and one.caused_by is None for one in own):
        return Status.FAIL, fixed and root is not None and name != root.probe
    if any(one.outcome is Outcome.CRASHED for one in view.observations(name)):
        return Status.WARN, False
    worked = has_worked(view, name, proven)
    if worked and not own:
        return (Status.FIXED, True) if fixed else (Status.OK, False)
    warned = any(one.severity is Severity.WARNING for one in own)
    if worked and not any(one.severity is Severity.ERROR for one in own):
        if warned:
            return Status.WARN, fixed
        return (Status.FIXED, True) if fixed else (Status.OK, False)
    if root is None and (warned or (worked is False and proven.answer)):
        return Status.WARN, False
    return Status.SKIPPED, False


def has_worked(view: View, name: str, proven: Proven) -> bool | None:
    """Return whether a probe worked, in whatever form of the settings; None if the run has not settled it."""
    if name in API:
        if view.unseen_key and name != "http":
            return None
        facts = (proven.path, proven.key, proven.model, proven.answer, proven.stream)
        return dict(zip(API, facts, strict=True))[name]
    observations = view.observations(name)
    if name == "websocket":
        return websocket_works(view)
    if name == "tcp" and view.tcp is not None and view.tcp.via_proxy and has_worked(view, "proxy", proven) is False:
        return None  # only the proxy was reached
    decisive = _DECISIVE.get(name)
    outcomes = {one.outcome for one in observations if decisive is None or one.subject in decisive}
    if Outcome.FAILED in outcomes:
        return False
    return True if Outcome.DONE in outcomes else None


def _is_behind_fix(view: View, name: str, root: Finding) -> bool:
    """Check whether the run could see a probe work only after it had changed the given settings."""
    if name not in API:
        unusable = any(one.fatal and one.subject == "base_url" for one in view.settings.flaws)
        return unusable and name in _DECISIVE and _is_after(name, root)
    deep = view.deep
    if deep is None or view.deepest_as_given:
        return False
    if name == "http" and view.key_policy.withheld is not None and deep.attempt.key is KeyForm.NONE:
        # Without the key, which may not be sent, the requests go to the given URL all the same.
        given = (view.evidence.target.base_url or "").rstrip("/")
        return deep.attempt.base_url != given
    if _is_after(name, root):
        return True
    first = view.first
    found = first is not None and first.attempt.given and not first.lost and bool(first.told and first.told.status)
    if name == "http":
        return not found
    if name == "auth":
        return not found or deep.attempt.key is not KeyForm.GIVEN or Change.AUTH in deep.attempt.changed
    return True


def _is_after(name: str, root: Finding) -> bool:
    return name in PROBES and root.probe in PROBES and PROBES.index(name) > PROBES.index(root.probe)
