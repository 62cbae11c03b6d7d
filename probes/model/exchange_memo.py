"""Remember what a pure function says of an exchange: the rules ask the same of the same few responses many times."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from probes.model.exchange import Exchange

T = TypeVar("T")

REMEMBERED = 64  # exchanges: more than most runs make, and few enough to hold for the life of a process


def once_an_exchange(read: Callable[[Exchange], T]) -> Callable[[Exchange], T]:
    """Return ``read`` with a memory for the latest exchanges, told apart by identity: comparing two takes as long."""
    known: dict[int, tuple[Exchange, T]] = {}

    @wraps(read)
    def remembered(found: Exchange) -> T:
        before = known.get(id(found))
        if before is not None and before[0] is found:  # an id is used again when its object has gone
            return before[1]
        result = read(found)
        if len(known) >= REMEMBERED:
            known.clear()
        known[id(found)] = found, result
        return result

    return remembered
