"""What a check would send, and where, before it sends anything. Pure."""

from __future__ import annotations

from dataclasses import replace

from probes.catalog.door import Door
from probes.model.facts import DoorFacts, ProxyFacts, Withheld
from probes.model.planned_request import PROMPT_TOKENS, Plan, PlannedRequest
from probes.model.settings import Settings
from probes.model.value_issues import Fit
from probes.protocols.protocol import ALLOWANCE, wire
from probes.urls.app_base_urls import as_sent
from probes.urls.url import joined, parse_url


def draw(
    settings: Settings,
    base_url: str,
    facts: DoorFacts,
    proxy: ProxyFacts | None,
    door: Door | None = None,
    address: str = "",
    added: str = "",
) -> Plan:
    """The plan for these settings. ``base_url`` is the address that the SDK would use; ``address`` is what the app asks
    where that is another, ``added`` what it adds to the query.
    """
    protocol = wire(facts.protocol)
    attempt = replace(protocol.attempt(base_url), address=address, query=added)
    if settings.api_version is not None and protocol.versions:
        attempt = replace(attempt, version=settings.api_version.value)
    listing = protocol.models(attempt)
    plaintext = facts.host.scheme == "http" and not facts.host.local and not settings.send_anyway
    withheld = facts.policy.withheld or (Withheld.PLAINTEXT if plaintext and facts.key.fit is not Fit.NO_KEY else None)
    with_key = facts.key.fit is not Fit.NO_KEY and not withheld
    base, _, query = base_url.partition("?")
    requests = [
        PlannedRequest("models", listing.method, joined(base, query, listing.path, facts.protocol), with_key, 0)
    ]
    if not settings.no_spend and not withheld:
        model = settings.model.value if settings.model else "{model}"
        for name in ("chat", "stream"):
            ask = protocol.generation(attempt, model, stream=name == "stream", adapted=())
            url = joined(base, query, ask.path, facts.protocol)
            if address or added:
                origin = parse_url(base).origin
                url = origin + as_sent(replace(attempt, model=model), ask, url.removeprefix(origin))
            requests.append(PlannedRequest(name, ask.method, url, with_key, ALLOWANCE + PROMPT_TOKENS))
    beyond: list[PlannedRequest] = []
    if settings.deep and not settings.offline and not withheld:
        from probes.capabilities.feature_plan import foreseen

        beyond = foreseen(settings, attempt, with_key, door, facts.host.local)
    return Plan(
        facts.host.name,
        facts.host.port,
        proxy.url if proxy and not proxy.unheeded else None,
        tuple(requests) if not settings.offline else (),
        0 if settings.offline else settings.limits.extra_requests,
        withheld,
        tuple(beyond),
    )
