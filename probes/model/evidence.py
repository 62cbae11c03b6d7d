"""Everything a run has measured, as it is judged and archived."""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.attempt import Attempt
from probes.model.capability import Capability, Cost
from probes.model.exchange import Exchange
from probes.model.facts import (
    DirectFacts,
    DnsFacts,
    DoorFacts,
    KeyPolicy,
    ModelFacts,
    ProxyFacts,
    SettingsFacts,
    TcpFacts,
    TlsFacts,
    TunnelFacts,
)
from probes.model.failure import Failure, Outcome
from probes.model.settings import Slo
from probes.model.source import Source
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch

# The probes in the order in which each stands on those before it (the contract, section 2).
PROBES = ("settings", "door", "proxy", "dns", "tcp", "tls", "http", "auth", "model", "chat", "stream")
Facts = (
    SettingsFacts
    | DoorFacts
    | KeyPolicy
    | ProxyFacts
    | TunnelFacts
    | DirectFacts
    | DnsFacts
    | TcpFacts
    | TlsFacts
    | Exchange
    | ModelFacts
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One subject, tried once; it fails in one way only."""

    probe: str
    subject: str
    outcome: Outcome
    facts: Facts | None = None
    failure: Failure | None = None
    note: str = ""
    began: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class HostEnvironment:
    """Where this was seen from."""

    proxy: str | None = None
    trust: str = "system"
    container: bool = False
    wsl: bool = False  # Linux inside Windows, whose loopback is another
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """The settings as a report may show them."""

    base_url: str | None
    protocol: str
    model: str | None
    app: str
    door: str | None
    key_hint: str | None
    key_length: int | None
    key_doors: tuple[str, ...] = ()
    sources: tuple[tuple[str, Source], ...] = ()
    name: str | None = None
    app_named: bool = False  # the user said which app it is


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a run has seen. It can be kept as JSON (``probes/model/archive.py``) and judged again; it never holds
    a key.
    """

    target: Target
    observations: tuple[Observation, ...]
    working: Attempt | None = None  # the way of asking that was seen to work
    cost: Cost = Cost()
    vantage: HostEnvironment = HostEnvironment()
    started_at: str = ""
    seconds: float = 0.0
    interrupted: bool = False
    ran_out: bool = False  # the deadline ended it
    no_spend: bool = False
    offline: bool = False
    version: str = ""
    capabilities: tuple[Capability, ...] | None = None  # None: nobody asked for a deep check
    slos: tuple[Slo, ...] = ()
    earlier: tuple[Evidence, ...] = ()  # the tries before this one, oldest first (`--retries`)
