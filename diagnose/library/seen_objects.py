"""Read a failed call from the objects that a program has of it: an exception, a response, or both.

The classes of many libraries are told by their attributes and names, so that none of them has to be imported:
httpx and httpx2 and the SDKs built on them (OpenAI, Anthropic, Mistral, Groq, Google), requests and aiohttp. Nothing is
read from the network: of a response whose body nobody has read, only status and headers count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from probes.model.failure import Kind
from probes.model.named_tuple import NamedTuple
from probes.model.settings import ProxySettings, Sourced
from probes.model.source import option
from probes.network.failures import chain, classify
from probes.run.seen_call import SeenCall, shown_url

LARGEST = 256 * 1024  # bytes of a body that are read: errors are short
_ERRORS = 20  # exceptions of a chain whose texts are read, the outer ones: each repeats the next
_MOST = 100  # headers, of the request and of the response
_LONGEST = 16 * 1024  # characters of a header's value

# Names of exceptions, in whatever library: before the connection was opened, and after that.
_CONNECTING = frozenset(
    (
        *("ConnectError", "ConnectTimeout", "ProxyError", "SSLError", "NewConnectionError", "NameResolutionError"),
        *("ClientConnectorError", "ClientConnectorDNSError", "ClientConnectorSSLError", "ClientProxyConnectionError"),
        *("ClientConnectorCertificateError", "ConnectTimeoutError", "ConnectionTimeoutError", "ClientHttpProxyError"),
    )
)
_CONNECTED = frozenset(
    (
        *("ReadError", "ReadTimeout", "ReadTimeoutError", "WriteError", "WriteTimeout", "RemoteProtocolError"),
        *("ServerDisconnectedError", "SocketTimeoutError", "ChunkedEncodingError", "ProtocolError", "IncompleteRead"),
        *("ClientPayloadError", "DecodingError", "ContentDecodingError", "RemoteDisconnected", "BadStatusLine"),
        *("BadHttpMessage", "TransferEncodingError", "IncompleteReadError"),
    )
)
_PROXIED = frozenset(("ProxyError", "ClientHttpProxyError", "ClientProxyConnectionError"))
_OWN = frozenset(("PoolTimeout", "LocalProtocolError", "UnsupportedProtocol", "InvalidURL", "MissingSchema"))
_TIMED_OUT = frozenset(("APITimeoutError", "TimeoutException", "Timeout", "ServerTimeoutError"))
_CUT = r"incomplete|before the response|without sending complete|not enough data|payload is not completed|bytes missing"
_CLOSED = r"without sending a response|server disconnected|closed connection without response|end closed connection"
# "407 Proxy Authentication Required" in httpx, "Tunnel connection failed: 403 Forbidden" in urllib3.
_PROXY_STATUS = r"(?im)(?:connection failed: |^)([45]\d\d)\b"


def call_in(what: object, request: object = None) -> SeenCall | None:
    """Return the failed call that an exception or a response is about; None if neither has a request or a URL.

    ``request`` is the request that failed, for an exception that does not know it.
    """
    errors = errors_in(what)
    objects = [*errors, *(_attribute(one, "raw_response") for one in errors)] if errors else [what]
    response = next((found for one in objects if (found := _response(one)) is not None), None)
    sent = next((found for one in (response, *objects, _Sent(request)) if (found := _request(one)) is not None), None)
    if sent is None:
        return None
    failure, connected, detail = _failure(errors)
    data = _content(response, errors)
    status = _status(response)
    headers = _headers(_attribute(response, "headers"))
    if response is not None and not (failure is not None and connected and 200 <= status < 300):
        failure, detail = None, ""
    if response is None and failure is None:
        inside = next(_bodies(errors), b"")
        if inside:  # an SDK has found an error inside a stream that had begun with success
            status, headers, data = 200, (("content-type", "text/event-stream"),), b"data: " + inside + b"\n\n"
        elif not _is_own(errors):
            return None
    return SeenCall(
        *sent,
        status=status,
        reason=_reason(response),
        response_headers=headers,
        data=data,
        failure=failure,
        connected=connected,
        detail=detail,
        proxied=failure is not None and _is_proxied(errors),
        proxies=_proxies(errors) if failure is not None and not connected else None,
    )


def own_call_in(what: object, request: object = None) -> SeenCall | None:
    """Return the call as :func:`call_in` does, but None for a request that is none of an LLM API."""
    from probes.run.seen_call import is_api_call

    call = call_in(what, request)
    return call if call is not None and is_api_call(call) else None


class _Sent(NamedTuple):
    """A request in the place of the exception that does not know it."""

    request: object


def errors_in(what: object) -> list[BaseException]:
    """Return an exception with its causes, and those that urllib3 keeps as a reason or an argument; each once."""
    found: list[BaseException] = []
    queue = [what] if isinstance(what, BaseException) else []
    while queue:
        for one in chain(queue.pop(0)):
            if not any(one is known for known in found):
                found.append(one)
                kept = (getattr(one, "reason", None), *one.args)
                queue += [inner for inner in kept if isinstance(inner, BaseException)]
    return found


def words_of_errors(what: object) -> str:
    """Return what an exception and its causes say, one a line, as the end of a traceback does."""
    lines = (f"{type(one).__module__}.{type(one).__qualname__}: {said(one)[:LARGEST]}" for one in errors_in(what))
    return "\n".join(islice(lines, _ERRORS))


def said(error: BaseException) -> str:
    """Return the text of an exception; empty if its own class cannot make it."""
    try:
        return str(error)
    except Exception:
        return ""


def words_of_call(call: SeenCall) -> str:
    """Return a call as a log would show it: request line, status, headers and body of the response."""
    lines = [f"{call.method} {shown_url(call.url)}"]
    if call.status:
        lines += [f"HTTP/1.1 {call.status} {call.reason}"]
        lines += [f"{name}: {value}" for name, value in call.response_headers]
    return "\n".join((*lines, "", call.data.decode("utf-8", "replace")))


# -- responses and requests --------------------------------------------------------------------------------------------


def _response(one: object) -> Any:
    """Return the object itself if it is a response, else the response that it has, else None."""
    for candidate in (_attribute(one, "response"), one):
        if _status(candidate) and _attribute(candidate, "headers") is not None and not isinstance(candidate, type):
            if isinstance(candidate, BaseException) and _request(candidate) is None:
                continue  # an exception with the fields of a response, such as ollama.ResponseError
            return candidate
    return None


def _status(response: object) -> int:
    for name in ("status_code", "status", "code"):
        value = _attribute(response, name)
        if isinstance(value, int) and 100 <= value < 1000:
            return int(value)
    return 0


def _reason(response: object) -> str:
    for name in ("reason_phrase", "reason"):
        value = _attribute(response, name)
        if isinstance(value, str):
            return value[:200]
    return ""


def _request(one: object) -> tuple[str, str, tuple[tuple[str, str], ...], bytes] | None:
    for name in ("request", "request_info", "_request"):
        request = _attribute(one, name)
        url, method = _attribute(request, "url"), _attribute(request, "method")
        if url is not None and isinstance(method, str) and "://" in str(url):
            body = _attribute(request, "_content") or _attribute(request, "body") or b""
            body = body.encode("utf-8", "replace") if isinstance(body, str) else body
            sent = str(url).partition("#")[0]  # the Mistral SDK marks its streams with `#stream`
            return method, sent, _headers(_attribute(request, "headers")), body if isinstance(body, bytes) else b""
    return None


def _attribute(one: object, name: str) -> Any:
    """Return an attribute, or None where it is missing or may not be asked for: httpx raises RuntimeError."""
    try:
        return getattr(one, name, None)
    except Exception:
        return None


def _headers(headers: object) -> tuple[tuple[str, str], ...]:
    """Return the headers as pairs of texts; in what encoding they came says nothing about the call."""
    if headers is None:
        return ()
    if hasattr(headers, "multi_items"):
        items = headers.multi_items()
    else:
        items = headers.items() if isinstance(headers, Mapping) or hasattr(headers, "items") else ()
    return tuple((_text(name), _text(value)[:_LONGEST]) for name, value in list(items)[:_MOST])


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _content(response: object, errors: list[BaseException]) -> bytes:
    """Return the body as far as somebody has read it, else the body that the exception keeps."""
    for name in ("_content", "_body", "content"):
        if name == "content" and response is not None and hasattr(response, "_content"):
            break  # reading it could ask the network
        value = _attribute(response, name) if response is not None else None
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value[:LARGEST])
    return next(_bodies(errors), b"")


def _bodies(errors: list[BaseException]) -> Iterator[bytes]:
    import json

    for one in errors:
        body = _attribute(one, "body")
        if isinstance(body, str) and body:
            yield body[:LARGEST].encode("utf-8", "replace")
        elif isinstance(body, dict) and body:
            # The OpenAI SDK keeps the object inside of `error`.
            yield json.dumps(body if "error" in body else {"error": body}, default=str)[:LARGEST].encode()


# -- failures ----------------------------------------------------------------------------------------------------------


def _names(errors: list[BaseException]) -> list[str]:
    return [kind.__name__ for one in errors for kind in type(one).__mro__]


def _is_own(errors: list[BaseException]) -> bool:
    """Check whether the client failed by itself because of what it was given, before anything was sent."""
    return not _OWN.isdisjoint(_names(errors)) and "PoolTimeout" not in _names(errors)


def _failure(errors: list[BaseException]) -> tuple[Kind | None, bool, str]:
    """Return how the call failed (None: it did not, or nobody knows), whether a connection was open, and the words."""
    names = _names(errors)
    if not errors or "PoolTimeout" in names or _is_own(errors):
        return None, True, ""
    told = next((one for one in reversed(errors) if said(one)), errors[0])
    detail = " ".join(said(told).split())[:300]
    words = "\n".join(map(said, errors))[:10_000]
    if not _PROXIED.isdisjoint(names):
        return _proxy_failure(errors, words), False, detail
    kind = _kind(errors)
    if not _CONNECTED.isdisjoint(names):
        return _after_connecting(names, kind, words), True, detail
    if not _CONNECTING.isdisjoint(names):
        timed_out = any("Timeout" in name for name in names)
        return (
            (Kind.TIMEOUT if kind is Kind.OTHER and timed_out else kind if kind is not Kind.OTHER else None),
            False,
            detail,
        )
    if not _TIMED_OUT.isdisjoint(names):
        return Kind.TIMEOUT, True, detail
    known = kind is not Kind.OTHER and any(isinstance(one, OSError) for one in errors)
    return (kind, kind in (Kind.CLOSED, Kind.CUT), detail) if known else (None, True, "")


# Files of httpcore whose functions connect through a proxy.
_PROXY_FILES = ("http_proxy.py", "socks_proxy.py")


def _is_proxied(errors: list[BaseException]) -> bool:
    """Check whether the connection led to a proxy: urllib3 says so, and httpcore's part of the traceback shows it."""
    return not _PROXIED.isdisjoint(_names(errors)) or next(_proxy_frames(errors), None) is not None


