"""Practice doors for ``--deep``: tool calls, structured output, vision and embeddings, correct, missing or broken.

A *manner* is how a door handles one feature: ``sound``, ``refused`` (a 400 that names the feature), ``ignored`` (a
plain response without the feature), ``spent`` (the token limit is reached), ``limited`` (429), or for tools one of
the broken calls in :data:`HALVES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from probes.demo_server import answers, bedrock_doors, error_bodies, handlers, vertex_doors
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request, Step
from probes.model.record import Record

ARGUMENTS = '{"city": "Paris"}'
FORM = '{"capital": "Paris", "letters": 5}'
# Tool calls by manner: (function name, arguments as text, whether the call has an id)
HALVES: dict[str, tuple[str, str, bool]] = {
    "sound": ("get_weather", ARGUMENTS, True),
    "unanswered": ("get_weather", ARGUMENTS, True),
    "result_refused": ("get_weather", ARGUMENTS, True),
    "not_text": ("get_weather", ARGUMENTS, True),  # arguments have the wrong type: object or text
    "not_json": ("get_weather", '{"city": "Par', True),
    "not_schema": ("get_weather", '{"town": "Paris"}', True),
    "no_id": ("get_weather", ARGUMENTS, False),
    "no_index": ("get_weather", ARGUMENTS, True),  # the chunks of a stream lack the index
    "wrong_name": ("weather", ARGUMENTS, True),
}
_REFUSALS = {
    "tools": "tools is not supported by this model",
    "structured": "response_format of type json_schema is unavailable now",
    "vision": "this model does not take image input",
    "forced": "tool_choice: only 'auto' is supported",
}


class FeatureBehaviour(Record):
    """The manner of each feature; ``stream`` is the manner of a streamed tool call."""

    tools: str = "sound"
    stream: str = "sound"
    structured: str = "sound"
    vision: str = "sound"
    forced: bool = True  # tool_choice may force a tool call
    said: str = "The sky is clear."


def openai(*keys: str, manners: FeatureBehaviour | None = None, embeddings: str = "", **more: Any) -> Handler:
    """Return an OpenAI door with these features; ``embeddings`` is the model that returns vectors.

    ``more`` are arguments of :func:`probes.demo_server.practice_doors.openai`; the other doors here work alike.
    """
    whole, streamed = _chat(manners or FeatureBehaviour(), _completion, _chunks)
    door = b.openai(*keys, chat=whole, stream=streamed, **more)
    vector = answers.as_json({"object": "list", "data": [{"index": 0, "embedding": [0.1, 0.2, 0.3]}]})
    return _with_embeddings(door, f"{more.get('prefix', '/v1')}/embeddings", keys, embeddings, vector)


def responses(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return a Responses door with these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _response, _response_events)
    return b.responses(*keys, chat=whole, stream=streamed, **more)


def anthropic(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return an Anthropic door with these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _message, _events)
    return b.anthropic(*keys, chat=whole, stream=streamed, **more)


def gemini(*keys: str, manners: FeatureBehaviour | None = None, embeddings: str = "", **more: Any) -> Handler:
    """Return a Gemini door with these features; ``embeddings`` is the model that returns vectors."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _generated, _pieces)
    door = b.gemini(*keys, chat=whole, stream=streamed, **more)
    vector = answers.as_json({"embedding": {"values": [0.1, 0.2, 0.3]}})
    return _with_embeddings(door, f"/v1/models/{embeddings}:embedContent", keys, embeddings, vector)


def bedrock(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return a Bedrock door for Converse with these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _conversed, _converse_frames)
    return bedrock_doors.converse(*keys, chat=whole, stream=streamed, **more)


