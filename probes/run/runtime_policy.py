"""Decide whether the app's own runtime makes a call, and with which form of the key. Pure.

The runtime looks names up by itself, so in plain HTTP the key goes to addresses that are loopback or private as they
are written, and to no name but ``localhost``.
"""

from __future__ import annotations

from probes.model.attempt import Attempt
from probes.model.facts import KeyPolicy
from probes.model.runtime_facts import RuntimeTarget
from probes.run.key_policy import Route, decide
from probes.run.offline_checks import OfflineChecks
from probes.urls.addresses import literal_address, loopback_name
from probes.urls.url import Url


def policy_for(offline: OfflineChecks, target: RuntimeTarget, where: Url) -> KeyPolicy:
    """Decide which forms of the key the runtime may get, by the address as it is written."""
    literal = literal_address(where.host)
    proxied = any(name.lower() in ("http_proxy", "all_proxy") and value for name, value in target.environ)
    local = loopback_name(where.host) or literal is not None
    return decide(offline.keys, Route(where.scheme, local, proxied, address=literal.ip if literal else None))


def reason_for_no_call(offline: OfflineChecks, policy: KeyPolicy, first: Attempt, target: RuntimeTarget) -> str:
    """Return why nothing is sent, as :class:`RuntimeFacts` names it; empty if the call is made."""
    given = offline.given
    if given.offline:
        return "offline"
    if given.no_spend:
        return "no_spend"
    if given.connect_to:
        return "connect_to"
    unverified = ("NODE_TLS_REJECT_UNAUTHORIZED", "0") in target.environ
    if policy.withheld is not None or not policy.allows(first) or unverified:
        return "withheld"
    # Without a key the call would prove nothing, except at a server of one's own that needs none.
    facts = offline.facts
    return "" if first.holds_key or (facts is not None and facts.host.local) else "no_key"
