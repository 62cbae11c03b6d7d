"""Keep the user's agreements: hashes of what a folder's file may send where, in the user's state folder.

The file is ``llmdoctor/trust.json`` in the state folder of platformdirs: one object for each agreement, with its mark
and what it is about, for `llmdoctor trust --list`. It holds no secret. A file that somebody else may have written holds
nothing.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path

from probes.config_formats.files import SkippedFile, bytes_of, checked_out
from probes.model.record import Record, fields_of
from probes.model.settings import BadInput, Flow
from probes.settings.consent import file_of, mark

LARGEST = 4 * 1024 * 1024  # bytes of the file that are read


class Agreement(Record):
    """An agreement: the ``mark`` of a flow or of a file's doors, and its texts for a list.

    ``part`` is a :class:`probes.model.settings.FlowPart`, or ``doors``. ``file`` is the absolute path of the folder's
    file, empty for pasted text; ``line`` is where ``setting``, the field or variable in it, stood on the day of the
    agreement, ``date`` (``2026-11-30``).
    """

    mark: str
    part: str
    file: str
    line: int
    setting: str
    secret: str
    host: str
    date: str


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


def of_flow(flow: Flow, folder: Path, sign: str = "") -> Agreement:
    """Return the agreement that lets this flow happen. ``folder`` is the working folder, as for :func:`mark`.

    ``sign`` is the flow's mark, if a secret has been removed from its host since.
    """
    source, file = flow.named_by, file_of(flow, folder)
    setting = source.name or str(source)
    return Agreement(
        sign or mark(flow, folder), flow.part, file, source.line, setting, str(flow.secret), flow.host, today()
    )


def today() -> str:
    """Return the date for an agreement, in UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def holds(mark: str) -> bool:
    """Check whether the user has agreed to this mark. An unreadable file holds nothing."""
    return any(one.mark == mark for one in agreements())


def agreements() -> tuple[Agreement, ...]:
    """Return the agreements, the oldest first; none if the file is missing, unreadable or not the user's alone."""
    file = path()
    if file is None or _came_with_a_checkout(file):
        return ()
    try:
        folder, status = file.parent.stat(), file.stat()
    except OSError:
        return ()
    if not (stat.S_ISREG(status.st_mode) and _private(folder) and _private(status) and status.st_size <= LARGEST):
        return ()
    return _read(file, status.st_mtime_ns, status.st_size)


def _came_with_a_checkout(file: Path) -> bool:
    """Check whether the file lies in a home that a pipeline has checked out; it may be the repository's."""
    with suppress(RuntimeError):
        home = Path.home()
        return checked_out(home, os.environ) and file.is_relative_to(home)
    return False


def _private(status: os.stat_result) -> bool:
    """Check that nobody else can have written it. Windows protects the user's folder by access lists, not by a mode."""
    if os.name == "nt":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def _read(file: Path, changed: int, size: int) -> tuple[Agreement, ...]:
    del changed, size
    types = {name: int if name == "line" else str for name in fields_of(Agreement)}
    try:
        # Whoever can write this file can agree to anything, so it is read as strictly as a folder's file.
        entries = json.loads(bytes_of(file, file.parent, limit=LARGEST) or b"")["agreed"]
        values = [{name: entry[name] for name in types} for entry in entries]
        sound = all(type(each[name]) is kind for each in values for name, kind in types.items())
        return tuple(Agreement(**each) for each in values) if sound else ()
    except (SkippedFile, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()


def add(found: Iterable[Agreement]) -> None:
    """Add agreements. Raises BadInput if the file cannot be written."""
    new = {one.mark: one for one in found}
    if new:
        _write([*(one for one in agreements() if one.mark not in new), *new.values()])


def revoke(marks: Collection[str]) -> int:
    """Remove the agreements with these marks and return how many there were. Raises BadInput as :func:`add` does."""
    known = agreements()
    kept = [one for one in known if one.mark not in marks]
    if len(kept) < len(known):
        _write(kept)
    return len(known) - len(kept)


def _write(found: list[Agreement]) -> None:
    """Replace the file. It is readable for the user alone, and the folder is made so."""
    from probes.config_formats.writer import NotWritten, write

    file = path()
    if file is None:
        raise BadInput("The agreement cannot be kept: the user has no home folder.")
    text = json.dumps({"agreed": [asdict(one) for one in found]}, indent=1, ensure_ascii=True)
    try:
        if len(text) >= LARGEST:
            raise BadInput(
                "The agreement cannot be kept: {path} would be larger than {count} MiB.",
                path=file,
                count=LARGEST // 1024**2,
            )
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _private(folder := file.parent.stat()):
            if folder.st_uid != os.geteuid():
                raise BadInput("The agreement cannot be kept: {path} belongs to another user.", path=file.parent)
            file.parent.chmod(0o700)
        with suppress(FileNotFoundError):
            if not (stat.S_ISREG((status := file.lstat()).st_mode) and _private(status)):
                file.unlink()  # the writer keeps a file's mode, and writes into a pipe
        write(file, f"{text}\n".encode(), private=True)
    except (OSError, NotWritten) as error:
        why = error.why if isinstance(error, NotWritten) else error.strerror or str(error)
        raise BadInput("The agreement cannot be kept: {path} cannot be written: {why}.", path=file, why=why) from None
    _read.cache_clear()  # a file system may count the time of a change in whole seconds
