"""What the facts say about the end of a service or a model, by the day of the run.

A fact explains an error; it never makes one. The callers check that what has ended does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.advice.houses import target_door
from diagnose.answers.provider_addresses import built_in_doors, host_of, house_of, own_doors
from probes.catalog.model_ends import ModelEnd, end_of_model
from probes.model.listed import Listed

if TYPE_CHECKING:
    from diagnose.evidence.view import View
    from probes.catalog.provenance import Provenance

_SHOWN = 3  # successors that a step names


def service_end(view: View) -> Provenance | None:
    """Return what is known about the end of the service at the target's host, past or near; else None."""
    door = target_door(view)
    if door is None or view.door is None or view.door.match.users:
        return None
    if (end := door.end_of_host(view.door.host.name, view.day)) is not None:
        return end
    return door.provenance if door.provenance.ends_soon(view.day) else None


def service_is_gone(view: View) -> bool:
    """Check whether the provider has ended the whole service, and not just this host."""
    door = target_door(view) if view.door is None or not view.door.match.users else None
    return door is not None and door.provenance.ended(view.day)


def is_own_address(view: View, url: str) -> bool:
    """Check whether an address is that of the same door, which takes the same keys."""
    door, other = target_door(view), house_of(url)
    return door is not None and other is not None and door.id == other.id


def service_values(end: Provenance, day: str) -> dict[str, str]:
    """Return the values for the words about a service that has ended: ``ended``, ``successor`` and ``better_url``.

    ``better_url`` is the base URL of the only successor, if it is known and holds nothing of the user's own.
    """
    named: list[str] = []
    urls: list[str] = []
    for one in end.successor:
        door = built_in_doors().get(one)
        if door is None and one.startswith("https://"):
            # A bundle may name any address. Only that of a built-in door becomes a setting.
            (urls if own_doors().of_host(host_of(one)) is not None else named).append(one)
        elif door is None:
            named.append(one)
        elif not door.provenance.ended(day):
            named.append(door.name)
            ours = own_doors().get(one)
            endpoints = door.endpoints[:1] if ours is not None else ()
            urls += [endpoint.base_url for endpoint in endpoints if "{" not in endpoint.base_url]
    url = urls[0] if len(urls) == 1 == len(end.successor) else ""
    values = {"ended": end.end, "successor": Listed(named[:_SHOWN]), "better_url": url}
    return {name: value for name, value in values.items() if value}


def model_end(view: View, model: str) -> ModelEnd | None:
    """Return the end of a model at the target, past or announced. A server of one's own retires nothing by itself."""
    door = view.door
    if door is None or door.host.local:
        return None
    return end_of_model(model, door.match.id)
