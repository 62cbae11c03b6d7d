"""Decide what one round of requests consists of, and describe a request before it is sent. Pure."""

from __future__ import annotations

from probes.api import candidates
from probes.api.context import ApiContext
from probes.api.model_choice import early
from probes.api.sent_headers import sent_with
from probes.model.attempt import Attempt, Change, KeyForm
from probes.model.exchange import Purpose
from probes.model.facts import Withheld
from probes.model.planned_request import MODEL, PROMPT_TOKENS, PlannedRequest
from probes.model.record import replace
from probes.model.source import SourceKind
from probes.protocols.protocol import ALLOWANCE, KEY_HEADERS, ApiRequest, auth_headers, wire
from probes.urls.app_base_urls import path_as_sent
from probes.urls.url import parse_url


def planned(
    purpose: str, attempt: Attempt, ask: ApiRequest, tokens: int = 0, *, after_list: bool = False
) -> PlannedRequest:
    """Describe one request as the API client will send it. Its URL is not scrubbed."""
    keyless = attempt.key is KeyForm.NONE
    return PlannedRequest(
        purpose=purpose,
        method=ask.method,
        url=parse_url(attempt.base_url).origin + path_as_sent(attempt, ask),
        with_key=attempt.holds_key,
        tokens=tokens,
        attempt=attempt,
        headers=tuple(name for name, _ in (*ask.headers, *(() if keyless else auth_headers(attempt.auth, "-")))),
        after_list=after_list,
    )


def with_extra_headers(request: PlannedRequest, context: ApiContext) -> PlannedRequest:
    """Return the planned request with the settings' extra headers that it carries."""
    extra = sent_with(request.attempt, request.purpose, context.settings.headers, context.policy)
    if not extra:
        return request
    own = {name.lower() for name, _ in auth_headers(request.attempt.auth, "-")}
    replaced = any(one.name.lower() in own for one in extra)
    names = tuple(one.name for one in extra)
    kept = tuple(name for name in request.headers if name.lower() not in {one.lower() for one in names})
    return replace(request, headers=kept + names, extra=names, with_key=request.with_key and not replaced)


def round_requests(attempt: Attempt, context: ApiContext, *, looks: bool) -> tuple[PlannedRequest, ...]:
    """List the requests of one round, which are sent concurrently for one attempt.

    If no model is known, the generations are sent as soon as the model list has named one. ``looks`` adds path checks
    for other protocols.
    """
    keys, protocol, found = context.keys(attempt), wire(attempt.protocol), []
    if not {Change.MODEL, Change.OTHER_MODEL} & set(attempt.changed):
        found.append(planned(Purpose.MODELS, attempt, protocol.models(attempt)))
    if generates(attempt, context):
        model = attempt.model or early(context.settings)
        named = replace(attempt, model=model or MODEL)
        for purpose in (Purpose.CHAT, Purpose.STREAM):
            ask = protocol.generation(named, named.model or "", stream=purpose is Purpose.STREAM, adapted=())
            found.append(planned(purpose, named, ask, ALLOWANCE + PROMPT_TOKENS, after_list=model is None))
    else:
        keyless = replace(attempt, key=KeyForm.NONE)
        found.append(planned(Purpose.PATH, keyless, protocol.path_check(keyless)))
        if attempt.key in keys:
            # A list that is served without a key proves nothing about the key.
            found.append(planned(Purpose.KEYLESS_LIST, keyless, protocol.models(keyless)))
    if _compares_headers(attempt, context):
        style = next(one for one in wire(attempt.protocol).styles if one is not attempt.auth)
        other = candidates.styled(attempt, style)
        found.append(planned(Purpose.OTHER_HEADER_LIST, other, protocol.models(other)))
    if looks:
        target = parse_url(attempt.base_url)
        for look in candidates.looks(attempt, target, context.facts.host.local):
            there = replace(look, direct=attempt.direct)
            found.append(planned(Purpose.PATH, there, wire(there.protocol).path_check(there)))
    return tuple(with_extra_headers(one, context) for one in found)


def generates(attempt: Attempt, context: ApiContext) -> bool:
    """Return whether this attempt requests a generation: with a key, or without one at a local server.

    While a secret of the user is withheld from a folder's file, nothing is generated: without the key the answer would
    prove nothing about the settings. A server with a local name but a public address, from which the key is withheld,
    is not local.
    """
    keys, withheld = context.keys(attempt), context.policy.withheld
    if withheld is Withheld.PROJECT:
        return False
    local = context.facts.host.local and withheld is not Withheld.PLAINTEXT
    keyed = attempt.key in keys or (attempt.key is KeyForm.NONE and _credential(attempt, context))
    return not context.settings.no_spend and (keyed or (local and not keys - {KeyForm.CONFLICTING}))


def _credential(attempt: Attempt, context: ApiContext) -> bool:
    """Check whether an extra header carries a credential where no key is given (``--header 'Authorization: …'``)."""
    sent = sent_with(attempt, Purpose.CHAT, context.settings.headers, context.policy)
    return context.settings.key is None and any(one.name.lower() in KEY_HEADERS for one in sent)


def protocol_open(context: ApiContext) -> bool:
    """Return whether the user left the protocol open and no provider documents which ones the host speaks."""
    return context.settings.protocol.value == "auto" and context.door is None


def looks_around(context: ApiContext) -> bool:
    """Return whether the first round looks for other protocols: only if the user set ``auto`` explicitly."""
    return protocol_open(context) and context.settings.protocol.source.kind is not SourceKind.DEFAULT


def _compares_headers(attempt: Attempt, context: ApiContext) -> bool:
    """Return whether to request the model list with the other header style too.

    The clients of some protocols differ in their header. Unless the user named an app, the server must accept each.
    """
    settings = context.settings
    return (
        wire(attempt.protocol).clients_differ
        and attempt.given
        and attempt.key in context.keys(attempt)
        and settings.app is None
        and settings.auth is None
        and settings.auth_variable is None
    )
