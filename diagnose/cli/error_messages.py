"""How the program says that it cannot go on: errors of the command line or of a file, and errors of its own.

The text of an error quotes what the user typed or what a file holds, so it is searched for keys by their look before it
goes the way of all text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnose.cli import console, printer
from diagnose.cli.secret_words import is_there, on_command_line
from diagnose.rendering.outlet import Grammar, plain
from diagnose.words import LANGS, part, phrase, sentence
from probes.model.known_secrets import KNOWN
from probes.model.scrubber import WINDOW
from probes.model.sentence import Sentence
from probes.model.source import Source

if TYPE_CHECKING:
    from probes.model.settings import BadInput

WRONG = 2  # exit status: the command line or a file is wrong, or the program itself
UNKNOWN = 3  # of a monitoring plugin, for which 2 means that the target is down
ERRORS = 50  # of one file that are printed
DEBUG = "LLMDOCTOR_DEBUG"
_ENDS = (".", "!", "?", "。")


def refuse(error: click.ClickException, words: Sequence[str]) -> int:
    """Print why the command line ``words`` or a file is wrong, as one sentence; return the exit status.

    After an error of the command line come command lines that the user can run next.
    """
    from diagnose.cli.click_errors import sentence_of

    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # since click 8.2: a command is missing
        printer.echo(error.format_message(), err=True)
        return WRONG
    lang = language_of(words)
    said = sentence(sentence_of(error), lang)
    message = _without_keys(said, [word for word in words if _names_a_file(word)])
    handing = _how_to_hand_over(error, words, lang)
    if isinstance(error, click.UsageError) and _is_extra(error) and handing:
        message = phrase("error.extra_argument", lang)
    if handing:
        message = f"{message}{'' if message.endswith(_ENDS) else '.'} {handing}"
    several = getattr(error.__cause__, "errors", ())
    each = _each(several, lang)
    if _is_for("nagios", words):
        printer.echo(f"LLMDOCTOR UNKNOWN - {plain(' '.join((message, *each)))}".replace("|", "/"))
        return UNKNOWN
    if _is_for("github", words):
        told = [(message, sentence_of(error)), *zip(each, (one.sentence for one in several), strict=False)]
        lines = [_annotation(said, found) for said, found in told]
        printer.echo("\n".join(lines), people=False, grammar=Grammar.WORKFLOW)
    _say(message.strip(), lang)
    for line in each:
        printer.say(line)
    if lines := _next_commands(error, lang):
        printer.echo("\n" + "\n".join(lines), err=True)
    return WRONG


def _each(errors: Sequence[BadInput], lang: str) -> list[str]:
    """Return the errors of a file that has several, a line each."""
    said = [_without_keys(sentence(one.sentence, lang)) for one in errors[:ERRORS]]
    if len(errors) > ERRORS:
        said.append(phrase("error.more", lang, {"count": str(len(errors) - ERRORS)}))
    return said


def _say(message: str, lang: str) -> None:
    """Print a sentence on standard error; on a terminal it is broken between words."""
    text = f"{part(lang, 'command_line').SAY['error']}{plain(message)}"
    if not sys.stderr.isatty():
        printer.say(text)
        return
    from diagnose.rendering.line_breaks import wrapped

    printer.echo("\n".join(wrapped(text, console.width())), err=True)


def language_of(words: Sequence[str]) -> str:
    """Return the language of ``--lang`` if the words have one, else that of the environment.

    The command line is wrong, so nothing has parsed it.
    """
    at = next((number for number, word in enumerate(words) if word == "--lang" or word.startswith("--lang=")), None)
    named = "" if at is None else words[at].partition("=")[2] or next(iter(words[at + 1 : at + 2]), "")
    return console.language(named if named in LANGS else None)


def _next_commands(error: click.ClickException, lang: str) -> list[str]:
    """Return command lines that help after an error: those that it names, else the examples of its command."""
    named = next((found for one in (error, error.__cause__) if (found := getattr(one, "follow", ()))), ())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None and not named:
        return []
    from diagnose.cli.help_pages import examples, table

    command = context.command_path.partition(" ")[2] if context is not None else ""
    if isinstance(error, click.NoSuchOption) and not command:
        named = _of_check(error)
    corrects = isinstance(error, click.NoSuchOption | click.BadOptionUsage | click.BadParameter)
    rows = [(one, "") for one in named]
    if not named and not (corrects and not isinstance(error, click.MissingParameter)):
        rows = examples(command, lang)
    if context is not None:
        rows.append((f"{command} --help".strip(), part(lang, "command_line").SAY["all_options"]))
    return [line.rstrip() for line in table([(f"llmdoctor {one}", note) for one, note in rows], console.width())]


def _of_check(error: click.NoSuchOption) -> tuple[str, ...]:
    """Return the command line of `check` with an option that was given without a command, if `check` has it."""
    group = error.ctx.command if error.ctx is not None else None
    check = group.get_command(error.ctx, "check") if isinstance(group, click.Group) and error.ctx is not None else None
    option = next((one for one in check.params if error.option_name in one.opts), None) if check is not None else None
    if option is None:
        return ()
    value = f" {option.metavar or ''}".rstrip()
    return (f"check {error.option_name}{value}",)


def broken(error: BaseException, words: Sequence[str]) -> int:
    """Print that the program has a bug, with the type of its exception, never its values; return the exit status.

    With ``LLMDOCTOR_DEBUG`` set, print the traceback as well, without what looks like a key.
    """
    lang = language_of(words)
    message = phrase("error.bug", lang, {"detail": type(error).__name__, "variable": DEBUG})
    if os.environ.get(DEBUG):
        from traceback import format_exception

        for line in "".join(format_exception(error)).splitlines():
            printer.echo(_without_keys(line), err=True)
    if _is_for("nagios", words):
        printer.echo(f"LLMDOCTOR UNKNOWN - {plain(message)}".replace("|", "/"))
        return UNKNOWN
    _say(message, lang)
    return WRONG


def _without_keys(text: str, kept: Sequence[str] = ()) -> str:
    """Replace what is known to be a key, and what looks like one; not in the names of files that are there."""
    if kept:
        return kept[0].join(_without_keys(piece, kept[1:]) for piece in text.split(kept[0]))
    from probes.pasted.keys_in_text import mask_keys

    return mask_keys(KNOWN.scrub(text))


def _names_a_file(word: str) -> bool:
    return len(word) >= WINDOW and is_there(word)


def _how_to_hand_over(error: click.ClickException, words: Sequence[str], lang: str) -> str:
    """Return a sentence about the right place of a key, if one seems to be in a wrong one; else an empty string."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    options = {one.name for one in context.command.params} if context is not None else set()
    takes_keys = "key_stdin" in options
    if takes_keys and isinstance(error, click.UsageError) and _is_extra(error):
        return phrase("error.hand_over", lang)
    if not on_command_line(words):
        return ""
    whole = context is not None and context.parent is None  # `llmdoctor KEY`
    return phrase("error.hand_over" if takes_keys or whole else "error.key_shown", lang)


def _is_extra(error: click.UsageError) -> bool:
    """Check whether there is an argument too many that may be a key: a second URL is none."""
    if not error.message.startswith("Got unexpected extra argument"):
        return False
    return not all("://" in word for word in error.message.partition("(")[2].split())


def _is_for(fmt: str, words: Sequence[str]) -> bool:
    """Check whether the command line asks for a format whose reader expects errors in it too.

    A monitoring scheduler expects one line and other exit statuses; GitHub Actions shows annotations.
    """
    return fmt in " ".join(words).replace("--format=", "--format ").partition("--format ")[2].split()[:1]


def _annotation(said: str, found: Sentence | str) -> str:
    """Return an error as an annotation of GitHub Actions, at the file and line that its sentence names."""
    from diagnose.formats.github import command

    values = found.values if isinstance(found, Sentence) else {}
    source = next((one for one in values.values() if isinstance(one, Source) and one.file and one.line), None)
    file, line = values.get("path", values.get("shown", "")), values.get("line", "")
    if source is not None:
        file, line = source.file, source.line
    where = {"file": plain(file), "line": plain(line)} if file and line and not Path(str(file)).is_absolute() else {}
    return command("error", {**where, "title": "llmdoctor"}, plain(said))
