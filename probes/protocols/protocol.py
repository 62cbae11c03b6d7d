"""The interface of a protocol: requests, authentication, and how to read responses, streams and model lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol, cast
from urllib.parse import quote, unquote

from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Answer, ApiError, StreamReading
from probes.model.record import Record
from probes.protocols.envelopes import reports_failure
from probes.protocols.errors import COMMON_SHAPE, error_in_success, read_error
from probes.protocols.names import NAMES
from probes.protocols.sse import Event, EventReader

# Short enough to cost almost nothing, simple enough for every model.
PROMPT = "Say OK."
# A streamed response needs several pieces, or a real stream looks like a buffered one.
STREAM_PROMPT = "Count from 1 to 20."
ALLOWANCE = 16  # limit of output tokens; the smallest that every vendor accepts

JSON_HEADERS = (("Accept", "application/json"), ("Content-Type", "application/json"))


class ApiRequest(Record):
    """A request of a protocol, without the host and the key."""

    method: str
    path: str  # after the base URL
    headers: tuple[tuple[str, str], ...]
    body: Mapping[str, Any] | None


class Splitter(Protocol):
    """A parser that splits the bytes of one stream into events, as the protocol's SDK does."""

    @property
    def unended(self) -> Event | None: ...  # the incomplete event at the end

    def feed(self, chunk: bytes) -> list[Event]: ...
    def close(self) -> list[Event]: ...


class StreamReader(Protocol):
    """A reader that takes the events of one stream in order and returns what an SDK would have read."""

    done: bool  # the protocol's end marker arrived
    behind: int  # pieces of text behind it, which no SDK reads

    def feed(self, event: Event, at: float) -> None: ...
    def end(self, event: Event) -> None: ...
    def reading(self) -> StreamReading: ...


