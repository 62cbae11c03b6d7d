"""What was read in a pasted text."""

from __future__ import annotations

import re
from typing import NamedTuple

TRIED = 5  # URLs, hosts and keys that are examined: a log may hold thousands


class TextNote(NamedTuple):
    """Something about an address or a key in the text.

    ``kind`` is a kind of :func:`probes.urls.url_flaws.examine_url` or a fit of
    :class:`probes.model.settings.DoorFacts`, or ``website``
    and ``host_typo`` (of an address), ``echo_elsewhere`` (the key that a refusal echoes cannot be of the house that
    speaks) and ``official_words`` (OpenAI itself answers, and the text names another base URL). ``where`` is the part
    of the text, without any key. ``sure``: the shape proves it, or the address is given as a base URL.
    """

    kind: str
    where: str
    sure: bool = True


class PastedText(NamedTuple):
    """A text as it can be read on: no part of it is a key.

    ``plain`` is one line with escapes undone, ``lower`` the same in lower case and of the same length, ``short`` what
    of the text tells most, with its line ends. ``tags`` are those that ``diagnose/answers/phrases.toml`` explains.
    ``host`` is the one host that was asked, None where there are several.
    """

    plain: str
    lower: str
    short: str
    tags: frozenset[str] = frozenset()
    notes: tuple[TextNote, ...] = ()
    host: str | None = None


class UrlInText(NamedTuple):
    """An address in the text. ``base``: it is given as a base URL; ``asked``: a request went there, or was to go."""

    value: str
    host: str
    port: int | None
    path: str
    base: bool
    asked: bool


class ScannedText(NamedTuple):
    plain: str
    lower: str
    keys: tuple[str, ...]
    urls: tuple[UrlInText, ...]
    hosts: tuple[str, ...]


# Some of this stands in every text with an address of this machine or of a private network.
LOCAL_STARTS = ("localhost", "127.", "0.0.0.0", "10.", "192.168.", "172.", "::1", ".local", ".internal")  # noqa: S104
LOCAL = (
    r"(?a)\blocalhost\b|\b127\.\d+\.\d+\.\d+|\b0\.0\.0\.0\b|\b10\.\d+\.\d+\.\d+|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\."
    r"|(?<![\w:])::1\b|\.local\b|\.docker\.internal"
)
LOOPBACK = r"(?a)\blocalhost\b|\b127\.\d+\.\d+\.\d+|(?<![\w:])::1\b"


def literal(pattern: str) -> str:
    """The characters that every key of a shape begins with."""
    found = re.match(r"(?:[A-Za-z0-9_-](?![?*{+]))*", pattern)
    return "" if found is None or "|" in re.sub(r"\([^()]*\)", "", pattern) else found[0]
