"""What each step measures: settings, provider, proxy, DNS, TCP, TLS and model."""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.failure import Kind
from probes.model.note import Note
from probes.model.settings import Conflict, Override
from probes.model.value_issues import Flaw as Flaw
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


@dataclass(frozen=True, slots=True)
class SisterSite:
    """A site of the door's own house whose keys look alike but do not do here."""

    name: str
    url: str  # its base URL
    differs: str  # in what: region, plan, product


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """Which door the host is and whether the key belongs there, told before anything is sent.

    ``fit``: ``fits``, ``other_door``, ``other_region``, ``other_plan``, ``other_resource``, ``wrong_kind``,
    ``truncated``,
    ``official_elsewhere``, ``unlikely`` (the shape is shared, but no key of this door has it), ``unknown`` or
    ``no_key``.
    ``sent`` says whether the key may go to this host; ``why_not_sent`` is ``other_door``, ``plaintext`` or
    ``project``.
    """

    host: str
    port: int
    scheme: str
    door: str | None
    door_name: str | None
    protocol: str
    protocol_source: str  # option, door, path, default
    local: bool  # loopback or private address, or a name that means this machine
    matches: tuple[KeyMatch, ...] = ()
    fit: str = "unknown"
    fit_note: str | Note = ""
    sent: bool = True
    why_not_sent: str = ""
    typo_of: str | None = None  # a known host that this one is a slip of
    website_of: str | None = None  # the door whose site or console this host is
    right_base_url: str | None = None  # what the door itself documents for this protocol
    needs_key: bool = True
    key_env: str = ""  # the variable in which this door's key is usually kept
    console: str = ""  # the page where its keys are made
    sister_sites: tuple[SisterSite, ...] = ()
    key_door_name: str = ""  # whose key it looks like
    key_door_url: str = ""  # that door's own base URL
    protocols: tuple[str, ...] = ()  # what this door documents
    list_needs_key: bool = False  # the model list is served to nobody without a key
    certain: bool = False  # the key's shape proves the fit
    own_part: str = ""  # what of the host is the user's own: resource, workspace, region, …
    conflict_source: str = ""  # where another key stands for the same setting, that may be tried at this host


@dataclass(frozen=True, slots=True)
class ProxyFacts:
    url: str | None  # without credentials; None: direct
    source: str = ""
    bypass: str = ""  # the NO_PROXY entry that applies
    problem: str = ""  # scheme, port, stray, password, api_address, own_address, no_proxy_entry
    note: str | Note = ""  # a part of the value, or what is wrong with it in our words
    captures_local: bool = False
    socks: str = ""  # the place of a SOCKS setting, whether it is this host's or not: a client is built with them all
    mended: str | None = None  # what does in place of a value that no client takes; the run goes on with it
    unheeded: str | Note = ""  # the proxy that is set and that the app pays no heed to, without credentials


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
    plain_http: bool = False  # a plain HTTP answer came to the ClientHello
    certifi: bool | None = None  # whether certifi's list trusts it, which other clients use; None: not told
    certifi_path: str = ""
    elsewhere: str = ""  # the list that trusts it where the app's own does not: system, or the file of SSL_CERT_FILE
    date: str = ""  # of an answer from there, asked without a key: ISO 8601, UTC; where a date was what failed


@dataclass(frozen=True, slots=True)
class ModelFacts:
    chosen: str | None
    source: str  # --model, a variable, list, door, none
    listed: bool | None  # None: there is no list
    count: int = 0
    near: tuple[str, ...] = ()
