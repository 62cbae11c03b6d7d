"""The table of worlds for the protocols other than chat completions and messages: responses, gemini, azure and ollama."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, handlers, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler
from probes.model.record import replace
from worlds.stage import HASTY, RELAY, Scenario, made_up

OPENAI = "https://api.openai.com/v1"
ROOT = "https://relay.example"
GOOGLE = "https://generativelanguage.googleapis.com"
RESOURCE = "https://res.openai.azure.com"
HERE = "http://127.0.0.1:{port}"
DEPLOYMENT = "gpt-4o-mini"

SILENT = "the SDK ends in an empty success without a word; the user has no answer"
CUT_SILENTLY = "the SDK takes the torn stream for a whole one; the user loses the rest of the answer"

UNASKED = "nothing is generated, so nothing can be held against the SDK"
_INCOMPLETE = {
    **answers.response(status="incomplete"),
    "incomplete_details": {"reason": "max_output_tokens"},
    "output": [{"type": "reasoning", "id": "rs_1", "summary": []}],
}

World = Callable[[str], Handler]


def door(make: Callable[..., Handler], **wrong: Any) -> World:
    """Make a door that accepts the user's key and has these faults."""
    return lambda key: make(key, **wrong)


def stranger(make: Callable[..., Handler], **wrong: Any) -> World:
    """Make a door that does not know the user's key."""
    return lambda key: make(made_up("relay"), **wrong)


def refusing(make: Callable[..., Handler], what: handlers.What) -> World:
    """Make a door that lists its models and refuses every generation."""
    return door(make, chat=what, stream=what)


def _picky(make: Callable[..., Handler], parameter: str, named: str = "") -> World:
    """Make a door whose model rejects the parameter that keeps an answer short."""
    error = answers.as_json(
        {"error": {"message": f"Unsupported parameter: {named or parameter}", "code": "unsupported"}}, 400
    )
    return lambda key: handlers.first(b.refuses(parameter, error), make(key))


def responses(name: str, root: str | None = None, world: World = b.responses, **more: Any) -> Scenario:
    return Scenario(f"responses-{name}", root, world, **({"protocol": "responses"} | more))


def gemini(name: str, root: str | None = None, world: World = b.gemini, **more: Any) -> Scenario:
    given = {"base_url": GOOGLE, "protocol": "gemini", "model": answers.GEMINIS[0], "shape": "gemini"}
    return Scenario(f"gemini-{name}", root, world, **(given | more))


def azure(name: str, root: str | None = None, world: World = b.azure, **more: Any) -> Scenario:
    given = {"base_url": RESOURCE, "protocol": "azure", "model": DEPLOYMENT, "shape": "hex32"}
    return Scenario(f"azure-{name}", root, world, **(given | more))


def keyless(**wrong: Any) -> World:
    return lambda key: b.ollama(**wrong)


def ollama(name: str, root: str | None = None, world: World | None = None, **more: Any) -> Scenario:
    """Make a world with a server on this machine, which needs no key and is given none."""
    given: dict[str, Any] = {
        "base_url": HERE,
        "protocol": "ollama",
        "model": answers.LLAMAS[0],
        "typed": lambda key: None,
    }
    return Scenario(f"ollama-{name}", root, world or keyless(), **(given | more))


# -- responses ---------------------------------------------------------------------------------------------------------