def bedrock_invoke(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return a Bedrock door for InvokeModel with Anthropic's models and these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _message, _invoke_frames)
    return bedrock_doors.invoke(*keys, chat=whole, stream=streamed, **more)


def vertex(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return a Vertex AI door for Gemini models with these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _generated, _pieces)
    return vertex_doors.vertex(*keys, chat=whole, stream=streamed, **more)


def vertex_anthropic(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return a Vertex AI door for Anthropic's models with these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _message, _events)
    return vertex_doors.anthropic(*keys, chat=whole, stream=streamed, **more)


def azure(*keys: str, manners: FeatureBehaviour | None = None, **more: Any) -> Handler:
    """Return an Azure resource with these features."""
    whole, streamed = _chat(manners or FeatureBehaviour(), _completion, _chunks)
    return b.azure(*keys, chat=whole, stream=streamed, **more)


def ollama(
    *keys: str,
    manners: FeatureBehaviour | None = None,
    embeddings: str = "",
    can: Sequence[str] = ("completion",),
    **more: Any,
) -> Handler:
    """Return an Ollama server with these features.

    ``embeddings`` is the model that returns vectors; ``can`` lists the capabilities that ``/api/show`` returns.
    """
    whole, streamed = _chat(manners or FeatureBehaviour(), _spoken, _lines)
    shown = handlers.on("POST /api/show", answers.as_json({"capabilities": list(can)}))
    door = b.ollama(*keys, chat=whole, stream=streamed, **more)
    vector = answers.as_json({"model": embeddings, "embeddings": [[0.1, 0.2, 0.3]]})
    return _with_embeddings(handlers.first(shown, door), "/api/embed", keys, embeddings, vector)


def _with_embeddings(door: Handler, path: str, keys: Sequence[str], model: str, vector: Answer) -> Handler:
    """Return ``door`` with an embeddings endpoint at ``path``, which accepts ``keys``."""

    def handler(request: Request) -> Answer:
        shown = not keys or set(keys) & set(answers.keys_in(request))
        here = bool(model) and (request.method, request.path) == ("POST", path) and shown
        return vector if here else door(request)

    return handler


# -- requested feature, and its manner ---------------------------------------------------------------------------------

Whole = Callable[[Request, str, str], dict[str, Any]]  # request, requested feature, manner
Streamed = Callable[[Request, str, str], Reply]


def _feature_of(body: dict[str, Any]) -> str:
    """Return the feature that a request uses, in any protocol."""
    text = json.dumps(body)
    if body.get("tools") or body.get("toolConfig"):
        sent_back = ('"role": "tool"', "tool_result", "function_call_output", "functionResponse", "toolResult")
        return "result" if any(mark in text for mark in sent_back) else "tools"
    if any(mark in text for mark in ("json_schema", "responseSchema")) or body.get("format"):
        return "structured"
    return "vision" if any(mark in text for mark in ("iVBORw0KGgo", "data:image")) else "plain"


def _chat(manners: FeatureBehaviour, whole: Whole, streamed: Streamed) -> tuple[Handler, Handler]:
    def refused(request: Request, what: str, manner: str) -> Answer | None:
        forced = request.json().get("tool_choice") or request.json().get("toolConfig")
        forced = forced.get("toolChoice", forced) if isinstance(forced, dict) else forced
        auto = forced in (None, "auto", {"type": "auto"}, {"functionCallingConfig": {"mode": "AUTO"}}, {"auto": {}})
        if what == "tools" and not manners.forced and not auto:
            return _error(_REFUSALS["forced"])
        if manner == "refused":
            return _error(_REFUSALS[what])
        return error_bodies.error("openai-429")(request) if manner == "limited" else None

    def manner_of(what: str, stream: bool) -> str:
        if what == "result":
            return {"result_refused": "refused", "unanswered": "unanswered"}.get(manners.tools, "sound")
        named = {"tools": manners.stream if stream else manners.tools}
        return named.get(what) or str(getattr(manners, what, "sound"))

    def answer(request: Request) -> Answer:
        what = _feature_of(request.json())
        manner = manner_of(what, False)
        if manner == "refused" and what == "result":
            return _error("messages with role 'tool' are unknown")
        return refused(request, what, manner) or answers.as_json(whole(request, what, manner))

    def stream(request: Request) -> Answer:
        what = _feature_of(request.json())
        return refused(request, what, manner_of(what, True)) or streamed(request, what, manner_of(what, True))

    return answer, stream


def _error(message: str) -> Reply:
    return answers.as_json({"error": {"message": message, "type": "invalid_request_error", "code": None}}, 400)


def _text(what: str, manner: str) -> str:
    if manner in ("spent", "unanswered"):
        return ""
    if manner == "as_text":
        return '<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>'
    if manner == "misfits":
        return '{"city": "Paris"}'
    if manner == "sound":
        return {"structured": FORM, "vision": "Yellow.", "result": "It is sunny."}.get(what, answers.TEXT)
    return "I cannot see any picture." if what == "vision" else "Paris."


def _has_tool_call(what: str, manner: str) -> bool:
    return what == "tools" and manner in HALVES


def _model(request: Request) -> str:
    return str(
        request.json().get("model") or answers.CLAUDES[0]
    )  # where the path names it, the answer has its own name


# -- chat completions --------------------------------------------------------------------------------------------------


def _tool_call(manner: str) -> dict[str, Any]:
    name, arguments, has_id = HALVES[manner]
    value: Any = json.loads(arguments) if manner == "not_text" else arguments
    return {**({"id": "call_1"} if has_id else {}), "type": "function", "function": {"name": name, "arguments": value}}


def _completion(request: Request, what: str, manner: str) -> dict[str, Any]:
    if _has_tool_call(what, manner):
        return answers.completion(_model(request), None, "tool_calls", tool_calls=[_tool_call(manner)])
    return answers.completion(_model(request), _text(what, manner), "length" if manner == "spent" else "stop")


def _chunks(request: Request, what: str, manner: str) -> Reply:
    model = _model(request)
    if not _has_tool_call(what, manner):
        finish = "length" if manner == "spent" else "stop"
        return answers.as_events([*answers.chunks(model, _text(what, manner), finish), answers.DONE])
    call = _tool_call(manner)
    given = call["function"]["arguments"]
    pieces = [given[:8], given[8:]] if isinstance(given, str) else [given]
    rows = [{"index": 0, **call, "function": {"name": call["function"]["name"], "arguments": pieces[0]}}]
    rows += [{"index": 0, "function": {"arguments": piece}} for piece in pieces[1:]]
    for row in rows if manner == "no_index" else ():
        del row["index"]
    events = [answers.data(answers.chunk(model, tool_calls=[row])) for row in rows]
    return answers.as_events(
        [
            answers.data(answers.chunk(model, role="assistant")),
            *events,
            answers.data(answers.chunk(model, "tool_calls")),
            answers.DONE,
        ]
    )


# -- responses ---------------------------------------------------------------------------------------------------------


def _function_call(manner: str) -> dict[str, Any]:
    call = _tool_call(manner)
    id_field = {"call_id": call["id"]} if "id" in call else {}
    return {"type": "function_call", "id": "fc_1", **id_field, **call["function"], "status": "completed"}


def _response(request: Request, what: str, manner: str) -> dict[str, Any]:
    if _has_tool_call(what, manner):
        return {**answers.response(_model(request)), "output": [_function_call(manner)]}
    if manner == "spent":
        short = {"incomplete_details": {"reason": "max_output_tokens"}}
        return {**answers.response(_model(request), status="incomplete"), **short}
    return answers.response(_model(request), _text(what, manner))


def _response_events(request: Request, what: str, manner: str) -> Reply:
    if not _has_tool_call(what, manner):
        rows = answers.response_events(_model(request), _text(what, manner))
        if manner == "spent":
            rows[-1] |= {"type": "response.incomplete", "response": _response(request, what, manner)}
        return answers.as_events([answers.event(e) for e in rows])
    item = _function_call(manner)
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": answers.response(_model(request), status="in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "arguments": ""}},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": item["arguments"]},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**answers.response(_model(request)), "output": [item]}},
    ]
    return answers.as_events([answers.event({**e, "sequence_number": at}) for at, e in enumerate(events)])


