"""Make attempts, round after round, until one works or the responses suggest no other that is worth trying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from probes.api.attempt_round import AttemptRound
from probes.api.client import ApiClient, OutOfBudget
from probes.api.context import ApiContext
from probes.api.next_attempt import NextAttempts
from probes.api.response_checks import got_further, no_route
from probes.api.round_runner import RoundRunner
from probes.api.tried_attempts import TriedAttempts
from probes.catalog.apps import load
from probes.model.attempt import Attempt
from probes.model.exchange import Exchange
from probes.model.record import replace
from probes.network.connection_pool import ConnectionPool
from probes.steps.recorder import Recorder

ROUNDS = 5  # attempts in one run; the budget of requests usually ends it sooner
EARNED = 3  # requests that a round that gets further adds to the budget: one more round, for the next flaw


class AttemptLoop:
    """The loop of attempts at one host: first as the app sends its requests, then as the responses suggest."""

    def __init__(
        self,
        context: ApiContext,
        client: ApiClient,
        recorder: Recorder,
        pool: ConnectionPool,
        speaks_tls: Callable[[], Awaitable[bool]],
    ) -> None:
        self._context = context
        self._client = client
        self._recorder = recorder
        self.working: Attempt | None = None
        self._tried = TriedAttempts()
        self._rounds = RoundRunner(context, client, recorder, pool, self._tried)
        self._next_attempts = NextAttempts(context, client, recorder, pool.target, self._tried, speaks_tls)

    async def run(self) -> None:
        """Make attempts until one works (then ``working`` is set), nothing is left to try, or the budget is spent.

        After a working attempt, look for other protocols, and send the preflight request for the app's web page.
        """
        await self._pursue(self._context.first)
        if self.working is not None and self._client.budget:
            await self._rounds.look_further(self.working)
        page = app.page if (app := load().get(self._context.settings.app)) is not None else ""
        if self.working is not None and page:
            await self._recorder.ask(self.working, lambda attempt: self._client.preflight(attempt, page))

    async def _pursue(self, first: Attempt) -> None:
        attempt: Attempt | None = first
        before: Exchange | None = None
        left = self._context.settings.limits.earned_requests
        for _ in range(ROUNDS):
            assert attempt is not None
            self._tried.add(attempt)
            attempt_round: AttemptRound | None = None
            try:
                attempt_round = await self._rounds.ask(attempt)
            except* OutOfBudget:  # raised alone, or in a group by concurrent requests
                pass
            if attempt_round is None:
                return
            if attempt_round.works:
                assert attempt_round.chat is not None
                self.working = replace(attempt, model=attempt_round.chat.attempt.model)
                return
            if (
                attempt_round.listing is not None
                and attempt_round.listing.reading.models is not None
                and attempt_round.told is attempt_round.listing
            ):
                # Every free request works. That proves the path, and the key too if the list is refused without it.
                proven = attempt_round.keyless is not None and attempt_round.keyless.status in (401, 403)
                self.working = attempt_round.attempt if proven else None
                return
            if self._client.budget is None:
                self._client.budget = self._context.settings.limits.extra_requests
            elif _progress(before, attempt_round.told):
                earned = min(EARNED, left)
                self._client.budget, left = self._client.budget + earned, left - earned
            before = attempt_round.told
            try:
                attempt = await self._next_attempts.next(attempt_round)
            except OutOfBudget:
                return
            if attempt is None or self._client.budget <= 0:
                return


def _progress(before: Exchange | None, after: Exchange | None) -> bool:
    """Check whether a round found the path that the one before lacked, or had its key accepted where that had not."""
    if before is None or after is None:
        return False
    moved = before.attempt.base_url != after.attempt.base_url
    found = moved and no_route(before) and bool(after.status) and not no_route(after)
    return found or got_further(before, after)
