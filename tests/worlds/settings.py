"""The table of wrong worlds, and of correct ones that look wrong: settings, the world that they meet, and the required
report.

Ids of real reports (``source``) are those of the project's collected cases; names such as ``s_crlf`` are rows of the
measured tables of the SDK facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from probes.demo_server import answers, error_bodies, handlers, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request, ScriptEnd, Wait, head
from probes.model.failure import Kind
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Flow, FlowPart, Limits, Override
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable
from worlds.stage import HASTY, LOCAL, RELAY, Roads, Scenario, made_up

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/openai"
AZURE = "https://res.openai.azure.com/openai/v1"
MODEL, CLAUDE = answers.MODELS[0], answers.CLAUDES[0]

SILENT = "the SDK ends in an empty success without a word; the user has no answer"
CUT_SILENTLY = "the SDK takes the torn stream for a whole one; the user loses the rest of the answer"
WITHHELD = "the key is not sent in the clear, though the SDK would send it"
ALIVE = "the SDK refuses to start without a key; any text will do at a server that asks for none"


_WITHHELD = "the SDK sends the key without asking"
_PROJECT_FLOW = Flow(
    environment_variable("OPENAI_API_KEY"),
    Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_BASE_URL", ".env", 1),
    FlowPart.BASE_URL,
    "relay.example",
)
_PROJECT = Override((_PROJECT_FLOW,), "api.openai.com", DEFAULT)


# -- how worlds are made -----------------------------------------------------------------------------------------------


def door(make: Callable[..., Handler] = b.openai, **wrong: Any) -> Callable[[str], Handler]:
    """Make a door that accepts the user's key and has these faults."""
    return lambda key: make(key, **wrong)


def stranger(make: Callable[..., Handler] = b.openai, **wrong: Any) -> Callable[[str], Handler]:
    """Make a door that does not know the user's key."""
    return lambda key: make(made_up("relay"), **wrong)


def always(what: handlers.What) -> Callable[[str], Handler]:
    return lambda key: handlers.always(what)


def refusing(what: handlers.What, make: Callable[..., Handler] = b.openai, **more: Any) -> Callable[[str], Handler]:
    """Make a door that lists its models and refuses every generation."""
    return door(make, chat=what, stream=what, **more)


def said(status: int, body: object, *headers: tuple[str, str]) -> Reply:
    return answers.as_json(body, status, *headers)


def claude(name: str, root: str | None = None, world: Callable[[str], Handler] | None = None, **more: Any) -> Scenario:
    """Make a scenario at Anthropic's own host."""
    given: dict[str, Any] = {"base_url": ANTHROPIC, "protocol": "anthropic", "model": CLAUDE, "shape": "anthropic"}
    return Scenario(name, root, world or b.anthropic, **(given | more))


def at(base_url: str, shape: str, model: str = MODEL) -> dict[str, Any]:
    return {"base_url": base_url, "shape": shape, "model": model}


def known(*models: str) -> dict[str, Any]:
    return {"models": models}


# -- correct worlds: no alarm ------------------------------------------------------------------------------------------


def _handler_of(replies: Sequence[Answer]) -> Handler:
    return handlers.turns(*replies)


def _one_at_a_time(key: str) -> Handler:
    """Serve one generation at a time: others that arrive meanwhile get a 429, as on a plan without parallel requests."""
    busy: set[int] = set()
    sound = b.openai(key)

    def handler(request: Request) -> Answer:
        if request.method != "POST":
            return sound(request)
        if busy:
            return handlers.give("openai-429", request)
        busy.add(request.connection)

        def script() -> Iterable[Any]:
            answer = sound(request)
            assert isinstance(answer, Reply)
            yield Wait(0.15)
            busy.discard(request.connection)
            body = (
                answer.body
                if isinstance(answer.body, bytes)
                else b"".join(p for p in answer.body if isinstance(p, bytes))
            )
            kind = next(value for name, value in answer.headers if name == "Content-Type")
            yield head(200, (("Content-Type", kind), ("Content-Length", str(len(body))))) + body
            yield ScriptEnd.KEEP

        return script()

    return handler


def _once(status: int, what: handlers.What) -> Callable[[str], Handler]:
    """Make a door whose first generation fails like this and whose later ones work."""

    def make(key: str) -> Handler:
        sound, left = b.openai(key), [what]

        def handler(request: Request) -> Answer:
            if request.method == "POST" and left:
                return handlers.give(left.pop(), request)
            return sound(request)

        return handler

    return make


def _list(what: handlers.What) -> Callable[[str], Handler]:
    return door(listing=what)


def _refuses(parameter: str, error: str) -> Callable[[str], Handler]:
    return lambda key: handlers.first(b.refuses(parameter, error), b.openai(key))


def _lf_only(key: str) -> Handler:
    return b.openai(key, chat=wrong_answers.ANSWERS["ok_noclose_lf"])


def _slow(seconds: float) -> Callable[[str], Handler]:
    def make(key: str) -> Handler:
        return b.openai(
            key,
            chat=wrong_streams.delayed(wrong_answers.ANSWERS["ok"], seconds),
            stream=answers.as_events(
                [step for part in (*answers.chunks(), answers.DONE) for step in (Wait(seconds / 5), part)]
            ),
        )

    return make


_THINKING_SPENT = answers.as_json(answers.completion(text="", finish="length", reasoning_content="Let me think"))

SOUND = (
    Scenario("sound-relay", proven={"key": True}, settings={"base_url": RELAY, "auth": "bearer", "key": "as given"}),
    Scenario("sound-trailing-slash", base_url=f"{RELAY}/"),
    Scenario("sound-openai", base_url=OPENAI, shape="openai"),
    Scenario("sound-deepseek-root", base_url="https://api.deepseek.com", shape="deepseek", world=door(prefix="")),
    Scenario("sound-groq", world=door(prefix="/openai/v1"), **at("https://api.groq.com/openai/v1", "groq")),
    Scenario("sound-openrouter", world=door(prefix="/api/v1"), **at("https://openrouter.ai/api/v1", "openrouter")),
    Scenario("sound-zhipu", world=door(prefix="/api/paas/v4"), **at("https://open.bigmodel.cn/api/paas/v4", "zhipu")),
    Scenario("sound-gemini-openai", world=door(prefix="/v1beta/openai"), **at(GEMINI, "gemini")),
    Scenario("sound-auto", protocol="auto"),
    Scenario("sound-local", base_url=LOCAL, proven={"reachable": True}),
    Scenario("sound-local-any-key", base_url=LOCAL, world=lambda key: b.openai(), typed=lambda key: "ollama"),
    Scenario("sound-local-empty-word", base_url=LOCAL, world=lambda key: b.openai(), typed=lambda key: "EMPTY"),
    Scenario(
        "sound-local-no-key-required",
        base_url=LOCAL,
        world=lambda key: b.openai(),
        typed=lambda key: "sk-no-key-required",
    ),
    Scenario("sound-local-crosses", base_url=LOCAL, world=lambda key: b.openai(), typed=lambda key: "xxx"),
    Scenario("sound-local-dummy", base_url=LOCAL, world=lambda key: b.openai(), typed=lambda key: "lm-studio"),
    Scenario(
        "sound-ollama",
        base_url=LOCAL,
        world=lambda key: b.ollama(),
        model="llama3.2:latest",
        typed=lambda key: "ollama",
    ),
    Scenario(
        "keyless-local",
        base_url=LOCAL,
        world=lambda key: b.openai(),
        typed=lambda key: None,
        also=("settings.missing_key",),
        verdict="healthy",
        sdk=ALIVE,
    ),
    Scenario("sound-no-model", model=None, settings={"model": "gpt-5-nano"}),
    Scenario(
        "sound-no-list-no-model",
        sdk="an SDK has no model of its own, and the test asks for another one",
        world=door(listing="openai-404", models=["gpt-5.6-luna"]),
        model=None,
        base_url=OPENAI,
        shape="openai",
    ),
    Scenario(  # the model is the check's own choice, so its refusal is no fault of the user's
        "no-list-and-an-unknown-model",
        world=_list("openai-404"),
        model=None,
        base_url=OPENAI,
        shape="openai",
        verdict="inconclusive",
    ),
    Scenario("sound-list-missing", world=_list("openai-404")),
    Scenario("sound-list-empty-404", world=_list("empty-404")),
    Scenario("sound-list-html", world=_list("spa")),
    Scenario("sound-list-forbidden", world=_list("openai-scope")),
    Scenario("sound-list-broken", world=_list("openai-500")),
    Scenario("sound-list-empty", world=_list(answers.as_json({"object": "list", "data": []}))),
    Scenario("sound-list-null", world=_list(answers.as_json({"object": "list", "data": None}))),
    Scenario("sound-list-odd", world=_list(answers.as_json(["gpt-5-nano", "gpt-4o-mini"]))),
    Scenario("sound-list-huge", world=_list(answers.model_list(["gpt-5-nano", *(f"model-{n}" for n in range(6000))]))),
    Scenario("sound-list-lacks-model", world=_list(answers.model_list(["gpt-4o-mini"]))),
    Scenario("sound-list-public", world=door(public_models=True)),
    Scenario("sound-list-slow", world=_list(wrong_streams.delayed(answers.model_list(answers.MODELS), 0.4))),
    Scenario("sound-slow", world=_slow(0.6)),
    Scenario("sound-reasoning-spent", world=door(chat=_THINKING_SPENT, stream=wrong_streams.STREAMS["s_spent"])),
    Scenario(
        "sound-reasoning-spent-null",
        world=door(chat=wrong_answers.ANSWERS["spent_null"], stream=wrong_streams.STREAMS["s_spent"]),
    ),
    Scenario("sound-tool-call", world=door(chat=wrong_answers.ANSWERS["tool_call"])),
    Scenario(
        "null-content", "shape.malformed_answer", door(chat=wrong_answers.ANSWERS["json_nullcontent"]), sdk=SILENT
    ),
    Scenario("sound-refuses-max-tokens", world=_refuses("max_tokens", "openai-max-tokens")),
    Scenario("sound-refuses-temperature", world=_refuses("temperature", "openai-temperature")),
    Scenario("sound-dated-model", world=door(chat=wrong_answers.ANSWERS["dated"])),
    Scenario("sound-http10", world=door(chat=wrong_answers.ANSWERS["http10"])),
    Scenario("sound-close-delimited", world=door(chat=wrong_answers.ANSWERS["close_delim"])),
    Scenario("sound-lf-headers", world=_lf_only),
    Scenario("sound-429-once", world=_once(429, "openai-429")),
    Scenario("sound-503-once", world=_once(503, "envoy-503"), verdict="degraded", also=("http.gateway_error",)),
    Scenario("sound-closed-once", world=_once(0, wrong_answers.ANSWERS["close_nobyte"])),
    Scenario("sound-one-at-a-time", world=_one_at_a_time),
    Scenario(
        "sound-first-choice-has-no-channel",
        world=lambda key: b.openai(
            key,
            models=answers.MODELS[:1],
            listing=answers.model_list(["m-nano", *answers.MODELS[:1]]),
            unknown_model="newapi-no-channel",
        ),
        model=None,
    ),
    Scenario("sound-redirect-307", world=lambda key: b.slashed(b.openai(key)), also=("http.redirected",)),
    Scenario("sound-ipv6", base_url="http://[::1]:{port}/v1", listen="::1"),
    Scenario(
        "sound-two-addresses",
        roads=Roads({"relay.example": ("203.0.113.9", "203.0.113.10")}, {"203.0.113.9": Kind.REFUSED}),
    ),
    Scenario(
        "sound-fake-ip", roads=Roads({"relay.example": ("198.18.0.7",)}), verdict="healthy", also=("dns.fake_ip",)
    ),
    Scenario(
        "sound-private-relay",
        base_url="http://192.168.31.6:3000/v1",
        roads=Roads(),
    ),
    Scenario(
        "sound-private-name",
        base_url="http://llm.internal:8000/v1",
        roads=Roads({"llm.internal": ("10.1.2.3",)}),
    ),
    Scenario("sound-proxy", proxy=b.proxy, never=("proxy.captures_local",)),
    Scenario("sound-proxy-without-scheme", proxy=b.proxy, proxies=(("https", "127.0.0.1:{front}"),)),
    Scenario("sound-proxy-all", proxy=b.proxy, proxies=(("all", "{proxy}"),)),
    Scenario(
        "sound-proxy-password",
        proxy=lambda port: b.proxy(port, user="user", password="p@ss word"),
        proxies=(("https", "http://user:p%40ss%20word@127.0.0.1:{front}"),),
    ),
    Scenario("sound-no-proxy-star", base_url=LOCAL, proxies=(("http", "http://127.0.0.1:{closed}"), ("no_proxy", "*"))),
    Scenario(
        "sound-no-proxy-listed",
        base_url=LOCAL,
        proxies=(("http", "http://127.0.0.1:{closed}"), ("no_proxy", "localhost, 127.0.0.1")),
    ),
    Scenario(
        "sound-no-proxy-cidr",
        base_url=LOCAL,
        proxies=(("http", "http://127.0.0.1:{closed}"), ("no_proxy", "127.0.0.0/8")),
    ),
    Scenario("sound-https-proxy-for-http", base_url=LOCAL, proxies=(("https", "http://127.0.0.1:{closed}"),)),
    Scenario("sound-proxy-emptied", base_url=LOCAL, proxies=(("http", ""),)),
    Scenario("sound-official-key-elsewhere", shape="openai", also=("key.official_elsewhere",)),
    Scenario("sound-typo-like-relay", base_url="https://api.openai-relay.example/v1", never=("url.host_typo",)),
    Scenario(
        "sound-double-slash-served",
        base_url=f"{RELAY}//",
        world=lambda key: _lenient(b.openai(key)),
        also=("url.double_slash",),
    ),
    claude("sound-anthropic", proven={"key": True}, settings={"base_url": ANTHROPIC, "protocol": "anthropic"}),
    claude("sound-anthropic-auto", protocol="auto"),
    claude("sound-anthropic-relay", base_url="https://relay.example", shape="relay"),
    claude(
        "sound-anthropic-path",
        world=door(b.anthropic, prefix="/anthropic"),
        base_url="https://api.deepseek.com/anthropic",
        shape="deepseek",
    ),
    claude("sound-anthropic-thinking", world=door(b.anthropic, chat=wrong_answers.ANTHROPIC_ANSWERS["thinking"])),
    claude(
        "sound-anthropic-spent",
        world=door(
            b.anthropic,
            chat=wrong_answers.ANTHROPIC_ANSWERS["spent"],
            stream=wrong_streams.ANTHROPIC_STREAMS["s_spent"],
        ),
    ),
    claude("sound-anthropic-no-list", world=door(b.anthropic, listing="anthropic-404")),
    claude("sound-anthropic-no-model", model=None),
)


