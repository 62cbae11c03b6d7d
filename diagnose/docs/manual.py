"""Generator of the manual page `llmdoctor(1)` from the click commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click

from diagnose import __version__

EXIT = (
    ("0", "nothing is wrong; warnings are allowed, unless --strict is given"),
    ("1", "something is wrong"),
    ("2", "the command line or a file is wrong"),
    ("3", "could not tell"),
    ("130", "interrupted (143 by SIGTERM)"),
)
FILES = (
    (".env", "searched for upwards, as the SDKs do"),
    ("llmdoctor.toml", "defaults and named targets, searched for upwards"),
    ("~/.config/llmdoctor/doors.d/*.toml", "doors of one's own"),
)


def page(program: click.Group) -> Iterator[str]:
    """Yield the lines of the page in man(7) macros: every command that is not hidden, with its options."""
    context = click.Context(program, info_name="llmdoctor", **program.context_settings)
    yield f'.TH LLMDOCTOR 1 "" "llmdoctor {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "llmdoctor \\- finds the one reason why an LLM API does not work"
    yield ".SH SYNOPSIS"
    yield ".B llmdoctor"
    yield "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(program.help or "")
    yield ".SH COMMANDS"
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        assert command is not None
        yield from _command(command, click.Context(command, info_name=name, parent=context))
    yield ".SH EXIT STATUS"
    yield from _rows(EXIT)
    yield ".SH FILES"
    yield from _rows(FILES)
    yield ".SH SEE ALSO"
    yield ".BR curl (1)"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece]
    yield f'.SS "{_plain(" ".join(["llmdoctor", context.info_name or "", *pieces]))}"'
    yield from _paragraphs(command.help or "")
    yield from _rows(_options(command, context))


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for option in command.params:  # not get_params(), which adds the help option
        record = option.get_help_record(context)
        if record is not None and record[1]:
            yield record


def _rows(rows: Any) -> Iterator[str]:
    for name, meaning in rows:
        yield ".TP"
        yield f".B {_plain(name)}"
        yield _plain(meaning)


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        yield ".PP"
        yield _plain(paragraph)


def _plain(text: str) -> str:
    """Return the text as one line, escaped so that roff finds no request in it."""
    line = " ".join(text.replace("\b", " ").split()).replace("\\", "\\e").replace("-", "\\-")
    line = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", line)
    return f"\\&{line}" if line.startswith((".", "'")) else line
