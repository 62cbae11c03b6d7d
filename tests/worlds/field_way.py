"""The table of worlds of the way to the API as real reports of November 2026 describe it: proxies, TLS, names, URLs."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request, ScriptEnd, Wait
from probes.model.failure import Kind
from probes.model.record import replace
from worlds.stage import AGREES, HASTY, LOCAL, RELAY, Roads, Scenario
from worlds.wire import ALERT, ON_NODE, saying

# -- schemes that no HTTP client of most languages takes ---------------------------------------------------------------

_PYTHON_ONLY = "Python's SDK sends ws:// as http; the user's app is not known, and other languages' clients refuse it"
_FIXED = "Set the base URL to {}"


def scheme(name: str, base_url: str, fixed: str, **more: Any) -> Scenario:
    given: dict[str, Any] = {"proven": {"answer": True}, "says": (_FIXED.format(fixed),), "host": "relay.example"}
    return Scenario(f"way-scheme-{name}", "url.invalid", base_url=base_url, **(given | more))


SCHEMES = (
    scheme("wss", "wss://relay.example/v1", "https://relay.example/v1", certificate="good", sdk=_PYTHON_ONLY),
    scheme("ftp", "ftp://relay.example/v1", "https://relay.example/v1", certificate="good"),
    scheme("grpc", "grpc://relay.example/v1", "https://relay.example/v1", certificate="good"),
    scheme("ws-local", "ws://127.0.0.1:{port}/v1", "http://127.0.0.1:", sdk=_PYTHON_ONLY, host=""),
    scheme("unix-socket", "http+unix://127.0.0.1:{port}/v1", "http://127.0.0.1:", host=""),
    scheme(
        "wss-for-node",
        "wss://relay.example/v1",
        "https://relay.example/v1",
        certificate="good",
        app="openai-node",
        sdk="the world is run with Python's client",
    ),
    Scenario(
        "way-scheme-wss-survives-in-python",
        None,
        base_url="wss://relay.example/v1",
        app="openai-sdk",
        certificate="good",
        also=("url.invalid",),
    ),
    Scenario("way-scheme-in-capitals", None, base_url=LOCAL.replace("http", "HTTP")),
)

# -- stand-in addresses of proxy programs with a TUN device ------------------------------------------------------------

OPENAI, RELAY_HOST = "https://api.openai.com/v1", "relay.example"


def fake(name: str, ip: str, fate: Kind | None, **more: Any) -> Scenario:
    """Make a world whose name resolves to a fake-IP address; ``fate`` is what happens when it is dialled."""
    host = RELAY_HOST if more.get("base_url", RELAY) != OPENAI else "api.openai.com"
    roads = Roads({host: (ip,)}, {ip: fate} if fate is not None else {})
    given: dict[str, Any] = {"never": ("dns.bogus_answer",), "says": (f"{host} → {ip}",), "roads": roads}
    return Scenario(f"way-fake-ip-{name}", "dns.fake_ip", **(given | more))


FAKE_ADDRESSES = (
    fake("off-at-a-known-door", "198.18.0.30", Kind.REFUSED, base_url=OPENAI, shape="openai", also=("tcp.refused",)),
    fake("off-silent", "198.19.3.4", Kind.TIMEOUT, limits=HASTY, also=("tcp.timeout",)),
    fake("off-unreachable", "198.18.255.1", Kind.UNREACHABLE, also=("tcp.unreachable",)),
    fake("off-ipv6", "fdfe:dcba:9876::12", Kind.UNREACHABLE, also=("tcp.unreachable",)),
    fake("node-cut", "198.18.0.31", None, connect=(ScriptEnd.READ, ScriptEnd.RESET), also=("tls.reset",)),
    fake(
        "node-closes",
        "198.18.0.32",
        None,
        connect=(ScriptEnd.CLOSE,),
        also=("tls.reset",),
        base_url=OPENAI,
        shape="openai",
    ),
    fake(
        "node-closes-plain-http",
        "198.18.0.33",
        None,
        base_url="http://relay.example/v1",
        send_anyway=True,
        connect=(ScriptEnd.READ, ScriptEnd.CLOSE),
        also=("http.closed",),
    ),
)

# -- what a SOCKS proxy replies ----------------------------------------------------------------------------------------

_REPLY = b"\0\1\x7f\0\0\1\0\0"  # the rest of a reply: the address that the proxy connected from


def socks(name: str, words: tuple[bytes, ...], said: str, title: str, **more: Any) -> Scenario:
    """Make a world behind a SOCKS5 proxy that answers each message of the client with the next of these."""
    given: dict[str, Any] = {
        "front": saying(*words),
        "proxies": (("all", "socks5://127.0.0.1:{front}"),),
        "also": ("proxy.socks_unsupported",),
        "never": ("proxy.invalid", "proxy.unreachable"),
        "says": (said, title),
    }
    return Scenario(f"way-socks-{name}", "proxy.refused", **(given | more))


_FAILED, _FORBIDS = "could not connect to relay.example", "refuses to connect to relay.example"
SOCKS = (
    socks("closed-like-ssh", (b"\5\0", b""), "closed the connection without a reply", _FAILED),
    socks("host-unreachable", (b"\5\0", b"\5\4" + _REPLY), "SOCKS5 reply 4: host unreachable", _FAILED),
    socks("connection-refused", (b"\5\0", b"\5\5" + _REPLY), "SOCKS5 reply 5: connection refused", _FAILED),
    socks("general-failure", (b"\5\0", b"\5\1" + _REPLY), "SOCKS5 reply 1: general failure", _FAILED),
    socks("forbidden-by-rule", (b"\5\0", b"\5\2" + _REPLY), "SOCKS5 reply 2: not allowed by its rules", _FORBIDS),
    socks(
        "closed-by-name-on-its-side",
        (b"\5\0", b""),
        "closed the connection without a reply",
        _FAILED,
        proxies=(("https", "socks5h://127.0.0.1:{front}"),),
    ),
    Scenario(
        "way-http-proxy-cannot-connect",
        "proxy.refused",
        proxy=lambda port: handlers.always(answers.as_html("<h1>503</h1>", 503, ("X-Squid-Error", "ERR_DNS_FAIL 0"))),
        says=("ERR_DNS_FAIL", _FAILED),
    ),
)

# -- a working proxy in front of a server of one's own -----------------------------------------------------------------


def forwarding(port: int, *, refuse_key: bool = False) -> Handler:
    """Return an HTTP proxy that carries requests for plain http on to ``port`` on loopback, as squid and Privoxy do."""

    def handler(request: Request) -> Answer:
        if request.method == "CONNECT" or not request.target.startswith("http://"):
            return answers.as_html("<h1>400</h1>", 400)
        parts = urlsplit(request.target)
        passed = [(name, value) for name, value in request.headers if name.lower() not in ("connection", "host")]
        back = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            back.request(request.method, target, request.body or None, {**dict(passed), "Host": parts.netloc})
            got = back.getresponse()
            kept = tuple((name, value) for name, value in got.getheaders() if name.lower() in _KEPT)
            return Reply(got.status, (*kept, ("Via", "1.1 practice")), got.read())
        finally:
            back.close()

    return handler


_KEPT = ("content-type", "www-authenticate", "location")
_WITHOUT_KEY = "the key goes to no proxy in the clear, so the answer is asked for directly"


def carried(name: str, root: str | None = None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": LOCAL, "proxy": forwarding, "proxies": (("http", "{proxy}"),)}
    return Scenario(f"way-proxy-carries-{name}", root, **(given | more))


CARRYING = (
    carried("local", also=("proxy.captures_local",), proven={"answer": True, "key": True}),
    carried(
        "private",
        also=("proxy.captures_local",),
        base_url="http://10.20.30.40/v1",
        roads=Roads(),
    ),
    carried(
        "name-of-a-private-host",
        also=("proxy.captures_local",),
        base_url="http://gpu.corp.example/v1",
        roads=Roads({"gpu.corp.example": ("10.20.30.40",)}),
    ),
    carried(
        "ollama",
        base_url="http://127.0.0.1:{port}",
        protocol="ollama",
        model=answers.LLAMAS[0],
        world=lambda key: b.ollama(),
        typed=lambda key: None,
    ),
    carried(
        "server-without-key",
        model=answers.LLAMAS[0],
        world=lambda key: b.ollama(),
        typed=lambda key: "ollama",
    ),
    carried(
        "anthropic",
        base_url="http://127.0.0.1:{port}",
        protocol="anthropic",
        model=answers.CLAUDES[0],
        world=b.anthropic,
        also=("proxy.captures_local",),
    ),
    carried(
        "only-by-proxy",
        base_url="http://10.20.30.40/v1",
        roads=Roads(fates={"10.20.30.40": Kind.REFUSED}),
        verdict="inconclusive",
        also=("proxy.captures_local",),
    ),
    carried("wrong-key", "auth.rejected", typed=lambda key: key[:-4] + "AAAA", also=("proxy.captures_local",)),
    carried("no-version", "url.version_missing", base_url="http://127.0.0.1:{port}"),
    carried("wrong-model", "model.not_found", model="gpt-9"),
)

# -- silence at a TLS hello --------------------------------------------------------------------------------------------

MUTE = (ScriptEnd.MUTE,)
HTTPS_LOCAL = LOCAL.replace("http:", "https:")
PLAIN: dict[str, Any] = {"certificate": "", "connect": MUTE, "proven": {"answer": True}}


SILENT = (
    Scenario("way-silent-plain-port", "tls.not_tls", base_url=HTTPS_LOCAL, says=(_FIXED.format("http://"),), **PLAIN),
    Scenario("way-silent-plain-port-in-a-hurry", "tls.not_tls", base_url=HTTPS_LOCAL, limits=HASTY, **PLAIN),
    Scenario(
        "way-silent-plain-port-of-a-private-host",
        "tls.not_tls",
        base_url="https://10.1.2.3:8000/v1",
        roads=Roads(),
        **PLAIN,
    ),
    Scenario("way-silent-plain-port-through-a-proxy", "tls.not_tls", proxy=b.proxy, certificate="", connect=MUTE),
    Scenario(
        "way-silent-and-no-version",
        "tls.not_tls",
        base_url=HTTPS_LOCAL.removesuffix("/v1"),
        settings={"base_url": "http://127.0.0.1:{port}/v1"},
        **PLAIN,
    ),
    Scenario(
        "way-silent-for-ever",
        "tls.reset",
        base_url=HTTPS_LOCAL,
        certificate="",
        connect=(ScriptEnd.STALL,),
        limits=HASTY,
        never=("tls.not_tls",),
    ),
    Scenario("way-slow-tls", None, connect=(Wait(2.3), ScriptEnd.KEEP)),
    Scenario(
        "way-nothing-behind-a-port",
        "tls.reset",
        base_url=HTTPS_LOCAL,
        certificate="",
        connect=(ScriptEnd.CLOSE,),
        says=("no server is behind the port", "cut off a plain HTTP request as well"),
    ),
)

# -- chains that a strict check refuses, and servers that want a certificate -------------------------------------------


def lax(lacks: str, *says: str, **more: Any) -> Scenario:
    given: dict[str, Any] = {"also": ("tls.strict",), "authority": ("Example Corp Root", "Example Corp", lacks)}
    given["sdk"] = "the SDK refuses it, as the warning says" if sys.version_info >= (3, 13) else AGREES
    return Scenario(f"way-strict-{more.pop('name', lacks)}", None, says=("Python 3.13", *says), **(given | more))


CERTIFICATES = (
    lax("key-usage", "lacks the key usage extension"),
    lax("subject-key", "lacks the subject key identifier"),
    lax("authority-key", "lacks the authority key identifier"),
    lax("critical-constraints", "are not marked critical"),
    lax("key-usage", name="named-python-app", app="openai-sdk-1"),
    lax("key-usage", name="through-a-proxy", proxy=b.proxy),
    Scenario(
        "way-strict-does-not-matter-to-node",
        None,
        app="openai-node",
        authority=("Example Corp Root", "Example Corp", "key-usage"),
        sdk=ON_NODE if sys.version_info >= (3, 13) else AGREES,
    ),
    Scenario("way-strict-sound", None, authority=("Example Corp Root", "Example Corp")),
    Scenario(
        "way-client-certificate-tls-1.2",
        "tls.client_certificate",
        mutual="TLSv1_2",
        also=("tls.handshake_failed",),
        says=("requires a client certificate", "with a made-up client certificate: "),
    ),
    Scenario("way-client-certificate-tls-1.3", "tls.client_certificate", mutual="TLSv1_3"),
    Scenario(
        "way-client-certificate-tls-1.2-claude",
        "tls.client_certificate",
        b.anthropic,
        "https://relay.example",
        protocol="anthropic",
        model=answers.CLAUDES[0],
        mutual="TLSv1_2",
        also=("tls.handshake_failed",),
    ),
    Scenario(
        "way-client-certificate-tls-1.2-through-a-proxy",
        "tls.client_certificate",
        mutual="TLSv1_2",
        proxy=b.proxy,
        also=("tls.handshake_failed",),
    ),
    Scenario(
        "way-client-certificate-alert-of-go",
        "tls.client_certificate",
        connect=(ScriptEnd.READ, ALERT + b"\x2a", ScriptEnd.CLOSE),
    ),
    Scenario(
        "way-client-certificate-page-of-iis",
        "tls.client_certificate",
        lambda key: handlers.always(answers.as_html("<title>403.7 - Client certificate required</title>", 403)),
    ),
)

# -- a flaw that the URL alone shows, whatever the first answer is -----------------------------------------------------

_INVALID_PROVIDER = {"status": "failure", "message": "Invalid provider"}
_NO_KEY_HERE = {"error": {"message": "Unauthorized", "type": "invalid_request_error", "code": None}}
FIRST_ANSWERS: dict[str, Reply] = {
    "400": answers.as_json(_INVALID_PROVIDER, 400),
    "401": answers.as_json(_NO_KEY_HERE, 401),
    "403": answers.as_json({"error": {"message": "Forbidden", "code": "forbidden"}}, 403),
    "405": answers.as_json({"detail": "Method Not Allowed"}, 405),
    "422": answers.as_json({"detail": [{"loc": ["body"], "msg": "Field required", "type": "missing"}]}, 422),
    "500": answers.as_text("Internal Server Error", 500),
    "502": answers.as_html("<h1>502 Bad Gateway</h1>", 502),
    "429": answers.as_json({"error": {"message": "Too many requests", "code": "rate_limit_exceeded"}}, 429),
    "200-page": answers.as_html("<title>Relay</title>"),
}
_SECOND = ("model.not_found", "auth.rejected", "auth.not_permitted", "http.server_error", "shape.not_llm_api")


def tolerant(sound: Handler) -> Handler:
    """Serve ``//`` in a path as ``/``, as nginx does."""
    return lambda request: sound(replace(request, target=request.target.replace("//", "/")))


