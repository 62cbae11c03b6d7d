"""Find and read the settings files of an app. Nothing is executed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from probes.catalog.app import SettingsFile
from probes.catalog.apps import SYSTEMS
from probes.config_formats import crushrc, dotenv, json, toml, yaml
from probes.config_formats.dotenv import Binding
from probes.config_formats.files import SkippedFile, checked_out, exists, text_of
from probes.config_formats.tree import Malformed, Node, find, members
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record
from probes.model.settings import Skipped
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
MOST_FILES = 50  # files that one `*` may match
HIGHEST = 25  # parent folders to search above the working folder


class SearchPlaces(Record):
    """Where to search: the user's home folder, the environment and the project's folder (None: no project).

    ``systems`` selects the systems whose paths are tried. ``root`` is prefixed to absolute paths, to search the copied
    file system of another machine.
    """

    home: Path
    environ: Mapping[str, str] = MappingProxyType({})
    cwd: Path | None = None
    systems: tuple[str, ...] = ("linux",)
    root: Path = Path("/")


class Reading(NamedTuple):
    """A file that was read: its name in reports, its tree or its variables, and whether it is the user's."""

    shown: str
    path: Path
    own: bool
    tree: Node | None = None
    bindings: Mapping[str, Binding] = {}

    def source(self, kind: SourceKind, name: str = "", line: int = 0) -> Source:
        """Return a source in this file; line 0 means the whole file."""
        return Source(kind, Owner.USER if self.own else Owner.FOLDER, name, self.shown, line)


