"""What each protocol's official SDK reads of the environment, and what people take for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from probes.catalog.apps import official
from probes.protocols.names import NAMES

if TYPE_CHECKING:
    from probes.catalog.door import Door


@dataclass(frozen=True, slots=True)
class SdkVariables:
    """One protocol's official SDK: the variables that it reads, in its order, and those that people take for them."""

    protocol: str
    keys: tuple[str, ...]
    bases: tuple[str, ...]
    model: str
    default: str | None
    unread_keys: tuple[str, ...] = ()
    unread_bases: tuple[str, ...] = ()
    version: str = ""  # the variable that names the version of the API
    emptied: bool = True  # a variable of the base URL that is set to nothing counts, as in Python


@cache
def variables_of(protocol: str) -> SdkVariables:
    """Return the variables of a protocol's official SDK, from its row in ``apps.toml``.

    Protocols that one SDK speaks with the same variables, as chat completions and Responses, are one family. Of a
    protocol without an SDK they are those that its own file names.

    >>> variables_of("responses").protocol
    'openai'
    """
    app = official(protocol)
    own = app.wire(protocol)
    assert own is not None
    wire = next(one for one in app.wires if (one.key, one.base_url) == (own.key, own.base_url))
    return SdkVariables(
        wire.protocol,
        wire.key,
        wire.base_url,
        (*wire.model, "")[0],
        wire.default or None,
        wire.unread_keys,
        wire.unread_base_urls,
        wire.version_variable,
        app.stack == "httpx",
    )


def families() -> Mapping[str, SdkVariables]:
    """Return the variables of every protocol's official SDK, by protocol."""
    return {protocol: variables_of(protocol) for protocol in NAMES}


@cache
def official_keys() -> frozenset[str]:
    """Return every variable in which an official SDK looks for a key."""
    return frozenset(name for family in families().values() for name in family.keys)


@cache
def unread() -> frozenset[str]:
    """Return every variable that people set for an official SDK and that it does not read."""
    return frozenset(name for family in families().values() for name in family.unread_keys + family.unread_bases)


# Many programs set these for other ends: alone they do not mean that somebody wants an LLM.
SHARED_NAMES = re.compile(
    r"GITHUB|^GH_|^HF_|HUGGING|^AWS_|^CF_|CLOUDFLARE|DATABRICKS|DIGITALOCEAN|VERCEL|SNOWFLAKE|GOOGLE"
)


def own_keys(door: Door) -> list[str]:
    """The variables of a provider's key, but for those that are taken for an SDK's."""
    return [name for name in door.key_env if name not in unread()]


def means_an_llm(name: str) -> bool:
    """Whether a variable that names a door's key is set for nothing else."""
    return name not in unread() and name not in official_keys() and not SHARED_NAMES.search(name)
