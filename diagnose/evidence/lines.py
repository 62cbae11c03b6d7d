"""Lines of evidence: what a report quotes."""

from __future__ import annotations

from diagnose.report import Seen, seen
from probes.model.exchange import Exchange
from probes.model.failure import Failure


def words_of(found: Exchange) -> str:
    """What the answer says, in one line: its error's message, its page's title, or its first words."""
    error = found.reading.error or (found.reading.stream.error if found.reading.stream is not None else None)
    text = (error.message if error is not None else "") or found.response.title or found.response.text
    return " ".join(text.split())[:240]


def told(failure: Failure) -> str | Seen:
    """How something failed, in one line: in the words of whoever said so, else in ours."""
    if failure.note is not None:
        return seen("note", note=failure.note)
    return failure.detail.partition("\n")[0] or seen(f"kind_{failure.kind.value}")


def line_of(found: Exchange) -> str | Seen:
    """One request and its answer, or how it failed, as a line of evidence."""
    if found.failure is not None and not found.status and found.failure.note is not None:
        return seen("lost", request=_request(found), kind=_kind(found.failure), note=found.failure.note)
    return answer_line(found)


def _request(found: Exchange) -> str:
    return f"{found.request.method} {found.request.url}"


def _kind(failure: Failure) -> str:
    return failure.kind.value.replace("_", " ")


def answer_line(found: Exchange) -> str:
    """One request and its answer as a line of evidence."""
    head = _request(found)
    if found.failure is not None and not found.status:
        return f"{head} → {_kind(found.failure)}" + (f" ({found.failure.detail})" if found.failure.detail else "")
    kind = f", {found.response.content_type}" if found.response.content_type else ""
    said = words_of(found)
    tail = f" ({found.failure.kind.value})" if found.failure is not None else ""
    return f"{head} → {found.status}{kind}{tail}" + (f": {said}" if said and not found.ok else "")
