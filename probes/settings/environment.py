"""Read variables from the environment and ``.env`` files, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from probes.catalog.sdk_variables import SdkVariables
from probes.model.secret import Secret
from probes.model.settings import BadInput, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings.consent import plain
from probes.settings.options import Options, shown_path, shown_word

Layer = tuple[str, dict[str, Sourced[str]]]  # the name of a place (`environment`, `.env`) and its variables


class Variables:
    """Variables in layers of falling precedence: the environment comes before ``.env``, as with python-dotenv.

    ``secrets`` are the values of the environment that a file of the folder has put into its own.
    """

    def __init__(self, layers: list[Layer], secrets: Iterable[str] = ()) -> None:
        self.layers = layers
        self.secrets = tuple(Secret(value) for value in dict.fromkeys(secrets))

    def of_user(self) -> Variables:
        """Return only the values that the user has set, outside of the folder's files."""
        return Variables(
            [
                (place, {name: value for name, value in values.items() if value.source.owner is Owner.USER})
                for place, values in self.layers
            ]
        )

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
        layer, secrets = _env_file(path, cwd, environ, Owner.USER if path.parent == home else Owner.FOLDER)
    except OSError:  # missing, or without permission: the app cannot read it either
        layer, secrets = (".env", {}), []
    return Variables([*layers, layer], secrets)


def _env_file(path: Path, cwd: Path, environ: Mapping[str, str], owner: Owner) -> tuple[Layer, list[str]]:
    """Read a ``.env`` file as ``load_dotenv()`` does: the last binding of a name wins, ``${NAME}`` is expanded.

    Also return the values of ``environ`` that a file of the folder has put into its own.
    """
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    from dotenv.variables import Variable, parse_variables

    from probes.config_formats.dotenv import dotenv

    shown = shown_path(path, cwd)
    found: dict[str, Sourced[str]] = {}
    values: dict[str, str | None] = {}
    secrets: list[str] = []
    for binding in dotenv(text):
        known: dict[str, str | None] = {**values, **environ}
        atoms = list(parse_variables(binding.value))
        borrowed: list[Source] = []
        for name in (atom.name for atom in atoms if isinstance(atom, Variable)) if owner is Owner.FOLDER else ():
            if not plain(environ.get(name, "")):
                borrowed.append(environment_variable(name))
                secrets.append(environ[name])
            elif name in found:
                borrowed += found[name].borrowed
        value = "".join(atom.resolve(known) for atom in atoms)
        values[binding.name] = value
        source = Source(SourceKind.DOTENV, owner, binding.name, shown, binding.line)
        found[binding.name] = Sourced(value, source, tuple(dict.fromkeys(borrowed)))
    return (shown, found), secrets
