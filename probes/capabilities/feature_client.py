"""How a deep check asks: two requests at a time, none after the door has asked for a pause, each one noted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from probes.api.client import ApiClient, guessed, plus, spent
from probes.capabilities.feature_checks import Verdict, said
from probes.catalog.door import Door
from probes.model.attempt import Attempt
from probes.model.capability import Capability, Cost, Trial
from probes.model.exchange import Exchange, Purpose
from probes.model.scrubber import Scrubber
from probes.protocols import features as a
from probes.protocols.errors import parse_json
from probes.protocols.features import Call, Features, features
from probes.protocols.protocol import ApiRequest

AT_ONCE = 2  # requests: what a small plan bears, and what the basic check has been answered


@dataclass(frozen=True, slots=True)
class FeatureContext:
    """What the basic check has found, and where to look on from."""

    working: Attempt  # the way of asking that was seen to work, with its model
    adapted: tuple[str, ...]  # as the model wants its parameters
    models: tuple[str, ...]  # the ids of the model list; empty where there is none
    listed: bool  # the list is served to the right key
    streams: bool
    local: bool
    door: Door | None
    keys: tuple[str, ...]  # every real key of the run: the made-up one is to resemble none
    no_spend: bool


class Limited(Exception):
    """The door asked for a pause: nothing more is sent."""


class NoRequest(Exception):
    """The protocol has no request for this."""


class FeatureTrials:
    """What was tried for one capability."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []
        self.cost = Cost()

    def capability(self, name: str, verdict: Verdict, scrub: Scrubber) -> Capability:
        support, why, detail = verdict
        return Capability(name, support, why, scrub(" ".join(detail.split()))[:200], tuple(self.trials), self.cost)


class FeatureClient:
    """What every look at a capability asks with."""

    def __init__(self, depth: FeatureContext, client: ApiClient, scrub: Scrubber) -> None:
        self.depth = depth
        self.client = client
        self.scrub = scrub
        self.model = depth.working.model or ""
        self._able = features(depth.working.protocol)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._limited = False

    @property
    def able(self) -> Features:
        """How the protocol asks for features. Raises NoRequest where it has no request for any."""
        if self._able is None:
            raise NoRequest
        return self._able

    async def put(
        self, sheet: FeatureTrials, purpose: Purpose, attempt: Attempt, ask: ApiRequest
    ) -> tuple[Exchange, bytes]:
        """One request, and its body as it came. Raises Limited, and OutOfBudget as the asker does."""
        bodies = [b""]
        async with self._gate:
            if self._limited:
                raise Limited
            found = await self.client.put(purpose, attempt, ask, bodies.append)
        refused = said(found) if not found.ok else ""
        kind = found.failure.kind if found.failure is not None else None
        sheet.trials.append(Trial(found.request.method, found.request.path, found.status, refused, kind, attempt.key))
        sheet.cost = plus(sheet.cost, plus(Cost(requests=1), spent(found, guessed(ask))))
        if found.status == 429:
            self._limited = True
            raise Limited
        return found, bodies[-1]

    async def ask(self, sheet: FeatureTrials, name: str, call: Call | None = None) -> tuple[Exchange, bytes, bool]:
        """One generation, asked again with another parameter where the model refuses one of ours; the last one says
        whether a tool was demanded.
        """
        attempt, adapted = self.depth.working, self.depth.adapted
        purpose = Purpose.STREAM if name == "tools_stream" else Purpose.CHAT
        while True:
            ask = self.able.ask(name, attempt, self.model, adapted, call)
            found, body = await self.put(sheet, purpose, attempt, ask)
            change = self.able.adapt(found.response.text, adapted) if found.status in (400, 422) else None
            if change is None:
                return found, body, self.able.demands and a.AUTO not in adapted
            adapted = change


def read_json(body: bytes) -> Any:
    """The body as JSON; None where it is none."""
    return parse_json(body.decode("utf-8", "replace"))[1]
