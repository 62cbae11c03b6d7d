"""The doors that the command line knows: the built-in ones, the user's, and those of the nearest llmdoctor.toml."""

from __future__ import annotations

import os

import click

from probes.catalog.door_files import DoorsError
from probes.catalog.doors import Doors, adopt, informed


def known_doors() -> Doors:
    """Load every door, including those of the user's folder and of the nearest llmdoctor.toml.

    Raises click.ClickException if one of these files is invalid.
    """
    config = _nearest_config()
    try:
        if config:
            from pathlib import Path

            from probes.model.settings import BadInput
            from probes.settings.config_file import read

            try:
                adopt(read(Path(config)).doors)
            except BadInput as error:
                raise click.ClickException(str(error)) from error
        return informed()
    except DoorsError as error:
        raise click.ClickException(str(error)) from error


def _nearest_config() -> str:
    """Return the path of the nearest llmdoctor.toml; empty if there is none. No pathlib, whose import takes 3 ms."""
    folder, last = os.getcwd(), ""  # noqa: PTH109
    while folder != last:
        path = os.path.join(folder, "llmdoctor.toml")  # noqa: PTH118
        if os.path.isfile(path):  # noqa: PTH113
            return path
        folder, last = os.path.dirname(folder), folder  # noqa: PTH120
    return ""
