"""Find what a program says about its call in what it printed: messages in JSON, else its last lines. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

LONGEST = 1200  # characters of all messages
MOST_LINES = 12
_DEEPEST = 6  # levels of JSON
_LONGEST_JSON = 40_000  # characters of one document
_MOST_DOCUMENTS = 200  # places where one may begin; each is parsed up to its first mistake
_TELLING = ("error", "message", "result", "text", "detail", "response")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|\r")
_FRAMES = re.compile(r"^[\s│╭╰─┃━❱]*+(?:\d++ │.*)?$")  # lines of rich's tracebacks, which show source code
_FAULT = re.compile(
    r"(?i)error|exception|invalid|incorrect|refused|rejected|unauthorized|forbidden|denied|failed|unable|cannot|"
    r"could not|not (?:found|logged|trusted)|unexpected|timed out|certificate|proxy"
)
# Lines of a start that tell nothing about the call.
_IDLE = re.compile(
    r"(?i)^(?:warning: (?:input is not a terminal|256-color|proceeding, even)|reading additional input|"
    r"model metadata for)"
)


def words_of_client(output: str, errors: str, marks: Iterable[str] = (), others: Iterable[str] = ()) -> str:
    """Return the program's own words about its call, one message a line; empty if it printed nothing.

    Those with one of ``marks``, which this program prints only about a failed call, come first. Then those that speak
    of a fault, and of these the messages in JSON: programs that are asked for JSON put their errors there. Messages
    about the hosts ``others`` are not about the call, and come last.
    """
    marks, others = tuple(marks), tuple(others)
    output, errors = (_ESCAPES.sub("", text) for text in (output, errors))
    messages: dict[str, None] = {}
    rests = []
    for text in (output, errors):
        documents, rest = _documents(text)
        rests.append(rest)
        for document in documents:
            messages.update(dict.fromkeys(_messages(document, 0)))
    output, errors = rests
    lines = [*messages] or _last_lines(output)
    lines += [one for one in _last_lines(errors) if one not in messages]
    kept: list[str] = []
    for line in sorted(lines, key=lambda one: _rank(one, marks, others)):
        shown = " ".join(line.split())
        if shown and not _IDLE.match(shown) and shown not in kept and sum(map(len, kept)) + len(shown) < LONGEST:
            kept.append(shown[:LONGEST])
    return "\n".join(kept)


def _rank(line: str, marks: tuple[str, ...], others: tuple[str, ...]) -> int:
    if any(mark in line for mark in marks):
        return 0
    return 3 if any(host in line for host in others) else 1 if _FAULT.search(line) else 2


def _documents(text: str) -> tuple[list[Any], str]:
    """Return the JSON documents of an output, each from the beginning of a line on, and the text without them."""
    documents, rest, end = [], [], 0
    for found in islice(re.finditer(r"^[ \t]{0,8}(?=[{\[])", text, re.MULTILINE), _MOST_DOCUMENTS):
        if found.start() < end:
            continue  # within the last one
        begin = found.end()
        try:
            value, length = json.JSONDecoder().raw_decode(text[begin : begin + _LONGEST_JSON])
        except (ValueError, RecursionError):
            continue
        rest.append(text[end:begin])
        end = begin + length
        documents.append(value)
    return documents, "".join((*rest, text[end:]))


def _messages(value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value[:50]:
            yield from _messages(one, depth + 1)
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and name in _TELLING and one.strip():
                inner = list(_inner(one, depth))
                yield from inner or [one[:LONGEST]]
            elif isinstance(one, dict | list):
                yield from _messages(one, depth + 1)


def _inner(text: str, depth: int) -> Iterator[str]:
    """Yield the messages of a JSON document within a text: a server's body that the program quotes."""
    if text[:1] == "{" and len(text) <= _LONGEST_JSON:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return
        yield from _messages(document, depth + 1)


def _last_lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and not _FRAMES.match(line) and line[:1] != "{"]
    return lines[-MOST_LINES:]
