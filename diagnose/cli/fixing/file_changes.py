"""Make the new texts of the files that changes are in, without writing anything."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from diagnose.cli.fixing.changes import Role, ValueChange
from probes.config_formats.edit import Edit, edit, form_of, renaming
from probes.config_formats.replacement import Replacement, load
from probes.model.key_shape import MASK
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record
from probes.model.scrubber import Scrubber
from probes.model.secret import hint
from probes.model.settings import BadInput
from probes.model.source import Owner, Source, SourceKind

# Files of these kinds are read as they are written, value by value.
_EDITABLE = frozenset(
    (
        *(SourceKind.DOTENV, SourceKind.SHELL, SourceKind.COMPOSE, SourceKind.APP_VARIABLE, SourceKind.APP),
        *(SourceKind.CONFIG, SourceKind.KEY_FILE),
    )
)
# In these, the reader replaces references in a value.
_EXPANDED = frozenset((SourceKind.COMPOSE, SourceKind.APP, SourceKind.APP_VARIABLE))
_REFERENCE = re.compile(r"\$|\{env:|\{file:|os\.environ/")
# Files that a running program keeps in memory and writes again, which undoes a change.
_REWRITTEN = frozenset(("core.config_entries", "globalState.json"))
_SENSITIVE = re.compile(
    r"(?i)((?<![\w-])(?=[\w-]*?(?:key|token|secret|passw|auth))[\w-]++[\"']?\s*+[:=]\s*+[\"']?)([^\s\"',}#]{8,})"
)


class RefusedChange(NamedTuple):
    """A change that is not made in its file. ``reason`` is a name of ``REASONS`` in the words ``fixing``."""

    change: ValueChange
    reason: str


class FileChange(Record):
    """The changes of one file: its text before and after, and both as they may be shown."""

    path: Path
    before: str
    after: str
    shown_before: str
    shown_after: str

    __repr__ = object.__repr__  # the texts contain keys

    @property
    def replacement(self) -> Replacement:
        """The file with both texts, for :func:`probes.config_formats.replacement.save_all`."""
        return Replacement(self.path, self.before, self.after)


def in_file(source: Source) -> bool:
    """Check whether a value is in a file at all."""
    return bool(source.file)


def file_changes(changes: Iterable[ValueChange]) -> tuple[list[FileChange], list[RefusedChange]]:
    """Return the files with their new texts, and the changes that cannot be made. Values outside of files are ignored.

    The changes of one file are made together. Nothing is written.
    """
    by_file: dict[Path, list[ValueChange]] = {}
    refused: list[RefusedChange] = []
    for change in changes:
        if in_file(change.source):
            path = path_of(change.source)
            if reason := _obstacle(change, path):
                refused.append(RefusedChange(change, reason))
            else:
                by_file.setdefault(path, []).append(change)
    made = []
    for path, own in by_file.items():
        found, failed = _of_file(path, own)
        refused += failed
        if found is not None:
            made.append(found)
    return made, refused


def path_of(source: Source) -> Path:
    """Return the path of a source's file on this machine."""
    return Path(source.file).expanduser()


def _obstacle(change: ValueChange, path: Path) -> str:
    """Return why a change is not made, before its file is read; an empty string if there is no such reason."""
    source = change.source
    if not change.new.isprintable():
        return "unprintable"
    if MASK in change.new:
        return "unwritable"  # a part of the value is a secret, which is not kept
    if change.removed:
        return "removed"
    if source.kind not in _EDITABLE:
        return "unknown_kind"
    if source.owner is Owner.FOLDER and _leads_out(path):
        return "link"
    if change.role is Role.MODEL and source.name.endswith(f".{change.old}"):
        return "entry_name"
    if path.name in _REWRITTEN:
        return "rewritten"
    if source.kind in _EXPANDED and change.new != change.old and _REFERENCE.search(change.new):
        return "unwritable"
    try:
        mode = path.stat().st_mode
    except OSError:
        return "changed"
    # The administrator may write everything, but has protected this file on purpose too.
    return "" if os.access(path, os.W_OK) and mode & 0o222 else "read_only"


