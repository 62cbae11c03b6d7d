"""Replace one value in a settings file and keep every other byte.

The file is not serialised again. The editor searches for the old value in each possible spelling, from its line
onwards, and inserts the new value with the same quotes. It then parses the result and accepts it only if exactly this
one value has changed.
"""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from probes.model.settings import BadInput

LARGEST = 4 * 1024 * 1024  # bytes; a larger file is no settings file
TRIED = 200  # replacements to try; each one costs a parse of the whole file

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
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix(mark)
    read = _READINGS[form]
    try:
        before = read(bare)
    except Exception:  # each parser has its own exceptions; all mean that the file is invalid
        return None
    wanted = (old, new)
    for candidate in islice(_candidates(bare, form, _start(bare, line), old, new), TRIED):
        try:
            after = read(candidate.applied(bare))
        except Exception:  # noqa: S112 - this replacement is invalid, the next may not be
            continue
        if list(islice(_differences(before, after), 2)) == [wanted]:
            return replace(candidate, start=candidate.start + len(mark))
    return None


def _start(text: str, line: int) -> int:
    ends = [found.end() for found in re.finditer(r"\r\n|\n|\r", text)]
    return ([0, *ends])[min(max(line, 1) - 1, len(ends))]


def _candidates(text: str, form: str, start: int, old: str, new: str) -> Iterator[Edit]:
    """Yield possible edits, the most likely first: at each place, the same quotes before other quotes."""
    spellings = [(spelt, write) for write in _QUOTES[form] if (spelt := write(old)) is not None]
    for spelt, write in spellings:
        if not spelt:
            continue
        at = text.find(spelt, start)
        while at >= 0:
            for other in (write, *_QUOTES[form]):
                if (written := other(new)) is not None:
                    yield Edit(at, spelt, written)
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


_QUOTES: dict[str, tuple[Callable[[str], str | None], ...]] = {
    "env": (_double_env, _single_env, _raw_double, _raw_single, _plain),
    "toml": (_double, _single, _double_ascii),
    "json": (_double, _double_ascii),
    "yaml": (_double, _single_yaml, _double_ascii, _plain),
    "text": (_whole,),
}


# -- parsers -----------------------------------------------------------------------------------------------------------


def _env(text: str) -> list[Any]:
    from dotenv.parser import parse_stream

    found: list[Any] = []
    for binding in parse_stream(io.StringIO(text, newline="")):
        if binding.value is not None and "${" in binding.value:
            found.append([binding.key, ["made of others", binding.value]])
        else:
            found.append([binding.key, binding.value, binding.error])
    return found


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


# What is never closed lasts to the end, so that no later place is tried for it.
_STRING = r'"(?:[^"\\]|\\.)*+(?:"|\Z)'
_QUIET = rf"(?s)({_STRING}|/\*(?!.*?\*/).*)|//[^\n\r]*|/\*.*?\*/"
_LAST_COMMA = rf"(?s)({_STRING})|,(?=\s*[}}\]])"


def _json(text: str) -> Any:
    """Parse JSON with the comments and trailing commas that editors allow."""
    bare = re.sub(_QUIET, lambda found: found[1] or "", text)
    return json.loads(re.sub(_LAST_COMMA, lambda found: found[1] or "", bare))


def _yaml(text: str) -> Any:
    yaml: Any = import_module("yaml")
    return yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def _text(text: str) -> Any:
    return [re.sub(r"(?:\r\n|\n|\r)\Z", "", text, count=1)]


_READINGS: dict[str, Reading] = {"env": _env, "toml": _toml, "json": _json, "yaml": _yaml, "text": _text}


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

    Raises BadInput if the file cannot be read or is larger than :data:`LARGEST`.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is too large to be a settings file.")
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or type(error).__name__}.") from None


def save(path: Path, before: str, after: str) -> None:
    """Atomically replace a file that still contains ``before`` with ``after``, by renaming a temporary file over it.

    Symbolic links are followed. Permissions, owner and extended attributes are kept.

    Raises BadInput if the file has changed or cannot be written; it is then left as it was.
    """
    import shutil

    target = Path(os.path.realpath(path))
    beside = ""
    try:
        if load(target) != before:
            raise BadInput(f"{path} has changed in the meantime; nothing was written.")
        kept = target.stat()
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(after.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        shutil.copystat(target, beside)
        os.utime(beside)  # copystat has copied the old modification time
        if hasattr(os, "chown") and (kept.st_uid, kept.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(beside, kept.st_uid, kept.st_gid)
            Path(beside).chmod(kept.st_mode & 0o7777)  # chown can clear the setuid and setgid bits
        os.replace(beside, target)  # noqa: PTH105 - a test makes os.replace fail
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or type(error).__name__}.") from None
    finally:
        if beside:
            with suppress(OSError):
                Path(beside).unlink()
