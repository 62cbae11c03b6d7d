"""`llmdoctor compare`: compare two reports of one target from two places."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from diagnose.cli import console, named_files, output_files, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongFile
from diagnose.tables.comparison import FORMATS, render
from diagnose.words import LANGS

if TYPE_CHECKING:
    from diagnose.judging.compared_report import ComparedReport

STATUS = {"none": 0, "a": 1, "b": 1, "both": 1, "unknown": 3}


@click.command("compare", cls=GroupedCommand)
@click.argument("a", metavar="A.json", type=click.Path(exists=True, dir_okay=False))
@click.argument("b", metavar="B.json", type=click.Path(exists=True, dir_okay=False))
@click.option("--format", "fmt", type=click.Choice(tuple(FORMATS)), default="text", help="How to report.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "output", type=click.Path(dir_okay=False), help="Write the comparison there.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(a: str, b: str, fmt: str, as_json: bool, output: str | None, lang: str | None) -> None:
    """Compare two reports of one target from two places, and say on which side the problem is.

    For example the user's and the support's. Each file is a report (`check --json`) or a saved run (`check --save`).
    Exit status: 0 if neither shows a problem, 1 if one or both do, 3 if these two cannot tell.
    """
    from diagnose.judging.compare import compare

    found = compare(_read(a), _read(b), _names(a, b))
    width = list_width() if output in (None, "-") else None
    spoken = console.language(lang, on_screen=fmt == "text" and not (as_json or output))
    text = render(found, "json" if as_json else fmt, spoken, width)
    if output is None or output == "-":
        printer.echo(text, nl=False, people=not as_json and fmt == "text")
    else:
        output_files.save(output, text)
    sys.exit(STATUS[found.fault])


def _names(a: str, b: str) -> tuple[str, str]:
    """Call the two by their file names without ending; with their folders, or A and B, where these are the same."""
    parts = [one.removesuffix(".json").replace(os.sep, "/").split("/") for one in (a, b)]
    for count in (1, 2, 3):
        one, other = ("/".join(each[-count:]) for each in parts)
        if one and other and one != other:
            return one, other
    return "A", "B"


def _read(name: str) -> ComparedReport:
    from diagnose.judging.compared_report import NotAReport, place
    from diagnose.judging.saved_run import is_bundle, read
    from probes.model.archive import SCHEMA, ArchiveError, parse

    text = named_files.text(name)
    try:
        document: Any = parse(text)
        if is_bundle(document) or (isinstance(document, dict) and document.get("schema") == SCHEMA):
            from diagnose.formats.json import document as written
            from diagnose.judging.judge import judge

            document = written(judge(read(text)))
        return place(document)
    except (NotAReport, ArchiveError) as error:
        raise WrongFile("{path}: {why}.", path=name, why=getattr(error, "sentence", error)) from error
