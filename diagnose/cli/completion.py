"""Shell completion: names that this program knows, such as apps, doors and codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import click

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def among(names: Callable[[], Iterable[str]]) -> Completer:
    """Return a completer that offers the names with the typed prefix; it calls ``names`` only on completion."""

    def complete(context: click.Context, parameter: click.Parameter, word: str) -> list[str]:
        return _offered(names(), word)

    return complete


def _offered(names: Iterable[str], word: str) -> list[str]:
    """Return the names with this prefix, without those that a shell would not take as they are.

    The name of a target comes from a file of the folder, and the shell would put its ``$(…)`` on the line.
    """
    return sorted(name for name in names if name.startswith(word) and re.fullmatch(r"[\w.@:/+-]++", name))


def faults() -> Iterable[str]:
    from diagnose.words.en.demo import TITLES

    return TITLES


def codes() -> Iterable[str]:
    from diagnose.words.en.findings import TEXTS

    return TEXTS


def doors() -> Iterable[str]:
    from probes.catalog.doors import Doors, builtin

    return (door.id for door in Doors(builtin()))


def apps() -> Iterable[str]:
    from probes.catalog.apps import load

    return (app.id for app in load())


def of_config(context: click.Context, parameter: click.Parameter, word: str) -> list[str]:
    """Offer the targets of the file that ``--config`` names, else of the nearest ``llmdoctor.toml``."""
    return _offered(targets(context.params.get("config")), word)


def targets(config: str | None = None) -> Iterable[str]:
    """Return the target names of this file, or of the nearest ``llmdoctor.toml``; nothing if it is not usable."""
    from pathlib import Path

    from probes.config_formats.files import SkippedFile
    from probes.model.settings import BadInput
    from probes.settings import config_file

    try:
        if config:
            return config_file.read(Path(config).expanduser()).targets
        path = config_file.find(Path.cwd())
        return config_file.found(path, str(path), Path.home()).targets if path is not None else ()
    except (BadInput, SkippedFile, RuntimeError):  # RuntimeError: the user has no home
        return ()
