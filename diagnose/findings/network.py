"""dns.* and tcp.*: whether the host name resolves and whether a connection to the host opens."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from diagnose.evidence.lines import failure_line, line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.model.facts import TcpFacts
from probes.model.failure import Kind
from probes.model.listed import Listed
from probes.urls.addresses import fake_address

_DOCKER = ("host.docker.internal", "gateway.docker.internal", "host.containers.internal")


def _not_found(view: View) -> Claim | None:
    failure = view.failed("dns", Kind.NAME_UNKNOWN)
    if failure is None:
        return None
    name = _looked_up(view)
    lines = [seen("of", name=name, note=failure_line(failure)), *_said_by(view)]
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
    if not case and "." not in name:
        case = "single"
    return Claim(
        tuple(lines),
        values={"address": elsewhere[0] if elsewhere else name},
        side="network" if known or elsewhere else "machine" if case else "",
        case=case,
    )


def _dns_failed(view: View) -> Claim | None:
    failure = view.failed("dns", Kind.NAME_FAILED, Kind.TIMEOUT, Kind.OTHER)
    if failure is None:
        return None
    servers = view.dns.configured if view.dns else ()
    said = {one.said for one in servers}
    case = ""
    if said:
        silent = said <= {"silent", "unreachable"}
        case = "silent" if silent else next((one for one in ("servfail", "refused") if one in said), "")
    return Claim(
        (seen("of", name=_looked_up(view), note=failure_line(failure)), *_said_by(view)),
        values={"address": Listed(one.server for one in servers)},
        case=case,
    )


# The results of a name server that the languages have words for; other RCODEs are shown unchanged.
SAID = ("no_name", "no_address", "servfail", "refused", "silent", "unreachable")


def _said_by(view: View) -> list[Seen]:
    """Return a line for each name server that was asked separately."""
    if view.dns is None:
        return []
    return [
        seen("server", address=one.server, note=Listed(found.ip for found in one.addresses) or _said(one.said))
        for one in (*view.dns.configured, *view.dns.others)
    ]


def _said(word: str) -> str | Seen:
    return seen(f"dns_{word}") if word in SAID else word.upper()


def _looked_up(view: View) -> str:
    return next((one.name for one in view.observations("dns") if one.name), "")


def _addresses(view: View) -> list[str]:
    return [one.ip for one in view.dns.addresses] if view.dns else []


def _bogus_answer(view: View) -> Claim | None:
    door = view.door
    if door is None or door.match.id is None or door.host.local or (view.tcp is not None and view.tcp.via_proxy):
        return None
    names = view.certificate.names if view.certificate is not None else ()
    looked_up = view.dns is not None and view.failed("tls", Kind.TLS_HOSTNAME) is not None
    if looked_up and names and not _same_domain(door.host.name, names):
        lines = (seen("certificate_for", names=Listed(names[:3])), *_said_by(view))
        return Claim(lines, values={"names": Listed(names[:3])})
    odd = []
    for raw in _addresses(view):
        address = ip_address(raw.partition("%")[0])
        if not fake_address(raw) and (
            address.is_loopback or address.is_private or address.is_reserved or address.is_unspecified
        ):
            odd.append(raw)
    if not odd or view.works:
        return None
    return Claim((f"{door.host.name} → {', '.join(odd)}", *_said_by(view)), values={"address": ", ".join(odd)})


def _same_domain(host: str, names: tuple[str, ...]) -> bool:
    """Check whether a name belongs to the host's registered domain, approximated by its last two labels."""
    tail = ".".join(host.split(".")[-2:])
    return any(name == tail or name.endswith("." + tail) for name in names)


