"""What the first rounds of a run show about a plain-HTTP proxy in front of a private host. Pure.

The key goes to no proxy in the clear. So the first round asks through the proxy without it, and the second one repeats
the requests directly, with the key.
"""

from __future__ import annotations

from probes.api.attempt_round import AttemptRound
from probes.model.attempt import Change
from probes.model.exchange import Exchange

_API_REFUSALS = (400, 401, 403, 404, 405, 422)


def around_proxy(rounds: tuple[AttemptRound, ...]) -> AttemptRound | None:
    """Return the round that repeats the first one directly, and in the same way otherwise; None if there is none."""
    if len(rounds) < 2 or Change.PROXY not in rounds[1].attempt.changed:
        return None
    first, repeated = rounds[0].attempt, rounds[1].attempt
    same = (first.protocol, first.base_url) == (repeated.protocol, repeated.base_url)
    return rounds[1] if same else None


def carried(rounds: tuple[AttemptRound, ...]) -> bool:
    """Check whether the proxy carried the requests of the first round on, and the host answered them itself.

    That is so if the direct requests brought the same response, or if the response is an API's own: an error of its
    protocol or a model list. What a proxy itself says is a page or a text.
    """
    through = rounds[0] if rounds else None
    if through is None or through.told is None or not through.told.request.via_proxy:
        return False
    around = around_proxy(rounds)
    if around is not None and around.told is not None and _alike(through.told, around.told):
        return True
    told = through.told
    own = told.reading.error is not None and told.status in _API_REFUSALS
    return own or (through.listing is not None and through.listing.reading.models is not None)


def _alike(one: Exchange, other: Exchange) -> bool:
    """Check whether two responses come from the same server, as far as status and body tell."""
    if one.status != other.status or not one.status or one.status in (407, 502, 503, 504):
        return False
    return one.response.body is other.response.body and one.response.text[:200] == other.response.text[:200]
