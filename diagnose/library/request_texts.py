"""Remove from what a server says the texts that the app has sent to the model: a log or a note must not hold them.

Servers quote a part of the request in their errors, often shortened. So it is not looked for as a whole: each stretch
of :data:`SHORTEST` characters that the two have in common is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

SHORTEST = 24  # characters in common by which a text is told as a quote of the request, and not by chance
WHOLE = 12  # the same if it is one text of the request as a whole
QUOTED = "[text of the request]"
_WINDOW, _STEP = 16, 8  # each stretch of _WINDOW + _STEP characters contains a window of the request
_LARGEST = 4 * 1024 * 1024  # bytes of a request that are parsed
_SEARCHED = 500_000  # characters of its texts in one form, from the beginning and from the end
_MOST = 300  # quotes; a text with more of them is left out as a whole
# Fields of the request in which the app's users write, in all protocols.
_FIELDS = (
    *("messages", "input", "prompt", "contents", "system", "instructions", "systemInstruction"),
    *("system_instruction", "query", "documents", "texts", "suffix"),
)


class RequestTexts:
    """A filter that knows the texts of a request, whose body is JSON."""

    def __init__(self, body: bytes) -> None:
        found = [one for one in _texts(_parsed(body)) if len(one.strip()) >= WHOLE]
        self._sources = tuple({form: None for one in found for form in _forms(one)})

    def __call__(self, text: str) -> str:
        """Return the text with :data:`QUOTED` in the place of each quote; empty if there are too many."""
        if not self._sources or len(text) < WHOLE:
            return text
        for source in self._sources:  # first as a whole, since a form may share only a part with another one
            text = text.replace(source, QUOTED)
        known = {text[at : at + _WINDOW] for at in range(len(text) - _WINDOW + 1)}
        left = _MOST
        for source in self._sources:
            at = 0 if len(source) >= SHORTEST else len(source)
            while at <= len(source) - _WINDOW:
                window = source[at : at + _WINDOW]
                at += _STEP
                if window not in known:
                    continue
                known.discard(window)
                if (place := text.find(window)) < 0:
                    continue
                if not left:
                    return ""
                left -= 1
                before, after = _around(text, place, source, at - _STEP)
                if before + after >= SHORTEST:
                    quote = text[place - before : place + after]
                    text = text.replace(quote, QUOTED)
                    at += max(0, after - _STEP)
        return text

    def of_bytes(self, data: bytes) -> bytes:
        """Return the bytes of a body without the quotes in it."""
        if not self._sources:
            return data
        text = data.decode("utf-8", "surrogateescape")
        kept = self(text)
        return data if kept == text else kept.encode("utf-8", "surrogateescape")


def _around(text: str, place: int, source: str, at: int) -> tuple[int, int]:
    """Return how many characters before and from these two places on are the same."""
    before, after = 0, _WINDOW
    while before < min(place, at) and text[place - before - 1] == source[at - before - 1]:
        before += 1
    while place + after < len(text) and at + after < len(source) and text[place + after] == source[at + after]:
        after += 1
    return before, after


def _parsed(body: bytes) -> object:
    if body[:1] != b"{" or len(body) > _LARGEST:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return [found.get(name) for name in _FIELDS] if isinstance(found, dict) else None


def _texts(value: object) -> Iterator[str]:
    """Yield the texts at any depth."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one if len(one) <= 2 * _SEARCHED else one[:_SEARCHED] + "\0" + one[-_SEARCHED:]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += one.values()


def _forms(text: str) -> Iterator[str]:
    """Yield a text as a response in JSON, or Python's repr of it, has it."""
    yield text.strip()
    yield json.dumps(text)[1:-1].strip()
    yield json.dumps(text, ensure_ascii=False)[1:-1].strip()
    yield repr(text)[1:-1].strip()
