"""Find the parts of a request that a server refuses, by leaving out parts and asking again. Pure: it only decides.

The request without any of its parts works: that is the plain request of the check. With every part it fails. If leaving
out more never makes a request fail that works without less, halving finds a refused part in a logarithm of tries; what
the server says decides where to halve. Each question is the one from whose answer most is to be learnt: it leaves out
about half of the suspicion, and a part that the server has named carries most of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.client_requests.parts import Part
from probes.model.record import Record

MOST = 8  # requests after the one with every part
_NAMED, _AROUND, _HINTED = 1000.0, 30.0, 8.0  # suspicion of a part that the server names; every other part has 1
_SEARCHED = 4096  # characters of the server's words
_BETA = r"(?i)\bbeta\b|\bbetas\b"


class FoundParts(Record):
    """The result: the parts without which the request works.

    ``sure``: they were found one by one. Otherwise one or more of them are refused, and it is not known which, except
    for those in ``certain``, which come first.
    """

    names: tuple[str, ...]
    sure: bool
    certain: tuple[str, ...] = ()


class Bisection:
    """A search for the refused parts. Ask :meth:`next`, send the request without these parts, and :meth:`learn`."""

    def __init__(self, parts: tuple[Part, ...], words: str, most: int = MOST) -> None:
        self._parts = {part.name: part for part in parts}
        self._words = words
        self._works = frozenset(self._parts)  # without these parts the request works
        self._tested = False  # whether a request without exactly `_works` was sent
        self._fails: frozenset[str] = frozenset()  # without these it fails
        self._found: list[str] = []
        self._confirming = False  # the next request leaves out what was found, and nothing else
        self._left = most
        self.result: FoundParts | None = None if parts else FoundParts((), False)
        self._narrow()

    def next(self) -> frozenset[str] | None:
        """Return the parts to leave out of the next request; None if the search has ended."""
        if self.result is None and self._left <= 0:
            self.stop()
        if self.result is not None:
            return None
        return self._base if self._confirming else self._question()

    def learn(self, left_out: frozenset[str], works: bool, words: str) -> None:
        """Take the result of a request without ``left_out``. ``words`` is what the server said if it refused."""
        self._left -= 1
        if works:
            self._works, self._tested = left_out, True
            if self._confirming:
                self.result = FoundParts(tuple(self._found), True)
                return
        else:
            self._fails, self._words = left_out, words
        self._confirming = False  # if it failed, something else is refused too
        self._narrow()

    def stop(self) -> None:
        """End the search with what is known: without these parts the request works, and not all may be refused."""
        certain = tuple(one for one in self._found if one in self._works)
        rest = tuple(one for one in sorted(self._works) if one not in certain)
        self.result = FoundParts((*certain, *rest), False, certain) if self._tested else FoundParts((), False)

    @property
    def _base(self) -> frozenset[str]:
        return frozenset().union(*(self._parts[name].closure for name in self._found))

    def _narrow(self) -> None:
        """Name a part that is found: the only one that is left, or the one that the server names."""
        if self.result is not None:
            return
        left = self._suspects()
        if not left:  # what worked before has failed now
            self.stop()
            return
        one = left[0]
        named = self._tested and self._suspicion(one) >= _NAMED and self._fails | self._closure(one) >= self._works
        if len(left) > 1 and not named and any(not self._fails | self._closure(each) >= self._works for each in left):
            return
        self._found.append(one)
        if self._tested and self._base == self._works:
            self.result = FoundParts(tuple(self._found), True)
        self._confirming = True

    def _closure(self, name: str) -> frozenset[str]:
        return self._parts[name].closure

    def _suspects(self) -> list[str]:
        """Return what may be refused, the most suspicious first; else as in the request, what needs others first."""
        left = [name for name in self._parts if name in self._works and name not in self._fails]
        return sorted(left, key=self._suspicion, reverse=True)

    def _suspicion(self, name: str) -> float:
        return 1.0 + mention(name, self._words)

    def _question(self) -> frozenset[str]:
        """Return what failed so far and about half of the suspicion, but not all that is known to work."""
        left = self._suspects()
        half = sum(map(self._suspicion, left)) / 2
        out, held = self._fails, 0.0
        for name in left:
            more = out | self._closure(name)
            if more >= self._works:
                continue
            out, held = more, sum(self._suspicion(one) for one in left if one in more)
            if held >= half or self._suspicion(name) >= _NAMED:  # what the server names is left out alone
                break
        return out


def mention(name: str, words: str) -> float:
    """Return how much a server's words say about a part: 0 if nothing."""
    text = words[:_SEARCHED]
    header, _, value = name.partition(": ")
    if value:
        return _NAMED + 1 if value in text else _AROUND if _says(header, text) or re.search(_BETA, text) else 0.0
    path, _, wanted = name.partition("=")
    names = [one for one in re.split(r"[.\[\]]+", path) if one]
    last = wanted or names[-1]
    around = sum(_AROUND for one in names[:-1] if _says(one, text))
    if _says(last, text) and (not wanted or _says(names[-1], text)):
        return _NAMED + around
    return around / 10 if around else _HINTED if _says_kind(names[0], text) else 0.0


def is_named(name: str, words: str) -> bool:
    """Check whether a server's words name a part."""
    return mention(name, words) >= _NAMED


def _says(name: str, text: str) -> bool:
    """Check whether the text contains a name as a whole word, in whatever case."""
    low, word = text.lower(), name.lower()
    at = low.find(word)
    while at >= 0:
        before, after = low[at - 1 : at] if at else "", low[at + len(word) : at + len(word) + 1]
        if not (before.isalnum() or before in ("_", "$", "-")) and not (after.isalnum() or after in ("_", "-")):
            return True
        at = low.find(word, at + 1)
    return False


def _says_kind(name: str, text: str) -> bool:
    """Check whether the text speaks of a part in the singular, or in two words: ``tool``, ``stream options``."""
    return _says(name.removesuffix("s"), text) or ("_" in name and _says(name.replace("_", " "), text))


def groups(names: Iterable[str]) -> tuple[str, ...]:
    """Return the headers and top-level fields that parts belong to: ``tools`` for ``tools[].strict``."""
    return tuple(dict.fromkeys(re.split(r"[.\[:]", name, maxsplit=1)[0] for name in names))
