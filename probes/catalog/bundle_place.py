"""Where an installed bundle of facts is kept: in the user's data folder."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from probes.config_formats.files import checked_out


def place() -> Path | None:
    """Return the path of the installed bundle; None if the user has no home folder.

    The folder is that of platformdirs' ``user_data_path``, repeated here because importing it takes longer. In a home
    folder that a pipeline has checked out there is none, since the repository could bring one.
    """
    chosen = os.environ.get("XDG_DATA_HOME", "").strip()
    usual = {
        "darwin": "~/Library/Application Support",
        "win32": os.environ.get("LOCALAPPDATA") or "~/AppData/Local",
    }.get(sys.platform, "~/.local/share")
    try:
        folder = Path(chosen if Path(chosen).is_absolute() else usual).expanduser() / "llmdoctor"
    except RuntimeError:  # the user has no home folder
        return None
    with suppress(RuntimeError):
        if checked_out(home := Path.home(), os.environ) and folder.is_relative_to(home):
            return None
    return folder / "facts.json"


def exists() -> bool:
    """Check whether a bundle is installed, whether or not it can be used. Every start asks."""
    path = place()
    return path is not None and os.path.lexists(path)
