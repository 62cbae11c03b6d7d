"""Decide whether a house's own chain gives the credential, and read it: only for the few doors that need one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from probes.catalog.door import Door
from probes.model.credential import REGION_NAME, CredentialChain, CredentialStep
from probes.model.record import replace
from probes.model.settings import BadInput, Flow, FlowPart, Settings, Sourced
from probes.model.source import Owner
from probes.protocols.names import NAMES as PROTOCOLS
from probes.settings.options import Options

LONGEST = 300  # characters of a value of a chain that are shown: a role, an account, a path
# Variables of the chains that name a file. What a folder's file puts into one, such as `${HOME}`, is sent nowhere.
FILES = frozenset(
    (
        *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        *("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "APPDATA"),
        *("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_CONFIG_DIR"),
    )
)
# Each set of variables names an identity of Entra that needs nobody at the keyboard.
_APP = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
_IDENTITIES = (
    (*_APP, "AZURE_CLIENT_SECRET"),
    (*_APP, "AZURE_CLIENT_CERTIFICATE_PATH"),
    (*_APP, "AZURE_FEDERATED_TOKEN_FILE"),
    ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
)
_EMPTY_COUNTS = (None, "boto3", "anthropic-bedrock")  # the SDKs: they take an empty variable for a key


def chain_wanted(
    options: Options, door: Door | None, protocol: str, variable: Callable[[str], Sourced[str] | None] | None = None
) -> str:
    """Return the chain that gives the credential where no key is given; empty if there is none.

    It is the one that the user names, else that of the door, else that of the protocol. Azure's protocol has one if
    variables name an identity of Entra (``variable`` returns those that have a value; None if there is a key): at a
    gateway, most people use a key.
    """
    if options.credential is not None or options.no_env:
        from probes.credential_chains.names import NAMES, NOT_USED

        named = options.credential
        if named not in (None, NOT_USED, *NAMES):
            raise BadInput("--credential is one of {names}.", names=", ".join((*NAMES, NOT_USED)))
        return "" if named in (None, NOT_USED) else named or ""
    if door is not None and door.credential:
        return door.credential
    if protocol == "azure" and door is None and variable is not None:
        return "entra" if any(all(map(variable, names)) for names in _IDENTITIES) else ""
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
    of_folder: dict[str, Sourced[str]] = {}

    def read(name: str) -> Sourced[str] | None:
        found = variable(name)
        if found is not None and found.source.owner is Owner.FOLDER:
            of_folder[name] = found
        return found

    world = ChainWorld(
        variable=read,
        home=home,
        cwd=cwd,
        base_url=settings.base_url,
        protocol=protocol,
        key=settings.key,
        now=time.time(),
        metadata=options.metadata,
        programs=options.credential_process,
        emptied=first if settings.app in _EMPTY_COUNTS else None,
        app=settings.app or "",
        model=settings.model.value if settings.model is not None else "",
    )
    if not by_option and chain.before_key(world):
        settings, world = replace(settings, key=None), replace(world, key=None)
    found = chain.read(world)
    found = replace(found, flows=(*found.flows, *_lent(of_folder, settings)))
    used = settings.key is None or not settings.key.value.reveal().strip()
    found = replace(found, chain=replace(found.chain, used=used))
    if settings.base_url is not None:
        whole = chain.base_url(settings.base_url, protocol, found.chain)
        base = _in_region(whole, found.chain, settings.app, protocol)
        lent = [
            one
            for value in of_folder.values()
            if value.borrowed and _within(base or "", value)
            for one in value.borrowed
        ]
        borrowed = tuple(dict.fromkeys((*settings.base_url.borrowed, *lent)))
        address = replace(settings.base_url, value=base or "", borrowed=borrowed)
        settings = replace(settings, base_url=address if base is not None else None)
    if settings.key is not None and settings.auth is None:
        style = chain.style(settings.key.value, protocol)
        settings = replace(settings, auth=Sourced(style, settings.key.source) if style is not None else None)
    return replace(settings, credential=replace(found, chain=_shown(found.chain, settings)))


REGION = "{region}"  # in a documented base URL; the SDK fills in that of its settings


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


def _within(base: str, value: Sourced[str]) -> bool:
    """Check whether a value became part of a base URL, as it is or encoded."""
    from urllib.parse import quote

    return any(one in base for one in (value.value, quote(value.value, safe=":"), quote(value.value, safe="")))


def _shown(chain: CredentialChain, settings: Settings) -> CredentialChain:
    """Return a chain whose texts are short, and hold nothing that a file of the folder has put into them."""
    from probes.model.scrubber import Scrubber

    scrub = Scrubber(settings.secrets)

    def short(text: str) -> str:
        return scrub(text[: 2 * LONGEST])[:LONGEST] if text else text

    def pairs(values: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((name, short(value)) for name, value in values)

    def step(one: CredentialStep) -> CredentialStep:
        why = short(one.why) if isinstance(one.why, str) else replace(one.why, values=pairs(one.why.values))
        return replace(one, hints=pairs(one.hints), why=why)

    choices = (
        replace(one, value=short(one.value), others=tuple((short(value), place) for value, place in one.others))
        for one in chain.choices
    )
    return replace(chain, steps=tuple(map(step, chain.steps)), choices=tuple(choices))


def _lent(of_folder: Mapping[str, Sourced[str]], settings: Settings) -> Iterator[Flow]:
    """Yield the flows of what a file of the folder has put of the user's into the variables of the chain.

    ``of_folder`` are the folder's variables that the chain's reader has read. Any of them may be sent as an access key,
    a header, a tenant or a project: to the base URL, or to an address of the chain. An agreement is about all of them.
    """
    lent = {name: one for name, one in of_folder.items() if one.borrowed and name not in FILES}
    if not lent:
        return
    import hashlib  # few folders do that

    from probes.model.scrubber import Scrubber

    base = settings.base_url.value if settings.base_url is not None else ""
    addresses = [base, *(one.value for one in of_folder.values() if "://" in one.value and not one.borrowed)]
    hosts = dict.fromkeys(_shown_host(one) for one in addresses if one)
    fixed = sorted(f"{name}={one.value}" for name, one in of_folder.items() if not one.borrowed)
    whole = hashlib.sha256("\0".join((base, *fixed)).encode("utf-8", "surrogatepass")).hexdigest()
    scrub = Scrubber(settings.secrets)
    for value in lent.values():
        for secret in value.borrowed:
            for host in map(scrub, hosts or ("",)):
                yield Flow(secret, value.source, FlowPart.CREDENTIAL, host, f"{host} {whole}")


def _shown_host(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url[:80]
    except ValueError:  # brackets without an IPv6 address
        return url[:80]
