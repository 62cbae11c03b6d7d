"""The LLM settings of this machine and folder: those of the SDKs, and of every app whose files are found.

``find`` is pure over a file system, an environment and a folder: it opens no connection and executes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from probes import sources
from probes.apps import App, Apps, Wire
from probes.doors import load as load_doors
from probes.model import Rival, Settings, Sourced
from probes.override import address, overridden
from probes.places import compose, services
from probes.places.entry import ABOVE, Candidate, Collected, Entry, Layer, Outcome, environment, of_file
from probes.places.search import Reading, Search, Skipped, World
from probes.secret import Secret
from probes.sources import Options

_SDKS = {"anthropic": "anthropic-sdk", "gemini": "google-genai", "ollama": "ollama-python"}  # the others: openai-sdk
_SDK_PROTOCOLS = ("openai", "anthropic", "gemini", "azure", "ollama")
# Names by which apps call the house whose protocol it is.
_HOUSES = {
    "openai": ("openai", "responses"),
    "anthropic": ("anthropic",),
    "claude": ("anthropic",),
    "google": ("gemini",),
    "gemini": ("gemini",),
    "ollama": ("ollama",),
}
# Places of programs of many kinds: that something is there does not mean that an app is.
_SHARED = (".env", ".env.local", "~/.env", "config.yaml")
_VENDORS = re.compile("OPENAI|ANTHROPIC|CLAUDE|GEMINI|GOOGLE|OLLAMA")
_CONTAINERS = ("host.docker.internal", "localhost", "127.0.0.1", "::1")  # what these mean depends on who asks


@dataclass(frozen=True, slots=True)
class Found:
    """Settings of one app. ``name`` is what the app calls them, where it has several; ``where`` is ``file:line``, or
    the variable.

    ``beyond``: why they are told and not checked: the key comes from a ``command``, the ``keychain``, or from
    ``outside`` (a project's reference to what is not the project's); or the address means something in a ``container``.
    """

    app: str
    name: str
    where: str
    settings: Settings
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A store of an app's that is there and is not opened: ``storage`` is ``keychain`` or ``database``."""

    app: str
    place: str
    storage: str


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was found: settings, the SDKs' first; stores that stay closed; files that cannot be read."""

    found: tuple[Found, ...]
    closed: tuple[Closed, ...]
    skipped: tuple[Skipped, ...]


def find(world: World, options: Options, apps: Apps, only: Iterable[str] = ()) -> Survey:
    """Look at all places of the apps (``only`` those of these ids). ``options`` are those of the checks to come.

    Raises BadInput for a ``llmdoctor.toml`` or options that cannot be used.
    """
    return _Scan(world, options, apps, frozenset(only)).survey()


