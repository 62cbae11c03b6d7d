"""Characters that do not belong in a URL or a key, and how to name them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from probes.model.note import Note, note

_DASHES = frozenset("‐‑‒–—―−﹘﹣－")
_QUOTES = frozenset("\"'`´“”„‟‘’‚‛«»‹›「」『』＂＇")
_STOPS = {"。": ".", "．": ".", "｡": "."}
END_MARKS = _QUOTES | frozenset("<>()[]{},;、，；（）【】《》〈〉＜＞［］")
ENDS = "".join(END_MARKS) + " \t"
# A line end or a blank that was written out, and what is left of it as it is cut away.
ESCAPES = ("\\n", "\\r", "\\t", "\\", "%0A", "%0a", "%0D", "%0d", "%0", "%20", "%2", "%")
_CONTROL_NAMES = {
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\0": "NULL",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}
_LISTED = 3  # odd characters that a note names one by one


def invisible(char: str) -> bool:
    """White space, control and format characters, lone surrogates: nothing of a URL or a key."""
    if "!" <= char <= "~":
        return False
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def fold(char: str) -> str:
    """The one ASCII character that was meant, where that can be told; else the character itself."""
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
    name = unicodedata.name(char, "") or _CONTROL_NAMES.get(char, "CONTROL" if ord(char) < 0xA0 else "")
    return f"U+{ord(char):04X} {name}".rstrip()


def position_notes(raw: str, positions: Iterable[int]) -> tuple[Note, ...]:
    """The characters at these indices, from 0, with their positions, from 1; letters and digits go unnamed."""
    at = sorted(set(positions))
    told = [i for i in at if not (raw[i].isascii() and raw[i].isalnum())][:_LISTED]
    names = [note("position", name=character_name(raw[i]), position=i + 1, length=len(raw)) for i in told]
    return (*names, *([note("more", count=len(at) - len(told))] if len(at) > len(told) else []))
