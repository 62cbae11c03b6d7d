"""`llmdoctor docs`: write the generated pages, or check whether they are stale."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from diagnose.cli import output_files, printer
from diagnose.docs.reference_pages import pages
from probes.config_formats.files import MIB, SkippedFile, text_of


@click.command("docs", hidden=True)
@click.option("--write", metavar="DIR", type=click.Path(exists=True, file_okay=False), help="Write the pages there.")
@click.option(
    "--check", metavar="DIR", type=click.Path(exists=True, file_okay=False), help="Fail where a page is stale."
)
def command(write: str | None, check: str | None) -> None:
    """Write the pages, the manual page and report.schema.json, or check that they are up to date."""
    if (write is None) == (check is None):
        raise click.UsageError("say either --write DIR or --check DIR")
    from diagnose.cli import program

    if write is not None:
        for name, text in pages(Path(write), program).items():
            Path(write, name).parent.mkdir(exist_ok=True)
            output_files.save(Path(write, name), text)
        return
    assert check is not None
    if stale := [name for name, text in pages(Path(check), program).items() if _read(Path(check, name)) != text]:
        printer.say(f"out of date: {', '.join(stale)}. Run: llmdoctor docs --write {check}")
        sys.exit(1)


def _read(path: Path) -> str | None:
    try:
        return text_of(path, limit=4 * MIB)
    except SkippedFile:
        return None
