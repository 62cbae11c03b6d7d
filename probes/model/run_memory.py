"""Remember what functions return, but only while a run goes on.

The steps of a run ask the same of the same URL, key and file several times, and so do the runs of a fleet. Some of
these values hold a key. So each function remembers a bounded number of them, and all are forgotten when no run is left
or after a minute. A file that changes is read again then.
"""

from __future__ import annotations

import time
from _thread import allocate_lock  # `threading` takes longer to import than most commands have for this
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_forget: list[Callable[[], None]] = []
_lock = allocate_lock()
_runs = 0  # in this process, in all threads
_since = 0.0  # when everything was forgotten last, on the monotonic clock
LONGEST = 60.0  # seconds; a server may never be without a run


def remembered(size: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator for a function with hashable arguments, which keeps ``size`` results during runs.

    The results must not be changed. What the function raises is not kept.
    """

    def decorated(function: Callable[P, T]) -> Callable[P, T]:
        known = lru_cache(size)(function)
        _forget.append(known.cache_clear)

        @wraps(function)
        def called(*args: P.args, **named: P.kwargs) -> T:
            return known(*args, **named) if _runs else function(*args, **named)  # type: ignore[arg-type]

        return called

    return decorated


@contextmanager
def running() -> Iterator[None]:
    """Remember for the length of a run; runs may overlap and contain one another."""
    global _runs, _since
    with _lock:
        if time.monotonic() - _since > LONGEST:
            _forget_all()
        _runs += 1
    try:
        yield
    finally:
        with _lock:
            _runs -= 1
            if not _runs:
                _forget_all()


def _forget_all() -> None:
    global _since
    _since = time.monotonic()
    for forget in _forget:
        forget()
