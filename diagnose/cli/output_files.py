"""The files that the command line names for its output, with failures as click's errors."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

import click

from diagnose.cli import printer
from diagnose.cli.usage_errors import WrongFile
from diagnose.interruption import Held, at_end, forget
from diagnose.words import phrase

if TYPE_CHECKING:  # commands that write no file do without it
    from pathlib import Path


def save(name: str | Path, text: str) -> None:
    """Write a text to a file (:mod:`probes.config_formats.writer`). Raises click.ClickException if that fails."""
    with OutputFile(str(name)) as out:
        out.write(text)


def append(name: str, text: str, lang: str) -> None:
    """Append to a file that other steps write too; warn if it cannot be written, since that changes no verdict."""
    from pathlib import Path

    from probes.config_formats import writer

    try:
        writer.append(Path(name), f"{text}\n".encode("utf-8", "replace"))
    except writer.NotWritten as error:
        printer.say(phrase("warning.job_summary", lang, {"path": name, "reason": error.why}))


class OutputFile:
    """Standard output, or a file that is replaced as a whole at the end; the old one stays if an error ends the block.

    What is no regular file is written at once. Raises click.ClickException if the file cannot be written.
    """

    def __init__(self, name: str | None) -> None:
        from pathlib import Path

        from probes.config_formats.writer import OutputStream

        self._stream = None if name in (None, "-") else OutputStream(Path(name))

    def __enter__(self) -> TextIO:
        if self._stream is None:
            return sys.stdout
        from probes.config_formats.writer import NotWritten

        at_end(self._stream.discard)
        try:
            return self._stream.__enter__().text
        except NotWritten as error:
            forget(self._stream.discard)
            raise self._failed(error.why) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is None:
            return
        from probes.config_formats.writer import NotWritten

        try:
            with Held():
                self._stream.__exit__(kind, error, trace)
        except NotWritten as failed:
            raise self._failed(failed.why) from None
        finally:
            forget(self._stream.discard)
        if isinstance(error, NotWritten):
            raise self._failed(error.why) from None

    def _failed(self, why: str) -> click.ClickException:
        assert self._stream is not None
        return WrongFile("{path} cannot be written: {why}.", path=self._stream.path, why=why)
