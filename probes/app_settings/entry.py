"""Collect an app's settings from all of its places, by provider and role, and resolve them by precedence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from probes.app_settings.references import ReferenceLimit, Resolved, Value, resolve
from probes.app_settings.search import Reading, Search, table
from probes.catalog.app import App, SettingsFile
from probes.config_formats.files import SkippedFile, comes_with, text_of
from probes.config_formats.tree import find
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record
from probes.model.settings import Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings.consent import names_place

ROLES = (
    "base_url",
    "key",
    "key_env",
    "key_name",
    "key_command",
    "credential_command",
    "login",
    "websocket",
    "model",
    "provider",
)
ABOVE, _ENVIRONMENT, BELOW = 0, 1, 2  # precedence: above or below the shell's variables


class EntryCandidate(NamedTuple):
    """A value that a place gives for a role of an entry.

    ``kind`` is ``value``, ``env`` (the name of a variable), ``name`` (of one of the app's keys) or ``command``.
    ``own`` is true if the user wrote the value and false if a project's file did; ``borrowed`` are then the user's
    values in it. ``reading`` is the file that contains it, None for the environment.
    """

    text: str
    source: Source
    own: bool
    kind: str = "value"
    styles: tuple[str, ...] = ()
    reading: Reading | None = None
    level: int = BELOW
    variable: str = ""
    hidden: Source | None = None  # the file that makes the app skip this one
    borrowed: tuple[Sourced[str], ...] = ()


@dataclass(slots=True)
class AppEntry:
    """The candidates for one provider of an app, by role, highest precedence first.

    ``star`` is the provider's name in the app's files (the match of a pointer's ``*``), empty for the settings of the
    app itself.
    """

    protocol: str
    star: str = ""
    roles: dict[str, list[EntryCandidate]] = field(default_factory=dict)
    protocols: Mapping[str, str] = field(default_factory=dict)
    lent: list[EntryCandidate] = field(default_factory=list)  # keys of the app itself, used if the provider has none
    headers: dict[str, EntryCandidate] = field(default_factory=dict)  # extra headers, by name
    query: dict[str, EntryCandidate] = field(default_factory=dict)  # parameters for every URL, by name

    def add(self, role: str, candidate: EntryCandidate) -> None:
        """Add a candidate with lower precedence than those already present."""
        self.roles.setdefault(role, []).append(candidate)

    def of(self, role: str) -> list[EntryCandidate]:
        """Return the candidates for a role, highest precedence first."""
        return self.roles.get(role, [])

    @property
    def name(self) -> str:
        """The provider's name; empty for the app's own settings and for an index in a list."""
        name = self.star.partition("\0")[0]
        return "" if "\0" in self.star else name

    @property
    def asks_login(self) -> bool:
        """Whether this provider is to be given the app's own keys."""
        return bool(self.star) and any(flag.text == "true" for flag in self.of("login"))

    def provider_names(self) -> list[str]:
        """Return the provider's names, configured ones first, each followed by its part before a slash."""
        given = [*(one.text for one in self.of("provider") if self.star), self.star.partition("\0")[0]]
        return [name for one in given if one for name in dict.fromkeys((one, one.partition("/")[0]))]

    def implied_protocols(self) -> list[str]:
        """Return the protocols implied by the place and the provider's name, the most certain first."""
        by_name = [self.protocols[name] for name in self.provider_names() if name in self.protocols]
        return [self.protocol, *by_name] if self.protocol else by_name


class LayerVariable(NamedTuple):
    """A variable in one place.

    ``own`` is true if the user wrote it; ``borrowed`` are the user's values that a project's file has put into it.
    ``expands`` is true if the file resolves ``$NAME`` in it; ``command`` if a command produces its value.
    """

    value: str
    source: Source
    own: bool
    expands: bool = False
    command: bool = False
    borrowed: tuple[Sourced[str], ...] = ()


class Layer(Record):
    """The variables that an app reads from one file or from the shell."""

    values: Mapping[str, LayerVariable]
    level: int = _ENVIRONMENT
    reading: Reading | None = None
    hidden: Source | None = None


def environment(environ: Mapping[str, str]) -> Layer:
    """Return the shell's variables as a layer."""
    return Layer({name: LayerVariable(value, environment_variable(name), True) for name, value in environ.items()})


def of_file(
    reading: Reading,
    pointer: str = "",
    level: int = _ENVIRONMENT,
    hidden: Source | None = None,
    expands: bool = True,
    kind: SourceKind = SourceKind.DOTENV,
) -> Layer:
    """Return the variables that a file sets as a layer.

    ``expands`` is false for apps that do not resolve ``$NAME`` in their ``.env``. ``kind`` applies to files of
    variables; variables in a settings tree have the kind APP_VARIABLE.
    """
    bindings = table(reading, pointer)
    kind = SourceKind.APP_VARIABLE if reading.tree is not None else kind
    return Layer(
        {
            name: LayerVariable(
                one.value,
                reading.source(kind, name, one.line),
                reading.own,
                one.expands and expands,
                one.command,
            )
            for name, one in bindings.items()
        },
        level,
        reading,
        hidden,
    )


class ResolvedCandidate(NamedTuple):
    """A candidate with its references resolved; :class:`Resolved` explains the fields."""

    value: str | None
    source: Source | None
    borrowed: tuple[Sourced[str], ...]
    whole: bool
    searched: tuple[str, ...]
    beyond: str
    candidate: EntryCandidate

    @property
    def counts(self) -> bool:
        """Whether the app uses it, unless another value has precedence."""
        return bool(self.value) and not self.candidate.hidden

    @property
    def by_project(self) -> bool:
        """Whether a project's file has set the value, rather than only referred to a value of the user."""
        found = self.sourced(place=True)
        return Owner.FOLDER in (found.source.owner, found.chosen_by and found.chosen_by.owner)

    def sourced(self, place: bool = False) -> Sourced[str]:
        """Return the value with its source, and with what a project's file has to do with it.

        A project's file that refers to a variable of the user has chosen that value. For a ``place``, a base URL, the
        value is the user's own choice if it is a URL and the variable exists to hold one. Call it only if there is a
        value.
        """
        text, candidate = self.value or "", self.candidate
        source = self.source or candidate.source
        if candidate.own:
            return Sourced(text, source)
        if self.whole and [one.value for one in self.borrowed] == [text]:
            user = self.borrowed[0].source
            if not place:
                return Sourced(text, user, chosen_by=candidate.source)
            if re.match(r"https?://[^/?#@]+(?:[/?#]|$)", text):
                return Sourced(text, user, chosen_by=None if names_place(user.variable) else candidate.source)
        if not self.borrowed:
            return Sourced(text, source if source.owner is Owner.FOLDER else candidate.source)
        return Sourced(text, candidate.source, tuple(one.source for one in self.borrowed))


class Collected:
    """All values that an app's places give: entries by protocol and provider, keys by name, layers of variables."""

    def __init__(self, app: App, search: Search, outside: Iterable[Layer], places: tuple[SettingsFile, ...]) -> None:
        self.app, self.search = app, search
        self.entries: dict[tuple[str, str], AppEntry] = {}
        self.keys: dict[str, EntryCandidate] = {}
        self.key_protocols: Mapping[str, str] = {}
        self.layers: list[Layer] = []
        self.files: list[tuple[SettingsFile, Reading]] = []
        self._expanded: dict[int, tuple[LayerVariable, Value]] = {}  # by the id of the variable, which is kept for it
        first: Source | None = None
        for place in places:
            if place.storage != "plain" or place.format in ("none", "compose") or not self._trusted(place, places):
                continue
            for reading in search.readings(place):
                self.files.append((place, reading))
                own = reading.source(SourceKind.APP)
                hidden = first if place.first and first != own else None
                first = first or (own if place.first else None)
                self._take(place, reading, hidden)
        self.layers = sorted([*self.layers, *outside], key=lambda layer: layer.level)

    def _trusted(self, place: SettingsFile, places: tuple[SettingsFile, ...]) -> bool:
        """Check whether the app reads a project's file: some apps do so only after the user trusts the folder."""
        if not place.trust or self.search.world.cwd is None:
            return True
        here = {str(folder) for folder in (self.search.world.cwd, *self.search.world.cwd.parents)}
        return any(
            text == "trusted" and stars[0] in here
            for other in places
            if other.scope != "project" and other.format == place.format
            for reading in self.search.readings(other)
            if reading.tree is not None
            for stars, _, text, _ in _hits(reading, place.trust)
        )

    def _take(self, place: SettingsFile, reading: Reading, hidden: Source | None) -> None:
        level = ABOVE if place.over_environment else BELOW
        if reading.tree is None or place.variables:
            self.layers.append(of_file(reading, place.variables, level, hidden, "shell" in place.expands))
        if reading.tree is None:
            return
        allowed = _allowed(place, reading)
        for role in ROLES:
            for pointer in getattr(place, role):
                for stars, path, text, line in _hits(reading, pointer):
                    if allowed is not None and stars[:1] not in allowed:
                        continue
                    source = reading.source(SourceKind.APP, ".".join(path), line)
                    kind = {"key_env": "env", "key_name": "name", "key_command": "command"}.get(role, "value")
                    candidate = EntryCandidate(text, source, reading.own, kind, place.expands, reading, level)
                    entry = self._entry(place, reading, stars[0] if stars and not place.only else "")
                    if role == "key_env" and place.key_env_first:
                        entry.roles["key"] = [one for one in entry.of("key") if one.reading is not reading]
                    entry.add("key" if role.startswith("key") else role, candidate)
        self._take_named(place, reading, level)
        for entry in list(self.entries.values()):
            self._add_by_name(place, reading, entry, level)
        if place.keys:
            self.key_protocols = self.key_protocols or place.protocols
            for hit in find(reading.tree, place.keys):
                if hit.node.text and hit.stars:
                    source = reading.source(SourceKind.APP, ".".join(hit.path), hit.node.line)
                    self.keys.setdefault(
                        hit.stars[0], EntryCandidate(hit.node.text, source, reading.own, reading=reading)
                    )

    def _take_named(self, place: SettingsFile, reading: Reading, level: int) -> None:
        """Take the extra headers and URL parameters of a file; the app's own are for all of its providers."""
        for role, pointers in (("value", place.headers), ("env", place.header_env), ("query", place.query)):
            for pointer in pointers:
                for stars, path, text, line in _hits(reading, pointer):
                    source = reading.source(SourceKind.APP, ".".join(path), line)
                    kind = "env" if role == "env" else "value"
                    candidate = EntryCandidate(text, source, reading.own, kind, place.expands, reading, level)
                    entry = self._entry(place, reading, stars[0] if len(stars) > 1 else "")
                    (entry.query if role == "query" else entry.headers).setdefault(stars[-1], candidate)

    def _add_by_name(self, place: SettingsFile, reading: Reading, entry: AppEntry, level: int) -> None:
        """Add the candidates derived from the provider's name: ``*`` and ``*_API_KEY``."""
        given = entry.star and any(one.reading is reading for role in ROLES for one in entry.of(role))
        if not given:
            return
        name = entry.star.partition("\0")[0]
        if "*" in place.provider and not any(one.reading is reading for one in entry.of("provider")):
            entry.add("provider", EntryCandidate(name, reading.source(SourceKind.APP), reading.own, reading=reading))
        for pattern in place.key_env:
            if pattern.startswith("*"):
                variable = re.sub(r"\W+", "_", name).upper() + pattern[1:]
                line = entry.of("base_url")[0].source if entry.of("base_url") else reading.source(SourceKind.APP)
                entry.add("key", EntryCandidate(variable, line, reading.own, "env", (), reading, level))

    def _entry(self, place: SettingsFile, reading: Reading, star: str) -> AppEntry:
        if star.isdigit():  # an index identifies a list item only within its file
            star = f"{star}\0{reading.shown}"
        if not star and "*" in "".join(place.path.values()):
            star = Path(reading.shown).stem  # the app has one file for each provider
        protocol = place.protocol or (self.app.wires[0].protocol if not star else "")
        entry = self.entries.setdefault((protocol, star), AppEntry(protocol, star))
        entry.protocols = entry.protocols or place.protocols
        return entry

    # -- variables -----------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Value | None:
        """Return a variable's value as the app sees it, or None; used for references in its files."""
        for layer in self.layers:
            held = layer.values.get(name)
            if held is not None and not held.command and not layer.hidden:
                return self.expanded(layer, held)
        return None

    def expanded(self, layer: Layer, held: LayerVariable, depth: int = 0, limit: ReferenceLimit | None = None) -> Value:
        """Return a variable's value with ``$NAME`` resolved, if the file's grammar resolves it.

        A value that grows beyond every limit is empty, and its file is recorded as skipped.
        """
        if not held.expands or "$" not in held.value or depth > 8:
            return Value(held.value, held.source, held.own, held.borrowed)
        if limit is None:
            if id(held) not in self._expanded:
                try:
                    self._expanded[id(held)] = held, self.expanded(layer, held, depth, ReferenceLimit())
                except SkippedFile as error:
                    self.search.skip(layer.reading.shown if layer.reading else str(held.source), error.reason)
                    self._expanded[id(held)] = held, Value("", held.source, held.own)
            return self._expanded[id(held)][1]

        def other(name: str) -> Value:
            for each in (*(one for one in self.layers if one.reading is None), layer):
                inner = each.values.get(name)
                if inner is not None and inner is not held and not inner.command:
                    return self.expanded(each, inner, depth + 1, limit)
            return Value("", None, False)

        found = resolve(held.value, ("shell",), other, lambda path: None, limit)
        if held.own:
            return Value(found.value or "", (found.source if found.whole else None) or held.source, held.own)
        return Value(found.value or "", held.source, False, (*held.borrowed, *found.borrowed))

    def of_variables(self, names: Iterable[str]) -> list[EntryCandidate]:
        """Return the candidates that variables give, in the order of ``names``.

        A variable whose value a command produces becomes a candidate of the kind ``command``.
        """
        found = []
        for name in names:
            for layer in self.layers:
                if (held := layer.values.get(name)) is None:
                    continue
                value = self.expanded(layer, held)
                if held.command or value.text:
                    kind = "command" if held.command else "value"
                    place = (layer.reading, layer.level, name, layer.hidden, value.borrowed)
                    found.append(EntryCandidate(value.text, value.source or held.source, held.own, kind, (), *place))
        return found

    def set_variable(self, name: str) -> Sourced[str] | None:
        """Return a variable as the app reads it, with its source; None if it is not set."""
        return next((one.sourced() for one in self.resolve_all(self.of_variables((name,))) if one.counts), None)

    def file(self, candidate: EntryCandidate, path: str) -> Value | str | None:
        """Return the content of a ``{file:…}`` reference, None if it cannot be read, or ``outside``.

        A project may refer only to files in its own folder; another reference yields ``outside``.
        """
        reading = candidate.reading
        folder = reading.path.parent if reading else self.search.world.home
        home = self.search.world.home
        whole = home / path[2:] if path.startswith("~/") else folder / path
        copied = self.search.world.cwd is None  # another user's home, which must not lead to files of this machine
        if (not candidate.own and not comes_with(whole, folder)) or (copied and not _inside(whole, home)):
            return "outside"
        try:
            text = text_of(whole, found_in=None if candidate.own else folder)
        except SkippedFile:
            return None
        owner = Owner.USER if candidate.own else Owner.FOLDER
        place = Source(SourceKind.KEY_FILE, owner, "", self.search.shown(whole))
        return Value(text.strip(), place, candidate.own) if text is not None else None

    def named_keys(self, entry: AppEntry) -> list[EntryCandidate]:
        """Return the app's keys that are stored under one of the provider's names."""
        return [self.keys[name] for name in entry.provider_names() if name in self.keys]

    def resolve_all(self, candidates: Iterable[EntryCandidate]) -> list[ResolvedCandidate]:
        """Resolve candidates, except those with the text ``default``, which means no setting."""
        return [
            ResolvedCandidate(
                found.value,
                found.source,
                found.borrowed,
                found.whole,
                found.searched,
                found.beyond,
                one,
            )
            for one in candidates
            if one.text != "default"
            for found in (self.resolved(one),)
        ]

    def resolved(self, candidate: EntryCandidate) -> Resolved:
        """Resolve a candidate. The result has the source of the value that it refers to."""
        if candidate.kind == "command":
            return Resolved(None, beyond="command")
        if candidate.kind == "name":
            named = self.keys.get(candidate.text)
            return self.resolved(named) if named else Resolved(None, searched=(f"keys {candidate.text}",))
        if candidate.kind == "env":
            value = self.variable(candidate.text)
            if value is None or not value.text:
                return Resolved(None, searched=(f"environment {candidate.text}",))
            return Resolved(value.text, value.source, value.lent, whole=True)
        if not candidate.styles:
            return Resolved(candidate.text, candidate.source, candidate.borrowed)
        try:
            found = resolve(candidate.text, candidate.styles, self.variable, lambda path: self.file(candidate, path))
        except SkippedFile as error:
            self.search.skip(candidate.source.location, error.reason)
            return Resolved(None)
        if found.value is None or found.source is not None:
            return found
        return Resolved(found.value, candidate.source, candidate.borrowed)


def _hits(reading: Reading, pointer: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str, int]]:
    assert reading.tree is not None
    if not pointer.startswith("/"):
        return
    for hit in find(reading.tree, pointer):
        if hit.node.text:
            yield hit.stars, hit.path, hit.node.text, hit.node.line


def _allowed(place: SettingsFile, reading: Reading) -> set[tuple[str, ...]] | None:
    """Return the members that have the values that ``only`` requires, or None if it requires none."""
    if not place.only:
        return None
    return {
        stars[:1]
        for pointer, wanted in place.only.items()
        for stars, _, text, _ in _hits(reading, pointer)
        if text == wanted
    }


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
