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
    "vision": "images",
    "embeddings": "embeddings",
    "key_check": "rejects a wrong key",
}

# By the reason for the result (``probes.model.capability.Capability.why``).
WHY: dict[str, str] = {
    # supported
    "basic": "used in this check itself",
    "spoken": "answers with this key at {detail|its path}",
    "answered": "called as required, and answered with the result",
    "called": "called as required",
    "fits": "the answer matches the schema",
    "saw": "named the colour of an image",
    "vector": "{detail|a vector} numbers",
    "refused_wrong": "a made-up key was refused",
    # not supported
    "no_route": "no such path",
    "key_refused": "exists, but refuses this key",
    "refused": "refused by the server",
    "result_refused": "called, but the tool's result is refused",
    "no_answer": "no answer",
    "none": "tools are ignored: none was called, though one was required",
    "as_text": "the call is plain text in the answer",
    "not_text": "called, but the arguments are an object instead of text",
    "not_object": "called, but the arguments are text instead of an object",
    "not_json": "called, but the arguments are not valid JSON",
    "not_schema": "called, but the arguments do not match the tool",
    "no_id": "called, but without an id to reply to",
    "no_index": "called, but the events have no index: many clients lose the call",
    "wrong_name": "called a tool that does not exist: {detail|no name}",
    "no_events": "the answer is not an event stream of this protocol",
    "ignored": "the schema is ignored: the answer is plain text",
    "misfits": "the answer is JSON, but does not match the schema",
    "disclaimed": "the server says that {detail|the model} does not support it",
    "unseen": "answered, but did not see the image",
    "no_vector": "no vector in the answer",
    "keyless": "the server needs no key",
    "accepted_wrong": "the key is not checked here: a made-up one got an answer too",
    # unknown
    "no_spend": "not tested (--no-spend)",
    "rate_limited": "not finished: rate limit reached",
    "unfinished": "not finished: time is up, or it was stopped",
    "enough": "not finished: the limit of requests is reached",
    "crashed": "llmdoctor itself crashed here ({detail|unknown})",
    "spent": "the token limit was used up before a result",
    "not_called": "the model did not call the tool, which it is free to do",
    "unclaimed": "not tested: nothing says that {detail|the model} supports it",
    "no_request": "not tested: llmdoctor has no request for it in this protocol",
    "no_model": "not tested: no model for it is listed",
    "no_model_here": "the path exists, but does not serve this model",
    "no_stream": "not tested: streaming does not work",
    "failed": "the request failed",
    "billing": "no credit left for it",
    "not_permitted": "this key has no permission for it",
    "broken": "server error",
    "unsure": "refused for another reason",
}

# The phrases around the table.
AROUND: dict[str, str] = {
    "title": "Other features (--deep)",
    "not_asked": "not tested: no working request to build on",
    "supported": "yes",
    "unsupported": "no",
    "unknown": "not known",
    "without_key": "without the key",
    "made_up": "with a made-up key",
    "announced": "--deep: at most {count} requests, which can cost at most {tokens} tokens",
}
