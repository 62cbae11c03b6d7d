"""How the program says that it cannot go on: errors of the command line or of a file, and errors of its own.

The text of an error quotes what the user typed or what a file holds, so it is searched for keys by their look before it
goes the way of all text.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from diagnose.cli import console, printer
from diagnose.cli.secret_words import is_there, on_command_line
from diagnose.rendering.outlet import plain
from diagnose.words import phrase
from probes.model.known_secrets import KNOWN
from probes.model.scrubber import WINDOW

WRONG = 2  # exit status: the command line or a file is wrong, or the program itself
UNKNOWN = 3  # of a monitoring plugin, for which 2 means that the target is down
DEBUG = "LLMDOCTOR_DEBUG"
_ENDS = (".", "!", "?", "。")


def refuse(error: click.ClickException, words: Sequence[str]) -> int:
    """Print why the command line ``words`` or a file is wrong, as one sentence; return the exit status."""
    message = _without_keys(error.format_message(), [word for word in words if _names_a_file(word)])
    handing = _how_to_hand_over(error, words)
    if isinstance(error, click.UsageError) and _is_extra(error) and handing:
        message = phrase("error.extra_argument", console.language(None))
    if handing:
        message = f"{message}{'' if message.endswith(_ENDS) else '.'} {handing}"
    if _for_nagios(words):
        printer.echo(f"LLMDOCTOR UNKNOWN - {plain(message)}".replace("|", "/"))
        return UNKNOWN
    if isinstance(error, click.UsageError) and error.ctx is not None:
        context = error.ctx
        printer.echo(context.get_usage(), err=True)
        if context.command.get_help_option(context) is not None:
            printer.echo(f"Try '{context.command_path} {context.help_option_names[-1]}' for help.", err=True)
        printer.echo("", err=True)
    printer.say(f"Error: {message}")
    return WRONG


def broken(error: BaseException, words: Sequence[str]) -> int:
    """Print that the program has a bug, with the type of its exception, never its values; return the exit status.

    With ``LLMDOCTOR_DEBUG`` set, print the traceback as well, without what looks like a key.
    """
    lang = console.language(None)
    message = phrase("error.bug", lang, {"detail": type(error).__name__, "variable": DEBUG})
    if os.environ.get(DEBUG):
        from traceback import format_exception

        for line in "".join(format_exception(error)).splitlines():
            printer.echo(_without_keys(line), err=True)
    if _for_nagios(words):
        printer.echo(f"LLMDOCTOR UNKNOWN - {plain(message)}".replace("|", "/"))
        return UNKNOWN
    printer.say(f"Error: {message}")
    return WRONG


def _without_keys(text: str, kept: Sequence[str] = ()) -> str:
    """Replace what is known to be a key, and what looks like one; not in the names of files that are there."""
    if kept:
        return kept[0].join(_without_keys(piece, kept[1:]) for piece in text.split(kept[0]))
    from probes.pasted.keys_in_text import mask_keys

    return mask_keys(KNOWN.scrub(text))


def _names_a_file(word: str) -> bool:
    return len(word) >= WINDOW and is_there(word)


def _how_to_hand_over(error: click.ClickException, words: Sequence[str]) -> str:
    """Return a sentence about the right place of a key, if one seems to be in a wrong one; else an empty string."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    options = {one.name for one in context.command.params} if context is not None else set()
    takes_keys = "key_stdin" in options
    if takes_keys and isinstance(error, click.UsageError) and _is_extra(error):
        return phrase("error.hand_over", console.language(None))
    if not on_command_line(words):
        return ""
    whole = context is not None and context.parent is None  # `llmdoctor KEY`
    return phrase("error.hand_over" if takes_keys or whole else "error.key_shown", console.language(None))


def _is_extra(error: click.UsageError) -> bool:
    """Check whether there is an argument too many that may be a key: a second URL is none."""
    if not error.message.startswith("Got unexpected extra argument"):
        return False
    return not all("://" in word for word in error.message.partition("(")[2].split())


def _for_nagios(words: Sequence[str]) -> bool:
    """Check whether the reader is a monitoring scheduler, which expects one line and other exit statuses."""
    return "nagios" in " ".join(words).replace("--format=", "--format ").partition("--format ")[2].split()[:1]
