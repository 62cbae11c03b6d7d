"""Run checks for agents: a few at once, so many a minute, each with a deadline, and cancelled with the call."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from diagnose import __version__
from probes.model.evidence import Evidence
from probes.model.settings import BadInput, Settings
from probes.network.network import Network
from probes.run.engine import run
from probes.steps.recorder import Watch

T = TypeVar("T")

WAITING = 16  # calls that wait for a slot; one agent that works has two or three
ENDING = 5.0  # seconds for a cancelled check to close its connections
MINUTE = 60.0


class CheckRunner:
    """The slots of one server. ``jobs`` checks run at once, and ``rate`` begin in a minute.

    An agent in a loop cannot flood a provider or spend without end: beyond the limits a call is refused at once.
    """

    def __init__(self, jobs: int, rate: int, clock: Callable[[], float] | None = None) -> None:
        self._slots = asyncio.Semaphore(jobs)
        self._jobs, self._rate = jobs, rate
        self._clock = clock
        self._began: deque[float] = deque()
        self._present = 0

    async def check(self, settings: Settings, network: Network | None = None, watch: Watch | None = None) -> Evidence:
        """Run one check and return its evidence. Raises BadInput beyond the limits."""
        async with self._slot():
            return await ended_with_caller(run(settings, network=network, watch=watch, version=__version__))

    async def work(self, made: Callable[[], Coroutine[Any, Any, T]], checks: int = 1) -> T:
        """Run other work that counts as so many ``checks``; it takes one slot. Raises BadInput beyond the limits."""
        async with self._slot(checks):
            return await ended_with_caller(made())

    @asynccontextmanager
    async def _slot(self, checks: int = 1) -> AsyncIterator[None]:
        now = self._clock() if self._clock is not None else asyncio.get_running_loop().time()
        while self._began and self._began[0] <= now - MINUTE:
            self._began.popleft()
        if len(self._began) + checks > self._rate:
            raise BadInput("More than {count} checks in a minute. Try again in a minute.", count=self._rate)
        if self._present >= self._jobs + WAITING:
            raise BadInput("Too many checks at once. Wait for one to end.")
        self._began.extend([now] * checks)
        self._present += 1
        try:
            async with self._slots:
                yield
        finally:
            self._present -= 1


async def ended_with_caller(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` in a task of its own. If the caller is cancelled, so is the task, and its connections are closed.

    A check ends a cancellation by returning what it has seen, which must not keep the cancelled call alive.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        from anyio import CancelScope, move_on_after  # the scope of the call is cancelled, and with it every await

        with CancelScope(shield=True), move_on_after(ENDING):
            await asyncio.wait({task})
        raise
