"""What a failed response means, by the dialects of the providers and by the keys that it quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.answers.refusals import about_one_model, read_refusal
from diagnose.evidence.echoed_key import quotes_other_key
from probes.model.attempt import KeyForm

if TYPE_CHECKING:
    from diagnose.answers.dialects import Match
    from probes.model.exchange import Exchange
    from probes.model.facts import DoorFacts

# Kinds of doors that pass requests on to others, with keys of their own.
_PASS_ON = ("relay", "gateway", "aggregator", "local")


def readings(failed: Exchange, door: DoorFacts | None, hint: str, alone: bool, day: str) -> tuple[Match, ...]:
    """Return the readings of a failed response, best first. ``day`` is that of the run.

    ``hint`` is that of the user's key, empty if the key has a flaw or there is none. ``alone``: only the user's model
    was refused, and another one was answered.
    """
    found = read_refusal(failed, door.match.id if door else None, day)
    if alone:
        found = tuple(map(about_one_model, found))
    refused = bool(found) and found[0].code == "auth.rejected" and not found[0].values.get("own_words")
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
    if door is None or not (door.match.id is None or door.host.local or door.match.kind in _PASS_ON):
        return ""
    error = failed.reading.error
    return quotes_other_key(f"{error.message if error else ''}\n{failed.response.text}", hint)
