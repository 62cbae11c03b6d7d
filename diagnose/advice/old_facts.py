"""Whether a finding rests on facts that nobody has looked at for long: it is then only likely.

What the server itself answers is no fact of ours; what its words mean ages with the row that reads them
(:data:`diagnose.answers.dialects.AGED`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.advice.houses import target_door
from diagnose.answers.provider_addresses import built_in_doors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diagnose.evidence.view import View
    from probes.catalog.provenance import Provenance

# What an app does is a fact of ours, and these follow from it.
_OF_APPS = ("app.", "proxy.ignored")


def key_facts_are_old(view: View) -> bool:
    """Check whether the facts about the owner of the key and about the target's provider are old on the run's day."""
    return any(one.old(view.day) for one in _about_key(view))


def _about_key(view: View) -> Iterator[Provenance]:
    """Yield where the facts about the key are from: its owner's, its kind's, and those of the target's provider."""
    if view.door is None:
        return
    key = view.door.key
    for match in key.matches[:1]:
        if (owner := built_in_doors().get(match.door)) is not None:
            yield owner.provenance
    if key.note:
        from probes.keys.credential_kinds import credentials, issuers

        kinds = [one.provenance for one in credentials() if one.kind == key.note]
        kinds += [one.provenance for one in issuers() if one.kind == key.note]
        if kinds:
            yield max(kinds, key=lambda one: one.seen)
    if (door := target_door(view)) is not None:
        yield door.provenance


def app_facts_are_old(view: View, code: str) -> bool:
    """Check whether a finding about the behaviour of an app rests on facts that are old on the day of the run."""
    app = view.client
    if app is None or not code.startswith(_OF_APPS):
        return False
    if code == "app.companion_unreachable":
        from probes.catalog.companions import companions_of

        lost = {one.host for one in view.companions if one.kind is not None}
        named = [one.provenance for one in companions_of(app.id) if lost & set(one.hosts)]
        return any(one.old(view.day) for one in named)
    return app.provenance.old(view.day)
