"""What every protocol provides: requests, authentication, reading answers, streams and model lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol, cast
from urllib.parse import quote, unquote

from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Answer, ApiError, StreamReading
from probes.protocols.errors import COMMON_SHAPE, read_error
from probes.protocols.names import NAMES
from probes.protocols.sse import Event, EventReader

# What is asked of a model: short enough to cost next to nothing, plain enough for every model to answer.
PROMPT = "Say OK."
# A streamed answer needs some pieces, or nobody can tell a stream from a buffer.
STREAM_PROMPT = "Count from 1 to 20."
ALLOWANCE = 16  # tokens of the answer; the smallest that every vendor takes

JSON_HEADERS = (("Accept", "application/json"), ("Content-Type", "application/json"))


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request of a protocol, without host and key."""

    method: str
    path: str  # after the base URL
    headers: tuple[tuple[str, str], ...]
    body: Mapping[str, Any] | None


class Splitter(Protocol):
    """Cuts the bytes of one stream into its events, as the protocol's SDK does."""

    @property
    def unended(self) -> Event | None: ...  # what stands after the last whole event

    def feed(self, chunk: bytes) -> list[Event]: ...
    def close(self) -> list[Event]: ...


class StreamReader(Protocol):
    """Takes the events of one stream in turn and says in the end what an SDK would have read."""

    done: bool  # the protocol's own end was seen

    def feed(self, event: Event, at: float) -> None: ...
    def end(self, event: Event) -> None: ...
    def reading(self) -> StreamReading: ...


