"""Select the official SDK that the settings are meant for, and the base URL that it would use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from probes.catalog import doors
from probes.catalog.door import Door
from probes.catalog.sdk_variables import (
    SHARED_NAMES,
    SdkVariables,
    families,
    headers_of,
    own_keys,
    unread,
    variables_of,
)
from probes.model.record import Record, replace
from probes.model.settings import BadInput, Sourced
from probes.model.source import DEFAULT, SourceKind, option
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import by_looks, meant_by, wire, wires
from probes.settings.config_file import ConfigTable
from probes.settings.environment import Variables
from probes.settings.options import Options
from probes.settings.variable_typos import near_names

if TYPE_CHECKING:
    from probes.catalog.app import App, AppWire

# A base URL or a key in a variable of these two selects their SDK. The other SDKs need a base URL, since many programs
# use keys from their variables.
_MEANT = ("openai", "anthropic")
# A key in this SDK's variables selects the SDK, not the first base URL of the door that owns the variable.
_BY_OWN_KEY = "gemini"


class SdkChoice(Record):
    """The selected SDK with base URL and door.

    ``explicit`` is whether an argument or a target gave the base URL, ``by_variable`` whether variables selected the
    SDK, so that their keys come first. ``protocol`` is the protocol that an app or a variable's name implies.
    ``named_door`` is whether the user named the provider instead of an address.
    """

    family: SdkVariables
    base: Sourced[str] | None
    door: Door | None
    explicit: bool
    by_variable: bool = False
    protocol: Sourced[str] | None = None
    named_door: bool = False


def _door_of(url: str, protocol: str) -> Door | None:
    from probes.urls.url_flaws import examine_url

    mended = examine_url(url, protocol).mended
    if mended is None:
        return None
    parts = urlsplit(mended)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return doors.load().of_host(parts.hostname or "", port, parts.path)


def _family_of_app(app: App, protocol: str, url: str, variables: Variables, model: str) -> SdkVariables:
    """Return the variables and defaults that the app reads for a protocol.

    For ``auto`` it is the protocol that the model, the base URL and the variables suggest. ``model`` is the one of the
    command line. Raises BadInput if the app does not speak the protocol.
    """
    spoken = {wire.protocol: wire for wire in app.wires}
    if protocol != "auto" and protocol not in spoken:
        raise BadInput(
            "{name} does not speak {protocol}, but {names}.", name=app.name, protocol=protocol, names=", ".join(spoken)
        )
    wire = spoken.get(protocol) or _likely_wire(app, url, variables, model)
    usual = variables_of(wire.protocol)
    keys = wire.key or usual.keys  # an app that stores its key elsewhere is checked with the SDK's variables
    return SdkVariables(
        wire.protocol,
        keys,
        wire.base_url,
        (*wire.model, "")[0],
        wire.default or None,
        tuple(name for name in (*usual.keys, *usual.unread_keys) if name not in keys),
        tuple(name for name in (*usual.bases, *usual.unread_bases) if name not in wire.base_url),
        usual.version,
        wire.federation,
        wire.federation_token,
        app.stack == "httpx",
        **headers_of(app, wire),
    )


def _likely_wire(app: App, url: str, variables: Variables, model: str) -> AppWire:
    """Choose among the app's protocols by the model, the base URL, its door or the variables that are set; else the
    first.
    """
    if len(app.wires) == 1:
        return app.wires[0]
    if any(wire.models for wire in app.wires):  # nothing else decides for such an app
        return _wire_of_model(app, variables, model)
    switched = next((wire for wire in app.wires if switch_of(wire, variables.filled) is not None), None)
    if switched is not None and not url:
        return switched
    suggested = [meant_by(url, endings=True)]
    door = _door_of(url, "auto") if url else None
    suggested += [name for name in (door.protocols if door else ()) if url]
    by_protocol = next((wire for name in suggested for wire in app.wires if wire.protocol == name), None)
    if by_protocol is not None:
        return by_protocol
    filled = (wire for wire in app.wires if any(variables.filled(name) for name in (*wire.base_url, *wire.key)))
    return next(filled, app.wires[0])


def _wire_of_model(app: App, variables: Variables, model: str) -> AppWire:
    names = (name for wire in app.wires for name in wire.model)
    named = model or next((found.value for name in names if (found := variables.filled(name)) is not None), "")
    return next((wire for wire in app.wires if named and named.lower().startswith(wire.models)), app.wires[0])


def switch_of(wire: AppWire, variable: Callable[[str], Sourced[str] | None]) -> Sourced[str] | None:
    """Return the variable that makes an app speak this protocol, or None if none does. The first that is set counts."""
    found = next((value for name in wire.switches if (value := variable(name)) is not None and value.value), None)
    return found if found is not None and found.value.strip().lower() in wire.switched_by else None


def choose(
    options: Options,
    target: ConfigTable | None,
    check: ConfigTable,
    url: Sourced[str] | None,
    variables: Variables,
    protocol: Sourced[str],
    app: App | None,
) -> SdkChoice:
    """Select the SDK and its base URL.

    The order is: options or ``target``, variables, the ``[check]`` table, the default base URL of the SDK that a key or
    a misspelled variable suggests. ``url`` is a base URL given as the command's argument. Raises BadInput if ``app``
    does not speak ``protocol``.
    """
    named = options.base_url if options.base_url is not None else url.value if url else ""
    family = _family_of_app(app, protocol.value, named, variables, options.model or "") if app else None
    if family is None and protocol.value in NAMES:
        family = variables_of(protocol.value)
    implied = Sourced(family.protocol, option("--app")) if family and protocol.value == "auto" else None
    given = Sourced(options.base_url, option("--base-url")) if options.base_url is not None else url
    given = given or (target.text("base_url") if target else None)
    if given:
        choice = _at_url(given, family, True, variables, implied)
        if given is not url or url.source.kind is SourceKind.ARGUMENT:
            return choice
        from probes.settings.door_target import named as door_of  # only for `check NAME`

        return replace(choice, door=door_of(url), named_door=True)

    meant = [variables_of(protocol) for protocol in _MEANT]
    by_base_url = [each for each in families().values() if each not in meant]
    present = family or next((each for each in meant if _first_set(each, variables)), None)
    present = present or next((each for each in by_base_url if variables.base(each)), None)
    if present is None and (switched := _switched_on(variables)) is not None:
        present = variables_of(switched.value)
        implied = implied or (switched if protocol.value == "auto" else None)
    if (
        present
        and (base := variables.base(present, emptied=present.emptied))
        and (base.value or family or not check.text("base_url"))
    ):
        spoken = implied or Sourced(present.protocol, base.source)
        return SdkChoice(present, base, _door_of(base.value, present.protocol), False, True, spoken)
    if check_url := check.text("base_url"):
        return _at_url(check_url, family, False, variables, implied)
    if present:
        variable = _first_set(present, variables)
        return _default(present, implied or (Sourced(present.protocol, variable.source) if variable else None))
    if found := _at_door_variable(variables):
        return found
    for each in meant:
        if base := variables.base(each, emptied=True):  # set but empty: the Python SDKs use it, and every call fails
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


def _switched_on(variables: Variables) -> Sourced[str] | None:
    """Return the protocol that a variable tells the official SDK to speak (``GOOGLE_GENAI_USE_VERTEXAI``), or None."""
    for one in wires():
        found = next((value for name in one.switches if (value := variables.filled(name)) is not None), None)
        if found is not None and found.value.strip().lower() in ("true", "1"):
            return Sourced(one.name, found.source)
    return None


def _first_set(family: SdkVariables, variables: Variables) -> Sourced[str] | None:
    """Return the first base URL or key that is set in a variable of this SDK, or None."""
    return next((found for name in (*family.bases, *family.keys) if (found := variables.filled(name))), None)


def _default(family: SdkVariables, protocol: Sourced[str] | None) -> SdkChoice:
    base = Sourced(family.default, DEFAULT) if family.default else None
    return SdkChoice(family, base, None, False, True, protocol)


def _at_url(
    base: Sourced[str], family: SdkVariables | None, explicit: bool, variables: Variables, implied: Sourced[str] | None
) -> SdkChoice:
    door = _door_of(base.value, family.protocol if family else "auto")
    if family:
        return SdkChoice(family, base, door, explicit, protocol=implied)
    if named := meant_by(base.value, endings=False):
        return SdkChoice(variables_of(named), base, door, explicit)
    usual, second = map(variables_of, _MEANT)
    if door:
        spoken = (*door.protocols, DEFAULT_PROTOCOL)[0]
        newer = wire(spoken).newer_base if spoken in NAMES else ""
        if newer and base.value.partition("?")[0].rstrip("/").endswith(newer):
            spoken = DEFAULT_PROTOCOL  # Azure's newer API is asked with the plain SDK and its variables
        return SdkChoice(variables_of(spoken) if spoken in NAMES else usual, base, door, explicit)
    if not _first_set(usual, variables) and (found := _first_set(second, variables)):
        return SdkChoice(second, base, None, explicit, protocol=Sourced(second.protocol, found.source))
    return SdkChoice(usual, base, None, explicit)


def _at_door_variable(variables: Variables) -> SdkChoice | None:
    """Return the first door with a key in its variable: at the base URL of its variable, else its documented one."""
    candidates = [name for name in variables.names() if re.search(r"KEY|TOKEN|PASSWORD|_PAT$", name)]
    if not any(variables.filled(name) and not re.search(SHARED_NAMES, name) for name in candidates):
        return None
    for door in doors.load():
        if not any(variables.filled(name) and not re.search(SHARED_NAMES, name) for name in own_keys(door)):
            continue
        for name in door.base_url_env:
            if (base := variables.filled(name)) and name not in unread():
                return _at_url(base, None, False, variables, None)
        sdk = variables_of(_BY_OWN_KEY)
        names = [name for name in sdk.keys if name in door.key_env]
        key = next((found for name in names if (found := variables.filled(name))), None)
        if key:
            return _default(sdk, Sourced(sdk.protocol, key.source))
        first = door.endpoints[0].protocol if door.endpoints else ""
        if door.credential and first in NAMES and "{" in (variables_of(first).default or ""):
            return _default(variables_of(first), Sourced(first, door.default_source))  # the chain has the region
        endpoint = next((one for wire in by_looks() if (one := door.endpoint(wire.name))), None)
        if endpoint and "{" not in endpoint.base_url:
            base = Sourced(endpoint.base_url, door.default_source)
            return SdkChoice(variables_of(endpoint.protocol), base, door, False)
    return None
