"""Tell whose refusal a response is: the API's own, that of a gateway's upstream, or one about a single model."""

from __future__ import annotations

import re

from diagnose.answers.dialects import IN_WORDS, Match, classify, classify_error, quote
from diagnose.answers.plain_refusals import READ, plain_refusal
from probes.api.response_checks import hosted
from probes.api.upstream_errors import upstream_of
from probes.model.attempt import Auth
from probes.model.exchange import ApiError, Exchange
from probes.model.shown_url import split_shown
from probes.protocols.protocol import wire, wires

LIKELY = 0.45  # confidence of what another explanation fits too
CLEAR = 0.88  # confidence from which the words of a refusal are about a key, and not only about access
UPSTREAM = 0.97  # confidence in the reading of an upstream's error that a gateway quotes
STATUS_ALONE = 0.6  # the same if the gateway quotes no words, only the status
# What words mean that say less than those about the model itself.
_VAGUE = ("auth.not_permitted", "quota.overloaded", "http.gateway_error", "http.server_error")
# Credentials that no request with a bearer token carries: Anthropic's and Google's headers, Azure's and AWS' names.
_OTHER_CREDENTIAL = (
    r"(?i)\bx-(?:goog-)?api-key\b|\bsubscription key\b|security token included in the request|\baws credentials\b"
)
_SHORTEST = 3  # characters of a model's name that is looked for in a refusal
# What an upstream's status means if its words are not known.
_BEHIND = {
    401: "auth.upstream",
    403: "auth.upstream",
    402: "quota.exhausted",
    404: "path",
    405: "path",
    429: "quota.rate_limited",
}


def read_refusal(exchange: Exchange, door: str | None = None, day: str = "") -> tuple[Match, ...]:
    """Return what the response of an exchange says is wrong and on whose side, best match first.

    As :func:`~diagnose.answers.dialects.classify`, but an upstream's error in a gateway's answer is told apart.
    """
    match = _hosted_model(exchange)
    return (match,) if match is not None else _from_upstream(exchange, classify(exchange, door, day))


def about_one_model(match: Match) -> Match:
    """Return the meaning of a refusal for a run in which another model was answered with the same key.

    Clear words about a key are then most likely about the one that the server uses for this model, and others about the
    model. It is not certain: some servers check the key for some of their models only.
    """
    if not match.code.startswith("auth."):
        return match
    if match.code in ("auth.rejected", "auth.expired", "auth.upstream") and match.confidence >= CLEAR:
        if match.code == "auth.upstream":
            return match
        values = {**match.values, "case": "alone"}
        return match._replace(code="auth.upstream", confidence=LIKELY, key_good=None, values=values)
    if match.code == "auth.ip_not_allowed":
        return match
    return match._replace(code="model.not_permitted", key_good=None, values={**match.values, "case": "alone"})


def about_asked_model(found: tuple[Match, ...], failed: Exchange) -> tuple[Match, ...]:
    """Return the readings of a refusal, and what it says of the model by the name that was asked for.

    Plain words about access, or none that a row knows, mean the model if they are said of its very name:
    ``您无权访问glm-4v`` and ``No healthy endpoints found for llama-3-8b``.
    """
    first, error, name = found[0] if found else None, failed.reading.error, failed.attempt.model or ""
    plain = first is None or first.code in _VAGUE or first.dialect.startswith(("words", "status-"))
    if not plain or error is None or len(name) < _SHORTEST or name not in error.message[:READ]:
        return found
    told = plain_refusal(error.message[:READ].replace(name, " model "))
    if told is None or not told.code.startswith("model.") or (first is not None and first.code == told.code):
        return found
    match = Match(told.code, IN_WORDS, quote(error.message), "words", True)
    return (match, *(one for one in found if one.code != told.code))


def in_foreign_words(failed: Exchange) -> bool:
    """Check whether a refusal is worded for another protocol than the one that was asked in.

    It names a header in which the key did not go, or has the form of another protocol's errors. A gateway that takes
    the key speaks so if its own key at such a provider is refused.
    """
    error, spoken = failed.reading.error, wire(failed.attempt.protocol)
    if error is None:
        return False
    foreign = {one.error_shape for one in wires() if one.error_shape} - {spoken.error_shape}
    if error.shape in foreign and not spoken.own_errors:
        return True
    named = re.search(_OTHER_CREDENTIAL, error.message[:READ]) is not None
    return named and failed.attempt.auth in (Auth.BEARER, Auth.QUERY)


def _hosted_model(exchange: Exchange) -> Match | None:
    """Return the match for a model in Ollama's cloud that a local Ollama may not use because it is not signed in."""
    local = split_shown(exchange.request.url).hostname not in ("ollama.com", "www.ollama.com")
    error = exchange.reading.error
    if exchange.status != 401 or not local or error is None or not hosted(exchange.attempt.model or ""):
        return None
    if not re.fullmatch(r"(?i)\W{0,3}unauthori[sz]ed\W{0,3}", error.message):
        return None
    why = quote(f"{exchange.attempt.model}: HTTP 401 {error.message}")
    return Match("model.not_permitted", UPSTREAM, why, "model-hosted", None, {"case": "signin"})


def _from_upstream(exchange: Exchange, matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return ``matches``, read again if a gateway passes on its upstream's own error: the fault is then on its side.

    A refused key is the gateway's own, used-up credit is that of its account, and an unknown path is in its settings.
    """
    quoted = upstream_of(exchange)
    if quoted is None:
        return matches
    inner = classify_error(quoted.status, ApiError(), quoted.text) if quoted.text else ()
    code = inner[0].code if inner else _BEHIND.get(quoted.status, "http.gateway_error")
    why = quote(inner[0].why if inner else quoted.text or f"HTTP {quoted.status}")
    sure = UPSTREAM if inner else STATUS_ALONE
    values = {**(inner[0].values if inner else {}), **({"upstream": quoted.name} if quoted.name else {})}
    if code.startswith("auth.") or code == "key.wrong_kind":
        found = Match("auth.upstream", sure, why, "upstream-quoted", True, values)
    elif code in ("path", "shape.wrong_protocol"):
        found = Match("http.gateway_error", sure, why, "upstream-path", None, values | {"case": "upstream_path"})
    elif code in ("quota.exhausted", "quota.rate_limited"):
        found = Match(code, sure, why, "upstream-quota", True, values | {"case": "upstream"})
    else:
        if code in ("model.not_found", "model.not_permitted") and "case" not in values:
            values["case"] = "upstream"
        found = Match(code, sure, why, "upstream-quoted", inner[0].key_good if inner else None, values)
    others = (one for one in matches if one.code != found.code and not one.code.startswith(("auth.", "quota.", "path")))
    return (found, *others)
