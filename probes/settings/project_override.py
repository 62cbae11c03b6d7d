"""Whether a project's file sends the user's own key to another host than the user's settings name. Pure."""

from __future__ import annotations

from probes.model.settings import Override, Sourced
from probes.model.source import Source
from probes.protocols.names import DEFAULT_PROTOCOL
from probes.urls.addresses import is_local
from probes.urls.url import parse_url
from probes.urls.url_flaws import examine_url


def address(url: str) -> tuple[str, int] | None:
    """Host and port that a base URL means; None where none can be told."""
    mended = examine_url(url, DEFAULT_PROTOCOL).mended
    try:
        found = parse_url(mended) if mended else None
    except ValueError:
        return None
    return (found.host, found.port) if found else None


def overridden(base: Sourced[str], meant: Sourced[str] | None, key_source: Source, withhold: bool) -> Override | None:
    """What to say of a project's ``base`` to which the user's key goes; None where the user's settings lead there too.

    ``meant`` is where the user's settings lead without the project's file. ``withhold``: the key is to stay here, but
    for a host of this machine or network, where it cannot get far.
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
        withheld=withhold and not is_local(there[0]),
    )


def _named(host: str, port: int) -> str:
    return host if port in (80, 443) else f"{host}:{port}"
