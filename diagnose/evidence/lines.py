"""Format exchanges and failures as the lines of evidence that a report quotes."""

from __future__ import annotations

import re

from diagnose.report import RequestLine, Seen, request_line, seen
from probes.model.exchange import Exchange
from probes.model.failure import Failure

# The start of JSON, of a Python value, or of markup.
_MACHINE_READABLE = r"[{\[] ?[\"'{\[\]}]|</?(?:html|head|body|title|center|div|p|h1|br|!doctype)\b"

# The message of an error that is quoted within another one.
_QUOTED_MESSAGE = r"""(?i)\\?["']message\\?["'] ?: ?\\?["']([^"'\\{}\[\]]{4,300})"""


def words_of(exchange: Exchange) -> str:
    """Return the response's text in one line of at most 240 characters.

    That is the message of its error, else the title of its page, else its first words.
    """
    error = exchange.reading.error or (exchange.reading.stream.error if exchange.reading.stream is not None else None)
    text = (error.message if error is not None else "") or exchange.response.title or exchange.response.text
    return " ".join(text.split())[:240]


def sentence(said: str) -> str:
    """Return the part of a server's words that people can read: what stands before JSON or markup, else nothing.

    >>> sentence('Model overloaded: {"code": 5}'), sentence('{"code": 5}')
    ('Model overloaded', '')
    >>> sentence('BedrockException - {"message":"The model identifier is invalid."}. Received Model Group=a')
    'BedrockException - The model identifier is invalid'
    """
    readable = re.split(_MACHINE_READABLE, said, maxsplit=1)[0]
    if readable == said:
        return said
    inner = re.search(_QUOTED_MESSAGE, said[len(readable) :])
    return " - ".join(filter(None, (readable.rstrip(" :,-–("), inner[1].rstrip(" .") if inner else "")))


def failure_line(failure: Failure) -> str | Seen:
    """Describe a failure in one line: a probe's note, else the first line of the detail, else the kind of failure."""
    if failure.note is not None:
        return seen("note", note=failure.note)
    return failure.detail.partition("\n")[0] or seen(f"kind_{failure.kind.value}")


def line_of(exchange: Exchange) -> str | Seen:
    """Format a request and its response, or the failure, as a line of evidence in the reader's language.

    For example ``POST https://api.example.com/v1/chat/completions → 401, application/json: invalid api key``.
    """
    if exchange.failure is not None and not exchange.status and exchange.failure.note is not None:
        return seen("lost", request=_request(exchange), kind=_kind(exchange.failure), note=exchange.failure.note)
    return answer_line(exchange)


def _request(exchange: Exchange) -> str:
    return f"{exchange.request.method} {exchange.request.url}"


def _kind(failure: Failure) -> str:
    return failure.kind.value.replace("_", " ")


def answer_line(exchange: Exchange) -> RequestLine:
    """Format a request and its response as a line of evidence that is the same in every language."""
    head, failure = _request(exchange), exchange.failure
    if failure is not None and not exchange.status:
        return request_line(head, _kind(failure), f" ({failure.detail})" if failure.detail else "", "")
    kind = f", {exchange.response.content_type}" if exchange.response.content_type else ""
    tail = f" ({failure.kind.value})" if failure is not None else ""
    told = not exchange.ok or exchange.reading.error
    said = words_of(exchange) if told else ""
    if exchange.ok and exchange.response.content_type == "text/html":  # the status alone would look like a success
        return request_line(head, f"{exchange.status}{kind}", tail, said)
    return request_line(head, str(exchange.status), kind + tail, said)
