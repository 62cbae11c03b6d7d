"""Run a coroutine that the first Ctrl-C or SIGTERM cancels, so that a command can report what it has found."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from diagnose.interruption import CancelledBy, received

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``. Raises KeyboardInterrupt if a signal has cancelled it."""
    import asyncio

    async def cancellable() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        loop.set_exception_handler(_forgotten)
        with CancelledBy(lambda: loop.call_soon_threadsafe(task.cancel)):
            return await work

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        if received():
            raise KeyboardInterrupt from None
        raise


def _forgotten(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Print an exception that nobody awaits only where somebody looks for a bug; asyncio would log it with its values.

    No result depends on it: a connection that failed while it was closed, for example.
    """
    import os

    from diagnose.cli.error_messages import DEBUG, broken

    error = context.get("exception")
    if os.environ.get(DEBUG) and isinstance(error, Exception):
        broken(error, ())
