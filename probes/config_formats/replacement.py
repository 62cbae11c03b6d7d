"""Replace the text of settings files: byte for byte as read, atomically, several files together or none."""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from probes.config_formats import writer
from probes.config_formats.files import LARGEST, SkippedFile, bytes_of
from probes.model.named_tuple import NamedTuple
from probes.model.settings import BadInput


class Replacement(NamedTuple):
    """A file, the text that it had when it was read, and the text that it gets."""

    path: Path
    before: str
    after: str


def load(path: Path) -> str:
    """Return a file's text, in a form that :func:`save` writes back byte for byte. A byte order mark is part of it.

    Raises BadInput if the file cannot be read.
    """
    return _decoded(_bytes(path))


def save(path: Path, before: str, after: str) -> None:
    """Atomically replace a file that still contains ``before`` with ``after``, by renaming a temporary file over it.

    Symbolic links are followed. Encoding, permissions, owner and extended attributes are kept. The file is read again
    directly before it is replaced.

    Raises BadInput if the file has changed or cannot be written; it is then left as it was.
    """
    raw = _bytes(path)

    def check() -> None:
        if _bytes(path) != raw:
            raise _changed(path)

    if _decoded(raw) != before:
        raise _changed(path)
    try:
        writer.write(path, after.encode(_codec(raw), _errors(raw)), check)
    except writer.NotWritten as error:
        raise BadInput("{path} cannot be written: {why}.", path=path, why=error.why) from None


def save_all(replacements: Iterable[Replacement]) -> None:
    """Replace several files. If one of them cannot be replaced, those already replaced get their old text back.

    Raises BadInput, also if a file has changed since it was read; all files are then as they were.
    """
    planned = list(replacements)
    for one in planned:
        if load(one.path) != one.before:
            raise _changed(one.path)
    done: list[Replacement] = []
    try:
        for one in planned:
            save(one.path, one.before, one.after)
            done.append(one)
    except BaseException:
        for one in reversed(done):
            with suppress(BadInput):  # somebody else has changed it in the meantime, and keeps that
                save(one.path, one.after, one.before)
        raise


def _changed(path: Path) -> BadInput:
    return BadInput("{path} has changed in the meantime; nothing was written.", path=path)


def _bytes(path: Path) -> bytes:
    try:
        raw = bytes_of(path, limit=LARGEST)
    except SkippedFile as error:
        raise BadInput("{path} cannot be read: {why}.", path=path, why=error.why) from None
    if raw is None:
        raise BadInput("{path} cannot be read: {why}.", path=path, why=os.strerror(errno.ENOENT))
    return raw


def _decoded(raw: bytes) -> str:
    return raw.decode(_codec(raw), _errors(raw))


def _codec(raw: bytes) -> str:
    """Return the encoding of a file: UTF-16 with a byte order mark, as Windows PowerShell writes it, else UTF-8."""
    if len(raw) % 2:
        return "utf-8"
    if raw.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    return "utf-16-be" if raw.startswith(codecs.BOM_UTF16_BE) else "utf-8"


def _errors(raw: bytes) -> str:
    """Return how bytes that are no text are kept."""
    return "surrogateescape" if _codec(raw) == "utf-8" else "surrogatepass"
