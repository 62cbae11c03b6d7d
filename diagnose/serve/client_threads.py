"""Threads beside the server's event loop, so that nothing slow runs on it.

A client's checks run on an event loop of the client's own: a server that keeps a check busy delays the checks of that
client alone, and distorts no other's times. Short pieces of work, such as reading a form, judging and rendering, run in
a limited number of threads. All of them are daemon threads: the server can end while one is still at work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, ParamSpec, TypeVar

from diagnose.serve.shares import FairSlots

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """Threads for short work. One client has at most ``share`` of them; ``queue`` calls may wait."""

    def __init__(self, threads: int, queue: int, share: int) -> None:
        self._slots = FairSlots(threads, queue, share)
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = 0

    async def call(self, client: str, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what ``work`` returns or raises, called in a thread. Raises Busy if too much of this client waits.

        A thread cannot be interrupted: if this call is cancelled, the client's share stays taken until the work ends.
        """
        slot = await self._slots.acquire(client)
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        result.add_done_callback(_mark_seen)
        result.add_done_callback(lambda _: self._slots.release(slot))
        if self._threads < self._slots.running:  # to start a thread takes milliseconds, so they are kept
            self._threads += 1
            threading.Thread(target=_serve, args=(self._work,), name="work", daemon=True).start()
        self._work.put(partial(_do, result, partial(work, *args, **named)))
        await asyncio.wait({result})
        return result.result()

    def close(self) -> None:
        """End the threads, each after its present work."""
        for _ in range(self._threads):
            self._work.put(None)
        self._threads = 0


def _serve(queue: SimpleQueue[Callable[[], None] | None]) -> None:
    while (work := queue.get()) is not None:
        work()
        del work  # while it waits, the thread keeps no form and no key


def _do(result: asyncio.Future[T], work: Callable[[], T]) -> None:
    try:
        found = work()
    except Exception as error:
        tell(result.get_loop(), _fail, result, error)
    else:
        tell(result.get_loop(), _succeed, result, found)


def _mark_seen(future: asyncio.Future[Any]) -> None:
    """Retrieve an exception that perhaps nobody waits for any more, so that asyncio does not log it."""
    if not future.cancelled():
        future.exception()


def tell(loop: asyncio.AbstractEventLoop, *message: Any) -> None:
    """Call a function with its arguments on another thread's event loop, unless that loop is closed."""
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(*message)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


class RemoteTask(Generic[T]):
    """A task on another thread's event loop. ``ended`` is a future of the loop that made it.

    ``ended`` has the task's result or exception, and CancelledError if the task was cancelled before it began.
    """

    def __init__(self, there: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._here, self._there = asyncio.get_running_loop(), there
        self.ended: asyncio.Future[T] = self._here.create_future()
        self.ended.add_done_callback(_mark_seen)
        self._task: asyncio.Task[T] | None = None
        there.call_soon_threadsafe(self._start, work)

    def cancel(self) -> None:
        """Cancel the task. It may still return a result, as a check does, which returns what it has seen so far."""
        tell(self._there, self._cancel)

    def _start(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._task = self._there.create_task(work())
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            tell(self._here, self.ended.cancel)
        elif (error := task.exception()) is not None:
            tell(self._here, _fail, self.ended, error)
        else:
            tell(self._here, _succeed, self.ended, task.result())


@dataclass(slots=True)
class _LoopThread:
    """An event loop in a thread, which runs until :meth:`stop`."""

    loop: asyncio.AbstractEventLoop
    tasks: int = 0

    def start(self, runner: asyncio.Runner) -> None:
        threading.Thread(target=self._serve, args=(runner,), name="checks", daemon=True).start()

    def _serve(self, runner: asyncio.Runner) -> None:
        with runner:  # which cancels what is left, and closes the loop
            self.loop.run_forever()

    def stop(self) -> None:
        tell(self.loop, self.loop.stop)


class ClientLoops:
    """An event loop in a thread of its own for each client that has checks under way."""

    def __init__(self) -> None:
        self._threads: dict[str, _LoopThread] = {}

    def start(self, client: str, work: Callable[[], Coroutine[Any, Any, T]]) -> RemoteTask[T]:
        """Start ``work`` on the client's event loop, which ends with the client's last task."""
        thread = self._threads.get(client)
        if thread is None:
            runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
            thread = self._threads[client] = _LoopThread(runner.get_loop())
            thread.start(runner)
        thread.tasks += 1
        task = RemoteTask(thread.loop, work)
        task.ended.add_done_callback(lambda _: self._leave(client, thread))
        return task

    def _leave(self, client: str, thread: _LoopThread) -> None:
        thread.tasks -= 1
        if not thread.tasks:
            del self._threads[client]
            thread.stop()
