"""The faults that ``llmdoctor demo`` shows: settings, and the practice door that they lead to."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from probes.demo_server import answers, handlers, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Handler, PracticeDoor, Step, closed_port
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, ProxySettings, Settings, Sourced
from probes.model.source import Source, SourceKind
from probes.protocols.protocol import wire

RELAY = "https://relay.example/v1"
OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"
GOOGLE = "https://generativelanguage.googleapis.com"
RESOURCE = "https://resource.openai.azure.com"
LOOPBACK = "http://127.0.0.1:{port}/v1"
SOURCE = Source(SourceKind.DEMO)
SHORT = Limits(probe=2.0)  # for the faults that last until a limit


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the catalogue.

    ``code`` is the root cause that a check must name (None: nothing is broken), ``warning`` a finding that it must show
    besides. ``world`` makes the door from the key that it takes; ``typed`` is what the user made of that key. An https
    ``base_url`` is led to the practice door by connect-to, with a ``certificate`` of that kind for its host; ``{port}``
    in it stands for the practice door's own.
    """

    name: str
    code: str | None
    world: Callable[[str], Handler] = b.openai
    base_url: str = RELAY
    protocol: str = "openai"
    model: str = answers.MODELS[0]  # empty: the check finds one
    shape: str = "relay"
    typed: Callable[[str], str] = str
    app: str | None = None
    warning: str | None = None
    certificate: str = "good"
    authority: tuple[str, str] = ("Practice Root CA", "Practice")
    trusted: bool = True
    connect: tuple[Step, ...] | None = None
    listening: bool = True
    proxy: Callable[[int], Handler] | None = None  # an HTTP proxy in front, from the door's port
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class RunningScenario:
    """A fault that stands: what to check, and the door that answers (None where nothing listens)."""

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
        """All of it as the settings of a run."""
        return Settings(
            base_url=Sourced(self.base_url, SOURCE),
            key=Sourced(self.key, SOURCE),
            model=Sourced(self.model, SOURCE) if self.model else None,
            protocol=Sourced(self.protocol, SOURCE),
            app=self.fault.app,
            proxies=self.proxies,
            connect_to=self.connect_to,
            ca_bundle=Sourced(self.ca_bundle, SOURCE) if self.ca_bundle else None,
            limits=self.fault.limits,
        )


def made_up_key(shape: str = "relay") -> str:
    """A key that nobody has issued, in the shape of ``relay`` (bare sk-) or of one of the houses below."""

    def some(count: int, letters: str = string.ascii_letters + string.digits) -> str:
        return "".join(secrets.choice(letters) for _ in range(count))

    return {
        "relay": lambda: f"sk-{some(48)}",
        "openai": lambda: f"sk-proj-{some(74)}T3BlbkFJ{some(74)}",
        "anthropic": lambda: f"sk-ant-api03-{some(93)}AA",
        "deepseek": lambda: f"sk-{secrets.token_hex(16)}",
        "gemini": lambda: f"AIza{some(35)}",
        "azure": lambda: secrets.token_hex(16),
    }[shape]()


def _nobodys(world: Callable[..., Handler], **wrong: handlers.What) -> Callable[[str], Handler]:
    """The door for which the user's key is a stranger's."""
    return lambda key: world(made_up_key(), **wrong)


def _counting() -> list[bytes]:
    """A streamed answer of many pieces."""
    return [
        *(answers.data(answers.chunk(content=f"{number} ")) for number in range(1, 13)),
        answers.data(answers.chunk(finish="stop")),
        answers.DONE,
    ]


def _openai(**wrong: handlers.What) -> Callable[[str], Handler]:
    return lambda key: b.openai(key, **wrong)  # type: ignore[arg-type]  # the hooks alone are named here


def _all(what: handlers.What) -> Callable[[str], Handler]:
    return lambda key: handlers.always(what)


def _refusal(name: str) -> Callable[[str], Handler]:
    """The door serves its model list and answers every generation with this."""
    return _openai(chat=name, stream=name)


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
    # -- where it goes
    Scenario(
        "wrong-door",
        "key.wrong_door",
        _nobodys(b.openai),
        OPENAI,
    ),
    Scenario(
        "foreign-key",
        "key.wrong_door",
        _nobodys(b.openai),
        OPENAI,
        shape="anthropic",
    ),
    Scenario(
        "wrong-region",
        "auth.rejected",
        _nobodys(b.openai, rejected="moonshot-401", no_key="moonshot-401"),
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
    Scenario("gemini-rejected", "auth.rejected", _nobodys(b.gemini), GOOGLE, **_GEMINI),
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
    # -- the key
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
        _nobodys(b.openai, rejected="newapi-401"),
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
    # -- money, models
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
    # -- answers and streams
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
    # -- the way there
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
        proxy=lambda port: b.proxy(port, user="user", password="practice"),  # noqa: S106  # nobody's password
    ),
)

FAULTS: dict[str, Scenario] = {fault.name: fault for fault in _CATALOGUE}


def sound(protocol: str) -> Scenario:
    """A door at which nothing is wrong: the function of the protocol's name among the practice doors."""
    base_url = "http://127.0.0.1:{port}" + wire(protocol).version_segment
    return Scenario("sound", None, getattr(b, protocol), base_url, protocol, model="", certificate="")


@contextmanager
def open(name: str, protocol: str = "") -> Iterator[RunningScenario]:
    """Starts the practice door of a fault, or a sound one of the protocol, and yields what to check.

    Raises KeyError where there is no such fault.
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
