"""The faults that ``llmdoctor demo`` shows: settings, each with the practice door that they lead to."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from probes.demo_server import answers, handlers, websockets, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, PracticeDoor, Step, closed_port
from probes.model.record import Record, replace
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, ProxySettings, Settings, Sourced
from probes.model.source import DEFAULT, Source, SourceKind
from probes.protocols.protocol import wire

RELAY = "https://relay.example/v1"
OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"
GOOGLE = "https://generativelanguage.googleapis.com"
RESOURCE = "https://resource.openai.azure.com"
LOOPBACK = "http://127.0.0.1:{port}/v1"
SOURCE = Source(SourceKind.DEMO)
SHORT = Limits(probe=2.0)  # seconds; for faults that end with a timeout


class Scenario(Record):
    """A fault in the catalogue, or a correct setup.

    ``code`` is the root cause that a check must report (None: nothing is broken), ``warning`` a finding that it must
    report as well. ``world`` builds the door from the key that it accepts; ``typed`` turns this key into the one that
    the user has set. connect-to routes an https ``base_url`` to the practice door, which has a ``certificate`` of this
    kind for the host. ``{port}`` in ``base_url`` is replaced by the port of the practice door.
    """

    name: str
    code: str | None
    world: Callable[[str], Handler] = b.openai
    base_url: str = RELAY
    protocol: str = "openai"
    model: str = answers.MODELS[0]  # empty: the check chooses one
    shape: str = "relay"
    typed: Callable[[str], str] = str
    app: str | None = None
    websocket: bool = False  # the app's settings let it open a WebSocket first
    warning: str | None = None
    certificate: str = "good"
    authority: tuple[str, str] = ("Practice Root CA", "Practice")
    trusted: bool = True
    connect: tuple[Step, ...] | None = None
    listening: bool = True
    proxy: Callable[[int], Handler] | None = None  # builds an HTTP proxy for the door's port
    limits: Limits = Limits()


class RunningScenario(Record):
    """A running scenario: the settings to check, and the practice door (None if nothing listens)."""

    fault: Scenario
    base_url: str
    key: Secret
    model: str
    protocol: str
    connect_to: tuple[ConnectTo, ...]
    ca_bundle: str | None
    proxies: ProxySettings
    door: PracticeDoor | None

    def settings(self) -> Settings:
        """Return the settings of a run."""
        return Settings(
            base_url=Sourced(self.base_url, SOURCE),
            key=Sourced(self.key, SOURCE),
            model=Sourced(self.model, SOURCE) if self.model else None,
            protocol=Sourced(self.protocol, SOURCE),
            app=self.fault.app,
            websocket=Sourced(True, DEFAULT) if self.fault.websocket else None,
            proxies=self.proxies,
            connect_to=self.connect_to,
            ca_bundle=Sourced(self.ca_bundle, SOURCE) if self.ca_bundle else None,
            limits=self.fault.limits,
        )


def made_up_key(shape: str = "relay") -> str:
    """Return a random key that nobody has issued, in the format of ``shape``: ``relay`` (``sk-…``) or a provider below.

    Raises KeyError if the shape is unknown.
    """

    def some(count: int, letters: str = string.ascii_letters + string.digits) -> str:
        return "".join(secrets.choice(letters) for _ in range(count))

    return {
        "relay": lambda: f"sk-{some(48)}",
        "openai": lambda: f"sk-proj-{some(74)}T3BlbkFJ{some(74)}",
        "anthropic": lambda: f"sk-ant-api03-{some(93)}AA",
        "deepseek": lambda: f"sk-{secrets.token_hex(16)}",
        "gemini": lambda: f"AQ.Ab8RN6{some(44)}",
        "azure": lambda: secrets.token_hex(16),
    }[shape]()


def _rejecting(world: Callable[..., Handler], **wrong: handlers.What) -> Callable[[str], Handler]:
    """Return a builder of doors that do not know the user's key."""
    return lambda key: world(made_up_key(), **wrong)


def _counting() -> list[bytes]:
    """Return the events of a stream with many chunks."""
    return [
        answers.data(answers.chunk(role="assistant", content="")),
        *(answers.data(answers.chunk(content=f"{number} ")) for number in range(1, 13)),
        answers.data(answers.chunk(finish="stop")),
        answers.DONE,
    ]


def _openai(**wrong: handlers.What) -> Callable[[str], Handler]:
    return lambda key: b.openai(key, **wrong)  # type: ignore[arg-type]  # ``wrong`` has only arguments of the type What


def _all(what: handlers.What) -> Callable[[str], Handler]:
    return lambda key: handlers.always(what)


def _refusal(name: str) -> Callable[[str], Handler]:
    """Return a builder of doors that serve the model list but answer every generation with this error."""
    return _openai(chat=name, stream=name)


def _socket(name: str) -> Callable[[str], Handler]:
    """Return a builder of sound doors that answer the upgrade to a WebSocket with this entry of ``SOCKETS``."""
    return lambda key: websockets.upgrading(b.responses(key), name)