def _lenient(world: Handler) -> Handler:
    """Merge double slashes in the path before ``world`` sees it, as some routers do."""
    return lambda request: world(replace(request, target=request.target.replace("//", "/")))


# 200 responses that the Python SDKs read despite their oddities (table T3).
_READ = (
    *("json_nousage", "json_noid", "json_bom", "json_ct_text", "json_ct_html", "json_ct_none", "json_ct_octet"),
    *("json_ct_problem", "json_ct_upper", "json_ct_sse", "ws_before_json", "gzip_json", "created201", "json_strnums"),
)
# Those that the SDKs for Node do not read.
_NOT_IN_NODE = ("json_ct_text", "json_ct_html", "json_ct_none", "json_ct_octet", "json_ct_sse")
SOUND_ANSWERS = tuple(
    Scenario(
        f"answer-{name}",
        world=door(chat=wrong_answers.ANSWERS[name]),
        also=("shape.malformed_answer",) if name in _NOT_IN_NODE else (),
    )
    for name in _READ
)

# Streams that all official Python SDKs read to the end (table T5).
_STREAMED = (
    *("s_done", "s_crlf", "s_cr", "s_comments", "s_openrouter", "s_ping_event", "s_keepalive_event", "s_nospace"),
    *(
        "s_bom",
        "s_id_retry",
        "s_last_no_blank",
        "s_sse_ct_text",
        "s_sse_no_ct",
        "s_gzip",
        "s_gzip_buffered",
        "s_deflate",
    ),
    *("s_buffered", "s_bytewise", "s_slow_ping", "s_done_appended"),
)
_STREAMED_OPENAI = (
    *("s_extra_after_done", "s_done_nospace", "s_usage_chunk", "s_choices_missing", "s_choices_null"),
    *("s_empty_first_choices", "s_finish_empty_str", "s_no_role", "s_no_id", "s_minimal_full_content", "s_reasoning"),
    *("s_utf8_split", "s_spent"),
)
_STREAMED_ANTHROPIC = (
    *("s_no_message_start", "s_no_block_stop", "s_no_block_start", "s_no_ping", "s_unknown_event", "s_usage_null"),
    *("s_start_no_usage", "s_spent", "s_emptydata"),
)
# Those that the SDKs for Node or the stream helpers do not read.
_WARNED = (
    "s_ping_event",
    "s_keepalive_event",
    "s_choices_missing",
    "s_choices_null",
    "s_finish_empty_str",
    "s_no_role",
)
_WARNED += ("s_no_id", "s_no_finish")
_WARNED_ANTHROPIC = ("s_bom", "s_last_no_blank", "s_no_message_start", "s_no_block_start", "s_usage_null")
_WARNED_ANTHROPIC += ("s_start_no_usage",)
_ODD_TYPES = ("s_sse_ct_json", "s_sse_ct_html", "s_sse_ct_octet")


def _streamed(name: str, root: str | None = None, **more: Any) -> Scenario:
    return Scenario(f"stream-{name}", root, door(stream=wrong_streams.STREAMS[name]), **more)


def _streamed_claude(name: str, root: str | None = None, **more: Any) -> Scenario:
    return claude(
        f"anthropic-stream-{name}", root, door(b.anthropic, stream=wrong_streams.ANTHROPIC_STREAMS[name]), **more
    )


SOUND_STREAMS = (
    *(
        _streamed(name, also=("stream.malformed",) if name in _WARNED else ())
        for name in (*_STREAMED, *_STREAMED_OPENAI)
    ),
    *(
        _streamed_claude(name, also=("stream.malformed",) if name in _WARNED_ANTHROPIC else ())
        for name in (*_STREAMED, *_STREAMED_ANTHROPIC)
    ),
    # All four measured SDKs read them, but some clients check the content type first (openclaw-97474).
    *(
        _streamed(name, also=("stream.malformed",), source="openclaw-97474-sse-as-json" if "json" in name else "")
        for name in _ODD_TYPES
    ),
)


# -- broken streams ----------------------------------------------------------------------------------------------------

_WRONG_STREAMS: dict[str, tuple[str, str]] = {
    # name: root cause, sdk
    "s_emptydata": ("stream.malformed", "agrees"),
    "s_jsonlines": ("stream.malformed", SILENT),
    "s_ndjson": ("stream.malformed", SILENT),
    "s_no_blank_lines": ("stream.malformed", SILENT),
    "s_json_ignored": ("stream.ignored", SILENT),
    "s_json_ignored_pretty": ("stream.ignored", SILENT),
    "s_html200": ("stream.malformed", SILENT),
    "s_html_in_sse": ("stream.malformed", SILENT),
    "s_empty": ("stream.malformed", SILENT),
    "s_empty_length0": ("stream.malformed", SILENT),
    "s_only_done": ("stream.malformed", SILENT),
    "s_error_first": ("stream.error_inside", "agrees"),
    "s_error_mid": ("stream.error_inside", "agrees"),
    "s_error_mid_str": ("stream.error_inside", "agrees"),
    "s_error_event": ("stream.error_inside", "agrees"),
    "s_error_event_first": ("stream.error_inside", "agrees"),
    "s_error_event_anthropic": ("stream.error_inside", "agrees"),
    "s_error_event_text": ("stream.error_inside", "agrees"),
    "s_error_codemsg": ("stream.error_inside", CUT_SILENTLY),
    "s_error_nodata_json": ("stream.cut", CUT_SILENTLY),
    "s_error_json_200": ("stream.error_inside", SILENT),
    "s_error_html_mid": ("stream.cut", CUT_SILENTLY),
    "s_cut_chunked": ("stream.cut", "agrees"),
    "s_cut_chunked_boundary": ("stream.cut", "agrees"),
    "s_cut_rst": ("stream.cut", "agrees"),
    "s_cut_close": ("stream.cut", CUT_SILENTLY),
    "s_cut_close_boundary": ("stream.cut", CUT_SILENTLY),
    "s_cut_clean_chunk": ("stream.cut", CUT_SILENTLY),
    "s_cut_clean": ("stream.cut", CUT_SILENTLY),
    "s_gzip_lie": ("stream.malformed", "agrees"),
    "s_gzip_nohdr": ("stream.malformed", "agrees"),
    "s_invalid_utf8": ("stream.malformed", "agrees"),
    "s_badjson_mid": ("stream.malformed", "agrees"),
    "s_gbk": ("stream.malformed", "agrees"),
}
_WRONG_OPENAI: dict[str, tuple[str, str]] = {
    "s_multiline_data": (None, "agrees"),
    "s_done_lower": ("stream.malformed", "agrees"),
    "s_message_not_delta": ("stream.malformed", "agrees"),
    "s_anthropic_events": ("stream.malformed", SILENT),
    "s_finish_error": ("stream.error_inside", CUT_SILENTLY),
}
# The SDKs of the two protocols differ: Anthropic's skips events without an `event:` line that it knows.
_WRONG_ANTHROPIC: dict[str, tuple[str, str]] = {
    "s_error_first": ("stream.error_inside", SILENT),
    "s_error_mid": ("stream.error_inside", CUT_SILENTLY),
    "s_error_mid_str": ("stream.error_inside", CUT_SILENTLY),
    "s_no_event_lines": ("stream.malformed", SILENT),
    "s_chat_chunks": ("stream.malformed", SILENT),
    "s_no_finish": ("stream.cut", CUT_SILENTLY),
}

_READ_BY_ANTHROPIC = ("s_emptydata", "s_badjson_mid")

WRONG_STREAMS = (
    *(_streamed(name, root, sdk=sdk) for name, (root, sdk) in (_WRONG_STREAMS | _WRONG_OPENAI).items()),
    *(
        _streamed_claude(name, root, sdk=sdk)
        for name, (root, sdk) in (_WRONG_STREAMS | _WRONG_ANTHROPIC).items()
        if name not in _READ_BY_ANTHROPIC
    ),
    _streamed("s_nodone", also=("stream.no_terminator",), proven={"stream": True}),
    _streamed("s_last_no_blank_nodone", "stream.cut", sdk=CUT_SILENTLY),
    # Every measured SDK reads a stream that gives no finish reason but ends properly as a whole.
    _streamed("s_no_finish", also=("stream.malformed",)),
    _streamed("s_no_delta", "stream.malformed"),
    _streamed_claude("s_no_message_stop", also=("stream.no_terminator", "stream.malformed")),
    _streamed_claude("s_no_message_delta", verdict="healthy"),
    _streamed("s_stalled", "stream.stalled", limits=HASTY),
    _streamed("s_stalled_first", "stream.stalled", limits=HASTY),
    _streamed_claude("s_stalled", "stream.stalled", limits=HASTY),
    Scenario(
        "stream-held-back",
        world=door(
            stream=wrong_streams.buffered(
                [*answers.chunks()[:2] * 6, *answers.chunks()[2:], answers.usage(), answers.DONE], 1.2
            )
        ),
        also=("stream.buffered",),
        source="llamacpp-20872-sse-buffer",
    ),
    Scenario(
        "stream-comment-as-data",
        "stream.malformed",
        door(stream=answers.as_events([b"data: : OPENROUTER PROCESSING\n\n", *answers.chunks(), answers.DONE])),
        source="llmgateway-2053-comment-as-data",
    ),
    Scenario(
        "stream-refused-alone",
        "model.not_permitted",
        door(
            stream=said(
                400,
                {
                    "error": {
                        "message": "Your organization must be verified to stream this model.",
                        "type": "invalid_request_error",
                        "param": "stream",
                        "code": "unsupported_value",
                    }
                },
            )
        ),
        base_url=OPENAI,
        shape="openai",
        proven={"answer": True, "stream": False},
        source="crush-422-org-not-verified",
    ),
    Scenario(
        "stream-cut-by-relay",
        "stream.cut",
        door(stream=wrong_streams.STREAMS["s_cut_clean"]),
        sdk=CUT_SILENTLY,
        source="cch-937-codex-relay-stream",
    ),
    Scenario(
        "stream-without-done",
        world=door(prefix="/openai/v1", stream=wrong_streams.STREAMS["s_nodone"]),
        base_url="https://api.vendor.example/openai/v1",
        also=("stream.no_terminator",),
        source="codexrelay-31-no-done",
    ),
)


# -- settings ----------------------------------------------------------------------------------------------------------

_UNREAD = Conflict(
    ConflictRole.KEY,
    "OPEN_ROUTER_API_KEY",
    Source(SourceKind.DOTENV, Owner.FOLDER, "OPEN_ROUTER_API_KEY", ".env", 3),
    Secret(made_up("openrouter")),
    ConflictReason.NEAR_NAME,
)

