"""Hand-made exchanges, and a function that changes their fields."""

from __future__ import annotations

from typing import Any

from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Body, Exchange, Purpose, Response, SentRequest
from probes.model.record import replace

ATTEMPT = Attempt("openai", "https://relay.example/v1", Auth.BEARER, KeyForm.GIVEN)
URL = "https://relay.example/v1/chat/completions"
# A complete JSON response to a chat request.
ANSWERED = Exchange(
    SentRequest(Purpose.CHAT, ATTEMPT, "POST", URL, "/v1/chat/completions", True), Response(200, body=Body.JSON)
)


PARTS = ("response", "request", "reading", "timing", "redirection")  # `headers` are those of the response


def altered(exchange: Exchange, **values: Any) -> Exchange:
    """Return the exchange with each value set in the part that has a field of that name: ``status=500, seconds=2.0``."""
    for name, value in values.items():
        owner = next((part for part in PARTS if hasattr(getattr(exchange, part), name)), None)
        held = replace(getattr(exchange, owner), **{name: value}) if owner is not None else value
        exchange = replace(exchange, **{owner or name: held})
    return exchange
