"""The facts that each step records: settings, provider, proxy, DNS, TCP, TLS and model."""

from __future__ import annotations

from enum import StrEnum

from probes.model.attempt import Attempt, KeyForm
from probes.model.failure import Kind
from probes.model.note import Note
from probes.model.record import Record
from probes.model.settings import Conflict, Override
from probes.model.source import Source
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyFit as KeyFit
from probes.model.value_issues import KeyMatch as KeyMatch


class SettingsFacts(Record):
    """The base URL and the key as they were given, and what is wrong with them."""

    base_url: str | None  # as given, scrubbed of credentials
    mended_url: str | None  # with every flaw corrected; None if that is impossible
    flaws: tuple[Flaw, ...] = ()
    key_given: bool = False
    key_usable: bool = False  # the key can be sent, as given or cleaned
    key_looks_like_url: bool = False
    url_looks_like_key: bool = False
    keys_in_url: tuple[str, ...] = ()  # where the base URL holds a key: path, query
    conflicts: tuple[Conflict, ...] = ()
    searched: tuple[str, ...] = ()
    override: Override | None = None
    headers: tuple[HeaderFacts, ...] = ()
    switches: tuple[str, ...] = ()  # of the app, as its facts name them, that are set: NAME=value
    lacks_setting: bool = False  # the app's files do not have the setting that its facts say it needs


class HeaderFacts(Record):
    """An extra header of the settings: its name, where its value comes from, and the reason why it is not sent.

    ``protocols`` and ``flaw`` are those of :class:`probes.model.settings.ExtraHeader`.
    """

    name: str
    source: Source
    protocols: tuple[str, ...] = ()
    flaw: str = ""
    odd_scheme: bool = False  # it reads `Bearer: …` or `Bearer Bearer …`, which no server takes for a credential


class UnreadFile(Record):
    """A settings file that was found and not read; ``reason`` is that of :class:`probes.model.settings.Skipped`."""

    place: str
    reason: str


class SiteDifference(StrEnum):
    """The difference between two sites of one company."""

    REGION = "region"
    PLAN = "plan"
    PRODUCT = "product"


class SisterSite(Record):
    """Another site of the same company, whose keys look the same but are not accepted here.

    ``keys`` names the set of keys that the site accepts; several sites may share one. ``same_keys``: it is the set of
    this door too, so the site is another only in what it serves, as the address of a plan is.
    """

    name: str
    url: str  # its base URL
    differs: SiteDifference
    keys: str = ""
    same_keys: bool = False


class ProtocolSource(StrEnum):
    """The source that decided the protocol."""

    OPTION = "option"
    APP = "app"
    PATH = "path"
    DOOR = "door"
    VARIABLE = "variable"
    DEFAULT = "default"


class Withheld(StrEnum):
    """The reason why the key is not sent."""

    OTHER_DOOR = "other_door"  # the key belongs to another company
    PLAINTEXT = "plaintext"  # the connection is not encrypted
    PROJECT = "project"  # a file of the project sets the address


class HostFacts(Record):
    """The host that the base URL names."""

    name: str
    port: int
    scheme: str
    local: bool  # presumably: by its name, or by a lookup behind a proxy. No secret may depend on it
    own_part: str = ""  # the part of the host that is specific to the user: resource, workspace, region, …


class DoorMatch(Record):
    """The known provider of a host and what it documents. ``id`` is None for an unknown host."""

    id: str | None
    name: str | None
    typo_of: str | None = None  # the known host of which this one is a misspelling
    website_of: str | None = None  # the provider whose web site or console this host is
    right_base_url: str | None = None  # the base URL that the provider documents for the protocol
    protocols: tuple[str, ...] = ()
    needs_key: bool = True
    list_needs_key: bool = False  # the model list requires a key too
    key_env: str = ""  # the usual environment variable of its key
    console: str = ""  # URL of the page that creates its keys
    sister_sites: tuple[SisterSite, ...] = ()
    kind: str = ""  # of a known door: vendor, host, relay, … (probes/facts/doors.toml)
    users: bool = False  # a file of the user's own describes it, which wins over what the facts say about its end


class KeyPolicy(Record):
    """The forms of the key that may be sent to the host: ``forms`` on the run's route, ``direct`` without its proxy.

    ``withheld`` is the reason why ``forms`` lacks the given key. It is None if the key is in ``forms``, if there is no
    key, and if the key may be sent only without the proxy. ``headers`` and ``direct_headers`` say whether the extra
    headers of the settings may be sent, which are secrets too.
    """

    forms: tuple[KeyForm, ...] = ()
    direct: tuple[KeyForm, ...] = ()
    withheld: Withheld | None = None
    conflict_source: Source | None = None  # of a conflicting key that may be sent to this host
    headers: bool = False
    direct_headers: bool = False

    def keys(self, *, direct: bool) -> frozenset[KeyForm]:
        """Return the forms of the user's keys that may be sent, without the proxy if ``direct``."""
        return frozenset(self.direct if direct else self.forms)

    def sends_headers(self, *, direct: bool) -> bool:
        """Check whether the extra headers may be sent, without the proxy if ``direct``."""
        return self.direct_headers if direct else self.headers

    def allows(self, attempt: Attempt) -> bool:
        """Check whether the attempt may be sent with its form of the key."""
        return not attempt.holds_key or attempt.key in self.keys(direct=attempt.direct)


class DoorFacts(Record):
    """The provider of the host and whether the key belongs to it, decided before anything is sent."""

    host: HostFacts
    protocol: str
    protocol_source: ProtocolSource
    match: DoorMatch
    key: KeyFit


