"""The Gemini API: ``POST {base}/{version}/models/{model}:generateContent``, ``x-goog-api-key`` or ``?key=``.

google-genai 3 uses ``/v1``; older versions and gemini-cli 0.61 use ``/v1beta`` (`facts/sdk_facts.md`, google-genai
3.4). Its Python SDK parses a stream more strictly than the grammar of server-sent events: a comment breaks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from probes.model.attempt import Attempt, Auth
from probes.model.exchange import Answer, StreamReading
from probes.model.record import replace
from probes.protocols.errors import bare_error, parse_json, read_error
from probes.protocols.protocol import (
    ALLOWANCE,
    JSON_HEADERS,
    ApiRequest,
    Splitter,
    Wire,
    count_of,
    prompt,
    spoken_in,
    strange,
    text_of,
)
from probes.protocols.sse import Event, Unended
from probes.protocols.stream_counter import StreamCounter

_RAW = "raw"  # the name of an event outside of `data:` lines


class GenerateContent(Wire):
    """The Gemini API, and what Vertex AI shares with it."""

    name = "gemini"
    endpoint = "/{version}/models/{model}:generateContent"
    styles: tuple[Auth, ...] = (Auth.X_GOOG_API_KEY, Auth.QUERY, Auth.BEARER)
    versions: tuple[str, ...] = ("v1", "v1beta")
    key_stripped = True
    guess = "gemini-2.5-flash"
    added = r"/v1(?:alpha|beta)?/?$"
    endings = ("models/[^/]+:(?:generateContent|streamGenerateContent)",)
    query_behind = True
    spoken_at = r"generatecontent$|/v1beta$|/v1beta/models$"
    address = r"/(?P<version>v\d+(?:alpha|beta)?)/models/(?P<model>[^/:]+):\w+"
    listing = r"/(?P<version>v\d+(?:alpha|beta))/models"
    model_path = r"/models/([^/:?#]+):"
    precedence = 30
    bases: tuple[str, ...] = ("", "/gemini", "/api/gemini", "/api")
    looks = 1
    error_shape = "google"
    own_errors = True
    words: tuple[tuple[str, str], ...] = (("ending", "/models/NAME:generateContent"), ("twice", "/v1beta/v1"))
    provider_names: tuple[str, ...] = ("google", "gemini")

    def models(self, attempt: Attempt) -> ApiRequest:
        # A page has 50 models by default: those on the second page would seem to be missing.
        return ApiRequest("GET", f"/{attempt.version}/models?pageSize=1000", JSON_HEADERS[:1], None)

    def _path(self, attempt: Attempt, model: str, verb: str) -> str:
        named = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
        return f"/{attempt.version}/{quote(named, safe='/:@{}')}:{verb}"

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": prompt(stream)}]}]}
        if "no maxOutputTokens" not in adapted:
            body["generationConfig"] = {"maxOutputTokens": ALLOWANCE}
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return ApiRequest("POST", self._path(attempt, model, verb), JSON_HEADERS, body)

    def path_check(self, attempt: Attempt) -> ApiRequest:
        """Return a request that is not billed: it has no contents."""
        return ApiRequest("POST", self._path(attempt, self.guess, "generateContent"), JSON_HEADERS, {})

    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
        low = text.lower()
        named = "maxoutputtokens" in low or "max_output_tokens" in low
        return ("no maxOutputTokens",) if named and not adapted else None

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        model, candidates = text_of(value.get("modelVersion")), value.get("candidates")
        if not isinstance(candidates, list) or not candidates:
            blocked = value.get("promptFeedback")
            if isinstance(blocked, dict) and blocked.get("blockReason"):
                return Answer(model=model, finish=text_of(blocked["blockReason"]))
            empty = spoken_in(value) == "gemini"
            return Answer(problem="no_candidates" if empty else strange(value, "no_candidates"), model=model)
        first = candidates[0]
        if not isinstance(first, dict) or not (isinstance(first.get("content"), dict) or first.get("finishReason")):
            return Answer(problem="no_content", model=model)
        text, thought = _parts(first)
        prompt_tokens, completion, thoughts = _usage(value)
        return Answer(
            text=text,
            model=model,
            finish=text_of(first.get("finishReason")),
            reasoning=thought or thoughts > 0,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion + thoughts,
        )

    def splitter(self) -> Splitter:
        return _GeminiSplitter()

    def stream_reader(self) -> _GeminiReader:
        return _GeminiReader()

    def owns(self, value: Mapping[str, Any]) -> bool:
        return isinstance(value.get("candidates"), list)

    def other_version_helps(self, status: int, text: str) -> bool:
        return status == 404  # some models exist only in one version

    def example(self, model: str) -> Mapping[str, Any]:
        return {"contents": [{"role": "user", "parts": [{"text": prompt(False)}]}]}


def _parts(candidate: dict[str, Any]) -> tuple[str, bool]:
    """Return the text of a candidate, and whether it has a thought or a tool call."""
    content = candidate.get("content")
    rows = content.get("parts") if isinstance(content, dict) else None
    parts = [part for part in rows if isinstance(part, dict)] if isinstance(rows, list) else []
    spoken = "".join(text_of(part.get("text")) for part in parts if not part.get("thought"))
    return spoken, any(part.get("thought") or part.get("functionCall") for part in parts)


def _usage(value: dict[str, Any]) -> tuple[int, int, int]:
    usage = value.get("usageMetadata")
    names = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    prompt_tokens, completion, thoughts = (count_of(usage.get(n)) if isinstance(usage, dict) else 0 for n in names)
    return prompt_tokens, completion, thoughts


class _GeminiSplitter:
    """A splitter with the rules of google-genai: ``data: `` with the space, or JSON on lines with balanced braces."""

    unended: Event | None = None  # `close` returns the rest

    def __init__(self) -> None:
        self._pending = Unended()
        self._data: list[str] = []
        self._raw: list[str] = []
        self._depth, self._quoted, self._escaped, self._wrong = 0, False, False, False

    def feed(self, chunk: bytes) -> list[Event]:
        if self._pending.continues(chunk):
            return []
        text = self._pending.take() + chunk
        held = b"\r" if text.endswith(b"\r") else b""  # it may be the first half of a CRLF
        lines = text.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._pending.put(lines.pop() + held)
        return [event for line in lines if (event := self._decoded(line))]

    def close(self) -> list[Event]:
        rest = self._pending.take().removesuffix(b"\r")
        found = [self._decoded(rest)] if rest else []
        if self._raw:
            found.append(Event(_RAW, "".join(self._raw)))
        found.append(self._line(""))
        # A rest that is not JSON was cut off: the missing end of the response shows that, and it is not a faulty event.
        return [event for event in found if event and parse_json(event.data)[0]]

    def _decoded(self, line: bytes) -> Event | None:
        text = line.decode("utf-8", "replace")
        self._wrong |= "\ufffd" in text and b"\xef\xbf\xbd" not in line
        event = self._line(text)
        if event is None or not self._wrong:
            return event
        self._wrong = False
        return replace(event, wrong=True)

    def _line(self, line: str) -> Event | None:
        if line.startswith("data: "):
            self._data.append(line.removeprefix("data: "))
            return None
        if not line:
            data, self._data = self._data, []
            return Event("", "\n".join(data)) if data else None
        self._raw.append(line)
        self._count(line)
        if self._depth:
            return None
        raw, self._raw = "".join(self._raw), []
        return Event(_RAW, raw)

    def _count(self, line: str) -> None:
        """Count the braces that are open outside of strings."""
        for char in line:
            if self._quoted:
                self._escaped, self._quoted = not self._escaped and char == "\\", self._escaped or char != '"'
            elif char == '"':
                self._quoted = True
            else:
                self._depth += (char == "{") - (char == "}")


class _GeminiReader(StreamCounter):
    """A reader with the rules of google-genai: every event is JSON, and only a finish reason marks the end."""

    def __init__(self) -> None:
        super().__init__()
        self._framed = False  # at least one `data:` line arrived

    def ends(self, event: Event) -> bool:
        return False

    def take(self, name: str, data: str) -> None:
        self._framed |= name != _RAW
        known, value = parse_json(data)
        if not known:
            self.flaw("bad_json" if data.strip() else "empty_data")
        elif isinstance(value, dict) and (value.get("error") or bare_error(value)):
            self.fail(read_error(value))
        elif isinstance(value, dict):
            self._chunk(value)

    def _chunk(self, value: dict[str, Any]) -> None:
        if spoken_in(value) not in ("", "gemini"):
            self.flaw("other_protocol")
            return
        self._model = text_of(value.get("modelVersion")) or self._model
        prompt_tokens, completion, thoughts = _usage(value)
        self._prompt, self._completion = max(self._prompt, prompt_tokens), max(self._completion, completion + thoughts)
        candidates = value.get("candidates")
        for candidate in candidates[:1] if isinstance(candidates, list) else ():
            if isinstance(candidate, dict):
                text, thought = _parts(candidate)
                self._shaped = True
                self._reasoning |= thought or thoughts > 0
                self._finish = text_of(candidate.get("finishReason")) or self._finish
                self.write(text)

    def reading(self, unshaped: str = "no_candidates") -> StreamReading:
        if not self._framed:
            return StreamReading("empty")  # not a stream: the whole body is examined instead
        found = super().reading(unshaped)
        return replace(found, terminated=bool(found.finish))


WIRE = GenerateContent()
