"""What answers at the base URL if it is no LLM API: no path leads to one, or every path is refused alike."""

from __future__ import annotations

from diagnose.answers import products
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.findings.intermediaries import answered_by
from diagnose.report import seen
from probes.api.response_checks import REDIRECTS
from probes.api.uniform_refusals import refuses_everything
from probes.model.exchange import Purpose

_LONGEST = 60  # characters of a name that a server gives itself


def leads_nowhere(view: View) -> bool:
    """Check that the given path leads nowhere and that no other path of the host was found."""
    first = view.first
    return first is not None and first.lost and view.better is None and not view.works


def refuses_all_paths(view: View) -> bool:
    """Check whether the server, asked without a proxy, refuses every path alike, in words that are no API's."""
    told = view.first.told if view.first is not None else None
    if told is None or told.request.via_proxy or view.works:
        return False
    understood = view.match is not None and view.match.code != "proxy_page"
    asked = (one for one in view.exchanges if one.purpose is not Purpose.PREFLIGHT)
    return not understood and refuses_everything(told, asked)


def other_program(view: View) -> bool:
    """Check whether another program than an LLM API has this port: a forward proxy says so, or no path is served."""
    told = view.first.told if view.first is not None else None
    own_port = view.match is not None and view.match.values.get("case") == "own_port"
    return (own_port and told is not None and not told.request.via_proxy) or refuses_all_paths(view)


def not_llm_api(view: View) -> Claim | None:
    """Report that something else than an LLM API answers, and what it says that it is."""
    told = view.first.told if view.first is not None else None
    if told is None or told.status in REDIRECTS:
        return None
    looked = (seen("looked_at", count=len(view.looks)),) if view.looks else ()
    evidence = (line_of(told), *answered_by(view, told), *looked)
    proxy_page = view.match is not None and view.match.code == "proxy_page"
    if not other_program(view):
        return Claim(evidence) if leads_nowhere(view) and not proxy_page else None
    # A product that passed the response on, by its header, made it: nothing behind it answers every path alike.
    trace = products.maker(told) or products.between(told)
    forward = proxy_page or (trace is not None and trace.product.forward)
    name = trace.product.name if trace is not None else (told.header("server") or told.response.title)[:_LONGEST]
    return Claim(evidence, case="proxy" if forward else "alike", values={"product": name} if name else {})
