"""The table of worlds of the network: proxies, names, addresses, certificates. ``table.py`` joins it with the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import JoinTo, Reply, ScriptEnd, Step
from probes.model.failure import Kind
from probes.model.settings import NodeSettings
from worlds.stage import HASTY, LOCAL, RELAY, Roads, Scenario

OPENAI = "https://api.openai.com/v1"
CLAUDE = answers.CLAUDES[0]
ON_NODE = "the SDK that is asked here runs on Python; Node's are asked in tests/real"
REFUSED = Kind.REFUSED

# -- proxies -----------------------------------------------------------------------------------------------------------

_AT = b"\0\1" + b"\x7f\0\0\1" + b"\0\0"  # the address that a SOCKS5 server claims to have connected from


def socks5(port: int) -> tuple[Step, ...]:
    """Return the script of a SOCKS5 server without a password, whose every connection leads to ``port`` on loopback."""
    return (ScriptEnd.READ, b"\5\0", ScriptEnd.READ, b"\5\0" + _AT, JoinTo("127.0.0.1", port))


def socks4(port: int) -> tuple[Step, ...]:
    return (ScriptEnd.READ, b"\0\x5a" + bytes(6), JoinTo("127.0.0.1", port))


def locked(port: int) -> tuple[Step, ...]:
    """Return the script of a SOCKS5 server that accepts any password."""
    return (ScriptEnd.READ, b"\5\2", ScriptEnd.READ, b"\1\0", ScriptEnd.READ, b"\5\0" + _AT, JoinTo("127.0.0.1", port))


def saying(*words: bytes) -> Callable[[int], tuple[Step, ...]]:
    """Return the script of a server that answers each read with the next of these texts, and then closes."""
    steps: list[Step] = []
    for word in words:
        steps += (ScriptEnd.READ, word)
    return lambda port: (*steps, ScriptEnd.CLOSE)


SOCKS = (
    Scenario(
        "wire-socks",
        front=socks5,
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
        proven={"key": True, "stream": True},
    ),
    Scenario(
        "wire-socks-remote-names",
        front=socks5,
        proxies=(("https", "socks5h://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-upper-case",
        front=socks5,
        proxies=(("https", "SOCKS5://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-password",
        front=locked,
        proxies=(("all", "socks5://user:p%40ss@127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-passed-by",
        base_url=LOCAL,
        proxies=(("all", "socks5://127.0.0.1:{closed}"), ("no_proxy", "127.0.0.1")),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-in-another-variable",
        proxy=b.proxy,
        proxies=(("https", "{proxy}"), ("all", "socks5://127.0.0.1:{closed}")),
        also=("proxy.socks_unsupported",),
    ),
    Scenario("wire-socks-emptied-by-star", base_url=LOCAL, proxies=(("all", "socks5://h:1"), ("no_proxy", "*"))),
    Scenario(
        "wire-socks-wants-password",
        "proxy.auth_required",
        front=saying(b"\5\xff"),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-refuses-password",
        "proxy.auth_required",
        front=saying(b"\5\2", b"\1\1"),
        proxies=(("all", "socks5://user:wrong@127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-not-by-its-rules",
        "proxy.refused",
        front=saying(b"\5\0", b"\5\2" + _AT),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-cannot-reach",
        "proxy.refused",
        front=saying(b"\5\0", b"\5\4"),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario(
        "wire-socks-silent",
        "proxy.socks_unsupported",
        front=lambda port: (ScriptEnd.STALL,),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        limits=HASTY,
    ),
    Scenario(
        "wire-socks-scheme-of-desktops",
        "proxy.invalid",
        front=socks5,
        proxies=(("all", "socks://127.0.0.1:{front}"),),
        proven={"answer": True},
    ),
    Scenario(
        "wire-socks4",
        "proxy.invalid",
        front=socks4,
        proxies=(("all", "socks4://127.0.0.1:{front}"),),
        proven={"answer": True},
    ),
    Scenario(
        "wire-socks4-refuses",
        "proxy.invalid",
        front=saying(b"\0\x5b" + bytes(6)),
        proxies=(("all", "socks4://127.0.0.1:{front}"),),
    ),
    Scenario(
        "wire-http-port-as-socks",
        "proxy.invalid",
        proxy=b.proxy,
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        never=("proxy.unreachable", "proxy.refused"),
        proven={"answer": True},
    ),
    Scenario(
        "wire-socks-to-a-private-host",
        "proxy.captures_local",
        base_url=LOCAL,
        front=saying(b"\5\0", b"\5\2" + _AT),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
    ),
)

PROXIES = (
    Scenario(
        "wire-proxy-https-to-a-plain-one",
        "proxy.invalid",
        proxy=b.proxy,
        proxies=(("https", "https://127.0.0.1:{front}"),),
        proven={"answer": True},
    ),
    Scenario(
        "wire-proxy-line-end-mended",
        "proxy.invalid",
        proxy=b.proxy,
        proxies=(("https", "http://127.0.0.1:{front}\n"),),
        proven={"answer": True},
    ),
    Scenario(
        "wire-proxy-silent",
        "proxy.refused",
        front=lambda port: (ScriptEnd.STALL,),
        proxies=(("https", "http://127.0.0.1:{front}"),),
        limits=HASTY,
    ),
    Scenario(
        "wire-proxy-wants-ntlm",
        "proxy.auth_required",
        proxy=lambda port: handlers.always(answers.as_html("<h1>407</h1>", 407, ("Proxy-Authenticate", "NTLM"))),
    ),
    Scenario(
        "wire-proxy-is-a-relay",
        "proxy.invalid",
        base_url=OPENAI,
        shape="openai",
        proxy=lambda port: b.openai(""),
        source="ollama-9141-base-as-proxy",
    ),
    Scenario(
        "wire-proxy-bad-gateway",
        "proxy.refused",
        proxy=lambda port: handlers.always(answers.as_html("<h1>502</h1>", 502)),
    ),
    Scenario(
        "wire-proxy-unheeded-by-node",
        proxy=b.proxy,
        app="openai-node",
        also=("proxy.ignored",),
        source="fastagent-474-node-proxy",
    ),
    Scenario(
        "wire-proxy-down-unheeded-by-node",
        base_url=LOCAL,
        app="openai-node",
        proxies=(("http", "http://127.0.0.1:{closed}"), ("all", "socks5://127.0.0.1:{closed}")),
        also=("proxy.ignored",),
        proven={"answer": True, "stream": True},
        sdk=ON_NODE,
    ),
    Scenario(
        "wire-proxy-of-no-scheme-unheeded-by-node",
        base_url=LOCAL,
        app="openai-node",
        proxies=(("http", "foo://127.0.0.1:1"),),
        also=("proxy.ignored",),
        sdk=ON_NODE,
    ),
    Scenario(
        "wire-proxy-heeded-by-node",
        proxy=b.proxy,
        app="openai-node",
        node=NodeSettings(env_proxy=True),
        proven={"answer": True},
    ),
    Scenario(
        "wire-proxy-without-scheme-kills-node",
        "proxy.invalid",
        app="openai-node",
        node=NodeSettings(env_proxy=True),
        proxy=b.proxy,
        proxies=(("https", "127.0.0.1:{front}"),),
        proven={"answer": True},
        sdk=ON_NODE,
    ),
    Scenario(
        "wire-proxy-for-all-unheeded-by-node",
        base_url=LOCAL,
        app="openai-node",
        node=NodeSettings(env_proxy=True),
        proxies=(("all", "http://127.0.0.1:{closed}"),),
        sdk=ON_NODE,
    ),
    Scenario(
        "wire-no-proxy-with-a-dot",
        "proxy.captures_local",
        base_url="http://localhost:{port}/v1",
        proxies=(("http", "http://127.0.0.1:{closed}"), ("no_proxy", ".localhost")),
    ),
    Scenario(
        "wire-proxy-takes-a-local-tunnel",
        "proxy.captures_local",
        base_url="https://127.0.0.1:{port}/v1",
        proxy=lambda port: b.proxy(port, refused="squid-403"),
    ),
)

# -- names -------------------------------------------------------------------------------------------------------------

_HOST, _V4, _V6 = "relay.example", "203.0.113.10", "2001:db8::10"


def asked(said: Kind | tuple[str, ...], **servers: str) -> Roads:
    """Return the system's answer for the relay, and what its name servers say one by one."""
    return Roads({_HOST: said}, servers={f"192.0.2.{n}": word for n, word in enumerate(servers.values(), 53)})


