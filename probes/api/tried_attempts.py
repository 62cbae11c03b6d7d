"""Remember which attempts a run has made and which paths it has checked, so that none is repeated."""

from __future__ import annotations

from probes.model.attempt import Attempt, Change


class TriedAttempts:
    """The attempts that were made and the paths that were checked. At one path, several attempts are possible."""

    def __init__(self) -> None:
        self._variants: set[tuple[object, ...]] = set()
        self._paths: set[tuple[object, ...]] = set()

    def add(self, attempt: Attempt) -> None:
        """Record that the attempt is made, and thereby its path tried."""
        self._variants.add(_variant(attempt))
        self.add_path(attempt)

    def add_path(self, attempt: Attempt) -> None:
        """Record that the attempt's path is checked; the attempt itself can still be made."""
        self._paths.add(_path(attempt))

    def has(self, attempt: Attempt) -> bool:
        """Check whether the attempt was made."""
        return _variant(attempt) in self._variants

    def has_path(self, attempt: Attempt) -> bool:
        """Check whether the attempt's path was checked or used."""
        return _path(attempt) in self._paths


def _variant(attempt: Attempt) -> tuple[object, ...]:
    where = (attempt.protocol, attempt.base_url, attempt.version, attempt.address)
    return (*where, attempt.auth, attempt.key, attempt.direct, attempt.model, attempt.without)


def _path(attempt: Attempt) -> tuple[object, ...]:
    return (attempt.protocol, attempt.base_url, attempt.version, attempt.address, Change.ENDPOINT in attempt.changed)