class _Scan:
    def __init__(self, world: World, options: Options, apps: Apps, only: frozenset[str]) -> None:
        self.world, self.apps, self.only = world, apps, only
        self.options = replace(options, guard=True)
        self.search = Search(world)
        self.doors = load_doors()
        self.shells = [of_file(reading) for reading in self.search.shells()]
        self.outside: list[Layer] = [environment(world.environ), *self.shells]
        self.ground = sources.gather(replace(options, no_env=True), {}, world.cwd or world.home)
        if world.cwd is not None:
            self.ground = self.gathered()
        self.closed: list[Closed] = []
        self.claimed: set[str] = set()  # files that an app has explained: nobody else's settings are in them

    def wanted(self, id: str) -> bool:
        return not self.only or id in self.only

    def survey(self) -> Survey:
        found: list[Found] = []
        for app in self.apps:
            if app.places and self.wanted(app.id):
                its = list(self.of_app(app))
                self.closed += self.closed_of(app, its)
                found += its
        found += [one for reading in self.search.compose_files() for one in self.of_compose(reading)]
        if self.world.cwd is not None:
            found = [*(one for one in self.of_sdks() if self.wanted(one.app)), *found]
        return Survey(tuple(found), tuple(dict.fromkeys(self.closed)), tuple(self.search.skipped.values()))

    # -- apps with places of their own ---------------------------------------------------------------------------------

    def of_app(self, app: App) -> Iterator[Found]:
        collected = Collected(app, self.search, self.outside, app.places)
        telling = self.telling(app)
        told = [reading for _, reading in collected.files if telling & reading.bindings.keys()]
        own = any(not set(place.path.values()) & set(_SHARED) for place, _ in collected.files)
        if not own and not told and not any(one.of("base_url") or one.of("key") for one in collected.entries.values()):
            return
        if not own:
            self.claimed.update(reading.shown for reading in told)
        entries = self.with_variables(app, collected)
        for entry in _in_use(entries):
            if found := self.found(app, collected, entry, entries):
                yield found

    def closed_of(self, app: App, found: list[Found]) -> Iterator[Closed]:
        """The app's stores that stay closed; a keychain is of no matter where every key was found outside."""
        open_ = bool(found) and all(one.settings.key is not None for one in found)
        for place in app.places:
            told = place.storage == "database" or (place.storage == "keychain" and not open_)
            if told and place.format != "compose" and (shown := self.search.exists(place)):
                yield Closed(app.id, shown, place.storage)

    def telling(self, app: App) -> set[str]:
        """Variables by which a server's settings are known in a ``.env`` that any program may have written."""
        if app.kind != "server":
            return set()
        others = (one for one in self.apps if one is not app and one.kind in ("server", "sdk"))
        known = {name for one in others for wire in one.wires for name in (*wire.base_url, *wire.key)}
        own = {name for wire in app.wires for name in (*wire.base_url, *wire.key)}
        return {name for name in own - known if _VENDORS.search(name)}

    def with_variables(self, app: App, collected: Collected) -> list[Entry]:
        """The entries of the files, and those that the app's variables and named keys give or complete."""
        entries = dict(collected.entries)
        claimed = {one.text for entry in entries.values() for one in entry.of("key") if one.kind == "name"}
        claimed.update(name for entry in entries.values() for name in entry.provider_names())
        for name in collected.keys.keys() - claimed:
            entries["", name] = Entry("", name, {"key": [collected.keys[name]]}, collected.key_protocols)
        for wire in _wires(app):
            entry = entries.get((wire.protocol, "")) or Entry(wire.protocol)
            bases, keys, models = (collected.of_variables(names) for names in (wire.base_url, wire.key, wire.model))
            files_own = any(one.reading is not None for one in (*bases, *keys))
            if not (entry.of("base_url") or entry.of("key") or files_own) and (entries or not (bases or keys)):
                continue  # the shell's variables alone say nothing of an app that has settings of its own
            if several := _several(wire, bases, keys):
                entries |= {(one.protocol, one.star): one for one in several}
                continue
            for role, candidates in (("base_url", bases), ("key", keys), ("model", models)):
                kept = entry.of(role)
                above = [one for one in kept if one.level == ABOVE]
                entry.roles[role] = [*above, *candidates, *(one for one in kept if one.level != ABOVE)]
            entries[wire.protocol, ""] = entry
        return list(entries.values())

    def found(self, app: App, collected: Collected, entry: Entry, entries: list[Entry]) -> Found | None:
        """What an entry comes to; None where it names neither an address nor a key that the app would use."""
        protocol = next((one for one in entry.speaks() if app.wire(one)), app.wires[0].protocol)
        wire = app.wire(protocol) or app.wires[0]
        bases = collected.heeded(entry.of("base_url"))
        keys = collected.heeded(entry.of("key") or collected.named_keys(entry) or entry.lent)
        base = next((one for one in bases if one.value), None)
        key = next((one for one in keys if one.value or one.beyond), None)
        default = self.default(entry, wire)
        if base is None and (default is None or not keys):
            return None
        address_ = Sourced(base.value or "", base.source or "") if base else default
        assert address_ is not None
        override = None
        if base is not None and not base.own and key is not None and key.value and key.own:
            own = next((Sourced(one.value, one.source or "") for one in bases if one.value and one.own), None)
            meant = own or self.home_of(key, default)
            override = overridden(address_, meant, key.source or "", withhold=not self.options.send_anyway)
        settings = replace(
            self.ground,
            base_url=address_,
            key=Sourced(Secret(key.value), key.source or "") if key and key.value else None,
            model=_model(collected, entry, entries),
            protocol=Sourced(protocol, "default"),
            app=app.id,
            api_version=None,
            auth_variable=key.variable if key and key.variable in wire.auth_by else None,
            rivals=(
                *(_rivals("base_url", bases, base) if base else _ignored(app, collected)),
                *_key_rivals(keys, key, bases, base),
            ),
            searched=tuple(
                dict.fromkeys(
                    [*(name for one in keys for name in one.searched), *(f"environment {name}" for name in wire.key)]
                )
            ),
            override=override,
        )
        beyond = key.beyond if key else "keychain" if self.locked(app) else ""
        return Found(app.id, entry.name, _place(entry, address_, key), settings, beyond)

    def locked(self, app: App) -> bool:
        """Whether the app keeps keys where we do not look."""
        return any(place.storage == "keychain" and self.search.exists(place) for place in app.places)

    def default(self, entry: Entry, wire: Wire) -> Sourced[str] | None:
        """The base URL without a setting: the app's own, or that of the door which the provider is named after."""
        houses = [name.lower() for name in entry.provider_names()]
        if not entry.star or any(wire.protocol in _HOUSES.get(name, ()) for name in houses):
            return Sourced(wire.default, "default") if wire.default else None
        for name in houses:
            door = self.doors.get(name)
            urls = door.base_urls(wire.protocol) if door is not None else ()
            if door is not None and urls and "{" not in urls[0]:
                return Sourced(urls[0], f"default of {door.name}")
        return None

    def home_of(self, key: Outcome, default: Sourced[str] | None) -> Sourced[str] | None:
        """Where the user's key goes by the user's own word: a variable is named after its door, a file is the app's."""
        place, _, name = (key.source or "").rpartition(" ")
        if name in {each for wire in _wires_of(self.apps) for each in wire.key}:
            wire = next(wire for wire in _wires_of(self.apps) if name in wire.key and wire.default)
            return Sourced(wire.default, "default")
        for door in self.doors.for_variable(name)[:1]:
            urls = [url for protocol in door.protocols for url in door.base_urls(protocol)]
            return Sourced(urls[0], f"default of {door.name}") if urls and "{" not in urls[0] else None
        return None if place == "environment" else default

    # -- compose files -------------------------------------------------------------------------------------------------

    def of_compose(self, reading: Reading) -> Iterator[Found]:
        assert reading.tree is not None
        found = list(compose.services(reading.tree))
        names = {service.name for service in found}
        for service in found:
            for app in services.apps_of(service, self.apps):
                if not self.wanted(app.id):
                    continue
                if any(place.image and place.storage != "plain" for place in app.places):
                    self.closed.append(Closed(app.id, f"{reading.shown}:{service.line}", "database"))
                    continue
                layers = services.layers(service, reading, self.search, self.outside[0])
                collected = Collected(app, self.search, layers, ())
                entries = self.with_variables(app, collected)
                for entry in entries:
                    if one := self.found(app, collected, entry, entries):
                        yield _in_container(one, service, reading, names)

    # -- the SDKs ------------------------------------------------------------------------------------------------------

    def gathered(self, **choices: Any) -> Settings:
        """As ``check`` gathers them, with what new shells will see."""
        world = self.world
        assert world.cwd is not None
        shells = [
            (
                layer.reading.shown,
                {name: Sourced(one.value, one.source) for name, one in layer.values.items() if not one.command},
            )
            for layer in self.shells
            if layer.reading is not None
        ]
        return sources.gather(
            replace(self.options, **choices), world.environ, world.cwd, home=world.home, shells=shells
        )

    def of_sdks(self) -> Iterator[Found]:
        """What programs with an official SDK would use here, by each SDK's own rules; then other providers' keys."""
        seen: set[tuple[str, str]] = set()
        for settings in (*self.by_protocol(), self.ground, *self.by_door()):
            key = settings.key.source if settings.key else ""
            base = settings.base_url.source if settings.base_url else "default"
            bare = not key and base.startswith("default") and not any(one.why == "unread" for one in settings.rivals)
            places = {place.partition(":")[0] for place in (key, base, *(one.source for one in settings.rivals))}
            if bare or (key, base) in seen or places & self.claimed:
                continue
            seen.add((key, base))
            app = _SDKS.get(settings.protocol.value, "openai-sdk")
            where = next((place for place in (base, key) if place and not place.startswith("default")), base)
            yield Found(app, "", _short(where), replace(settings, app=app))

    def by_protocol(self) -> Iterator[Settings]:
        for protocol in _SDK_PROTOCOLS:
            settings = self.gathered(protocol=protocol)
            if settings.base_url is None or not settings.base_url.source.startswith("llmdoctor.toml"):
                yield replace(
                    settings, protocol=Sourced(protocol, "default"), rivals=settings.rivals if settings.key else ()
                )

    def by_door(self) -> Iterator[Settings]:
        """The keys of other providers in their own variables."""
        for name in sorted({name for layer in self.outside for name, held in layer.values.items() if held.value}):
            for door in self.doors.for_variable(name)[:1] if sources.means_an_llm(name) else ():
                urls = [url for protocol in ("openai", "anthropic") for url in door.base_urls(protocol)]
                settings = self.gathered(base_url=urls[0]) if urls and "{" not in urls[0] else None
                if settings and settings.key and settings.key.source.endswith(f" {name}"):
                    yield replace(settings, base_url=Sourced(urls[0], f"default of {door.name}"))


