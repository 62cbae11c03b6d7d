"""Standard input, output and error as a caller leaves them: closed, full, or a pipe that nobody reads."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

# What writing says if standard output is closed, or the disk behind it is full or broken.
_UNWRITABLE = frozenset(
    getattr(errno, name)
    for name in ("EBADF", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EAGAIN", "ENXIO")
    if hasattr(errno, name)
)
# Windows says EINVAL where a pipe has no reader.
_NO_READER = frozenset({errno.EPIPE, errno.ESHUTDOWN} | ({errno.EINVAL} if sys.platform == "win32" else set()))


class _LossyFile(io.FileIO):
    """A file that drops what cannot be written: there is no other place to say that standard error is full."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def prepare() -> None:
    """Make the three streams usable, so that no other code has to ask whether they are there.

    A closed standard input is empty, a closed standard error drops what it gets, and writing to a closed standard
    output fails with EBADF. A character that an encoding lacks becomes a question mark.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # the next file or socket would get this number, and receive what is meant for the stream
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - a descriptor
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    if sys.stderr is None or not sys.stderr.isatty():
        sys.stderr = _lossy(getattr(sys.stderr, "encoding", None) or "utf-8")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _lossy(encoding: str) -> io.TextIOWrapper:
    file = _LossyFile(2, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(file), encoding=encoding, errors="replace", line_buffering=True)


def flush() -> None:
    """Write what standard output still holds. Raises OSError."""
    sys.stdout.flush()


def has_no_reader(error: OSError) -> bool:
    """Check whether writing failed because the reader of a pipe has gone (`llmdoctor … | head -1`)."""
    return error.errno in _NO_READER and not error.filename


def is_unwritable(error: OSError) -> bool:
    """Check whether it was standard output that could not be written, and not a file that the error names."""
    return error.errno in _UNWRITABLE and not error.filename


def give_up() -> None:
    """Drop what standard output still holds, so that the interpreter does not try to write it again when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
