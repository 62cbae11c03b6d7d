"""Words that a text must contain for a regular expression to match it ("needles").

Compiling an expression takes about 0.5 ms, and the tables contain hundreds of them; searching for a few words costs
almost nothing. So the build of the wheel writes these words next to each expression, and an expression is compiled only
for a text that contains them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]  # used only by the build; tests check that the needles fit
from typing import Any

# Any of these alternatives; of an alternative, every part; of a part, any of its words.
Needles = Sequence[Sequence[Sequence[str]]]

_SHORTEST = 2  # letters; a single letter occurs in every text. A single Chinese character is selective enough


def may_match(needles: Needles, lower: str) -> bool:
    """Check whether an expression with these needles may match a text. ``lower`` is the text in lower case."""
    for parts in needles:
        for words in parts:
            for word in words:
                if word in lower:
                    break
            else:
                break
        else:
            return True
    return not needles


def needles(pattern: str) -> list[list[list[str]]]:
    """Return the words, in lower case, that a text must contain for the pattern to match; empty if it requires none.

    >>> needles(r"invalid (api )?key|unauthori[sz]ed")
    [[['invalid '], ['key']], [['unauthori'], ['ed']]]
    """
    word_lists = [_required_words(alternative) for alternative in _alternatives(_parser.parse(pattern))]
    return [[sorted(words) for words in parts] for parts in word_lists] if all(word_lists) else []


def _alternatives(nodes: Sequence[Any]) -> list[Sequence[Any]]:
    """Return the top-level alternatives of a parsed expression."""
    if len(nodes) == 1:
        operation, argument = nodes[0]
        if operation is _constants.BRANCH:
            return [alternative for branch in argument[1] for alternative in _alternatives(branch)]
        if operation is _constants.SUBPATTERN:
            return _alternatives(argument[-1])
    return [nodes]


def _required_words(nodes: Iterable[Any]) -> list[set[str]]:
    """Return, for each part of a sequence that requires some word, the words of which one must occur."""
    parts: list[set[str]] = []
    run = ""
    for operation, argument in nodes:
        if operation is _constants.LITERAL:
            run += chr(argument).lower()
            continue
        parts += [{run}, *_required_inside(operation, argument)]
        run = ""
    parts.append({run})
    return [words for words in parts if words and all(len(word) >= _SHORTEST or not word.isascii() for word in words)]


def _required_inside(operation: Any, argument: Any) -> list[set[str]]:
    if operation is _constants.SUBPATTERN:
        return _required_words(argument[-1])
    if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        return _required_words(argument[2]) if argument[0] else []
    if operation is _constants.BRANCH:
        branches = [_required_words(branch) for branch in argument[1]]
        # Take the most selective part of each branch; the text must contain one of them.
        return [set().union(*(max(parts, key=_selectivity) for parts in branches))] if all(branches) else []
    return []


def _selectivity(words: set[str]) -> tuple[int, int]:
    """Rank a part: a longer shortest word is better (a Chinese character counts as three letters), then fewer words."""
    return min(len(word) if word.isascii() else 3 * len(word) for word in words), -len(words)
