"""Compute the effective settings of an app's entry, and the values that they shadow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from probes.app_settings.entry import AppEntry, Collected, EntryCandidate, ResolvedCandidate
from probes.catalog.app import App, AppWire
from probes.catalog.apps import Apps
from probes.catalog.doors import Doors
from probes.catalog.sdk_variables import headers_of, variables_of
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record, replace
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, ExtraHeader, Settings, Sourced
from probes.model.source import DEFAULT, Source, SourceKind
from probes.protocols.protocol import KEY_HEADERS
from probes.protocols.protocol import wire as protocol_of
from probes.settings import extra_headers
from probes.settings.app_switches import set_switches
from probes.settings.consent import Destination
from probes.settings.gather import with_consent
from probes.settings.options import Options
from probes.settings.sdk_selection import switch_of
from probes.settings.wanted_chain import chain_wanted, with_chain


class EffectiveEntry(NamedTuple):
    """The effective settings of an entry.

    ``where`` is their location: ``file:line`` or a variable. ``beyond`` is the reason why the key is not available:
    ``command``, ``keychain`` or ``outside``; empty if it is available.
    """

    settings: Settings
    where: str
    beyond: str


class EffectiveSettings(Record):
    """Calculator of effective settings, with the inputs that all entries share.

    ``base_settings`` provides the values that no app's files set. ``options`` are those of the checks: ``send_anyway``
    agrees to send the user's secrets where a file of ``folder``, the working folder, says.
    """

    base_settings: Settings
    doors: Doors
    apps: Apps
    options: Options
    home: Path
    folder: Path

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
        chain = chain_wanted(self.options, None, protocol) if switch_of(wire, collected.set_variable) else ""
        if base is None and (default is None or not (keys or chain)):
            return None
        base_url = base.sourced(place=True) if base is not None else default
        assert base_url is not None
        general = [candidate for other in entries if entry.star and not other.star for candidate in other.of("model")]
        models = collected.resolve_all([*entry.of("model"), *general])
        found_key = _secret(key, keys) if key and key.value else None
        headers = _headers(app, wire, collected, entry, entries, found_key)
        settings = replace(
            self.base_settings,
            base_url=base_url,
            key=found_key,
            model=_model(models, general, entry, entries),
            protocol=Sourced(protocol, DEFAULT),
            app=app.id,
            api_version=None,
            headers=extra_headers.merged(headers, self.given_headers),
            # Those of the base settings belong to the SDK of another house, and must not go to this app's server.
            auth=None,
            credential=None,
            login=None,
            query=_query(collected, entry),
            websocket=_websocket(wire, entry),
            auth_variable=key.candidate.variable if key and key.candidate.variable in wire.auth_by else None,
            conflicts=(
                *_conflicts(ConflictRole.BASE_URL, bases, base),
                *(() if base else _ignored(app, collected)),
                *_key_conflicts(keys, key, bases, base_url.value),
            ),
            searched=_searched_places(keys, wire, entry, app),
            switches=set_switches(app, collected.set_variable),
            secrets=(
                *self.base_settings.secrets,
                *(
                    Secret(one.value)
                    for each in (
                        *(each for each in bases if not each.value or each.by_project or each.candidate.own),
                        *keys,
                        *models,
                    )
                    for one in each.borrowed
                ),
            ),
        )
        beyond = key.beyond if key else ""
        if chain:
            settings = with_chain(
                settings, chain, protocol, self.options, collected.set_variable, self.home, self.folder
            )
            beyond = beyond or ("command" if found_key is None and entry.of("credential_command") else "")
        user_base = next((each.sourced(place=True) for each in bases if each.counts and not each.by_project), None)
        sdk = variables_of(protocol)
        paired = sdk.keys if user_base is not None and user_base.source.variable in sdk.bases else ()
        variables = (*wire.key, *paired, *wire.headers, *wire.header_lists)
        destination = Destination(user_base or default, variables)
        settings = with_consent(settings, destination, self.options.send_anyway, self.folder)
        return EffectiveEntry(settings, _location(entry, base_url, key), beyond)

    @property
    def given_headers(self) -> tuple[ExtraHeader, ...]:
        """The headers of the command line and of ``llmdoctor.toml``; those of the SDKs' variables are not the app's."""
        kinds = (SourceKind.OPTION, SourceKind.CONFIG)
        return tuple(
            one
            for one in self.base_settings.headers
            if one.value.source.kind in kinds or (one.value.chosen_by is not None)
        )

    def default(self, entry: AppEntry, wire: AppWire) -> Sourced[str] | None:
        """Return the base URL used without a setting: the app's default, or that of the door named as the provider."""
        names = [name.lower() for name in entry.provider_names()]
        if not entry.star or set(names) & set(protocol_of(wire.protocol).provider_names):
            return Sourced(wire.default, DEFAULT) if wire.default else None
        for name in names:
            door = self.doors.get(name)
            urls = door.base_urls(wire.protocol) if door is not None else ()
            if door is not None and urls and "{" not in urls[0]:
                return Sourced(urls[0], door.default_source)
        return None


