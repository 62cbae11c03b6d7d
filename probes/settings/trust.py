"""Keep the user's agreements: hashes of what a folder's file may send where, in the user's state folder.

The file is ``llmdoctor/trust.json`` in the state folder of platformdirs: one object for each agreement, with its mark
and what it is about, for `llmdoctor trust --list`. It holds no secret.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from probes.config_formats.files import SkippedFile, bytes_of
from probes.model.settings import BadInput

LARGEST = 4 * 1024 * 1024  # bytes of the file that are read


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement: the ``mark`` of a flow or of a file's doors, and its texts for a list.

    ``date`` is the day of the agreement, as ``2026-11-30``.
    """

    mark: str
    file: str
    secret: str
    host: str
    date: str = ""


def path() -> Path | None:
    """Return the path of the file; None if the user has no home folder.

    The folder is that of platformdirs' ``user_state_path``, repeated here because importing it takes longer.
    """
    chosen = os.environ.get("XDG_STATE_HOME", "").strip()
    usual = {
        "darwin": "~/Library/Application Support",
        "win32": os.environ.get("LOCALAPPDATA") or "~/AppData/Local",
    }.get(sys.platform, "~/.local/state")
    try:
        folder = Path(chosen if Path(chosen).is_absolute() else usual).expanduser()
    except RuntimeError:  # the user has no home folder
        return None
    return folder / "llmdoctor" / "trust.json"


def holds(mark: str) -> bool:
    """Check whether the user has agreed to this mark. An unreadable file holds nothing."""
    return any(one.mark == mark for one in agreements())


def agreements() -> tuple[Agreement, ...]:
    """Return the agreements, the oldest first; none if the file is missing, unreadable or not the user's."""
    file = path()
    if file is None:
        return ()
    try:
        status = file.stat()
    except OSError:
        return ()
    return _read(file, status.st_mtime_ns, status.st_size)


@cache
def _read(file: Path, changed: int, size: int) -> tuple[Agreement, ...]:
    del changed, size
    try:
        # Whoever can write this file can agree to anything, so it is read as strictly as a folder's file.
        entries = json.loads(bytes_of(file, file.parent, limit=LARGEST) or b"")
        return tuple(Agreement(**{name: str(value) for name, value in entry.items()}) for entry in entries["agreed"])
    except (SkippedFile, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()


def add(found: Iterable[Agreement]) -> None:
    """Add agreements. Raises BadInput if the file cannot be written."""
    new = {one.mark: one for one in found}
    _write([*(one for one in agreements() if one.mark not in new), *new.values()])


def revoke(marks: Collection[str]) -> int:
    """Remove the agreements with these marks and return how many there were. Raises BadInput as :func:`add` does."""
    kept = [one for one in agreements() if one.mark not in marks]
    removed = len(agreements()) - len(kept)
    if removed:
        _write(kept)
    return removed


def _write(found: list[Agreement]) -> None:
    from probes.config_formats.writer import NotWritten, write

    file = path()
    if file is None:
        raise BadInput("The agreement cannot be kept: the user has no home folder.")
    text = json.dumps({"agreed": [asdict(one) for one in found]}, indent=1, ensure_ascii=True)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(file, f"{text}\n".encode(), private=True)
    except (OSError, NotWritten) as error:
        why = error.why if isinstance(error, NotWritten) else error.strerror or str(error)
        raise BadInput(f"The agreement cannot be kept: {file} cannot be written: {why}.") from None
