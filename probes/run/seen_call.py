"""Evidence of one call that an app has made itself: its request, and the response or exception that followed.

Nothing is sent. The settings are read back from the request, examined as in every run, and the one exchange takes the
place of the run's requests, so that the same rules judge it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import parse_qsl, urlencode

from probes.api.response_reader import read_response, read_stream
from probes.api.stream_intake import StreamIntake
from probes.catalog import apps
from probes.catalog.app import App
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.evidence import Evidence, HostEnvironment, Subject
from probes.model.exchange import Exchange, Purpose, SentRequest
from probes.model.facts import Address, Dial, KeyPolicy, TcpFacts
from probes.model.failure import Failure, Kind
from probes.model.record import Record, replace
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import ProxySettings, Settings, Sourced
from probes.model.source import DEFAULT, option
from probes.network.http1 import RawAnswer
from probes.pasted.curl_command import CREDENTIALS
from probes.pasted.endpoint_urls import EndpointUrl, parse_endpoint_url
from probes.protocols.errors import parse_json
from probes.protocols.protocol import wire
from probes.protocols.strictness.clients import PYTHON
from probes.run.host_environment import in_container, in_wsl
from probes.run.offline_checks import OfflineChecks, scrubber, survey, target
from probes.steps.recorder import Recorder, scrubbed

_SEARCHED = ("Authorization", "x-api-key", "api-key", "x-goog-api-key")  # the headers in which a key can be
# Names of other headers whose values are credentials, such as a gateway's own.
_HEADER_NAMES = r"(?i)auth|key|token|secret|cookie|session|signature|credential|password"
_SHORTEST, _LONGEST = 8, 16_384  # characters of a value of one of these
_DNS = frozenset((Kind.NAME_UNKNOWN, Kind.NAME_FAILED, Kind.NAME_INVALID))
_PROXY = frozenset((Kind.PROXY_UNREACHABLE, Kind.PROXY_AUTH, Kind.PROXY_REFUSED, Kind.PROXY_PROTOCOL))


class SeenCall(Record):
    """One request of an app and what followed. It holds the key, so it lives only while it is judged.

    ``headers`` and ``body`` are those of the request, ``status`` to ``data`` those of the response (status 0: none
    came). ``failure`` is how the call failed without a complete response; ``connected`` says whether that was after the
    connection had been opened, ``proxied`` whether the connection led to one of ``proxies``.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    status: int = 0
    reason: str = ""
    response_headers: tuple[tuple[str, str], ...] = ()
    data: bytes = b""
    failure: Kind | None = None
    detail: str = ""
    connected: bool = True
    proxied: bool = False
    proxies: ProxySettings | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.method}, {self.status}>"  # the fields contain a key

    def __reduce__(self) -> NoReturn:
        raise TypeError("a call is not to be pickled, since it contains a key")

    def header(self, name: str) -> str:
        """Return the value of a request header, or an empty string. ``name`` is in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def is_api_call(call: SeenCall) -> bool:
    """Check whether the URL is that of an endpoint of an LLM API: a generation or a model list."""
    url, _ = _without_key(call.url)
    return parse_endpoint_url(url, {name.lower() for name, _ in call.headers}).protocol != "auto"


def sent_secrets(call: SeenCall) -> tuple[str, ...]:
    """Return the secrets of the request, as they are in its headers and URL: keys, tokens, cookies, passwords."""
    values = [value for name, value in call.headers if re.search(_HEADER_NAMES, name)]
    found = [part for value in values for part in re.split(r"[\s;,=\"]+", value[:_LONGEST]) if len(part) >= _SHORTEST]
    key, _ = _credential(call, _without_key(call.url)[1])
    userinfo = re.match(r"[a-z]{1,10}://([^/?#]{1,2000})@", call.url, re.IGNORECASE)
    password = userinfo[1].partition(":")[2] if userinfo is not None else ""
    return tuple(dict.fromkeys(filter(None, (*found, key, password))))


def scrubber_of(call: SeenCall) -> Scrubber:
    """Return a scrubber that knows the credentials of a call, whatever its URL: a server may quote them."""
    url, queried = _without_key(call.url)
    return scrubber(_settings(call, parse_endpoint_url(url), queried))


def evidence_of(call: SeenCall, version: str = "") -> Evidence | None:
    """Return the evidence of a call; None if it is no call of an API that is known here, such as an upload."""
    url, queried = _without_key(call.url)
    where = parse_endpoint_url(url, {name.lower() for name, _ in call.headers})
    if where.protocol == "auto":
        return None
    given = _settings(call, where, queried)
    scrub = scrubber(given)
    recorder = Recorder(given.limits, scrub)
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    offline = survey(given, recorder, scrub, began[:10])
    exchange = None
    url = shown_url(url)
    if offline.target is not None and call.failure is not None and not call.connected:
        _record_failure(call, offline, recorder, scrub)
    elif offline.target is not None and (call.status or call.failure is not None):
        # The app has sent the key, whatever a check would do.
        forms = (KeyForm.GIVEN,) if given.key is not None else ()
        recorder.done(Subject.KEY_POLICY, offline.target.host, KeyPolicy(forms, forms), recorder.now())
        exchange = _exchange(call, url, where, given, scrub)
        recorder.answered(exchange, recorder.now(), 1)
    last = recorder.observations[-1].probe
    recorder.close(last)
    working = exchange.attempt if exchange is not None and _works(exchange) else None
    seen = Evidence(
        target=target(given, offline),
        observations=(),
        working=working,
        vantage=HostEnvironment(container=in_container(), wsl=in_wsl()),
        started_at=began,
        day=began[:10],
        version=version,
        own_call=True,
    )
    return replace(scrubbed(seen, scrub), observations=tuple(recorder.observations))


def _works(found: Exchange) -> bool:
    from probes.api.response_checks import passes

    return passes(found)


# -- the settings behind the request -----------------------------------------------------------------------------------


def _settings(call: SeenCall, where: EndpointUrl, queried: str) -> Settings:
    key, auth = _credential(call, queried)
    model = where.model or _model(call.body)
    version = where.version or call.header("anthropic-version")
    app = _app(call)
    return Settings(
        base_url=Sourced(_base_url(call.url, where, app), option("base_url")),
        key=Sourced(Secret(key), option("api_key")) if key is not None else None,
        model=Sourced(model, option("model")) if model else None,
        protocol=Sourced(where.protocol, DEFAULT),
        app=app.id if app is not None else None,
        api_version=Sourced(version, DEFAULT) if version else None,
        auth=Sourced(auth, DEFAULT) if auth is not None else None,
        searched=_SEARCHED if key is None else (),
        proxies=call.proxies or ProxySettings(),
        secrets=tuple(map(Secret, sent_secrets(call))),
    )


# What the SDKs whose base URLs have another form than OpenAI's and Anthropic's write into User-Agent (measured: groq
# 1.7.0, mistralai 3.7.0).
_AGENTS = {"groq/python": "groq-python", "asyncgroq/python": "groq-python", "mistral-client-python/": "mistral-python"}


def _app(call: SeenCall) -> App | None:
    agent = call.header("user-agent").lower()
    id = next((id for start, id in _AGENTS.items() if agent.startswith(start)), None)
    return apps.load().get(id) if id is not None else None


def _base_url(url: str, where: EndpointUrl, app: App | None) -> str:
    """Return the base URL in the form that the client takes: that of the protocol's SDK, if no other is known."""
    joined = app.wire(where.protocol) if app is not None else None
    bare = url.partition("?")[0]
    return (
        bare.removesuffix(joined.endpoint) if joined is not None and bare.endswith(joined.endpoint) else where.base_url
    )


