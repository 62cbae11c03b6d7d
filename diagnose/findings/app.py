"""app.*: known behaviour of the named app that breaks calls to any provider."""

from __future__ import annotations

from diagnose.evidence.client_runs import client_failed, difference
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Severity, seen
from probes.model.exchange import Purpose
from probes.model.failure import Kind
from probes.model.settings import ConflictRole
from probes.model.source import DEFAULT, SourceKind


def _base_url_ignored(view: View) -> Claim | None:
    app = view.app
    source = dict(view.evidence.target.sources).get("base_url", DEFAULT)
    if app is None or source.kind is not SourceKind.DEFAULT:
        return None
    conflict = next(
        (
            one
            for one in view.settings.conflicts
            if one.role is ConflictRole.BASE_URL and one.name in app.ignores and not one.same
        ),
        None,
    )
    if conflict is None:
        return None
    return Claim(
        (seen("unread", source=conflict.source, variable=conflict.name),),
        severity=Severity.WARNING if view.works_as_given else None,
        values={
            "variable": conflict.name,
            "source": conflict.source,
            "app_variable": view.app_variable("base_url"),
        },
    )


def _companion_unreachable(view: View) -> Claim | None:
    """Report hosts that the app needs besides the API's. It is a warning if the app is used with another provider."""
    lost = [one for one in view.companions if one.kind is not None and one.required]
    if not lost:
        return _late(view)
    app, door = view.app, view.door
    # A host that is slow to answer once may be reached by the app, and with another provider it may not be needed.
    refused = any(one.kind is not Kind.TIMEOUT for one in lost)
    own = refused and app is not None and door is not None and door.match.kind == "vendor"
    return Claim(
        tuple(seen("companion", host=one.host, kind=one.kind.value.replace("_", " ")) for one in lost if one.kind),
        severity=None if own else Severity.WARNING,
    )


def _late(view: View) -> Claim | None:
    """Report hosts that do not answer at all and without which the app works, only later. That breaks nothing."""
    silent = [one for one in view.companions if one.kind is Kind.TIMEOUT and one.late]
    if not silent:
        return None
    return Claim(
        tuple(seen("companion", host=one.host, kind="timeout") for one in silent),
        severity=Severity.INFO,
        case="late",
        values={
            "names": ", ".join(one.host for one in silent),
            "seconds": str(max(one.late for one in silent)),
            "detail": silent[0].switch,
        },
    )


def _key_elsewhere(view: View) -> Claim | None:
    """Report that the app sends the key to other hosts as well, if its facts say so of the variable that holds it."""
    app, door = view.app, view.door
    facts = app.key_elsewhere if app is not None else None
    if facts is None or door is None or door.host.name in facts.hosts or facts.switch in view.settings.switches:
        return None
    key = dict(view.evidence.target.sources).get("key", DEFAULT)
    sources = [key, *(one.source for one in view.settings.headers if not one.flaw)]
    source = next((one for one in sources if one.variable in facts.keys), None)
    if source is None or not view.settings.key_given:
        return None
    return Claim(
        (seen("key_elsewhere", source=source, names=", ".join(facts.hosts), count=facts.times),),
        values={
            "variable": source.variable,
            "names": ", ".join(facts.hosts),
            "replacement": facts.instead,
            "detail": facts.switch,
        },
    )


def _mixed_content(view: View) -> Claim | None:
    app, door = view.app, view.door
    if app is None or door is None or not app.page.startswith("https:") or door.host.scheme != "http":
        return None
    # Browsers treat only the local machine as secure without TLS.
    host = door.host.name
    same_machine = host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")
    return None if same_machine else Claim((f"{door.host.scheme}://{host}",))


def _cors(view: View) -> Claim | None:
    preflight = next((one for one in view.exchanges if one.purpose is Purpose.PREFLIGHT), None)
    if preflight is None or view.app is None or not preflight.status:
        return None
    allowed = preflight.header("access-control-allow-origin")
    if preflight.ok and allowed in ("*", view.app.page):
        return None
    return Claim((f"Origin: {view.app.page}", line_of(preflight)))


def _private_refused(view: View) -> Claim | None:
    app, door = view.app, view.door
    if app is None or door is None or not app.refuses_private or not door.host.local:
        return None
    return Claim((f"{door.host.scheme}://{door.host.name}",))


def _run_failed(view: View) -> Claim | None:
    """Report that the app itself fails (`--run-client`), and in what it differs if the check's own request works."""
    run = client_failed(view)
    if run is None:
        return None
    found = difference(view, run)
    return Claim(
        found.evidence, values=found.values, case=found.case if view.works_as_given else "too", side=found.side
    )


def _run_works(view: View) -> Claim | None:
    """Report that the app itself works although this check finds an error, which is a warning then."""
    run = view.evidence.client
    if run is None or not run.answered or view.works_as_given:
        return None
    return Claim((seen("client_answered", app=view.app.name if view.app is not None else run.app),))


RULES = (
    Rule("app.base_url_ignored", Severity.ERROR, "settings", _base_url_ignored, "app"),
    Rule("app.companion_unreachable", Severity.ERROR, "tcp", _companion_unreachable, "network", retryable=True),
    Rule("app.cors", Severity.ERROR, "http", _cors, "app"),
    Rule("app.key_elsewhere", Severity.WARNING, "door", _key_elsewhere, "app"),
    Rule("app.mixed_content", Severity.ERROR, "http", _mixed_content, "app"),
    Rule("app.run_failed", Severity.ERROR, "chat", _run_failed, "app"),
    Rule("app.run_works", Severity.INFO, "chat", _run_works, "app"),
    Rule("app.private_refused", Severity.ERROR, "tcp", _private_refused, "app"),
)
