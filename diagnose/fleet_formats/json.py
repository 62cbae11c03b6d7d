"""The reports of a fleet as NDJSON: a line for each target, in the order in which they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.formats.json import document, dumps

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.fleet_report import FleetReport


def part(report: Report, lang: str, strict: bool) -> str:
    """Return the document of the contract in one line."""
    return dumps(document(report))


def render(found: FleetReport) -> str:
    """Return the lines of the shown targets."""
    return "".join(f"{one.parts['json']}\n" for one in found.shown)
