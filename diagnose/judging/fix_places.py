"""Find the values that a fix changes: their files, lines and names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from diagnose.evidence import client_urls
from diagnose.evidence.view import View
from diagnose.report import Place
from probes.model.source import Source, SourceKind

# The settings of a fix that are the value of one setting of the user, with the name of that setting.
_ROLES = {"base_url": "base_url", "model": "model", "key": "key", "api_version": "api_version"}
# Values that no user has written anywhere: the fix adds a variable.
_UNSET = (SourceKind.DEFAULT, SourceKind.DOOR, SourceKind.GUESS, SourceKind.MODEL_LIST, SourceKind.NONE)


def places_of(settings: Mapping[str, object], view: View) -> tuple[Place, ...]:
    """Return the places of the changes in ``settings``, those of a claim in the terms of the app.

    A change of the app that no setting of the user holds, such as another protocol, has no place.
    """
    return tuple(_places(settings, view))


def _places(settings: Mapping[str, object], view: View) -> Iterator[Place]:
    run = view.evidence.renamed if "rename" in settings else None
    target = run.target if run is not None else view.evidence.target
    sources = dict(target.sources)
    for one in run.renames if run is not None else ():
        role = next((role for role, source in sources.items() if source == one.source), "")
        shown = _tail(target.key_hint or "") if role == "key" else str(settings.get(role) or target.base_url or "")
        yield Place(one.source.file, one.source.line, one.meant, shown, one.name, one.source.kind)
        sources.pop(role, None)
        settings = {name: value for name, value in settings.items() if name != role}
    for name, value in settings.items():
        source = sources.get(name)
        if name in _ROLES and (name != "key" or source is not None):
            shown = _tail(target.key_hint or "") if name == "key" else str(value)
            if source is None or source.kind in _UNSET:
                variable = client_urls.sdk_variable(target.protocol, name)
                own = client_urls.variable(view.app, target.protocol, name) if name != "api_version" else ""
                yield Place("", 0, own or variable or name, shown, kind=SourceKind.NONE)
            else:
                yield place_at(source, shown)
        elif name == "unset" and isinstance(value, Source):
            yield place_at(value, "")
        elif name == "proxy" and view.proxy is not None and view.proxy.source is not None:
            yield place_at(view.proxy.source, str(value))
        elif name == "no_proxy":
            yield Place("", 0, "NO_PROXY", str(value), kind=SourceKind.ENVIRONMENT)
        elif name == "key_source" and isinstance(value, Source):
            yield from _other_key(value, sources.get("key"), view)


def _other_key(used: Source, winner: Source | None, view: View) -> Iterator[Place]:
    """Yield the change that makes the app use the key at ``used``: the removal of the one that it uses now, or the name
    of the variable, if no app reads the present one.
    """
    if winner is not None:
        yield place_at(winner, "")
        return
    wanted = client_urls.variable(view.app, view.evidence.target.protocol, "key")
    wanted = wanted or client_urls.sdk_variable(view.evidence.target.protocol, "key")
    if used.variable and wanted and used.variable != wanted:
        yield Place(used.file, used.line, wanted, "", used.name, used.kind)


def place_at(source: Source, shown: str) -> Place:
    """Return the place of a source, whose value becomes ``shown``."""
    return Place(source.file, source.line, source.name or str(source.kind), shown, kind=source.kind)


def _tail(hint: str) -> str:
    """Return the end of a key's hint. Its beginning may be what has to be removed."""
    end = hint[-4:]
    return f"…{end}" if "…" in hint and end.isascii() and end.isalnum() else "…"
