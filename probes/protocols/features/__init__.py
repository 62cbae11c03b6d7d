"""Features of a model that a deep check tests: tool calls, structured output, vision and embeddings.

There is one file for each protocol with such features, loaded only by a deep check. It builds the requests and reads
the responses. All protocols use the same prompts, so that the results can be compared.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from probes.model.attempt import Attempt
from probes.model.record import Record
from probes.protocols.errors import parse_json
from probes.protocols.protocol import ApiRequest, wire
from probes.protocols.sse import Event

# Limit of output tokens: a tool call has about 30, and a reasoning model uses some hundred before it.
ROOM = 512

TOOL = "get_weather"
TOOL_ABOUT = "The weather in a city."
TOOL_PROMPT = f"What is the weather in Paris? Call {TOOL}."
TOOL_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
TOOL_RESULT: Mapping[str, Any] = {"sky": "clear", "celsius": 21}

# The prompt does not ask for JSON: a response that is not JSON shows that the schema was ignored.
FORM_PROMPT = "What is the capital of France, and how many letters has its name?"
FORM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"capital": {"type": "string"}, "letters": {"type": "integer"}},
    "required": ["capital", "letters"],
    "additionalProperties": False,
}

SEEN_PROMPT = "Which colour is this picture? Answer with one word."
_COLOUR = (255, 255, 0)  # a model that guesses says red or blue
_SEEN = re.compile(r"yellow|gelb|amarill|jaune|giall|gold|黄", re.IGNORECASE)

EMBEDDED = "OK"

# Names of adaptations: the model chooses the tool itself; the picture has no `detail`; the model's message is sent back
# with only the fields that every server knows.
AUTO, PLAIN, BARE = "auto tool_choice", "no detail", "bare turn"
_OURS = (AUTO, PLAIN, BARE)


class Call(Record):
    """A tool call as an SDK returns it to the app.

    ``problem`` says why an app cannot use it: ``none`` (there is no call), ``as_text`` (it is part of the text),
    ``not_text`` (the arguments are an object, but the protocol needs text), ``not_object`` (the reverse),
    ``not_json``, ``not_schema``, ``no_id``, ``no_index`` (pieces in a stream have none), ``wrong_name``; empty: none.
    """

    problem: str
    arguments: str = ""  # as they arrived
    id: str = ""
    turn: Any = None  # the model's message as it arrived, to be sent back unchanged


class Features(Protocol):
    """The interface of the features of a protocol."""

    demands: bool  # a request can force a tool call; otherwise the model may skip it

    # ``name`` is `tools`, `tools_stream`, `tools_result` (which needs the ``call`` to answer), `structured_output` or
    # `vision`.
    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest: ...
    def call(self, value: Any) -> Call: ...
    def streamed_call(self, events: Sequence[Event]) -> Call: ...
    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None: ...
    def vector(self, value: Any) -> int: ...  # the vector's length; 0 if there is none
    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None: ...
    # The request for the model's description, which is not billed; None if the protocol has none.
    def claims(self, attempt: Attempt, model: str) -> ApiRequest | None: ...
    def sees(self, value: Any, model: str) -> bool | None: ...  # whether the description says that it accepts pictures


def features(name: str) -> Features | None:
    """Return the features of a protocol, or None if it has none. Raises KeyError if the protocol is unknown."""
    own, module = wire(name).features, f"{__name__}.{name}"
    if own is None and find_spec(module) is not None:
        own = import_module(module).FEATURES
    return cast("Features | None", own)


# -- for the protocols' files ------------------------------------------------------------------------------------------


def theirs(adapted: Iterable[str]) -> tuple[str, ...]:
    """Return the adaptations that belong to the protocol, and not to the features."""
    return tuple(one for one in adapted if one not in _OURS)


def adapt(protocol: str, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return ``adapted`` and one more change, if the error text names a parameter of the request; else None."""
    if re.search(r"tool[_ ]?choice|toolconfig|function_?calling_?config", text, re.IGNORECASE) and AUTO not in adapted:
        return (*adapted, AUTO)
    if re.search(r"\bdetail['\"` ]", text) and PLAIN not in adapted:
        return (*adapted, PLAIN)
    before = theirs(adapted)
    change = wire(protocol).adapt(text, before)
    if change is None or len(change) <= len(before):
        return None
    return (*change, *(one for one in adapted if one in _OURS))


