"""Apply fixes: what changes where, the new text of files, and the commands for what no file holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnose.cli.fixing.invocation import Invocation
    from diagnose.report import Report
    from probes.model.settings import Settings


def with_commands(report: Report, settings: Settings, invocation: Callable[[], Invocation | None], lang: str) -> Report:
    """Return the report with the commands that apply its tested fixes.

    ``invocation`` returns the command line that checks these settings, None if there is none. Most reports have no
    tested fix, and need not load what makes the commands.
    """
    if not any(fix.verified for finding in report.findings for fix in finding.fixes):
        return report
    from diagnose.cli.fixing.commands import completed

    return completed(report, settings, invocation(), lang)
