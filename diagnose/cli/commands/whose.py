"""`llmdoctor whose`: show which doors a key fits, offline."""

from __future__ import annotations

import os
import re
import sys
import time
from typing import TYPE_CHECKING

import click

from diagnose.cli import console, printer
from diagnose.cli.help_pages import GroupedCommand
from diagnose.cli.usage_errors import WrongUse
from diagnose.words import LANGS, phrase
from probes.protocols.names import DEFAULT_PROTOCOL

if TYPE_CHECKING:
    from probes.model.value_issues import Flaw


# A key may begin with a dash, and click would print it in the message about an unknown option: take those as arguments.
@click.command("whose", cls=GroupedCommand, context_settings={"ignore_unknown_options": True})
@click.argument("key", nargs=-1)
@click.option("--key-env", metavar="NAME", help="Read the key from this environment variable.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; by default from the locale.")
def command(key: tuple[str, ...], key_env: str | None, as_json: bool, lang: str | None) -> None:
    """Say which providers a KEY may belong to, by its form alone. Nothing is sent anywhere.

    The key is read from standard input, or from the variable named by --key-env.
    """
    spoken = console.language(lang)
    raw = _given(key, key_env, spoken)
    if not raw.strip():
        raise WrongUse("There is no key: the value is empty.")

    from diagnose.cli.key_report import KeyReport, document, text
    from diagnose.cli.known_doors import known_doors
    from probes.keys.owner import fit, identify
    from probes.keys.plain_key import is_plain
    from probes.model.secret import hint

    doors = known_doors()
    flaws, cleaned = ((), raw) if is_plain(raw) else _examined(raw)
    bare = cleaned or raw
    matches = identify(bare)
    home = doors.get(matches[0].door) if matches else None
    now = time.time()
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    found = fit(bare, home, local=False, day=day)
    look = KeyReport(hint(bare), len(raw), matches, flaws, found, cleaned is not None, now, day)
    if as_json:
        printer.echo_json(document(look, doors))
    else:
        from diagnose.cli.list_width import list_width

        printer.echo(text(look, doors, spoken, list_width()), nl=False)
    sys.exit(0 if matches else 3)


def _examined(raw: str) -> tuple[tuple[Flaw, ...], str | None]:
    from probes.keys.flaws import examine_key

    exam = examine_key(raw, DEFAULT_PROTOCOL)
    return exam.flaws, exam.cleaned


def _given(words: tuple[str, ...], name: str | None, lang: str) -> str:
    """Return the key unchanged, except for one line ending of standard input. Raises click.UsageError without a key."""
    if option := next((word for word in words if re.fullmatch(r"--?[a-z]{1,12}(?:-[a-z]{1,12})?", word)), None):
        raise click.NoSuchOption(option)
    if words and name is not None:
        raise WrongUse("Give the key once: as an argument or with --key-env.")
    if name is not None:
        return _variable(name)
    if words and words != ("-",):
        printer.say(phrase("warning.key_argument", lang))
        return " ".join(words)
    if sys.stdin.isatty():
        raise WrongUse(
            "There is no key. Name its variable with --key-env, or pipe it in.",
            follow=("whose --key-env OPENAI_API_KEY",),
        )
    from diagnose.cli import named_files

    piped = named_files.standard_input(named_files.KEY).decode("utf-8", "replace")
    return piped.removesuffix("\n").removesuffix("\r")


def _variable(name: str) -> str:
    from probes.model.secret import public_prefix

    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or public_prefix(name):
        raise WrongUse("--key-env takes the name of a variable, not a key.")
    value = os.environ.get(name)
    if value is None:
        raise WrongUse("The variable {name} is not set.", name=name)
    return value
