"""url.host_retired, and what the end of a model adds to model.not_found."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from diagnose.advice.ends import is_own_address, model_end, service_end, service_is_gone, service_values
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.model.exchange import Exchange
from probes.model.failure import Kind
from probes.model.listed import Listed
from probes.model.record import replace
from probes.model.source import SourceKind

if TYPE_CHECKING:
    from diagnose.answers.dialects import Match

CODE = "url.host_retired"
_SHOWN = 6  # names of the list that a step names at most


def _host_retired(view: View) -> Claim | None:
    """Report a service that has ended: by the answer, or by the facts if nothing works at its host."""
    if view.works or view.key_good:
        return None
    told, end, door, first = _told(view), service_end(view), view.door, view.first
    answer = told[0] if told is not None else first.told if first is not None else None
    lines: tuple[str | Seen, ...] = (line_of(answer),) if answer is not None else ()
    if end is None or door is None or not end.ended(view.day):
        if told is None:
            return None
        values = {name: told[1].values[name] for name in ("ended", "successor") if name in told[1].values}
        return Claim(lines, sure=told[1].confidence >= _CLEAR, values=values, case=told[1].values.get("case", ""))
    whole = end is not None and service_is_gone(view)
    name = (door.match.name if whole else "") or door.host.name
    gone = (first is not None and first.lost) or view.failed("dns", Kind.NAME_UNKNOWN) is not None
    listed = any(one.listing is not None and one.listing.reading.models for one in view.rounds)
    values = service_values(end, view.day)
    url = values.get("better_url", "")
    return Claim(
        (*lines, seen("service_ended", names=name, detail=end.end)),
        sure=told is not None or ((end.sure_of_end(view.day) or gone) and not listed),
        values=values,
        settings={"base_url": url} if url and is_own_address(view, url) else None,
        case="known" if whole else "",
    )


_CLEAR = 0.75  # the lowest confidence of an answer that says by itself that a service has ended


def _told(view: View) -> tuple[Exchange, Match] | None:
    """Return the answer that says itself that the service has ended, and its reading; else None."""
    if view.match is not None and view.match.code == CODE and view.subject is not None:
        return view.subject, view.match
    # The path of a service that is gone leads nowhere, so such an answer is no subject of the other rules.
    from diagnose.answers.dialects import classify

    door = view.door.match.id if view.door is not None else None
    read = {_what_it_says(view.subject)}  # often all requests get the same answer, and reading one takes time
    for attempt_round in view.rounds[:1]:
        for one in (attempt_round.chat, attempt_round.told, attempt_round.listing):
            if one is None or one.status < 400 or (said := _what_it_says(one)) in read:
                continue
            read.add(said)
            if (found := classify(one, door, view.day)) and found[0].code == CODE:
                return one, found[0]
    return None


def _what_it_says(exchange: Exchange | None) -> tuple[int, str, str]:
    return (exchange.status, exchange.response.text, exchange.redirection.location) if exchange else (0, "", "")


def with_end(claim: Claim, view: View) -> Claim:
    """Return a claim about an unknown model with the day on which it was retired, and with its successor first."""
    asked = view.evidence.target.model or view.model or ""
    end = model_end(view, asked)
    if end is None or end.routed or not end.provenance.ended(view.day) or claim.case:
        return claim
    chosen = view.chosen
    known = view.door is not None and view.door.match.id is not None
    told = (str(claim.values.get(slot) or "").split(", ") for slot in ("near", "listed"))
    names = list(dict.fromkeys(filter(None, (*(chosen.near if chosen is not None else ()), *chain(*told)))))
    first = names[0] if names else ""
    ours = end.provenance.successor
    # At a host that is no known provider, only a name of its own list helps.
    named = first if _is_one_of(first, ours) else next(iter(ours), "") if known else ""
    # Another name that this run has tested is a fix, and no replacement by the provider.
    tested = str((claim.settings or {}).get("model", "")) if claim.verified else ""
    other = bool(tested) and not _is_one_of(tested, ours)
    rest = Listed(name for name in names[:_SHOWN] if name not in (named, tested))
    line = seen("model_ended", model=asked, detail=end.provenance.end)
    mapped = (seen("model_mapped", model=asked, detail=named),) if other and named else ()
    return replace(
        claim,
        evidence=(*claim.evidence, line, *mapped),
        values={
            **claim.values,
            "ended": end.provenance.end,
            "successor": "" if other else named,
            "tested": tested if other else "",
            "near": rest,
        },
        settings=claim.settings or ({"model": named} if named else None),
        case="retired",
    )


def _is_one_of(name: str, successors: tuple[str, ...]) -> bool:
    """Check whether a listed name is one of the successors, perhaps behind the name of its provider."""
    tail = name.lower().rpartition("/")[2]
    return bool(name) and any(tail == one.lower().rpartition("/")[2] for one in successors)


def ends_soon(view: View) -> Claim | None:
    """Warn of a model that works, and that its provider retires within a month, unless we chose it ourselves."""
    asked = view.evidence.target.model
    if not view.works_as_given or not asked or view.chosen is None or view.chosen.source.kind is SourceKind.GUESS:
        return None
    end = model_end(view, asked)
    if end is None or not end.provenance.ends_soon(view.day) or view.door is None or view.door.match.id is None:
        return None
    line = seen("model_ends", model=asked, detail=end.provenance.end)
    return Claim(
        (line,),
        severity=Severity.WARNING if end.provenance.sure_of_end(view.day) else Severity.INFO,
        values={"ended": end.provenance.end, "successor": Listed(end.provenance.successor)},
        side="provider",
        case="routed" if end.routed else "ends",
    )


RULES = (Rule(CODE, Severity.ERROR, "door", _host_retired, "provider"),)
