"""What flows through the house, as plain frozen types: settings, the ways of asking, observations, evidence.

Nothing here does anything. Every text from outside has been scrubbed before it stands in one of these; the one type
that holds a key is :class:`probes.model.secret.Secret`. Times are seconds on one monotonic clock that starts with the
run, sizes are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from probes.model.secret import Secret
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch

T = TypeVar("T")

# The probes in the order in which each stands on those before it (the contract, section 2).
PROBES = ("settings", "door", "proxy", "dns", "tcp", "tls", "http", "auth", "model", "chat", "stream")


# -- settings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """A value and the place where it stood: ``environment OPENAI_API_KEY``, ``.env:3 OPENAI_API_KEY``, ``--model``."""

    value: T
    source: str


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that was found as well, but does not win.

    ``role`` is ``base_url``, ``key`` or ``model``. ``why`` is ``shadowed`` (another place wins), ``unread`` (no SDK
    of today reads this variable) or ``near_name`` (its name is a slip of one that is read).
    """

    role: str
    name: str
    source: str
    value: Secret | str
    why: str
    winner: str = ""  # the source that wins over it
    same: bool = False  # it holds the same value as the winner


@dataclass(frozen=True, slots=True)
class Override:
    """A file of the project in this folder that sends the user's own key elsewhere than the user's settings would.

    ``host`` is where to, ``meant`` where the user's settings lead (``meant_source``: ``default`` where they name none);
    hosts have their port where it is not the usual one. ``withheld``: the key is therefore not sent.
    """

    source: str
    host: str
    meant: str
    meant_source: str
    key_source: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """What the environment says of proxies: each a value with its source; passwords are Secrets in ``secrets``."""

    http: Sourced[str] | None = None
    https: Sourced[str] | None = None
    all: Sourced[str] | None = None
    no_proxy: Sourced[str] | None = None


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What Node reads of its environment as it starts. Versions before 24 know the last two in part or not at all."""

    extra_ca: str = ""  # NODE_EXTRA_CA_CERTS
    openssl_ca: bool = False  # --use-openssl-ca: SSL_CERT_FILE and SSL_CERT_DIR in place of its own list
    system_ca: bool = False  # NODE_USE_SYSTEM_CA=1: the operating system's list besides its own
    env_proxy: bool = False  # NODE_USE_ENV_PROXY=1


@dataclass(frozen=True, slots=True)
class ConnectTo:
    """As curl's ``--connect-to HOST:PORT:ADDR:PORT``. An empty host or port 0 fits any."""

    host: str
    port: int
    to_host: str
    to_port: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that no probe may exceed."""

    probe: float = 10.0
    run: float = 60.0
    header_bytes: int = 64 * 1024
    body_bytes: int = 8 * 1024 * 1024  # a relay's model list reaches some hundred KiB
    stream_bytes: int = 1024 * 1024
    extra_requests: int = 12  # what discovery may spend beyond the first asking


@dataclass(frozen=True, slots=True)
class Slo:
    """A limit that the target is to keep: of ``dns``, ``connect``, ``tls``, ``ttft``, ``total`` at most so long, of
    ``cert`` at least.
    """

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Settings:
    """What is to be checked, as it was given, and where each value stood.

    ``protocol`` is the value asked for (``auto`` allowed); which one is spoken is decided in the ``door`` step.
    ``app`` is an app's id (``openai-sdk``, ``anthropic-sdk``) or None for the protocol's default.
    """

    base_url: Sourced[str] | None = None
    key: Sourced[Secret] | None = None
    model: Sourced[str] | None = None
    protocol: Sourced[str] = Sourced("auto", "default")
    app: str | None = None
    api_version: Sourced[str] | None = None  # where the protocol's requests name one (azure, gemini)
    auth: Sourced[Auth] | None = None  # how the key travels, where that was given too (--curl)
    auth_variable: str | None = None  # the variable that decides the header: ANTHROPIC_AUTH_TOKEN travels as Bearer
    rivals: tuple[Rival, ...] = ()
    searched: tuple[str, ...] = ()  # the places that were looked at, for "no key was found in …"
    override: Override | None = None
    proxies: ProxySettings = ProxySettings()
    connect_to: tuple[ConnectTo, ...] = ()
    dns_servers: tuple[str, ...] = ()  # asked as well, to compare: ADDR, ADDR:PORT or [ADDR]:PORT
    ca_bundle: Sourced[str] | None = None
    node: NodeSettings = NodeSettings()  # heeded by the apps that run on it
    no_spend: bool = False
    deep: bool = False
    offline: bool = False
    send_anyway: bool = False
    limits: Limits = Limits()
    slos: tuple[Slo, ...] = ()


# -- ways of asking ----------------------------------------------------------------------------------------------------


class Auth(StrEnum):
    """How a key travels."""

    BEARER = "bearer"
    X_API_KEY = "x-api-key"
    API_KEY = "api-key"
    X_GOOG_API_KEY = "x-goog-api-key"
    QUERY = "query"
    NONE = "none"


class KeyForm(StrEnum):
    """Which form of the key goes out. RIVAL is the value of a losing place for the same setting, DUMMY an obvious
    stand-in for asking a path without the key.
    """

    GIVEN = "as given"
    CLEANED = "cleaned"
    RIVAL = "rival"
    DUMMY = "dummy"
    WRONG = "wrong"  # made up, and meant to be refused
    NONE = "none"


BARE = "endpoint"  # among what an attempt changes: asked without the version that every SDK adds


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way of asking: all of a request but its endpoint. ``given`` is the way in which the app would ask."""

    protocol: str
    base_url: str  # what the SDK of that protocol takes, without a trailing slash
    auth: Auth
    key: KeyForm
    version: str = ""  # the anthropic-version header, gemini's part of the path, azure's api-version
    model: str | None = None
    given: bool = False
    direct: bool = False  # around the proxy that the settings name
    changed: tuple[str, ...] = ()  # what differs from the given way: path, version, protocol, auth, key, proxy, slash
    address: str = ""  # what the app asks for a generation where no base URL makes the SDK ask the same
    query: str = ""  # what the app adds to the address of a generation


