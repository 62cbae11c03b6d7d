"""The ``proxy`` probe: choose the proxy that the SDK uses for this host.

The rules are those of httpx2 (openai-python 3, anthropic-python 2). ``proxy_connection.py`` opens the tunnel.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from probes.catalog.doors import Doors
from probes.model.facts import ProxyFacts, ProxyProblem
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.scrubber import Scrubber
from probes.model.settings import ProxySettings, Sourced
from probes.network.proxy_server import Proxy, basic
from probes.urls.addresses import named_local
from probes.urls.no_proxy import breaks, bypass
from probes.urls.url import Url

PATIENCE = 3.0  # seconds at most for each further check after a failure
WEB = "web"  # the answer of `identify` for a web server that is not a proxy
_CONNECT_UNKNOWN = ("400", "404", "405", "501")  # the statuses of a server that does not support CONNECT
# The schemes that httpx2 supports (its _config.py). Any other one raises an error when the client is created.
SCHEMES = ("http", "https", "socks5", "socks5h")
# Schemes that desktops and other programs write for a SOCKS proxy, and the scheme with which the run continues.
_SOCKS_ALIKE = {"socks": "socks5", "socks4": "socks4", "socks4a": "socks4"}
# Problems that prevent the client from being created even in a setting for other hosts, since httpx reads all settings.
_FATAL = (ProxyProblem.SCHEME, ProxyProblem.STRAY, ProxyProblem.PORT)


def _problem(setting: Sourced[str], doors: Doors, on_node: bool) -> tuple[ProxyProblem | None, str | Note]:
    """Return the problem that prevents a client from using this value, if there is one, and a note about it."""
    raw = setting.value
    if on_node and not raw.lower().startswith(("http://", "https://")):
        return ProxyProblem.SCHEME, raw.partition("://")[0] if "://" in raw else ""
    if raw != raw.strip() or any(c.isspace() or not c.isprintable() for c in raw):
        return ProxyProblem.STRAY, note("white_space")
    url = raw if "://" in raw else f"http://{raw}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        return ProxyProblem.PORT, note("bad_ipv6") if re.search(r"[][]", url) else str(error)[:80]
    try:
        port = parts.port
    except ValueError:
        given = parts.netloc.rpartition("@")[2].rpartition(":")[2]
        if given.isascii() and given.isdigit():
            return ProxyProblem.PORT, note("port_out_of_range")
        return ProxyProblem.PORT, note("port_no_number", port=repr(given)[:40])
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        return ProxyProblem.SCHEME, scheme
    if not host:
        return ProxyProblem.PORT, note("no_host")
    if parts.netloc.count("@") > 1:
        return ProxyProblem.PASSWORD, note("several_at")
    if parts.path.strip("/") or (doors.of_host(host, port, parts.path) is not None and not named_local(host)):
        return ProxyProblem.API_ADDRESS, parts.path or host
    return None, ""


_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - compared with, never listened on


def _is_target(host: str, port: int, target: Url) -> bool:
    """Check whether the proxy is the API server itself."""
    return port == target.port and (host == target.host or (host in _LOOPBACK and target.host in _LOOPBACK))


def choose(
    proxies: ProxySettings, target: Url, doors: Doors, scrub: Scrubber, on_node: bool = False
) -> tuple[ProxyFacts, Proxy | None]:
    """Return which proxy setting applies to the target, with its problem, and the proxy if it can be used.

    ``on_node`` is for Node with its environment proxies enabled: it exits at startup if a proxy URL does not begin with
    ``http://`` or ``https://``.
    """
    facts, proxy = _applicable(proxies, target, doors, scrub, on_node)
    strict = not on_node and not facts.problem and facts.bypass != "*"
    if strict and proxies.no_proxy and breaks(proxies.no_proxy.value):
        listed = proxies.no_proxy.value[:80]
        kept = ",".join(entry for entry in proxies.no_proxy.value.split(",") if not breaks(entry))
        unchanged = bypass(kept, target) == bypass(proxies.no_proxy.value, target)
        mended = kept if unchanged else None  # removing the malformed entries does not change the route to this host
        facts = replace(
            facts, source=proxies.no_proxy.source, problem=ProxyProblem.NO_PROXY_ENTRY, note=listed, mended=mended
        )
    return facts, proxy


def _applicable(
    proxies: ProxySettings, target: Url, doors: Doors, scrub: Scrubber, on_node: bool
) -> tuple[ProxyFacts, Proxy | None]:
    setting = (proxies.https if target.scheme == "https" else proxies.http) or proxies.all
    settings = [
        candidate
        for candidate in (proxies.http, proxies.https, proxies.all)
        if candidate is not None and candidate.value.strip()
    ]
    bypass_entry = bypass(proxies.no_proxy.value, target) if proxies.no_proxy else ""
    if bypass_entry == "*":  # httpx then ignores all proxy settings
        return ProxyFacts(None, settings[0].source if settings else None, bypass_entry), None
    socks = next(
        (candidate.source for candidate in settings if candidate.value.lower().startswith(("socks5:", "socks5h:"))),
        None,
    )
    for candidate in settings:
        problem, problem_note = _problem(candidate, doors, on_node) if candidate is not setting else (None, "")
        if problem in _FATAL:
            return ProxyFacts(
                None, candidate.source, bypass_entry, problem, _scrubbed(problem_note, scrub), socks=socks
            ), None
    if setting is None or not setting.value.strip():
        return ProxyFacts(None, socks=socks), None
    problem, problem_note = _problem(setting, doors, on_node)
    problem_note = _scrubbed(problem_note, scrub)
    mended = _mended(setting.value, problem)
    shown = _without_credentials(setting.value, scrub)
    if problem and (bypass_entry or mended is None):
        return ProxyFacts(
            shown if not bypass_entry else None, setting.source, bypass_entry, problem, problem_note, socks=socks
        ), None
    if bypass_entry:
        return ProxyFacts(None, setting.source, bypass_entry, socks=socks), None
    proxy = _proxy(mended or setting.value, scrub)
    if not problem and _is_target(proxy.host, proxy.port, target):
        problem, problem_note = ProxyProblem.OWN_ADDRESS, shown
    facts = ProxyFacts(
        shown,
        setting.source,
        problem=problem,
        note=problem_note,
        captures_local=named_local(target.host),
        no_proxy=scrub(proxies.no_proxy.value[:_LISTED]).strip(" ,") if proxies.no_proxy else "",
        socks=socks,
        mended=_without_credentials(mended, scrub) if mended else None,
    )
    return facts, proxy


_LISTED = 2000  # characters of NO_PROXY to repeat in a fix


def _scrubbed(text: str | Note, scrub: Scrubber) -> str | Note:
    if isinstance(text, str):
        return scrub(text)
    return Note(text.name, tuple((slot, scrub(value)) for slot, value in text.values))


def _mended(raw: str, problem: ProxyProblem | None) -> str | None:
    """Return the corrected value, or None if it cannot be derived."""
    if problem is ProxyProblem.SCHEME:
        if "://" not in raw:
            return f"http://{raw}"
        scheme, _, rest = raw.partition("://")
        meant = _SOCKS_ALIKE.get(scheme.lower())
        return f"{meant}://{rest}" if meant else None
    if problem is ProxyProblem.STRAY:
        bare = "".join(c for c in raw if c.isprintable() and not c.isspace())
        try:
            parts = urlsplit(bare)
            return bare if parts.scheme in SCHEMES and parts.hostname and parts.port else None
        except ValueError:
            return None
    return None


def _proxy(raw: str, scrub: Scrubber) -> Proxy:
    parts = urlsplit(raw if "://" in raw else f"http://{raw}")
    scheme = parts.scheme.lower()
    port = parts.port or {"https": 443, "http": 80}.get(scheme, 1080)
    user, password, authorization = unquote(parts.username or ""), unquote(parts.password or ""), ""
    if parts.username is not None:
        if password:
            scrub.add(password)
        authorization = basic(user, password)
        scrub.add(authorization.removeprefix("Basic "))
    return Proxy(parts.hostname or "", port, authorization, scheme, user, password)


def unheeded(facts: ProxyFacts) -> ProxyFacts:
    """Return the facts for an app that ignores proxy settings, so that their problems do not count."""
    shown = facts.url or str(facts.socks or "") or (facts.note if facts.problem in _FATAL else "")
    return ProxyFacts(facts.url, facts.source, facts.bypass, unheeded=shown)


def _without_credentials(raw: str, scrub: Scrubber) -> str:
    head, _, tail = raw.strip().rpartition("@")
    scheme = head.partition("://")[0] + "://" if "://" in head else ""
    return scrub((scheme + tail) if head else tail)
