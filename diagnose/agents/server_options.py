"""What the user has said on the command line of `llmdoctor mcp`, and what a tool needs for its work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from diagnose.agents.permissions import Permission
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record
from probes.settings.options import Options


class Lookups(NamedTuple):
    """The catalogues as the commands `doors` and `apps` find and write them: rows with all that is known."""

    doors: Callable[[str], list[dict[str, Any]]]
    apps: Callable[[str], list[dict[str, Any]]]


class AgentServerOptions(Record):
    """The options of one server.

    ``key_variables``, ``key_files`` and ``folders`` are those that agents may name besides the usual ones; the first
    folder is the default. ``timeout`` and ``deadline`` are seconds of a probe and of a call; ``rate`` is checks a
    minute.
    """

    lookups: Lookups
    environ: Mapping[str, str]
    folders: tuple[Path, ...]
    allowed: frozenset[Permission] = frozenset()
    key_variables: frozenset[str] = frozenset()
    key_files: tuple[Path, ...] = ()
    timeout: float = 10.0
    deadline: float = 60.0
    jobs: int = 4
    rate: int = 60
    lang: str = "en"

    def check_options(self, depth: str) -> Options:
        """Return the options of a check or scan of this depth: ``offline``, ``free`` or ``full``.

        No agent may ask the machine's metadata address for credentials.
        """
        return Options(
            timeout=self.timeout,
            deadline=self.deadline,
            offline=depth == "offline",
            no_spend=depth != "full",
            metadata=False,
        )
