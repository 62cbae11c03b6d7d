"""Search for pieces of a world's keys in whatever is printed, saved or sent."""

from __future__ import annotations

import base64
from functools import cache
from urllib.parse import quote

from probes.model.scrubber import WINDOW
from worlds.stage import body_of


def leaked(keys: tuple[str, ...], text: str) -> list[str]:
    """Return the pieces of these keys, plain or encoded, that ``text`` contains; the correct key comes first."""
    return [piece for piece in _pieces(keys) if piece in text]


@cache
def _pieces(keys: tuple[str, ...]) -> frozenset[str]:
    secret = body_of(keys[0])[:WINDOW]
    found: set[str] = set()
    for value in (value for key in keys for value in (key, quote(key))):
        if secret not in value and value in (keys[1:2] or [""]):
            continue  # a placeholder, a reference or a masked key contains no secret
        found |= windows(body_of(value.strip()))
        raw = body_of(value.strip()).encode("utf-8", "replace")
        for lead in range(3):  # the three alignments of base64
            found |= windows(base64.b64encode(b"\0" * lead + raw).decode().rstrip("=")[4:-2])
    return frozenset(found)


def windows(text: str) -> set[str]:
    """Return every run of characters that is too long to be shown."""
    return {text[at : at + WINDOW] for at in range(len(text) - WINDOW + 1)}
