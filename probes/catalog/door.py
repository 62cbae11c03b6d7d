"""The types of a provider: Door, its endpoints and the shapes of its keys."""

from __future__ import annotations

import re
from typing import NamedTuple

from probes.model.value_issues import Confidence
from probes.protocols.names import NAMES


def sdk_base(protocol: str, url: str) -> str:
    """A documented base URL as the official SDK takes it: without what that SDK adds by itself."""
    if protocol not in NAMES:
        return url
    from probes.protocols.protocol import wire

    added = wire(protocol).added
    return re.sub(added, "", url) if added else url


class Endpoint(NamedTuple):
    """One protocol at one base URL, as the house documents it. ``auth``: the usual way first (see ``AUTHS``)."""

    protocol: str
    base_url: str
    auth: tuple[str, ...] = ("bearer",)
    confirmed: bool = True

    @property
    def sdk_url(self) -> str:
        """The base URL as the official SDK takes it."""
        return sdk_base(self.protocol, self.base_url)

    @property
    def path(self) -> str:
        """The path of the base URL, without a trailing slash."""
        rest = self.base_url.partition("://")[2]
        return "/" + rest.partition("/")[2] if "/" in rest.rstrip("/") else ""


class KeyShape(NamedTuple):
    """How keys of a door look: ``pattern`` is to match the whole key.

    ``shortest`` and ``longest`` are the lengths of whole keys of this shape, in characters; 0: not known.
    """

    pattern: str
    confidence: Confidence
    note: str = ""
    shortest: int = 0
    longest: int = 0


class Door(NamedTuple):
    """One provider's host or hosts. The fields are those of ``doors.toml``."""

    id: str
    name: str
    company: str
    kind: str
    region: str
    hosts: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    key_env: tuple[str, ...] = ()  # with those of `sdk`, which come first
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

    def base_urls(self, protocol: str) -> tuple[str, ...]:
        """Every base URL for a protocol, confirmed ones first. Some hold ``{placeholders}``."""
        return tuple(endpoint.base_url for endpoint in self.endpoints if endpoint.protocol == protocol)

    def endpoint(self, protocol: str) -> Endpoint | None:
        """The first endpoint for a protocol."""
        return next((endpoint for endpoint in self.endpoints if endpoint.protocol == protocol), None)

    @property
    def protocols(self) -> tuple[str, ...]:
        """What the door speaks, in the file's order, each once."""
        return tuple(dict.fromkeys(endpoint.protocol for endpoint in self.endpoints))
