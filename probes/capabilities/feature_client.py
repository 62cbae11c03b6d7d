"""Send the requests of a deep check and record each: two at a time, and none after a response with status 429."""

from __future__ import annotations

import asyncio
from typing import Any

from probes.api.client import ApiClient, guessed, plus, spent
from probes.capabilities.feature_checks import Verdict, said
from probes.catalog.door import Door
from probes.model.attempt import Attempt
from probes.model.capability import Capability, Cost, Trial
from probes.model.exchange import Exchange, Purpose
from probes.model.record import Record
from probes.model.scrubber import Scrubber
from probes.protocols import features as a
from probes.protocols.errors import parse_json
from probes.protocols.features import Call, Features, features
from probes.protocols.protocol import ApiRequest

AT_ONCE = 2  # concurrent requests: small plans allow two, and the basic check was answered two


class FeatureContext(Record):
    """The results of the basic check, from which the deep check starts."""

    working: Attempt  # the attempt that worked, with its model
    adapted: tuple[str, ...]  # changes to our parameters that the model required
    models: tuple[str, ...]  # the ids of the model list; empty if there is no list
    listed: bool  # whether the model list is served with the right key
    streams: bool
    local: bool
    door: Door | None
    keys: tuple[str, ...]  # every real key of the run; the wrong key must resemble none of them
    no_spend: bool


class Limited(Exception):
    """The server has answered with status 429, so nothing more is sent."""


class NoRequest(Exception):
    """The protocol has no request for this feature."""


class FeatureTrials:
    """The requests that were sent for one capability, and their cost."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []
        self.cost = Cost()

    def capability(self, name: str, verdict: Verdict, scrub: Scrubber) -> Capability:
        """Return the result for the capability ``name``; its detail is scrubbed and at most 200 characters long."""
        support, why, detail = verdict
        return Capability(name, support, why, scrub(" ".join(detail.split()))[:200], tuple(self.trials), self.cost)


class FeatureClient:
    """The client that every check of a capability uses."""

    def __init__(self, context: FeatureContext, client: ApiClient, scrub: Scrubber) -> None:
        self.context = context
        self.client = client
        self.scrub = scrub
        self.model = context.working.model or ""
        self._able = features(context.working.protocol)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._limited = False

    @property
    def able(self) -> Features:
        """The protocol's requests for features. Raises NoRequest if it has none."""
        if self._able is None:
            raise NoRequest
        return self._able

    async def put(
        self, trials: FeatureTrials, purpose: Purpose, attempt: Attempt, ask: ApiRequest
    ) -> tuple[Exchange, bytes]:
        """Send one request; return the exchange and the body, which is not scrubbed.

        Raises Limited after a response with status 429, and OutOfBudget as :class:`ApiClient` does.
        """
        bodies = [b""]
        async with self._gate:
            if self._limited:
                raise Limited
            found = await self.client.put(purpose, attempt, ask, bodies.append)
        refused = said(found) if not found.ok else ""
        kind = found.failure.kind if found.failure is not None else None
        trials.trials.append(Trial(found.request.method, found.request.path, found.status, refused, kind, attempt.key))
        trials.cost = plus(trials.cost, plus(Cost(requests=1), spent(found, guessed(ask))))
        if found.status == 429:
            self._limited = True
            raise Limited
        return found, bodies[-1]

    async def ask(self, trials: FeatureTrials, name: str, call: Call | None = None) -> tuple[Exchange, bytes, bool]:
        """Request one generation; if the model refuses one of our parameters, send it again with another.

        Return the exchange, the body, and whether the request demanded a tool call.
        """
        attempt, adapted = self.context.working, self.context.adapted
        purpose = Purpose.STREAM if name == "tools_stream" else Purpose.CHAT
        while True:
            ask = self.able.ask(name, attempt, self.model, adapted, call)
            found, body = await self.put(trials, purpose, attempt, ask)
            change = self.able.adapt(found.response.text, adapted) if found.status in (400, 422) else None
            if change is None:
                return found, body, self.able.demands and a.AUTO not in adapted
            adapted = change


def read_json(body: bytes) -> Any:
    """Parse the body as JSON; None if it is not JSON."""
    return parse_json(body.decode("utf-8", "replace"))[1]
