"""List the requests of a deep check, and the paths at which it looks for other protocols. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from probes.api import candidates
from probes.api.round_plan import planned
from probes.capabilities import WIRES
from probes.catalog.door import Door
from probes.model.attempt import Attempt, KeyForm
from probes.model.planned_request import MODEL, PROMPT_TOKENS, PlannedRequest
from probes.model.record import replace
from probes.model.settings import Settings
from probes.protocols import features as a
from probes.protocols.features import Call, features
from probes.protocols.protocol import ALLOWANCE, ApiRequest, wire
from probes.urls.url import parse_url

MOST = 32  # requests of one deep check: a door without faults needs some 15, one that refuses parameters more

# Tokens of each prompt at the vendor that counts most. Anthropic adds some 500 to a request with a tool; gpt-4o-mini
# counts 2,833 for a picture in low detail.
_PROMPTS = {"tools": 700, "tools_result": 900, "tools_stream": 700, "structured_output": 600, "vision": 3000}


def places(working: Attempt, protocol: str, door: Door | None, local: bool) -> list[Attempt]:
    """Return keyless path checks for ``protocol`` on the origin of the attempt that works, two at most."""
    here = parse_url(working.base_url)
    looks = candidates.other_protocols(working, here, door, local, looks=2)
    near, _ = wire(working.protocol).neighbour(working.base_url, protocol, working.model or "")
    if near:
        newer = wire(protocol).attempt(near, wire(working.protocol).styles[0])
        looks.insert(0, replace(newer, key=KeyForm.DUMMY))
    found = [one for one in looks if one.protocol == protocol and parse_url(one.base_url).origin == here.origin]
    return [replace(one, direct=working.direct) for one in found[:2]]


def foreseen(settings: Settings, attempt: Attempt, door: Door | None, local: bool) -> list[PlannedRequest]:
    """List the requests of a deep check after ``attempt`` has worked, at a provider that supports everything.

    Only the deep check itself can find out that some of them are unnecessary.
    """
    model = settings.model.value if settings.model else MODEL
    return [
        planned(name, replace(at, model=model), ask, tokens)
        for name, at, ask, tokens in _asks(attempt, model, door, local)
        if not (tokens and settings.no_spend)
    ]


def _asks(
    attempt: Attempt, model: str, door: Door | None, local: bool
) -> Iterator[tuple[str, Attempt, ApiRequest, int]]:
    """Yield for each request its purpose, its attempt (base URL and key), the request, and its tokens at most."""
    small = ALLOWANCE + PROMPT_TOKENS
    for name, protocol in WIRES.items():
        for at in places(attempt, protocol, door, local)[: 1 if attempt.protocol != protocol else 0]:
            yield name, at, wire(protocol).path_check(at), 0
            keyed = replace(at, key=attempt.key)
            _, theirs = wire(attempt.protocol).neighbour(attempt.base_url, protocol, model)
            yield name, keyed, wire(protocol).generation(keyed, theirs or model, stream=False, adapted=()), small
    able = features(attempt.protocol)
    for name, tokens in _PROMPTS.items():
        if able is None:
            break
        call = Call("", turn={}) if name == "tools_result" else None
        if name == "vision" and (claims := able.claims(attempt, model)) is not None:
            yield name, attempt, claims, 0
        yield name, attempt, able.ask(name, attempt, model, (), call), a.ROOM + tokens
    vector = able.embedding(attempt, MODEL) if able is not None else None
    if vector is not None:
        yield "embeddings", attempt, vector, PROMPT_TOKENS
    if attempt.holds_key:
        wrong = replace(attempt, key=KeyForm.WRONG)
        yield "key_check", wrong, wire(wrong.protocol).models(wrong), 0
        yield "key_check", wrong, wire(wrong.protocol).generation(wrong, model, stream=False, adapted=()), small
