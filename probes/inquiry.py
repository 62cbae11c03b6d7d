"""The asking itself: a wave of requests in one way of asking, and from its answers the next way worth trying."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from probes import discovery
from probes.apps import load
from probes.asking import Asker, OutOfBudget
from probes.doors import Door
from probes.ledger import Ledger
from probes.model import BARE, Attempt, Auth, Body, DoorFacts, Exchange, KeyForm, Kind, ModelFacts, Settings, Sourced
from probes.protocols import model_in, version_in, wire
from probes.protocols.anthropic import VERSIONS
from probes.readings import (
    about_model,
    bare_failure,
    bare_refusal,
    misses_key,
    nearest,
    no_route,
    passes,
    refuses_key,
    transient,
)
from probes.steps import model as model_step
from probes.steps.chat import persist
from probes.way import Place, Way, place

ROUNDS = 5  # ways of asking in one run; the budget of requests usually ends it sooner
CHOICES = 3  # models of our own choosing, where nobody named one
_PLAIN_TO_TLS = (
    "plain http request was sent to https",
    "http request to an https server",
    "speaking plain http to an ssl",
)


@dataclass(slots=True)
class Wave:
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


class Inquiry:
    """Asks at one host: first as the app would, then, where that fails, in the ways that the answers point to."""

    def __init__(
        self,
        settings: Settings,
        facts: DoorFacts,
        door: Door | None,
        asker: Asker,
        ledger: Ledger,
        way: Way,
        speaks_tls: Callable[[], object],
    ) -> None:
        self.settings = settings
        raw = settings.base_url.value if settings.base_url else ""
        self._named_version = version_in(facts.protocol, raw)
        if settings.model is None and (named := model_in(facts.protocol, raw)):
            self.settings = replace(settings, model=Sourced(named, "base_url"))
        self.facts = facts
        self.door = door
        self.asker = asker
        self.ledger = ledger
        self.way = way
        self.speaks_tls = speaks_tls
        self.forms: set[KeyForm] = set()
        self.direct: set[KeyForm] = set()
        self.mended: str | None = None
        self._first = Attempt(facts.protocol, "", Auth.NONE, KeyForm.NONE)
        self.working: Attempt | None = None
        self._tried: set[tuple[object, ...]] = set()
        self._looked: list[Exchange] = []  # for other protocols, at the same time as the first asking
        self._looking: asyncio.Event | None = None
        self._model: str | None = model_step.early(self.settings)

    async def run(self, first: Attempt, forms: set[KeyForm], direct: set[KeyForm], mended: str | None) -> None:
        """Ask until a way works, nothing is left to try, or the budget is spent.

        ``forms`` of the key may go out on this way, ``direct`` around the proxy.
        """
        self.forms, self.direct, self.mended, self._first = forms, direct, mended, first
        await self._pursue(first)
        if self.working is not None and self.asker.budget:
            await self._look_further(self.working)
        page = app.page if (app := load().get(self.settings.app)) is not None else ""
        if self.working is not None and page:
            await self._observe("http", self.working, lambda attempt: self.asker.preflight(attempt, page))

    async def _pursue(self, first: Attempt) -> None:
        attempt: Attempt | None = first
        for _ in range(ROUNDS):
            assert attempt is not None
            self._tried |= {_signature(attempt), _place(attempt)}
            wave: Wave | None = None
            try:
                wave = await self.wave(attempt)
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
            if self.asker.budget is None:
                self.asker.budget = self.settings.limits.extra_requests
            try:
                attempt = await self.next(wave)
            except OutOfBudget:
                return
            if attempt is None or self.asker.budget <= 0:
                return

    # -- one wave ------------------------------------------------------------------------------------------------------

    async def wave(self, attempt: Attempt) -> Wave:
        """Ask for the list, an answer and a stream; side by side as soon as the model is known."""
        wave = Wave(attempt)
        with_key = attempt.key in self.forms
        may_generate = not self.settings.no_spend and (
            with_key or (self.facts.local and not self.forms - {KeyForm.RIVAL})
        )
        try:
            async with asyncio.TaskGroup() as group:
                early = (attempt.model or self._model) if may_generate else None
                if early is not None:
                    self.way.warm(2)
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
            self.way.warm(1)
            await self._generate(wave, name)
            await self._try_others(wave, name)
        elif "model" not in attempt.changed:
            self._choose(wave)
        self._record_looks()
        return wave

    @property
    def _open(self) -> bool:
        """Whether the user left the protocol open, and nobody documents or has looked which ones the door speaks."""
        return self._looking is None and self.settings.protocol.value == "auto" and self.door is None

    def _looks_around(self) -> bool:
        """Sound settings are asked nothing beyond what they need, unless `auto` was asked for by name."""
        return self._open and self.settings.protocol.source != "default"

    async def _look_further(self, working: Attempt) -> None:
        """What was wrong is found: which protocols the door speaks besides, for who must choose anew."""
        if self._open:
            with suppress(OutOfBudget):
                await self._look_around(working)
            self._record_looks()

    def _record_looks(self) -> None:
        while self._looked:
            found = self._looked.pop(0)
            self._record("http", found, self.ledger.now() - found.seconds)

    async def _look_around(self, attempt: Attempt) -> None:
        """Keyless looks that cost no time: they end before the answer does."""
        self._looking = asyncio.Event()
        looks = discovery.looks(attempt, place(attempt.base_url), self.facts.local)
        others = [one for one in looks if _place(one) not in self._tried][: self.asker.budget]
        try:
            self._looked += await asyncio.gather(
                *(self.asker.knock(replace(one, direct=attempt.direct)) for one in others)
            )
        finally:
            self._looking.set()

    def _choose(self, wave: Wave) -> None:
        began = self.ledger.now()
        wave.chosen = model_step.measure(self.settings, self.door, wave.listing)
        if wave.chosen.chosen is None:
            wave.chosen = replace(wave.chosen, source="guess")
        self.ledger.done("model", _subject(wave.attempt), wave.chosen, began)

    async def _try_others(self, wave: Wave, name: str) -> None:
        """A list may hold what this key may not use: a model of our own choice that is refused condemns nothing."""
        listed = wave.listing.models if wave.listing is not None else None
        tried: tuple[str, ...] = (name,)
        while listed and len(tried) < CHOICES and about_model(wave.chat) and not passes(wave.chat):
            other = model_step.others(listed, tried)
            if other is None:
                return
            tried = (*tried, other)
            began = self.ledger.now()
            await self._generate(wave, other)
            if passes(wave.chat):
                assert wave.chosen is not None
                wave.chosen = replace(wave.chosen, chosen=other)
                self.ledger.done("model", _subject(wave.attempt), wave.chosen, began)

    async def _list(self, wave: Wave) -> None:
        wave.listing = await self._observe("http", wave.attempt, self.asker.models)

    def _compares(self, attempt: Attempt) -> bool:
        """Anthropic's clients differ in their header: without an app named, a door must please both."""
        return (
            attempt.protocol == "anthropic"
            and attempt.given
            and attempt.key in self.forms
            and self.settings.app is None
            and self.settings.auth is None
            and self.settings.auth_variable is None
        )

    async def _compare(self, wave: Wave) -> None:
        other = Auth.X_API_KEY if wave.attempt.auth is Auth.BEARER else Auth.BEARER
        attempt = self._styled(wave.attempt, other)
        wave.other_listing = await self._observe("auth", attempt, self.asker.models)

    async def _knock(self, wave: Wave) -> None:
        keyless = replace(wave.attempt, key=KeyForm.NONE)
        wave.knock = await self._observe("http", keyless, self.asker.knock)
        if wave.attempt.key in self.forms:
            # A list that is served without a key proves nothing about the key.
            wave.keyless = await self._observe("auth", keyless, self.asker.models)

    async def _generate(self, wave: Wave, model: str) -> None:
        async def chat() -> None:
            wave.chat = await self.asker.generate(wave.attempt, model, stream=False)

        async def stream() -> None:
            wave.stream = await self.asker.generate(wave.attempt, model, stream=True)

        began = self.ledger.now()
        async with asyncio.TaskGroup() as group:
            group.create_task(chat())
            group.create_task(stream())
        assert wave.chat is not None and wave.stream is not None
        if self._looking is not None and _crowded(wave.chat) and not passes(wave.stream):
            # Our own looks for other protocols may have been the ones too many.
            await self._looking.wait()
            wave.chat = await self.asker.generate(wave.attempt, model, stream=False)
            wave.stream = await self.asker.generate(wave.attempt, model, stream=True)
        # Two at once may be one too many for a small plan: what failed beside a success is asked again alone.
        if passes(wave.chat) and not passes(wave.stream) and _crowded(wave.stream):
            again = await self.asker.generate(wave.attempt, model, stream=True)
            wave.stream = replace(again, tries=2, first_status=wave.stream.status)
        elif not passes(wave.chat) and passes(wave.stream) and _crowded(wave.chat):
            again = await self.asker.generate(wave.attempt, model, stream=False)
            wave.chat = replace(again, tries=2, first_status=wave.chat.status)
        if transient(wave.chat) and not passes(wave.stream):
            wave.chat = await persist(self.asker, wave.chat)
            if passes(wave.chat):
                wave.stream = await self.asker.generate(wave.attempt, model, stream=True)
        self._record("chat", wave.chat, began)
        self._record("stream", wave.stream, began)

    async def _observe(
        self, probe: str, attempt: Attempt, ask: Callable[[Attempt], Coroutine[Any, Any, Exchange]]
    ) -> Exchange:
        began = self.ledger.now()
        found = await ask(attempt)
        self._record(probe, found, began)
        return found

    def _record(self, probe: str, found: Exchange, began: float) -> None:
        subject = _subject(found.attempt)
        if found.failure is not None:
            self.ledger.failed(probe, subject, found.failure, began, found)
        else:
            self.ledger.done(probe, subject, found, began, began + found.seconds)

    # -- what next -----------------------------------------------------------------------------------------------------

    async def next(self, wave: Wave) -> Attempt | None:
        """The next way of asking that the answers point to, not tried yet; None where they point nowhere."""
        told, attempt = wave.telling, wave.attempt
        if told is None:
            return None
        for candidate in await self._candidates(wave, told, attempt):
            if _signature(candidate) not in self._tried:
                return candidate
        return None

    async def _candidates(self, wave: Wave, told: Exchange, attempt: Attempt) -> list[Attempt]:
        if told.via_proxy and self.facts.local and not attempt.direct and not passes(told):
            self.forms = self.direct
            form = next((one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in self.forms), KeyForm.NONE)
            changed = (*attempt.changed, "proxy")
            return [replace(attempt, direct=True, key=form, given=False, changed=changed)]
        if told.location and 300 <= told.status < 400:
            followed = discovery.followed(attempt, told)
            return [followed] if followed is not None else []
        scheme = await self._other_scheme(told)
        if scheme:
            return [discovery.moved(attempt, self.way.target, scheme)]
        listed = wave.listing
        there = listed is not None and listed.models is not None and told.status != 405 and not attempt.address
        if no_route(told) and not there:
            if self.mended is not None and (attempt.given or attempt.address) and self._moves(attempt):
                base, version = self.mended.removesuffix("/"), self._named_version or attempt.version
                plain = replace(attempt, address="", query="")
                return [replace(plain, base_url=base, version=version, given=False, changed=("path",))]
            return await self._elsewhere(attempt)
        near = wave.chosen.near if wave.chosen is not None else ()
        if near and wave.chat is not None and wave.chat.status in (400, 404, 422) and wave.chat.body is Body.JSON:
            return [replace(attempt, model=near[0], given=False, changed=(*attempt.changed, "model"))]
        if _of_version(told) and "version" not in attempt.changed:
            return discovery.other_version(attempt)
        if told is wave.knock and attempt.key in self.forms:
            return []  # it went without the key
        if self._walled(told, attempt) and (found := await self._elsewhere(attempt, bare_refusal)):
            return found
        if refuses_key(told) or (told.status == 400 and "anthropic-version" in told.text):
            return self._other_keys(wave, told, attempt)
        if no_route(told) or self._breaks_down(told, attempt):
            return await self._elsewhere(attempt)
        return []

    def _moves(self, attempt: Attempt) -> bool:
        """Whether the mended base URL leads elsewhere."""
        assert self.mended is not None
        return bool(attempt.address) or self.mended.removesuffix("/") != attempt.base_url

    def _walled(self, told: Exchange, attempt: Attempt) -> bool:
        """A bare page of refusal at a path that nobody documents: perhaps the web server's own, and not the API's."""
        return attempt.given and bare_refusal(told) and not self._documented(attempt)

    def _documented(self, attempt: Attempt) -> bool:
        path = place(attempt.base_url).path
        return self.door is not None and any(
            place(re.sub(r"\{.*?\}", "any", url)).path == path for url in self.door.base_urls(attempt.protocol)
        )

    def _breaks_down(self, told: Exchange, attempt: Attempt) -> bool:
        """A bare 5xx at an unusual path: a route of some sort, hardly the API's. Many a web server passes on what it
        does not know to where nobody is.
        """
        usual = place(attempt.base_url).path == wire(attempt.protocol).version_segment
        return bare_failure(told) and not usual and not self._documented(attempt)

    async def _other_scheme(self, told: Exchange) -> str:
        here = place(told.attempt.base_url)
        if here.scheme != "http":
            return ""
        said = told.text.lower()
        if told.status == 400 and any(words in said for words in _PLAIN_TO_TLS):
            return "https"
        if told.failure is not None and told.failure.kind in (Kind.CLOSED, Kind.RESET, Kind.NOT_HTTP):
            answer = self.speaks_tls()
            if asyncio.iscoroutine(answer) and await answer:
                return "https"
        return ""

    async def _elsewhere(
        self, attempt: Attempt, alike: Callable[[Exchange], bool] = lambda found: False
    ) -> list[Attempt]:
        """Knock without the key at the other paths of this host, and hand the key to those alone that earned it: not
        to what answers ``alike``.
        """
        target: Place = place(attempt.base_url)
        doors = [
            one
            for one in discovery.knocks(attempt, target, self.door, self.facts.local)
            if _place(one) not in self._tried
        ]
        for one in doors:
            self._tried.add(_place(one))
        doors = doors[: max(0, (self.asker.budget or 0) - 3)] if self.asker.budget is not None else doors
        found = await asyncio.gather(
            *(self._observe("http", replace(one, direct=attempt.direct), self.asker.knock) for one in doors)
        )
        return [self._asked(attempt, one) for one in discovery.best([one for one in found if not alike(one)])]

    def _asked(self, attempt: Attempt, found: Attempt) -> Attempt:
        """As ``attempt``, at the place that a knock has found."""
        other = found.protocol != attempt.protocol
        asked = wire(found.protocol).attempt(found.base_url, found.auth if other else attempt.auth)
        version = found.version if wire(found.protocol).versions else (asked if other else attempt).version
        differs = (
            ("path", other or found.base_url != attempt.base_url),
            ("version", version != (asked.version if other else self._usual_version(attempt, asked))),
            ("protocol", other),
        )
        changed = tuple(dict.fromkeys((*attempt.changed, *(name for name, so in differs if so))))
        return replace(asked, version=version, key=attempt.key, direct=attempt.direct, changed=changed)

    def _usual_version(self, attempt: Attempt, asked: Attempt) -> str:
        """The version of the API that the app asks for: the given one, else the SDK's own."""
        if self.settings.api_version is not None:
            return self.settings.api_version.value
        own = attempt.protocol == "azure" or self.settings.app is not None
        return self._first.version if own and self._first.protocol == asked.protocol else asked.version

    def _other_keys(self, wave: Wave, told: Exchange, attempt: Attempt) -> list[Attempt]:
        """The cleaned key, the key in another header, and the key of a place that loses."""
        found: list[Attempt] = []
        if attempt.key is KeyForm.RIVAL:
            return found
        if attempt.key is KeyForm.GIVEN and KeyForm.CLEANED in self.forms:
            found.append(replace(attempt, key=KeyForm.CLEANED, given=False, changed=(*attempt.changed, "key")))
        other = wave.other_listing
        twice = other is not None and other.status in (401, 403)  # the other header is refused as well
        if attempt.key in self.forms and not twice:
            styles = discovery.other_styles(attempt, self.door, misses_key(told))
            found += [self._styled(attempt, style) for style in styles]
        if KeyForm.RIVAL in self.forms:
            usual = wire(attempt.protocol).attempt(attempt.base_url)
            if self.settings.app is not None and self._first.protocol == usual.protocol:
                usual = replace(usual, auth=self._first.auth, version=self._first.version)
            changed = (*(name for name in attempt.changed if name not in ("auth", "key")), "key_source")
            rival = replace(usual, key=KeyForm.RIVAL, direct=attempt.direct, changed=changed)
            found.append(rival if attempt.protocol == "anthropic" else replace(rival, version=attempt.version))
        return found

    def _styled(self, attempt: Attempt, style: Auth) -> Attempt:
        version = VERSIONS.get(style, attempt.version) if attempt.protocol == "anthropic" else attempt.version
        changed = tuple(dict.fromkeys((*attempt.changed, "auth")))
        return replace(attempt, auth=style, version=version, given=False, changed=changed)


def _crowded(found: Exchange) -> bool:
    return found.status in (429, 503) or found.status >= 500 or transient(found)


def _of_version(told: Exchange) -> bool:
    """Whether another version of the API may do: some of Gemini's models stand in one alone, Azure retires them."""
    if told.attempt.protocol == "gemini":
        return told.status == 404
    return told.attempt.protocol == "azure" and told.status == 400 and "version" in told.text.lower()


def _subject(attempt: Attempt) -> str:
    return "given" if attempt.given else "+".join(attempt.changed) or "mended"


def _signature(attempt: Attempt) -> tuple[object, ...]:
    where = (attempt.protocol, attempt.base_url, attempt.version, attempt.address)
    return (*where, attempt.auth, attempt.key, attempt.direct, attempt.model)


def _place(attempt: Attempt) -> tuple[object, ...]:
    return (attempt.protocol, attempt.base_url, attempt.version, attempt.address, BARE in attempt.changed)
