"""`llmdoctor init`: a first llmdoctor.toml."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("init")
@click.option("-o", "output", type=click.Path(dir_okay=False), default="llmdoctor.toml", help="The file to write.")
@click.option("--env-file", metavar="PATH", help="Read this .env file and no other.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(output: str, env_file: str | None, force: bool) -> None:
    """Write a first llmdoctor.toml from the settings found here. Keys are named in it, never written."""
    from probes.config import BadInput, write_first
    from probes.doors import DoorsError, load
    from probes.sources import Options, gather

    try:
        load()  # a user's own doors may be refused: better now than in the middle of a run
        settings = gather(Options(env_file=env_file), os.environ, Path.cwd())
        text = write_first(Path(output), settings, force)
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"wrote {output}:", err=True)
    click.echo(text, nl=False)
