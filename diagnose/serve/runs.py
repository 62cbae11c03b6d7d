"""The server's queue of runs: limited parallel runs, each with a deadline and cancelled if the client leaves."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from diagnose import __version__
from probes.model.evidence import Evidence
from probes.model.settings import NodeSettings, Settings, Sourced
from probes.model.source import SourceKind
from probes.network.network import Network
from probes.run.engine import run
from probes.steps.recorder import Watch
from probes.urls.addresses import is_public

T = TypeVar("T")

MakeNetwork: TypeAlias = Callable[[Callable[[str], bool] | None], Network]

WAITING = 500  # runs in the queue; each needs a connection and little else


class Busy(Exception):
    """The queue is full, or the time of a run ended while it was waiting."""


class AddressGuard:
    """A filter that allows connections to public addresses only, and remembers whether it refused one."""

    def __init__(self) -> None:
        self.refused = False

    def __call__(self, ip: str) -> bool:
        allowed = is_public(ip)
        self.refused |= not allowed
        return allowed


Roots: TypeAlias = dict[Sourced[str] | None, tuple[ssl.SSLContext, str]]


class TrustedNetwork(Network):
    """A network that shares this machine's trust store with others: loading it takes 20 ms and a megabyte."""

    def __init__(self, allowed: Callable[[str], bool] | None, roots: Roots) -> None:
        super().__init__(allowed)
        self._roots = roots

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        shareable = ca_bundle is None or ca_bundle.source.kind is SourceKind.ENVIRONMENT
        if on_node is not None or not shareable:  # CA bundles of one target, which may change on disk
            return super().trust(ca_bundle, on_node)
        if ca_bundle not in self._roots:
            self._roots[ca_bundle] = super().trust(ca_bundle)
        return self._roots[ca_bundle]


class RunQueue:
    """A queue with at most ``jobs`` parallel runs. ``network`` creates a run's network from its address filter."""

    def __init__(self, jobs: int, network: MakeNetwork | None = None) -> None:
        self.jobs = jobs
        self.running = 0
        self.waiting = 0
        self._network: MakeNetwork = network or partial(TrustedNetwork, roots={})
        self._slots = asyncio.Semaphore(jobs)
        self._tasks: set[asyncio.Task[Evidence]] = set()
        self._closed = False

    async def check(
        self,
        settings: Settings,
        watch: Watch | None = None,
        allowed: Callable[[str], bool] | None = None,
        patience: float | None = None,
    ) -> Evidence:
        """Run one check and return its evidence. Cancelling this call ends the run and its connections at once.

        ``patience`` is the limit in seconds, including the time in the queue. Raises Busy if the queue is full or
        ``patience`` ends there.
        """
        began = asyncio.get_running_loop().time()
        async with self._slot(patience):
            limits = settings.limits
            if patience is not None:
                left = max(0.1, began + patience - asyncio.get_running_loop().time())
                limits = replace(limits, run=min(limits.run, left), probe=min(limits.probe, left))
            work = run(
                replace(settings, limits=limits), network=self._network(allowed), watch=watch, version=__version__
            )
            # A separate task: a run catches its cancellation and returns the evidence so far, which would swallow ours.
            task = asyncio.create_task(work)
            self._tasks.add(task)
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                task.cancel()
                await asyncio.wait({task})
                raise
            finally:
                self._tasks.discard(task)

    @asynccontextmanager
    async def _slot(self, patience: float | None) -> AsyncIterator[None]:
        if self._closed or (self._slots.locked() and self.waiting >= WAITING):
            raise Busy
        self.waiting += 1
        try:
            async with asyncio.timeout(patience):
                await self._slots.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            if self._closed:
                raise Busy
            yield
        finally:
            self.running -= 1
            self._slots.release()

    def close(self) -> None:
        """End every run with the evidence so far, and refuse new ones."""
        self._closed = True
        for task in self._tasks:
            task.cancel()


@dataclass(slots=True)
class _SharedTask(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SharedWork(Generic[T]):
    """Single flight: concurrent callers with the same key share one task, which is cancelled when the last leaves."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _SharedTask[T]] = {}

    async def take(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of ``work``, or of the work that is already running for the same ``key``."""
        shared = self._running.get(key)
        if shared is None:
            shared = self._running[key] = _SharedTask(asyncio.create_task(work()))
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if shared.task.done() or not shared.waiting:
                shared.task.cancel()
                if self._running.get(key) is shared:
                    del self._running[key]
