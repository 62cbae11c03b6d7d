"""Compute the effective settings of an app's entry, and the values that they shadow."""

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
    """The effective settings of an entry.

    ``where`` is their location: ``file:line`` or a variable. ``beyond`` is the reason why the key is not available:
    ``command``, ``keychain`` or ``outside``; empty if it is available.
    """

    settings: Settings
    where: str
    beyond: str


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """Calculator of effective settings, with the inputs that all entries share.

    ``base_settings`` provides the values that no app's files set. If ``withhold`` is true, the user's keys are not sent
    to base URLs that a project's file sets.
    """

    base_settings: Settings
    doors: Doors
    apps: Apps
    withhold: bool

    def effective(
        self, app: App, collected: Collected, entry: AppEntry, entries: list[AppEntry]
    ) -> EffectiveEntry | None:
        """Return the effective settings of an entry, or None if it gives neither a base URL nor a usable key."""
        protocol = next((each for each in entry.implied_protocols() if app.wire(each)), app.wires[0].protocol)
        wire = app.wire(protocol) or app.wires[0]
        bases = collected.resolve_all(entry.of("base_url"))
        keys = collected.resolve_all(entry.of("key") or collected.named_keys(entry) or entry.lent)
        base = next((each for each in bases if each.counts), None)
        key = next((each for each in keys if each.counts or each.beyond), None)
        default = self.default(entry, wire)
        if base is None and (default is None or not keys):
            return None
        base_url = base.sourced() if base is not None else default
        assert base_url is not None
        settings = replace(
            self.base_settings,
            base_url=base_url,
            key=Sourced(Secret(key.value), key.sourced().source) if key and key.value else None,
            model=_model(collected, entry, entries),
            protocol=Sourced(protocol, DEFAULT),
            app=app.id,
            api_version=None,
            auth_variable=key.candidate.variable if key and key.candidate.variable in wire.auth_by else None,
            conflicts=(
                *_conflicts(ConflictRole.BASE_URL, bases, base),
                *(() if base else _ignored(app, collected)),
                *_key_conflicts(keys, key, bases, base_url.value, by_project=base is not None and base.by_project),
            ),
            searched=_searched_places(keys, wire),
            override=self.override(bases, base, key, default),
        )
        return EffectiveEntry(settings, _location(entry, base_url, key), key.beyond if key else "")

    def default(self, entry: AppEntry, wire: AppWire) -> Sourced[str] | None:
        """Return the base URL used without a setting: the app's default, or that of the door named as the provider."""
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
        """Return the override if a project's file sets the base URL for one of the user's keys, else None."""
        if base is None or not base.by_project or key is None or not key.value or not key.own:
            return None
        user_base = next((each.sourced() for each in bases if each.counts and not each.by_project), None)
        intended = user_base or self.intended_base_url(key, default)
        return overridden(base.sourced(), intended, key.sourced().source, self.withhold)

    def intended_base_url(self, key: ResolvedCandidate, default: Sourced[str] | None) -> Sourced[str] | None:
        """Return the base URL that the user meant a key for.

        A well-known variable belongs to an SDK or a door; a key in a file belongs to the app's default base URL.
        Return None for a variable with another name, which identifies no host.
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
    """Return the file of a source, or its kind if it is not in a file."""
    return (source.file or source.kind.value) if source is not None else ""


def _searched_places(keys: Iterable[ResolvedCandidate], wire: AppWire) -> tuple[str, ...]:
    referred = [name for each in keys for name in each.searched]
    return tuple(dict.fromkeys([*referred, *(f"environment {name}" for name in wire.key)]))


def _model(collected: Collected, entry: AppEntry, entries: list[AppEntry]) -> Sourced[str] | None:
    """Return the entry's model without a provider prefix, else the app's model if no other provider owns it."""
    general = [candidate for other in entries if entry.star and not other.star for candidate in other.of("model")]
    names = entry.provider_names() or list(entry.protocols)
    for candidate in collected.resolve_all([*entry.of("model"), *general]):
        head, slash, rest = (candidate.value or "").partition("/")
        if slash and head in names:
            return Sourced(rest, candidate.sourced().source)
        other_provider = bool(slash) and any(head in other.provider_names() for other in entries)
        if candidate.counts and not (other_provider and candidate.candidate in general):
            return candidate.sourced()
    return None


def _conflicts(
    role: ConflictRole,
    values: list[ResolvedCandidate],
    winner: ResolvedCandidate | None,
    hide: tuple[Source, ...] = (),
) -> list[Conflict]:
    """Return the shadowed values. A key from ``hide`` is reduced to its hint, so that no step tries it."""
    conflicts = []
    for each in values:
        shadowed_by = winner.source if winner is not None else each.candidate.hidden
        source = each.sourced().source
        if each is winner or not each.value or not shadowed_by or source == shadowed_by:
            continue
        shown: Secret | str = Secret(each.value) if role is ConflictRole.KEY else each.value
        if isinstance(shown, Secret) and source in hide:
            shown = shown.hint
        same_value = winner is not None and each.value == winner.value
        conflicts.append(
            Conflict(role, source.name or source.file, source, shown, ConflictReason.SHADOWED, shadowed_by, same_value)
        )
    return conflicts


def _ignored(app: App, collected: Collected) -> list[Conflict]:
    """Return the base URLs in variables that people set for the app but that it does not read."""
    candidates = collected.of_variables(app.ignores)
    return [
        Conflict(ConflictRole.BASE_URL, one.variable, one.source, one.text, ConflictReason.UNREAD, DEFAULT)
        for one in candidates
        if one.text
    ]


def _key_conflicts(
    keys: list[ResolvedCandidate],
    key: ResolvedCandidate | None,
    bases: list[ResolvedCandidate],
    base_url: str,
    by_project: bool,
) -> list[Conflict]:
    """Return the shadowed keys, and reduce to its hint each key that must not be tried at this base URL.

    That is a key from a file that also sets another base URL, and, if a project's file has set the base URL
    (``by_project``), every key of the user.
    """
    other_files = {place_of(one.source) for one in bases if one.value and one.value != base_url}
    hide = tuple(
        one.source for one in keys if one.source and (place_of(one.source) in other_files or (by_project and one.own))
    )
    return _conflicts(ConflictRole.KEY, keys, key if key is None or key.value else None, hide)


def _location(entry: AppEntry, base: Sourced[str], key: ResolvedCandidate | None) -> str:
    """Return the ``file:line`` of the base URL, else of the key, else of another value in the entry."""
    sources = [
        base.source,
        key.source if key else None,
        *(one.source for role in entry.roles.values() for one in role),
    ]
    return next((one for one in sources if one is not None and one.line), base.source).location
