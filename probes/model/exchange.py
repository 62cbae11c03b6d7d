"""One HTTP request to the API and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probes.model.attempt import Attempt
from probes.model.failure import Failure
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error body as its protocol writes it. Absent fields are empty."""

    type: str = ""
    code: str = ""
    message: str = ""
    param: str = ""
    shape: str = ""  # openai, anthropic, google, detail, string, flat, base_resp, cloudflare, other


class Purpose(StrEnum):
    """Why a request is sent."""

    MODELS = "models"
    OTHER_HEADER_LIST = "other_header_list"  # the model list, asked with the key in the other header style
    KEYLESS_LIST = "keyless_list"  # the model list, asked without the key: does a list prove a key?
    PATH = "path"  # a request without a real key, to see whether the path is served
    CHAT = "chat"
    STREAM = "stream"
    PREFLIGHT = "preflight"  # what a browser asks before a web page may call
    EMBEDDING = "embed"

    @property
    def endpoint(self) -> Purpose:
        """The purpose by which reports name the request: the model list is one endpoint, however it is asked."""
        return Purpose.MODELS if self in (Purpose.OTHER_HEADER_LIST, Purpose.KEYLESS_LIST) else self


class Body(StrEnum):
    """What an answer's body is, whatever its content type says."""

    EMPTY = "empty"
    JSON = "json"
    SSE = "sse"
    HTML = "html"
    TEXT = "text"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an SDK would read from a whole answer. ``problem`` names what it lacks; empty: it reads."""

    text: str = ""
    model: str = ""
    finish: str = ""
    reasoning: bool = False
    problem: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class StreamReading:
    """What an SDK would read from an event stream.

    ``kind``: ``sse``, ``lines`` (JSON in lines, where the protocol streams so), ``json`` (one whole answer),
    ``error_json``, ``ndjson`` (lines where events belong), ``json_array`` (a whole list of them),
    ``html``, ``empty``, ``text``, ``other_protocol``.
    ``problem`` names an event that breaks an SDK (empty_data, bad_json, not_utf8, no_text, wrong_shape); empty: none.
    """

    kind: str
    events: int = 0
    pieces: int = 0  # events that brought text
    text: str = ""
    model: str = ""
    finish: str = ""
    terminated: bool = False  # [DONE], message_stop
    reasoning: bool = False
    error: ApiError | None = None  # carried inside the stream
    error_first: bool = False
    problem: str = ""
    first_at: float = 0.0  # seconds after the request went out
    last_at: float = 0.0
    arrivals: int = 0  # separate moments at which events came
    reads: int = 0  # from the connection that brought events: what was sent at once comes in one or two
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stopped: bool = False  # it was still talking when the limit came
    lacks: str = ""  # a field that the SDKs do without and a strict client does not

    @property
    def flows(self) -> bool:
        """A stream of the protocol's own form, whatever is wrong inside."""
        return self.kind in ("sse", "lines")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a 3xx leads. ``url`` is whole and scrubbed, empty where no ``http(s)`` address can be made of it.

    ``origin``: ``same``, ``upgrade`` (from http to https of the same host, both on their usual ports) or ``other``.
    ``gate``: ``login``, ``portal`` or empty, as in ``probes/urls/login_pages.py``.
    """

    url: str
    origin: str
    path: str = ""  # as it may be asked for, with its query; empty where it may not
    host: str = ""  # with its port, where that is not the usual one
    same_host: bool = False
    loops: bool = False  # to where this request has been already
    gate: str = ""
    base_url: str = ""  # by which the endpoint would be asked there at once, where that is on the same host


@dataclass(frozen=True, slots=True)
class SentRequest:
    """The request as it was sent. Its URL is scrubbed: a key in the query is never recorded."""

    purpose: Purpose
    attempt: Attempt
    method: str
    url: str  # scrubbed
    path: str  # with its query, scrubbed
    with_key: bool
    via_proxy: bool = False
    adapted: tuple[str, ...] = ()  # parameters changed as the model wants it


@dataclass(frozen=True, slots=True)
class Response:
    """The HTTP response as it arrived, before anything is read from its body."""

    status: int = 0  # 0: no status line came
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names, scrubbed
    body: Body = Body.EMPTY
    content_type: str = ""
    text: str = ""  # the first 4,096 characters of the body, scrubbed
    size: int = 0  # bytes of the body
    title: str = ""  # of an HTML page

    def header(self, name: str) -> str:
        """Return the value of a header, or an empty string. ``name`` in any case: ``Retry-After``."""
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass(frozen=True, slots=True)
class ResponseReading:
    """What an SDK reads from the body. Each part is None where the body holds none, or nothing asked for it."""

    error: ApiError | None = None
    answer: Answer | None = None
    stream: StreamReading | None = None
    models: tuple[str, ...] | None = None  # ids of a model list


@dataclass(frozen=True, slots=True)
class Timing:
    """When the request went out and how long the response took, in seconds; and how many tries it took."""

    sent_at: float = 0.0  # seconds after the client was made
    first_byte: float = 0.0  # seconds after sent_at
    seconds: float = 0.0  # until the end of the body
    tries: int = 1
    first_status: int = 0  # of the first try, where it took more than one; 0: no response came


@dataclass(frozen=True, slots=True)
class Redirection:
    """The redirects of a request: those that were followed on the way, and the one that was not."""

    location: str = ""  # the header of the last response
    target: Redirect | None = None  # where a 3xx leads that was not followed
    followed: tuple[str, ...] = ()  # paths on the same origin that were followed on the way, as the SDKs do
    moved_to: str = ""  # the base URL that would have saved the last of them


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back. ``failure`` is set where no whole response came."""

    request: SentRequest
    response: Response = Response()
    reading: ResponseReading = ResponseReading()
    timing: Timing = Timing()
    redirection: Redirection = Redirection()
    failure: Failure | None = None

    @property
    def purpose(self) -> Purpose:
        return self.request.purpose

    @property
    def attempt(self) -> Attempt:
        return self.request.attempt

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def ok(self) -> bool:
        """Whether an SDK would take the response for a success."""
        return self.failure is None and 200 <= self.status < 300

    def header(self, name: str) -> str:
        """Return the value of a response header, or an empty string."""
        return self.response.header(name)