def _headers(
    app: App,
    wire: AppWire,
    collected: Collected,
    entry: AppEntry,
    entries: list[AppEntry],
    key: Sourced[Secret] | None,
) -> tuple[ExtraHeader, ...]:
    """Return the extra headers that the app sends to this provider: those of variables, then those of its files."""
    family = headers_of(app, wire)
    protocols = family["protocols"]
    found: list[ExtraHeader] = []
    # An app that gives its own login to some providers only has these variables for its built-in one.
    own = not entry.star or not any(place.login for place in app.places)
    for variable in (*wire.headers, *wire.header_lists) if own else ():
        value = next((one for one in _resolved(collected, collected.of_variables((variable,)))), None)
        if value is not None and not (key is not None and key.source.variable == variable):
            given = extra_headers.of_variable(
                wire.headers, wire.header_lists, variable, value, family["trims"], protocols
            )
            found += given
    general = [other for other in entries if entry.star and not other.star]
    for each in (*general, entry):
        for name, candidate in each.headers.items():
            for value in _resolved(collected, [candidate]):
                text = value.value.strip() if family["trims"] else value.value
                found.append(extra_headers.header(name, replace(value, value=text), protocols))

    def variable_of(name: str) -> Sourced[str] | None:
        return next(iter(_resolved(collected, collected.of_variables((name,)))), None)

    found += extra_headers.key_sent_twice(app, wire.protocol, key, variable_of)
    if wire.key_wins and key is not None:
        return tuple(one for one in found if one.name.lower() not in KEY_HEADERS)
    return tuple(found)


def _resolved(collected: Collected, candidates: list[EntryCandidate]) -> list[Sourced[str]]:
    return [one.sourced() for one in collected.resolve_all(candidates) if one.counts]


def _query(collected: Collected, entry: AppEntry) -> str:
    """Return the parameters that the app adds to every URL of this provider, encoded."""
    if not entry.query:
        return ""
    from urllib.parse import urlencode

    pairs = {name: value.value for name, one in entry.query.items() for value in _resolved(collected, [one])}
    return urlencode(pairs)


def _websocket(wire: AppWire, entry: AppEntry) -> Sourced[bool] | None:
    """Return whether a provider opens a WebSocket first, by its flag or as the built-in one; None if none does."""
    if wire.websocket is None:
        return None
    flag = next(iter(entry.of("websocket")), None)
    if entry.star and flag is not None and flag.text == "true":
        return Sourced(True, flag.source)
    return Sourced(wire.websocket.built_in and not entry.star, DEFAULT)


def _secret(key: ResolvedCandidate, keys: list[ResolvedCandidate]) -> Sourced[Secret]:
    found = key.sourced()
    known = any(not one.candidate.own and not one.borrowed and one.value == key.value for one in keys)
    return Sourced(Secret(found.value), found.source, found.borrowed, found.chosen_by, known)


def place_of(source: Source | None) -> str:
    """Return the file of a source, or its kind if it is not in a file."""
    return (source.file or source.kind.value) if source is not None else ""


def _searched_places(keys: Iterable[ResolvedCandidate], wire: AppWire, entry: AppEntry, app: App) -> tuple[str, ...]:
    referred = [name for each in keys for name in each.searched]
    if entry.star and any(
        place.login for place in app.places
    ):  # this provider takes its key from its own fields, or from the login
        login = [f"environment {name}" for name in wire.key if entry.asks_login]
        return tuple(dict.fromkeys([*referred, *login]))
    return tuple(dict.fromkeys([*referred, *(f"environment {name}" for name in wire.key)]))


def _model(
    models: list[ResolvedCandidate], general: list[EntryCandidate], entry: AppEntry, entries: list[AppEntry]
) -> Sourced[str] | None:
    """Return the entry's model without a provider prefix, else the app's model if no other provider owns it.

    ``general`` are the app's own candidates among ``models``.
    """
    names = entry.provider_names() or list(entry.protocols)
    for candidate in models:
        head, slash, rest = (candidate.value or "").partition("/")
        if slash and head in names:
            return replace(candidate.sourced(), value=rest)
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
        sourced = each.sourced()
        source = sourced.source
        if each is winner or not each.value or not shadowed_by or source == shadowed_by:
            continue
        shown: Secret | str = Secret(each.value) if role is ConflictRole.KEY else each.value
        if isinstance(shown, Secret) and source in hide:
            shown = shown.hint
        same_value = winner is not None and each.value == winner.value
        conflicts.append(
            Conflict(
                role,
                source.name or source.file,
                source,
                shown,
                ConflictReason.SHADOWED,
                shadowed_by,
                same_value,
                sourced.borrowed,
                sourced.chosen_by,
            )
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
) -> list[Conflict]:
    """Return the shadowed keys, and reduce to its hint each key from a file that also sets another base URL."""
    other_files = {place_of(one.source) for one in bases if one.value and one.value != base_url}
    hide = tuple(one.sourced().source for one in keys if one.source and place_of(one.source) in other_files)
    return _conflicts(ConflictRole.KEY, keys, key if key is None or key.value else None, hide)


def _location(entry: AppEntry, base: Sourced[str], key: ResolvedCandidate | None) -> str:
    """Return the ``file:line`` of the base URL, the key, the switch or another value; else one that has no line."""
    sources = [
        base.source,
        key.source if key else None,
        *(one.source for one in entry.of("switch")),
        *(one.source for role in entry.roles.values() for one in role),
    ]
    placed = next((one for one in sources if one is not None and one.line), None)
    named = next((one.source for one in entry.of("switch")), base.source)
    return (placed or (named if base.source.kind is SourceKind.DEFAULT else base.source)).location