# -- messages ----------------------------------------------------------------------------------------------------------


def _block(manner: str) -> dict[str, Any]:
    name, written, has_id = HALVES[manner]
    known = manner != "not_json" and manner != "not_text"
    id_field = {"id": "toolu_1"} if has_id else {}
    return {"type": "tool_use", **id_field, "name": name, "input": json.loads(written) if known else written}


def _message(request: Request, what: str, manner: str) -> dict[str, Any]:
    if _has_tool_call(what, manner):
        return {**answers.message(_model(request), None, "tool_use"), "content": [_block(manner)]}
    stop = "max_tokens" if manner == "spent" else "end_turn"
    return answers.message(_model(request), _text(what, manner), stop)


def _events(request: Request, what: str, manner: str) -> Reply:
    return answers.as_events([answers.event(e) for e in _message_events(request, what, manner)])


def _message_events(request: Request, what: str, manner: str) -> list[dict[str, Any]]:
    model = _model(request)
    if not _has_tool_call(what, manner):
        return answers.events(model, _text(what, manner), "max_tokens" if manner == "spent" else "end_turn")
    _, written, _ = HALVES[manner]
    first, *_, last, end = answers.events(model, "", "tool_use")
    parts = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": piece}}
        for piece in (written[:8], written[8:])
    ]
    begun = {"type": "content_block_start", "index": 0, "content_block": {**_block(manner), "input": {}}}
    return [first, begun, *parts, {"type": "content_block_stop", "index": 0}, last, end]


