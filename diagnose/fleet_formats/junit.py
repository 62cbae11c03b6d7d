"""The report of a fleet as JUnit XML: a test suite for each target, and one for the limit of the fleet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diagnose.formats.junit import document, suite
from diagnose.rendering.html_builder import Safe, tag
from diagnose.tables.fleet_report import percent
from diagnose.words import put

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.fleet_report import FleetReport

FIGURES = ("tests", "failures", "errors", "skipped")
_FIGURE = re.compile(r' (tests|failures|errors|skipped)="(\d{1,9})"')


def part(report: Report, lang: str, strict: bool) -> str:
    """Return the test suite of a target. The name of each test case begins with the target's."""
    written, _ = suite(report, lang, strict, titled=True)
    return written


def render(found: FleetReport) -> str:
    """Return the XML document. With the limit of the fleet kept, the failures of single targets stay failures."""
    suites = [Safe(one.parts["junit"]) for one in found.shown]
    if found.share is not None:
        suites.append(_limit(found, found.share))
    figures = dict.fromkeys(FIGURES, 0)
    for one in suites:
        for name, count in dict(_FIGURE.findall(one[: one.index(">")])).items():
            figures[name] += int(count)
    return document(suites, {**figures, "time": f"{found.seconds:.3f}"})


def _limit(found: FleetReport, share: float) -> Safe:
    failure = None if found.is_met else tag("failure", found.limit, message=found.limit, type="slo.working")
    name = put(found.words["share"], {"limit": percent(share)})
    case = tag("testcase", failure, classname="llmdoctor", name=name, time="0.000")
    return tag("testsuite", case, name="llmdoctor", tests=1, failures=int(failure is not None), errors=0, skipped=0)
