"""Issues of a value that its text alone shows.

This module is separate from ``probes/model/settings.py`` because importing that takes 25 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.key_shape import Confidence, Fit
from probes.model.note import Note
from probes.model.record import Record


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Flaw(Record):
    """A flaw in a value, found without using the network.

    ``kind`` names it (see ``probes/urls/url_flaws.py``); ``notes`` give the place (``U+000A at position 52``) and never
    contain the key. ``mended`` says that the value is usable once the flaw is removed. ``fatal`` describes the newest
    official Python SDK of the protocol: True if it fails before it sends anything, False if it sends the value as is.
    """

    subject: str  # base_url or key
    kind: str
    notes: tuple[Note, ...]
    mended: bool
    fatal: bool


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KeyMatch(Record):
    """A provider (``door``) whose keys have the same shape; ``why`` gives the reasons."""

    door: str
    confidence: Confidence
    why: tuple[Note, ...]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KeyFit(Record):
    """Whether a key belongs to a provider, and other facts that its shape shows.

    ``note`` is the kind of credential for WRONG_KIND (see ``KINDS``); for other mismatches, the providers that the key
    belongs to. ``length`` and ``wanted`` count characters, for TRUNCATED. ``certain``: the shape proves the fit.
    ``elsewhere``: the key certainly belongs to another known company, and must not be sent to this provider.
    ``door_name`` and ``door_url`` are those of the other provider that the key looks like, if any.
    """

    fit: Fit
    note: str = ""
    matches: tuple[KeyMatch, ...] = ()
    certain: bool = False
    elsewhere: bool = False
    length: int = 0
    wanted: int = 0
    door_name: str = ""
    door_url: str = ""
