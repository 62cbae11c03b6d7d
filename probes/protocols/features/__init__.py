"""What a protocol can ask of a model beyond a word: a tool call, an answer to a schema, a look at a picture, a vector.

One file a protocol that has any, loaded for a deep check alone. The questions are the same in all of them, so that
their answers can be compared; how each protocol puts them, and how it answers, stands in its file.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from probes.model.attempt import Attempt
from probes.protocols.errors import parse_json
from probes.protocols.protocol import ApiRequest, wire
from probes.protocols.sse import Event

# Of the answer: a tool call has some 30 tokens, and a reasoning model thinks some hundred before it.
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

# Nothing in the words asks for JSON: an answer that is none was given without a look at the schema.
FORM_PROMPT = "What is the capital of France, and how many letters has its name?"
FORM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"capital": {"type": "string"}, "letters": {"type": "integer"}},
    "required": ["capital", "letters"],
    "additionalProperties": False,
}

SEEN_PROMPT = "Which colour is this picture? Answer with one word."
_COLOUR = (255, 255, 0)  # who guesses without looking says red or blue
_SEEN = re.compile(r"yellow|gelb|amarill|jaune|giall|gold|黄", re.IGNORECASE)

EMBEDDED = "OK"

# What an adaptation is called: the model is to choose the tool itself; the picture goes without its `detail`; of the
# model's turn only what every server knows goes back.
AUTO, PLAIN, BARE = "auto tool_choice", "no detail", "bare turn"
_OURS = (AUTO, PLAIN, BARE)


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call as an SDK hands it to the app.

    ``problem`` names what an app cannot use: ``none`` (no call at all), ``as_text`` (written into the answer),
    ``not_text`` (arguments as an object where the protocol has text), ``not_object`` (the other way round),
    ``not_json``, ``not_schema``, ``no_id``, ``no_index`` (of a stream's pieces), ``wrong_name``; empty: it can be used.
    """

    problem: str
    arguments: str = ""  # as they came
    id: str = ""
    turn: Any = None  # the model's own turn as it came: it is to be sent back so


class Features(Protocol):
    """What every protocol's file offers."""

    demands: bool  # whether a tool can be demanded; where it cannot, the model is free to do without

    # ``name`` is `tools`, `tools_stream`, `tools_result` (with the call that it answers), `structured_output` or
    # `vision`.
    def ask(
        self, name: str, attempt: Attempt, model: str, adapted: tuple[str, ...], call: Call | None = None
    ) -> ApiRequest: ...
    def call(self, value: Any) -> Call: ...
    def streamed_call(self, events: Sequence[Event]) -> Call: ...
    def embedding(self, attempt: Attempt, model: str) -> ApiRequest | None: ...
    def vector(self, value: Any) -> int: ...  # its length; 0 where there is none
    def adapt(self, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None: ...
    def claims(self, attempt: Attempt, model: str) -> ApiRequest: ...  # nobody bills it
    def sees(self, value: Any, model: str) -> bool | None: ...  # whether that says that the model takes pictures


def features(name: str) -> Features | None:
    """Those of the protocol of that name; None where it has none. Raises KeyError for one that nobody knows."""
    own, module = wire(name).features, f"{__name__}.{name}"
    if own is None and find_spec(module) is not None:
        own = import_module(module).FEATURES
    return cast("Features | None", own)


# -- for the protocols' files ------------------------------------------------------------------------------------------


def theirs(adapted: Iterable[str]) -> tuple[str, ...]:
    """The adaptations that are the wire's own."""
    return tuple(one for one in adapted if one not in _OURS)


def adapt(protocol: str, text: str, adapted: tuple[str, ...]) -> tuple[str, ...] | None:
    """After a refusal that names a parameter of ours: what was changed so far and one thing more, else None."""
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
    """The call that names this tool with these arguments; ``text``: the protocol carries them as JSON in a text."""
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
    """No call: perhaps the model wrote one into its answer, which its server should have read."""
    return Call("as_text" if TOOL in text and re.search(r"[{<(]", text) else "none", text[:300])


def unfit(text: str) -> str:
    """Why a text is no answer to the schema: ``not_json`` or ``not_schema``; empty where it is one."""
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
    """Whether an answer names the picture's colour."""
    return bool(_SEEN.search(text))


@cache
def picture() -> str:
    """A PNG of 64 × 64 in one colour, as base64: smaller ones are refused by some."""
    side = 64

    def block(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(_COLOUR) * side) * side, 9)
    png = b"\x89PNG\r\n\x1a\n" + block(b"IHDR", head) + block(b"IDAT", rows) + block(b"IEND", b"")
    return base64.b64encode(png).decode()


def picture_url() -> str:
    return f"data:image/png;base64,{picture()}"


def row_of(value: Any, model: str) -> Mapping[str, Any]:
    """The model's own row in a model list of any form; empty where it has none."""
    rows = value.get("data", value.get("models")) if isinstance(value, dict) else value
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and model in (row.get("id"), row.get("name"), row.get("model")):
            return row
    return {}


def takes_pictures(row: Mapping[str, Any]) -> bool | None:
    """What a row of a model list says of pictures; None where it says nothing.

    OpenRouter lists ``architecture.input_modalities``, others the same at the top; Mistral ``capabilities.vision``,
    Anthropic ``capabilities.image_input.supported``.
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


# Families that take pictures, by the names that their makers give them: for lists that hold names alone.
_SEEING = re.compile(
    r"gpt-(?:4o|4\.1|4\.5|4-turbo|[5-9])|\bo[34](?:-|$)|chatgpt-4o|claude-(?:3|[a-z]+-[4-9])|gemini-(?:1\.5|[2-9])"
    r"|gemma-?3|llama-?4|llava|pixtral|vision|[-_]vl\b|\dvl\b|[-.\d]v(?:-|$)|internvl|minicpm-v|moondream|qvq|grok-[4-9]"
    r"|mistral-(?:small|medium)-(?:3|25|26|latest)",
    re.IGNORECASE,
)
_BLIND = re.compile(r"gpt-4o-(?:audio|realtime|search)|o3-mini", re.IGNORECASE)


def looks_seeing(model: str) -> bool:
    """Whether a model of this name is known to take pictures."""
    name = model.rpartition("/")[2]
    return bool(_SEEING.search(name)) and not _BLIND.search(name)
