"""The text report, over all demos and worlds: the cause first, honest marks, and short."""

from __future__ import annotations

import re
from functools import cache

import pytest
from rich.cells import cell_len

from diagnose.formats import render, text
from diagnose.judging.judge import judge
from diagnose.rendering.report_view import view_of
from diagnose.report import Report, Status, Verdict
from diagnose.words.en.demo import TITLES
from worlds.demos import demos
from worlds.one_in import one_in, one_of
from worlds.recorded import recorded
from worlds.stage import Scenario
from worlds.table import SCENARIOS

MARKS = {"healthy": "✓", "degraded": "!", "broken": "✗", "inconclusive": "?"}


@cache
def report_of(name: str, lang: str) -> Report:
    return judge(demos()[name], lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", TITLES)
def test_a_demo(name: str, lang: str) -> None:
    report = report_of(name, lang)
    for width in (60, 80):
        is_readable(report, lang, width)
    assert len(text.render(report, lang, width=80).splitlines()) <= text.MOST_LINES
    assert sum(line.status is Status.FAIL for line in report.probes) <= 1
    assert render(report, "junit", lang).count("<failure") == (report.verdict == "broken")


QUICKLY = 20  # the quick tests look at one world in so many; what its marks say is in test_scenarios.py


@pytest.mark.parametrize("scenario", one_in(QUICKLY, zip(SCENARIOS), lambda one: one.name))
def test_a_world(scenario: Scenario) -> None:
    lang = one_of(("en", "zh"), scenario.name)
    is_readable(judge(recorded(scenario).evidence, lang), lang, 80)


def is_readable(report: Report, lang: str, width: int) -> None:
    """Check the first line, the width of each line, and how long the report of a sound target is."""
    lines = text.render(report, lang, width=width).splitlines()
    view = view_of(report, lang)
    assert lines[0].startswith(f"{MARKS[report.verdict]} ")
    if report.root_cause:
        title = next(one.title for one in report.findings if one.code == report.root_cause)
        assert view.headline == title and lines[0][2:].split("  ")[0].rstrip() in " ".join(title.split())
    if report.verdict is Verdict.HEALTHY and not report.slos:
        assert len(lines) <= 2
    for line in lines:
        assert cell_len(line) <= width or holds_whole(line, width), line
    crosses = sum(line.count("✗ ") for line in lines[1:])
    assert crosses <= sum(line.status is Status.FAIL for line in report.probes)


def holds_whole(line: str, width: int) -> bool:
    """Check whether a line is too long because of what must stay whole: a URL, an assignment or a command to copy."""
    to_copy = re.match(r" +(?:Fix +|修复 +)?(?:[A-Z_]+=|export |\$env:|llmdoctor |--)", line)
    return bool(to_copy) or any("://" in word and cell_len(word) > width - 20 for word in line.split())
