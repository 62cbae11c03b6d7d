"""The report as one line with performance data, for Nagios and other monitoring schedulers.

Source: the Monitoring Plugins Development Guidelines (output, performance data and return codes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import clip, tokens, verdict, word

if TYPE_CHECKING:
    from diagnose.report import Report

STARTS_WITH = "LLMDOCTOR CRITICAL - "
FOR_PEOPLE = True

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


def exit_status(report: Report) -> int:
    """Return 0 OK, 1 WARNING, 2 CRITICAL or 3 UNKNOWN. An interrupted run is UNKNOWN unless it found an error."""
    if report.interrupted and report.verdict != "broken":
        return 3
    return {"healthy": 0, "degraded": 1, "broken": 2, "inconclusive": 3}[report.verdict]


EXIT_STATUS = exit_status


def render(report: Report, lang: str) -> str:
    """Return ``LLMDOCTOR CRITICAL - sentence | time=1.412s;;;0 requests=3;;;0 tokens=27;;;0 ttft=0.412s;;;0``."""
    return f"LLMDOCTOR {STATES[exit_status(report)]} - {_sentence(report, lang)} | {' '.join(_performance(report))}\n"


def _sentence(report: Report, lang: str) -> str:
    """Return the root cause, the first warning or the verdict, without a pipe, which starts the performance data."""
    chosen = [found for found in report.findings if found.code == report.root_cause]
    chosen += [found for found in report.findings if found.severity == "warning" and report.verdict == "degraded"]
    if chosen:
        text = f"{plain(chosen[0].title)} ({chosen[0].code})"
    else:
        text = word(lang, "interrupted" if report.interrupted else verdict(report))
    named = plain(report.target.get("name") or report.target.get("base_url") or "")
    return clip(f"{clip(named, 80)}: {text}" if named else text, 300).replace("|", "/")


def _performance(report: Report) -> list[str]:
    figures = [
        f"time={report.duration_ms / 1000:.3f}s;;;0",
        f"requests={report.cost.get('requests', 0)};;;0",
        f"tokens={tokens(report)};;;0",
    ]
    limited = {one.name for one in report.slos}
    for probe in report.probes:
        first = probe.observed.get("ttft_ms")
        if probe.name == "stream" and isinstance(first, int | float) and "ttft" not in limited:
            figures.append(f"ttft={first / 1000:.3f}s;;;0")
    for one in report.slos:
        # A range that alerts below its limit is written `limit:`; a value that was not measured is `U`.
        limit = f"{one.limit:.3f}".rstrip("0").rstrip(".")
        critical = f"{limit}:" if one.name == "cert" else limit
        figures.append(f"{one.name}={'U' if one.measured is None else f'{one.measured:.3f}s'};;{critical};0")
    return figures
