"""The settings of a check, as frozen types without behaviour.

The types of this package follow the same rules: foreign text is scrubbed before it is stored in them, only
:class:`probes.model.secret.Secret` holds a key, times are seconds on a monotonic clock that starts with the run, and
sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, TypeVar

from probes.model.attempt import Auth
from probes.model.client_run import ClientStart
from probes.model.credential import CredentialChain
from probes.model.login import StoredLogin
from probes.model.record import Record
from probes.model.runtime_facts import RuntimeTarget
from probes.model.secret import Secret
from probes.model.sentence import Sentence
from probes.model.source import DEFAULT, Source

T = TypeVar("T")
LONGEST_WAIT = 31 * 24 * 3600  # seconds; a longer time limit is a mistake, and a much longer one overflows
SYSTEM = "system"  # the name of the operating system's trust store


# -- settings ----------------------------------------------------------------------------------------------------------


class Sourced(Record, Generic[T]):
    """A value, its source, and what a file of the folder has to do with it.

    ``borrowed`` are the user's values that a file of the folder has put into this one (``sk-${NAME}``). ``chosen_by``
    is a reference that led to the value (``key = { env = "NAME" }``); None if the source itself was read.
    ``known_to_folder`` says that a file of the folder holds the same text, so that it is no secret of the user alone.
    """

    value: T
    source: Source
    borrowed: tuple[Source, ...] = ()
    chosen_by: Source | None = None
    known_to_folder: bool = False


class ConflictRole(StrEnum):
    """The setting that a conflicting value was meant for."""

    BASE_URL = "base_url"
    KEY = "key"
    MODEL = "model"


class ConflictReason(StrEnum):
    """The reason why a value is not used."""

    SHADOWED = "shadowed"  # another source takes precedence
    UNREAD = "unread"  # no current SDK reads this variable
    NEAR_NAME = "near_name"  # its name is a misspelling of a variable that is read


class Conflict(Record):
    """A value for a setting that another source takes precedence over."""

    role: ConflictRole
    name: str
    source: Source
    value: Secret | str
    why: ConflictReason
    winner: Source | None = None  # the source that takes precedence
    same: bool = False  # it equals the value of the winner
    borrowed: tuple[Source, ...] = ()  # as in Sourced, and so is the next field
    chosen_by: Source | None = None


class Rename(Record):
    """A variable that no SDK reads, the name under which it would be read, and where it is set."""

    name: str
    meant: str
    source: Source


class FlowPart(StrEnum):
    """The setting of a folder's file that sends a secret somewhere, or that names the secret."""

    BASE_URL = "base_url"
    KEY = "key"
    MODEL = "model"
    VERSION = "api_version"
    HEADER = "header"
    PROXY = "proxy"
    CONNECT_TO = "connect_to"
    CA_BUNDLE = "ca_bundle"
    CREDENTIAL = "credential"  # of a vendor's chain: an address, a file or a program that gets or gives its secret


class Flow(Record):
    """A secret of the user that a file of the folder would send to a host.

    ``named_by`` is the folder's value that names the host or the secret, ``part`` the setting that it is. ``host`` is
    the host that would receive the secret, with the port unless it is the default port. ``place`` is all that an
    agreement is about: scheme, host, port and path, the address of a redirection, or path and hash of a CA bundle.
    """

    secret: Source
    named_by: Source
    part: FlowPart
    host: str
    place: str = ""


class Override(Record):
    """The flows of the user's secrets that a file of the folder causes and that need the user's consent.

    ``meant`` is the host of the user's own settings, empty if they name none; ``meant_source`` is ``default`` if it is
    an SDK's default. ``withheld`` says that the user has not agreed, so that the secrets are not sent. ``in_address``
    says that the base URL contains one of them, so that not even its host may be looked up.
    """

    flows: tuple[Flow, ...]
    meant: str = ""
    meant_source: Source = DEFAULT
    withheld: bool = False
    in_address: bool = False


class CredentialSettings(Record):
    """The chain in which a vendor's library looks for a credential, and what is needed to obtain it.

    ``material`` is what the chain's reader keeps for that, by name; only secrets in it are secret. ``flows`` are what a
    file of the folder would do with the user's secrets by a value of the chain. ``metadata`` is whether metadata
    addresses may be asked, ``programs`` whether another program may be started for the credential.
    """

    chain: CredentialChain
    material: tuple[tuple[str, Secret | str], ...] = ()
    secret: Source | None = None  # the place of the secret itself, if it is another one than that of the step
    flows: tuple[Flow, ...] = ()
    metadata: bool = True
    programs: bool = False


class ProxySettings(Record):
    """The proxy settings of the environment, each with its source."""

    http: Sourced[str] | None = None
    https: Sourced[str] | None = None
    all: Sourced[str] | None = None
    no_proxy: Sourced[str] | None = None


class NodeSettings(Record):
    """The variables that Node reads when it starts. Versions before 24 support the last two partly or not at all."""

    extra_ca: str = ""  # NODE_EXTRA_CA_CERTS
    openssl_ca: bool = False  # --use-openssl-ca: SSL_CERT_FILE and SSL_CERT_DIR instead of the bundled CA certificates
    system_ca: bool = False  # NODE_USE_SYSTEM_CA=1: the operating system's trust store in addition to the bundled one
    env_proxy: bool = False  # NODE_USE_ENV_PROXY=1
    major: int = 0  # version of the Node on PATH, for apps whose behaviour depends on it; 0: unknown


class ConnectTo(Record):
    """A connection override, as curl's ``--connect-to HOST:PORT:ADDR:PORT``. An empty host or port 0 matches any."""

    host: str
    port: int
    to_host: str
    to_port: int
    source: Source = DEFAULT


