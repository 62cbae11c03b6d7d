"""The record of a run: turn each step's result or failure into an observation with its times."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar, cast

from probes.model.attempt import Attempt
from probes.model.evidence import OPTIONAL, PROBES, Facts, Observation, Subject, facts_of
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import KeyPolicy
from probes.model.failure import Failure, Kind, Outcome
from probes.model.record import RecordType, fields_of, replace, values_of
from probes.model.scrubber import Scrubber
from probes.model.settings import Limits

F = TypeVar("F", bound=Facts)
V = TypeVar("V")
Watch = Callable[[Observation], None]
# Called when a step begins (True) and ends (False): its subject, the host or address that it waits for, and the number
# of its round of requests.
Waits = Callable[[Subject, str, int, bool], None]


def scrubbed(value: V, scrub: Callable[[str], str], clean: AbstractSet[str] = frozenset()) -> V:
    """Return a copy of a record with every string scrubbed, recursively, so that new fields are covered.

    ``clean`` are texts that ``scrub`` leaves as they are.
    """
    return cast(V, _scrubbed(value, scrub, clean))


def _scrubbed(value: Any, scrub: Callable[[str], str], clean: AbstractSet[str]) -> Any:
    kind: Any = type(value)
    if kind is str:
        return scrub(value)
    # Most values hold no text, or one that was found clean before: a call for each takes most of the time.
    if kind is tuple:
        for at, old in enumerate(value):
            held = type(old)
            if held in _WITHOUT_TEXT or (held is str and old in clean):
                continue
            if _scrubbed(old, scrub, clean) is not old:
                return (*value[:at], *(_scrubbed(one, scrub, clean) for one in value[at:]))
        return value
    if not isinstance(kind, RecordType):
        _WITHOUT_TEXT.add(kind)
        return value
    changed: dict[str, Any] = {}
    for at, old in enumerate(values_of(value)):
        held = type(old)
        if held in _WITHOUT_TEXT or (held is str and old in clean):
            continue
        new = _scrubbed(old, scrub, clean)
        if new is not old:
            changed[fields_of(kind)[at]] = new
    return replace(value, **changed) if changed else value


_WITHOUT_TEXT: set[type] = {bool, float, int, type(None)}  # and each enumeration that has been met


class Recorder:
    """The clock, the limits and all observations of a run."""

    def __init__(self, limits: Limits, scrub: Scrubber, watch: Watch | None = None, waits: Waits | None = None) -> None:
        self.limits = limits
        self.scrub = scrub
        self.observations: list[Observation] = []
        self._watch = watch
        self._waits = waits
        self._start = time.monotonic()

    def now(self) -> float:
        """Return the seconds since the run began."""
        return time.monotonic() - self._start

    def note(self, observation: Observation) -> None:
        """Add an observation, scrubbed, and pass it to the watcher."""
        observation = scrubbed(observation, self.scrub, self.scrub.clean)
        self.observations.append(observation)
        if self._watch is not None:
            self._watch(observation)

    def waiting(self, subject: Subject, name: str, number: int = 0) -> AbstractContextManager[None]:
        """Inform the watcher, if there is one, that a step begins, and that it has ended."""
        return nullcontext() if self._waits is None else self._waited(self._waits, subject, self.scrub(name), number)

    @contextmanager
    def _waited(self, waits: Waits, subject: Subject, name: str, number: int) -> Iterator[None]:
        waits(subject, name, number, True)
        try:
            yield
        finally:
            waits(subject, name, number, False)

    def tell(self, name: str, began: float) -> None:
        """Inform the watcher that a part of the deep check has ended, which is not recorded as an observation."""
        if self._watch is not None:
            self._watch(Observation(Subject.DEEP, name, Outcome.DONE, began=began, ended=self.now()))

    def done(
        self, subject: Subject, name: str, facts: Facts, began: float, ended: float | None = None, attempt: int = 0
    ) -> None:
        """Record a result. ``began`` and ``ended`` are in seconds since the run began; ``ended`` defaults to now."""
        ended = self.now() if ended is None else ended
        self.note(Observation(subject, name, Outcome.DONE, facts, None, "", began, ended, attempt))

    def failed(
        self, subject: Subject, name: str, why: Failure, began: float, facts: Facts | None = None, attempt: int = 0
    ) -> None:
        """Record a failure, with the facts that were measured in spite of it."""
        self.note(Observation(subject, name, Outcome.FAILED, facts, why, "", began, self.now(), attempt))

    def spared(self, subject: Subject, note: str) -> None:
        """Record that a probe was not needed, with the reason in ``note``."""
        now = self.now()
        self.note(Observation(subject, "", Outcome.SPARED, None, None, note, now, now))

    def crashed(self, subject: Subject, name: str, error: Exception, began: float) -> None:
        """Record a bug of this program: the exception, with the function and line that raised it."""
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        line = f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame is not None else ""
        note = self.scrub(f"{type(error).__name__}: {error} ({line})"[:300])
        self.note(Observation(subject, name, Outcome.CRASHED, None, None, note, began, self.now()))

    async def take(self, subject: Subject, name: str, work: Awaitable[F]) -> F | None:
        """Run a step within the time limit of a probe and record it. Return its facts; None if it failed."""
        import asyncio  # here, because a run that ends with its settings has no use for them

        from probes.network.failures import NetError, failure

        began = self.now()
        try:
            with self.waiting(subject, name):
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
        """Send one request with ``how`` and record its exchange. ``number`` is the number of its round."""
        began = self.now()
        with self.waiting(Subject.HTTP, host_of(attempt), number):
            exchange = await how(attempt)
        self.answered(exchange, began, number)
        return exchange

    def answered(self, exchange: Exchange, began: float, number: int = 0) -> None:
        """Record an exchange; as failed if the response is incomplete. ``number`` is the number of its round."""
        subject, name = _SUBJECTS.get(exchange.purpose, Subject.HTTP), name_of(exchange.attempt)
        if exchange.failure is not None:
            self.failed(subject, name, exchange.failure, began, exchange, number)
        else:
            self.done(subject, name, exchange, began, began + exchange.timing.seconds, number)

    def close(self, blocker: str, note: str = "") -> None:
        """Record each probe without an observation: as blocked by ``blocker``, or as spared if ``note`` says why."""
        seen = {one.probe for one in self.observations}
        now = self.now()
        for probe in PROBES:
            if probe not in seen and probe not in OPTIONAL:
                outcome = Outcome.SPARED if note else Outcome.BLOCKED
                self.note(Observation(Subject(probe), "", outcome, None, None, note or blocker, now, now))

    def one(self, kind: type[F], *subjects: Subject) -> F | None:
        """Return the facts of ``kind`` about the first of ``subjects`` that has them, or None."""
        return facts_of(self.observations, kind, *subjects)

    def failure(self, subject: Subject) -> Failure | None:
        """Return how the subject failed; None if it did not fail or was not tried."""
        return next((one.failure for one in self.observations if one.subject is subject), None)


_SUBJECTS = {
    Purpose.CHAT: Subject.CHAT,
    Purpose.STREAM: Subject.STREAM,
    Purpose.OTHER_HEADER_LIST: Subject.AUTH,
    Purpose.KEYLESS_LIST: Subject.AUTH,
}


def record_policy(recorder: Recorder, policy: KeyPolicy, exposed: str = "") -> None:
    """Record which forms of the key may be sent. ``exposed`` is the address to which others could read it."""
    # The decision takes no time. If it were dated now, the line of the door would seem to last until now.
    at = next((one.ended for one in recorder.observations if one.subject is Subject.DOOR), 0.0)
    recorder.done(Subject.KEY_POLICY, exposed, policy, at, at)


def name_of(attempt: Attempt) -> str:
    """Return an attempt's name in observations: ``given``, or what it changes: ``path+auth``."""
    return "given" if attempt.given else "+".join(attempt.changed) or "mended"


def host_of(attempt: Attempt) -> str:
    """Return the host of an attempt as it stands in its base URL, with the port if it has one."""
    return attempt.base_url.partition("://")[2].partition("/")[0]
