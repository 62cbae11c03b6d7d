"""Find the LLM settings on this machine and in this folder: those of the SDKs, and of every app that has files here.

The result depends only on the file system, the environment and the working folder. No connection is opened and
nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from probes.app_settings import services
from probes.app_settings.effective import EffectiveSettings
from probes.app_settings.entry import ABOVE, AppEntry, Collected, EntryCandidate, Layer, environment, of_file
from probes.app_settings.logins import FoundLogin, logins_of, own_settings, with_login
from probes.app_settings.needed_setting import with_needed
from probes.app_settings.sdks import SdkSettings, by_protocol
from probes.app_settings.search import Reading, Search, SearchPlaces
from probes.catalog.app import App, AppWire
from probes.catalog.apps import Apps, official
from probes.catalog.doors import load as load_doors
from probes.config_formats import compose
from probes.model.record import Record, replace
from probes.model.sentence import Sentence
from probes.model.settings import Settings, Skipped, Sourced
from probes.model.source import SourceKind, option
from probes.settings.consent import Destination, address
from probes.settings.gather import BadInput, Options, gather, with_consent
from probes.settings.sdk_selection import switch_of

# Files that many kinds of programs use: their existence does not show that an app is installed.
_SHARED = (".env", ".env.local", "~/.env", "config.yaml")
_VENDORS = re.compile("OPENAI|ANTHROPIC|CLAUDE|GEMINI|GOOGLE|OLLAMA")
_CONTAINERS = ("host.docker.internal", "localhost", "127.0.0.1", "::1")  # not this machine if used in a container


class FoundSettings(Record):
    """Settings of one app.

    ``name`` is the app's name for them if it has several; ``where`` is ``file:line`` or a variable. ``beyond`` is the
    reason why they are reported but not checked: the key comes from a ``command``, the ``keychain`` or ``outside`` (a
    project refers to a file outside the project), the base URL is only valid in a ``container``, or it is not known
    where a ``login`` leads.
    """

    app: str
    name: str
    where: str
    settings: Settings
    beyond: str = ""


class ClosedStore(Record):
    """An app's store that exists but is not opened. ``storage`` is ``keychain`` or ``database``."""

    app: str
    place: str
    storage: str


class ScanResult(Record):
    """The result of a scan: settings (those of the SDKs first), stores that were not opened, and skipped files."""

    found: tuple[FoundSettings, ...]
    closed: tuple[ClosedStore, ...]
    skipped: tuple[Skipped, ...]


def find(world: SearchPlaces, options: Options, apps: Apps, only: Iterable[str] = ()) -> ScanResult:
    """Search all places of the apps, or of the apps with the ids in ``only``.

    ``options`` are those of the checks that follow.

    Raises BadInput if ``llmdoctor.toml`` or the options are invalid.
    """
    return _Scan(world, options, apps, frozenset(only)).survey()


def of_app(world: SearchPlaces, options: Options, apps: Apps) -> Settings | None:
    """Return the settings that the app ``options.app`` would use here, or None; see :func:`found_of_app`."""
    found = found_of_app(world, options, apps)
    return found.settings if found is not None else None


def found_of_app(world: SearchPlaces, options: Options, apps: Apps) -> FoundSettings | None:
    """Return what was found for the app ``options.app`` here, or None if its files set nothing.

    ``options`` must not give a base URL. A key, model or protocol in them overrides the app's.

    Raises BadInput if the app's key is not available and the options give none, and for the reasons of :func:`find`.
    """
    app = apps.get(options.app)
    if app is None or app.kind in ("sdk", "library"):
        return None
    given = any((options.key is not None, options.key_env, options.key_file, options.key_stdin))
    bare = replace(options, app=None, key=None, key_env=None, key_file=None, key_stdin=False, protocol=None)
    wanted = options.protocol if options.protocol != "auto" else None
    found_here = find(world, bare, apps, (app.id,)).found
    fit = (one for one in found_here if one.beyond not in ("container", "login"))
    found = next((one for one in fit if wanted in (None, one.settings.protocol.value)), None)
    if found is None:
        return None
    settings = found.settings
    if given and settings.base_url is not None:
        by_hand = replace(options, app=None, base_url=settings.base_url.value)
        key = gather(by_hand, world.environ, world.cwd or world.home).key
        settings = replace(settings, key=key, conflicts=(), auth_variable=None, login=None)
        settings = with_consent(settings, Destination(), options.send_anyway, world.cwd or world.home)
    elif found.beyond:
        raise BadInput(
            "{why}: give it with --key-env, --key-file or --key-stdin.",
            why=Sentence(_BEYOND[found.beyond], name=app.name),
        )
    if options.model:
        settings = replace(settings, model=Sourced(options.model, option("--model")))
    return replace(found, settings=replace(settings, protocol=Sourced(settings.protocol.value, option("--app"))))


