"""`llmdoctor init`: write a first llmdoctor.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from diagnose.cli import console, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.usage_errors import WrongFile
from diagnose.interruption import Held
from diagnose.words import LANGS, phrase

if TYPE_CHECKING:
    from probes.model.settings import Settings


@click.command("init", cls=GroupedCommand)
@click.option("-o", "output", type=click.Path(dir_okay=False), default="llmdoctor.toml", help="The file to write.")
@click.option("--env-file", metavar="PATH", help="Read this .env file and no other.")
@click.option("--apps", is_flag=True, help="A target for each app that `scan` finds, where its key is in a variable.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(output: str, env_file: str | None, apps: bool, force: bool, lang: str | None) -> None:
    """Write a first llmdoctor.toml from the settings found here. It names keys, and never contains one.

    Its targets are for `llmdoctor fleet` and for `llmdoctor check NAME`.
    """
    from diagnose.words import part
    from probes.catalog.door_files import DoorsError
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.config_file import target_name, write_first
    from probes.settings.gather import Options, gather

    spoken = console.language(lang)
    try:
        load()  # reports an error in the user's own doors before anything is written
        if click.get_current_context().get_parameter_source("output") is ParameterSource.DEFAULT:
            _check_link(Path(output))
        settings = gather(Options(env_file=env_file), os.environ, Path.cwd())
        targets = (_targets() if apps else {}) or {target_name(settings): settings}
        with Held():
            text = write_first(Path(output), targets, force, part(spoken, "command_line").SAY["init_comment"])
    except (BadInput, DoorsError) as error:
        raise click.ClickException(str(error)) from error
    console.tell_skipped(settings, spoken)
    printer.say(phrase("init.wrote", spoken, {"path": output}))
    printer.echo(text, nl=False)
    for line in _next(output, text, spoken):
        printer.echo(line, err=True)


def _next(output: str, text: str, lang: str) -> Iterator[str]:
    """Yield the commands that check the targets of the written file."""
    from tomllib import loads

    from diagnose.cli.help_pages import table
    from diagnose.words import part

    name = next(iter(loads(text)["targets"]))
    if not re.fullmatch(r"[\w.:/\\-]+", output) or not re.fullmatch(r"[\w-]+", name):
        return
    say: dict[str, str] = part(lang, "command_line").SAY
    rows = [
        (f"llmdoctor fleet {output}", say["init_fleet"]),
        (f"llmdoctor check --config {output} {name}", say["init_check"]),
    ]
    yield ""
    yield from table(rows, console.width())


def _check_link(path: Path) -> None:
    """Check that the file that nobody named is no link that a stranger's folder leads elsewhere.

    Raises click.ClickException if it is.
    """
    if not Path(os.path.realpath(path)).is_relative_to(Path.cwd()):
        raise WrongFile(
            "{path} is a link to a file outside this folder, so nothing is written through it. Name a file with -o.",
            path=path,
        )


def _targets() -> dict[str, Settings]:
    """Return the settings that `scan` finds, by target name; only those whose key is in an environment variable.

    A target refers to its key by the variable's name, so a key in an app's own file cannot be used. Nor can a base URL
    with a variable of the user in it, which is a secret and not written.
    """
    from probes.app_settings.scan import find
    from probes.app_settings.search import this_world
    from probes.catalog import apps
    from probes.model.source import SourceKind
    from probes.settings.gather import Options

    targets: dict[str, Settings] = {}
    for one in find(this_world(os.environ, Path.cwd()), Options(), apps.load()).found:
        key = one.settings.key
        base = one.settings.base_url
        if one.beyond or key is None or key.source.kind is not SourceKind.ENVIRONMENT or (base and base.borrowed):
            continue
        name = re.sub(r"[^\w-]+", "-", "-".join(filter(None, (one.app, one.name))))
        while name in targets:
            stem, _, number = name.rpartition("-")
            name = f"{stem}-{int(number) + 1}" if number.isdecimal() and len(number) < 5 else f"{name}-2"
        targets[name] = one.settings
    return targets
