"""Where a redirect leads, taken apart once: who follows it, what it says of the base URL, and what is told of it all
rest on this reading. Pure.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from probes.api.response_checks import KEEPING, REDIRECTS
from probes.model.exchange import Exchange, Redirect
from probes.urls.addresses import is_local
from probes.urls.login_pages import LOGIN, PORTAL, gate
from probes.urls.url import DEFAULT_PORTS, Url, parse_url


def read(found: Exchange, location: str) -> Redirect | None:
    """Where the answer leads; None where it is no redirect. ``location`` is its header as it came."""
    if found.failure is not None or found.status not in REDIRECTS:
        return None
    here = parse_url(found.attempt.base_url)
    been = (found.request.path, *found.redirection.followed)
    whole, there = "", None
    with suppress(ValueError):
        whole = urljoin(here.origin + been[-1], location) if location else ""
        there = parse_url(whole) if whole else None
    if there is None:
        return Redirect(url="", origin="", gate=gate(location))
    endpoint = found.request.path.partition("?")[0].removeprefix(here.path).rstrip("/")
    parts = urlsplit(whole)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Redirect(
        url=whole,
        path=path if path.isascii() and path.isprintable() and " " not in path else "",
        host=there.authority,
        origin=_origin(here, there),
        same_host=here.host == there.host,
        loops=here.origin == there.origin and path in been,
        # What leads to the same endpoint elsewhere is a move: no page to sign in stands there.
        gate="" if endpoint and there.path.endswith(endpoint) else _gate(whole, here, there),
        base_url=_base_url(found, here, there, endpoint),
    )


def follows(found: Exchange) -> bool:
    """Whether the SDKs go on there with the same request and the key, and so may we: on the same origin alone."""
    leads = found.redirection.target
    if leads is None or leads.origin != "same" or not leads.path or leads.loops:
        return False
    return found.status in KEEPING or found.request.method == "GET"


def _origin(here: Url, there: Url) -> str:
    if here.origin == there.origin:
        return "same"
    usual = all(one.port == DEFAULT_PORTS[one.scheme] for one in (here, there))
    upgraded = here.host == there.host and (here.scheme, there.scheme) == ("http", "https") and usual
    return "upgrade" if upgraded else "other"


def _gate(whole: str, here: Url, there: Url) -> str:
    """A network's portal answers in the place of plain http alone; its own address is mostly a private one."""
    found = gate(whole)
    if here.scheme != "http":
        return LOGIN if found else ""
    caught = False
    with suppress(ValueError):
        caught = not is_local(here.host) and ipaddress.ip_address(there.host).is_private
    return PORTAL if caught else found


def _base_url(found: Exchange, here: Url, there: Url, endpoint: str) -> str:
    """The base URL by which the endpoint would be asked there at once, where that is on this host."""
    if here.host != there.host or not (here.origin == there.origin or (here.scheme, there.scheme) == ("http", "https")):
        return ""
    if not endpoint or not there.path.endswith(endpoint):
        return ""
    base = there.origin + there.path.removesuffix(endpoint)
    # The same address but for a slash at the endpoint's end: no base URL says that.
    return base if base != found.attempt.base_url else ""
