"""Find conflicting values: those that another source overrides, and those that no SDK reads."""

from __future__ import annotations

import re

from probes.catalog import doors
from probes.catalog.sdk_variables import own_keys
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Sourced
from probes.model.source import Source, SourceKind
from probes.settings.config_file import ConfigTable
from probes.settings.environment import Variables
from probes.settings.sdk_selection import SdkChoice
from probes.settings.variable_typos import near_names


def conflict(
    role: ConflictRole, name: str, loser: Sourced[str], why: ConflictReason, winner: Source | None, same: bool = False
) -> Conflict:
    """Return the Conflict of ``loser`` with the value at ``winner``; a key is wrapped in a Secret."""
    value = Secret(loser.value) if role is ConflictRole.KEY else loser.value
    return Conflict(role, name, loser.source, value, why, winner, same, loser.borrowed)


def key_conflicts(
    names: list[str], in_use: tuple[str, Sourced[str]] | None, choice: SdkChoice, variables: Variables
) -> list[Conflict]:
    """Return the other values that could be the key.

    ``names`` are the variables searched, ``in_use`` is the variable in use and its value, or None.
    """
    generic = choice.family.keys
    winner, held = (None, "") if in_use is None else (in_use[1].source, in_use[1].value)
    # Another provider's key in its own variable is no conflict; only variables for the same account can be.
    comparable = names if in_use is None else [name for name in names if (name in generic) == (in_use[0] in generic)]
    conflicts = [
        conflict(
            ConflictRole.KEY,
            name,
            value,
            ConflictReason.SHADOWED,
            winner or variables.all(name)[0].source,
            value.value == held,
        )
        for name in comparable
        for value in variables.all(name)
        if value.value and (in_use is None or value is not in_use[1])
    ]
    if in_use is None or in_use[0] in generic:
        conflicts += [
            conflict(ConflictRole.KEY, name, value, ConflictReason.UNREAD, winner, value.value == held)
            for name in choice.family.unread_keys
            for value in variables.all(name)
            if value.value
        ]
    candidates = list(names)
    if in_use is None and choice.door is None and any(re.search("KEY|TOKEN", name, re.I) for name in variables.names()):
        candidates += [name for door in doors.load() for name in own_keys(door)]
    conflicts += [
        conflict(ConflictRole.KEY, name, value, ConflictReason.NEAR_NAME, winner, value.value == held)
        for name, _ in near_names(variables, candidates, settled=in_use is not None)
        for value in variables.all(name)
        if value.value
    ]
    return conflicts


def base_url_conflicts(choice: SdkChoice, check: ConfigTable, variables: Variables) -> list[Conflict]:
    """Return the other values that could be the base URL; none if an argument or a target gave it."""
    if choice.explicit:
        return []
    base, family = choice.base, choice.family
    winner, held = (base.source, base.value) if base else (None, "")
    found = [(value, name, ConflictReason.SHADOWED) for name in family.bases for value in variables.all(name)]
    if check_url := check.text("base_url"):
        found.append((check_url, "base_url", ConflictReason.SHADOWED))
    found += [(value, name, ConflictReason.UNREAD) for name in family.unread_bases for value in variables.all(name)]
    settled = base is not None and base.source.kind is not SourceKind.DEFAULT
    found += [
        (value, name, ConflictReason.NEAR_NAME)
        for name, _ in near_names(variables, family.bases, settled)
        for value in variables.all(name)
    ]
    return [
        conflict(ConflictRole.BASE_URL, name, value, why, winner, value.value == held)
        for value, name, why in found
        if value.value and value is not base
    ]