def _without_key(url: str) -> tuple[str, str]:
    """Return the URL without the key in its query (``?key=``), and that key."""
    bare, mark, query = url.partition("?")
    if not mark or "key=" not in query:
        return url, ""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in pairs if name != "key"])
    return bare + (f"?{kept}" if kept else ""), dict(pairs).get("key", "")


def shown_url(url: str) -> str:
    """Return a URL without the credentials before its host and without its query, except for a version.

    Gateways take keys under many names in a query.
    """
    bare, _, query = url.partition("#")[0].partition("?")
    bare = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]{0,19}://)[^/@]{0,2000}@", r"\1", bare)
    kept = urlencode([(name, value) for name, value in parse_qsl(query) if name in _PLAIN_QUERY])
    return bare + (f"?{kept}" if kept else "")


# Parts of a query that are no secrets, and without which a report could not name the endpoint.
_PLAIN_QUERY = ("api-version", "alt", "beta")


def _credential(call: SeenCall, queried: str) -> tuple[str | None, Auth | None]:
    for name, auth in CREDENTIALS.items():
        value = call.header(name)
        if not value:
            continue
        if name == "authorization":
            scheme = re.match(r"(?i)bearer(?: |$)", value)
            return (value[scheme.end() :] if scheme else value), auth
        return value, auth
    return (queried, Auth.QUERY) if queried else (None, None)


