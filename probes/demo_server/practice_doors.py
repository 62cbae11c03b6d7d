"""Practice doors: correct servers for every protocol, with arguments that make them wrong in ways seen in practice.

A world is a :data:`~probes.demo_server.server.Handler`. :func:`openai`, :func:`anthropic` and the others build correct
doors; their arguments replace single responses. ``error_bodies.ERRORS``, ``web_pages.PAGES``, ``wrong_answers.ANSWERS``
and ``wrong_streams.STREAMS`` contain wrong responses by name, and the module ``handlers`` combines worlds. The SDKs
were measured under the same names, such as ``json_nochoices`` and ``s_cut_rst`` (tables T3 and T5 of the SDK facts).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from probes.demo_server import bedrock_doors, vertex_doors
from probes.demo_server.answers import (
    CLAUDES,
    DONE,
    GEMINIS,
    LLAMAS,
    MODELS,
    as_events,
    as_html,
    as_json,
    as_lines,
    as_text,
    chat_lines,
    chunks,
    completion,
    data,
    event,
    events,
    generated,
    generated_pieces,
    keys_in,
    line,
    message,
    model_list,
    response,
    response_events,
    spoken,
    usage,
)
from probes.demo_server.error_bodies import error
from probes.demo_server.handlers import Filter, What, always, give
from probes.demo_server.server import Answer, Handler, JoinTo, Reply, Request
from probes.demo_server.web_pages import PAGES
from probes.model.record import replace

bedrock, bedrock_invoke = bedrock_doors.converse, bedrock_doors.invoke
vertex, vertex_anthropic = vertex_doors.vertex, vertex_doors.anthropic


# -- correct doors -----------------------------------------------------------------------------------------------------


def _door(
    answers: Mapping[str, Handler],
    keys: Sequence[str],
    auth: Sequence[str],
    rejected: What,
    no_key: What,
    elsewhere: What,
    public: Sequence[str],
) -> Handler:
    """Route by method and path, then check the key. Without ``keys``, no key is required."""

    def handler(request: Request) -> Answer:
        where = f"{request.method} {request.path}"
        if where not in answers:
            return give(elsewhere, request)
        shown = keys_in(request, auth)
        if keys and where not in public and not set(shown) & set(keys):
            return give(rejected if shown or keys_in(request) else no_key, request)
        return answers[where](request)

    return handler


def _generation(models: Sequence[str], unknown: What, whole: Handler, stream: Handler) -> Handler:
    def handler(request: Request) -> Answer:
        asked = request.json()
        if models and asked.get("model") not in models:
            return give(unknown, request)
        return give(stream if asked.get("stream") else whole, request)

    return handler


def openai(
    *keys: str,
    prefix: str = "/v1",
    models: Sequence[str] = MODELS,
    auth: Sequence[str] = ("bearer",),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    responses: bool = False,
    public_models: bool = False,
    rejected: What = "openai-401",
    no_key: What = "openai-no-key",
    unknown_model: What = "openai-model",
    elsewhere: What = "openai-404",
) -> Handler:
    """Return a correct OpenAI door that accepts ``keys`` (none: no key required) and serves ``models`` (empty: any).

    ``chat``, ``stream`` and ``listing`` replace the response, the stream and the model list after key and model were
    checked. ``rejected``, ``no_key``, ``unknown_model`` and ``elsewhere`` (an unknown path) replace the errors.
    """

    def whole(request: Request) -> Answer:
        return give(as_json(completion(request.json()["model"])) if chat is None else chat, request)

    def streamed(request: Request) -> Answer:
        if stream is not None:
            return give(stream, request)
        asked = request.json()
        extra = [usage(asked["model"])] if (asked.get("stream_options") or {}).get("include_usage") else []
        return as_events([*chunks(asked["model"]), *extra, DONE])

    answers = {
        f"GET {prefix}/models": always(model_list(models) if listing is None else listing),
        f"POST {prefix}/chat/completions": _generation(models, unknown_model, whole, streamed),
    }
    if responses:
        answers[f"POST {prefix}/responses"] = _responding(models, unknown_model, None, None)
    return _door(answers, keys, auth, rejected, no_key, elsewhere, (f"GET {prefix}/models",) if public_models else ())


def anthropic(
    *keys: str,
    prefix: str = "",
    models: Sequence[str] = CLAUDES,
    auth: Sequence[str] = ("x-api-key", "bearer"),
    versions: Sequence[str] = (),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "anthropic-401",
    no_key: What = "anthropic-no-key",
    unknown_model: What = "anthropic-model",
    elsewhere: What = "anthropic-404",
) -> Handler:
    """Return a correct Anthropic door at ``{prefix}/v1/messages``, with the arguments of :func:`openai`.

    ``auth`` lists the accepted auth styles, ``versions`` the accepted values of ``anthropic-version`` (empty: any).
    """

    def whole(request: Request) -> Answer:
        return give(as_json(message(request.json()["model"])) if chat is None else chat, request)

    def streamed(request: Request) -> Answer:
        sound = as_events([event(e) for e in events(request.json()["model"])])
        return give(sound if stream is None else stream, request)

    answers = {
        f"GET {prefix}/v1/models": always(model_list(models, "anthropic") if listing is None else listing),
        f"POST {prefix}/v1/messages": _generation(models, unknown_model, whole, streamed),
    }
    door = _door(answers, keys, auth, rejected, no_key, elsewhere, ())

    def handler(request: Request) -> Answer:
        version = request.header("anthropic-version")
        known = version in versions if versions else version
        if f"{request.method} {request.path}" in answers and not known:
            return error("anthropic-version")(request)
        return door(request)

    return handler


def responses(
    *keys: str,
    prefix: str = "/v1",
    models: Sequence[str] = MODELS,
    auth: Sequence[str] = ("bearer",),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "openai-401",
    no_key: What = "openai-no-key",
    unknown_model: What = "openai-model",
    elsewhere: What = "openai-404",
) -> Handler:
    """Return a correct door for the Responses API, without chat completions, with the arguments of :func:`openai`."""
    answers = {
        f"GET {prefix}/models": always(model_list(models) if listing is None else listing),
        f"POST {prefix}/responses": _responding(models, unknown_model, chat, stream),
    }
    return _door(answers, keys, auth, rejected, no_key, elsewhere, ())


def _responding(models: Sequence[str], unknown: What, chat: What | None, stream: What | None) -> Handler:
    def whole(request: Request) -> Answer:
        return give(as_json(response(request.json()["model"])) if chat is None else chat, request)

    def streamed(request: Request) -> Answer:
        sound = as_events([event(e) for e in response_events(request.json()["model"])])
        return give(sound if stream is None else stream, request)

    return _generation(models, unknown, whole, streamed)


def gemini(
    *keys: str,
    prefix: str = "",
    versions: Sequence[str] = ("v1", "v1beta"),
    models: Sequence[str] = GEMINIS,
    auth: Sequence[str] = ("x-goog-api-key", "query"),
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "gemini-400",
    no_key: What = "gemini-no-key",
    unknown_model: What = "gemini-model",
    elsewhere: What = "google-404",
) -> Handler:
    """Return a correct Gemini door at ``{prefix}/{version}/models``, with the arguments of :func:`openai`.

    A stream is sent as events if the query has ``alt=sse``, else as one JSON array.
    """
    served = re.compile(rf"{re.escape(prefix)}/(?:{'|'.join(versions)})/models(?:/([^/:]+):(\w+))?")
    verbs = {"GET": (None,), "POST": ("generateContent", "streamGenerateContent")}

    def handler(request: Request) -> Answer:
        found = served.fullmatch(request.path)
        if not found or found[2] not in verbs.get(request.method, ()):
            return give(elsewhere, request)
        if keys and not set(keys_in(request, auth)) & set(keys):
            return give(rejected if keys_in(request) else no_key, request)
        model = found[1]
        if model is None:
            return give(model_list(models, "gemini") if listing is None else listing, request)
        if models and model not in models:
            return give(unknown_model, request)
        if found[2] == "generateContent":
            return give(as_json(generated(model)) if chat is None else chat, request)
        if stream is not None:
            return give(stream, request)
        pieces = generated_pieces(model)
        return as_events([data(piece) for piece in pieces]) if request.query("alt") == "sse" else as_json(pieces)

    return handler


def azure(
    *keys: str,
    deployments: Sequence[str] = ("gpt-4o-mini",),
    versions: Sequence[str] = (),
    auth: Sequence[str] = ("api-key", "bearer"),
    newer: bool = True,
    chat: What | None = None,
    stream: What | None = None,
    listing: What = "azure-404",
    rejected: What = "azure-401",
    no_key: What = "azure-no-key",
    unknown_model: What = "azure-deployment",
    elsewhere: What = "azure-404",
    unknown_version: What = "azure-404",
) -> Handler:
    """Return a correct Azure resource with deployment paths (``/openai/deployments/NAME``) and v1 (``/openai/v1``).

    The arguments are those of :func:`openai`; ``versions`` are the accepted values of ``api-version`` (empty: any), and
    ``newer=False`` leaves out the v1 API.
    """
    wrong: dict[str, Any] = {
        "rejected": rejected,
        "no_key": no_key,
        "unknown_model": unknown_model,
        "elsewhere": elsewhere,
    }
    plain = openai(
        *keys, prefix="/openai/v1", models=deployments, auth=auth, chat=chat, stream=stream, responses=True, **wrong
    )
    older = re.compile(r"/openai/deployments(?:/([^/]+)/chat/completions)?")

    def handler(request: Request) -> Answer:
        if newer and request.path.startswith("/openai/v1/"):
            return plain(request)
        found = older.fullmatch(request.path)
        version = request.query("api-version")
        if not found or not version:
            return give(elsewhere, request)
        if keys and not set(keys_in(request, auth)) & set(keys):
            return give(rejected if keys_in(request) else no_key, request)
        name = found[1]
        if name is None:
            return give(listing, request)
        if versions and version not in versions:
            return give(unknown_version, request)
        if name not in deployments:
            return give(unknown_model, request)
        if request.json().get("stream"):
            return give(as_events([*chunks(name), DONE]) if stream is None else stream, request)
        return give(as_json(completion(name)) if chat is None else chat, request)

    return handler


def ollama(
    *keys: str,
    models: Sequence[str] = LLAMAS,
    chat: What | None = None,
    stream: What | None = None,
    listing: What | None = None,
    rejected: What = "ollama-401",
    unknown_model: What = "ollama-model",
    elsewhere: What = "go-404",
    compatible: bool = True,
) -> Handler:
    """Return a correct Ollama server with ``/api/tags`` and ``/api/chat``, which streams JSON lines by default.

    It requires a key only if ``keys`` are given. If ``compatible``, it also serves OpenAI's paths under ``/v1``.
    """
    compatible_door = openai(*keys, models=models, rejected=rejected, unknown_model=unknown_model, elsewhere=elsewhere)

    def handler(request: Request) -> Answer:
        if request.path == "/":
            return as_text("Ollama is running")
        if request.path == "/api/version":
            return as_json({"version": "0.12.0"})
        if request.path == "/api/tags":  # served without a key, as by Ollama's own cloud
            return give(model_list(models, "ollama") if listing is None else listing, request)
        if (request.method, request.path) != ("POST", "/api/chat"):
            return compatible_door(request) if compatible else give(elsewhere, request)
        if keys and not set(keys_in(request, ("bearer",))) & set(keys):
            return give(rejected, request)
        asked = request.json()
        if asked.get("model") not in models:
            return give(unknown_model, request)
        rows = chat_lines(asked["model"])
        if asked.get("stream") is False:
            return give(as_json(spoken(asked["model"])) if chat is None else chat, request)
        return give(as_lines([line(row) for row in rows]) if stream is None else stream, request)

    return handler


def both(*worlds: Handler) -> Handler:
    """Return a handler for several doors on one host: it uses the first door that does not answer 404."""

    def handler(request: Request) -> Answer:
        answer: Answer = Reply(404)
        for world in worlds:
            answer = world(request)
            if not isinstance(answer, Reply) or answer.status != 404:
                return answer
        return answer

    return handler


# -- intermediaries in front of a door ---------------------------------------------------------------------------------


def redirect(status: int, to: str = "", *, slash: bool = False) -> Handler:
    """Return a handler that redirects to the same path at the origin ``to``; ``slash`` appends a slash to the path.

    A ``to`` with a path is used unchanged; an empty one redirects within the same origin.
    """

    def handler(request: Request) -> Answer:
        whole = to if urlsplit(to).path else f"{to}{request.path}{'/' if slash else ''}"
        return Reply(status, (("Location", whole), ("Content-Type", "text/html")))

    return handler


def slashed(world: Handler) -> Handler:
    """Return ``world`` behind a router that serves only paths with a trailing slash and redirects others (307)."""

    def handler(request: Request) -> Answer:
        if not request.path.endswith("/"):
            return redirect(307, slash=True)(request)
        return world(replace(request, target=request.target.replace(request.path, request.path.rstrip("/"), 1)))

    return handler


def basic_auth(request: Request) -> Answer | None:
    """Filter requests as nginx with Basic authentication does: answer 401 without credentials."""
    return None if request.header("authorization").startswith("Basic ") else PAGES["basic-auth"]


def refuses(parameter: str, what: What) -> Filter:
    """Return a filter that answers requests whose JSON has ``parameter``, like a model that rejects ``max_tokens``."""
    return lambda request: give(what, request) if parameter in request.json() else None


def lacks(header: str, what: What) -> Filter:
    """Return a filter that answers requests without ``header``."""
    return lambda request: None if request.header(header) else give(what, request)


def proxy(port: int = 0, *, user: str = "", password: str = "", refused: What | None = None) -> Handler:
    """Return an HTTP proxy that tunnels each CONNECT to ``port`` on loopback; with ``user``, it needs a login (407)."""
    credentials = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def handler(request: Request) -> Answer:
        if user and request.header("proxy-authorization") != credentials:
            return as_html("<h1>407</h1>", 407, ("Proxy-Authenticate", 'Basic realm="proxy"'))
        if refused is not None:
            return give(refused, request)
        if request.method != "CONNECT":
            return as_text("this proxy knows CONNECT alone", 405)
        return [b"HTTP/1.1 200 Connection established\r\n\r\n", JoinTo("127.0.0.1", port)]

    return handler