def flawed(name: str, root: str, base_url: str, first: Reply, fixed: str, **more: Any) -> Scenario:
    """Make a world whose server answers every path but the right one with ``first``."""
    given: dict[str, Any] = {
        "world": lambda key: b.openai(key, elsewhere=first),
        "settings": {"base_url": fixed},
        "proven": {"answer": True},
        "never": _SECOND,
    }
    return Scenario(f"way-flaw-{name}", root, base_url=base_url, **(given | more))


URL_FLAWS = (
    *(
        flawed(f"endpoint-{name}", "url.endpoint_included", f"{RELAY}/chat/completions", first, RELAY)
        for name, first in FIRST_ANSWERS.items()
    ),
    *(
        flawed(
            f"doubled-{name}",
            "url.version_doubled",
            "https://relay.example/v1",
            first,
            "https://relay.example",
            protocol="anthropic",
            model=answers.CLAUDES[0],
            world=lambda key, first=first: b.anthropic(key, elsewhere=first),
        )
        for name, first in FIRST_ANSWERS.items()
        if name in ("400", "401", "403", "500")
    ),
    flawed("slashes-400", "url.double_slash", "https://relay.example//v1", FIRST_ANSWERS["400"], RELAY),
    flawed("query-403", "url.path_wrong", f"{RELAY}?x=1", FIRST_ANSWERS["403"], RELAY),
    Scenario(
        "way-flaw-slashes-that-do-not-matter",
        "auth.rejected",
        lambda key: tolerant(b.openai(key)),
        "https://relay.example//v1",
        typed=lambda key: key[:-4] + "AAAA",
        also=("url.double_slash",),
    ),
    flawed(
        "endpoint-and-wrong-key",
        "url.endpoint_included",
        f"{RELAY}/chat/completions",
        FIRST_ANSWERS["401"],
        RELAY,
        typed=lambda key: key[:-4] + "AAAA",
        also=("auth.rejected",),
        never=(),
        proven={"answer": False},
        settings=None,
    ),
)

