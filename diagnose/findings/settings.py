"""settings.*: missing, swapped and conflicting values."""

from __future__ import annotations

from collections.abc import Sequence

from diagnose.advice.houses import placeholders
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import UNSEEN, View
from diagnose.findings.chains import missing_credential
from diagnose.findings.other_servers import PARTS, front_login
from diagnose.findings.url import settings_of
from diagnose.report import Report, Seen, Severity, seen
from probes.api.response_checks import refuses_key
from probes.model.attempt import KeyForm
from probes.model.facts import UnreadFile
from probes.model.key_shape import MASK
from probes.model.listed import Listed
from probes.model.settings import Conflict, ConflictReason, ConflictRole
from probes.model.source import DEFAULT, Source, SourceKind
from probes.protocols.protocol import KEY_HEADERS

# Files of targets, each with its own key: what they name is the one place of the key.
_NAMING_FILES = (SourceKind.CONFIG, SourceKind.CSV)


def _missing_key(view: View) -> Claim | None:
    if view.settings.key_given or view.settings is UNSEEN or _keyed_by_header(view):
        return None
    if view.login is not None:
        return None  # the app signs in with it: `auth.no_credential` says what that leaves open
    if view.match is not None and view.match.values.get("case") == "signin":
        return None  # a server that needs no key refuses a model for which it is not signed in itself
    door, chain = view.door, view.chain
    if chain is not None and chain.used:
        return missing_credential(view, chain)
    values: dict[str, str] = {"source": Listed(view.settings.searched[:8])}
    evidence = (seen("searched", names=Listed(view.settings.searched[:8])),) if view.settings.searched else ()
    emptied = view.flaw("key", "empty") is not None and "key" in dict(view.evidence.target.sources)
    local = door is not None and door.host.local and not _refuses_key(view)
    if view.spoken.key_optional and (view.works or local or _at_the_front(view)):
        return None  # its SDK starts without a key
    if view.works and not _works_with_conflict_key(view):
        # The server needs no key, but the SDKs do not start without one; any text will do.
        severity = Severity.ERROR if emptied else Severity.INFO
        return Claim(evidence, severity=severity, values=values)
    if door is not None and door.host.local and not emptied and not _wants_key(view):
        return None
    app, base = view.app, dict(view.evidence.target.sources).get("base_url", DEFAULT)
    if app is None or not app.key_lines or base.kind is not SourceKind.APP:
        own = door is not None and (door.host.local or door.match.id is None) and not emptied and _refuses_key(view)
        told = view.deep.told if own and view.deep is not None else None
        if base.kind in _NAMING_FILES and (variable := _only_variable(view.settings.searched)):
            lines = (*evidence, line_of(told)) if told is not None else evidence
            return Claim(lines, values=values | {"variable": variable, "place": base.location}, case="named")
        if told is not None:
            return Claim((*evidence, line_of(told)), values=values, case="refused")
        return Claim(evidence, values=values)
    values |= {"place": base.location, "lines": Listed(app.key_lines, " | ")}
    # The app's settings name the variable that holds the key, and it is not set.
    named = next((one for one in view.settings.searched if one.startswith("environment ")), "")
    if named:
        values["variable"] = named.removeprefix("environment ")
    return Claim(evidence, values=values, case="unset" if named else "app")


def _only_variable(searched: Sequence[str]) -> str:
    """Return the variable in which alone the key was looked for, in the environment or files; empty if there is none.

    >>> _only_variable(("environment WORK_KEY (empty)", ".env WORK_KEY"))
    'WORK_KEY'
    """
    places = [one.removesuffix(" (empty)").rpartition(" ") for one in searched]
    names = {name for _, _, name in places}
    return names.pop() if len(names) == 1 and places[0][0] == "environment" else ""


def _keyed_by_header(view: View) -> bool:
    """Check whether an extra header carries the credential instead (``--header 'Authorization: …'``)."""
    return any(one.name.lower() in KEY_HEADERS and not one.flaw for one in view.settings.headers)


def _wants_key(view: View) -> bool:
    """Check whether a local server needs a key: it refuses the request, or it fails with status 500 without one."""
    response = view.deep.told if view.deep else None
    return response is not None and (response.status in (401, 403, 500) or refuses_key(response))


