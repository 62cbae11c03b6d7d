"""One wave: what is asked side by side in one way of asking, and what it brought."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from probes.api import candidates
from probes.api import model_choice as model_step
from probes.api.client import ApiClient, OutOfBudget
from probes.api.context import ApiContext
from probes.api.response_checks import about_model, nearest, passes, transient
from probes.api.tried_attempts import TriedAttempts
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Exchange
from probes.model.facts import ModelFacts
from probes.network.connection_pool import ConnectionPool
from probes.protocols.protocol import wire
from probes.steps.recorder import Recorder, subject
from probes.urls.url import parse_url

CHOICES = 3  # models of our own choosing, where nobody named one


@dataclass(slots=True)
class AttemptRound:
    """What one way of asking brought."""

    attempt: Attempt
    listing: Exchange | None = None
    other_listing: Exchange | None = None  # the same with the other header style
    knock: Exchange | None = None
    keyless: Exchange | None = None  # the list, asked without the key
    chat: Exchange | None = None
    stream: Exchange | None = None
    chosen: ModelFacts | None = None

    @property
    def works(self) -> bool:
        return passes(self.chat)

    @property
    def telling(self) -> Exchange | None:
        """The answer that stands nearest to what the app would see."""
        return nearest(self.chat, self.knock, self.listing)


class RoundRunner:
    """Asks wave after wave at one host, each in the way that it is handed."""

    def __init__(
        self, brief: ApiContext, asker: ApiClient, ledger: Recorder, way: ConnectionPool, tried: TriedAttempts
    ) -> None:
        self._brief = brief
        self._asker = asker
        self._ledger = ledger
        self._way = way
        self._tried = tried
        self._looked: list[Exchange] = []  # for other protocols, at the same time as the first asking
        self._looking: asyncio.Event | None = None
        self._model: str | None = model_step.early(brief.settings)

    async def ask(self, attempt: Attempt) -> AttemptRound:
        """Ask for the list, an answer and a stream; side by side as soon as the model is known."""
        wave = AttemptRound(attempt)
        keys = self._brief.keys(attempt)
        may_generate = not self._brief.settings.no_spend and (
            attempt.key in keys or (self._brief.facts.local and not keys - {KeyForm.RIVAL})
        )
        try:
            async with asyncio.TaskGroup() as group:
                early = (attempt.model or self._model) if may_generate else None
                if early is not None:
                    self._way.warm(2)
                    group.create_task(self._generate(wave, early))
                if "model" not in attempt.changed:
                    group.create_task(self._list(wave))
                if self._compares(attempt):
                    group.create_task(self._compare(wave))
                if not may_generate:
                    group.create_task(self._knock(wave))
                if self._looks_around():
                    group.create_task(self._look_around(attempt))
        except BaseExceptionGroup as problems:
            spent, others = problems.split(OutOfBudget)
            if others is not None:
                raise others from None
            if spent is not None and wave.telling is None:
                raise OutOfBudget from None
        if may_generate and wave.chat is None:
            self._choose(wave)
            assert wave.chosen is not None
            name = wave.chosen.chosen or wire(attempt.protocol).guess
            self._way.warm(1)
            await self._generate(wave, name)
            await self._try_others(wave, name)
        elif "model" not in attempt.changed:
            self._choose(wave)
        self._record_looks()
        return wave

    @property
    def _open(self) -> bool:
        """Whether the user left the protocol open, and nobody documents or has looked which ones the door speaks."""
        return self._looking is None and self._brief.settings.protocol.value == "auto" and self._brief.door is None

    def _looks_around(self) -> bool:
        """Sound settings are asked nothing beyond what they need, unless `auto` was asked for by name."""
        return self._open and self._brief.settings.protocol.source != "default"

    async def look_further(self, working: Attempt) -> None:
        """What was wrong is found: which protocols the door speaks besides, for who must choose anew."""
        if self._open:
            with suppress(OutOfBudget):
                await self._look_around(working)
            self._record_looks()

    def _record_looks(self) -> None:
        while self._looked:
            found = self._looked.pop(0)
            self._ledger.answered("http", found, self._ledger.now() - found.seconds)

    async def _look_around(self, attempt: Attempt) -> None:
        """Keyless looks that cost no time: they end before the answer does."""
        self._looking = asyncio.Event()
        looks = candidates.looks(attempt, parse_url(attempt.base_url), self._brief.facts.local)
        others = [one for one in looks if not self._tried.has_place(one)][: self._asker.budget]
        try:
            self._looked += await asyncio.gather(
                *(self._asker.knock(replace(one, direct=attempt.direct)) for one in others)
            )
        finally:
            self._looking.set()

    def _choose(self, wave: AttemptRound) -> None:
        began = self._ledger.now()
        wave.chosen = model_step.measure(self._brief.settings, self._brief.door, wave.listing)
        if wave.chosen.chosen is None:
            wave.chosen = replace(wave.chosen, source="guess")
        self._ledger.done("model", subject(wave.attempt), wave.chosen, began)

    async def _try_others(self, wave: AttemptRound, name: str) -> None:
        """A list may hold what this key may not use: a model of our own choice that is refused condemns nothing."""
        listed = wave.listing.models if wave.listing is not None else None
        tried: tuple[str, ...] = (name,)
        while listed and len(tried) < CHOICES and about_model(wave.chat) and not passes(wave.chat):
            other = model_step.others(listed, tried)
            if other is None:
                return
            tried = (*tried, other)
            began = self._ledger.now()
            await self._generate(wave, other)
            if passes(wave.chat):
                assert wave.chosen is not None
                wave.chosen = replace(wave.chosen, chosen=other)
                self._ledger.done("model", subject(wave.attempt), wave.chosen, began)

    async def _list(self, wave: AttemptRound) -> None:
        wave.listing = await self._ledger.ask("http", wave.attempt, self._asker.models)

    def _compares(self, attempt: Attempt) -> bool:
        """Anthropic's clients differ in their header: without an app named, a door must please both."""
        settings = self._brief.settings
        return (
            attempt.protocol == "anthropic"
            and attempt.given
            and attempt.key in self._brief.keys(attempt)
            and settings.app is None
            and settings.auth is None
            and settings.auth_variable is None
        )

    async def _compare(self, wave: AttemptRound) -> None:
        other = Auth.X_API_KEY if wave.attempt.auth is Auth.BEARER else Auth.BEARER
        attempt = candidates.styled(wave.attempt, other)
        wave.other_listing = await self._ledger.ask("auth", attempt, self._asker.models)

    async def _knock(self, wave: AttemptRound) -> None:
        keyless = replace(wave.attempt, key=KeyForm.NONE)
        wave.knock = await self._ledger.ask("http", keyless, self._asker.knock)
        if wave.attempt.key in self._brief.keys(wave.attempt):
            # A list that is served without a key proves nothing about the key.
            wave.keyless = await self._ledger.ask("auth", keyless, self._asker.models)

    async def _generate(self, wave: AttemptRound, model: str) -> None:
        async def chat() -> None:
            wave.chat = await self._asker.generate(wave.attempt, model, stream=False)

        async def stream() -> None:
            wave.stream = await self._asker.generate(wave.attempt, model, stream=True)

        began = self._ledger.now()
        async with asyncio.TaskGroup() as group:
            group.create_task(chat())
            group.create_task(stream())
        assert wave.chat is not None and wave.stream is not None
        if self._looking is not None and _crowded(wave.chat) and not passes(wave.stream):
            # Our own looks for other protocols may have been the ones too many.
            await self._looking.wait()
            wave.chat = await self._asker.generate(wave.attempt, model, stream=False)
            wave.stream = await self._asker.generate(wave.attempt, model, stream=True)
        # Two at once may be one too many for a small plan: what failed beside a success is asked again alone.
        if passes(wave.chat) and not passes(wave.stream) and _crowded(wave.stream):
            again = await self._asker.generate(wave.attempt, model, stream=True)
            wave.stream = replace(again, tries=2, first_status=wave.stream.status)
        elif not passes(wave.chat) and passes(wave.stream) and _crowded(wave.chat):
            again = await self._asker.generate(wave.attempt, model, stream=False)
            wave.chat = replace(again, tries=2, first_status=wave.chat.status)
        if transient(wave.chat) and not passes(wave.stream):
            wave.chat = await persist(self._asker, wave.chat)
            if passes(wave.chat):
                wave.stream = await self._asker.generate(wave.attempt, model, stream=True)
        self._ledger.answered("chat", wave.chat, began)
        self._ledger.answered("stream", wave.stream, began)


def _crowded(found: Exchange) -> bool:
    return found.status in (429, 503) or found.status >= 500 or transient(found)


PAUSES = (0.4, 0.8)  # seconds; the SDKs' own first two
PATIENCE = 3.0  # the longest `retry-after` that is waited for


def _pause(found: Exchange, tries: int) -> float:
    try:
        asked = float(found.header("retry-after") or 0)
    except ValueError:
        asked = 0.0
    return max(asked, PAUSES[tries - 1]) if 0 <= asked <= 60 else PAUSES[tries - 1]


async def persist(asker: ApiClient, found: Exchange) -> Exchange:
    """Ask again as the SDK would after a passing fault; what came last, with the number of tries."""
    tries = 1
    while transient(found) and tries <= len(PAUSES):
        pause = _pause(found, tries)
        if pause > PATIENCE:
            break
        await asyncio.sleep(pause)
        again = await asker.generate(found.attempt, found.attempt.model or "", stream=found.purpose == "stream")
        tries += 1
        found = replace(again, tries=tries, first_status=found.first_status or found.status)
    return found
