"""Refuse key shapes with which a folder could keep the processor busy: users' doors bring regular expressions."""

from __future__ import annotations

from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

LONGEST = 300  # characters of a shape; the longest built-in one has 60
_OPEN = 64  # repetitions above which a repetition counts as unbounded
_MOST_OPEN = 3  # unbounded repetitions in one shape: a key of 200 characters is then matched within some milliseconds


def costly(pattern: str) -> bool:
    """Check whether matching a shape can take time that grows faster than the cube of the key's length.

    >>> costly(r"(\\w+)+x"), costly(r"sk-[\\w-]+")
    (True, False)

    Raises re.error if the pattern is invalid.
    """
    return len(pattern) > LONGEST or _open_repetitions(_parser.parse(pattern), inside=False) > _MOST_OPEN


def _open_repetitions(tree: Any, inside: bool) -> int:
    """Return the number of unbounded repetitions; a repetition in one that can vary counts as too many."""
    count = 0
    for operation, value in tree:
        if str(operation).endswith("_REPEAT"):
            least, most, body = value
            varies = least != most
            if inside and varies:
                return _MOST_OPEN + 1
            count += int(most is _constants.MAXREPEAT or most > _OPEN)
            count += _open_repetitions(body, inside or most > 1)
        elif operation is _constants.BRANCH:
            if inside:
                return _MOST_OPEN + 1
            count += max(_open_repetitions(branch, inside) for branch in value[1])
        elif operation is _constants.SUBPATTERN:
            count += _open_repetitions(value[3], inside)
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            count += _open_repetitions(value[1], inside)
        elif str(operation) == "ATOMIC_GROUP":
            count += _open_repetitions(value, inside)
        elif operation in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            return _MOST_OPEN + 1
    return count
