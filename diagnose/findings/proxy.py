"""proxy.*: the proxy that the SDK would use for this host."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from diagnose.evidence.lines import failure_line, line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.network import inside
from diagnose.report import Seen, Severity, seen
from probes.api.response_checks import passes
from probes.model.facts import ProxyFacts, ProxyProblem
from probes.model.failure import Failure, Kind


def _invalid(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None:
        return None
    if proxy.problem is not None:
        # A bad NO_PROXY entry breaks only clients that parse the variable strictly.
        harmless = proxy.problem is ProxyProblem.NO_PROXY_ENTRY and not view.spoken.strict_no_proxy
        # Some servers accept requests in the form for a proxy and answer in spite of the setting.
        harmless |= proxy.problem is ProxyProblem.OWN_ADDRESS and view.works_as_given
        if proxy.bypass and proxy.problem in (ProxyProblem.API_ADDRESS, ProxyProblem.PASSWORD):
            return None
        listed = proxy.problem is ProxyProblem.NO_PROXY_ENTRY
        return Claim(
            (seen("of", name=proxy.source or "", note=proxy.note),),
            severity=Severity.WARNING if harmless else None,
            values={"source": proxy.source or "", "better_proxy": proxy.mended or ""},
            case="no_proxy" if listed else "",
            **_fix(view, proxy.mended, "no_proxy" if listed else "proxy"),
        )
    failure = view.failed("proxy", Kind.PROXY_PROTOCOL)
    speaks = view.tunnel.speaks if view.tunnel is not None else ""
    if failure is None and speaks:
        failure = view.failure("proxy")
    if failure is None and proxy.url and view.first is not None and view.first.told is not None:
        failure = view.first.told.failure
        failure = failure if failure is not None and failure.kind is Kind.PROXY_PROTOCOL else None
    if failure is None:
        return None
    better = None
    if speaks in ("http", "https", "socks5") and proxy.url:
        better = f"{speaks}://{proxy.url.partition('://')[2] or proxy.url}"
    line = (seen(f"speaks_{speaks}"),) if speaks else ()
    return Claim(
        (seen("of", name=proxy.source or "", note=failure_line(failure)), *line, *_direct_line(view)),
        values={"source": proxy.source or "", "better_proxy": better or ""},
        **_fix(view, better),
    )


def _fix(view: View, value: str | None, name: str = "proxy") -> dict[str, Any]:
    """Return the setting with which the run continued as a fix, verified if an answer came.

    SOCKS4 is no fix, because no official client speaks it.
    """
    if value is None or value.startswith("socks4"):
        return {}
    return {"settings": {name: value}, "verified": view.works}


def _direct_line(view: View) -> tuple[Seen, ...]:
    """Return a line that says how far a direct connection came, if the run tried one."""
    direct = view.direct
    if direct is None:
        return ()
    good = seen("good_certificate") if direct.probe == "tls" else seen("connected")
    how = good if direct.kind is None else seen(f"kind_{direct.kind.value}")
    return (seen("direct", host=direct.host, port=direct.port, note=how),)


def _socks(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None or not proxy.socks:
        return None
    lost = not view.works and any(view.failure(probe) for probe in ("proxy", "dns", "tcp"))
    return Claim(
        (seen("socks", source=proxy.socks), *_direct_line(view)),
        severity=None if lost else Severity.WARNING,
        values={"source": proxy.socks},
    )


def _ignored(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None or not proxy.unheeded or proxy.bypass:
        return None
    return Claim(
        (seen("of", name=proxy.source or "", note=proxy.unheeded), *_direct_line(view)),
        values={"source": proxy.source or "", "proxy": proxy.unheeded},
        case="" if view.evidence.vantage.proxy else "direct",
    )


def _unreachable(view: View) -> Claim | None:
    if view.proxy is None or not view.proxy.url:
        return None
    tcp_failure, dns_failure = view.failure("tcp"), view.failure("dns")
    failure = tcp_failure if tcp_failure is not None and (view.tcp is None or view.tcp.via_proxy) else dns_failure
    if failure is None:
        return None
    return Claim(
        (seen("of", name=view.proxy.url, note=seen(f"kind_{failure.kind.value}")), *_direct_line(view)),
        values={"source": view.proxy.source or "", "proxy": view.proxy.url},
        case=inside(view, view.tcp),
    )


def _refusal(*kinds: Kind) -> Callable[[View], Claim | None]:
    def when(view: View) -> Claim | None:
        failure = view.failed("proxy", *kinds)
        status = 407 if Kind.PROXY_AUTH in kinds else 0
        exchange = next(
            (one for one in view.exchanges if one.request.via_proxy and status and one.status == status), None
        )
        if failure is None and exchange is None:
            return None
        lines = _proxy_answer(failure) if failure is not None else [line_of(exchange)] if exchange else []
        return Claim(
            (*lines, *_direct_line(view)),
            sure=failure is None or failure.kind is not Kind.TIMEOUT,
            values={"source": (view.proxy.source if view.proxy else None) or ""},
            case="" if failure is None else _CASES.get(failure.kind, "unreached" if _has_tried(failure) else ""),
        )

    return when


_CASES = {Kind.TIMEOUT: "silent"}
# What SOCKS servers reply if they tried to connect and failed: RFC 1928, section 6; SOCKS4 has one code for everything.
_TRIED = ("socks5_no_reply", *(f"socks5_reply_{code}" for code in (1, 3, 4, 5, 6)))
_TRIED_STATUS = r"HTTP/\S+ 50[0234]\b"  # of CONNECT: tinyproxy 500, squid 503, others 502 and 504


def _has_tried(failure: Failure) -> bool:
    """Check whether the proxy's answer says that it tried to reach the host, and not that a rule forbids it."""
    if failure.note is not None:
        return failure.note.name in _TRIED
    return re.match(_TRIED_STATUS, failure.detail) is not None


