"""Run a coroutine that the first Ctrl-C or SIGTERM cancels, so that a command can report what it has found."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from diagnose.interruption import CancelledBy, received

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``. Raises KeyboardInterrupt if a signal has cancelled it."""
    import asyncio

    async def cancellable() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        with CancelledBy(lambda: loop.call_soon_threadsafe(task.cancel)):
            return await work

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        if received():
            raise KeyboardInterrupt from None
        raise