class ProxyProblem(StrEnum):
    """The reason why a client cannot use a proxy setting."""

    SCHEME = "scheme"
    PORT = "port"
    STRAY = "stray"
    PASSWORD = "password"  # noqa: S105 - the name of a problem
    API_ADDRESS = "api_address"  # the address of a model API
    OWN_ADDRESS = "own_address"  # the address of the server to be called
    NO_PROXY_ENTRY = "no_proxy_entry"


class ProxyFacts(Record):
    """The proxy that applies to the target, and problems of the proxy settings."""

    url: str | None  # without credentials; None: a direct connection
    source: Source | None = None
    bypass: str = ""  # the NO_PROXY entry that applies
    problem: ProxyProblem | None = None
    note: str | Note = ""  # the faulty part of the value, or a note about it
    captures_local: bool = False
    no_proxy: str = ""  # the hosts that go around the proxy today, if the target is not one of them
    # A SOCKS setting, even if it does not apply to this host: a client is built with all proxies that are set.
    socks: Source | None = None
    mended: str | None = None  # the correction of a value that no client accepts; the run uses it
    unheeded: str | Note = ""  # the proxy that is set but that the app ignores, without credentials


class LocalityFacts(Record):
    """A host behind the proxy whose addresses, looked up on this machine, are all private."""

    host: str
    addresses: tuple[Address, ...]


class TunnelFacts(Record):
    """The tunnel through the proxy to the host. ``scheme`` is the proxy's.

    ``speaks`` is the protocol that the port really speaks, if it is another one: ``http``, ``https``, ``socks5``, or
    ``web`` for a server that is not a proxy.
    """

    scheme: str
    host: str
    port: int
    speaks: str = ""


class DirectFacts(Record):
    """How far a direct connection to the same host gets, without a key. ``kind`` is the failure of ``probe``."""

    host: str
    port: int
    probe: str  # the last one that was run: dns, tcp or tls
    kind: Kind | None = None


# Ranges from which TUN proxies answer DNS queries, Clash and sing-box for IPv4, sing-box and mihomo for IPv6. They map
# these fake addresses back to the real ones, which are usually public.
FAKE_IP = ("198.18.0.0/15", "fc00::/18", "fdfe:dcba:9876::/64")


class Address(Record):
    """An IP address."""

    family: str  # ipv4 or ipv6
    ip: str


class Lookup(Record):
    """The response of one name server to a direct query.

    ``said``: ``addresses``, ``no_name`` (NXDOMAIN), ``no_address`` (the name exists but has no address), ``servfail``,
    ``refused``, ``silent``, ``unreachable`` (nothing listens there), or another RCODE in lower case.
    """

    server: str
    said: str
    addresses: tuple[Address, ...] = ()
    seconds: float = 0.0


class DnsFacts(Record):
    """The addresses of a host, and the responses of single name servers.

    ``configured`` are the system's name servers, queried directly if the resolver's error is not specific enough;
    ``others`` are those of ``--dns-server``.
    """

    host: str
    addresses: tuple[Address, ...]
    configured: tuple[Lookup, ...] = ()
    others: tuple[Lookup, ...] = ()


class Dial(Record):
    """One connection attempt to one address."""

    address: Address
    port: int
    kind: Kind | None  # None: connected
    seconds: float


class TcpFacts(Record):
    """The connection attempts to a host, and the address that was connected."""

    host: str
    port: int
    dials: tuple[Dial, ...]
    connected: Address | None
    local: str = ""
    via_proxy: bool = False
    interface: str = ""  # the network interface that was used


class Certificate(Record):
    """A server's certificate."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str  # ISO 8601, UTC
    not_after: str
    self_signed: bool
    sent: int  # number of certificates that the server sent; 0: unknown
    issuer_fetchable: bool = False  # it has a public URL of its issuer's certificate (AIA)
    issuer_sent: bool = False  # the server sent its issuer's certificate too
    days_left: float = 0.0
    fingerprint: str = ""  # SHA-256 of the certificate in DER form, in hexadecimal


class TlsFacts(Record):
    """A TLS handshake, the certificate and the trust stores that accept it."""

    host: str
    trust: str  # the trust store: system, certifi or a path
    version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None
    certifi: bool | None = None  # whether certifi's CA bundle, which other clients use, trusts it; None: unknown
    certifi_path: str = ""
    elsewhere: str = ""  # the trust store that trusts it if the app's does not: system, or the file in SSL_CERT_FILE
    strict: str | Note = ""  # what the chain of a private authority lacks for a strict check
    date: str = ""  # the server's clock, from a request without a key, if a validity date failed; ISO 8601, UTC


class BalanceFacts(Record):
    """The credit that is left, as the provider's address ``url`` for it says. ``amount`` is a decimal number.

    ``currency`` is ISO 4217; empty if the provider does not say.
    """

    url: str
    amount: str
    currency: str = ""


class CompanionFacts(Record):
    """Whether a host can be reached that the app asks besides the API's; no key is sent there.

    ``need`` is what for, in English, ``required`` whether the app does not work without it. ``kind`` is how the
    connection failed; None: it was opened. ``late``: seconds by which the app is late if the host does not answer,
    ``switch``: the setting with which it does not ask.
    """

    host: str
    need: str
    required: bool
    kind: Kind | None = None
    late: int = 0
    switch: str = ""


class ModelFacts(Record):
    """The model that is called, and whether the model list contains it."""

    chosen: str | None
    source: Source  # of the setting; model list, door, guess or none
    listed: bool | None  # None: there is no model list
    count: int = 0
    near: tuple[str, ...] = ()
