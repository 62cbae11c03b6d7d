"""Immutable inputs of the attempt loop: settings, provider, first attempt and which keys may be sent."""

from __future__ import annotations

from probes.catalog.door import Door
from probes.model.attempt import Attempt, KeyForm
from probes.model.facts import DoorFacts, KeyPolicy
from probes.model.record import Record
from probes.model.settings import Settings


class ApiContext(Record):
    """The inputs of the attempt loop.

    ``settings`` include the model if only the base URL names it. ``first`` is the attempt closest to what the app
    sends, with a key that ``policy`` allows. ``mended`` is the base URL without its flaws; None if it cannot be fixed.
    """

    settings: Settings
    facts: DoorFacts
    door: Door | None
    first: Attempt
    policy: KeyPolicy
    mended: str | None
    day: str = ""  # of the run, ISO 8601

    def keys(self, attempt: Attempt) -> frozenset[KeyForm]:
        """Return the forms of the key that may be sent by this attempt's route."""
        return self.policy.keys(direct=attempt.direct)
