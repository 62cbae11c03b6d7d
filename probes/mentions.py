"""How a path, or a word that somebody typed, is mentioned in messages and as a place."""

from __future__ import annotations

import os
import re
from pathlib import Path


def path(path: Path, cwd: Path) -> str:
    """The path as seen from the folder where that is below or above it; else whole."""
    path, cwd = Path(os.path.abspath(path)), Path(os.path.abspath(cwd))  # noqa: PTH100 - resolve() would follow links
    if path.parent in (cwd, *cwd.parents) or cwd in path.parents:
        return Path(os.path.relpath(path, cwd)).as_posix()
    return str(path)


def word(text: str) -> str:
    """``text`` for a message, but for what may be a key in the wrong place."""
    return "…" if re.search(r"[\w-]{20,}", text) and re.search(r"\d", text) and "/" not in text else text