def _fake_ip(view: View) -> Claim | None:
    fake = [one for one in _addresses(view) if fake_address(one)]
    if not fake or (view.tcp is not None and view.tcp.via_proxy):
        return None
    values = {"address": Listed(fake)}
    name = view.dns.host if view.dns is not None else ""
    lines: tuple[str | Seen, ...] = (f"{name} → {', '.join(fake)}",)
    if view.failed("tcp", *_UNANSWERED) is not None and all(fake_address(one) for one in _addresses(view)):
        lines += tuple(_dial_lines(view.tcp))
        return Claim(lines, severity=Severity.ERROR, values=values, side="machine", case="off")
    cut = _cut_behind(view)
    if cut is not None:
        # The program accepts every connection itself, and only then finds that it cannot carry it on.
        return Claim((*lines, cut), severity=Severity.ERROR, values=values, side="machine", case="cut")
    return Claim(lines, values=values)


_UNANSWERED = (Kind.REFUSED, Kind.TIMEOUT, Kind.UNREACHABLE, Kind.RESET)


def _cut_behind(view: View) -> Seen | str | None:
    """Return a line if a connection was accepted and brought not a single byte, neither of TLS nor of HTTP."""
    failure = view.failed("tls", Kind.TLS_RESET, Kind.RESET, Kind.CLOSED, Kind.TIMEOUT)
    if failure is not None:
        return failure_line(failure)
    told = view.first.told if view.first is not None else None
    plain = view.door is not None and view.door.host.scheme == "http" and not view.works
    empty = (Kind.CLOSED, Kind.RESET, Kind.TIMEOUT)
    if plain and told is not None and not told.status and told.failure is not None and told.failure.kind in empty:
        return line_of(told)
    return None


def inside(view: View, facts: TcpFacts | None) -> str:
    """Return ``container`` or ``wsl`` if all connections went to a loopback address from inside one; else empty.

    There, the loopback address is not that of the machine that the user means.
    """
    on_loopback = facts is not None and facts.dials and all(_is_loopback(dial.address.ip) for dial in facts.dials)
    environment = view.evidence.vantage
    return "" if not on_loopback else "container" if environment.container else "wsl" if environment.wsl else ""


def _is_loopback(raw: str) -> bool:
    return ip_address(raw.partition("%")[0]).is_loopback


def _connect_failed(*kinds: Kind) -> Callable[[View], Claim | None]:
    refused = Kind.REFUSED in kinds

    def when(view: View) -> Claim | None:
        facts = view.tcp
        failure = view.failed("tcp", *kinds)
        if failure is None or (facts is not None and facts.via_proxy):
            return None
        lines = tuple(_dial_lines(facts)) or (failure_line(failure),)
        port = str(facts.port) if facts else ""
        address = facts.dials[0].address.ip if facts and facts.dials else ""
        return Claim(lines, values={"address": address, "port": port}, case=inside(view, facts) if refused else "")

    return when


def _dial_lines(facts: TcpFacts | None) -> list[Seen]:
    if facts is None:
        return []
    return [
        seen(
            "dial" if dial.seconds >= 0.01 else "dial_at_once",
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
    # Clients fall back at once after a refusal, so this is only a hint for those that do not.
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
    Rule("dns.bogus_answer", Severity.ERROR, "dns", _bogus_answer, "network"),
    Rule("dns.fake_ip", Severity.INFO, "dns", _fake_ip, "network"),
    Rule(
        "tcp.refused",
        Severity.ERROR,
        "tcp",
        _connect_failed(Kind.REFUSED),
        "machine",
        retryable=True,
    ),
    Rule(
        "tcp.timeout",
        Severity.ERROR,
        "tcp",
        _connect_failed(Kind.TIMEOUT),
        "network",
        retryable=True,
    ),
    Rule(
        "tcp.unreachable",
        Severity.ERROR,
        "tcp",
        _connect_failed(Kind.UNREACHABLE, Kind.DENIED),
        "network",
        retryable=True,
    ),
    Rule(
        "tcp.reset",
        Severity.ERROR,
        "tcp",
        _connect_failed(Kind.RESET),
        "network",
        retryable=True,
    ),
    Rule("tcp.ipv6_broken", Severity.WARNING, "tcp", _ipv6_broken, "network"),
)
