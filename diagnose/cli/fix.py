"""`check --fix`: write values that worked to the files that the wrong ones came from, after the user has agreed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diagnose.cli import printer
from diagnose.interruption import Held
from diagnose.words import phrase
from probes.model.settings import ConflictRole
from probes.model.source import Owner, SourceKind

if TYPE_CHECKING:
    from diagnose.report import Report
    from probes.config_formats.edit import Edit
    from probes.model.settings import Settings
    from probes.model.source import Source

_SENSITIVE = re.compile(
    r"(?i)((?<![\w-])(?=[\w-]*?(?:key|token|secret|passw|auth))[\w-]++[\"']?\s*+[:=]\s*+[\"']?)([^\s\"',}#]{8,})"
)


@dataclass(frozen=True, slots=True, repr=False)  # no repr: a value may be a key
class ValueChange:
    """A value that works, and the value that it replaces with its source."""

    role: ConflictRole
    source: Source
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """A change of a value that can be written to a line of a file."""

    path: Path
    line: int
    change: ValueChange


def fix_callback(lang: str, yes: bool) -> Callable[[Settings, Report], bool]:
    """Return :func:`fix_settings` with language and consent bound; it raises click.ClickException for BadInput."""
    from probes.model.settings import BadInput

    def offer(settings: Settings, report: Report) -> bool:
        try:
            return fix_settings(settings, report, lang, yes)
        except BadInput as error:
            raise click.ClickException(str(error)) from error

    return offer


def fix_settings(settings: Settings, report: Report, lang: str, yes: bool) -> bool:
    """Offer to write the settings that worked. Return whether every wrong value is now replaced.

    Raises BadInput if a file cannot be written, click.UsageError if consent is needed and there is no terminal.
    """
    if report.settings is None or not report.proven.answer:
        _print("unproven", lang)
        return False
    left = list(_not_in_files(report, lang))
    changes, writings = list(_changes(settings, report)), []
    for change in changes:
        found = _file_change(change)
        if isinstance(found, FileChange):
            writings.append(found)
        else:
            left.append(
                phrase(f"mend.{found}", lang, {"source": str(change.source)}) if found else _by_hand(change, lang)
            )
    if not changes and not left:
        _print("nothing", lang)
        return False
    done = _write(writings, lang, yes) if writings else not changes
    for line in left:
        printer.say(line)
    return done and bool(writings) and not left


def _print(key: str, lang: str, **values: str) -> None:
    printer.say(phrase(f"mend.{key}", lang, values))


# -- what is to change -------------------------------------------------------------------------------------------------


def _changes(settings: Settings, report: Report) -> Iterator[ValueChange]:
    from diagnose.evidence.client_urls import in_its_terms
    from probes.catalog.apps import load
    from probes.keys.flaws import examine_key

    found = dict(report.settings or {})
    protocol, spoken = str(found["protocol"]), str(report.target["protocol"])
    if settings.base_url is not None and protocol == spoken:
        app = load().get(settings.app)
        better = in_its_terms(app, protocol, str(found["base_url"]))
        if better and better.rstrip("/") != settings.base_url.value.rstrip("/"):
            yield ValueChange(ConflictRole.BASE_URL, settings.base_url.source, settings.base_url.value, better)
    if settings.key is not None and found["key"] == "cleaned":
        raw = settings.key.value.reveal()
        cleaned = examine_key(raw, protocol).cleaned
        if cleaned and cleaned != raw:
            yield ValueChange(ConflictRole.KEY, settings.key.source, raw, cleaned)
    if settings.model is not None and found.get("model") not in (None, settings.model.value):
        yield ValueChange(ConflictRole.MODEL, settings.model.source, settings.model.value, str(found["model"]))


def _not_in_files(report: Report, lang: str) -> Iterator[str]:
    """Yield one line for each working change that this command cannot write to a file."""
    found = dict(report.settings or {})
    if found["protocol"] != report.target["protocol"]:
        values = {"protocol": str(found["protocol"]), "detail": str(found["base_url"])}
        yield phrase("mend.protocol", lang, values)
    if source := found.get("key_source"):
        yield phrase("mend.conflict", lang, {"source": str(source)})
    vantage: Any = report.vantage.get("proxy") or ""
    for fix in (fix for finding in report.findings for fix in finding.fixes if fix.verified):
        for name in ("proxy", "no_proxy", "auth"):
            if name in fix.settings:
                values = {"detail": str(fix.settings[name]), "source": str(vantage)}
                yield phrase(f"mend.{name}", lang, values)
        if source := fix.settings.get("unset"):
            yield phrase("mend.unset", lang, {"source": str(source)})
        if (streaming := fix.settings.get("stream")) is not None:
            yield phrase("mend.streaming" if streaming else "mend.stream", lang)


def _file_change(change: ValueChange) -> FileChange | str:
    """Return the file change for a source; else why it is not made.

    That is ``unprintable`` if the value has characters that a terminal does not show, or obeys; ``link`` if a project's
    file is a link out of the project; and an empty string if the source is not a file or the edit is not safe.
    """
    source = change.source
    if not change.new.isprintable():
        return "unprintable"
    if not source.file:
        return ""
    file, line = Path(source.file).expanduser(), source.line or 1
    if source.owner is Owner.FOLDER and _leads_out(file):
        return "link"
    return FileChange(file, line, change) if file.is_file() and _edit_of(FileChange(file, line, change)) else ""


def _leads_out(file: Path) -> bool:
    """Check whether a file, or a folder on the way to it, is a link out of the working folder or out of its own."""
    here, whole = Path.cwd(), Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links
    project = here if here in whole.parents else whole.parent
    return not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(project))


def _edit_of(writing: FileChange) -> tuple[str, Edit] | None:
    """Return the file's text and its edit; None if the value cannot be replaced safely."""
    from probes.config_formats.edit import edit, form_of, load

    text = load(writing.path)
    form = form_of(writing.path)
    if form == "text" and writing.change.role is not ConflictRole.KEY:
        return None
    change = writing.change
    found = edit(text, form, writing.line, change.old, change.new)
    return (text, found) if found is not None else None


