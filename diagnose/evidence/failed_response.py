"""What a failed response means, by the dialects of the providers and by the keys that it quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.answers.refusals import LIKELY, about_asked_model, about_one_model, in_foreign_words, read_refusal
from diagnose.evidence.echoed_key import quotes_other_key
from probes.model.attempt import KeyForm

if TYPE_CHECKING:
    from diagnose.answers.dialects import Match
    from probes.model.exchange import Exchange
    from probes.model.facts import DoorFacts

# Kinds of doors that pass requests on to others, with keys of their own.
_PASS_ON = ("relay", "gateway", "aggregator", "local")


def readings(
    failed: Exchange, door: DoorFacts | None, hint: str, alone: bool, listed: bool, day: str
) -> tuple[Match, ...]:
    """Return the readings of a failed response, best first. ``day`` is that of the run.

    ``listed``: the server gave its model list for the same key.
    ``hint`` is that of the user's key, empty if the key has a flaw or there is none. ``alone``: only the user's model
    was refused, and another one was answered.
    """
    found = about_asked_model(read_refusal(failed, door.match.id if door else None, day), failed)
    if alone:
        found = tuple(map(about_one_model, found))
    refused = bool(found) and found[0].code == "auth.rejected" and not found[0].values.get("own_words")
    if refused and listed and _passes_on(door) and in_foreign_words(failed):
        first = found[0]
        return (first._replace(code="auth.upstream", key_good=True, confidence=min(first.confidence, LIKELY)), *found)
    quoted = _relays_own_key(failed, door, hint) if refused else ""
    if not quoted:
        return found
    first = found[0]
    values = {**first.values, "other_key": quoted}
    return (first._replace(code="auth.upstream", key_good=True, values=values), *found)


def _relays_own_key(failed: Exchange, door: DoorFacts | None, hint: str) -> str:
    """Return the masked key that a relay's refusal quotes if it is not the user's; else an empty string.

    A provider itself has no other key to quote, so there a difference is a matter of its format.
    """
    if failed.attempt.key not in (KeyForm.GIVEN, KeyForm.CLEANED) or not hint:
        return ""
    if not _passes_on(door):
        return ""
    error = failed.reading.error
    return quotes_other_key(f"{error.message if error else ''}\n{failed.response.text}", hint)


def _passes_on(door: DoorFacts | None) -> bool:
    """Check whether the host may pass requests on to another one: it is no provider's own."""
    return door is not None and (door.match.id is None or door.host.local or door.match.kind in _PASS_ON)
