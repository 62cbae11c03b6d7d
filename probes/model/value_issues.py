"""Issues of a value that its text alone shows.

This module is separate from ``probes/model/settings.py`` because importing that takes 25 ms.
"""

from __future__ import annotations

from probes.model.key_shape import Confidence, Fit
from probes.model.note import Note
from probes.model.record import Record


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


class KeyMatch(Record):
    """A provider (``door``) whose keys have the same shape; ``why`` gives the reasons."""

    door: str
    confidence: Confidence
    why: tuple[Note, ...]


class Token(Record):
    """What a token says about itself, unverified. Every value is empty or 0 if the token does not contain it.

    ``form`` is ``jwt`` or ``bedrock``. ``issuer`` and ``audience`` are the claims ``iss`` and ``aud``; ``house`` is the
    name of the issuer if it is known. ``expires`` and ``not_before`` are seconds since 1970, UTC. ``carries`` are names
    of further claims that tell for whom it was made; their values are not kept.
    """

    form: str
    issuer: str = ""
    house: str = ""
    audience: tuple[str, ...] = ()
    expires: float = 0.0
    not_before: float = 0.0
    region: str = ""
    carries: tuple[str, ...] = ()


class KeyFit(Record):
    """Whether a key belongs to a provider, and other facts that its shape shows.

    ``note`` is the kind of credential for WRONG_KIND (see ``KINDS``); for other mismatches, the providers that the key
    belongs to. ``length`` and ``wanted`` count characters, for TRUNCATED; ``mark`` is the text that every complete key
    of this kind contains, if this key lacks it. ``certain``: the shape proves the fit.
    ``elsewhere``: the key certainly belongs to another known company, and must not be sent to this provider.
    ``door_name`` and ``door_url`` are those of the other provider that the key looks like, if any.
    ``token``: what a token says about itself. ``get``: the command that gets a token for this provider, if known.
    ``ended`` is the day (ISO 8601) since which the provider no longer accepts keys of this kind, and ``successor`` how
    those that it accepts begin. ``house`` is whose credential it is, ``console`` the page on which that house makes API
    keys, ``region`` the region of the host, ``head`` the text with which every key of the host's provider begins, if
    there is one.
    """

    fit: Fit
    note: str = ""
    matches: tuple[KeyMatch, ...] = ()
    certain: bool = False
    elsewhere: bool = False
    length: int = 0
    wanted: int = 0
    mark: str = ""
    door_name: str = ""
    door_url: str = ""
    token: Token | None = None
    get: str = ""
    house: str = ""
    console: str = ""
    region: str = ""
    head: str = ""
    ended: str = ""
    successor: str = ""