_BEYOND = {
    "command": "A command gives the key of {name}, and none is run here",
    "keychain": "The key of {name} is in the system's keychain",
    "outside": "The project's file refers to a key of {name} in a file that is not the project's",
}


class _Scan:
    """One run of :func:`find`."""

    def __init__(self, world: SearchPlaces, options: Options, apps: Apps, only: frozenset[str]) -> None:
        self.world, self.apps, self.only = world, apps, only
        self.search = Search(world)
        doors, shells = load_doors(), [of_file(reading, kind=SourceKind.SHELL) for reading in self.search.shells()]
        self.outside: list[Layer] = [environment(world.environ), *shells]
        self.sdks = SdkSettings(world, options, doors, self.outside)
        folder = world.cwd or world.home
        self.calculator = EffectiveSettings(self.sdks.base_settings, doors, apps, options, world.home, folder)
        self.closed: list[ClosedStore] = []
        self.claimed: set[str] = set()  # files that belong to an app; the SDKs do not use them

    def wanted(self, id: str) -> bool:
        """Check whether the scan includes the app with this id."""
        return not self.only or id in self.only

    def survey(self) -> ScanResult:
        """Search the apps' places, the Compose files and the SDKs' variables."""
        found: list[FoundSettings] = []
        for app in self.apps:
            if (app.places or app.logins) and self.wanted(app.id):
                app_settings = list(self.of_app(app))
                self.closed += self.closed_of(app, app_settings)
                found += app_settings
        found += [one for reading in self.search.compose_files() for one in self.of_compose(reading)]
        if self.world.cwd is not None and (not self.only or self.only & set(by_protocol().values())):
            of_sdks = [FoundSettings(one.app, "", where, one) for one, where in self.sdks.all(self.claimed) if one.app]
            found = [*(one for one in of_sdks if self.wanted(one.app)), *found]
        skipped = {one.place: one for one in self.sdks.base_settings.skipped} | self.search.skipped
        return ScanResult(tuple(found), tuple(dict.fromkeys(self.closed)), tuple(skipped.values()))

    # -- apps with places of their own ---------------------------------------------------------------------------------

    def of_app(self, app: App) -> Iterator[FoundSettings]:
        """Yield the settings of an app, if its files or variables show that it is used here."""
        collected = Collected(app, self.search, self.outside, app.places)
        identifying = self.identifying_variables(app)
        identified = [reading for _, reading in collected.files if identifying & reading.bindings.keys()]
        logins = list(logins_of(app, self.search, lambda name: next(iter(collected.of_variables((name,))), None)))
        own = any(not set(place.path.values()) & set(_SHARED) for place, _ in collected.files)
        switched = next((one for one in app.wires if switch_of(one, collected.set_variable) is not None), None)
        if (
            not own
            and not identified
            and not logins
            and (switched is None or not set(switched.switches) - _of_sdks(app))
            and not any(one.of("base_url") or one.of("key") for one in collected.entries.values())
        ):
            return
        if not own:
            self.claimed.update(reading.shown for reading in identified)
        entries = self.with_variables(app, collected, any(not one.facts.name for one in logins))
        unused: list[FoundLogin] = []  # the app's own, where a variable turns it elsewhere
        if switched is not None:
            entries = [_switched(switched, collected, entries)]
            unused = [one for one in logins if not one.facts.name and one.protocol != switched.protocol]
            logins = [one for one in logins if one not in unused]
        for entry in _in_use(entries, any(place.login for place in app.places)):
            if one := self.calculator.effective(app, collected, entry, entries):
                settings, beyond = with_needed(one.settings, app, collected), one.beyond
                settings = replace(
                    settings, secrets=(*settings.secrets, *(each for one in unused for each in one.secrets))
                )
                if login := _login_for(app, entry, settings, logins):
                    logins.remove(login)
                    settings, beyond = with_login(settings, login), "" if login.chosen else beyond
                keyless = settings.key is None and settings.login is None and settings.credential is None
                locked = keyless and not beyond and self.locked(app)
                yield FoundSettings(app.id, entry.name, one.where, settings, "keychain" if locked else beyond)
        for login in logins:
            place = login.facts.source.location
            own_one = own_settings(self.sdks.base_settings, app, login)
            yield FoundSettings(app.id, login.facts.name, place, own_one, "" if login.base_url else "login")

    def locked(self, app: App) -> bool:
        """Check whether the app has a keychain entry, which is not opened."""
        return any(place.storage == "keychain" and self.search.exists(place) for place in app.places)

    def closed_of(self, app: App, found: list[FoundSettings]) -> Iterator[ClosedStore]:
        """Yield the app's stores that were not opened; a keychain counts only if a key was not found elsewhere."""
        open_ = bool(found) and all(one.settings.key is not None for one in found)
        for place in app.places:
            identified = place.storage == "database" or (place.storage == "keychain" and not open_)
            if identified and place.format != "compose" and (shown := self.search.exists(place)):
                yield ClosedStore(app.id, shown, place.storage)

    def identifying_variables(self, app: App) -> set[str]:
        """Return the variables that identify this server app in a shared ``.env`` file."""
        if app.kind != "server":
            return set()
        others = (other for other in self.apps if other is not app and other.kind in ("server", "sdk"))
        shared = {name for other in others for wire in other.wires for name in (*wire.base_url, *wire.key)}
        variables = {name for wire in app.wires for name in (*wire.base_url, *wire.key)}
        return {name for name in variables - shared if _VENDORS.search(name)}

    def with_variables(self, app: App, collected: Collected, signed_in: bool = False) -> list[AppEntry]:
        """Return the entries from the files, completed and extended by the app's variables and named keys.

        ``signed_in``: a stored login shows that the app is used, so its variables count too.
        """
        entries = dict(collected.entries)
        claimed = {one.text for entry in entries.values() for one in entry.of("key") if one.kind == "name"}
        claimed.update(name for entry in entries.values() for name in entry.provider_names())
        for name in collected.keys.keys() - claimed:
            entries["", name] = AppEntry("", name, {"key": [collected.keys[name]]}, collected.key_protocols)
        for wire in _wires(app):
            entry = entries.get((wire.protocol, "")) or AppEntry(wire.protocol)
            bases, keys, models = (collected.of_variables(names) for names in (wire.base_url, wire.key, wire.model))
            files_own = any(one.reading is not None for one in (*bases, *keys))
            asked_for = any(one.asks_login for one in entries.values()) or (signed_in and not entries)
            if not (entry.of("base_url") or entry.of("key") or files_own or asked_for) and (
                entries or not (bases or keys)
            ):
                continue  # shell variables alone do not show that an app with settings files uses them
            if several := _split_entries(wire, bases, keys):
                entries |= {(one.protocol, one.star): one for one in several}
                continue
            for role, candidates in (("base_url", bases), ("key", keys), ("model", models)):
                kept = entry.of(role)
                above = [one for one in kept if one.level == ABOVE]
                entry.roles[role] = [*above, *candidates, *(one for one in kept if one.level != ABOVE)]
            entries[wire.protocol, ""] = entry
        return list(entries.values())

    # -- compose files -------------------------------------------------------------------------------------------------

    def of_compose(self, reading: Reading) -> Iterator[FoundSettings]:
        """Yield the settings of the apps in the services of a Compose file."""
        assert reading.tree is not None
        all_services = list(compose.services(reading.tree))
        names = {service.name for service in all_services}
        for service in all_services:
            for app in services.apps_of(service, self.apps):
                if not self.wanted(app.id):
                    continue
                if any(place.image and place.storage != "plain" for place in app.places):
                    self.closed.append(ClosedStore(app.id, f"{reading.shown}:{service.line}", "database"))
                    continue
                layers = services.layers(service, reading, self.search, self.outside[0])
                collected = Collected(app, self.search, layers, ())
                entries = self.with_variables(app, collected)
                for entry in entries:
                    if one := self.calculator.effective(app, collected, entry, entries):
                        found = FoundSettings(app.id, entry.name, one.where, one.settings, one.beyond)
                        yield _in_container(found, service, reading, names)


