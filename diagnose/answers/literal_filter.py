"""What has to stand in a text for a regular expression to match it.

Compiling an expression takes some 0.5 ms, and the tables hold hundreds of them; looking for a few words takes none. So
the wheel's build writes these words beside each expression, and it is compiled only for a text that may match.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]  # for the build alone; the tests hold the words to it
from typing import Any

Needles = Sequence[
    Sequence[Sequence[str]]
]  # one of these ways, each with all of these parts, each as one of these words

_SHORTEST = 2  # letters; a shorter word stands in every text. One Chinese character says more


def may_match(needles: Needles, lower: str) -> bool:
    """Whether an expression with these needles may match a text, which is given in lower case."""
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
    """What a text holds that the expression matches, whatever the case; empty where nothing can be said."""
    ways = [_parts(way) for way in _ways(_parser.parse(pattern))]
    return [[sorted(words) for words in parts] for parts in ways] if all(ways) else []


def _ways(nodes: Sequence[Any]) -> list[Sequence[Any]]:
    """The alternatives of which an expression consists."""
    if len(nodes) == 1:
        operation, argument = nodes[0]
        if operation is _constants.BRANCH:
            return [way for branch in argument[1] for way in _ways(branch)]
        if operation is _constants.SUBPATTERN:
            return _ways(argument[-1])
    return [nodes]


def _parts(nodes: Iterable[Any]) -> list[set[str]]:
    """What each part of a sequence demands, where it demands something."""
    found: list[set[str]] = []
    run = ""
    for operation, argument in nodes:
        if operation is _constants.LITERAL:
            run += chr(argument).lower()
            continue
        found += [{run}, *_within(operation, argument)]
        run = ""
    found.append({run})
    return [words for words in found if words and all(len(word) >= _SHORTEST or not word.isascii() for word in words)]


def _within(operation: Any, argument: Any) -> list[set[str]]:
    if operation is _constants.SUBPATTERN:
        return _parts(argument[-1])
    if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        return _parts(argument[2]) if argument[0] else []
    if operation is _constants.BRANCH:
        branches = [_parts(branch) for branch in argument[1]]
        # Of each branch the part that says most: one of these stands in the text.
        return [set().union(*(max(parts, key=_telling) for parts in branches))] if all(branches) else []
    return []


def _telling(words: set[str]) -> tuple[int, int]:
    """The longer the shortest word, the better; a Chinese character counts as three letters. Then the fewer."""
    return min(len(word) if word.isascii() else 3 * len(word) for word in words), -len(words)
