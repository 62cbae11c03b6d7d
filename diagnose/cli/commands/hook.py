"""`llmdoctor hook`: the pre-commit hook, which checks the `.env` files of a commit offline."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnose import __version__
from diagnose.cli import console, printer
from diagnose.rendering.outlet import plain
from diagnose.words import LANGS, phrase

if TYPE_CHECKING:
    from diagnose.report import Finding, Report
    from probes.model.settings import Settings

# Findings that are normal in an example file, and in a file that does not hold the key itself.
MEANT = ("key.placeholder", "key.unexpanded", "settings.missing_key")
LAYERS = ("key.", "url.", "settings.")


@click.command("hook")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(files: tuple[str, ...], lang: str | None) -> None:
    """Find keys of another provider in .env files, offline. Made for pre-commit.

    Exit status: 1 if a key does not belong to the provider of the base URL beside it, or a value cannot be valid.
    """
    spoken = console.language(lang)
    found = False
    for name in files:
        for where, finding in _faults(Path(name), spoken):
            found = True
            printer.echo(plain(f"{where}: {finding.title} ({finding.code})"))
            for piece in finding.evidence[:2]:
                printer.echo(f"    {plain(piece)}")
    sys.exit(1 if found else 0)


def _faults(path: Path, lang: str) -> Iterator[tuple[str, Finding]]:
    """Yield the errors of a file, each with the location of the value (``.env:3``)."""
    yielded = set()
    for settings in _settings(path, lang):
        findings = [one for one in _judged(settings, lang).findings if one.severity == "error"]
        layers = LAYERS[1:] if any(one.code in MEANT for one in findings) else LAYERS
        for finding in findings:
            source = settings.key if finding.code.startswith("key.") else settings.base_url
            where = source.source.location if source is not None and source.source.line else str(path)
            sure = finding.caused_by is None and finding.code not in MEANT and finding.code.startswith(layers)
            if sure and (where, finding.code) not in yielded:
                yielded.add((where, finding.code))
                yield where, finding


def _settings(path: Path, lang: str) -> Iterator[Settings]:
    """Yield the settings that each SDK reads from this file, and other providers' keys in it; read nothing else."""
    from probes.app_settings.entry import of_file
    from probes.app_settings.sdks import SdkSettings
    from probes.app_settings.search import Search, SearchPlaces
    from probes.catalog.doors import load
    from probes.model.settings import BadInput
    from probes.settings.gather import Options

    world = SearchPlaces(Path.home(), cwd=Path.cwd())
    search = Search(world)
    reading = search.read(path.absolute(), "dotenv")
    if unread := [one for one in search.skipped.values() if one.reason not in ("malformed", "encoding")]:
        raise click.ClickException(f"{path}: {phrase(f'found.{unread[0].reason}', lang)}")
    if reading is None:
        return
    try:
        for settings, _ in SdkSettings(world, Options(env_file=str(path)), load(), [of_file(reading)]).all(set()):
            yield settings
    except BadInput as error:
        raise click.ClickException(str(error)) from error


def _judged(settings: Settings, lang: str) -> Report:
    from diagnose.cli.event_loop import run as run_event_loop
    from diagnose.judging.judge import judge
    from probes.model.record import replace
    from probes.run.engine import run

    return judge(run_event_loop(run(replace(settings, offline=True), version=__version__)), lang)
