"""A machine's network with real faults: its resolver, its routes, its firewall, in a Linux namespace for each world.

dnsmasq serves the names, the addresses are set on interfaces that lead nowhere, and nftables is the firewall. The tests
are skipped if the machine allows no namespaces. All addresses are from RFC 5737 and RFC 3849.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers

pytestmark = pytest.mark.real
MODEL = answers.MODELS[0]
_HERE = Path(__file__).parent

V4, V6, SILENT4, SILENT6 = "203.0.113.10", "2001:db8::10", "198.51.100.9", "2001:db8:1::9"
HERE4, HERE6 = f"ip addr add {V4}/32 dev lo", f"ip -6 addr add {V6}/128 dev lo nodad"
# A virtual cable with nobody at its other end: packets to the silent addresses are never answered.
_CABLE = "ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up"
_LLADDR = "lladdr 02:00:00:00:00:09 dev v0"
NOWHERE = (
    f"{_CABLE} && ip addr add 198.51.100.1/24 dev v0 && ip neigh add {SILENT4} {_LLADDR}"
    f" && ip -6 addr add 2001:db8:1::1/64 dev v0 nodad && ip -6 neigh add {SILENT6} {_LLADDR}"
)
FIREWALL = (
    "nft add table inet f && nft add chain inet f in '{{ type filter hook input priority 0; }}'"
    f" && nft add rule inet f in ip daddr {V4} tcp dport 443 {{rule}}"
)


@dataclass(frozen=True)
class World:
    """One world: ``names`` are dnsmasq's options, ``servers`` the contents of resolv.conf, ``doors`` the addresses at
    which a working door listens. ``cause`` is the root cause, ``also`` another finding that must be reported.
    """

    name: str
    cause: str | None = None
    links: tuple[str, ...] = (HERE4,)
    names: tuple[str, ...] = (f"--address=/relay.example/{V4}",)
    servers: tuple[str, ...] = ("127.0.0.1",)
    doors: tuple[str, ...] = (V4,)
    host: str = "relay.example"
    also: str = ""


def _firewalled(name: str, rule: str, cause: str | None, **more: Any) -> World:
    return World(f"firewall: {name}", cause, (HERE4, FIREWALL.format(rule=rule)), **more)


def _both(name: str, *links: str, v6: str = V6, cause: str | None = None, **more: Any) -> World:
    names = (f"--address=/relay.example/{v6}", f"--address=/relay.example/{V4}")
    return World(f"ipv6 {name}", cause, (HERE4, *links), names, also="" if cause else "tcp.ipv6_broken", **more)


_FAR = f"--server={SILENT4}"

WORLDS = (
    World("sound"),
    World("sound over ipv6", None, (HERE6,), (f"--address=/relay.example/{V6}",), doors=(V6,)),
    # -- names
    World("no such name", "dns.not_found", names=("--address=/relay.example/",)),
    World("a name without an address", "dns.not_found", names=("--txt-record=relay.example,x", "--local=/example/")),
    World("name server refuses", "dns.failed", names=()),
    World("name server waits for another", "dns.failed", (HERE4, NOWHERE), (_FAR,)),
    World("name server is silent", "dns.failed", (HERE4, NOWHERE), servers=(SILENT4,)),
    World("nobody at the name server", "dns.failed", servers=("127.0.0.99",)),
    World("no route to the name server", "dns.failed", servers=("192.0.2.53",)),
    World("the first of two name servers is silent", None, (HERE4, NOWHERE), servers=(SILENT4, "127.0.0.1")),
    World("false address", "dns.bogus_answer", names=("--address=/api.openai.com/127.0.0.1",), host="api.openai.com"),
    World(
        "fake address with nothing behind it",
        "dns.fake_ip",
        ("ip route add unreachable 198.18.0.0/15",),
        ("--address=/api.openai.com/198.18.0.5",),
        doors=(),
        host="api.openai.com",
    ),
    # -- addresses
    World("nobody listens", "tcp.refused", doors=()),
    World("silence", "tcp.timeout", (NOWHERE,), (f"--address=/relay.example/{SILENT4}",), doors=()),
    World("no network", "tcp.unreachable", (), doors=()),
    World("no route", "tcp.unreachable", (f"ip route add unreachable {V4}",), doors=()),
    World("forbidden by a route", "tcp.unreachable", (f"ip route add prohibit {V4}",), doors=()),
    World(
        "the first of two addresses refuses",
        None,
        (HERE4, "ip addr add 203.0.113.11/32 dev lo"),
        ("--host-record=relay.example,203.0.113.11", f"--host-record=relay.example,{V4}"),
    ),
    # -- ipv6 next to ipv4
    _both("silent", NOWHERE, v6=SILENT6),
    _both("refused", HERE6),
    # The system's resolver then lists the reachable address first, so nobody meets the other.
    World(
        "ipv6 without a route",
        None,
        (HERE4, "ip -6 route add unreachable 2001:db8::/32"),
        (f"--address=/relay.example/{V6}", f"--address=/relay.example/{V4}"),
    ),
    _both("and both refused", HERE6, cause="tcp.refused", doors=()),
    # -- firewalls
    _firewalled("drops", "drop", "tcp.timeout"),
    _firewalled("resets", "reject with tcp reset", "tcp.refused"),
    _firewalled("says port unreachable", "reject with icmpx type port-unreachable", "tcp.refused"),
    _firewalled("says prohibited", "reject with icmpx type admin-prohibited", "tcp.unreachable"),
    _firewalled("cuts long packets", "meta length gt 300 reject with tcp reset", "tls.reset"),
    _firewalled("loses long packets", "meta length gt 300 drop", "tls.reset"),
)


@pytest.fixture(scope="module")
def tools(installed: Callable[[str, str], str]) -> dict[str, str]:
    if subprocess.run(["unshare", "-nm", "true"], capture_output=True).returncode:
        pytest.skip("no namespaces here: unshare -nm is not allowed")
    packages = {"dnsmasq": "dnsmasq-base", "ip": "iproute2", "nft": "nftables"}
    return {name: installed(name, package) for name, package in packages.items()}


@pytest.fixture(scope="module")
def outcomes(tools: dict[str, str], key: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the report of each world and how the SDK fared."""
    folder = tmp_path_factory.mktemp("worlds")
    quiet = ("--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=", "--group=")
    jobs = []
    for number, world in enumerate(WORLDS):
        resolv = folder / f"resolv-{number}.conf"
        servers = "".join(f"nameserver {one}\n" for one in world.servers)
        resolv.write_text(f"{servers}options timeout:1 attempts:1\n")
        names = ("--bind-interfaces", "--listen-address=127.0.0.1", *world.names)
        jobs.append(
            {
                "name": world.name,
                "links": world.links,
                "resolv": str(resolv),
                "dnsmasq": [tools["dnsmasq"], *quiet, *names],
                "doors": world.doors,
                "url": f"https://{world.host}/v1",
                "key": key,
                "model": MODEL,
            }
        )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SSL_CERT", "PYTHONPATH"))}
    done = subprocess.run(
        [sys.executable, str(_HERE / "inside.py")],
        input=json.dumps(jobs),
        capture_output=True,
        encoding="utf-8",
        env={**clean, "PYTHONPATH": str(_HERE.parent.parent), "PATH": f"{clean['PATH']}:/usr/sbin:/sbin"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_it_is_reported_and_the_sdk_agrees(world: World, outcomes: dict[str, Any]) -> None:
    report, fails = outcomes[world.name]["report"], outcomes[world.name]["fails"]
    codes = {one["code"]: one["severity"] for one in report["findings"]}
    how = f"{report['verdict']}, {codes}; the SDK {fails or 'is content'}"
    assert report["root_cause"] == world.cause, how
    assert not world.also or world.also in codes, how
    assert (report["verdict"] == "broken") is bool(fails), how