SETTINGS = (
    Scenario("no-key", "settings.missing_key", typed=lambda key: None, proven={"reachable": True, "answer": None}),
    Scenario(
        "no-key-openai",
        "settings.missing_key",
        base_url=OPENAI,
        typed=lambda key: None,
        source="obscopilot-161-provider-dropdown",
    ),
    Scenario(
        "empty-key", "settings.missing_key", base_url=OPENAI, typed=lambda key: "", source="llamaindex-9176-empty-key"
    ),
    Scenario("blank-key", "settings.missing_key", base_url=OPENAI, typed=lambda key: "  \n"),
    Scenario(
        "empty-key-local",
        "settings.missing_key",
        lambda key: b.openai(),
        LOCAL,
        typed=lambda key: "",
        source="openai-python-961-empty-key-lmstudio",
    ),
    Scenario(
        "no-key-local-door",
        "settings.missing_key",
        base_url="http://127.0.0.1:{port}/backend-api/codex",
        world=door(prefix="/backend-api/codex"),
        typed=lambda key: None,
        source="codexlb-454-gui-env",
    ),
    Scenario(
        "key-in-misspelt-variable",
        "settings.wrong_variable",
        door(prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        typed=lambda key: None,
        conflicts=(_UNREAD,),
        source="openclaw-26960-env-name",
    ),
    Scenario(
        "url-in-old-variable",
        "settings.wrong_variable",
        stranger(),
        OPENAI,
        url_source=DEFAULT,
        conflicts=(
            Conflict(
                ConflictRole.BASE_URL,
                "OPENAI_API_BASE",
                environment_variable("OPENAI_API_BASE"),
                RELAY,
                ConflictReason.UNREAD,
            ),
        ),
    ),
    Scenario(
        "two-keys-differ",
        also=("settings.conflict",),
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "OPENAI_API_KEY",
                Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1),
                Secret(made_up("relay")),
                ConflictReason.SHADOWED,
                environment_variable("OPENAI_API_KEY"),
            ),
        ),
    ),
    Scenario(
        "stale-key-wins",
        "auth.rejected",
        stranger(),
        OPENAI,
        shape="openai",
        also=("settings.conflict",),
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "OPENAI_API_KEY",
                Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1),
                Secret(made_up("openai")),
                ConflictReason.SHADOWED,
                environment_variable("OPENAI_API_KEY"),
            ),
        ),
        source="karakeep-1122-env-and-dotenv",
    ),
    Scenario(
        "stale-key-wins-over-good-one",
        "settings.conflict",
        typed=lambda key: made_up("relay"),
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "OPENAI_API_KEY",
                Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1),
                Secret("{key}"),
                ConflictReason.SHADOWED,
                environment_variable("OPENAI_API_KEY"),
            ),
        ),
        settings={
            "key_source": Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1),
            "base_url": RELAY,
        },
        source="karakeep-1122-env-and-dotenv",
    ),
    Scenario(
        "foreign-key-wins-over-good-one",
        "settings.conflict",
        lambda key: b.openai(key, prefix=""),
        "https://api.deepseek.com",
        shape="deepseek",
        typed=lambda key: made_up("anthropic"),
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "OPENAI_API_KEY",
                Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1),
                Secret("{key}"),
                ConflictReason.SHADOWED,
                environment_variable("OPENAI_API_KEY"),
            ),
        ),
        also=("key.wrong_door",),
    ),
    Scenario(
        "key-in-old-variable-works",
        "settings.wrong_variable",
        typed=lambda key: None,
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "OPENAI_KEY",
                environment_variable("OPENAI_KEY"),
                Secret("{key}"),
                ConflictReason.UNREAD,
            ),
        ),
        also=("settings.missing_key",),
        settings={"key_source": environment_variable("OPENAI_KEY")},
    ),
    claude(
        "two-credentials-differ",
        "auth.rejected",
        stranger(b.anthropic, rejected="anthropic-bearer"),
        also=("settings.conflict",),
        key_source=environment_variable("ANTHROPIC_AUTH_TOKEN"),
        auth_variable="ANTHROPIC_AUTH_TOKEN",
        base_url="https://relay.example",
        shape="relay",
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "ANTHROPIC_API_KEY",
                environment_variable("ANTHROPIC_API_KEY"),
                Secret(made_up("relay")),
                ConflictReason.SHADOWED,
                environment_variable("ANTHROPIC_AUTH_TOKEN"),
            ),
        ),
        source="codeg-201-wrong-var",
    ),
    Scenario("project-sends-the-key-elsewhere", also=("settings.project_override",), override=_PROJECT),
    Scenario(
        "project-sends-the-key-elsewhere-not-sent",
        "settings.project_override",
        sdk=_WITHHELD,
        override=replace(_PROJECT, withheld=True),
        proven={"reachable": True, "answer": None},
        unsent=True,
    ),
    Scenario(
        "project-sends-the-key-elsewhere-keyless",
        "settings.project_override",
        sdk=_WITHHELD,
        override=replace(_PROJECT, withheld=True),
        world=lambda key: b.openai(key, public_models=True),
        unsent=True,
    ),
    Scenario(
        "project-sends-the-key-to-this-machine",
        also=("settings.project_override",),
        base_url=LOCAL,
        override=replace(_PROJECT, flows=(replace(_PROJECT_FLOW, host="127.0.0.1:4000"),)),
    ),
    Scenario(
        "project-puts-a-secret-into-the-address",
        "settings.project_override",
        sdk=_WITHHELD,
        override=replace(_PROJECT, withheld=True, in_address=True),
        proven={"reachable": None, "answer": None},
        unsent=True,
    ),
    claude(
        "project-of-claude-code-sends-the-key-elsewhere",
        also=("settings.project_override", "settings.conflict"),
        base_url="https://relay.example",
        shape="relay",
        app="claude-code",
        url_source=Source(SourceKind.APP_VARIABLE, Owner.FOLDER, "ANTHROPIC_BASE_URL", ".claude/settings.json", 3),
        key_source=Source(SourceKind.APP_VARIABLE, Owner.USER, "ANTHROPIC_AUTH_TOKEN", "~/.claude/settings.json", 4),
        auth_variable="ANTHROPIC_AUTH_TOKEN",
        override=replace(
            _PROJECT,
            flows=(
                replace(
                    _PROJECT_FLOW,
                    secret=Source(
                        SourceKind.APP_VARIABLE, Owner.USER, "ANTHROPIC_AUTH_TOKEN", "~/.claude/settings.json", 4
                    ),
                    named_by=Source(
                        SourceKind.APP_VARIABLE, Owner.FOLDER, "ANTHROPIC_BASE_URL", ".claude/settings.json", 3
                    ),
                ),
            ),
        ),
        conflicts=(
            Conflict(
                ConflictRole.BASE_URL,
                "ANTHROPIC_BASE_URL",
                Source(SourceKind.APP_VARIABLE, Owner.USER, "ANTHROPIC_BASE_URL", "~/.claude/settings.json", 3),
                "https://other.example",
                ConflictReason.SHADOWED,
                Source(SourceKind.APP_VARIABLE, Owner.FOLDER, "ANTHROPIC_BASE_URL", ".claude/settings.json", 3),
            ),
        ),
    ),
    Scenario(
        "project-sends-a-wrong-key-elsewhere",
        "auth.rejected",
        stranger(),
        also=("settings.project_override",),
        override=_PROJECT,
        conflicts=(
            Conflict(
                ConflictRole.KEY,
                "OPENAI_API_KEY",
                Source(SourceKind.SHELL, Owner.USER, "OPENAI_API_KEY", "~/.zshrc", 3),
                Secret("{key}"),
                ConflictReason.SHADOWED,
                environment_variable("OPENAI_API_KEY"),
            ),
        ),
    ),
    Scenario("swapped-key-is-url", "settings.swapped", typed=lambda key: RELAY, world=stranger()),
    Scenario(
        "swapped-url-is-key",
        "settings.swapped",
        base_url="sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v",
        host="relay.example",
        listening=False,
    ),
)


# -- base URL ----------------------------------------------------------------------------------------------------------

_BOTH_PATHS = door(prefix="/openai/v1", elsewhere="spa")

