"""Open settings files safely: limit their size, check symbolic links, and report why a file is skipped."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LARGEST = 1024 * 1024  # bytes; the largest real one, a VS Code settings file, has a few hundred KiB

# Why a file is skipped: it is not text, too large, not readable, not a regular file, or a project's link to a file
# outside the project, which may expose data that the user did not mean to share.
REASONS = ("encoding", "too_large", "unreadable", "no_file", "leads_out")


class SkippedFile(Exception):
    """Error for a file that exists but is not read. ``reason`` is one of :data:`REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_of(path: Path, inside: Path | None = None) -> str | None:
    """Return the text of a file, or None if it does not exist.

    Symbolic links among the user's own files are followed, since many users keep their settings elsewhere and link to
    them. If ``inside`` (a project's folder) is given, a link must lead to a file in that folder.

    Raises SkippedFile if the file cannot be read, is not text, or is larger than :data:`LARGEST` bytes.
    """
    try:
        if inside is not None and path.is_symlink() and not path.resolve().is_relative_to(inside.resolve()):
            raise SkippedFile("leads_out")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise SkippedFile("no_file") from None
    except (OSError, RuntimeError, ValueError):  # for example a link loop or a NUL in the name
        if path.is_dir():  # Windows reports a folder as a permission error
            raise SkippedFile("no_file") from None
        raise SkippedFile("unreadable") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # reading from a pipe would block
        os.close(handle)
        raise SkippedFile("no_file")
    with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        try:
            raw = file.read(LARGEST + 1)
        except OSError:
            raise SkippedFile("unreadable") from None
    if len(raw) > LARGEST:
        raise SkippedFile("too_large")
    return decoded(raw)


def decoded(raw: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark, or UTF-16 with one, as Windows PowerShell writes it.

    Raises SkippedFile if the bytes are neither.
    """
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise SkippedFile("encoding") from None
