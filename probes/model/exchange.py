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
    ``gate``: ``login``, ``portal`` or empty, as in ``probes/gates.py``.
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
class Exchange:
    """One request and what came back. ``purpose``: models, chat, stream, ``path`` for a keyless look at a path, or
    ``preflight`` for what a browser asks before it calls.
    """

    purpose: str
    attempt: Attempt
    method: str
    url: str  # scrubbed
    path: str
    with_key: bool
    status: int = 0  # 0: no status line came
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names, scrubbed
    body: Body = Body.EMPTY
    content_type: str = ""
    text: str = ""  # the first 4,096 characters, scrubbed
    size: int = 0
    error: ApiError | None = None
    answer: Answer | None = None
    stream: StreamReading | None = None
    models: tuple[str, ...] | None = None  # ids, where this is a model list
    failure: Failure | None = None
    sent_at: float = 0.0
    first_byte: float = 0.0  # seconds after sent_at
    seconds: float = 0.0
    tries: int = 1
    first_status: int = 0  # of the first try, where it took more than one; 0: no answer came
    adapted: tuple[str, ...] = ()  # parameters changed as the model wants it
    title: str = ""  # of an HTML page
    location: str = ""
    redirect: Redirect | None = None  # of a 3xx that was not followed
    redirects: tuple[str, ...] = ()  # targets on the same origin that were followed on the way, as the SDKs do
    moved_to: str = ""  # the base URL that would have saved the last of them
    via_proxy: bool = False

    def header(self, name: str) -> str:
        """The value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def ok(self) -> bool:
        """An answer that an SDK would take for success."""
        return self.failure is None and 200 <= self.status < 300