URLS = (
    Scenario(
        "url-empty",
        "url.invalid",
        base_url="",
        url_source=environment_variable("OPENAI_BASE_URL"),
        host="relay.example",
        listening=False,
        source="openai-python-2927-empty-base",
    ),
    Scenario("url-words", "url.invalid", base_url="https://", host="relay.example", listening=False),
    Scenario("url-bad-port", "url.invalid", base_url="https://relay.example:99999/v1", certificate="good"),
    Scenario(
        "url-no-scheme",
        "url.scheme_missing",
        base_url="relay.example/v1",
        certificate="good",
        settings={"base_url": RELAY},
    ),
    Scenario("url-no-scheme-local", "url.scheme_missing", base_url="127.0.0.1:{port}/v1"),
    Scenario(
        "url-no-scheme-private",
        "url.scheme_missing",
        lambda key: b.ollama(),
        "172.21.69.91:11434/v1",
        model="llama3.2:latest",
        typed=lambda key: "ollama",
        roads=Roads(),
        source="chatollama-146-no-scheme",
    ),
    Scenario("url-scheme-slip", "url.scheme_missing", base_url="htps://relay.example/v1", certificate="good"),
    Scenario(
        "url-scheme-twice", "url.scheme_missing", base_url="https://https://relay.example/v1", host="relay.example"
    ),
    Scenario(
        "url-trailing-space",
        "url.stray_characters",
        base_url="https://example.com/llm ",
        world=door(prefix="/llm"),
        source="cline-4051-base-trailing-space",
    ),
    Scenario("url-leading-space", "url.stray_characters", base_url=f" {RELAY}", certificate="good"),
    Scenario("url-line-end", "url.stray_characters", base_url=f"{RELAY}\n"),
    Scenario("url-quoted", "url.stray_characters", base_url=f'"{RELAY}"', certificate="good"),
    Scenario("url-zero-width", "url.stray_characters", base_url=f"{RELAY}\u200b"),
    Scenario(
        "url-full-width-colon",
        "url.stray_characters",
        base_url="https\uff1a//relay.example/v1",
        host="relay.example",
        certificate="good",
    ),
    Scenario("url-hash", base_url=f"{RELAY}#", also=("url.stray_characters",)),
    Scenario("url-comma", "url.stray_characters", base_url=f"{RELAY},"),
    Scenario("url-plaintext", "url.plaintext", base_url="http://relay.example/v1", unsent=True, sdk=WITHHELD),
    Scenario("url-plaintext-anyway", base_url="http://relay.example/v1", send_anyway=True, also=("url.plaintext",)),
    Scenario(
        "url-host-typo",
        "url.host_typo",
        base_url="https://api.opena.com/v1",
        shape="openai",
        roads=Roads({"api.opena.com": Kind.NAME_UNKNOWN}),
    ),
    Scenario("url-host-typo-answers", "url.host_typo", always("spa"), "https://api.deepseeek.com", shape="deepseek"),
    Scenario("url-console", "url.not_api_host", always("spa"), "https://platform.openai.com/v1", shape="openai"),
    Scenario(
        "url-chat-page",
        "url.not_api_host",
        always("cloudflare-challenge"),
        "https://chat.deepseek.com",
        shape="deepseek",
    ),
    Scenario(
        "url-endpoint",
        "url.endpoint_included",
        base_url=f"{OPENAI}/chat/completions",
        shape="openai",
        settings={"base_url": OPENAI},
        source="mpt-57-full-endpoint-as-base",
    ),
    Scenario(
        "url-endpoint-relay",
        "url.endpoint_included",
        base_url=f"{RELAY}/chat/completions",
        source="burnhair-60-full-endpoint",
    ),
    Scenario(
        "url-endpoint-go",
        "url.endpoint_included",
        door(elsewhere="go-404"),
        "https://free.churchless.example/v1/chat/completions",
        source="nextchat-1185-full-endpoint",
    ),
    Scenario(
        "url-endpoint-empty-404",
        "url.endpoint_included",
        door(elsewhere="empty-404"),
        "https://api.hyperbolic.xyz/v1/chat/completions",
        source="cline-375-hyperbolic-full-endpoint",
    ),
    Scenario(
        "url-endpoint-codestral",
        "url.endpoint_included",
        door(elsewhere="empty-404"),
        "https://codestral.mistral.ai/v1/chat/completions",
        shape="mistral",
        source="cline-665-codestral-full-endpoint",
    ),
    Scenario(
        "url-endpoint-models",
        "url.endpoint_included",
        base_url="https://burn.hair/v1/models",
        source="burnhair-70-models-as-endpoint",
    ),
    claude("url-endpoint-messages", "url.endpoint_included", base_url=f"{ANTHROPIC}/v1/messages"),
    Scenario(
        "url-no-version",
        "url.version_missing",
        door(elsewhere="nginx-404"),
        "https://api.openai.com",
        shape="openai",
        settings={"base_url": OPENAI},
        source="aisub-2-missing-v1-nginx404",
    ),
    Scenario(
        "url-no-version-json",
        "url.version_missing",
        base_url="https://gateway.example",
        source="oagw-1-unknown-request-url",
    ),
    Scenario(
        "url-no-version-relay",
        "url.version_missing",
        door(elsewhere="empty-404"),
        "https://relay.example",
        source="sitoi-aicommit-1",
    ),
    Scenario("url-no-version-spa", "url.version_missing", door(elsewhere="spa"), "https://relay.example"),
    Scenario("url-no-version-405", "url.version_missing", door(elsewhere="nginx-405"), "https://relay.example"),
    Scenario(
        "url-no-version-xai",
        "url.version_missing",
        world=door(models=("grok-4",)),
        **at("https://api.x.ai", "xai", "grok-4"),
        source="chatbox-1670-xai-no-v1",
    ),
    Scenario(
        "url-no-version-ollama",
        "url.version_missing",
        lambda key: b.ollama(),
        "http://192.168.31.6:11434",
        model="llama3.2:latest",
        typed=lambda key: "ollama",
        roads=Roads(),
        source="lobe-1633-ollama-v1",
    ),
    Scenario(
        "url-no-version-lmstudio",
        "url.version_missing",
        lambda key: b.openai(elsewhere="lmstudio-200"),
        "http://127.0.0.1:{port}",
        typed=lambda key: "lm-studio",
        source="lmstudio-618-200-error",
    ),
    Scenario(
        "url-no-version-lmstudio-key",
        "url.version_missing",
        lambda key: b.openai(elsewhere="lmstudio-200"),
        "http://127.0.0.1:{port}",
        source="cline-224-lmstudio-undefined0",
    ),
    Scenario(
        "url-no-version-zhipu",
        "url.version_missing",
        door(prefix="/api/paas/v4", elsewhere="spring-404"),
        "https://open.bigmodel.cn",
        shape="zhipu",
    ),
    Scenario("url-version-twice", "url.version_doubled", base_url=f"{RELAY}/v1"),
    claude("url-anthropic-v1", "url.version_doubled", base_url=f"{ANTHROPIC}/v1", settings={"base_url": ANTHROPIC}),
    Scenario("url-double-slash", "url.double_slash", door(elsewhere="nginx-404"), f"{RELAY}//"),
    Scenario(
        "url-relay-root",
        "url.path_wrong",
        door(prefix="/openai/v1", elsewhere="fastapi-404"),
        "https://api.proxyapi.ru/v1",
        settings={"base_url": "https://api.proxyapi.ru/openai/v1"},
        source="mpt-1001-wrong-relay-root",
    ),
    Scenario(
        "url-wrong-path-html", "url.path_wrong", _BOTH_PATHS, "https://relay.example", source="nextchat-4761-html"
    ),
    claude(
        "url-openrouter-anthropic",
        "url.path_wrong",
        door(b.anthropic, prefix="/api", elsewhere="spa"),
        base_url="https://openrouter.ai/api/v1/anthropic",
        shape="openrouter",
        settings={"base_url": "https://openrouter.ai/api"},
        source="vellum-25930-openrouter-html404",
    ),
    Scenario(
        "url-azure-root",
        "url.path_wrong",
        lambda key: b.azure(key, deployments=(MODEL,)),
        "https://res.openai.azure.com",
        shape="hex32",
        settings={"base_url": AZURE},
        source="cline-444-azure-needs-deployment-path",
    ),
    Scenario(
        "url-azure-v1",
        "url.path_wrong",
        lambda key: b.azure(key, deployments=(MODEL,)),
        "https://res.openai.azure.com/v1",
        shape="hex32",
        source="cline-500-azure-or-github-models",
    ),
    Scenario(
        "url-openwebui",
        "url.path_wrong",
        door(prefix="/api", elsewhere="fastapi-405"),
        "http://openwebui.lan:3000/api/v1",
        roads=Roads({"openwebui.lan": ("192.168.1.7",)}),
        source="openwebui-8317-v1-not-an-endpoint",
    ),
    Scenario(
        "url-gemini-native",
        "url.path_wrong",
        door(prefix="/v1beta/openai", elsewhere="empty-404"),
        "https://generativelanguage.googleapis.com/v1beta",
        shape="gemini",
        settings={"base_url": GEMINI},
        source="openmanus-174-gemini-base",
    ),
    Scenario(
        "url-gemini-root",
        "url.path_wrong",
        door(prefix="/v1beta/openai", elsewhere="empty-404"),
        "https://generativelanguage.googleapis.com",
        shape="gemini",
        source="reor-68-gemini-as-openai",
    ),
    Scenario(
        "url-dashscope-native",
        "url.path_wrong",
        door(prefix="/compatible-mode/v1", elsewhere="empty-404"),
        "https://dashscope.aliyuncs.com/api/v1",
        shape="deepseek",
        source="cline-926-dashscope-native",
    ),
    claude(
        "url-glm-anthropic",
        "url.path_wrong",
        door(b.anthropic, prefix="/api/anthropic", elsewhere="spring-404"),
        base_url="https://open.bigmodel.cn/api/coding/paas/v4",
        shape="zhipu",
        source="sub2api-5892-glm-messages-path",
    ),
    Scenario(
        "url-groq-v1",
        "url.path_wrong",
        door(prefix="/openai/v1", elsewhere="openai-404"),
        "https://api.groq.com/v1",
        shape="groq",
    ),
)


# -- the key -----------------------------------------------------------------------------------------------------------


def _typed(name: str, root: str, how: Callable[[str], str | None], **more: Any) -> Scenario:
    return Scenario(f"key-{name}", root, typed=how, **more)


_REJECTS = {"world": stranger()}

KEYS = (
    _typed(
        "line-end",
        "key.stray_characters",
        "{}\n".format,
        settings={"key": "cleaned"},
        source="sendgrid-732-k8s-secret-newline",
    ),
    _typed("carriage-return", "key.stray_characters", "{}\r\n".format),
    _typed("trailing-space", "key.stray_characters", "{} ".format, source="gptai-308-space-env"),
    _typed("trailing-tab", "key.stray_characters", "{}\t".format),
    _typed("leading-space", "key.stray_characters", " {}".format, source="scrypted-1270-leading-space"),
    _typed("quotes", "key.stray_characters", '"{}"'.format),
    _typed("smart-quotes", "key.stray_characters", "\u201c{}\u201d".format, source="narrator-47-smart-quotes"),
    _typed("apostrophes", "key.stray_characters", "\u2019{}\u2019".format, source="aider-3243-quote-in-key"),
    _typed(
        "em-dash",
        "key.stray_characters",
        lambda key: key.replace("sk-", "sk\u2014", 1),
        base_url=OPENAI,
        shape="openai",
        source="openai-python-2409-emdash-key",
    ),
    _typed("non-ascii", "key.stray_characters", "{}\u3002".format, source="langchain-19144-unicode-key"),
    _typed("zero-width", "key.stray_characters", "\u200b{}".format),
    _typed("non-breaking-space", "key.stray_characters", "{}\u00a0".format),
    claude("key-line-end-anthropic", "key.stray_characters", typed="{}\n".format),
    claude("key-zero-width-anthropic", "key.stray_characters", typed="{}\u200b".format),
    _typed("bearer", "key.bearer_prefix", "Bearer {}".format),
    _typed("variable-name", "key.bearer_prefix", "OPENAI_API_KEY={}".format),
    claude("key-bearer-anthropic", "key.bearer_prefix", typed="Bearer {}".format),
    _typed("two", "key.several", lambda key: f"{key},{made_up('relay')}"),
    _typed("two-lines", "key.several", lambda key: f"{key}\n{made_up('relay')}"),
    _typed("placeholder", "key.placeholder", lambda key: "sk-your-api-key-here"),
    _typed("placeholder-x", "key.placeholder", lambda key: "sk-xxxxxxxxxxxxxxxxxxxxxxxx", base_url=OPENAI),
    _typed(
        "placeholder-litellm",
        "key.placeholder",
        lambda key: "not-needed",
        world=stranger(
            no_key="litellm-401",
            rejected=said(
                401,
                {
                    "error": {
                        "message": "Authentication Error, LiteLLM Virtual Key expected. Received=not-needed, expected to start with 'sk-'.",
                        "type": "auth_error",
                        "param": "None",
                        "code": "401",
                    }
                },
            ),
        ),
        base_url=LOCAL,
        source="cline-1766-litellm-virtual-key",
    ),
    _typed("unexpanded", "key.unexpanded", lambda key: "${OPENAI_API_KEY}"),
    _typed("unexpanded-windows", "key.unexpanded", lambda key: "%OPENAI_API_KEY%"),
    _typed("unexpanded-braces", "key.unexpanded", lambda key: "{{OPENAI_API_KEY}}"),
    _typed("masked", "key.masked", lambda key: f"{key[:6]}****{key[-4:]}"),
    _typed("masked-ellipsis", "key.masked", lambda key: f"{key[:10]}...{key[-4:]}", base_url=OPENAI, shape="openai"),
    _typed("masked-bullets", "key.masked", lambda key: "sk-\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022"),
    Scenario(
        "key-truncated",
        "key.truncated",
        stranger(prefix="/openai/v1", rejected="groq-401"),
        "https://api.groq.com/openai/v1",
        shape="groq-cut",
        source="aquascope-257-truncated-key",
    ),
    Scenario("key-truncated-openai", "key.truncated", stranger(), OPENAI, shape="openai", typed=lambda key: key[:36]),
    claude("key-oauth", "key.wrong_kind", stranger(b.anthropic), shape="anthropic-oauth", source="pi-2085-oat"),
    claude("key-admin-anthropic", "key.wrong_kind", stranger(b.anthropic), shape="anthropic-admin"),
    Scenario("key-admin-openai", "key.wrong_kind", stranger(), OPENAI, shape="openai-admin"),
    Scenario("key-relay-at-openai", "key.wrong_door", stranger(), OPENAI, never=("url.version_missing",)),
    Scenario("key-anthropic-at-openai", "key.wrong_door", stranger(), OPENAI, shape="anthropic", unsent=True),
    claude("key-openai-at-anthropic", "key.wrong_door", stranger(b.anthropic), shape="openai", unsent=True),
    Scenario(
        "key-groq-at-xai",
        "key.wrong_door",
        stranger(rejected="xai-400"),
        "https://api.x.ai/v1",
        shape="groq",
        unsent=True,
        source="continue-10161-groq-key-at-xai",
    ),
    Scenario(
        "key-sk-at-xai",
        "key.wrong_door",
        stranger(rejected="xai-400"),
        "https://api.x.ai/v1",
        source="continue-11412-sk-key-at-xai",
    ),
    Scenario(
        "key-xai-at-groq",
        "key.wrong_door",
        stranger(prefix="/openai/v1", rejected="groq-401"),
        "https://api.groq.com/openai/v1",
        shape="xai",
        unsent=True,
        source="copilotrelease-10940-groq-vs-grok",
    ),
    Scenario("key-openrouter-at-openai", "key.wrong_door", stranger(), OPENAI, shape="openrouter", unsent=True),
    Scenario(
        "key-openai-at-azure",
        "key.wrong_door",
        lambda key: b.azure(made_up("hex32")),
        AZURE,
        shape="openai",
        unsent=True,
        source="botsharp-386-openai-key-azure",
    ),
    Scenario(
        "key-openai-at-deepseek",
        "key.wrong_door",
        stranger(prefix="", rejected="deepseek-401"),
        "https://api.deepseek.com",
        shape="openai",
        unsent=True,
    ),
    Scenario(
        "key-wrong-door-anyway",
        "key.wrong_door",
        stranger(),
        OPENAI,
        shape="openrouter",
        send_anyway=True,
    ),
    Scenario(
        "key-moonshot-region",
        "auth.rejected",
        stranger(rejected="moonshot-401"),
        **at("https://api.moonshot.ai/v1", "relay", "kimi-k3"),
        source="openkb-196-moonshot-litellm",
        also=("key.wrong_region",),
    ),
    Scenario(
        "key-dashscope-region",
        "auth.rejected",
        stranger(prefix="/compatible-mode/v1", rejected="dashscope-401"),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        shape="deepseek",
        source="agentuniverse-302-intl-key",
        also=("key.wrong_region",),
    ),
    Scenario(
        "key-dashscope-intl",
        "auth.rejected",
        stranger(prefix="/compatible-mode/v1", rejected="dashscope-401"),
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        shape="deepseek",
        source="litellm-12571-dashscope-cn-key",
        also=("key.wrong_region",),
    ),
    claude(
        "key-minimax-region",
        "auth.rejected",
        stranger(b.anthropic, prefix="/anthropic", rejected="minimax-401"),
        base_url="https://api.minimax.io/anthropic",
        shape="minimax",
        source="dify-33074-minimax-plugin",
        also=("key.wrong_region",),
    ),
    Scenario(
        "key-minimax-200",
        "auth.rejected",
        always("minimax-200"),
        "https://api.minimaxi.com/v1",
        shape="minimax",
        source="minimax01-44-2049",
        also=("key.wrong_region",),
    ),
    Scenario(
        "key-xiaomi-region",
        "auth.rejected",
        stranger(),
        "https://token-plan-ams.xiaomimimo.com/v1",
        shape="xiaomi-plan",
        source="pi-4005-mimo-region",
        also=("key.wrong_region",),
    ),
    Scenario(
        "key-glm-plan",
        "quota.exhausted",
        refusing("zhipu-1113", prefix="/api/paas/v4"),
        "https://open.bigmodel.cn/api/paas/v4",
        shape="zhipu",
        source="cowagent-2910-glm-plan",
        also=("key.wrong_plan",),
    ),
    Scenario(
        "key-zai-plan",
        "quota.exhausted",
        refusing("zhipu-1113", prefix="/api/paas/v4"),
        "https://api.z.ai/api/paas/v4",
        shape="zhipu",
        source="ggframework-5-glm-1113",
        also=("key.wrong_plan",),
    ),
    Scenario(
        "key-kimi-plan", "key.wrong_plan", stranger(rejected="moonshot-401"), "https://api.moonshot.cn/v1", shape="kimi"
    ),
    Scenario(
        "key-dashscope-plan",
        "key.wrong_plan",
        stranger(prefix="/compatible-mode/v1", rejected="dashscope-401"),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        shape="sp",
    ),
    Scenario(
        "key-codestral",
        "auth.rejected",
        stranger(rejected="mistral-401"),
        "https://codestral.mistral.ai/v1",
        also=("key.wrong_resource",),
        shape="mistral",
        source="continue-1396-codestral-key",
    ),
)


