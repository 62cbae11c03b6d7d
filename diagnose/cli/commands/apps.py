"""`llmdoctor apps`: list the known client programs or show one in full, offline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import click

from diagnose.cli import console, printer
from diagnose.cli.completion import among
from diagnose.cli.completion import apps as names
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongUse, meant
from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.lists import columns, labelled
from diagnose.words import LANGS, part, put, sentence
from probes.catalog.app import (
    App,
    AppChange,
    AppWebSocket,
    AppWire,
    ClientProgram,
    KeyElsewhere,
    NeedsSetting,
    SettingsFile,
)
from probes.catalog.apps import Apps, load
from probes.catalog.closed_apps import ClosedApp, closed_app, closed_apps
from probes.catalog.companions import Companion, companions_of
from probes.catalog.provenance import Provenance
from probes.catalog.url_joining import join
from probes.protocols.protocol import wire as protocol_of

# Two base URLs, without and with a version segment, that show how a client joins them.
EXAMPLES = ("https://api.example.com", "https://api.example.com/v1")


@click.command("apps", cls=GroupedCommand)
@click.argument("name", nargs=-1, shell_complete=among(names))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(name: tuple[str, ...], as_json: bool, lang: str | None) -> None:
    """List the known apps and SDKs, those that match every word of NAME, or show one in full."""
    apps = load()
    found = chosen(apps, name)
    closed = (
        () if found and name else tuple(one for one in closed_apps() if not name or one is closed_app(" ".join(name)))
    )
    if not found and not closed:
        raise _unknown(apps, " ".join(name))
    one = found[0] if name and len(found) == 1 else None
    spoken = console.language(lang)
    if as_json:
        shown: Any = document(one) if one else {"apps": [document(app) for app in found]}
        if closed:
            shown["without_base_url"] = [_closed(row) for row in closed]
        printer.echo_json(shown)
    else:
        words = part(spoken, "tables")
        printer.echo(
            "\n".join(
                _full(one, words.APPS, list_width()) if one else _table(found, closed, words, list_width(), spoken)
            )
        )


def chosen(apps: Apps, words: tuple[str, ...]) -> tuple[App, ...]:
    """Return the app with that id or name, else every app whose row contains all the words."""
    asked = " ".join(words).strip().lower()
    if asked and (exact := next((app for app in apps if asked in (app.id, app.name.lower())), None)):
        return (exact,)
    haystacks = ((app, " ".join((app.id, app.name, app.kind, *app.protocols)).lower()) for app in apps)
    return tuple(app for app, text in haystacks if all(word in text for word in asked.split()))


def _unknown(apps: Apps, asked: str) -> WrongUse:
    from probes.model.secret import public_prefix

    shown = asked if len(asked) < 24 and not public_prefix(asked) else "…"  # a longer text may be a key
    near = apps.near(asked)
    follow = (*(f"apps {one}" for one in near[:1]), "apps")
    return WrongUse("There is no app named {name}. {hint}", follow=follow, name=shown, hint=meant(near))


def document(app: App) -> dict[str, Any]:
    """Return one app as a JSON document, with the URLs that it requests for two base URLs."""
    wires = [{**_plain(wire), "asks": {base: join(app, wire, base) for base in EXAMPLES}} for wire in app.wires]
    changes = [{**_plain(one), **_plain(one.provenance)} for one in app.changes]
    known = _plain(app.provenance)
    more = {name: _plain(row) if row is not None else None for name, row in _tables(app)}
    hosts = [{**_plain(one), **_plain(one.provenance)} for one in companions_of(app.id)]
    places = [*map(_plain, app.places)]
    return {**_plain(app), **known, "wires": wires, "places": places, "changes": changes, **more, "other_hosts": hosts}


def _tables(app: App) -> tuple[tuple[str, ClientProgram | KeyElsewhere | NeedsSetting | None], ...]:
    return ("run", app.run), ("key_elsewhere", app.key_elsewhere), ("needs_setting", app.needs_setting)


def _plain(
    row: App
    | AppWire
    | SettingsFile
    | AppChange
    | Provenance
    | ClientProgram
    | KeyElsewhere
    | NeedsSetting
    | Companion,
) -> dict[str, Any]:
    values = row._asdict()
    return {
        name: _value(value)
        for name, value in values.items()
        if name not in ("wires", "places", "changes", "provenance", "run", "key_elsewhere", "needs_setting")
    }


def _value(value: object) -> object:
    """Return a value of a row for JSON; a row within a row becomes an object."""
    if isinstance(value, AppWebSocket):
        return {name: _value(one) for name, one in value._asdict().items()}
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


# -- for people --------------------------------------------------------------------------------------------------------


def _table(
    apps: tuple[App, ...], closed: tuple[ClosedApp, ...], words: ModuleType, width: int | None, lang: str
) -> Iterator[str]:
    if apps:
        rows: list[tuple[str, ...]] = [words.APPS_HEAD, *(row(app, words.APPS) for app in apps)]
        yield from columns(rows, width, head=True)
        yield ""
    if closed:
        yield from wrapped(words.APPS["closed"], width)
        yield from labelled([(one.name, sentence(one.reason, lang)) for one in closed], width)
    if apps:
        yield from ("",) if closed else ()
        yield from wrapped(put(words.APPS["count"], {"count": len(apps)}), width)


def _closed(row: ClosedApp) -> dict[str, Any]:
    """Return a program that takes no base URL as a JSON document."""
    return {name: _value(value) for name, value in row._asdict().items() if name != "provenance"} | {
        **_plain(row.provenance),
        "reason": str(row.reason),
    }


def row(app: App, words: dict[str, str]) -> tuple[str, str, str, str, str, str]:
    """Return the table row of an app: id, name, kind, protocols, header, and the variable of its base URL."""
    wire = app.wires[0]
    return (
        app.id,
        app.name,
        words[app.kind],
        ", ".join(app.protocols),
        wire.auth[0],
        wire.base_url[0] if wire.base_url else words["own"],
    )


def _full(app: App, words: dict[str, str], width: int | None) -> Iterator[str]:
    yield f"{app.name} [{app.id}]"
    last = ""
    rows = []
    for label, value in _facts(app, words):
        rows.append(("" if label == last else label, value))
        last = label
    yield from labelled(rows, width)


def _facts(app: App, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield words["kind"], words[app.kind]
    if app.versions:
        yield words["versions"], ", ".join(app.versions)
    for wire in app.wires:
        yield from _wire(app, wire, words)
    for label, value in (
        ("ignores", ", ".join(app.ignores)),
        ("proxies", _proxies(app, words)),
        ("roots", words[f"roots.{app.roots}"]),
        ("page", app.page),
        ("refuses_private", words["refused"] if app.refuses_private else ""),
    ):
        if value:
            yield words[label], value
    for name, text in app.errors.items():
        yield words[f"errors.{name}"], text
    if app.run is not None:
        yield words["run"], " ".join((app.run.program, *(one or '""' for one in app.run.args)))
    if (key := app.key_elsewhere) is not None:
        names = {"names": ", ".join(key.hosts), "variable": ", ".join(key.keys)}
        yield words["key_elsewhere"], put(words["key_of"], {**names, "instead": key.instead, "switch": key.switch})
    for other in companions_of(app.id):
        yield words["other_hosts"], _companion(other, words)
    for change in app.changes:
        yield words["changes"], _change(change, words)
    for place in dict.fromkeys(_place(place, words) for place in app.places):
        yield words["place"], place
    yield words["home"], app.home
    yield words["sources"], "; ".join(app.provenance.source)
    if not app.confirmed:
        yield words["sources"], words["unconfirmed"]


def _proxies(app: App, words: dict[str, str]) -> str:
    said = words[f"proxies.{app.proxies}"]
    return (
        put(words["proxies.by_node"], {"details": said, "version": app.no_proxies_from})
        if app.no_proxies_from
        else said
    )


def _companion(other: Companion, words: dict[str, str]) -> str:
    """Return the hosts with what follows if they are out of reach, and the switch: `a.example (goes on without)`."""
    found = ["needed.login" if other.login else "needed"] if other.required else ["goes_on"]
    parts = [words[one] for one in found]
    parts += [put(words["late"], {"seconds": other.late})] if other.late else []
    parts += [put(words["off"], {"switch": other.switch})] if other.switch else []
    return put(words["hosts"], {"names": ", ".join(other.hosts), "details": words["between"].join(parts)})


def _change(change: AppChange, words: dict[str, str]) -> str:
    """Return what a version left out and what it does instead: `3.0.0 (2026-08-12): no longer a, b; now c`."""
    since = change.provenance.since
    head = f"{change.version} ({since})" if change.version and since else change.version or since
    parts = [put(words[name], {"names": ", ".join(names)}) for name, names in _named(change) if names]
    return ": ".join(filter(None, (head, words["between"].join(parts))))


def _named(change: AppChange) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("gone", change.gone), ("new", change.new)


def _wire(app: App, wire: AppWire, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    header = protocol_of(wire.protocol).version_header
    version = f" ({header}: {wire.version})" if header else ""
    yield words["speaks"], wire.protocol + version
    for base_url in EXAMPLES:
        address = join(app, wire, base_url)
        shown = put(words["of" if address else "nothing"], {"base_url": base_url, "address": address})
        yield words["asks"], shown.replace("%7B", "{").replace("%7D", "}")
    yield words["sends"], ", ".join(wire.auth)
    for variable, auth in wire.auth_by.items():
        yield words["sends"], put(words["by"], {"variable": variable, "auth": auth})
    for label, value in (
        ("default", wire.default),
        ("base_url", ", ".join(wire.base_url)),
        ("key", ", ".join(wire.key)),
        ("model", ", ".join(wire.model)),
        ("websocket", words["websocket_first"] if wire.websocket is not None else ""),
    ):
        if value:
            yield words[label], value


def _place(place: SettingsFile, words: dict[str, str]) -> str:
    paths = list(dict.fromkeys(place.path.values()))
    details = [words[f"scope.{place.scope}"]]
    if place.storage != "plain":
        details.append(words[f"storage.{place.storage}"])
    return f"{', '.join(paths)}  ({', '.join(details)})"
