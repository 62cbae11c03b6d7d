"""The secrets that this process has read, and the filter that no text passes with one of them in it.

A run scrubs what a server says with its own :class:`probes.model.scrubber.Scrubber`. The register here is the net
below: it also covers texts that no run has seen, such as an error message about the command line. Only the command line
collects (:meth:`KnownSecrets.begin`). A server for many visitors must not: one visitor could then find out the key of
another by looking for gaps in the echo of a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.model.scrubber import WINDOW, Scrubber
from probes.model.secret import Secret, public_prefix

GENERATION = 64  # secrets; a fleet has thousands of keys, and each takes some 50 KiB in the filter
_APART = r"[\s,;\"'`，；]+"
_NAMED = r"[A-Za-z_][A-Za-z0-9_]*=(?=[^=])"
_REFERENCE = ("$", "{{", "%", "<")


class KnownSecrets:
    """A filter that knows the secrets of the command line for good, and of the keys that were read the last ones.

    It looks for twelve characters in a row, never for a short key: its texts include the program's own sentences, and a
    key such as ``hello`` is a word of some of them.
    """

    def __init__(self) -> None:
        self._lasting = _filter()
        self._older, self._newer = _filter(), _filter()
        self._given: set[str] = set()  # the values of which `_newer` knows the parts
        self._filters: tuple[Scrubber, ...] = (self._lasting,)  # those that know anything, and the lasting one

    def begin(self, secrets: Iterable[str]) -> None:
        """Forget everything, keep ``secrets`` for good, and take in each :class:`Secret` that is made from now on."""
        self.stop()
        for secret in secrets:
            self._lasting.add(secret)
        Secret.told = self.add

    def stop(self) -> None:
        """Forget everything, and take in no more keys."""
        self.settle()
        self._lasting, self._older, self._newer, self._given = _filter(), _filter(), _filter(), set()
        self._filters = (self._lasting,)

    def settle(self) -> None:
        """Take in no more keys, but remember those that are known."""
        Secret.told = None

    def add(self, value: str) -> None:
        """Take in a value that was given as a key; only those parts of it that can be one.

        It may hold a URL by mistake, a placeholder, or the variable's name before the key: ``OPENAI_API_KEY=sk-…``.
        """
        if value in self._given:  # of a fleet, many targets have the same key
            return
        if len(self._given) >= GENERATION:
            self._older, self._newer, self._given = self._newer, _filter(), set()
        self._given.add(value)
        for part in parts(value):
            self._newer.add(part)
        self._filters = tuple(filter(None, (self._lasting, self._newer, self._older))) or (self._lasting,)

    def scrub(self, text: str) -> str:
        """Return the text with ``[key]`` in the place of each known secret."""
        for known in self._filters:
            text = known(text)
        return text


def parts(value: str) -> Iterable[str]:
    """Yield the parts of a given value that can be a key: at least twelve characters, a digit or a capital letter."""
    bare = value.strip()
    if "://" in bare or bare.startswith(_REFERENCE):
        return
    if public_prefix(bare):  # with a space or a comma in the middle it is still one key, wrongly pasted
        yield bare
    for part in re.split(_APART, bare):
        name = re.match(_NAMED, part)
        part = part[name.end() :] if name else part
        if len(part) >= WINDOW and not part.startswith(_REFERENCE) and _is_random(part):
            yield part


def _is_random(part: str) -> bool:
    return any(sign.isdigit() for sign in part) or part.lower() != part != part.upper()


def _filter() -> Scrubber:
    return Scrubber(shortest=WINDOW)


KNOWN = KnownSecrets()
