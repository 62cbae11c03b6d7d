"""What a chain is read from: variables with their sources, the user's home folder, and what may be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import Sourced


class ChainWorld(Record):
    """The world of one check, as its settings were gathered.

    ``variable`` returns the value that a program started here would see, or None; a folder's ``.env`` counts as a
    program that loads it would make it count, and the source's owner says whose word it is. ``key`` is a key that was
    given and takes the chain's place. ``now`` is in seconds since 1970. ``metadata`` is whether metadata addresses may
    be asked (never by `serve` and `mcp`), ``programs`` whether other programs may be started.
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

    def text(self, name: str) -> str:
        """Return the value of a variable; empty if it is not set."""
        found = self.variable(name)
        return found.value if found is not None else ""
