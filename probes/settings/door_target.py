"""A known provider's id as the target of a check: `check deepseek` is a check of DeepSeek's documented base URL.

The address is the program's knowledge, not the user's word for one host, so the key of the environment is chosen more
strictly than for a URL: only one that belongs to this provider (:func:`keys_for`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from probes.catalog import doors
from probes.catalog.door import Door
from probes.catalog.sdk_variables import SdkVariables
from probes.model.key_shape import Confidence
from probes.model.settings import BadInput, Sourced
from probes.protocols.names import NAMES
from probes.settings.environment import Variables

_MOST_NEAR = 4


# Where the part of an address that each user chooses is found (AWS' clients read these variables for it).
_PARTS = {"{region}": ("AWS_REGION", "AWS_DEFAULT_REGION")}


def base_url_of(
    name: str,
    protocols: Sequence[str] = (),
    environ: Mapping[str, str] = MappingProxyType({}),
    region_of: Callable[[], str] = str,
) -> Sourced[str] | None:
    """Return the documented base URL of the door with this id, or None if no door has it.

    It is that of the first of ``protocols`` that the door speaks, else of the door's first protocol, in the form that
    the SDK expects. ``region_of`` returns the region of AWS' own files, if no variable names one. Raises
    BadInput if each customer of the provider has an address of their own, or if none is known.
    """
    door = doors.load().get(name.lower())
    if door is None:
        return None
    endpoints = [one for one in door.endpoints if one.protocol in NAMES]
    wanted = [one for protocol in protocols for one in endpoints if one.protocol == protocol]
    possible = [*wanted, *endpoints, *door.endpoints]
    fixed = next((one for one in possible if "{" not in one.base_url), None)
    if fixed is None and not possible:
        raise BadInput("No base URL of {name} is known here. Give the whole base URL", name=door.name)
    if fixed is None:
        for one in possible:
            if (url := _filled(one.sdk_url, environ)) is not None:
                return Sourced(url, door.default_source)
        if door.credential == "aws":
            if (url := _filled(possible[0].sdk_url, {"AWS_REGION": region_of()})) is not None:
                return Sourced(url, door.default_source)
            raise no_region(door.name, possible[0].base_url)
        raise BadInput(
            "{name} gives each customer a base URL of their own. Give the whole base URL, which looks like {base_url}",
            name=door.name,
            base_url=possible[0].base_url,
        )
    return Sourced(fixed.sdk_url, door.default_source)


def no_region(name: str, base_url: str) -> BadInput:
    """Return the error for an address of AWS whose region neither variables nor a profile name."""
    return BadInput(
        "No AWS region is set for {name}. Set AWS_REGION (boto3: AWS_DEFAULT_REGION), or region in the profile of "
        "~/.aws/config, or give the whole base URL, which looks like {base_url}",
        name=name,
        base_url=base_url,
    )


def _filled(url: str, environ: Mapping[str, str]) -> str | None:
    """Return a documented base URL with the user's own region; None if it has other parts, or no variable names it."""
    for part, names in _PARTS.items():
        value = next((found for one in names if (found := environ.get(one))), "")
        if re.fullmatch(r"[a-z]{2,4}(?:-[a-z]{1,12}){1,3}-\d", value):
            url = url.replace(part, value)
    return url if "{" not in url else None


def named(url: Sourced[str]) -> Door | None:
    """Return the door that :func:`base_url_of` found; other doors may share its host."""
    return next((door for door in doors.load() if str(door.default_source) == str(url.source)), None)


def near(name: str) -> list[str]:
    """Return the ids of up to four doors that ``name`` may mean: a similar id, or the name of a company or site."""
    from difflib import get_close_matches

    asked = name.lower()
    named = [
        door.id
        for door in doors.load()
        if len(asked) > 2 and asked in (door.company, *door.name.lower().split(), *_labels(door.hosts))
    ]
    ids = [door.id for door in doors.load()]
    return list(dict.fromkeys((*named, *get_close_matches(asked, ids, _MOST_NEAR, 0.75))))[:_MOST_NEAR]


def _labels(hosts: Iterable[str]) -> list[str]:
    return [label for host in hosts for label in host.split(".")[:-1] if label not in ("api", "www")]


def keys_for(door: Door, family: SdkVariables, variables: Variables) -> list[str]:
    """Return the SDK's key variables that may give the key for a door that was named, in order.

    A variable that programs share, such as ``OPENAI_API_KEY``, counts if its base URL leads to this door, or if it has
    none and the key looks like this door's. A key of another provider or of a relay is not sent to a provider's host
    just because its variable has a common name.
    """
    base = variables.base(family)
    if base is not None and base.value:
        at = doors.load().of_host(_host(base.value))
        return list(family.keys) if at is not None and set(at.hosts) & set(door.hosts) else _own(door, family)
    return [name for name in family.keys if name in door.key_env or _looks_like_key_of(door, variables, name)]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # brackets without an IPv6 address
        return ""


def _own(door: Door, family: SdkVariables) -> list[str]:
    return [name for name in family.keys if name in door.key_env]


def _looks_like_key_of(door: Door, variables: Variables, name: str) -> bool:
    from probes.keys.owner import identify

    value = variables.filled(name)
    if value is None:
        return False
    matches = identify(value.value.strip())
    return any(one.door == door.id and one.confidence is not Confidence.POSSIBLE for one in matches)
