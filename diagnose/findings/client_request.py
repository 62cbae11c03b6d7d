"""http.header_rejected and model.parameter_rejected: parts of the app's own request that the server refuses.

The check has sent the request of the app (``--as-client``) and left out its parts one by one. An app that leaves a
part out by itself, after a refusal, gets its answer one request later.
"""

from __future__ import annotations

from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.api.response_checks import passes
from probes.model.client_request import AsClientResult, RefusedPart

_SHOWN, _GROUPS = 4, 12  # names in a sentence: of parts that were found, and of fields of which some are refused


def refused(view: View, *, header: bool) -> Claim | None:
    """Report the headers, or the fields, without which the server accepts the app's request."""
    found = view.evidence.client_request
    parts = [one for one in found.refused if one.header is header] if found is not None else []
    if found is None or not parts or not found.tries:
        return None
    certain = [one for one in found.refused if one.certain]
    if certain and not found.sure:
        return _beside_others(view, found, [one for one in certain if one.header is header])
    if not found.sure and len(parts) < len(found.refused):  # either may be it, so one finding names both
        if header:
            return None
        parts = [*found.refused]
    names = [one.name for one in parts]
    if not found.sure:
        from probes.client_requests.bisection import groups  # this module is imported for every finding

        names = list(groups(names))
    settings = list(dict.fromkeys(one.setting for one in parts if one.setting))
    mended = all(one.mended for one in parts)
    case = "as_client_mends" if mended else "as_client" if found.sure else "as_client_several"
    return Claim(
        _lines(found),
        probe="chat",
        severity=Severity.WARNING if mended else None,
        sure=found.sure,
        values={
            "parameter": ", ".join(_shown(names, _SHOWN if found.sure else _GROUPS)),
            **({"app": view.app.name} if view.app is not None else {}),
            **({"variable": ", ".join(settings)} if settings and found.sure else {}),
        },
        side="relay",
        case=case,
    )


def _beside_others(view: View, found: AsClientResult, parts: list[RefusedPart]) -> Claim | None:
    """Report the parts that are refused for certain, where something else may be refused as well."""
    if not parts:
        return None
    from probes.client_requests.bisection import groups  # this module is imported for every finding

    names = [one.name for one in parts]
    others = list(groups(one.name for one in found.refused if not one.certain))
    settings = list(dict.fromkeys(one.setting for one in parts if one.setting))
    return Claim(
        _lines(found),
        probe="chat",
        values={
            "parameter": ", ".join(_shown(names, _SHOWN)),
            "names": ", ".join(_shown(others, _GROUPS)),
            **({"app": view.app.name} if view.app is not None else {}),
            **({"variable": ", ".join(settings)} if settings else {}),
        },
        side="relay",
        case="as_client_more",
    )


def _lines(found: AsClientResult) -> tuple[str | Seen, ...]:
    """Return what was sent and answered: the request as the app sends it, and without the refused parts."""
    first, last = found.tries[0], next((one for one in reversed(found.tries) if passes(one.exchange)), None)
    lines: list[str | Seen] = [line_of(first.exchange), seen("as_client", version=found.version)]
    if last is not None:
        lines += [
            line_of(last.exchange),
            seen("without_header", names=", ".join(_shown([one.name for one in found.refused], _SHOWN))),
        ]
    return tuple(lines)


def evidence_of(claim: Claim, view: View) -> tuple[str | Seen, ...]:
    """Return the lines of any claim. If they are about the app's own request, they say so: a plain one has worked."""
    refusal, own = view.client_refusal, view.evidence.client_request
    if refusal is None or own is None or not claim.evidence or claim.evidence[0] != line_of(refusal):
        return claim.evidence
    return (claim.evidence[0], seen("as_client_alone", version=own.version), *claim.evidence[1:])


def _shown(names: list[str], most: int) -> list[str]:
    return names[:most] + (["…"] if len(names) > most else [])