# -- network -----------------------------------------------------------------------------------------------------------

_HOST = "relay.example"
_DOCKER = "http://host.docker.internal:11434/v1"
_V4, _V6 = "203.0.113.9", "2001:db8::9"


def _proxy_page(status: int, page: str, *headers: tuple[str, str]) -> Callable[[int], Handler]:
    return lambda port: handlers.always(answers.as_html(page, status, *headers))


NETWORK = (
    Scenario("dns-unknown", "dns.not_found", roads=Roads({_HOST: Kind.NAME_UNKNOWN}), proven={"reachable": False}),
    Scenario(
        "dns-docker-host",
        "dns.not_found",
        base_url=_DOCKER,
        typed=lambda key: "ollama",
        roads=Roads(),
        source="openwebui-7189-host-docker-internal",
    ),
    Scenario(
        "dns-docker-host-n8n",
        "dns.not_found",
        base_url="http://host.docker.internal:11434",
        typed=lambda key: "ollama",
        roads=Roads(),
        source="masterclass-43-backslashes",
    ),
    Scenario("dns-servfail", "dns.failed", roads=Roads({_HOST: Kind.NAME_FAILED}), source="kimifree-105-docker-dns"),
    Scenario("dns-silent", "dns.failed", roads=Roads({_HOST: Kind.TIMEOUT}), limits=HASTY),
    Scenario(
        "dns-private-answer",
        "dns.bogus_answer",
        base_url=OPENAI,
        shape="openai",
        roads=Roads({"api.openai.com": ("127.0.0.1",)}, {"127.0.0.1": Kind.REFUSED}),
    ),
    Scenario(
        "dns-poisoned",
        "dns.bogus_answer",
        base_url=OPENAI,
        shape="openai",
        certificate="wrong-name",
        roads=Roads({"api.openai.com": ("31.13.94.37",)}),
    ),
    Scenario(
        "dns-stale-fake-ip",
        "dns.fake_ip",
        base_url=OPENAI,
        shape="openai",
        roads=Roads({"api.openai.com": ("198.18.0.9",)}, {"198.18.0.9": Kind.REFUSED}),
    ),
    Scenario("tcp-refused", "tcp.refused", base_url=LOCAL, listening=False, source="codexpp-1410-wrong-local-port"),
    Scenario(
        "tcp-refused-excluded",
        "tcp.refused",
        base_url="http://127.0.0.1:{port}/v1",
        typed=lambda key: "ollama",
        listening=False,
        source="ollama-2727-excluded-port",
    ),
    Scenario(
        "tcp-refused-docker",
        "tcp.refused",
        base_url=_DOCKER,
        typed=lambda key: "ollama",
        roads=Roads({"host.docker.internal": ("172.17.0.1",)}, {"172.17.0.1": Kind.REFUSED}),
        source="openwebui-209-ollama-loopback-only",
    ),
    Scenario(
        "tcp-refused-allowlist",
        "tcp.refused",
        base_url="https://llm.example.com/v1",
        roads=Roads({"llm.example.com": (_V4,)}, {_V4: Kind.REFUSED}),
        source="waldur-95-haproxy-allowlist",
    ),
    Scenario(
        "tcp-silent",
        "tcp.timeout",
        base_url="https://nb.nextweb.fun/api/proxy",
        roads=Roads({"nb.nextweb.fun": (_V4,)}, {_V4: Kind.TIMEOUT}),
        limits=HASTY,
        source="nextchat-3027-relay-timeout",
    ),
    Scenario(
        "tcp-silent-private",
        "tcp.timeout",
        base_url="http://192.168.1.194:11434/v1",
        typed=lambda key: "ollama",
        roads=Roads(fates={"192.168.1.194": Kind.TIMEOUT}),
        limits=HASTY,
        source="ollama-6571-windows-firewall",
    ),
    Scenario(
        "tcp-silent-public",
        "tcp.timeout",
        base_url="http://203.0.113.77:5100/v1",
        roads=Roads(fates={"203.0.113.77": Kind.TIMEOUT}),
        limits=HASTY,
        source="stextras-61-stale-ip",
    ),
    Scenario(
        "tcp-silent-vercel",
        "tcp.timeout",
        base_url="https://xxx.vercel.app/v1",
        roads=Roads({"xxx.vercel.app": (_V4, _V6)}, {_V4: Kind.TIMEOUT, _V6: Kind.UNREACHABLE}),
        limits=HASTY,
        source="lobe-1824-vercel-blocked",
    ),
    Scenario(
        "tcp-no-route",
        "tcp.unreachable",
        base_url="http://172.16.105.65:11434/v1",
        typed=lambda key: "ollama",
        roads=Roads(fates={"172.16.105.65": Kind.UNREACHABLE}),
        source="ollama-4005-firewalld",
    ),
    Scenario("tcp-reset", "tcp.reset", roads=Roads({_HOST: (_V4,)}, {_V4: Kind.RESET})),
    Scenario(
        "tcp-ipv6-unreachable",
        world=door(prefix="/api/paas/v4"),
        base_url="https://api.z.ai/api/paas/v4",
        shape="zhipu",
        roads=Roads({"api.z.ai": (_V6, _V4)}, {_V6: Kind.UNREACHABLE}),
        also=("tcp.ipv6_broken",),
        source="zcode-182-no-ipv6-route",
    ),
    Scenario(
        "tcp-ipv6-silent",
        roads=Roads({_HOST: (_V6, _V4)}, {_V6: Kind.TIMEOUT}),
        also=("tcp.ipv6_broken",),
        source="geminicli-2323-ipv6",
    ),
    Scenario(
        "tcp-localhost-ipv6-first",
        base_url="http://localhost:11434/v1",
        roads=Roads({"localhost": ("::1", "127.0.0.1")}, {"::1": Kind.REFUSED}),
        verdict="healthy",
        also=("tcp.ipv6_broken",),
        source="promptfoo-160-ipv6-loopback",
    ),
    Scenario(
        "proxy-dead",
        "proxy.unreachable",
        proxies=(("https", "http://127.0.0.1:{closed}"),),
        source="clashverge-316-wsl-loopback",
    ),
    Scenario(
        "proxy-dead-bridge",
        "proxy.unreachable",
        proxies=(("all", "http://127.0.0.1:{closed}"),),
        source="chatgptweb-1267-proxy-not-lan",
    ),
    Scenario("proxy-407", "proxy.auth_required", proxy=lambda port: b.proxy(port, user="user", password="practice")),
    Scenario(
        "proxy-407-odd-password",
        "proxy.auth_required",
        proxy=lambda port: b.proxy(port, user="user", password="p@ss!word"),
        proxies=(("https", "http://user:other!word@127.0.0.1:{front}"),),
        source="postman-9116-proxy-pass-chars",
    ),
    Scenario(
        "proxy-403",
        "proxy.refused",
        proxy=lambda port: b.proxy(port, refused="squid-403"),
        source="srt-273-egress-misread",
    ),
    Scenario(
        "proxy-is-api",
        "proxy.invalid",
        base_url=OPENAI,
        shape="openai",
        proxy=lambda port: handlers.always("fastapi-405"),
        source="openaiforward-139-base-as-http-proxy",
    ),
    Scenario("proxy-scheme", "proxy.invalid", proxies=(("https", "socks://127.0.0.1:{closed}"),)),
    Scenario("proxy-foo", "proxy.invalid", proxies=(("https", "foo://127.0.0.1:{closed}"),)),
    Scenario("proxy-line-end", "proxy.invalid", proxies=(("https", "http://127.0.0.1:{closed}\n"),)),
    Scenario("proxy-bad-port", "proxy.invalid", proxies=(("https", "http://127.0.0.1:99999"),)),
    Scenario(
        "proxy-scheme-twice",
        "proxy.invalid",
        proxies=(("https", "http://http://127.0.0.1:7890"),),
        source="chatgptweb-478-proxy-host-with-scheme",
    ),
    Scenario("proxy-api-address", "proxy.invalid", proxies=(("https", "https://api.openai.com/v1"),)),
    Scenario(
        "proxy-other-variable-broken", "proxy.invalid", base_url=LOCAL, proxies=(("all", "socks://127.0.0.1:{closed}"),)
    ),
    claude(
        "proxy-no-proxy-bracket",
        "proxy.invalid",
        proxies=(("https", "http://127.0.0.1:{closed}"), ("no_proxy", "localhost,[::1]")),
    ),
    Scenario(
        "proxy-socks",
        "proxy.socks_unsupported",
        proxies=(("all", "socks5://127.0.0.1:{closed}"),),
        source="fishai-475-socks",
    ),
    Scenario(
        "proxy-socks-https",
        "proxy.socks_unsupported",
        proxies=(("https", "socks5://127.0.0.1:{closed}"),),
        source="openwebui-15683-socks-docker",
    ),
    Scenario(
        "proxy-takes-local",
        "proxy.captures_local",
        base_url=LOCAL,
        proxy=_proxy_page(502, ""),
        settings={"base_url": LOCAL},
        source="ollama-5437-502-proxy",
    ),
    Scenario(
        "proxy-takes-local-tinyproxy",
        "proxy.captures_local",
        base_url=LOCAL,
        proxy=_proxy_page(500, "<h1>Unable to connect</h1><p>Generated by tinyproxy version 1.11.</p>"),
        source="ollama-7772-tinyproxy-html",
    ),
    Scenario(
        "proxy-takes-local-privoxy",
        "proxy.captures_local",
        base_url=LOCAL,
        proxy=lambda port: handlers.always(
            Reply(
                500, (("Content-Type", "text/html"),), b"<h1>500 Internal Privoxy Error</h1>", "Internal Privoxy Error"
            )
        ),
        source="llamaindex-14880-privoxy",
    ),
    Scenario(
        "proxy-takes-local-403",
        "proxy.captures_local",
        base_url=LOCAL,
        proxy=_proxy_page(403, "<title>ERROR</title>Access Denied."),
        source="baserow-1616-docker-config-proxy",
    ),
    Scenario(
        "proxy-takes-any-address",
        "proxy.captures_local",
        base_url="http://0.0.0.0:{port}/v1",
        proxy=_proxy_page(503, "<h1>503</h1>"),
        proxies=(("http", "{proxy}"), ("no_proxy", "localhost")),
        source="ollama-4674-noproxy-0000",
    ),
    Scenario(
        "proxy-takes-local-dead",
        "proxy.captures_local",
        base_url=LOCAL,
        proxies=(("http", "http://127.0.0.1:{closed}"),),
    ),
)

