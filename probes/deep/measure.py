"""The deep check's asking: each capability by itself, two requests at a time, none after the door asked for a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from probes.asking import Asker, OutOfBudget, guessed, plus, spent
from probes.deep import NAMES, WIRES
from probes.deep.plan import places
from probes.deep.readings import EMBEDS, SPENT, Verdict, refusal, said
from probes.deep.wrong_key import wrong_key
from probes.doors import Door
from probes.model import (
    Attempt,
    Auth,
    Capability,
    Cost,
    Exchange,
    KeyForm,
    Support,
    Trial,
)
from probes.protocols import Ask, wire
from probes.protocols import abilities as a
from probes.protocols.abilities import Call, abilities
from probes.protocols.anthropic import VERSIONS
from probes.protocols.errors import parse_json
from probes.readings import about_model, earns_key, no_route, passes, refuses_key
from probes.secret import Scrubber
from probes.steps.model import small_of

AT_ONCE = 2  # requests: what a small plan bears, and what the basic check has been answered
_YES, _NO, _OPEN = Support.SUPPORTED, Support.UNSUPPORTED, Support.UNKNOWN


@dataclass(frozen=True, slots=True)
class Depth:
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


class _Limited(Exception):
    """The door asked for a pause: nothing more is sent."""


class _Sheet:
    """What was tried for one capability."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []
        self.cost = Cost()

    def capability(self, name: str, verdict: Verdict, scrub: Scrubber) -> Capability:
        support, why, detail = verdict
        return Capability(name, support, why, scrub(" ".join(detail.split()))[:200], tuple(self.trials), self.cost)