class Wire:
    """One protocol. A new one is a file ``probes/protocols/NAME.py`` and a practice door; no other file names it.

    The steps:

    1. Write ``probes/protocols/NAME.py``: a subclass of this class, and ``WIRE = ThatClass()`` at the file's end. The
       file's name is the protocol's name, everywhere: in ``--protocol``, ``doors.toml``, ``apps.toml`` and reports.
    2. Set :attr:`name`, :attr:`endpoint` and :attr:`guess`; write :meth:`generation`, :meth:`read_answer`,
       :meth:`stream_reader` (a subclass of ``StreamCounter`` in ``stream_counter.py``). Everything else has a default,
       which is what is usual: a key as Bearer, ``{base}/models``, server-sent events, nothing added by an SDK.
    3. Set of the fields below those in which the protocol differs. Each says which question it answers.
    4. Write the practice door: a function ``NAME(*keys, models=…)`` in ``probes/demo_server/practice_doors.py``.
       ``llmdoctor demo --protocol NAME`` checks it.
    5. Where an official SDK exists, give it a row in ``probes/catalog/apps.toml`` with a wire of this protocol: the
       first app that has one is the SDK whose variables and default base URL are meant. Without it set
       :attr:`base_url_env`, :attr:`key_env` and :attr:`model_env`.
    6. For ``--deep``: set :attr:`features` to an object with the methods of ``features.Features``, or write
       ``probes/protocols/features/NAME.py`` with it as ``FEATURES``. With neither, a deep check asks for no tools,
       pictures and vectors and says so.

    Requests and the key

    ``name``: the file's name.
    ``endpoint``: path of a generation after the base URL; ``{model}`` and ``{version}`` where the path names them.
    ``guess``: a model to name at a door that lists none: an answer about it proves the path and the key.
    ``styles``: how a key may travel, the newest official SDK's way first.
    ``versions``: of the API, where the path or the query names one: the newest SDK's first, the most served last.
    ``style_versions``: the version that goes with each style, where a header names it.
    ``version_header``: the header that names a version, in lower case.
    ``version_query``: the parameter of the query that names a version.
    ``version_demanded``: the user names the version, as the SDK has none of its own.
    ``key_encoding``, ``key_stripped``, ``key_begins_value``: how the official SDK encodes a header; whether it strips
    the key first; whether the key is the header's whole value, so that it may not begin with white space.
    ``key_optional``: the official SDK starts without a key.
    ``clients_differ``: the official clients of today send the key in different styles: a door must please all.
    ``strict_no_proxy``: one bad entry in ``NO_PROXY`` breaks the official SDK.
    ``model_family``: part of a model's name that tells, on a host with many protocols, the models for this one.

    URLs

    ``version_segment``: what its base URLs end in; empty: the SDK adds the version, or there is none.
    ``added``: pattern of what the SDK adds by itself, at the end of a base URL that has it too much. ``added_name``
    names it to people; empty: it is a version.
    ``endings``: patterns of the endpoints that people paste with a base URL, without the slash in front.
    ``inner_path``: pattern of the path between base URL and endpoint, of which people paste a part; ``inner_name``.
    ``bare_port``: ``:PORT`` that the SDK adds to a base URL that is a host alone, with ``http://``; empty: it wants a
    URL.
    ``query_behind``: the SDK puts a query of the base URL behind the endpoint; else it ends up in the middle.
    ``spoken_at``: pattern of a path (lower case, no slash at the end) at which this protocol is spoken.
    ``segments``: names of a segment anywhere in the path that say that this protocol is meant.
    ``address``: pattern of what follows the base URL in the address of a request, with groups ``model`` and
    ``version`` where it names them; it is matched at the end.
    ``listing``: the same of a model list, where it tells this protocol; where ``version_header`` is set, it must have
    come along.
    ``model_path``: pattern of a pasted address whose first group is the model.
    ``precedence``: of two protocols whose patterns fit a URL the one with the lower number is meant.

    Where it is served

    ``bases``: paths on which relays, gateways and vendors mount it, the most common first.
    ``looks``: how many keyless looks for it are worth it where another protocol found no route; 0: none, but where the
    door documents it or somebody asks what is served.
    ``local``: programs on one's own machine serve it: there it is looked for first, and nowhere else.
    ``versionless``: some doors serve the endpoint without the version that every SDK puts in front of it.
    ``newer_base``: path on the same host where protocols with a ``version_segment`` are served as well.
    ``lists_deployed``: its model list holds what the user has deployed, and not all that there is.
    ``capability``: the name under which a deep check reports whether a door speaks it; empty: it does not ask.

    Answers

    ``error_shape``: the shape of errors (see ``errors.py``) that proves this protocol.
    ``own_errors``: its servers refuse in that shape alone: an error of another shape at its path proves little.
    ``error_words``: pattern of words that its servers alone have, where errors have the shape of another protocol.
    ``proven_by_list``: nothing but a model list proves that its path is there.

    For people

    ``words``: pairs of a name and what findings name so: ``ending`` (an endpoint as people paste it), ``doubled``,
    ``added`` and ``twice`` (a version that goes out twice), ``claude_token`` (the variable of the other key header in
    Claude Code).
    ``provider_names``: what apps call the provider whose protocol this is.
    ``variable_prefix``: begins the variables that mean this protocol even where the host is unknown.
    ``base_url_env``, ``key_env``, ``model_env``, ``default_base_url``: as in ``apps.toml``, of a protocol without an
    app there.
    ``example_headers``: headers of a request in a snippet, beside the key's.
    ``sdk_arguments``: how the official SDK takes the key in code: by language (``python``, ``node``), then by style,
    ``""`` for every other one; a format in which ``{key}`` is the expression and ``{auth}`` the header.
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
        """The way in which the newest official SDK asks."""
        style = auth or self.styles[0]
        version = self.versions[0] if self.versions else self.style_versions.get(style, "")
        return Attempt(self.name, base_url, style, KeyForm.GIVEN, version)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        """A request for :func:`prompt`, of :data:`ALLOWANCE` tokens; ``adapted``: what :meth:`adapt` changed."""
        raise NotImplementedError

    def read_answer(self, value: object) -> Answer:
        """What an SDK reads out of the JSON of a whole answer; :attr:`Answer.problem` where it is none."""
        raise NotImplementedError

    def stream_reader(self) -> StreamReader:
        """A new reader for one streamed answer; its ``ends`` knows the protocol's own end."""
        raise NotImplementedError

    def models(self, attempt: Attempt) -> ApiRequest:
        """The request for the model list."""
        return ApiRequest("GET", "/models", JSON_HEADERS[:1], None)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        """A request that nobody bills: it names no model and holds no message."""
        return ApiRequest("POST", self.endpoint, JSON_HEADERS, {})

    def read_models(self, value: object) -> tuple[str, ...] | None:
        """The ids of a model list; None where the value is none."""
        return model_ids(value)

    def read_error(self, value: object) -> ApiError | None:
        """The error that a JSON value carries; None where it carries none."""
        return read_error(value)

    def owns(self, value: Mapping[str, Any]) -> bool:
        """Whether this is a whole answer of the protocol, by the fields that its SDK reads."""
        return False

    def splitter(self) -> Splitter:
        """A new cutter for the bytes of one stream; by default server-sent events."""
        return EventReader()

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        """After a refusal: what was changed so far and one thing more; None where there is nothing left to change."""
        return None

    def other_version_helps(self, status: int, text: str) -> bool:
        """Whether a refused generation may be answered in another version of the API."""
        return False

    def example(self, model: str) -> Mapping[str, Any]:
        """The body of a request in a snippet."""
        attempt = self.attempt("")
        return self.generation(attempt, model, stream=False, adapted=()).body or {}


