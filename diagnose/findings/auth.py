"""auth.* and access.*: whether the server accepts the key and admits this client."""

from __future__ import annotations

from diagnose.advice.remedy_steps import upstream_named
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.api import beside_another, said
from diagnose.findings.credentials import expired, rejected, upstream
from diagnose.findings.url import settings_of
from diagnose.report import Seen, Severity
from probes.model.attempt import Attempt, Auth, Change
from probes.protocols.protocol import wire

HEADERS = {
    Auth.BEARER: "Authorization: Bearer",
    Auth.X_API_KEY: "x-api-key",
    Auth.API_KEY: "api-key",
    Auth.X_GOOG_API_KEY: "x-goog-api-key",
    Auth.QUERY: "?key=",
}


def _header_style(view: View) -> Claim | None:
    first, working = view.first, view.working
    if first is None:
        return None
    if working is not None and Change.AUTH in working.changed and view.works:
        exchanges = [one.told for one in (first, view.deep) if one is not None and one.told is not None]
        # The clients of this protocol differ; unless the user named an app, it is not known which one is in use.
        lenient = wire(working.protocol).clients_differ and not view.evidence.target.app_named
        return _style_claim(
            working, tuple(map(line_of, exchanges)), Severity.WARNING if lenient else None, verified=True
        )
    other_listing, listing = view.other_listing, view.first.listing if view.first else None
    if other_listing is None or listing is None or not view.works_as_given:
        return None
    if listing.reading.models is not None and other_listing.status in (401, 403):
        return _style_claim(
            first.attempt, (line_of(listing), line_of(other_listing)), Severity.WARNING, verified=view.works
        )
    return None


def _style_claim(
    attempt: Attempt, evidence: tuple[str | Seen, ...], severity: Severity | None, verified: bool
) -> Claim:
    return Claim(
        evidence,
        severity=severity,
        values={"better_auth": HEADERS.get(attempt.auth, attempt.auth.value)},
        settings={**settings_of(attempt), "auth": attempt.auth.value},
        verified=verified,
    )


def _header_lost(view: View) -> Claim | None:
    subject = view.subject
    if subject is None or not subject.request.with_key:
        return None
    return said("auth.header_lost")(view)


def _upstream(view: View) -> Claim | None:
    """Report a refusal of the relay's own key, also if the relay passes on that it belongs to another host upstream."""
    match, subject = view.match, view.subject
    if match is not None and subject is not None and match.code == "key.wrong_region" and upstream_named(view):
        return Claim((line_of(subject),))
    return beside_another(view, upstream(view))


RULES = (
    Rule("auth.header_style", Severity.ERROR, "auth", _header_style, "settings"),
    Rule("auth.rejected", Severity.ERROR, "auth", rejected, "settings"),
    Rule("auth.header_lost", Severity.ERROR, "auth", _header_lost, "relay"),
    Rule("auth.expired", Severity.ERROR, "auth", expired, "settings"),
    Rule("auth.not_permitted", Severity.ERROR, "auth", said("auth.not_permitted"), "settings"),
    Rule("auth.ip_not_allowed", Severity.ERROR, "auth", said("auth.ip_not_allowed"), "settings"),
    Rule("auth.upstream", Severity.ERROR, "auth", _upstream, "relay"),
    Rule("access.region_blocked", Severity.ERROR, "http", said("access.region_blocked"), "network"),
    Rule("access.client_refused", Severity.ERROR, "auth", said("access.client_refused"), "provider"),
)
