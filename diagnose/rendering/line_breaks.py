"""Where a line may break, and how many columns a text takes: for reports, lists and questions alike."""

from __future__ import annotations

import re

# The units between which a line may break: a word, or one Chinese character with its punctuation, because no line
# starts with a full stop or ends with an opening bracket.
_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
_OPEN, _CLOSE = "（「『《〈【［“‘", "，。、；：？！）」』》〉】］”’…—"
# Strings, as `re` compiles a pattern when it is first used: the first one takes 3 ms, and English has no need of it.
# A number of seconds, "0.12 s", is one word.
_ATOM = rf" ?[{_OPEN}]{{0,8}}(?:[^ {_WIDE}{_OPEN}]+(?:(?<=[0-9]) s(?![^ {_CLOSE}]))?|[{_WIDE}])[{_CLOSE}]*|."
_NARROW_ATOM = r" ?[^ ]+(?:(?<=[0-9]) s[,.]?(?![^ ]))?|."
# Signs of Western texts, which need no special place to break; the wide pattern takes 3 ms to compile.
_SIGNS = frozenset("…–—→←×≤≥✓✗•“”‘’")


def atoms(text: str) -> list[str]:
    """Return the units between which a line may break; joined they are the text, except for line ends."""
    narrow = text.isascii() or max(set(text) - _SIGNS, default="") < _WIDE[0]
    return re.findall(_NARROW_ATOM if narrow else _ATOM, text)


def cells(text: str) -> int:
    """Return the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(sign) in ("Mn", "Me", "Cf") else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def chopped(text: str, width: int) -> list[str]:
    """Break a text into pieces of at most ``width`` columns, anywhere; a wider sign is a piece of its own."""
    pieces, used = [""], 0
    for sign in text:
        size = cells(sign)
        if pieces[-1] and used + size > width:
            pieces.append("")
            used = 0
        pieces[-1] += sign
        used += size
    return pieces


def wrapped(text: str, width: int | None, first: str = "", rest: str = "") -> list[str]:
    """Break a text into lines of at most ``width`` columns, between words or Chinese characters.

    The first line begins with ``first``, the others with ``rest``. A word that is wider, such as a URL, gets a line of
    its own and is not broken. With None as width there is one line.
    """
    if width is None or cells(first + text) <= width:
        return [first + text]
    lines, line, empty = [], first, True
    for atom in atoms(" ".join(text.split())):
        if not empty and cells(line + atom) > width:
            lines.append(line)
            line = rest + atom.lstrip()
        else:
            line += atom
        empty = False
    return [*lines, line]