_CODEX: dict[str, Any] = {"protocol": "responses", "app": "codex", "websocket": True}
_CLAUDE = Scenario(
    "sound-anthropic",
    None,
    b.anthropic,
    ANTHROPIC,
    "anthropic",
    answers.CLAUDES[0],
    "anthropic",
)

_GEMINI: dict[str, Any] = {"protocol": "gemini", "model": answers.GEMINIS[0], "shape": "gemini"}
_AZURE: dict[str, Any] = {"model": "gpt-4o-mini", "shape": "azure"}

_CATALOGUE = (
    Scenario("sound", None),
    _CLAUDE,
    # -- base URL
    Scenario(
        "wrong-door",
        "key.wrong_door",
        _rejecting(b.openai),
        OPENAI,
    ),
    Scenario(
        "foreign-key",
        "key.wrong_door",
        _rejecting(b.openai),
        OPENAI,
        shape="anthropic",
    ),
    Scenario(
        "wrong-region",
        "auth.rejected",
        _rejecting(b.openai, rejected="moonshot-401", no_key="moonshot-401"),
        "https://api.moonshot.ai/v1",
        model="kimi-k2.6",
        warning="key.wrong_region",
    ),
    Scenario(
        "no-v1",
        "url.version_missing",
        _openai(elsewhere="spa"),
        "https://relay.example",
    ),
    Scenario(
        "endpoint-pasted",
        "url.endpoint_included",
        base_url=f"{RELAY}/chat/completions",
    ),
    replace(
        _CLAUDE,
        name="double-v1",
        code="url.version_doubled",
        base_url=f"{ANTHROPIC}/v1",
    ),
    Scenario(
        "website",
        "shape.web_page",
        _all("spa"),
        "https://relay.example",
    ),
    Scenario(
        "wrong-protocol",
        "shape.wrong_protocol",
        lambda key: b.anthropic(key, elsewhere="go-404"),
        "https://relay.example",
        model=answers.CLAUDES[0],
    ),
    Scenario("responses-only", "shape.wrong_protocol", b.responses),
    Scenario("azure-as-openai", "shape.wrong_protocol", lambda key: b.azure(key, newer=False), RESOURCE, **_AZURE),
    Scenario("azure-deployment", "model.not_found", b.azure, RESOURCE, "azure", "my-deployment", "azure"),
    Scenario("gemini-version", "url.version_doubled", b.gemini, f"{GOOGLE}/v1beta", **_GEMINI),
    Scenario("gemini-rejected", "auth.rejected", _rejecting(b.gemini), GOOGLE, **_GEMINI),
    Scenario(
        "ollama-model",
        "model.not_found",
        lambda key: b.ollama(),
        "http://127.0.0.1:{port}",
        "ollama",
        "llama3.3:70b",
        certificate="",
    ),
    Scenario(
        "redirect",
        "http.redirected",
        _all(b.redirect(301, "https://new.relay.example")),
    ),
    # -- key
    Scenario("key-newline", "key.stray_characters", typed="{}\n".format),
    Scenario(
        "key-quotes",
        "key.stray_characters",
        typed='"{}"'.format,
    ),
    Scenario(
        "key-bearer",
        "key.bearer_prefix",
        typed="Bearer {}".format,
    ),
    Scenario(
        "placeholder",
        "key.placeholder",
        typed=lambda key: "sk-your-api-key-here",
    ),
    Scenario(
        "unexpanded",
        "key.unexpanded",
        typed=lambda key: "${OPENAI_API_KEY}",
    ),
    Scenario(
        "masked",
        "key.masked",
        typed=lambda key: f"{key[:6]}****{key[-4:]}",
    ),
    Scenario(
        "rejected",
        "auth.rejected",
        _rejecting(b.openai, rejected="newapi-401"),
    ),
    Scenario(
        "header-style",
        "auth.header_style",
        lambda key: b.anthropic(key, auth=("x-api-key",)),
        "https://relay.example",
        "anthropic",
        answers.CLAUDES[0],
        app="anthropic-sdk",
    ),
    Scenario(
        "upstream-key",
        "auth.upstream",
        _refusal("newapi-upstream"),
    ),
    # -- quota, models
    Scenario("no-credit", "quota.exhausted", _refusal("newapi-quota")),
    Scenario("rate-limited", "quota.rate_limited", _refusal("openai-429")),
    Scenario("unknown-model", "model.not_found", model="gpt-5-nanoo"),
    Scenario(
        "no-channel",
        "model.no_channel",
        _refusal("newapi-no-channel"),
    ),
    Scenario(
        "substituted",
        None,
        _openai(chat=wrong_answers.ANSWERS["substituted"], stream=wrong_streams.STREAMS["s_substituted"]),
        warning="model.substituted",
    ),
    # -- responses and streams
    Scenario(
        "error-as-success",
        "shape.error_as_success",
        _openai(chat=wrong_answers.ANSWERS["json_error200"], stream=wrong_streams.STREAMS["s_error_json_200"]),
    ),
    Scenario(
        "malformed",
        "shape.malformed_answer",
        _openai(chat=wrong_answers.ANSWERS["json_nochoices"]),
    ),
    Scenario("stream-cut", "stream.cut", _openai(stream=wrong_streams.STREAMS["s_cut_rst"])),
    Scenario(
        "stream-ignored",
        "stream.ignored",
        _openai(stream=wrong_streams.STREAMS["s_json_ignored"]),
    ),
    Scenario(
        "stream-error",
        "stream.error_inside",
        _openai(stream=wrong_streams.STREAMS["s_error_mid"]),
    ),
    Scenario(
        "stream-buffered",
        None,
        _openai(stream=wrong_streams.buffered(_counting(), 1.5)),
        warning="stream.buffered",
    ),
    Scenario(
        "stream-stalled",
        "stream.stalled",
        _openai(stream=wrong_streams.STREAMS["s_stalled"]),
        limits=SHORT,
    ),
    Scenario("websocket-refused", "stream.websocket_refused", _socket("404-model"), **_CODEX),
    Scenario("websocket-closed", None, _socket("closed-1008"), warning="stream.websocket_closed", **_CODEX),
    # -- connection, TLS, intermediaries
    Scenario("expired-cert", "tls.expired", certificate="expired"),
    Scenario(
        "self-signed",
        "tls.self_signed",
        certificate="self-signed",
    ),
    Scenario(
        "wrong-name",
        "tls.hostname_mismatch",
        certificate="wrong-name",
    ),
    Scenario(
        "incomplete-chain",
        "tls.incomplete_chain",
        certificate="no-intermediate",
    ),
    Scenario(
        "expires-soon",
        None,
        certificate="ends-soon",
        warning="tls.expires_soon",
    ),
    Scenario(
        "intercepted",
        "tls.intercepted",
        base_url=OPENAI,
        shape="openai",
        authority=("Zscaler Root CA", "Zscaler Inc."),
        trusted=False,
    ),
    Scenario(
        "http-on-https",
        "tls.not_tls",
        base_url="https://127.0.0.1:{port}/v1",
        certificate="",
    ),
    Scenario(
        "https-on-http",
        "tls.needed",
        base_url=LOOPBACK,
    ),
    Scenario(
        "refused",
        "tcp.refused",
        base_url=LOOPBACK,
        certificate="",
        listening=False,
    ),
    Scenario(
        "not-http",
        "http.not_http",
        base_url=LOOPBACK,
        certificate="",
        connect=tuple(wrong_streams.CONNECTIONS["ssh"]),
    ),
    Scenario(
        "gateway-502",
        "http.gateway_error",
        _all("nginx-502"),
    ),
    Scenario(
        "blocked",
        "http.blocked",
        _all("cloudflare-challenge"),
    ),
    Scenario(
        "front-auth",
        "http.front_auth",
        lambda key: handlers.first(b.basic_auth, b.openai(key)),
    ),
    Scenario(
        "timeout",
        "http.timeout",
        _all(wrong_answers.ANSWERS["never"]),
        limits=SHORT,
    ),
    Scenario(
        "proxy-auth",
        "proxy.auth_required",
        proxy=lambda port: b.proxy(port, user="user", password="practice"),  # noqa: S106  # a made-up password
    ),
)