class Dive:
    """One deep check. :meth:`results` may be asked for at any time: what has not been answered by then is unknown."""

    def __init__(self, depth: Depth, asker: Asker, scrub: Scrubber, watch: Callable[[str], object]) -> None:
        self.depth = depth
        self.asker = asker
        self.scrub = scrub
        self.watch = watch  # is told the name of each capability that has been looked at
        self.model = depth.working.model or ""
        self.able = abilities(depth.working.protocol)
        self._sheets = {name: _Sheet() for name in NAMES}
        self._found: dict[str, Capability] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._limited = False

    async def run(self, seconds: float) -> None:
        """Look at every capability of :data:`probes.deep.NAMES`, within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._run()

    async def _run(self) -> None:
        """The wrong key comes last and alone: a door that counts refusals is to have answered everything else."""
        works: dict[str, Callable[[_Sheet], Awaitable[Verdict]]] = {
            **{name: self._wire(protocol) for name, protocol in WIRES.items()},
            "tools": self._tools,
            "tools_stream": self._streamed_tools,
            "structured_output": self._structured,
            "vision": self._vision,
            "embeddings": self._embeddings,
        }
        async with asyncio.TaskGroup() as group:
            for name, work in works.items():
                group.create_task(self._settle(name, work))
        await self._settle("key_check", self._key_check)

    def results(self) -> tuple[Capability, ...]:
        """In the order of the report; what the time did not suffice for is open."""
        late: Verdict = (_OPEN, "unfinished", "")
        return tuple(
            self._found.get(name) or sheet.capability(name, late, self.scrub) for name, sheet in self._sheets.items()
        )

    async def _settle(self, name: str, work: Callable[[_Sheet], Awaitable[Verdict]]) -> None:
        sheet = self._sheets[name]
        try:
            verdict = await work(sheet)
        except _Limited:
            verdict = (_OPEN, "rate_limited", "")
        except OutOfBudget:
            verdict = (_OPEN, "enough", "")
        except Exception as error:  # our own fault costs one line, not the report
            verdict = (_OPEN, "crashed", type(error).__name__)
        self._found[name] = sheet.capability(name, verdict, self.scrub)
        self.watch(name)

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _put(self, sheet: _Sheet, purpose: str, attempt: Attempt, ask: Ask) -> tuple[Exchange, bytes]:
        bodies = [b""]
        async with self._gate:
            if self._limited:
                raise _Limited
            found = await self.asker.put(purpose, attempt, ask, bodies.append)
        refused = said(found) if not found.ok else ""
        kind = found.failure.kind if found.failure is not None else None
        sheet.trials.append(Trial(found.method, found.path, found.status, refused, kind, attempt.key))
        sheet.cost = plus(sheet.cost, plus(Cost(requests=1), spent(found, guessed(ask))))
        if found.status == 429:
            self._limited = True
            raise _Limited
        return found, bodies[-1]

    async def _ask(self, sheet: _Sheet, name: str, call: Call | None = None) -> tuple[Exchange, bytes, bool]:
        """One generation, asked again with another parameter where the model refuses one of ours; the last one says
        whether a tool was demanded.
        """
        attempt, adapted = self.depth.working, self.depth.adapted
        purpose = "stream" if name == "tools_stream" else "chat"
        while True:
            ask = self.able.ask(name, attempt, self.model, adapted, call)
            found, body = await self._put(sheet, purpose, attempt, ask)
            change = self.able.adapt(found.text, adapted) if found.status in (400, 422) else None
            if change is None:
                return found, body, self.able.demands and a.AUTO not in adapted
            adapted = change

    # -- what a model can ----------------------------------------------------------------------------------------------

    async def _tools(self, sheet: _Sheet) -> Verdict:
        if self.depth.no_spend:
            return _OPEN, "no_spend", ""
        found, body, demanded = await self._ask(sheet, "tools")
        if not passes(found):
            return refusal(found, "tools")
        assert found.answer is not None
        call = self.able.call(_json(body))
        if call.problem:
            return _uncalled(call, found.answer.finish, demanded)
        found, _, _ = await self._ask(sheet, "tools_result", call)
        if not passes(found):
            support, why, detail = refusal(found, "tools")
            return support, "result_refused" if support is _NO else why, detail
        assert found.answer is not None
        if found.answer.text.strip():
            return _YES, "answered", call.arguments
        return (_OPEN, "spent", "") if found.answer.finish in SPENT else (_NO, "no_answer", call.arguments)

    async def _streamed_tools(self, sheet: _Sheet) -> Verdict:
        if self.depth.no_spend:
            return _OPEN, "no_spend", ""
        if not self.depth.streams:
            return _OPEN, "no_stream", ""
        found, body, demanded = await self._ask(sheet, "tools_stream")
        if not found.ok or found.stream is None or found.stream.error is not None:
            return refusal(found, "tools")
        if not passes(found):
            return _NO, "no_events", found.stream.problem or found.stream.kind
        splitter = wire(self.depth.working.protocol).splitter()
        call = self.able.streamed_call([*splitter.feed(body), *splitter.close()])
        if call.problem:
            return _uncalled(call, found.stream.finish, demanded)
        return _YES, "called", call.arguments

    async def _structured(self, sheet: _Sheet) -> Verdict:
        if self.depth.no_spend:
            return _OPEN, "no_spend", ""
        found, _, _ = await self._ask(sheet, "structured_output")
        if not passes(found):
            return refusal(found, "structured_output")
        assert found.answer is not None
        text = found.answer.text.strip()
        problem = a.unfit(text)
        if not problem:
            return _YES, "fits", text
        if found.answer.finish in SPENT:
            return _OPEN, "spent", ""
        return _NO, "ignored" if problem == "not_json" else "misfits", text

    async def _vision(self, sheet: _Sheet) -> Verdict:
        if self.depth.no_spend:
            return _OPEN, "no_spend", ""
        found, body = await self._put(
            sheet, "models", self.depth.working, self.able.claims(self.depth.working, self.model)
        )
        claimed = self.able.sees(_json(body), self.model) if found.ok else None
        if claimed is False:
            return _NO, "disclaimed", self.model
        if claimed is None and not a.looks_seeing(self.model):
            return _OPEN, "unclaimed", self.model
        found, _, _ = await self._ask(sheet, "vision")
        if not passes(found):
            return refusal(found, "vision")
        assert found.answer is not None
        text = found.answer.text.strip()
        if a.names_colour(text):
            return _YES, "saw", text
        if not text:
            return (_OPEN, "spent", "") if found.answer.finish in SPENT else (_OPEN, "no_answer", "")
        return _NO, "unseen", text

    async def _embeddings(self, sheet: _Sheet) -> Verdict:
        working, models = self.depth.working, self.depth.models
        name = min((one for one in models if EMBEDS.search(one)), key=len, default="")
        ask = self.able.embedding(working, name) if name else None
        if not name or ask is None:
            return _OPEN, "no_model", ""
        if self.depth.no_spend:
            return _OPEN, "no_spend", name
        found, body = await self._put(sheet, "embed", working, ask)
        length = self.able.vector(_json(body)) if found.ok else 0
        if not found.ok or (found.error is not None and not length):
            return refusal(found, "embeddings")
        return (_YES, "vector", f"{name}: {length}") if length else (_NO, "no_vector", name)

    # -- what a host can -----------------------------------------------------------------------------------------------

    def _wire(self, protocol: str) -> Callable[[_Sheet], Awaitable[Verdict]]:
        async def work(sheet: _Sheet) -> Verdict:
            working = self.depth.working
            if working.protocol == protocol:
                return (_OPEN, "no_spend", "") if self.depth.no_spend else (_YES, "basic", working.base_url)
            verdict: Verdict = (_NO, "no_route", "")
            for at in places(working, protocol, self.depth.door, self.depth.local):
                knock, _ = await self._put(sheet, "path", at, wire(protocol).knock(at))
                if not earns_key(knock):
                    verdict = verdict if no_route(knock) else refusal(knock, "")
                    continue
                if self.depth.no_spend:
                    return _OPEN, "no_spend", at.base_url
                verdict = await self._speak(sheet, at)
                if verdict[1] != "no_route":
                    return verdict
            return verdict

        return work

    async def _speak(self, sheet: _Sheet, at: Attempt) -> Verdict:
        """A small answer over another wire, with the key in each header that this wire knows."""
        spoken, working = wire(at.protocol), self.depth.working
        styles = (working.auth,) if working.auth in spoken.styles and at.protocol != "anthropic" else spoken.styles
        found: Exchange | None = None
        for style in styles if working.key is not KeyForm.NONE else styles[:1]:
            version = VERSIONS.get(style, at.version) if at.protocol == "anthropic" else at.version
            attempt = replace(at, auth=style, version=version, key=working.key)
            for model in self._models(at.protocol):
                found = await self._small(sheet, attempt, model)
                if passes(found) or refuses_key(found):
                    break
            if found is None or not refuses_key(found):
                break
        assert found is not None
        if passes(found):
            return _YES, "spoken", at.base_url
        if no_route(found):
            return _NO, "no_route", ""
        if about_model(found):
            return _OPEN, "no_model_here", at.base_url
        if refuses_key(found):
            return _NO, "key_refused", at.base_url
        return refusal(found, "")

    def _models(self, protocol: str) -> Iterable[str]:
        """The model that works, and on Anthropic's wire one of its maker's, where the list has any."""
        claudes = tuple(one for one in self.depth.models if "claude" in one.lower())
        other = small_of(claudes) if protocol == "anthropic" and "claude" not in self.model.lower() else None
        return (self.model, other) if other is not None else (self.model,)

    async def _small(self, sheet: _Sheet, attempt: Attempt, model: str) -> Exchange:
        spoken = wire(attempt.protocol)
        adapted: tuple[str, ...] = ()
        attempt = replace(attempt, model=model)
        while True:
            ask = spoken.generation(attempt, model, stream=False, adapted=adapted)
            found, _ = await self._put(sheet, "chat", attempt, ask)
            change = spoken.adapt(found.text, adapted) if found.status in (400, 422) else None
            if change is None or len(change) <= len(adapted):
                return found
            adapted = change

    async def _key_check(self, sheet: _Sheet) -> Verdict:
        """Whether a wrong key is refused: by the model list, which is free, else by a small answer."""
        working = self.depth.working
        if working.key in (KeyForm.NONE, KeyForm.DUMMY) or working.auth is Auth.NONE:
            return _NO, "keyless", ""
        wrong = wrong_key(self.depth.door, self.depth.keys)
        self.scrub.add(wrong)
        self.asker.learn(KeyForm.WRONG, wrong)
        attempt = replace(working, key=KeyForm.WRONG)
        if self.depth.listed:
            found, _ = await self._put(sheet, "models", attempt, wire(attempt.protocol).models(attempt))
            if _refused(found):
                return _YES, "refused_wrong", ""
        if self.depth.no_spend:
            return _OPEN, "no_spend", ""
        ask = wire(attempt.protocol).generation(attempt, self.model, stream=False, adapted=self.depth.adapted)
        found, _ = await self._put(sheet, "chat", attempt, ask)
        if _refused(found):
            return _YES, "refused_wrong", ""
        return (_NO, "accepted_wrong", "") if passes(found) else refusal(found, "")


def _refused(found: Exchange) -> bool:
    """Whether a wrong key was refused: the request was answered with the right one, whatever is said of this one."""
    return found.failure is None and 400 <= found.status < 500


def _uncalled(call: Call, finish: str, demanded: bool) -> Verdict:
    """Of a call that an app cannot use: the allowance may have been too small, or the model chose not to call."""
    if finish in SPENT:
        return _OPEN, "spent", call.arguments
    if call.problem == "none" and not demanded:
        return _OPEN, "not_called", call.arguments
    return _NO, call.problem, call.arguments


def _json(body: bytes) -> Any:
    return parse_json(body.decode("utf-8", "replace"))[1]
