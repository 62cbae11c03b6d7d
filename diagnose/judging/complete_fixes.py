"""Complete the fixes of a report: a fix that was tried names every setting that differed in the try. Pure."""

from __future__ import annotations

from diagnose.evidence.view import View
from diagnose.findings.proxy import around
from diagnose.judging.root_cause import RaisedRule
from diagnose.report import Severity
from probes.model.attempt import Change, KeyForm
from probes.model.record import replace
from probes.model.source import SourceKind


def completed(standing: tuple[RaisedRule, ...], view: View) -> tuple[RaisedRule, ...]:
    """Return the rules with complete fixes.

    An error's fix is verified because a request worked that had all errors fixed. With one of the settings alone, the
    app would meet the next error. Fixes of warnings stay as they are, since the app works without them.
    """
    tried = [one for one in standing if _is_tried(one)]
    if not tried or view.working is None:
        return standing
    needed: dict[str, object] = {}
    for one in reversed(tried):  # the root cause last, so that its values count
        needed |= one.claim.settings or {}
    needed = _changes(view) | needed
    return tuple(
        replace(one, claim=replace(one.claim, settings=needed | dict(one.claim.settings or {})))
        if one in tried
        else one
        for one in standing
    )


def _is_tried(one: RaisedRule) -> bool:
    return one.severity is Severity.ERROR and one.claim.verified and bool(one.claim.settings)


def _changes(view: View) -> dict[str, object]:
    """Return the settings in which the working attempt differs from the given ones."""
    working, first = view.working, view.first
    assert working is not None
    changes: dict[str, object] = {}
    changed = set(working.changed)
    fatal = any(one.fatal and one.subject == "base_url" for one in view.settings.flaws)
    if fatal or changed & {Change.PATH, Change.SCHEME, Change.REDIRECT} or _moved(view):
        changes["base_url"] = working.base_url
    if working.protocol != view.evidence.target.protocol:
        changes |= {"base_url": working.base_url, "protocol": working.protocol}
    if Change.VERSION in changed:
        changes["api_version"] = working.version
    if Change.AUTH in changed and (first is None or working.auth is not first.attempt.auth):
        changes["auth"] = working.auth.value
    if working.key is KeyForm.CLEANED:
        changes["key"] = "cleaned"
    if working.key is KeyForm.CONFLICTING and view.key_policy.conflict_source is not None:
        changes["key_source"] = view.key_policy.conflict_source
    # A base URL may have named the model, which its correction leaves out.
    from_url = view.chosen is not None and view.chosen.source.kind is SourceKind.BASE_URL and "base_url" in changes
    if (Change.MODEL in changed or from_url) and working.model is not None:
        changes["model"] = working.model
    if Change.PROXY in changed and not view.carried:
        changes["no_proxy"] = around(view)
    return changes


def _moved(view: View) -> bool:
    """Check whether the working attempt has another base URL than the first one, which was made with the given URL."""
    working, first = view.working, view.first
    return working is not None and first is not None and working.base_url != first.attempt.base_url
