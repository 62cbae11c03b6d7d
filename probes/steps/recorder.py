"""What a run has seen so far: each observation with its times, and the one place where a step's end becomes one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from probes.model.attempt import Attempt
from probes.model.evidence import PROBES, Facts, Observation
from probes.model.exchange import Exchange
from probes.model.failure import Failure, Kind, Outcome
from probes.model.scrubber import Scrubber
from probes.model.settings import Limits
from probes.network.failures import NetError, failure

F = TypeVar("F", bound=Facts)
V = TypeVar("V")
Watch = Callable[[Observation], None]


def scrubbed(value: V, scrub: Scrubber) -> V:
    """A frozen value with every text in it scrubbed. One place for all: a field that somebody adds is in it."""
    return cast(V, _scrubbed(value, scrub))


def _scrubbed(value: Any, scrub: Scrubber) -> Any:
    kind: Any = type(value)
    if kind is str:
        return scrub(value)
    if kind is tuple:
        found = tuple(_scrubbed(one, scrub) for one in value)
        return found if any(new is not old for new, old in zip(found, value, strict=True)) else value
    changed = {name: new for name in _fields(kind) if (new := _scrubbed(old := getattr(value, name), scrub)) is not old}
    return replace(value, **changed) if changed else value


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


class Recorder:
    """Owns the clock and the limits of a run, and everything that was observed in it."""

    def __init__(self, limits: Limits, scrub: Scrubber, watch: Watch | None = None) -> None:
        self.limits = limits
        self.scrub = scrub
        self.observations: list[Observation] = []
        self._watch = watch
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    def note(self, observation: Observation) -> None:
        observation = scrubbed(observation, self.scrub)
        self.observations.append(observation)
        if self._watch is not None:
            self._watch(observation)

    def tell(self, probe: str, subject: str, began: float) -> None:
        """Let who watches know that something has ended which is no observation of a probe."""
        if self._watch is not None:
            self._watch(Observation(probe, subject, Outcome.DONE, began=began, ended=self.now()))

    def done(self, probe: str, subject: str, facts: Facts, began: float, ended: float | None = None) -> None:
        self.note(
            Observation(probe, subject, Outcome.DONE, facts, None, "", began, self.now() if ended is None else ended)
        )

    def failed(self, probe: str, subject: str, why: Failure, began: float, facts: Facts | None = None) -> None:
        self.note(Observation(probe, subject, Outcome.FAILED, facts, why, "", began, self.now()))

    def spared(self, probe: str, note: str) -> None:
        now = self.now()
        self.note(Observation(probe, "", Outcome.SPARED, None, None, note, now, now))

    def crashed(self, probe: str, subject: str, error: Exception, began: float) -> None:
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where is not None else ""
        note = self.scrub(f"{type(error).__name__}: {error} ({line})"[:300])
        self.note(Observation(probe, subject, Outcome.CRASHED, None, None, note, began, self.now()))

    async def take(self, probe: str, subject: str, work: Awaitable[F]) -> F | None:
        """Let a step work within the limit of a probe; its facts, or None and the reason in the ledger."""
        began = self.now()
        try:
            async with asyncio.timeout(self.limits.probe):
                facts = await work
        except NetError as error:
            self.failed(probe, subject, failure(error, self.scrub), began, error.facts)
        except TimeoutError:
            self.failed(probe, subject, Failure(Kind.TIMEOUT), began)
        except Exception as error:
            self.crashed(probe, subject, error, began)
        else:
            self.done(probe, subject, facts, began)
            return facts
        return None

    async def ask(self, probe: str, attempt: Attempt, how: Callable[[Attempt], Awaitable[Exchange]]) -> Exchange:
        """Make one request within the asker's own limits; what came of it, which is an observation."""
        began = self.now()
        found = await how(attempt)
        self.answered(probe, found, began)
        return found

    def answered(self, probe: str, found: Exchange, began: float) -> None:
        """An exchange as an observation, failed where it ended without an answer."""
        if found.failure is not None:
            self.failed(probe, subject(found.attempt), found.failure, began, found)
        else:
            self.done(probe, subject(found.attempt), found, began, began + found.timing.seconds)

    def close(self, ground: str, note: str = "") -> None:
        """Every probe that has not been observed is blocked by ``ground``, or spared for the reason in ``note``."""
        seen = {one.probe for one in self.observations}
        now = self.now()
        for probe in PROBES:
            if probe not in seen:
                outcome = Outcome.SPARED if note else Outcome.BLOCKED
                self.note(Observation(probe, "", outcome, None, None, note or ground, now, now))

    def last(self, probe: str) -> Observation | None:
        return next((one for one in reversed(self.observations) if one.probe == probe), None)


def subject(attempt: Attempt) -> str:
    """What observations call a way of asking: ``given``, or what differs from that."""
    return "given" if attempt.given else "+".join(attempt.changed) or "mended"
