"""What each step measures: settings, provider, proxy, DNS, TCP, TLS and model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probes.model.attempt import Attempt, KeyForm
from probes.model.failure import Kind
from probes.model.note import Note
from probes.model.settings import Conflict, Override
from probes.model.source import Source
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyFit as KeyFit
from probes.model.value_issues import KeyMatch as KeyMatch


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    base_url: str | None  # as given, scrubbed of credentials
    mended_url: str | None  # with every flaw mended; None where no URL can be made
    flaws: tuple[Flaw, ...] = ()
    key_given: bool = False
    key_usable: bool = False  # something can be sent, as given or cleaned
    key_looks_like_url: bool = False
    url_looks_like_key: bool = False
    conflicts: tuple[Conflict, ...] = ()
    searched: tuple[str, ...] = ()
    override: Override | None = None


class SiteDifference(StrEnum):
    """What tells two sites of one company apart."""

    REGION = "region"
    PLAN = "plan"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class SisterSite:
    """A site of the door's own company whose keys look alike but are not taken here."""

    name: str
    url: str  # its base URL
    differs: SiteDifference


class ProtocolSource(StrEnum):
    """What says which protocol is spoken."""

    OPTION = "option"
    APP = "app"
    PATH = "path"
    DOOR = "door"
    VARIABLE = "variable"
    DEFAULT = "default"


class Withheld(StrEnum):
    """Why the key is not sent."""

    OTHER_DOOR = "other_door"  # it is another company's
    PLAINTEXT = "plaintext"  # the address is not encrypted
    PROJECT = "project"  # a project's file names the address


@dataclass(frozen=True, slots=True)
class HostFacts:
    """The host that the base URL names."""

    name: str
    port: int
    scheme: str
    local: bool  # loopback or private address, or a name that means this machine
    own_part: str = ""  # what of the host is the user's own: resource, workspace, region, …


@dataclass(frozen=True, slots=True)
class DoorMatch:
    """Which known door the host is, and what that door documents; without an ``id`` it is none that is known."""

    id: str | None
    name: str | None
    typo_of: str | None = None  # a known host that this one is a typo of
    website_of: str | None = None  # the door whose site or console this host is
    right_base_url: str | None = None  # what the door itself documents for the protocol
    protocols: tuple[str, ...] = ()
    needs_key: bool = True
    list_needs_key: bool = False  # the model list is served to nobody without a key
    key_env: str = ""  # the variable in which its key is usually kept
    console: str = ""  # the page where its keys are made
    sister_sites: tuple[SisterSite, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """Which forms of the key may be sent to the host: ``forms`` by the route of the run, ``direct`` around its proxy.

    ``withheld`` is why the given key is not among ``forms``, and None where it is, where there is no key, and where it
    goes around the proxy alone.
    """

    forms: tuple[KeyForm, ...] = ()
    direct: tuple[KeyForm, ...] = ()
    withheld: Withheld | None = None
    conflict_source: Source | None = None  # of another key for the same setting, which may be sent to this host

    def keys(self, *, direct: bool) -> frozenset[KeyForm]:
        """Return the forms of the user's keys that may be sent, around the proxy or not."""
        return frozenset(self.direct if direct else self.forms)

    def allows(self, attempt: Attempt) -> bool:
        """Return whether the attempt may be sent with the form of the key that it names."""
        return not attempt.holds_key or attempt.key in self.keys(direct=attempt.direct)


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """Which door the host is and whether the key belongs there, told before anything is sent."""

    host: HostFacts
    protocol: str
    protocol_source: ProtocolSource
    match: DoorMatch
    key: KeyFit


class ProxyProblem(StrEnum):
    """What keeps a client from using a proxy setting."""

    SCHEME = "scheme"
    PORT = "port"
    STRAY = "stray"
    PASSWORD = "password"  # noqa: S105 - the name of a problem
    API_ADDRESS = "api_address"  # the address of a model API
    OWN_ADDRESS = "own_address"  # the very server that is to be called
    NO_PROXY_ENTRY = "no_proxy_entry"


@dataclass(frozen=True, slots=True)
class ProxyFacts:
    url: str | None  # without credentials; None: direct
    source: Source | None = None
    bypass: str = ""  # the NO_PROXY entry that applies
    problem: ProxyProblem | None = None
    note: str | Note = ""  # a part of the value, or what is wrong with it in our words
    captures_local: bool = False
    socks: Source | None = (
        None  # the place of a SOCKS setting, whether it is this host's or not: a client is built with them all
    )
    mended: str | None = None  # what does in place of a value that no client takes; the run goes on with it
    unheeded: str | Note = ""  # the proxy that is set and that the app pays no heed to, without credentials


@dataclass(frozen=True, slots=True)
class LocalityFacts:
    """A host behind the proxy whose addresses, looked up here, are all private."""

    host: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class TunnelFacts:
    """The way through the proxy to the host, as it was asked for: ``scheme`` is that of the proxy.

    ``speaks`` is what its port was found to speak in place of that: ``http``, ``https``, ``socks5``, or ``web`` for a
    server that is no proxy.
    """

    scheme: str
    host: str
    port: int
    speaks: str = ""


@dataclass(frozen=True, slots=True)
class DirectFacts:
    """How far the same host is reached without the proxy; no key goes that way. ``kind`` is how ``probe`` failed."""

    host: str
    port: int
    probe: str  # the last that was tried: dns, tcp, tls
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Address:
    family: str  # ipv4 or ipv6
    ip: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one name server said itself.

    ``said``: ``addresses``, ``no_name`` (NXDOMAIN), ``no_address`` (the name exists, without one), ``servfail``,
    ``refused``, ``silent``, ``unreachable`` (nobody listens there), or another RCODE in lower case.
    """

    server: str
    said: str
    addresses: tuple[Address, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """``configured`` are the system's own servers, asked where its resolver's failure tells too little.

    ``others`` are those of ``--dns-server``.
    """

    host: str
    addresses: tuple[Address, ...]
    configured: tuple[Lookup, ...] = ()
    others: tuple[Lookup, ...] = ()


@dataclass(frozen=True, slots=True)
class Dial:
    """One address, tried once."""

    address: Address
    port: int
    kind: Kind | None  # None: connected
    seconds: float


@dataclass(frozen=True, slots=True)
class TcpFacts:
    host: str
    port: int
    dials: tuple[Dial, ...]
    connected: Address | None
    local: str = ""
    via_proxy: bool = False
    interface: str = ""  # by which it left


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str  # ISO 8601, UTC
    not_after: str
    self_signed: bool
    sent: int  # how many certificates the server sent; 0: not known
    issuer_fetchable: bool = False  # it names a public address of its issuer's certificate (AIA)
    issuer_sent: bool = False  # its issuer's certificate came along
    days_left: float = 0.0
    fingerprint: str = ""  # SHA-256 of the certificate as it was sent, in hexadecimal


@dataclass(frozen=True, slots=True)
class TlsFacts:
    host: str
    trust: str  # system, certifi or a path
    version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None
    certifi: bool | None = None  # whether certifi's list trusts it, which other clients use; None: not told
    certifi_path: str = ""
    elsewhere: str = ""  # the list that trusts it where the app's own does not: system, or the file of SSL_CERT_FILE
    date: str = ""  # of an answer from there, asked without a key: ISO 8601, UTC; where a date was what failed


@dataclass(frozen=True, slots=True)
class ModelFacts:
    chosen: str | None
    source: Source  # of the setting; model list, door, guess or none
    listed: bool | None  # None: there is no list
    count: int = 0
    near: tuple[str, ...] = ()
