"""What `fleet` writes, and when: reports as they end, changes, and whole documents at the end of a round.

- text and JSON: to standard output or a file; a watched fleet writes the changes;
- other formats, and the files of ``--also``: whole documents, at the end of each round.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from diagnose.cli import console, output_files, printer
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongFile
from diagnose.fleet_formats import exit_status, has_parts, render
from diagnose.formats import load
from diagnose.rendering.outlet import passed
from diagnose.tables.fleet_report import FleetReport, FleetRow, change, row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagnose.cli.worker_pool import Document
    from probes.run.fleet import Fleet

LINES = ("text", "json")  # formats that are written line by line while a fleet is watched, or its reports end


class FleetOutput:
    """The output of a fleet, as a context manager that holds the file of ``-o``.

    ``output`` is that file, None for standard output; ``also`` has the format of each further file; ``look`` are fields
    of :class:`diagnose.tables.fleet_report.FleetReport`.
    """

    def __init__(
        self,
        fleet: Fleet,
        fmt: str,
        lang: str,
        output: str | None,
        also: Mapping[str, str],
        look: Mapping[str, Any],
    ) -> None:
        self.lang = lang
        self._fleet, self._fmt, self._also, self._look = fleet, fmt, also, look
        self._output = None if output == "-" else output
        self._out: TextIO = sys.stdout
        self._held = ExitStack()
        self._appended = {name: other for name, other in load(fmt).appends.items() if os.environ.get(name)}
        wanted = {*also.values(), *self._appended.values(), *([] if fmt in LINES else [fmt])}
        self.parts = tuple(sorted(one for one in wanted if has_parts(one)))  # formats that need more than a row
        self._rows: dict[int, FleetRow] = {}
        self._before: dict[int, tuple[str, str]] = {}
        self._watching, self._round, self._began, self._started_at = False, 0, 0.0, ""
        self._progress: console.ProgressBar | None = None

    def __enter__(self) -> FleetOutput:
        for path in (*self._also, *([self._output] if self._output and self._fmt not in LINES else [])):
            _check_folder(path)
        if self._fmt in LINES:
            self._out = self._held.enter_context(output_files.OutputFile(self._output))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def begin(self, watching: bool) -> None:
        """Begin a round."""
        from datetime import UTC, datetime

        self._watching, self._rows = watching, {}
        self._round += 1
        self._began, self._started_at = time.monotonic(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._progress = console.ProgressBar(len(self._fleet.members), self.lang)

    def tell(self, number: int, line: str, document: Document, parts: dict[str, str]) -> None:
        """Take the report of a member: its number, its line of JSON, the parsed document, and the parts by format."""
        member = self._fleet.members[number]
        entry = self._rows[number] = row(document, self.lang, member.group, member.line, parts)
        now, before = (entry.verdict, entry.cause.code), self._before.get(number)
        changed, self._before[number] = before != now, now
        if self._progress is not None:
            self._progress.step(entry.verdict)
        works = entry.result(self._look["strict"]) in ("healthy", "chosen")
        if (self._look["only_broken"] and works and before is None) or (self._watching and not changed):
            return
        if self._fmt == "json":
            self._write(f"{line}\n")  # it has passed in the worker
        elif self._fmt == "text" and self._watching and before is not None:
            self._write(passed(change(entry, before[0], self.lang, document["started_at"])))

    def end(self, interrupted: bool = False) -> int:
        """End the round: write what is due, and return the exit status."""
        self.leave()
        found = FleetReport(
            tuple(self._rows[number] for number in sorted(self._rows)),
            self.lang,
            file=self._fleet.shown,
            annotated=self._annotated(),
            total=len(self._fleet.members),
            interrupted=interrupted,
            started_at=self._started_at,
            seconds=time.monotonic() - self._began,
            **self._look,
        )
        if self._fmt not in LINES:
            self._write_whole(found)
        elif self._fmt == "text" and self._round == 1 and self._rows:
            shown = self._out is sys.stdout
            width, colour = (list_width(), console.wants_colour()) if shown else (None, False)
            unicode = not shown or console.fits_unicode()
            self._write(render(found, "text", width=width, colour=colour, unicode=unicode))
        for path, fmt in self._also.items():
            output_files.save(path, render(found, fmt))
        for variable, fmt in self._appended.items():
            output_files.append(os.environ[variable], render(found, fmt), self.lang)
        return exit_status(found, self._fmt)

    def leave(self) -> None:
        """Remove the progress bar."""
        if self._progress is not None:
            self._progress.end()
            self._progress = None

    def _write_whole(self, found: FleetReport) -> None:
        text = render(found, self._fmt, unicode=self._output is not None or console.fits_unicode())
        if self._output is not None:
            output_files.save(self._output, text)
            return
        chosen = load(self._fmt)
        printer.echo(text, nl=False, people=chosen.for_people, grammar=chosen.grammar)

    def _write(self, text: str) -> None:
        """Write lines at once; on a terminal the bar makes room for them."""
        if self._progress is not None and self._out is sys.stdout:
            self._progress.hide()
        self._out.write(text)
        self._out.flush()
        if self._progress is not None:
            self._progress.show()

    def _annotated(self) -> str:
        """Return the path of the file in the repository that GitHub checked out; empty if it lies elsewhere."""
        root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).absolute()
        path = self._fleet.file.path
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _check_folder(name: str) -> None:
    """Check before a run is paid for that its file can be written. Raises WrongFile if it has no folder, or is one."""
    path = Path(name)
    if not path.parent.is_dir() or path.is_dir():
        why = os.strerror(errno.EISDIR if path.is_dir() else errno.ENOENT)
        raise WrongFile("{path} cannot be written: {why}.", path=path, why=why)
