"""Read variables from the environment and ``.env`` files, each with its source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from probes.catalog.sdk_variables import SdkVariables
from probes.config_formats.files import SkippedFile, bytes_of, exists
from probes.model.settings import BadInput, Skipped, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings.options import Options, shown_path, shown_word

Layer = tuple[str, dict[str, Sourced[str]]]  # the name of a place (`environment`, `.env`) and its variables


class Variables:
    """Variables in layers of falling precedence: the environment comes before ``.env``, as with python-dotenv.

    ``project`` is the folder of a ``.env`` that was found and not named by an option; that file is then the last layer.
    ``borrowed`` maps the source of a value that contains ``${NAME}`` of an environment variable to that name.
    ``skipped`` is the ``.env`` that was found and not read, if there is one.
    """

    def __init__(
        self,
        layers: list[Layer],
        project: Path | None = None,
        borrowed: Mapping[Source, str] | None = None,
        skipped: tuple[Skipped, ...] = (),
    ) -> None:
        self.layers = layers
        self.project = project
        self.borrowed = borrowed or {}
        self.skipped = skipped

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

    def names(self) -> Iterator[str]:
        """Return an iterator over the names, each once."""
        return iter(dict.fromkeys(name for _, values in self.layers for name in values))


def read(
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    shells: Iterable[Layer] = (),
    home: Path | None = None,
) -> Variables:
    """Read the variables that a program started in ``cwd`` has.

    They come from ``environ``, from new ``shells`` and from the nearest ``.env``; with ``--env-file`` from that file
    only, with ``--no-env`` from nowhere. A ``.env`` in ``home`` belongs to the user, any other one to the project.
    Raises BadInput if both options are given or the ``--env-file`` cannot be read.
    """
    if options.env_file and options.no_env:
        raise BadInput("--env-file and --no-env exclude each other.")
    if options.no_env:
        return Variables([])
    if options.env_file:
        path = cwd / Path(options.env_file).expanduser()
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises PermissionError
            raise BadInput(f"The file {shown_word(options.env_file)} that --env-file names does not exist.")
        try:
            text = _text(bytes_of(path, named=True))
            return Variables([_env_file(text, path, cwd, environ, Owner.USER)[0]])
        except SkippedFile as error:
            raise BadInput(f"The file {shown_word(options.env_file)} cannot be read: {error.why}.") from None
    layers = [("environment", {name: Sourced(value, environment_variable(name)) for name, value in environ.items()})]
    layers += shells
    path = next((folder / ".env" for folder in (cwd, *cwd.parents) if exists(folder / ".env")), cwd / ".env")
    users = path.parent == home
    layer: Layer = (".env", {})
    borrowed: dict[Source, str] = {}
    skipped: tuple[Skipped, ...] = ()
    try:
        text = _text(bytes_of(path, found_in=None if users else path.parent))
        layer, borrowed = _env_file(text, path, cwd, environ, Owner.USER if users else Owner.FOLDER)
    except SkippedFile as error:
        skipped = (Skipped(shown_path(path, cwd), error.reason),)
    return Variables([*layers, layer], path.parent, borrowed, skipped)


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "surrogateescape")


def _env_file(
    text: str, path: Path, cwd: Path, environ: Mapping[str, str], owner: Owner
) -> tuple[Layer, dict[Source, str]]:
    """Read a ``.env`` file as ``load_dotenv()`` does: the last binding of a name wins, ``${NAME}`` is expanded.

    Also return which bindings contain a variable of ``environ``: the source of each and the variable's name. Raises
    SkippedFile if its values grow too large.
    """
    from collections import ChainMap

    from probes.config_formats.dotenv import Expansion, dotenv, pieces

    shown = shown_path(path, cwd)
    found: dict[str, Sourced[str]] = {}
    values: dict[str, str] = {}
    known = ChainMap(dict(environ), values)
    expansion = Expansion()
    borrowed: dict[Source, str] = {}
    for binding in dotenv(text):
        parts = list(pieces(binding.value))
        value = expansion.of(parts, known)
        values[binding.name] = value
        found[binding.name] = Sourced(value, Source(SourceKind.DOTENV, owner, binding.name, shown, binding.line))
        for name in (part.name for part in parts if part.name is not None):
            if environ.get(name):
                borrowed[found[binding.name].source] = name
            elif name in found and found[name].source in borrowed:
                borrowed[found[binding.name].source] = borrowed[found[name].source]
    return (shown, found), borrowed
