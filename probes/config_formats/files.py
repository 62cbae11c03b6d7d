"""Opening a settings file: how much of it is read, which links are followed, and why one is passed over."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LARGEST = 1024 * 1024  # bytes; the largest real one, a VS Code settings file, has some hundred KiB

# Why a file is passed over: it is no text, too large, not ours to read, no file at all, or a project's link that
# leads out of the project, which may show what the user never meant to show.
REASONS = ("encoding", "too_large", "unreadable", "no_file", "leads_out")


class SkippedFile(Exception):
    """A file that is there and is not read; ``reason`` is one of :data:`REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_of(path: Path, inside: Path | None = None) -> str | None:
    """What stands in a file, at most :data:`LARGEST` bytes; None where there is none. Raises Passed.

    Links of the user's own files are followed: many keep their settings elsewhere and link to them. One of a project,
    whose folder is ``inside``, is followed within that folder alone.
    """
    try:
        if inside is not None and path.is_symlink() and not path.resolve().is_relative_to(inside.resolve()):
            raise SkippedFile("leads_out")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise SkippedFile("no_file") from None
    except (OSError, RuntimeError, ValueError):  # a loop of links; a NUL in the name
        if path.is_dir():  # as Windows refuses to open one
            raise SkippedFile("no_file") from None
        raise SkippedFile("unreadable") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # a pipe would keep us waiting
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
    """UTF-8 with or without a mark, and UTF-16 with one, as Windows' shell writes it. Raises Passed."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise SkippedFile("encoding") from None
