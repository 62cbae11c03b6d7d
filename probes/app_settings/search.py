"""Which files of this machine are an app's, and what stands in them. Reads, and never executes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from probes.catalog.app import SettingsFile
from probes.catalog.apps import SYSTEMS
from probes.config_formats import crushrc, dotenv, json, toml, yaml
from probes.config_formats.dotenv import Binding
from probes.config_formats.files import SkippedFile, text_of
from probes.config_formats.tree import Malformed, Node, find, members
from probes.model.source import Owner, Source, SourceKind

COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
SHELL_FILES = (
    *((name, "shell") for name in (".zshenv", ".zprofile", ".zshrc", ".bash_profile", ".bashrc", ".profile")),
    (".config/fish/config.fish", "shell"),
    (".config/powershell/profile.ps1", "powershell"),
    (".config/powershell/Microsoft.PowerShell_profile.ps1", "powershell"),
    ("Documents/PowerShell/Microsoft.PowerShell_profile.ps1", "powershell"),
    ("Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1", "powershell"),
)
MOST_FILES = 50  # that one `*` may name
HIGHEST = 25  # folders above the working one


@dataclass(frozen=True, slots=True)
class SearchPlaces:
    """Where to look: the user's home, the environment, and the folder of the project; None: no project is looked at.

    ``systems`` are those whose paths are tried. ``root`` stands before absolute paths, for a machine that was copied.
    """

    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    systems: tuple[str, ...] = ("linux",)
    root: Path = Path("/")


class Reading(NamedTuple):
    """One file: what it is called in reports, its tree or its variables, and whether it is the user's own."""

    shown: str
    path: Path
    own: bool
    tree: Node | None = None
    bindings: Mapping[str, Binding] = {}

    def source(self, kind: SourceKind, name: str = "", line: int = 0) -> Source:
        """A place in this file; without a line the file as a whole."""
        return Source(kind, Owner.USER if self.own else Owner.FOLDER, name, self.shown, line)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be read: ``reason`` is ``malformed``, with the form that it should have, or one of
    :data:`probes.config_formats.files.REASONS`. ``place`` has the line where there is one.
    """

    place: str
    reason: str
    form: str = ""


class Search:
    """Opens each file once, and keeps what could not be read."""

    def __init__(self, world: SearchPlaces) -> None:
        self.world = world
        self.skipped: dict[str, Skipped] = {}
        self._read: dict[tuple[Path, str], Reading | None] = {}

    def readings(self, place: SettingsFile) -> list[Reading]:
        """What stands in the files of a place that are there and can be read."""
        form = place.format
        paths = dict(self._paths(place))  # those of several systems may be the same
        found = (self.read(path, form, place.scope != "project", inside) for path, inside in paths.items())
        return [reading for reading in found if reading is not None]

    def exists(self, place: SettingsFile) -> str | None:
        """What a store that we do not open is called, where it is there."""
        for path, _ in self._paths(place):
            try:
                if path.exists():
                    return self.shown(path)
            except OSError:
                continue
        return None

    def read(self, path: Path, form: str, own: bool = True, inside: Path | None = None) -> Reading | None:
        """One file; ``inside`` is the folder out of which a project's link may not lead."""
        key = (path, form)
        if key not in self._read:
            self._read[key] = self._opened(path, form, own, inside)
        return self._read[key]

    def _opened(self, path: Path, form: str, own: bool, inside: Path | None) -> Reading | None:
        shown = self.shown(path)
        try:
            text = text_of(path, inside)
            if text is None:
                return None
            if form in dotenv.FORMS:
                return Reading(shown, path, own, bindings=dotenv.read(text, form))
            return Reading(shown, path, own, _tree(text, form))
        except SkippedFile as reason:
            self.skipped[shown] = Skipped(shown, reason.reason)
        except Malformed as error:
            if not (text or "").strip():
                return None  # an empty file is no settings, and no fault
            self.skipped[shown] = Skipped(f"{shown}:{error.line}", "malformed", error.form)
        return None

    def shells(self) -> list[Reading]:
        """What the user's shells set at their start."""
        found = (self.read(self.world.home / name, form) for name, form in SHELL_FILES)
        return [reading for reading in found if reading is not None]

    def compose_files(self) -> list[Reading]:
        """The compose files of the working folder."""
        cwd = self.world.cwd
        found = (self.read(cwd / name, "yaml", False, cwd) for name in COMPOSE_FILES) if cwd else ()
        return [reading for reading in found if reading is not None]

    # -- paths ---------------------------------------------------------------------------------------------------------

    def _paths(self, place: SettingsFile) -> Iterator[tuple[Path, Path | None]]:
        """The files that a place may mean, and for a project's the folder that they belong to."""
        world = self.world
        templates = dict.fromkeys(place.path[system] for system in world.systems if system in place.path)
        for template in templates:
            text = self._expanded(template)
            if place.scope == "project":
                yield from self._of_project(text, place.upwards)
            elif text.startswith("/") and world.root != Path("/"):
                yield from ((path, None) for path in _named(world.root / text.lstrip("/")))
            elif place.scope == "user" or world.cwd is not None:  # a copied home has no system around it
                yield from ((path, None) for path in _named(Path(text)))

    def _of_project(self, name: str, upwards: bool) -> Iterator[tuple[Path, Path]]:
        cwd, home = self.world.cwd, self.world.home
        if cwd is None or cwd == home:  # what lies in the home folder is the user's own
            return
        for folder in (cwd, *cwd.parents[:HIGHEST])[: None if upwards else 1]:
            if folder in (home, *home.parents) and folder != cwd:
                return
            found = [(path, folder) for path in _named(folder / name) if path.is_file() or path.is_symlink()]
            if found:
                yield from found
                return

    def _expanded(self, template: str) -> str:
        """``~`` and ``${NAME:-other}``, from the inside out."""
        before = ""
        while template != before:
            before = template
            template = re.sub(
                r"\$\{(\w+):-([^${}]*)\}", lambda found: self.world.environ.get(found[1]) or found[2], template
            )
        if template == "~" or template.startswith("~/"):
            return str(self.world.home) + template[1:]
        return template

    def shown(self, path: Path) -> str:
        """The path for people: from the working folder where it is the project's, from ``~`` where it is the user's."""
        cwd, home = self.world.cwd, self.world.home
        own = cwd is None or cwd == home or path.parent == home
        if cwd and not own and (cwd in path.parents or path.parent in set(cwd.parents) - set(home.parents)):
            return Path(os.path.relpath(path, cwd)).as_posix()
        if home in path.parents:
            return f"~/{path.relative_to(home).as_posix()}"
        return str(path)


