"""Whose an address is: the target's own provider, another known one, or nobody that the built-in catalogue knows.

Doors that a user has added do not count, so that the same evidence is judged alike on every machine.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from probes.catalog.door import Door
from probes.catalog.doors import Doors, builtin
from probes.catalog.locations import host_of_location

if TYPE_CHECKING:
    from diagnose.evidence.view import View

_SHARED = frozenset(("com", "co", "net", "org", "gov", "edu", "ac"))  # of a country: `com.cn`
# Domains under which anybody may have a name, so that two names show no common owner.
_HOSTING = frozenset(
    """
    vercel.app netlify.app workers.dev pages.dev hf.space github.io gitlab.io herokuapp.com fly.dev onrender.com
    railway.app run.app web.app firebaseapp.com appspot.com ngrok.io ngrok.app ngrok.dev trycloudflare.com loca.lt
    azurewebsites.net azurecontainerapps.io azure-api.net cloudapp.azure.com amazonaws.com cloudfront.net aliyuncs.com
    myqcloud.com tencentcs.com googleapis.com azure.com api.aws modal.run replit.app repl.co deno.dev render.com
    duckdns.org sealos.run zeabur.app ts.net
    """.split()  # noqa: SIM905 -- names are easier to read in lines
)


@cache
def _doors() -> Doors:
    return Doors(builtin())


def host_at_location(view: View, path: str) -> tuple[str, str] | None:
    """Return the location that the base URL names and the host that belongs to it, if that is another host."""
    door = target_door(view)
    return host_of_location(door, view.door.host.name, path) if door is not None and view.door is not None else None


def belongs_to_target(url: str, view: View) -> bool:
    """Check whether an address belongs to the provider of the target: by the catalogue, else by its domain."""
    target, house = target_door(view), house_of(url)
    if target is not None and house is not None:
        return target.company == house.company
    own = view.door.host.name if view.door is not None else ""
    return bool(own) and house is None and domain_of(own) == domain_of(host_of(url))


def quotes_upstream(url: str, view: View) -> bool:
    """Check whether a host that is no known provider's names an address of one: it passes on an answer to itself."""
    return target_door(view) is None and house_of(url) is not None


def target_door(view: View) -> Door | None:
    """Return the built-in door of the target's host, or None."""
    id = view.door.match.id if view.door is not None else None
    return _doors().get(id) if id is not None else None


def builtin_door(id: str) -> Door | None:
    """Return the built-in door with this id, or None."""
    return _doors().get(id)


def house_of(url: str) -> Door | None:
    """Return the known door whose API, console or web site has this address, or None."""
    host = host_of(url)
    if not host:
        return None
    path = urlsplit(url).path
    return _doors().of_host(host, None, path) or _doors().website_of(host, path)


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; empty if it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def domain_of(host: str) -> str:
    """Return the part of a host that one owner registers: ``example.com`` of ``eu.api.example.com``."""
    labels = host.rstrip(".").split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return host
    wide = labels[-2] in _SHARED and len(labels[-1]) == 2
    domain = ".".join(labels[-3:] if wide else labels[-2:])
    return host if domain in _HOSTING else domain
