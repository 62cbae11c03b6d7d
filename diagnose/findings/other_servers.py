"""What answers at the base URL if it is no LLM API: no path leads to one, or every path is refused alike."""

from __future__ import annotations

import re

from diagnose.advice.houses import placeholders
from diagnose.answers import products
from diagnose.answers.dialects import Match
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.evidence.view_memo import once_a_view
from diagnose.findings.intermediaries import answered_by
from diagnose.report import seen
from probes.api.response_checks import REDIRECTS
from probes.api.uniform_refusals import refuses_everything
from probes.model.exchange import Purpose
from probes.model.note import note

_LONGEST = 60  # characters of a name that a server gives itself
_UNKNOWN_VALUE = (
    r"(?i)\b(?:identifier|account|project|gateway|workspace)\b.{0,40}\b(?:invalid|not (?:be )?found|unknown)\b"
)
PARTS = {
    ("account_id",): note("parts_account_id"),
    ("account_id", "gateway_id"): note("parts_account_id_gateway_id"),
    ("project", "location"): note("parts_project_location"),
}


@once_a_view
def leads_nowhere(view: View) -> bool:
    """Check that the given path leads nowhere and that no other path of the host was found."""
    first = view.first
    return first is not None and first.lost and view.better is None and not view.works


@once_a_view
def refuses_all_paths(view: View) -> bool:
    """Check whether the server, asked without a proxy, refuses every path alike, in words that are no API's."""
    told = view.first.told if view.first is not None else None
    if told is None or told.request.via_proxy or view.works:
        return False
    match = view.match
    # The status alone says little: a server for WebSockets refuses everything else with it.
    upgrade = match is not None and match.dialect.startswith("status-") and told.status == 426
    understood = match is not None and match.code != "proxy_page" and not upgrade
    asked = (one for one in view.exchanges if one.purpose is not Purpose.PREFLIGHT)
    return not understood and refuses_everything(told, asked)


@once_a_view
def other_program(view: View) -> bool:
    """Check whether another program than an LLM API has this port: a forward proxy says so, or no path is served."""
    told = view.first.told if view.first is not None else None
    own_port = view.match is not None and view.match.values.get("case") == "own_port"
    return (own_port and told is not None and not told.request.via_proxy) or refuses_all_paths(view)


@once_a_view
def retired(view: View) -> Claim | None:
    """Report a service that says that it has ended in place of every path."""
    page = view.first.told if view.first is not None else None
    if view.match is not None or page is None or not leads_nowhere(view):
        return None
    from diagnose.answers.dialects import classify

    match = next(iter(classify(page)), None)
    return Claim((line_of(page),)) if match is not None and match.code == "url.host_retired" else None


@once_a_view
def front_login(view: View) -> Match | None:
    """Return what a login in front of the API says to a request without a key; None if none refuses it.

    Such a request is no subject, because any API refuses it; a login of another kind is told by its own marks.
    """
    told = view.first.told if view.first is not None else None
    if told is None or view.settings.key_given or view.works or told.status not in (401, 403):
        return None
    from diagnose.answers.dialects import classify

    match = next(iter(classify(told)), None)
    return match if match is not None and match.code == "http.front_auth" else None


def not_llm_api(view: View) -> Claim | None:
    """Report that something else than an LLM API answers, and what it says that it is."""
    told = view.first.told if view.first is not None else None
    if told is None or told.status in REDIRECTS or retired(view) is not None:
        return None
    if view.credential is not None and view.credential.problem is not None and told.status in (401, 403):
        return None  # it was asked without the credential that could not be obtained
    proxy_page = view.match is not None and view.match.code == "proxy_page"
    nowhere, other = leads_nowhere(view) and not proxy_page, other_program(view)
    if not nowhere and not other:
        return None
    looked = (seen("looked_at", count=len(view.looks)),) if view.looks else ()
    evidence = (line_of(told), *answered_by(view, told), *looked)
    names = placeholders(view) if re.search(_UNKNOWN_VALUE, view.said()) else ()
    if names in PARTS and nowhere:
        return Claim(evidence, values={"parts": PARTS[names]}, case="values")
    if not other:
        return Claim(evidence)
    # A product that passed the response on, by its header, made it: nothing behind it answers every path alike.
    trace = products.maker(told) or products.between(told)
    forward = proxy_page or (trace is not None and trace.product.forward)
    name = trace.product.name if trace is not None else (told.header("server") or told.response.title)[:_LONGEST]
    return Claim(evidence, case="proxy" if forward else "alike", values={"product": name} if name else {})
