"""Types that describe a provider: the door, its endpoints and its key patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.catalog.provenance import UNKNOWN, Provenance
from probes.model.key_shape import Confidence
from probes.model.named_tuple import NamedTuple
from probes.protocols.names import NAMES

if TYPE_CHECKING:  # at the start of `whose`, `doors` and `explain`, no source is made
    from probes.model.source import Source


def sdk_base(protocol: str, url: str) -> str:
    """Convert a documented base URL to the form that the official SDK expects.

    The result lacks the suffix that the SDK appends itself:

    >>> sdk_base("anthropic", "https://api.anthropic.com/v1")
    'https://api.anthropic.com'
    """
    if protocol not in NAMES:
        return url
    from probes.protocols.protocol import wire

    added = wire(protocol).added
    return re.sub(added, "", url) if added else url


class Endpoint(NamedTuple):
    """A protocol at a base URL, as the provider documents it.

    ``auth`` lists the accepted auth styles (``AUTHS`` in :mod:`probes.catalog.door_files`), the usual one first.
    """

    protocol: str
    base_url: str
    auth: tuple[str, ...] = ("bearer",)
    confirmed: bool = True
    provenance: Provenance = UNKNOWN

    @property
    def sdk_url(self) -> str:
        """The base URL in the form that the official SDK expects."""
        return sdk_base(self.protocol, self.base_url)

    @property
    def host(self) -> str:
        """The host of the base URL, with its port if it names one."""
        return self.base_url.partition("://")[2].partition("/")[0]

    @property
    def path(self) -> str:
        """The path of the base URL, for example ``/v1``; empty if it has none."""
        rest = self.base_url.partition("://")[2]
        return "/" + rest.partition("/")[2] if "/" in rest.rstrip("/") else ""


class KeyShape(NamedTuple):
    """A pattern that the keys of a door match as a whole.

    ``shortest`` and ``longest`` bound the length of a complete key in characters; 0 means unknown. A complete key
    contains ``mark``, followed by at least ``after`` characters. ``header`` is the only one in which the provider takes
    such a key; empty if the endpoint's styles all do. Example: ``sk-[0-9a-f]{32}``.
    """

    pattern: str
    confidence: Confidence
    note: str = ""
    shortest: int = 0
    longest: int = 0
    mark: str = ""
    after: int = 0
    header: str = ""
    provenance: Provenance = UNKNOWN


class Balance(NamedTuple):
    """Where a provider says how much credit a key has left, without cost.

    ``also`` is asked if ``url`` gives no amount: some providers answer the first only to keys that manage others.
    ``currency`` is an ISO 4217 code, for answers that name none.
    """

    url: str
    currency: str = ""
    also: str = ""
    provenance: Provenance = UNKNOWN


class Door(NamedTuple):
    """A provider's API host or hosts. The head of ``doors.toml`` explains the fields.

    ``endpoints`` are those in service; ``former`` are those that have ended, which explain errors. Some doors have no
    host of their own that is known, and some no endpoint.
    """

    id: str
    name: str
    company: str
    kind: str
    region: str
    hosts: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    key_env: tuple[str, ...] = ()  # includes the variables of `sdk`, which come first
    base_url_env: tuple[str, ...] = ()
    keys: tuple[KeyShape, ...] = ()
    keys_complete: bool = False
    namespace: str = ""
    rejects: tuple[str, ...] = ()
    models_url: str = ""
    models_auth: str = "unknown"
    console_url: str = ""
    small_model: str = ""
    websites: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    confirmed: bool = True
    sdk: str = ""
    source: Source | None = None  # the file of the folder that names the door; None: built in, or the user's own
    balance: Balance | None = None
    former: tuple[Endpoint, ...] = ()
    provenance: Provenance = UNKNOWN
    credential: str = ""  # the chain of `probes/credential_chains` that gives a credential without a key

    def base_urls(self, protocol: str) -> tuple[str, ...]:
        """Return every base URL for a protocol, confirmed ones first. Some contain ``{placeholders}``."""
        return tuple(endpoint.base_url for endpoint in self.endpoints if endpoint.protocol == protocol)

    def endpoint(self, protocol: str) -> Endpoint | None:
        """Return the first endpoint for a protocol, or None."""
        return next((endpoint for endpoint in self.endpoints if endpoint.protocol == protocol), None)

    def end_of_host(self, host: str, day: str) -> Provenance | None:
        """Return what is known about the end of the service at this host, if it has ended by this day; else None."""
        if self.provenance.ended(day):
            return self.provenance
        return next((one.provenance for one in self.former if one.host == host and one.provenance.ended(day)), None)

    def own_parts(self, host: str) -> dict[str, str]:
        """Return the parts of a host that differ per user, by name: ``{"region": "us-east-1"}`` of a Bedrock host."""
        for endpoint in self.endpoints:
            template = endpoint.base_url.partition("://")[2].partition("/")[0]
            head, _, rest = template.partition("{")
            name, _, tail = rest.partition("}")
            value = host[len(head) : len(host) - len(tail)]
            if name and value and "{" not in tail and host.startswith(head) and host.endswith(tail):
                return {name: value}
        return {}

    @property
    def default_source(self) -> Source:
        """The source of a documented base URL of this door: its provider, or the folder's file that names it."""
        from probes.model.source import default_of

        return self.source or default_of(self.name)

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols that the door speaks, in file order, without duplicates."""
        return tuple(dict.fromkeys(endpoint.protocol for endpoint in self.endpoints))
