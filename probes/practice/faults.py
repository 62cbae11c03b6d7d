"""The faults that ``llmdoctor demo`` shows: settings, and the practice door that they lead to."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from probes.model import ConnectTo, Limits, ProxySettings, Settings, Sourced
from probes.practice import behaviours as b
from probes.practice.server import Handler, PracticeDoor, Step, closed_port
from probes.secret import Secret

RELAY = "https://relay.example/v1"
OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"
LOOPBACK = "http://127.0.0.1:{port}/v1"
SOURCE = "demo"
SHORT = Limits(probe=2.0)  # for the faults that last until a limit


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the catalogue.

    ``code`` is the root cause that a check must name (None: nothing is broken), ``warning`` a finding that it must show
    besides. ``world`` makes the door from the key that it takes; ``typed`` is what the user made of that key. An https
    ``base_url`` is led to the practice door by connect-to, with a ``certificate`` of that kind for its host; ``{port}``
    in it stands for the practice door's own.
    """

    name: str
    title_en: str
    title_zh: str
    code: str | None
    world: Callable[[str], Handler] = b.openai
    base_url: str = RELAY
    protocol: str = "openai"
    model: str = b.MODELS[0]
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
class World:
    """A fault that stands: what to check, and the door that answers (None where nothing listens)."""

    fault: Fault
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
            model=Sourced(self.model, SOURCE),
            protocol=Sourced(self.protocol, SOURCE),
            app=self.fault.app,
            proxies=self.proxies,
            connect_to=self.connect_to,
            ca_bundle=Sourced(self.ca_bundle, SOURCE) if self.ca_bundle else None,
            limits=self.fault.limits,
        )


def made_up_key(shape: str = "relay") -> str:
    """A key that nobody has issued, in the shape of ``relay`` (bare sk-), ``openai``, ``anthropic`` or ``deepseek``."""

    def some(count: int, letters: str = string.ascii_letters + string.digits) -> str:
        return "".join(secrets.choice(letters) for _ in range(count))

    return {
        "relay": lambda: f"sk-{some(48)}",
        "openai": lambda: f"sk-proj-{some(74)}T3BlbkFJ{some(74)}",
        "anthropic": lambda: f"sk-ant-api03-{some(93)}AA",
        "deepseek": lambda: f"sk-{secrets.token_hex(16)}",
    }[shape]()


def _nobodys(world: Callable[..., Handler], **wrong: b.What) -> Callable[[str], Handler]:
    """The door for which the user's key is a stranger's."""
    return lambda key: world(made_up_key(), **wrong)


def _openai(**wrong: b.What) -> Callable[[str], Handler]:
    return lambda key: b.openai(key, **wrong)  # type: ignore[arg-type]  # the hooks alone are named here


def _all(what: b.What) -> Callable[[str], Handler]:
    return lambda key: b.always(what)


def _refusal(name: str) -> Callable[[str], Handler]:
    """The door serves its model list and answers every generation with this."""
    return _openai(chat=name, stream=name)


_CLAUDE = Fault(
    "sound-anthropic",
    "Nothing is wrong: an Anthropic door that works",
    "一切正常：可用的 Anthropic 接口",
    None,
    b.anthropic,
    ANTHROPIC,
    "anthropic",
    b.CLAUDES[0],
    "anthropic",
)