TLS = (
    Scenario("tls-expired", "tls.expired", certificate="expired", source="nextchat-6066-expired-cert"),
    Scenario("tls-not-yet-valid", "tls.not_yet_valid", certificate="not-yet-valid"),
    Scenario(
        "tls-clock",
        "tls.clock_wrong",
        certificate="not-yet-valid",
        started_at="2020-01-01T00:00:00Z",
        source="curl-12516-clock",
    ),
    Scenario("tls-other-name", "tls.hostname_mismatch", certificate="wrong-name"),
    Scenario(
        "tls-other-name-openai",
        "tls.hostname_mismatch",
        base_url=OPENAI,
        shape="openai",
        certificate="wrong-name",
        source="aicommits-135-poisoned-dns-facebook",
    ),
    Scenario("tls-self-signed", "tls.self_signed", certificate="self-signed"),
    Scenario(
        "tls-private-authority",
        "tls.untrusted_issuer",
        base_url="https://own-openai-proxy.internal/v1",
        authority=("Example Corp Root", "Example Corp"),
        trusted=False,
        source="continue-341-selfsigned-proxy-host",
    ),
    claude(
        "tls-private-authority-claude",
        "tls.untrusted_issuer",
        base_url="https://internal-llm-proxy",
        shape="relay",
        authority=("Example Corp Root", "Example Corp"),
        trusted=False,
        source="claudette-9-internal-proxy",
    ),
    Scenario(
        "tls-corporate",
        "tls.intercepted",
        base_url=OPENAI,
        shape="openai",
        authority=("Example Corp Root", "Example Corp"),
        trusted=False,
        source="shell-ai-16-corp-mitm",
    ),
    Scenario(
        "tls-corporate-openrouter",
        "tls.intercepted",
        door(prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        authority=("Example Corp Root", "Example Corp"),
        trusted=False,
        source="litellm-9848-mitm-docker",
    ),
    Scenario(
        "tls-zscaler",
        "tls.intercepted",
        authority=("Zscaler Root CA", "Zscaler Inc."),
        trusted=False,
        source="azurechat-509-zscaler",
    ),
    Scenario(
        "tls-kaspersky",
        "tls.intercepted",
        door(prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        authority=("Kaspersky Anti-Virus Personal Root Certificate", "AO Kaspersky Lab"),
        trusted=False,
        source="traycer-1959-kaspersky",
    ),
    Scenario(
        "tls-surge",
        "tls.intercepted",
        base_url=OPENAI,
        shape="openai",
        authority=("Surge Generated CA", "Surge"),
        trusted=False,
        source="lobe-966-surge-mitm",
    ),
    Scenario("tls-intercepted-trusted", authority=("Zscaler Root CA", "Zscaler Inc."), never=("tls.intercepted",)),
    Scenario("tls-no-intermediate", "tls.incomplete_chain", certificate="no-intermediate"),
    Scenario("tls-ends-soon", certificate="ends-soon", also=("tls.expires_soon",)),
    Scenario(
        "tls-plain-port",
        "tls.not_tls",
        base_url="https://127.0.0.1:{port}/v1",
        certificate="",
        settings={"protocol": "openai"},
        source="unick-48-https-to-http-port",
    ),
    Scenario("tls-needed", "tls.needed", base_url=LOCAL, certificate="good"),
    Scenario("tls-alert", "tls.handshake_failed", connect=tuple(wrong_streams.CONNECTIONS["hello-alert"])),
    Scenario("tls-version", "tls.handshake_failed", connect=tuple(wrong_streams.CONNECTIONS["hello-version"])),
    Scenario(
        "tls-reset",
        "tls.reset",
        base_url=OPENAI,
        shape="openai",
        connect=tuple(wrong_streams.CONNECTIONS["hello-reset"]),
        source="chatgptweb-319-gfw-reset",
    ),
    Scenario("tls-closed", "tls.reset", connect=tuple(wrong_streams.CONNECTIONS["hello-close"])),
    Scenario("tls-silent", "tls.reset", connect=tuple(wrong_streams.CONNECTIONS["hello-stall"]), limits=HASTY),
)


# -- http and shape of responses ---------------------------------------------------------------------------------------


def _moved(status: int) -> Callable[[str, str], Handler]:
    return lambda key, foreign: handlers.always(b.redirect(status, foreign))


HTTP = (
    Scenario("http-silent", "http.timeout", always(wrong_answers.ANSWERS["never"]), limits=HASTY),
    Scenario(
        "http-silent-chat",
        "http.timeout",
        door(chat=wrong_answers.ANSWERS["never"], stream=wrong_answers.ANSWERS["never"]),
        limits=HASTY,
    ),
    Scenario("http-header-drip", "http.timeout", lambda key: wrong_streams.header_drip(0.1), limits=HASTY),
    Scenario("http-body-stalls", "http.timeout", door(chat=wrong_answers.ANSWERS["midbody_stall"]), limits=HASTY),
    Scenario("http-closed", "http.closed", always(wrong_answers.ANSWERS["close_nobyte"])),
    Scenario("http-reset", "http.closed", always(wrong_answers.ANSWERS["rst_nobyte"])),
    Scenario("http-closed-in-headers", "http.closed", always(wrong_answers.ANSWERS["close_midheaders"])),
    Scenario("http-closed-in-body", "http.closed", door(chat=wrong_answers.ANSWERS["close_midbody"])),
    Scenario("http-reset-in-body", "http.closed", door(chat=wrong_answers.ANSWERS["rst_midbody"])),
    Scenario("http-chunked-cut", "http.closed", door(chat=wrong_answers.ANSWERS["chunked_cut"])),
    Scenario(
        "http-ssh",
        "http.not_http",
        base_url=LOCAL,
        connect=tuple(wrong_streams.CONNECTIONS["ssh"]),
        limits=Limits(probe=2.0, run=8.0),
    ),
    Scenario("http-garbage", "http.not_http", always(wrong_answers.ANSWERS["garbage"])),
    Scenario("http-09", "http.not_http", always(wrong_answers.ANSWERS["http09"])),
    Scenario(
        "http-endless-headers",
        "http.not_http",
        lambda key: wrong_streams.endless_headers,
        limits=Limits(probe=2.0, run=8.0),
    ),
    Scenario("http-redirect-301", "http.redirected", beyond=_moved(301)),
    Scenario(
        "http-redirect-302-strips-auth", "http.redirected", beyond=_moved(302), source="planet-44-redirect-strips-auth"
    ),
    Scenario(
        "http-redirect-307-elsewhere",
        "http.redirected",
        beyond=_moved(307),
        sdk="the foreign server answers without a key; prompt and answer go through a stranger's hands",
    ),
    Scenario(
        "http-redirect-308-elsewhere",
        "http.redirected",
        beyond=_moved(308),
        sdk="the foreign server answers without a key; prompt and answer go through a stranger's hands",
    ),
    Scenario(
        "http-redirect-to-https",
        "http.redirected",
        always(b.redirect(301, "https://llm.internal")),
        "http://llm.internal:8080/v1",
        roads=Roads({"llm.internal": ("10.0.0.8",)}),
        source="postman-11410-post-get-405",
    ),
    Scenario(
        "http-redirect-local",
        "http.redirected",
        always(b.redirect(302, "https://127.0.0.1:9")),
        LOCAL,
        source="dzhng-99-http-localhost-but-tls-error",
    ),
    Scenario(
        "http-redirect-back-to-http",
        "http.redirected",
        always(b.redirect(307, "http://litellm.example", slash=True)),
        "https://litellm.example/v1",
        source="litellm-31586-redirect-back-to-http",
    ),
    Scenario("http-redirect-nowhere", "http.redirected", always(Reply(302))),
    Scenario("http-redirect-loop", "http.redirected", always(b.redirect(307))),
    claude("http-redirect-anthropic", "http.redirected", beyond=_moved(301)),
    Scenario("http-challenge", "http.blocked", always("cloudflare-challenge")),
    Scenario("http-1010", "http.blocked", always("cloudflare-1010")),
    Scenario(
        "http-1020", "http.blocked", always("cloudflare-1020"), "https://api.1min.ai/v1", source="1minrelay-54-cf-403"
    ),
    Scenario(
        "http-blocked-groq",
        "http.blocked",
        always("cloudflare-blocked"),
        "https://api.groq.com/openai/v1",
        shape="groq",
        source="lobe-2147-groq-cf",
    ),
    Scenario(
        "http-zscaler-page",
        "http.blocked",
        always(
            answers.as_html(
                "<title>Access Denied</title><img src='https://login.zscloud.net/logo.png'>Your organization has blocked this site. Zscaler",
                403,
            )
        ),
        OPENAI,
        shape="openai",
        source="copilot-2258-zscaler-page",
    ),
    Scenario(
        "http-tunnel-403",
        "http.blocked",
        always("empty-403"),
        "https://name.share.zrok.io/v1",
        typed=lambda key: "ollama",
        source="ollama-3269-tunnel-host-header",
    ),
    Scenario(
        "http-tunnel-403-cloudflared",
        "http.blocked",
        always(Reply(403, (("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA")))),
        "https://ollama.example.com/v1",
        typed=lambda key: "ollama",
        source="enchanted-88-cloudflared-403",
    ),
    Scenario("http-waf", "http.blocked", always("waf-405")),
    Scenario("http-basic-auth", "http.front_auth", lambda key: handlers.first(b.basic_auth, b.openai(key))),
    Scenario("http-access-login", "http.front_auth", always("cloudflare-access")),
    claude("http-version-header", "http.header_rejected", lambda key: b.anthropic(key, versions=("2022-01-01",))),
    Scenario("http-413", "http.too_large", refusing("nginx-413")),
    Scenario("http-502", "http.gateway_error", always("nginx-502"), source="nginxgpt-21-no-sni"),
    Scenario(
        "http-502-cloudflare",
        "http.gateway_error",
        always("cloudflare-502"),
        "https://front.example/api/v1",
        source="ornn-146-no-sni",
    ),
    Scenario("http-502-empty", "http.gateway_error", always("empty-502")),
    Scenario("http-502-chat-only", "http.gateway_error", refusing("nginx-502"), source="chatgptreverse-2-no-sni"),
    Scenario("http-503-envoy", "http.gateway_error", always("envoy-503")),
    Scenario(
        "http-504",
        "http.gateway_error",
        refusing(
            answers.as_html(
                "<html><body><h1>504 Gateway Time-out</h1>The server didn't respond in time.</body></html>", 504
            )
        ),
        "http://127.0.0.1:{port}/v1",
        source="anythingllm-1722-haproxy-504",
    ),
    Scenario("http-520", "http.gateway_error", always("cloudflare-520")),
    Scenario("http-522", "http.gateway_error", always("cloudflare-522")),
    Scenario("http-530", "http.gateway_error", always("cloudflare-530")),
    Scenario("http-500", "http.server_error", refusing("openai-500"), OPENAI, shape="openai"),
    claude(
        "http-500-anthropic",
        "http.server_error",
        refusing(
            said(500, {"type": "error", "error": {"type": "api_error", "message": "Internal server error"}}),
            b.anthropic,
        ),
    ),
    claude(
        "http-502-anthropic", "http.gateway_error", always("nginx-502"), base_url="https://relay.example", shape="relay"
    ),
    claude("http-silent-anthropic", "http.timeout", always(wrong_answers.ANSWERS["never"]), limits=HASTY),
    Scenario("shape-spa", "shape.web_page", always("spa"), source="dooy-33-html-backend"),
    Scenario("shape-404", "shape.not_llm_api", always("nginx-404")),
    Scenario(
        "shape-google-404",
        "shape.not_llm_api",
        always(answers.as_html("<title>Error 404 (Not Found)!!1</title><p>That’s an error.", 404)),
        "https://global-aiplatform.example/v1",
        source="promptfoo-6569-vertex-global-host",
    ),
    Scenario("shape-json-404", "shape.not_llm_api", always("spring-404")),
    Scenario("shape-other-json", "shape.not_llm_api", always(answers.as_json({"status": "ok", "service": "billing"}))),
    Scenario(
        "shape-anthropic-only",
        "shape.wrong_protocol",
        lambda key: b.anthropic(key, elsewhere="go-404"),
        "https://relay.example",
        model=CLAUDE,
        settings={"protocol": "anthropic", "base_url": "https://relay.example"},
    ),
    claude(
        "shape-openai-only",
        "shape.wrong_protocol",
        lambda key: b.openai(key, models=(CLAUDE,), elsewhere="go-404"),
        base_url="https://relay.example",
        shape="relay",
        settings={"protocol": "openai", "base_url": RELAY},
    ),
    Scenario(
        "shape-error-200",
        "shape.error_as_success",
        door(chat=wrong_answers.ANSWERS["json_error200"], stream=wrong_streams.STREAMS["s_error_json_200"]),
    ),
    Scenario(
        "shape-error-string-200",
        "shape.error_as_success",
        door(chat=wrong_answers.ANSWERS["json_errstr200"], stream=wrong_streams.STREAMS["s_error_json_200"]),
    ),
    Scenario(
        "shape-codemsg-200",
        "shape.error_as_success",
        door(
            chat=answers.as_json({"code": 500, "msg": "upstream busy"}),
            stream=answers.as_json({"code": 500, "msg": "upstream busy"}),
        ),
    ),
    Scenario("shape-success-false", "shape.error_as_success", door(chat=wrong_answers.ANSWERS["json_success_false"])),
    Scenario(
        "shape-fake-answer",
        "shape.error_as_success",
        door(
            chat=answers.as_json(
                {
                    **answers.completion(text="[OmniRoute] All providers failed: 503 no upstream available"),
                    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
                }
            ),
            stream=answers.as_events(
                [*answers.chunks(text="[OmniRoute] All providers failed: 503 no upstream available"), answers.DONE]
            ),
        ),
        LOCAL,
        sdk="the router tells its fault as the assistant's own words, and the SDK believes it",
        source="omniroute-3424-fake-200",
    ),
    *(
        Scenario(f"shape-{name}", "shape.malformed_answer", door(chat=wrong_answers.ANSWERS[name]))
        for name in (
            *("json_empty200", "json_list200", "json_null200", "json_string200", "json_invalid200", "json_nochoices"),
            *("json_emptychoices", "json_nullchoices", "empty200_json", "accepted202", "gzip_lie"),
        )
    ),
    Scenario(
        "shape-sse-for-whole",
        "shape.malformed_answer",
        door(chat=wrong_answers.ANSWERS["sse_for_nonstream"]),
        source="notion2api-1-sse-for-nonstream",
    ),
    Scenario("shape-text-200", "shape.malformed_answer", door(chat=wrong_answers.ANSWERS["text200"]), verdict="broken"),
    Scenario("shape-204", "shape.malformed_answer", door(chat=wrong_answers.ANSWERS["204"])),
    Scenario(
        "shape-endless",
        "shape.malformed_answer",
        door(chat=wrong_streams.endless_body),
        limits=Limits(probe=5.0, run=20.0, body_bytes=256 * 1024),
        sdk="the SDK reads until its memory is full",
    ),
    Scenario("shape-bomb", "shape.malformed_answer", door(chat=wrong_streams.gzip_bomb)),
    *(
        claude(
            f"shape-anthropic-{name}",
            "shape.malformed_answer",
            door(b.anthropic, chat=wrong_answers.ANTHROPIC_ANSWERS[name]),
        )
        for name in ("json_nocontent", "json_nullcontent")
    ),
    claude(
        "shape-anthropic-empty-content",
        "shape.malformed_answer",
        door(b.anthropic, chat=wrong_answers.ANTHROPIC_ANSWERS["json_emptycontent"]),
    ),
    claude(
        "shape-anthropic-overloaded-200",
        "quota.overloaded",
        door(b.anthropic, chat=wrong_answers.ANTHROPIC_ANSWERS["json_error200"]),
    ),
)


# -- permissions, models and money -------------------------------------------------------------------------------------


def _google(status: int, code: str, message: str, reason: str = "") -> Reply:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]
    error = {"code": status, "message": message, "status": code, **({"details": details} if reason else {})}
    return said(status, [{"error": error}])


def _gemini(name: str, root: str, what: Reply, **more: Any) -> Scenario:
    refused = lambda key: b.openai(key, prefix="/v1beta/openai", models=(MODEL,), listing=what, chat=what, stream=what)  # noqa: E731
    return Scenario(name, root, refused, GEMINI, shape="gemini", **more)


def _relay_says(name: str, root: str, status: int, message: str, type_: str, code: str = "", **more: Any) -> Scenario:
    error = {"message": f"{message} (request id: 20261122)", "type": type_, "param": "", "code": code}
    return Scenario(name, root, refusing(said(status, {"error": error})), **more)


AUTH = (
    Scenario(
        "auth-rejected-relay",
        "auth.rejected",
        stranger(rejected="newapi-401", no_key="newapi-no-key"),
        proven={"key": False, "path": True},
    ),
    Scenario(
        "auth-rejected-one-api",
        "auth.rejected",
        stranger(rejected="oneapi-401"),
        "http://10.0.100.176:3002/v1",
        roads=Roads(),
        source="cowagent-1846-invalid-token-oneapi",
    ),
    Scenario(
        "auth-rejected-openai",
        "auth.rejected",
        stranger(),
        OPENAI,
        shape="openai",
        source="cherrydocs-20-tavily-misread",
    ),
    Scenario(
        "auth-rejected-azure",
        "auth.rejected",
        lambda key: b.azure(made_up("hex32")),
        AZURE,
        shape="hex32",
        source="pubsec-439-wrong-instance-key",
    ),
    Scenario("auth-rejected-litellm", "auth.rejected", stranger(rejected="litellm-401")),
    Scenario(
        "auth-rejected-openrouter",
        "auth.rejected",
        stranger(prefix="/api/v1", rejected="openrouter-401"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
    ),
    Scenario(
        "auth-rejected-deepseek",
        "auth.rejected",
        stranger(prefix="", rejected="deepseek-401"),
        "https://api.deepseek.com",
        shape="deepseek",
    ),
    Scenario("auth-rejected-xai", "auth.rejected", stranger(rejected="xai-400"), "https://api.x.ai/v1", shape="xai"),
    Scenario(
        "auth-rejected-gemini",
        "auth.rejected",
        stranger(prefix="/v1beta/openai", rejected="gemini-400"),
        GEMINI,
        shape="gemini-new",
    ),
    Scenario(
        "auth-rejected-mistral",
        "auth.rejected",
        stranger(rejected="mistral-401"),
        "https://api.mistral.ai/v1",
        shape="mistral",
        never=("key.wrong_door",),
    ),
    Scenario(
        "auth-rejected-nvidia",
        "auth.rejected",
        stranger(rejected="nvidia-403"),
        "https://integrate.api.nvidia.com/v1",
        shape="nvidia",
    ),
    Scenario(
        "auth-rejected-perplexity",
        "auth.rejected",
        always("openresty-401"),
        "https://api.perplexity.ai",
        shape="perplexity",
    ),
    Scenario("auth-rejected-vllm", "auth.rejected", stranger(rejected="vllm-401"), LOCAL),
    Scenario("auth-rejected-echoed", "auth.rejected", stranger(rejected="echo-key")),
    Scenario("auth-rejected-public-list", "auth.rejected", stranger(public_models=True), proven={"key": False}),
    Scenario("auth-rejected-empty", "auth.rejected", stranger(rejected="empty-401", no_key="empty-401")),
    claude("auth-rejected-anthropic", "auth.rejected", stranger(b.anthropic)),
    claude(
        "auth-rejected-anthropic-relay",
        "auth.rejected",
        stranger(b.anthropic, rejected="newapi-401", no_key="newapi-no-key"),
        base_url="https://relay.example",
        shape="relay",
    ),
    claude(
        "auth-x-api-key-only",
        None,
        lambda key: b.anthropic(key, auth=("x-api-key",), versions=("2023-06-01",)),
        base_url="https://relay.example",
        shape="relay",
        also=("auth.header_style",),
        settings={"auth": "x-api-key"},
        sdk="without an app named, a door that takes one of the two headers is a warning; the newest SDK sends the other",
    ),
    claude(
        "auth-bearer-only",
        None,
        lambda key: b.anthropic(key, auth=("bearer",)),
        base_url="https://relay.example",
        shape="relay",
        also=("auth.header_style",),
        settings={"auth": "bearer"},
    ),
    claude(
        "auth-x-api-key-only-sdk",
        "auth.header_style",
        lambda key: b.anthropic(key, auth=("x-api-key",)),
        base_url="https://relay.example",
        shape="relay",
        app="anthropic-sdk",
        settings={"auth": "x-api-key"},
    ),
    claude(
        "auth-bearer-only-old-sdk",
        "auth.header_style",
        lambda key: b.anthropic(
            key, auth=("bearer",), rejected=said(401, {"Error": "Required Authorization header is missing"})
        ),
        base_url="https://gateway.example",
        shape="relay",
        app="anthropic-sdk-0",
        settings={"auth": "bearer"},
        sdk="judged as the older SDK, which sends x-api-key; the newest sends Bearer",
        source="cline-1062-xapikey-vs-bearer",
    ),
    Scenario(
        "auth-api-key-header",
        "auth.header_style",
        lambda key: b.openai(
            key,
            auth=("api-key",),
            no_key=said(401, {"error": {"message": "Missing api-key header", "type": "invalid_request_error"}}),
        ),
        settings={"auth": "api-key"},
        verdict="broken",
    ),
    Scenario(
        "auth-header-lost",
        "auth.header_lost",
        always(
            said(
                401,
                {
                    "statusCode": 401,
                    "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.",
                },
            )
        ),
        "https://mycompany.example/openai/deployments/gpt",
        source="continue-4601-apim-header",
    ),
    Scenario("auth-header-stripped", "auth.header_lost", always("openai-no-key")),
    Scenario("auth-expired", "auth.expired", stranger(rejected="newapi-expired")),
    Scenario(
        "auth-expired-litellm",
        "auth.expired",
        lambda key: b.openai(
            made_up("relay"),
            rejected=said(
                401,
                {
                    "error": {
                        "message": "Authentication Error - Expired Key. Key Expiry time 2025-01-01 and current time 2025-01-06",
                        "type": "expired_key",
                        "param": key,
                        "code": "401",
                    }
                },
            ),
        ),
        LOCAL,
        source="litellm-18731-expired-key",
    ),
    Scenario("auth-leaked", "auth.expired", stranger(rejected="revoked")),
    _gemini(
        "auth-leaked-gemini",
        "auth.expired",
        _google(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
        source="continue-10513-leaked-key",
    ),
    _gemini(
        "auth-suspended-gemini",
        "auth.expired",
        _google(403, "PERMISSION_DENIED", "Permission denied: Consumer has been suspended.", "CONSUMER_SUSPENDED"),
        source="genai-docs-356-suspended",
    ),
    Scenario(
        "auth-scope",
        "auth.not_permitted",
        refusing("openai-scope"),
        OPENAI,
        shape="openai",
        source="continue-10059-responses-scope",
    ),
    claude("auth-permission-anthropic", "auth.not_permitted", refusing("anthropic-403", b.anthropic)),
    _gemini(
        "auth-service-disabled",
        "auth.not_permitted",
        _google(
            403,
            "PERMISSION_DENIED",
            "Generative Language API has not been used in project 123456789012 before or it is disabled.",
            "SERVICE_DISABLED",
        ),
        source="genai-py-10-service-disabled",
    ),
    _gemini(
        "auth-service-blocked",
        "auth.not_permitted",
        _google(
            403,
            "PERMISSION_DENIED",
            "Requests to this API generativelanguage.googleapis.com method GenerateContent are blocked.",
            "API_KEY_SERVICE_BLOCKED",
        ),
        source="continue-12781-service-blocked",
    ),
    _gemini(
        "auth-referrer-blocked",
        "auth.not_permitted",
        _google(
            403, "PERMISSION_DENIED", "Requests from referer <empty> are blocked.", "API_KEY_HTTP_REFERRER_BLOCKED"
        ),
        source="geminiapp-10-referrer",
    ),
    Scenario(
        "auth-huggingface-scope",
        "auth.not_permitted",
        refusing(said(403, {"error": "Authorization header is correct, but the token seems invalid"})),
        "https://router.huggingface.co/v1",
        shape="huggingface",
        source="hfhub-2507-token-scope",
    ),
    Scenario("auth-ip", "auth.ip_not_allowed", refusing("ip")),
    Scenario(
        "auth-vnet",
        "auth.ip_not_allowed",
        always(
            said(
                403,
                {"error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."}},
                ("policy-id", "ThrowExceptionDueToTrafficDenied"),
            )
        ),
        AZURE,
        shape="hex32",
        source="azuresqldb-3-vnet",
    ),
    Scenario(
        "auth-vnet-region",
        "auth.ip_not_allowed",
        always(
            said(
                403,
                {
                    "code": "403",
                    "message": "A Virtual Network is configured for this resource. Please use the correct endpoint for making requests. Check https://aka.ms/cogsvc-vnet for more details.",
                },
            )
        ),
        AZURE,
        shape="hex32",
        source="continue-12547-vnet-endpoint",
    ),
    Scenario("auth-upstream", "auth.upstream", refusing("newapi-upstream")),
    Scenario("auth-upstream-litellm", "auth.upstream", refusing("litellm-upstream"), LOCAL),
    Scenario(
        "access-region",
        "access.region_blocked",
        always("openai-region"),
        OPENAI,
        shape="openai",
        source="telegrambot-629-blocked-ip",
    ),
    _gemini(
        "access-region-gemini",
        "access.region_blocked",
        _google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        source="gunpal-gemini-location",
    ),
    claude("access-region-anthropic", "access.region_blocked", always("anthropic-region")),
    Scenario(
        "access-coding-agents",
        "access.client_refused",
        refusing("kimi-code-client", prefix="/coding/v1"),
        "https://api.kimi.com/coding/v1",
        shape="kimi",
        source="continue-10847-kimi-plan",
    ),
    claude(
        "access-official-client",
        "access.client_refused",
        refusing(
            said(
                403,
                {
                    "type": "error",
                    "error": {
                        "type": "forbidden",
                        "message": "This service is restricted to the official Claude Code client.",
                    },
                },
            ),
            b.anthropic,
        ),
        base_url="https://relay.example",
        shape="relay",
        source="llmgateway-2446-official-client-only",
    ),
)

MODELS = (
    Scenario(
        "model-slip",
        "model.not_found",
        model="gpt-5-nanoo",
        proven={"key": True, "model": True},
        settings={"model": "gpt-5-nano"},
    ),
    Scenario(
        "model-openai",
        "model.not_found",
        base_url=OPENAI,
        shape="openai",
        model="gpt-4-1106-preview",
        source="sysaidmin-6-no-access",
    ),
    Scenario(
        "model-gpt-3.5",
        "model.not_found",
        base_url=OPENAI,
        shape="openai",
        model="gpt-3.5",
        source="chatgptweb-1358-gpt35",
    ),
    Scenario(
        "model-azure",
        "model.not_found",
        lambda key: b.openai(
            key,
            prefix="/openai/v1",
            auth=("bearer", "api-key"),
            models=("my-deployment",),
            unknown_model="azure-deployment",
        ),
        AZURE,
        shape="hex32",
        model="my-resource",
        source="chatbox-646-deployment-not-resource",
    ),
    Scenario(
        "model-deepseek",
        "model.not_found",
        door(prefix="", models=("deepseek-chat",), unknown_model="deepseek-model"),
        "https://api.deepseek.com",
        shape="deepseek",
        model="DeepSeek V3",
        source="langbot-1643-deepseek-model",
    ),
    Scenario(
        "model-deepseek-listed",
        "model.not_found",
        door(prefix="", models=("deepseek-chat", "deepseek-reasoner"), unknown_model="deepseek-model"),
        "https://api.deepseek.com",
        shape="deepseek",
        model="gpt-4o",
        source="readany-18-test-ok-model",
    ),
    claude(
        "model-siliconflow",
        "model.not_found",
        door(b.anthropic, models=("Qwen/Qwen3-8B",), unknown_model="siliconflow-model", listing="empty-404"),
        base_url="https://api.siliconflow.cn",
        shape="siliconflow",
        source="anycode-1-siliconflow-claude-names",
    ),
    Scenario(
        "model-ark",
        "model.not_found",
        door(prefix="/api/v3", models=("doubao-seed-1-6",), unknown_model="ark-model"),
        "https://ark.cn-beijing.volces.com/api/v3",
        shape="uuid",
        model="Doubao Seed",
        source="fiveire-195-model-id",
    ),
    Scenario(
        "model-ollama",
        "model.not_found",
        lambda key: b.ollama(),
        LOCAL,
        model="mistral",
        typed=lambda key: "ollama",
        source="llamaindex-12985-ollama-model",
    ),
    Scenario(
        "model-ollama-tag",
        "model.not_found",
        lambda key: b.ollama(models=("dengcao/Qwen3-Embedding-8B:Q8_0",)),
        LOCAL,
        model="dengcao/Qwen3-Embedding-8B",
        typed=lambda key: "ollama",
        source="ollama-11401-tag",
    ),
    Scenario(
        "model-ollama-name",
        "model.not_found",
        lambda key: b.ollama(),
        LOCAL,
        model="ollama",
        typed=lambda key: "ollama",
        source="qanything-555-model-is-ollama",
    ),
    Scenario(
        "model-moonshot",
        "model.not_found",
        door(models=("kimi-k3",), unknown_model="moonshot-model"),
        "https://api.moonshot.cn/v1",
        model="kimi",
    ),
    Scenario(
        "model-mistral",
        "model.not_found",
        door(models=("mistral-small-latest",), unknown_model="mistral-model"),
        "https://api.mistral.ai/v1",
        shape="mistral",
        model="mistral-tiny-2",
    ),
    Scenario(
        "model-zhipu",
        "model.not_found",
        door(prefix="/api/paas/v4", models=("glm-4.6",), unknown_model="zhipu-1211"),
        "https://open.bigmodel.cn/api/paas/v4",
        shape="zhipu",
        model="glm46",
    ),
    Scenario("model-litellm", "model.not_found", door(unknown_model="litellm-model"), LOCAL, model="gpt-x"),
    Scenario(
        "model-vllm",
        "model.not_found",
        lambda key: b.openai(models=("Qwen/Qwen3-8B",), unknown_model="vllm-model"),
        LOCAL,
        model="qwen3",
        typed=lambda key: "EMPTY",
    ),
    Scenario(
        "model-gemini-retired",
        "model.not_found",
        door(prefix="/v1beta/openai", models=("gemini-2.5-flash",), unknown_model="gemini-model"),
        GEMINI,
        shape="gemini",
        model="gemini-pro",
        source="continue-9939-gemini-retired",
    ),
    claude("model-anthropic", "model.not_found", model="claude-3-opus"),
    Scenario(
        "model-project",
        "model.not_permitted",
        refusing(
            said(
                403,
                {
                    "error": {
                        "message": "Project `proj_XXXX` does not have access to model `gpt-5-nano`",
                        "type": "invalid_request_error",
                        "param": None,
                        "code": "model_not_found",
                    }
                },
            )
        ),
        OPENAI,
        shape="openai",
        source="cursor-2953-project-model",
    ),
    Scenario(
        "model-token-limit", "model.not_permitted", refusing("newapi-model"), source="fastgpt-2537-token-model-limit"
    ),
    Scenario(
        "model-prefix-limit",
        "model.not_permitted",
        refusing("newapi-model", models=()),
        model="prefix/name",
        source="veloera-10-prefix-vs-limit",
    ),
    Scenario(
        "model-data-policy",
        "model.not_permitted",
        refusing(
            said(
                404,
                {
                    "error": {
                        "message": "No endpoints found matching your data policy (Free model publication). Configure: https://openrouter.ai/settings/privacy",
                        "code": 404,
                    }
                },
            ),
            prefix="/api/v1",
        ),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
        source="flowlauncher-2-data-policy",
    ),
    Scenario(
        "model-gemini-403",
        "model.not_permitted",
        door(
            prefix="/v1beta/openai",
            chat=_google(403, "PERMISSION_DENIED", "The caller does not have permission"),
            stream=_google(403, "PERMISSION_DENIED", "The caller does not have permission"),
        ),
        GEMINI,
        shape="gemini",
        source="geminicli-14519-model-403",
    ),
    Scenario("model-no-channel", "model.no_channel", refusing("newapi-no-channel")),
    Scenario("model-not-chat", "model.wrong_endpoint", refusing("openai-not-chat"), OPENAI, shape="openai"),
    Scenario(
        "model-inference-profile",
        "model.wrong_endpoint",
        refusing(
            said(
                400,
                {
                    "detail": "An error occurred (ValidationException) when calling the Converse operation: Invocation of model ID anthropic.claude-3-5-sonnet-20240620-v1:0 with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model."
                },
            ),
            prefix="/api/v1",
        ),
        "https://bag.example/api/v1",
        source="bag-73-inference-profile",
    ),
    Scenario(
        "model-parameter",
        "model.parameter_rejected",
        refusing(
            said(
                400,
                {
                    "error": {
                        "message": "Unsupported parameter: 'messages[0].role' is not supported.",
                        "type": "invalid_request_error",
                        "param": "messages",
                        "code": "unsupported_parameter",
                    }
                },
            )
        ),
    ),
    Scenario("model-refuses-any-limit", "model.parameter_rejected", refusing("openai-max-tokens")),
    Scenario("model-extra-forbidden", "model.parameter_rejected", door(stream="fastapi-422")),
    Scenario(
        "model-substituted",
        world=door(chat=wrong_answers.ANSWERS["substituted"], stream=wrong_streams.STREAMS["s_substituted"]),
        also=("model.substituted",),
    ),
    claude(
        "model-substituted-anthropic",
        world=door(b.anthropic, chat=wrong_answers.ANTHROPIC_ANSWERS["substituted"]),
        base_url="https://relay.example",
        shape="relay",
        also=("model.substituted",),
    ),
    Scenario(
        "quota-openai",
        "quota.exhausted",
        refusing("openai-quota"),
        OPENAI,
        shape="openai",
        proven={"key": True},
        source="catgpt-1-plus-not-api",
    ),
    Scenario(
        "quota-deepseek",
        "quota.exhausted",
        refusing("deepseek-402", prefix=""),
        "https://api.deepseek.com",
        shape="deepseek",
        proven={"key": True},
        source="continue-9942-deepseek-402",
    ),
    Scenario(
        "quota-one-api",
        "quota.exhausted",
        refusing(
            said(
                403,
                {
                    "error": {
                        "message": "user quota is not enough (request id: 20261122)",
                        "type": "one_api_error",
                        "param": "",
                        "code": "insufficient_user_quota",
                    }
                },
            )
        ),
        source="fastgpt-916-relay-user-quota",
    ),
    Scenario("quota-new-api", "quota.exhausted", refusing("newapi-quota")),
    Scenario("quota-token-spent", "quota.exhausted", refusing("newapi-spent")),
    Scenario(
        "quota-openrouter",
        "quota.exhausted",
        refusing("openrouter-402", prefix="/api/v1"),
        "https://openrouter.ai/api/v1",
        shape="openrouter",
    ),
    Scenario(
        "quota-siliconflow",
        "quota.exhausted",
        refusing("siliconflow-balance"),
        "https://api.siliconflow.cn/v1",
        shape="siliconflow",
    ),
    Scenario("quota-moonshot", "quota.exhausted", refusing("moonshot-quota"), "https://api.moonshot.cn/v1"),
    Scenario(
        "quota-dashscope-free",
        "quota.exhausted",
        refusing("dashscope-free", prefix="/compatible-mode/v1"),
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        shape="deepseek",
    ),
    Scenario("quota-opencode", "quota.exhausted", refusing("opencode-credits")),
    claude("quota-anthropic", "quota.exhausted", refusing("anthropic-credit", b.anthropic)),
    _relay_says(
        "quota-saturated",
        "quota.exhausted",
        429,
        "当前分组上游负载已饱和，请稍后再试",
        "insufficient_quota",
        "insufficient_quota",
        source="bettafish-579-saturated-means-quota",
    ),
    _relay_says(
        "quota-saturated-limit",
        "quota.rate_limited",
        429,
        "当前分组上游负载已饱和，请稍后再试",
        "new_api_error",
        source="dify-1534-gpt4-saturated",
    ),
    Scenario("quota-rate", "quota.rate_limited", refusing("openai-429")),
    Scenario(
        "quota-rate-retry-after",
        "quota.rate_limited",
        refusing(answers.as_json(error_bodies.ERRORS["openai-429"][1], 429, ("Retry-After", "20"))),
    ),
    Scenario(
        "quota-rate-moonshot",
        "quota.rate_limited",
        refusing(
            said(
                429,
                {
                    "error": {
                        "message": "Your account reached max request: 3, please try again after 20 seconds",
                        "type": "rate_limit_reached_error",
                    }
                },
            )
        ),
        "https://api.moonshot.cn/v1",
        source="mpt-339-moonshot-rpm3",
    ),
    claude("quota-rate-anthropic", "quota.rate_limited", refusing("anthropic-429", b.anthropic)),
    claude("quota-overloaded", "quota.overloaded", refusing("anthropic-529", b.anthropic)),
    Scenario("quota-loading", "quota.overloaded", refusing("llamacpp-503"), LOCAL),
)

# -- options of the program --------------------------------------------------------------------------------------------

MODES = (
    Scenario(
        "no-spend",
        no_spend=True,
        verdict="inconclusive",
        proven={"answer": None, "stream": None},
        sdk="nothing is generated with --no-spend",
    ),
    Scenario("no-spend-rejected", "auth.rejected", stranger(), no_spend=True),
    Scenario(
        "no-spend-no-version", "url.version_missing", door(elsewhere="spa"), "https://relay.example", no_spend=True
    ),
    Scenario("offline", offline=True, verdict="inconclusive"),
    Scenario("offline-wrong-door", "key.wrong_door", stranger(), OPENAI, shape="anthropic", offline=True, unsent=True),
    Scenario("deadline", world=_slow(3.0), limits=Limits(probe=5.0, run=0.4), verdict="inconclusive", sdk="agrees"),
    claude("no-spend-anthropic", no_spend=True, verdict="inconclusive"),
    Scenario(
        "no-spend-no-list", world=_list("openai-404"), no_spend=True, verdict="inconclusive", proven={"path": True}
    ),
)

SCENARIOS: tuple[Scenario, ...] = (
    *SOUND,
    *SOUND_ANSWERS,
    *SOUND_STREAMS,
    *WRONG_STREAMS,
    *SETTINGS,
    *URLS,
    *KEYS,
    *NETWORK,
    *TLS,
    *HTTP,
    *AUTH,
    *MODELS,
    *MODES,
)
