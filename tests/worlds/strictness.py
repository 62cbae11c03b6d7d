"""The table of worlds whose answers and streams some official SDK does not read: as strict as the client, no stricter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mutants import sound
from mutants.mutant import dumped, framed
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, Reply, ScriptEnd, head
from worlds.settings import CLAUDE
from worlds.stage import Scenario

_ANTHROPIC = "https://relay.example"
_JSON, _EVENTS = "application/json", "text/event-stream"
_DOORS: dict[str, Callable[..., Handler]] = {
    "openai": b.openai,
    "anthropic": b.anthropic,
    "responses": b.responses,
    "gemini": b.gemini,
    "ollama": b.ollama,
}
_GIVEN: dict[str, dict[str, Any]] = {
    "openai": {},
    "responses": {"protocol": "responses"},
    "anthropic": {"protocol": "anthropic", "base_url": _ANTHROPIC, "model": CLAUDE, "shape": "relay"},
    "gemini": {
        "protocol": "gemini",
        "base_url": "https://generativelanguage.googleapis.com",
        "model": answers.GEMINIS[0],
        "shape": "gemini",
    },
    "ollama": {
        "protocol": "ollama",
        "base_url": "http://127.0.0.1:{port}",
        "model": answers.LLAMAS[0],
        "typed": lambda key: None,
    },
}
_SILENT = "the SDK ends in an empty success without a word; the user has no answer"
_NODE = ("openai-node 7.59.0",)


def _model(protocol: str, value: Any) -> Any:
    """Return the response with the model that was asked for."""
    asked = {"anthropic": CLAUDE, "gemini": answers.GEMINIS[0], "ollama": answers.LLAMAS[0]}.get(protocol)
    text = dumped(value)
    for name in ("gpt-4o-mini", "claude-haiku-4-5", "gemini-2.5-flash", "llama3.2"):
        text = text.replace(f'"{name}"', f'"{asked or answers.MODELS[0]}"')
    return text


def _plain(
    protocol: str, change: Callable[[Any], Any], *, kind: str = _JSON, status: int = 200
) -> Callable[[str], Handler]:
    value = sound.plain(protocol)
    change(value)
    reply = Reply(status, (("Content-Type", kind),) if kind else (), _model(protocol, value).encode())
    return _door(protocol, chat=reply)


def _streamed(
    protocol: str, change: Callable[[sound.Events], object] = lambda rows: None, *, front: str = "", behind: str = ""
) -> Callable[[str], Handler]:
    rows = sound.stream(protocol)
    change(rows)
    body = (front + _model(protocol, framed(protocol, rows)) + behind).encode()
    kind = "application/x-ndjson" if protocol == "ollama" else _EVENTS
    return _door(protocol, stream=Reply(200, (("Content-Type", kind),), body))


def _torn(protocol: str) -> Callable[[str], Handler]:
    """Return a door that closes the connection behind a whole stream, without the last chunk."""
    body = _model(protocol, framed(protocol, sound.stream(protocol))).encode()
    kind = "application/x-ndjson" if protocol == "ollama" else _EVENTS
    top = head(200, (("Content-Type", kind), ("Transfer-Encoding", "chunked")))
    return _door(protocol, stream=[top, b"%x\r\n%b\r\n" % (len(body), body), ScriptEnd.CLOSE])


def _door(protocol: str, **wrong: Any) -> Callable[[str], Handler]:
    make = _DOORS[protocol]
    return (lambda key: make(**wrong)) if protocol == "ollama" else (lambda key: make(key, **wrong))


def _world(protocol: str, name: str, root: str | None, world: Callable[[str], Handler], **more: Any) -> Scenario:
    return Scenario(f"strict-{protocol}-{name}", root, world, **(_GIVEN[protocol] | more))


def _without(*path: str | int) -> Callable[[Any], None]:
    """Return a change that deletes the field at the path."""

    def change(value: Any) -> None:
        for key in path[:-1]:
            value = value[key]
        del value[path[-1]]

    return change


def _with(new: Any, *path: str | int) -> Callable[[Any], None]:
    """Return a change that sets the field at the path."""

    def change(value: Any) -> None:
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = new

    return change


def _deltas(new: Any) -> Callable[[sound.Events], None]:
    def change(rows: sound.Events) -> None:
        for _, value in rows[:4]:
            value["choices"][0]["delta"] = new

    return change


def _untyped(rows: sound.Events) -> None:
    for _, value in rows:
        if "delta" in value and "text" in value["delta"]:
            del value["delta"]["type"]


def _renamed(name: str) -> Callable[[sound.Events], None]:
    def change(rows: sound.Events) -> None:
        rows[:] = [(name, value) for _, value in rows]

    return change


_MALFORMED = {"also": ("stream.malformed",)}


def _refused(words: str) -> Reply:
    return answers.as_json({"error": {"message": words, "type": "invalid_request_error"}}, 400)


# No text although the answer says that it is complete.
_WORDLESS = (
    _world("openai", "wordless", "shape.malformed_answer", _plain("openai", _with(None, "choices", 0, "message", "content")), says=("no text",), sdk=_SILENT),
    _world("openai", "wordless-stream", "stream.malformed", _streamed("openai", _deltas({})), says=("no text",), sdk=_SILENT),
    _world("openai", "refusal", None, _plain("openai", lambda one: one["choices"][0]["message"].update(content=None, refusal="No."))),
    _world("openai", "spent", None, _plain("openai", lambda one: (_with(None, "choices", 0, "message", "content")(one), _with("length", "choices", 0, "finish_reason")(one)))),
    _world("anthropic", "untyped", "stream.malformed", _streamed("anthropic", _untyped), says=("no text",), sdk=_SILENT),
    _world("gemini", "wordless", "shape.malformed_answer", _plain("gemini", _without("candidates", 0, "content")), says=("no text",), sdk=_SILENT),
    _world("responses", "wordless", "shape.malformed_answer", _plain("responses", _with([], "output")), says=("no text",), sdk=_SILENT),
    _world("ollama", "wordless", "shape.malformed_answer", _plain("ollama", _with("", "message", "content")), says=("no text",), sdk=_SILENT),
)  # fmt: skip

# What comes behind the protocol's own end.
_BEHIND = (
    _world("anthropic", "torn", "stream.cut", _torn("anthropic"), says=("anthropic-python 2.14.0",)),
    _world("responses", "torn", "stream.cut", _torn("responses")),
    _world("ollama", "torn", "stream.cut", _torn("ollama")),
    _world("openai", "torn", None, _torn("openai")),
    _world("anthropic", "error-behind", "stream.error_inside", _streamed("anthropic", behind='event: error\ndata: {"type":"error","error":{"type":"api_error","message":"boom"}}\n\n'), says=("boom",)),
    _world("responses", "id-behind", "stream.malformed", _streamed("responses", behind="id: 7\n\n")),
    _world("ollama", "blank-behind", "stream.malformed", _streamed("ollama", behind="\n")),
)  # fmt: skip

# Fields that the clients read, and types that they check.
_FIELDS = (
    _world("openai", "no-delta", "stream.malformed", _streamed("openai", lambda rows: _without("choices", 0, "delta")(rows[4][1])), says=("choices[0].delta", "openai-python 3.57.0")),
    _world("openai", "usage-chunk", None, _streamed("openai", lambda rows: _without("choices")(rows[5][1])), says=_NODE, **_MALFORMED),
    _world("ollama", "no-role", "shape.malformed_answer", _plain("ollama", _without("message", "role")), says=("message.role is missing", "ollama-python 0.6.3")),
    _world("ollama", "fraction", "stream.malformed", _streamed("ollama", lambda rows: _with(9.5, "eval_count")(rows[3][1])), says=("eval_count",)),
    _world("gemini", "fraction", "shape.malformed_answer", _plain("gemini", _with(9.5, "usageMetadata", "totalTokenCount")), says=("usageMetadata.totalTokenCount", "google-genai 3.6.1")),
    _world("gemini", "created", "shape.malformed_answer", _plain("gemini", lambda one: None, status=201), says=("201",)),
    _world("anthropic", "no-usage", None, _streamed("anthropic", lambda rows: _without("message", "usage")(rows[0][1])), says=("message_start.message.usage is missing", "breaks the stream helper of anthropic-python 2.14.0"), **_MALFORMED),
    _world("anthropic", "no-content", None, _streamed("anthropic", lambda rows: _without("message", "content")(rows[0][1])), says=("message_start.message.content",), **_MALFORMED),
    _world("openai", "no-object", None, _streamed("openai", lambda rows: [_without("object")(value) for _, value in rows[:-1]]), says=("stream helper of openai-python 3.57.0",), **_MALFORMED),
    _world("responses", "no-created", None, _streamed("responses", lambda rows: rows.pop(0)), says=("response.created",), **_MALFORMED),
)  # fmt: skip

# Events and lines that do not belong there.
_FOREIGN = (
    _world("openai", "ping", None, _streamed("openai", front="event: ping\ndata: {}\n\n"), says=_NODE, **_MALFORMED),
    _world("openai", "null-event", "stream.malformed", _streamed("openai", front="data: null\n\n")),
    _world("openai", "retry", "stream.malformed", _streamed("openai", front="retry: 3000\n\n")),
    _world("openai", "comments", None, _streamed("openai", front=": ping\n\n")),
    _world("anthropic", "text-event", "stream.malformed", _streamed("anthropic", front="event: zz\ndata: hello\n\n"), says=("hello",)),
    _world("openai", "broken-middle", "stream.malformed", _streamed("openai", lambda rows: rows.insert(2, ("", '{"broken":'))), says=('{"broken":',)),
    _world("openai", "text-type", None, _plain("openai", lambda one: None, kind="text/plain"), also=("shape.malformed_answer",), says=_NODE),
)  # fmt: skip

# What looks wrong and every client reads.
_SOUND = (
    _world("anthropic", "event-names", None, _streamed("anthropic", _renamed("message"))),
    _world("anthropic", "code-zero", None, _streamed("anthropic", front='data: {"code":0,"msg":"ok"}\n\n')),
    _world("anthropic", "ignored-error", None, _streamed("anthropic", front='data: {"error":"boom"}\n\n'), also=("stream.error_inside",)),
    _world("gemini", "code-zero", None, _streamed("gemini", front='data: {"code":0,"msg":"ok"}\n\n')),
)  # fmt: skip

# One half of the API works.
_HALVES = (
    _world("openai", "stream-alone", "model.parameter_rejected", _door("openai", chat=_refused("This model only support stream mode, please enable the stream parameter.")), says=("Turn on streaming",)),
    _world("openai", "no-unstreamed", "model.parameter_rejected", _door("openai", chat=_refused("Non-streaming requests are not supported for this model")), says=("Turn on streaming",)),
    _world("openai", "stream-alone-chinese", "model.parameter_rejected", _door("openai", chat=_refused("该模型仅支持流式调用")), says=("Turn on streaming",)),
    _world("openai", "stream-alone-empty", "shape.malformed_answer", _plain("openai", _with([], "choices"))),
)  # fmt: skip

SCENARIOS = (*_WORDLESS, *_BEHIND, *_FIELDS, *_FOREIGN, *_SOUND, *_HALVES)