NAMES = (
    Scenario("wire-dns-servfail", "dns.failed", roads=asked(Kind.NAME_FAILED, one="servfail")),
    Scenario("wire-dns-refused", "dns.failed", roads=asked(Kind.NAME_FAILED, one="refused")),
    Scenario("wire-dns-no-answer", "dns.failed", roads=asked(Kind.NAME_FAILED, one="silent", two="silent")),
    Scenario("wire-dns-no-server", "dns.failed", roads=asked(Kind.NAME_FAILED, one="unreachable")),
    Scenario("wire-dns-odd-code", "dns.failed", roads=asked(Kind.NAME_FAILED, one="notimp")),
    Scenario("wire-dns-works-by-now", "dns.failed", roads=asked(Kind.NAME_FAILED, one="addresses")),
    Scenario("wire-dns-no-name-after-all", "dns.not_found", roads=asked(Kind.NAME_FAILED, one="silent", two="no_name")),
    Scenario("wire-dns-no-address", "dns.not_found", roads=asked(Kind.NAME_FAILED, one="no_address")),
    Scenario("wire-dns-system-hangs", "dns.failed", roads=asked(Kind.TIMEOUT, one="silent"), limits=HASTY),
    Scenario("wire-dns-hangs-servers-know", "dns.not_found", roads=asked(Kind.TIMEOUT, one="no_name"), limits=HASTY),
    Scenario(
        "wire-dns-known-elsewhere", "dns.not_found", roads=Roads({_HOST: Kind.NAME_UNKNOWN}, others={"1.1.1.1": (_V4,)})
    ),
    Scenario("wire-dns-unknown-elsewhere", "dns.not_found", roads=Roads(others={"1.1.1.1": ()})),
    Scenario("wire-dns-same-elsewhere", roads=Roads({_HOST: (_V4,)}, others={"1.1.1.1": (_V4, _V6)})),
    Scenario("wire-dns-differs-elsewhere", roads=Roads({_HOST: (_V4,)}, others={"1.1.1.1": ("203.0.113.99",)})),
    Scenario(
        "wire-dns-poisoned",
        "dns.bogus_answer",
        base_url=OPENAI,
        shape="openai",
        roads=Roads({"api.openai.com": ("127.0.0.2",)}, {"127.0.0.2": Kind.REFUSED}, others={"1.1.1.1": (_V4,)}),
    ),
    Scenario(
        "wire-dns-docker-host",
        "dns.not_found",
        base_url="http://host.docker.internal:11434/v1",
        roads=Roads(),
        source="openwebui-7189-host-docker-internal",
    ),
    Scenario("wire-dns-fake-ip6", roads=Roads({_HOST: ("fc00::2",)}), verdict="healthy", also=("dns.fake_ip",)),
    Scenario(
        "wire-dns-both-families",
        roads=Roads({_HOST: (_V6, _V4)}),
        proven={"reachable": True},
    ),
)

