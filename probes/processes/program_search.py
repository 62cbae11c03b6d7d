"""Find programs on the user's PATH, and never in the folder that is checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_EXTENSIONS = ".COM;.EXE;.BAT;.CMD"  # of Windows, if PATHEXT is not set


def find_program(
    name: str, environ: Mapping[str, str], folder: Path, home: Path | None, *, windows: bool
) -> Path | None:
    """Return the absolute path of a program, as the shell finds it, or None.

    A folder may come from anybody, so neither it nor what lies in it is searched: not by an empty or relative entry of
    PATH, not by an entry below the folder (``node_modules/.bin``, which `npm run` adds), and not because Windows looks
    into the working folder first. What lies in the user's ``home`` is the user's own, also if that is the folder.
    """
    for entry in _entries(environ, folder, home, windows):
        for file in _names(name, environ, windows):
            path = entry / file
            if _starts(path, windows):
                return path
    return None


def own_path(environ: Mapping[str, str], folder: Path, home: Path | None, *, windows: bool) -> str:
    """Return PATH without the entries that lead into the folder, for what is looked up by name later.

    A script with ``#!/usr/bin/env node`` looks for its interpreter there, and programs start others by their names.
    """
    return os.pathsep.join(str(one) for one in _entries(environ, folder, home, windows))


def home_of_user() -> Path | None:
    """Return the user's home folder, or None if the system knows none."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def named_program(name: str, folder: Path, *, windows: bool) -> Path | None:
    """Return the absolute path of a program that the user names by its path; None if it cannot be started."""
    try:
        path = (folder / Path(name).expanduser()).absolute()
    except (RuntimeError, ValueError):  # no home folder for ~, or a null character
        return None
    return path if _starts(path, windows) else None


def _entries(environ: Mapping[str, str], folder: Path, home: Path | None, windows: bool) -> Iterator[Path]:
    here, own = _real(folder), _real(home) if home is not None else None
    if here is None:
        return
    of_user = own is not None and here in (own, *own.parents)
    modules = [parent / "node_modules" / ".bin" for parent in (here, *here.parents)]
    for text in environ.get("PATH", "").split(os.pathsep):
        entry = Path(text.strip('"') if windows else text)
        if not text or not entry.is_absolute():
            continue
        real = _real(entry)
        # npm adds the node_modules of every folder above, which may be part of the same checkout.
        if real is None or real == here or real in modules or (here in real.parents and not of_user):
            continue
        yield entry


def _real(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _names(name: str, environ: Mapping[str, str], windows: bool) -> tuple[str, ...]:
    if not windows:
        return (name,)
    endings = environ.get("PATHEXT") or _EXTENSIONS
    return tuple(name + ending.lower() for ending in endings.split(";") if ending.startswith("."))


def _starts(path: Path, windows: bool) -> bool:
    try:
        return path.is_file() and (windows or os.access(path, os.X_OK))
    except (OSError, ValueError):
        return False