class Wire:
    """A wire protocol. To add one, write ``probes/protocols/NAME.py`` and a practice door; no other file names it.

    The steps:

    1. Write ``probes/protocols/NAME.py``: a subclass of this class, and ``WIRE = ThatClass()`` at the file's end. The
       file's name is the protocol's name everywhere: in ``--protocol``, ``doors.toml``, ``apps.toml`` and reports.
    2. Set :attr:`name`, :attr:`endpoint` and :attr:`guess`; write :meth:`generation`, :meth:`read_answer`,
       :meth:`stream_reader` (a subclass of ``StreamCounter`` in ``stream_counter.py``). Everything else has the usual
       default: a Bearer key, ``{base}/models``, server-sent events, an SDK that adds nothing to the base URL.
    3. Set those of the fields below in which the protocol differs from the default.
    4. Write the practice door: a function ``NAME(*keys, models=…)`` in ``probes/demo_server/practice_doors.py``.
       ``llmdoctor demo --protocol NAME`` checks it.
    5. If there is an official SDK, add it to ``probes/facts/apps.toml`` with a wire of this protocol: the variables
       and the default base URL come from the first app with such a wire. Otherwise set :attr:`base_url_env`,
       :attr:`key_env` and :attr:`model_env`.
    6. For ``--deep``: set :attr:`features` to an object with the methods of ``features.Features``, or write
       ``probes/protocols/features/NAME.py`` with this object as ``FEATURES``. Without them, a deep check reports that
       it cannot test tools, pictures and embeddings.

    Requests and the key

    ``name``: the file's name.
    ``endpoint``: path of a generation request after the base URL, with ``{model}`` and ``{version}`` if it has them.
    ``guess``: a model to name if the provider lists none: a response about this model proves the path and the key.
    ``styles``: the header styles for the key, that of the newest official SDK first.
    ``versions``: API versions, if the path or the query contains one: the newest SDK's first, the most common last.
    ``style_versions``: the API version for each header style, if a header contains it.
    ``version_header``: the header that contains the version, in lower case.
    ``version_query``: the query parameter that contains the version.
    ``version_demanded``: the user must give the version, because the SDK has no default.
    ``key_encoding``, ``key_stripped``, ``key_begins_value``: how the official SDK encodes a header; whether it strips
    the key first; whether the key is the whole value of the header and so must not begin with white space.
    ``key_optional``: the official SDK works without a key.
    ``clients_differ``: current official clients use different header styles, and a server must accept all of them.
    ``strict_no_proxy``: one invalid entry in ``NO_PROXY`` breaks the official SDK.
    ``model_family``: part of a model's name that marks the models of this protocol on a host with several protocols.

    ``credential``: the chain of ``probes/credential_chains`` that gives the credential if no key is given.
    ``switches``: variables with which the official SDK is told to speak it (``true`` or ``1``), where no URL is given.

    URLs

    ``version_segment``: the usual end of its base URLs; empty: the SDK adds the version, or there is none.
    ``added``: pattern of what the SDK adds itself, to find it at the end of a base URL where it would be doubled.
    ``added_name`` is its name for users; empty: it is a version.
    ``endings``: patterns of the endpoints that users paste with a base URL, without the slash in front.
    ``inner_path``: pattern of the path between base URL and endpoint, of which users paste a part; ``inner_name`` is
    its name for users.
    ``bare_port``: the ``:PORT`` that the SDK adds, with ``http://``, to a base URL that is only a host; empty: the SDK
    requires a URL.
    ``query_behind``: the SDK puts the query of a base URL after the endpoint; otherwise it ends up in the middle.
    ``spoken_at``: pattern of a path (lower case, no slash at the end) that shows this protocol.
    ``segments``: names of path segments that show this protocol anywhere in the path.
    ``address``: pattern of the part after the base URL in the URL of a request, matched at the end of the path, with
    groups ``model`` and ``version`` if it contains them.
    ``listing``: the same for a model list, if it shows this protocol; if ``version_header`` is set, the request must
    have that header too.
    ``model_path``: pattern for a pasted URL whose first group is the model.
    ``precedence``: if the patterns of two protocols match a URL, the lower number wins.

    Discovery

    ``bases``: paths where relays, gateways and vendors serve it, the most common first.
    ``looks``: the number of keyless requests to search for it if another protocol found no route; 0: search only if the
    provider documents it or if the user asks what is served.
    ``local``: local programs serve it: on a local host it is searched first, elsewhere not at all.
    ``versionless``: some providers serve the endpoint without the version that every SDK adds.
    ``newer_base``: path on the same host where protocols with a ``version_segment`` are served too
    (:meth:`neighbour`, for what is more than a path).
    ``lists_deployed``: its model list contains only the models that the user has deployed.
    ``capability``: the name for this protocol in the results of a deep check; empty: a deep check does not test it.

    Responses

    ``error_shape``: the error shape (see ``errors.py``) that proves this protocol.
    ``own_errors``: its servers use only that shape: an error of another shape at its path proves little.
    ``error_words``: pattern of words that only its servers use, if its errors have the shape of another protocol.
    ``proven_by_list``: only a model list proves that its path exists.
    ``strictness``: the file in ``strictness/`` that says what its SDKs read; empty: that of its own name, if there is
    one.

    Texts and snippets

    ``words``: pairs of a slot and its text in findings: ``ending`` (an endpoint as users paste it), ``doubled``,
    ``added`` and ``twice`` (a version that is sent twice), ``claude_token`` (the variable of the other key header in
    Claude Code).
    ``provider_names``: the names that apps use for the provider of this protocol.
    ``variable_prefix``: prefix of the variables that select this protocol even if the host is unknown.
    ``base_url_env``, ``key_env``, ``model_env``, ``default_base_url``: as in ``apps.toml``, for a protocol without an
    app there.
    ``example_headers``: headers of a request in a snippet, except that of the key.
    ``sdk_arguments``: how the official SDK takes the key in code: by language (``python``, ``node``), then by header
    style, ``""`` for all others; a format string in which ``{key}`` is the expression and ``{auth}`` the header.
    ``ai_sdk_package``, ``litellm_provider``: the package of the Vercel AI SDK, and LiteLLM's name for it.
    """

    name: str
    endpoint: str
    guess: str
    styles: tuple[Auth, ...] = (Auth.BEARER,)
    versions: tuple[str, ...] = ()
    style_versions: Mapping[Auth, str] = {}
    version_header: str = ""
    version_query: str = ""
    version_demanded: bool = False
    key_encoding: str = "ascii"
    key_stripped: bool = False
    key_begins_value: bool = False
    key_optional: bool = False
    clients_differ: bool = False
    strict_no_proxy: bool = False
    model_family: str = ""
    credential: str = ""
    switches: tuple[str, ...] = ()

    version_segment: str = ""
    added: str = ""
    added_name: str = ""
    endings: tuple[str, ...] = ()
    inner_path: str = ""
    inner_name: str = ""
    bare_port: str = ""
    query_behind: bool = False
    spoken_at: str = ""
    segments: tuple[str, ...] = ()
    address: str = ""
    listing: str = ""
    model_path: str = ""
    precedence: int = 50

    bases: tuple[str, ...] = ("",)
    looks: int = 0
    local: bool = False
    versionless: bool = False
    newer_base: str = ""
    lists_deployed: bool = False
    capability: str = ""

    error_shape: str = ""
    own_errors: bool = False
    error_words: str = ""
    proven_by_list: bool = False
    strictness: str = ""

    words: tuple[tuple[str, str], ...] = ()
    provider_names: tuple[str, ...] = ()
    variable_prefix: str = ""
    base_url_env: tuple[str, ...] = ()
    key_env: tuple[str, ...] = ()
    model_env: tuple[str, ...] = ()
    default_base_url: str = ""
    example_headers: tuple[tuple[str, str], ...] = ()
    sdk_arguments: Mapping[str, Mapping[str, str]] = MappingProxyType(
        {
            "python": {"bearer": "api_key={key}", "": 'api_key={key}, default_headers={{"{auth}": {key}}}'},
            "node": {"bearer": "apiKey: {key}", "": 'apiKey: {key}, defaultHeaders: {{ "{auth}": {key} }}'},
        }
    )
    ai_sdk_package: str = "@ai-sdk/openai-compatible"
    litellm_provider: str = "openai"
    features: object = None

    def attempt(self, base_url: str, auth: Auth | None = None) -> Attempt:
        """Return the attempt that matches the newest official SDK."""
        style = auth or self.styles[0]
        version = self.versions[0] if self.versions else self.style_versions.get(style, "")
        return Attempt(self.name, base_url, style, KeyForm.GIVEN, version)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        """Return a generation request with :func:`prompt`, limited to :data:`ALLOWANCE` output tokens.

        ``adapted`` names the changes that :meth:`adapt` made after earlier errors.
        """
        raise NotImplementedError

    def read_answer(self, value: object) -> Answer:
        """Return what an SDK reads from the JSON of a complete response; :attr:`Answer.problem` if it is not one."""
        raise NotImplementedError

    def stream_reader(self) -> StreamReader:
        """Return a new reader for one stream. It recognises the protocol's end marker."""
        raise NotImplementedError

    def models(self, attempt: Attempt) -> ApiRequest:
        """Return the request for the model list."""
        return ApiRequest("GET", "/models", JSON_HEADERS[:1], None)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        """Return a request that is not billed: it has neither a model nor a message."""
        return ApiRequest("POST", self.endpoint, JSON_HEADERS, {})

    def read_models(self, value: object) -> tuple[str, ...] | None:
        """Return the ids of a model list; None if the value is not one."""
        return model_ids(value)

    def read_error(self, value: object) -> ApiError | None:
        """Return the error in a JSON value; None if it has none."""
        return read_error(value)

    def owns(self, value: Mapping[str, Any]) -> bool:
        """Check whether this is a complete response of the protocol, by the fields that its SDK reads."""
        return False

    def splitter(self) -> Splitter:
        """Return a new splitter for the bytes of one stream; by default one for server-sent events."""
        return EventReader()

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return ``adapted`` and one more change, after an error with this text; None if there is no other change."""
        return None

    def guessed_model(self, base_url: str) -> str:
        """Return the model that is asked where none is named or listed: :attr:`guess`, unless the address decides."""
        return self.guess

    def other_models(self, text: str, attempt: Attempt, model: str) -> tuple[str, ...]:
        """Return names under which the provider may serve a model that it refused with this text, likeliest first."""
        return ()

    def neighbour(self, base_url: str, protocol: str, model: str) -> tuple[str, str]:
        """Return the base URL at which the same host serves another protocol, and the model's name there.

        Both are empty if this protocol's own base URL does not lead there.
        """
        versioned = bool(self.newer_base and wire(protocol).version_segment)
        return (base_url + self.newer_base, model) if versioned else ("", "")

    def other_version_helps(self, status: int, text: str) -> bool:
        """Check whether a generation request that failed may succeed with another API version."""
        return False

    def example(self, model: str) -> Mapping[str, Any]:
        """Return the body of a request in a snippet."""
        attempt = self.attempt("")
        return self.generation(attempt, model, stream=False, adapted=()).body or {}


@cache
def wire(name: str) -> Wire:
    """Return the protocol of that name. Raises KeyError if it is unknown."""
    if name not in NAMES:
        raise KeyError(name)
    return cast(Wire, import_module(f"probes.protocols.{name}").WIRE)


@cache
def wires() -> tuple[Wire, ...]:
    """Return all protocols in the order of :data:`~probes.protocols.names.NAMES`. This loads their files."""
    return tuple(map(wire, NAMES))


@cache
def by_precedence() -> tuple[Wire, ...]:
    """Return all protocols, those with the most specific URL patterns first."""
    return tuple(sorted(wires(), key=lambda one: one.precedence))


@cache
def by_looks() -> tuple[Wire, ...]:
    """Return all protocols, those that another provider most likely serves first."""
    return tuple(sorted(wires(), key=lambda one: -one.looks))


def meant_by(path: str, *, endings: bool) -> str:
    """Return the protocol that a path segment names, or also (with ``endings``) its endpoint; empty if there is none.

    ``meant_by("/anthropic/v1", endings=False)`` is ``anthropic``.
    """
    return next((name for name, pattern in _segments(endings) if pattern.search(path)), "")


@cache
def _segments(endings: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each protocol with the pattern of each of its segments, for :func:`meant_by`."""
    found = []
    for one in wires():
        ends = rf"|/(?:{'|'.join(one.endings)})/?$" if endings and one.endings else ""
        found += [(one.name, re.compile(rf"/{name}(?:/|$){ends}", re.IGNORECASE)) for name in one.segments]
    return tuple(found)