def _at_the_front(view: View) -> bool:
    """Check whether something in front of the API refused the request, which wants a login and no key."""
    return front_login(view) is not None


def _refuses_key(view: View) -> bool:
    response = view.deep.told if view.deep else None
    return response is not None and refuses_key(response)


def _swapped(view: View) -> Claim | None:
    facts = view.settings
    if facts.key_looks_like_url and facts.url_looks_like_key:
        return Claim((seen("key_is_url"), seen("url_is_key")))
    if facts.key_looks_like_url:
        return Claim((seen("key_is_url"),))
    if facts.url_looks_like_key:
        return Claim((seen("url_is_key"),))
    return _key_in_url(view)


_IN_URL = {"path": seen("key_in_path"), "query": seen("key_in_query")}


def _key_in_url(view: View) -> Claim | None:
    """Report a key inside the base URL's path or query, if the request is lost or its key refused because of it.

    Where the host answers with the key in its place, some servers mean it so.
    """
    first, better, places = view.first, view.better, view.settings.keys_in_url
    told = first.told if first is not None else None
    if not places or first is None or told is None or view.works_as_given or not (first.lost or refuses_key(told)):
        return None
    if better is not None and MASK in better.base_url:
        return None  # it is found with the key in its place
    parts = PARTS.get(placeholders(view))
    return Claim(
        (*(_IN_URL[place] for place in places), line_of(told)),
        values={"better_url": better.base_url if better is not None else "", **({"parts": parts} if parts else {})},
        settings=settings_of(better) if better is not None else None,
        verified=better is not None and view.working is not None,
        case="in_url",
    )


def _unread_conflict(view: View) -> Conflict | None:
    """Return a value in a variable that no SDK reads, if the variable that is read is missing or has its default."""
    sources = dict(view.evidence.target.sources)
    for conflict in view.settings.conflicts:
        if conflict.why not in (ConflictReason.UNREAD, ConflictReason.NEAR_NAME) or conflict.same:
            continue
        if view.app is not None and conflict.name in view.app.ignores:
            continue  # app.base_url_ignored reports it
        if conflict.role is ConflictRole.KEY and not view.settings.key_given:
            return conflict
        if conflict.role is ConflictRole.BASE_URL and sources.get("base_url", DEFAULT).kind is SourceKind.DEFAULT:
            return conflict
    return None


def _wrong_variable(view: View) -> Claim | None:
    conflict = _unread_conflict(view)
    if conflict is None:
        return None
    app_variable = view.app_variable(conflict.role)
    values: dict[str, str | Source] = {
        "variable": conflict.name.strip(),
        "source": conflict.source,
        "app_variable": app_variable,
    }
    if view.renamed is not None:
        return _renamed(view, view.renamed, values)
    severity = Severity.WARNING if view.works_as_given else None
    lines = (seen("unread", source=conflict.source, variable=conflict.name.strip()),)
    if (
        conflict.role is ConflictRole.KEY
        and _works_with_conflict_key(view)
        and view.key_policy.conflict_source == conflict.source
    ):
        return Claim(
            (*lines, seen("conflict_works", source=conflict.source)),
            values=values,
            settings={"key_source": conflict.source},
            verified=True,
        )
    case = "app" if app_variable and view.app is not None and view.app.kind != "sdk" else ""
    return Claim(lines, severity=severity, values=values, case=case)


def _renamed(view: View, report: Report, values: dict[str, str | Source]) -> Claim:
    """Return the claim for variables with wrong names, after a run in which they had the right ones."""
    run = view.evidence.renamed
    renames = run.renames if run is not None else ()
    lines = [seen("unread", source=one.source, variable=one.name.strip()) for one in renames]
    values |= {"app_variable": renames[0].meant} if renames else {}
    case = "app" if view.app is not None and view.app.kind != "sdk" else ""
    if not report.proven.answer or report.settings is None:
        titles = [one.title for one in report.findings if one.code == report.root_cause]
        lines += [seen("renamed_fails", title=title) for title in titles]
        return Claim(tuple(lines), values=values, case=case)
    lines += [seen("renamed_works", source=one.source, variable=one.meant) for one in renames]
    # The run may have corrected further settings, which its own errors name.
    errors = [one for one in report.findings if one.severity is Severity.ERROR]
    further = next((fix.settings for one in errors for fix in one.fixes if fix.verified and fix.settings), {})
    if errors and not further:
        return Claim(tuple(lines), values=values, case=case)
    settings = {"rename": {one.name: one.meant for one in renames}, **further}
    return Claim(tuple(lines), values=values, settings=settings, verified=True, case=case, explains_all=True)


