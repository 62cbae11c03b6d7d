"""proxy.*: the proxy that the SDK would take for this host."""

from __future__ import annotations

from collections.abc import Callable

from diagnose.model import Claim, Rule, Severity
from diagnose.view import View, line_of
from probes.model import Kind

_UNUSABLE = ("scheme", "stray", "port", "password", "api_address", "own_address", "no_proxy_entry")


def _invalid(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None:
        return None
    if proxy.problem in _UNUSABLE:
        # One NO_PROXY entry breaks only the clients that parse it strictly: of the two, Anthropic's.
        harmless = proxy.problem == "no_proxy_entry" and view.evidence.target.protocol != "anthropic"
        # A server may take what is meant for a proxy: then it answers in spite of the setting.
        harmless |= proxy.problem == "own_address" and view.works_as_given
        if proxy.bypass and proxy.problem in ("api_address", "password"):
            return None
        return Claim(
            (f"{proxy.source}: {proxy.note}",),
            severity=Severity.WARNING if harmless else None,
            values={"source": proxy.source, "detail": proxy.note, "proxy": proxy.url or ""},
        )
    failure = view.failed("tls", Kind.PROXY_PROTOCOL)
    if failure is None and proxy.url and view.first is not None and view.first.told is not None:
        failure = view.first.told.failure
        failure = failure if failure is not None and failure.kind is Kind.PROXY_PROTOCOL else None
    if failure is not None:
        return Claim((failure.detail,), values={"source": proxy.source, "detail": failure.detail})
    return None


def _socks(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None or proxy.problem != "socks":
        return None
    return Claim((f"{proxy.source}: {proxy.note}",), values={"source": proxy.source})


def _unreachable(view: View) -> Claim | None:
    if view.proxy is None or not view.proxy.url:
        return None
    tcp, names = view.failure("tcp"), view.failure("dns")
    found = tcp if tcp is not None and view.tcp is not None and view.tcp.via_proxy else names
    if view.proxy.problem not in ("", "no_proxy_entry", "own_address"):
        found = view.failure("proxy")
    if found is None:
        return None
    return Claim(
        (f"{view.proxy.url}: {found.kind.value.replace('_', ' ')}",),
        values={"source": view.proxy.source, "proxy": view.proxy.url},
    )


def _refusal(kind: Kind) -> Callable[[View], Claim | None]:
    def when(view: View) -> Claim | None:
        found = view.failed("tls", kind)
        status = 407 if kind is Kind.PROXY_AUTH else 0
        plain = next((one for one in view.exchanges if one.via_proxy and status and one.status == status), None)
        if found is None and plain is None:
            return None
        line = found.detail.splitlines()[0] if found is not None and found.detail else line_of(plain) if plain else ""
        source = view.proxy.source if view.proxy else ""
        return Claim((line,), values={"source": source, "detail": line})

    return when


def _captures_local(view: View) -> Claim | None:
    proxy = view.proxy
    if proxy is None or not proxy.captures_local or not proxy.url:
        return None
    first = view.first
    if view.works_as_given:
        return None
    through = first.told if first is not None and first.told is not None and first.told.via_proxy else None
    direct = view.working is not None and view.working.direct
    if through is None and not direct and view.failure("tcp") is None:
        return None
    if through is not None and not direct and through.status < 500 and through.status not in (403, 404, 407, 400):
        return None
    host = view.door.host if view.door else ""
    evidence = (line_of(through),) if through is not None else ()
    return Claim(
        (*evidence, f"{proxy.source}: {proxy.url}"),
        values={"proxy": proxy.url, "source": proxy.source, "address": host},
        settings={"no_proxy": host} if direct else None,
        verified=direct,
    )


RULES = (
    Rule("proxy.invalid", Severity.ERROR, "proxy", _invalid, "settings"),
    Rule("proxy.socks_unsupported", Severity.ERROR, "proxy", _socks, "machine"),
    Rule("proxy.captures_local", Severity.ERROR, "proxy", _captures_local, "settings", because=("proxy.invalid",)),
    Rule("proxy.unreachable", Severity.ERROR, "proxy", _unreachable, "machine", because=("proxy.captures_local",)),
    Rule(
        "proxy.auth_required",
        Severity.ERROR,
        "proxy",
        _refusal(Kind.PROXY_AUTH),
        "settings",
        because=("proxy.captures_local",),
    ),
    Rule(
        "proxy.refused",
        Severity.ERROR,
        "proxy",
        _refusal(Kind.PROXY_REFUSED),
        "network",
        because=("proxy.captures_local",),
    ),
)