def _proxy_frames(errors: list[BaseException]) -> Iterator[Any]:
    for one in errors:
        traceback = one.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename.endswith(_PROXY_FILES):
                yield traceback.tb_frame
            traceback = traceback.tb_next


def _proxies(errors: list[BaseException]) -> ProxySettings | None:
    """Return the proxy that the client was using, or those of the environment; None if it used none."""
    if not _is_proxied(errors):
        return None
    for frame in _proxy_frames(errors):
        origin = getattr(frame.f_locals.get("self"), "_proxy_origin", None)  # without credentials
        if origin is not None and "://" in str(origin):
            return _given_proxy(str(origin))
    dialled = re.search(_DIALLED, str(next((one for one in errors if type(one).__name__ == "NewConnectionError"), "")))
    if dialled is not None:
        return _given_proxy(f"http://{dialled[1]}:{dialled[2]}")
    from probes.settings.network_settings import proxies
    from probes.settings.options import Options

    return proxies(Options(), [], os.environ)


# urllib3: "HTTPSConnection(host='127.0.0.1', port=3128): Failed to establish a new connection".
_DIALLED = r"host='([^']{1,253})', port=(\d{1,5})\)"


def _given_proxy(url: str) -> ProxySettings:
    given = Sourced(url, option("proxy"))
    return ProxySettings(http=given, https=given)


def _kind(errors: list[BaseException]) -> Kind:
    return next((kind for one in errors if (kind := classify(one)) is not Kind.OTHER), Kind.OTHER)


def _proxy_failure(errors: list[BaseException], said: str) -> Kind:
    status = re.search(_PROXY_STATUS, said)
    if status is not None:
        return Kind.PROXY_AUTH if status[1] == "407" else Kind.PROXY_REFUSED
    kind = _kind(errors)
    return Kind.PROXY_REFUSED if kind is Kind.OTHER else kind


def _after_connecting(names: list[str], kind: Kind, said: str) -> Kind:
    if any("Timeout" in name for name in names):
        return Kind.TIMEOUT
    if "DecodingError" in names or "ContentDecodingError" in names:
        return Kind.ENCODING
    if re.search(_CUT, said, re.IGNORECASE):
        return Kind.CUT
    if re.search(_CLOSED, said, re.IGNORECASE) or "ServerDisconnectedError" in names or "RemoteDisconnected" in names:
        return Kind.CLOSED
    if kind in (Kind.RESET, Kind.CLOSED, Kind.CUT):
        return kind
    return Kind.NOT_HTTP if "RemoteProtocolError" in names or "BadStatusLine" in names else Kind.RESET