@cache
def wire(name: str) -> Wire:
    """The protocol of that name. Raises KeyError for one that this version does not speak."""
    if name not in NAMES:
        raise KeyError(name)
    return cast(Wire, import_module(f"probes.protocols.{name}").WIRE)


@cache
def wires() -> tuple[Wire, ...]:
    """All protocols, in the order of :data:`~probes.protocols.names.NAMES`; this loads their files."""
    return tuple(map(wire, NAMES))


@cache
def by_precedence() -> tuple[Wire, ...]:
    """All protocols, the one first whose patterns tell most of a URL."""
    return tuple(sorted(wires(), key=lambda one: one.precedence))


@cache
def by_looks() -> tuple[Wire, ...]:
    """All protocols, the one first that another door is likeliest to speak."""
    return tuple(sorted(wires(), key=lambda one: -one.looks))


def meant_by(path: str, *, endings: bool) -> str:
    """The protocol that a segment of the path names, or (``endings``) the end that it alone has; empty for none."""
    for one in wires():
        for name in one.segments:
            ends = rf"|/(?:{'|'.join(one.endings)})/?$" if endings and one.endings else ""
            if re.search(rf"/{name}(?:/|$){ends}", path, re.IGNORECASE):
                return one.name
    return ""


def prompt(stream: bool) -> str:
    """What the model is asked to say."""
    return STREAM_PROMPT if stream else PROMPT


def auth_headers(auth: Auth, key: str) -> tuple[tuple[str, str], ...]:
    """The header in which a key travels, exactly as the SDKs write it."""
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


def auth_query(auth: Auth, key: str, path: str) -> str:
    """The path with the key behind it, where the key travels so."""
    return f"{path}{'&' if '?' in path else '?'}key={quote(key, safe='')}" if auth is Auth.QUERY else path


def preflight(attempt: Attempt, page: str) -> ApiRequest:
    """Make the request that a browser sends before the web page ``page`` may call this API: no key goes along."""
    headers = ("content-type", *(name.lower() for name, _ in auth_headers(attempt.auth, "-")))
    wanted = (
        ("Origin", page),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", ",".join(headers)),
    )
    return ApiRequest("OPTIONS", wire(attempt.protocol).path_check(attempt).path, wanted, None)


def version_in(protocol: str, url: str) -> str:
    """The version of the API that the query of a pasted address names; else empty."""
    name = wire(protocol).version_query
    found = re.search(rf"[?&]{name}=([\w.-]+)", url) if name else None
    return found[1] if found else ""


def model_in(protocol: str, url: str) -> str:
    """The model or deployment that a pasted address names; empty where it names none."""
    pattern = wire(protocol).model_path
    found = re.search(pattern, url) if pattern else None
    return unquote(found[1]) if found else ""


def is_api_shape(shape: str) -> bool:
    """Whether errors of this shape come from an API and from no gateway or framework in front of it."""
    return shape == COMMON_SHAPE or shape in {one.error_shape for one in wires() if one.error_shape}


def spoken_in(value: object) -> str:
    """The protocol whose whole answer this is; empty where it is none's."""
    if not isinstance(value, dict):
        return ""
    return next((one.name for one in wires() if one.owns(value)), "")


# What any answer or error of an LLM API has at its top.
# fmt: off
_FAMILIAR = frozenset((
    "id", "object", "created", "model", "choices", "usage", "content", "role", "type", "output", "candidates",
    "message", "messages", "response", "done", "text", "data", "result", "results", "code", "error", "errors",
    "detail", "details", "msg", "success", "completion", "predictions", "generated_text",
))
# fmt: on


def strange(value: dict[str, Any], otherwise: str) -> str:
    """What is wrong with an object that is no answer of its protocol: another's, an error, some other service's, or
    ``otherwise``.
    """
    if spoken_in(value):
        return "other_protocol"
    if read_error(value):
        return "error"
    return "foreign" if value and not _FAMILIAR & value.keys() else otherwise


def model_ids(value: object) -> tuple[str, ...] | None:
    """The ids of a model list in any of the protocols' forms; None where the value is none."""
    if isinstance(value, dict):
        rows = value.get("data", value.get("models"))
    elif isinstance(value, list):
        rows = value
    else:
        return None
    if not isinstance(rows, list):
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
    """The value where it is text, else nothing: answers of strangers hold anything anywhere."""
    return value if isinstance(value, str) else ""


def count_of(value: object) -> int:
    """A token count that a stranger sent: not negative, not absurd, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000_000 else 0
