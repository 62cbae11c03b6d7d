"""Open and read files safely. Every file that the program reads passes :func:`bytes_of`; a test of the house says so.

A file speaks for whoever wrote it, so there are three kinds:

- *named* by the user on the command line: pipes and devices are read too (``--key-file <(pass show key)``), within
  limits of bytes and time;
- *found* in a folder that may be a stranger's (``found_in``): a regular file alone, owned by the user, not writable by
  everybody, and no link out of that folder;
- the user's *own*, in the home folder or the configuration folder, or part of this package: a regular file, links
  followed.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `whose` and `doors` open no file, and importing pathlib takes 3 ms
    from pathlib import Path

KIB, MIB = 1024, 1024**2
LARGEST = MIB  # bytes of a settings file; the largest real one, a VS Code settings file, has a few hundred KiB
PATIENCE = 30.0  # seconds for a pipe that was named; a person may have to type a passphrase first
_OF_THE_SYSTEM = frozenset(("dev", "etc", "proc", "run", "sys", "var"))
_CHUNK = 64 * KIB  # bytes; what a pipe holds

# Why a file is skipped: it is not text, too large, not readable, not a regular file, a project's link to a file outside
# the project, which may expose data that the user did not mean to share, owned by another user, or writable by
# everybody, so that others may have put the text there; or made to exhaust its readers, for example by references that
# multiply.
REASONS = (
    *("encoding", "too_large", "unreadable", "no_file", "leads_out", "foreign_owner", "world_writable", "excessive"),
)
_WHY = {
    "encoding": "it is not UTF-8 text",
    "too_large": "it is too large",
    "unreadable": "it may not be read",
    "no_file": "it is no regular file",
    "leads_out": "it is a link that leads out of its folder",
    "foreign_owner": "it belongs to another user",
    "world_writable": "everybody on this machine may write to it",
    "excessive": "reading it would take too much time or memory",
}


class SkippedFile(Exception):
    """Error for a file that exists but is not read.

    ``reason`` is one of :data:`REASONS`; ``why`` says it for an error message: ``X cannot be read: it is a folder.``
    """

    def __init__(self, reason: str, why: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.why = why or _WHY[reason]


def bytes_of(
    path: Path,
    found_in: Path | None = None,
    *,
    named: bool = False,
    limit: int = LARGEST,
    anyones: bool = False,
    patience: float | None = None,
) -> bytes | None:
    """Return the content of a file, or None if it does not exist (which is an error too if it was ``named``).

    ``found_in`` is the folder in which the file was merely found; leave it out for the user's own files and for named
    ones. With ``anyones`` it may belong to anybody, as in a copied home folder, but not lie elsewhere. ``limit`` is in
    bytes; ``patience`` is the time in seconds for a pipe, by default and at most :data:`PATIENCE`.

    Opening never blocks, and what is checked is what was opened: the file cannot be replaced between check and use.

    Raises SkippedFile if it is not read: see :data:`REASONS`.
    """
    try:
        handle = _opened(path, named)
    except (FileNotFoundError, NotADirectoryError) as error:
        if named:
            raise SkippedFile("unreadable", error.strerror or "") from None
        return None
    except OSError as error:
        raise SkippedFile("unreadable", error.strerror or "") from None
    except (RuntimeError, ValueError):  # a link loop, or a NUL in the name
        raise SkippedFile("unreadable", "its name is not one of a file") from None
    try:
        status = os.fstat(handle)
        _check_kind(status, named)
        if found_in is not None:
            real = _real_place(path, found_in, status)
            if not anyones and os.name == "posix":
                _check_owner(real, status)
        if stat.S_ISREG(status.st_mode):
            content = _of_file(handle, status.st_size, limit)
        else:  # a pipe or a device that was named
            content = _of_pipe(handle, limit, min(patience or PATIENCE, PATIENCE))
    except OSError as error:
        raise SkippedFile("unreadable", error.strerror or "") from None
    finally:
        os.close(handle)
    if len(content) > limit:
        raise SkippedFile("too_large", f"it is larger than {shown_size(limit)}")
    return content


def text_of(
    path: Path,
    found_in: Path | None = None,
    *,
    named: bool = False,
    limit: int = LARGEST,
    anyones: bool = False,
) -> str | None:
    """Return the text of a file, or None if it does not exist. The arguments are those of :func:`bytes_of`.

    Raises SkippedFile if the file is not read or is not text.
    """
    raw = bytes_of(path, found_in, named=named, limit=limit, anyones=anyones)
    return None if raw is None else decoded(raw)


def named_bytes(path: Path, limit: int = LARGEST) -> bytes:
    """Return the content of a file that the user named. Raises SkippedFile, also if the file does not exist."""
    content = bytes_of(path, named=True, limit=limit)
    assert content is not None
    return content


def named_text(path: Path, limit: int = LARGEST) -> str:
    """Return the text of a file that the user named. Raises SkippedFile, also if the file does not exist."""
    return decoded(named_bytes(path, limit))


def decoded(raw: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark, or UTF-16 with one, as Windows PowerShell writes it.

    Raises SkippedFile if the bytes are neither.
    """
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise SkippedFile("encoding") from None


