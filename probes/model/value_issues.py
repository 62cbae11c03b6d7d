"""What is seen of a value by its look alone. It stands apart from ``probes/model/settings.py``: importing that takes
25 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


class Confidence(StrEnum):
    """How surely the shape of a key tells whose it is, the surest first."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class KeyMatch:
    """A door whose keys look like this one; ``why`` is what tells it."""

    door: str
    confidence: Confidence
    why: tuple[Note, ...]


class Fit(StrEnum):
    """Whether a key belongs at a door, by its shape alone."""

    FITS = "fits"
    OTHER_DOOR = "other_door"  # another company's
    OTHER_REGION = "other_region"  # of the same company, as the next two
    OTHER_PLAN = "other_plan"
    OTHER_RESOURCE = "other_resource"
    WRONG_KIND = "wrong_kind"  # a credential that no model door takes as a key
    TRUNCATED = "truncated"  # or much too long
    OFFICIAL_ELSEWHERE = "official_elsewhere"  # a known provider's, at a host that nobody knows
    UNLIKELY = "unlikely"  # the shape is shared, but no key of this door has it
    UNKNOWN = "unknown"
    NO_KEY = "no_key"


@dataclass(frozen=True, slots=True)
class KeyFit:
    """Whether a key belongs at a door, and what its shape says besides.

    ``note`` is for WRONG_KIND the kind of credential (see ``KINDS``), for the other mismatches the doors that it
    belongs to. ``length`` and ``wanted`` are characters, for TRUNCATED. ``certain``: the shape proves the fit.
    ``elsewhere``: for certain it belongs to another known company than the door's, and is not to be sent there.
    ``door_name`` and ``door_url`` are of the door that it looks like, where that is another one.
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