def prompt(stream: bool) -> str:
    """Return the prompt: a longer response is needed if ``stream``."""
    return STREAM_PROMPT if stream else PROMPT


def auth_headers(auth: Auth, key: str) -> tuple[tuple[str, str], ...]:
    """Return the header that carries a key, exactly as the SDKs write it."""
    match auth:
        case Auth.BEARER:
            return (("Authorization", f"Bearer {key}"),)
        case Auth.X_API_KEY:
            return (("x-api-key", key),)
        case Auth.API_KEY:
            return (("api-key", key),)
        case Auth.X_GOOG_API_KEY:
            return (("x-goog-api-key", key),)
        case _:
            return ()


# The headers in which clients send a key, in lower case. An extra header of the same name takes its place.
KEY_HEADERS = frozenset(name.lower() for style in Auth for name, _ in auth_headers(style, "-"))


def auth_query(auth: Auth, key: str, path: str) -> str:
    """Return the path, with the key in the query if ``auth`` is QUERY."""
    return f"{path}{'&' if '?' in path else '?'}key={quote(key, safe='')}" if auth is Auth.QUERY else path


def preflight(attempt: Attempt, page: str) -> ApiRequest:
    """Return the CORS preflight that a browser sends before the web page ``page`` may call this API; it has no key."""
    headers = ("content-type", *(name.lower() for name, _ in auth_headers(attempt.auth, "-")))
    wanted = (
        ("Origin", page),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", ",".join(headers)),
    )
    return ApiRequest("OPTIONS", wire(attempt.protocol).path_check(attempt).path, wanted, None)


