"""Whose an address is: the target's own provider, another known one, or nobody that the built-in catalogue knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.answers.provider_addresses import built_in_doors, domain_of, host_of, house_of
from probes.catalog.door import Door
from probes.catalog.locations import host_of_location
from probes.model.shown_url import split_shown

if TYPE_CHECKING:
    from diagnose.evidence.view import View


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
    return built_in_doors().get(id) if id is not None else None


def placeholders(view: View) -> tuple[str, ...]:
    """Return the names of the user's own values in the base URL's path, if the provider documents a path of its form.

    ``("account_id",)`` for ``https://api.cloudflare.com/client/v4/accounts/x/ai/v1``.
    """
    door, given = target_door(view), split_shown(view.settings.mended_url or "").path.rstrip("/").split("/")
    for endpoint in door.endpoints if door is not None else ():
        parts = endpoint.path.split("/")
        names = tuple(dict.fromkeys(part[1:-1] for part in parts if part.startswith("{")))
        alike = len(parts) == len(given) and all(a.startswith("{") or a == b for a, b in zip(parts, given, strict=True))
        if names and alike:
            return names
    return ()
