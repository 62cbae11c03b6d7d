"""What a chain is read from: variables with their sources, the user's home folder, and what may be asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import Sourced
from probes.model.source import Owner, Source


class ChainWorld(Record):
    """The world of one check, as its settings were gathered.

    ``variable`` returns the value that a program started here would see, or None; a folder's ``.env`` counts as a
    program that loads it would make it count, and the source's owner says whose word it is. ``key`` is a key that was
    given and takes the chain's place. ``now`` is in seconds since 1970. ``metadata`` is whether metadata addresses may
    be asked (never by `serve` and `mcp`), ``programs`` whether other programs may be started. ``app`` is the id of the
    client that is meant, ``model`` its model; empty if they are not known. ``broker``: the system has Windows' broker
    of logins.
    """

    variable: Callable[[str], Sourced[str] | None]
    home: Path | None
    cwd: Path
    base_url: Sourced[str] | None
    protocol: str
    key: Sourced[Secret] | None
    now: float
    metadata: bool = True
    programs: bool = False
    emptied: Callable[[str], Sourced[str] | None] | None = None  # a variable that is set, but empty
    app: str = ""
    model: str = ""
    broker: bool = sys.platform == "win32"

    def inside(self, named: Sourced[str], path: Path) -> bool:
        """Check whether a file of the folder names this file, and it lies in the folder as well."""
        return named.source.owner is Owner.FOLDER and self.cwd in path.parents

    def text(self, name: str) -> str:
        """Return the value of a variable; empty if it is not set."""
        found = self.variable(name)
        return found.value if found is not None else ""


def folders_word(value: Sourced[str]) -> Source | None:
    """Return the folder's value by which this one counts: itself, or the one that names its file; None if it is none.

    A file outside of the folder may be anybody's. So its addresses and programs count as the folder's if the folder
    chose the file, even though the secrets in it may be the user's.
    """
    return next((one for one in (value.source, value.chosen_by) if one is not None and one.owner is Owner.FOLDER), None)


def bare_address(url: str) -> str:
    """Return an address for people: without user and password, and without a query, which may hold a token.

    >>> bare_address("http://me:secret@127.0.0.1:9/x?token=1")
    'http://127.0.0.1:9/x'
    """
    start, separator, rest = re.split(r"[?#]", url, maxsplit=1)[0].rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{start}{separator}{host.rpartition('@')[2]}{slash}{path}"


def secrets_in(name: str, url: str) -> tuple[tuple[str, Secret], ...]:
    """Return what :func:`bare_address` leaves out, as material of the chain: so that no error text shows it."""
    host = url.rpartition("://")[2].partition("/")[0]
    parts = (host.rpartition("@")[0], url.partition("?")[2])
    return tuple((f"{name}.hidden{number}", Secret(part)) for number, part in enumerate(parts) if part)
