"""A regular expression over messages and pasted texts that is compiled only for a text that contains its words.

A text is searched with dozens of patterns of the code, of which one or two match. Compiling all of them would take
most of a command's time. The rows of the tables have their words ("needles", see ``literal_filter.py``) beside them;
those of the patterns in the code are written by the build of the wheel, to ``probes/facts/needles.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from probes.catalog.fact_files import compiled_facts
from probes.catalog.literal_filter import Needles, may_match

NEEDLES = "needles"  # the fact file, which only a wheel has
_made: list[TextPattern] = []


class TextPattern:
    """One pattern. ``flags`` are those of ``re``; by default ASCII, so that ``\\b`` matches between a word and Chinese.

    >>> TextPattern(r"(?i)model (\\w+) is gone").search("Model small is gone")[1]
    'small'
    """

    __slots__ = ("_compiled", "_needles", "flags", "pattern")

    def __init__(self, pattern: str, flags: int = re.ASCII) -> None:
        self.pattern, self.flags = pattern, flags
        self._needles: Needles | None = None
        self._compiled: re.Pattern[str] | None = None
        _made.append(self)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match in a text, or None."""
        return self._ready().search(text) if self._may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return an iterator over the matches in a text."""
        return self._ready().finditer(text) if self._may_match(text) else iter(())

    def findall(self, text: str) -> list[str]:
        """Return the matches in a text, or their group if the pattern has one."""
        return self._ready().findall(text) if self._may_match(text) else []

    def split(self, text: str) -> list[str]:
        """Split a text at the matches."""
        return self._ready().split(text) if self._may_match(text) else [text]

    def _may_match(self, text: str) -> bool:
        needles = self._needles
        if needles is None:
            needles = self._needles = _prepared().get(self.pattern, ())
        return not needles or may_match(needles, text.lower())

    def _ready(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self.pattern, self.flags)
        return self._compiled


def text_patterns() -> tuple[TextPattern, ...]:
    """Return the patterns of all modules that have been imported."""
    return tuple(_made)


@cache
def _prepared() -> Mapping[str, Needles]:
    """Return the needles of each pattern; empty in the source tree, where every pattern is compiled when it is used."""
    return compiled_facts(NEEDLES) or {}