RESPONSES = (
    responses("sound", proven={"key": True, "stream": True}, settings={"base_url": RELAY, "protocol": "responses"}),
    responses("sound-openai", world=door(b.openai, responses=True), base_url=OPENAI, shape="openai"),
    responses("sound-slash", base_url=f"{RELAY}/"),
    responses("sound-no-model", model=None),
    responses("sound-no-list", world=door(b.responses, listing="openai-404")),
    responses("sound-spent", world=door(b.responses, stream=wrong_streams.RESPONSES_STREAMS["s_spent"])),
    responses("sound-spent-whole", world=door(b.responses, chat=answers.as_json(_INCOMPLETE))),
    responses("sound-refuses-allowance", world=_picky(b.responses, "max_output_tokens")),
    responses("rejected", "auth.rejected", stranger(b.responses)),
    responses("no-key", "settings.missing_key", typed=lambda key: None),
    responses(
        "header-style",
        "auth.header_style",
        door(b.responses, auth=("api-key",), rejected="azure-no-key"),
        settings={"auth": "api-key"},
    ),
    responses("no-version", "url.version_missing", base_url=ROOT, settings={"base_url": RELAY}),
    responses("no-version-spa", "url.version_missing", door(b.responses, elsewhere="spa"), base_url=ROOT),
    responses("version-twice", "url.version_doubled", base_url=f"{RELAY}/v1", settings={"base_url": RELAY}),
    responses("endpoint", "url.endpoint_included", base_url=f"{RELAY}/responses", settings={"base_url": RELAY}),
    responses("endpoint-auto", "url.endpoint_included", base_url=f"{RELAY}/responses", protocol="auto"),
    responses("model", "model.not_found", model="gpt-5-nanoo", settings={"model": answers.MODELS[0]}),
    responses("quota", "quota.exhausted", refusing(b.responses, "openai-quota")),
    responses("rate", "quota.rate_limited", refusing(b.responses, "openai-429")),
    responses("region", "access.region_blocked", refusing(b.responses, "openai-region")),
    responses(
        "html",
        "shape.web_page",
        lambda key: handlers.always("spa"),
    ),
    responses(
        "error-as-success", "shape.error_as_success", refusing(b.responses, wrong_answers.ANSWERS["json_error200"])
    ),
    responses("no-output", "shape.malformed_answer", door(b.responses, chat=answers.as_json({"id": "resp_1"}))),
    responses("chat-answers", "shape.wrong_protocol", door(b.responses, chat=answers.as_json(answers.completion()))),
    responses("server-error", "http.server_error", refusing(b.responses, "openai-500")),
)

# -- gemini ------------------------------------------------------------------------------------------------------------