def version_in(protocol: str, url: str) -> str:
    """Return the API version in the query of a pasted URL; empty if there is none."""
    name = wire(protocol).version_query
    found = re.search(rf"[?&]{name}=([\w.-]+)", url) if name else None
    return found[1] if found else ""


def model_in(protocol: str, url: str) -> str:
    """Return the model or deployment in a pasted URL; empty if there is none."""
    pattern = wire(protocol).model_path
    found = re.search(pattern, url) if pattern else None
    return unquote(found[1]) if found else ""


def is_api_shape(shape: str) -> bool:
    """Check whether errors of this shape come from an API, and not from a gateway or framework in front of it."""
    return shape == COMMON_SHAPE or shape in {one.error_shape for one in wires() if one.error_shape}


def spoken_in(value: object) -> str:
    """Return the protocol that this complete response belongs to; empty if it is none."""
    if not isinstance(value, dict):
        return ""
    return next((one.name for one in wires() if one.owns(value)), "")


# Top-level fields of the responses and errors of LLM APIs.
# fmt: off
_FAMILIAR = frozenset((
    "id", "object", "created", "model", "choices", "usage", "content", "role", "type", "output", "candidates",
    "message", "messages", "response", "done", "text", "data", "result", "results", "code", "error", "errors",
    "detail", "details", "msg", "success", "completion", "predictions", "generated_text",
))
# fmt: on