_CATALOGUE = (
    Fault("sound", "Nothing is wrong: a relay that works", "一切正常：可用的中转站", None),
    _CLAUDE,
    # -- where it goes
    Fault(
        "wrong-door",
        "A relay's key is given to OpenAI itself: the base URL was not set",
        "把中转站的密钥发给了 OpenAI 官方：没有设置 base URL",
        "key.wrong_door",
        _nobodys(b.openai),
        OPENAI,
    ),
    Fault(
        "foreign-key",
        "An Anthropic key is given to OpenAI",
        "把 Anthropic 的密钥给了 OpenAI",
        "key.wrong_door",
        _nobodys(b.openai),
        OPENAI,
        shape="anthropic",
    ),
    Fault(
        "wrong-region",
        "A key of Moonshot's Chinese site is given to its international one",
        "把 Moonshot 国内站的密钥用在了国际站",
        "key.wrong_region",
        _nobodys(b.openai, rejected="moonshot-401", no_key="moonshot-401"),
        "https://api.moonshot.ai/v1",
        model="kimi-k2.6",
    ),
    Fault(
        "no-v1",
        "The base URL lacks its /v1",
        "base URL 少了 /v1",
        "url.version_missing",
        _openai(elsewhere="spa"),
        "https://relay.example",
    ),
    Fault(
        "endpoint-pasted",
        "The whole endpoint was pasted as the base URL",
        "把完整的接口地址当成了 base URL",
        "url.endpoint_included",
        base_url=f"{RELAY}/chat/completions",
    ),
    replace(
        _CLAUDE,
        name="double-v1",
        title_en="An Anthropic base URL ends in /v1, and the SDK adds another",
        title_zh="Anthropic 的 base URL 末尾多了 /v1，SDK 还会再加一个",
        code="url.version_doubled",
        base_url=f"{ANTHROPIC}/v1",
    ),
    Fault(
        "website",
        "The base URL is a web site, not an API",
        "base URL 是网站，不是接口",
        "shape.web_page",
        _all("spa"),
        "https://relay.example",
    ),
    Fault(
        "wrong-protocol",
        "The door speaks Anthropic's protocol, and is asked for OpenAI's",
        "接口说的是 Anthropic 协议，却按 OpenAI 协议去请求",
        "shape.wrong_protocol",
        lambda key: b.anthropic(key, elsewhere="go-404"),
        "https://relay.example",
        model=b.CLAUDES[0],
    ),
    Fault(
        "redirect",
        "The address redirects, and a POST becomes a GET",
        "地址被重定向，POST 变成了 GET",
        "http.redirected",
        _all(b.redirect(301, "https://new.relay.example")),
    ),
    # -- the key
    Fault(
        "key-newline", "A line end clings to the key", "密钥末尾带了换行", "key.stray_characters", typed="{}\n".format
    ),
    Fault(
        "key-quotes",
        "The key was copied with its quotes",
        "密钥连引号一起复制了",
        "key.stray_characters",
        typed='"{}"'.format,
    ),
    Fault(
        "key-bearer",
        "The key begins with the word Bearer",
        "密钥前面带了 Bearer",
        "key.bearer_prefix",
        typed="Bearer {}".format,
    ),
    Fault(
        "placeholder",
        "The key is the example from the manual",
        "密钥还是文档里的示例值",
        "key.placeholder",
        typed=lambda key: "sk-your-api-key-here",
    ),
    Fault(
        "unexpanded",
        "The key is a variable that nobody expanded",
        "密钥是没有展开的变量",
        "key.unexpanded",
        typed=lambda key: "${OPENAI_API_KEY}",
    ),
    Fault(
        "masked",
        "The key was copied in its hidden form",
        "复制到的是打了码的密钥",
        "key.masked",
        typed=lambda key: f"{key[:6]}****{key[-4:]}",
    ),
    Fault(
        "rejected",
        "The right door refuses the key",
        "地址没错，但密钥被拒绝",
        "auth.rejected",
        _nobodys(b.openai, rejected="newapi-401"),
    ),
    Fault(
        "header-style",
        "The door takes the key as x-api-key alone, and the SDK sends Bearer",
        "接口只认 x-api-key，SDK 发的却是 Bearer",
        "auth.header_style",
        lambda key: b.anthropic(key, auth=("x-api-key",)),
        "https://relay.example",
        "anthropic",
        b.CLAUDES[0],
        app="anthropic-sdk",
    ),
    Fault(
        "upstream-key",
        "The relay takes the key, but its own key upstream is refused",
        "中转站认这个密钥，但它自己的上游密钥被拒绝",
        "auth.upstream",
        _refusal("newapi-upstream"),
    ),
    # -- money, models
    Fault("no-credit", "No balance is left", "余额不足", "quota.exhausted", _refusal("newapi-quota")),
    Fault("rate-limited", "Too many requests for now", "请求太频繁", "quota.rate_limited", _refusal("openai-429")),
    Fault("unknown-model", "The model's name has a slip", "模型名写错了", "model.not_found", model="gpt-5-nanoo"),
    Fault(
        "no-channel",
        "The relay has no channel for this model",
        "中转站没有这个模型的可用渠道",
        "model.no_channel",
        _refusal("newapi-no-channel"),
    ),
    Fault(
        "substituted",
        "Another model answers than was asked for",
        "回答的不是所要的模型",
        None,
        _openai(chat=b.ANSWERS["substituted"], stream=b.STREAMS["s_substituted"]),
        warning="model.substituted",
    ),
    # -- answers and streams
    Fault(
        "error-as-success",
        "An error comes with status 200",
        "状态码 200，内容却是错误",
        "shape.error_as_success",
        _openai(chat=b.ANSWERS["json_error200"], stream=b.STREAMS["s_error_json_200"]),
    ),
    Fault(
        "malformed",
        "The answer lacks what an SDK reads",
        "回答里没有 SDK 要读的字段",
        "shape.malformed_answer",
        _openai(chat=b.ANSWERS["json_nochoices"]),
    ),
    Fault(
        "stream-cut", "The stream is cut off", "流式输出中途断开", "stream.cut", _openai(stream=b.STREAMS["s_cut_rst"])
    ),
    Fault(
        "stream-ignored",
        "A stream is asked for, and one JSON comes",
        "要求流式输出，却一次返回整个 JSON",
        "stream.ignored",
        _openai(stream=b.STREAMS["s_json_ignored"]),
    ),
    Fault(
        "stream-error",
        "The stream begins well and carries an error",
        "流式输出开头正常，中间报错",
        "stream.error_inside",
        _openai(stream=b.STREAMS["s_error_mid"]),
    ),
    Fault(
        "stream-buffered",
        "A proxy holds the stream back and hands it over at once",
        "代理攒着流式输出，最后一次性放出",
        None,
        _openai(stream=b.buffered([*b.chunks(), b.DONE], 1.5)),
        warning="stream.buffered",
    ),
    Fault(
        "stream-stalled",
        "The stream starts and then stops",
        "流式输出开始后就停住了",
        "stream.stalled",
        _openai(stream=b.STREAMS["s_stalled"]),
        limits=SHORT,
    ),
    # -- the way there
    Fault("expired-cert", "The certificate has expired", "证书已过期", "tls.expired", certificate="expired"),
    Fault(
        "self-signed",
        "The certificate is signed by itself",
        "证书是自签名的",
        "tls.self_signed",
        certificate="self-signed",
    ),
    Fault(
        "wrong-name",
        "The certificate is for another name",
        "证书属于别的域名",
        "tls.hostname_mismatch",
        certificate="wrong-name",
    ),
    Fault(
        "incomplete-chain",
        "The server leaves its intermediate certificate out",
        "服务器没有发送中间证书",
        "tls.incomplete_chain",
        certificate="no-intermediate",
    ),
    Fault(
        "expires-soon",
        "The certificate ends in five days",
        "证书五天后到期",
        None,
        certificate="ends-soon",
        warning="tls.expires_soon",
    ),
    Fault(
        "intercepted",
        "A company's proxy opens the connection to OpenAI",
        "公司代理拆开了到 OpenAI 的加密连接",
        "tls.intercepted",
        base_url=OPENAI,
        shape="openai",
        authority=("Zscaler Root CA", "Zscaler Inc."),
        trusted=False,
    ),
    Fault(
        "http-on-https",
        "https is asked of a port that speaks plain HTTP",
        "端口只说 HTTP，地址却写了 https",
        "tls.not_tls",
        base_url="https://127.0.0.1:{port}/v1",
        certificate="",
    ),
    Fault(
        "https-on-http",
        "http is asked of a port that speaks TLS",
        "端口要求 TLS，地址却写了 http",
        "tls.needed",
        base_url=LOOPBACK,
    ),
    Fault(
        "refused",
        "Nothing listens at the port",
        "端口上没有服务",
        "tcp.refused",
        base_url=LOOPBACK,
        certificate="",
        listening=False,
    ),
    Fault(
        "not-http",
        "Another service answers at the port",
        "端口上是别的服务",
        "http.not_http",
        base_url=LOOPBACK,
        certificate="",
        connect=tuple(b.CONNECTIONS["ssh"]),
    ),
    Fault(
        "gateway-502",
        "A gateway cannot reach the API behind it",
        "网关连不上后面的接口",
        "http.gateway_error",
        _all("nginx-502"),
    ),
    Fault(
        "blocked",
        "A bot check answers instead of the API",
        "人机验证页面挡住了接口",
        "http.blocked",
        _all("cloudflare-challenge"),
    ),
    Fault(
        "front-auth",
        "Something in front of the API wants a password of its own",
        "接口前面还有一层登录",
        "http.front_auth",
        lambda key: b.first(b.basic_auth, b.openai(key)),
    ),
    Fault(
        "timeout",
        "The server takes the connection and never answers",
        "服务器接受连接，但一直不回答",
        "http.timeout",
        _all(b.ANSWERS["never"]),
        limits=SHORT,
    ),
    Fault(
        "proxy-auth",
        "The proxy wants a user and a password",
        "代理要求用户名和密码",
        "proxy.auth_required",
        proxy=lambda port: b.proxy(port, user="user", password="practice"),  # noqa: S106  # nobody's password
    ),
)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _CATALOGUE}


@contextmanager
def open(name: str) -> Iterator[World]:
    """Starts the practice door of a fault and yields what to check. Raises KeyError where there is no such fault."""
    fault = FAULTS[name]
    key = made_up_key(fault.shape)
    with ExitStack() as stack:
        tls, ca_bundle = None, None
        host = urlsplit(fault.base_url.replace("{port}", "0")).hostname or ""
        if fault.certificate:
            from probes.practice.certificates import authority

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
        yield World(
            fault,
            fault.base_url.replace("{port}", str(port)),
            Secret(fault.typed(key)),
            fault.model,
            fault.protocol,
            (ConnectTo(host, 443, "127.0.0.1", port),) if named and not fault.proxy else (),
            ca_bundle,
            proxies,
            door,
        )
