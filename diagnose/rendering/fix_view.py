"""A fix as people apply it: where each value is, what it becomes, whether that was tested, and the command for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.rendering.report_parts import word
from probes.model.record import Record
from probes.model.source import SourceKind

if TYPE_CHECKING:
    from diagnose.report import Fix, Place, Report

# Settings that a place can hold; a fix with another one, such as a protocol, is more than its places.
_PLACED = frozenset(("base_url", "key", "model", "api_version", "proxy", "no_proxy", "unset", "key_source", "rename"))
# Sources that a user cannot edit: their settings are shown by the variable that the SDK reads.
_NOT_WRITTEN = (
    *(SourceKind.DEMO, SourceKind.FORM, SourceKind.CURL, SourceKind.ARGUMENT, SourceKind.STDIN),
    SourceKind.AGENT,
)


class ChangeView(Record):
    """One value to change. ``place`` is ``.env line 2``, or empty; ``text`` is ``NAME=value``, or says what to do.

    ``copied`` says that the text is the new line itself, so that it must not be wrapped or shortened.
    """

    place: str
    text: str
    copied: bool


class FixView(Record):
    """A fix. ``is_complete`` says that its changes are all of it; otherwise the summary says the rest."""

    summary: str
    tested: bool
    changes: tuple[ChangeView, ...]
    is_complete: bool
    commands: tuple[str, ...]
    writes_itself: bool  # the command is this program's, and writes the changes
    by_hand: tuple[str, ...]


def fix_view(fix: Fix, report: Report, lang: str) -> FixView:
    """Return the view of a fix in the language ``lang``."""
    changes = tuple(_change(place, fix, report, lang) for place in fix.places if not _is_same(place, fix, report))
    changed = {name for name, value in fix.settings.items() if value != report.target.get(name)}
    return FixView(
        summary=fix.summary,
        tested=fix.verified,
        changes=changes,
        is_complete=bool(changes) and changed <= _PLACED,
        commands=tuple(fix.command.splitlines()),
        writes_itself="--fix" in fix.command,
        by_hand=fix.by_hand,
    )


def _is_same(place: Place, fix: Fix, report: Report) -> bool:
    """Check whether a place would keep its value, as a fix names every setting that its attempt had."""
    role = _role(place, fix)
    return role in ("base_url", "model") and bool(place.value_shown) and place.value_shown == report.target.get(role)


def _role(place: Place, fix: Fix) -> str:
    return next((role for role, value in fix.settings.items() if str(value) == place.value_shown), "")


def _change(place: Place, fix: Fix, report: Report, lang: str) -> ChangeView:
    where = word(lang, "fix.line", file=place.file, line=place.line) if place.file and place.line else place.file
    if place.kind is SourceKind.ENVIRONMENT:
        where = word(lang, "source.environment")
    role, name = _role(place, fix), place.name
    if place.kind is SourceKind.FORM and (role or "key" in fix.settings):  # a field of a page, not a variable
        name = word(lang, f"target.{role or 'key'}")
        if role and place.value_shown:
            return ChangeView(name, place.value_shown, True)
    elif place.kind in _NOT_WRITTEN or not name:
        name = _variable(role, fix, report)
    if place.renames:
        return ChangeView(where, word(lang, "fix.rename", old=place.renames, new=name), False)
    if fix.settings.get("key") == "cleaned" and not role:
        return ChangeView(where, word(lang, "fix.clean", name=name), False)
    if not place.value_shown:
        return ChangeView(where, word(lang, "fix.remove", name=name), False)
    joined = " " if name.startswith("--") else "="
    return ChangeView(where, f"{name}{joined}{place.value_shown}", True)


def _variable(role: str, fix: Fix, report: Report) -> str:
    """Return the variable from which the protocol's SDK reads a setting, else the name of the setting."""
    from diagnose.evidence.client_urls import sdk_variable

    role = role or ("key" if "key" in fix.settings else "")
    protocol = str(fix.settings.get("protocol") or report.target.get("protocol"))
    found = sdk_variable(protocol, role) if role in ("base_url", "key", "model", "api_version") else ""
    return found or role or "?"
