"""What a failed response means, by the dialects of the providers and by the keys that it quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.answers.dialects import Match
from diagnose.answers.refusals import LIKELY, about_asked_model, about_one_model, in_foreign_words, read_refusal
from diagnose.evidence.echoed_key import quotes_other_key
from probes.model.attempt import KeyForm

if TYPE_CHECKING:
    from probes.model.exchange import Exchange
    from probes.model.facts import DoorFacts

# Kinds of doors that pass requests on to others, with keys of their own.
_OF_KEYS = ("auth.rejected", "auth.expired", "key.wrong_kind", "key.wrong_audience")
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
    about_key = bool(found) and found[0].code in _OF_KEYS and not found[0].values.get("own_words")
    if about_key and listed and _passes_on(door) and in_foreign_words(failed):
        # The server took the user's key for its list, and passes on how its provider refuses another one.
        first = Match("auth.upstream", min(found[0].confidence, LIKELY), found[0].why, found[0].dialect, True)
        return (first, *(one for one in found if one.code not in _OF_KEYS))
    refused = about_key and found[0].code == "auth.rejected"
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