class Search:
    """Reader of settings files that opens each file once and records the files that it skipped."""

    def __init__(self, world: SearchPlaces) -> None:
        self.world = world
        self.skipped: dict[str, Skipped] = {}
        self._read: dict[tuple[Path, str], Reading | None] = {}
        self._checked_out = checked_out(world.home, world.environ)

    def readings(self, place: SettingsFile) -> list[Reading]:
        """Return the readable files of a place."""
        form = place.format
        paths = dict(self._paths(place))  # several systems may have the same path
        found = (self.read(path, form, place.scope != "project", inside) for path, inside in paths.items())
        return [reading for reading in found if reading is not None]

    def readings_at(self, path: Mapping[str, str]) -> list[Reading]:
        """Return the readable JSON files of the user at a path by system."""
        return self.readings(SettingsFile(path, format="json"))

    def exists(self, place: SettingsFile) -> str | None:
        """Return the shown path of a place's first existing file, without opening it, or None."""
        for path, _ in self._paths(place):
            try:
                if path.exists():
                    return self.shown(path)
            except OSError:
                continue
        return None

    def read(self, path: Path, form: str, own: bool = True, inside: Path | None = None) -> Reading | None:
        """Read a file, or return None if it does not exist or was skipped.

        A symbolic link of a project must lead to a file in the folder ``inside``.
        """
        key = (path, form)
        if key not in self._read:
            self._read[key] = self._opened(path, form, own and not self._came_along(path), inside)
        return self._read[key]

    def _came_along(self, path: Path) -> bool:
        """Check whether a file of the home came with the checkout of a pipeline."""
        return self._checked_out and path.is_relative_to(self.world.home)

    def _opened(self, path: Path, form: str, own: bool, inside: Path | None) -> Reading | None:
        shown = self.shown(path)
        try:
            # A copied home is another user's: its links must not lead to files of this machine.
            world = self.world
            copy = (world.home if world.root == Path("/") else world.root) if world.cwd is None else None
            text = text_of(path, found_in=inside or copy, anyones=copy is not None)
            if text is None:
                return None
            if form in dotenv.FORMS:
                return Reading(shown, path, own, bindings=dotenv.read(text, form))
            return Reading(shown, path, own, _tree(text, form))
        except SkippedFile as reason:
            self.skipped[shown] = Skipped(shown, reason.reason)
        except Malformed as error:
            if not (text or "").strip():
                return None  # an empty file contains no settings and is not an error
            self.skipped[shown] = Skipped(f"{shown}:{error.line}", "malformed", error.form)
        return None

    def skip(self, place: str, reason: str) -> None:
        """Record that a value or a file is not read; ``reason`` is as in :class:`Skipped`."""
        self.skipped[place] = Skipped(place, reason)

    def shells(self) -> list[Reading]:
        """Return the user's shell startup files."""
        found = (self.read(self.world.home / name, form) for name, form in SHELL_FILES)
        return [reading for reading in found if reading is not None]

    def compose_files(self) -> list[Reading]:
        """Return the Compose files in the working folder."""
        cwd = self.world.cwd
        found = (self.read(cwd / name, "yaml", False, cwd) for name in COMPOSE_FILES) if cwd else ()
        return [reading for reading in found if reading is not None]

    # -- paths ---------------------------------------------------------------------------------------------------------

    def _paths(self, place: SettingsFile) -> Iterator[tuple[Path, Path | None]]:
        """Yield the paths that a place may mean, each with the project's folder if it is a project's place."""
        world = self.world
        templates = dict.fromkeys(place.path[system] for system in world.systems if system in place.path)
        for template in templates:
            text = self._expanded(template)
            if place.scope == "project":
                yield from self._of_project(text, place.upwards)
            elif text.startswith("/") and world.root != Path("/"):
                yield from ((path, None) for path in _named(world.root / text.lstrip("/")))
            elif place.scope == "user" or world.cwd is not None:  # a copied home folder has no system folders
                yield from ((path, None) for path in _named(Path(text)))

    def _of_project(self, name: str, upwards: bool) -> Iterator[tuple[Path, Path]]:
        cwd, home = self.world.cwd, self.world.home
        if cwd is None or cwd == home:  # files in the home folder are the user's, not a project's
            return
        for folder in (cwd, *cwd.parents[:HIGHEST])[: None if upwards else 1]:
            if folder in (home, *home.parents) and folder != cwd:
                return
            found = [(path, folder) for path in _named(folder / name) if exists(path) or path.is_symlink()]
            if found:
                yield from found
                return

    def _expanded(self, template: str) -> str:
        """Expand ``~`` and ``${NAME:-default}``, innermost first."""
        previous = ""
        while template != previous:
            previous = template
            template = re.sub(
                r"\$\{(\w+):-([^${}]*)\}", lambda match: self.world.environ.get(match[1]) or match[2], template
            )
        if template == "~" or template.startswith("~/"):
            return str(self.world.home) + template[1:]
        return template

    def shown(self, path: Path) -> str:
        """Return a path for reports: relative to the working folder for a project's file, to ``~`` for the user's."""
        cwd, home = self.world.cwd, self.world.home
        is_users = cwd is None or cwd == home or path.parent == home
        if cwd and not is_users and (cwd in path.parents or path.parent in set(cwd.parents) - set(home.parents)):
            return Path(os.path.relpath(path, cwd)).as_posix()
        if home in path.parents:
            return f"~/{path.relative_to(home).as_posix()}"
        return str(path)


def table(reading: Reading, pointer: str) -> dict[str, Binding]:
    """Return the variables that a file sets: in its lines, or in the table at ``pointer`` (``/``: the whole file)."""
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
    """Return the path itself, or the existing paths that match if it contains a ``*``."""
    at = next((number for number, part in enumerate(path.parts) if "*" in part), None)
    if at is None:
        return [path]
    try:
        return sorted(Path(*path.parts[:at]).glob("/".join(path.parts[at:])))[:MOST_FILES]
    except (OSError, ValueError, NotImplementedError):
        return []


def this_world(environ: Mapping[str, str], cwd: Path) -> SearchPlaces:
    """Return the places on this machine. The working folder replaces the home folder of an unknown user."""
    try:
        home = Path.home()
    except RuntimeError:
        home = cwd
    return SearchPlaces(home, environ, cwd, (SYSTEMS.get(sys.platform, "linux"),))
