"""The secrets on a command line and in the environment, by their look and by the names of their variables.

A key in the wrong place of a command line must not appear in the message that refuses it, nor in a report. Whatever is
taken for a key here is cut out of every text (:mod:`probes.model.known_secrets`), so two kinds of words are not: an
existing file, and an account's number in a URL's path, without which the address in the report would be wrong.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise

from probes.model.scrubber import WINDOW
from probes.model.secret import public_prefix

MOST = 100
_CANDIDATE = r"[A-Za-z0-9_+/%-]{16,}|[A-Za-z]{2,}[_-][A-Za-z0-9_+/=.~-]{8,}|AIza|eyJ"
_PIECES = r"[\s,;:=\"'`()<>{}\[\]|&?#@/\\，；：]+"
_URL_PATH = r"(?i)https?://[^/?#\s]*(/[^?#\s]*)"
_ACCOUNT = r"(?i)[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = r"(?<![\w-])-{0,2}[A-Za-z][\w-]*+="
# Keys with slashes, such as AWS's: the kind of sign changes at more than every second place, in a path at every sixth.
_BASE64 = r"[A-Za-z0-9][A-Za-z0-9+/]{35,}={0,2}"
_CHANGE = r"[0-9](?=[A-Za-z])|[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])"
_RUN = r"[A-Za-z0-9]{20,}"
_TURN = r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])"

# Every start looks at all variables, so these are no patterns, which would have to be compiled.
# The last word in the name of a secret variable; up to eight letters and digits may follow it (``KEY_2``, ``TOKENS``).
_NAMES = (
    *("KEY", "TOKEN", "SECRET", "PASS", "PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "CREDENTIAL", "CREDENTIALS"),
    *("COOKIE", "AUTH", "PAT"),
)
_OF_PLACES = (
    *("_URL", "_URI", "_FILE", "_PATH", "_DIR", "_HOME", "_SOCK", "_HOST", "_SERVER", "_DOMAIN", "_REALM", "_REGION"),
    *("_NAME", "_USER", "_TYPE", "_MODE", "_METHOD"),
)
_PATH = ("/", "\\", "~/", "~\\", "./", ".\\")
_PLACE = r"(?i)[a-z]:[\\/]|\w+://|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d+)?$"
_IN_URL = r"://[^/@:\s]*:([^/@\s]{12,})@"


def on_command_line(words: Iterable[str]) -> tuple[str, ...]:
    """Return the parts of a command line that look like keys: ``sk-…``, 32 hexadecimal digits, 64 random letters.

    No more than :data:`MOST`: a log that is given to `explain` can hold thousands of numbers.
    """
    found = dict.fromkeys(part for word in _but_checksums(words) if _is_candidate(word) for part in _keys_in(word))
    return tuple(islice(found, MOST))


def _but_checksums(words: Iterable[str]) -> Iterator[str]:
    """Yield the words without the value of ``--sha256``, which is public and looks like a key."""
    before = ""
    for word in words:
        checksum = word if before == "--sha256" else word.removeprefix("--sha256=")
        if not (checksum != word or before == "--sha256") or not re.fullmatch(r"[0-9a-fA-F]{64}", checksum):
            yield word
        before = word


def _is_candidate(word: str) -> bool:
    """Check whether a word can hold a key; the short words of most command lines need no pattern for that."""
    return (len(word) >= 11 or "AIza" in word or "eyJ" in word) and re.search(_CANDIDATE, word) is not None


def is_there(path: str) -> bool:
    """Check whether a file or folder has this name; ask no other machine, as Windows does for ``\\\\host\\share``."""
    return not path.startswith(("//", "\\\\")) and os.path.exists(path)  # noqa: PTH110 - pathlib is slow to import


def in_environment(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of variables whose names say that they are secret, and the passwords in URLs."""
    for name, value in environ.items():
        if "://" in value and (found := re.search(_IN_URL, value)):
            yield _decoded(found[1])
        if len(value) >= WINDOW and _is_secret(name) and _is_no_place(value):
            yield value


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _is_secret(name: str) -> bool:
    upper = name.upper()
    rests = [upper.rpartition(word)[2] for word in _NAMES if word in upper]
    return any(not rest or _is_suffix(rest.removeprefix("_")) for rest in rests) and not upper.endswith(_OF_PLACES)


def _is_suffix(rest: str) -> bool:
    return len(rest) <= 8 and rest.isascii() and rest.isalnum()


def _is_no_place(value: str) -> bool:
    if value.startswith(_PATH) or (value.isalpha() and value.islower()):
        return False
    return not ((":" in value or "." in value) and re.match(_PLACE, value))


def _keys_in(word: str) -> Iterator[str]:
    if is_there(word) or is_there(word.partition("=")[2]):
        return
    bare = re.sub(_NAME, "", word.strip()).lstrip("-").strip("\"'")
    prefix = public_prefix(bare)
    if len(bare.split()) < 4 and (len(prefix) > 3 or prefix == "sk-" or (prefix and _is_key(bare.split()[0]))):
        yield bare  # maybe wrongly copied, with a space or a line end in it
    accounts = [found[0] for path in re.findall(_URL_PATH, word) for found in re.finditer(_ACCOUNT, path)]
    for text in dict.fromkeys((word, _decoded(word))):
        for account in accounts:
            text = text.replace(account, " ")
        yield from (found for found in re.findall(_BASE64, text) if len(re.findall(_CHANGE, found)) >= 0.4 * len(found))
        for piece in re.split(_PIECES, text):
            if len(piece) >= WINDOW and _is_key(piece):
                yield piece
        words = text.split()
        for one, next_one in pairwise(words):  # the two halves of a broken key
            left, right = re.split(_PIECES, one)[-1], re.split(_PIECES, next_one)[0]
            if _is_random(left) and _is_random(right):
                yield f"{left} {right}"


def _is_key(piece: str) -> bool:
    """Check whether only a key looks like this: by its prefix, or by a long run of letters and digits that alternate.

    A model's name has digits too (``deepseek-r1-0528-qwen3-8b-fp8``), but in short runs between its dashes.
    """
    if any(_is_random(run) for run in re.findall(_RUN, piece)):
        return True
    if prefix := public_prefix(piece):
        body = piece[len(prefix) :]
        return len(body) >= 8 and (len(prefix) > 3 or prefix == "sk-" or _is_random(body))  # `up_` begins words too
    from probes.pasted.keys_in_text import find_keys

    return bool(find_keys(piece))


def _is_random(run: str) -> bool:
    return len(re.findall(_TURN, run)) >= max(4, len(run) // 8)
