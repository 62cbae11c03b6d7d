"""Read a plain answer as each client does: its type, its bytes, its JSON, its fields, and whether a text came."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from probes.model.exchange import Breakage
from probes.protocols.strictness.clients import CLIENTS
from probes.protocols.strictness.reading import UNMEASURED, Breaks, breaks, parse

# Finish reasons after which a text must have come, unless the model called a tool, reasoned or refused.
_COMPLETE = frozenset(("stop", "end_turn", "stop_sequence", "completed", "STOP", "FINISH_REASON_STOP"))
_WORDLESS = 1  # output tokens that a model counts that rightly says nothing


def expects_text(finish: str, reasoning: bool, completion_tokens: int, *, streamed: bool) -> bool:
    """Check whether a response without text contradicts itself: it says that it is complete and counts tokens.

    ``reasoning``: it has a tool call, reasoning or a refusal. ``completion_tokens``: 0 if nothing was counted, as in
    most streams; a whole answer counts its tokens, or nothing is concluded.
    """
    worded = completion_tokens > _WORDLESS or (streamed and not completion_tokens)
    return finish in _COMPLETE and not reasoning and worded


def of_answer(
    strict: ModuleType, protocol: str, body: bytes, content_type: str, complete: bool
) -> tuple[Breakage, ...]:
    """Return where which clients fail at a plain answer. ``strict``: how they read it. ``complete``: a text must come.

    An answer without text whose JSON says nothing of completion raises no alarm.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for language in CLIENTS[protocol]:
        read: Callable[[Any], str | None] = getattr(strict, f"{language}_plain")
        try:
            value = _decoded(protocol, language, body, content_type)
            text = read(value)
            if complete and not (text or "").strip():
                breaks("no_text")
            if "\ufffd" in (text or ""):
                breaks("garbled")
        except Breaks as broken:
            found.setdefault((broken.what, broken.where), []).append(f"{language} plain")
        except UNMEASURED:
            continue
    return tuple(Breakage(what, where, tuple(readers)) for (what, where), readers in found.items())


_PACKED = ("br", "zstd")  # what fetch in Node unpacks and Python's clients do not, without a package for it


def of_head(protocol: str, status: int, encoding: str, way: str) -> tuple[Breakage, ...]:
    """Return where which clients fail at the head of a response with status 2xx whose body was read as it came."""
    rows = []
    if protocol == "gemini" and status != 200:
        rows.append(Breakage("status", str(status), (f"python {way}",)))
    if encoding.strip().lower() in _PACKED and "node" in CLIENTS.get(protocol, {}):
        ways = (way, "helper") if way == "raw" else (way,)
        rows.append(Breakage("content_encoding", encoding.strip().lower(), tuple(f"node {one}" for one in ways)))
    return tuple(rows)


def _decoded(protocol: str, language: str, body: bytes, content_type: str) -> Any:
    """Return the value of the JSON as the client takes it."""
    if language == "node":
        return _by_node(protocol, body, content_type)
    if protocol == "gemini":
        text = body.decode(_charset(content_type), "replace")
        parsed = parse(text) if not text.startswith("\ufeff") else parse("\ufeff")
    else:
        try:
            text = body.decode(json.detect_encoding(body), "surrogatepass")
        except UnicodeDecodeError:
            breaks("not_utf8")
        parsed = parse(text)
    if not parsed.known:
        breaks("not_json")
    return parsed.value


def _by_node(protocol: str, body: bytes, content_type: str) -> Any:
    media = content_type.partition(";")[0].strip()
    media = media.lower() if protocol != "anthropic" else media
    if "application/json" not in media and not media.endswith("+json"):
        breaks("content_type", content_type or "-")
    parsed = parse(body.decode("utf-8", "replace").removeprefix("\ufeff"))
    if not parsed.known or parsed.nan:
        breaks("nan" if parsed.nan else "not_json")
    return parsed.value


def _charset(content_type: str) -> str:
    name = content_type.lower().partition("charset=")[2].strip(" \"'").partition(";")[0]
    try:
        "".encode(name or "utf-8")
    except LookupError:
        return "utf-8"
    return name or "utf-8"
