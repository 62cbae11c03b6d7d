"""Generate a key that nobody has issued, in the published shape of a provider's keys.

It is random and shares no part with a real key. A server that checks the shape first accepts it and looks it up.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterable, Iterator

from probes.catalog.door import Door, KeyShape
from probes.model.key_shape import Confidence
from probes.model.scrubber import WINDOW

_USUAL = KeyShape(r"sk-[A-Za-z0-9]{48}", Confidence.POSSIBLE)  # as most relays' keys
_LENGTH = 48  # characters of a key whose shape gives no length
_LONGEST = 512  # upper limit for the repetitions of one piece of a pattern
# A piece of a pattern and its quantifier: a group, a class, an escape or any other character.
_PIECE = re.compile(r"(\((?:\?:)?[^()]*\)|\[[^\]]{0,200}\]|\\.|[^\\])(\{\d+(?:,\d*)?\}|[*+?])?")


def wrong_key(door: Door | None, real: Iterable[str]) -> str:
    """Return a random key in the shape of the provider's keys, which no scrubber takes for one of the ``real`` keys.

    It shares no :data:`probes.model.scrubber.WINDOW` consecutive characters with a real one.
    """
    kept = tuple(real)
    while True:
        made = next(filter(None, map(_random_text, (*(door.keys if door else ()), _USUAL))))
        if not any(made[at : at + WINDOW] in one for one in kept for at in range(len(made) - WINDOW + 1)):
            return made


def _random_text(shape: KeyShape) -> str:
    """Return a random text of this shape; empty if the pattern is too complex."""
    try:
        pieces = list(_pieces(shape.pattern))
    except re.error:  # nested groups
        return ""
    spare = (shape.shortest or _LENGTH) - sum(low for _, low, _ in pieces)
    repeatable = sum(more for _, _, more in pieces)
    made = ""
    for letters, low, more in pieces:
        count = low + (max(0, spare) // repeatable if more else 0)
        made += "".join(secrets.choice(letters) for _ in range(min(count, _LONGEST)))
    return made if re.fullmatch(shape.pattern, made) else ""


def _pieces(pattern: str) -> Iterator[tuple[str, int, bool]]:
    """Yield for each piece its possible characters, the minimal number of them, and whether more are allowed."""
    for piece, often in _PIECE.findall(pattern):
        if piece.startswith("(") and not often:
            yield from _pieces(re.split(r"\|", piece.strip("()").removeprefix("?:"))[0])
            continue
        single = [sign for sign in string.ascii_letters + string.digits if re.fullmatch(piece, sign)]
        letters = "".join(single) or piece.removeprefix("\\")
        low = re.match(r"\{(\d+)", often)
        yield letters, int(low[1]) if low else int(often not in ("*", "?")), "," in often or often in ("*", "+")
