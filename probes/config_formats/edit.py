"""Replace one value or one name in a settings file and keep every other character.

The file is not serialised again. The editor searches for the old value in each possible spelling, from its line
onwards, and inserts the new value with the same quotes. It then parses the result and accepts it only if exactly this
one value has changed, in the place that its name says.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from probes.config_formats import crushrc, dotenv, toml, yaml
from probes.config_formats import json as json_reader
from probes.config_formats.files import LARGEST
from probes.config_formats.spellings import spellings
from probes.config_formats.tree import Node
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record, replace

TRIED = 200  # replacements to try; each one costs a parse of the whole file
_MOST_PARSED = 8 * LARGEST  # characters of all these parses together
_MOST_NODES = 100_000  # of a file's tree; aliases of aliases can lead to millions
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What makes a value depend on others, in the grammar of a file or of the app that reads it.
_REFERENCE = re.compile(r"\$\{|\$\(|\$[A-Za-z_]|\{env:|\{file:|os\.environ/|`")
_SHELL_FILES = frozenset((".zshenv", ".zprofile", ".zshrc", ".bash_profile", ".bashrc", ".profile", "config.fish"))


class Obstacle(StrEnum):
    """The reason why a value cannot be changed in its file by a program."""

    COMPOSED = "composed"  # it is made of other values
    SHARED = "shared"  # other settings use the same value, by an anchor of YAML or a reference
    CHANGED = "changed"  # it is not where it was read
    TAKEN = "taken"  # the new name is already in use in this file
    UNWRITABLE = "unwritable"  # the format has no safe spelling for the new value
    MALFORMED = "malformed"  # the file is not valid


class Leaf(NamedTuple):
    """A value of a file: the names that lead to it, its text, and whether it is made of other values."""

    path: tuple[str, ...]
    value: Any
    composed: bool = False


# Parses a whole file into its values, by which two versions of it are compared.
Reading = Callable[[str], list[Leaf]]


def form_of(path: Path) -> str:
    """Return a file's format by its name; ``text`` for a file with only a key.

    Others are ``env``, ``shell``, ``powershell``, ``lines``, ``toml``, ``json``, ``yaml`` and ``crushrc``.
    """
    name = path.name.lower()
    if name.startswith(".env") or name.endswith(".env"):
        return "env"
    if name in _SHELL_FILES:
        return "shell"
    by_name = {"crushrc": "crushrc", ".crushrc": "crushrc", ".sgptrc": "lines", "core.config_entries": "json"}
    known = {".toml": "toml", ".json": "json", ".jsonc": "json", ".json5": "json5", ".yaml": "yaml", ".yml": "yaml"}
    return by_name.get(name) or {**known, ".ps1": "powershell"}.get(path.suffix.lower(), "text")


class Edit(Record):
    """The replacement of one value. ``start`` is the character offset of ``old``; both values include their quotes."""

    start: int
    old: str
    new: str

    __repr__ = object.__repr__  # the values may be keys

    def applied(self, text: str, new: str | None = None) -> str:
        """Return ``text`` with the new value, or with ``new`` instead of it."""
        return text[: self.start] + (self.new if new is None else new) + text[self.start + len(self.old) :]


def changed(text: str, form: str, line: int, old: str, new: str, name: str = "") -> str | None:
    """Return ``text`` with the value ``old`` at ``line`` (from 1) or below replaced by ``new``, or None; see `edit`."""
    found = edit(text, form, line, old, new, name)
    return found.applied(text) if isinstance(found, Edit) else None


def edit(text: str, form: str, line: int, old: str, new: str, name: str = "") -> Edit | Obstacle:
    """Return the edit that replaces the value ``old`` at ``line`` (from 1) or below with ``new``.

    ``name`` is the variable or the path of the setting (``models.0.apiBase``): no other value is then changed. Return
    an obstacle if the value is not found, if it is composed of other values, or if ``new`` cannot be written safely.
    """
    if _CONTROL.search(new):  # no setting needs them, and each grammar and terminal reads them in its own way
        return Obstacle.UNWRITABLE
    mark, bare, form, before = _opened(text, form)
    if before is None:
        return Obstacle.MALFORMED
    named = [leaf for leaf in before if not name or form == "text" or _is_named(leaf, name)]
    wanted = dict.fromkeys(pair for leaf in named if (pair := _pair(leaf, name, old, new)))
    differed = False
    for old_value, new_value in wanted:
        candidates = _candidates(bare, form, _start(bare, line), old_value, new_value)
        tries = min(TRIED, 2 + _MOST_PARSED // (len(bare) + 1))
        for candidate in islice(candidates, tries):
            after = _read(form, candidate.applied(bare))
            found = list(islice(_differences(before, after), 2)) if after is not None else []
            differed = differed or len(found) > 1
            if len(found) == 1 and _is_wanted(*found[0], name if form != "text" else "", old_value, new_value):
                return replace(candidate, start=candidate.start + len(mark))
    return _obstacle(named, wanted, differed, name)


def renaming(text: str, form: str, line: int, name: str, new_name: str) -> Edit | Obstacle:
    """Return the edit that gives the variable ``name`` at ``line`` (from 1) or below the name ``new_name``.

    A byte order mark that a reader takes for a part of the first name is removed.
    """
    mark, bare, form, before = _opened(text, form)
    if before is None:
        return Obstacle.MALFORMED
    if name.startswith("\ufeff"):
        alone = mark and name == mark + new_name and bare.startswith(("export ", new_name))
        return Edit(0, mark, "") if alone else Obstacle.CHANGED
    if any(_is_named(leaf, new_name) for leaf in before):
        return Obstacle.TAKEN
    at = bare.find(name, _start(bare, line))
    for _ in range(TRIED):
        if at < 0:
            break
        after = _read(form, Edit(at, name, new_name).applied(bare))
        found = list(islice(_differences(before, after), 2)) if after is not None else []
        if len(found) == 1 and _is_renamed(*found[0], name, new_name):
            return Edit(at + len(mark), name, new_name)
        at = bare.find(name, at + 1)
    return Obstacle.CHANGED


def _opened(text: str, form: str) -> tuple[str, str, str, list[Leaf] | None]:
    """Return a text's byte order mark, the rest, its format and its values; None if it is not valid."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix(mark)
    found = _read(form, bare)
    if found is None and form == "json":
        form, found = "json5", _read("json5", bare)
    return mark, bare, form, found


