"""The report as one line with performance data, for Nagios and other monitoring schedulers.

Source: the Monitoring Plugins Development Guidelines (output, performance data and return codes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import aside, clip, tokens, word
from diagnose.rendering.report_view import view_of

if TYPE_CHECKING:
    from diagnose.report import Report

STARTS_WITH = "LLMDOCTOR CRITICAL - "
FOR_PEOPLE = True

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


def exit_status(report: Report) -> int:
    """Return 0 OK, 1 WARNING, 2 CRITICAL or 3 UNKNOWN. An interrupted run is UNKNOWN unless it found an error.

    A run that asked everything that the user allowed is OK if nothing is wrong.
    """
    if report.interrupted and report.verdict != "broken":
        return 3
    unasked = 0 if report.open_by_choice else 3
    return {"healthy": 0, "degraded": 1, "broken": 2, "inconclusive": unasked}[report.verdict]


EXIT_STATUS = exit_status


def render(report: Report, lang: str) -> str:
    """Return ``LLMDOCTOR CRITICAL - sentence | time=1.412s;;;0 requests=3;;;0 tokens=27;;;0 ttft=0.412s;;;0``."""
    return f"LLMDOCTOR {STATES[exit_status(report)]} - {_sentence(report, lang)} | {' '.join(_performance(report))}\n"


def _sentence(report: Report, lang: str) -> str:
    """Return the first line of the report with what was not checked, without a pipe: it starts the performance data."""
    view = view_of(report, lang)
    text = f"{plain(view.headline)}{aside(lang, view.code)}" if view.code else plain(view.headline)
    if report.interrupted and not view.code:
        text = word(lang, "interrupted")
    elif report.verdict == "inconclusive":
        text = " ".join((text, *map(plain, view.notices)))
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
