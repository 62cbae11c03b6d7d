"""Find the variables that hold a setting under a name that no SDK reads, and the names under which it would be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from probes.catalog import doors
from probes.catalog.sdk_variables import own_keys
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Rename, Settings
from probes.model.source import SourceKind
from probes.settings.environment import Variables
from probes.settings.sdk_selection import SdkChoice
from probes.settings.variable_typos import near_names


def misnamed(settings: Settings, choice: SdkChoice, variables: Variables) -> tuple[Rename, ...]:
    """Return the variables whose value is used once they have the right name: at most one base URL and one key.

    A base URL counts if only the default one is used now, a key if there is none.
    """
    return tuple(_misnamed(settings, choice, variables))


def _misnamed(settings: Settings, choice: SdkChoice, variables: Variables) -> Iterator[Rename]:
    family = choice.family
    if settings.base_url is None or settings.base_url.source.kind is SourceKind.DEFAULT:
        found = next((one for one in _candidates(settings, ConflictRole.BASE_URL) if _is_address(one)), None)
        if found is not None and (meant := _meant(found, list(family.bases), variables)):
            yield Rename(found.name, meant, found.source)
    if settings.key is None:
        found = next(_candidates(settings, ConflictRole.KEY), None)
        names = list(family.keys)
        if found is not None and found.why is ConflictReason.NEAR_NAME:
            names += [name for door in ([choice.door] if choice.door else doors.load()) for name in own_keys(door)]
        if found is not None and (meant := _meant(found, names, variables)):
            yield Rename(found.name, meant, found.source)


def _candidates(settings: Settings, role: ConflictRole) -> Iterator[Conflict]:
    for one in settings.conflicts:
        if one.role is role and one.why is not ConflictReason.SHADOWED and not one.same and one.source.variable:
            yield one


def _is_address(conflict: Conflict) -> bool:
    """Check whether a value is an address, and not that of a proxy server, which must not get the key."""
    value = conflict.value if isinstance(conflict.value, str) else ""
    return re.match(r"https?://[^/]", value) is not None and "PROXY" not in conflict.name.upper()


def _meant(conflict: Conflict, names: list[str], variables: Variables) -> str:
    if conflict.why is ConflictReason.UNREAD:
        return next(iter(names), "")
    return next((meant for name, meant in near_names(variables, names) if name == conflict.name), "")
