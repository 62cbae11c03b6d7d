"""What an inquiry is told before it asks, and never changes: at which door, how first, and what may go out."""

from __future__ import annotations

from dataclasses import dataclass

from probes.catalog.door import Door
from probes.model.attempt import Attempt, KeyForm
from probes.model.facts import DoorFacts, KeyPolicy
from probes.model.settings import Settings


@dataclass(frozen=True, slots=True)
class ApiContext:
    """``settings`` name the model where the base URL alone names it, too. ``first`` is the app's own way of asking, or
    the nearest to it that can be asked, with a key that ``policy`` allows. ``mended`` is the base URL without its
    flaws; None where nothing can be made of it.
    """

    settings: Settings
    facts: DoorFacts
    door: Door | None
    first: Attempt
    policy: KeyPolicy
    mended: str | None

    def keys(self, attempt: Attempt) -> frozenset[KeyForm]:
        """The forms of the key that may go out where this attempt goes."""
        return self.policy.keys(direct=attempt.direct)