GEMINI = (
    gemini(
        "sound",
        proven={"key": True, "stream": True},
        settings={"base_url": GOOGLE, "auth": "x-goog-api-key", "protocol": "gemini", "api_version": "v1"},
    ),
    gemini("sound-auto", protocol="auto"),
    gemini("sound-relay", base_url=ROOT, shape="relay", world=door(b.gemini, rejected="newapi-401")),
    gemini("sound-path", base_url=f"{ROOT}/gemini", shape="relay", world=door(b.gemini, prefix="/gemini")),
    gemini("sound-no-model", model=None, settings={"model": answers.GEMINIS[0]}),
    gemini("sound-thinking", world=door(b.gemini, stream=wrong_streams.GEMINI_STREAMS["s_thinking"])),
    gemini("sound-key-line-end", typed="{}\n".format, also=("key.stray_characters",)),
    gemini("sound-models-prefix", model=f"models/{answers.GEMINIS[0]}"),
    gemini(
        "sound-spent",
        world=door(b.gemini, chat=answers.as_json(answers.generated(text="", finish="MAX_TOKENS"))),
    ),
    gemini(
        "sound-spent-silently",
        world=door(
            b.gemini,
            chat=answers.as_json({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]}),
        ),
    ),
    gemini("sound-refuses-allowance", world=_picky(b.gemini, "generationConfig", "maxOutputTokens")),
    gemini("no-spend", no_spend=True, verdict="inconclusive", proven={"key": True, "answer": None}, sdk=UNASKED),
    gemini("sound-query", base_url=f"{GOOGLE}/?x=1"),
    gemini("rejected", "auth.rejected", stranger(b.gemini), shape="gemini-new", proven={"key": False}),
    gemini("expired", "auth.expired", stranger(b.gemini, rejected="gemini-expired")),
    gemini("no-key", "settings.missing_key", typed=lambda key: None),
    gemini("disabled", "auth.not_permitted", stranger(b.gemini, rejected="gemini-disabled")),
    gemini(
        "bearer-only-relay",
        "auth.header_style",
        door(b.gemini, auth=("bearer",), rejected="newapi-no-key"),
        base_url=ROOT,
        shape="relay",
        settings={"auth": "bearer"},
    ),
    gemini(
        "query-only-relay",
        "auth.header_style",
        door(b.gemini, auth=("query",), rejected="newapi-no-key"),
        base_url=ROOT,
        shape="relay",
        settings={"auth": "query"},
    ),
    gemini("version", "url.version_doubled", base_url=f"{GOOGLE}/v1beta", settings={"base_url": GOOGLE}),
    gemini("version-v1", "url.version_doubled", base_url=f"{GOOGLE}/v1/"),
    gemini(
        "endpoint",
        "url.endpoint_included",
        base_url=f"{GOOGLE}/v1beta/models/gemini-2.5-flash:generateContent",
        settings={"base_url": GOOGLE},
    ),
    gemini(
        "endpoint-auto",
        "url.endpoint_included",
        base_url=f"{GOOGLE}/v1beta/models/gemini-2.5-flash:generateContent",
        protocol="auto",
    ),
    gemini(
        "endpoint-v1beta-only",
        "url.endpoint_included",
        door(b.gemini, versions=("v1beta",)),
        base_url=f"{GOOGLE}/v1beta/models/gemini-2.5-flash:generateContent",
        also=("url.path_wrong",),
        settings={"base_url": GOOGLE, "api_version": "v1beta"},
    ),
    gemini(
        "v1beta-only",
        None,
        door(b.gemini, versions=("v1beta",)),
        also=("url.path_wrong",),
        settings={"api_version": "v1beta"},
        sdk="google-genai 3 asks under /v1; older ones and gemini-cli, which ask under /v1beta, work",
    ),
    gemini(
        "relay-path",
        "url.path_wrong",
        door(b.gemini, prefix="/gemini", rejected="newapi-401"),
        base_url=ROOT,
        shape="relay",
        settings={"base_url": f"{ROOT}/gemini"},
    ),
    gemini("model", "model.not_found", model="gemini-2.5-flsh", settings={"model": answers.GEMINIS[0]}),
    # Google uses the same words for the free tier's requests per minute.
    gemini("quota", "quota.rate_limited", refusing(b.gemini, "gemini-quota")),
    gemini("rate", "quota.rate_limited", refusing(b.gemini, "gemini-429")),
    gemini("overloaded", "quota.overloaded", refusing(b.gemini, "gemini-503")),
    gemini("region", "access.region_blocked", refusing(b.gemini, "gemini-region")),
    gemini("html", "shape.web_page", lambda key: handlers.always("spa"), base_url=ROOT, shape="relay"),
    gemini(
        "no-candidates",
        "shape.malformed_answer",
        door(b.gemini, chat=answers.as_json({"modelVersion": "x"})),
        sdk=SILENT,
    ),
    gemini("error-as-success", "shape.error_as_success", refusing(b.gemini, wrong_answers.ANSWERS["json_error200"])),
    gemini("foreign-key", "key.wrong_door", stranger(b.gemini), shape="anthropic", unsent=True),
)

# -- azure -------------------------------------------------------------------------------------------------------------

