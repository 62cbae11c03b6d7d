"""A list as a value of words: each language joins it with its own punctuation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from probes.model.source import Source


class Listed(str):
    """A list as English text, with its parts for a language that joins them otherwise (``words/*/notes.py``, JOINTS).

    A part may be a source, or a list itself, for example a name and its address. The joint `` | `` is between the lines
    of a file:

    >>> Listed([Listed(["Moonshot", "https://api.moonshot.cn/v1"], ": "), "a relay"], "; ")
    'Moonshot: https://api.moonshot.cn/v1; a relay'
    """

    __slots__ = ("joint", "parts")
    joint: str
    parts: tuple[str | Source, ...]

    def __new__(cls, parts: Iterable[str | Source], joint: Literal[", ", "; ", ": ", " | "] = ", ") -> Listed:
        kept = tuple(parts)
        listed = super().__new__(cls, joint.join(map(str, kept)))
        listed.parts, listed.joint = kept, joint
        return listed
