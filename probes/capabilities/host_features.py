"""What a host can besides: the other wires of the same origin, and whether it looks at the key at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from probes.api.model_choice import small_of
from probes.api.response_checks import about_model, earns_key, no_route, passes, refuses_key
from probes.capabilities.feature_checks import Verdict, refusal
from probes.capabilities.feature_client import FeatureClient, FeatureTrials
from probes.capabilities.feature_plan import places
from probes.keys.made_up import wrong_key
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.capability import Support
from probes.model.exchange import Exchange, Purpose
from probes.protocols.protocol import wire

_YES, _NO, _OPEN = Support.SUPPORTED, Support.UNSUPPORTED, Support.UNKNOWN


async def speaks(asking: FeatureClient, sheet: FeatureTrials, protocol: str) -> Verdict:
    """Whether another wire is there, and answers with this key."""
    depth = asking.depth
    if depth.working.protocol == protocol:
        return (_OPEN, "no_spend", "") if depth.no_spend else (_YES, "basic", depth.working.base_url)
    verdict: Verdict = (_NO, "no_route", "")
    for at in places(depth.working, protocol, depth.door, depth.local):
        path_check, _ = await asking.put(sheet, Purpose.PATH, at, wire(protocol).path_check(at))
        if not earns_key(path_check):
            verdict = verdict if no_route(path_check) else refusal(path_check, "")
            continue
        if depth.no_spend:
            return _OPEN, "no_spend", at.base_url
        verdict = await _speak(asking, sheet, at)
        if verdict[1] != "no_route":
            return verdict
    return verdict


async def _speak(asking: FeatureClient, sheet: FeatureTrials, at: Attempt) -> Verdict:
    """A small answer over another wire, with the key in each header that this wire knows."""
    spoken, working = wire(at.protocol), asking.depth.working
    styles = (working.auth,) if working.auth in spoken.styles and not spoken.clients_differ else spoken.styles
    found: Exchange | None = None
    for style in styles if working.key is not KeyForm.NONE else styles[:1]:
        version = spoken.style_versions.get(style, at.version)
        attempt = replace(at, auth=style, version=version, key=working.key)
        for model in _models(asking, at.protocol):
            found = await _small(asking, sheet, attempt, model)
            if passes(found) or refuses_key(found):
                break
        if found is None or not refuses_key(found):
            break
    assert found is not None
    if passes(found):
        return _YES, "spoken", at.base_url
    if no_route(found):
        return _NO, "no_route", ""
    if about_model(found):
        return _OPEN, "no_model_here", at.base_url
    if refuses_key(found):
        return _NO, "key_refused", at.base_url
    return refusal(found, "")


def _models(asking: FeatureClient, protocol: str) -> Iterable[str]:
    """The model that works, and over a protocol with models of its own one of those, where the list has any."""
    family = wire(protocol).model_family
    theirs = tuple(one for one in asking.depth.models if family and family in one.lower())
    other = small_of(theirs) if family not in asking.model.lower() else None
    return (asking.model, other) if other is not None else (asking.model,)


async def _small(asking: FeatureClient, sheet: FeatureTrials, attempt: Attempt, model: str) -> Exchange:
    spoken = wire(attempt.protocol)
    adapted: tuple[str, ...] = ()
    attempt = replace(attempt, model=model)
    while True:
        ask = spoken.generation(attempt, model, stream=False, adapted=adapted)
        found, _ = await asking.put(sheet, Purpose.CHAT, attempt, ask)
        change = spoken.adapt(found.response.text, adapted) if found.status in (400, 422) else None
        if change is None or len(change) <= len(adapted):
            return found
        adapted = change


async def key_check(asking: FeatureClient, sheet: FeatureTrials) -> Verdict:
    """Whether a wrong key is refused: by the model list, which is free, else by a small answer."""
    working = asking.depth.working
    if working.key in (KeyForm.NONE, KeyForm.DUMMY) or working.auth is Auth.NONE:
        return _NO, "keyless", ""
    wrong = wrong_key(asking.depth.door, asking.depth.keys)
    asking.scrub.add(wrong)
    asking.client.learn(KeyForm.WRONG, wrong)
    attempt = replace(working, key=KeyForm.WRONG)
    if asking.depth.listed:
        found, _ = await asking.put(sheet, Purpose.MODELS, attempt, wire(attempt.protocol).models(attempt))
        if _refused(found):
            return _YES, "refused_wrong", ""
    if asking.depth.no_spend:
        return _OPEN, "no_spend", ""
    ask = wire(attempt.protocol).generation(attempt, asking.model, stream=False, adapted=asking.depth.adapted)
    found, _ = await asking.put(sheet, Purpose.CHAT, attempt, ask)
    if _refused(found):
        return _YES, "refused_wrong", ""
    return (_NO, "accepted_wrong", "") if passes(found) else refusal(found, "")


def _refused(found: Exchange) -> bool:
    """Whether a wrong key was refused: the request was answered with the right one, whatever is said of this one."""
    return found.failure is None and 400 <= found.status < 500