# -- addresses ---------------------------------------------------------------------------------------------------------

ADDRESSES = (
    Scenario(
        "wire-tcp-all-refused", "tcp.refused", roads=Roads({_HOST: (_V6, _V4)}, dict.fromkeys((_V6, _V4), REFUSED))
    ),
    Scenario(
        "wire-tcp-refused-then-silent",
        "tcp.refused",
        roads=Roads({_HOST: (_V6, _V4)}, {_V6: REFUSED, _V4: Kind.TIMEOUT}),
        limits=HASTY,
    ),
    Scenario("wire-tcp-not-allowed", "tcp.unreachable", roads=Roads({_HOST: (_V4,)}, {_V4: Kind.DENIED})),
    Scenario(
        "wire-tcp-ipv6-reset",
        roads=Roads({_HOST: (_V6, _V4)}, {_V6: Kind.RESET}),
        also=("tcp.ipv6_broken",),
    ),
    Scenario("wire-tcp-second-address", roads=Roads({_HOST: (_V4, "203.0.113.11")}, {_V4: REFUSED})),
    Scenario(
        "wire-tcp-localhost-in-a-container",
        "tcp.refused",
        base_url="http://localhost:11434/v1",
        roads=Roads({"localhost": ("127.0.0.1",)}, {"127.0.0.1": REFUSED}),
        source="openwebui-5093-compose-loopback",
    ),
)

# -- certificates ------------------------------------------------------------------------------------------------------


