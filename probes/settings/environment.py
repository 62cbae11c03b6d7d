"""Named values of the environment and of ``.env`` files, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from probes.catalog.sdk_variables import SdkVariables
from probes.model.settings import BadInput, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings.options import Options, shown_path, shown_word

Layer = tuple[str, dict[str, Sourced[str]]]  # what a place is called, and its variables


class Variables:
    """Named values of the environment and an env file; the environment stands first, as python-dotenv leaves it."""

    def __init__(
        self, layers: list[Layer], project: Path | None = None, borrowed: Mapping[Source, str] | None = None
    ) -> None:
        self.layers = layers
        self.project = project  # the folder of the `.env` that was found without being named; it is the last layer
        self.borrowed = borrowed or {}  # what in it refers to a variable of the environment: source -> that variable

    def all(self, name: str) -> list[Sourced[str]]:
        """Every value of that name, the one that counts first."""
        return [values[name] for _, values in self.layers if name in values]

    def first(self, name: str) -> Sourced[str] | None:
        """The one that counts, be it empty: an empty variable hides the line in ``.env``."""
        return next(iter(self.all(name)), None)

    def filled(self, name: str) -> Sourced[str] | None:
        """The one that counts, where it is not empty."""
        found = self.first(name)
        return found if found and found.value else None

    def base(self, family: SdkVariables, emptied: bool = False) -> Sourced[str] | None:
        """The base URL that a client of this family takes; with ``emptied`` one that is set to nothing, too."""
        found = next((value for name in family.bases if (value := self.filled(name))), None)
        return found or next((value for name in family.bases if emptied and (value := self.first(name))), None)

    def names(self) -> Iterator[str]:
        """Each name once."""
        return iter(dict.fromkeys(name for _, values in self.layers for name in values))


def read(
    options: Options,
    environ: Mapping[str, str],
    cwd: Path,
    shells: Iterable[Layer] = (),
    home: Path | None = None,
) -> Variables:
    """The variables that a program started in the folder has: of ``environ``, of new ``shells`` and of the nearest
    ``.env``; those of ``--env-file`` alone where that is asked for, and none with ``--no-env``. A ``.env`` in ``home``
    is the user's own.

    Raises BadInput for both at once, and for an ``--env-file`` that cannot be read.
    """
    if options.env_file and options.no_env:
        raise BadInput("--env-file and --no-env exclude each other.")
    if options.no_env:
        return Variables([])
    if options.env_file:
        path = cwd / Path(options.env_file).expanduser()
        if not path.is_file():
            raise BadInput(f"The file {shown_word(options.env_file)} that --env-file names does not exist.")
        try:
            return Variables([_env_file(path, cwd, environ, Owner.USER)[0]])
        except OSError as error:
            raise BadInput(f"The file {shown_word(options.env_file)} cannot be read: {error.strerror}.") from None
    layers = [("environment", {name: Sourced(value, environment_variable(name)) for name, value in environ.items()})]
    layers += shells
    path = next((folder / ".env" for folder in (cwd, *cwd.parents) if (folder / ".env").is_file()), cwd / ".env")
    try:
        layer, borrowed = _env_file(path, cwd, environ, Owner.USER if path.parent == home else Owner.FOLDER)
    except OSError:  # none, or not ours to read: the app cannot read it either
        layer, borrowed = (".env", {}), {}
    return Variables([*layers, layer], path.parent, borrowed)


def _env_file(path: Path, cwd: Path, environ: Mapping[str, str], owner: Owner) -> tuple[Layer, dict[Source, str]]:
    """The bindings as ``load_dotenv()`` takes them: the last of a name counts, ``environ`` goes into ``${NAME}``.

    Also which of them hold a variable of the environment: source and that variable.
    """
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    from dotenv.variables import Variable, parse_variables

    from probes.config_formats.dotenv import dotenv

    shown = shown_path(path, cwd)
    found: dict[str, Sourced[str]] = {}
    values: dict[str, str | None] = {}
    borrowed: dict[Source, str] = {}
    for binding in dotenv(text):
        known: dict[str, str | None] = {**values, **environ}
        atoms = list(parse_variables(binding.value))
        value = "".join(atom.resolve(known) for atom in atoms)
        values[binding.name] = value
        found[binding.name] = Sourced(value, Source(SourceKind.DOTENV, owner, binding.name, shown, binding.line))
        for atom in atoms:
            if isinstance(atom, Variable) and environ.get(atom.name):
                borrowed[found[binding.name].source] = atom.name
            elif isinstance(atom, Variable) and atom.name in found and found[atom.name].source in borrowed:
                borrowed[found[binding.name].source] = borrowed[found[atom.name].source]
    return (shown, found), borrowed
