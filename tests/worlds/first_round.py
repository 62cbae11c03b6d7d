"""Compare the plan of a world, as `--plan` prints it, with the first round of requests that its run sent."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from probes.model.evidence import Observation, Subject
from probes.model.exchange import Exchange
from probes.model.facts import LocalityFacts, TcpFacts
from probes.model.planned_request import MODEL, Plan, PlannedRequest
from worlds.stage import Scenario, Seen

PRIVATE = ipaddress.ip_network("10.0.0.0/8")  # the private addresses of the worlds


Line = tuple[Any, ...]


def exchanges(first: Iterable[Observation]) -> list[Exchange]:
    return [one.facts for one in first if isinstance(one.facts, Exchange)]


def line(one: Exchange) -> Line:
    """Return what identifies a request: its purpose, method and URL, and which key it carries in which header."""
    request = one.request
    about = (request.attempt.key, request.with_key, request.attempt.auth, request.headers)
    return request.purpose, request.method, request.url, *about


def foretold(requests: Iterable[PlannedRequest], sent: list[Exchange]) -> set[Line]:
    """Return the same of the plan's requests, with the models that were requested in place of the placeholder."""
    found: set[Line] = set()
    for one in requests:
        models = {other.attempt.model or "" for other in sent if other.purpose == one.purpose}
        for model in models if one.after_list else {""}:
            url = one.url.replace(MODEL, quote(model, safe=""))
            found.add((one.purpose, one.method, url, one.key, one.with_key, one.attempt.auth, one.extra))
    return found


def by_the_route_taken(seen: Seen, planned: Plan) -> tuple[PlannedRequest, ...]:
    """Return what the plan says for the route of the run, determined from the measurements alone."""
    observed = [one.facts for one in seen.evidence.observations]
    dialled = [one.connected.ip for one in observed if isinstance(one, TcpFacts) and one.connected is not None]
    cases = {case.when: case.requests for case in planned.otherwise}
    if planned.proxy is not None:
        private = any(isinstance(one, LocalityFacts) for one in observed)
    else:
        private = bool(dialled) and ipaddress.ip_address(dialled[-1]) in PRIVATE
    return cases["private_address"] if private and "private_address" in cases else planned.requests


def turned(seen: Seen, planned: Plan) -> str:
    """Return what the network revealed that no setting says and that can only withhold the key: a case of the plan, or
    "".
    """
    if any(one.subject is Subject.PLAIN_HTTP for one in seen.evidence.observations):
        return "plain_http"
    if planned.proxy is None and any(one.request.via_proxy for one in exchanges(seen.first)):
        return "through_proxy"
    return ""


def plan_is_what_was_sent(scenario: Scenario, seen: Seen) -> None:
    """Assert that the run of this world sent what its plan says, and no key that the plan does not name."""
    sent, planned = exchanges(seen.first), seen.plan
    if planned is None or scenario.offline:
        assert not sent
        return
    if not sent:  # not reached: any request, sent or failed, would be recorded
        assert not any(isinstance(one.facts, Exchange) for one in seen.evidence.observations)
        return
    if turned(seen, planned):
        keys = {one.key for one in planned.requests if one.with_key}
        assert {one.attempt.key for one in sent if one.request.with_key} <= keys
        return
    requests = foretold(by_the_route_taken(seen, planned), sent)
    if seen.evidence.ran_out:  # the deadline cut the round short
        assert {line(one) for one in sent} <= requests
    else:
        assert {line(one) for one in sent} == requests
