"""The command line of this run, to be shown again with a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from diagnose.cli.fixing import shell_lines
from diagnose.cli.fixing.changes import Role, ValueChange
from probes.model.record import Record, replace
from probes.model.source import SourceKind

if TYPE_CHECKING:
    from probes.app_settings.scan import FoundSettings

# Options that say how to report, and those that a repeated command has anyway.
_ABOUT_THE_REPORT = frozenset(
    ("fmt", "as_json", "output", "save", "lang", "strict", "verbose", "fix", "yes", "plan_only")
)
# Options whose values are secrets, or may be.
_SECRET = frozenset(("key", "headers", "curl", "key_stdin"))


class Invocation(Record):
    """The command line of this run: its parts in order, each an option with its value, a flag, or the argument.

    ``complete`` is false if it contained a secret, which is not repeated.
    """

    parts: tuple[tuple[str, ...], ...] = ()
    complete: bool = True

    def line(self, shell: str, *more: str) -> str:
        """Return the command as a line for the shell, followed by further options."""
        words = ("llmdoctor", "check", *(one for part in self.parts for one in part), *more)
        return " ".join(shell_lines.word(one, shell) for one in words)

    def with_change(self, change: ValueChange) -> Invocation | None:
        """Return the command with another value for the option or the argument; None if it has none such."""
        source = change.source
        at = next(
            (
                number
                for number, one in enumerate(self.parts)
                if (
                    one[0] == source.name
                    if source.kind is SourceKind.OPTION
                    else len(one) == 1 and one[0] == change.old
                )
            ),
            None,
        )
        if at is None or change.role is Role.KEY:
            return None
        new = (source.name, change.new) if source.kind is SourceKind.OPTION else (change.new,)
        return replace(self, parts=(*self.parts[:at], new, *self.parts[at + 1 :]))


def of_scan(found: FoundSettings, among: Iterable[FoundSettings]) -> Invocation | None:
    """Return the command that checks settings that a scan has found; None if no command reaches exactly them.

    A check of an app takes the first settings that the scan finds for it, or the first of a protocol.
    """
    alike = [one for one in among if one.app == found.app and one.beyond != "container"]
    app = ("--app", found.app)
    if alike and alike[0] is found:
        return Invocation((app,))
    protocol = found.settings.protocol.value
    first = next((one for one in alike if one.settings.protocol.value == protocol), None)
    return Invocation((app, ("--protocol", protocol))) if first is found else None


def invocation_of(context: click.Context) -> Invocation:
    """Return the command line of a command, without the options about the report."""
    parts: list[tuple[str, ...]] = []
    complete = True
    for param in context.command.params:
        name, given = param.name or "", context.params.get(param.name or "")
        if (
            name in _ABOUT_THE_REPORT
            or context.get_parameter_source(name) is not click.core.ParameterSource.COMMANDLINE
        ):
            continue
        complete = complete and name not in _SECRET and not _has_password(given)
        if isinstance(param, click.Argument):
            parts.insert(0, (str(given),))
        elif isinstance(param, click.Option) and param.is_flag:
            parts.append((param.opts[0],))
        else:
            name = next(one for one in param.opts if one.startswith("--"))
            for value in given if isinstance(given, tuple) else (given,):
                parts.append((name, f"{value:g}" if isinstance(value, float) else str(value)))
    return Invocation(tuple(parts), complete)


def _has_password(given: object) -> bool:
    return "@" in str(given)
