"""Decide whether a house's own chain gives the credential, and read it: only for the few doors that need one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from probes.catalog.door import Door
from probes.model.credential import CredentialChain
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import BadInput, CredentialSettings, Settings, Sourced
from probes.protocols.names import NAMES as PROTOCOLS
from probes.settings.options import Options

_EMPTY_COUNTS = (None, "boto3", "anthropic-bedrock")  # the SDKs: they take an empty variable for a key


def chain_wanted(options: Options, door: Door | None, protocol: str) -> str:
    """Return the chain that gives the credential where no key is given; empty if there is none.

    It is the one that the user names, else that of the door, else that of the protocol.
    """
    if options.credential is not None or options.no_env:
        from probes.credential_chains.names import NAMES, NOT_USED

        named = options.credential
        if named not in (None, NOT_USED, *NAMES):
            raise BadInput("--credential is one of {names}.", names=", ".join((*NAMES, NOT_USED)))
        return "" if named in (None, NOT_USED) else named or ""
    if door is not None and door.credential:
        return door.credential
    if protocol not in PROTOCOLS:
        return ""
    from probes.protocols.protocol import wire

    return wire(protocol).credential


def with_chain(
    settings: Settings,
    vendor: str,
    protocol: str,
    options: Options,
    variable: Callable[[str], Sourced[str] | None],
    home: Path | None,
    cwd: Path,
    first: Callable[[str], Sourced[str] | None] | None = None,
) -> Settings:
    """Return the settings with the chain of a house. ``protocol`` is the one that is spoken there, where it is known.

    ``variable`` returns a variable that has a value, ``first`` also an empty one, as SDKs see it.

    A key of an option comes before the chain; a key of a variable does too, unless the user names the chain.
    """
    from probes.credential_chains.chain import chain_of
    from probes.credential_chains.world import ChainWorld

    chain = chain_of(vendor)
    by_option = any((options.key, options.key_env, options.key_file, options.key_stdin))
    if options.credential and not by_option:
        settings = replace(settings, key=None)
    world = ChainWorld(
        variable=variable,
        home=home,
        cwd=cwd,
        base_url=settings.base_url,
        protocol=protocol,
        key=settings.key,
        now=time.time(),
        metadata=options.metadata,
        programs=options.credential_process,
        emptied=first if settings.app in _EMPTY_COUNTS else None,
    )
    if not by_option and chain.before_key(world):
        settings, world = replace(settings, key=None), replace(world, key=None)
    found = chain.read(world)
    used = settings.key is None or not settings.key.value.reveal().strip()
    found = replace(found, chain=replace(found.chain, used=used))
    if settings.base_url is not None:
        whole = chain.base_url(settings.base_url, protocol, found.chain)
        base = _in_region(whole, found.chain, settings.app, protocol)
        settings = replace(settings, base_url=replace(settings.base_url, value=base) if base is not None else None)
    if settings.key is not None and settings.auth is None:
        style = chain.style(settings.key.value, protocol)
        settings = replace(settings, auth=Sourced(style, settings.key.source) if style is not None else None)
    return replace(settings, credential=found)


REGION = "{region}"  # in a documented base URL; the SDK fills in that of its settings
REGION_NAME = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,12}){1,3}-\d")


def _in_region(base: str, chain: CredentialChain, app: str | None, protocol: str) -> str | None:
    """Return a default base URL in the region of the chain's settings, or else in that which the app takes then.

    None if there is no region: the app has no address either.
    """
    if REGION not in base:
        return base
    from probes.catalog.apps import load, official

    wire = (load().get(app) or official(protocol)).wire(protocol)
    chosen = chain.choice("region")
    region = chosen.value if chosen is not None else wire.default_place if wire is not None else ""
    return base.replace(REGION, region) if REGION_NAME.fullmatch(region) else None


def secrets_of(found: CredentialSettings) -> tuple[Secret, ...]:
    """Return the secrets that the chain's reader has read."""
    return tuple(value for _, value in found.material if isinstance(value, Secret) and value)
