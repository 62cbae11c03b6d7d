"""`llmdoctor judge`: judge a saved run again."""

from __future__ import annotations

import sys

import click

from diagnose.cli import console, named_files, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongFile
from diagnose.formats import FORMATS
from diagnose.words import LANGS

_NO_RUN = "it is not a run that `check --save` kept; for a report or an error text use `llmdoctor explain --file`"


@click.command("judge", cls=GroupedCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text", help="How to report.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "output", type=click.Path(dir_okay=False), help="Write the report there.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("-v", "--verbose", is_flag=True, help="Every check, all evidence, the settings that work.")
def command(
    file: str, fmt: str, as_json: bool, output: str | None, lang: str | None, strict: bool, verbose: bool
) -> None:
    """Judge a run saved by `check --save`, on another machine or with a later version.

    Of a bundle (`llmdoctor bundle`), the text report is followed by what else is in it.
    """
    from diagnose.judging.judge import judge
    from diagnose.judging.support_bundle import opened
    from probes.model.archive import ArchiveError

    text = named_files.text(file)
    try:
        bundle = opened(text)
    except ArchiveError as error:
        if not text.lstrip().startswith("{"):
            raise WrongFile("{path}: {why}.", path=file, why=_NO_RUN) from error
        raise WrongFile("{path}: {why}.", path=file, why=getattr(error, "sentence", error)) from error
    fmt = "json" if as_json else fmt
    spoken = console.language(lang, on_screen=fmt == "text" and output is None)
    report = judge(bundle.evidence, spoken)
    console.write(report, fmt, spoken, output, strict, verbose)
    if bundle.rows and fmt == "text" and output is None:
        from diagnose.tables import bundle_table

        printer.echo(bundle_table.text(bundle, spoken, list_width()), nl=False)
    sys.exit(console.status(report, fmt, strict))
