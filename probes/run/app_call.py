"""Ask the app's own runtime: what it is made of, and whether its SDK makes the call that this program makes.

The same policy that decides where this program sends the key decides it for the runtime (``runtime_policy.py``).
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from probes.api.client import USER_AGENT
from probes.api.response_checks import passes
from probes.api.sent_headers import sent_with, with_extra
from probes.app_runtime.inside_call import START, InsideWish, look_inside
from probes.model.attempt import Attempt
from probes.model.capability import Cost
from probes.model.evidence import Subject
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import KeyPolicy, ModelFacts
from probes.model.record import replace
from probes.model.runtime_facts import NODE, PYTHON, RuntimeFacts, RuntimeTarget
from probes.protocols.protocol import auth_headers, auth_query, wire
from probes.run.offline_checks import OfflineChecks
from probes.run.plan import api_context
from probes.run.runtime_policy import policy_for, reason_for_no_call
from probes.steps.recorder import Recorder
from probes.urls.app_base_urls import path_as_sent
from probes.urls.url import Url, parse_url

DUMMY_KEY = "sk-llmdoctor-makes-a-client-and-sends-nothing"


async def ask_runtime(offline: OfflineChecks, recorder: Recorder, working: Attempt | None) -> Cost:
    """Run the script in the app's runtime, record what it reports, and return what its call has cost.

    ``working`` is the attempt that has worked here, whose settings the call takes; otherwise those as given.
    """
    given, where, base = offline.given, offline.target, offline.exams.url.literal or offline.exams.url.mended
    target = given.runtime
    if target is None or where is None or base is None or offline.facts is None:
        return Cost()
    began = recorder.now()
    try:
        policy = policy_for(offline, target, where)
        first = working or api_context(offline, base, offline.facts, policy).first
        asked = _asked(recorder)
        no_call = reason_for_no_call(offline, policy, first, target)
        model, adapted = _model(recorder, offline, first), asked.request.adapted if asked is not None else ()
        wish = _wish(offline, policy, replace(first, model=model), adapted, send=not no_call)
        limit = given.limits.probe
        # A run that ends before the network has nothing else that would keep its deadline.
        most = min(START, max(1.0, given.limits.run - began))
        found = await look_inside(target, where.host, wish, limit, most)
        if found.call is None and not found.problem and not no_call:
            found = await _from_here(found, target, where, wish, limit)
            no_call = "" if found.call is not None else "no_sdk"
    except Exception as error:  # a bug in this program: a result, never a traceback
        recorder.crashed(Subject.RUNTIME, target.shown, error, began)
        return Cost()
    found = replace(found, no_call=no_call, as_given=first.given)
    # It belongs to the settings, whose line would otherwise seem to last until now.
    at = next((one.ended for one in recorder.observations if one.subject is Subject.SETTINGS), began)
    recorder.done(Subject.RUNTIME, target.shown, found, at, at)
    return _spent(found)


def _asked(recorder: Recorder) -> Exchange | None:
    """Return the answer that this program has got, if it was a sound one."""
    found = (one.facts for one in recorder.observations if isinstance(one.facts, Exchange))
    return next((one for one in found if one.purpose is Purpose.CHAT and passes(one)), None)


def _model(recorder: Recorder, offline: OfflineChecks, first: Attempt) -> str:
    chosen = recorder.one(ModelFacts, Subject.OTHER_MODEL, Subject.MODEL)
    named = offline.given.model.value if offline.given.model is not None else None
    return (
        first.model
        or (chosen.chosen if chosen is not None else None)
        or named
        or wire(first.protocol).guessed_model(first.base_url)
    )


def _wish(
    offline: OfflineChecks, policy: KeyPolicy, first: Attempt, adapted: tuple[str, ...], *, send: bool
) -> InsideWish:
    """Make the request with the user's key if it is sent, and with a made-up one if only a client is made."""
    key = offline.values.get(first.key, "") if send and policy.allows(first) else DUMMY_KEY
    ask = wire(first.protocol).generation(first, first.model or "", stream=False, adapted=adapted)
    extra = sent_with(first, Purpose.CHAT, offline.given.headers, policy) if send else ()
    path = path_as_sent(first, ask)
    carried = auth_headers(first.auth, key) if key else ()
    return InsideWish(
        send=send,
        protocol="" if first.address or first.query else first.protocol,
        base_url=first.base_url,
        url=parse_url(first.base_url).origin + (auth_query(first.auth, key, path) if key else path),
        key=key,
        auth=first.auth.value,
        body=ask.body or {},
        headers=tuple((one.name, one.value.value.reveal()) for one in extra),
        request_headers=tuple(with_extra([("User-Agent", USER_AGENT), *ask.headers, *carried], extra)),
    )


async def _from_here(
    found: RuntimeFacts, target: RuntimeTarget, where: Url, wish: InsideWish, limit: float
) -> RuntimeFacts:
    """Make the call in this program's own environment, with the runtime's variables: it has neither SDK nor httpx."""
    if target.kind == NODE or not any(map(find_spec, ("httpx2", "httpx"))):
        return found
    own = replace(target, kind=PYTHON, program=sys.executable, shown=sys.executable)
    seen = await look_inside(own, where.host, replace(wish, protocol=""), limit)
    return replace(found, call=replace(seen.call, own=True)) if seen.call is not None else found


def _spent(found: RuntimeFacts) -> Cost:
    call = found.call
    if call is None or call.stage != "call":
        return Cost()
    return Cost(1, 1, *call.tokens) if call.ok else Cost(1)
