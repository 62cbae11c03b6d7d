"""Replace one value in a settings file and keep every other byte.

The file is not serialised again. The editor searches for the old value in each possible spelling, from its line
onwards, and inserts the new value with the same quotes. It then parses the result and accepts it only if exactly this
one value has changed.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from probes.config_formats import dotenv, toml, writer, yaml
from probes.config_formats import json as json_reader
from probes.config_formats.files import LARGEST, SkippedFile, bytes_of
from probes.config_formats.tree import Node
from probes.model.settings import BadInput

TRIED = 200  # replacements to try; each one costs a parse of the whole file
_MOST_PARSED = 8 * LARGEST  # characters of all these parses together
_MOST_NODES = 100_000  # of a file's tree; aliases of aliases can lead to millions
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Parses a whole file into a structure by which two versions of it are compared.
Reading = Callable[[str], Any]


def form_of(path: Path) -> str:
    """Return a file's format by its name: ``env``, ``toml``, ``json``, ``yaml``, or else ``text``: only a key."""
    name = path.name.lower()
    if name.startswith(".env") or name.endswith(".env"):
        return "env"
    known = {".toml": "toml", ".json": "json", ".jsonc": "json", ".yaml": "yaml", ".yml": "yaml"}
    return known.get(path.suffix.lower(), "text")


@dataclass(frozen=True, slots=True, repr=False)  # the values may be keys
class Edit:
    """The replacement of one value. ``start`` is the character offset of ``old``; both values include their quotes."""

    start: int
    old: str
    new: str

    def applied(self, text: str, new: str | None = None) -> str:
        """Return ``text`` with the new value, or with ``new`` instead of it."""
        return text[: self.start] + (self.new if new is None else new) + text[self.start + len(self.old) :]


def changed(text: str, form: str, line: int, old: str, new: str) -> str | None:
    """Return ``text`` with the value ``old`` at ``line`` (from 1) or below replaced by ``new``, or None; see `edit`."""
    found = edit(text, form, line, old, new)
    return found.applied(text) if found is not None else None