def dated(days: float) -> Callable[[str], b.Handler]:
    """Make a server whose clock is this many days ahead."""
    there = formatdate(time.time() + days * 86400, usegmt=True)
    return lambda key: handlers.always(Reply(404, (("Date", there),)))


def opened(name: str, issuer: str, organization: str, **more: Any) -> Scenario:
    """Make a world with an official door behind something that intercepts its TLS connections."""
    given: dict[str, Any] = {"base_url": OPENAI, "shape": "openai", "trusted": False} | more
    return Scenario(f"wire-tls-{name}", "tls.intercepted", authority=(issuer, organization), **given)


ALERT = b"\x15\x03\x03\x00\x02\x02"  # a fatal TLS alert without its number (RFC 8446, section 6)

CERTIFICATES = (
    Scenario(
        "wire-tls-name-not-served",
        "tls.handshake_failed",
        connect=(ScriptEnd.READ, ALERT + b"\x70", ScriptEnd.CLOSE),
        never=("tls.untrusted_issuer",),
    ),
    Scenario(
        "wire-tls-wants-a-certificate",
        "tls.client_certificate",
        connect=(ScriptEnd.READ, ALERT + b"\x74", ScriptEnd.CLOSE),
    ),
    Scenario(
        "wire-tls-root-in-a-file-that-node-ignores",
        "tls.untrusted_issuer",
        app="openai-node",
        roots="SSL_CERT_FILE",
        proven={"answer": True},
        sdk=ON_NODE,
    ),
    Scenario(
        "wire-tls-self-signed-in-a-file-that-node-ignores",
        "tls.self_signed",
        base_url="https://relay.example",
        certificate="self-signed",
        app="anthropic-node",
        protocol="anthropic",
        model=CLAUDE,
        world=b.anthropic,
    ),
    Scenario("wire-tls-no-file-of-roots", "tls.untrusted_issuer", roots="/nowhere/roots.pem"),
    Scenario(
        "wire-tls-no-file-of-roots-on-plain-http",
        "tls.untrusted_issuer",
        base_url=LOCAL,
        roots="/nowhere/roots.pem",
        proven={"answer": True},
    ),
    Scenario("wire-tls-clock-behind", "tls.clock_wrong", dated(10), certificate="not-yet-valid"),
    Scenario("wire-tls-clock-ahead", "tls.clock_wrong", dated(-30), certificate="expired"),
    Scenario("wire-tls-clock-same", "tls.expired", dated(0), certificate="expired"),
    Scenario("wire-tls-clock-nonsense", "tls.expired", dated(4000), certificate="expired"),
    opened("netskope", "goskope.com", "Netskope Inc."),
    opened("fortigate", "FGT60E", "Fortinet Ltd."),
    opened("sangfor", "深信服安全网关", "SANGFOR"),
    opened("fiddler", "DO_NOT_TRUST_FiddlerRoot", "DO_NOT_TRUST"),
    opened("avast", "Avast Web/Mail Shield Root", "Avast"),
    opened("securly", "*.securly.com", "Securly"),
    opened("mitmproxy-at-a-relay", "mitmproxy", "mitmproxy", base_url=RELAY, shape="relay"),
    opened("through-a-proxy", "Zscaler Root CA", "Zscaler Inc.", proxy=b.proxy),
    Scenario(
        "wire-tls-untrusted-through-a-proxy",
        "tls.untrusted_issuer",
        authority=("Example Corp Root", "Example Corp"),
        trusted=False,
        proxy=b.proxy,
    ),
    Scenario("wire-tls-expired-through-a-proxy", "tls.expired", certificate="expired", proxy=b.proxy),
    Scenario(
        "wire-tls-no-intermediate-through-socks",
        "tls.incomplete_chain",
        certificate="no-intermediate",
        front=socks5,
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.socks_unsupported",),
    ),
    Scenario("wire-tls-plain-through-a-proxy", "tls.not_tls", certificate="", proxy=b.proxy),
    Scenario("wire-tls-cut-through-a-proxy", "tls.reset", proxy=b.proxy, connect=(ScriptEnd.READ, ScriptEnd.RESET)),
)

SCENARIOS: tuple[Scenario, ...] = (*SOCKS, *PROXIES, *NAMES, *ADDRESSES, *CERTIFICATES)
