"""The exchanges of one attempt."""

from __future__ import annotations

from dataclasses import dataclass

from probes.api.response_checks import nearest, no_route
from probes.model.attempt import Attempt
from probes.model.exchange import Exchange


@dataclass(slots=True)
class JudgedRound:
    """All that was asked in one way."""

    attempt: Attempt
    listing: Exchange | None = None
    path_check: Exchange | None = None
    chat: Exchange | None = None
    stream: Exchange | None = None

    @property
    def told(self) -> Exchange | None:
        """The answer nearest to what the app sees."""
        return nearest(self.chat, self.path_check, self.listing)

    @property
    def lost(self) -> bool:
        """No route: the path leads nowhere."""
        listed = self.listing is not None and self.listing.reading.models is not None and not self.attempt.address
        return self.told is not None and no_route(self.told) and not (listed and self.told.status != 405)
