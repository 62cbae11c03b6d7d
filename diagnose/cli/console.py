"""Console output: language, width, colour, output files and progress bars."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from diagnose.cli import printer
from diagnose.cli.output_files import append, save
from diagnose.interruption import at_end, forget
from diagnose.words import language_of

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from diagnose.report import Report
    from probes.model.settings import Settings

WIDTH = 80  # columns of a report that is not written to a terminal
WIDEST = 1000  # columns, at most; a line of text is filled up to them


def language(chosen: str | None, *, on_screen: bool = True) -> str:
    """Return a language of :data:`diagnose.words.LANGS`: the option's, else the locale's, else English.

    It is English too if standard output has no characters for the other one, as in a console with code page 437, unless
    the output is not shown ``on_screen``: files and what programs read are UTF-8 everywhere.
    """
    found = _wanted_language(chosen)
    return found if found == "en" or not on_screen or _has_characters_for(found) else "en"


def _has_characters_for(lang: str) -> bool:
    """Check whether standard output can hold the language. A file or a pipe on Windows becomes UTF-8 for it."""
    sample = {"zh": "中文"}.get(lang, "")
    try:
        sample.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is None or sys.stdout.isatty() or os.environ.get("PYTHONIOENCODING"):
            return False
        reconfigure(encoding="utf-8")
    return True


def _wanted_language(chosen: str | None) -> str:
    if chosen:
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"):
        value = os.environ.get(name)
        if value:
            return language_of(value) or "en"
    if sys.platform in ("win32", "darwin"):
        import locale

        with suppress(ValueError):
            return language_of(locale.getlocale()[0] or "") or "en"
    return "en"


def fits_unicode(stream: TextIO | None = None) -> bool:
    """Check whether the encoding of a stream, standard output by default, has the marks of the report."""
    try:
        "✓✗–…→".encode((stream or sys.stdout).encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def wants_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def width() -> int:
    """Return the columns of standard output; 80 if it is no terminal."""
    return _columns(sys.stdout) or WIDTH


def report_width() -> int:
    """Return the columns of a report: of the terminal; in a pipe so many that nothing is wrapped."""
    return _columns(sys.stdout) or WIDEST


def columns() -> int:
    """Return the columns of standard error."""
    return _columns(sys.stderr) or WIDTH


def _columns(stream: TextIO) -> int:
    """Return what ``COLUMNS`` says, else the columns of a terminal; 0 if neither tells."""
    said = os.environ.get("COLUMNS", "").lstrip("0")
    if said.isascii() and said.isdecimal():
        return int(said) if len(said) < 5 and int(said) < WIDEST else WIDEST
    if stream.isatty():
        with suppress(OSError, ValueError):
            return os.get_terminal_size(stream.fileno()).columns  # 0: a terminal without a size
    return 0


def tell_skipped(settings: Settings, lang: str) -> None:
    """Print on standard error which files were found and not read, and why."""
    from diagnose.rendering.report_parts import word

    for one in settings.skipped:
        why = word(lang, f"found.{one.reason}", form=one.form)
        printer.say(f"{one.place}{word(lang, 'colon')}{why}")


def write(report: Report, fmt: str, lang: str, output: str | None, strict: bool = False, verbose: bool = False) -> None:
    """Write the report to standard output or to a file.

    A file is replaced atomically. Also append to the files that the environment names for the format, such as the job
    summary of GitHub Actions. Raises click.ClickException if ``output`` cannot be written.
    """
    from diagnose.formats import load, render

    chosen = load(fmt)
    for variable, other in chosen.appends.items():
        if named := os.environ.get(variable):
            append(named, render(report, other, lang), lang)
    if output is None or output == "-":
        text = render(
            report,
            fmt,
            lang,
            width=report_width(),
            colour=wants_colour(),
            unicode=fits_unicode(),
            strict=strict,
            verbose=verbose,
        )
        printer.echo(text, nl=False, people=chosen.for_people, grammar=chosen.grammar, colours=wants_colour())
        return
    save(output, render(report, fmt, lang, width=WIDEST, strict=strict, verbose=verbose))


class ProgressBar:
    """A progress bar of checks on standard error; it shows nothing if that is not a terminal."""

    def __init__(self, total: int, lang: str) -> None:
        self._bar: RichProgress | None = None
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        # What is printed meanwhile hides the bar itself (:meth:`hide`): rich would print it to standard error.
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._broken, self._lang = 0, lang
        self._task = self._bar.add_task("", total=total)
        at_end(_clear_line)
        self._bar.start()

    def step(self, verdict: str) -> None:
        """Count one check that has ended with this verdict."""
        if self._bar is None:
            return
        from diagnose.rendering.report_parts import word

        self._broken += verdict == "broken"
        description = f"{self._broken} {word(self._lang, 'table.broken')}" if self._broken else ""
        self._bar.update(self._task, advance=1, description=description)

    def hide(self) -> None:
        """Take the bar away, if standard output is the same terminal, until :meth:`show`."""
        if self._bar is not None and sys.stdout.isatty():
            self._bar.stop()

    def show(self) -> None:
        """Show the bar again after :meth:`hide`."""
        if self._bar is not None and sys.stdout.isatty():
            self._bar.start()

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            forget(_clear_line)


def status(report: Report, fmt: str, strict: bool) -> int:
    """Return the exit status that the format defines, else the program's."""
    from diagnose.formats import load

    if (status_of := load(fmt).exit_status) is not None:
        return status_of(report)
    from diagnose.rendering.report_parts import exit_status

    return exit_status(report, strict)


def _clear_line() -> None:
    """Erase a line of progress and show the cursor, which a progress bar hides."""
    os.write(2, b"\r\x1b[2K\x1b[?25h")