def _wires(app: App) -> list[Wire]:
    """The app's wires, but for one that has the settings of an earlier one."""
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    found = []
    for wire in app.wires:
        if (wire.base_url, wire.key) not in seen:
            found.append(wire)
        if wire.default:
            seen.add((wire.base_url, wire.key))
    return found


def _wires_of(apps: Apps) -> list[Wire]:
    """Those of the official SDKs: what their variables mean is what most programs take them for."""
    return [wire for app in apps if app.kind == "sdk" for wire in app.wires if wire.default]


def _in_use(entries: list[Entry]) -> Iterator[Entry]:
    """Without the app's own settings where it says that a provider's are in use, to which its key is then lent."""
    flat = next((one for one in entries if not one.star and one.of("provider")), None)
    chosen = flat.of("provider")[0].text if flat else ""
    for entry in entries:
        if flat is not None and entry.star == chosen:
            entry.lent = flat.of("key")
        if entry is not flat or flat.of("base_url") or not any(one.star == chosen for one in entries):
            yield entry


def _several(wire: Wire, bases: list[Candidate], keys: list[Candidate]) -> list[Entry]:
    """An entry for each of several addresses in one variable, with a key for each (Open WebUI)."""
    if not bases or ";" not in bases[0].text:
        return []
    listed = keys[0].text.split(";") if keys else []
    entries = []
    for number, text in enumerate(bases[0].text.split(";")):
        entry = Entry(wire.protocol, str(number + 1))
        entry.add("base_url", bases[0]._replace(text=text.strip()))
        if number < len(listed):
            entry.add("key", keys[0]._replace(text=listed[number].strip()))
        entries.append(entry)
    return entries