def edit(text: str, form: str, line: int, old: str, new: str) -> Edit | None:
    """Return the edit that replaces the value ``old`` at ``line`` (from 1) or below with ``new``.

    Return None if the value is not found, if it is composed of other values, or if ``new`` cannot be written in this
    format.
    """
    if _CONTROL.search(new):  # no setting needs them, and each grammar and terminal reads them in its own way
        return None
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix(mark)
    read = _READINGS[form]
    try:
        before = read(bare)
    except Exception:  # each parser has its own exceptions; all mean that the file is invalid
        return None
    wanted = (old, new)
    tries = min(TRIED, 2 + _MOST_PARSED // (len(bare) + 1))
    for candidate in islice(_candidates(bare, form, _start(bare, line), old, new), tries):
        try:
            after = read(candidate.applied(bare))
            found = list(islice(_differences(before, after), 2))
        except Exception:  # noqa: S112 - this replacement is invalid, the next may not be
            continue
        if found == [wanted]:
            return replace(candidate, start=candidate.start + len(mark))
    return None


def _start(text: str, line: int) -> int:
    ends = [found.end() for found in re.finditer(r"\r\n|\n|\r", text)]
    return ([0, *ends])[min(max(line, 1) - 1, len(ends))]


def _candidates(text: str, form: str, start: int, old: str, new: str) -> Iterator[Edit]:
    """Yield possible edits, the most likely first: at each place, the same quotes before other quotes."""
    for spell, writes in _QUOTES[form]:
        if not (spelt := spell(old)):
            continue
        written = dict.fromkeys(one for write in writes if (one := write(new)) is not None)
        at = text.find(spelt, start)
        while at >= 0:
            yield from (Edit(at, spelt, one) for one in written)
            at = text.find(spelt, at + 1)


# -- quoting styles ----------------------------------------------------------------------------------------------------


def _double(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _double_ascii(value: str) -> str:
    return json.dumps(value)


def _single(value: str) -> str | None:
    return None if "'" in value or not value.isprintable() else f"'{value}'"


def _single_yaml(value: str) -> str | None:
    return "'" + value.replace("'", "''") + "'" if value.isprintable() else None


def _plain_yaml(value: str) -> str | None:
    """Leave the quotes away where every version of YAML reads a text: not for ``null``, ``yes``, ``1e3`` or a date."""
    if not re.fullmatch(r"[A-Za-z](?:[\w./@+-]|:(?=[\w/]))*", value, re.ASCII):
        return None
    return None if value.lower() in ("null", "true", "false", "yes", "no", "on", "off", "y", "n") else value


def _single_env(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _double_env(value: str) -> str:
    """Quote as python-dotenv unquotes: escape quotes and backslashes, and write carriage returns as ``\\r``."""
    return '"' + re.sub(r'[\\"]', r"\\\g<0>", value).replace("\r", "\\r") + '"'


def _raw_double(value: str) -> str | None:
    """Quote without escapes, for values in which no backslash starts an escape sequence."""
    return None if '"' in value else f'"{value}"'


def _raw_single(value: str) -> str | None:
    return None if "'" in value else f"'{value}'"


def _plain(value: str) -> str | None:
    return None if re.search(r"[\r\n]", value) else value


def _whole(value: str) -> str:
    return value


# A `.env` is read by python-dotenv and its like, and sourced by shells. A new value is written as all of them read it,
# or not at all: a shell runs `$(…)` and backticks, and python-dotenv replaces `${…}` even inside single quotes.


def _safe_plain_env(value: str) -> str | None:
    return value if re.fullmatch(r"[\w./:@%+,=-]*", value, re.ASCII) else None


def _safe_single_env(value: str) -> str | None:
    return None if re.search(r"['\\]|\$\{", value) else f"'{value}'"


def _safe_double_env(value: str) -> str | None:
    return None if re.search(r"[$`\\!]", value) else '"' + value.replace('"', '\\"') + '"'


# The spellings by which the old value is found, and for each those in which the new one may take its place.
_Write = Callable[[str], str | None]
_ENV: tuple[_Write, ...] = (_safe_plain_env, _safe_single_env, _safe_double_env)
_ENV_QUOTED: tuple[_Write, ...] = (_safe_single_env, _safe_double_env)
_ENV_DOUBLE: tuple[_Write, ...] = (_safe_double_env, _safe_single_env)
_TOML: tuple[_Write, ...] = (_double, _single, _double_ascii)
_JSON: tuple[_Write, ...] = (_double, _double_ascii)
_YAML: tuple[_Write, ...] = (_double, _single_yaml, _double_ascii)
_QUOTES: dict[str, tuple[tuple[_Write, tuple[_Write, ...]], ...]] = {
    "env": (
        (_double_env, _ENV_DOUBLE),
        (_single_env, _ENV_QUOTED),
        (_raw_double, _ENV_DOUBLE),
        (_raw_single, _ENV_QUOTED),
        (_plain, _ENV),
    ),
    "toml": tuple((one, (one, *_TOML)) for one in _TOML),
    "json": tuple((one, (one, *_JSON)) for one in _JSON),
    "yaml": (*((one, (one, *_YAML)) for one in _YAML), (_plain, (_plain_yaml, *_YAML))),
    "text": ((_whole, (_whole,)),),
}


# -- parsers -----------------------------------------------------------------------------------------------------------


def _env(text: str) -> list[Any]:
    from dotenv.parser import parse_stream

    dotenv.check_effort(text)
    found: list[Any] = []
    for binding in parse_stream(io.StringIO(text, newline="")):
        if binding.value is not None and "${" in binding.value:
            found.append([binding.key, ["made of others", binding.value]])
        else:
            found.append([binding.key, binding.value, binding.error])
    return found


def _json(text: str) -> Any:
    """Parse JSON with the comments and trailing commas that editors allow."""
    return _plainly(json_reader.read(text, "jsonc"), iter(range(_MOST_NODES)))


def _yaml(text: str) -> Any:
    return _plainly(yaml.read(text), iter(range(_MOST_NODES)))


def _plainly(node: Node, left: Iterator[int]) -> Any:
    """Return a tree as dicts and lists. Raises ValueError if its aliases lead to too many nodes."""
    if next(left, None) is None:
        raise ValueError("too many nodes")
    if isinstance(node.value, dict):
        return {name: _plainly(inner, left) for name, inner in node.value.items()}
    return [_plainly(inner, left) for inner in node.value] if isinstance(node.value, list) else node.value


def _text(text: str) -> Any:
    return [re.sub(r"(?:\r\n|\n|\r)\Z", "", text, count=1)]


_READINGS: dict[str, Reading] = {"env": _env, "toml": toml.parsed, "json": _json, "yaml": _yaml, "text": _text}


def _differences(before: Any, after: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each pair of values in which two parsed files differ, or the pair of containers if their shapes differ."""
    if isinstance(before, dict) and isinstance(after, dict) and list(before) == list(after):
        for name in before:
            yield from _differences(before[name], after[name])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            yield from _differences(old, new)
    elif before != after or type(before) is not type(after):
        yield before, after


# -- files -------------------------------------------------------------------------------------------------------------


def load(path: Path) -> str:
    """Return a file's text, in a form that :func:`save` writes back byte for byte.

    Raises BadInput if the file cannot be read.
    """
    try:
        raw = bytes_of(path, limit=LARGEST)
    except SkippedFile as error:
        raise BadInput("{path} cannot be read: {why}.", path=path, why=error.why) from None
    if raw is None:
        raise BadInput("{path} cannot be read: {why}.", path=path, why=os.strerror(errno.ENOENT))
    return raw.decode("utf-8", "surrogateescape")


def save(path: Path, before: str, after: str) -> None:
    """Atomically replace a file that still contains ``before`` with ``after``, by renaming a temporary file over it.

    Symbolic links are followed. Permissions, owner and extended attributes are kept. The file is read again directly
    before it is replaced.

    Raises BadInput if the file has changed or cannot be written; it is then left as it was.
    """

    def check() -> None:
        if load(path) != before:
            raise BadInput("{path} has changed in the meantime; nothing was written.", path=path)

    check()
    try:
        writer.write(path, after.encode("utf-8", "surrogateescape"), check)
    except writer.NotWritten as error:
        raise BadInput("{path} cannot be written: {why}.", path=path, why=error.why) from None