AZURE = (
    azure(
        "sound",
        proven={"key": True, "stream": True},
        settings={"base_url": RESOURCE, "auth": "api-key", "protocol": "azure", "api_version": "2024-10-21"},
    ),
    azure("sound-slash", base_url=f"{RESOURCE}/"),
    azure("sound-list", world=door(b.azure, listing=answers.model_list([DEPLOYMENT]))),
    azure("sound-foundry", base_url="https://res.services.ai.azure.com"),
    azure("sound-cognitive", base_url="https://res.cognitiveservices.azure.com"),
    azure("sound-gateway", base_url="https://apim.example"),
    azure(
        "sound-v1",
        base_url=f"{RESOURCE}/openai/v1",
        protocol="openai",
        settings={"base_url": f"{RESOURCE}/openai/v1", "auth": "bearer"},
    ),
    azure("sound-v1-auto", base_url=f"{RESOURCE}/openai/v1/", protocol="auto"),
    azure("sound-v1-responses", base_url=f"{RESOURCE}/openai/v1/", protocol="responses"),
    azure(
        "sound-newer-model",
        world=_picky(b.azure, "max_tokens", "max_tokens is not supported, use max_completion_tokens"),
    ),
    azure("sound-no-model", model=None, world=door(b.azure, listing=answers.model_list([DEPLOYMENT]))),
    azure(
        "deployment-unknown",
        model=None,
        world=door(b.azure, deployments=("prod",)),
        verdict="inconclusive",
        sdk=UNASKED,
    ),
    azure("no-spend", no_spend=True, verdict="inconclusive", proven={"answer": None}, sdk=UNASKED),
    azure("rejected", "auth.rejected", stranger(b.azure), proven={"key": False}),
    azure("no-key", "settings.missing_key", typed=lambda key: None),
    azure("v1-rejected", "auth.rejected", stranger(b.azure), base_url=f"{RESOURCE}/openai/v1", protocol="openai"),
    azure(
        "bearer-only-gateway",
        "auth.header_style",
        door(b.azure, auth=("bearer",), rejected="azure-no-key"),
        base_url="https://apim.example",
        settings={"auth": "bearer"},
    ),
    azure("deployment", "model.not_found", model="gpt-4o-mini-prod"),
    azure("deployment-v1", "model.not_found", model="gpt-4o", base_url=f"{RESOURCE}/openai/v1", protocol="openai"),
    azure(
        "api-version",
        "url.path_wrong",
        door(b.azure, versions=("2024-10-21",)),
        api_version="2023-03-15-preview",
        settings={"api_version": "2024-10-21"},
    ),
    azure(
        "api-version-refused",
        "url.path_wrong",
        door(b.azure, versions=("2024-10-21",), unknown_version="azure-version"),
        api_version="2029-01-01",
        settings={"api_version": "2024-10-21"},
    ),
    azure("openai-in-base", "url.version_doubled", base_url=f"{RESOURCE}/openai", settings={"base_url": RESOURCE}),
    azure("v1-in-base", "url.version_doubled", base_url=f"{RESOURCE}/openai/v1"),
    azure(
        "endpoint",
        "url.endpoint_included",
        base_url=f"{RESOURCE}/openai/deployments/{DEPLOYMENT}/chat/completions?api-version=2024-10-21",
        settings={"base_url": RESOURCE, "api_version": "2024-10-21"},
    ),
    azure(
        "endpoint-auto",
        "url.endpoint_included",
        base_url=f"{RESOURCE}/openai/deployments/{DEPLOYMENT}/chat/completions?api-version=2024-10-21",
        protocol="auto",
        model=None,
        settings={"base_url": RESOURCE, "model": DEPLOYMENT, "protocol": "azure"},
    ),
    azure("rate", "quota.rate_limited", refusing(b.azure, "azure-429")),
    azure("html", "shape.web_page", lambda key: handlers.always("spa"), base_url="https://apim.example"),
    azure("malformed", "shape.malformed_answer", door(b.azure, chat=wrong_answers.ANSWERS["json_nochoices"])),
    azure("error-as-success", "shape.error_as_success", refusing(b.azure, wrong_answers.ANSWERS["json_error200"])),
    azure("stream-cut", "stream.cut", door(b.azure, stream=wrong_streams.STREAMS["s_cut_rst"])),
    azure(
        "stream-ignored", "stream.ignored", door(b.azure, stream=wrong_streams.STREAMS["s_json_ignored"]), sdk=SILENT
    ),
    azure("stream-error", "stream.error_inside", door(b.azure, stream=wrong_streams.STREAMS["s_error_mid"])),
    azure("stream-malformed", "stream.malformed", door(b.azure, stream=wrong_streams.STREAMS["s_badjson_mid"])),
)

