"""One line with performance data, as monitoring plugins write it.

Source: the Monitoring Plugins Development Guidelines (output, performance data and return codes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.rendering.report_parts import clip, plain, tokens, verdict, word

if TYPE_CHECKING:
    from diagnose.report import Report

STARTS_WITH = "LLMDOCTOR CRITICAL - "
FOR_PEOPLE = True

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


def exit_status(report: Report) -> int:
    """0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; a run that was interrupted knows only what it found broken."""
    if report.interrupted and report.verdict != "broken":
        return 3
    return {"healthy": 0, "degraded": 1, "broken": 2, "inconclusive": 3}[report.verdict]


EXIT_STATUS = exit_status


def render(report: Report, lang: str) -> str:
    """``LLMDOCTOR CRITICAL - sentence | time=1.412s;;;0 requests=3;;;0 tokens=27;;;0 ttft=0.412s;;;0``"""
    return f"LLMDOCTOR {STATES[exit_status(report)]} - {_sentence(report, lang)} | {' '.join(_performance(report))}\n"


def _sentence(report: Report, lang: str) -> str:
    """The root cause, or the gravest finding, or the verdict; no pipe in it, for that begins the performance data."""
    told = [found for found in report.findings if found.code == report.root_cause]
    told += [found for found in report.findings if found.severity == "warning" and report.verdict == "degraded"]
    if told:
        text = f"{plain(told[0].title)} ({told[0].code})"
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
        # A range that alerts below its limit is written `limit:`; what was not measured is `U`.
        limit = f"{one.limit:.3f}".rstrip("0").rstrip(".")
        critical = f"{limit}:" if one.name == "cert" else limit
        figures.append(f"{one.name}={'U' if one.measured is None else f'{one.measured:.3f}s'};;{critical};0")
    return figures
