"""The words of a deep check, in English; the ordinary check never loads them."""

from __future__ import annotations

# In the order of ``probes.capabilities.NAMES``.
NAMES: dict[str, str] = {
    "chat_completions": "chat completions",
    "responses": "responses",
    "messages": "messages",
    "tools": "tool calling",
    "tools_stream": "tool calling, streamed",
    "structured_output": "structured output",
    "vision": "pictures",
    "embeddings": "embeddings",
    "key_check": "a wrong key is refused",
}

# By the reason for the result (``probes.model.capability.Capability.why``).
WHY: dict[str, str] = {
    # supported
    "basic": "the check itself has used it",
    "spoken": "answers with this key at {detail|its path}",
    "answered": "called as demanded, and answered with the result",
    "called": "called as demanded",
    "fits": "the answer fits the schema",
    "saw": "named the colour of a picture",
    "vector": "{detail|a vector} numbers",
    "refused_wrong": "a made-up key was refused",
    # not supported
    "no_route": "no such path",
    "key_refused": "there, but it refuses this key",
    "refused": "refused by the server",
    "result_refused": "called, but the tool's result is refused",
    "no_answer": "no answer came",
    "none": "tools are passed over: none was called, though it was demanded",
    "as_text": "the call stands in the answer as plain text",
    "not_text": "called, but the arguments are an object where text belongs",
    "not_object": "called, but the arguments are text where an object belongs",
    "not_json": "called, but the arguments are no JSON",
    "not_schema": "called, but the arguments do not fit the tool",
    "no_id": "called, but without an id to answer to",
    "no_index": "called, but the stream's pieces carry no index: many clients lose the call",
    "wrong_name": "another tool than the one there was called: {detail|no name}",
    "no_events": "the answer is no event stream of the protocol",
    "ignored": "the schema is passed over: the answer is plain text",
    "misfits": "the answer is JSON, but does not fit the schema",
    "disclaimed": "the door says that {detail|the model} takes none",
    "unseen": "answered, but did not see the picture",
    "no_vector": "no vector came",
    "keyless": "the door asks for no key",
    "accepted_wrong": "the key is not checked here: a made-up one was answered just as well",
    # unknown
    "no_spend": "not asked (--no-spend)",
    "rate_limited": "not asked to the end: the door limits the rate",
    "unfinished": "not asked to the end: the time was up, or it was stopped",
    "enough": "not asked to the end: the limit of requests was met",
    "crashed": "llmdoctor itself failed here ({detail|unknown})",
    "spent": "the small allowance was spent before anything could be told",
    "not_called": "the model did without the tool, which it was free to do",
    "unclaimed": "not asked: nothing says that {detail|the model} takes them",
    "no_request": "not asked: llmdoctor knows no request for it in this protocol",
    "no_model": "not asked: no model for it is listed",
    "no_model_here": "the path is there, but does not serve this model",
    "no_stream": "not asked: streaming does not work",
    "failed": "the request failed",
    "billing": "the account could not pay for it",
    "not_permitted": "this key may not ask for it",
    "broken": "the server broke down over it",
    "unsure": "refused for another reason",
}

# The phrases around the table.
AROUND: dict[str, str] = {
    "title": "What else was asked for (--deep)",
    "not_asked": "nothing: there was no way that works to ask on",
    "supported": "yes",
    "unsupported": "no",
    "unknown": "open",
    "without_key": "without the key",
    "made_up": "with a made-up key",
    "announced": "--deep: at most {count} requests, which can cost at most {tokens} tokens",
}
