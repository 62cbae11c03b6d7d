"""dns.* and tcp.*: whether the host is found and reached."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from diagnose.evidence.lines import told
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.model.facts import TcpFacts
from probes.model.failure import Kind

# Handed out by TUN proxies in place of the real address: Clash and sing-box for IPv4, sing-box and mihomo for IPv6.
FAKE_IP = tuple(map(ip_network, ("198.18.0.0/15", "fc00::/18", "fdfe:dcba:9876::/64")))
_DOCKER = ("host.docker.internal", "gateway.docker.internal", "host.containers.internal")


def _not_found(view: View) -> Claim | None:
    found = view.failed("dns", Kind.NAME_UNKNOWN)
    if found is None:
        return None
    name = _looked_up(view)
    lines = [seen("of", name=name, note=told(found)), *_said_by(view)]
    known = (
        view.door is not None
        and view.door.match.id is not None
        and view.door.host.name == name
        and not view.door.host.local
    )
    if known:
        lines.append(seen("known_name"))
    elsewhere = [one.server for one in (view.dns.others if view.dns else ()) if one.addresses]
    case = "docker_host" if name in _DOCKER else "known_elsewhere" if elsewhere else ""
    return Claim(
        tuple(lines),
        values={"address": elsewhere[0] if elsewhere else name},
        side="network" if known or elsewhere else "machine" if case else "",
        case=case,
    )


def _dns_failed(view: View) -> Claim | None:
    found = view.failed("dns", Kind.NAME_FAILED, Kind.TIMEOUT, Kind.OTHER)
    if found is None:
        return None
    asked = view.dns.configured if view.dns else ()
    said = {one.said for one in asked}
    case = ""
    if said:
        silent = said <= {"silent", "unreachable"}
        case = "silent" if silent else next((one for one in ("servfail", "refused") if one in said), "")
    return Claim(
        (seen("of", name=_looked_up(view), note=told(found)), *_said_by(view)),
        values={"address": ", ".join(one.server for one in asked)},
        case=case,
    )


# What a name server can say that has words here; other RCODEs stand as they are.
SAID = ("no_name", "no_address", "servfail", "refused", "silent", "unreachable")


def _said_by(view: View) -> list[Seen]:
    """What each name server said that was asked by itself."""
    if view.dns is None:
        return []
    return [
        seen("server", address=one.server, note=", ".join(found.ip for found in one.addresses) or _said(one.said))
        for one in (*view.dns.configured, *view.dns.others)
    ]


def _said(word: str) -> str | Seen:
    return seen(f"dns_{word}") if word in SAID else word.upper()


def _looked_up(view: View) -> str:
    return next((one.name for one in view.observations("dns") if one.name), "")


def _addresses(view: View) -> list[str]:
    return [one.ip for one in view.dns.addresses] if view.dns else []


def _bogus(view: View) -> Claim | None:
    door = view.door
    if door is None or door.match.id is None or door.host.local or (view.tcp is not None and view.tcp.via_proxy):
        return None
    names = view.certificate.names if view.certificate is not None else ()
    looked_up = view.dns is not None and view.failed("tls", Kind.TLS_HOSTNAME) is not None
    if looked_up and names and not _kin(door.host.name, names):
        lines = (seen("certificate_for", names=", ".join(names[:3])), *_said_by(view))
        return Claim(lines, values={"names": ", ".join(names[:3])})
    odd = []
    for raw in _addresses(view):
        address = ip_address(raw.partition("%")[0])
        if _is_fake(raw):
            if view.failure("tcp") is not None:
                odd.append(raw)
        elif address.is_loopback or address.is_private or address.is_reserved or address.is_unspecified:
            odd.append(raw)
    if not odd or view.works:
        return None
    return Claim((f"{door.host.name} → {', '.join(odd)}", *_said_by(view)), values={"address": ", ".join(odd)})


def _kin(host: str, names: tuple[str, ...]) -> bool:
    """Whether any of the names is of the same registered domain, as far as the last two labels tell."""
    tail = ".".join(host.split(".")[-2:])
    return any(name == tail or name.endswith("." + tail) for name in names)


def _is_fake(raw: str) -> bool:
    address = ip_address(raw.partition("%")[0])
    return any(address in network for network in FAKE_IP)


def _fake_ip(view: View) -> Claim | None:
    fake = [one for one in _addresses(view) if _is_fake(one)]
    if not fake or view.failure("tcp") is not None:
        return None
    return Claim((", ".join(fake),), values={"address": ", ".join(fake)})


def inside(view: View, facts: TcpFacts | None) -> str:
    """The case of a loopback address that is not the one that was meant: within a container, or within WSL."""
    here = facts is not None and facts.dials and all(_is_loopback(dial.address.ip) for dial in facts.dials)
    seen = view.evidence.vantage
    return "" if not here else "container" if seen.container else "wsl" if seen.wsl else ""


def _is_loopback(raw: str) -> bool:
    return ip_address(raw.partition("%")[0]).is_loopback


def _dialled(*kinds: Kind) -> Callable[[View], Claim | None]:
    refused = Kind.REFUSED in kinds

    def when(view: View) -> Claim | None:
        facts = view.tcp
        found = view.failed("tcp", *kinds)
        if found is None or (facts is not None and facts.via_proxy):
            return None
        lines = tuple(_dial_lines(facts)) or (told(found),)
        port = str(facts.port) if facts else ""
        address = facts.dials[0].address.ip if facts and facts.dials else ""
        return Claim(lines, values={"address": address, "port": port}, case=inside(view, facts) if refused else "")

    return when


def _dial_lines(facts: TcpFacts | None) -> list[Seen]:
    if facts is None:
        return []
    return [
        seen(
            "dial",
            address=dial.address.ip,
            port=dial.port,
            note=seen(f"kind_{dial.kind}") if dial.kind else seen("connected"),
            seconds=f"{dial.seconds:.2f}",
        )
        for dial in facts.dials[:6]
    ]


def _ipv6_broken(view: View) -> Claim | None:
    facts = view.tcp
    if facts is None or facts.connected is None or facts.connected.family != "ipv4":
        return None
    broken = [dial for dial in facts.dials if dial.address.family == "ipv6" and dial.kind is not None]
    if not broken:
        return None
    lines, values = tuple(_dial_lines(facts)), {"address": broken[0].address.ip}
    if not (broken[0].address.ip == "::1" and broken[0].kind is Kind.REFUSED):
        return Claim(lines, values=values)
    # Clients fall back at once, and a refusal costs nothing: no more than a word for those that do not.
    given = view.evidence.target.base_url or ""
    meant = given.replace("//localhost", "//127.0.0.1", 1)
    better = meant if meant != given else ""
    return Claim(
        lines,
        severity=Severity.INFO,
        values=values | {"better_url": better},
        settings={"base_url": better} if better else None,
        verified=view.works_as_given,
        case="localhost",
    )


RULES = (
    Rule(
        "dns.not_found",
        Severity.ERROR,
        "dns",
        _not_found,
        "settings",
    ),
    Rule("dns.failed", Severity.ERROR, "dns", _dns_failed, "network", retryable=True),
    Rule("dns.bogus_answer", Severity.ERROR, "dns", _bogus, "network"),
    Rule("dns.fake_ip", Severity.INFO, "dns", _fake_ip, "network"),
    Rule(
        "tcp.refused",
        Severity.ERROR,
        "tcp",
        _dialled(Kind.REFUSED),
        "machine",
        retryable=True,
    ),
    Rule(
        "tcp.timeout",
        Severity.ERROR,
        "tcp",
        _dialled(Kind.TIMEOUT),
        "network",
        retryable=True,
    ),
    Rule(
        "tcp.unreachable",
        Severity.ERROR,
        "tcp",
        _dialled(Kind.UNREACHABLE, Kind.DENIED),
        "network",
        retryable=True,
    ),
    Rule(
        "tcp.reset",
        Severity.ERROR,
        "tcp",
        _dialled(Kind.RESET),
        "network",
        retryable=True,
    ),
    Rule("tcp.ipv6_broken", Severity.WARNING, "tcp", _ipv6_broken, "network"),
)