def _model(body: bytes) -> str:
    model = _json(body).get("model")
    return model if isinstance(model, str) else ""


# -- what followed -----------------------------------------------------------------------------------------------------


def _record_failure(call: SeenCall, offline: OfflineChecks, recorder: Recorder, scrub: Scrubber) -> None:
    """Record the step of the connection that failed, and nothing about those before it, which nobody measured."""
    kind, where = call.failure, offline.target
    assert kind is not None and where is not None
    if call.proxied and offline.proxy is None and not kind.value.startswith(("tls_", "proxy_")):
        return  # the proxy failed, of which nothing is known
    why = Failure(kind, scrub(call.detail))
    proxy = offline.proxy if call.proxied else None
    host, port = (proxy.host, proxy.port) if proxy is not None else (where.host, where.port)
    if kind in _DNS:
        recorder.failed(Subject.DNS, host, why, recorder.now())
    elif kind in _PROXY:
        recorder.failed(Subject.TUNNEL, where.host, why, recorder.now())
    elif kind.value.startswith("tls_"):
        recorder.failed(Subject.HANDSHAKE, where.host, why, recorder.now())
    else:
        recorder.failed(Subject.TCP, host, why, recorder.now(), _dialled(host, port, kind, proxy is not None))


def _dialled(host: str, port: int, kind: Kind, via_proxy: bool) -> TcpFacts:
    """Return the facts of a failed connection: the address too, if the host is one."""
    try:
        address = ip_address(host)
    except ValueError:
        return TcpFacts(host, port, (), None, via_proxy=via_proxy)
    dial = Dial(Address(f"ipv{address.version}", str(address)), port, kind, 0.0)
    return TcpFacts(host, port, (dial,), None, via_proxy=via_proxy)


def _exchange(call: SeenCall, url: str, where: EndpointUrl, given: Settings, scrub: Scrubber) -> Exchange:
    protocol = wire(where.protocol)
    attempt = Attempt(
        protocol=protocol.name,
        base_url=where.base_url.rstrip("/"),
        auth=given.auth.value if given.auth is not None else Auth.NONE,
        key=KeyForm.GIVEN if given.key is not None else KeyForm.NONE,
        version=where.version,
        model=given.model.value if given.model is not None else None,
        given=True,
    )
    purpose = _purpose(call, url)
    path = re.sub(r"^[a-z]+://[^/?#]*", "", url, flags=re.IGNORECASE) or "/"
    request = SentRequest(purpose, attempt, call.method, scrub(url), scrub(path), attempt.holds_key)
    raw = _raw(call)
    found = read_response(Exchange(request), raw, call.data, scrub, PYTHON)
    if purpose is Purpose.STREAM and 200 <= raw.status < 300:
        intake = StreamIntake(protocol)
        intake.feed(call.data, 0.0)
        intake.close(raw)
        stream = read_stream(intake.reading(raw, PYTHON), call.data, protocol, scrub)
        found = replace(found, reading=replace(found.reading, stream=stream))
    return found


def _purpose(call: SeenCall, url: str) -> Purpose:
    if call.method.upper() == "GET":
        return Purpose.MODELS
    # A refusal of a stream is a response like any other.
    return Purpose.STREAM if 200 <= call.status < 300 and _streams(call, url) else Purpose.CHAT


def _streams(call: SeenCall, url: str) -> bool:
    """Check whether the request asked for a stream: in its body, or in Gemini's path."""
    return _json(call.body).get("stream") is True or "streamgeneratecontent" in url.lower()


def _json(body: bytes) -> Mapping[str, object]:
    """Return the object that a body in JSON is; an empty one for any other body."""
    _, value = parse_json(body.decode("utf-8", "replace")) if body[:1] == b"{" else (False, None)
    return value if isinstance(value, dict) else {}


def _raw(call: SeenCall) -> RawAnswer:
    headers = [(name.lower(), value) for name, value in call.response_headers]
    reason = call.reason or _phrase(call.status)
    return RawAnswer(call.status, reason, headers, failure=call.failure, detail=call.detail, size=len(call.data))


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in frozenset(HTTPStatus) else ""
