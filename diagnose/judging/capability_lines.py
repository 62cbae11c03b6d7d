"""Write one line per capability of a deep check. Pure; the lines lead to no finding and do not change the verdict."""

from __future__ import annotations

from diagnose.report import CapabilityLine, seen
from diagnose.words import deep, line
from probes.model.attempt import KeyForm
from probes.model.capability import Capability, Support, Trial
from probes.model.evidence import Evidence

ARROW = " → "


def capability_lines(evidence: Evidence, local: bool, lang: str) -> tuple[CapabilityLine, ...] | None:
    """Return a line for each capability, or None if no deep check was requested.

    If the door is ``local``, a server that accepts any key is no alarm.
    """
    if evidence.capabilities is None:
        return None
    return tuple(_line(one, local, lang) for one in evidence.capabilities)


def _line(capability: Capability, local: bool, lang: str) -> CapabilityLine:
    summary = deep("WHY", capability.why, lang, detail=capability.detail)
    # What a model said instead of the requested text explains more than our words.
    quoted = capability.detail if capability.detail and capability.detail not in summary else ""
    trials = tuple(_trial(trial, lang) for trial in capability.trials)
    refused = next(
        (trial.said for trial in reversed(capability.trials) if trial.said and trial.key is not KeyForm.DUMMY), ""
    )
    return CapabilityLine(
        name=capability.name,
        status=capability.support.value,
        title=deep("NAMES", capability.name, lang),
        summary=summary,
        said="" if capability.support is Support.SUPPORTED else refused or quoted,
        evidence=(summary, *((quoted,) if quoted else ()), *trials),
        alarming=capability.why == "accepted_wrong" and not local,
        requests=capability.cost.requests,
        prompt_tokens=capability.cost.prompt_tokens,
        completion_tokens=capability.cost.completion_tokens,
    )


def _trial(trial: Trial, lang: str) -> str:
    """Format a request and its response as a line of evidence."""
    key_words = {KeyForm.DUMMY: "without_key", KeyForm.NONE: "without_key", KeyForm.WRONG: "made_up"}.get(trial.key)
    head = f"{trial.method} {trial.path}" + (f" ({deep('AROUND', key_words, lang)})" if key_words is not None else "")
    if trial.kind is not None and not trial.status:
        return head + ARROW + line(seen(f"kind_{trial.kind.value}"), lang)
    return head + f"{ARROW}{trial.status}" + (f": {trial.said}" if trial.said else "")
