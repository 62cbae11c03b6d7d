"""Live progress of a run: each observation as a row of the timeline, in the visitor's language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from diagnose.evidence.view import View
from diagnose.judging.probe_lines import probe_line
from diagnose.judging.probe_status import API
from diagnose.judging.proven import prove
from diagnose.serve import pages
from probes.model.evidence import PROBES, Evidence, Observation
from probes.model.facts import DoorFacts
from probes.model.failure import Outcome
from probes.model.record import replace
from probes.model.settings import Settings
from probes.run.offline_checks import scrubber, target
from probes.steps.recorder import scrubbed


class LiveProgress:
    """The observations of a run so far. Its rows are preliminary: the report may judge a probe differently."""

    def __init__(self, settings: Settings, lang: str) -> None:
        self._target = scrubbed(target(settings, None), scrubber(settings))
        self._lang = lang
        self._observations: list[Observation] = []
        self._new: asyncio.Queue[Observation | None] = asyncio.Queue()

    def saw(self, observation: Observation) -> None:
        """Record an observation; this is the callback of the run."""
        self._observations.append(observation)
        if isinstance(observation.facts, DoorFacts):
            self._target = replace(self._target, protocol=observation.facts.protocol)
        self._new.put_nowait(observation)

    async def probes(self, run: asyncio.Task[Evidence]) -> AsyncIterator[list[str]]:
        """Yield the probes of all new observations, again and again until the run ends."""
        run.add_done_callback(lambda _: self._new.put_nowait(None))
        ended = False
        while not ended:
            new = [await self._new.get()]
            while not self._new.empty():
                new.append(self._new.get_nowait())
            ended = None in new
            if found := [one.probe for one in new if one is not None and one.outcome is not Outcome.BLOCKED]:
                yield found

    def rows(self, probes: list[str]) -> list[dict[str, object]]:
        """Return the rows of these probes: the probe's index, HTML, and times in milliseconds. May run in a thread.

        A probe of the API that was seen with changed settings only has no row: the report says what works as given.
        """
        view = View(Evidence(self._target, tuple(self._observations)))
        changed = view.deep is not None and not view.deepest_as_given
        return [self._row(probe, view) for probe in probes if not (changed and probe in API)]

    def _row(self, probe: str, view: View) -> dict[str, object]:
        line = probe_line(view, probe, (), prove(view), self._lang)
        return {
            "at": PROBES.index(probe),
            "html": pages.row(line, self._lang),
            "began": line.began_ms,
            "ended": line.began_ms + line.duration_ms,
        }
