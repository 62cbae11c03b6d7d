"""Which official SDK somebody means here, and which base URL it would take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from probes.catalog import doors
from probes.catalog.door import Door
from probes.catalog.sdk_variables import SHARED_NAMES, SdkVariables, families, own_keys, unread, variables_of
from probes.model.settings import BadInput, Sourced
from probes.model.source import DEFAULT, default_of, option
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import by_looks, meant_by
from probes.settings.config_file import ConfigTable
from probes.settings.environment import Variables
from probes.settings.options import Options
from probes.settings.variable_typos import near_names

if TYPE_CHECKING:
    from probes.catalog.app import App, AppWire

# What shows which SDK is meant: of the first two a base URL or a key, of the others a base URL, whose key is of use in
# many programs.
_MEANT = ("openai", "anthropic")
_BY_OWN_KEY = "gemini"  # its key, as that of a door of its own, means the SDK and not the door's first URL


@dataclass(frozen=True, slots=True)
class SdkChoice:
    """``explicit``: the base URL was given by argument or target. ``protocol`` is what a variable's name decides."""

    family: SdkVariables
    base: Sourced[str] | None
    door: Door | None
    explicit: bool
    by_variable: bool = False
    protocol: Sourced[str] | None = None


def _door_of(url: str, protocol: str) -> Door | None:
    from probes.urls.url_flaws import examine_url

    mended = examine_url(url, protocol).mended
    if mended is None:
        return None
    parts = urlsplit(mended)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return doors.load().of_host(parts.hostname or "", port, parts.path)


def _family_of_app(app: App, protocol: str, url: str, variables: Variables) -> SdkVariables:
    """What the app reads, of the protocol asked for, or of the one that address and variables point to.

    Raises BadInput where it does not speak the protocol.
    """
    spoken = {wire.protocol: wire for wire in app.wires}
    if protocol != "auto" and protocol not in spoken:
        raise BadInput(f"{app.name} does not speak {protocol}, but {', '.join(spoken)}.")
    wire = spoken.get(protocol) or _likely(app, url, variables)
    usual = variables_of(wire.protocol)
    keys = wire.key or usual.keys  # one that keeps its key elsewhere is checked with the usual one
    return SdkVariables(
        wire.protocol,
        keys,
        wire.base_url,
        (*wire.model, "")[0],
        wire.default or None,
        tuple(name for name in (*usual.keys, *usual.unread_keys) if name not in keys),
        tuple(name for name in (*usual.bases, *usual.unread_bases) if name not in wire.base_url),
        usual.version,
        app.stack == "httpx",
    )


def _likely(app: App, url: str, variables: Variables) -> AppWire:
    """Of several protocols the one that the address, its door or the variables that are set point to."""
    if len(app.wires) == 1:
        return app.wires[0]
    told = [meant_by(url, endings=True)]
    door = _door_of(url, "auto") if url else None
    told += [name for name in (door.protocols if door else ()) if url]
    by_protocol = next((wire for name in told for wire in app.wires if wire.protocol == name), None)
    if by_protocol is not None:
        return by_protocol
    filled = (wire for wire in app.wires if any(variables.filled(name) for name in (*wire.base_url, *wire.key)))
    return next(filled, app.wires[0])


