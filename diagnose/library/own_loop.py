"""Run a coroutine on an event loop of its own, in a thread, for callers whose own loop is running."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


def run_in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``. An interruption of the waiting thread (Ctrl-C) cancels it and is raised again."""
    ended: list[T] = []
    failed: list[BaseException] = []
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def known() -> T:
        task = asyncio.current_task()
        assert task is not None
        running.append((asyncio.get_running_loop(), task))
        return await work

    def run() -> None:
        try:
            ended.append(asyncio.run(known()))
        except BaseException as error:  # it is raised where the result is waited for
            failed.append(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), name="llmdoctor", daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        for loop, task in running:
            loop.call_soon_threadsafe(task.cancel)
        raise
    if failed:
        raise failed[0]
    return ended[0]
