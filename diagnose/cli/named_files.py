"""Read what the command line names: files and standard input, within limits."""

from __future__ import annotations

import sys

import click

from diagnose.cli.usage_errors import WrongFile
from probes.config_formats.files import MIB, SkippedFile, decoded, named_bytes, shown_size

RUN = 64 * MIB  # bytes of a report, a saved run or a log; a report has some tens of KiB
KEY = 64 * 1024  # bytes of a key on standard input; no key is longer


def content(name: str, limit: int = RUN) -> bytes:
    """Return the content of a file. Raises click.ClickException if it is not read or has more than ``limit`` bytes."""
    from pathlib import Path  # takes 3 ms to import, and most runs name no file

    try:
        return named_bytes(Path(name), limit)
    except SkippedFile as error:
        raise WrongFile("{path} cannot be read: {why}.", path=name, why=error.why) from None


def text(name: str, limit: int = RUN) -> str:
    """Return the text of a file. Raises click.ClickException as :func:`content` does, and if it is not text."""
    raw = content(name, limit)
    try:
        return decoded(raw)
    except SkippedFile as error:
        raise WrongFile("{path} cannot be read: {why}.", path=name, why=error.why) from None


def standard_input(limit: int) -> bytes:
    """Return what comes in on standard input. Raises click.ClickException if it has more than ``limit`` bytes."""
    if sys.stdin is None:
        raise click.ClickException("There is no standard input.")
    try:
        raw = sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise WrongFile("Standard input cannot be read: {why}.", why=error.strerror or error) from error
    if len(raw) > limit:
        raise WrongFile("Standard input cannot be read: it is larger than {size}.", size=shown_size(limit))
    return raw


def key_from_standard_input() -> str:
    """Return the text for ``--key-stdin``, its line end included. Raises click.ClickException if it is too long."""
    return standard_input(KEY).decode("utf-8", "surrogateescape")
