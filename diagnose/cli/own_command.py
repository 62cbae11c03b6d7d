"""The command line that starts this program again, in another process."""

from __future__ import annotations

import sys
from pathlib import Path

import diagnose


def own_command() -> list[str]:
    """Return the interpreter and what it runs: the module, or the zip file that the program lies in.

    The working folder is no place to import from (``-P``), whatever lies in it.
    """
    place = Path(diagnose.__path__[0]).absolute().parent
    return [sys.executable, "-P", *((str(place),) if place.is_file() else ("-m", "diagnose"))]
