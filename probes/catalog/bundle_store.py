"""Take, keep and make bundles of facts (:mod:`probes.catalog.bundle`), for `llmdoctor facts`."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path

from probes.catalog import bundle, doors, model_ends
from probes.catalog.bundle import LARGEST, SCHEMA, Bundle, BundleError, parsed
from probes.catalog.bundle_place import place
from probes.catalog.fact_files import HEADER, check_file, facts_folder
from probes.config_formats.files import SkippedFile, bytes_of, decoded
from probes.config_formats.writer import NotWritten, write

_HEX = 64  # characters of a SHA-256 in hexadecimal
_TABLES = {"doors": "door", "models": "model", "companions": "companion"}  # the files, and the name of their rows


def from_file(path: Path) -> bytes:
    """Return the content of a bundle's file. Raises BundleError if it is not a regular file or too large."""
    try:
        raw = bytes_of(path, limit=LARGEST)
    except SkippedFile as error:
        raise BundleError("{detail}", detail=error.why) from None
    if raw is None:
        raise BundleError("it does not exist")
    return raw


def checksum(raw: bytes) -> str:
    """Return the SHA-256 of a bundle in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def checked_sum(sha256: str) -> str:
    """Return a checksum in lower case. Raises BundleError if it is not one."""
    wanted = sha256.strip().lower()
    if len(wanted) != _HEX or not set(wanted) <= set("0123456789abcdef"):
        raise BundleError("--sha256 is not a checksum of {count} hexadecimal digits", count=_HEX)
    return wanted


def accepted(raw: bytes, sha256: str, newer_than: str) -> Bundle:
    """Check the bytes of a bundle and return it.

    ``sha256`` is the checksum it must have; empty: any. ``newer_than`` is the date of the facts in use.

    Raises BundleError if the checksum, the date, the schema or a row is wrong.
    """
    if sha256:
        wanted = checked_sum(sha256)
        if (given := checksum(raw)) != wanted:
            raise BundleError("its SHA-256 is {detail}, not {wanted}", detail=_shown(given), wanted=_shown(wanted))
    try:
        found = parsed(decoded(raw))
    except SkippedFile as error:
        raise BundleError("{detail}", detail=error.why) from None
    if found.date <= newer_than:
        raise BundleError(
            "its facts are of {date}, which is not newer than those in use, {newer}", date=found.date, newer=newer_than
        )
    return found


def _shown(checksum: str) -> str:
    """Return the ends of a checksum; in full it looks like a key, which no message shows."""
    return f"{checksum[:8]}…{checksum[-8:]}"


def keep(raw: bytes) -> Path:
    """Keep a bundle that was accepted, readable for the user alone. Raises BundleError if that fails."""
    path = place()
    if path is None:
        raise BundleError("there is no folder of the user's own to keep it in")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            folder = path.parent.stat()
            if folder.st_uid != os.geteuid():
                raise BundleError("{path} belongs to another user", path=path.parent)
            path.parent.chmod(0o700)
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(path.lstat().st_mode):
                path.unlink()  # the writer follows links, and writes into a pipe
        write(path, raw, private=True)
    except (OSError, NotWritten) as error:
        why = error.why if isinstance(error, NotWritten) else error.strerror or str(error)
        raise BundleError("{path} cannot be written: {why}", path=path, why=why) from None
    return path


def look_again() -> None:
    """Let the running program see that a bundle was kept or removed."""
    for cached in (bundle.installed, bundle.known_texts, model_ends.model_ends):
        cached.cache_clear()
    doors.forget_bundle()


def remove() -> bool:
    """Remove the installed bundle, so that the built-in facts count. Return whether there was one."""
    path = place()
    try:
        if path is None:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise BundleError("{path} cannot be removed: {why}", path=path, why=error.strerror or error) from None
    return True


def exported(folder: Path | None, version: str) -> str:
    """Return the text of a bundle with all rows of a checkout's fact files.

    ``folder`` is the checkout, or the folder of the fact files; None is the running program, if it is a checkout.
    ``version`` is that of the program, for readers. Each row has a line of its own.

    Raises FactsError, with file and line, if a row is wrong, and BundleError if the folder has no fact files.
    """
    place = (
        facts_folder() if folder is None else folder if (folder / "doors.toml").is_file() else folder / "probes/facts"
    )
    if not (place / "doors.toml").is_file():
        raise BundleError("{path} has no fact files; name the folder of a checkout", path=place)
    documents = {name: check_file(place / f"{name}.toml") for name in _TABLES}
    date = documents["doors"][HEADER].get("date", "")
    tables = []
    for name, rows in _TABLES.items():
        seen = documents[name][HEADER]["seen"]
        lines = (json.dumps({"seen": seen, **row}, ensure_ascii=False) for row in documents[name][rows])
        tables.append(f'"{name}": [\n' + ",\n".join(lines) + "\n]")
    head = f'{{"schema": {json.dumps(SCHEMA)}, "date": {json.dumps(date)}, "version": {json.dumps(version)},\n'
    text = head + ",\n".join(tables) + "}\n"
    parsed(text)  # what is given away can be taken
    return text