# -- what is observed --------------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What became of the attempt to measure, not of the thing measured."""

    DONE = "done"
    FAILED = "failed"  # the thing measured failed in a way that has a name
    BLOCKED = "blocked"  # a ground is missing: `note` names the probe
    SPARED = "spared"  # it would tell nothing new, or was not to be asked: `note` says why
    CRASHED = "crashed"  # our own fault


class Kind(StrEnum):
    """Every way in which touching the network fails; ``probes/network/failures.py`` maps exceptions to these and to
    nothing else.
    """

    NAME_UNKNOWN = "name_unknown"
    NAME_FAILED = "name_failed"  # no answer, SERVFAIL, refused
    NAME_INVALID = "name_invalid"  # cannot be a host name at all
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"  # ended without an answer
    CUT = "cut"  # ended in the middle of one
    NOT_HTTP = "not_http"
    TOO_LONG = "too_long"  # a limit in bytes
    ENCODING = "encoding"  # the announced compression is not the one that came
    DENIED = "denied"  # this machine does not let the program do it
    TLS_NOT_TLS = "tls_not_tls"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_HOSTNAME = "tls_hostname"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_INCOMPLETE = "tls_incomplete"
    TLS_HANDSHAKE = "tls_handshake"
    TLS_WANTS_CERTIFICATE = "tls_wants_certificate"  # one of the client's own
    TLS_RESET = "tls_reset"
    TLS_OTHER = "tls_other"
    NO_ROOTS = "no_roots"  # the file of roots that was named cannot be read
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_AUTH = "proxy_auth"
    PROXY_REFUSED = "proxy_refused"
    PROXY_PROTOCOL = "proxy_protocol"  # what answers is no such proxy
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    kind: Kind
    detail: str = ""  # scrubbed, one line


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    base_url: str | None  # as given, scrubbed of credentials
    mended_url: str | None  # with every flaw mended; None where no URL can be made
    flaws: tuple[Flaw, ...] = ()
    key_given: bool = False
    key_usable: bool = False  # something can be sent, as given or cleaned
    key_looks_like_url: bool = False
    url_looks_like_key: bool = False
    rivals: tuple[Rival, ...] = ()
    searched: tuple[str, ...] = ()
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Twin:
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
    fit_note: str = ""
    sent: bool = True
    why_not_sent: str = ""
    typo_of: str | None = None  # a known host that this one is a slip of
    website_of: str | None = None  # the door whose site or console this host is
    right_base_url: str | None = None  # what the door itself documents for this protocol
    needs_key: bool = True
    key_env: str = ""  # the variable in which this door's key is usually kept
    console: str = ""  # the page where its keys are made
    twins: tuple[Twin, ...] = ()
    key_door_name: str = ""  # whose key it looks like
    key_door_url: str = ""  # that door's own base URL
    protocols: tuple[str, ...] = ()  # what this door documents
    list_needs_key: bool = False  # the model list is served to nobody without a key
    certain: bool = False  # the key's shape proves the fit
    own_part: str = ""  # what of the host is the user's own: resource, workspace, region, …
    rival_source: str = ""  # where another key stands for the same setting, that may be tried at this host


@dataclass(frozen=True, slots=True)
class ProxyFacts:
    url: str | None  # without credentials; None: direct
    source: str = ""
    bypass: str = ""  # the NO_PROXY entry that applies
    problem: str = ""  # scheme, port, stray, password, api_address, own_address, no_proxy_entry
    note: str = ""
    captures_local: bool = False
    socks: str = ""  # the place of a SOCKS setting, whether it is this host's or not: a client is built with them all
    mended: str | None = None  # what does in place of a value that no client takes; the run goes on with it
    unheeded: str = ""  # the proxy that is set and that the app pays no heed to, without credentials


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
class ApiError:
    """An error body as its protocol writes it. Absent fields are empty."""

    type: str = ""
    code: str = ""
    message: str = ""
    param: str = ""
    shape: str = ""  # openai, anthropic, google, detail, string, flat, base_resp, cloudflare, other