def _of_sdks(app: App) -> set[str]:
    """Return the switches of an app that an official SDK reads too: they do not show that the app is used."""
    sdks = (official(wire.protocol).wire(wire.protocol) for wire in app.wires if wire.switches)
    return {name for wire in sdks if wire is not None for name in wire.switches}


def _login_for(app: App, entry: AppEntry, settings: Settings, logins: list[FoundLogin]) -> FoundLogin | None:
    """Return the login that the app uses for these settings, or would use if they had no key; None if it has none."""
    by_login = any(place.login for place in app.places)  # this app gives its login to providers that ask for it alone
    for one in logins:
        if one.facts.name:
            if one.facts.name in entry.provider_names():
                return one
        elif (not entry.star or entry.asks_login) if by_login else one.protocol == settings.protocol.value:
            return one
    return None


def _switched(wire: AppWire, collected: Collected, entries: list[AppEntry]) -> AppEntry:
    """Return the entry of the protocol that a variable makes the app speak: of its own settings, only models stay."""
    entry = AppEntry(wire.protocol)
    for one in collected.of_variables(wire.switches)[:1]:
        entry.add("switch", one)
    for role, names in (("base_url", wire.base_url), ("key", wire.key), ("model", wire.model)):
        for one in collected.of_variables(names):
            entry.add(role, one)
    for other in entries:
        for role in ("model", "credential_command"):
            entry.roles.setdefault(role, []).extend([] if other.star else other.of(role))
    return entry


