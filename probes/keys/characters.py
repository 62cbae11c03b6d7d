"""Recognise and name characters that do not belong in a URL or a key."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from probes.model.note import Note, note

_DASHES = frozenset("‐‑‒–—―−﹘﹣－")
_QUOTES = frozenset("\"'`´“”„‟‘’‚‛«»‹›「」『』＂＇")
_STOPS = {"。": ".", "．": ".", "｡": "."}
END_MARKS = _QUOTES | frozenset("<>()[]{},;、，；（）【】《》〈〉＜＞［］")
ENDS = "".join(END_MARKS) + " \t"
# Escaped line ends and spaces, and what is left of one after its last characters are removed.
ESCAPES = ("\\n", "\\r", "\\t", "\\", "%0A", "%0a", "%0D", "%0d", "%0", "%20", "%2", "%")
_CONTROL_NAMES = {
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\0": "NULL",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}
_LISTED = 3  # the number of stray characters that a note names individually


def invisible(char: str) -> bool:
    """Check for white space, control and format characters and lone surrogates: never part of a URL or a key."""
    if "!" <= char <= "~":
        return False
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def visible(text: str) -> str:
    """Return the text without :func:`invisible` characters; most URLs and keys have none."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return "".join(char for char in text if not invisible(char))


def fold(char: str) -> str:
    """Return the ASCII character that a look-alike stands for: ``“`` gives ``"``; otherwise the character itself."""
    if char.isascii():
        return char
    if char in _DASHES:
        return "-"
    if char in _STOPS:
        return _STOPS[char]
    if char in _QUOTES:
        return '"'
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isprintable() else char


def character_name(char: str) -> str:
    """Return the code point and the Unicode name: ``U+000A LINE FEED``."""
    name = unicodedata.name(char, "") or _CONTROL_NAMES.get(char, "CONTROL" if ord(char) < 0xA0 else "")
    return f"U+{ord(char):04X} {name}".rstrip()


def position_notes(raw: str, positions: Iterable[int]) -> tuple[Note, ...]:
    """Return notes that name the characters at these indices, which count from 0; positions in notes count from 1.

    Letters and digits are counted but never named: they may belong to the key.
    """
    indices = sorted(set(positions))
    named = [i for i in indices if not (raw[i].isascii() and raw[i].isalnum())][:_LISTED]
    names = [note("position", name=character_name(raw[i]), position=i + 1, length=len(raw)) for i in named]
    return (*names, *([note("more", count=len(indices) - len(named))] if len(indices) > len(named) else []))