def shown_size(size: int) -> str:
    """Return a size in bytes for messages, such as ``1 MiB``."""
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB"


def exists(path: Path) -> bool:
    """Check whether a search ends at this path: something is there that is no folder (``.env`` may be a virtualenv)."""
    try:
        return not stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


# -- opening -----------------------------------------------------------------------------------------------------------


def _opened(path: Path, named: bool) -> int:
    """Return a descriptor. What is no file is not even opened, since opening some devices changes them."""
    _check_kind(path.stat(), named)
    flags = ("O_NONBLOCK", "O_NOCTTY", "O_BINARY")  # each exists on some systems alone
    return os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in flags))


def _check_kind(status: os.stat_result, named: bool) -> None:
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        raise SkippedFile("no_file", "it is a folder")
    if not (stat.S_ISREG(mode) or (named and (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)))):
        raise SkippedFile("no_file")


def _of_file(handle: int, size: int, limit: int) -> bytes:
    if size > limit:
        raise SkippedFile("too_large", f"it is larger than {shown_size(limit)}")
    with open(handle, "rb", closefd=False) as file:
        return file.read(limit + 1)


def _of_pipe(handle: int, limit: int, patience: float) -> bytes:
    """Read a pipe or a device until it ends, within the limit and ``patience`` seconds.

    Raises SkippedFile if it has not ended by then.
    """
    import select

    if not hasattr(select, "poll"):
        return _in_thread(handle, limit, patience)
    ready = select.poll()
    ready.register(handle, select.POLLIN)
    end, content = time.monotonic() + patience, bytearray()
    while len(content) <= limit:
        left = end - time.monotonic()
        if left <= 0:
            raise SkippedFile("unreadable", f"it did not end within {patience:g} seconds")
        if not ready.poll(left * 1000):
            continue
        try:
            chunk = os.read(handle, _CHUNK)
        except BlockingIOError:
            time.sleep(0.02)  # a device that poll does not know (macOS)
            continue
        if not chunk:
            break
        content += chunk
    return bytes(content)


def _in_thread(handle: int, limit: int, patience: float) -> bytes:
    """Read a pipe where the system cannot wait for it with a time limit (Windows)."""
    import threading

    copy, content = os.dup(handle), bytearray()  # the thread may outlive this call, and with it the descriptor

    def read() -> None:
        try:
            while len(content) <= limit and (chunk := os.read(copy, _CHUNK)):
                content.extend(chunk)
        except OSError:
            pass  # a broken pipe: Windows reports the end so
        finally:
            os.close(copy)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(patience)
    if reader.is_alive():
        raise SkippedFile("unreadable", f"it did not end within {patience:g} seconds")
    return bytes(content)