def _wires(app: App) -> list[AppWire]:
    """Return the app's wires, except those that share the variables of an earlier wire with a default."""
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    wires = []
    for wire in app.wires:
        if (wire.base_url, wire.key) not in seen:
            wires.append(wire)
        if wire.default:
            seen.add((wire.base_url, wire.key))
    return wires


def _in_use(entries: list[AppEntry], by_login: bool) -> list[AppEntry]:
    """Order entries so that the active provider comes first.

    The app-level entry is dropped if it only selects that provider; its key is given to the provider. With
    ``by_login``, it is given to each provider that asks for it, and to no other.
    """
    flat = [one for one in entries if not one.star]
    for one in entries if by_login else ():
        one.lent = [key for entry in flat for key in entry.of("key")] if one.asks_login else []
    named = [name for entry in flat for one in entry.of("provider") for name in (one.text, one.text.partition(":")[2])]
    named += [one.text.partition("/")[0] for entry in flat for one in entry.of("model") if "/" in one.text]
    chosen = next((one for name in named for one in entries if one.star == name), None)
    if chosen is None:
        return entries
    if not by_login:
        chosen.lent = [one for entry in flat if entry.of("provider") for one in entry.of("key")]
    idle = [one for one in flat if one.of("provider") and not one.of("base_url")]
    return [chosen, *(one for one in entries if one is not chosen and one not in idle)]


def _split_entries(wire: AppWire, bases: list[EntryCandidate], keys: list[EntryCandidate]) -> list[AppEntry]:
    """Return one entry for each base URL in a ``;``-separated variable, with its key (Open WebUI)."""
    if not bases or ";" not in bases[0].text:
        return []
    listed = keys[0].text.split(";") if keys else []
    entries = []
    for number, text in enumerate(bases[0].text.split(";")):
        entry = AppEntry(wire.protocol, str(number + 1))
        entry.add("base_url", bases[0]._replace(text=text.strip()))
        if number < len(listed):
            entry.add("key", keys[0]._replace(text=listed[number].strip()))
        entries.append(entry)
    return entries


def _in_container(
    found: FoundSettings, service: compose.ComposeService, reading: Reading, names: set[str]
) -> FoundSettings:
    settings = found.settings
    there = address(settings.base_url.value) if settings.base_url else None
    inside = there is not None and (there[0] in names or there[0] in _CONTAINERS)
    where = found.where if ":" in found.where else f"{reading.shown}:{service.line}"
    name = " ".join(filter(None, (service.name, found.name)))
    return replace(found, name=name, where=where, beyond=found.beyond or ("container" if inside else ""))
