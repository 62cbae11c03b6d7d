"""Run blocking work in a thread that ends with the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], name: str) -> T:
    """Return the result of ``work``, or raise its exception. ``name`` is that of the thread.

    Python waits for the threads of a pool when it exits (``asyncio.to_thread``), long after the deadline: a name server
    or a token service that never ends its answer would keep the program alive. A daemon thread is left behind.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: list[T], error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result[0])

    def run() -> None:
        result: list[T] = []
        error: Exception | None = None
        try:
            result.append(work())
        except Exception as problem:
            error = problem
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future
