"""`check --retries`: repeat a check that failed for a reason that may be temporary."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from diagnose.interruption import CancelledBy, received
from probes.model.record import replace

if TYPE_CHECKING:
    from probes.model.evidence import Evidence

LONGEST = 30.0  # seconds between two runs: a server that needs a longer pause is not flaky


def until_it_works(measure: Callable[[], Evidence], retries: int) -> Evidence:
    """Measure again while the root cause is retryable, at most ``retries`` times.

    Return the last run, with the previous ones in ``earlier``. Ctrl-C during a pause marks the run as interrupted.
    """
    earlier: tuple[Evidence, ...] = ()
    evidence = measure()
    if not retries:
        return evidence

    from diagnose.findings import is_retryable  # not before the first run, which would begin so much later
    from diagnose.judging.judge import judge

    for number in range(retries):
        if evidence.interrupted or received() or not is_retryable(judge(evidence).root_cause):
            break
        try:
            with CancelledBy(_stop):
                time.sleep(pause(evidence, number))
        except KeyboardInterrupt:
            evidence = replace(evidence, interrupted=True)
            break
        earlier = (*earlier, evidence)
        evidence = measure()
    return replace(evidence, earlier=earlier)


def _stop() -> NoReturn:
    raise KeyboardInterrupt


def pause(evidence: Evidence, number: int) -> float:
    """Return the seconds before the next run: the server's Retry-After or 1, 2, 4, …, at most :data:`LONGEST`.

    ``number`` counts the runs so far, from 0. The longer of the two pauses is used.
    """
    from probes.model.exchange import Exchange

    asked = [one.facts.header("retry-after") for one in evidence.observations if isinstance(one.facts, Exchange)]
    named = max((float(text) for text in asked if text.isdecimal() and len(text) < 6), default=0.0)
    return min(max(named, 2.0**number), LONGEST)
