"""Check what a host does besides the working protocol: other protocols on its origin, and refusing a wrong key."""

from __future__ import annotations

from collections.abc import Iterable

from probes.api.model_names import small_of
from probes.api.response_checks import about_model, earns_key, leads_nowhere, no_route, passes, refuses_key
from probes.capabilities.feature_checks import Verdict, refusal
from probes.capabilities.feature_client import FeatureClient, FeatureTrials
from probes.capabilities.feature_plan import places
from probes.keys.made_up import wrong_key
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.capability import Support
from probes.model.exchange import Exchange, Purpose
from probes.model.record import replace
from probes.protocols.protocol import wire

_YES, _NO, _OPEN = Support.SUPPORTED, Support.UNSUPPORTED, Support.UNKNOWN


async def speaks(client: FeatureClient, trials: FeatureTrials, protocol: str) -> Verdict:
    """Check whether the host serves ``protocol`` and answers with this key."""
    context = client.context
    if context.working.protocol == protocol:
        return (_OPEN, "no_spend", "") if context.no_spend else (_YES, "basic", context.working.base_url)
    verdict: Verdict = (_NO, "no_route", "")
    for at in places(context.working, protocol, context.door, context.local):
        path_check, _ = await client.put(trials, Purpose.PATH, at, wire(protocol).path_check(at))
        if not earns_key(path_check):
            verdict = verdict if no_route(path_check) else refusal(path_check, "")
            continue
        if context.no_spend:
            return _OPEN, "no_spend", at.base_url
        verdict = await _speak(client, trials, at)
        if verdict[1] != "no_route":
            return verdict
    return verdict


async def _speak(client: FeatureClient, trials: FeatureTrials, at: Attempt) -> Verdict:
    """Request a short answer in another protocol, with the key in each header that this protocol knows."""
    spoken, working = wire(at.protocol), client.context.working
    styles = (working.auth,) if working.auth in spoken.styles and not spoken.clients_differ else spoken.styles
    found: Exchange | None = None
    for style in styles if working.key is not KeyForm.NONE else styles[:1]:
        version = spoken.style_versions.get(style, at.version)
        attempt = replace(at, auth=style, version=version, key=working.key)
        for model in _models(client, at.protocol):
            found = await _small(client, trials, attempt, model)
            if passes(found) or refuses_key(found):
                break
        if found is None or not refuses_key(found):
            break
    assert found is not None
    if passes(found):
        return _YES, "spoken", at.base_url
    if no_route(found) or leads_nowhere(found):
        return _NO, "no_route", ""
    if about_model(found):
        return _OPEN, "no_model_here", at.base_url
    if refuses_key(found):
        return _NO, "key_refused", at.base_url
    return refusal(found, "")


def _models(client: FeatureClient, protocol: str) -> Iterable[str]:
    """Return the model that works and, for a protocol with a family of models, one of that family from the list."""
    working = client.context.working
    if (theirs := wire(working.protocol).neighbour(working.base_url, protocol, client.model)[1]) != "":
        return (theirs,)
    family = wire(protocol).model_family
    of_family = tuple(one for one in client.context.models if family and family in one.lower())
    other = small_of(of_family) if family not in client.model.lower() else None
    return (client.model, other) if other is not None else (client.model,)


async def _small(client: FeatureClient, trials: FeatureTrials, attempt: Attempt, model: str) -> Exchange:
    spoken = wire(attempt.protocol)
    adapted: tuple[str, ...] = ()
    attempt = replace(attempt, model=model)
    while True:
        ask = spoken.generation(attempt, model, stream=False, adapted=adapted)
        found, _ = await client.put(trials, Purpose.CHAT, attempt, ask)
        change = spoken.adapt(found.response.text, adapted) if found.status in (400, 422) else None
        if change is None or len(change) <= len(adapted):
            return found
        adapted = change


async def key_check(client: FeatureClient, trials: FeatureTrials) -> Verdict:
    """Check whether a wrong key is refused: by a request for the model list, which is free, else for an answer."""
    working = client.context.working
    if working.key in (KeyForm.NONE, KeyForm.DUMMY) or working.auth is Auth.NONE:
        return _NO, "keyless", ""
    wrong = wrong_key(client.context.door, client.context.keys)
    client.scrub.add(wrong)
    client.client.learn(KeyForm.WRONG, wrong)
    # Nobody signs with a made-up key; where requests are signed, API keys are sent as Bearer.
    attempt = replace(working, key=KeyForm.WRONG, auth=Auth.BEARER if working.auth is Auth.SIGV4 else working.auth)
    if client.context.listed:
        found, _ = await client.put(trials, Purpose.MODELS, attempt, wire(attempt.protocol).models(attempt))
        if _refused(found):
            return _YES, "refused_wrong", ""
    if client.context.no_spend:
        return _OPEN, "no_spend", ""
    ask = wire(attempt.protocol).generation(attempt, client.model, stream=False, adapted=client.context.adapted)
    found, _ = await client.put(trials, Purpose.CHAT, attempt, ask)
    if _refused(found):
        return _YES, "refused_wrong", ""
    return (_NO, "accepted_wrong", "") if passes(found) else refusal(found, "")


def _refused(found: Exchange) -> bool:
    """Check whether a wrong key was refused. Any 4xx proves it, because the right key was answered."""
    return found.failure is None and 400 <= found.status < 500
