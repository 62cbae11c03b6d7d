"""Where an installed bundle of facts is kept: in the user's data folder."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from probes.catalog.own_places import own_places

if TYPE_CHECKING:
    from pathlib import Path


def place() -> Path | None:
    """Return the path of the installed bundle; None if the user has no home folder."""
    from pathlib import Path

    found = _place()
    return Path(found) if found else None


def _place() -> str:
    """Return the path of the installed bundle; empty if the user has no home folder.

    The folder is that of platformdirs' ``user_data_path``, repeated here because importing it takes longer. In a home
    folder that a pipeline has checked out there is none, since the repository could bring one.
    """
    chosen = os.environ.get("XDG_DATA_HOME", "").strip()
    usual = {
        "darwin": "~/Library/Application Support",
        "win32": os.environ.get("LOCALAPPDATA") or "~/AppData/Local",
    }.get(sys.platform, "~/.local/share")
    base = chosen if os.path.isabs(chosen) else usual  # noqa: PTH117
    return next(iter(own_places((base,), "facts.json")), "")


def exists() -> bool:
    """Check whether a bundle is installed, whether or not it can be used. Every start asks."""
    path = _place()
    return bool(path) and os.path.lexists(path)
