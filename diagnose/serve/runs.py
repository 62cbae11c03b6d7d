"""The runs of the server: so many at once, a line for the rest, each with its own deadline, and none that nobody waits
for.
"""

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

WAITING = 500  # runs that stand in line; each holds a connection and little else


class Busy(Exception):
    """So many runs are under way and in line that another one would only wait in vain."""


class AddressGuard:
    """Lets connections to public addresses through, and remembers whether one was refused."""

    def __init__(self) -> None:
        self.refused = False

    def __call__(self, ip: str) -> bool:
        allowed = is_public(ip)
        self.refused |= not allowed
        return allowed


Roots: TypeAlias = dict[Sourced[str] | None, tuple[ssl.SSLContext, str]]


class TrustedNetwork(Network):
    """A network that shares this machine's own list of roots with others: reading it takes 20 ms and a megabyte."""

    def __init__(self, allowed: Callable[[str], bool] | None, roots: Roots) -> None:
        super().__init__(allowed)
        self._roots = roots

    def trust(self, ca_bundle: Sourced[str] | None, on_node: NodeSettings | None = None) -> tuple[ssl.SSLContext, str]:
        own = ca_bundle is None or ca_bundle.source.kind is SourceKind.ENVIRONMENT
        if on_node is not None or not own:  # files of one target, which may be renewed
            return super().trust(ca_bundle, on_node)
        if ca_bundle not in self._roots:
            self._roots[ca_bundle] = super().trust(ca_bundle)
        return self._roots[ca_bundle]


class RunQueue:
    """At most ``jobs`` runs at once. ``network`` makes the network of a run from what it may dial."""

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
        """One run. A cancellation ends it at once, its connections too.

        ``patience`` are the seconds for all of it, the time in line among them. Raises Busy where the line is full or
        the patience ends in it.
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
            # A task of its own: a run answers its cancellation with the evidence so far, and so takes it for itself.
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
        """End every run with what it has seen, and begin none."""
        self._closed = True
        for task in self._tasks:
            task.cancel()


@dataclass(slots=True)
class _SharedTask(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SharedWork(Generic[T]):
    """The same work, asked for by several at once, is done once; it ends when the last of them has gone."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _SharedTask[T]] = {}

    async def take(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What ``work`` returns, or what the work under way for the same ``key`` does."""
        shared = self._under_way.get(key)
        if shared is None:
            shared = self._under_way[key] = _SharedTask(asyncio.create_task(work()))
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if shared.task.done() or not shared.waiting:
                shared.task.cancel()
                if self._under_way.get(key) is shared:
                    del self._under_way[key]
