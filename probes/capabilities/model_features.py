"""Check what a model can do in the working protocol: tools, structured output, vision, embeddings."""

from __future__ import annotations

from probes.capabilities.feature_checks import EMBEDS, SPENT, Verdict, readable, refusal
from probes.capabilities.feature_client import FeatureClient, FeatureTrials, read_json
from probes.model.capability import Support
from probes.model.exchange import Purpose
from probes.protocols import features as a
from probes.protocols.features import Call
from probes.protocols.protocol import wire

_YES, _NO, _OPEN = Support.SUPPORTED, Support.UNSUPPORTED, Support.UNKNOWN


async def tools(client: FeatureClient, trials: FeatureTrials) -> Verdict:
    """Check whether the model calls a demanded tool correctly, and answers the tool's result."""
    if client.context.no_spend:
        return _OPEN, "no_spend", ""
    found, body, demanded = await client.ask(trials, "tools")
    if not readable(found):
        return refusal(found, "tools")
    assert found.reading.answer is not None
    call = client.able.call(read_json(body))
    if call.problem:
        return _uncalled(call, found.reading.answer.finish, demanded)
    found, _, _ = await client.ask(trials, "tools_result", call)
    if not readable(found):
        support, why, detail = refusal(found, "tools")
        return support, "result_refused" if support is _NO else why, detail
    assert found.reading.answer is not None
    if found.reading.answer.text.strip():
        return _YES, "answered", call.arguments
    return (_OPEN, "spent", "") if found.reading.answer.finish in SPENT else (_NO, "no_answer", call.arguments)


async def streamed_tools(client: FeatureClient, trials: FeatureTrials) -> Verdict:
    """Check whether the model calls a demanded tool correctly in a stream; no tool result is sent."""
    if client.context.no_spend:
        return _OPEN, "no_spend", ""
    if not client.context.streams:
        return _OPEN, "no_stream", ""
    found, body, demanded = await client.ask(trials, "tools_stream")
    if not found.ok or found.reading.stream is None or found.reading.stream.error is not None:
        return refusal(found, "tools")
    if not readable(found):
        return _NO, "no_events", found.reading.stream.problem or found.reading.stream.kind
    splitter = wire(client.context.working.protocol).splitter()
    call = client.able.streamed_call([*splitter.feed(body), *splitter.close()])
    if call.problem:
        return _uncalled(call, found.reading.stream.finish, demanded)
    return _YES, "called", call.arguments


async def structured(client: FeatureClient, trials: FeatureTrials) -> Verdict:
    """Check whether an answer follows a schema that only the request's field contains, and not the prompt."""
    if client.context.no_spend:
        return _OPEN, "no_spend", ""
    found, _, _ = await client.ask(trials, "structured_output")
    if not readable(found):
        return refusal(found, "structured_output")
    assert found.reading.answer is not None
    text = found.reading.answer.text.strip()
    problem = a.unfit(text)
    if not problem:
        return _YES, "fits", text
    if found.reading.answer.finish in SPENT:
        return _OPEN, "spent", ""
    return _NO, "ignored" if problem == "not_json" else "misfits", text


async def vision(client: FeatureClient, trials: FeatureTrials) -> Verdict:
    """Check whether a model that is listed as accepting pictures, or named like one, sees a picture."""
    if client.context.no_spend:
        return _OPEN, "no_spend", ""
    claimed: bool | None = None
    if (ask := client.able.claims(client.context.working, client.model)) is not None:
        found, body = await client.put(trials, Purpose.MODELS, client.context.working, ask)
        claimed = client.able.sees(read_json(body), client.model) if found.ok else None
    if claimed is False:
        return _NO, "disclaimed", client.model
    if claimed is None and not a.looks_seeing(client.model):
        return _OPEN, "unclaimed", client.model
    found, _, _ = await client.ask(trials, "vision")
    if not readable(found):
        return refusal(found, "vision")
    assert found.reading.answer is not None
    text = found.reading.answer.text.strip()
    if a.names_colour(text):
        return _YES, "saw", text
    if not text:
        return (_OPEN, "spent", "") if found.reading.answer.finish in SPENT else (_OPEN, "no_answer", "")
    return _NO, "unseen", text


async def embeddings(client: FeatureClient, trials: FeatureTrials) -> Verdict:
    """Check whether the embedding model with the shortest name returns a vector."""
    working, models = client.context.working, client.context.models
    name = min((one for one in models if EMBEDS.search(one)), key=len, default="")
    ask = client.able.embedding(working, name) if name else None
    if not name or ask is None:
        return _OPEN, "no_model", ""
    if client.context.no_spend:
        return _OPEN, "no_spend", name
    found, body = await client.put(trials, Purpose.EMBEDDING, working, ask)
    length = client.able.vector(read_json(body)) if found.ok else 0
    if not found.ok or (found.reading.error is not None and not length):
        return refusal(found, "embeddings")
    return (_YES, "vector", f"{name}: {length}") if length else (_NO, "no_vector", name)


def _uncalled(call: Call, finish: str, demanded: bool) -> Verdict:
    """Return the verdict on an unusable call: the allowance may be too small, or the model chose not to call."""
    if finish in SPENT:
        return _OPEN, "spent", call.arguments
    if call.problem == "none" and not demanded:
        return _OPEN, "not_called", call.arguments
    return _NO, call.problem, call.arguments
