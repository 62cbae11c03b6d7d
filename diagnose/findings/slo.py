"""slo.*: the measurements of this run compared with the limits for the target (`--slo`)."""

from __future__ import annotations

from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, SloResult, seen
from probes.api.response_checks import passes
from probes.model.facts import DnsFacts, TlsFacts
from probes.model.failure import Outcome
from probes.model.settings import Slo

# For each limit: the probe that measures it, and the side that is responsible.
OF = {
    "dns": ("dns", "network"),
    "connect": ("tcp", "network"),
    "tls": ("tls", "network"),
    "ttft": ("stream", "provider"),
    "total": ("chat", "provider"),
    "cert": ("tls", "provider"),
}


def results(view: View) -> tuple[SloResult, ...]:
    """Return each limit with its measurement from this run, in seconds; None if it could not be measured."""
    return tuple(_result(slo, _measured(view, slo.name)) for slo in view.evidence.slos)


def unmeasured(view: View) -> tuple[str, ...]:
    """Return the names of the limits that could not be measured although the target works."""
    return tuple(one.name for one in results(view) if one.met is None) if view.works else ()


def _result(slo: Slo, measured: float | None) -> SloResult:
    met = None if measured is None else measured >= slo.seconds if slo.name == "cert" else measured <= slo.seconds
    return SloResult(slo.name, slo.seconds, measured, met)


def _measured(view: View, name: str) -> float | None:
    """Return the measurement for a limit in seconds, or None if this run has none."""
    if name == "cert":
        return view.certificate.days_left * 86400 if view.certificate is not None and view.works else None
    if name == "connect":
        dials = view.tcp.dials if view.tcp is not None else ()
        return next((dial.seconds for dial in dials if dial.kind is None), None)
    if name in ("dns", "tls"):
        kind = DnsFacts if name == "dns" else TlsFacts
        took = (one for one in view.observations(name) if one.outcome is Outcome.DONE and isinstance(one.facts, kind))
        return next((one.ended - one.began for one in took), None)
    deep = view.deep
    chat, stream = (deep.chat, deep.stream) if deep is not None else (None, None)
    if name == "ttft":
        reading = stream.reading.stream if stream is not None and passes(stream) else None
        return reading.first_at if reading is not None and reading.events else None
    answers = [one.timing.seconds for one in (chat, stream) if one is not None and passes(one)]
    return max(answers, default=None)


def _exceeded(view: View) -> Claim | None:
    missed = [one for one in results(view) if one.met is False]
    if not missed:
        return None
    probe, side = OF[missed[0].name]
    lines = tuple(_line(one) for one in missed)
    return Claim(lines, probe=probe, side=side, case="cert" if {one.name for one in missed} == {"cert"} else "")


def _line(result: SloResult) -> Seen:
    measured, wanted = _time(result.measured or 0.0), _time(result.limit)
    if result.name == "cert":
        return seen("slo_cert", seconds=measured, wanted=wanted)
    return seen("slo", name=result.name, seconds=measured, wanted=wanted)


def _time(seconds: float) -> str:
    """Format a time as ``340 ms``, ``2.1 s`` or ``20.5 d``, with enough digits to tell a measurement from its limit."""
    for unit, size in (("d", 86400), ("s", 1)):
        if abs(seconds) >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds * 1000:.3g} ms"


RULES = (Rule("slo.exceeded", Severity.ERROR, "chat", _exceeded, "provider"),)
