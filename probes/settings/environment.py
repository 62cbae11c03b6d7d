"""Read variables from the environment and ``.env`` files, each with its source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from probes.catalog.sdk_variables import SdkVariables
from probes.config_formats.files import SkippedFile, bytes_of, exists
from probes.model.run_memory import remembered
from probes.model.secret import Secret
from probes.model.settings import BadInput, Skipped, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings.options import Options, shown_path, shown_word

Layer = tuple[str, dict[str, Sourced[str]]]  # the name of a place (`environment`, `.env`) and its variables


class Variables:
    """Variables in layers of falling precedence: the environment comes before ``.env``, as with python-dotenv.

    ``secrets`` are the values of the environment that a file of the folder has put into its own. ``skipped`` is the
    ``.env`` that was found and not read, if there is one.
    """

    def __init__(self, layers: list[Layer], secrets: Iterable[str] = (), skipped: tuple[Skipped, ...] = ()) -> None:
        self.layers = layers
        self.secrets = tuple(Secret(value) for value in dict.fromkeys(secrets))
        self.skipped = skipped

    def of_user(self) -> Variables:
        """Return only the values that the user has set, outside of the folder's files."""
        return Variables(
            [
                (place, {name: value for name, value in values.items() if value.source.owner is Owner.USER})
                for place, values in self.layers
            ]
        )

    def renamed(self, names: Mapping[str, str]) -> Variables:
        """Return the variables with new names, from old to new. A name that is already filled stays as it is."""
        layers = []
        for place, values in self.layers:
            held = dict(values)
            for old, new in names.items():
                if old in held and not (new in held and held[new].value):
                    held[new] = held.pop(old)
            layers.append((place, held))
        return Variables(layers, (one.reveal() for one in self.secrets), self.skipped)

    def of_folder(self) -> bool:
        """Check whether a file of the folder has set a variable."""
        return any(value.source.owner is Owner.FOLDER for _, values in self.layers for value in values.values())

    def all(self, name: str) -> list[Sourced[str]]:
        """Return all values of a name, the one with precedence first."""
        return [values[name] for _, values in self.layers if name in values]

    def first(self, name: str) -> Sourced[str] | None:
        """Return the value with precedence, even if it is empty: an empty variable hides the line in ``.env``."""
        return next(iter(self.all(name)), None)

    def filled(self, name: str) -> Sourced[str] | None:
        """Return the value with precedence if it is not empty, else None."""
        found = self.first(name)
        return found if found and found.value else None

    def base(self, family: SdkVariables, emptied: bool = False) -> Sourced[str] | None:
        """Return the base URL that this SDK takes from its variables; with ``emptied`` also an empty one."""
        found = next((value for name in family.bases if (value := self.filled(name))), None)
        return found or next((value for name in family.bases if emptied and (value := self.first(name))), None)

    def known_to_folder(self, text: str) -> bool:
        """Check whether a file of the folder holds this value itself, as after ``set -a; . .env`` in a shell."""
        return any(
            one.value == text and one.source.owner is Owner.FOLDER and not one.borrowed
            for _, values in self.layers
            for one in values.values()
        )

    def names(self) -> Iterator[str]:
        """Return an iterator over the names, each once."""
        return iter(dict.fromkeys(name for _, values in self.layers for name in values))


def read(
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    shells: Iterable[Layer] = (),
    home: Path | None = None,
    renames: Mapping[str, str] | None = None,
) -> Variables:
    """Read the variables that a program started in ``cwd`` has, with new names for those in ``renames``.

    They come from ``environ``, from new ``shells`` and from the nearest ``.env``; with ``--env-file`` from that file
    only, with ``--no-env`` from nowhere. A ``.env`` in ``home`` belongs to the user, any other one to the project.
    Raises BadInput if both options are given or the ``--env-file`` cannot be read.
    """
    found = _read(options, environ, cwd, shells, home)
    return found.renamed(renames) if renames else found