class Body(StrEnum):
    """What an answer's body is, whatever its content type says."""

    EMPTY = "empty"
    JSON = "json"
    SSE = "sse"
    HTML = "html"
    TEXT = "text"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an SDK would read from a whole answer. ``problem`` names what it lacks; empty: it reads."""

    text: str = ""
    model: str = ""
    finish: str = ""
    reasoning: bool = False
    problem: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class StreamReading:
    """What an SDK would read from an event stream.

    ``kind``: ``sse``, ``lines`` (JSON in lines, where the protocol streams so), ``json`` (one whole answer),
    ``error_json``, ``ndjson`` (lines where events belong), ``json_array`` (a whole list of them),
    ``html``, ``empty``, ``text``, ``other_protocol``.
    ``problem`` names an event that breaks an SDK (empty_data, bad_json, not_utf8, no_text, wrong_shape); empty: none.
    """

    kind: str
    events: int = 0
    pieces: int = 0  # events that brought text
    text: str = ""
    model: str = ""
    finish: str = ""
    terminated: bool = False  # [DONE], message_stop
    reasoning: bool = False
    error: ApiError | None = None  # carried inside the stream
    error_first: bool = False
    problem: str = ""
    first_at: float = 0.0  # seconds after the request went out
    last_at: float = 0.0
    arrivals: int = 0  # separate moments at which events came
    reads: int = 0  # from the connection that brought events: what was sent at once comes in one or two
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stopped: bool = False  # it was still talking when the limit came
    lacks: str = ""  # a field that the SDKs do without and a strict client does not

    @property
    def flows(self) -> bool:
        """A stream of the protocol's own form, whatever is wrong inside."""
        return self.kind in ("sse", "lines")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a 3xx leads. ``url`` is whole and scrubbed, empty where no ``http(s)`` address can be made of it.

    ``origin``: ``same``, ``upgrade`` (from http to https of the same host, both on their usual ports) or ``other``.
    ``gate``: ``login``, ``portal`` or empty, as in ``probes/gates.py``.
    """

    url: str
    origin: str
    path: str = ""  # as it may be asked for, with its query; empty where it may not
    host: str = ""  # with its port, where that is not the usual one
    same_host: bool = False
    loops: bool = False  # to where this request has been already
    gate: str = ""
    base_url: str = ""  # by which the endpoint would be asked there at once, where that is on the same host


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back. ``purpose``: models, chat, stream, ``path`` for a keyless look at a path, or
    ``preflight`` for what a browser asks before it calls.
    """

    purpose: str
    attempt: Attempt
    method: str
    url: str  # scrubbed
    path: str
    with_key: bool
    status: int = 0  # 0: no status line came
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names, scrubbed
    body: Body = Body.EMPTY
    content_type: str = ""
    text: str = ""  # the first 4,096 characters, scrubbed
    size: int = 0
    error: ApiError | None = None
    answer: Answer | None = None
    stream: StreamReading | None = None
    models: tuple[str, ...] | None = None  # ids, where this is a model list
    failure: Failure | None = None
    sent_at: float = 0.0
    first_byte: float = 0.0  # seconds after sent_at
    seconds: float = 0.0
    tries: int = 1
    first_status: int = 0  # of the first try, where it took more than one; 0: no answer came
    adapted: tuple[str, ...] = ()  # parameters changed as the model wants it
    title: str = ""  # of an HTML page
    location: str = ""
    redirect: Redirect | None = None  # of a 3xx that was not followed
    redirects: tuple[str, ...] = ()  # targets on the same origin that were followed on the way, as the SDKs do
    moved_to: str = ""  # the base URL that would have saved the last of them
    via_proxy: bool = False

    def header(self, name: str) -> str:
        """The value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def ok(self) -> bool:
        """An answer that an SDK would take for success."""
        return self.failure is None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class ModelFacts:
    chosen: str | None
    source: str  # --model, a variable, list, door, none
    listed: bool | None  # None: there is no list
    count: int = 0
    near: tuple[str, ...] = ()


Facts = (
    SettingsFacts
    | DoorFacts
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
class Cost:
    requests: int = 0
    billed_requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Support(StrEnum):
    """Whether a door can do what was asked of it. What was not asked, or not answered, is unknown."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trial:
    """One request of a deep check, and what came back."""

    method: str
    path: str  # scrubbed
    status: int = 0  # 0: no status line came
    said: str = ""  # the server's own words where it refused; scrubbed, one line
    kind: Kind | None = None  # how the asking failed
    key: KeyForm = KeyForm.GIVEN  # which form of the key went out


@dataclass(frozen=True, slots=True)
class Capability:
    """One of :data:`probes.capabilities.NAMES`, and what tells whether it is there.

    ``why`` is one word for what decided it (``diagnose/words/en/capabilities.py`` says each); ``detail`` is what it is
    said of: the tool's arguments, a model, an address.
    """

    name: str
    support: Support
    why: str
    detail: str = ""
    trials: tuple[Trial, ...] = ()
    cost: Cost = Cost()


@dataclass(frozen=True, slots=True)
class Vantage:
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
    sources: tuple[tuple[str, str], ...] = ()
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
    vantage: Vantage = Vantage()
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