# -- ollama ------------------------------------------------------------------------------------------------------------

CLOUD: dict[str, Any] = {"base_url": "https://ollama.com", "world": door(b.ollama), "typed": str}

OLLAMA = (
    ollama("sound", proven={"stream": True}, settings={"base_url": HERE, "auth": "none", "protocol": "ollama"}),
    ollama("sound-key-unasked", typed=lambda key: "ollama"),
    ollama("sound-host-port", base_url="127.0.0.1:{port}", certificate=""),
    ollama("sound-everywhere", base_url="0.0.0.0:{port}", certificate=""),
    ollama("sound-slash", base_url=f"{HERE}/"),
    ollama("sound-path", base_url=f"{HERE}/ollama", world=lambda key: _under("/ollama", b.ollama())),
    ollama("sound-no-model", model=None),
    ollama("sound-no-tag", model="llama3.2", world=keyless(models=("llama3.2",))),
    ollama("sound-alone", world=keyless(compatible=False)),
    ollama("sound-cloud", **CLOUD),
    ollama("no-spend", no_spend=True, verdict="inconclusive", proven={"path": True, "answer": None}, sdk=UNASKED),
    ollama("rejected", "auth.rejected", **(CLOUD | {"world": stranger(b.ollama)})),
    ollama("no-key", "settings.missing_key", **(CLOUD | {"typed": lambda key: None})),
    ollama("subscription", "model.not_permitted", **(CLOUD | {"world": refusing(b.ollama, "ollama-subscription")})),
    ollama("v1-in-base", "url.path_wrong", base_url=f"{HERE}/v1", settings={"base_url": HERE}),
    ollama("endpoint", "url.endpoint_included", base_url=f"{HERE}/api/chat", settings={"base_url": HERE}),
    ollama("endpoint-auto", "url.endpoint_included", base_url=f"{HERE}/api/chat", protocol="auto"),
    ollama("api-in-base", "url.path_wrong", base_url=f"{HERE}/api", settings={"base_url": HERE}),
    ollama("model", "model.not_found", model="llama3.3:70b"),
    ollama("model-near", "model.not_found", model="llama3.2:3b", settings={"model": answers.LLAMAS[0]}),
    ollama("html", "shape.web_page", lambda key: handlers.always("spa")),
    ollama(
        "stream-in-one", world=keyless(stream=wrong_streams.OLLAMA_STREAMS["s_json_ignored"]), also=("stream.ignored",)
    ),
    ollama(
        "foreign", "shape.not_llm_api", lambda key: handlers.always(answers.as_json({"version": "1.2", "uptime": 3}))
    ),
    ollama("refused", "tcp.refused", listening=False),
    ollama(
        "error-as-success",
        "shape.error_as_success",
        keyless(chat=answers.as_json({"error": "boom"})),
    ),
    ollama("no-message", "shape.malformed_answer", keyless(chat=answers.as_json({"model": "x", "done": True}))),
    ollama(
        "server-error",
        "http.server_error",
        keyless(
            chat=answers.as_json({"error": "llama runner process has terminated"}, 500),
            stream=answers.as_json({"error": "llama runner process has terminated"}, 500),
        ),
    ),
)


def _under(prefix: str, world: Handler) -> Handler:
    """Serve ``world`` behind a gateway that strips ``prefix`` and knows no other path."""

    def handler(request: Any) -> Any:
        if not request.path.startswith(f"{prefix}/"):
            return handlers.give("nginx-404", request)
        return world(replace(request, target=request.target.removeprefix(prefix)))

    return handler


# -- streams -----------------------------------------------------------------------------------------------------------