# -- what the server says of another model than the user's -------------------------------------------------------------

_MINE, _NEAR = "gpt-4o-mni", "gpt-4o-mini"


def nearby(answer: Reply | None, elsewhere: handlers.What = "openai-404") -> Callable[[str], Handler]:
    """Make a relay without the user's model whose nearest one is answered with ``answer`` (None: soundly)."""

    def make(key: str) -> Handler:
        sound = b.openai(key, models=(_NEAR,), elsewhere=elsewhere)

        def handler(request: Request) -> Answer:
            if answer is not None and request.json().get("model") == _NEAR and request.path.endswith("completions"):
                return answer
            return sound(request)

        return handler

    return make


def other_model(name: str, answer: Reply | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"model": _MINE, "says": (_MINE,), "never": ("quota.exhausted", "auth.not_permitted")}
    return Scenario(f"way-other-model-{name}", "model.not_found", nearby(answer), **(given | more))


_SPENT = answers.as_json({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, 429)
_BARRED = answers.as_json({"error": {"message": f"No access to model {_NEAR}", "code": "model_not_allowed"}}, 403)
OTHER_MODELS = (
    other_model("has-no-quota", _SPENT),
    other_model("is-not-permitted", _BARRED),
    other_model("breaks-down", answers.as_json({"error": {"message": "upstream failed"}}, 500)),
    other_model("works", None, settings={"model": _NEAR}),
    Scenario(
        "way-other-model-works-behind-a-flaw",
        "url.endpoint_included",
        nearby(None, FIRST_ANSWERS["400"]),
        f"{RELAY}/chat/completions",
        model=_MINE,
        also=("model.not_found",),
        settings={"model": _NEAR, "base_url": RELAY},
    ),
)

SCENARIOS: tuple[Scenario, ...] = (
    *SCHEMES,
    *FAKE_ADDRESSES,
    *SOCKS,
    *CARRYING,
    *SILENT,
    *CERTIFICATES,
    *URL_FLAWS,
    *OTHER_MODELS,
)
