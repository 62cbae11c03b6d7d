"""What flows through the house, as plain frozen types: settings, the ways of asking, observations, evidence.

Nothing here does anything. Every text from outside has been scrubbed before it stands in one of these; the one type
that holds a key is :class:`probes.model.secret.Secret`. Times are seconds on one monotonic clock that starts with the
run, sizes are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from probes.model.attempt import Auth
from probes.model.secret import Secret
from probes.model.source import DEFAULT, Source

T = TypeVar("T")


# -- settings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """A value and the place it was read from."""

    value: T
    source: Source


class ConflictRole(StrEnum):
    """The setting that a losing value was meant for."""

    BASE_URL = "base_url"
    KEY = "key"
    MODEL = "model"


class ConflictReason(StrEnum):
    """Why a value loses."""

    SHADOWED = "shadowed"  # another place wins
    UNREAD = "unread"  # no SDK of today reads this variable
    NEAR_NAME = "near_name"  # its name is a typo of one that is read


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that was found as well, but does not win."""

    role: ConflictRole
    name: str
    source: Source
    value: Secret | str
    why: ConflictReason
    winner: Source | None = None  # the source that wins over it
    same: bool = False  # it holds the same value as the winner


@dataclass(frozen=True, slots=True)
class Override:
    """A file of the project in this folder that sends the user's own key elsewhere than the user's settings would.

    ``host`` is where to, ``meant`` where the user's settings lead (``meant_source``: ``default`` where they name none);
    hosts have their port where it is not the usual one. ``withheld``: the key is therefore not sent.
    """

    source: Source
    host: str
    meant: str
    meant_source: Source
    key_source: Source
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
    protocol: Sourced[str] = Sourced("auto", DEFAULT)
    app: str | None = None
    api_version: Sourced[str] | None = None  # where the protocol's requests name one (azure, gemini)
    auth: Sourced[Auth] | None = None  # how the key travels, where that was given too (--curl)
    auth_variable: str | None = None  # the variable that decides the header: ANTHROPIC_AUTH_TOKEN travels as Bearer
    conflicts: tuple[Conflict, ...] = ()
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


# -- what is observed --------------------------------------------------------------------------------------------------


class BadInput(Exception):
    """The command line or a file is wrong; the text is a sentence for people that holds no key."""