# name: root cause (None: none), sdk
_EVENTS: dict[str, tuple[str | None, str]] = {
    "s_done": (None, "agrees"),
    "s_buffered": (None, "agrees"),
    "s_bytewise": (None, "agrees"),
    "s_crlf": (None, "agrees"),
    "s_gzip": (None, "agrees"),
    "s_nodone": ("stream.cut", CUT_SILENTLY),
    "s_json_ignored": ("stream.ignored", SILENT),
    "s_html200": ("stream.malformed", SILENT),
    "s_empty": ("stream.malformed", SILENT),
    "s_error_first": ("stream.error_inside", "agrees"),
    "s_error_mid": ("stream.error_inside", "agrees"),
    "s_error_json_200": ("stream.error_inside", SILENT),
    "s_cut_chunked": ("stream.cut", "agrees"),
    "s_cut_rst": ("stream.cut", "agrees"),
    "s_cut_close_boundary": ("stream.cut", CUT_SILENTLY),
    "s_cut_clean": ("stream.cut", CUT_SILENTLY),
    "s_badjson_mid": ("stream.malformed", "agrees"),
    "s_invalid_utf8": ("stream.malformed", "agrees"),
    "s_gzip_lie": ("stream.malformed", "agrees"),
    "s_chat_chunks": ("stream.malformed", SILENT),
    "s_stalled": ("stream.stalled", "agrees"),
    "s_stalled_first": ("stream.stalled", "agrees"),
}
_RESPONSE_EVENTS: dict[str, tuple[str | None, str]] = {
    **_EVENTS,
    "s_comments": (None, "agrees"),
    "s_ping_event": (None, "agrees"),
    "s_no_event_lines": (None, "agrees"),
    "s_unknown_event": (None, "agrees"),
    "s_done_appended": (None, "agrees"),
    "s_emptydata": ("stream.malformed", "agrees"),
    "s_failed": ("stream.error_inside", SILENT),
}
_GEMINI_PIECES: dict[str, tuple[str | None, str]] = {
    **_EVENTS,
    "s_spent": (None, "agrees"),
    "s_comments": ("stream.malformed", "agrees"),
    "s_nospace": ("stream.malformed", "agrees"),
    "s_done_appended": ("stream.malformed", "agrees"),
    "s_array": ("stream.malformed", SILENT),
    "s_array_chunked": ("stream.malformed", "agrees"),
    "s_html200": ("stream.malformed", "agrees"),
    "s_error_json_200": ("stream.error_inside", "agrees"),
    "s_chat_chunks": ("stream.malformed", "agrees"),
    "s_error_google": ("stream.error_inside", "agrees"),
}
_OLLAMA_LINES: dict[str, tuple[str | None, str]] = {
    **{name: expected for name, expected in _EVENTS.items() if name in wrong_streams.OLLAMA_STREAMS},
    "s_html200": ("stream.malformed", "agrees"),
    "s_error_json_200": ("stream.error_inside", "agrees"),
    "s_chat_chunks": ("stream.malformed", "agrees"),
    "s_last_no_line_end": (None, "agrees"),
    "s_ct_json": (None, "agrees"),
    "s_ct_text": (None, "agrees"),
    "s_utf8_split": (None, "agrees"),
    "s_thinking": (None, "agrees"),
    "s_spent": (None, "agrees"),
    "s_old_done": (None, "agrees"),
    "s_blank_lines": ("stream.malformed", "agrees"),
    "s_events": ("stream.malformed", "agrees"),
    "s_cut_close": ("stream.cut", "agrees"),
}


_OLLAMA_LINES.pop("s_json_ignored")
_GEMINI_PIECES["s_json_ignored"] = (None, "agrees")  # google-genai reads one JSON as a stream of one chunk
# What only other official SDKs do not read.
_ALSO = {
    "responses-stream-s_ping_event": ("stream.malformed",),
    "responses-stream-s_unknown_event": ("stream.malformed",),
    "gemini-stream-s_json_ignored": ("stream.ignored",),
}