def arguments(name: object, given: object, *, text: bool, turn: Any, id: object = "") -> Call:
    """Return the tool call with this name and these arguments. ``text``: the protocol sends them as a JSON string."""
    known, value = parse_json(given) if isinstance(given, str) else (True, given)
    shown = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, default=str)
    problem = ""
    if name != TOOL:
        problem, shown = "wrong_name", str(name)[:100]
    elif text and not isinstance(given, str):
        problem = "not_text"
    elif not text and isinstance(given, str):
        problem = "not_object"
    elif not known:
        problem = "not_json"
    elif not (isinstance(value, dict) and isinstance(value.get("city"), str) and value["city"].strip()):
        problem = "not_schema"
    elif not (isinstance(id, str) and (id or not text)):
        problem = "no_id"
    return Call(problem, shown[:300], id if isinstance(id, str) else "", turn)


def uncalled(text: str) -> Call:
    """Return the result of a response without a call: ``as_text`` if the text has one that the server did not parse."""
    return Call("as_text" if TOOL in text and re.search(r"[{<(]", text) else "none", text[:300])


def unfit(text: str) -> str:
    """Return the reason why a text does not match the schema: ``not_json`` or ``not_schema``; empty if it matches."""
    known, value = parse_json(text)
    if not known:
        return "not_json"
    fits = (
        isinstance(value, dict)
        and value.keys() == {"capital", "letters"}
        and isinstance(value["capital"], str)
        and isinstance(value["letters"], int)
        and not isinstance(value["letters"], bool)
    )
    return "" if fits else "not_schema"


def names_colour(text: str) -> bool:
    """Check whether a response names the colour of the picture."""
    return bool(_SEEN.search(text))


@cache
def picture() -> str:
    """Return a PNG of 64 × 64 pixels in one colour, as base64. Some servers reject smaller ones."""
    side = 64

    def block(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(_COLOUR) * side) * side, 9)
    png = b"\x89PNG\r\n\x1a\n" + block(b"IHDR", head) + block(b"IDAT", rows) + block(b"IEND", b"")
    return base64.b64encode(png).decode()


def picture_url() -> str:
    """Return the picture as a ``data:`` URL."""
    return f"data:image/png;base64,{picture()}"


def row_of(value: Any, model: str) -> Mapping[str, Any]:
    """Return the entry of a model in a model list of any form; empty if there is none."""
    rows = value.get("data", value.get("models")) if isinstance(value, dict) else value
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and model in (row.get("id"), row.get("name"), row.get("model")):
            return row
    return {}


def takes_pictures(row: Mapping[str, Any]) -> bool | None:
    """Read from an entry of a model list whether the model accepts pictures; None if it does not say.

    OpenRouter has ``architecture.input_modalities``, others have the same field at the top level, Mistral has
    ``capabilities.vision`` and Anthropic ``capabilities.image_input.supported``.
    """
    architecture, can = row.get("architecture"), row.get("capabilities")
    for holder in (row, architecture if isinstance(architecture, dict) else {}):
        taken = holder.get("input_modalities")
        if isinstance(taken, list):
            return any("image" in str(one).lower() for one in taken)
    if isinstance(can, list):
        return "vision" in can
    for name in ("vision", "image_input"):
        said = can.get(name) if isinstance(can, dict) else None
        said = said.get("supported") if isinstance(said, dict) else said
        if isinstance(said, bool):
            return said
    return None


# Model families that accept pictures, by their vendors' names, for model lists that contain only names.
_SEEING = re.compile(
    r"gpt-(?:4o|4\.1|4\.5|4-turbo|[5-9])|\bo[34](?:-|$)|chatgpt-4o|claude-(?:3|[a-z]+-[4-9])|gemini-(?:1\.5|[2-9])"
    r"|gemma-?3|llama-?4|llava|pixtral|vision|[-_]vl\b|\dvl\b|[-.\d]v(?:-|$)|internvl|minicpm-v|moondream|qvq|grok-[4-9]"
    r"|mistral-(?:small|medium)-(?:3|25|26|latest)",
    re.IGNORECASE,
)
_BLIND = re.compile(r"gpt-4o-(?:audio|realtime|search)|o3-mini", re.IGNORECASE)


def looks_seeing(model: str) -> bool:
    """Check whether a model of this name is known to accept pictures."""
    name = model.rpartition("/")[2]
    return bool(_SEEING.search(name)) and not _BLIND.search(name)
