"""What a call of an agent needs the user's permission for, and what the user has permitted.

An agent reads what others have written (web pages, issues, a repository's files), so its calls may be those of whoever
wrote that. It never gives a permission: the user does, on the server's command line (``--allow``) or in a question that
the client shows. Nothing on the command line sends a secret to a place that only the agent or a folder's file names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from probes.model.named_tuple import NamedTuple

MOST_REFUSALS = 2  # of the same thing, after which it is not asked again until the server ends


class Permission(StrEnum):
    """What `--allow` can permit for every call.

    CONNECT: connect to public hosts that neither the user's settings nor the list of providers names. PRIVATE: connect
    to this machine and to private networks for the agent. SEND: send a key where the user's own settings send it.
    SPEND: make requests that a provider bills.
    """

    CONNECT = "connect"
    PRIVATE = "private"
    SEND = "send"
    SPEND = "spend"


class PermissionRequest(NamedTuple):
    """One thing that a call would do and that needs the user's permission.

    ``kind`` is the key of its words. ``permission`` is the one of `--allow` that covers it; None if only an answer to
    the question does. ``subject`` identifies it, so that an answer can count until the server ends. ``question`` is the
    line that the user reads.
    """

    kind: str
    permission: Permission | None
    subject: str
    question: str


class Permissions:
    """The permissions of one server: those of the command line, and those of the user's answers until it ends."""

    def __init__(self, allowed: Iterable[Permission] = ()) -> None:
        self._allowed = frozenset(allowed)
        self._answered: set[tuple[str, str]] = set()
        self._refusals: Counter[tuple[str, str]] = Counter()

    def missing(self, wishes: Iterable[PermissionRequest]) -> tuple[PermissionRequest, ...]:
        """Return the wishes that nothing permits yet."""
        return tuple(
            one
            for one in wishes
            if one.permission not in self._allowed and (one.kind, one.subject) not in self._answered
        )

    def may_ask(self, wishes: Iterable[PermissionRequest]) -> bool:
        """Check whether the user may be asked: who has said no :data:`MOST_REFUSALS` times is not worn down."""
        return all(self._refusals[one.kind, one.subject] < MOST_REFUSALS for one in wishes)

    def refuse(self, wishes: Iterable[PermissionRequest]) -> None:
        """Count that the user has said no."""
        self._refusals.update((one.kind, one.subject) for one in wishes)

    def remember(self, wishes: Iterable[PermissionRequest]) -> None:
        """Permit the same things, for the same subjects, until the server ends."""
        self._answered |= {(one.kind, one.subject) for one in wishes}
