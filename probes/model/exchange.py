"""One HTTP request to the API and its response."""

from __future__ import annotations

from enum import StrEnum

from probes.model.attempt import Attempt
from probes.model.failure import Failure
from probes.model.record import Record
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


class ApiError(Record):
    """The fields of an error body, whatever its protocol. Absent fields are empty."""

    type: str = ""
    code: str = ""
    message: str = ""
    param: str = ""
    shape: str = ""  # openai, anthropic, google, detail, string, flat, base_resp, cloudflare, other


class Purpose(StrEnum):
    """The reason for sending a request."""

    MODELS = "models"
    OTHER_HEADER_LIST = "other_header_list"  # the model list, with the key in the other header style
    KEYLESS_LIST = "keyless_list"  # the model list without the key, to learn whether a list proves the key
    PATH = "path"  # a request without a real key, to check whether the path exists
    CHAT = "chat"
    STREAM = "stream"
    PREFLIGHT = "preflight"  # the CORS request that a browser sends before a web page may call
    EMBEDDING = "embed"
    BALANCE = "balance"  # the credit that is left, from the provider's address for it
    WEBSOCKET = "websocket"  # the upgrade to a WebSocket, which some apps ask for before their first request

    @property
    def endpoint(self) -> Purpose:
        """The purpose that reports use: every request for the model list counts as MODELS."""
        return Purpose.MODELS if self in (Purpose.OTHER_HEADER_LIST, Purpose.KEYLESS_LIST) else self


class Body(StrEnum):
    """The real kind of a response body, whatever its content type says."""

    EMPTY = "empty"
    JSON = "json"
    SSE = "sse"
    HTML = "html"
    TEXT = "text"
    BINARY = "binary"


class Breakage(Record):
    """A place of a response at which some clients fail or silently lose the text.

    ``what``: how, a word of `probes/protocols/strictness`, such as ``missing``, ``type``, ``no_text``.
    ``where``: the field or the event. ``readers``: who fails, such as ``python raw`` or ``node helper``.
    ``quote``: the event, scrubbed and shortened; empty: the response as a whole.
    """

    what: str
    where: str = ""
    readers: tuple[str, ...] = ()
    quote: str = ""


class Answer(Record):
    """What an SDK reads from a response that is not streamed. ``problem`` names a defect; empty: none.

    ``breakages``: where which clients fail; those that the app in question is built on have a ``problem`` as well.
    """

    text: str = ""
    model: str = ""
    finish: str = ""
    reasoning: bool = False
    problem: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    breakages: tuple[Breakage, ...] = ()


class StreamReading(Record):
    """What an SDK reads from an event stream.

    ``kind``: ``sse``, ``lines`` (JSON lines, if the protocol streams them), ``json`` (one complete response),
    ``error_json``, ``ndjson`` (JSON lines instead of events), ``json_array`` (a JSON list of all events),
    ``html``, ``empty``, ``text``, ``other_protocol``.
    ``problem`` names an event that breaks an SDK (empty_data, bad_json, not_utf8, no_text, wrong_shape); empty: none.
    """

    kind: str
    events: int = 0
    pieces: int = 0  # events that contain text
    text: str = ""
    model: str = ""
    finish: str = ""
    terminated: bool = False  # the end marker arrived: [DONE], message_stop
    reasoning: bool = False
    error: ApiError | None = None  # an error event inside the stream
    error_first: bool = False
    problem: str = ""
    first_at: float = 0.0  # seconds after the request was sent
    last_at: float = 0.0
    arrivals: int = 0  # distinct moments at which events arrived
    reads: int = 0  # reads from the connection that returned events: data sent at once takes one or two
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stopped: bool = False  # the stream was still open when the limit was reached
    lacks: str = ""  # a missing field that strict clients need and the SDKs do not
    breakages: tuple[Breakage, ...] = ()  # where which clients fail
    ignored: ApiError | None = None  # an error event that the app's SDK passes over
    read: bool = False  # of another kind than the protocol's, but the app's SDK reads the text all the same

    @property
    def flows(self) -> bool:
        """Whether the stream has the form that its protocol uses, even if events in it are faulty."""
        return self.kind in ("sse", "lines", "frames")


