"""Send the requests of one attempt concurrently, and keep their exchanges in its round."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from probes.api import candidates
from probes.api import model_choice as model_step
from probes.api.attempt_round import AttemptRound
from probes.api.client import ApiClient, OutOfBudget
from probes.api.context import ApiContext
from probes.api.model_names import others
from probes.api.response_checks import about_model, passes, transient
from probes.api.round_plan import looks_around, protocol_open, round_requests
from probes.api.tried_attempts import TriedAttempts
from probes.model.attempt import Attempt
from probes.model.evidence import Subject
from probes.model.exchange import Exchange, Purpose
from probes.model.planned_request import PlannedRequest
from probes.model.record import replace
from probes.model.source import Source, SourceKind
from probes.network.connection_pool import ConnectionPool
from probes.protocols.protocol import wire
from probes.steps.recorder import Recorder, host_of, name_of
from probes.urls.url import parse_url

CHOICES = 3  # models to try if the user named none


class RoundRunner:
    """The sender of the requests at one host, one round for each attempt."""

    def __init__(
        self, context: ApiContext, client: ApiClient, recorder: Recorder, pool: ConnectionPool, tried: TriedAttempts
    ) -> None:
        self._context = context
        self._client = client
        self._recorder = recorder
        self._pool = pool
        self._tried = tried
        self._looked: list[Exchange] = []  # path checks for other protocols, sent with the first round
        self._looking: asyncio.Event | None = None
        self._number = 0  # of the latest round

    async def ask(self, attempt: Attempt) -> AttemptRound:
        """Request the model list, an answer and a stream; concurrently as soon as the model is known.

        Raises OutOfBudget, alone or in an exception group, if the budget of requests is spent too early.
        """
        self._number += 1
        attempt_round = AttemptRound(attempt, self._number)
        looks = self._looking is None and looks_around(self._context)
        requests = round_requests(attempt, self._context, looks=looks)
        planned = {one.purpose: one for one in requests if not _is_look(one, attempt)}
        chat = planned.get(Purpose.CHAT)
        try:
            if self._pool.network.sparing and chat is None and not looks:
                await self._ask_in_turn(attempt_round, planned)
            async with asyncio.TaskGroup() as group:
                if chat is not None and not chat.after_list:
                    self._pool.warm(2)
                    group.create_task(self._generate(attempt_round, chat.attempt.model or ""))
                if Purpose.MODELS in planned and attempt_round.listing is None:
                    group.create_task(self._list(attempt_round))
                if Purpose.OTHER_HEADER_LIST in planned and attempt_round.other_listing is None:
                    group.create_task(self._compare(attempt_round, planned[Purpose.OTHER_HEADER_LIST].attempt))
                if Purpose.PATH in planned and attempt_round.path_check is None:
                    group.create_task(self._check_path(attempt_round, planned))
                if looks:
                    group.create_task(self._look_around([one.attempt for one in requests if _is_look(one, attempt)]))
        except OutOfBudget:
            if attempt_round.told is None:
                raise
        except BaseExceptionGroup as problems:
            spent, others = problems.split(OutOfBudget)
            if others is not None:
                raise others from None
            if spent is not None and attempt_round.told is None:
                raise OutOfBudget from None
        if chat is not None and attempt_round.chat is None:
            self._choose(attempt_round)
            assert attempt_round.chosen is not None
            name = attempt_round.chosen.chosen or wire(attempt.protocol).guessed_model(attempt.base_url)
            self._pool.warm(1)
            await self._generate(attempt_round, name)
            await self._try_others(attempt_round, name)
        elif Purpose.MODELS in planned:
            self._choose(attempt_round)
        self._record_looks()
        return attempt_round

    async def _ask_in_turn(self, attempt_round: AttemptRound, planned: dict[str, PlannedRequest]) -> None:
        """Send the free requests one after another, so that each uses the connection of the one before.

        Once a server does not answer, what is left to ask is asked concurrently: each request may wait for its end.
        """
        if Purpose.MODELS in planned:
            await self._list(attempt_round)
        if Purpose.OTHER_HEADER_LIST in planned and attempt_round.listing and attempt_round.listing.status:
            await self._compare(attempt_round, planned[Purpose.OTHER_HEADER_LIST].attempt)
        if Purpose.PATH in planned and attempt_round.listing and attempt_round.listing.status:
            await self._check_path(attempt_round, planned)

    async def look_further(self, working: Attempt) -> None:
        """After a working attempt, check which other protocols the host speaks: the user may have to choose another."""
        if self._looking is None and protocol_open(self._context):
            looks = candidates.looks(working, parse_url(working.base_url), self._context.facts.host.local)
            with suppress(OutOfBudget):
                await self._look_around([replace(one, direct=working.direct) for one in looks])
            self._record_looks()

    def _record_looks(self) -> None:
        while self._looked:
            found = self._looked.pop(0)
            self._recorder.answered(found, self._recorder.now() - found.timing.seconds)

    async def _look_around(self, looks: list[Attempt]) -> None:
        """Send keyless path checks for other protocols. They add no waiting time: they end before the answer does."""
        self._looking = asyncio.Event()
        others = [one for one in looks if not self._tried.has_path(one)][: self._client.budget]
        try:
            self._looked += await asyncio.gather(*(self._client.path_check(one) for one in others))
        finally:
            self._looking.set()

    def _choose(self, attempt_round: AttemptRound) -> None:
        began = self._recorder.now()
        context = self._context
        attempt_round.chosen = model_step.measure(context.settings, context.door, attempt_round.listing, context.day)
        if attempt_round.chosen.chosen is None:
            attempt_round.chosen = replace(attempt_round.chosen, source=Source(SourceKind.GUESS))
        self._record_choice(Subject.MODEL, attempt_round, began)

    def _record_choice(self, subject: Subject, attempt_round: AttemptRound, began: float) -> None:
        assert attempt_round.chosen is not None
        name = name_of(attempt_round.attempt)
        self._recorder.done(subject, name, attempt_round.chosen, began, attempt=attempt_round.number)

    async def _try_others(self, attempt_round: AttemptRound, name: str) -> None:
        """Try other models of the list if the one that we chose is refused.

        A list may contain models that this key may not use, so the refusal of one proves nothing.
        """
        listed = attempt_round.listing.reading.models if attempt_round.listing is not None else None
        tried: tuple[str, ...] = (name,)
        while listed and len(tried) < CHOICES and about_model(attempt_round.chat) and not passes(attempt_round.chat):
            other = others(listed, tried)
            if other is None:
                return
            tried = (*tried, other)
            began = self._recorder.now()
            await self._generate(attempt_round, other)
            if passes(attempt_round.chat):
                assert attempt_round.chosen is not None
                attempt_round.chosen = replace(attempt_round.chosen, chosen=other)
                self._record_choice(Subject.OTHER_MODEL, attempt_round, began)

    async def _list(self, attempt_round: AttemptRound) -> None:
        attempt_round.listing = await self._recorder.ask(
            attempt_round.attempt, self._client.models, attempt_round.number
        )

    async def _compare(self, attempt_round: AttemptRound, attempt: Attempt) -> None:
        attempt_round.other_listing = await self._recorder.ask(
            attempt, lambda one: self._client.models(one, Purpose.OTHER_HEADER_LIST), attempt_round.number
        )

    async def _check_path(self, attempt_round: AttemptRound, planned: dict[str, PlannedRequest]) -> None:
        keyless = planned[Purpose.PATH].attempt
        attempt_round.path_check = await self._recorder.ask(keyless, self._client.path_check, attempt_round.number)
        if Purpose.KEYLESS_LIST in planned:
            keyless = planned[Purpose.KEYLESS_LIST].attempt
            attempt_round.keyless = await self._recorder.ask(
                keyless, lambda one: self._client.models(one, Purpose.KEYLESS_LIST), attempt_round.number
            )

    async def _generate(self, attempt_round: AttemptRound, model: str) -> None:
        host, number = host_of(attempt_round.attempt), attempt_round.number

        async def chat() -> None:
            with self._recorder.waiting(Subject.CHAT, host, number):
                attempt_round.chat = await self._client.generate(attempt_round.attempt, model, stream=False)

        async def stream() -> None:
            with self._recorder.waiting(Subject.STREAM, host, number):
                attempt_round.stream = await self._client.generate(attempt_round.attempt, model, stream=True)

        began = self._recorder.now()
        async with asyncio.TaskGroup() as group:
            group.create_task(chat())
            group.create_task(stream())
        with self._recorder.waiting(Subject.CHAT, host, number):
            await self._repeat(attempt_round, model)
        assert attempt_round.chat is not None and attempt_round.stream is not None
        self._recorder.answered(attempt_round.chat, began, attempt_round.number)
        self._recorder.answered(attempt_round.stream, began, attempt_round.number)

    async def _repeat(self, attempt_round: AttemptRound, model: str) -> None:
        """Repeat requests that may have failed because others were sent beside them, or that the SDKs would repeat."""
        assert attempt_round.chat is not None and attempt_round.stream is not None
        if self._looking is not None and _crowded(attempt_round.chat) and not passes(attempt_round.stream):
            # Our concurrent path checks for other protocols may have exceeded the rate limit.
            await self._looking.wait()
            attempt_round.chat = await self._client.generate(attempt_round.attempt, model, stream=False)
            attempt_round.stream = await self._client.generate(attempt_round.attempt, model, stream=True)
        # A small plan may refuse the second of two concurrent requests. If only one passed, repeat the other alone.
        if passes(attempt_round.chat) and not passes(attempt_round.stream) and _crowded(attempt_round.stream):
            again = await self._client.generate(attempt_round.attempt, model, stream=True)
            attempt_round.stream = _second_try(again, attempt_round.stream)
        elif not passes(attempt_round.chat) and passes(attempt_round.stream) and _crowded(attempt_round.chat):
            again = await self._client.generate(attempt_round.attempt, model, stream=False)
            attempt_round.chat = _second_try(again, attempt_round.chat)
        if transient(attempt_round.chat) and not passes(attempt_round.stream):
            attempt_round.chat = await persist(self._client, attempt_round.chat)
            if passes(attempt_round.chat):
                attempt_round.stream = await self._client.generate(attempt_round.attempt, model, stream=True)


def _second_try(again: Exchange, first: Exchange) -> Exchange:
    """Return ``again``, which was sent alone after ``first`` failed while a concurrent request passed."""
    return replace(again, timing=replace(again.timing, tries=2, first_status=first.status))


def _is_look(request: PlannedRequest, attempt: Attempt) -> bool:
    """Check whether the request is for another protocol than the attempt's, or for a path that nobody serves."""
    place = (request.attempt.protocol, request.attempt.base_url)
    return request.purpose == Purpose.PATH and place != (attempt.protocol, attempt.base_url)


def _crowded(found: Exchange) -> bool:
    return found.status in (429, 503) or found.status >= 500 or transient(found)


PAUSES = (0.4, 0.8)  # seconds; the first two pauses of the SDKs' own retries
PATIENCE = 3.0  # seconds; a longer `retry-after` is not waited for


def _pause(found: Exchange, tries: int) -> float:
    try:
        asked = float(found.header("retry-after") or 0)
    except ValueError:
        asked = 0.0
    return max(asked, PAUSES[tries - 1]) if 0 <= asked <= 60 else PAUSES[tries - 1]


async def persist(client: ApiClient, found: Exchange) -> Exchange:
    """Repeat a request as the SDK would after a transient failure. Return the last exchange; it counts the tries."""
    tries = 1
    while transient(found) and tries <= len(PAUSES):
        pause = _pause(found, tries)
        if pause > PATIENCE:
            break
        await asyncio.sleep(pause)
        again = await client.generate(found.attempt, found.attempt.model or "", stream=found.purpose is Purpose.STREAM)
        tries += 1
        first_status = found.timing.first_status or found.status
        found = replace(again, timing=replace(again.timing, tries=tries, first_status=first_status))
    return found
