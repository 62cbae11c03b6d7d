"""`--retries`: the check again, where it failed by something that may pass by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.model.evidence import Evidence

LONGEST = 30.0  # seconds: a server that wants more patience is not flaky


def until_it_works(measure: Callable[[], Evidence], retries: int) -> Evidence:
    """The last run, with those before it as ``earlier``. Ctrl-C between two tries ends with what was seen."""
    from diagnose.findings import is_retryable
    from diagnose.judging.judge import judge

    earlier: tuple[Evidence, ...] = ()
    evidence = measure()
    for number in range(retries):
        if evidence.interrupted or not is_retryable(judge(evidence).root_cause):
            break
        try:
            time.sleep(pause(evidence, number))
        except KeyboardInterrupt:
            evidence = replace(evidence, interrupted=True)
            break
        earlier = (*earlier, evidence)
        evidence = measure()
    return replace(evidence, earlier=earlier)


def pause(evidence: Evidence, number: int) -> float:
    """Seconds before another try: what the server asked for, else 1, 2, 4, …; at most :data:`LONGEST`."""
    from probes.model.exchange import Exchange

    asked = [one.facts.header("retry-after") for one in evidence.observations if isinstance(one.facts, Exchange)]
    named = max((float(text) for text in asked if text.isdecimal() and len(text) < 6), default=0.0)
    return min(max(named, 2.0**number), LONGEST)
