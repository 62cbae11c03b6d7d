"""Everything that a run has measured, in the form that is judged and archived."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from probes.model.attempt import Attempt
from probes.model.capability import Capability, Cost
from probes.model.client_request import AsClientResult
from probes.model.client_run import ClientRun
from probes.model.credential import CredentialChain, CredentialFacts
from probes.model.exchange import Exchange, WebSocketTry
from probes.model.facts import (
    BalanceFacts,
    CompanionFacts,
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
    UnreadFile,
)
from probes.model.failure import Failure, Outcome
from probes.model.login import StoredLogin
from probes.model.record import Record
from probes.model.runtime_facts import RuntimeFacts
from probes.model.settings import Rename, Slo
from probes.model.source import Source
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch

# In dependency order: each probe needs the results of those before it (the contract, section 2).
PROBES = ("settings", "door", "proxy", "dns", "tcp", "tls", "http", "auth", "model", "chat", "stream", "websocket")
OPTIONAL = ("websocket",)  # probes of few apps: a report has no line for one that was not made
NO_CRYPTOGRAPHY = "no_cryptography"  # why CLIENT_CERTIFICATE was spared
Facts = (
    SettingsFacts
    | DoorFacts
    | KeyPolicy
    | ProxyFacts
    | LocalityFacts
    | UnreadFile
    | TunnelFacts
    | DirectFacts
    | DnsFacts
    | TcpFacts
    | TlsFacts
    | Exchange
    | ModelFacts
    | BalanceFacts
    | CompanionFacts
    | CredentialChain
    | CredentialFacts
    | StoredLogin
    | RuntimeFacts
    | WebSocketTry
)


F = TypeVar("F", bound=Facts)


class Subject(StrEnum):
    """The subject of an observation: a probe as a whole, or one part of it, named after the colon."""

    SETTINGS = "settings"
    CA_BUNDLE = "settings:ca_bundle"
    UNREAD_FILE = "settings:unread"  # a file that was found and not read
    CREDENTIAL_CHAIN = "settings:credential"  # where the house's library looks for a credential
    STORED_LOGIN = "settings:login"  # that the app has stored; it is never sent
    DOOR = "door"
    KEY_POLICY = "door:key"  # which forms of the key may be sent
    BALANCE = "door:balance"  # the credit that is left
    COMPANION = "door:companion"  # another host that the app needs
    RUNTIME = "settings:runtime"  # the app's own Python or Node
    PROXY = "proxy"
    LOCALITY = "proxy:locality"  # the host has only private addresses
    TUNNEL = "proxy:tunnel"
    PROXY_PORT = "proxy:port"  # the protocol that the proxy's port really speaks
    OTHER_TUNNEL = "proxy:mended"  # a second tunnel, with the protocol that the port speaks
    DIRECT = "proxy:direct"  # the host without the proxy
    DNS = "dns"
    TCP = "tcp"
    HANDSHAKE = "tls"
    CERTIFICATE = "tls:certificate"  # the certificate of a failed handshake, read without verification
    PLAIN_HTTP = "tls:plain"  # the port answers in plain HTTP
    CLIENT_CERTIFICATE = "tls:client"  # another handshake, with a made-up client certificate, ended differently
    HTTP = "http"
    AUTH = "auth"
    CREDENTIAL = "auth:credential"  # the credential that was obtained from the chain
    MODEL = "model"
    OTHER_MODEL = "model:other"  # chosen after the first choice was refused
    CHAT = "chat"
    STREAM = "stream"
    WEBSOCKET = "websocket"  # the WebSocket that the app opens before its first request
    DEEP = "deep"  # progress of a deep check, never archived

    def __init__(self, value: str) -> None:
        self.probe = value.partition(":")[0]  # that reports this subject, one of PROBES

    @property
    def look(self) -> str:
        """The part of the probe; empty for the probe as a whole."""
        return self.value.partition(":")[2]


class Observation(Record):
    """The result of one measurement of a subject, with at most one failure.

    Requests to the API also differ in ``attempt`` and in the purpose of the exchange.
    """

    subject: Subject
    name: str  # of the measured thing, for users: a host, an address, an attempt; may be empty
    outcome: Outcome
    facts: Facts | None = None
    failure: Failure | None = None
    note: str = ""
    began: float = 0.0  # seconds after the run began
    ended: float = 0.0
    attempt: int = 0  # number of its round of requests, from 1; 0: none

    @property
    def probe(self) -> str:
        """The probe that reports this observation."""
        return self.subject.probe


def facts_of(observations: Sequence[Observation], kind: type[F], *subjects: Subject) -> F | None:
    """Return the facts of ``kind`` about the first of ``subjects`` that has them, or None if none has.

    ``facts_of(observations, TlsFacts, Subject.HANDSHAKE, Subject.CERTIFICATE)`` prefers those of the handshake.
    """
    for wanted in subjects:
        for one in reversed(observations):  # the latest facts about a subject count
            if one.subject is wanted and isinstance(one.facts, kind):
                return one.facts
    return None


class HostEnvironment(Record):
    """The machine and the network settings that a run used."""

    proxy: str | None = None
    trust: str = "system"
    container: bool = False
    wsl: bool = False  # Linux inside Windows, which has a loopback interface apart from that of Windows
    families: tuple[str, ...] = ()


class Target(Record):
    """The settings in the form that a report may show: no key, no credentials."""

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
    app_named: bool = False  # the user named the app


class Evidence(Record):
    """Everything that a run has observed. It never holds a key.

    It can be saved as JSON (``probes/model/archive.py``) and judged again.
    """

    target: Target
    observations: tuple[Observation, ...]
    working: Attempt | None = None  # the attempt that worked
    cost: Cost = Cost()
    vantage: HostEnvironment = HostEnvironment()
    started_at: str = ""
    day: str = ""  # ISO 8601, UTC: the day by which it is judged what has ended; empty: that of `started_at`
    seconds: float = 0.0
    interrupted: bool = False
    ran_out: bool = False  # the deadline ended the run
    no_spend: bool = False
    offline: bool = False
    version: str = ""
    capabilities: tuple[Capability, ...] | None = None  # None: no deep check was requested
    client_request: AsClientResult | None = None  # None: it was not asked for
    slos: tuple[Slo, ...] = ()
    renamed: Evidence | None = None  # of a run with other names of variables, if the settings as given did not work
    renames: tuple[Rename, ...] = ()  # of `renamed`: these names
    client: ClientRun | None = None  # what the app itself did; None: the user did not ask for its run
    own_call: bool = False  # a call that the app has made itself (`probes/run/seen_call.py`), and not a check
    earlier: tuple[Evidence, ...] = ()  # evidence of the previous tries, oldest first (`--retries`)

    def one(self, kind: type[F], *subjects: Subject) -> F | None:
        """Return the facts of ``kind`` about the first of ``subjects`` that has them, or None if none has."""
        return facts_of(self.observations, kind, *subjects)
