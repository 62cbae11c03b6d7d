"""What is seen of a value by its look alone. It stands apart from ``probes/model/settings.py``: importing that takes
25 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.note import Note


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a value as it was given, seen without any network.

    ``kind`` names it (see ``probes/urls/url_flaws.py``); ``notes`` say where (``U+000A at position 52``) and never hold
    the key. ``mended`` says that taking the flaw away leaves a usable value.
    ``fatal`` is what the protocol's newest official Python SDK does with it: True, it fails before anything is sent;
    False, it sends the value as it stands.
    """

    subject: str  # base_url or key
    kind: str
    notes: tuple[Note, ...]
    mended: bool
    fatal: bool


@dataclass(frozen=True, slots=True)
class KeyMatch:
    """A door whose keys look like this one. ``confidence``: certain, likely, possible; ``why``: what tells it."""

    door: str
    confidence: str
    why: tuple[Note, ...]
