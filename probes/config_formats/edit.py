"""One value in a settings file, put in the place of another: all else stays as it is, byte for byte.

The file is not written anew from what was read. The old value is looked for as it may be spelt, from its line on; the
new one is put there in the same quotes, and the result is read again: it holds exactly this one other value, or it is
not taken.
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

LARGEST = 4 * 1024 * 1024  # bytes of a settings file
TRIED = 200  # places where the old value may stand

# Readings of a whole file: what two versions of it are compared by.
Reading = Callable[[str], Any]


def form_of(path: Path) -> str:
    """``env``, ``toml``, ``json``, ``yaml``, or ``text`` for a file that is a key and nothing else; by the name."""
    name = path.name.lower()
    if name.startswith(".env") or name.endswith(".env"):
        return "env"
    known = {".toml": "toml", ".json": "json", ".jsonc": "json", ".yaml": "yaml", ".yml": "yaml"}
    return known.get(path.suffix.lower(), "text")


@dataclass(frozen=True, slots=True, repr=False)  # it may hold a key
class Edit:
    """One value as it stands in a text, from ``start`` on, and what is to stand there; both with their quotes."""

    start: int
    old: str
    new: str

    def applied(self, text: str, new: str | None = None) -> str:
        """The text with the new value, or with ``new`` in its place."""
        return text[: self.start] + (self.new if new is None else new) + text[self.start + len(self.old) :]


def changed(text: str, form: str, line: int, old: str, new: str) -> str | None:
    """``text`` with the value ``old`` that stands at ``line`` (from 1) or below it replaced by ``new``; see `edit`."""
    found = edit(text, form, line, old, new)
    return found.applied(text) if found is not None else None


def edit(text: str, form: str, line: int, old: str, new: str) -> Edit | None:
    """How the value ``old`` that stands at ``line`` (from 1) or below it is replaced by ``new``.

    None where it is not found there, is made of other values, or where ``new`` cannot be written in this form.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix(mark)
    read = _READINGS[form]
    try:
        before = read(bare)
    except Exception:  # any reader's own: the file is not of its form
        return None
    wanted = (old, new)
    for candidate in islice(_candidates(bare, form, _start(bare, line), old, new), TRIED):
        try:
            after = read(candidate.applied(bare))
        except Exception:  # noqa: S112 - the new value does not fit in this place: the next is tried
            continue
        if list(islice(_differences(before, after), 2)) == [wanted]:
            return replace(candidate, start=candidate.start + len(mark))
    return None


def _start(text: str, line: int) -> int:
    ends = [found.end() for found in re.finditer(r"\r\n|\n|\r", text)]
    return ([0, *ends])[min(max(line, 1) - 1, len(ends))]


def _candidates(text: str, form: str, start: int, old: str, new: str) -> Iterator[Edit]:
    """What may be done, the likeliest first: the same quotes at the first place, then other quotes."""
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


# -- how a value may be spelt ------------------------------------------------------------------------------------------


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
    """As python-dotenv undoes it: a backslash before quotes, backslashes and the letters of control characters."""
    return '"' + re.sub(r'[\\"]', r"\\\g<0>", value).replace("\r", "\\r") + '"'


def _raw_double(value: str) -> str | None:
    """Between quotes as it is: backslashes that begin no escape."""
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


# -- how a file reads --------------------------------------------------------------------------------------------------


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


def _json(text: str) -> Any:
    """JSON, with the comments and the last commas that editors allow in theirs."""
    quiet = r'("(?:[^"\\]|\\.)*")|//[^\n\r]*|/\*.*?\*/'
    bare = re.sub(quiet, lambda found: found[1] or "", text, flags=re.S)
    return json.loads(re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda found: found[1] or "", bare, flags=re.S))


def _yaml(text: str) -> Any:
    yaml: Any = import_module("yaml")
    return yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def _text(text: str) -> Any:
    return [re.sub(r"(?:\r\n|\n|\r)\Z", "", text, count=1)]


_READINGS: dict[str, Reading] = {"env": _env, "toml": _toml, "json": _json, "yaml": _yaml, "text": _text}


def _differences(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """The values in which two readings differ; a pair of other things where their shapes do."""
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        for name in one:
            yield from _differences(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for mine, its in zip(one, other, strict=True):
            yield from _differences(mine, its)
    elif one != other or type(one) is not type(other):
        yield one, other


# -- files -------------------------------------------------------------------------------------------------------------


def load(path: Path) -> str:
    """The file's text, which :func:`save` writes back byte for byte. Raises BadInput where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is too large to be a settings file.")
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or type(error).__name__}.") from None


def save(path: Path, before: str, after: str) -> None:
    """Put ``after`` in the place of a file that still holds ``before``: beside it first, then renamed over it.

    A link is followed. Permissions, owner and extended attributes are kept. Raises BadInput where that cannot be done;
    the file is then as it was.
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
        os.utime(beside)  # it has changed now, whatever its predecessor's time
        if hasattr(os, "chown") and (kept.st_uid, kept.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(beside, kept.st_uid, kept.st_gid)
            Path(beside).chmod(kept.st_mode & 0o7777)  # which a change of owner takes bits from
        os.replace(beside, target)  # noqa: PTH105 - a test lets it fail
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or type(error).__name__}.") from None
    finally:
        if beside:
            with suppress(OSError):
                Path(beside).unlink()