def _model(collected: Collected, entry: Entry, entries: list[Entry]) -> Sourced[str] | None:
    """The entry's model, else the app's where that is not another provider's; without the provider's name before it."""
    general = [one for other in entries if entry.star and not other.star for one in other.of("model")]
    names = entry.provider_names() or list(entry.protocols)
    for one in collected.heeded([*entry.of("model"), *general]):
        head, slash, rest = (one.value or "").partition("/")
        if slash and head in names:
            return Sourced(rest, one.source or "")
        foreign = bool(slash) and any(head in other.provider_names() for other in entries)
        if one.value and not (foreign and one.candidate in general):
            return Sourced(one.value, one.source or "")
    return None


def _rivals(role: str, found: list[Outcome], winner: Outcome | None, hide: tuple[str, ...] = ()) -> list[Rival]:
    """The values that lose. A key of ``hide`` is told by its hint alone, so that nobody tries it."""
    rivals = []
    for one in found:
        if winner is None or one is winner or not one.value or one.source == winner.source:
            continue
        value: Secret | str = Secret(one.value) if role == "key" else one.value
        if isinstance(value, Secret) and (one.source or "") in hide:
            value = value.hint
        same = one.value == winner.value
        name = (one.source or "").rpartition(" ")[2]
        rivals.append(Rival(role, name, one.source or "", value, "shadowed", winner.source or "", same))
    return rivals


def _ignored(app: App, collected: Collected) -> list[Rival]:
    """Addresses in variables that people set for the app and that it does not read."""
    found = collected.of_variables(app.ignores)
    return [Rival("base_url", one.variable, one.source, one.text, "unread", "default") for one in found if one.text]


def _key_rivals(keys: list[Outcome], key: Outcome | None, bases: list[Outcome], base: Outcome | None) -> list[Rival]:
    """The keys that lose. One is tried at this address only if no other address stands beside it, and never where a
    project has chosen the address and the key is the user's.
    """
    if key is None or not key.value:
        return []
    elsewhere = {_file(one.source) for one in bases if base is not None and one.value and one.value != base.value}
    theirs = base is not None and not base.own
    hide = tuple(one.source or "" for one in keys if _file(one.source) in elsewhere or (theirs and one.own))
    return _rivals("key", keys, key, hide)


def _file(source: str | None) -> str:
    return (source or "").partition(":")[0] if ":" in (source or "") else "environment"


def _place(entry: Entry, base: Sourced[str], key: Outcome | None) -> str:
    """``file:line`` of what tells most: the address, else the key, else whatever the app's files say."""
    sources_ = [base.source, key.source if key else "", *(one.source for role in entry.roles.values() for one in role)]
    return _short(next((one for one in sources_ if one and re.search(r":\d+(?: |$)", one)), base.source))


def _short(source: str) -> str:
    found = re.match(r"(.*:\d+)(?: |$)", source)
    return found[1] if found else source


def _in_container(found: Found, service: compose.Service, reading: Reading, names: set[str]) -> Found:
    settings = found.settings
    there = address(settings.base_url.value) if settings.base_url else None
    inside = there is not None and (there[0] in names or there[0] in _CONTAINERS)
    where = found.where if ":" in found.where else f"{reading.shown}:{service.line}"
    name = " ".join(filter(None, (service.name, found.name)))
    return replace(found, name=name, where=where, beyond=found.beyond or ("container" if inside else ""))
