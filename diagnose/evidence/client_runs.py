"""Read what the app itself did (`check --run-client`) beside what the check saw, and find in what they differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from diagnose.report import Seen, request_line, seen
from probes.model.client_run import ClientEnd, ClientRequest, ClientRun
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from diagnose.evidence.view import View

_SURE = 0.5  # the lowest confidence with which a text of the app tells the difference
MOST_REQUESTS = 4  # that are quoted
SAID = 240  # characters of the app's words that are quoted
# Layer or code of what the app's words mean -> the case of `app.run_failed`.
_BY_WORDS = {
    **dict.fromkeys(("stream.websocket_refused", "stream.websocket_closed"), "websocket"),
    **dict.fromkeys(("http.header_rejected", "model.parameter_rejected", "http.too_large"), "request"),
    **dict.fromkeys(("app.sdk_mismatch", "app.runtime"), "packages"),
    "app.companion_unreachable": "other_host",
    "tls": "roots",
    "proxy": "proxy",
    "dns": "connection",
    "tcp": "connection",
    "auth": "key",
    "key": "key",
    "access": "key",
    "url": "path",
    "shape": "path",
    "model": "model",
}
_OF_CONNECTION = ("roots", "proxy", "websocket", "packages", "other_host", "connection")
_SIDES = {"roots": "machine", "proxy": "network", "connection": "machine", "key": "settings", "model": "settings"}
_SIDES |= {"packages": "machine", "other_host": "network"}


class ClientDifference(NamedTuple):
    """In what the app's run differs from the check: the case of the finding, its side, values and evidence."""

    case: str
    side: str
    values: dict[str, str]
    evidence: tuple[str | Seen, ...]


def client_works(view: View) -> bool:
    """Check whether the app itself, with its own connection, got an answer."""
    run = view.evidence.client
    return run is not None and run.answered


def client_failed(view: View) -> ClientRun | None:
    """Return the run of the app if it took place and got no answer; None if the user or the check ended it."""
    run = view.evidence.client
    if run is None or run.answered or run.end is None:
        return None
    return run


def difference(view: View, run: ClientRun) -> ClientDifference:
    """Find in what a failed run of the app differs from the check's own request, which worked.

    The recorder's account comes first: if the app works through it, its connection is at fault; else its request is,
    which stands beside the check's. Without a record, the app's own words decide.
    """
    words = _case_of_words(run.said)
    recorded = run.again or (run if run.through_recorder else None)
    values = {"said": run.said.partition("\n")[0][:SAID]}
    case = words
    if run.again is not None and (run.again.answered or (not run.again.requests and words in _OF_CONNECTION)):
        case = _case_of_connection(view, run, words)
    elif recorded is not None and recorded.requests:
        case, more = _case_of_requests(view, recorded, words)
        values |= more
    elif recorded is not None and words != "packages":
        case = ""  # it was led there and asked nothing, so no answer of the server's is the reason
    if run.end in (ClientEnd.LIMIT, ClientEnd.REQUESTS) and not case:
        case = "endless"
    return ClientDifference(case, _SIDES.get(case, "app"), values, tuple(_evidence(view, run)))


def _case_of_connection(view: View, run: ClientRun, words: str) -> str:
    """Tell what differs between two connections: what the app says, else the proxy, else the root certificates."""
    if words in ("roots", "proxy", "websocket", "model", "packages", "other_host"):
        return words
    if bool(run.proxies) != bool(view.evidence.vantage.proxy):
        return "proxy"
    secure = view.door is not None and view.door.host.scheme == "https"
    return "roots" if secure and view.trust not in ("system", "certifi") else "connection"


def _case_of_requests(view: View, run: ClientRun, words: str) -> tuple[str, dict[str, str]]:
    asked = [one for one in run.requests if one.method == "POST" and not one.upgrade]
    last = asked[-1] if asked else None
    if last is None:
        return ("websocket" if any(one.upgrade for one in run.requests) else words), {}
    deep = view.deep
    ours = deep.chat if deep is not None else None
    if last.failure or ours is None:
        return "connection" if last.failure else words, {}
    path, theirs = urlsplit(ours.request.url).path, last.path.partition("?")[0]
    refused = not 200 <= last.status < 300
    header = next(iter(ours_headers(view)), "")
    if refused and theirs != path and not _same_but_model(theirs, path):
        return "path", {"sent": theirs, "endpoint": path}
    if refused and header and header not in last.auth and last.status in (400, 401, 403):
        return "header", {"header": ", ".join(last.auth) or "–", "wanted_header": header}
    by_status = {400: "request", 422: "request", 413: "request", 401: "key", 403: "key"}
    if last.status in (400, 404) and (words == "model" or (last.model and last.model != ours.attempt.model)):
        return "model", {"sent": last.model}
    return by_status.get(last.status, words if refused else "reading"), {}


def _same_but_model(theirs: str, ours: str) -> bool:
    """Check whether two paths differ only in the model and the method behind it, as Gemini's do."""
    head, colon, _ = theirs.rpartition("/models/")
    return bool(colon) and ours.startswith(f"{head}/models/")


def ours_headers(view: View) -> tuple[str, ...]:
    """Return the header in which the check sent the key, in lower case; nothing if it sent none."""
    from probes.protocols.protocol import auth_headers

    deep = view.deep
    if deep is None or not deep.attempt.holds_key:
        return ()
    return tuple(name.lower() for name, _ in auth_headers(deep.attempt.auth, "-"))


def _case_of_words(said: str) -> str:
    if not said:
        return ""
    from diagnose.answers.explain import explain
    from probes.pasted.pasted_text import read

    for found in explain(read(said)):
        if found.confidence >= _SURE:
            return _BY_WORDS.get(found.code) or _BY_WORDS.get(found.code.partition(".")[0], "")
    return ""


def _evidence(view: View, run: ClientRun) -> Iterator[str | Seen]:
    app = view.app.name if view.app is not None else run.app
    said = " / ".join(run.said.split("\n")[:2])[:SAID]
    if said:
        yield seen("client_said", app=app, said=said)
    recorded = run.again or run
    for request in recorded.requests[-MOST_REQUESTS:]:
        yield _line(request)
    if run.again is not None and run.again.answered:
        yield seen("client_recorded", app=app)


def _line(request: ClientRequest) -> str | Seen:
    result = request.failure.replace("_", " ") or str(request.status or "–")
    kind = f", {request.content_type}" if request.content_type else ""
    details = ", ".join((*request.auth, *filter(None, (request.model,))))
    named = f" ({details})" if details else ""
    return request_line(f"{request.method} {request.path}{named}", f"{result}{kind}", "", "")
