"""`check --fix`: write values that worked to the files that the wrong ones came from, after the user has agreed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from diagnose.cli import printer
from diagnose.cli.fixing.changes import changes
from diagnose.cli.fixing.commands import by_hand, say
from diagnose.cli.fixing.file_changes import FileChange, difference, file_changes
from diagnose.cli.fixing.invocation import Invocation
from diagnose.cli.fixing.origins import with_origins
from diagnose.interruption import Held
from diagnose.report import Fix, Report

if TYPE_CHECKING:
    from probes.model.settings import Settings


def fix_callback(lang: str, yes: bool, invocation: Invocation | None = None) -> Callable[[Settings, Report], bool]:
    """Return :func:`fix_settings` with language and consent bound; it raises click.ClickException for BadInput."""
    from probes.model.settings import BadInput

    def offer(settings: Settings, report: Report) -> bool:
        try:
            return fix_settings(settings, report, lang, yes, invocation)
        except BadInput as error:
            raise click.ClickException(str(error)) from error

    return offer


def fix_settings(
    settings: Settings, report: Report, lang: str, yes: bool, invocation: Invocation | None = None
) -> bool:
    """Offer to write the settings that worked. Return whether every wrong value is now replaced.

    The changes of files are written together: none if one of them cannot be made. Raises BadInput if a file cannot be
    written, click.UsageError if consent is needed and there is no terminal.
    """
    verified = [fix for finding in report.findings for fix in finding.fixes if fix.verified]
    if report.settings is None or not report.proven.answer:
        _print("unproven", lang)
        return False
    own = with_origins(changes(settings, report))
    files, refused = file_changes(own)
    spoken = str(report.target["protocol"])
    whole = Fix("", _whole(verified), True, tuple(place for fix in verified for place in fix.places))
    left = [text for text, _ in by_hand(own, refused, whole, invocation, spoken, lang)]
    if not own and not left:
        _print("nothing", lang)
        return False
    if refused and files:
        _print("together", lang)
    written = bool(files) and not refused and _write(files, lang, yes)
    for line in dict.fromkeys(left):
        printer.say(line)
    return written and not left


def _whole(fixes: Sequence[Fix]) -> dict[str, object]:
    """Return the settings of all fixes; those of the first ones, which are of the root cause, count."""
    whole: dict[str, object] = {}
    for fix in reversed(fixes):
        whole |= fix.settings
    return whole


def _print(key: str, lang: str, **values: str) -> None:
    printer.say(say(key, lang, **values))


def _write(files: Sequence[FileChange], lang: str, yes: bool) -> bool:
    """Show the changes, ask for consent and write them. Return whether they were written."""
    from probes.config_formats.replacement import save_all

    for one in files:
        printer.echo(difference(one), err=True, nl=False)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(say("no_terminal", lang))
        if not printer.agrees(say("ask", lang)):
            _print("kept", lang)
            return False
    with Held():
        save_all(one.replacement for one in files)
    for one in files:
        _print("written", lang, path=str(one.path))
    return True
