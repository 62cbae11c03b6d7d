"""Notes of a probe as data, which each language turns into text (``diagnose/words/*/notes.py``)."""

from __future__ import annotations

from probes.model.record import Record


class Note(Record):
    """The name of a phrase and the values of its slots. The values never contain a key."""

    name: str
    values: tuple[tuple[str, str], ...] = ()


def note(name: str, /, **values: object) -> Note:
    """Return a note: ``note("position", name="TAB", position=3, length=51)``."""
    return Note(name, tuple((slot, str(value)) for slot, value in values.items()))
