"""The asking itself: wave after wave, as long as the answers point to a way that is worth trying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from probes.api.attempt_round import AttemptRound, RoundRunner
from probes.api.client import ApiClient, OutOfBudget
from probes.api.context import ApiContext
from probes.api.next_attempt import NextAttempts
from probes.api.tried_attempts import TriedAttempts
from probes.catalog.apps import load
from probes.model.attempt import Attempt
from probes.network.connection_pool import ConnectionPool
from probes.steps.recorder import Recorder

ROUNDS = 5  # ways of asking in one run; the budget of requests usually ends it sooner


class AttemptLoop:
    """Asks at one host: first as the app would, then, where that fails, in the ways that the answers point to."""

    def __init__(
        self,
        brief: ApiContext,
        asker: ApiClient,
        ledger: Recorder,
        way: ConnectionPool,
        speaks_tls: Callable[[], Awaitable[bool]],
    ) -> None:
        self._brief = brief
        self._asker = asker
        self._ledger = ledger
        self.working: Attempt | None = None
        self._tried = TriedAttempts()
        self._waves = RoundRunner(brief, asker, ledger, way, self._tried)
        self._onward = NextAttempts(brief, asker, ledger, way.target, self._tried, speaks_tls)

    async def run(self) -> None:
        """Ask until a way works (then ``working`` is set), nothing is left to try, or the budget is spent."""
        await self._pursue(self._brief.first)
        if self.working is not None and self._asker.budget:
            await self._waves.look_further(self.working)
        page = app.page if (app := load().get(self._brief.settings.app)) is not None else ""
        if self.working is not None and page:
            await self._ledger.ask("http", self.working, lambda attempt: self._asker.preflight(attempt, page))

    async def _pursue(self, first: Attempt) -> None:
        attempt: Attempt | None = first
        for _ in range(ROUNDS):
            assert attempt is not None
            self._tried.add(attempt)
            wave: AttemptRound | None = None
            try:
                wave = await self._waves.ask(attempt)
            except* OutOfBudget:  # alone, or from among the requests side by side
                pass
            if wave is None:
                return
            if wave.works:
                assert wave.chat is not None
                self.working = replace(attempt, model=wave.chat.attempt.model)
                return
            if wave.listing is not None and wave.listing.models is not None and wave.telling is wave.listing:
                # All that is free was seen to work: path and, where the list is refused without it, the key.
                proven = wave.keyless is not None and wave.keyless.status in (401, 403)
                self.working = wave.attempt if proven else None
                return
            if self._asker.budget is None:
                self._asker.budget = self._brief.settings.limits.extra_requests
            try:
                attempt = await self._onward.next(wave)
            except OutOfBudget:
                return
            if attempt is None or self._asker.budget <= 0:
                return
