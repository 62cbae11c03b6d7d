"""Values that lost against the one that counts, or stand where no SDK looks."""

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
    role: ConflictRole, name: str, found: Sourced[str], why: ConflictReason, winner: Source | None, same: bool = False
) -> Conflict:
    """``found``, which lost against the value that stands at ``winner``; as a Secret where its role is the key's."""
    return Conflict(
        role, name, found.source, Secret(found.value) if role is ConflictRole.KEY else found.value, why, winner, same
    )


def key_conflicts(
    names: list[str], found: tuple[str, Sourced[str]] | None, choice: SdkChoice, variables: Variables
) -> list[Conflict]:
    """What else might be the key. ``names``: the variables looked at; ``found``: the one that counts, and its value."""
    generic = choice.family.keys
    winner, held = (None, "") if found is None else (found[1].source, found[1].value)
    # Another provider's key in its own variable is no conflict: only names that stand for the same account are.
    alike = names if found is None else [name for name in names if (name in generic) == (found[0] in generic)]
    conflicts = [
        conflict(
            ConflictRole.KEY,
            name,
            value,
            ConflictReason.SHADOWED,
            winner or variables.all(name)[0].source,
            value.value == held,
        )
        for name in alike
        for value in variables.all(name)
        if value.value and (found is None or value is not found[1])
    ]
    if found is None or found[0] in generic:
        conflicts += [
            conflict(ConflictRole.KEY, name, value, ConflictReason.UNREAD, winner, value.value == held)
            for name in choice.family.unread_keys
            for value in variables.all(name)
            if value.value
        ]
    candidates = list(names)
    if found is None and choice.door is None and any(re.search("KEY|TOKEN", name, re.I) for name in variables.names()):
        candidates += [name for door in doors.load() for name in own_keys(door)]
    conflicts += [
        conflict(ConflictRole.KEY, name, value, ConflictReason.NEAR_NAME, winner, value.value == held)
        for name, _ in near_names(variables, candidates, settled=found is not None)
        for value in variables.all(name)
        if value.value
    ]
    return conflicts


def base_conflicts(choice: SdkChoice, check: ConfigTable, variables: Variables) -> list[Conflict]:
    """Nothing conflicts with a base URL that was asked for by argument or target."""
    if choice.explicit:
        return []
    base, family = choice.base, choice.family
    winner, held = (base.source, base.value) if base else (None, "")
    found = [(value, name, ConflictReason.SHADOWED) for name in family.bases for value in variables.all(name)]
    if below := check.text("base_url"):
        found.append((below, "base_url", ConflictReason.SHADOWED))
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
