"""A key that nobody has issued, in the shape in which a door's keys are published.

It is made at random and from no part of any real key: a door that looks at the shape alone is to take it for one of its
own, and look it up.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterable, Iterator

from probes.catalog.door import Door, KeyShape
from probes.model.scrubber import WINDOW
from probes.model.value_issues import Confidence

_USUAL = KeyShape(r"sk-[A-Za-z0-9]{48}", Confidence.POSSIBLE)  # as most relays' keys
_LENGTH = 48  # of a key whose shape says only where it begins
_LONGEST = 512  # that any place of a pattern asks for
# A piece of a pattern and how often it stands there: a group, a class, an escape, any other sign.
_PIECE = re.compile(r"(\((?:\?:)?[^()]*\)|\[[^\]]*\]|\\.|[^\\])(\{\d+(?:,\d*)?\}|[*+?])?")


def wrong_key(door: Door | None, real: Iterable[str]) -> str:
    """The made-up key. It shares no :data:`probes.model.secret.WINDOW` characters in a row with a real one."""
    kept = tuple(real)
    while True:
        made = next(filter(None, map(_like, (*(door.keys if door else ()), _USUAL))))
        if not any(made[at : at + WINDOW] in one for one in kept for at in range(len(made) - WINDOW + 1)):
            return made


def _like(shape: KeyShape) -> str:
    """A random text of that shape; an empty one where its pattern is too odd to be followed."""
    try:
        pieces = list(_pieces(shape.pattern))
    except re.error:  # a group within a group
        return ""
    spare = (shape.shortest or _LENGTH) - sum(low for _, low, _ in pieces)
    open_ones = sum(more for _, _, more in pieces)
    made = ""
    for letters, low, more in pieces:
        count = low + (max(0, spare) // open_ones if more else 0)
        made += "".join(secrets.choice(letters) for _ in range(min(count, _LONGEST)))
    return made if re.fullmatch(shape.pattern, made) else ""


def _pieces(pattern: str) -> Iterator[tuple[str, int, bool]]:
    """The letters of each place, how many stand there at least, and whether there may be any number more."""
    for piece, often in _PIECE.findall(pattern):
        if piece.startswith("(") and not often:
            yield from _pieces(re.split(r"\|", piece.strip("()").removeprefix("?:"))[0])
            continue
        single = [sign for sign in string.ascii_letters + string.digits if re.fullmatch(piece, sign)]
        letters = "".join(single) or piece.removeprefix("\\")
        low = re.match(r"\{(\d+)", often)
        yield letters, int(low[1]) if low else int(often not in ("*", "?")), often.endswith((",}", "*", "+"))