def _read(form: str, text: str) -> list[Leaf] | None:
    try:
        return _READINGS[form](text)
    except Exception:  # each parser has its own exceptions; all mean that the file is invalid
        return None


def _start(text: str, line: int) -> int:
    ends = [found.end() for found in re.finditer(r"\r\n|\n|\r", text)]
    return ([0, *ends])[min(max(line, 1) - 1, len(ends))]


def _candidates(text: str, form: str, start: int, old: str, new: str) -> Iterator[Edit]:
    """Yield possible edits, the most likely first: at each place, the same quotes before other quotes."""
    for spelt, written in spellings(form, old, new):
        at = text.find(spelt, start)
        while at >= 0:
            yield from (Edit(at, spelt, one) for one in written)
            at = text.find(spelt, at + 1)


def _is_named(leaf: Leaf, name: str) -> bool:
    """Check whether a name is that of a value: its whole path, or the end of it."""
    whole = ".".join(leaf.path)
    # A list of a Compose file holds `NAME=value`.
    listed = isinstance(leaf.value, str) and leaf.path[-1:] and leaf.path[-1].isdigit()
    return whole == name or whole.endswith(f".{name}") or bool(listed and leaf.value.startswith(f"{name}="))


def _pair(leaf: Leaf, name: str, old: str, new: str) -> tuple[str, str] | None:
    """Return the value of a leaf and what it becomes; None if it is not the old value, alone or as a marked part."""
    value = leaf.value
    if value == old:
        return old, new
    if not name or not isinstance(value, str) or leaf.composed or _REFERENCE.search(value):
        return None
    # Part of a list in one value (`url;url`), behind a provider's name (`openai/gpt-5`), or behind `NAME=`.
    if value.count(old) != 1 or ";" in new:
        return None
    head, _, tail = value.partition(old)
    if (head.rstrip() and head.rstrip()[-1] not in ";/=") or (tail.strip() and tail.strip()[0] != ";"):
        return None
    return value, head + new + tail


