"""What an app's entry comes to: the settings with which the app would ask, and what loses against them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from probes.app_settings.entry import AppEntry, Collected, ResolvedCandidate
from probes.catalog.app import App, AppWire
from probes.catalog.apps import Apps
from probes.catalog.doors import Doors
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Override, Settings, Sourced
from probes.model.source import DEFAULT, Source, SourceKind, default_of
from probes.protocols.protocol import wire as protocol_of
from probes.settings.project_override import overridden


class EffectiveEntry(NamedTuple):
    """An entry's settings, where they stand (``file:line``, or a variable), and why the key is out of reach, if it is:
    ``command``, ``keychain`` or ``outside``.
    """

    settings: Settings
    where: str
    beyond: str


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """What is the same for all entries: ``ground`` has what no app's files say. ``withhold``: keep the user's keys from
    addresses that a project's file names.
    """

    ground: Settings
    doors: Doors
    apps: Apps
    withhold: bool

    def effective(
        self, app: App, collected: Collected, entry: AppEntry, entries: list[AppEntry]
    ) -> EffectiveEntry | None:
        """What an entry comes to; None where it names neither an address nor a key that the app would use."""
        protocol = next((one for one in entry.speaks() if app.wire(one)), app.wires[0].protocol)
        wire = app.wire(protocol) or app.wires[0]
        bases = collected.heeded(entry.of("base_url"))
        keys = collected.heeded(entry.of("key") or collected.named_keys(entry) or entry.lent)
        base = next((one for one in bases if one.counts), None)
        key = next((one for one in keys if one.counts or one.beyond), None)
        default = self.default(entry, wire)
        if base is None and (default is None or not keys):
            return None
        where_to = base.sourced() if base is not None else default
        assert where_to is not None
        settings = replace(
            self.ground,
            base_url=where_to,
            key=Sourced(Secret(key.value), key.sourced().source) if key and key.value else None,
            model=_model(collected, entry, entries),
            protocol=Sourced(protocol, DEFAULT),
            app=app.id,
            api_version=None,
            auth_variable=key.candidate.variable if key and key.candidate.variable in wire.auth_by else None,
            conflicts=(
                *_conflicts(ConflictRole.BASE_URL, bases, base),
                *(() if base else _ignored(app, collected)),
                *_key_conflicts(keys, key, bases, where_to.value, theirs=base is not None and base.by_project),
            ),
            searched=_searched(keys, wire),
            override=self.override(bases, base, key, default),
        )
        return EffectiveEntry(settings, _place(entry, where_to, key), key.beyond if key else "")

    def default(self, entry: AppEntry, wire: AppWire) -> Sourced[str] | None:
        """The base URL without a setting: the app's own, or that of the door which the provider is named after."""
        names = [name.lower() for name in entry.provider_names()]
        if not entry.star or set(names) & set(protocol_of(wire.protocol).provider_names):
            return Sourced(wire.default, DEFAULT) if wire.default else None
        for name in names:
            door = self.doors.get(name)
            urls = door.base_urls(wire.protocol) if door is not None else ()
            if door is not None and urls and "{" not in urls[0]:
                return Sourced(urls[0], default_of(door.name))
        return None

    def override(
        self,
        bases: list[ResolvedCandidate],
        base: ResolvedCandidate | None,
        key: ResolvedCandidate | None,
        default: Sourced[str] | None,
    ) -> Override | None:
        """A project's address for a key of the user's."""
        if base is None or not base.by_project or key is None or not key.value or not key.own:
            return None
        own = next((one.sourced() for one in bases if one.counts and not one.by_project), None)
        meant = own or self.home_of(key, default)
        return overridden(base.sourced(), meant, key.sourced().source, self.withhold)

    def home_of(self, key: ResolvedCandidate, default: Sourced[str] | None) -> Sourced[str] | None:
        """Where the user's key goes by the user's own word: a variable is named after its door, a file is the app's.

        None for a variable of the user's own naming, which says nothing of a host.
        """
        source = key.sourced().source
        official = [wire for app in self.apps if app.kind == "sdk" for wire in app.wires if wire.default]
        if wire := next((wire for wire in official if source.name in wire.key), None):
            return Sourced(wire.default, DEFAULT)
        for door in self.doors.for_variable(source.name)[:1]:
            urls = [url for protocol in door.protocols for url in door.base_urls(protocol)]
            return Sourced(urls[0], default_of(door.name)) if urls and "{" not in urls[0] else None
        return None if source.kind is SourceKind.ENVIRONMENT else default


