"""http.header_rejected, http.front_auth: headers that the client adds to a request, and those that a gateway wants."""

from __future__ import annotations

from collections.abc import Iterable

from diagnose.evidence import client_urls
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.model.attempt import Change
from probes.model.facts import HeaderFacts
from probes.model.listed import Listed
from probes.model.source import Source


def left_out(view: View) -> Claim | None:
    """Report an extra header without which the same request worked, or got further."""
    first, deep = view.first, view.deep
    if first is None or deep is None or Change.HEADER not in deep.attempt.changed:
        return None
    facts = [one for one in view.settings.headers if one.name.lower() in deep.attempt.without]
    if not facts or first.told is None or deep.told is None:
        return None
    lines = [line_of(first.told), seen("with_header", names=_names(facts), sources=_sources(facts))]
    lines += [line_of(deep.told), seen("without_header", names=_names(facts))]
    return Claim(
        tuple(lines),
        values=_values(facts),
        settings={"unset": ", ".join(dict.fromkeys(str(one.source) for one in facts))},
        verified=view.works,
        side="settings",
        case="sent",
    )


def unsendable(view: View) -> Claim | None:
    """Report extra headers of the settings that no client can send, or that the run left out for safety."""
    flawed = [one for one in view.settings.headers if one.flaw]
    broken = [one for one in flawed if one.flaw != "forbidden"]
    facts = broken or flawed
    if not facts:
        return None
    lines = tuple(seen(f"header_{one.flaw}", name=one.name[:64], source=one.source) for one in facts[:4])
    severity = None if broken else Severity.WARNING
    case = "unsendable" if broken else "unsent"
    return Claim(lines, "settings", severity, values=_values(facts), side="settings", case=case)


def wanted(view: View, claim: Claim | None) -> Claim | None:
    """Return the claim with the name of the header that a gateway wants, and whether the request carried it."""
    match, subject = view.match, view.subject
    if claim is None or match is None or subject is None or not (name := match.values.get("header", "")):
        return claim
    from probes.model.record import replace

    carried = any(one.lower() == name.lower() for one in subject.request.headers)
    fact = next((one for one in view.settings.headers if one.name.lower() == name.lower()), None)
    values: dict[str, str | Source] = {
        "header": name,
        "header_variable": variable(view),
        "source": fact.source if fact is not None else "",
    }
    return replace(
        claim,
        values={**claim.values, **{slot: text for slot, text in values.items() if text}},
        case=("gateway_scheme" if fact is not None and fact.odd_scheme else "gateway_refuses")
        if carried
        else "gateway",
    )


def misformed(view: View) -> Claim | None:
    """Report an extra header whose value no server takes for a credential, if the request was refused."""
    told = view.first.told if view.first is not None else None
    facts = [one for one in view.settings.headers if one.odd_scheme and not one.flaw]
    if not facts or told is None or told.status not in (400, 401, 403) or view.works_as_given:
        return None
    if view.match is not None and view.match.code == "http.front_auth":
        return None  # the gateway names its header
    return Claim((line_of(told),), "settings", values=_values(facts), side="settings", case="scheme")


def variable(view: View, protocol: str = "") -> str:
    """Return the variable from which the app takes extra headers for a protocol, the run's own if none is given.

    Empty if it has none. An app that does not speak the protocol is replaced by the official SDK.
    """
    return client_urls.header_variable(view.client, protocol or view.evidence.target.protocol)


def sent_along(view: View, protocol: str) -> tuple[tuple[Seen, ...], dict[str, str]]:
    """Return a line and values about the extra headers of the deepest round, which was asked in another protocol.

    A client of that protocol may read them from another variable, so a fix that changes the protocol names both.
    """
    told = view.deep.told if view.deep is not None else None
    names = told.request.headers if told is not None else ()
    facts = [one for one in view.settings.headers if one.name in names]
    if not facts:
        return (), {}
    values = {"header": _names(facts), "header_variable": variable(view, protocol)}
    return (seen("headers_along", names=_names(facts), sources=_sources(facts)),), values


def _values(facts: Iterable[HeaderFacts]) -> dict[str, str | Source]:
    found = list(facts)
    source = found[0].source if len({str(one.source) for one in found}) == 1 else _sources(found)
    return {"header": _names(found), "source": source, "variable": found[0].source.variable}


def _names(facts: Iterable[HeaderFacts]) -> str:
    return Listed(dict.fromkeys(one.name[:64] for one in facts))


def _sources(facts: Iterable[HeaderFacts]) -> str:
    return Listed({str(one.source): one.source for one in facts}.values())
