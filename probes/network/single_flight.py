"""Work that many want and one does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class SingleFlight:
    """Work of which each piece is done for all who want it, also for those who come while it is under way."""

    def __init__(self) -> None:
        self._done: dict[Hashable, asyncio.Future[tuple[object] | None]] = {}

    async def take(
        self, piece: Hashable, work: Callable[[], Awaitable[T]], keep: Callable[[T], bool]
    ) -> tuple[T, bool]:
        """What ``work`` gave, and whether it was done for this caller. Raises what ``work`` raises.

        Where it raised, or ``keep`` refuses what came of it, it is nobody else's: all who waited do it themselves.
        """
        under_way = self._done.get(piece)
        if under_way is not None:
            found = await asyncio.shield(under_way)
            return (await work(), True) if found is None else (cast(T, found[0]), False)
        mine = self._done[piece] = asyncio.get_running_loop().create_future()
        shared: tuple[object] | None = None
        try:
            result = await work()
            if keep(result):
                shared = (result,)
            return result, True
        finally:
            if shared is None:
                del self._done[piece]
            mine.set_result(shared)