def _obstacle(named: list[Leaf], wanted: object, differed: bool, name: str) -> Obstacle:
    if not wanted:
        composed = any(one.composed or (isinstance(one.value, str) and _REFERENCE.search(one.value)) for one in named)
        return Obstacle.COMPOSED if composed and name else Obstacle.CHANGED
    if any(one.composed for one in named):
        return Obstacle.COMPOSED
    return Obstacle.SHARED if differed else Obstacle.UNWRITABLE


# -- comparison --------------------------------------------------------------------------------------------------------


def _differences(before: list[Leaf], after: list[Leaf]) -> Iterator[tuple[Leaf, Leaf]]:
    """Yield the values in which two versions of a file differ, in order. Two versions with more or fewer values differ
    more than once.
    """
    if len(before) != len(after):
        nothing = Leaf((), None)
        yield from ((nothing, nothing), (nothing, nothing))
        return
    for old, new in zip(before, after, strict=True):
        if old != new or type(old.value) is not type(new.value):
            yield old, new


def _is_wanted(before: Leaf, after: Leaf, name: str, old: str, new: str) -> bool:
    if before.path != after.path or before.composed or after.composed:
        return False
    return (before.value, after.value) == (old, new) and (not name or _is_named(before, name))


def _is_renamed(before: Leaf, after: Leaf, name: str, new_name: str) -> bool:
    if before.value == after.value:
        return bool(before.path) and before.path == (*after.path[:-1], name) and after.path[-1] == new_name
    listed = isinstance(before.value, str) and before.value.startswith(f"{name}=")
    return listed and before.path == after.path and after.value == new_name + before.value.removeprefix(name)


# -- parsers -----------------------------------------------------------------------------------------------------------


def _env(text: str) -> list[Leaf]:
    from dotenv.parser import parse_stream

    dotenv.check_effort(text)
    found = []
    for binding in parse_stream(io.StringIO(text, newline="")):
        value = binding.value
        composed = value is not None and "${" in value
        # A comment or a line that is not valid is a value without a name: no edit may add or remove one.
        path = (binding.key,) if binding.key is not None else ("", "error" if binding.error else "")
        found.append(Leaf(path, value, composed))
    return found


def _bindings(form: str) -> Reading:
    def read(text: str) -> list[Leaf]:
        return [
            Leaf((one.name,), one.value, one.command or (one.expands and "$" in one.value))
            for one in dotenv.FORMS[form](text)
        ]

    return read


def _toml(text: str) -> list[Leaf]:
    return list(_flat(toml.parsed(text), (), iter(range(_MOST_NODES))))


def _json(text: str) -> list[Leaf]:
    """Parse JSON with the comments and trailing commas that editors allow."""
    return _of_tree(json_reader.read(text, "jsonc"))


def _json5(text: str) -> list[Leaf]:
    return _of_tree(json_reader.read(text, "json5"))


def _yaml(text: str) -> list[Leaf]:
    return _of_tree(yaml.read(text))


def _crushrc(text: str) -> list[Leaf]:
    return _of_tree(crushrc.read(text))


def _text(text: str) -> list[Leaf]:
    return [Leaf((), re.sub(r"(?:\r\n|\n|\r)\Z", "", text, count=1))]


def _of_tree(root: Node) -> list[Leaf]:
    return list(_flat(root, (), iter(range(_MOST_NODES))))


def _flat(value: Any, path: tuple[str, ...], left: Iterator[int]) -> Iterator[Leaf]:
    """Yield the values of a tree in order. Raises ValueError if its aliases lead to too many."""
    if next(left, None) is None:
        raise ValueError("too many nodes")
    if isinstance(value, Node):
        value = value.value
    if isinstance(value, dict | list):
        yield Leaf(path, type(value))  # an empty table differs from no table
        members = value.items() if isinstance(value, dict) else ((str(at), one) for at, one in enumerate(value))
        for name, inner in members:
            yield from _flat(inner, (*path, name), left)
    else:
        yield Leaf(path, value)


_READINGS: dict[str, Reading] = {
    "env": _env,
    "shell": _bindings("shell"),
    "powershell": _bindings("powershell"),
    "lines": _bindings("lines"),
    "toml": _toml,
    "json": _json,
    "json5": _json5,
    "yaml": _yaml,
    "crushrc": _crushrc,
    "text": _text,
}