def _by_hand(change: ValueChange, lang: str) -> str:
    source, key = change.source, "_key" if change.role is ConflictRole.KEY else ""
    if source.kind is SourceKind.ENVIRONMENT:
        values = {"variable": source.name, "detail": _setting(source.name, change.new)}
        return phrase(f"mend.environment{key}", lang, values)
    if source.file:
        # In quotes if a shell would read more than a text: what is pasted into a `.env` may be sourced.
        return phrase(f"mend.by_hand{key}", lang, {"source": str(source), "detail": _word(change.new)})
    option = {ConflictRole.BASE_URL: "--base-url", ConflictRole.MODEL: "--model"}.get(change.role, "")
    return phrase(f"mend.option{key}", lang, {"source": str(source), "detail": f"{option} {_word(change.new)}"})


def _setting(name: str, value: str) -> str:
    """Return the line that sets a variable in this system's usual shell, such as ``export NAME=value``."""
    from diagnose.snippets.quoting import powershell

    return f"$env:{name} = {powershell(value)}" if sys.platform == "win32" else f"export {name}={_word(value)}"


def _word(value: str) -> str:
    """Return a value as a word of this system's usual shell: in quotes where it would mean more than its text."""
    import shlex

    from diagnose.snippets.quoting import powershell

    quoted = shlex.quote(value)
    return powershell(value) if sys.platform == "win32" and quoted != value else quoted


# -- writing it --------------------------------------------------------------------------------------------------------


def _write(writings: list[FileChange], lang: str, yes: bool) -> bool:
    """Show the changes, ask for consent and write them. Return whether they were written."""
    from probes.config_formats.edit import save

    for writing in writings:
        printer.echo(difference(writing), err=True, nl=False)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(phrase("mend.no_terminal", lang))
        if not printer.agrees(phrase("mend.ask", lang)):
            _print("kept", lang)
            return False
    # From the last line up, so that line numbers above stay valid.
    for writing in sorted(writings, key=lambda one: -one.line):
        found = _edit_of(writing)
        if found is not None:
            text, change = found
            with Held():
                save(writing.path, text, change.applied(text))
    for path in dict.fromkeys(writing.path for writing in writings):
        _print("written", lang, path=str(path))
    return True


def difference(writing: FileChange) -> str:
    """Return the change as a unified diff. A key appears as its hint; other secrets in these lines are masked."""
    import difflib

    from probes.model.scrubber import Scrubber
    from probes.model.secret import hint

    found = _edit_of(writing)
    assert found is not None
    text, change = found
    old, new = change.old, change.new
    scrub = Scrubber()
    if writing.change.role is ConflictRole.KEY:
        for value in (writing.change.old, writing.change.new):
            scrub.add(value)
        old, new = (f"<{hint(one)}, {len(one)} characters>" for one in (writing.change.old, writing.change.new))
    before, after = text[: change.start], text[change.start + len(change.old) :]
    old_lines, new_lines = ([*f"{_masked(before)}{value}{_masked(after)}".splitlines()] for value in (old, new))
    # A link is written through, and said so.
    real = Path(os.path.realpath(writing.path))
    label = f"{writing.path} -> {real}" if writing.path.is_symlink() else str(writing.path)
    lines = difflib.unified_diff(old_lines, new_lines, label, label, lineterm="", n=0)
    return "".join(f"{scrub(re.sub(r'(?<=//)[^/?#@]*@', '', line))}\n" for line in lines)


def _masked(text: str) -> str:
    """Mask the values of fields whose names sound secret, such as ``token`` or ``auth``."""
    return _SENSITIVE.sub(r"\1…", text)
