"""A made-up protocol: ``POST {base}/sing``, the key as ``x-api-key``, and its own shapes of answers and errors.

``tests/unit/protocols/test_new_protocol.py`` adds only this file and a practice door to the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.model.attempt import Attempt, Auth
from probes.model.exchange import Answer, ApiError, StreamReading
from probes.protocols.errors import parse_json, read_error
from probes.protocols.protocol import ALLOWANCE, JSON_HEADERS, ApiRequest, Wire, prompt, strange, text_of
from probes.protocols.sse import Event
from probes.protocols.stream_counter import StreamCounter


class _Choir(Wire):
    name = "choir"
    endpoint = "/sing"
    guess = "alto-1"
    styles = (Auth.X_API_KEY,)
    version_segment = "/v3"
    endings = ("sing", "voices")
    spoken_at = "/sing$"
    address = "/(?:sing|voices)"
    bases = ("/v3", "/choir/v3")
    error_shape = "choir"
    words = (("ending", "/sing"),)
    key_env = ("CHOIR_KEY",)
    base_url_env = ("CHOIR_URL",)
    model_env = ("CHOIR_VOICE",)

    def models(self, attempt: Attempt) -> ApiRequest:
        return ApiRequest("GET", "/voices", JSON_HEADERS[:1], None)

    def generation(self, attempt: Attempt, model: str, *, stream: bool, adapted: tuple[str, ...]) -> ApiRequest:
        body = {"voice": model, "verse": prompt(stream), "notes": ALLOWANCE, "live": stream}
        return ApiRequest("POST", self.endpoint, JSON_HEADERS, body)

    def read_models(self, value: object) -> tuple[str, ...] | None:
        voices = value.get("voices") if isinstance(value, dict) else None
        return tuple(map(str, voices)) if isinstance(voices, list) else None

    def read_answer(self, value: object) -> Answer:
        if not isinstance(value, dict):
            return Answer(problem="not_object")
        song = value.get("song")
        if not isinstance(song, str):
            return Answer(problem="error" if self.read_error(value) else strange(value, "no_content"))
        return Answer(text=song, model=text_of(value.get("voice")), finish=text_of(value.get("ended")))

    def read_error(self, value: object) -> ApiError | None:
        wrong = value.get("wrong") if isinstance(value, dict) else None
        if not isinstance(wrong, dict):
            return read_error(value)
        return ApiError(type=text_of(wrong.get("note")), message=text_of(wrong.get("verse")), shape="choir")

    def owns(self, value: Mapping[str, Any]) -> bool:
        return isinstance(value.get("song"), str)

    def stream_reader(self) -> _Reader:
        return _Reader()


class _Reader(StreamCounter):
    def ends(self, event: Event) -> bool:
        return event.name == "applause"

    def take(self, name: str, data: str) -> None:
        _, value = parse_json(data)
        if name == "applause":
            self.done = self._shaped = True
        elif isinstance(value, dict) and "wrong" in value:
            self.fail(WIRE.read_error(value))
        elif isinstance(value, dict) and name == "note":
            self._shaped = True
            self.write(value.get("song"))

    def reading(self, unshaped: str = "no_event_lines") -> StreamReading:
        return super().reading(unshaped)


WIRE = _Choir()
