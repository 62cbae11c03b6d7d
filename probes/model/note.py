"""What a probe notes, as a value that each language puts into words (``diagnose/words/*/notes.py``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """The name of a phrase and the values of its slots; the values never hold a key."""

    name: str
    values: tuple[tuple[str, str], ...] = ()


def note(name: str, /, **values: object) -> Note:
    """A note of that name."""
    return Note(name, tuple((slot, str(value)) for slot, value in values.items()))
