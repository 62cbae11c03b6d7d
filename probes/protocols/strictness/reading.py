"""One client's reading of a stream: fed with events until it fails, and what the readings of all clients say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from probes.model.exchange import Breakage
from probes.protocols.sse import Event
from probes.protocols.strictness.clients import BREAKS

QUOTED = 160  # characters of an event that are quoted
KEPT = 8  # breakages of one response


class Breaks(Exception):
    """A client fails here. ``what`` is how, ``where`` the field or the event."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(what)
        assert what in BREAKS, what
        self.what, self.where = what, where


# What a form that nobody has measured may raise in a reading. Nothing is said about that client then.
UNMEASURED = (TypeError, ValueError, LookupError, AttributeError, OverflowError)


class Parsed:
    """The data of an event as JSON. ``nan``: with NaN or Infinity, which JavaScript refuses."""

    __slots__ = ("known", "nan", "value")

    def __init__(self, known: bool, value: Any = None, nan: bool = False) -> None:
        self.known, self.value, self.nan = known, value, nan


def parse(text: str | bytes) -> Parsed:
    """Parse JSON as Python's ``json.loads`` does."""
    odd: list[str] = []

    def note(name: str) -> float:
        odd.append(name)
        return float(name)

    try:
        return Parsed(True, json.loads(text, parse_constant=note), bool(odd))
    except (ValueError, RecursionError):
        return Parsed(False)


def breaks(what: str, where: str = "") -> NoReturn:
    """Report that the client fails here."""
    raise Breaks(what, where)


def field(value: object, name: str, where: str) -> Any:
    """Read an attribute as Python code does: of an object, None if it is missing; anything else has no attributes."""
    if not isinstance(value, dict):
        breaks("missing" if value is None else "type", where)
    return value.get(name)


def truthy(value: object) -> bool:
    """Tell whether JavaScript takes a JSON value for true: empty lists and objects are true there."""
    return isinstance(value, (dict, list)) or bool(value)


def js_field(value: object, name: str, where: str) -> Any:
    """Read a property as JavaScript does: null and undefined have none, everything else has."""
    if value is None:
        breaks("missing", where)
    return value.get(name) if isinstance(value, dict) else None


def js_rows(value: object, where: str) -> list[Any]:
    """Return what a loop in JavaScript goes through: the items of a list, the letters of a text."""
    if not isinstance(value, (list, str)):
        breaks("missing" if value is None else "type", where)
    return list(value)


def js_text(value: object) -> str:
    """Return how JavaScript appends a JSON value to a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join("" if one is None else js_text(one) for one in value)
    if isinstance(value, dict):
        return "[object Object]"
    if value is None:
        return "undefined"
    return str(value).lower() if isinstance(value, bool) else str(value)


class ClientReading:
    """How one client reads a stream in one way. Subclasses implement :meth:`take`, and :meth:`end` if need be.

    ``reader``: ``python raw``, ``python helper``, ``node raw`` or ``node helper``.
    ``pieces``: the pieces of text that it has handed on.
    """

    reader = ""
    done = False  # it reads no further: the protocol's own end, or a failure
    flushes = False  # it takes the event at the end that has no blank line behind it
    whole = False  # it hands on the text at the end, in one piece
    unsure = False  # it met a form that nobody has measured
    garbled = False  # the event has bytes that are not UTF-8, which the client replaced

    def __init__(self) -> None:
        self.pieces = 0

    def take(self, event: Event, parsed: Parsed) -> None:
        """Read one event; raises :exc:`Breaks` where the client fails."""
        raise NotImplementedError

    def end(self) -> None:
        """Read the end of the body; raises :exc:`Breaks` where the client fails."""

    def hand_on(self, text: str) -> None:
        """Count a piece of text that the caller gets."""
        if self.garbled and "\ufffd" in text:
            breaks("garbled")
        self.pieces += bool(text)


class Panel:
    """The readings of all clients of a stream. It takes events in order and returns where which client fails."""

    def __init__(self, readings: Sequence[ClientReading]) -> None:
        self._readings = readings
        self._found: dict[tuple[str, str], tuple[list[str], str]] = {}

    @property
    def drains(self) -> bool:
        """Whether some client still reads on."""
        return any(not one.done for one in self._readings)

    @property
    def knows(self) -> bool:
        """Whether somebody has measured the clients."""
        return bool(self._readings)

    def text(self, readers: frozenset[str]) -> bool:
        """Check whether one of these readers has handed on a text."""
        return any(one.pieces and one.reader in readers for one in self._readings)

    def feed(self, event: Event, parsed: Parsed) -> None:
        """Let every client that still reads take the event."""
        for one in self._readings:
            self._take(one, event, parsed)

    def _take(self, one: ClientReading, event: Event, parsed: Parsed) -> None:
        if not one.done:
            try:
                one.take(event, parsed)
            except Breaks as broken:
                self._note(one, broken, quote(event))
            except UNMEASURED:
                one.done = one.unsure = True

    def unended(self, event: Event) -> None:
        """Let those clients take the event at the end that has no blank line behind it that take it."""
        for one in self._readings:
            if one.flushes:
                self._take(one, event, parse(event.data))

    def end(self, *, torn: bool) -> None:
        """End the body for every client that still reads. ``torn``: the connection ended before the body did."""
        for one in self._readings:
            if not one.done:
                try:
                    if torn:
                        breaks("torn")
                    one.end()
                except Breaks as broken:
                    self._note(one, broken, "")

    def breakages(self, pieces: int, *, complete: bool) -> tuple[Breakage, ...]:
        """Return where which readers fail. ``pieces`` of text came; ``complete``: a text must have come."""
        for one in self._readings:
            failed = one.unsure or any(one.reader in readers for readers, _ in self._found.values())
            if failed:
                continue
            if not one.pieces and (pieces or complete):
                self._note(one, Breaks("no_text"), "")
            elif one.pieces < pieces and not one.whole:
                self._note(one, Breaks("lost_text"), "")
        rows = [Breakage(what, where, tuple(readers), text) for (what, where), (readers, text) in self._found.items()]
        return tuple(rows[:KEPT])

    def _note(self, one: ClientReading, broken: Breaks, text: str) -> None:
        one.done = True
        readers, _ = self._found.setdefault((broken.what, broken.where), ([], text))
        readers.append(one.reader)


def quote(event: Event) -> str:
    """Return the event as it came, shortened."""
    name = f"event: {event.name} " if event.name else ""
    return f"{name}data: {event.data}"[:QUOTED] if not event.bare else "(an id or retry line alone)"
