"""The pages of ``--help``: options in groups, examples at the end, and tables that fit the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from diagnose.words import part

if TYPE_CHECKING:
    from collections.abc import Iterator

# The groups of options, in the order of a help page. An option of no group stands in the last one.
TARGET, HOW, FIX, REPORT = "target", "how", "fix", "report"
_GROUPS = (TARGET, HOW, FIX, REPORT)
FIRST = ("check", "check https://api.openai.com/v1", "scan", "demo")  # the examples to begin with
_FEW = 8  # options that need no groups
_OF_GROUP = {
    TARGET: (
        *(
            "base_url",
            "key_env",
            "key_file",
            "key_stdin",
            "key",
            "curl",
            "headers",
            "model",
            "protocol",
            "app",
            "runtime",
            "only",
        ),
        *("credential", "credential_process"),
        *(
            "config",
            "env_file",
            "no_env",
            "groups",
            "home",
            "source",
            "wanted",
            "folders",
            "key_variables",
            "key_files",
        ),
    ),
    HOW: (
        *(
            "connect_to",
            "dns_server",
            "ca_bundle",
            "proxy",
            "no_proxy",
            "timeout",
            "deadline",
            "no_spend",
            "deep",
            "as_client",
            *("run_client", "client_program"),
            "slo",
        ),
        *("offline", "send_anyway", "retries", "plan_only", "jobs", "per_host", "watch", "count", "list_only"),
        *("allow", "rate"),
    ),
    FIX: ("fix", "yes"),
}
_LISTED = {name: group for group, names in _OF_GROUP.items() for name in names}


class GroupedCommand(click.Command):
    """A command whose help page has its options in groups, what to check first, and examples at the end."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, in groups if there are many."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option) and not one.hidden]
        if len(options) <= _FEW:
            super().format_options(ctx, formatter)
            return
        titles: dict[str, str] = part("en", "command_line").GROUPS
        for group in _GROUPS:
            records = [one.get_help_record(ctx) for one in options if _LISTED.get(one.name or "", REPORT) == group]
            if rows := [record for record in records if record is not None]:
                with formatter.section(titles[group]):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples of the command."""
        command = ctx.command_path.partition(" ")[2]
        if rows := examples(command, "en"):
            with formatter.section(part("en", "command_line").GROUPS["examples"]):
                for line in table([(f"llmdoctor {one}", note) for one, note in rows], formatter.width - 2):
                    formatter.write(f"{line}\n")


def examples(command: str, lang: str) -> list[tuple[str, str]]:
    """Return the examples of a command, without ``llmdoctor``, each with what it does; those to begin with for ""."""
    known: dict[str, str] = part(lang, "command_line").EXAMPLES
    if not command:
        return [(one, known[one]) for one in FIRST]
    return [(one, note) for one, note in known.items() if one.split()[0] == command]


def table(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield command lines with what they do, in two columns that fit ``width``; the note goes below a long line."""
    from diagnose.rendering.line_breaks import cells, wrapped
    from diagnose.rendering.lists import pad

    column = max((cells(one) for one, _ in rows if cells(one) <= width // 2 + 4), default=0)
    room = width - column - 4
    for one, note in rows:
        lines = wrapped(note, room) if note else [""]
        if cells(one) > column:
            yield f"  {one}"
            yield from (f"      {line}" for line in wrapped(note, width - 6) if line)
            continue
        yield f"  {pad(one, column)}  {lines[0]}".rstrip()
        yield from (f"  {' ' * column}  {line}" for line in lines[1:])
