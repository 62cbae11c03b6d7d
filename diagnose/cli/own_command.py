"""The command line that starts this program again, in another process or typed by the user."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import diagnose


def own_command() -> list[str]:
    """Return the interpreter and what it runs: the module, or the zip file that the program lies in.

    The working folder is no place to import from (``-P``), whatever lies in it.
    """
    place = Path(diagnose.__path__[0]).absolute().parent
    return [sys.executable, "-P", *((str(place),) if place.is_file() else ("-m", "diagnose"))]


def say_how_to_call(words: Sequence[str]) -> None:
    """Say on a terminal what to type for ``llmdoctor``, the command that reports and errors name.

    ``words`` is the command line by which the program in one file was started.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        return
    from diagnose.cli import printer
    from diagnose.cli.error_messages import language_of
    from diagnose.words import phrase

    called = [Path(sys.executable).stem if os.name == "nt" else Path(sys.executable).name, words[0]]
    quoted = f'{called[0]} "{called[1]}"' if os.name == "nt" and " " in called[1] else shlex.join(called)
    printer.say(phrase("one_file", language_of(words[1:]), {"command": quoted}))
