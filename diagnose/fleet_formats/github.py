"""The report of a fleet as workflow commands of GitHub Actions: an annotation at the line of each target that is not
healthy, and the overview in a folded group.

GitHub shows ten errors, ten warnings and ten notices of a step, and fifty of a job (``docs/problem-matchers.md``
of actions/toolkit, "Limitations"), so that the first annotations are of different causes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING

from diagnose.fleet_formats.text import render as render_text
from diagnose.formats.github import command, data, message
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import word

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.fleet_report import FleetReport, FleetRow


def part(report: Report, lang: str, strict: bool) -> str:
    """Return the message of the annotation; empty for a target that needs none."""
    return "" if report.verdict == "healthy" or (report.open_by_choice and not strict) else message(report, lang)


def render(found: FleetReport) -> str:
    """Return the lines for standard output. Where the limit of the fleet is kept, errors become warnings."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: FleetReport) -> Iterator[str]:
    yield f"::group::llmdoctor{word(found.lang, 'colon')}{data(plain(found.file))}"
    yield render_text(found).rstrip("\n")
    yield "::endgroup::"
    for one in in_turn(found):
        fails = one.fails(found.strict) and not found.is_met
        code = f": {one.cause.code}" if one.cause.code else ""
        where = {"file": plain(found.annotated), "line": str(one.line)} if found.annotated else {}
        title = {"title": f"llmdoctor: {plain(one.title)}{code}"}
        yield command("error" if fails else "warning", where | title, f"{plain(one.title)}\n{one.parts['github']}")
    said = "\n".join(filter(None, (found.headline, found.limit)))
    yield command("notice", {"title": "llmdoctor"}, said)


def in_turn(found: FleetReport) -> list[FleetRow]:
    """Return the rows that need an annotation: one of each cause, then the second of each, and so on."""
    columns = ((one for one in rows if one.parts.get("github")) for _, rows in found.causes)
    return [one for turn in zip_longest(*columns) for one in turn if one is not None]