def comes_with(file: Path, folder: Path) -> bool:
    """Check whether a file may have come with a folder: it is inside, with links followed, and not the user's own.

    Of what lies inside, git's data (``.git/config`` may hold a token), a home folder and the system's folders are the
    user's.
    """
    from pathlib import Path

    try:
        real, root = Path(os.path.realpath(file)), Path(os.path.realpath(folder))
        home = Path(os.path.realpath(Path.home()))
    except (OSError, RuntimeError, ValueError):
        return False
    if not real.is_relative_to(root):
        return False
    inside = real.relative_to(root).parts
    return (
        not any(part.casefold() == ".git" for part in inside)
        and not (root in home.parents and real.is_relative_to(home))
        and not (root == Path(root.anchor) and inside[:1] and inside[0] in _OF_THE_SYSTEM)
    )


def checked_out(home: Path | str | None, environ: Mapping[str, str]) -> bool:
    """Check whether the home is the checkout of a pipeline, as a job with ``HOME=$WORKSPACE`` has it.

    Its files then come with the repository, and nothing in it is the user's own. Outside a pipeline, a home that is a
    repository holds the user's own settings.
    """
    in_pipeline = environ.get("CI", "").lower() not in ("", "0", "false")
    return in_pipeline and home is not None and os.path.lexists(os.path.join(home, ".git"))  # noqa: PTH118 - pathlib is slow to import


# -- who wrote it ------------------------------------------------------------------------------------------------------


def _real_place(path: Path, found_in: Path, status: os.stat_result) -> Path:
    """Return where a found file lies when links are followed. Raises SkippedFile if that is not in its folder."""
    from pathlib import Path

    real = Path(os.path.realpath(path))
    if not os.path.samestat(real.stat(), status):
        raise SkippedFile("unreadable", "it was replaced while it was read")
    if not comes_with(real, found_in):
        raise SkippedFile("leads_out")
    return real


def _check_owner(real: Path, status: os.stat_result) -> None:
    """Check that only the user and the administrator can have written a file.

    Raises SkippedFile if not. Windows keeps owners and rights elsewhere, so nothing is checked there.
    """
    if status.st_uid not in _trusted_users():
        raise SkippedFile("foreign_owner")
    if _everybody_writes(status.st_mode) and not _has_no_modes(real):
        raise SkippedFile("world_writable")
    for folder in real.parents:
        mode = folder.stat().st_mode
        if _everybody_writes(mode) and not mode & stat.S_ISVTX and not _has_no_modes(folder):
            raise SkippedFile("world_writable", f"everybody on this machine may write to the folder {folder}")


def _trusted_users() -> set[int]:
    """Return whose files are read: this user's, root's and, under sudo, those of the user who called it."""
    user = os.geteuid()
    behind = os.environ.get("SUDO_UID", "") if user == 0 else ""
    return {user, 0, int(behind)} if behind.isdecimal() and behind.isascii() else {user, 0}


def _everybody_writes(mode: int) -> bool:
    return bool(mode & stat.S_IWOTH)


def _has_no_modes(path: Path) -> bool:
    """Check whether the file system gives every file the mode 0777, as WSL does for the disks of Windows (/mnt/c)."""
    if "microsoft" not in os.uname().release.lower():
        return False
    from pathlib import Path

    try:
        rows = [line.split() for line in (bytes_of(Path("/proc/self/mountinfo")) or b"").decode().splitlines()]
    except (SkippedFile, UnicodeDecodeError):
        return path.is_relative_to("/mnt")
    mounts = [(row[4], row[row.index("-") + 1]) for row in rows if "-" in row]
    inside = [(len(point), kind) for point, kind in mounts if path.is_relative_to(point)]
    return bool(inside) and max(inside, key=lambda one: one[0])[1] in ("9p", "drvfs")