def _proxy_answer(failure: Failure) -> list[str | Seen]:
    """Return the first line of a proxy's response and the headers that give the reason."""
    rest = failure.detail.splitlines()[1:]
    telling = (row for row in rest if row.lower().startswith(("proxy-authenticate:", "x-squid-error:")))
    return [seen("note", note=failure_line(failure)), *telling]


def _carried(view: View, proxy: ProxyFacts) -> Claim | None:
    """Warn of a proxy that carries requests on, so that the app works: only the key was not sent through it."""
    first = view.rounds[0].told
    if first is None or passes(view.rounds[0].chat):
        return None  # the answer came through the proxy, which is all that the app needs
    host = view.door.host.name if view.door else ""
    return Claim(
        (line_of(first), seen("of", name=proxy.source or "", note=proxy.url or "")),
        severity=Severity.WARNING,
        values={"proxy": proxy.url or "", "source": proxy.source or "", "address": host},
        case="carried_alone" if view.unseen_key else "carried",
    )


def around(view: View) -> str:
    """Return the value of NO_PROXY with the host added to what it lists today."""
    listed = view.proxy.no_proxy if view.proxy is not None else ""
    return ",".join(filter(None, (listed, view.door.host.name if view.door else "")))


def _captures_local(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None or not proxy.captures_local or not proxy.url:
        return None
    if view.carried:
        return _carried(view, proxy)
    first = view.first
    if view.works_as_given:
        return None
    through = first.told if first is not None and first.told is not None and first.told.request.via_proxy else None
    direct = view.working is not None and view.working.direct
    if through is None and not direct and view.failure("tcp") is None:
        return None
    if through is not None and not direct and through.status < 500 and through.status not in (403, 404, 407, 400):
        return None
    host = view.door.host.name if view.door else ""
    evidence = (line_of(through),) if through is not None else ()
    return Claim(
        (*evidence, seen("of", name=proxy.source or "", note=proxy.url or "")),
        values={"proxy": proxy.url, "source": proxy.source or "", "address": host},
        settings={"no_proxy": around(view)} if direct else None,
        verified=direct,
    )


RULES = (
    Rule("proxy.invalid", Severity.ERROR, "proxy", _invalid, "settings"),
    Rule("proxy.captures_local", Severity.ERROR, "proxy", _captures_local, "settings"),
    # What the proxy answered was seen; that the client lacks a package for SOCKS is merely the usual case.
    Rule("proxy.auth_required", Severity.ERROR, "proxy", _refusal(Kind.PROXY_AUTH), "settings"),
    Rule(
        "proxy.refused",
        Severity.ERROR,
        "proxy",
        _refusal(Kind.PROXY_REFUSED, Kind.TIMEOUT),
        "network",
    ),
    Rule("proxy.socks_unsupported", Severity.ERROR, "proxy", _socks, "machine"),
    Rule("proxy.unreachable", Severity.ERROR, "proxy", _unreachable, "machine", retryable=True),
    Rule("proxy.ignored", Severity.WARNING, "proxy", _ignored, "app"),
)
