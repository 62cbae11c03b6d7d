"""`check --curl`: a pasted command in the place of settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from probes.model.settings import Settings
    from probes.settings.gather import Options

LARGEST = 256 * 1024  # bytes of a pasted command


def from_curl(text: str, options: Options, lang: str) -> Settings:
    """The settings of a pasted curl command; what of it the check does otherwise is told on standard error.

    Raises BadInput for what is no curl command.
    """
    from diagnose.words import phrase
    from probes.pasted.curl_settings import read

    named = ("target", "base_url", "key", "key_env", "key_file", "env_file")
    if options.key_stdin or any(getattr(options, name) is not None for name in named):
        raise click.UsageError("--curl brings its own base URL and key; leave out the other ones.")
    if text == "-":
        text = sys.stdin.buffer.read(LARGEST).decode("utf-8", "replace")
    settings, notes = read(text, options, os.environ, Path.cwd())
    for note in notes:
        click.echo(f"{phrase('curl.note', lang)}: {phrase(f'curl.{note.kind}', lang, {'names': note.names})}", err=True)
    return settings
