"""What every protocol provides: requests, authentication, reading answers, streams and model lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast
from urllib.parse import quote, unquote

from probes.model.attempt import Attempt, Auth
from probes.model.exchange import Answer, StreamReading
from probes.protocols.errors import read_error
from probes.protocols.sse import Event

# What is asked of a model: short enough to cost next to nothing, plain enough for every model to answer.
PROMPT = "Say OK."
# A streamed answer needs some pieces, or nobody can tell a stream from a buffer.
STREAM_PROMPT = "Count from 1 to 20."
ALLOWANCE = 16  # tokens of the answer; the smallest that every vendor takes
NAMES = ("openai", "responses", "anthropic", "gemini", "azure", "ollama")


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


class Wire(Protocol):
    """What every protocol's file offers."""

    name: str
    endpoint: str  # of a generation, after the base URL; `{model}` and `{version}` where the path names them
    styles: tuple[Auth, ...]  # how a key may travel, the newest official SDK's way first
    version_segment: str  # what its base URLs end in; empty: the SDK adds it
    versions: tuple[str, ...]  # of the API, where requests name one: the newest SDK's first, then the most served
    guess: str  # a model that nobody named at a door that lists none: an answer about it proves the path and the key

    def attempt(self, base_url: str, auth: Auth | None = None) -> Attempt: ...
    def models(self, attempt: Attempt) -> ApiRequest: ...
    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest: ...
    def path_check(self, attempt: Attempt) -> ApiRequest: ...
    def read_models(self, value: object) -> tuple[str, ...] | None: ...
    def read_answer(self, value: object) -> Answer: ...
    def splitter(self) -> Splitter: ...
    def stream_reader(self) -> StreamReader: ...
    # After a refusal: what was changed so far and one thing more; None where there is nothing left to change.
    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None: ...


def wire(name: str) -> Wire:
    """The protocol of that name. Raises KeyError for one that this version does not speak."""
    if name not in NAMES:
        raise KeyError(name)
    return cast(Wire, import_module(f"probes.protocols.{name}").WIRE)


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
    """The version of the API that a pasted address names, where the SDK has none of its own; else empty."""
    found = re.search(r"[?&]api-version=([\w.-]+)", url) if protocol == "azure" else None
    return found[1] if found else ""


def model_in(protocol: str, url: str) -> str:
    """The model or deployment that a pasted address names; empty where it names none."""
    pattern = {"gemini": r"/models/([^/:?#]+):", "azure": r"/openai/deployments/([^/?#]+)"}.get(protocol)
    found = re.search(pattern, url) if pattern else None
    return unquote(found[1]) if found else ""


def spoken_in(value: object) -> str:
    """The protocol whose whole answer this is, by the fields that its SDK reads; empty where it is none's."""
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("choices"), list):
        return "openai"
    if value.get("type") == "message" and isinstance(value.get("content"), list):
        return "anthropic"
    if isinstance(value.get("candidates"), list):
        return "gemini"
    if value.get("object") == "response" and isinstance(value.get("output"), list):
        return "responses"
    if isinstance(value.get("message"), dict) and isinstance(value.get("done"), bool):
        return "ollama"
    return ""


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
