"""Take, keep and make bundles of facts (:mod:`probes.catalog.bundle`), for `llmdoctor facts`."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from probes.catalog import bundle, doors, model_ends
from probes.catalog.bundle import LARGEST, SCHEMA, Bundle, BundleError, parsed
from probes.catalog.bundle_place import place
from probes.catalog.fact_files import FOLDER, HEADER, check_file
from probes.config_formats.files import SkippedFile, bytes_of, decoded
from probes.config_formats.writer import NotWritten, write

PATIENCE = 30.0  # seconds for a download
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


def from_url(url: str) -> bytes:
    """Download a bundle by https; redirects are followed to https alone. Nothing but the request is sent.

    Raises BundleError if it cannot be fetched or is too large.
    """
    import http.client
    import ssl
    import time
    import urllib.error
    import urllib.request

    class _HttpsAlone(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if not newurl.lower().startswith("https://"):
                raise BundleError("it leads to an address without https")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    ends = time.monotonic() + PATIENCE
    opener = urllib.request.build_opener(
        _HttpsAlone(), urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    request = urllib.request.Request(url, headers={"User-Agent": "llmdoctor"})  # noqa: S310 - https, by `checked_url`
    raw = bytearray()
    try:
        ask = opener.open
        with ask(request, timeout=PATIENCE) as answer:
            while len(raw) <= LARGEST and (piece := answer.read1(65536)):
                raw += piece
                if time.monotonic() > ends:
                    raise BundleError("it took longer than {seconds} s", seconds=f"{PATIENCE:g}")
    except urllib.error.HTTPError as error:
        raise BundleError("the server answered {code}", code=error.code) from None
    except urllib.error.URLError as error:
        raise BundleError("{detail}", detail=error.reason) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError("{detail}", detail=str(error) or type(error).__name__) from None
    if len(raw) > LARGEST:
        raise BundleError("it is larger than {size}", size=f"{LARGEST // 1024**2} MiB")
    return bytes(raw)


def checked_url(url: str) -> str:
    """Return an address that may be fetched. Raises BundleError if it is not https, or has a name or password in it."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise BundleError("it is no address") from None
    if parts.scheme != "https" or not host:
        raise BundleError("a bundle is fetched by https alone")
    if "@" in parts.netloc:
        raise BundleError("the address holds a user name or a password")
    return url


def checksum(raw: bytes) -> str:
    """Return the SHA-256 of a bundle in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def accepted(raw: bytes, sha256: str, newer_than: str) -> Bundle:
    """Check the bytes of a bundle and return it.

    ``sha256`` is the checksum it must have; empty: any. ``newer_than`` is the date of the facts in use.

    Raises BundleError if the checksum, the date, the schema or a row is wrong.
    """
    if sha256:
        wanted = sha256.strip().lower()
        if len(wanted) != _HEX or not set(wanted) <= set("0123456789abcdef"):
            raise BundleError("--sha256 is not a checksum of {count} hexadecimal digits", count=_HEX)
        if (given := checksum(raw)) != wanted:
            raise BundleError("its SHA-256 is {detail}, not {wanted}", detail=given, wanted=wanted)
    try:
        found = parsed(decoded(raw))
    except SkippedFile as error:
        raise BundleError("{detail}", detail=error.why) from None
    if found.date <= newer_than:
        raise BundleError(
            "its facts are of {date}, which is not newer than those in use, {newer}", date=found.date, newer=newer_than
        )
    return found


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
    place = FOLDER if folder is None else folder if (folder / "doors.toml").is_file() else folder / "probes/facts"
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
