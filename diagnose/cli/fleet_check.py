"""Check one target of a fleet as a worker does: measure, retry, judge, and write the parts of the wanted formats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from diagnose import __version__
from diagnose.cli.fixing import with_commands
from diagnose.cli.retries import LONGEST, pause
from diagnose.fleet_formats import part_of
from diagnose.formats.json import one_line
from diagnose.judging.judge import judge
from diagnose.words import sentence
from probes.model.record import Record, replace
from probes.model.run_memory import running
from probes.model.settings import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagnose.cli.fixing.invocation import Invocation
    from diagnose.report import Report
    from probes.model.evidence import Evidence
    from probes.model.settings import Settings
    from probes.network.shared_network import SharedNetwork
    from probes.run.fleet import Fleet, FleetTarget

PARTS = "\t"  # between the document and the parts of a reply; JSON escapes this character in its texts


class Wish(Record):
    """What the reply about a target shall be: its language, the ``formats`` whose parts it has, and how it is checked.

    ``words`` are the words of the command line that a repeated `check` needs too; None if one of them is a secret.
    """

    lang: str
    formats: tuple[str, ...] = ()
    strict: bool = False
    retries: int = 0
    words: tuple[tuple[str, ...], ...] | None = ()

    def patience(self, member: FleetTarget) -> float:
        """Return the most seconds that the check of a member may take, with its retries."""
        return member.deadline + self.retries * (member.deadline + LONGEST)


async def examine(
    fleet: Fleet, member: FleetTarget, environ: Mapping[str, str], network: SharedNetwork, wish: Wish
) -> str:
    """Check one member and return its report as one line of JSON, with the parts after a tab if there are any.

    If its settings cannot be used, the line has the reason as ``refused``.
    """
    with running():  # the settings are examined before the run begins
        try:
            settings = fleet.settings(member, environ)
        except BadInput as error:
            return json.dumps({"refused": sentence(error, wish.lang)})
        evidence = await _until_it_works(fleet, member, settings, network, wish)
    report = judge(evidence, wish.lang, summaries=bool(wish.formats))
    return reply(with_commands(report, settings, lambda: _repeated(fleet, member, wish), wish.lang), wish)


def reply(report: Report, wish: Wish) -> str:
    """Return the line about a report."""
    line = one_line(report)
    parts = {name: text for name in wish.formats if (text := part_of(report, name, wish.lang, wish.strict))}
    return line + PARTS + json.dumps(parts) if parts else line


async def _until_it_works(
    fleet: Fleet, member: FleetTarget, settings: Settings, network: SharedNetwork, wish: Wish
) -> Evidence:
    """Measure, and again while the root cause may pass by itself; the last run has the others in ``earlier``."""
    import asyncio

    evidence = await fleet.check(member, settings, network, __version__)
    if not wish.retries:
        return evidence
    from diagnose.findings import is_retryable

    earlier: tuple[Evidence, ...] = ()
    for number in range(wish.retries):
        if evidence.interrupted or not is_retryable(judge(evidence).root_cause):
            break
        await asyncio.sleep(pause(evidence, number))
        earlier = (*earlier, evidence)
        evidence = await fleet.check(member, settings, network, __version__)
    return replace(evidence, earlier=earlier)


def _repeated(fleet: Fleet, member: FleetTarget, wish: Wish) -> Invocation | None:
    """Return the `check` of the same target; None for a row of CSV, which no `check` can name."""
    from diagnose.cli.fixing.invocation import Invocation

    if fleet.is_table or wish.words is None:
        return None
    return Invocation(((member.name,), ("--config", fleet.shown), *wish.words))
