"""`check --curl`: settings from a pasted curl command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnose.cli import printer

if TYPE_CHECKING:
    from probes.model.settings import Settings
    from probes.settings.gather import Options

LARGEST = 256 * 1024  # bytes of a pasted command that are read


def from_curl(text: str, options: Options, lang: str) -> Settings:
    """Read settings from a pasted curl command; list on standard error what the check does differently.

    ``text`` is the command, such as ``curl https://api.example.com/v1/models``, or ``-`` for standard input. Raises
    BadInput if it is not a curl command, click.UsageError if other options give a base URL or key too.
    """
    from diagnose.cli.named_files import standard_input
    from diagnose.words import phrase
    from probes.pasted.curl_settings import read

    excluded = ("target", "base_url", "key", "key_env", "key_file", "config", "env_file")
    if options.key_stdin or any(getattr(options, name) is not None for name in excluded):
        raise click.UsageError("--curl brings its own base URL and key; leave out the other ones.")
    if text == "-":
        text = standard_input(LARGEST).decode("utf-8", "replace")
    settings, notes = read(text, options, os.environ, Path.cwd())
    for note in notes:
        printer.say(f"{phrase('curl.note', lang)}: {phrase(f'curl.{note.kind}', lang, {'names': note.names})}")
    return settings
