"""app.runtime and app.sdk_mismatch: what `check --runtime` has seen in the app's own Python or Node."""

from __future__ import annotations

from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.model.runtime_facts import RuntimeFacts
from probes.model.source import DEFAULT

_CLIENT = ("import", "create")  # the stages before anything is sent


def _runtime(view: View) -> Claim | None:
    facts = view.runtime
    if facts is None:
        return None
    from diagnose.evidence.runtime_evidence import (
        fix_command,
        foreseen_fault,
        known_fault,
        lines_of,
        name_of,
        unverified,
    )

    if facts.problem:
        doubtful = facts.problem in ("timeout", "output")
        return Claim(
            lines_of(facts) + ((facts.said,) if facts.said else ()),
            severity=Severity.WARNING if doubtful else None,
            values={"runtime": name_of(facts)},
            case="slow" if facts.problem == "timeout" else "not_started",
        )
    if (known := known_fault(facts)) is not None:
        row, error = known
        # An exception of a self-test alone (the help of a program) is no failed call.
        alone = error in facts.faults and facts.call is not None and facts.call.ok
        return Claim(
            lines_of(facts, error),
            severity=Severity.WARNING if alone else None,
            values=_values(facts) | {"command": fix_command(row, facts, error), "variable": row.variable},
            case=row.id,
            command=fix_command(row, facts, error),
        )
    call = facts.call
    if call is not None and not call.ok and not call.own and call.stage == "call" and unverified(facts) is None:
        if not view.works:
            return None  # both fail, and what this program has seen says more
        lines = (
            *lines_of(facts, call.errors[0] if call.errors else None),
            seen("runtime_here"),
            *_differences(view, facts),
        )
        return Claim(lines, values=_values(facts))
    if (row_ahead := foreseen_fault(facts)) is not None:
        command = fix_command(row_ahead, facts, None)
        return Claim(
            lines_of(facts),
            severity=Severity.WARNING,
            values=_values(facts) | {"command": command},
            case=row_ahead.id,
            command=command,
        )
    return None


def _sdk_mismatch(view: View) -> Claim | None:
    """Report an SDK that fails before it sends anything, by a fault that is not known, or an app that does."""
    if (claim := _setting_lacking(view) or _bearer_in_clear(view)) is not None:
        return claim
    facts = view.runtime
    call = facts.call if facts is not None else None
    if facts is None or call is None or call.ok or call.own or call.stage not in _CLIENT:
        return None
    from diagnose.evidence.runtime_evidence import known_fault, lines_of

    if known_fault(facts) is not None:
        return None
    return Claim(lines_of(facts, call.errors[0] if call.errors else None), values=_values(facts))


def _setting_lacking(view: View) -> Claim | None:
    """Report a setting without which the app ends by itself. An app that was seen to answer does not need it."""
    need = view.app.needs_setting if view.app is not None else None
    run = view.evidence.client
    if need is None or not view.settings.lacks_setting or (run is not None and run.answered):
        return None
    source = dict(view.evidence.target.sources).get("base_url", DEFAULT)
    return Claim(
        (
            seen("unset", name=need.pointers[0].removeprefix("/").replace("/", "."), path=need.path),
            seen("ends_alone", source=source, status=need.status, text=need.says),
        ),
        values={"variable": need.variable, "path": need.path, "detail": need.line},
        case="setting",
    )


def _bearer_in_clear(view: View) -> Claim | None:
    """Report an API key for an address without TLS, if the user named boto3, which raises an exception then."""
    target = view.evidence.target
    keyless = target.key_length is None or (view.chain is not None and view.chain.used)
    named = view.app is not None and view.app.id == "boto3"
    if (
        not named
        or target.protocol != "bedrock"
        or keyless
        or not (target.base_url or "").lower().startswith("http://")
    ):
        return None
    line = "Bearer authorization requires an HTTPS endpoint."
    return Claim((line,), case="bearer_in_clear")


def _values(facts: RuntimeFacts) -> dict[str, str]:
    from diagnose.evidence.runtime_evidence import name_of, outgrown

    old = outgrown(facts)
    missing = next((one.value for one in facts.roots if one.state == "missing"), "")
    return {
        "runtime": name_of(facts),
        "sdk": old[0] if old is not None else facts.call.sdk if facts.call is not None else "",
        "wanted": old[1] if old is not None else "",
        "path": missing,
    }


def _differences(view: View, facts: RuntimeFacts) -> tuple[str | Seen, ...]:
    """Return lines about what the runtime uses otherwise than this program: proxies, and the settings of the call."""
    lines: list[str | Seen] = []
    ours = view.evidence.vantage.proxy or ""
    theirs = "" if facts.around else ", ".join(sorted({url for _, url in facts.proxies}))
    if ours != theirs and (ours or theirs):
        lines.append(seen("runtime_proxy", proxy=theirs or "-", detail=ours or "-"))
    if facts.roots:
        lines.append(seen("runtime_roots", names=", ".join(f"{one.name}={one.value}" for one in facts.roots)))
    return tuple(lines)


RULES = (
    Rule("app.runtime", Severity.ERROR, "settings", _runtime, "app"),
    Rule("app.sdk_mismatch", Severity.ERROR, "settings", _sdk_mismatch, "app"),
)
