"""Find the shell startup file that sets a variable of the environment, so that the fix lasts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from diagnose.cli.fixing.changes import ValueChange
from probes.model.record import replace
from probes.model.source import SourceKind


def with_origins(changes: Sequence[ValueChange]) -> list[ValueChange]:
    """Return the changes, each of a variable followed by the same change in the startup file that sets it.

    A file sets it if it gives the variable the same value. The shell that runs now keeps the old value all the same.
    """
    return [one for change in changes for one in (change, *_origins(change))]


def _origins(change: ValueChange) -> Iterator[ValueChange]:
    if change.source.kind is not SourceKind.ENVIRONMENT or change.removed:
        return
    from probes.app_settings.search import Search, this_world

    for reading in Search(this_world(os.environ, Path.cwd())).shells():
        binding = reading.bindings.get(change.source.name)
        if binding is not None and not binding.command and reading.own and binding.value == change.old:
            source = reading.source(SourceKind.SHELL, change.source.name, binding.line)
            yield replace(change, source=source)
