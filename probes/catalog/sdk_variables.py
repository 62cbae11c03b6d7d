"""Environment variables of the official SDKs: those that they read, and those that people set by mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from probes.catalog.apps import official
from probes.model.record import Record
from probes.protocols.names import NAMES

if TYPE_CHECKING:
    from probes.catalog.app import App, AppWire
    from probes.catalog.door import Door


class SdkVariables(Record):
    """Variables of a protocol's official SDK, by precedence, and the ones that it does not read despite their names."""

    protocol: str
    keys: tuple[str, ...]
    bases: tuple[str, ...]
    model: str
    default: str | None
    unread_keys: tuple[str, ...] = ()
    unread_bases: tuple[str, ...] = ()
    version: str = ""  # variable for the API version
    federation: tuple[str, ...] = ()  # as in probes/catalog/app.py, and so is the next field
    federation_token: tuple[str, ...] = ()
    emptied: bool = True  # an empty base URL variable counts as set, as in the Python SDKs
    # As in probes/catalog/app.py.
    headers: Mapping[str, str] = MappingProxyType({})
    header_lists: Mapping[str, str] = MappingProxyType({})
    protocols: tuple[str, ...] = ()  # those whose requests carry the extra headers
    trims: bool = False  # the client strips a header's value, and takes an empty variable as unset; not in Python

    @property
    def header_variables(self) -> tuple[str, ...]:
        """The variables from which the client takes extra headers."""
        return (*self.headers, *self.header_lists)


@cache
def variables_of(protocol: str) -> SdkVariables:
    """Return the variables of a protocol's official SDK, from its row in ``apps.toml``.

    Protocols for which one SDK reads the same variables (chat completions and Responses) form one family. For a
    protocol without an SDK, return the variables that its own file names.

    >>> variables_of("responses").protocol
    'openai'
    """
    app = official(protocol)
    app_wire = app.wire(protocol)
    assert app_wire is not None
    wire = next(each for each in app.wires if (each.key, each.base_url) == (app_wire.key, app_wire.base_url))
    return SdkVariables(
        wire.protocol,
        wire.key,
        wire.base_url,
        (*wire.model, "")[0],
        wire.default or None,
        wire.unread_keys,
        wire.unread_base_urls,
        wire.version_variable,
        wire.federation,
        wire.federation_token,
        app.stack == "httpx",
        **headers_of(app, wire),
    )


def headers_of(app: App, wire: AppWire) -> dict[str, Any]:
    """Return the fields of :class:`SdkVariables` about the extra headers of a client.

    >>> headers_of(official("openai"), official("openai").wires[0])["headers"]["OPENAI_ORG_ID"]
    'OpenAI-Organization'
    """
    alike = [one for one in app.wires if (one.headers, one.header_lists) == (wire.headers, wire.header_lists)]
    return {
        "headers": wire.headers,
        "header_lists": wire.header_lists,
        "protocols": tuple(dict.fromkeys(one.protocol for one in alike)),
        "trims": app.stack != "httpx",
    }


def families() -> Mapping[str, SdkVariables]:
    """Return the variables of every protocol's official SDK, by protocol."""
    return {protocol: variables_of(protocol) for protocol in NAMES}


@cache
def official_keys() -> frozenset[str]:
    """Return every variable from which an official SDK reads a key."""
    return frozenset(name for family in families().values() for name in family.keys)


@cache
def unread() -> frozenset[str]:
    """Return every variable that people set for an official SDK but that it does not read."""
    return frozenset(name for family in families().values() for name in family.unread_keys + family.unread_bases)


# Many programs use these variables for other purposes, so on their own they do not mean that an LLM is used.
SHARED_NAMES = (
    r"GITHUB|^GH_|^HF_|HUGGING|^AWS_(?!BEARER_TOKEN_BEDROCK$)|^CF_|CLOUDFLARE|DATABRICKS|DIGITALOCEAN|VERCEL|SNOWFLAKE"
    r"|GOOGLE"
)


def own_keys(door: Door, family: SdkVariables | None = None) -> list[str]:
    """Return a door's key variables, except those that people set for an SDK that does not read them.

    If the SDK is known (``family``), only those that this one does not read are left out.
    """
    left_out = unread() if family is None else family.unread_keys
    return [name for name in door.key_env if name not in left_out]


def means_an_llm(name: str) -> bool:
    """Check whether a door's key variable is used for nothing but that door."""
    return name not in unread() and name not in official_keys() and not re.search(SHARED_NAMES, name)
