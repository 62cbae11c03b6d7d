"""Tell what a probe has observed in the few facts that programs may need; ``--save`` writes the whole evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from probes.model.evidence import Observation
from probes.model.exchange import Exchange, Purpose, WebSocketTry
from probes.model.facts import (
    BalanceFacts,
    CompanionFacts,
    DirectFacts,
    DnsFacts,
    DoorFacts,
    ModelFacts,
    ProxyFacts,
    TcpFacts,
    TlsFacts,
    TunnelFacts,
)
from probes.model.runtime_facts import RuntimeFacts

# The headers that say how many requests and tokens are left: OpenAI's, Anthropic's, and those of the IETF's draft.
_RATE_LIMIT = r"(?:x-|anthropic-)?rate-?limit-[a-z-]{1,60}$"
Observed = dict[str, Any]


def observed(name: str, observations: Sequence[Observation]) -> Observed:
    """Return what the observations of the probe ``name`` tell programs."""
    found: Observed = {}
    for one in observations:
        if one.failure is not None:
            found.setdefault("failure", one.failure.kind.value)
        write = _WRITERS.get(type(one.facts))
        if write is not None:
            write(found, one.facts, name)
    return found


def _tcp(found: Observed, facts: TcpFacts, name: str) -> None:
    found["address"] = facts.connected.ip if facts.connected else None
    found |= {"port": facts.port, "local": facts.local, "interface": facts.interface}
    found["tried"] = [
        {"address": dial.address.ip, "result": dial.kind.value if dial.kind else "connected"} for dial in facts.dials
    ]


def _tls(found: Observed, facts: TlsFacts, name: str) -> None:
    found["version"] = facts.version
    if facts.certifi is not None:
        found["certifi"] = facts.certifi
    if facts.certificate is not None:
        found |= {
            "subject": facts.certificate.subject,
            "issuer": facts.certificate.issuer,
            "not_after": facts.certificate.not_after,
        }
        if facts.certificate.fingerprint:
            found["fingerprint"] = facts.certificate.fingerprint


def _model(found: Observed, facts: ModelFacts, name: str) -> None:
    found |= {
        "model": facts.chosen,
        "source": str(facts.source),
        "listed": facts.listed,
        "count": facts.count,
    }


def _websocket(found: Observed, facts: WebSocketTry, name: str) -> None:
    found |= {"url": facts.exchange.request.url, "status": facts.exchange.status, "events": facts.events}
    found["close_code"] = facts.code or None


def _exchange(found: Observed, facts: Exchange, name: str) -> None:
    request = {
        "url": facts.request.url,
        "purpose": facts.purpose.endpoint.value,
        "status": facts.status,
        "ms": round(facts.timing.seconds * 1000, 1),
    }
    for header in ("server", "via", "date"):  # the server that answered, and its clock
        if value := facts.header(header):
            found.setdefault(header, value[:200])
    limits = {key: value[:80] for key, value in facts.response.headers if "limit" in key and re.match(_RATE_LIMIT, key)}
    if limits:
        found["rate_limits"] = limits  # the last answer counts
    found.setdefault("requests", []).append(request)
    answer, stream = facts.reading.answer, facts.reading.stream
    if name == "chat" and answer is not None:
        found["answer_ms"] = request["ms"]
    if stream is not None and stream.events:
        found |= {"ttft_ms": round(stream.first_at * 1000, 1), "events": stream.events}
    if answer is not None and not answer.problem and facts.purpose is Purpose.CHAT:
        found |= {"model": answer.model, "finish": answer.finish}


def _dns(found: Observed, facts: DnsFacts, name: str) -> None:
    found["addresses"] = [address.ip for address in facts.addresses]
    if asked := (*facts.configured, *facts.others):
        found["servers"] = [
            {"server": one.server, "said": one.said, "addresses": [address.ip for address in one.addresses]}
            for one in asked
        ]


def _balance(found: Observed, facts: BalanceFacts, name: str) -> None:
    found["balance"] = {"amount": facts.amount, "currency": facts.currency or None, "url": facts.url}


def _companion(found: Observed, facts: CompanionFacts, name: str) -> None:
    result = facts.kind.value if facts.kind is not None else "connected"
    companion = {"host": facts.host, "required": facts.required, "result": result}
    found.setdefault("companions", []).append(companion)


def _door(found: Observed, facts: DoorFacts, name: str) -> None:
    found |= {"door": facts.match.id, "protocol": facts.protocol, "key": facts.key.fit}
    if facts.match.protocols:
        found["protocols"] = list(facts.match.protocols)


def _proxy(found: Observed, facts: ProxyFacts, name: str) -> None:
    found["proxy"] = facts.url


def _tunnel(found: Observed, facts: TunnelFacts, name: str) -> None:
    found["speaks"] = facts.speaks or facts.scheme


def _direct(found: Observed, facts: DirectFacts, name: str) -> None:
    found["direct"] = facts.kind.value if facts.kind is not None else "reached"


def _runtime(found: Observed, facts: RuntimeFacts, name: str) -> None:
    call = facts.call
    found["runtime"] = {
        "kind": facts.kind,
        "program": facts.shown,
        "version": facts.version or None,
        "openssl": facts.openssl or None,
        "strict": facts.strict,
        "packages": {one.name: one.version for one in facts.packages},
        "proxies": dict(facts.proxies),
        "roots": {one.name: one.state for one in facts.roots},
        "options": dict(facts.options),
        "problem": facts.problem or None,
        "no_call": facts.no_call or None,
        "call": None
        if call is None
        else {
            "sdk": call.sdk,
            "own_environment": call.own,
            "stage": call.stage,
            "ok": call.ok,
            "status": call.status or None,
            "ms": round(call.seconds * 1000, 1),
            "errors": [f"{one.type}: {one.text}" for one in call.errors],
        },
    }


_WRITERS: Mapping[type, Callable[[Observed, Any, str], None]] = {
    TcpFacts: _tcp,
    TlsFacts: _tls,
    ModelFacts: _model,
    WebSocketTry: _websocket,
    Exchange: _exchange,
    DnsFacts: _dns,
    BalanceFacts: _balance,
    CompanionFacts: _companion,
    RuntimeFacts: _runtime,
    DoorFacts: _door,
    ProxyFacts: _proxy,
    TunnelFacts: _tunnel,
    DirectFacts: _direct,
}
