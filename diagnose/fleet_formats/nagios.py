"""The report of a fleet as one line of a monitoring plugin: how many targets work, the causes, and their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.formats.nagios import STATES
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import clip
from diagnose.tables.overview import named
from diagnose.words import put

if TYPE_CHECKING:
    from diagnose.tables.fleet_report import FleetReport

NAMES = 5  # targets of a cause that are named
LENGTH = 1000  # characters of the sentence


def exit_status(found: FleetReport) -> int:
    """Return 2 CRITICAL if the fleet fails, 1 WARNING if it passes although a target is not healthy, else 0 or 3."""
    broken = any(one.verdict == "broken" for one in found.rows)
    degraded = any(one.verdict == "degraded" for one in found.rows)
    if found.share is not None and found.rows and not found.interrupted:
        if not found.is_met:
            return 2 if found.status == 1 else 3
        return 1 if broken or degraded or found.verdict == "inconclusive" else 0
    if broken:
        return 2
    if found.status in (3, 130) or not found.rows:
        return 3
    return 1 if degraded else 0


EXIT_STATUS = exit_status


def render(found: FleetReport) -> str:
    """Return ``LLMDOCTOR CRITICAL - 2 of 20 targets do not work: a, b: cause (code) | working=90%;;;0;100 …``."""
    causes = [
        put(found.words["nagios_cause"], {"names": named(one.rows, found.lang, NAMES), "cause": plain(one.heading)})
        for one, _ in found.causes
        if one.verdict not in ("healthy", "chosen")
    ]
    said = ". ".join(filter(None, (found.headline, found.limit)))
    if causes:
        said = put(found.words["nagios"], {"headline": said, "causes": "; ".join(causes)})
    text = clip(plain(said), LENGTH).replace("|", "/")
    return f"LLMDOCTOR {STATES[exit_status(found)]} - {text} | {' '.join(_performance(found))}\n"


def _performance(found: FleetReport) -> list[str]:
    verdicts = [one.result(found.strict) for one in found.rows]
    critical = f"{found.share * 100:g}:" if found.share is not None else ""
    return [
        f"working={int(found.working * 1000 + 1e-6) / 10:g}%;;{critical};0;100",
        f"targets={len(verdicts)};;;0",
        f"broken={verdicts.count('broken')};;;0",
        f"degraded={verdicts.count('degraded')};;;0",
        f"unknown={verdicts.count('inconclusive')};;;0",
        f"flaky={sum(bool(one.tries) for one in found.rows)};;;0",
        f"time={found.seconds:.3f}s;;;0",
        f"requests={sum(one.requests for one in found.rows)};;;0",
        f"tokens={sum(one.tokens for one in found.rows)};;;0",
    ]