def _works_with_conflict_key(view: View) -> bool:
    """Check whether only the key from a source that the app does not use works."""
    return view.works and view.working is not None and view.working.key is KeyForm.CONFLICTING


def _conflict(view: View) -> Claim | None:
    conflicts = [one for one in view.settings.conflicts if one.why is ConflictReason.SHADOWED and not one.same]
    if not conflicts:
        return None
    lines = tuple(seen("wins", source=one.winner or "", other_source=one.source) for one in conflicts[:4])
    best = next(
        (one for one in conflicts if _works_with_conflict_key(view) and one.source == view.key_policy.conflict_source),
        None,
    )
    chosen = best or conflicts[0]
    values: dict[str, str | Source] = {
        "source": chosen.winner or "",
        "other_source": chosen.source,
        "variable": chosen.name,
    }
    if best is None:
        return Claim(lines, values=values)
    lines = (seen("conflict_works", source=best.source), *lines)
    settings = {"key_source": best.source}
    return Claim(lines, severity=Severity.ERROR, values=values, settings=settings, verified=True)


# Why a file that was found is not trusted. Another reason, such as a file that is no text, concerns no one else.
_UNSAFE = ("foreign_owner", "world_writable", "leads_out")


def _unread(view: View) -> list[UnreadFile]:
    seen_files = (one.facts for one in view.observations("settings"))
    return [one for one in seen_files if isinstance(one, UnreadFile) and one.reason in _UNSAFE]


def _unread_lines(unread: list[UnreadFile]) -> tuple[Seen, ...]:
    return tuple(seen(f"unread_{one.reason}", source=one.place) for one in unread)


_SHOWN_FLOWS = 6  # evidence lines; a file can name many secrets


def _project_override(view: View) -> Claim | None:
    """Report a file of the folder that sends a secret of the user to a place that the user has not agreed to."""
    override, unread = view.settings.override, _unread(view)
    if override is None:
        values = {"source": unread[0].place} if unread else {}
        return Claim(_unread_lines(unread), severity=Severity.INFO, values=values, case="unread") if unread else None
    lines = [
        seen(f"flow_{one.part}", source=one.named_by, secret=one.secret, host=one.host)
        for one in override.flows[:_SHOWN_FLOWS]
    ]
    first = override.flows[0]
    if override.meant and override.meant != first.host:
        usual = override.meant_source.kind is SourceKind.DEFAULT
        lines.append(
            seen("override_usual", host=override.meant)
            if usual
            else seen("override_meant", host=override.meant, source=override.meant_source)
        )
    if override.withheld:
        lines.append(seen("override_unlooked" if override.in_address else "override_withheld"))
    lines += _unread_lines(unread)
    named: dict[str, str | Source] = {"source": first.named_by, "host": first.host, "secret": first.secret}
    return Claim(
        tuple(lines),
        severity=Severity.ERROR if override.withheld else Severity.WARNING,
        values=named,
        case="" if override.withheld else "agreed",
    )


RULES = (
    Rule("settings.project_override", Severity.ERROR, "settings", _project_override, "settings"),
    Rule("settings.swapped", Severity.ERROR, "settings", _swapped, "settings"),
    Rule("settings.wrong_variable", Severity.ERROR, "settings", _wrong_variable, "settings"),
    Rule(
        "settings.missing_key",
        Severity.ERROR,
        "settings",
        _missing_key,
        "settings",
    ),
    Rule("settings.conflict", Severity.WARNING, "settings", _conflict, "settings"),
)
