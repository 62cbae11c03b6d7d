"""What a deep check has found, said: one line a capability. Pure; no finding comes of it, and no verdict."""

from __future__ import annotations

from diagnose.report import CapabilityLine, seen
from diagnose.words import deep, line
from probes.model.attempt import KeyForm
from probes.model.capability import Capability, Support, Trial
from probes.model.evidence import Evidence

ARROW = " → "


def capability_lines(evidence: Evidence, local: bool, lang: str) -> tuple[CapabilityLine, ...] | None:
    """A line for each; None where nobody asked for a deep check. A ``local`` door that checks no key is no alarm."""
    if evidence.capabilities is None:
        return None
    return tuple(_line(one, local, lang) for one in evidence.capabilities)


def _line(one: Capability, local: bool, lang: str) -> CapabilityLine:
    summary = deep("WHY", one.why, lang, detail=one.detail)
    # What a model said beside what it was asked for tells more than our words.
    quoted = one.detail if one.detail and one.detail not in summary else ""
    told = tuple(_trial(trial, lang) for trial in one.trials)
    refused = next((trial.said for trial in reversed(one.trials) if trial.said and trial.key is not KeyForm.DUMMY), "")
    return CapabilityLine(
        name=one.name,
        status=one.support.value,
        title=deep("NAMES", one.name, lang),
        summary=summary,
        said="" if one.support is Support.SUPPORTED else refused or quoted,
        evidence=(summary, *((quoted,) if quoted else ()), *told),
        alarming=one.why == "accepted_wrong" and not local,
        requests=one.cost.requests,
        prompt_tokens=one.cost.prompt_tokens,
        completion_tokens=one.cost.completion_tokens,
    )


def _trial(one: Trial, lang: str) -> str:
    """One request and its answer as a line of evidence."""
    whose = {KeyForm.DUMMY: "without_key", KeyForm.NONE: "without_key", KeyForm.WRONG: "made_up"}.get(one.key)
    head = f"{one.method} {one.path}" + (f" ({deep('AROUND', whose, lang)})" if whose is not None else "")
    if one.kind is not None and not one.status:
        return head + ARROW + line(seen(f"kind_{one.kind.value}"), lang)
    return head + f"{ARROW}{one.status}" + (f": {one.said}" if one.said else "")