class Limits(Record):
    """Limits of a run: times in seconds, sizes in bytes."""

    probe: float = 10.0
    run: float = 60.0
    header_bytes: int = 64 * 1024
    body_bytes: int = 8 * 1024 * 1024  # the model list of a relay can have several hundred KiB
    stream_bytes: int = 1024 * 1024
    extra_requests: int = 12  # requests that discovery may send after the first round
    earned_requests: int = 6  # requests more, three after each round that gets further than the one before


class Slo(Record):
    """A service level objective: an upper limit for ``dns``, ``connect``, ``tls``, ``ttft`` or ``total``, a lower limit
    for ``cert`` (the time until the certificate expires).
    """

    name: str
    seconds: float


class ExtraHeader(Record):
    """A header that the client sends besides those of its protocol: an organisation, a gateway's own credential.

    ``protocols`` are those whose requests carry it, for a header of one vendor (``OpenAI-Organization``); empty: all.
    ``flaw`` is the reason why it is not sent, as :func:`probes.settings.extra_headers.flaw_of` names it; empty if it is
    sent.
    """

    name: str  # as the client writes it
    value: Sourced[Secret]
    protocols: tuple[str, ...] = ()
    flaw: str = ""


class Skipped(Record):
    """A file that was found and not read.

    ``reason`` is one of :data:`probes.config_formats.files.REASONS`, or ``malformed``; ``form`` then names the expected
    format. ``place`` is the path, with the line if it is known.
    """

    place: str
    reason: str
    form: str = ""


class Settings(Record):
    """The settings of a check as they were given, each with its source.

    ``protocol`` is the given value, which may be ``auto``; the ``door`` step decides the protocol that is used.
    ``app`` is an app's id (``openai-sdk``, ``anthropic-sdk``), or None for the default app of the protocol.
    """

    base_url: Sourced[str] | None = None
    key: Sourced[Secret] | None = None
    model: Sourced[str] | None = None
    protocol: Sourced[str] = Sourced("auto", DEFAULT)
    app: str | None = None
    api_version: Sourced[str] | None = None  # for protocols whose requests name a version (azure, gemini)
    auth: Sourced[Auth] | None = None  # the header style, if it was given too (--curl)
    auth_variable: str | None = (
        None  # a variable that decides the header: ANTHROPIC_AUTH_TOKEN, AZURE_OPENAI_AD_TOKEN: Bearer
    )
    headers: tuple[ExtraHeader, ...] = ()  # each name once
    credential: CredentialSettings | None = None  # of a house whose credentials are not keys (aws, google, entra)
    login: StoredLogin | None = None  # that the app has stored; it is never sent
    query: str = ""  # what an app's settings add to every URL, encoded
    # Whether the app's files let it open a WebSocket first, with the source of the flag; None: no file was read.
    websocket: Sourced[bool] | None = None
    conflicts: tuple[Conflict, ...] = ()
    searched: tuple[str, ...] = ()  # the places that were searched, for "no key was found in …"
    skipped: tuple[Skipped, ...] = ()  # a `.env` or llmdoctor.toml that was found and not read
    secrets: tuple[Secret, ...] = ()  # further values to scrub: those that a folder's file has put into a setting
    override: Override | None = None
    ignored: tuple[Source, ...] = ()  # settings of a folder's file that do not count without the user's consent
    proxies: ProxySettings = ProxySettings()
    connect_to: tuple[ConnectTo, ...] = ()
    dns_servers: tuple[str, ...] = ()  # queried too, for comparison: ADDR, ADDR:PORT or [ADDR]:PORT
    ca_bundle: Sourced[str] | None = None
    node: NodeSettings = NodeSettings()  # used by apps that run on Node
    no_spend: bool = False
    deep: bool = False
    as_client: bool = False
    offline: bool = False
    send_anyway: bool = False
    limits: Limits = Limits()
    slos: tuple[Slo, ...] = ()
    runtime: RuntimeTarget | None = None  # the app's own Python or Node, to be asked too
    switches: tuple[str, ...] = ()  # of the app, as its facts name them, that are set: NAME=value
    lacks_setting: bool = False  # the app's files do not have the setting that its facts say it needs
    renamed: Settings | None = None  # what they would be if variables that no SDK reads had the names that it reads
    renames: tuple[Rename, ...] = ()  # of `renamed`: these names
    client: ClientStart | None = None  # the app itself is run too (`--run-client`)

    @property
    def trust_name(self) -> str:
        """The name of the trust store: ``system``, or the path of a CA bundle."""
        return (self.ca_bundle.value if self.ca_bundle is not None else "") or SYSTEM


# -- errors ------------------------------------------------------------------------------------------------------------


class BadInput(Exception):
    """Error for a wrong command line or file. Its text is a sentence for users and contains no key.

    ``template`` and ``values`` are those of a :class:`probes.model.sentence.Sentence`, in English. ``follow`` are
    command lines that help, without ``llmdoctor``.
    """

    def __init__(self, template: str, *, follow: tuple[str, ...] = (), **values: object) -> None:
        self.follow = follow
        self.sentence = Sentence(template, **values)
        super().__init__(str(self.sentence))


class BadFile(BadInput):
    """Several errors of one file. ``errors`` are in the order of their lines; the sentence counts them."""

    def __init__(self, path: str, errors: Sequence[BadInput]) -> None:
        self.errors = tuple(errors)
        super().__init__("{path} has {count} errors; nothing was checked.", path=path, count=len(errors))


def raise_all(path: str, errors: Sequence[BadInput]) -> None:
    """Raise what is wrong with a file: one error as it is, several together; nothing if there is none."""
    if errors:
        raise errors[0] if len(errors) == 1 else BadFile(path, errors)
