"""The modules of a package, from its folder or, in the one-file program, from the zip file that it lies in."""

from __future__ import annotations

import os
from collections.abc import Iterable

from probes.model.named_tuple import NamedTuple


class ModuleName(NamedTuple):
    """The name of a module or, with ``package``, of a package."""

    name: str
    package: bool


def modules_in(path: Iterable[str]) -> list[ModuleName]:
    """Return the modules in the folders of a package's ``__path__``, by name, without those that begin with ``_``."""
    path = list(path)
    try:
        entries = [one for folder in path for one in os.scandir(folder) if not one.name.startswith(("_", "."))]
    except OSError:  # it is not a folder but a place inside a zip file
        from pkgutil import iter_modules  # a millisecond, and an installed program needs it for nothing else

        return sorted(ModuleName(one.name, one.ispkg) for one in iter_modules(path) if not one.name.startswith("_"))
    found = [ModuleName(one.name.removesuffix(".py"), one.is_dir()) for one in entries]
    return sorted(one for one, entry in zip(found, entries, strict=True) if one.package or entry.name.endswith(".py"))