FAULTS: dict[str, Scenario] = {fault.name: fault for fault in _CATALOGUE}


def sound(protocol: str) -> Scenario:
    """Return a scenario without a fault, with the practice door of this protocol."""
    base_url = "http://127.0.0.1:{port}" + wire(protocol).version_segment
    return Scenario("sound", None, getattr(b, protocol), base_url, protocol, model="", certificate="")


@contextmanager
def open(name: str, protocol: str = "") -> Iterator[RunningScenario]:
    """Start the practice door of a fault, or a correct one if ``protocol`` is given, and yield the running scenario.

    Raises KeyError if there is no fault of this name.
    """
    fault = sound(protocol) if protocol else FAULTS[name]
    key = made_up_key(fault.shape)
    with ExitStack() as stack:
        tls, ca_bundle = None, None
        host = urlsplit(fault.base_url.replace("{port}", "0")).hostname or ""
        if fault.certificate:
            from probes.demo_server.certificates import authority

            signer = stack.enter_context(authority(*fault.authority))
            tls = signer.context(fault.certificate, host)
            ca_bundle = str(signer.ca_pem) if fault.trusted else None
        door = None
        if fault.listening:
            door = stack.enter_context(PracticeDoor(fault.world(key), tls=tls, connect=fault.connect))
        port = door.port if door else stack.enter_context(closed_port())
        named = "{port}" not in fault.base_url
        proxies = ProxySettings()
        if fault.proxy:
            front = stack.enter_context(PracticeDoor(fault.proxy(port)))
            proxies = ProxySettings(https=Sourced(front.url, SOURCE))
        yield RunningScenario(
            fault,
            fault.base_url.replace("{port}", str(port)),
            Secret(fault.typed(key)),
            fault.model,
            fault.protocol,
            (ConnectTo(host, 443, "127.0.0.1", port),) if named else (),
            ca_bundle,
            proxies,
            door,
        )
