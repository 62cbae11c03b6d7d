"""Single flight: concurrent callers with the same key share one execution of their work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class SingleFlight:
    """A cache of results, by key, that also shares work that is still running."""

    def __init__(self) -> None:
        self._done: dict[Hashable, asyncio.Future[tuple[object] | None]] = {}

    async def take(
        self, piece: Hashable, work: Callable[[], Awaitable[T]], keep: Callable[[T], bool]
    ) -> tuple[T, bool]:
        """Return the result of ``work`` for the key ``piece``, and whether this call ran it.

        A result is shared if ``keep`` returns True for it. Otherwise, and if ``work`` raises, each waiting caller runs
        its own. Raises what ``work`` raises.
        """
        running = self._done.get(piece)
        if running is not None:
            outcome = await asyncio.shield(running)
            return (await work(), True) if outcome is None else (cast(T, outcome[0]), False)
        future = self._done[piece] = asyncio.get_running_loop().create_future()
        shared: tuple[object] | None = None
        try:
            result = await work()
            if keep(result):
                shared = (result,)
            return result, True
        finally:
            if shared is None:
                del self._done[piece]
            future.set_result(shared)