def table(reading: Reading, pointer: str) -> dict[str, Binding]:
    """The variables that a file sets: its own lines, or the table that a pointer leads to; ``/`` is the whole file."""
    if reading.tree is None:
        return dict(reading.bindings)
    nodes = [reading.tree] if pointer == "/" else [hit.node for hit in find(reading.tree, pointer)]
    return {
        name: Binding(name, node.text, node.line, expands=False)
        for each in nodes
        for name, node in members(each)
        if node.text is not None and isinstance(each.value, dict)
    }


def _tree(text: str, form: str) -> Node:
    if form in json.DIALECTS:
        return json.read(text, form)
    return {"toml": toml.read, "yaml": yaml.read, "crushrc": crushrc.read}[form](text)


def _named(path: Path) -> list[Path]:
    """The file of that name; those that fit, where a part of it has a ``*``."""
    at = next((number for number, part in enumerate(path.parts) if "*" in part), None)
    if at is None:
        return [path]
    try:
        return sorted(Path(*path.parts[:at]).glob("/".join(path.parts[at:])))[:MOST_FILES]
    except (OSError, ValueError, NotImplementedError):
        return []


def this_world(environ: Mapping[str, str], cwd: Path) -> SearchPlaces:
    """The machine that this runs on. A user whom the system does not know lives in the working folder."""
    try:
        home = Path.home()
    except RuntimeError:
        home = cwd
    return SearchPlaces(home, environ, cwd, (SYSTEMS.get(sys.platform, "linux"),))
