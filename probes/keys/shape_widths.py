"""How long the values can be that a pattern of a key matches, so that the pattern is compiled only for one of them.

A key is compared with a hundred patterns, thirty of which begin with no word of their own; compiling these took 2 ms of
each start. The build of the wheel writes the widths to ``probes/facts/widths.json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from probes.catalog.fact_files import compiled_facts

WIDTHS = "widths"  # the fact file, which only a wheel has


def width(pattern: str) -> tuple[int, int]:
    """Return the fewest and the most characters that a pattern matches.

    >>> width("[0-9a-f]{32}|xai-[a-z]{4,6}")
    (8, 32)
    """
    from re import _parser  # type: ignore[attr-defined]  # used only by the build; tests check that the widths fit

    shortest, longest = _parser.parse(pattern).getwidth()
    return int(shortest), int(longest)


def may_fit(pattern: str, length: int) -> bool:
    """Check whether a pattern may match a whole value of this length; True if its width is not known."""
    shortest, longest = _prepared().get(pattern, (0, length))
    return shortest <= length <= longest


@cache
def _prepared() -> Mapping[str, Sequence[int]]:
    return compiled_facts(WIDTHS) or {}