def choose(
    options: Options,
    target: ConfigTable | None,
    check: ConfigTable,
    url: Sourced[str] | None,
    variables: Variables,
    protocol: Sourced[str],
    app: App | None,
) -> SdkChoice:
    """The SDK and the base URL: as the options or the ``target`` say, then the variables, then ``[check]``, then the
    default of the SDK that a key or a slip of the pen points to. ``url`` is the argument that stands for a base URL.

    Raises BadInput where ``app`` does not speak the ``protocol``.
    """
    named = options.base_url if options.base_url is not None else url.value if url else ""
    family = _family_of_app(app, protocol.value, named, variables) if app else None
    if family is None and protocol.value in NAMES:
        family = variables_of(protocol.value)
    asked = Sourced(family.protocol, option("--app")) if family and protocol.value == "auto" else None
    given = Sourced(options.base_url, option("--base-url")) if options.base_url is not None else url
    given = given or (target.text("base_url") if target else None)
    if given:
        return _at_url(given, family, True, variables, asked)

    meant = [variables_of(protocol) for protocol in _MEANT]
    by_base = [own for own in families().values() if own not in meant]
    present = family or next((each for each in meant if _evidence(each, variables)), None)
    present = present or next((each for each in by_base if variables.base(each)), None)
    if (
        present
        and (base := variables.base(present, emptied=present.emptied))
        and (base.value or family or not check.text("base_url"))
    ):
        spoken = asked or Sourced(present.protocol, base.source)
        return SdkChoice(present, base, _door_of(base.value, present.protocol), False, True, spoken)
    if below := check.text("base_url"):
        return _at_url(below, family, False, variables, asked)
    if present:
        shown = _evidence(present, variables)
        return _default(present, asked or (Sourced(present.protocol, shown.source) if shown else None))
    if found := _at_door_variable(variables):
        return found
    for each in meant:
        if base := variables.base(each, emptied=True):  # set but empty: the Python SDKs take it and every call fails
            return SdkChoice(each, base, None, False, True, Sourced(each.protocol, base.source))
    key_given = options.key is not None or options.key_env or options.key_file or options.key_stdin
    if (target and target.key) or check.key or key_given:
        anthropic = (options.key or options.stdin_text or "").lstrip().startswith("sk-ant-")
        anthropic = anthropic or "ANTHROPIC" in (options.key_env or "")
        return _default(variables_of("anthropic" if anthropic else "openai"), None)
    for each in meant:
        if any(variables.filled(name) for name in each.unread_keys + each.unread_bases) or any(
            near_names(variables, (*each.keys, *each.bases))
        ):
            return _default(each, None)
    return SdkChoice(variables_of("openai"), None, None, False)


def _evidence(family: SdkVariables, variables: Variables) -> Sourced[str] | None:
    """What shows that somebody means this SDK: a base URL or a key of its own."""
    return next((found for name in (*family.bases, *family.keys) if (found := variables.filled(name))), None)


def _default(family: SdkVariables, protocol: Sourced[str] | None) -> SdkChoice:
    base = Sourced(family.default, DEFAULT) if family.default else None
    return SdkChoice(family, base, None, False, True, protocol)


def _at_url(
    base: Sourced[str], family: SdkVariables | None, explicit: bool, variables: Variables, asked: Sourced[str] | None
) -> SdkChoice:
    door = _door_of(base.value, family.protocol if family else "auto")
    if family:
        return SdkChoice(family, base, door, explicit, protocol=asked)
    if named := meant_by(base.value, endings=False):
        return SdkChoice(variables_of(named), base, door, explicit)
    usual, second = map(variables_of, _MEANT)
    if door:
        spoken = (*door.protocols, DEFAULT_PROTOCOL)[0]
        return SdkChoice(variables_of(spoken) if spoken in NAMES else usual, base, door, explicit)
    if not _evidence(usual, variables) and (found := _evidence(second, variables)):
        return SdkChoice(second, base, None, explicit, protocol=Sourced(second.protocol, found.source))
    return SdkChoice(usual, base, None, explicit)


def _at_door_variable(variables: Variables) -> SdkChoice | None:
    """A door whose own variable holds a key: its base URL variable, else its documented base URL."""
    candidates = [name for name in variables.names() if re.search(r"KEY|TOKEN|PASSWORD|_PAT$", name)]
    if not any(variables.filled(name) and not SHARED_NAMES.search(name) for name in candidates):
        return None
    for door in doors.load():
        if not any(variables.filled(name) and not SHARED_NAMES.search(name) for name in own_keys(door)):
            continue
        for name in door.base_url_env:
            if (base := variables.filled(name)) and name not in unread():
                return _at_url(base, None, False, variables, None)
        own = variables_of(_BY_OWN_KEY)
        names = [name for name in own.keys if name in door.key_env]
        meant = next((found for name in names if (found := variables.filled(name))), None)
        if meant:
            return _default(own, Sourced(own.protocol, meant.source))
        endpoint = next((e for one in by_looks() if (e := door.endpoint(one.name))), None)
        if endpoint and "{" not in endpoint.base_url:
            base = Sourced(endpoint.base_url, default_of(door.name))
            return SdkChoice(variables_of(endpoint.protocol), base, door, False)
    return None