class Redirect(Record):
    """The target of a 3xx response. ``url`` is absolute and scrubbed; empty if it is not an ``http(s)`` URL.

    ``origin``: ``same``, ``upgrade`` (from http to https on the same host, both on their default ports) or ``other``.
    ``gate``: ``login``, ``portal`` or empty, as in ``probes/urls/login_pages.py``.
    """

    url: str
    origin: str
    path: str = ""  # with its query; empty if it must not be requested
    host: str = ""  # with its port, unless that is the default port
    same_host: bool = False
    loops: bool = False  # the request has already been to this URL
    gate: str = ""
    base_url: str = ""  # the base URL that leads there directly, if the target is on the same host


class SentRequest(Record):
    """A request as it was sent. A key in the query is never recorded: the URL is scrubbed."""

    purpose: Purpose
    attempt: Attempt
    method: str
    url: str  # scrubbed
    path: str  # with its query, scrubbed
    with_key: bool
    via_proxy: bool = False
    adapted: tuple[str, ...] = ()  # parameters that were changed because the model refused them
    headers: tuple[str, ...] = ()  # names of the extra headers of the settings that were sent


class Response(Record):
    """An HTTP response as it arrived, before its body is interpreted."""

    status: int = 0  # 0: no status line arrived
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names, scrubbed
    body: Body = Body.EMPTY
    content_type: str = ""
    text: str = ""  # the first 4,096 characters of the body, scrubbed
    size: int = 0  # bytes of the body
    title: str = ""  # of an HTML page

    def header(self, name: str) -> str:
        """Return the value of a header, or an empty string. ``name`` is case-insensitive: ``Retry-After``."""
        name = name.lower()
        for key, value in self.headers:
            if key == name:
                return value
        return ""


class ResponseReading(Record):
    """What an SDK reads from the body. A part is None if the body has none, or if it was not requested."""

    error: ApiError | None = None
    answer: Answer | None = None
    stream: StreamReading | None = None
    models: tuple[str, ...] | None = None  # ids of a model list


class Timing(Record):
    """The time of the request and the duration of the response, in seconds, and the number of tries."""

    sent_at: float = 0.0  # seconds after the client was created
    first_byte: float = 0.0  # seconds after sent_at
    seconds: float = 0.0  # until the end of the body
    tries: int = 1
    first_status: int = 0  # of the first try, if there were several; 0: no response arrived


class Redirection(Record):
    """The redirects of a request: those that were followed, and the last one if it was not followed."""

    location: str = ""  # the Location header of the last response
    target: Redirect | None = None  # target of the 3xx response that was not followed
    followed: tuple[str, ...] = ()  # paths on the same origin that were followed, as the SDKs do
    moved_to: str = ""  # the base URL that makes the last of them unnecessary


class Exchange(Record):
    """One request and its response. ``failure`` is set if no complete response arrived."""

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
        """Whether an SDK treats the response as a success: a status of 2xx and no failure."""
        return self.failure is None and 200 <= self.status < 300

    def header(self, name: str) -> str:
        """Return the value of a response header, or an empty string."""
        return self.response.header(name)


class WebSocketTry(Record):
    """The WebSocket that an app opens before its first request: the request for the upgrade, and what came of it.

    The server has accepted it if the status of ``exchange`` is 101 and ``flaw`` is empty. ``configured`` says that the
    app opens one with the settings of this run; if False, they do not tell, since they did not come from its files.
    """

    exchange: Exchange
    configured: bool = False
    flaw: str = ""  # of an accepted upgrade: accept (a wrong Sec-WebSocket-Accept), frames (they break RFC 6455)
    asked: bool = False  # the first message of the app was sent
    events: int = 0  # text messages that arrived
    error: ApiError | None = None  # the first one was an error
    error_status: int = 0  # the HTTP status that the error names; 0: none
    closed: bool = False  # the server has closed the socket, or the connection has ended
    code: int = 0  # of the close frame (RFC 6455, section 7.4); 0: none came
    reason: str = ""  # of the close frame, scrubbed

    @property
    def accepted(self) -> bool:
        """Whether the server has switched to the protocol of WebSockets."""
        return self.exchange.status == 101 and not self.flaw
