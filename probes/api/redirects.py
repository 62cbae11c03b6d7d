"""Read where a redirect leads. Following it, correcting the base URL and reporting it all use this reading. Pure."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from probes.api.response_checks import KEEPING, REDIRECTS
from probes.model.exchange import Exchange, Redirect
from probes.urls.addresses import literal_address, named_local, private_address
from probes.urls.login_pages import LOGIN, PORTAL, gate
from probes.urls.url import DEFAULT_PORTS, Url, parse_url


def read(found: Exchange, location: str) -> Redirect | None:
    """Return where the response redirects to; None if it does not. ``location`` is the value of its header."""
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
        # A redirect to the same endpoint elsewhere means that the API has moved; it is no sign-in page.
        gate="" if endpoint and there.path.endswith(endpoint) else _gate(whole, here, there),
        base_url=_base_url(found, here, there, endpoint),
    )


def follows(found: Exchange) -> bool:
    """Check whether we may follow this redirect with the same request and key, as the SDKs do on the same origin."""
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
    """Return the kind of sign-in page, or an empty string.

    A captive portal intercepts plain HTTP only, and its own address is usually a private one.
    """
    found = gate(whole)
    if here.scheme != "http":
        return LOGIN if found else ""
    address = literal_address(there.host)
    caught = address is not None and not named_local(here.host) and private_address(address.ip)
    return PORTAL if caught else found


def _base_url(found: Exchange, here: Url, there: Url, endpoint: str) -> str:
    """Return the base URL that reaches the redirect's target directly; empty if that is another host or endpoint."""
    if here.host != there.host or not (here.origin == there.origin or (here.scheme, there.scheme) == ("http", "https")):
        return ""
    if not endpoint or not there.path.endswith(endpoint):
        return ""
    base = there.origin + there.path.removesuffix(endpoint)
    # If the addresses differ only in a slash after the endpoint, no base URL can express it.
    return base if base != found.attempt.base_url else ""