def place_of(source: Source | None) -> str:
    """The file of a source; the kind of one that is in no file."""
    return (source.file or source.kind.value) if source is not None else ""


def _searched(keys: Iterable[ResolvedCandidate], wire: AppWire) -> tuple[str, ...]:
    referred = [name for one in keys for name in one.searched]
    return tuple(dict.fromkeys([*referred, *(f"environment {name}" for name in wire.key)]))


def _model(collected: Collected, entry: AppEntry, entries: list[AppEntry]) -> Sourced[str] | None:
    """The entry's model, else the app's where that is not another provider's; without the provider's name before it."""
    general = [one for other in entries if entry.star and not other.star for one in other.of("model")]
    names = entry.provider_names() or list(entry.protocols)
    for one in collected.heeded([*entry.of("model"), *general]):
        head, slash, rest = (one.value or "").partition("/")
        if slash and head in names:
            return Sourced(rest, one.sourced().source)
        foreign = bool(slash) and any(head in other.provider_names() for other in entries)
        if one.counts and not (foreign and one.candidate in general):
            return one.sourced()
    return None


def _conflicts(
    role: ConflictRole, found: list[ResolvedCandidate], winner: ResolvedCandidate | None, hide: tuple[Source, ...] = ()
) -> list[Conflict]:
    """The values that lose. A key of ``hide`` is told by its hint alone, so that nobody tries it."""
    conflicts = []
    for one in found:
        stands = winner.source if winner is not None else one.candidate.hidden
        source = one.sourced().source
        if one is winner or not one.value or not stands or source == stands:
            continue
        value: Secret | str = Secret(one.value) if role is ConflictRole.KEY else one.value
        if isinstance(value, Secret) and source in hide:
            value = value.hint
        same = winner is not None and one.value == winner.value
        conflicts.append(
            Conflict(role, source.name or source.file, source, value, ConflictReason.SHADOWED, stands, same)
        )
    return conflicts


def _ignored(app: App, collected: Collected) -> list[Conflict]:
    """Addresses in variables that people set for the app and that it does not read."""
    found = collected.of_variables(app.ignores)
    return [
        Conflict(ConflictRole.BASE_URL, one.variable, one.source, one.text, ConflictReason.UNREAD, DEFAULT)
        for one in found
        if one.text
    ]


def _key_conflicts(
    keys: list[ResolvedCandidate],
    key: ResolvedCandidate | None,
    bases: list[ResolvedCandidate],
    base_url: str,
    theirs: bool,
) -> list[Conflict]:
    """The keys that lose. One is tried at this address only if no other address stands beside it, and never where a
    project has chosen the address (``theirs``) and the key is the user's.
    """
    elsewhere = {place_of(one.source) for one in bases if one.value and one.value != base_url}
    hide = tuple(
        one.source for one in keys if one.source and (place_of(one.source) in elsewhere or (theirs and one.own))
    )
    return _conflicts(ConflictRole.KEY, keys, key if key is None or key.value else None, hide)


def _place(entry: AppEntry, base: Sourced[str], key: ResolvedCandidate | None) -> str:
    """``file:line`` of what tells most: the address, else the key, else whatever the app's files say."""
    sources = [base.source, key.source if key else None, *(one.source for role in entry.roles.values() for one in role)]
    return next((one for one in sources if one is not None and one.line), base.source).location
