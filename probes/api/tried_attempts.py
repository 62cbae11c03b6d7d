"""What a run has tried already: a way of asking, and a place that was knocked at, are not worth a second request."""

from __future__ import annotations

from probes.model.attempt import Attempt, Change


class TriedAttempts:
    """Remembers ways of asking, and the places of theirs: a place is asked at in more ways than one."""

    def __init__(self) -> None:
        self._pools: set[tuple[object, ...]] = set()
        self._places: set[tuple[object, ...]] = set()

    def add(self, attempt: Attempt) -> None:
        """The attempt is made: its way of asking, and thereby its place, are tried."""
        self._pools.add(_pool(attempt))
        self.add_place(attempt)

    def add_place(self, attempt: Attempt) -> None:
        """The attempt's place is knocked at, which spends no way of asking there."""
        self._places.add(_place(attempt))

    def has(self, attempt: Attempt) -> bool:
        return _pool(attempt) in self._pools

    def has_place(self, attempt: Attempt) -> bool:
        return _place(attempt) in self._places


def _pool(attempt: Attempt) -> tuple[object, ...]:
    where = (attempt.protocol, attempt.base_url, attempt.version, attempt.address)
    return (*where, attempt.auth, attempt.key, attempt.direct, attempt.model)


def _place(attempt: Attempt) -> tuple[object, ...]:
    return (attempt.protocol, attempt.base_url, attempt.version, attempt.address, Change.ENDPOINT in attempt.changed)
