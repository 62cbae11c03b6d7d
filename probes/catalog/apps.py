"""Load the known client programs: how each joins URLs, which auth header it sends, where it keeps its settings.

The facts are in ``probes/facts/apps.toml``, whose head explains the fields. :mod:`probes.catalog.url_joining` turns a
base URL into the URL that an app requests.

The types are named tuples because every start creates all of them, three times as fast as records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from probes.catalog.app import (
    App,
    AppChange,
    AppLogin,
    AppWebSocket,
    AppWire,
    ClientProgram,
    KeyElsewhere,
    NeedsSetting,
    SettingsFile,
)
from probes.catalog.fact_files import HEADER, compiled_facts, fact_file, line_of, usual_of
from probes.catalog.provenance import UNKNOWN, Provenance, parted
from probes.catalog.url_joining import RULES
from probes.config_formats.files import MIB, SkippedFile, text_of
from probes.protocols.names import NAMES

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 4 * MIB  # bytes; the built-in apps have 70 KiB
KINDS = ("sdk", "library", "cli", "ide", "desktop", "server")
AUTHS = ("bearer", "x-api-key", "api-key", "x-goog-api-key", "query", "none")
SDKS = ("python", "node")
STACKS = ("httpx", "node", "go", "rust", "browser")
PROXIES = ("environment", "ignored", "own", "system", "unknown")
ROOTS = ("system", "certifi", "node", "bun", "browser", "unknown")
SCOPES = ("user", "project", "system")
FORMATS = ("json", "jsonc", "json5", "toml", "yaml", "dotenv", "lines", "compose", "crushrc", "none")
HEADER_LISTS = ("lines", "commas", "pairs")  # LISTS in probes/settings/extra_headers.py
LOGINS = ("subscription", "account")
STORAGES = ("plain", "keychain", "database")
SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}  # keys: prefixes of sys.platform


class AppsError(Exception):
    """Error in a file of apps. The message names the file and the entry."""


class Apps:
    """Registry of the known apps by id, in file order."""

    def __init__(self, apps: tuple[App, ...]) -> None:
        self._apps = {app.id: app for app in apps}

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps.values())

    def __len__(self) -> int:
        return len(self._apps)

    def get(self, id: str | None) -> App | None:
        """Return the app with this id, or None."""
        return self._apps.get(id or "")

    def near(self, asked: str) -> list[str]:
        """Return up to four ids whose app has an id or name similar to ``asked``, the closest first.

        >>> load().near("claude cod")[0]
        'claude-code'
        """
        from difflib import get_close_matches

        low = asked.lower().strip()
        names = {name: app.id for app in self for name in (app.name.lower(), app.id)}
        inside = [id for name, id in names.items() if len(low) > 2 and low in name]
        close = [names[name] for name in get_close_matches(low, names, n=4, cutoff=0.5)]
        return list(dict.fromkeys((*inside, *close)))[:4]


@cache
def load() -> Apps:
    """Return the built-in apps. Raises AppsError if their file cannot be used."""
    document = compiled_facts("apps")
    return Apps(from_compiled(document) if document is not None else read(fact_file("apps")))


def official(protocol: str) -> App:
    """Return the official SDK of a protocol: the first app that speaks it.

    For a protocol without an SDK, return a client built from the defaults in the protocol's file.

    Raises KeyError if the protocol does not exist.
    """
    return next((app for app in load() if app.wire(protocol) is not None), None) or _plain_client(protocol)


@cache
def _plain_client(protocol: str) -> App:
    from probes.protocols.protocol import wire

    protocol_wire = wire(protocol)
    app_wire = AppWire(
        protocol,
        endpoint=protocol_wire.endpoint,
        version=(*protocol_wire.versions, "")[0],
        auth=(protocol_wire.styles[0].value,),
        default=protocol_wire.default_base_url,
        base_url=protocol_wire.base_url_env,
        key=protocol_wire.key_env,
        model=protocol_wire.model_env,
    )
    return App(protocol, protocol, "sdk", "", (app_wire,), stack="httpx")


def read(path: Path) -> tuple[App, ...]:
    """Read the apps in a TOML file, or in the JSON file built from one.

    JSON is not validated again, since the build has validated it.

    Raises AppsError if the file cannot be read or an entry has an unknown, missing or invalid field.
    """
    try:
        text = text_of(path, limit=LARGEST) or ""
        if path.suffix == ".json":
            return from_compiled(json.loads(text))
        import tomllib  # an installed program reads JSON and does not pay for this import

        table = _parted(tomllib.loads(text))
    except SkippedFile as error:
        raise AppsError(f"{path} cannot be read: {error.why}") from None
    except ValueError as error:
        raise AppsError(f"{path}: {error}") from None
    apps = []
    for id, (entry, provenance) in table:
        try:
            _check(entry)
            apps.append(_build_app(id, entry, provenance))
        except ValueError as error:
            line = line_of(text, id, 1, str(error).removeprefix("unknown field ").split(" ", 1)[0])
            raise AppsError(f"{path}:{line}: [{id}]: {error}") from None
    return tuple(apps)


def from_compiled(document: dict[str, Any]) -> tuple[App, ...]:
    """Return the apps of a compiled file, which is not checked: the build has done so."""
    return tuple(_build_app(id, *both) for id, both in _parted(document))


def _parted(document: dict[str, Any]) -> list[tuple[str, tuple[Any, Provenance]]]:
    """Return the entries by id, each apart from its provenance."""
    usual = usual_of(document)
    rows = ((id, entry) for id, entry in document.items() if id != HEADER)
    return [(id, parted(entry, usual) if isinstance(entry, dict) else (entry, usual)) for id, entry in rows]


def _build_app(id: str, entry: Mapping[str, Any], provenance: Provenance) -> App:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    fields["wires"] = tuple(_build_row(AppWire, row) for row in entry["wires"])
    fields["places"] = tuple(_build_row(SettingsFile, row) for row in entry.get("places", ()))
    fields["logins"] = tuple(_build_row(AppLogin, row) for row in entry.get("logins", ()))
    fields["changes"] = tuple(_change(row, provenance.seen) for row in entry.get("changes", ()))
    for name, make in _PARTS.items():
        if name in entry:
            fields[name] = _build_row(make, entry[name])
    return App(id, **fields, provenance=provenance)


# Single tables of an app.
_PARTS: dict[str, Callable[..., Any]] = {
    "run": ClientProgram,
    "key_elsewhere": KeyElsewhere,
    "needs_setting": NeedsSetting,
}


def _change(row: Mapping[str, Any], seen: str) -> AppChange:
    own, provenance = parted(row, Provenance(seen=seen))
    return AppChange(own.get("version", ""), tuple(own.get("gone", ())), tuple(own.get("new", ())), provenance)


def _build_row(make: Callable[..., Any], row: dict[str, Any]) -> Any:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    if make is ClientProgram and "point_args" in row:
        fields["point_args"] = {name: tuple(value) for name, value in row["point_args"].items()}
    if make in (SettingsFile, AppLogin) and isinstance(row["path"], str):
        fields["path"] = dict.fromkeys(SYSTEMS.values(), row["path"])
    if "websocket" in row and make is AppWire:
        fields["websocket"] = _build_row(AppWebSocket, row["websocket"])
    return make(**fields)


# -- validation of TOML ------------------------------------------------------------------------------------------------

_CHOICES = {
    "kind": KINDS,
    "stack": STACKS,
    "sdk": SDKS,
    "proxies": PROXIES,
    "roots": ROOTS,
    "scope": SCOPES,
    "format": FORMATS,
    "storage": STORAGES,
    "join": tuple(RULES),
    "of": LOGINS,
}
_LISTED = {"auth": AUTHS}


def _check(entry: object) -> None:
    """Validate an entry. Raises ValueError that names the field."""
    if not isinstance(entry, dict):
        raise ValueError("it is not a table")
    _check_types(entry, App, ("name", "kind", "home", "wires"), skip=("id", "provenance"))
    for name, make in _PARTS.items():
        if name in entry:
            _check_types(entry[name], make, ())
    for row in entry["wires"]:
        _check_types(row, AppWire, ("protocol", "endpoint"))
        if "websocket" in row:
            _check_types(row["websocket"], AppWebSocket, ("headers", "message", "seconds", "lines"))
        if row["protocol"] not in NAMES:
            raise ValueError(f"protocol is {row['protocol']!r}, not one of {', '.join(NAMES)}")
        if unknown := set(row.get("auth_by", {}).values()) - set(AUTHS):
            raise ValueError(f"auth_by: {min(unknown)} is no way for a key to travel")
        if unknown := set(row.get("auth_also", {}).values()) - set(AUTHS):
            raise ValueError(f"auth_also: {min(unknown)} is no way for a key to travel")
        if unknown := set(row.get("header_lists", {}).values()) - set(HEADER_LISTS):
            raise ValueError(f"header_lists is {min(unknown)!r}, not one of {', '.join(HEADER_LISTS)}")
    for row in entry.get("places", ()):
        _check_types(row, SettingsFile, ("path",))
    for row in entry.get("logins", ()):
        _check_types(row, AppLogin, ("path", "token"))
    for row in entry.get("changes", ()):
        own, _ = parted(row, UNKNOWN) if isinstance(row, dict) else (row, UNKNOWN)
        _check_types(own, AppChange, (), skip=("provenance",))


def _check_types(row: object, make: Any, needed: tuple[str, ...], skip: tuple[str, ...] = ()) -> None:
    if not isinstance(row, dict):
        raise ValueError("a row is not a table")
    for name in needed:
        if name not in row:
            raise ValueError(f"{name} is missing")
    for name, value in row.items():
        if name not in make._fields or name in skip:
            raise ValueError(f"unknown field {name}")
        kinds = make.__annotations__[name]
        fits = (
            (isinstance(value, str) and (kinds == "str" or name == "path"))
            or (isinstance(value, bool) and kinds == "bool")
            or (isinstance(value, list) and kinds.startswith("tuple["))
            or (isinstance(value, dict) and (kinds.startswith(("Mapping", "AppWebSocket")) or name in _PARTS))
            or (isinstance(value, int) and not isinstance(value, bool) and kinds in ("int", "float"))
            or (isinstance(value, float) and kinds == "float")
        )
        if not fits:
            raise ValueError(f"{name} is not a {kinds}")
        listed = value if name in _LISTED else [value] if name in _CHOICES else []
        allowed = _LISTED.get(name) or _CHOICES.get(name, ())
        if wrong := [item for item in listed if item not in allowed]:
            raise ValueError(f"{name} is {wrong[0]!r}, not one of {', '.join(allowed)}")
