"""The report of a fleet in every format, read back by programs of other projects as that of one target is."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import html5lib
import junitparser
import pytest
from markdown_it import MarkdownIt

import diagnose.fleet_formats
from diagnose.fleet_formats import exit_status, has_parts, part_of, render
from diagnose.fleet_formats.github import in_turn
from diagnose.formats import FORMATS
from diagnose.rendering.line_breaks import cells
from diagnose.rendering.outlet import plain
from diagnose.tables.fleet_report import FleetReport
from worlds.made_reports import HEALTHY, REPORTS, fleet_of

both = pytest.mark.parametrize("lang", ["en", "zh"])
BAD = [name for name, report in REPORTS.items() if report.verdict != "healthy"]


def test_a_fleet_has_the_formats_of_one_report() -> None:
    folder = Path(diagnose.fleet_formats.__file__).parent
    assert {path.stem for path in folder.glob("[!_]*.py")} == set(FORMATS)
    assert {fmt for fmt in FORMATS if has_parts(fmt)} == {"json", "junit", "github", "markdown", "html"}
    with pytest.raises(ValueError, match="unknown format"):
        part_of(HEALTHY, "yaml", "en", strict=False)


@both
@pytest.mark.parametrize("fmt", FORMATS)
def test_every_target_that_is_not_healthy_is_named(fmt: str, lang: str) -> None:
    written = render(fleet_of(lang), fmt)
    assert written.endswith("\n") and "\x1b" not in written and "\u202e" not in written
    if fmt != "nagios":
        assert [one.name for one in fleet_of(lang).rows if one.name not in written] == []
    only = render(fleet_of(lang, only_broken=True), fmt)
    assert len(only) < len(written) or fmt in ("nagios", "github")


@both
@pytest.mark.parametrize("strict", [False, True])
def test_junit_has_a_suite_a_target(lang: str, strict: bool) -> None:
    found = fleet_of(lang, share=0.9, strict=strict)
    written = render(found, "junit").encode()
    assert ElementTree.fromstring(written).tag == "testsuites"
    whole = junitparser.JUnitXml.fromstring(written)
    *targets, limit = whole
    assert [suite.name for suite in targets] == [f"llmdoctor {one.name}" for one in found.rows]
    for suite, one in zip(targets, found.rows, strict=True):
        failed = [case for case in suite if any(isinstance(each, junitparser.Failure) for each in case.result)]
        assert bool(failed) is one.fails(strict)
        assert all(case.name.startswith(f"{one.name}: ") for case in suite)
    assert (whole.tests, whole.failures) == (
        sum(suite.tests for suite in whole),
        sum(suite.failures for suite in whole),
    )
    (case,) = limit
    assert case.result[0].type == "slo.working" and "90%" in case.name


def annotations(found: FleetReport) -> list[tuple[str, dict[str, str], str]]:
    pattern = r"::(error|warning|notice) ([^\n:]*)::(.*)"
    lines = (re.fullmatch(pattern, line) for line in render(found, "github").splitlines())
    return [(one[1], dict(pair.split("=", 1) for pair in one[2].split(",")), one[3]) for one in lines if one]


def test_github_has_an_annotation_for_each_target_that_is_not_healthy() -> None:
    *each, whole = annotations(fleet_of())
    assert len(each) == len(BAD)
    for kind, where, said in each:
        (one,) = (row for row in fleet_of().rows if said.startswith(f"{plain(row.title)}%0A"))
        assert where["file"] == "ci/fleet.csv" and where["line"] == str(one.line)
        assert kind == ("error" if one.verdict == "broken" else "warning")
    assert whole[0] == "notice" and re.fullmatch(r"\d of 7 targets do not work", whole[2])
    assert not any("file" in where for _, where, _ in annotations(fleet_of(annotated="")))


def test_github_gets_warnings_where_the_limit_is_kept() -> None:
    assert {kind for kind, _, _ in annotations(fleet_of(share=0.1))} == {"warning", "notice"}


def test_the_first_annotations_are_of_different_causes() -> None:
    causes = [one.cause.code for one in in_turn(fleet_of())]
    different = len(set(causes))
    assert len(set(causes[:different])) == different


@both
def test_markdown_holds_tables_and_no_foreign_markup(lang: str) -> None:
    written = render(fleet_of(lang), "markdown")
    shown = MarkdownIt("commonmark").enable("table").render(written)
    assert shown.count("<table>") == 1 and shown.count("<tr>") == len(REPORTS) + 1
    assert "<script" not in shown and "<img" not in shown


@both
def test_the_page_is_whole_and_asks_for_nothing(lang: str) -> None:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(render(fleet_of(lang), "html"))
    assert [one.tag for one in tree.iter() if one.tag in ("script", "img", "link", "iframe", "form")] == []
    assert len(tree.findall(".//h1")) == 1
    assert len(tree.findall(".//ul[@class='targets']/li")) == len(REPORTS)
    assert len(tree.findall(".//ul[@class='targets']/li/details")) == len(BAD)


def test_nagios_is_one_line_with_figures() -> None:
    found = fleet_of(share=0.9, seconds=1.5)
    line = render(found, "nagios")
    said, _, figures = line.partition(" | ")
    assert line.count("\n") == 1 and exit_status(found, "nagios") == 2
    assert said.startswith("LLMDOCTOR CRITICAL - ") and "office/broken" in said
    performance = dict(pair.split("=") for pair in figures.split())
    assert performance["working"].endswith("%;;90:;0;100") and performance["time"] == "1.500s;;;0"
    assert int(performance["targets"].partition(";")[0]) == len(REPORTS)


def test_json_has_a_line_a_target() -> None:
    lines = render(fleet_of(), "json").splitlines()
    assert [json.loads(line)["target"]["name"] for line in lines] == [one.name for one in fleet_of().rows]


@both
@pytest.mark.parametrize("width", [60, 80])
def test_the_text_fits(lang: str, width: int) -> None:
    text = render(fleet_of(lang, share=0.5), "text", width=width)
    assert [line for line in text.splitlines() if cells(line) > width and " " in line.strip()] == []


def test_a_cause_that_many_share_is_one_line_with_its_targets() -> None:
    (broken,) = (one for one in fleet_of().rows if one.name == "broken")
    names = [f"t{number}" for number in range(30)]
    found = FleetReport(tuple(broken._replace(name=name, cause=broken.cause._replace(fix="")) for name in names), "en")
    (line,) = (line for line in render(found, "text").splitlines() if "and 10 more" in line)
    assert line.startswith(f"{broken.cause.title} ({broken.cause.code}): office/t0, office/t1, ")
    on_screen = render(found, "text", width=80)
    assert all(name in on_screen for name in names) and len(on_screen.splitlines()) < 12
