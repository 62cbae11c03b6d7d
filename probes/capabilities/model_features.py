"""What a model can, over the wire that works: tools, an answer to a schema, pictures, vectors."""

from __future__ import annotations

from probes.api.response_checks import passes
from probes.capabilities.feature_checks import EMBEDS, SPENT, Verdict, refusal
from probes.capabilities.feature_client import FeatureClient, FeatureTrials, read_json
from probes.model.capability import Support
from probes.model.exchange import Purpose
from probes.protocols import features as a
from probes.protocols.features import Call
from probes.protocols.protocol import wire

_YES, _NO, _OPEN = Support.SUPPORTED, Support.UNSUPPORTED, Support.UNKNOWN


async def tools(asking: FeatureClient, sheet: FeatureTrials) -> Verdict:
    """Whether a demanded tool is called as it should be, and whether its result is answered."""
    if asking.depth.no_spend:
        return _OPEN, "no_spend", ""
    found, body, demanded = await asking.ask(sheet, "tools")
    if not passes(found):
        return refusal(found, "tools")
    assert found.reading.answer is not None
    call = asking.able.call(read_json(body))
    if call.problem:
        return _uncalled(call, found.reading.answer.finish, demanded)
    found, _, _ = await asking.ask(sheet, "tools_result", call)
    if not passes(found):
        support, why, detail = refusal(found, "tools")
        return support, "result_refused" if support is _NO else why, detail
    assert found.reading.answer is not None
    if found.reading.answer.text.strip():
        return _YES, "answered", call.arguments
    return (_OPEN, "spent", "") if found.reading.answer.finish in SPENT else (_NO, "no_answer", call.arguments)


async def streamed_tools(asking: FeatureClient, sheet: FeatureTrials) -> Verdict:
    """The same of a stream, without sending anything back."""
    if asking.depth.no_spend:
        return _OPEN, "no_spend", ""
    if not asking.depth.streams:
        return _OPEN, "no_stream", ""
    found, body, demanded = await asking.ask(sheet, "tools_stream")
    if not found.ok or found.reading.stream is None or found.reading.stream.error is not None:
        return refusal(found, "tools")
    if not passes(found):
        return _NO, "no_events", found.reading.stream.problem or found.reading.stream.kind
    splitter = wire(asking.depth.working.protocol).splitter()
    call = asking.able.streamed_call([*splitter.feed(body), *splitter.close()])
    if call.problem:
        return _uncalled(call, found.reading.stream.finish, demanded)
    return _YES, "called", call.arguments


async def structured(asking: FeatureClient, sheet: FeatureTrials) -> Verdict:
    """Whether an answer keeps to a schema that nothing but the request's own field names."""
    if asking.depth.no_spend:
        return _OPEN, "no_spend", ""
    found, _, _ = await asking.ask(sheet, "structured_output")
    if not passes(found):
        return refusal(found, "structured_output")
    assert found.reading.answer is not None
    text = found.reading.answer.text.strip()
    problem = a.unfit(text)
    if not problem:
        return _YES, "fits", text
    if found.reading.answer.finish in SPENT:
        return _OPEN, "spent", ""
    return _NO, "ignored" if problem == "not_json" else "misfits", text


async def vision(asking: FeatureClient, sheet: FeatureTrials) -> Verdict:
    """Whether a model that is said to take pictures sees one."""
    if asking.depth.no_spend:
        return _OPEN, "no_spend", ""
    found, body = await asking.put(
        sheet, Purpose.MODELS, asking.depth.working, asking.able.claims(asking.depth.working, asking.model)
    )
    claimed = asking.able.sees(read_json(body), asking.model) if found.ok else None
    if claimed is False:
        return _NO, "disclaimed", asking.model
    if claimed is None and not a.looks_seeing(asking.model):
        return _OPEN, "unclaimed", asking.model
    found, _, _ = await asking.ask(sheet, "vision")
    if not passes(found):
        return refusal(found, "vision")
    assert found.reading.answer is not None
    text = found.reading.answer.text.strip()
    if a.names_colour(text):
        return _YES, "saw", text
    if not text:
        return (_OPEN, "spent", "") if found.reading.answer.finish in SPENT else (_OPEN, "no_answer", "")
    return _NO, "unseen", text


async def embeddings(asking: FeatureClient, sheet: FeatureTrials) -> Verdict:
    """Whether the smallest-named model for it gives a vector."""
    working, models = asking.depth.working, asking.depth.models
    name = min((one for one in models if EMBEDS.search(one)), key=len, default="")
    ask = asking.able.embedding(working, name) if name else None
    if not name or ask is None:
        return _OPEN, "no_model", ""
    if asking.depth.no_spend:
        return _OPEN, "no_spend", name
    found, body = await asking.put(sheet, Purpose.EMBEDDING, working, ask)
    length = asking.able.vector(read_json(body)) if found.ok else 0
    if not found.ok or (found.reading.error is not None and not length):
        return refusal(found, "embeddings")
    return (_YES, "vector", f"{name}: {length}") if length else (_NO, "no_vector", name)


def _uncalled(call: Call, finish: str, demanded: bool) -> Verdict:
    """Of a call that an app cannot use: the allowance may have been too small, or the model chose not to call."""
    if finish in SPENT:
        return _OPEN, "spent", call.arguments
    if call.problem == "none" and not demanded:
        return _OPEN, "not_called", call.arguments
    return _NO, call.problem, call.arguments
