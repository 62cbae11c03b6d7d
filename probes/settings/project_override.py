"""Check whether a project's file redirects the user's own key to a host that the user's settings do not name. Pure."""

from __future__ import annotations

from probes.model.settings import Override, Sourced
from probes.model.source import Source
from probes.protocols.names import DEFAULT_PROTOCOL
from probes.urls.addresses import named_local
from probes.urls.url import parse_url
from probes.urls.url_flaws import examine_url


def address(url: str) -> tuple[str, int] | None:
    """Return host and port of a base URL, corrected if necessary; None if it is not a URL."""
    mended = examine_url(url, DEFAULT_PROTOCOL).mended
    try:
        found = parse_url(mended) if mended else None
    except ValueError:
        return None
    return (found.host, found.port) if found else None


def overridden(base: Sourced[str], meant: Sourced[str] | None, key_source: Source, withhold: bool) -> Override | None:
    """Return the Override by a project's base URL; None if the user's settings lead to the same host and port.

    ``meant`` is the base URL of the user's settings without the project's file. ``withhold`` is whether to withhold the
    key; local and private hosts receive it nevertheless, since it stays on this machine or network.
    """
    there, here = address(base.value), address(meant.value) if meant is not None else None
    if there is None or meant is None or here is None or there == here:
        return None
    return Override(
        source=base.source,
        host=_named(*there),
        meant=_named(*here),
        meant_source=meant.source,
        key_source=key_source,
        withheld=withhold and not named_local(there[0]),
    )


def _named(host: str, port: int) -> str:
    return host if port in (80, 443) else f"{host}:{port}"
