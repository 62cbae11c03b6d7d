"""What the catalogue knows about the vendor that a pasted text names, for the slots of the findings' words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from probes.model.listed import Listed

if TYPE_CHECKING:
    from probes.catalog.door import Door


SITES = 3  # sister sites that are named


def vendor(door: Door) -> dict[str, str]:
    """Return ``door`` (the name), ``door_id``, ``console`` (the page of the keys), ``key_env`` and ``sister_sites``.

    What is not known is left out. Of a service that has ended, ``ended`` is the day (``perhaps_ended`` if one list
    alone names it) and ``successor`` what takes its place; nobody is sent to its pages.
    """
    end = door.provenance
    if end.over:
        day = {"ended" if end.end_sure else "perhaps_ended": end.end}
        values = {"door": door.name, "door_id": door.id, **day, "successor": _successors(end.successor)}
        return {name: value for name, value in values.items() if value}
    values = {
        "door": door.name,
        "door_id": door.id,
        "console": door.console_url,
        "key_env": next(iter(door.key_env), ""),
        "sister_sites": _sites(door),
    }
    return {name: value for name, value in values.items() if value}


def _successors(ids: Sequence[str]) -> str:
    """Return the names of the doors with these ids; what is no id stays as it is."""
    from probes.catalog.doors import load

    return Listed(door.name if (door := load().get(id)) is not None else id for id in ids[:SITES])


def _sites(door: Door) -> str:
    """Return the names and base URLs of the vendor's other sites, whose keys this one refuses; empty if it has none."""
    from probes.catalog.doors import load

    return _listed(load().sister_sites(door))


def _listed(doors: Sequence[Door]) -> str:
    from probes.pasted.urls_in_text import base_url_of

    sites = ((other.name, base_url_of(other)) for other in doors[:SITES])
    return Listed((Listed((name, url), ": ") for name, url in sites if url), "; ")


def vendor_of(id: str) -> dict[str, str]:
    """Return the same for the door with this id; empty if there is none.

    >>> vendor_of("nobody")
    {}
    """
    from probes.catalog.doors import load

    door = load().get(id)
    return vendor(door) if door is not None else {}


# Ids that say nothing about the vendor: every SDK and app names OpenAI, and the others are ordinary words.
_GENERIC = frozenset(("openai", "azure", "google", "local", "together", "you", "pi", "mind", "prime", "moon", "meta"))
CARRIERS = ("local", "gateway", "relay")


def named_vendor(lower: str) -> dict[str, str]:
    """Return what is known about the one vendor whose name is a word of a text in lower case; empty otherwise.

    A vendor with several sites has several doors. The text does not show which of them is meant, so only
    ``sister_sites`` is known then.
    """
    from probes.catalog.doors import load

    words = set(re.findall(r"[a-z][a-z0-9]{3,20}", lower))
    named = [
        door
        for door in load()
        if (head := door.id.partition("-")[0]) in words
        and head not in _GENERIC
        and door.kind not in CARRIERS
        and not door.provenance.over
    ]
    if len({door.company for door in named}) != 1:
        return {}
    return vendor(named[0]) if len(named) == 1 else {"sister_sites": _listed(named)}
