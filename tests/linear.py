"""Tell linear time from more than linear time: hostile texts for a pattern, and a comparison of two sizes of input."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

RATIO = 3.0  # of two times, when the input doubles: 2 is linear, 4 is quadratic
NOTICED = 0.02  # seconds of CPU time: what takes less is no danger at the largest input, and too short to compare

# Characters of every kind that classes name. Those of the pattern itself are added.
_ALPHABET = "a0A_-./: \t\n\"'\\{}[]<>$%#@=,;&?é渠\x00"
_REPEATS = tuple(
    getattr(_constants, name) for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") if hasattr(_constants, name)
)
_SEEN = 0.003  # seconds, as `NOTICED`, for one pattern
_MANY = 40  # repetitions: a bound above it counts as none


def cpu_seconds(work: Callable[[], object], runs: int = 1) -> float:
    """Return the least CPU time that ``work`` took in ``runs`` runs, in seconds."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def grows_faster(work: Callable[[int], Callable[[], object]], size: int, noticed: float = NOTICED) -> str:
    """Return how the time of ``work(size)`` grows if it is more than linear, else nothing.

    ``work`` prepares an input of a size and returns what is measured. The sizes are ``size``, its double and its
    fourfold. Times below ``noticed`` seconds are too short to compare.
    """
    if cpu_seconds(work(4 * size)) < noticed:
        return ""
    for _ in range(3):  # a garbage collection or a full cache can spoil one comparison
        one, two, four = (cpu_seconds(work(times * size), runs=3) for times in (1, 2, 4))
        if four < noticed or two <= RATIO * one or four <= RATIO * two:
            return ""
    return f"{one * 1000:.1f} ms, {two * 1000:.1f} ms, {four * 1000:.1f} ms"


class Pattern:
    """A regular expression as it is used, with the hostile texts that its own parse tree suggests."""

    def __init__(self, pattern: str, flags: int, method: str) -> None:
        self.pattern, self.method = pattern, method
        self.compiled = re.compile(pattern, flags)
        self.tree = _parser.parse(pattern, self.compiled.flags & ~re.DEBUG)
        self._groups: dict[int, Any] = {}
        literals = "".join(dict.fromkeys(self._literals(self.tree)))[:60]
        self.alphabet = "".join(dict.fromkeys(literals + _ALPHABET))

    def run(self, text: str) -> object:
        """Apply the pattern to ``text`` in the way that the program does."""
        if self.method in ("sub", "subn"):
            return self.compiled.sub("", text)
        if self.method in ("finditer", "findall"):
            return sum(1 for _ in self.compiled.finditer(text))
        found = getattr(self.compiled, self.method)
        return found(text)

    def slow(self) -> str:
        """Return the hostile text that takes more than linear time, with the times; empty if there is none."""
        for head, unit, tail in self.attacks():

            def text(size: int, head: str = head, unit: str = unit, tail: str = tail) -> Callable[[], object]:
                made = head + unit * (size // len(unit)) + tail
                return lambda: self.run(made)

            # From one size to the next, cubic time grows by less than a hundred: what was just not noticed stays short.
            for size in (16, 20, 24, 28, 250, 750, 3000):
                if cpu_seconds(text(size)) < (_SEEN if size > 250 else 3 * _SEEN):
                    continue
                if size <= 28:
                    return f"{head!r} + {unit!r} * n + {tail!r}: {size} characters already take long"
                found = grows_faster(text, size // 4, _SEEN)
                if found and (size < 3000 or grows_faster(text, size, _SEEN)):  # a bound, once reached, ends the growth
                    return f"{head!r} + {unit!r} * n + {tail!r}: {found}"
                break
        return ""

    def attacks(self) -> Iterator[tuple[str, str, str]]:
        """Yield texts as (head, unit that is repeated, tail), from every repetition without a small bound."""
        seen: set[tuple[str, str, str]] = set()
        for head, bodies in self._repetitions(self.tree, ""):
            for body in bodies:
                for made in (
                    ("", body, ""),
                    (head, body, ""),
                    (head, body, "\0"),
                    (head, body, "\n!"),
                    ("", head + body, "\0"),
                    ("", head or body, "\0"),
                ):
                    if made not in seen:
                        seen.add(made)
                        yield made

    def _literals(self, tree: Any) -> Iterator[str]:
        for operation, value in tree:
            if operation in (_constants.LITERAL, _constants.NOT_LITERAL):
                yield chr(value)
            elif operation is _constants.IN:
                for kind, member in value:
                    if kind is _constants.LITERAL:
                        yield chr(member)
                    elif kind is _constants.RANGE:
                        yield chr(member[0])
            else:
                for below in self._below(operation, value):
                    yield from self._literals(below)

    @staticmethod
    def _below(operation: Any, value: Any) -> list[Any]:
        if operation in _REPEATS:
            return [value[2]]
        if operation is _constants.BRANCH:
            return list(value[1])
        if operation is _constants.SUBPATTERN:
            return [value[3]]
        if operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            return [value[1]]
        if operation is _constants.ATOMIC_GROUP:
            return [value]
        if operation is _constants.GROUPREF_EXISTS:
            return [part for part in value[1:] if part is not None]
        return []

    def _repetitions(self, tree: Any, head: str) -> Iterator[tuple[str, list[str]]]:
        """Yield each repetition as (a text that leads to it, texts that its body matches)."""
        for operation, value in tree:
            if operation in _REPEATS:
                if value[1] is _constants.MAXREPEAT or value[1] > _MANY:
                    yield head, self._samples(value[2])
                yield from self._repetitions(value[2], head)
            else:
                for below in self._below(operation, value):
                    yield from self._repetitions(below, head)
            head += self._sample(operation, value)

    def _samples(self, tree: Any) -> list[str]:
        """Return the characters of the alphabet that ``tree`` matches; for longer texts, one of each branch."""
        matcher = _compiler.compile(_copy(tree), self.compiled.flags & ~re.DEBUG)
        single = [character for character in self.alphabet if matcher.fullmatch(character)][:8]
        longer = []
        if not single or tree.getwidth()[1] > 1:
            longer = [self._text(tree)]
            for operation, value in tree:
                inner = value[3] if operation is _constants.SUBPATTERN else None
                for branch_operation, branch in inner if inner is not None else [(operation, value)]:
                    if branch_operation is _constants.BRANCH:
                        longer += [self._text(one) for one in branch[1]]
        return [text for text in dict.fromkeys(single + longer) if text]

    def _text(self, tree: Any) -> str:
        return "".join(self._sample(operation, value) for operation, value in tree)

    def _sample(self, operation: Any, value: Any) -> str:
        """Return a short text that a node of the tree matches."""
        if operation is _constants.LITERAL:
            return chr(value)
        if operation in (_constants.NOT_LITERAL, _constants.IN, _constants.ANY):
            one = _parser.SubPattern(self.tree.state, [(operation, value)])
            matcher = _compiler.compile(one, self.compiled.flags & ~re.DEBUG)
            return next((c for c in "a0" + self.alphabet if matcher.fullmatch(c)), "")
        if operation in _REPEATS:
            return self._text(value[2]) * min(value[0], _MANY)
        if operation is _constants.BRANCH:
            return self._text(value[1][0])
        if operation is _constants.SUBPATTERN:
            text = self._text(value[3])
            if value[0] is not None:
                self._groups[value[0]] = text
            return text
        if operation is _constants.ATOMIC_GROUP:
            return self._text(value)
        if operation is _constants.GROUPREF:
            return self._groups.get(value, "")
        return ""


def _copy(tree: Any) -> Any:
    return _parser.SubPattern(tree.state, list(tree.data))
