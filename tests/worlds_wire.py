"""The table of worlds of the wire: proxies, names, addresses, certificates. Joined to the one of ``worlds.py``."""

from __future__ import annotations

from collections.abc import Callable

from faults.stage import HASTY, LOCAL, Scenario

from probes.practice import behaviours as b
from probes.practice.server import Step, Then, Tunnel

OPENAI = "https://api.openai.com/v1"

# -- proxies -----------------------------------------------------------------------------------------------------------

_AT = b"\0\1" + b"\x7f\0\0\1" + b"\0\0"  # the address at which a SOCKS5 server says that it went on


def socks5(port: int) -> tuple[Step, ...]:
    """A SOCKS5 server without a password, whose every connection leads to ``port`` on loopback."""
    return (Then.READ, b"\5\0", Then.READ, b"\5\0" + _AT, Tunnel("127.0.0.1", port))


def socks4(port: int) -> tuple[Step, ...]:
    return (Then.READ, b"\0\x5a" + bytes(6), Tunnel("127.0.0.1", port))


def locked(port: int) -> tuple[Step, ...]:
    """A SOCKS5 server that takes a password, whichever it is."""
    return (Then.READ, b"\5\2", Then.READ, b"\1\0", Then.READ, b"\5\0" + _AT, Tunnel("127.0.0.1", port))


def saying(*words: bytes) -> Callable[[int], tuple[Step, ...]]:
    """A server that answers whatever it hears with the next of these, and then closes."""
    steps: list[Step] = []
    for word in words:
        steps += (Then.READ, word)
    return lambda port: (*steps, Then.CLOSE)


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
        "proxy.socks_unsupported",
        front=saying(b"\5\xff"),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.auth_required",),
    ),
    Scenario(
        "wire-socks-refuses-password",
        "proxy.socks_unsupported",
        front=saying(b"\5\2", b"\1\1"),
        proxies=(("all", "socks5://user:wrong@127.0.0.1:{front}"),),
        also=("proxy.auth_required",),
    ),
    Scenario(
        "wire-socks-not-by-its-rules",
        "proxy.socks_unsupported",
        front=saying(b"\5\0", b"\5\2" + _AT),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.refused",),
    ),
    Scenario(
        "wire-socks-cannot-reach",
        "proxy.socks_unsupported",
        front=saying(b"\5\0", b"\5\4"),
        proxies=(("all", "socks5://127.0.0.1:{front}"),),
        also=("proxy.refused",),
    ),
    Scenario(
        "wire-socks-silent",
        "proxy.socks_unsupported",
        front=lambda port: (Then.STALL,),
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
        front=lambda port: (Then.STALL,),
        proxies=(("https", "http://127.0.0.1:{front}"),),
        limits=HASTY,
    ),
    Scenario(
        "wire-proxy-wants-ntlm",
        "proxy.auth_required",
        proxy=lambda port: b.always(b.as_html("<h1>407</h1>", 407, ("Proxy-Authenticate", "NTLM"))),
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
        proxy=lambda port: b.always(b.as_html("<h1>502</h1>", 502)),
    ),
    Scenario(
        "wire-proxy-unheeded-by-node",
        proxy=b.proxy,
        app="openai-node",
        also=("proxy.ignored",),
        source="fastagent-474-node-proxy",
    ),
    Scenario(
        "wire-proxy-takes-a-local-tunnel",
        "proxy.captures_local",
        base_url="https://127.0.0.1:{port}/v1",
        proxy=lambda port: b.proxy(port, refused="squid-403"),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*SOCKS, *PROXIES)