def strange(value: dict[str, Any], otherwise: str) -> str:
    """Return the problem of an object that is not a response of the expected protocol.

    ``other_protocol``, ``error``, ``foreign`` (another kind of service) or ``otherwise``.
    """
    if spoken_in(value):
        return "other_protocol"
    if error_in_success(value, read_error(value)):
        return "error"
    return "foreign" if value and not _FAMILIAR & value.keys() else otherwise


# Fields of a model in the lists of the known providers and servers.
# fmt: off
_OF_A_MODEL = frozenset((
    "owned_by", "object", "display_name", "displayName", "context_length", "context_window", "max_model_len",
    "supportedGenerationMethods", "digest", "details", "capabilities", "pricing", "architecture", "modified_at",
    "max_input_tokens", "root", "permission", "baseModelId", "endpoints", "type",
))
# fmt: on


def _may_be_model(row: object) -> bool:
    """Check whether a row of a list may be a model: it has a field of one, or a name as models have.

    Rows of other services have numbers, UUIDs, addresses and sentences as their names.
    """
    if not isinstance(row, dict):
        return isinstance(row, str) and bool(row)
    name = row.get("id") or row.get("name") or row.get("model")
    if not isinstance(name, str):
        return False
    return bool(_OF_A_MODEL & row.keys()) or not re.fullmatch(
        r"\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,40}|.*[\s@].*", name[:200], re.IGNORECASE
    )


def model_ids(value: object) -> tuple[str, ...] | None:
    """Return the ids of a model list in the form of any protocol; None if the value is not one."""
    if isinstance(value, dict):
        rows = value.get("data", value.get("models"))
        if rows is None and value.get("object") == "list":
            rows = []  # a server written in Go writes its empty list so
    elif isinstance(value, list) and value:
        rows = value
    else:
        return None  # an empty array may be anybody's
    if not isinstance(rows, list) or (not rows and reports_failure(value)):
        return None
    if rows and not any(map(_may_be_model, rows)):
        return None
    ids = []
    for row in rows:
        name = row.get("id") or row.get("name") or row.get("model") if isinstance(row, dict) else row
        if isinstance(name, str) and name:
            ids.append(name.removeprefix("models/")[:200])
    if rows and not ids:
        return None
    return tuple(ids)


def text_of(value: object) -> str:
    """Return the value if it is text, else an empty string: a field of a foreign response can have any type."""
    return value if isinstance(value, str) else ""


def count_of(value: object) -> int:
    """Return a token count of a foreign response if it is an integer from 0 to 9,999,999, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000_000 else 0