def _leads_out(file: Path) -> bool:
    """Check whether a file, or a folder on the way to it, is a link out of the working folder or out of its own."""
    here, whole = Path.cwd(), Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links
    project = here if here in whole.parents else whole.parent
    return not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(project))


def _of_file(path: Path, changes: list[ValueChange]) -> tuple[FileChange | None, list[RefusedChange]]:
    try:
        text = load(path)
    except BadInput:
        return None, [RefusedChange(change, "unreadable") for change in changes]
    edits: list[tuple[Edit, ValueChange]] = []
    refused = []
    for change in changes:
        for found in _edits(text, path, change):
            if isinstance(found, str):
                refused.append(RefusedChange(change, found))
            else:
                edits.append((found, change))
    return (None if refused else _applied(path, text, edits)), refused


def _edits(text: str, path: Path, change: ValueChange) -> Iterator[Edit | str]:
    """Yield the edits of a change, or the reason why there is none."""
    source, form = change.source, form_of(path)
    if source.kind in (SourceKind.SHELL, SourceKind.DOTENV) and form == "text":
        form = "env" if source.kind is SourceKind.DOTENV else "shell"
    if form == "text" and (change.role is not Role.KEY or source.kind is not SourceKind.KEY_FILE):
        yield "unknown_kind"
        return
    line = source.line or 1
    if change.new != change.old:
        name = "" if source.kind is SourceKind.KEY_FILE else source.name
        found = edit(text, form, line, change.old, change.new, name)
        yield found if isinstance(found, Edit) else found.value
    if change.new_name:
        renamed = renaming(text, form, line, source.name, change.new_name)
        yield renamed if isinstance(renamed, Edit) else renamed.value


def _applied(path: Path, text: str, edits: list[tuple[Edit, ValueChange]]) -> FileChange:
    """Apply edits that were each found in the same text."""
    parts: list[tuple[str, str, str, str]] = []
    end = 0
    scrub = Scrubber()
    for one, change in sorted(edits, key=lambda pair: pair[0].start):
        kept = text[end : one.start]
        old, new = one.old, one.new
        if change.role is Role.KEY:
            for value in (change.old, change.new):
                scrub.add(value)
            if not _is_name(one, change):
                old, new = (f"<{hint(value)}, {len(value)} characters>" for value in (change.old, change.new))
        parts.append((f"{kept}{one.old}", f"{kept}{one.new}", f"{_masked(kept)}{old}", f"{_masked(kept)}{new}"))
        end = one.start + len(one.old)
    rest = text[end:]
    parts.append((rest, rest, _masked(rest), _masked(rest)))
    before, after, shown_before, shown_after = ("".join(column) for column in zip(*parts, strict=True))
    return FileChange(path, before, after, scrub(shown_before), scrub(shown_after))


def _is_name(one: Edit, change: ValueChange) -> bool:
    return bool(change.new_name) and one.new in ("", change.new_name)


def difference(change: FileChange) -> str:
    """Return the change as a unified diff. A key appears as its hint; other secrets in these lines are masked."""
    import difflib

    # A link is written through, and said so.
    real = Path(os.path.realpath(change.path))
    label = f"{change.path} -> {real}" if change.path.is_symlink() else str(change.path)
    old_lines, new_lines = change.shown_before.splitlines(), change.shown_after.splitlines()
    lines = difflib.unified_diff(old_lines, new_lines, label, label, lineterm="", n=0)
    return "".join(f"{re.sub(r'(?<=//)[^/?#@]*@', '', line)}\n" for line in lines)


def _masked(text: str) -> str:
    """Mask the values of fields whose names sound secret, such as ``token`` or ``auth``."""
    return _SENSITIVE.sub(r"\1…", text)
