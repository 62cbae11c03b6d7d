"""What a run has seen so far: each observation with its times, and the one place where a step's end becomes one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from probes.model.attempt import Attempt
from probes.model.evidence import PROBES, Facts, Observation, Subject, facts_of
from probes.model.exchange import Exchange, Purpose
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
        """Add an observation, scrubbed, and show it to who watches."""
        observation = scrubbed(observation, self.scrub)
        self.observations.append(observation)
        if self._watch is not None:
            self._watch(observation)

    def tell(self, name: str, began: float) -> None:
        """Let who watches know that a part of the deep check has ended, which is no observation of a probe."""
        if self._watch is not None:
            self._watch(Observation(Subject.DEEP, name, Outcome.DONE, began=began, ended=self.now()))

    def done(
        self, subject: Subject, name: str, facts: Facts, began: float, ended: float | None = None, attempt: int = 0
    ) -> None:
        """Record what was found. ``began`` and ``ended`` are seconds of the run; without ``ended``, it is now."""
        ended = self.now() if ended is None else ended
        self.note(Observation(subject, name, Outcome.DONE, facts, None, "", began, ended, attempt))

    def failed(
        self, subject: Subject, name: str, why: Failure, began: float, facts: Facts | None = None, attempt: int = 0
    ) -> None:
        """Record a failure, with what was seen all the same."""
        self.note(Observation(subject, name, Outcome.FAILED, facts, why, "", began, self.now(), attempt))

    def spared(self, subject: Subject, note: str) -> None:
        """Record that there was nothing to try, for the reason ``note``."""
        now = self.now()
        self.note(Observation(subject, "", Outcome.SPARED, None, None, note, now, now))

    def crashed(self, subject: Subject, name: str, error: Exception, began: float) -> None:
        """Record a fault of our own, with the place where it was raised."""
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where is not None else ""
        note = self.scrub(f"{type(error).__name__}: {error} ({line})"[:300])
        self.note(Observation(subject, name, Outcome.CRASHED, None, None, note, began, self.now()))

    async def take(self, subject: Subject, name: str, work: Awaitable[F]) -> F | None:
        """Run a step within the time limit of a probe and record it. Return its facts; None where it failed."""
        began = self.now()
        try:
            async with asyncio.timeout(self.limits.probe):
                facts = await work
        except NetError as error:
            self.failed(subject, name, failure(error, self.scrub), began, error.facts)
        except TimeoutError:
            self.failed(subject, name, Failure(Kind.TIMEOUT), began)
        except Exception as error:
            self.crashed(subject, name, error, began)
        else:
            self.done(subject, name, facts, began)
            return facts
        return None

    async def ask(self, attempt: Attempt, how: Callable[[Attempt], Awaitable[Exchange]], number: int = 0) -> Exchange:
        """Send one request within the limits of the client and record it. ``number`` is that of its round."""
        began = self.now()
        found = await how(attempt)
        self.answered(found, began, number)
        return found

    def answered(self, found: Exchange, began: float, number: int = 0) -> None:
        """Record an exchange, as failed where it ended without a whole response. ``number`` is that of its round."""
        subject, name = _SUBJECTS.get(found.purpose, Subject.HTTP), name_of(found.attempt)
        if found.failure is not None:
            self.failed(subject, name, found.failure, began, found, number)
        else:
            self.done(subject, name, found, began, began + found.timing.seconds, number)

    def close(self, ground: str, note: str = "") -> None:
        """Record every probe without an observation as blocked by ``ground``, or spared for the reason ``note``."""
        seen = {one.probe for one in self.observations}
        now = self.now()
        for probe in PROBES:
            if probe not in seen:
                outcome = Outcome.SPARED if note else Outcome.BLOCKED
                self.note(Observation(Subject(probe), "", outcome, None, None, note or ground, now, now))

    def one(self, kind: type[F], *subjects: Subject) -> F | None:
        """Return the facts of ``kind`` about the first of ``subjects`` that has them; None where none has."""
        return facts_of(self.observations, kind, *subjects)

    def failure(self, subject: Subject) -> Failure | None:
        """Return how the subject failed; None where it did not, or was not tried."""
        return next((one.failure for one in self.observations if one.subject is subject), None)


_SUBJECTS = {
    Purpose.CHAT: Subject.CHAT,
    Purpose.STREAM: Subject.STREAM,
    Purpose.OTHER_HEADER_LIST: Subject.AUTH,
    Purpose.KEYLESS_LIST: Subject.AUTH,
}


def name_of(attempt: Attempt) -> str:
    """Return what observations call an attempt: ``given``, or what differs from that: ``path+auth``."""
    return "given" if attempt.given else "+".join(attempt.changed) or "mended"
