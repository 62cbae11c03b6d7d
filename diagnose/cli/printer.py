"""The module that prints: every text passes ``diagnose/rendering/outlet.py`` on its way to either stream.

Only the lines of ``progress.py`` write to the terminal besides, since they move its cursor.
"""

from __future__ import annotations

import sys

import click

from diagnose.rendering.outlet import Grammar, passed, plain


def echo(
    text: str,
    *,
    err: bool = False,
    nl: bool = True,
    people: bool = True,
    grammar: Grammar = Grammar.TEXT,
    colours: bool = False,
) -> None:
    """Print a document to standard output, or with ``err`` to standard error; ``nl`` adds a line end.

    It is in the console's encoding if ``people`` read it, else in UTF-8. Its own line ends stay, so foreign text in it
    must have passed :func:`plain`; with ``colours`` its colours stay too.
    """
    text = passed(text, grammar, colours)
    if people or err or sys.stdout.isatty():
        click.echo(text, nl=nl, err=err, color=True)
    else:
        click.echo(text.encode("utf-8", "replace"), nl=nl)


def say(text: str) -> None:
    """Print a message on standard error, as one line whatever stands in it."""
    click.echo(passed(plain(text)), err=True)


def echo_json(document: object) -> None:
    """Print a document for programs, indented."""
    from diagnose.formats.json import dumps

    echo(dumps(document, indent=2), people=False, grammar=Grammar.JSON)


def agrees(question: str) -> bool:
    """Ask on standard error, and return whether the answer is yes. Raises click.Abort without an answer."""
    return click.confirm(plain(question), err=True)
