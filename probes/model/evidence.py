"""Everything a run has measured, as it is judged and archived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from probes.model.attempt import Attempt
from probes.model.capability import Capability, Cost
from probes.model.exchange import Exchange
from probes.model.facts import (
    DirectFacts,
    DnsFacts,
    DoorFacts,
    KeyPolicy,
    LocalityFacts,
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
    | LocalityFacts
    | TunnelFacts
    | DirectFacts
    | DnsFacts
    | TcpFacts
    | TlsFacts
    | Exchange
    | ModelFacts
)


F = TypeVar("F", bound=Facts)


class Subject(StrEnum):
    """What an observation is about: a probe as such, or one look of it, named after the colon."""

    SETTINGS = "settings"
    CA_BUNDLE = "settings:ca_bundle"
    DOOR = "door"
    KEY_POLICY = "door:key"  # which forms of the key may be sent
    PROXY = "proxy"
    LOCALITY = "proxy:locality"  # the host is private by its addresses
    TUNNEL = "proxy:tunnel"
    PROXY_PORT = "proxy:port"  # what the proxy's port speaks in place of what its setting says
    OTHER_TUNNEL = "proxy:mended"  # the tunnel again, as the port speaks
    DIRECT = "proxy:direct"  # the host without the proxy
    DNS = "dns"
    TCP = "tcp"
    HANDSHAKE = "tls"
    CERTIFICATE = "tls:certificate"  # of a failed handshake, read without trusting it
    PLAIN_HTTP = "tls:plain"  # the port answers in plain HTTP
    HTTP = "http"
    AUTH = "auth"
    MODEL = "model"
    OTHER_MODEL = "model:other"  # chosen after the first choice was refused
    CHAT = "chat"
    STREAM = "stream"
    DEEP = "deep"  # progress of a deep check, never kept

    @property
    def probe(self) -> str:
        """The probe whose line reports it, one of :data:`PROBES`."""
        return self.value.partition(":")[0]

    @property
    def look(self) -> str:
        """Which look of the probe it is; empty for the probe as such."""
        return self.value.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Observation:
    """One subject, tried once; it fails in one way only.

    Requests to the API are told apart by ``attempt`` and by the purpose of the exchange as well.
    """

    subject: Subject
    name: str  # of what was looked at, for people: a host, an address, an attempt; may be empty
    outcome: Outcome
    facts: Facts | None = None
    failure: Failure | None = None
    note: str = ""
    began: float = 0.0  # seconds after the run began
    ended: float = 0.0
    attempt: int = 0  # number of the round of requests it belongs to, from 1; 0: none

    @property
    def probe(self) -> str:
        """The probe whose line reports it."""
        return self.subject.probe


def facts_of(observations: Iterable[Observation], kind: type[F], *subjects: Subject) -> F | None:
    """Return the facts of ``kind`` about the first of ``subjects`` that has them: ``TlsFacts, HANDSHAKE, CERTIFICATE``.

    None where none of them was observed, or what was observed left no such facts.
    """
    found = {one.subject: one.facts for one in observations if isinstance(one.facts, kind)}
    return next((found[subject] for subject in subjects if subject in found), None)


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

    def one(self, kind: type[F], *subjects: Subject) -> F | None:
        """Return the facts of ``kind`` about the first of ``subjects`` that has them; None where none has."""
        return facts_of(self.observations, kind, *subjects)