def _read(
    options: Options, environ: Mapping[str, str], cwd: Path, shells: Iterable[Layer], home: Path | None
) -> Variables:
    if options.env_file and options.no_env:
        raise BadInput("--env-file and --no-env exclude each other.")
    if options.no_env:
        return Variables([])
    if not options.env_file:
        return Variables(*_of_process(tuple(environ.items()), tuple(shells), cwd, home))
    path = cwd / Path(options.env_file).expanduser()
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises PermissionError
        raise BadInput("The file {path} that --env-file names does not exist.", path=shown_word(options.env_file))
    try:
        text = _text(bytes_of(path, named=True, patience=options.deadline))
        return Variables([_env_file(text, path, cwd, environ, Owner.USER)[0]])
    except SkippedFile as error:
        raise BadInput(
            "The file {path} cannot be read: {why}.", path=shown_word(options.env_file), why=error.why
        ) from None


_Read = tuple[list[Layer], list[str], tuple[Skipped, ...]]


def _of_process(environ: tuple[tuple[str, str], ...], shells: tuple[Layer, ...], cwd: Path, home: Path | None) -> _Read:
    """Return the layers of variables, the environment's values in the folder's file, and a file that was skipped."""
    layers, secrets, skipped = _without_shells(environ, cwd, home)
    return [layers[0], *shells, *layers[1:]], secrets, skipped


@remembered(1)  # all targets of a fleet have the same
def _without_shells(environ: tuple[tuple[str, str], ...], cwd: Path, home: Path | None) -> _Read:
    layers = [("environment", {name: Sourced(value, environment_variable(name)) for name, value in environ})]
    path = next((folder / ".env" for folder in (cwd, *cwd.parents) if exists(folder / ".env")), cwd / ".env")
    users = path.parent == home
    layer: Layer = (".env", {})
    secrets: list[str] = []
    skipped: tuple[Skipped, ...] = ()
    try:
        text = _text(bytes_of(path, found_in=None if users else path.parent))
        if text:  # importing python-dotenv takes 5 ms
            layer, secrets = _env_file(text, path, cwd, dict(environ), Owner.USER if users else Owner.FOLDER)
        else:
            layer = (shown_path(path, cwd), {})
    except SkippedFile as error:
        skipped = (Skipped(shown_path(path, cwd), error.reason),)
    return [*layers, layer], secrets, skipped


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "surrogateescape")


def _env_file(text: str, path: Path, cwd: Path, environ: Mapping[str, str], owner: Owner) -> tuple[Layer, list[str]]:
    """Read a ``.env`` file as ``load_dotenv()`` does: the last binding of a name wins, ``${NAME}`` is expanded.

    Also return the values of ``environ`` that a file of the folder has put into its own. Raises SkippedFile if the
    file's values grow too large.
    """
    from collections import ChainMap

    from probes.config_formats.dotenv import Expansion, dotenv, pieces
    from probes.settings.consent import plain

    shown = shown_path(path, cwd)
    found: dict[str, Sourced[str]] = {}
    values: dict[str, str] = {}
    known = ChainMap(dict(environ), values)
    expansion = Expansion()
    secrets: dict[str, None] = {}
    for binding in dotenv(text):
        parts = list(pieces(binding.value))
        value = expansion.of(parts, known)
        borrowed: dict[Source, None] = {}
        names = dict.fromkeys(part.name for part in parts if part.name is not None)
        for name in names if owner is Owner.FOLDER else ():
            if not plain(environ.get(name, "")):
                borrowed[environment_variable(name)] = None
                secrets[environ[name]] = None
            elif name in found:
                borrowed |= dict.fromkeys(found[name].borrowed)
        values[binding.name] = value
        source = Source(SourceKind.DOTENV, owner, binding.name, shown, binding.line)
        found[binding.name] = Sourced(value, source, tuple(borrowed))
    return (shown, found), list(secrets)
