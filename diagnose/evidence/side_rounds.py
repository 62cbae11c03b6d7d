"""Rounds that do not ask the user's own question: about another model, or in another protocol after a refused key."""

from __future__ import annotations

from probes.api.attempt_round import AttemptRound
from probes.api.response_checks import passes, refuses_key
from probes.model.attempt import Attempt, Change
from probes.model.exchange import Exchange


def beside(attempt_round: AttemptRound, first: AttemptRound | None) -> bool:
    """Check whether a round that did not work says nothing about the question of the ``first`` round.

    Its path leads nowhere, it asked for another model, or in another protocol only because the key was refused.
    """
    changed = attempt_round.attempt.changed
    refused = first is not None and first.told is not None and refuses_key(first.told) and not first.lost
    other_model = bool({Change.MODEL, Change.OTHER_MODEL} & set(changed))
    return attempt_round.lost or other_model or (refused and Change.PROTOCOL in changed)


def refused_alone(rounds: tuple[AttemptRound, ...], working: Attempt | None) -> Exchange | None:
    """Return the refusal of the user's model if another model was answered with the same settings, else None."""
    if working is None or Change.OTHER_MODEL not in working.changed:
        return None
    chats = (one.chat for one in rounds if Change.OTHER_MODEL not in one.attempt.changed)
    return next((chat for chat in chats if chat is not None and not passes(chat)), None)
