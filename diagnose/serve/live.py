"""Live progress of a run: each observation as a row of the timeline, in the visitor's language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from diagnose.evidence.view import View
from diagnose.judging.probe_lines import probe_line
from diagnose.judging.proven import prove
from diagnose.serve import pages
from probes.model.evidence import PROBES, Evidence, Observation
from probes.model.facts import DoorFacts
from probes.model.failure import Outcome
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

    async def lines(self, run: asyncio.Task[Evidence]) -> AsyncIterator[dict[str, object]]:
        """Yield a row for every observation until the run ends: the probe's index, HTML, and times in milliseconds."""
        run.add_done_callback(lambda _: self._new.put_nowait(None))
        while (observation := await self._new.get()) is not None:
            if observation.outcome is not Outcome.BLOCKED:
                yield self._line(observation.probe)

    def _line(self, probe: str) -> dict[str, object]:
        view = View(Evidence(self._target, tuple(self._observations)))
        line = probe_line(view, probe, (), prove(view), self._lang)
        return {
            "at": PROBES.index(probe),
            "html": pages.row(line, self._lang),
            "began": line.began_ms,
            "ended": line.began_ms + line.duration_ms,
        }