def _streams(
    make: Callable[..., Scenario],
    world: Callable[..., World],
    streams: dict[str, Any],
    rows: dict[str, tuple[str | None, str]],
) -> tuple[Scenario, ...]:
    limits = {name: {"limits": HASTY} for name in rows if "stalled" in name}
    found = tuple(
        make(f"stream-{name}", root, world(stream=streams[name]), sdk=sdk, **limits.get(name, {}))
        for name, (root, sdk) in rows.items()
    )
    return tuple(replace(one, also=_ALSO.get(one.name, ())) for one in found)


STREAMS = (
    *_streams(responses, lambda **wrong: door(b.responses, **wrong), wrong_streams.RESPONSES_STREAMS, _RESPONSE_EVENTS),
    *_streams(gemini, lambda **wrong: door(b.gemini, **wrong), wrong_streams.GEMINI_STREAMS, _GEMINI_PIECES),
    *_streams(ollama, lambda **wrong: keyless(**wrong), wrong_streams.OLLAMA_STREAMS, _OLLAMA_LINES),
)

# -- the wrong protocol ------------------------------------------------------------------------------------------------

_SPEAKERS: dict[str, tuple[World, str]] = {
    "openai": (b.openai, answers.MODELS[0]),
    "responses": (b.responses, answers.MODELS[0]),
    "anthropic": (b.anthropic, answers.CLAUDES[0]),
    "gemini": (door(b.gemini, rejected="newapi-401"), answers.GEMINIS[0]),
    "ollama": (keyless(compatible=False), answers.LLAMAS[0]),
}


def _base(protocol: str, host: str) -> str:
    return f"{host}/v1" if protocol in ("openai", "responses") else host


ASTRAY = (
    *(
        Scenario(
            f"{asked}-asked-at-{spoken}{where}",
            "shape.wrong_protocol",
            world,
            _base(asked, host),
            asked,
            model,
            settings={"protocol": spoken, "base_url": _base(spoken, host)},
        )
        for where, host in (("", HERE), ("-elsewhere", ROOT))
        for asked in (*_SPEAKERS, "azure")
        for spoken, (world, model) in _SPEAKERS.items()
        # An Ollama on another host is called at its /v1.
        if asked != spoken and (spoken != "ollama" or not where)
    ),
    azure(
        "asked-as-openai",
        "shape.wrong_protocol",
        door(b.azure, newer=False),
        protocol="openai",
        settings={"protocol": "azure", "base_url": RESOURCE},
    ),
    azure(
        "asked-as-openai-v1",
        "url.path_wrong",
        protocol="openai",
        settings={"protocol": "openai", "base_url": f"{RESOURCE}/openai/v1"},
    ),
    *(
        gemini(
            f"asked-as-openai{path.replace('/', '-')}",
            "url.path_wrong",
            lambda key: b.both(
                b.openai(key, prefix="/v1beta/openai", models=answers.GEMINIS, elsewhere="empty-404"), b.gemini(key)
            ),
            base_url=f"{GOOGLE}{path}",
            protocol="openai",
            settings={"protocol": "openai", "base_url": f"{GOOGLE}/v1beta/openai"},
        )
        for path in ("", "/v1", "/v1beta")
    ),
    gemini(
        "asked-as-anthropic",
        "shape.wrong_protocol",
        lambda key: b.both(
            b.openai(key, prefix="/v1beta/openai", models=answers.GEMINIS, elsewhere="empty-404"), b.gemini(key)
        ),
        protocol="anthropic",
    ),
    ollama(
        "asked-as-openai",
        "url.version_missing",
        protocol="openai",
        typed=lambda key: "ollama",
        settings={"protocol": "openai", "base_url": f"{HERE}/v1"},
    ),
    ollama(
        "asked-as-responses",
        "shape.wrong_protocol",
        protocol="responses",
        base_url=f"{HERE}/v1",
        typed=lambda key: "ollama",
    ),
)

SCENARIOS = (*RESPONSES, *GEMINI, *AZURE, *OLLAMA, *STREAMS, *ASTRAY)
