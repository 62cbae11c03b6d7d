"""The report of a fleet as text: the summary, the targets by cause, and the commands that come next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.tables.overview import render as render_overview

if TYPE_CHECKING:
    from diagnose.tables.fleet_report import FleetReport

OPTIONS = ("width", "colour", "unicode")
TOGETHER = 4  # targets of one cause that are named together, without their addresses


def render(found: FleetReport, *, width: int | None = None, colour: bool = False, unicode: bool = True) -> str:
    """Return the overview; ``width`` None: a line for each target, as a pipe wants it."""
    return render_overview(
        found.table,
        found.lang,
        summary=found.summary,
        names_from=TOGETHER,
        follow=found.next_commands(),
        width=width,
        colour=colour,
        unicode=unicode,
    )
