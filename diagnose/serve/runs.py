"""The server's queue of runs: limited parallel runs, each with a deadline and cancelled if the client leaves."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from diagnose import __version__
from diagnose.serve.client_threads import ClientLoops, RemoteTask, tell
from diagnose.serve.shares import Busy, FairSlots
from probes.model.evidence import Evidence
from probes.model.record import replace
from probes.model.settings import NodeSettings, Settings, Sourced
from probes.model.source import SourceKind
from probes.network.network import Network
from probes.run.engine import run
from probes.steps.recorder import Watch
from probes.urls.addresses import is_public

T = TypeVar("T")

MakeNetwork: TypeAlias = Callable[[Callable[[str], bool] | None], Network]

WAITING = 500  # runs in the queue; each needs a connection and little else


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
    """A queue with at most ``jobs`` parallel runs, which clients share fairly; each client's runs have a thread.

    ``network`` creates a run's network from its address filter.
    """

    def __init__(self, jobs: int, network: MakeNetwork | None = None) -> None:
        self.jobs = jobs
        self._network: MakeNetwork = network or partial(TrustedNetwork, roots={})
        self._slots = FairSlots(jobs, WAITING)
        self._loops = ClientLoops()
        self._tasks: set[RemoteTask[Evidence]] = set()
        self._closed = False

    @property
    def running(self) -> int:
        """The number of runs under way."""
        return self._slots.running

    @property
    def waiting(self) -> int:
        """The number of runs in the queue."""
        return self._slots.waiting

    def has_room(self, client: str) -> bool:
        """Check whether the next run of a client would begin at once."""
        return self._slots.has_room(client)

    async def check(
        self,
        settings: Settings,
        watch: Watch | None = None,
        allowed: Callable[[str], bool] | None = None,
        patience: float | None = None,
        client: str = "",
    ) -> Evidence:
        """Run one check and return its evidence. Cancelling this call ends the run and its connections at once.

        ``patience`` is the limit in seconds, including the time in the queue. The evidence is ``interrupted`` if others
        needed the slot more, or the queue was closed. Raises Busy if the queue is full or ``patience`` ends there.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with self._slots.take(client, patience) as slot:
            if self._closed:
                raise Busy
            limits = settings.limits
            if patience is not None:
                left = max(0.1, began + patience - loop.time())
                limits = replace(limits, run=min(limits.run, left), probe=min(limits.probe, left))
            given, network = replace(settings, limits=limits), self._network(allowed)
            here: Watch | None = partial(tell, loop, watch) if watch is not None else None
            task = self._loops.start(client, lambda: run(given, network=network, watch=here, version=__version__))
            slot.give_back = task.cancel
            self._tasks.add(task)
            try:
                await asyncio.wait({task.ended})
            except asyncio.CancelledError:
                task.cancel()
                await asyncio.wait({task.ended})
                raise
            finally:
                self._tasks.discard(task)
            if task.ended.cancelled():  # the queue was closed before the run began
                raise Busy
            return task.ended.result()

    def close(self) -> None:
        """End every run with the evidence so far, and refuse new ones."""
        self._closed = True
        self._slots.close()
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
