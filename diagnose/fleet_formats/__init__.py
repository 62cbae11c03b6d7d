"""The report of a fleet in every format: for each file of ``diagnose/formats`` one file of the same name.

A module defines ``render(found, **options) -> str`` for a :class:`diagnose.tables.fleet_report.FleetReport` and,
if they apply:

- ``part(report, lang, strict) -> str``: what a target adds, made from its report by a worker; :func:`render` finds it
  in ``FleetRow.parts``;
- ``OPTIONS``: the keywords of :func:`render` that the module's ``render`` takes;
- ``EXIT_STATUS``: a function of the fleet's report that returns the exit status, if readers expect another one.

Grammar, audience and the files to append to are those of the format (``diagnose/formats``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from diagnose.formats import load
from diagnose.rendering.outlet import passed
from probes.model.module_names import modules_in

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.fleet_report import FleetReport


# File names only: a format is imported when a report is written in it.
FLEET_FORMATS = tuple(one.name for one in modules_in(__path__))


def part_of(report: Report, fmt: str, lang: str, strict: bool) -> str:
    """Return what a target adds to the document in a format; empty if the row says all."""
    module = _module(fmt)
    return str(module.part(report, lang, strict)) if hasattr(module, "part") else ""


def has_parts(fmt: str) -> bool:
    """Check whether a format needs more of a target than its row."""
    return hasattr(_module(fmt), "part")


def render(
    found: FleetReport, fmt: str, *, width: int | None = None, colour: bool = False, unicode: bool = True
) -> str:
    """Return the report of a fleet in one of :data:`FLEET_FORMATS`, with a final line end.

    The keywords are those of :func:`diagnose.tables.overview.render`. Raises ValueError for an unknown format.
    """
    module = _module(fmt)
    given = {"width": width, "colour": colour, "unicode": unicode}
    written = module.render(found, **{name: given[name] for name in getattr(module, "OPTIONS", ())})
    return passed(written, load(fmt).grammar, colours=colour)


def exit_status(found: FleetReport, fmt: str) -> int:
    """Return the exit status for a fleet's report in a format."""
    own = getattr(_module(fmt), "EXIT_STATUS", None)
    return int(own(found)) if own is not None else found.status


def _module(fmt: str) -> Any:
    if fmt not in FLEET_FORMATS:
        raise ValueError(f"unknown format: {fmt}")
    return import_module(f"{__name__}.{fmt}")
