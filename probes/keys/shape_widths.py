"""What tells that a pattern of a key does not match a value, so that it need not be compiled: its width, its words.

A key is compared with a hundred patterns, thirty of which begin with no word of their own; compiling these took 2 ms of
each start. The build of the wheel writes what is known about each to ``probes/facts/widths.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from probes.catalog.fact_files import compiled_facts
from probes.catalog.literal_filter import Needles, may_match, needles

WIDTHS = "widths"  # the fact file, which only a wheel has


def width(pattern: str) -> tuple[int, int]:
    """Return the fewest and the most characters that a pattern matches.

    >>> width("[0-9a-f]{32}|xai-[a-z]{4,6}")
    (8, 32)
    """
    from re import _parser  # type: ignore[attr-defined]  # used only by the build; tests check that the widths fit

    shortest, longest = _parser.parse(pattern).getwidth()
    return int(shortest), int(longest)


def outline(pattern: str) -> tuple[int, int, Needles]:
    """Return the width of a pattern and the words that every value contains which it matches."""
    return (*width(pattern), needles(pattern))


def may_fit(pattern: str, value: str) -> bool:
    """Check whether a pattern may match a whole value; True if the build has not seen the pattern."""
    shortest, longest, words = _prepared().get(pattern, (0, len(value), ()))
    return shortest <= len(value) <= longest and may_match(words, value.lower())


@cache
def _prepared() -> Mapping[str, tuple[int, int, Needles]]:
    return compiled_facts(WIDTHS) or {}
