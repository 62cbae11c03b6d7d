"""The exchanges of one attempt. The engine collects them as they come, the judge again from the observations."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from probes.api.response_checks import nearest, no_route, passes
from probes.model.attempt import Attempt
from probes.model.evidence import Observation, Subject, facts_of
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import ModelFacts


class AttemptRound:
    """The concurrent exchanges of one attempt. ``number`` counts the rounds from 1 in the order of sending.

    ``other_listing`` is the model list with the key in the other header style, ``keyless`` the one without the key.
    """

    def __init__(
        self,
        attempt: Attempt,
        number: int,
        *,
        listing: Exchange | None = None,
        other_listing: Exchange | None = None,
        keyless: Exchange | None = None,
        path_check: Exchange | None = None,
        chat: Exchange | None = None,
        stream: Exchange | None = None,
        chosen: ModelFacts | None = None,
    ) -> None:
        self.attempt, self.number = attempt, number
        self.listing, self.other_listing, self.keyless, self.path_check = listing, other_listing, keyless, path_check
        self.chat, self.stream, self.chosen = chat, stream, chosen

    @property
    def works(self) -> bool:
        """Whether the SDK would have returned an answer."""
        return passes(self.chat)

    @property
    def told(self) -> Exchange | None:
        """The exchange that is closest to what the app would see."""
        return nearest(self.chat, self.path_check, self.listing)

    @property
    def lost(self) -> bool:
        """Whether the path does not exist."""
        listed = self.listing is not None and self.listing.reading.models is not None and not self.attempt.address
        return self.told is not None and no_route(self.told) and not (listed and self.told.status != 405)


def rounds_of(observations: Iterable[Observation]) -> tuple[AttemptRound, ...]:
    """Return the rounds in the order in which they were sent, each from the observations that have its number."""
    numbered = sorted((one for one in observations if one.attempt), key=lambda one: one.attempt)
    rounds = (_round(number, list(group)) for number, group in groupby(numbered, key=lambda one: one.attempt))
    return tuple(one for one in rounds if one is not None)


def _round(number: int, observations: list[Observation]) -> AttemptRound | None:
    """Return the round of these observations; None if the run ended before a response came."""
    # If several models were tried in one round, the last one counts.
    asked = {one.facts.purpose: one.facts for one in observations if isinstance(one.facts, Exchange)}
    # The other lists and the path check are sent without the attempt's own key or header.
    own = (Purpose.MODELS, Purpose.CHAT, Purpose.STREAM, Purpose.PATH)
    first = next((asked[purpose] for purpose in own if purpose in asked), None)
    if first is None:
        return None
    return AttemptRound(
        attempt=first.attempt,
        number=number,
        listing=asked.get(Purpose.MODELS),
        other_listing=asked.get(Purpose.OTHER_HEADER_LIST),
        keyless=asked.get(Purpose.KEYLESS_LIST),
        path_check=asked.get(Purpose.PATH),
        chat=asked.get(Purpose.CHAT),
        stream=asked.get(Purpose.STREAM),
        chosen=facts_of(observations, ModelFacts, Subject.OTHER_MODEL, Subject.MODEL),
    )