# -- bedrock -----------------------------------------------------------------------------------------------------------


def _conversed(request: Request, what: str, manner: str) -> dict[str, Any]:
    if not _has_tool_call(what, manner):
        return bedrock_doors.conversed(_text(what, manner), "max_tokens" if manner == "spent" else "end_turn")
    found, block = bedrock_doors.conversed("", "tool_use"), _block(manner)
    used = {"name": block["name"], "input": block["input"], **({"toolUseId": block["id"]} if "id" in block else {})}
    found["output"]["message"]["content"] = [{"toolUse": used}]
    return found


def _converse_frames(request: Request, what: str, manner: str) -> Reply:
    if not _has_tool_call(what, manner):
        stop = "max_tokens" if manner == "spent" else "end_turn"
        frames = bedrock_doors.converse_frames(stop, [{"text": _text(what, manner)}])
    else:
        name, written, _ = HALVES[manner]
        pieces = [{"toolUse": {"input": piece}} for piece in (written[:8], written[8:])]
        frames = bedrock_doors.converse_frames(
            "tool_use", pieces, {"toolUse": {"toolUseId": "tooluse_1", "name": name}}
        )
    return answers.as_events(frames, bedrock_doors.FRAMED)


def _invoke_frames(request: Request, what: str, manner: str) -> Reply:
    frames = bedrock_doors.invoke_frames(_message_events(request, what, manner))
    return answers.as_events(frames, bedrock_doors.FRAMED)


# -- gemini ------------------------------------------------------------------------------------------------------------


def _model_in_path(request: Request) -> str:
    return request.path.rpartition("/")[2].partition(":")[0]


def _part(manner: str) -> dict[str, Any]:
    name, written, _ = HALVES[manner]
    known = manner not in ("not_json", "not_text")
    return {"functionCall": {"name": name, "args": json.loads(written) if known else written}}


def _generated(request: Request, what: str, manner: str) -> dict[str, Any]:
    found = answers.generated(
        _model_in_path(request), _text(what, manner), "MAX_TOKENS" if manner == "spent" else "STOP"
    )
    if _has_tool_call(what, manner):
        found["candidates"][0]["content"]["parts"] = [_part(manner)]
    return found


def _pieces(request: Request, what: str, manner: str) -> Reply:
    if _has_tool_call(what, manner) or manner == "spent":
        return answers.as_events([answers.data(_generated(request, what, manner))])
    return answers.as_events(
        [answers.data(piece) for piece in answers.generated_pieces(_model_in_path(request), _text(what, manner))]
    )


# -- ollama ------------------------------------------------------------------------------------------------------------


def _spoken(request: Request, what: str, manner: str) -> dict[str, Any]:
    found = answers.spoken(_model(request), _text(what, manner), "length" if manner == "spent" else "stop")
    if _has_tool_call(what, manner):
        function = _part(manner)["functionCall"]
        called = {"function": {"name": function["name"], "arguments": function["args"]}}
        found["message"] = {"role": "assistant", "content": "", "tool_calls": [called]}
    return found


def _lines(request: Request, what: str, manner: str) -> Reply:
    rows: list[Step] = []
    if _has_tool_call(what, manner):
        called = _spoken(request, what, manner)["message"]
        rows.append(answers.line({"model": _model(request), "message": called, "done": False}))
        rows.append(answers.line(answers.spoken(_model(request), "")))
    else:
        *said, _ = answers.chat_lines(_model(request), _text(what, manner))
        reason = "length" if manner == "spent" else "stop"
        rows += [answers.line(row) for row in (*said, answers.spoken(_model(request), "", reason))]
    return answers.as_lines(rows)
